//! Detail pages without a template of their own: facts from plain fields, a table for each list of things.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use engine::Lang;
use engine::door::Envelope;
use serde_json::{Map, Value as Json, json};

use crate::actor::Caller;
use crate::context::{Context, encoded, filled};
use crate::list::{Actions, acts, is_state};
use crate::page::{ask_all, problem};
use crate::pages::{Ask, Body as Page_, PAGES, Page, RecordPage, Source};
use crate::{Door, list, words};

/// Answer a detail page.
pub async fn answer(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    page: &'static Page,
    shown: &'static RecordPage,
    params: &Map<String, Json>,
) -> Response<Body> {
    let data = match ask_all(door, caller, uri, shown.asks, params).await {
        Ok(data) => data,
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    let [first, beside @ ..] = shown.asks else { unreachable!("a detail page asks for its thing") };
    let mut thing = data.get(first.into).cloned().unwrap_or(Json::Null);
    words::translate(caller.lang, &mut thing);
    let title = thing[shown.title].as_str().map_or_else(|| page.name.to_string(), str::to_string);
    let mut actions = acts(door, caller, shown.actions, &thing);
    for action in &mut actions {
        if let Some(why) = refused(door, caller, action, &thing).await {
            action["allowed"] = false.into();
            action["why"] = why.into();
        }
    }
    let entry = door.engine.shared.registry.queries.get(first.query);
    let schema = entry.map(|e| e.output.as_value().clone()).unwrap_or_default();
    let crumbs =
        json!([{ "label": words::text(caller.lang, shown.crumb.0, &[]), "href": shown.crumb.1 }, { "label": title }]);
    let mut sections = sections(caller.lang, &thing, &schema, shown);
    sections.extend(beside.iter().filter_map(|ask| {
        list_below(door, caller, ask, &data, params).or_else(|| rows_below(door, caller, ask, &data, shown))
    }));
    let mut context = Context::new(door, caller, page.name, page.path, uri, "desktop");
    context.title(title.clone());
    context.set("params", params);
    context.set("record", json!({
        "title": title, "is_code": true, "state": state(&thing, &schema), "topics": shown.topic.and_then(|t| topic(t, &thing)),
        "crumbs": crumbs, "facts": facts(caller.lang, &thing, &schema, shown), "actions": actions, "sections": sections,
    }));
    context.render("record.html", 200)
}

/// Why a command that needs nothing but the thing would be refused now; the server is asked, not the page (R-SCR-002).
async fn refused(door: &Arc<Door>, caller: &Caller, action: &Json, thing: &Json) -> Option<String> {
    let entry = door.engine.command(action["command"].as_str()?)?;
    let mut fields = entry.schema.as_value()["properties"].as_object()?.keys();
    if !fields.all(|field| entry.route.path.contains(&format!("{{{field}}}"))) {
        return None;
    }
    let if_match = thing["version"].as_i64().filter(|_| entry.versioned);
    let envelope = Envelope { if_match, origin: caller.origin.clone(), ..Envelope::default() };
    let call = door.engine.call(entry, caller.actor.clone(), action["prefill"].clone(), envelope).ok()?;
    let refusals = door.engine.dry_run(call).await.ok()?;
    refusals.first().map(|refusal| engine::words::refusal(caller.lang, refusal))
}

/// A list that stands below the thing; none when it may not be read.
fn list_below(
    door: &Door,
    caller: &Caller,
    ask: &Ask,
    data: &Map<String, Json>,
    params: &Map<String, Json>,
) -> Option<Json> {
    let answer = data.get(ask.into).filter(|a| !a.is_null())?;
    let listing = door.engine.shared.registry.queries.get(ask.query)?.listing?;
    let mut table = list::table(caller.lang, listing, answer);
    let own = PAGES.iter().find(|p| matches!(p.body, Page_::List(l) if l.list == ask.query) && !p.path.contains('{'));
    let filters = ask.fields.iter().filter_map(|(field, source)| match source {
        Source::Path(name) => Some(format!("{field}={}", encoded(params.get(*name)?.as_str()?))),
        _ => None,
    });
    let query = filters.collect::<Vec<_>>().join("&");
    let id = ask.query.replace(['.', '_'], "-");
    table["id"] = id.into();
    table["title"] = words::text(caller.lang, &format!("list-{}", ask.query.replace('.', "-")), &[]).into();
    table["kind"] = "table".into();
    table["empty_key"] = format!("empty-{}", ask.query.replace('.', "-")).into();
    table["more_href"] = own.map(|p| format!("{}?{query}", p.path)).filter(|_| !answer["nextCursor"].is_null()).into();
    Some(table)
}

/// Rows below a thing by the question that answers them: the word above them, and what can be done with each.
const BELOW: [(&str, &str, Actions); 1] =
    [("sessions", "sessions-open", &[("session.end", &[("session", "session")])])];

/// Rows of a question that is no list, with what can be done with each; none when it may not be asked.
fn rows_below(
    door: &Arc<Door>,
    caller: &Caller,
    ask: &Ask,
    data: &Map<String, Json>,
    shown: &RecordPage,
) -> Option<Json> {
    let items = data.get(ask.into)?["items"].as_array()?;
    let schema = door.engine.shared.registry.queries.get(ask.query)?.output.as_value();
    let (_, title, actions) = BELOW.iter().find(|(query, ..)| *query == ask.query)?;
    let title = words::text(caller.lang, title, &[]);
    let mut section = table(caller.lang, ask.query, &title, items, &schema["properties"]["items"]["items"], shown);
    for row in section["rows"].as_array_mut().into_iter().flatten() {
        row["_actions"] = acts(door, caller, actions, row).into();
    }
    Some(section)
}

/// `run:{runNo}` with the object's own code.
fn topic(pattern: &str, thing: &Json) -> Option<String> {
    let (kind, field) = pattern.split_once(':')?;
    let code = thing[field.trim_matches(['{', '}'])].as_str()?;
    Some(format!("{kind}:{code}"))
}

fn vocabulary<'s>(schema: &'s Json, field: &str) -> Option<&'s str> {
    let wanted = &schema["properties"][field];
    let nested = wanted["anyOf"].as_array().into_iter().flatten().find_map(|s| s["x-words"].as_str());
    wanted["x-words"].as_str().or(nested)
}

