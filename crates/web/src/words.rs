//! Words as templates ask for them: sentences, states with their colour and icon, labels.

use std::collections::BTreeMap;
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

fn make(lang: Lang) -> Json {
    let keys: BTreeMap<String, Vec<String>> = words::keys(lang);
    let spoken = keys.iter().filter_map(|(key, names)| {
        let short = key.strip_prefix("js-")?;
        let args: Vec<(&str, Json)> = names.iter().map(|n| (n.as_str(), Json::from(format!("{{{n}}}")))).collect();
        Some((short.to_string(), Json::from(words::say(lang, key, args))))
    });
    Json::Object(spoken.collect())
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
