//! The API page: an index of every command and question, and in full what was searched.

use engine::registry::Registry;
use engine::{Lang, Method, Need, Route};
use serde_json::{Value as Json, json};

use crate::context::{encoded, holders};

/// More matches than this show as an index.
const IN_FULL: usize = 12;

/// Every command and question as the page shows them, made once.
pub struct ApiPage {
    entries: Vec<Json>,
}

impl ApiPage {
    pub fn of(registry: &Registry) -> ApiPage {
        let commands = registry
            .commands
            .values()
            .map(|e| entry(e.name, e.route, e.need, e.schema.as_value(), e.output.as_value(), e.status));
        let queries = registry
            .queries
            .values()
            .map(|e| entry(e.name, e.route, e.need, e.schema.as_value(), e.output.as_value(), 200));
        let mut entries: Vec<Json> = commands.chain(queries).collect();
        entries.sort_by_key(|e| (e["group"].to_string(), e["path"].to_string()));
        ApiPage { entries }
    }

    /// What the page shows for a search: the entry of that name, else those whose name or path contains it.
    pub fn found(&self, lang: Lang, q: &str) -> Json {
        let exact: Vec<&Json> = self.entries.iter().filter(|e| e["name"] == q).collect();
        let like = |e: &&Json| ["name", "path"].iter().any(|k| e[*k].as_str().is_some_and(|text| text.contains(q)));
        let found = if exact.is_empty() { self.entries.iter().filter(like).collect() } else { exact };
        if q.is_empty() || found.len() > IN_FULL {
            return json!({ "entries": [], "groups": index(&found) });
        }
        let told = found.into_iter().map(|e| {
            let mut e = e.clone();
            let permits = e["permits"].as_array().into_iter().flatten().filter_map(Json::as_str);
            let mut roles: Vec<String> = permits.flat_map(|p| holders(lang, p)).collect();
            roles.sort();
            roles.dedup();
            e["roles"] = roles.into();
            e
        });
        json!({ "entries": told.collect::<Vec<_>>(), "groups": [] })
    }
}

/// Links by group.
fn index(entries: &[&Json]) -> Vec<Json> {
    let mut groups: Vec<(String, Vec<Json>)> = Vec::new();
    for e in entries {
        let name = e["group"].as_str().unwrap_or_default();
        let link = json!({
            "name": e["name"], "path": e["path"], "method": e["method"],
            "status": if e["method"] == "GET" { "waiting" } else { "current" },
            "href": format!("/system/api?q={}", encoded(e["name"].as_str().unwrap_or_default())),
        });
        match groups.last_mut().filter(|g| g.0 == name) {
            Some(group) => group.1.push(link),
            None => groups.push((name.to_string(), vec![link])),
        }
    }
    groups.into_iter().map(|(name, entries)| json!({ "name": name, "entries": entries })).collect()
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
        "permits": need.permits().iter().map(|p| p.name()).collect::<Vec<_>>(), "status": status,
        "doc": schema["description"].as_str().unwrap_or(""), "fields": fields, "answer": output,
    })
}