fn state(thing: &Json, schema: &Json) -> Option<Json> {
    let value = thing["status"].as_str()?;
    Some(json!({ "kind": vocabulary(schema, "status").unwrap_or("state"), "value": value }))
}

fn facts(lang: Lang, thing: &Json, schema: &Json, shown: &RecordPage) -> Vec<Json> {
    let plain = thing.as_object().into_iter().flatten();
    let plain = plain.filter(|(name, value)| {
        !value.is_array()
            && !value.is_object()
            && !matches!(name.as_str(), "status" | "version")
            && **name != *shown.title
    });
    plain.map(|(name, value)| fact(lang, name, value, schema, shown)).collect()
}

/// A value that reads in one line: a scalar, or a list of scalars.
fn is_plain(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().all(|i| !i.is_array() && !i.is_object()),
        other => !other.is_object(),
    }
}

fn fact(lang: Lang, name: &str, value: &Json, schema: &Json, shown: &RecordPage) -> Json {
    let words_of = vocabulary(schema, name);
    let time = value.as_str().is_some_and(|v| v.len() == 24 && v.ends_with('Z') && v.as_bytes()[10] == b'T');
    let kind = match value {
        _ if words_of.is_some() && is_state(name) => "state",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        _ if time => "time",
        Json::String(_) if name.ends_with("Code") || name.ends_with("No") || name == "code" || name == "sn" => "code",
        _ => "text",
    };
    let href = shown
        .links
        .iter()
        .find(|(field, _)| *field == name)
        .and_then(|(_, page)| filled(page, &json!({ name: value })));
    let word =
        words_of.zip(value.as_str()).filter(|_| !is_state(name)).map(|(v, w)| Json::from(words::state(lang, v, w)));
    let listed = value.as_array().map(|items| {
        let texts = items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_string));
        Json::from(texts.collect::<Vec<_>>().join(", "))
    });
    let value = word.as_ref().or(listed.as_ref()).unwrap_or(value);
    json!({ "label": words::field(lang, name), "value": value, "kind": kind, "state_kind": words_of.unwrap_or("state"), "href": href })
}

