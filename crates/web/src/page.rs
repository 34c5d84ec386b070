//! Pages: a path, the questions it asks, and a template; nobody sees one without the right.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response, Uri};
use engine::perform::may;
use engine::refusals::UNAUTHENTICATED;
use engine::words as catalogue;
use kernel::{Error, Kind, Refusal};
use minijinja::{Environment, UndefinedBehavior};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};

use crate::actor::{Caller, ROLE};
use crate::api_page::ApiPage;
use crate::body::pairs;
use crate::context::{Context, encoded};
use crate::pages::{self, Body as PageBody, Page, Source};
use crate::problem::refusal_of;
use crate::{Door, Refused, Said, form, list, lookup, record, search, sign_in, words};

/// The templates.
pub struct Pages {
    pub templates: Environment<'static>,
    api: OnceLock<ApiPage>,
}

impl Pages {
    pub fn new() -> Self {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in crate::assets::TEMPLATES {
            if let Err(error) = templates.add_template(name, text) {
                panic!("templates/{name}: {error:#}");
            }
        }
        Pages { templates, api: OnceLock::new() }
    }
}

/// Answer one page request.
pub async fn answer(door: Arc<Door>, from: SocketAddr, request: Request) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let (caller, refused) = door.caller(&parts.headers, from).await;
    let mut response = match refused {
        Some(refusal) => problem(&door, &caller, &parts.uri, &refusal),
        None if parts.method != axum::http::Method::GET && parts.method != axum::http::Method::HEAD => {
            problem(&door, &caller, &parts.uri, &engine::refusals::PATH_NOT_FOUND.with("path", parts.uri.path()))
        }
        None if caller.actor.principal < 0 && is_part(&parts.headers) => {
            crate::problem::response(&UNAUTHENTICATED.into(), caller.lang, &caller.origin.request_id)
        }
        None => show(&door, &caller, &parts.uri).await,
    };
    let said = Said { actor: caller.actor.name.clone(), route: pattern(parts.uri.path()).to_string() };
    response.extensions_mut().insert(said);
    response
}

/// The pattern of a page's path; nothing for a path that no page has.
fn pattern(path: &str) -> &str {
    match path {
        "/" | "/mes" | "/mes/search" => path,
        _ if path.starts_with("/lookup/") => "/lookup/{list}",
        _ if path.starts_with("/forms/") => "/forms/{command}",
        _ => find(path).map_or("", |(page, _)| page.path),
    }
}

/// Asked for by a page that is open: it asks to sign in again in place, and must not get the sign-in page instead of its part.
pub(crate) fn is_part(headers: &HeaderMap) -> bool {
    headers.contains_key("takt-block") || headers.contains_key("hx-request")
}

async fn show(door: &Arc<Door>, caller: &Caller, uri: &Uri) -> Response<Body> {
    if let Some(list) = uri.path().strip_prefix("/lookup/") {
        return lookup::answer(door, caller, uri, list).await;
    }
    if caller.actor.principal < 0 {
        return sign_in::to_sign_in(uri);
    }
    if caller.actor.must_change_password {
        return sign_in::to_password(uri);
    }
    let path = uri.path();
    if path == "/" || path == "/mes" || path == "/system" && !caller.actor.has(engine::Permit::SystemConfig) {
        let asked = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
        let role = asked.into_iter().find(|(name, role)| name == "role" && caller.actor.roles.contains(role));
        return match role {
            Some((_, role)) => sign_in::redirect("/", Some(sign_in::kept(ROLE, &encoded(&role)))),
            None => sign_in::redirect(&pages::home_of(caller), None),
        };
    }
    if let Some(command) = path.strip_prefix("/forms/") {
        return form::answer(door, caller, uri, command).await;
    }
    if path == "/mes/search" {
        return search::answer(door, caller, uri).await;
    }
    let Some((page, params)) = find(path) else {
        return problem(door, caller, uri, &engine::refusals::PATH_NOT_FOUND.with("path", path));
    };
    if let Err(refusal) = may(page.need, &caller.actor) {
        return problem(door, caller, uri, &door.engine.who_may(refusal).await);
    }
    match &page.body {
        PageBody::List(shown) => list::answer(door, caller, uri, page, *shown, &params).await,
        PageBody::Record(record) => record::answer(door, caller, uri, page, record, &params).await,
        PageBody::Template(template, asks) => template_page(door, caller, uri, page, template, asks, params).await,
        PageBody::Home(home) => crate::home::answer(door, caller, uri, page, home).await,
    }
}

/// The page of a path with its decoded parts; fixed segments win over named ones.
pub fn find(path: &str) -> Option<(&'static Page, Map<String, Json>)> {
    let given: Vec<&str> = path.split('/').skip(1).collect();
    let mut best: Option<(usize, &'static Page, Map<String, Json>)> = None;
    for page in pages::PAGES {
        let wanted: Vec<&str> = page.path.split('/').skip(1).collect();
        if wanted.len() != given.len() {
            continue;
        }
        let mut params = Map::new();
        let mut fixed = 0;
        let fits =
            wanted.iter().zip(&given).all(|(w, g)| match w.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
                Some(name) => match percent_decode_str(g).decode_utf8() {
                    Ok(value) if !value.is_empty() => {
                        params.insert(name.to_string(), value.into_owned().into());
                        true
                    }
                    _ => false,
                },
                None => {
                    fixed += 1;
                    w == g
                }
            });
        if fits && best.as_ref().is_none_or(|b| fixed > b.0) {
            best = Some((fixed, page, params));
        }
    }
    best.map(|b| (b.1, b.2))
}

