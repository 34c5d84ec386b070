//! Everything a person meets of routes has its word in both languages.

use engine::words::{Lang, has, keys};
use kernel::error::REFUSALS;

/// What a compile can find by itself (R-CORE-070).
const FINDINGS: [&str; 15] = [
    "STATION_TYPE_MISSING",
    "STATION_CONSTRAINT_MISSING",
    "ALLOWED_STATION_INVALID",
    "STATION_NONE_ELIGIBLE",
    "INGEST_MAPPING_MISSING",
    "INGEST_MAPPING_INVALID",
    "DATA_SPEC_NOT_FOUND",
    "DATA_SPEC_INACTIVE",
    "DATA_SPEC_OPERATION_MISMATCH",
    "DATA_SPEC_TRIGGER_MISMATCH",
    "DATA_SPEC_METHOD_MISMATCH",
    "DATA_SPEC_MAP_UNKNOWN",
    "REFLOW_PROFILE_INVALID",
    "MAPPING_MISSING",
    "FAI_TEMPLATE_MISSING",
];

#[test]
fn r_core_070_every_finding_refusal_event_and_setting_of_routes_has_its_sentence() {
    plant::register(&mut engine::Registry::default());
    let ours = |code: &str| {
        let prefixes = [
            "ROUT",
            "STEP_NO_",
            "EXECUTION_CONFIG_",
            "SCOPE_TYPE_",
            "ALLOWED_STATION_",
            "INGEST_MAPPING_",
            "FAI_TEMPLATE_",
        ];
        prefixes.iter().any(|prefix| code.starts_with(prefix))
    };
    let mut wanted: Vec<String> = FINDINGS.iter().map(|code| format!("compile-{code}")).collect();
    wanted.extend(REFUSALS.iter().filter(|def| ours(def.code)).map(|def| format!("refusal-{}", def.code)));
    wanted.extend(
        engine::event::EVENTS.iter().filter(|e| e.name.starts_with("ROUTE_")).map(|e| format!("event-{}", e.name)),
    );
    let settings = engine::settings::SETTINGS.iter().filter(|s| s.key.starts_with("route."));
    wanted.extend(settings.map(|s| format!("setting-{}", s.key.replace('.', "-"))));
    assert!(wanted.len() > 30, "the slice is linked in");
    for lang in Lang::ALL {
        let missing: Vec<&String> = wanted.iter().filter(|key| !has(lang, key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:#?}", lang.tag());
    }
    let (en, zh) = (keys(Lang::En), keys(Lang::Zh));
    for key in wanted.iter().chain([&"mapping-problem".to_string()]) {
        assert_eq!(en.get(key), zh.get(key), "{key} has the same placeholders in both languages");
    }
    for def in REFUSALS.iter().filter(|def| ours(def.code)) {
        for name in &en[&format!("refusal-{}", def.code)] {
            assert!(def.params.contains(&name.as_str()), "{} does not declare {name}", def.code);
        }
    }
}
