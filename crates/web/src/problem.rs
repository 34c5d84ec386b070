//! Refusals as problem+json, in the caller's language.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use engine::{Lang, words};
use kernel::{Error, Kind, Refusal};
use serde_json::{Value as Json, json};

use crate::Refused;

/// The refusal as the answer of the API.
pub fn response(refusal: &Refusal, lang: Lang, request_id: &str) -> Response<Body> {
    let mut response = json_response(refusal.kind.status(), body(refusal, lang, request_id).to_string());
    response.extensions_mut().insert(Refused(refusal.def.code));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if matches!(refusal.kind, Kind::Busy | Kind::TooMany) {
        let seconds = refusal.params.get("seconds").and_then(Json::as_i64).unwrap_or(1);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// `{type,title,status,detail,code,requestId,params,errors[]}`.
pub fn body(refusal: &Refusal, lang: Lang, request_id: &str) -> Json {
    let code = refusal.def.code;
    json!({
        "type": format!("urn:takt:refusal:{code}"),
        "title": refusal.def.meaning.trim(),
        "status": refusal.kind.status(),
        "detail": words::refusal(lang, refusal),
        "code": code,
        "requestId": request_id,
        "params": refusal.params,
        "errors": refusal.errors,
    })
}

/// Any error as a refusal; our own faults are logged once, here, and show a reference number.
pub fn refusal_of(error: Error, request_id: &str) -> Refusal {
    match error {
        Error::Refused(refusal) => *refusal,
        Error::Lost(cause) | Error::Again(cause) => {
            tracing::warn!(request_id, cause = %cause, "storage is away");
            engine::refusals::TEMPORARILY_UNAVAILABLE.into()
        }
        Error::Full(cause) => {
            tracing::error!(request_id, cause = %cause, "storage is full");
            engine::refusals::STORAGE_FULL.into()
        }
        Error::Taken(cause) | Error::Fault(cause) => {
            tracing::error!(request_id, cause = %cause, "internal fault");
            engine::refusals::INTERNAL_ERROR.with("reference", request_id)
        }
    }
}

/// A JSON answer.
pub fn json_response(status: u16, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