/// Ask what a page asks; an optional question that is refused gives null.
pub async fn ask_all(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    asks: &[pages::Ask],
    params: &Map<String, Json>,
) -> Result<Map<String, Json>, Refusal> {
    let query = pairs(uri.query().unwrap_or_default())?;
    let mut data = Map::new();
    for ask in asks {
        if ask.when.is_some_and(|(name, value)| !query.iter().any(|(k, v)| k == name && v == value))
            || ask.unless.is_some_and(|name| data.get(name).is_some_and(|answer| !answer.is_null()))
        {
            continue;
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut complete = true;
        for (field, source) in ask.fields {
            let value = match source {
                Source::Path(name) => params.get(*name).and_then(Json::as_str).map(str::to_string),
                Source::Query(name) | Source::May(name) => {
                    query.iter().find(|(k, v)| k == name && !v.is_empty()).map(|(_, v)| v.clone())
                }
                Source::Is(value) => Some((*value).to_string()),
                Source::QueryOrBefore(name, part) => {
                    let before = || {
                        params.get(*part)?.as_str()?.parse::<i64>().ok().filter(|n| *n > 1).map(|n| (n - 1).to_string())
                    };
                    query.iter().find(|(k, v)| k == name && !v.is_empty()).map(|(_, v)| v.clone()).or_else(before)
                }
            };
            match (value, source) {
                (Some(value), _) => fields.push(((*field).to_string(), value)),
                (None, Source::May(_)) => {}
                (None, Source::Query(_)) if !ask.needs_all => {}
                (None, _) => complete = false,
            }
        }
        if !complete {
            data.insert(ask.into.into(), Json::Null);
            continue;
        }
        match one(door, caller, ask.query, &fields).await {
            Ok(mut answer) => {
                words::translate(caller.lang, &mut answer);
                data.insert(ask.into.into(), answer);
            }
            Err(refusal) if ask.optional && matches!(refusal.kind, Kind::Denied | Kind::NotFound) => {
                data.insert(ask.into.into(), Json::Null);
            }
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(data)
}

/// Ask one question by name, reading text fields as its schema says.
pub async fn one(door: &Arc<Door>, caller: &Caller, query: &str, fields: &[(String, String)]) -> Result<Json, Refusal> {
    let entry = door.engine.shared.registry.queries.get(query).copied();
    let Some(entry) = entry else {
        return Err(refusal_of(Error::fault(format!("no query is called {query}")), &caller.origin.request_id));
    };
    let fields = Json::Object(engine::door::typed(fields, entry.schema.as_value())?);
    let text = crate::api::asked(door, caller, entry, fields).await?;
    serde_json::from_str(&text).map_err(|e| refusal_of(Error::fault(e.to_string()), &caller.origin.request_id))
}

async fn template_page(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    page: &'static Page,
    template: &'static str,
    asks: &'static [pages::Ask],
    params: Map<String, Json>,
) -> Response<Body> {
    let mut data = match ask_all(door, caller, uri, asks, &params).await {
        Ok(data) => data,
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    if page.name == "api" {
        let api = door.pages.api.get_or_init(|| ApiPage::of(&door.engine.shared.registry));
        let asked = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
        let q = asked.iter().find(|(k, _)| k == "q").map_or("", |(_, v)| v.trim());
        data.insert("api".into(), api.found(caller.lang, q));
    }
    let mut context = Context::new(door, caller, page.name, page.path, uri, page.device);
    if let Some(title) = params.values().next().and_then(Json::as_str) {
        context.title(title);
    }
    context.set("params", &params);
    context.set("data", pages::shaped(page, data, caller));
    context.render(template, 200)
}

/// A refusal as a page.
pub fn problem(door: &Arc<Door>, caller: &Caller, uri: &Uri, refusal: &Refusal) -> Response<Body> {
    let status = refusal.kind.status();
    if status == 401 {
        return sign_in::redirect("/login", None);
    }
    let mut context = Context::new(door, caller, "error", uri.path(), uri, "desktop");
    let permission = refusal.params.get("permissions").and_then(|p| p.get(0)).cloned();
    let sought = uri.path().rsplit('/').next().map(|s| percent_decode_str(s).decode_utf8_lossy().into_owned());
    context.set(
        "problem",
        json!({
            "status": if matches!(status, 403 | 404) { status } else { 500.min(status.max(400)) },
            "code": refusal.def.code,
            "detail": catalogue::refusal(caller.lang, refusal),
            "requestId": caller.origin.request_id,
            "permission": permission,
            "sought": sought,
        }),
    );
    context.title(words::text(
        caller.lang,
        if status == 404 {
            "error-404"
        } else if status == 403 {
            "error-403"
        } else if status < 500 {
            "error-400"
        } else {
            "error-500"
        },
        &[],
    ));
    let mut page = context.render("error.html", status);
    page.extensions_mut().insert(Refused(refusal.def.code));
    page
}
