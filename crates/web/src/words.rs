//! Words as templates ask for them: sentences, states with their colour and icon, labels.

use std::sync::LazyLock;

use engine::{Lang, words};
use serde_json::Value as Json;

/// The text of a key; a command's label also answers to its short name.
pub fn text(lang: Lang, key: &str, args: &[(String, Json)]) -> String {
    let args: Vec<(&str, Json)> = args.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    words::say(lang, &known(lang, key), args)
}

pub fn has(lang: Lang, key: &str) -> bool {
    words::has(lang, &known(lang, key))
}

fn known(lang: Lang, key: &str) -> String {
    match key.strip_prefix("cmd-") {
        Some(rest) if !words::has(lang, key) => format!("command-{rest}"),
        _ => key.to_string(),
    }
}

/// The label of a field or column.
pub fn field(lang: Lang, name: &str) -> String {
    words::say(lang, &format!("field-{name}"), [])
}

/// The label of a command's button.
pub fn command(lang: Lang, name: &str) -> String {
    words::say(lang, &format!("command-{}", name.replace(['.', '_'], "-")), [])
}

/// The word of a state or of any other closed vocabulary.
pub fn state(lang: Lang, kind: &str, value: &str) -> String {
    let keys = [format!("word-{kind}-{value}"), format!("state-{kind}-{value}")];
    match keys.iter().find(|k| words::has(lang, k)) {
        Some(key) => words::say(lang, key, []),
        None => value.to_string(),
    }
}

/// What was asked for, as its button says it; a word without a label stays.
pub fn action(lang: Lang, action: &str) -> String {
    let name = action.to_lowercase().replace('_', "-");
    let keys = [format!("command-{name}"), format!("action-{name}")]; // some are done without a command
    keys.iter().find(|key| words::has(lang, key)).map_or_else(|| action.to_string(), |key| words::say(lang, key, []))
}

/// The kind of a thing; a word without a label stays.
pub fn entity(lang: Lang, kind: &str) -> String {
    let key = format!("entity-{kind}");
    if words::has(lang, &key) { words::say(lang, &key, []) } else { kind.to_string() }
}

/// The label of a field, or its name when there is none.
pub fn label(lang: Lang, name: &str) -> String {
    let key = format!("field-{name}");
    if words::has(lang, &key) { words::say(lang, &key, []) } else { name.to_string() }
}

/// The label of the field that an error's path names.
pub fn field_at(lang: Lang, path: &str) -> String {
    label(lang, path.trim_start_matches('/').split('/').next().unwrap_or_default())
}

/// Any value in one line: words of the field's vocabulary, yes and no, lists and objects by their labels.
pub fn value(lang: Lang, field: &str, value: &Json) -> String {
    match value {
        Json::Null => "–".into(),
        Json::Bool(yes) => text(lang, if *yes { "yes" } else { "no" }, &[]),
        Json::String(word) => vocabulary_of(field).map_or_else(|| word.clone(), |v| state(lang, v, word)),
        Json::Array(items) if items.is_empty() => "–".into(),
        Json::Array(items) => items.iter().map(|i| self::value(lang, field, i)).collect::<Vec<_>>().join(", "),
        Json::Object(fields) if fields.contains_key("lsl") || fields.contains_key("usl") => limits(lang, fields),
        Json::Object(fields) => {
            let told = fields.iter().filter(|(_, v)| !v.is_null() && **v != Json::Array(vec![]));
            let told: Vec<String> = told.map(|(k, v)| pair(lang, k, v)).collect();
            if told.is_empty() { "–".into() } else { told.join(" · ") }
        }
        Json::Number(n) if n.is_f64() => n.as_f64().map_or_else(|| n.to_string(), |x| x.to_string()),
        other => other.to_string(),
    }
}

