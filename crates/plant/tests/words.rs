//! Everything of this slice that a person meets has its word in both languages.

use engine::words::{Lang, has};
use kernel::error::REFUSALS;
use kernel::words::VOCABULARIES;

#[test]
fn r_scr_every_command_list_field_word_event_and_refusal_has_its_word_in_both_languages() {
    let mut registry = engine::Registry::default();
    plant::register(&mut registry);
    let mut keys: Vec<String> = Vec::new();
    let fields = |schema: &serde_json::Value| {
        let names = schema.get("properties").and_then(|p| p.as_object());
        names.into_iter().flat_map(|p| p.keys()).map(|name| format!("field-{name}")).collect::<Vec<_>>()
    };
    for entry in registry.commands.values() {
        keys.push(format!("command-{}", entry.name.replace(['.', '_'], "-")));
        keys.extend(fields(entry.schema.as_value()));
        keys.push(format!("entity-{}", entry.name.split('.').next().unwrap()));
    }
    for entry in registry.queries.values() {
        if let Some(listing) = entry.listing {
            let name = listing.name.replace('.', "-");
            keys.push(format!("list-{name}"));
            keys.push(format!("empty-{name}"));
            keys.extend(listing.columns.iter().filter(|c| c.shown).map(|c| format!("field-{}", c.name)));
            keys.extend(listing.filters.iter().map(|f| format!("field-{}", f.name)));
        }
    }
    const OURS: [&str; 9] =
        ["LINE_", "STATION_", "MATERIAL_", "OPERATION_", "DATA_", "BOM_", "SHIFT_", "WORK_CENTER_", "ERP_OWNED_"];
    const ELSEWHERE: [&str; 4] = ["RouteSource", "TrialScope", "UnitCreation", "VersionStatus"];
    for words in VOCABULARIES.iter().filter(|v| !ELSEWHERE.contains(&v.name)) {
        keys.extend(words.words.iter().map(|word| format!("word-{}-{word}", words.name)));
    }
    let ours = |code: &str| OURS.iter().any(|prefix| code.starts_with(prefix)) && !code.ends_with("_FORBIDDEN");
    keys.extend(REFUSALS.iter().filter(|def| ours(def.code)).map(|def| format!("refusal-{}", def.code)));
    let told = engine::event::EVENTS.iter().filter(|def| !def.name.starts_with("ROUTE"));
    keys.extend(told.map(|def| format!("event-{}", def.name)));
    keys.extend(
        engine::settings::SETTINGS
            .iter()
            .filter(|def| def.key.starts_with("lot."))
            .map(|def| format!("setting-{}", def.key.replace('.', "-"))),
    );
    keys.sort();
    keys.dedup();
    for lang in Lang::ALL {
        let missing: Vec<&String> = keys.iter().filter(|key| !has(lang, key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:#?}", lang.tag());
    }
}
