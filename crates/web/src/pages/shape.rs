//! Answers brought into the shape that a page's template expects.

use engine::Lang;
use serde_json::{Map, Value as Json, json};

use crate::context::{encoded, filled};
use crate::words;

/// Things with a page of their own, by the kind under which the trail names them.
const PLACES: [(&str, &str); 10] = [
    ("line", "/mes/lines/{key}"),
    ("station", "/mes/stations/{key}"),
    ("operation", "/mes/operations/{key}"),
    ("material", "/mes/materials/{key}"),
    ("data_spec", "/mes/data-collection-specs/{key}"),
    ("route", "/mes/routes/{key}"),
    ("work_order", "/mes/work-orders/{key}"),
    ("run", "/mes/runs/{key}"),
    ("unit", "/mes/units/{key}"),
    ("user", "/system/user-management/{key}"),
];

/// An audit row in words, with its object and its neighbours linked.
pub fn audit(data: &mut Map<String, Json>, lang: Lang) {
    let Some(row) = data.get_mut("audit") else { return };
    let (kind, key) = (row["entityType"].clone(), row["entityKey"].clone());
    let changes =
        row["diff"].as_array().into_iter().flatten().map(|d| change(lang, d["path"].as_str().unwrap_or_default(), d));
    let changes: Vec<Json> = changes.collect();
    let entity = words::entity(lang, kind.as_str().unwrap_or_default());
    row["diff"] = json!([{ "kind": entity, "key": key, "changes": changes }]);
    row["verb"] = words::action(lang, row["action"].as_str().unwrap_or_default()).into();
    row["entity"] = entity.into();
    let place = PLACES.iter().find(|(name, _)| kind == *name).map(|(_, page)| *page);
    row["_href"] = place.and_then(|page| filled(page, &json!({ "key": key }))).into();
    row["code"] = row["errorCode"].clone();
    row["detail"] = row["errorMessage"].clone();
    for (name, seq) in [("prev_href", "previousSeq"), ("next_href", "nextSeq")] {
        row[name] = row[seq].as_i64().map(|seq| format!("/system/audit-logs/{seq}")).into();
    }
}

/// A change in words: the label of its field, and both values in one line.
fn change(lang: Lang, path: &str, change: &Json) -> Json {
    let parts: Vec<&str> = path.split(['/', '.']).filter(|p| !p.is_empty()).collect();
    let (last, outer) = parts.split_last().map_or(("", &[][..]), |(last, outer)| (*last, outer));
    let label = words::label(lang, last);
    let field = if outer.is_empty() { label } else { format!("{} · {label}", outer.join(" ")) };
    let said = |value: &Json| if value.is_null() { Json::Null } else { words::value(lang, last, value).into() };
    json!({ "field": field, "before": said(&change["before"]), "after": said(&change["after"]) })
}

/// A route's steps with what holds for each, in words; what is set for the whole route; what belongs to retired steps.
pub fn route(data: &mut Map<String, Json>, lang: Lang) {
    let part = |data: &Map<String, Json>, name: &str, inner: &str| {
        data.get(name).and_then(|d| d[inner].as_array().cloned()).unwrap_or_default()
    };
    let (steps, effective) = (part(data, "route", "steps"), part(data, "effective", "steps"));
    let (configs, versions) = (part(data, "configs", "items"), part(data, "versions", "items"));
    let found = |name: &str| versions.first().and_then(|v| v[name].as_array().cloned()).unwrap_or_default();
    let (errors, warnings) = (found("errors"), found("warnings"));
    let told: Vec<Json> = steps
        .iter()
        .map(|step| {
            let is_retired = !step["retiredAt"].is_null();
            let held = effective.iter().find(|e| e["sourceStepKey"] == step["sourceStepKey"] && !is_retired);
            let rows: Vec<Json> = held
                .and_then(|h| h["fields"].as_object())
                .into_iter()
                .flatten()
                .filter(|(_, f)| f["origin"] != "NONE")
                .map(|(name, f)| setting(lang, name, &f["value"], f["origin"].as_str().unwrap_or("NONE")))
                .collect();
            let said =
                |name: &str| held.map_or_else(String::new, |h| words::value(lang, name, &h["fields"][name]["value"]));
            let mut step = step.clone();
            step["errors"] = errors.iter().filter(|e| e["stepNo"] == step["stepNo"] && !is_retired).cloned().collect();
            step["type"] = said("stationType").into();
            step["group"] = said("stationGroupCode").into();
            step["fai"] = held.is_some_and(|h| h["fields"]["requiresFAI"]["value"] == true).into();
            step["rows"] = rows.into();
            step
        })
        .collect();
    let own = configs.iter().find(|c| c["scopeType"] == "ROUTE");
    let own = own.map(|c| json!({ "configId": c["configId"], "rows": set_here(lang, c) }));
    let orphans = configs.iter().filter(|c| c["isOrphan"] == true);
    let orphans: Vec<Json> = orphans
        .map(|c| json!({ "configId": c["configId"], "stepNo": c["stepNo"], "rows": set_here(lang, c) }))
        .collect();
    data.insert("steps".into(), told.into());
    data.insert("errors".into(), errors.into());
    data.insert("warnings".into(), warnings.into());
    data.insert("own".into(), own.into());
    data.insert("orphans".into(), orphans.into());
}

