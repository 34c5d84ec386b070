//! The trail: what was asked of a thing is in its history, however its code was typed and however the call ended.

use std::collections::BTreeMap;

use engine::command::Entity;
use engine::testing::Plant;
use serde_json::{Value as Json, json};

use crate::common::{none_of, registry};
use crate::world::{World, ask, boss, call, names, plausible};

/// Parts of paths that are other names in another case.
const CASED: [&str; 5] = ["sn", "lotNo", "sourceSystem", "sourceProcessKey", "key"];

#[test]
fn r_plat_050_a_call_is_in_the_history_of_the_thing_it_is_about_however_its_code_was_typed() {
    let plant = Plant::on_sqlite(takt::wire::fill);
    plant.engine.work(office::role::seed).expect("preset roles");
    World::build(&plant.engine);
    let mut known: BTreeMap<&str, Json> = names("A");
    known.extend([("code", json!("on-line")), ("configId", json!("OPERATION:AOI")), ("parentCode", json!("P-1"))]);
    let mut complaints = Vec::new();
    let (mut done, mut refused) = (0, 0);
    for entry in registry().commands.values() {
        let fields = plausible(entry.schema.as_value(), &known, false);
        let mut typed = fields.clone();
        for part in entry.route.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')) {
            if let Some(code) = typed[part].as_str().filter(|_| !CASED.contains(&part)) {
                typed[part] = code.chars().map(other_case).collect::<String>().into();
            }
        }
        let Ok(asked) = (entry.parse)(fields) else { continue };
        let Entity { kind, key } = asked.entity();
        call(&plant.engine, &boss(), entry.name, typed.clone(), None);
        let rows = ask(
            &plant.engine,
            &boss(),
            "audit_logs",
            json!({ "action": entry.name.replace('.', "_").to_uppercase(), "limit": 1 }),
        );
        let rows: Json = serde_json::from_str(&rows.expect("the trail")).expect("JSON");
        let row = &rows["items"][0];
        let about = row["entityKey"].as_str().unwrap_or_default();
        // Creating may be about what came of it, and one's own account is found by who asks.
        if row.is_null() || kernel::code::fold(about) != kernel::code::fold(&key) || key.is_empty() {
            continue;
        }
        let history =
            ask(&plant.engine, &boss(), "history", json!({ "entityType": kind, "entityKey": key, "limit": 1 }));
        let history: Json = serde_json::from_str(&history.expect("a history")).expect("JSON");
        if history["items"][0]["action"] != row["action"] {
            complaints.push(format!("{} {typed}: not in the history of {kind} {key} but of {about}", entry.name));
        }
        if row["status"] == "SUCCESS" && about != key {
            complaints.push(format!("{} {typed}: about {about}, which is called {key}", entry.name));
        }
        *(if row["status"] == "SUCCESS" { &mut done } else { &mut refused }) += 1;
    }
    none_of(&complaints, "call that its thing knows nothing of");
    assert!(done > 15 && refused > 15, "{done} calls were done and {refused} were refused");
}

fn other_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}
