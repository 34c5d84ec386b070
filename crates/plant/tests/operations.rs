//! Operations, their mappings and their data specs on both engines.

use engine::db::{Reach, Sql};
use engine::door::Envelope;
use engine::testing::{Plant, on_both};
use engine::{Cx, Permit, Registry, sql};
use kernel::p;
use plant::data_spec::DataSpec;
use serde_json::{Value as Json, json};

fn wire(registry: &mut Registry) {
    plant::register(registry);
}

fn operation(code: &str) -> Json {
    json!({ "code": code, "name": code, "defaultType": "AUTO" })
}

fn mapping(key: &str, operation: &str) -> Json {
    json!({ "sourceSystem": "ERP", "sourceProcessKey": key, "operationCode": operation })
}

fn peak() -> Json {
    json!({ "operationCode": "REFLOW", "name": "Peak", "itemType": "KEY", "dataType": "NUMBER", "method": "AUTO",
        "spec": { "min": 240, "max": 250, "unit": "°C" }, "alarm": { "min": 235, "max": 255, "action": "HOLD" } })
}

fn change(plant: &Plant, sql: &'static Sql) {
    plant.engine.work(move |cx: &mut Cx<'_>| cx.run(sql, []).map(|n| n as i64)).expect("a change");
}

fn numbers(plant: &Plant, sql: &'static Sql) -> Vec<i64> {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all::<(i64,)>(sql, Reach::ALL, &[]);
    plant.engine.read_blocking(false, read).expect("rows").into_iter().map(|row| row.0).collect()
}

/// A route with one step of an operation, and a run's worth of nothing else.
fn route_with_step_of(plant: &Plant, operation: &'static str) {
    let make = move |cx: &mut Cx<'_>| {
        cx.run(
            sql!(
                "insert into route (code, code_key, name, source_system, process_type, is_active, latest_version_no, needs_compile,
                     changed_at, version)
                 values ('R1', 'r1', 'R1', 'MES', 'SMT', 1, 1, 0, 0, 1)"
            ),
            [],
        )?;
        let step = sql!(
            "insert into route_step (route_id, step_no, source_step_key, operation_id)
             select r.id, 10, 'k10', o.id from route r, operation o where o.code = $1"
        );
        cx.run(step, p![operation]).map(|n| n as i64)
    };
    plant.engine.work(make).expect("a route");
}

fn stale(plant: &Plant, command: &str, fields: Json) -> u16 {
    let envelope = Envelope { if_match: Some(99), ..plant.envelope() };
    plant.call_with(&plant.boss(), command, fields, envelope).status()
}

#[test]
fn r_core_040_codes_are_unique_and_used_operations_stay() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let made = plant.run(&boss, "operation.create", operation("PRINT"));
        assert_eq!(
            made,
            json!({ "code": "PRINT", "name": "PRINT", "defaultType": "AUTO", "isKeyQuality": false,
            "source": "MES", "needsReview": false, "isActive": true, "version": 1 })
        );
        assert_eq!(plant.code(&boss, "operation.create", operation("print")), ("OPERATION_CODE_DUPLICATE", 409));
        let reader = plant.someone(&[Permit::OperationRead]);
        assert_eq!(plant.code(&reader, "operation.create", operation("X")), ("FORBIDDEN", 403));
        route_with_step_of(plant, "PRINT");
        let refusal = plant.refuse(&boss, "operation.delete", json!({ "operationCode": "PRINT" }));
        assert_eq!((refusal.def.code, refusal.kind.status()), ("OPERATION_IN_USE", 409));
        assert_eq!(refusal.params["counts"], json!({ "routeSteps": 1 }));
        assert_eq!(plant.ask(&boss, "operation.get", json!({ "operationCode": "print" }))["uses"]["routeSteps"], 1);
        let renamed = json!({ "operationCode": "PRINT", "code": "PRINT2" });
        assert_eq!(plant.code(&boss, "operation.update", renamed), ("CODE_IMMUTABLE", 409));
        let off = plant.run(&boss, "operation.update", json!({ "operationCode": "PRINT", "isActive": false }));
        assert_eq!((&off["isActive"], &off["version"]), (&json!(false), &json!(2)));
        plant.run(&boss, "operation.create", operation("FREE"));
        assert_eq!(stale(plant, "operation.delete", json!({ "operationCode": "FREE" })), 412);
        plant.run(&boss, "operation.update", json!({ "operationCode": "FREE", "code": "FREE2", "defaultType": null }));
        plant.run(&boss, "operation.delete", json!({ "operationCode": "FREE2" }));
        assert_eq!(
            plant.code(&boss, "operation.delete", json!({ "operationCode": "FREE2" })),
            ("OPERATION_NOT_FOUND", 404)
        );
    });
}

