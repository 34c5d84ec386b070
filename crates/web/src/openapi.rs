//! The contract: OpenAPI 3.1 from the registry, and the same registry as a page to browse.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use engine::registry::Registry;
use engine::{Method, Need, Route};
use serde_json::{Map, Value as Json, json};

use crate::Door;
use crate::problem::json_response;

/// `GET /api/v1/openapi.json`.
pub fn document(door: &Arc<Door>) -> Response<Body> {
    json_response(200, of(&door.engine.shared.registry, door.settings.version).to_string())
}

/// The document of a registry.
pub fn of(registry: &Registry, version: &str) -> Json {
    let mut paths: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
    for entry in registry.commands.values() {
        let mut operation = operation(
            entry.name,
            entry.route,
            entry.need,
            entry.schema.as_value(),
            entry.output.as_value(),
            entry.status,
        );
        let parameters = operation["parameters"].as_array_mut();
        if let (Some(parameters), true) = (parameters, entry.need != Need::Nobody) {
            parameters.push(header("Idempotency-Key", true, 128));
            if entry.versioned {
                parameters.push(header("If-Match", true, 40));
            }
            parameters
                .push(json!({ "name": "dryRun", "in": "query", "required": false, "schema": { "type": "boolean" },
                "description": "Ask all guards without running the command; answers {allowed, blockers[]}" }));
        }
        paths
            .entry(format!("/api/v1{}", entry.route.path))
            .or_default()
            .insert(entry.route.method.name().to_lowercase(), operation);
    }
    for entry in registry.queries.values() {
        let operation =
            operation(entry.name, entry.route, entry.need, entry.schema.as_value(), entry.output.as_value(), 200);
        paths
            .entry(format!("/api/v1{}", entry.route.path))
            .or_default()
            .insert(entry.route.method.name().to_lowercase(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Takt", "version": version, "description": "Manufacturing execution for electronics factories" },
        "paths": paths,
        "components": {
            "schemas": { "Problem": problem_schema() },
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::actor::COOKIE },
                "token": { "type": "http", "scheme": "bearer" }
            }
        },
        "security": [{ "session": [] }, { "token": [] }]
    })
}

fn operation(name: &str, route: Route, need: Need, schema: &Json, output: &Json, status: u16) -> Json {
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let in_path = |field: &str| route.path.contains(&format!("{{{field}}}"));
    let by_query = route.method == Method::Get;
    let mut parameters = Vec::new();
    let mut body = Map::new();
    for (field, wanted) in &properties {
        match (in_path(field), by_query) {
            (true, _) => parameters.push(json!({ "name": field, "in": "path", "required": true, "schema": wanted })),
            (_, true) => parameters.push(json!({ "name": field, "in": "query", "required": required.contains(&field.as_str()), "schema": wanted })),
            _ => drop(body.insert(field.clone(), wanted.clone())),
        }
    }
    let problem = json!({ "description": "The refusal as problem+json", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let mut operation = json!({
        "operationId": name,
        "tags": [name.split(['.', '_']).next().unwrap_or(name)],
        "summary": schema["description"].as_str().unwrap_or(name),
        "parameters": parameters,
        "responses": {
            status.to_string(): { "description": "Done", "content": { "application/json": { "schema": output } } },
            "4XX": problem, "5XX": problem
        },
        "x-permits": need.permits().iter().map(|p| p.name()).collect::<Vec<_>>(),
    });
    if !body.is_empty() {
        let needed: Vec<&str> = required.into_iter().filter(|r| !in_path(r)).collect();
        operation["requestBody"] = json!({
            "required": !needed.is_empty(),
            "content": { "application/json": { "schema": { "type": "object", "properties": body, "required": needed, "additionalProperties": false } } }
        });
    }
    operation
}

fn header(name: &str, required: bool, max: u32) -> Json {
    json!({ "name": name, "in": "header", "required": required, "schema": { "type": "string", "maxLength": max } })
}

fn problem_schema() -> Json {
    json!({
        "type": "object",
        "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
            "detail": { "type": "string" }, "code": { "type": "string" }, "requestId": { "type": "string" },
            "params": { "type": "object" },
            "errors": { "type": "array", "items": { "type": "object", "properties": {
                "path": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" } } } }
        },
        "required": ["type", "title", "status", "code", "requestId"]
    })
}

/// The registry as the API page shows it.
pub fn entries(registry: &Registry) -> Vec<Json> {
    let commands = registry
        .commands
        .values()
        .map(|e| entry(e.name, e.route, e.need, e.schema.as_value(), e.output.as_value(), e.status));
    let queries = registry
        .queries
        .values()
        .map(|e| entry(e.name, e.route, e.need, e.schema.as_value(), e.output.as_value(), 200));
    let mut all: Vec<Json> = commands.chain(queries).collect();
    all.sort_by_key(|e| (e["group"].to_string(), e["path"].to_string()));
    all
}

fn entry(name: &str, route: Route, need: Need, schema: &Json, output: &Json, status: u16) -> Json {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let fields: Vec<Json> = schema["properties"].as_object().into_iter().flatten()
        .map(|(field, wanted)| {
            let place = match route.path.contains(&format!("{{{field}}}")) {
                true => "path",
                false if route.method == Method::Get => "query",
                false => "body",
            };
            let kind = match &wanted["type"] {
                Json::String(t) => t.clone(),
                Json::Array(types) => types.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" | "),
                _ => "object".into(),
            };
            json!({ "name": field, "in": place, "type": kind, "required": required.contains(&field.as_str()), "doc": wanted["description"].as_str().unwrap_or("") })
        })
        .collect();
    json!({
        "name": name, "group": name.split('.').next().unwrap_or(name), "method": route.method.name(), "path": format!("/api/v1{}", route.path),
        "permit": need.permits().iter().map(|p| p.name()).collect::<Vec<_>>().join(", "), "status": status,
        "doc": schema["description"].as_str().unwrap_or(""), "fields": fields, "answer": output,
    })
}
