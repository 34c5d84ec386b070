//! Ingest mappings: what each kind of event needs, and what a message says by them (core §13).

use plant::StationType;
use plant::route::mapping::{EventResult, IngestMapping, Phase, Problem};
use serde_json::{Value as Json, json};

fn mapping(json: &Json) -> IngestMapping {
    IngestMapping::parse(json).unwrap()
}

fn wrong(json: &Json) -> Vec<(String, &'static str)> {
    IngestMapping::parse(json).unwrap_err().into_iter().map(|p| (p.field, p.problem)).collect()
}

fn lacking(mapping: &IngestMapping, step: StationType, constrained: bool) -> Vec<String> {
    mapping.lacks(step, constrained).into_iter().map(|p| p.field).collect()
}

#[test]
fn r_core_070_each_kind_of_event_needs_its_keys() {
    let none = IngestMapping::default();
    assert_eq!(lacking(&none, StationType::Auto, true), ["snPath", "stationCodePath", "result"]);
    assert_eq!(lacking(&none, StationType::Test, true), ["snPath", "stationCodePath", "result", "testResultIdPath"]);
    assert_eq!(lacking(&none, StationType::Batch, false), ["carrierCodePath", "snListPath", "result"]);
    assert_eq!(
        lacking(&none, StationType::Batch, true),
        ["carrierCodePath", "snListPath", "stationCodePath", "result"]
    );
    assert!(lacking(&none, StationType::Manual, true).is_empty());
    let batch = IngestMapping { event_type: Some(plant::route::mapping::EventType::Batch), ..none };
    assert_eq!(batch.lacks(StationType::Auto, true)[0], Problem::new("eventType", "EVENT_TYPE"));
}

#[test]
fn r_core_070_a_mapping_that_is_not_well_formed_names_every_field() {
    assert_eq!(wrong(&json!({ "snPat": "a" })), [("snPat".to_string(), "SHAPE")]);
    assert_eq!(wrong(&json!({ "eventType": "auto" }))[0].1, "SHAPE");
    assert_eq!(wrong(&json!([]))[0].1, "SHAPE");
    let odd = json!({ "lineCodePath": "a", "phase": "LATER", "result": { "path": "a", "passValues": "OK" }, "snPath": 5, "x": 1 });
    let fields: Vec<String> = wrong(&odd).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["phase", "result", "snPath", "x"], "each field that cannot be read, never its value");
    let several = json!({
        "snPath": "a..b", "phase": "IN", "phasePath": "payload.phase",
        "unitResults": { "itemsPath": "u[*]", "resultPath": "[" }, "result": { "path": "", "passValues": [" "] },
    });
    let problems = wrong(&several);
    let wanted = [
        ("snPath", "SYNTAX"),
        ("result.path", "EMPTY"),
        ("unitResults.resultPath", "SYNTAX"),
        ("phasePath", "EITHER"),
        ("unitResults", "EITHER"),
        ("result.passValues", "EMPTY"),
    ];
    assert_eq!(problems, wanted.map(|(field, problem)| (field.to_string(), problem)));
}

#[test]
fn r_core_171_a_result_that_no_list_names_is_no_pass() {
    let rule = |unknown: Json| {
        let json = json!({ "result": { "path": "payload.r", "passValues": ["OK", "Pass"], "failValues": ["NG"], "unknown": unknown } });
        mapping(&json).result.unwrap()
    };
    let strict = rule(json!("REJECT"));
    assert_eq!(strict.judge(" ok "), Some(EventResult::Pass));
    assert_eq!(strict.judge("ng"), Some(EventResult::Fail));
    assert_eq!(strict.judge("Bad"), None);
    assert_eq!(rule(Json::Null).judge("Bad"), None, "REJECT is the default");
    assert_eq!(rule(json!("FAIL")).judge("Bad"), Some(EventResult::Fail));
}

#[test]
fn r_core_170_a_batch_message_gives_its_serials_results_and_values() {
    let mapping = mapping(&json!({
        "carrierCodePath": "payload.tray", "snListPath": "payload.boards[*].id", "stationCodePath": "meta.station",
        "phasePath": "payload.phase", "startedAtPath": "payload.begin",
        "result": { "path": "payload.result", "passValues": ["1", "true"] },
        "unitResults": { "itemsPath": "payload.boards[*]", "snPath": "id", "resultPath": "ok", "defectsPath": "faults[*]" },
        "measurements": { "itemsPath": "payload.values", "namePath": "[\"the name\"]", "valuePath": "v[0]", "judgePath": "j" },
    }));
    let root = json!({
        "payload": {
            "tray": "C-1", "phase": "out", "begin": "2026-11-20T08:00:00+08:00", "result": 1,
            "boards": [{ "id": 7, "ok": true, "faults": [] }, { "id": "S-8", "ok": false, "faults": [{ "code": "SHORT" }] }],
            "values": [{ "the name": "TEMP", "v": [123.4], "j": "PASS" }],
        },
        "meta": { "station": "OVEN-1" },
    });
    let (message, problems) = mapping.read(&root);
    assert_eq!(message.sn_list, ["7", "S-8"]);
    assert_eq!((message.phase, message.result), (Some(Phase::Out), Some(EventResult::Pass)));
    assert_eq!((message.station_code.as_deref(), message.carrier_code.as_deref()), (Some("OVEN-1"), Some("C-1")));
    assert_eq!(message.started_at.unwrap().to_string(), "2026-11-20T00:00:00.000Z");
    assert_eq!(message.unit_results[0].result, Some(EventResult::Pass));
    assert_eq!((message.unit_results[1].result, message.unit_results[1].defects.len()), (None, 1));
    assert_eq!((message.measurements[0].spec_name.as_str(), &message.measurements[0].value), ("TEMP", &json!(123.4)));
    assert_eq!(problems, [Problem::new("unitResults.result", "RESULT_UNKNOWN")], "\"false\" is in no list");
}

#[test]
fn r_core_170_what_a_message_lacks_is_named_and_nothing_is_guessed() {
    let mapping = mapping(&json!({
        "snPath": "payload.sn", "snListPath": "payload.list[*]", "occurredAtPath": "payload.at", "stationCodePath": "payload.st",
        "result": { "path": "payload.r", "passValues": ["OK"] },
    }));
    let read = |payload: Json| {
        let (message, problems) = mapping.read(&json!({ "payload": payload }));
        (message, problems.into_iter().map(|p| format!("{} {}", p.field, p.problem)).collect::<Vec<_>>())
    };
    let (message, problems) = read(json!({ "sn": null, "list": "no list", "at": "yesterday", "st": {}, "r": "OK" }));
    assert_eq!(problems, ["occurredAtPath TIME", "stationCodePath SHAPE", "snPath MISSING", "snListPath MISSING"]);
    assert!(message.sn.is_none() && message.station_code.is_none() && message.occurred_at.is_none());
    let long: Json = serde_json::from_str(
        r#"{"sn":12345678901234567890123,"list":[1],"st":"S","r":"OK","at":"2026-11-20T00:00:00Z"}"#,
    )
    .unwrap();
    let (message, problems) = read(long);
    assert_eq!(
        (message.sn, problems),
        (None, vec!["snPath DIGITS".to_string()]),
        "a serial that lost digits is no serial"
    );
}
