//! What every template gets: words, rights, navigation, the page itself, and what the page asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, Uri, header};
use engine::{Actor, Lang, Permit};
use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::{Door, pages, words};

/// What stays as it is in a path segment or query value.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A code as one segment of an address.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// Fill `{name}` parts of an address from a row; none when one is missing.
pub fn filled(pattern: &str, row: &Json) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        let end = start + rest[start..].find('}')?;
        out.push_str(&rest[..start]);
        match &row[&rest[start + 1..end]] {
            Json::String(text) => out.push_str(&encoded(text)),
            Json::Number(n) => out.push_str(&n.to_string()),
            _ => return None,
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

/// The context of one rendering.
pub struct Context {
    door: Arc<Door>,
    pub lang: Lang,
    request_id: String,
    values: BTreeMap<&'static str, Value>,
    page: serde_json::Map<String, Json>,
}

impl Context {
    pub fn new(door: &Arc<Door>, caller: &Caller, name: &str, path: &str, uri: &Uri, device: &str) -> Self {
        let lang = caller.lang;
        let url = uri.path_and_query().map_or(path, |p| p.as_str());
        let query: BTreeMap<String, String> =
            crate::body::pairs(uri.query().unwrap_or_default()).unwrap_or_default().into_iter().collect();
        let mut context = Context {
            door: door.clone(),
            lang,
            request_id: caller.origin.request_id.clone(),
            values: BTreeMap::new(),
            page: serde_json::Map::new(),
        };
        for (key, value) in
            [("name", name), ("path", uri.path()), ("url", url), ("zone", &door.settings.zone_name), ("device", device)]
        {
            context.page.insert(key.into(), value.into());
        }
        context.functions(&caller.actor);
        let mut spoken = words::for_browser(lang).clone();
        if device != "desktop" {
            spoken["other"] = words::for_browser(other(lang)).clone();
        }
        let signed_in = caller.actor.principal >= 0;
        context.set("words", spoken);
        context.set("lang", lang.tag());
        context.set("me", if signed_in { me(caller) } else { Json::Null });
        context.set("nav", if signed_in { pages::navigation(caller, uri.path()) } else { json!([]) });
        context.set("csrf", &caller.actor.csrf);
        context.set("query", query);
        context.set("params", json!({}));
        context.set("data", json!({}));
        context.title(words::text(lang, &format!("page-{name}"), &[]));
        context
    }

    pub fn set(&mut self, name: &'static str, value: impl Serialize) {
        self.values.insert(name, Value::from_serialize(value));
    }

    pub fn title(&mut self, title: impl Into<String>) {
        self.page.insert("title".into(), title.into().into());
    }

    /// Render a template; our own faults show a reference number and are logged.
    pub fn render(mut self, template: &str, status: u16) -> Response<Body> {
        self.values.insert("page", Value::from_serialize(&self.page));
        let context = Value::from_iter(self.values.iter().map(|(k, v)| (*k, v.clone())));
        let done = self.door.pages.templates.get_template(template).and_then(|t| t.render(context));
        let (status, html) = match done {
            Ok(html) => (status, html),
            Err(error) => {
                tracing::error!(
                    request_id = self.request_id,
                    template,
                    error = format!("{error:#}"),
                    "a page could not be rendered"
                );
                (
                    500,
                    format!(
                        "<!doctype html><title>Takt</title><p data-code=\"INTERNAL_ERROR\">{}</p>",
                        self.request_id
                    ),
                )
            }
        };
        html_response(status, html)
    }

    fn functions(&mut self, actor: &Arc<Actor>) {
        let lang = self.lang;
        let mut add = |name: &'static str, value: Value| drop(self.values.insert(name, value));
        add("t", Value::from_function(move |key: &str, args: Kwargs| said(lang, key, &args)));
        add("bi", Value::from_function(move |key: &str, args: Kwargs| both(lang, key, &args)));
        add("has_key", Value::from_function(move |key: &str| words::has(lang, key)));
        let grants = actor.clone();
        add("can", Value::from_function(move |name: &str| Permit::parse(name).is_some_and(|p| grants.has(p))));
        add("who_can", Value::from_function(move |name: &str| holders(lang, name)));
        add(
            "status_of",
            Value::from_function(|kind: &str, value: Value| words::status(kind, &plain(&value)).to_string()),
        );
        add(
            "status_icon",
            Value::from_function(|kind: &str, value: Value| words::icon(kind, &plain(&value)).to_string()),
        );
        add(
            "state_word",
            Value::from_function(move |kind: &str, value: Value| words::state(lang, kind, &plain(&value))),
        );
        let zone = &self.door.engine.shared.zone;
        let at = |format: &'static str| {
            let zone = zone.clone();
            Value::from_function(move |at: Value| local(&zone, &at, format))
        };
        add("day", at("%Y-%m-%d"));
        add("clock", at("%H:%M"));
        let (zone, here) = (zone.clone(), zone.clone());
        add("when", Value::from_function(move |at: Value| when(&zone, &at)));
        add(
            "now",
            Value::from_function(move || {
                jiff::Timestamp::now().to_zoned(here.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
            }),
        );
        let zone_name = self.door.settings.zone_name.clone();
        add("zone", Value::from_function(move || zone_name.clone()));
        add("num", Value::from_function(|n: Value| num(&n)));
        add("field_word", Value::from_function(move |name: &str| words::label(lang, name)));
        add("seg", Value::from_function(|code: Value| encoded(&plain(&code))));
        add("href", Value::from_function(|path: &str, args: Kwargs| href(path, &args)));
        let door = self.door.clone();
        add(
            "asset",
            Value::from_function(move |name: &str| {
                let url = door.assets.url(name).map(str::to_string);
                url.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no asset is called {name}")))
            }),
        );
    }
}

/// A page of HTML.
pub fn html_response(status: u16, html: String) -> Response<Body> {
    let mut response = crate::problem::json_response(status, html);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
    headers.insert("x-frame-options", HeaderValue::from_static("DENY"));
    response
}

fn me(caller: &Caller) -> Json {
    let (actor, lang) = (&caller.actor, caller.lang);
    let role = |code: &String| {
        let key = format!("role-{code}");
        if words::has(lang, &key) { words::text(lang, &key, &[]) } else { code.clone() }
    };
    json!({
        "username": actor.name, "name": actor.display, "roles": actor.roles, "role": caller.role.unwrap_or(0),
        "rolesWords": actor.roles.iter().map(role).collect::<Vec<_>>(),
        "mustChangePassword": actor.must_change_password, "unbound": actor.unbound, "askWhom": actor.ask_whom,
    })
}

fn other(lang: Lang) -> Lang {
    if lang == Lang::En { Lang::Zh } else { Lang::En }
}

fn args_of(args: &Kwargs) -> Result<Vec<(String, Json)>, Error> {
    let named = args.args().map(|name| {
        let value: Value = args.get(name)?;
        Ok((name.to_string(), serde_json::to_value(&value).unwrap_or(Json::Null)))
    });
    named.collect()
}

fn said(lang: Lang, key: &str, args: &Kwargs) -> Result<String, Error> {
    Ok(words::text(lang, key, &args_of(args)?))
}

/// Both languages, the page's first.
fn both(lang: Lang, key: &str, args: &Kwargs) -> Result<Value, Error> {
    let args = args_of(args)?;
    let span = |lang: Lang| {
        let tag = if lang == Lang::En { "en" } else { "zh-Hans" };
        format!("<span lang=\"{tag}\">{}</span>", escaped(&words::text(lang, key, &args)))
    };
    Ok(Value::from_safe_string(format!("<span class=\"bi\">{}{}</span>", span(lang), span(other(lang)))))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The roles whose holders may do what a permit allows.
pub fn holders(lang: Lang, permit: &str) -> Vec<String> {
    let Some(permit) = Permit::parse(permit) else { return Vec::new() };
    let roles = engine::permits::PRESET_ROLES.iter().filter(|r| !r.token_only && r.closure().has(permit));
    roles.map(|r| words::text(lang, &format!("role-{}", r.code), &[])).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// An instant in plant time, in a format of its own; empty when there is none.
fn local(zone: &jiff::tz::TimeZone, at: &Value, format: &str) -> String {
    let stamp = at.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    stamp.map_or_else(String::new, |stamp| stamp.to_zoned(zone.clone()).strftime(format).to_string())
}

/// `<time>` in plant time, ISO order, the zone in its title.
fn when(zone: &jiff::tz::TimeZone, at: &Value) -> Value {
    let Some(text) = at.as_str() else { return Value::from("–") };
    let Ok(stamp) = text.parse::<jiff::Timestamp>() else { return Value::from(text) };
    let local = stamp.to_zoned(zone.clone());
    let short = local.strftime("%Y-%m-%d %H:%M");
    let full = local.strftime("%Y-%m-%d %H:%M:%S %:z");
    Value::from_safe_string(format!("<time datetime=\"{text}\" title=\"{full}\">{short}</time>"))
}

/// Thousands are set apart; decimals stay as they are.
fn num(n: &Value) -> String {
    if n.is_none() || n.is_undefined() {
        return "–".into();
    }
    let text = plain(n);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("\u{2212}", d));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(w, p)| (w, Some(p)));
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return text;
    }
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    match part {
        Some(part) => format!("{sign}{grouped}.{part}"),
        None => format!("{sign}{grouped}"),
    }
}

fn href(path: &str, args: &Kwargs) -> Result<String, Error> {
    let mut query = Vec::new();
    for name in args.args() {
        let value: Value = args.get(name)?;
        if !value.is_none() && !value.is_undefined() && !plain(&value).is_empty() {
            query.push(format!("{name}={}", encoded(&plain(&value))));
        }
    }
    Ok(if query.is_empty() { path.to_string() } else { format!("{path}?{}", query.join("&")) })
}
