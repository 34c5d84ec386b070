//! Answers brought into the shape that a page's template expects.

use engine::Lang;
use serde_json::{Map, Value as Json, json};

use crate::words;

/// An audit row with its diff grouped and its neighbours linked.
pub fn audit(data: &mut Map<String, Json>, lang: Lang) {
    let Some(row) = data.get_mut("audit") else { return };
    let kind = row["entityType"].clone();
    let key = row["entityKey"].clone();
    let changes: Vec<Json> = row["diff"].as_array().into_iter().flatten()
        .map(|d| json!({ "field": d["path"].as_str().unwrap_or_default().trim_start_matches('/'), "before": d["before"], "after": d["after"] }))
        .collect();
    row["diff"] = json!([{ "kind": kind, "key": key, "changes": changes }]);
    if let Some(code) = row["errorCode"].as_str().map(str::to_string) {
        row["code"] = code.clone().into();
        if let Some(def) = kernel::error::REFUSALS.iter().find(|d| d.code == code) {
            let mut refusal = kernel::Refusal::from(def);
            refusal.params = row["errorParams"].as_object().cloned().unwrap_or_default();
            row["detail"] = engine::words::refusal(lang, &refusal).into();
        }
    }
    if let Some(seq) = row["seq"].as_i64() {
        row["prev_href"] = if seq > 1 { format!("/system/audit-logs/{}", seq - 1).into() } else { Json::Null };
        row["next_href"] = format!("/system/audit-logs/{}", seq + 1).into();
    }
}

/// Settings by group, with their meaning in the page's language.
pub fn settings(data: &mut Map<String, Json>, lang: Lang) {
    let items = data.get_mut("config").and_then(|c| c["items"].as_array_mut());
    for item in items.into_iter().flatten() {
        let key = item["key"].as_str().unwrap_or_default().to_string();
        item["group"] = key.split('.').next().unwrap_or_default().into();
        item["description"] = words::text(lang, &format!("setting-{}", key.replace('.', "-")), &[]).into();
    }
}

/// Permission names in the page's language.
pub fn matrix(data: &mut Map<String, Json>, lang: Lang) {
    let points = data.get_mut("matrix").and_then(|m| m["permissions"].as_array_mut());
    for point in points.into_iter().flatten() {
        let key = format!("permit-{}", point["permission"].as_str().unwrap_or_default().replace([':', '_'], "-"));
        point["title"] = words::text(lang, &key, &[]).into();
    }
    let roles = data.get_mut("matrix").and_then(|m| m["roles"].as_array_mut());
    for role in roles.into_iter().flatten() {
        let key = format!("role-{}", role["code"].as_str().unwrap_or_default());
        if words::has(lang, &key) {
            role["name"] = words::text(lang, &key, &[]).into();
        }
    }
}

/// Without a serial in the address nothing was asked and nothing is missing.
pub fn trace(data: &mut Map<String, Json>) {
    data.entry("trace").or_insert(Json::Null);
}
