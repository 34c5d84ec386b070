//! The audit trail: one call, one row, in the same transaction as the change.

use kernel::{Error, Instant, Refusal, Result, p};
use serde_json::Value as Json;

use crate::actor::Actor;
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
    let entity = kept.entity.clone().unwrap_or_else(|| call.asked.entity());
    let (status, code, params, input) = match outcome {
        Outcome::Done => ("SUCCESS", None, None, None),
        Outcome::Refused(refusal) => {
            let params = Some(Json::Object(refusal.params.clone()).to_string()).filter(|p| p != "{}");
            ("FAIL", Some(refusal.def.code.to_string()), params, Some(short_input(call)))
        }
    };
    let diff = diff_text(&kept.diff);
    let key: String = entity.key.chars().take(200).collect();
    let sql = sql!(
        "insert into audit (at, action, entity_type, entity_key, actor_type, actor, actor_name, actor_roles, status,
             error_code, error_params, diff, reason, input, line_code, station_code, request_id, idempotency_key, ip, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         returning id"
    );
    let actor = kept.actor.as_deref().unwrap_or(&call.actor);
    let params = p![
        now,
        action_of(call.entry.name),
        *entity.kind,
        key,
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
    let Some(entity) = &kept.entity else {
        return Err(Error::fault(format!("{action} says nothing about its object")));
    };
    let actor = kept.actor.as_deref().unwrap_or(actor);
    let sql = sql!(
        "insert into audit (at, action, entity_type, entity_key, actor_type, actor, actor_name, actor_roles, status,
             diff, reason, request_id, ip, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'SUCCESS', $9, $10, $11, $12, $13)"
    );
    let params = p![
        now,
        *action,
        *entity.kind,
        entity.key,
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

/// The diff as text; beyond 64 kB only its size and hash stay.
fn diff_text(diff: &[Json]) -> Option<String> {
    if diff.is_empty() {
        return None;
    }
    let text = Json::from(diff).to_string();
    if text.len() <= DIFF_MAX {
        return Some(text);
    }
    let hash = crate::seal::sha256(text.as_bytes());
    Some(serde_json::json!([{ "op": "truncated", "path": "/", "bytes": text.len(), "sha256": hash }]).to_string())
}
