//! Forms: every command has one, made from its schema, filled from the address and from the thing it changes.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use engine::perform::may;
use engine::registry::{CommandEntry, QueryEntry};
use engine::{Lang, Method};
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::body::pairs;
use crate::context::Context;
use crate::page::{one, problem};
use crate::{Door, words};

/// `GET /forms/{command}?field=value…`.
pub async fn answer(door: &Arc<Door>, caller: &Caller, uri: &Uri, command: &str) -> Response<Body> {
    let Some(entry) = door.engine.command(command) else {
        return problem(door, caller, uri, &engine::refusals::PATH_NOT_FOUND.with("path", uri.path()));
    };
    if let Err(refusal) = may(entry.need, &caller.actor) {
        return problem(door, caller, uri, &refusal);
    }
    let given: HashMap<String, String> = match pairs(uri.query().unwrap_or_default()) {
        Ok(pairs) => pairs.into_iter().collect(),
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    let current = current(door, caller, entry, &given).await;
    let lang = caller.lang;
    let verb = words::command(lang, command);
    let properties = entry.schema.as_value()["properties"].as_object().cloned().unwrap_or_default();
    let required: Vec<&str> =
        entry.schema.as_value()["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let fields: Vec<Json> = properties
        .iter()
        .map(|(name, schema)| {
            field(door, lang, entry, name, schema, required.contains(&name.as_str()), &given, &current)
        })
        .collect();
    let version = current.get("version").and_then(Json::as_i64).filter(|_| entry.versioned);
    let mut context = Context::new(door, caller, "form", "/forms", uri, "desktop");
    context.title(verb.clone());
    context.set(
        "form",
        json!({
            "command": command, "title": verb, "verb": verb, "method": entry.route.method.name(),
            "action": format!("/api/v1{}", entry.route.path), "dangerous": entry.route.method == Method::Delete,
            "fields": fields, "if_match": version.map(|v| format!("\"{v}\"")),
            "then": if caller.actor.must_change_password { "goto:/" } else { then(command) },
        }),
    );
    context.render("form.html", 200)
}

/// After creating a thing its page opens.
fn then(command: &str) -> &'static str {
    match command {
        "run.create" => "goto:/mes/runs/{runNo}",
        "work_order.receive" => "goto:/mes/work-orders/{woNo}",
        "route.create" | "route.copy" => "goto:/mes/routes/{routingCode}",
        _ => "reload",
    }
}

/// What the thing is now: the answer of the question at the command's path or above it.
async fn current(door: &Arc<Door>, caller: &Caller, entry: &CommandEntry, given: &HashMap<String, String>) -> Json {
    if !entry.versioned {
        return Json::Null;
    }
    let mut path = entry.route.path;
    loop {
        if let Some(query) = question_at(door, path) {
            let fields: Vec<(String, String)> = given
                .iter()
                .filter(|(k, _)| path.contains(&format!("{{{k}}}")))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            if let Ok(answer) = one(door, caller, query.name, &fields).await {
                let nested =
                    answer.as_object().into_iter().flatten().map(|(_, v)| v).find(|v| v["version"].is_i64()).cloned();
                let answer = if answer["version"].is_i64() { answer } else { nested.unwrap_or(answer) };
                return spread(answer, entry.name);
            }
        }
        match path.rfind('/') {
            Some(0) | None => return Json::Null,
            Some(cut) => path = &path[..cut],
        }
    }
}

/// A detail that tells the thing under its own name (`{"route": {…}, "version": 3}`) shows the form the thing's fields.
fn spread(mut answer: Json, command: &str) -> Json {
    let noun = command.split('.').next().unwrap_or_default();
    let inner = answer.get(noun).and_then(Json::as_object).cloned().unwrap_or_default();
    if let Some(fields) = answer.as_object_mut() {
        for (name, value) in inner {
            fields.entry(name).or_insert(value);
        }
    }
    answer
}

fn question_at(door: &Door, path: &str) -> Option<&'static QueryEntry> {
    let queries = door.engine.shared.registry.queries.values();
    queries.copied().find(|q| q.route.path == path && q.listing.is_none() && q.route.method == Method::Get)
}

