//! The contract: OpenAPI 3.1 from the registry.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use engine::door::KEY_MAX;
use engine::listing::{PAGE, PAGE_MAX};
use engine::registry::{Registry, Shapes, Told};
use engine::{Method, Need, Route};
use serde_json::{Map, Value as Json, json};

use crate::Door;
use crate::problem::json_response;

/// `GET /api/v1/openapi.json`; made once.
pub async fn document(State(door): State<Arc<Door>>) -> Response<Body> {
    let text = door.contract.get_or_init(|| of(&door.engine.shared.registry, door.settings.version).to_string());
    json_response(200, text.clone())
}

/// The document of a registry.
pub fn of(registry: &Registry, version: &str) -> Json {
    let Shapes { told, mut named } = registry.shapes();
    named.insert("Problem".into(), problem_schema());
    named.insert("DryRun".into(), dry_run_schema());
    let mut paths: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
    for entry in registry.commands.values() {
        let mut operation = operation(entry.name, entry.route, entry.need, &told[entry.name], entry.status, false);
        if let (Some(parameters), true) = (operation["parameters"].as_array_mut(), entry.need != Need::Nobody) {
            parameters.push(common("parameters", "IdempotencyKey"));
            parameters.extend(entry.versioned.then(|| common("parameters", "IfMatch")));
            parameters.push(common("parameters", "DryRun"));
        }
        let path = paths.entry(format!("/api/v1{}", entry.route.path)).or_default();
        path.insert(entry.route.method.name().to_lowercase(), operation);
    }
    for entry in registry.queries.values() {
        let operation = operation(entry.name, entry.route, entry.need, &told[entry.name], 200, entry.listing.is_some());
        let path = paths.entry(format!("/api/v1{}", entry.route.path)).or_default();
        path.insert(entry.route.method.name().to_lowercase(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Takt", "version": version, "description": "Manufacturing execution for electronics factories" },
        "paths": paths,
        "components": {
            "schemas": named,
            "parameters": parameters(),
            "responses": { "Refused": { "description": "The refusal as problem+json", "content": {
                "application/problem+json": { "schema": common("schemas", "Problem") } } } },
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::actor::COOKIE },
                "token": { "type": "http", "scheme": "bearer" }
            }
        },
        "security": [{ "session": [] }, { "token": [] }]
    })
}

fn common(kind: &str, name: &str) -> Json {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// What many operations take alike. Pages of lists have the last two.
fn parameters() -> Json {
    let header = |name: &str, max: u32| json!({ "name": name, "in": "header", "required": true, "schema": { "type": "string", "maxLength": max } });
    let query = |name: &str, says: &str, schema: Json| json!({ "name": name, "in": "query", "required": false, "description": says, "schema": schema });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE });
    json!({
        "IdempotencyKey": header("Idempotency-Key", KEY_MAX as u32),
        "IfMatch": header("If-Match", 40),
        "DryRun": query("dryRun", "Ask all guards without running the command; answers DryRun", json!({ "type": "boolean" })),
        "Limit": query("limit", "How many rows a page has", limit),
        "Cursor": query("cursor", "nextCursor of the page before", json!({ "type": "string", "maxLength": 2000 })),
    })
}

fn operation(name: &str, route: Route, need: Need, told: &Told, status: u16, is_list: bool) -> Json {
    let Told { fields, answer } = told;
    let required: Vec<&str> = fields["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let in_path = |field: &str| route.path.contains(&format!("{{{field}}}"));
    let mut parameters = Vec::new();
    let mut body = Map::new();
    for (field, wanted) in fields["properties"].as_object().into_iter().flatten() {
        match (in_path(field), route.method == Method::Get, field.as_str()) {
            (true, _, _) => parameters.push(json!({ "name": field, "in": "path", "required": true, "schema": wanted })),
            (_, true, "limit") if is_list => parameters.push(common("parameters", "Limit")),
            (_, true, "cursor") if is_list => parameters.push(common("parameters", "Cursor")),
            (_, true, _) => {
                let required = required.contains(&field.as_str());
                parameters.push(json!({ "name": field, "in": "query", "required": required, "schema": wanted }));
            }
            _ => drop(body.insert(field.clone(), wanted.clone())),
        }
    }
    let refused = common("responses", "Refused");
    let mut operation = json!({
        "operationId": name,
        "tags": [name.split(['.', '_']).next().unwrap_or(name)],
        "summary": fields["description"].as_str().unwrap_or(name),
        "parameters": parameters,
        "responses": {
            status.to_string(): { "description": "Done", "content": { "application/json": { "schema": answer } } },
            "4XX": refused, "5XX": refused
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

fn dry_run_schema() -> Json {
    json!({
        "type": "object",
        "properties": {
            "allowed": { "type": "boolean" },
            "blockers": { "type": "array", "items": { "type": "object", "properties": {
                "code": { "type": "string" }, "status": { "type": "integer" }, "params": { "type": "object" },
                "detail": { "type": "string" }, "errors": { "type": "array" } } } }
        },
        "required": ["allowed", "blockers"]
    })
}
