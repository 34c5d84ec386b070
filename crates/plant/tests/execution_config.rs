//! Execution configuration on both engines: four levels, field by field, absent and null, and every refusal (core §5).

use engine::Permit;
use engine::testing::on_both;
use serde_json::{Value as Json, json};

mod floor_of_routes;
use floor_of_routes::*;

/// What an answer says is set at its level.
fn set(answer: &Json) -> Json {
    let mut fields = answer.as_object().unwrap().clone();
    fields.retain(|name, _| plant::route::config::FIELDS.contains(&name.as_str()));
    Json::Object(fields)
}

#[test]
fn r_core_060_each_field_comes_from_the_nearest_level_that_sets_it() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT"), (20, "AOI")]);
        let group = |no: u64| field(plant, "R", no, "stationGroupCode");
        assert_eq!(group(10), json!({ "value": "G1", "origin": "GLOBAL" }));
        assert_eq!(field(plant, "R", 10, "stationType"), json!({ "value": "MANUAL", "origin": "DEFAULT" }));
        assert_eq!(field(plant, "R", 10, "side"), json!({ "value": null, "origin": "NONE" }));
        plant.run(
            &boss,
            "route.configure",
            json!({ "routingCode": "R", "scopeType": "ROUTE", "stationGroupCode": "g1" }),
        );
        plant.run(
            &boss,
            "route.configure",
            json!({ "routingCode": "R", "scopeType": "STEP", "stepNo": 20, "stationGroupCode": "G2" }),
        );
        assert_eq!(
            group(10),
            json!({ "value": "G1", "origin": "ROUTE" }),
            "example 1; codes as their owner writes them"
        );
        assert_eq!(group(20), json!({ "value": "G2", "origin": "STEP" }));
        let operation =
            json!({ "scopeType": "OPERATION", "operationCode": "aoi", "stationGroupCode": "G1", "requiresFAI": true });
        assert_eq!(plant.run(&boss, "execution_config.create", operation)["configId"], "OPERATION:AOI");
        assert_eq!(group(20)["origin"], "STEP", "the operation lies behind the step");
        assert_eq!(
            field(plant, "R", 20, "requiresFAI"),
            json!({ "value": true, "origin": "OPERATION" }),
            "one field hides no other"
        );
        assert_eq!(field(plant, "R", 10, "requiresFAI")["origin"], "NONE");
    });
}

#[test]
fn r_core_062_absent_inherits_null_is_none_and_unset_inherits_again() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        let steps = route_with(plant, "R", &[(10, "PRINT")]);
        let id = format!("STEP:{}", steps[0]["sourceStepKey"].as_str().unwrap());
        let route = json!({ "routingCode": "R", "scopeType": "ROUTE", "ingestMapping": auto_mapping(), "side": "TOP" });
        let made = plant.run(&boss, "route.configure", route);
        assert_eq!((&made["configId"], &made["version"]), (&json!("ROUTE:R"), &json!(1)));
        assert!(field(plant, "R", 10, "ingestMapping")["value"].is_object());
        let none = json!({ "routingCode": "R", "scopeType": "STEP", "stepNo": 10, "ingestMapping": null, "allowedStationCodes": [] });
        let stored = plant.run(&boss, "route.configure", none);
        assert_eq!(
            set(&stored),
            json!({ "ingestMapping": null, "allowedStationCodes": null }),
            "an empty list is none"
        );
        let seen = plant.ask(&boss, "route.config", json!({ "routingCode": "r", "configId": id }));
        assert_eq!(seen, stored);
        assert_eq!(field(plant, "R", 10, "ingestMapping"), json!({ "value": null, "origin": "STEP" }), "example 3");
        let patch = json!({ "routingCode": "R", "configId": id, "unset": ["ingestMapping"], "side": "BOTTOM" });
        let changed = change(plant, &boss, "route.reconfigure", patch, 1);
        assert_eq!(set(&changed), json!({ "allowedStationCodes": null, "side": "BOTTOM" }));
        assert_eq!(field(plant, "R", 10, "ingestMapping")["origin"], "ROUTE");
        assert_eq!(changed["version"], 2);
        let same = change(
            plant,
            &boss,
            "route.reconfigure",
            json!({ "routingCode": "R", "configId": id, "side": "BOTTOM" }),
            2,
        );
        assert_eq!(same["version"], 2, "a change that changes nothing is none");
        for wrong in [json!(["nothing"]), json!(["side"])] {
            let patch = json!({ "routingCode": "R", "configId": id, "unset": wrong, "side": "TOP" });
            assert_eq!(refused(plant, &boss, "route.reconfigure", patch, 2), ("VALIDATION_FAILED", 400));
        }
        let stale = json!({ "routingCode": "R", "configId": id, "side": "TOP" });
        assert_eq!(refused(plant, &boss, "route.reconfigure", stale, 1), ("VERSION_MISMATCH", 412));
        change(plant, &boss, "route.remove_config", json!({ "routingCode": "R", "configId": id }), 2);
        assert_eq!(field(plant, "R", 10, "side"), json!({ "value": "TOP", "origin": "ROUTE" }));
        let gone = json!({ "routingCode": "R", "configId": id });
        assert_eq!(refused(plant, &boss, "route.remove_config", gone, 2), ("EXECUTION_CONFIG_NOT_FOUND", 404));
    });
}