/// A name with its value; what has no label is told as it is written.
fn pair(lang: Lang, name: &str, value: &Json) -> String {
    let said = self::value(lang, name, value);
    match words::has(lang, &format!("field-{name}")) {
        true => format!("{} {said}", label(lang, name)),
        false if value.is_object() => format!("{name} ({said})"),
        false => format!("{name}: {said}"),
    }
}

/// Limits as one reads them: `0.08 – 0.16 mm`, then what else is said of them.
fn limits(lang: Lang, fields: &serde_json::Map<String, Json>) -> String {
    let number = |name: &str| fields.get(name).and_then(Json::as_f64).map(|x| x.to_string());
    let unit = fields.get("unit").and_then(Json::as_str).map_or_else(String::new, |unit| format!(" {unit}"));
    let range = match (number("lsl"), number("usl")) {
        (Some(low), Some(high)) => Some(format!("{low} – {high}{unit}")),
        (Some(low), None) => Some(format!("≥ {low}{unit}")),
        (None, Some(high)) => Some(format!("≤ {high}{unit}")),
        (None, None) => None,
    };
    let more = fields.iter().filter(|(k, v)| !v.is_null() && matches!(k.as_str(), "target" | "pattern" | "allowed"));
    let told: Vec<String> = range.into_iter().chain(more.map(|(k, v)| pair(lang, k, v))).collect();
    if told.is_empty() { "–".into() } else { told.join(" · ") }
}

/// The vocabulary of a field's words where no schema tells it.
fn vocabulary_of(field: &str) -> Option<&'static str> {
    Some(match field {
        "stationType" | "defaultType" => "StationType",
        "panelMode" => "PanelMode",
        "side" => "BoardSide",
        "retestMode" => "RetestMode",
        "processType" => "ProcessType",
        "action" => "AlarmAction",
        "event" => "TriggerEvent",
        "itemType" => "ItemType",
        "dataType" => "DataType",
        "method" => "Method",
        "triggerType" => "TriggerType",
        "days" => "Weekday",
        "scope" => "Scope",
        "signatureMeanings" => "SignatureMeaning",
        _ => return None,
    })
}

/// The colour of a state; every vocabulary uses these words in the same sense.
pub fn status(kind: &str, value: &str) -> &'static str {
    if kind.eq_ignore_ascii_case("pick") {
        return match value {
            "3" => "done",
            "2" | "4" => "warn",
            _ => "waiting",
        };
    }
    match value {
        "RELEASED" | "AUTHORIZED" | "IN_PROGRESS" | "IN_STATION" | "CURRENT" | "NORMAL" => "current",
        "DONE" | "COMPLETED" | "PASS" | "PASSED" | "READY" | "SUCCESS" | "ACTIVE" | "true" | "CONCESSION" => "done",
        "OUT_FAILED" | "FAIL" | "FAILED" | "INVALID" | "BLOCKED" => "fail",
        "ON_HOLD" | "WARN" | "STALE" | "NEEDS_REVIEW" => "warn",
        "FAI_TRIAL" | "TRIAL" => "trial",
        "SCRAPPED" | "CANCELLED" | "RETIRED" | "CLOSED_REWORK" | "EXHAUSTED" | "REVOKED" | "EXPIRED" => "expired",
        _ => "waiting",
    }
}

/// The icon of a state: its own outline, so that it reads in grey.
pub fn icon(kind: &str, value: &str) -> &'static str {
    match value {
        "ON_HOLD" => "hold",
        "BLOCKED" => "blocked",
        _ => status(kind, value),
    }
}

/// The words of the browser: `js-…` messages without their prefix, variables left as `{name}`.
pub fn for_browser(lang: Lang) -> &'static Json {
    static MADE: LazyLock<[Json; 2]> = LazyLock::new(|| Lang::ALL.map(make));
    &MADE[lang as usize]
}