#[test]
fn r_core_041_an_erp_operation_keeps_its_code_and_name() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "operation.create", operation("WELD"));
        change(plant, sql!("update operation set source = 'ERP', needs_review = 1"));
        let edit = |field: &str, value: Json| json!({ "operationCode": "WELD", field: value });
        for (field, value) in [("name", json!("other")), ("code", json!("W2"))] {
            let refusal = plant.refuse(&boss, "operation.update", edit(field, value));
            assert_eq!((refusal.def.code, refusal.kind.status()), ("OPERATION_ERP_READONLY", 409));
            assert_eq!(refusal.params["field"], field);
        }
        let typed = plant.run(&boss, "operation.update", edit("defaultType", json!("MANUAL")));
        assert_eq!(typed["defaultType"], "MANUAL");
        assert_eq!(plant.run(&boss, "operation.update", edit("isKeyQuality", json!(true)))["isKeyQuality"], true);
        assert_eq!(plant.run(&boss, "operation.update", edit("name", json!("WELD")))["name"], "WELD", "the same name");
        let queue = |plant: &Plant| {
            plant.ask(&boss, "operations", json!({ "needsReview": true }))["items"].as_array().unwrap().len()
        };
        assert_eq!(queue(plant), 1);
        plant.run(&boss, "operation.update", edit("needsReview", json!(false)));
        assert_eq!(queue(plant), 0, "reviewed");
    });
}

#[test]
fn r_core_043_a_mapping_moves_and_steps_keep_their_operation() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "operation.create", operation("CABLE"));
        plant.run(&boss, "operation.create", operation("WIRE"));
        assert_eq!(plant.code(&boss, "operation_mapping.create", mapping("Cable", "NO")), ("OPERATION_NOT_FOUND", 404));
        plant.run(&boss, "operation_mapping.create", mapping("Cable", "cable"));
        plant.run(&boss, "operation_mapping.create", mapping("cable", "WIRE"));
        let again = plant.refuse(&boss, "operation_mapping.create", mapping("Cable", "WIRE"));
        assert_eq!((again.def.code, &again.params["code"]), ("CODE_DUPLICATE", &json!("ERP/Cable")));
        route_with_step_of(plant, "CABLE");
        let moved = plant.run(&boss, "operation_mapping.update", mapping("Cable", "WIRE"));
        assert_eq!((&moved["operationCode"], &moved["version"]), (&json!("WIRE"), &json!(2)));
        let steps =
            sql!("select count(*) from route_step s join operation o on o.id = s.operation_id where o.code = 'CABLE'");
        assert_eq!(numbers(plant, steps), [1]);
        let named = json!({ "sourceSystem": "ERP", "sourceProcessKey": "Cable", "sourceProcessName": "Kabel" });
        assert_eq!(plant.run(&boss, "operation_mapping.update", named)["sourceProcessName"], "Kabel");
        let key = json!({ "sourceSystem": "ERP", "sourceProcessKey": "Cable" });
        assert_eq!(plant.ask(&boss, "operation_mapping.get", key.clone())["operationCode"], "WIRE");
        assert_eq!(stale(plant, "operation_mapping.delete", key.clone()), 412);
        plant.run(&boss, "operation_mapping.delete", key.clone());
        assert_eq!(plant.code(&boss, "operation_mapping.delete", key), ("OPERATION_MAPPING_NOT_FOUND", 404));
        let left = plant.ask(&boss, "operation_mappings", json!({ "operationCode": "WIRE" }));
        assert_eq!(left["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn r_core_040_merging_moves_mappings_and_steps_and_ends_the_operation() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for code in ["AUTO1", "TARGET", "OFF"] {
            plant.run(&boss, "operation.create", operation(code));
        }
        plant.run(&boss, "operation_mapping.create", mapping("K1", "AUTO1"));
        route_with_step_of(plant, "AUTO1");
        plant.run(&boss, "operation.update", json!({ "operationCode": "OFF", "isActive": false }));
        let merge = |from: &str, target: &str| json!({ "operationCode": from, "target": target });
        assert_eq!(plant.code(&boss, "operation.merge", merge("NO", "TARGET")), ("OPERATION_NOT_FOUND", 404));
        assert_eq!(plant.code(&boss, "operation.merge", merge("AUTO1", "NO")), ("OPERATION_NOT_FOUND", 404));
        assert_eq!(plant.code(&boss, "operation.merge", merge("AUTO1", "OFF")), ("OPERATION_INACTIVE", 409));
        assert_eq!(plant.code(&boss, "operation.merge", merge("AUTO1", "auto1")), ("OPERATION_MERGE_INVALID", 422));
        let merged = plant.run(&boss, "operation.merge", merge("AUTO1", "TARGET"));
        assert_eq!(
            merged,
            json!({ "operationCode": "AUTO1", "target": "TARGET", "mappings": 1, "routeSteps": 1, "routesToCompile": 1 })
        );
        let compiled = sql!("select cast(count(*) as bigint) from route_version");
        assert_eq!(numbers(plant, compiled), [1], "the route was compiled again by itself");
        let uses = |code: &str| plant.ask(&boss, "operation.get", json!({ "operationCode": code }))["uses"].clone();
        assert_eq!((uses("AUTO1"), uses("TARGET")), (json!({}), json!({ "routeSteps": 1, "mappings": 1 })));
        assert_eq!(plant.ask(&boss, "operation.get", json!({ "operationCode": "AUTO1" }))["isActive"], false);
        let twice = plant.run(&boss, "operation.merge", merge("AUTO1", "TARGET"));
        assert_eq!((&twice["mappings"], &twice["routeSteps"]), (&json!(0), &json!(0)));

        plant.run(&boss, "operation.create", operation("REFLOW"));
        plant.run(&boss, "data_spec.create", peak());
        let kept = plant.refuse(&boss, "operation.merge", merge("REFLOW", "TARGET"));
        assert_eq!((kept.def.code, &kept.params["counts"]), ("OPERATION_IN_USE", &json!({ "dataSpecs": 1 })));
    });
}

