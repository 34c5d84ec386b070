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

use crate::actor::{COOKIE, Caller};
use crate::body::pairs;
use crate::context::{Context, encoded};
use crate::{Door, Refused};

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
        // `/` leads to the person's home, or to the first page he may see (R-SCR-010).
        Answer::Done { body, .. } => redirect(local(next).unwrap_or("/"), take_cookie(&door, "session.login", body).1),
    }
}

/// `POST /logout`: end the session and forget the cookie. Another site, which does not know the CSRF word, changes nothing.
pub async fn leave(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (caller, _) = door.caller(&headers, from).await;
    let fields = pairs(&String::from_utf8_lossy(&body)).unwrap_or_default();
    let csrf = fields.iter().find(|f| f.0 == "csrf").map_or("", |f| f.1.as_str());
    if !crate::api::same(csrf.as_bytes(), caller.actor.csrf.as_bytes()) {
        return redirect("/", None);
    }
    if let Some(entry) = door.engine.command("session.logout") {
        let key = Some(caller.origin.request_id.clone());
        let envelope = Envelope { key, origin: caller.origin.clone(), ..Envelope::default() };
        if let Ok(call) = door.engine.call(entry, caller.actor.clone(), json!({}), envelope) {
            door.engine.submit(call).await;
        }
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
    let form = json!({
        "command": "user.enrol", "title": say("page-enrol"), "verb": say("command-user-enrol"), "intro": say("enrol-intro"),
        "method": "POST", "action": "/api/v1/auth/enrol", "then": "goto:/login",
        "fields": [
            { "name": "token", "label": say("field-token"), "kind": "hidden", "in": "body", "value": token },
            { "name": "password", "label": say("field-password"), "kind": "secret", "in": "body", "required": true },
        ],
    });
    entrance(&door, &caller, &uri, "enrol", form)
}

/// `GET /password?next=…`: one's own password; whoever must change it first is led here from every page, and on from here to
/// where he was going (R-PLAT-002).
pub async fn change(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let (caller, _) = door.caller(&headers, from).await;
    if caller.actor.principal < 0 {
        return to_sign_in(&uri);
    }
    let asked = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
    let next = asked.iter().find(|f| f.0 == "next").and_then(|f| local(&f.1)).unwrap_or("/");
    let say = |key: &str| words::say(caller.lang, key, []);
    let secret = |name: &str| json!({ "name": name, "label": say(&format!("field-{name}")), "kind": "secret", "in": "body", "required": true });
    let intro = caller.actor.must_change_password.then(|| say("password-intro"));
    let form = json!({
        "command": "user.change_password", "title": say("page-password"),
        "verb": say("command-user-change-password"), "intro": intro, "method": "POST",
        "action": "/api/v1/users/me/change-password", "then": format!("goto:{next}"),
        "fields": [secret("oldPassword"), secret("newPassword")],
    });
    entrance(&door, &caller, &uri, "password", form)
}

/// A form on a page of its own, without the menu: whoever sees it may not go anywhere else yet.
fn entrance(door: &Arc<Door>, caller: &Caller, uri: &Uri, name: &str, form: Json) -> Response<Body> {
    let mut context = Context::new(door, caller, name, uri.path(), uri, "desktop");
    context.title(form["title"].as_str().unwrap_or_default());
    context.set("form", form);
    context.render("entrance.html", 200)
}

/// To the sign-in, and from there back to this page.
pub fn to_sign_in(uri: &Uri) -> Response<Body> {
    redirect(&format!("/login?next={}", encoded(here(uri))), None)
}

/// To the change of the first password, and from there back to this page.
pub fn to_password(uri: &Uri) -> Response<Body> {
    redirect(&format!("/password?next={}", encoded(here(uri))), None)
}

fn here(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |p| p.as_str())
}

/// `GET /language?lang&next`: keep the choice for a year.
pub async fn language(uri: Uri) -> Response<Body> {
    let fields = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|f| f.0 == name).map_or("", |f| f.1.as_str());
    let lang = Lang::parse(field("lang")).unwrap_or(Lang::En);
    let cookie = kept("takt_lang", lang.tag());
    redirect(local(field("next")).unwrap_or("/"), Some(cookie))
}

/// Take the session's secret out of the answer of a sign-in; it lives in the cookie only.
pub fn take_cookie(door: &Door, command: &str, body: String) -> (String, Option<String>) {
    if command != "session.login" {
        return (body, None);
    }
    let Ok(Json::Object(mut fields)) = serde_json::from_str(&body) else { return (body, None) };
    let Some(Json::String(token)) = fields.remove("sessionToken") else { return (body, None) };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{}", secure(door));
    (Json::Object(fields).to_string(), Some(cookie))
}

fn secure(door: &Door) -> &'static str {
    let https = door.settings.public_url.as_ref().is_some_and(|u| u.starts_with("https://"));
    if https { "; Secure" } else { "" }
}

/// Only paths of our own: never another site, never `//host`.
fn local(path: &str) -> Option<&str> {
    let is_local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    // Browsers pass over tabs and line ends in an address: `/<tab>/host` is another site to them.
    Some(path).filter(|path| is_local && !path.contains(char::is_control))
}

/// A choice that the browser keeps for a year.
pub fn kept(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; SameSite=Lax; Max-Age=31536000")
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
    let mut page = context.render("login.html", status);
    if let Some(refusal) = refusal {
        page.extensions_mut().insert(Refused(refusal.def.code));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        for path in ["/", "/mes/runs?status=PREP#top", "/mes/runs/%E4%B8%80"] {
            assert_eq!(local(path), Some(path));
        }
        for path in
            ["", "mes", "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "/\r\n/x"]
        {
            assert_eq!(local(path), None, "{path:?}");
        }
    }
}
