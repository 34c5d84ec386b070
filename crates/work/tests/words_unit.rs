//! Everything of units, tracks and values that a person meets has its word in both languages.

use engine::words::{Lang, has};
use kernel::error::REFUSALS;
use kernel::words::VOCABULARIES;

#[test]
fn r_scr_every_word_of_units_is_there_in_both_languages() {
    let mut registry = engine::Registry::default();
    work::unit::register(&mut registry);
    work::track::register(&mut registry);
    work::data_value::register(&mut registry);
    let mut keys: Vec<String> = Vec::new();
    for entry in registry.commands.values() {
        keys.push(format!("command-{}", entry.name.replace(['.', '_'], "-")));
        keys.push(format!("entity-{}", entry.name.split('.').next().unwrap()));
        let fields = entry.schema.as_value().get("properties").and_then(|p| p.as_object());
        keys.extend(fields.into_iter().flat_map(|p| p.keys()).map(|name| format!("field-{name}")));
    }
    for listing in registry.queries.values().filter_map(|q| q.listing) {
        keys.push(format!("list-{}", listing.name));
        keys.push(format!("empty-{}", listing.name));
        keys.extend(listing.columns.iter().filter(|c| c.shown).map(|c| format!("field-{}", c.name)));
        keys.extend(listing.filters.iter().map(|f| format!("field-{}", f.name)));
    }
    const WORDS: [&str; 7] =
        ["Verdict", "UnitStatus", "UnitHoldKind", "ExecutionMode", "ResultReason", "ScanAction", "QueueView"];
    for words in VOCABULARIES.iter().filter(|v| WORDS.contains(&v.name)) {
        keys.extend(words.words.iter().map(|word| format!("word-{}-{word}", words.name)));
    }
    for key in ["track_in", "track_out", "disposition", "hold", "finished"] {
        keys.push(format!("step-{key}"));
    }
    for key in ["queued", "in-station", "out-failed", "on-hold", "done", "scrapped"] {
        keys.push(format!("next-unit-{key}"));
    }
    const CODES: [&str; 8] = ["UNIT", "SN_", "TRACK", "STATION_", "DATA_VALUE", "ACTIVE_", "STEP_MISMATCH", "QUANTITY"];
    let ours = |code: &str| CODES.iter().any(|prefix| code.starts_with(prefix));
    keys.extend(REFUSALS.iter().filter(|def| ours(def.code)).map(|def| format!("refusal-{}", def.code)));
    const EVENTS: [&str; 3] = ["UNIT", "TRACK", "DATA_"];
    let told = engine::event::EVENTS.iter().filter(|def| EVENTS.iter().any(|prefix| def.name.starts_with(prefix)));
    keys.extend(told.map(|def| format!("event-{}", def.name)));
    let settings =
        engine::settings::SETTINGS.iter().filter(|s| s.key.starts_with("exec.") || s.key.starts_with("unit."));
    keys.extend(settings.map(|s| format!("setting-{}", s.key.replace('.', "-"))));
    for lang in Lang::ALL {
        let missing: Vec<&String> = keys.iter().filter(|key| !has(lang, key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:#?}", lang.tag());
    }
}