#[test]
fn r_core_150_a_spec_is_checked_before_it_is_kept() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        assert_eq!(plant.code(&boss, "data_spec.create", peak()), ("OPERATION_NOT_FOUND", 404));
        plant.run(&boss, "operation.create", operation("REFLOW"));
        let with = |field: &str, value: Json| {
            let mut fields = peak();
            fields[field] = value;
            fields
        };
        assert_eq!(plant.code(&boss, "data_spec.create", with("name", json!(" "))), ("NAME_REQUIRED", 400));
        for limits in [json!({ "lsl": 250, "usl": 240 }), json!({ "lsl": 230, "usl": 250 }), json!({ "pattern": "a" })]
        {
            let fields = with("spec", limits);
            assert_eq!(
                plant.code(&boss, "data_spec.create", fields.clone()),
                ("DATA_SPEC_LIMITS_INVALID", 422),
                "{fields}"
            );
        }
        let trigger = with("triggerType", json!("TIME"));
        assert_eq!(plant.code(&boss, "data_spec.create", trigger), ("DATA_SPEC_TRIGGER_MISMATCH", 422));
        assert_eq!(plant.code(&boss, "data_spec.create", with("dataType", json!("FLOAT"))), ("VALIDATION_FAILED", 400));
        let made = plant.run(&boss, "data_spec.create", peak());
        assert_eq!((&made["specId"], &made["revision"]), (&json!("REFLOW:Peak"), &json!(1)));
        assert_eq!(made["spec"], json!({ "lsl": 240.0, "usl": 250.0, "unit": "°C" }), "min and max are lsl and usl");
        assert_eq!(
            plant.code(&boss, "data_spec.create", with("name", json!("PEAK"))),
            ("DATA_SPEC_NAME_DUPLICATE", 409)
        );
        let reader = plant.someone(&[Permit::DataSpecRead]);
        assert_eq!(plant.code(&reader, "data_spec.create", peak()), ("FORBIDDEN", 403));
        assert_eq!(plant.ask(&reader, "data_spec.get", json!({ "specId": "reflow:peak" }))["name"], "Peak");
        for (q, found) in [("pea", 1), ("refl", 1), ("Reflow:P", 1), ("reflow:x", 0), ("eak", 0)] {
            let rows = plant.ask(&reader, "data_specs", json!({ "q": q }))["items"].clone();
            assert_eq!(rows.as_array().unwrap().len(), found, "on {}: {q} finds by code and by name", plant.on);
        }
    });
}