/// A message that counts `n` has a second text for one of a thing, under its key with `|1`.
fn make(lang: Lang) -> Json {
    let mut spoken = serde_json::Map::new();
    for (key, names) in words::keys(lang) {
        let Some(short) = key.strip_prefix("js-") else { continue };
        let said = |n: Json| {
            let args = names.iter().map(|name| (name.as_str(), Json::from(format!("{{{name}}}"))));
            words::say(lang, &key, args.map(|(name, kept)| (name, if name == "n" { n.clone() } else { kept })))
        };
        let (many, one) = (said("{n}".into()), said(1.into()));
        if one != many.replace("{n}", "1") {
            spoken.insert(format!("{short}|1"), one.into());
        }
        spoken.insert(short.to_string(), many.into());
    }
    Json::Object(spoken)
}

/// Add to an answer what only words can say: sentences of blockers and refusals, names of roles.
pub fn translate(lang: Lang, value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(|i| translate(lang, i)),
        Json::Object(map) => {
            if let (Some(code), false) = (map.get("code").and_then(Json::as_str), map.contains_key("detail")) {
                if let Some(said) = refused(lang, code, map.get("params")) {
                    map.insert("detail".into(), said.into());
                }
            }
            if let Some(codes) = map.get("actorRoles").cloned() {
                map.insert("actorRoleCodes".into(), codes);
            }
            if let Some(Json::Array(roles)) = map.get_mut("actorRoles") {
                for role in roles {
                    let key = format!("role-{}", role.as_str().unwrap_or_default());
                    if words::has(lang, &key) {
                        *role = words::say(lang, &key, []).into();
                    }
                }
            }
            if let Some(code) = map.get("reasonCode").and_then(Json::as_str) {
                if let Some(said) = refused(lang, code, map.get("reasonParams")) {
                    map.insert("reason".into(), said.into());
                }
            }
            for name in ["summary", "label"] {
                if let Some(said) = map.get(name).and_then(|s| sentence(lang, s)) {
                    map.insert(name.into(), said.into());
                }
            }
            if map.get("isSystem") == Some(&Json::Bool(true)) {
                preset(lang, map);
            }
            map.values_mut().for_each(|v| translate(lang, v));
        }
        _ => {}
    }
}

/// The sentence of a refusal's code with its facts.
fn refused(lang: Lang, code: &str, params: Option<&Json>) -> Option<String> {
    let def = kernel::error::REFUSALS.iter().find(|d| d.code == code)?;
    let mut refusal = kernel::Refusal::from(def);
    refusal.params = params.and_then(Json::as_object).cloned().unwrap_or_default();
    Some(words::refusal(lang, &refusal))
}

/// What comes with Takt is said in the reader's language as long as the plant has not put it in words of its own.
fn preset(lang: Lang, row: &mut serde_json::Map<String, Json>) {
    let Some(code) = row.get("code").and_then(Json::as_str).map(str::to_string) else { return };
    for (field, key) in [("name", format!("role-{code}")), ("description", format!("role-about-{code}"))] {
        let is_ours = words::has(Lang::En, &key) && row.get(field) == Some(&words::say(Lang::En, &key, []).into());
        if is_ours {
            row.insert(field.into(), words::say(lang, &key, []).into());
        }
    }
}

/// `{key, params}` as a sentence.
fn sentence(lang: Lang, value: &Json) -> Option<String> {
    let key = value.get("key")?.as_str()?;
    let params = value.get("params").and_then(Json::as_object).cloned().unwrap_or_default();
    Some(words::say(lang, key, params.iter().map(|(k, v)| (k.as_str(), v.clone())).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_scr_090_the_browser_says_one_of_a_thing_in_the_singular() {
        let [en, zh] = Lang::ALL.map(for_browser);
        assert_eq!(
            (&en["more-specs"], &en["more-specs|1"]),
            (&"{n} optional values".into(), &"1 optional value".into())
        );
        assert!(zh["more-specs"].is_string() && zh["more-specs|1"].is_null(), "Chinese has one form");
        assert!(en["chosen-n"].is_string() && en["chosen-n|1"].is_null(), "no noun, one form");
    }
}
