//! Tables as lists export them.

use engine::testing::Plant;
use engine::words::{Lang, say};
use serde_json::{Value as Json, json};

/// A list as its export writes it: headed by labels, every cell quoted.
pub fn exported(plant: &Plant, list: &str, lang: Lang) -> String {
    let columns = plant.engine.shared.registry.queries[list].listing.expect("a list").columns;
    let page = plant.ask(&plant.boss(), list, json!({}));
    let head = columns.iter().map(|c| quoted(&say(lang, &format!("field-{}", c.name), []))).collect::<Vec<_>>();
    let mut text = format!("\u{FEFF}{}\r\n", head.join(","));
    for row in page["items"].as_array().expect("items") {
        let cells = columns.iter().map(|c| quoted(&plain(&row[c.name]))).collect::<Vec<_>>();
        text.push_str(&format!("{}\r\n", cells.join(",")));
    }
    text
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
