//! Exports: a list as CSV, page by page, each page its own short snapshot.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use engine::listing::Listing;
use engine::registry::QueryEntry;
use engine::{Entity, Lang, words};
use kernel::Refusal;
use serde_json::Value as Json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::Door;
use crate::actor::Caller;
use crate::problem::refusal_of;

/// Stream every row of the filtered list.
pub async fn export(
    door: &Arc<Door>,
    caller: &Caller,
    entry: &'static QueryEntry,
    mut fields: Json,
) -> Result<Response<Body>, Refusal> {
    let Some(listing) = entry.listing else { return Err(engine::refusals::PATH_NOT_FOUND.into()) };
    if let Some(map) = fields.as_object_mut() {
        map.remove("cursor");
        map.insert("limit".into(), engine::listing::PAGE_MAX.into());
    }
    let first = page(door, caller, entry, &fields).await?;
    let asked = asked(&fields);
    let list = Entity::of("export", entry.name);
    let recorded = door.engine.taken_away("EXPORT", list, asked, caller.actor.clone(), caller.origin.clone()).await;
    recorded.map_err(|e| refusal_of(e, &caller.origin.request_id))?;
    let columns = columns(listing, &first);
    let head: Vec<String> = columns.iter().map(|c| quoted(&heading(caller.lang, c))).collect();
    let (sender, rows) = mpsc::channel::<Result<Bytes, std::io::Error>>(2);
    let (door, actor) = (door.clone(), caller.actor.clone());
    let (lang, origin) = (caller.lang, caller.origin.clone());
    tokio::spawn(async move {
        let caller = Caller { actor, lang, origin, by_cookie: false, role: None };
        let mut text = format!("\u{FEFF}{}\r\n", head.join(","));
        let mut next = Some(first);
        while let Some(answer) = next.take() {
            for item in answer["items"].as_array().into_iter().flatten() {
                let cells: Vec<String> = columns.iter().map(|c| quoted(&plain(&item[c.as_str()]))).collect();
                text.push_str(&cells.join(","));
                text.push_str("\r\n");
            }
            if sender.send(Ok(Bytes::from(std::mem::take(&mut text)))).await.is_err() {
                return;
            }
            let Some(cursor) = answer["nextCursor"].as_str() else { return };
            fields["cursor"] = cursor.into();
            match page(&door, &caller, entry, &fields).await {
                Ok(answer) => next = Some(answer),
                Err(refusal) => {
                    let cut = std::io::Error::other(refusal.def.code);
                    let _ = sender.send(Err(cut)).await;
                    return;
                }
            }
        }
    });
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(rows)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = format!("attachment; filename=\"{}.csv\"", entry.name);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The columns of the list, then what is added to its rows after reading: the roles of a person, the findings of a version.
fn columns(listing: &Listing, first: &Json) -> Vec<String> {
    let mut names: Vec<String> = listing.columns.iter().map(|c| c.name.to_string()).collect();
    let added = first["items"][0].as_object().into_iter().flatten().map(|(name, _)| name);
    let added: Vec<String> = added.filter(|name| !names.contains(name)).cloned().collect();
    names.extend(added);
    names
}

/// The filters and the order that were asked for.
fn asked(fields: &Json) -> Json {
    let mut asked = fields.clone();
    if let Some(fields) = asked.as_object_mut() {
        fields.remove("limit");
    }
    asked
}

async fn page(door: &Arc<Door>, caller: &Caller, entry: &'static QueryEntry, fields: &Json) -> Result<Json, Refusal> {
    let text = door.engine.ask(entry.name, caller.actor.clone(), fields.clone()).await;
    let text = text.map_err(|e| refusal_of(e, &caller.origin.request_id))?;
    serde_json::from_str(&text).map_err(|e| refusal_of(kernel::Error::fault(e.to_string()), &caller.origin.request_id))
}

fn heading(lang: Lang, column: &str) -> String {
    let key = format!("field-{column}");
    if words::has(lang, &key) { words::say(lang, &key, []) } else { column.to_string() }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Quoted where needed; a leading `=`, `+`, `-` or `@` of a text gets an apostrophe so that no spreadsheet runs it.
fn quoted(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    let text = if risky { format!("'{text}") } else { text.to_string() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