#[test]
fn r_core_061_one_configuration_per_target() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        for fields in [
            json!({ "routingCode": "R", "scopeType": "ROUTE", "side": "TOP" }),
            json!({ "routingCode": "R", "scopeType": "STEP", "stepNo": 10, "side": "TOP" }),
        ] {
            let made = plant.run(&boss, "route.configure", fields.clone());
            let twice = plant.refuse(&boss, "route.configure", fields);
            assert_eq!((twice.def.code, twice.kind.status()), ("EXECUTION_CONFIG_DUPLICATE", 409));
            assert_eq!(twice.params["config"], made["configId"], "it names the one that is there");
        }
        let global = json!({ "scopeType": "GLOBAL", "side": "TOP" });
        assert_eq!(plant.code(&boss, "execution_config.create", global), ("EXECUTION_CONFIG_DUPLICATE", 409));
        let operation = json!({ "scopeType": "OPERATION", "operationCode": "AOI", "side": "TOP" });
        plant.run(&boss, "execution_config.create", operation.clone());
        assert_eq!(plant.code(&boss, "execution_config.create", operation), ("EXECUTION_CONFIG_DUPLICATE", 409));
        assert_eq!(plant.ask(&boss, "execution_config.get", json!({ "configId": "OPERATION:aoi" }))["side"], "TOP");
        assert_eq!(
            not_found(plant, "execution_config.get", json!({ "configId": "ROUTE:R" })),
            "EXECUTION_CONFIG_NOT_FOUND"
        );
        let page = plant.ask(&boss, "execution_configs", json!({}));
        let ids: Vec<&Json> = page["items"].as_array().unwrap().iter().map(|c| &c["configId"]).collect();
        assert_eq!(ids, ["GLOBAL", "OPERATION:AOI"]);
        let found = plant.ask(&boss, "execution_configs", json!({ "q": "ao" }));
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let editor = plant.ask(&boss, "route.configs", json!({ "routingCode": "R" }));
        assert_eq!(editor["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn r_core_064_a_configuration_is_refused_in_the_listed_order() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        spec(plant, "PRINT", "Peak", "AUTO", "EACH_UNIT", true, true);
        let mut fields = json!({
            "routingCode": "NONE", "scopeType": "OPERATION", "stationGroupCode": "NONE", "dataSpecIds": ["PRINT:None"],
            "allowedStationCodes": ["NONE"], "ingestMapping": { "snPath": "a..b" }, "templates": {},
        });
        let says = |fields: &Json| plant.code(&boss, "route.configure", fields.clone());
        assert_eq!(says(&fields), ("SCOPE_TYPE_INVALID", 400));
        fields["scopeType"] = json!("step");
        assert_eq!(says(&fields), ("SCOPE_TYPE_INVALID", 400), "R-CORE-008");
        fields["scopeType"] = json!("STEP");
        assert_eq!(says(&fields), ("STEP_NO_REQUIRED", 400));
        fields["stepNo"] = json!(99);
        assert_eq!(says(&fields), ("ROUTE_NOT_FOUND", 404));
        fields["routingCode"] = json!("R");
        assert_eq!(says(&fields), ("ROUTE_STEP_NOT_FOUND", 404));
        fields["stepNo"] = json!(10);
        let all = plant.blockers(&boss, "route.configure", fields.clone());
        let listed = [
            "STATION_GROUP_NOT_FOUND",
            "DATA_SPEC_NOT_FOUND",
            "ALLOWED_STATION_INVALID",
            "INGEST_MAPPING_INVALID",
            "EXECUTION_CONFIG_FIELD_NOT_ALLOWED",
        ];
        assert_eq!(all, listed);
        assert_eq!(says(&fields), ("STATION_GROUP_NOT_FOUND", 404));
        fields["stationGroupCode"] = json!("G1");
        assert_eq!(says(&fields), ("DATA_SPEC_NOT_FOUND", 404));
        fields["dataSpecIds"] = json!(["print:peak"]);
        assert_eq!(says(&fields), ("ALLOWED_STATION_INVALID", 422));
        fields["allowedStationCodes"] = json!(["m1"]);
        assert_eq!(says(&fields), ("INGEST_MAPPING_INVALID", 422));
        fields["ingestMapping"] = json!({ "snPath": "a.b" });
        assert_eq!(says(&fields), ("EXECUTION_CONFIG_FIELD_NOT_ALLOWED", 422));
        fields.as_object_mut().unwrap().remove("templates");
        let made = plant.run(&boss, "route.configure", fields.clone());
        assert_eq!(made["dataSpecIds"], json!(["PRINT:Peak"]), "as their owners write them");
        assert_eq!(made["allowedStationCodes"], json!(["M1"]));
        fields["unknown"] = json!(1);
        assert_eq!(says(&fields), ("VALIDATION_FAILED", 400), "unknown fields are refused");
        let both = json!({ "routingCode": "R", "scopeType": "ROUTE", "stepNo": 10, "side": "TOP" });
        let refusal = plant.refuse(&boss, "route.configure", both);
        assert_eq!(
            (refusal.def.code, refusal.errors[0].path.as_str()),
            ("VALIDATION_FAILED", "/stepNo"),
            "whoever names a step does not mean the whole route"
        );
        for wrong in [
            json!({ "scopeType": "GLOBAL", "operationCode": "AOI", "side": "TOP" }),
            json!({ "scopeType": "OPERATION", "side": "TOP" }),
        ] {
            let refusal = plant.refuse(&boss, "execution_config.create", wrong);
            assert_eq!((refusal.def.code, refusal.errors[0].path.as_str()), ("VALIDATION_FAILED", "/operationCode"));
        }
        let long = json!({ "routingCode": "R", "scopeType": "ROUTE", "meta": { "x": "x".repeat(70_000) } });
        assert_eq!(says(&long), ("VALIDATION_FAILED", 400), "everything has a size");
        let reader = plant.someone(&[Permit::RouteRead]);
        assert_eq!(
            plant.code(&reader, "route.configure", json!({ "routingCode": "R", "scopeType": "ROUTE" })),
            ("FORBIDDEN", 403)
        );
    });
}

