//! Lookups: what a picker offers of a list, in the reader's words (R-SCR-014).

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use engine::listing::{Kind, Listing};
use engine::refusals::{PATH_NOT_FOUND, UNAUTHENTICATED};
use kernel::Refusal;
use kernel::code::fold;
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::body::pairs;
use crate::form::code_of;
use crate::page::one;
use crate::problem::{json_response, response};
use crate::{Door, words};

/// At most so many are offered.
const OFFERED: usize = 20;

/// The order in which what begins with the typed text is asked for: by code, so that the one that is typed in full is the first.
pub fn by_code(listing: &Listing, fields: &[(String, String)]) -> Option<(String, String)> {
    let code = code_of(listing.name);
    let is_sought = fields.iter().any(|(name, value)| name == "q" && !value.is_empty());
    let is_sorted = fields.iter().any(|(name, _)| name == "sort");
    let has_order = listing.sorts.iter().any(|s| s.name == code);
    (is_sought && !is_sorted && has_order).then(|| ("sort".into(), code.into()))
}

/// `GET /lookup/{list}?q=…`: `{items: [{value, text, state, exact}], more}`, for whoever may read the list.
pub async fn answer(door: &Arc<Door>, caller: &Caller, uri: &Uri, list: &str) -> Response<Body> {
    match offered(door, caller, uri, list).await {
        Ok(found) => json_response(200, found.to_string()),
        Err(refusal) => response(&refusal, caller.lang, &caller.origin.request_id),
    }
}

async fn offered(door: &Arc<Door>, caller: &Caller, uri: &Uri, list: &str) -> Result<Json, Refusal> {
    if caller.actor.principal < 0 {
        return Err(UNAUTHENTICATED.into());
    }
    let listing = door.engine.shared.registry.queries.get(list).and_then(|q| q.listing);
    let listing = listing.ok_or_else(|| PATH_NOT_FOUND.with("path", uri.path()))?;
    let mut fields = pairs(uri.query().unwrap_or_default())?;
    fields.push(("limit".into(), OFFERED.to_string()));
    fields.extend(by_code(listing, &fields));
    let typed = fields.iter().find(|(name, _)| name == "q").map_or(String::new(), |(_, q)| fold(q));
    let mut found = one(door, caller, list, &fields).await?;
    words::translate(caller.lang, &mut found);
    let status = listing.columns.iter().find_map(|c| match c.kind {
        Kind::Word(vocabulary) if c.name == "status" => Some(vocabulary),
        _ => None,
    });
    let key = code_of(list);
    let item = |row: &Json| {
        let said =
            |name: &&str| row[*name].as_str().filter(|text| *name != key && !text.is_empty()).map(str::to_string);
        let text: Vec<String> =
            ["name", "productCode", "woNo", "materialCode", "lineCode"].iter().filter_map(said).collect();
        let state = match (status.zip(row["status"].as_str()), row["isActive"].as_bool()) {
            (Some((vocabulary, word)), _) => words::state(caller.lang, vocabulary, word),
            (None, Some(false)) => words::text(caller.lang, "inactive", &[]),
            _ => String::new(),
        };
        let is_exact = row[key].as_str().is_some_and(|code| fold(code) == typed);
        json!({ "value": row[key], "text": text.join(" · "), "state": state, "exact": is_exact })
    };
    let items: Vec<Json> = found["items"].as_array().into_iter().flatten().map(item).collect();
    Ok(json!({ "items": items, "more": !found["nextCursor"].is_null() }))
}