#[test]
fn r_core_150_an_edit_is_a_new_revision_and_values_lock_the_type() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "operation.create", operation("REFLOW"));
        plant.run(&boss, "data_spec.create", peak());
        let edit = |field: &str, value: Json| json!({ "specId": "REFLOW:Peak", field: value });
        let edited = plant.run(&boss, "data_spec.update", edit("spec", json!({ "lsl": 238, "usl": 250 })));
        assert_eq!((&edited["revision"], &edited["version"]), (&json!(2), &json!(2)));
        let same = plant.run(&boss, "data_spec.update", edit("spec", json!({ "lsl": 238, "usl": 250 })));
        assert_eq!(same["revision"], 2, "nothing differed");
        let inside = edit("alarm", json!({ "min": 239, "action": "FAIL" }));
        assert_eq!(plant.code(&boss, "data_spec.update", inside), ("DATA_SPEC_LIMITS_INVALID", 422));
        assert_eq!(plant.run(&boss, "data_spec.update", edit("alarm", Json::Null)).get("alarm"), None, "cleared");
        assert_eq!(stale(plant, "data_spec.update", edit("isActive", json!(false))), 412);
        plant.run(&boss, "data_spec.update", edit("isActive", json!(false)));

        let history = plant.ask(&boss, "data_spec.revisions", json!({ "specId": "REFLOW:Peak" }));
        let history = history["items"].as_array().unwrap();
        assert_eq!(history.iter().map(|r| r["revision"].as_i64().unwrap()).collect::<Vec<_>>(), [4, 3, 2, 1]);
        assert_eq!(history[3]["definition"]["spec"]["lsl"], 240.0);
        assert_eq!((&history[0]["definition"]["isActive"], &history[0]["by"]), (&json!(false), &json!("boss")));

        let typed = edit("dataType", json!("TEXT"));
        let mut free = typed.clone();
        free["spec"] = Json::Null;
        plant
            .engine
            .work(|cx| {
                assert!(DataSpec::locks_type(cx, "reflow", "PEAK")?, "the first value");
                DataSpec::locks_type(cx, "REFLOW", "Peak").map(i64::from)
            })
            .unwrap();
        assert_eq!(plant.code(&boss, "data_spec.update", free.clone()), ("DATA_SPEC_TYPE_LOCKED", 409));
        assert_eq!(
            plant.blockers(&boss, "data_spec.update", typed),
            ["DATA_SPEC_TYPE_LOCKED", "DATA_SPEC_LIMITS_INVALID"]
        );
        change(plant, sql!("update data_spec set has_values = 0"));
        assert_eq!(plant.run(&boss, "data_spec.update", free)["dataType"], "TEXT");
        let gone = plant.refuse(&boss, "data_spec.update", json!({ "specId": "REFLOW:No" }));
        assert_eq!((gone.def.code, gone.kind.status()), ("DATA_SPEC_NOT_FOUND", 404));
    });
}

#[test]
fn r_core_150_specs_are_listed_and_read_by_operation() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "operation.create", operation("REFLOW"));
        plant.run(&boss, "operation.create", operation("A:B"));
        plant.run(&boss, "data_spec.create", peak());
        plant.run(
            &boss,
            "data_spec.create",
            json!({ "operationCode": "A:B", "name": "Torque", "itemType": "OBSERVATION", "dataType": "NUMBER" }),
        );
        let names = |fields: Json| {
            let page = plant.ask(&boss, "data_specs", fields);
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["specId"].as_str().unwrap().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(json!({})), ["REFLOW:Peak", "A%3AB:Torque"]);
        assert_eq!(names(json!({ "q": "tor" })), ["A%3AB:Torque"]);
        assert_eq!(names(json!({ "operationCode": "reflow", "isActive": true })), ["REFLOW:Peak"]);
        assert_eq!(plant.ask(&boss, "data_spec.get", json!({ "specId": "A%3AB:Torque" }))["operationCode"], "A:B");
        let checked = plant.engine.work(|cx| {
            let id = plant::operation::OperationCode::parse("REFLOW").unwrap();
            let operation = plant::operation::Operation::find(cx, &id)?.unwrap();
            let specs = DataSpec::of_operation(cx, operation.id)?;
            assert_eq!(specs[0].frozen()?.alarm.unwrap().max, Some(255.0));
            Ok(specs.len() as i64)
        });
        assert_eq!(checked.unwrap(), 1);
    });
}