#[test]
fn r_core_063_an_allowed_station_fits_the_type_and_group_beside_it() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        let says = |more: Json| {
            let mut fields = json!({ "routingCode": "R", "scopeType": "ROUTE", "allowedStationCodes": ["M1"] });
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let refusal = plant.refuse(&boss, "route.configure", fields);
            (refusal.def.code, refusal.params.get("problem").cloned().unwrap_or_default())
        };
        assert_eq!(says(json!({ "stationType": "AUTO" })), ("ALLOWED_STATION_INVALID", json!("TYPE")));
        assert_eq!(says(json!({ "stationGroupCode": "G2" })), ("ALLOWED_STATION_INVALID", json!("GROUP")));
        let listed =
            json!({ "routingCode": "R", "stepNo": 10, "allowedStationCodes": ["M1"], "stationGroupCode": "G1" });
        let version = version_of(plant, "R");
        change(plant, &boss, "route.configure_step", listed, version);
        for later in [json!({ "stationGroupCode": "G2" }), json!({ "stationType": "AUTO" })] {
            let mut fields = json!({ "routingCode": "R", "stepNo": 10 });
            fields.as_object_mut().unwrap().extend(later.as_object().unwrap().clone());
            assert_eq!(
                refused(plant, &boss, "route.configure_step", fields, version + 1),
                ("ALLOWED_STATION_INVALID", 422),
                "beside the list that is set already: {later}"
            );
        }
        change(plant, &boss, "station.update", json!({ "stationCode": "M1", "isActive": false }), 1);
        assert_eq!(says(json!({})), ("ALLOWED_STATION_INVALID", json!("INACTIVE")));
        let other = json!({ "routingCode": "R", "stepNo": 10, "side": "TOP" });
        change(plant, &boss, "route.configure_step", other, version + 1);
        let specs = json!({ "routingCode": "R", "scopeType": "ROUTE", "dataSpecIds": [] });
        assert_eq!(plant.code(&boss, "route.configure", specs), ("EXECUTION_CONFIG_FIELD_NOT_ALLOWED", 422));
        let attempts = json!({ "routingCode": "R", "scopeType": "ROUTE", "retest": { "maxAttempts": 0 } });
        assert_eq!(plant.code(&boss, "route.configure", attempts), ("VALIDATION_FAILED", 400));
        let mapping = json!({ "eventType": "TEST", "snPath": "payload.sn", "stationCodePath": "payload.st",
            "result": { "path": "payload.r", "passValues": ["OK"] } });
        let refusal = plant.refuse(
            &boss,
            "route.configure",
            json!({ "routingCode": "R", "scopeType": "ROUTE", "ingestMapping": mapping }),
        );
        assert_eq!(
            (refusal.def.code, &refusal.params["field"]),
            ("INGEST_MAPPING_INVALID", &json!("testResultIdPath"))
        );
    });
}