#[allow(clippy::too_many_arguments, reason = "one input has this many sides")]
fn field(
    door: &Door,
    lang: Lang,
    entry: &CommandEntry,
    name: &str,
    schema: &Json,
    required: bool,
    given: &HashMap<String, String>,
    current: &Json,
) -> Json {
    let in_path = entry.route.path.contains(&format!("{{{name}}}"));
    let shape = match names_a_new_thing(entry.name, name) && !in_path {
        true => Shape { kind: "text", options: vec![], pick: None, pick_value: None },
        false => shape(lang, name, schema),
    };
    let value = match given.get(name) {
        Some(text) => Json::from(text.as_str()),
        None if !current[name].is_null() => current[name].clone(),
        None => schema.get("default").cloned().unwrap_or(Json::Null),
    };
    let kind = if in_path && given.contains_key(name) { "hidden" } else { shape.kind };
    let help_key = format!("help-{name}");
    let help = words::has(lang, &help_key).then(|| words::text(lang, &help_key, &[]));
    json!({
        "name": name, "label": words::field(lang, name), "kind": kind, "in": if in_path { "path" } else { "body" },
        "value": value, "required": required, "options": shape.options, "pick": shape.pick.as_deref().map(|list| pick_path(door, list)), "pick_value": shape.pick_value,
        "min": schema.get("minimum"), "max": schema.get("maximum"), "maxlength": schema.get("maxLength"), "help": help,
    })
}

/// A code that is given to a new thing is typed, not picked from those that exist.
fn names_a_new_thing(command: &str, field: &str) -> bool {
    let (noun, verb) = command.split_once('.').unwrap_or((command, ""));
    let own = match noun {
        "work_order" => "woNo",
        "run" => "runNo",
        "user" => "username",
        "material_lot" => "lotNo",
        "route" => "routingCode",
        _ => "code",
    };
    let makes = matches!(verb, "create" | "receive" | "copy" | "clone");
    makes && (field == own || matches!(field, "code" | "newCode" | "toCode" | "equipmentCode" | "specName"))
        || matches!(field, "newCode" | "equipmentCode")
}

struct Shape {
    kind: &'static str,
    options: Vec<Json>,
    pick: Option<String>,
    pick_value: Option<&'static str>,
}

/// Where a picker asks: the path of its list below `/api/v1/`.
pub fn pick_path(door: &Door, list: &str) -> String {
    let path = door.engine.shared.registry.queries.get(list).map(|q| q.route.path.trim_start_matches('/'));
    path.unwrap_or(list).to_string()
}

/// The kind of input a schema asks for.
fn shape(lang: Lang, name: &str, schema: &Json) -> Shape {
    let plain = |kind| Shape { kind, options: vec![], pick: None, pick_value: None };
    if let Some(inner) =
        ["anyOf", "oneOf"].iter().find_map(|k| schema.get(*k)?.as_array()?.iter().find(|s| s["type"] != "null"))
    {
        return shape(lang, name, inner);
    }
    if let Some(pick) = schema["x-pick"].as_str() {
        return Shape { kind: "pick", options: vec![], pick: Some(pick.into()), pick_value: Some(code_of(pick)) };
    }
    if schema.get("x-secret").is_some() {
        return plain("secret");
    }
    if let Some(all) = schema["enum"].as_array() {
        let vocabulary = schema["x-words"].as_str().unwrap_or("state");
        let words_of = all.iter().filter_map(Json::as_str);
        let options = words_of.map(|w| json!({ "value": w, "label": words::state(lang, vocabulary, w) })).collect();
        return Shape { kind: "select", options, pick: None, pick_value: None };
    }
    let kind = match &schema["type"] {
        Json::Array(types) => types.iter().filter_map(Json::as_str).find(|t| *t != "null").unwrap_or("object"),
        Json::String(one) => one,
        _ => "object",
    };
    match (kind, schema["format"].as_str(), schema["x-kind"].as_str()) {
        (_, _, Some("qty")) => plain("qty"),
        ("boolean", _, _) => plain("bool"),
        ("integer", _, _) => plain("integer"),
        ("number", _, _) => plain("number"),
        ("string", Some("date-time"), _) => plain("time"),
        ("string", Some("date"), _) => plain("date"),
        ("array", _, _) if schema["items"]["type"] == "string" => plain("list"),
        ("array" | "object", _, _) => plain("json"),
        ("string", _, _) if name == "csv" => plain("csv"),
        ("string", _, _) if name == "reason" || schema["maxLength"].as_u64().is_some_and(|n| n > 300) => {
            plain("textarea")
        }
        _ => plain("text"),
    }
}

/// The column of a list that a picker gives.
pub fn code_of(list: &str) -> &'static str {
    match list {
        "runs" => "runNo",
        "work_orders" => "woNo",
        "routes" => "routingCode",
        "data_specs" => "specId",
        "users" => "username",
        "material_lots" => "lotNo",
        _ => "code",
    }
}