fn setting(lang: Lang, name: &str, value: &Json, origin: &str) -> Json {
    let origin = words::text(lang, &format!("origin-{origin}"), &[]);
    json!({ "name": name, "label": words::label(lang, name), "value": words::value(lang, name, value), "origin": origin })
}

/// What a configuration sets itself.
fn set_here(lang: Lang, config: &Json) -> Vec<Json> {
    const OF_THE_ROW: [&str; 8] =
        ["configId", "scopeType", "routingCode", "operationCode", "stepNo", "sourceStepKey", "isOrphan", "version"];
    let fields = config.as_object().into_iter().flatten().filter(|(name, _)| !OF_THE_ROW.contains(&name.as_str()));
    fields
        .map(|(name, value)| json!({ "label": words::label(lang, name), "value": words::value(lang, name, value) }))
        .collect()
}

/// A version with its steps and what changed since another, in words.
pub fn route_version(data: &mut Map<String, Json>, lang: Lang) {
    if let Some(steps) = data.get_mut("version").and_then(|v| v["snapshot"]["steps"].as_array_mut()) {
        for step in steps {
            step["type"] = words::value(lang, "stationType", &step["stationType"]).into();
            let specs = step["dataSpecs"].as_array().into_iter().flatten().filter_map(|s| s["name"].as_str());
            step["specs"] = specs.collect::<Vec<_>>().join(", ").into();
            step["stations"] = words::value(lang, "stations", &step["allowedStations"]).into();
        }
    }
    if let Some(runs) = data.get_mut("runs").and_then(|r| r["items"].as_array_mut()) {
        for run in runs {
            let link = |page: &str| filled(page, run);
            run["_links"] = json!({
                "runNo": link("/mes/runs/{runNo}"), "woNo": link("/mes/work-orders/{woNo}"), "lineCode": link("/mes/lines/{lineCode}"),
            });
        }
    }
    if let Some(changes) = data.get_mut("diff").and_then(|d| d["changes"].as_array_mut()) {
        for c in changes {
            *c = change(lang, c["field"].as_str().unwrap_or_default(), c);
        }
    }
}

/// Settings by group, with their meaning and values in the page's language.
pub fn settings(data: &mut Map<String, Json>, lang: Lang) {
    let items = data.get_mut("config").and_then(|c| c["items"].as_array_mut());
    for item in items.into_iter().flatten() {
        let key = item["key"].as_str().unwrap_or_default().to_string();
        let vocabulary = item["schema"]["x-words"].as_str().unwrap_or_default().to_string();
        let said = |value: &Json| match value.as_str() {
            Some(word) => words::state(lang, &vocabulary, word),
            None => words::value(lang, "value", value),
        };
        let (now, usual) = (said(&item["value"]), said(&item["default"]));
        item["description"] = words::text(lang, &format!("setting-{}", key.replace('.', "-")), &[]).into();
        item["shown"] = now.into();
        item["usual"] = usual.into();
        item["historyHref"] = format!("/system/settings/{}", encoded(&key)).into();
    }
}

/// Permission points and roles in the page's language, one mark for each role and point.
pub fn matrix(data: &mut Map<String, Json>, lang: Lang) {
    let Some(matrix) = data.get_mut("matrix") else { return };
    for role in matrix["roles"].as_array_mut().into_iter().flatten() {
        let key = format!("role-{}", role["code"].as_str().unwrap_or_default());
        if words::has(lang, &key) {
            role["name"] = words::text(lang, &key, &[]).into();
        }
    }
    let roles: Vec<Json> = matrix["roles"].as_array().into_iter().flatten().map(|r| r["code"].clone()).collect();
    for point in matrix["permissions"].as_array_mut().into_iter().flatten() {
        let key = format!("permit-{}", point["permission"].as_str().unwrap_or_default().replace([':', '_'], "-"));
        let has = |list: &str, role: &Json| point[list].as_array().is_some_and(|all| all.contains(role));
        let mark = |role: &Json| match (has("roles", role), has("implied", role)) {
            (true, _) => "yes",
            (_, true) => "implied",
            _ => "no",
        };
        let marks: Vec<&str> = roles.iter().map(mark).collect();
        point["marks"] = json!(marks);
        point["title"] = words::text(lang, &key, &[]).into();
    }
}

/// Without a serial in the address nothing was asked and nothing is missing.
pub fn trace(data: &mut Map<String, Json>) {
    data.entry("trace").or_insert(Json::Null);
}