#[test]
fn r_core_064_a_configuration_of_another_route_is_not_this_ones() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        let other = route_with(plant, "O", &[(10, "PRINT")]);
        plant.run(
            &boss,
            "route.configure",
            json!({ "routingCode": "O", "scopeType": "STEP", "stepNo": 10, "side": "TOP" }),
        );
        let id = format!("STEP:{}", other[0]["sourceStepKey"].as_str().unwrap());
        for (id, code) in [
            (id.as_str(), ("EXECUTION_CONFIG_SCOPE_MISMATCH", 422)),
            ("GLOBAL", ("EXECUTION_CONFIG_SCOPE_MISMATCH", 422)),
            ("ROUTE:R", ("EXECUTION_CONFIG_NOT_FOUND", 404)),
            ("STEP:none", ("EXECUTION_CONFIG_NOT_FOUND", 404)),
            ("nonsense", ("EXECUTION_CONFIG_NOT_FOUND", 404)),
        ] {
            let patch = json!({ "routingCode": "R", "configId": id, "side": "BOTTOM" });
            assert_eq!(refused(plant, &boss, "route.reconfigure", patch, 1), code, "{id}");
            assert_eq!(
                refused(plant, &boss, "route.remove_config", json!({ "routingCode": "R", "configId": id }), 1),
                code,
                "{id}"
            );
        }
        let shared =
            |id: &str| refused(plant, &boss, "execution_config.update", json!({ "configId": id, "side": "TOP" }), 1);
        assert_eq!(shared("ROUTE:O"), ("SCOPE_TYPE_INVALID", 400));
        assert_eq!(shared("OPERATION:AOI"), ("EXECUTION_CONFIG_NOT_FOUND", 404));
        let unknown = json!({ "scopeType": "OPERATION", "operationCode": "NONE" });
        assert_eq!(plant.code(&boss, "execution_config.create", unknown), ("OPERATION_NOT_FOUND", 404));
        let wrong = json!({ "scopeType": "ROUTE" });
        assert_eq!(plant.code(&boss, "execution_config.create", wrong), ("SCOPE_TYPE_INVALID", 400));
    });
}