fn sections(lang: Lang, thing: &Json, schema: &Json, shown: &RecordPage) -> Vec<Json> {
    let lists = thing.as_object().into_iter().flatten().filter(|(_, v)| v.is_array() || v.is_object());
    lists
        .map(|(name, value)| {
            let title = words::field(lang, name);
            match value {
                Json::Array(items) if items.iter().all(Json::is_object) && has_rows(&schema["properties"][name]) => {
                    let inner = &schema["properties"][name]["items"];
                    table(lang, name, &title, items, inner, shown)
                }
                Json::Array(items) => {
                    let chips: Vec<Json> = items.iter().map(|i| chip(lang, name, i, shown)).collect();
                    json!({ "id": name, "title": title, "kind": "chips", "chips": chips, "count": items.len() })
                }
                Json::Object(fields) if fields.values().all(is_plain) => {
                    let inner = &schema["properties"][name];
                    let facts: Vec<Json> = fields.iter().map(|(n, v)| fact(lang, n, v, inner, shown)).collect();
                    json!({ "id": name, "title": title, "kind": "facts", "facts": facts })
                }
                other => json!({ "id": name, "title": title, "kind": "json", "json": other }),
            }
        })
        .collect()
}

/// Whether a schema is a list of things rather than of words.
fn has_rows(schema: &Json) -> bool {
    schema["items"]["properties"].is_object() || schema["items"]["type"] == "object"
}

/// A word of a list: points, roles and states in words, codes as links to their pages.
fn chip(lang: Lang, field: &str, item: &Json, shown: &RecordPage) -> Json {
    let Some(text) = item.as_str() else { return json!({ "label": words::value(lang, field, item) }) };
    let key = match field {
        "permissions" | "implied" => format!("permit-{}", text.replace([':', '_'], "-")),
        "roles" => format!("role-{text}"),
        _ => String::new(),
    };
    let page = match field {
        "roles" => Some("/system/role-management/{code}"),
        "lineCodes" => Some("/mes/lines/{code}"),
        "stationCodes" => Some("/mes/stations/{code}"),
        _ => shown.links.iter().find(|(name, _)| *name == field).map(|(_, page)| *page),
    };
    let href = page.and_then(|page| filled(page, &json!({ "code": text })));
    match words::has(lang, &key) {
        true => json!({ "label": words::text(lang, &key, &[]), "code": text, "href": href }),
        false => json!({ "label": words::value(lang, field, item), "href": href }),
    }
}

fn table(lang: Lang, name: &str, title: &str, items: &[Json], schema: &Json, shown: &RecordPage) -> Json {
    let mut keys: Vec<&String> = Vec::new();
    for item in items {
        for key in item.as_object().into_iter().flat_map(Map::keys) {
            if !keys.contains(&key) && key != "version" {
                keys.push(key);
            }
        }
    }
    let columns: Vec<Json> = keys
        .iter()
        .map(|key| {
            let sample = items.iter().map(|i| &i[key.as_str()]).find(|v| !v.is_null()).cloned().unwrap_or(Json::Null);
            let shape = fact(lang, key, &sample, schema, shown);
            json!({ "key": key, "label": shape["label"], "kind": shape["kind"], "state_kind": shape["state_kind"] })
        })
        .collect();
    let rows: Vec<Json> = items
        .iter()
        .map(|item| {
            let mut row = item.clone();
            let links: Map<String, Json> = shown
                .links
                .iter()
                .filter_map(|(field, page)| Some(((*field).to_string(), filled(page, item)?.into())))
                .collect();
            for key in &keys {
                if let (Some(words_of), Some(word), false) =
                    (vocabulary(schema, key), item[key.as_str()].as_str(), is_state(key))
                {
                    row[key.as_str()] = words::state(lang, words_of, word).into();
                }
                if row[key.as_str()].is_array() || row[key.as_str()].is_object() {
                    row[key.as_str()] = words::value(lang, key, &row[key.as_str()]).into();
                }
            }
            row["_links"] = Json::Object(links);
            row
        })
        .collect();
    json!({ "id": name, "title": title, "kind": "table", "count": items.len(), "columns": columns, "rows": rows })
}
