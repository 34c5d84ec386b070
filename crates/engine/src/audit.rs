//! The audit trail: one call, one row, in the same transaction as the change.

use kernel::{Error, Instant, Refusal, Result, p};
use serde_json::{Value as Json, json};

use crate::actor::Actor;
use crate::command::Entity;
use crate::cx::Kept;
use crate::db::{Reach, Tx};
use crate::event::Happened;
use crate::perform::{Call, Origin};
use crate::sql;

/// How the call ended, as the trail records it.
pub enum Outcome<'r> {
    Done,
    Refused(&'r Refusal),
}

const INPUT_MAX: usize = 8_000;
const DIFF_MAX: usize = 64 * 1024;

/// `run.authorize` → `RUN_AUTHORIZE`: how the trail names what was asked.
pub fn action_of(command: &str) -> String {
    command.replace('.', "_").to_uppercase()
}

/// Write the row of one call; gives its id.
pub(crate) fn write(tx: &Tx, now: Instant, call: &Call, kept: &Kept, outcome: &Outcome<'_>) -> Result<i64> {
    let entity = kept.entity.borrow().clone().unwrap_or_else(|| call.asked.entity());
    let (status, code, params, input) = match outcome {
        Outcome::Done => ("SUCCESS", None, None, None),
        Outcome::Refused(refusal) => {
            let params = Some(Json::Object(refusal.params.clone()).to_string()).filter(|p| p != "{}");
            ("FAIL", Some(refusal.def.code.to_string()), params, Some(short_input(call)))
        }
    };
    let diff = diff_text(&kept.diff);
    let (key, key_folded) = keys(&entity);
    let sql = sql!(
        "insert into audit (at, action, entity_type, entity_key, entity_fold, actor_type, actor, actor_name, actor_roles, status,
             error_code, error_params, diff, reason, input, line_code, station_code, request_id, idempotency_key, ip, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         returning id"
    );
    let actor = kept.actor.as_deref().unwrap_or(&call.actor);
    let params = p![
        now,
        action_of(call.entry.name),
        *entity.kind,
        key,
        key_folded,
        *actor.kind.word(),
        actor.name,
        actor.display,
        actor.roles.join(" "),
        *status,
        code,
        params,
        diff,
        kept.reason,
        input,
        kept.line_code,
        kept.station_code,
        call.origin.request_id,
        call.key,
        call.origin.ip,
        call.origin.user_agent
    ];
    let id: Option<(i64,)> = tx.all(sql, Reach::ALL, &params)?.pop();
    id.map(|id| id.0).ok_or_else(|| Error::fault("an insert gives an id"))
}

/// Write a row beside those of calls: an administrator made on the command line, the first use of a token in a day, one row of
/// an import, an export.
pub(crate) fn record(
    tx: &Tx,
    now: Instant,
    action: &'static str,
    actor: &Actor,
    kept: &Kept,
    origin: &Origin,
) -> Result<()> {
    let entity = kept.entity.borrow();
    let Some(entity) = &*entity else {
        return Err(Error::fault(format!("{action} says nothing about its object")));
    };
    let actor = kept.actor.as_deref().unwrap_or(actor);
    let sql = sql!(
        "insert into audit (at, action, entity_type, entity_key, entity_fold, actor_type, actor, actor_name, actor_roles, status,
             diff, reason, request_id, ip, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'SUCCESS', $10, $11, $12, $13, $14)"
    );
    let (key, key_folded) = keys(entity);
    let params = p![
        now,
        *action,
        *entity.kind,
        key,
        key_folded,
        *actor.kind.word(),
        actor.name,
        actor.display,
        actor.roles.join(" "),
        diff_text(&kept.diff),
        kept.reason,
        origin.request_id,
        origin.ip,
        origin.user_agent
    ];
    tx.execute(sql, &params)?;
    Ok(())
}

/// The key of the thing as it is written, cut at 200 characters, and folded: by that its history is found, however it was typed.
fn keys(entity: &Entity) -> (String, String) {
    let key: String = entity.key.chars().take(200).collect();
    let folded = kernel::code::fold(&key);
    (key, folded)
}

/// Write one fact beside the row of the call that made it.
pub(crate) fn write_event(tx: &Tx, event: &Happened, audit_id: Option<i64>) -> Result<()> {
    let sql = sql!(
        "insert into event (at, occurred_at, name, audit_id, subject, line_id, topics, payload)
         values ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    let payload = serde_json::to_string(&event.payload).map_err(|e| Error::fault(e.to_string()))?;
    let params =
        p![event.at, event.occurred_at, *event.name, audit_id, event.subject, event.line_id, event.topics, payload];
    tx.promise(sql, &params, "an event was not kept")
}

/// Input is kept for failures only, without secrets, cut at eight kilobytes.
fn short_input(call: &Call) -> String {
    let mut fields = call.fields.clone();
    redact(&mut fields, call.entry.schema.as_value());
    let text = fields.to_string();
    if text.len() <= INPUT_MAX {
        return text;
    }
    let cut = (0..=INPUT_MAX).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    format!("{}…", &text[..cut])
}

/// Fields whose schema is marked `x-secret` become `***`.
pub(crate) fn redact(fields: &mut Json, schema: &Json) {
    let (Json::Object(fields), Some(properties)) = (fields, schema.get("properties").and_then(Json::as_object)) else {
        return;
    };
    for (name, value) in fields.iter_mut() {
        match properties.get(name) {
            Some(schema) if schema.get("x-secret").is_some() => *value = "***".into(),
            Some(schema) => redact(value, schema),
            None => {}
        }
    }
}

/// The diff as text; beyond 64 kB its size and a hash of each side stay, so that what somebody has kept of either can be proven.
fn diff_text(diff: &[Json]) -> Option<String> {
    if diff.is_empty() {
        return None;
    }
    let text = Json::from(diff).to_string();
    if text.len() <= DIFF_MAX {
        return Some(text);
    }
    let hash = |side: &str| {
        let values: Vec<Json> = diff.iter().filter_map(|e| Some(json!([e["path"], e.get(side)?]))).collect();
        format!("sha256:{}", crate::seal::sha256(Json::from(values).to_string().as_bytes()))
    };
    let whole = json!({
        "op": "replace", "path": "/", "truncated": true, "bytes": text.len(), "before": hash("before"), "after": hash("after")
    });
    Some(json!([whole]).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_050_a_diff_that_is_too_long_keeps_the_hashes_of_both_sides() {
        let entry = |before: &str, after: &str| {
            let long = "x".repeat(DIFF_MAX / 2);
            let text = diff_text(&[
                json!({ "op": "replace", "path": "/meta", "before": before.to_owned() + &long, "after": after.to_owned() + &long }),
            ]);
            serde_json::from_str::<Json>(&text.unwrap()).unwrap()[0].clone()
        };
        let (one, other) = (entry("a", "b"), entry("a", "c"));
        assert_eq!((&one["truncated"], &one["path"]), (&json!(true), &json!("/")));
        assert!(one["bytes"].as_u64() > Some(DIFF_MAX as u64));
        assert!(one["before"].as_str().is_some_and(|hash| hash.starts_with("sha256:") && hash.len() == 71));
        assert_eq!(one["before"], other["before"]);
        assert_ne!(one["after"], other["after"]);
        assert_eq!(diff_text(&[]), None);
    }
}