#[test]
fn r_core_062_the_editor_of_a_step_configures_it_whether_it_was_configured_before_or_not() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        let version = version_of(plant, "R");
        let first = json!({ "routingCode": "R", "stepNo": 10, "stationGroupCode": "G2", "side": "TOP" });
        let answer = change(plant, &boss, "route.configure_step", first.clone(), version);
        assert_eq!(answer["version"], version + 1);
        assert_eq!(refused(plant, &boss, "route.configure_step", first, version), ("VERSION_MISMATCH", 412));
        let seen = plant.ask(&boss, "route.step_config", json!({ "routingCode": "R", "stepNo": 10 }));
        assert_eq!((&seen["side"], &seen["version"]), (&json!("TOP"), &json!(version + 1)), "what its editor shows");
        assert_eq!(
            not_found(plant, "route.step_config", json!({ "routingCode": "R", "stepNo": 11 })),
            "ROUTE_STEP_NOT_FOUND"
        );
        let second = json!({ "routingCode": "R", "stepNo": 10, "unset": ["side"], "panelMode": "PANEL" });
        let answer = change(plant, &boss, "route.configure_step", second.clone(), version + 1);
        assert_eq!(field(plant, "R", 10, "stationGroupCode")["value"], "G2");
        assert_eq!(field(plant, "R", 10, "side")["origin"], "NONE");
        assert_eq!(field(plant, "R", 10, "panelMode")["value"], "PANEL");
        let again = change(plant, &boss, "route.configure_step", second, answer["version"].as_i64().unwrap());
        assert_eq!(again["version"], answer["version"], "a change that changes nothing is none");
        let unknown = json!({ "routingCode": "R", "stepNo": 11, "side": "TOP" });
        let version = again["version"].as_i64().unwrap();
        assert_eq!(refused(plant, &boss, "route.configure_step", unknown, version), ("ROUTE_STEP_NOT_FOUND", 404));
        let wrong = json!({ "routingCode": "R", "stepNo": 10, "fqcRequired": true });
        assert_eq!(
            refused(plant, &boss, "route.configure_step", wrong, version),
            ("EXECUTION_CONFIG_FIELD_NOT_ALLOWED", 422)
        );
    });
}

