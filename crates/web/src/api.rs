//! The API: who, permit, body, fields, key, queue; the answer, or the refusal as problem+json.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use engine::door::Envelope;
use engine::perform::{Answer, may};
use engine::refusals::{CSRF_INVALID, PATH_NOT_FOUND, UNAUTHENTICATED};
use engine::registry::{CommandEntry, QueryEntry};
use engine::{Entity, Method, Need, Record, words};
use kernel::{Kind, Refusal};
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::body::{self, BODY_MAX};
use crate::problem::{json_response, refusal_of, response};
use crate::route::{Missing, Target};
use crate::{Door, Said, csv, sign_in};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Answer one request of the API.
pub async fn answer(door: Arc<Door>, from: SocketAddr, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (caller, refused) = door.caller(&parts.headers, from).await;
    let method = parts.method.as_str();
    let mut route = String::new();
    let answered = match refused {
        Some(refusal) => Err(refusal),
        None => match door.routes.find(method, below_api(parts.uri.path())) {
            Err(missing) => Err(missing_path(parts.uri.path(), &missing)),
            Ok(found) => {
                let call = Incoming { headers: &parts.headers, query: parts.uri.query(), path: found.fields, body };
                match found.target {
                    Target::Command(entry) => {
                        route = format!("/api/v1{}", entry.route.path);
                        command(&door, &caller, entry, call).await
                    }
                    Target::Query(entry) => {
                        route = format!("/api/v1{}", entry.route.path);
                        query(&door, &caller, entry, call).await
                    }
                }
            }
        },
    };
    let mut response = answered.unwrap_or_else(|refusal| response(&refusal, caller.lang, &caller.origin.request_id));
    response.extensions_mut().insert(Said { actor: caller.actor.name.clone(), route });
    response
}

/// The part of a path that names a command or question; what is not below the API names none.
fn below_api(path: &str) -> &str {
    path.strip_prefix("/api/v1").filter(|rest| rest.starts_with('/')).unwrap_or("/")
}

struct Incoming<'r> {
    headers: &'r HeaderMap,
    query: Option<&'r str>,
    path: Vec<(String, String)>,
    body: Body,
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    let too_big = |_| body::malformed("", &format!("the body is larger than {BODY_MAX} bytes or was cut off"));
    axum::body::to_bytes(body, BODY_MAX).await.map_err(too_big)
}

/// Who and permit, before anything of the call is read. `need` is of the call, or of looking at what it would come to.
fn admit(caller: &Caller, need: Need) -> Result<(), Refusal> {
    if need != Need::Nobody && caller.actor.principal < 0 {
        return Err(UNAUTHENTICATED.into());
    }
    may(need, &caller.actor)
}

/// Who may ask a command without running it: whoever reads what it is about, or where no point reads that, whoever may run it.
fn looking(entry: &'static CommandEntry) -> Need {
    if entry.reading.is_empty() { entry.need } else { Need::Any(&entry.reading) }
}

