//! Answers that are kept under their keys, so that the same call has one effect (R-CORE-001).

use kernel::error::REFUSALS;
use kernel::{Error, FieldError, Instant, Kind, Refusal, Result, p};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Answer, Call, TWIN};
use crate::cx::Cx;
use crate::db::{Reach, Tx};
use crate::refusals::IDEMPOTENCY_KEY_REUSED;
use crate::settings::{IDEMPOTENCY_GUARD_REFUSAL_SEC, IDEMPOTENCY_KEEP_HOURS};
use crate::sql;
use crate::store::Shared;

/// A refusal as the request table keeps it.
#[derive(Serialize, Deserialize)]
struct StoredRefusal {
    code: String,
    status: u16,
    params: Map<String, Json>,
    errors: Vec<(String, String, String)>,
}

/// The stored answer of an earlier call with the same key (R-CORE-001), unless its time is over.
pub(super) fn replay(tx: &Tx, call: &Call, now: Instant) -> Result<Option<Answer>> {
    let Some(key) = &call.key else { return Ok(None) };
    type Stored = (String, u16, Option<String>, Option<String>, String);
    let sql = sql!(
        "select fields_hash, status, etag, location, answer from request
         where principal_id = $1 and command = $2 and key = $3 and expires_at > $4"
    );
    let found: Vec<Stored> = tx.all(sql, Reach::ALL, &p![call.actor.principal, *call.entry.name, key, now])?;
    let Some((hash, status, etag, location, answer)) = found.into_iter().next() else { return Ok(None) };
    if hash != call.fields_hash {
        return Ok(Some(Answer::refused(IDEMPOTENCY_KEY_REUSED)));
    }
    if status < 400 {
        return Ok(Some(Answer::Done { status, body: answer, etag, location, replayed: true }));
    }
    let stored: StoredRefusal = serde_json::from_str(&answer).map_err(|e| Error::fault(e.to_string()))?;
    let Some(def) = REFUSALS.iter().find(|def| def.code == stored.code) else {
        return Err(Error::fault(format!("a stored answer names {}, which no longer exists", stored.code)));
    };
    let mut refusal = Refusal::from(def);
    refusal.params = stored.params;
    refusal.kind = kind_of(stored.status, def.kind);
    let errors = stored.errors.into_iter();
    refusal.errors = errors.map(|(path, code, message)| FieldError { path, code, message }).collect();
    Ok(Some(Answer::Refused { refusal, replayed: true }))
}

/// Keep the answer under its key; false when another call has taken the key meanwhile.
pub(super) fn store(tx: &Tx, shared: &Shared, call: &Call, answer: &Answer, now: Instant) -> Result<bool> {
    let Some(key) = &call.key else { return Ok(true) };
    let status = answer.status();
    if status >= 500 || status == 429 || status == 401 {
        return Ok(true);
    }
    let cx = Cx::new(tx, shared, &call.actor, now, &[], Reach::ALL, None);
    let (etag, location, text, keep_ms) = match answer {
        Answer::Done { body, etag, location, .. } => {
            let hours = i64::from(cx.setting(&IDEMPOTENCY_KEEP_HOURS)?);
            (etag.clone(), location.clone(), without_secrets(body, call), hours * 3_600_000)
        }
        Answer::Refused { refusal, .. } => {
            let stored = StoredRefusal {
                code: refusal.def.code.into(),
                status,
                params: refusal.params.clone(),
                errors: refusal.errors.iter().map(|e| (e.path.clone(), e.code.clone(), e.message.clone())).collect(),
            };
            let text = serde_json::to_string(&stored).map_err(|e| Error::fault(e.to_string()))?;
            (None, None, text, i64::from(cx.setting(&IDEMPOTENCY_GUARD_REFUSAL_SEC)?) * 1000)
        }
    };
    let sql = sql!(
        "insert into request (principal_id, command, key, fields_hash, status, etag, location, answer, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (principal_id, command, key) do update
         set fields_hash = excluded.fields_hash, status = excluded.status, etag = excluded.etag,
             location = excluded.location, answer = excluded.answer, expires_at = excluded.expires_at
         where request.expires_at <= $10"
    );
    let params = p![
        call.actor.principal,
        *call.entry.name,
        key,
        call.fields_hash,
        status,
        etag,
        location,
        text,
        now.plus_ms(keep_ms),
        now
    ];
    match tx.execute(sql, &params) {
        // Whoever holds the row is still performing the same key on another node.
        Err(Error::Again(cause)) => Err(Error::Again(cause.while_doing(TWIN))),
        other => Ok(other? == 1),
    }
}

/// Fields marked `x-secret` in the answer's schema are shown once: the stored answer has null and says so.
fn without_secrets(body: &str, call: &Call) -> String {
    let properties = call.entry.output.get("properties").and_then(Json::as_object);
    let secret = |p: &(&String, &Json)| p.1.get("x-secret").is_some();
    let names: Vec<&String> = properties.into_iter().flatten().filter(secret).map(|p| p.0).collect();
    if names.is_empty() {
        return body.to_string();
    }
    let Ok(Json::Object(mut fields)) = serde_json::from_str(body) else { return body.to_string() };
    for name in names {
        fields.insert(name.clone(), Json::Null);
    }
    fields.insert("secretShownOnce".into(), Json::Bool(true));
    Json::Object(fields).to_string()
}

fn kind_of(status: u16, fallback: Kind) -> Kind {
    let kinds =
        [Kind::Conflict, Kind::Unprocessable, Kind::NotFound, Kind::Denied, Kind::Stale, Kind::Malformed, Kind::Locked];
    kinds.into_iter().find(|k| k.status() == status).unwrap_or(fallback)
}