#[test]
fn r_core_062_several_steps_take_a_group_at_once_or_none_does() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT"), (20, "AOI"), (30, "PRINT")]);
        let fields = json!({ "routingCode": "R", "stepNo": 20, "side": "TOP" });
        change(plant, &boss, "route.configure_step", fields, version_of(plant, "R"));
        let version = version_of(plant, "R");
        let both = json!({ "routingCode": "R", "stepNos": [10, 20], "stationGroupCode": "g2" });
        assert_eq!(refused(plant, &boss, "route.assign_group", both.clone(), version + 1), ("VERSION_MISMATCH", 412));
        let group = |group: &str| json!({ "routingCode": "R", "stepNos": [10, 11], "stationGroupCode": group });
        assert_eq!(refused(plant, &boss, "route.assign_group", group("G9"), version), ("STATION_GROUP_NOT_FOUND", 404));
        assert_eq!(refused(plant, &boss, "route.assign_group", group("G2"), version), ("ROUTE_STEP_NOT_FOUND", 404));
        for wrong in [json!([]), json!([10, 10])] {
            let fields = json!({ "routingCode": "R", "stepNos": wrong, "stationGroupCode": "G2" });
            assert_eq!(refused(plant, &boss, "route.assign_group", fields, version), ("VALIDATION_FAILED", 400));
        }
        assert_eq!(field(plant, "R", 10, "stationGroupCode")["origin"], "GLOBAL", "a refused call changes no step");
        let answer = change(plant, &boss, "route.assign_group", both.clone(), version);
        assert_eq!(answer["version"], version + 1, "one change for all");
        let held = json!({ "value": "G2", "origin": "STEP" });
        assert_eq!(field(plant, "R", 10, "stationGroupCode"), held);
        assert_eq!(field(plant, "R", 20, "stationGroupCode"), held);
        assert_eq!(field(plant, "R", 20, "side")["value"], "TOP", "what else is set stays");
        assert_eq!(field(plant, "R", 30, "stationGroupCode")["origin"], "GLOBAL");
        let again = change(plant, &boss, "route.assign_group", both, version + 1);
        assert_eq!(again["version"], version + 1, "a change that changes nothing is none");
        let reader = plant.someone(&[Permit::RouteRead]);
        let fields = json!({ "routingCode": "R", "stepNos": [10], "stationGroupCode": "G1" });
        assert_eq!(refused(plant, &reader, "route.assign_group", fields, version + 1), ("FORBIDDEN", 403));
    });
}

#[test]
fn r_core_170_a_mapping_is_tried_on_a_message_before_a_machine_sends_one() {
    on_both(wire, |plant| {
        let reader = plant.someone(&[Permit::RouteRead]);
        let payload = json!({ "sn": 12_345_678_901_234_567u64, "station": "A1", "result": " ok ", "values": [{ "n": "PT", "v": 245.5, "u": "°C" }] });
        let mut mapping = auto_mapping();
        mapping["measurements"] =
            json!({ "itemsPath": "payload.values[*]", "namePath": "n", "valuePath": "v", "unitPath": "u" });
        mapping["dataSpecMap"] = json!({ "PT": "Peak" });
        let fields = json!({ "mapping": mapping, "payload": payload, "stationType": "AUTO" });
        let tried = plant.ask(&reader, "ingest_mapping.test", fields);
        assert_eq!((&tried["valid"], &tried["messageProblems"]), (&json!(true), &json!([])));
        let message = &tried["message"];
        assert_eq!(
            (&message["sn"], &message["result"]),
            (&json!("12345678901234567"), &json!("PASS")),
            "all digits; trimmed, any case"
        );
        let measured = json!([{ "name": "PT", "specName": "Peak", "value": 245.5, "unit": "°C", "judge": null }]);
        assert_eq!(message["measurements"], measured);
        let ng =
            plant.ask(&reader, "ingest_mapping.test", json!({ "mapping": mapping, "payload": { "result": "NG" } }));
        let problems: Vec<&Json> = ng["messageProblems"].as_array().unwrap().iter().map(|p| &p["problem"]).collect();
        assert_eq!(problems, ["MISSING", "MISSING", "RESULT_UNKNOWN", "MISSING"]);
        assert!(ng["messageProblems"][0]["detail"].as_str().unwrap().contains("stationCodePath"));
        let wrong = plant.ask(
            &reader,
            "ingest_mapping.test",
            json!({ "mapping": { "snPath": "a..b", "linePath": "x" }, "payload": {} }),
        );
        assert_eq!((&wrong["valid"], &wrong["mappingProblems"][0]["field"]), (&json!(false), &json!("linePath")));
        let test = plant.ask(
            &reader,
            "ingest_mapping.test",
            json!({ "mapping": mapping, "payload": payload, "stationType": "TEST" }),
        );
        assert_eq!((&test["valid"], &test["mappingProblems"][0]["field"]), (&json!(false), &json!("testResultIdPath")));
    });
}
