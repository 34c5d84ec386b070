//! Everything of this crate that a person meets has its word in both languages.

use engine::words::{Lang, has};
use kernel::error::REFUSALS;
use kernel::words::VOCABULARIES;

#[test]
fn r_scr_every_command_list_field_word_event_setting_and_refusal_has_its_word_in_both_languages() {
    let mut below = engine::Registry::default();
    plant::register(&mut below);
    let mut registry = engine::Registry::default();
    work::register(&mut registry);
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
    for listing in registry.queries.values().filter_map(|entry| entry.listing) {
        keys.push(format!("list-{}", listing.name));
        keys.push(format!("empty-{}", listing.name));
        keys.extend(listing.columns.iter().filter(|c| c.shown).map(|c| format!("field-{}", c.name)));
        keys.extend(listing.filters.iter().map(|f| format!("field-{}", f.name)));
    }
    const OURS: [&str; 5] = ["OrderStatus", "RunStatus", "RunStage", "RouteMode", "PickStatus"];
    for words in VOCABULARIES.iter() {
        if OURS.contains(&words.name)
            || ["AuthorizeAction", "HoldKind", "PickPolicy", "RowOutcome", "ErpState", "StepStatus"]
                .contains(&words.name)
        {
            keys.extend(words.words.iter().map(|word| format!("word-{}-{word}", words.name)));
        }
    }
    const CODES: [&str; 8] =
        ["WORK_ORDER_", "RUN_", "ROUTE_", "LINE_", "ERP_WORK_ORDER_", "INVALID_RUN_", "STATION_GROUP_", "VALIDATION_"];
    let refused = REFUSALS.iter().filter(|def| CODES.iter().any(|prefix| def.code.starts_with(prefix)));
    keys.extend(refused.map(|def| format!("refusal-{}", def.code)));
    let told =
        engine::event::EVENTS.iter().filter(|def| ["WORK_ORDER_", "RUN_"].iter().any(|p| def.name.starts_with(p)));
    keys.extend(told.map(|def| format!("event-{}", def.name)));
    let ours = |key: &str| ["wo.", "run.", "erp.statusMap"].iter().any(|prefix| key.starts_with(prefix));
    let settings = engine::settings::SETTINGS.iter().filter(|def| ours(def.key));
    keys.extend(settings.map(|def| format!("setting-{}", def.key.replace('.', "-"))));
    for (file, source) in
        [("steps", include_str!("../src/run/steps.rs")), ("orders", include_str!("../src/work_order/next_actions.rs"))]
    {
        let spoken: Vec<String> =
            source.split('"').filter(|text| text.starts_with("next-")).map(str::to_string).collect();
        assert!(!spoken.is_empty(), "{file} speaks");
        keys.extend(spoken);
    }
    keys.sort();
    keys.dedup();
    for lang in Lang::ALL {
        let missing: Vec<&String> = keys.iter().filter(|key| !has(lang, key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:#?}", lang.tag());
    }
}

#[test]
fn r_scr_every_sentence_of_a_refusal_uses_only_the_facts_it_declares() {
    for lang in Lang::ALL {
        for (key, names) in engine::words::keys(lang) {
            let Some(def) = key.strip_prefix("refusal-").and_then(|code| REFUSALS.iter().find(|d| d.code == code))
            else {
                continue;
            };
            let unknown: Vec<&String> = names.iter().filter(|n| !def.params.contains(&n.as_str())).collect();
            assert!(unknown.is_empty(), "{} {key} names {unknown:?}", lang.tag());
        }
    }
}