async fn command(
    door: &Arc<Door>,
    caller: &Caller,
    entry: &'static CommandEntry,
    call: Incoming<'_>,
) -> Result<Response<Body>, Refusal> {
    let wants_dry = body::is_dry_run(call.query);
    let dry = matches!(wants_dry, Ok(true));
    let mut admitted = admit(caller, if dry { looking(entry) } else { entry.need });
    if admitted.is_ok() && caller.by_cookie && entry.need != Need::Nobody && !csrf_holds(caller, call.headers) {
        admitted = Err(CSRF_INVALID.into());
    }
    if let Err(refusal) = admitted {
        return Err(if dry {
            door.engine.who_may(refusal).await
        } else {
            on_record(door, caller, entry, call, refusal).await
        });
    }
    wants_dry?;
    let bytes = read(call.body).await?;
    let fields = body::fields(call.path, call.query, call.headers, &bytes, entry.schema.as_value())?;
    let envelope =
        Envelope { key: key(call.headers), if_match: if_match(call.headers)?, origin: caller.origin.clone() };
    if dry {
        let call = door.engine.call(entry, caller.actor.clone(), fields, envelope)?;
        let blockers = door.engine.dry_run(call).await.map_err(|e| refusal_of(e, &caller.origin.request_id))?;
        return Ok(json_response(200, allowed(&blockers, caller).to_string()));
    }
    let call = match entry.need {
        Need::Nobody => door.engine.call(entry, caller.actor.clone(), fields, Envelope { key: None, ..envelope })?,
        _ => door.engine.admit(entry, caller.actor.clone(), fields, envelope)?,
    };
    match door.engine.submit(call).await {
        Answer::Refused { refusal, replayed } => {
            let mut answer = response(&refusal, caller.lang, &caller.origin.request_id);
            if replayed {
                answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            Ok(answer)
        }
        Answer::Done { status, body, etag, location, replayed } => {
            let (body, cookie) = sign_in::take_cookie(door, entry.name, body);
            let mut answer = json_response(status, body);
            let headers = answer.headers_mut();
            let optional = [(header::ETAG, etag), (header::LOCATION, location), (header::SET_COOKIE, cookie)];
            for (name, value) in optional {
                if let Some(value) = value.and_then(|v| HeaderValue::from_str(&v).ok()) {
                    headers.insert(name, value);
                }
            }
            if replayed {
                headers.insert(REPLAYED, HeaderValue::from_static("true"));
            }
            Ok(answer)
        }
    }
}

/// Somebody known was not let in: that goes on record, with as much of the call as can be read (R-PLAT-050). Whoever is not
/// known asked for nothing.
async fn on_record(
    door: &Arc<Door>,
    caller: &Caller,
    entry: &'static CommandEntry,
    call: Incoming<'_>,
    refusal: Refusal,
) -> Refusal {
    if refusal.kind != Kind::Denied {
        return refusal;
    }
    let schema = entry.schema.as_value();
    let path = call.path.clone();
    let fields = match read(call.body).await {
        Ok(bytes) => body::fields(call.path, call.query, call.headers, &bytes, schema),
        Err(_) => Ok(Json::Null),
    };
    let fields = fields.or_else(|_| engine::door::typed(&path, schema).map(Json::Object)).unwrap_or_default();
    let envelope = Envelope { key: key(call.headers), if_match: None, origin: caller.origin.clone() };
    door.engine.deny(entry, caller.actor.clone(), fields, envelope, refusal).await
}

async fn query(
    door: &Arc<Door>,
    caller: &Caller,
    entry: &'static QueryEntry,
    call: Incoming<'_>,
) -> Result<Response<Body>, Refusal> {
    if let Err(refusal) = admit(caller, entry.need) {
        return Err(door.engine.who_may(refusal).await);
    }
    if caller.by_cookie && entry.route.method != Method::Get && !csrf_holds(caller, call.headers) {
        return Err(CSRF_INVALID.into());
    }
    let bytes = read(call.body).await?;
    let wants_csv = entry.listing.is_some()
        && body::pairs(call.query.unwrap_or_default())?.iter().any(|(k, v)| k == "format" && v == "csv");
    if wants_csv {
        if let Err(refusal) = admit(caller, entry.export) {
            return Err(door.engine.who_may(refusal).await);
        }
        let pairs = body::pairs(call.query.unwrap_or_default())?.into_iter().filter(|(k, _)| k != "format");
        let all: Vec<(String, String)> = call.path.into_iter().chain(pairs).collect();
        let fields = Json::Object(engine::door::typed(&all, entry.schema.as_value())?);
        return csv::export(door, caller, entry, fields).await;
    }
    let fields = body::fields(call.path, call.query, call.headers, &bytes, entry.schema.as_value())?;
    let body = asked(door, caller, entry, fields).await?;
    let mut answer = json_response(200, body);
    let etag = answer_etag(&mut answer).await;
    if let Some(etag) = etag {
        answer.headers_mut().insert(header::ETAG, etag);
    }
    Ok(answer)
}

/// The answer of a question as JSON text; what is taken away with it goes on record first, or nobody gets it (R-PLAT-051).
pub async fn asked(
    door: &Arc<Door>,
    caller: &Caller,
    entry: &'static QueryEntry,
    fields: Json,
) -> Result<String, Refusal> {
    let problem = |error| refusal_of(error, &caller.origin.request_id);
    let (actor, origin) = (caller.actor.clone(), caller.origin.clone());
    let body = door.engine.ask(entry.name, actor.clone(), fields.clone()).await.map_err(problem)?;
    if let Some(Record { action, kind, field }) = entry.record {
        let named = fields[field].as_str().unwrap_or_default();
        let about = Entity::of(kind, kernel::code::clean(named, 200).unwrap_or_else(|_| named.to_string()));
        door.engine.taken_away(action, about, fields, actor, origin).await.map_err(problem)?;
    }
    Ok(body)
}

/// Details of changeable things carry their version; it is their ETag.
async fn answer_etag(answer: &mut Response<Body>) -> Option<HeaderValue> {
    let body = std::mem::take(answer.body_mut());
    let bytes = axum::body::to_bytes(body, usize::MAX).await.ok()?;
    let version = etag_of(&bytes);
    *answer.body_mut() = Body::from(bytes);
    version.and_then(|v| HeaderValue::from_str(&format!("\"{v}\"")).ok())
}

fn etag_of(bytes: &[u8]) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: Option<i64>,
    }
    serde_json::from_slice::<Versioned>(bytes).ok()?.version
}

/// The answer of a dry run: `{allowed, blockers[]}`.
fn allowed(blockers: &[Refusal], caller: &Caller) -> Json {
    let list: Vec<Json> = blockers
        .iter()
        .map(|b| json!({ "code": b.def.code, "status": b.kind.status(), "params": b.params, "detail": words::refusal(caller.lang, b), "errors": b.errors }))
        .collect();
    json!({ "allowed": blockers.is_empty(), "blockers": list })
}

fn key(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key").and_then(|h| h.to_str().ok()).map(|k| k.trim().to_string())
}

/// `If-Match: "7"`, also weak or without quotes.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_start_matches("W/").trim_matches('"');
    text.parse().map(Some).map_err(|_| body::malformed("", "If-Match must be an ETag of Takt, like \"7\""))
}

/// Compare without telling by the time how much agreed.
pub fn csrf_holds(caller: &Caller, headers: &HeaderMap) -> bool {
    let given = headers.get("takt-csrf").map(HeaderValue::as_bytes).unwrap_or_default();
    same(given, caller.actor.csrf.as_bytes())
}

/// Constant-time comparison of a secret.
pub fn same(given: &[u8], wanted: &[u8]) -> bool {
    !wanted.is_empty() && given.len() == wanted.len() && given.iter().zip(wanted).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}

fn missing_path(path: &str, missing: &Missing) -> Refusal {
    match missing {
        Missing::Malformed => body::malformed("", "the path is not percent-encoded UTF-8"),
        _ => {
            let mut refusal = PATH_NOT_FOUND.with("path", path.chars().take(200).collect::<String>());
            refusal.kind = Kind::NotFound;
            refusal
        }
    }
}
