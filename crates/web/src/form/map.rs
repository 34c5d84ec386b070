//! Free facts as rows of name and value: the names are paths, so that parts and lists have rows of their own.

use serde_json::{Value as Json, json};

/// The rows of a map: `{"a": {"b": 1}, "c": ["x"]}` is `a.b` = 1 and `c[]` = x; `was` is the value as JSON, to the last digit.
pub fn rows(map: &Json) -> Vec<Json> {
    let mut rows = Vec::new();
    for (key, value) in map.as_object().into_iter().flatten() {
        add(&mut rows, part("", key), value);
    }
    rows
}

fn add(rows: &mut Vec<Json>, name: String, value: &Json) {
    match value {
        Json::Object(parts) if !parts.is_empty() => {
            parts.iter().for_each(|(key, value)| add(rows, part(&name, key), value));
        }
        Json::Array(items) if !items.is_empty() => {
            let is_plain = items.iter().all(|item| !item.is_array() && !item.is_object());
            for (n, item) in items.iter().enumerate() {
                add(rows, if is_plain { format!("{name}[]") } else { format!("{name}[{n}]") }, item);
            }
        }
        Json::String(text) => {
            rows.push(json!({ "name": name, "value": text, "type": "string", "was": value.to_string() }))
        }
        other => {
            let kind = match other {
                Json::Bool(_) => "boolean",
                Json::Number(_) => "number",
                _ => "object",
            };
            let text = other.to_string();
            rows.push(json!({ "name": name, "value": text, "type": kind, "was": text }));
        }
    }
}

/// The name of a part: plain keys after a dot, any other in quotes.
fn part(of: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && key.trim() == key && !key.contains(['.', '[', ']', '"']);
    match (is_plain, of) {
        (true, "") => key.to_string(),
        (true, of) => format!("{of}.{key}"),
        (false, of) => format!("{of}[{}]", Json::from(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_060_free_facts_are_rows_of_name_and_value() {
        let map = json!({
            "snPath": "payload.sn", "result": { "path": "r", "passValues": ["OK", "PASS"] },
            "dataSpecMap": { "R1.5": "Paste height" }, "slots": 4, "parts": [{ "a": true }], "none": null, "empty": {},
        });
        let told: Vec<String> = rows(&map)
            .iter()
            .map(|r| {
                format!(
                    "{} = {} {}",
                    r["name"].as_str().unwrap(),
                    r["value"].as_str().unwrap(),
                    r["type"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "snPath = payload.sn string",
                "result.path = r string",
                "result.passValues[] = OK string",
                "result.passValues[] = PASS string",
                "dataSpecMap[\"R1.5\"] = Paste height string",
                "slots = 4 number",
                "parts[0].a = true boolean",
                "none = null object",
                "empty = {} object",
            ]
        );
    }
}
