//! What is wrong with the fields of a call: every one that the schema finds, and the one at which reading ended.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::error::ValidationErrorKind;
use kernel::error::VALIDATION_FAILED;
use kernel::{FieldError, Refusal};
use serde_json::Value as Json;

/// Turn what serde refused into the list of every wrong field; `read` reads such fields again.
pub(super) fn explain(
    name: &'static str,
    schema: &Json,
    fields: &Json,
    error: &serde_json::Error,
    read: impl Fn(&Json) -> Result<(), serde_json::Error>,
) -> Refusal {
    let text = error.to_string();
    let def = match text.as_str() {
        t if t.starts_with("CODE_REQUIRED") => kernel::error::CODE_REQUIRED,
        t if t.starts_with("NAME_REQUIRED") => kernel::error::NAME_REQUIRED,
        _ => VALIDATION_FAILED,
    };
    let mut refusal = Refusal::from(def);
    refusal.errors = schema_errors(name, schema, fields);
    let is_large = fields.to_string().len() > LARGE;
    let path = if is_large { String::new() } else { culprit(fields, &text, read) };
    let is_in =
        |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let is_listed = |e: &FieldError| is_in(&e.path, &path) || is_in(&path, &e.path);
    // What is missing is no value that could be pointed at; the schema names it.
    let is_told = text.starts_with("missing field") && !refusal.errors.is_empty();
    if !is_told && !refusal.errors.iter().any(is_listed) {
        // Registers name the field in their text as well.
        let named = format!("{}: ", path.trim_start_matches('/'));
        let message = text.strip_prefix(&named).unwrap_or(&text).to_string();
        refusal.errors.push(FieldError { path, code: "INVALID".into(), message });
    }
    refusal.errors.truncate(100);
    refusal
}

/// Bytes of fields above which none is looked for: each trial reads them all again.
const LARGE: usize = 64 * 1024;
/// The most fields of one object that are tried without, and how deep.
const TRIED_MAX: usize = 64;
const DEPTH_MAX: usize = 6;

/// Where the value stands that made reading end with this text, like `/data/0/specName`; the whole is empty. Serde does not
/// say it, so each field is left out once: without the culprit something else is said, or nothing.
pub fn culprit(fields: &Json, said: &str, read: impl Fn(&Json) -> Result<(), serde_json::Error>) -> String {
    let mut path = String::new();
    for _ in 0..DEPTH_MAX {
        let trial = |change: &dyn Fn(&mut Json)| {
            let mut fields = fields.clone();
            fields.pointer_mut(&path).into_iter().for_each(change);
            read(&fields).err().map(|e| e.to_string())
        };
        let step = match fields.pointer(&path) {
            Some(Json::Object(map)) => {
                let without = |name: &String| trial(&|at| drop(at.as_object_mut().and_then(|map| map.remove(name))));
                let told: Vec<(&String, Option<String>)> =
                    map.keys().take(TRIED_MAX).map(|name| (name, without(name))).collect();
                // A field whose absence is all it takes comes before one that is needed itself.
                let found = told.iter().find(|t| t.1.is_none());
                found.or_else(|| told.iter().find(|t| t.1.as_deref() != Some(said))).map(|t| t.0.clone())
            }
            Some(Json::Array(items)) => {
                let is_before = |n: usize| trial(&|at| at.as_array_mut().into_iter().for_each(|a| a.truncate(n)));
                let (mut low, mut high) = (0, items.len());
                while low < high {
                    let middle = (low + high) / 2;
                    match is_before(middle + 1).as_deref() == Some(said) {
                        true => high = middle,
                        false => low = middle + 1,
                    }
                }
                (low < items.len() && is_before(low).as_deref() != Some(said)).then(|| low.to_string())
            }
            _ => None,
        };
        let Some(step) = step else { break };
        path = format!("{path}/{}", step.replace('~', "~0").replace('/', "~1"));
    }
    path
}

fn schema_errors(name: &'static str, schema: &Json, fields: &Json) -> Vec<FieldError> {
    static VALIDATORS: LazyLock<Mutex<HashMap<&'static str, Option<Arc<jsonschema::Validator>>>>> =
        LazyLock::new(Mutex::default);
    let validator = {
        let mut validators = VALIDATORS.lock().expect("validators are never poisoned");
        validators.entry(name).or_insert_with(|| jsonschema::validator_for(schema).ok().map(Arc::new)).clone()
    };
    let Some(validator) = validator else { return Vec::new() };
    let errors = validator.iter_errors(fields).flat_map(|e| {
        let message: String = e.to_string().chars().take(300).collect();
        let at = e.instance_path().to_string();
        // What is missing or too much is a field as well.
        let names: Vec<String> = match e.kind() {
            ValidationErrorKind::Required { property } => property.as_str().map(str::to_string).into_iter().collect(),
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.clone(),
            _ => vec![],
        };
        let paths = if names.is_empty() {
            vec![at]
        } else {
            names.iter().map(|n| format!("{at}/{}", n.replace('~', "~0").replace('/', "~1"))).collect()
        };
        paths.into_iter().map(move |path| FieldError { path, code: "INVALID".into(), message: message.clone() })
    });
    errors.take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Instant;
    use kernel::code::{Name, Sn};
    use serde_json::json;

    #[allow(dead_code, reason = "only read")]
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Scanned {
        sn: Sn,
        name: Name,
        expires_at: Option<Instant>,
        #[serde(default)]
        data: Vec<Part>,
        #[serde(flatten)]
        more: More,
    }

    #[allow(dead_code, reason = "only read")]
    #[derive(serde::Deserialize)]
    struct Part {
        spec_name: Name,
        at: Option<Instant>,
    }

    #[allow(dead_code, reason = "only read")]
    #[derive(serde::Deserialize)]
    struct More {
        until: Option<Instant>,
    }

    #[test]
    fn r_core_errors_name_the_field_at_which_reading_ended() {
        let read = |fields: &Json| serde_json::from_value::<Scanned>(fields.clone()).map(drop);
        let good = json!({ "sn": "A", "name": "B", "data": [{ "spec_name": "x" }, { "spec_name": "y" }, { "spec_name": "z" }] });
        assert!(read(&good).is_ok());
        for (path, value) in [
            ("/sn", json!("a\u{0}b")),
            ("/sn", json!(".")),
            ("/name", json!(" ")),
            ("/name", json!(["B"])),
            ("/expiresAt", json!("tomorrow")),
            ("/until", json!("tomorrow")),
            ("/data", json!("none")),
            ("/data/0/spec_name", json!("a\u{7}")),
            ("/data/2/spec_name", json!(" ")),
            ("/data/1/at", json!("2026-13-01T00:00:00Z")),
        ] {
            let mut fields = good.clone();
            let (parent, name) = path.rsplit_once('/').unwrap();
            fields.pointer_mut(parent).unwrap()[name] = value;
            let said = read(&fields).expect_err(path).to_string();
            assert_eq!(culprit(&fields, &said, read), path, "{said}");
        }
    }
}
