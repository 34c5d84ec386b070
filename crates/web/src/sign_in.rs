//! Signing in and out in the browser, and the cookie that stands for a session.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use engine::door::Envelope;
use engine::perform::Answer;
use engine::{Lang, words};
use kernel::Refusal;
use serde_json::{Value as Json, json};

use crate::Door;
use crate::actor::{COOKIE, Caller};
use crate::body::pairs;
use crate::context::Context;

/// `GET /login`.
pub async fn form(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let (caller, _) = door.caller(&headers, from).await;
    let asked = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
    let next = asked.iter().find(|f| f.0 == "next").map_or("", |f| f.1.as_str());
    page(&door, &caller, &uri, None, "", next)
}

/// `POST /login`: the same command as the API, answered with a page.
pub async fn submit(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (caller, _) = door.caller(&headers, from).await;
    let fields = pairs(&String::from_utf8_lossy(&body)).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|f| f.0 == name).map_or("", |f| f.1.as_str());
    let (username, next) = (field("username"), field("next"));
    let answer = match door.engine.command("session.login") {
        None => Answer::refused(engine::refusals::PATH_NOT_FOUND),
        Some(entry) => {
            let fields = json!({ "username": username, "password": field("password") });
            let envelope = Envelope { origin: caller.origin.clone(), ..Envelope::default() };
            match door.engine.call(entry, caller.actor.clone(), fields, envelope) {
                Ok(call) => door.engine.submit(call).await,
                Err(refusal) => Answer::refused(refusal),
            }
        }
    };
    match answer {
        Answer::Refused { refusal, .. } => page(&door, &caller, &uri, Some(&refusal), username, next),
        Answer::Done { body, .. } => {
            let home = serde_json::from_str::<Json>(&body).ok().and_then(|b| b["home"].as_str().map(str::to_string));
            let (_, cookie) = take_cookie(&door, "session.login", body);
            let to =
                local(next).map(str::to_string).or(home).filter(|h| h.starts_with('/')).unwrap_or_else(|| "/".into());
            redirect(&to, cookie)
        }
    }
}

/// `POST /logout`: end the session and forget the cookie.
pub async fn leave(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (caller, _) = door.caller(&headers, from).await;
    let fields = pairs(&String::from_utf8_lossy(&body)).unwrap_or_default();
    let csrf = fields.iter().find(|f| f.0 == "csrf").map_or("", |f| f.1.as_str());
    if crate::api::same(csrf.as_bytes(), caller.actor.csrf.as_bytes()) {
        if let Some(entry) = door.engine.command("session.logout") {
            let key = Some(caller.origin.request_id.clone());
            let envelope = Envelope { key, origin: caller.origin.clone(), ..Envelope::default() };
            if let Ok(call) = door.engine.call(entry, caller.actor.clone(), json!({}), envelope) {
                door.engine.submit(call).await;
            }
        }
        door.actors.forget();
    }
    redirect("/login", Some(format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", secure(&door))))
}

/// `GET /enrol?token=…`: whoever holds a one-time link chooses the first password.
pub async fn enrol(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let (caller, _) = door.caller(&headers, from).await;
    let asked = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
    let token = asked.iter().find(|f| f.0 == "token").map_or("", |f| f.1.as_str());
    let say = |key: &str| words::say(caller.lang, key, []);
    let mut context = Context::new(&door, &caller, "enrol", "/enrol", &uri, "desktop");
    context.set("form", json!({
        "command": "user.enrol", "title": say("page-enrol"), "verb": say("command-user-enrol"), "intro": say("enrol-intro"),
        "method": "POST", "action": "/api/v1/auth/enrol", "then": "goto:/login",
        "fields": [
            { "name": "token", "label": say("field-token"), "kind": "hidden", "in": "body", "value": token },
            { "name": "password", "label": say("field-password"), "kind": "secret", "in": "body", "required": true },
        ],
    }));
    context.render("enrol.html", 200)
}

/// `GET /language?lang&next`: keep the choice for a year.
pub async fn language(uri: Uri) -> Response<Body> {
    let fields = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|f| f.0 == name).map_or("", |f| f.1.as_str());
    let lang = Lang::parse(field("lang")).unwrap_or(Lang::En);
    let cookie = format!("takt_lang={}; Path=/; SameSite=Lax; Max-Age=31536000", lang.tag());
    redirect(local(field("next")).unwrap_or("/"), Some(cookie))
}

/// Take the session's secret out of the answer of a sign-in; it lives in the cookie only.
pub fn take_cookie(door: &Door, command: &str, body: String) -> (String, Option<String>) {
    if !matches!(command, "session.login" | "user.enrol") {
        return (body, None);
    }
    let Ok(Json::Object(mut fields)) = serde_json::from_str(&body) else { return (body, None) };
    let Some(Json::String(token)) = fields.remove("sessionToken") else { return (body, None) };
    door.actors.forget();
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{}", secure(door));
    (Json::Object(fields).to_string(), Some(cookie))
}

fn secure(door: &Door) -> &'static str {
    let https = door.settings.public_url.as_ref().is_some_and(|u| u.starts_with("https://"));
    if https { "; Secure" } else { "" }
}

/// Only paths of our own: never another site, never `//host`.
fn local(path: &str) -> Option<&str> {
    let ok = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    Some(path).filter(|_| ok)
}

/// 303 to another page.
pub fn redirect(to: &str, cookie: Option<String>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, to);
    if let Some(cookie) = cookie.and_then(|c| HeaderValue::from_str(&c).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn page(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    refusal: Option<&Refusal>,
    username: &str,
    next: &str,
) -> Response<Body> {
    let mut context = Context::new(door, caller, "login", "/login", uri, "desktop");
    context.set("username", username);
    context.set("next", local(next).unwrap_or_default());
    context.set("error", refusal.map(|r| json!({ "code": r.def.code, "detail": words::refusal(caller.lang, r) })));
    context.title(words::say(caller.lang, "sign-in", []));
    let status = refusal.map_or(200, |r| r.kind.status());
    context.render("login.html", status)
}
