//! Forms: every command has one, made from its schema, filled from the address and from the thing it changes.

mod field;
mod map;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use engine::Method;
use engine::perform::may;
use engine::registry::{CommandEntry, QueryEntry};
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::body::pairs;
use crate::context::Context;
use crate::page::{one, problem};
use crate::{Door, words};

/// `GET /forms/{command}?field=value…`; `focus` names the field to begin with.
pub async fn answer(door: &Arc<Door>, caller: &Caller, uri: &Uri, command: &str) -> Response<Body> {
    let Some(entry) = door.engine.command(command) else {
        return problem(door, caller, uri, &engine::refusals::PATH_NOT_FOUND.with("path", uri.path()));
    };
    if let Err(refusal) = may(entry.need, &caller.actor) {
        return problem(door, caller, uri, &door.engine.who_may(refusal).await);
    }
    let given: HashMap<String, String> = match pairs(uri.query().unwrap_or_default()) {
        Ok(pairs) => pairs.into_iter().collect(),
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    let current = current(door, caller, entry, &given).await;
    let beside = beside(door, caller, command, &given).await;
    let verb = words::command(caller.lang, command);
    let version = current.get("version").and_then(Json::as_i64).filter(|_| entry.versioned);
    let fields = field::Maker { door, caller, entry, given: &given, current: &current, beside: &beside }.fields();
    let mut context = Context::new(door, caller, "form", "/forms", uri, "desktop");
    context.title(verb.clone());
    context.set(
        "form",
        json!({
            "command": command, "title": verb, "verb": verb, "method": entry.route.method.name(),
            "subject": subject(entry, &given), "focus": given.get("focus"),
            "action": format!("/api/v1{}", entry.route.path), "dangerous": entry.route.method == Method::Delete,
            "fields": fields, "if_match": version.map(|v| format!("\"{v}\"")),
            "then": then(command),
        }),
    );
    context.render("form.html", 200)
}

/// What the form is about: the parts of its path that are given.
fn subject(entry: &CommandEntry, given: &HashMap<String, String>) -> Option<String> {
    let parts = entry.route.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}'));
    let told: Vec<&str> = parts.filter_map(|name| given.get(name).map(String::as_str)).collect();
    (!told.is_empty()).then(|| told.join(" · "))
}

/// Where the browser goes after it is done: to a new thing's page, away from the page of one that is gone, with a page whose
/// thing has another code now; else it stays and reads the page again.
fn then(command: &str) -> &'static str {
    match command {
        "run.create" => "goto:/mes/runs/{runNo}",
        "work_order.receive" => "goto:/mes/work-orders/{woNo}",
        "route.create" | "route.copy" => "goto:/mes/routes/{routingCode}",
        "line.update" => "with:/mes/lines/{code}",
        "station.update" => "with:/mes/stations/{code}",
        "operation.update" => "with:/mes/operations/{code}",
        "material.update" => "with:/mes/materials/{code}",
        "line.delete" => "goto:/mes/lines",
        "station.delete" => "goto:/mes/stations",
        "operation.delete" | "operation.merge" => "goto:/mes/operations",
        "material.delete" => "goto:/mes/materials",
        "role.delete" => "goto:/system/role-management",
        _ => "reload",
    }
}

/// What the thing is now: the answer of the question at the command's path or above it.
async fn current(door: &Arc<Door>, caller: &Caller, entry: &CommandEntry, given: &HashMap<String, String>) -> Json {
    if !entry.versioned {
        return Json::Null;
    }
    let mut path = entry.route.path;
    loop {
        if let Some(query) = question_at(door, path) {
            let fields: Vec<(String, String)> = given
                .iter()
                .filter(|(k, _)| path.contains(&format!("{{{k}}}")))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            if let Ok(answer) = one(door, caller, query.name, &fields).await {
                let nested =
                    answer.as_object().into_iter().flatten().map(|(_, v)| v).find(|v| v["version"].is_i64()).cloned();
                let answer = if answer["version"].is_i64() { Some(answer) } else { nested };
                if let Some(answer) = answer {
                    return spread(answer, entry.name);
                }
            }
        }
        match path.rfind('/') {
            Some(0) | None => return Json::Null,
            Some(cut) => path = &path[..cut],
        }
    }
}

/// What a form tells besides: of a route its steps and what holds for them.
async fn beside(door: &Arc<Door>, caller: &Caller, command: &str, given: &HashMap<String, String>) -> Json {
    let Some(code) = given.get("routingCode").filter(|_| command.starts_with("route.")) else { return Json::Null };
    let fields = [("routingCode".to_string(), code.clone())];
    let route = one(door, caller, "route.get", &fields).await.unwrap_or(Json::Null);
    let effective = one(door, caller, "route.effective", &fields).await.unwrap_or(Json::Null);
    json!({ "steps": route["steps"], "effective": effective["steps"] })
}

/// A detail that tells the thing under its own name (`{"route": {…}, "version": 3}`) shows the form the thing's fields.
fn spread(mut answer: Json, command: &str) -> Json {
    let noun = command.split('.').next().unwrap_or_default();
    let inner = answer.get(noun).and_then(Json::as_object).cloned().unwrap_or_default();
    if let Some(fields) = answer.as_object_mut() {
        for (name, value) in inner {
            fields.entry(name).or_insert(value);
        }
    }
    answer
}

fn question_at(door: &Door, path: &str) -> Option<&'static QueryEntry> {
    let queries = door.engine.shared.registry.queries.values();
    queries.copied().find(|q| q.route.path == path && q.listing.is_none() && q.route.method == Method::Get)
}

/// The column of a list that a picker gives.
pub fn code_of(list: &str) -> &'static str {
    match list {
        "runs" => "runNo",
        "work_orders" => "woNo",
        "routes" => "routingCode",
        "data_specs" => "specId",
        "users" => "username",
        "material_lots" => "lotNo",
        _ => "code",
    }
}
