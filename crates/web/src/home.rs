//! Homes: what waits for a role, oldest first, one tap away.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::context::{Context, filled};
use crate::page::{one, problem};
use crate::pages::{self, HomePage, Page};
use crate::{Door, words};

/// At most this many things wait on a home.
const WAITING_MAX: usize = 7;

/// Answer a home page; a list the actor may not read adds nothing.
pub async fn answer(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    page: &'static Page,
    home: &'static HomePage,
) -> Response<Body> {
    let mut actions: Vec<Json> = Vec::new();
    let mut topics: Vec<String> = Vec::new();
    for waiting in home.waiting {
        let fields: Vec<(String, String)> =
            waiting.fields.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
        let answer = match one(door, caller, waiting.list, &fields).await {
            Ok(answer) => answer,
            Err(refusal) if refusal.kind == kernel::Kind::Denied => continue,
            Err(refusal) => return problem(door, caller, uri, &refusal),
        };
        topics.push(pages::topics_of(waiting.list));
        for row in answer["items"].as_array().into_iter().flatten() {
            let subject = row[waiting.subject].as_str().unwrap_or_default();
            let mut args: Vec<(String, Json)> =
                row.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
            args.extend(left(row).map(|left| ("leftQty".to_string(), left.into())));
            actions.push(json!({
                "subject": subject, "sentence": words::text(caller.lang, waiting.sentence, &args),
                "href": filled(waiting.page, row), "status": waiting.status, "icon": waiting.status,
                "since": row["createdAt"].as_str(),
            }));
        }
    }
    let mut figures: Vec<Json> = Vec::new();
    let mut asked: Option<(&str, Json)> = None;
    for figure in home.figures {
        if asked.as_ref().is_none_or(|(query, _)| *query != figure.query) {
            let answer = match one(door, caller, figure.query, &[]).await {
                Ok(answer) => answer,
                Err(refusal) if refusal.kind == kernel::Kind::Denied => Json::Null,
                Err(refusal) => return problem(door, caller, uri, &refusal),
            };
            asked = Some((figure.query, answer));
            topics.push(topics_of_figures(figure.query).to_string());
        }
        let Some((_, answer)) = &asked else { continue };
        let Some(value) = answer[figure.field].as_i64() else { continue };
        figures.push(json!({
            "value": value, "label": words::text(caller.lang, figure.label, &[]), "href": filled(figure.page, answer),
            "status": if value == 0 { "waiting" } else { figure.status },
        }));
    }
    let mut topics: Vec<&str> = topics.iter().flat_map(|t| t.split(' ')).collect();
    topics.sort_unstable();
    // Oldest first over all lists; what has no time keeps the order of its list, behind.
    let since = |action: &Json| action["since"].as_str().map_or_else(|| "9".to_string(), str::to_string);
    actions.sort_by_key(since);
    actions.truncate(WAITING_MAX);
    topics.dedup();
    let mut context = Context::new(door, caller, page.name, page.path, uri, "desktop");
    context.set(
        "data",
        json!({ "home": { "topics": topics.join(" "), "actions": actions, "figures": figures, "sections": [] } }),
    );
    context.render("home.html", 200)
}

/// What the figures of a question change on: those of runs with every board that moves.
fn topics_of_figures(query: &str) -> &'static str {
    match query {
        "run.figures" => "list:runs list:units",
        _ => "list:work_orders",
    }
}

/// The boards of a run that are still to be done.
fn left(row: &Json) -> Option<i64> {
    Some(row["planQty"].as_i64()? - row["doneQty"].as_i64()? - row["scrapQty"].as_i64()?)
}
