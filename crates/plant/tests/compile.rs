//! Compile on both engines: what is found, and what a version is (core §6).

use engine::testing::on_both;
use engine::{Cx, Permit, Registry, Verdict, sql};
use kernel::Result;
use plant::route::FAI_TEMPLATE_PRODUCT_MISMATCH;
use plant::route::check::{COMPILE, REFLOW_PROFILE};
use plant::snapshot::Snapshot;
use serde_json::{Value as Json, json};

mod floor_of_routes;
use floor_of_routes::*;

#[test]
fn r_core_073_an_edit_compiles_and_an_identical_compile_gives_the_same_version() {
    on_both(wire, |plant| {
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT"), (20, "AOI")]);
        let now = head(plant, "R");
        assert_eq!(
            (&now["latestVersionNo"], &now["latestStatus"], &now["needsCompile"]),
            (&json!(1), &json!("READY"), &json!(false))
        );
        let (status, same) = compile(plant, "r");
        assert_eq!((status, &same["versionNo"]), (200, &json!(1)), "example 2: nothing changed");
        configure(plant, "R", 20, json!({ "stationGroupCode": "G2" }));
        assert_eq!(head(plant, "R")["latestVersionNo"], 2);
        let one = version(plant, "R", 1);
        assert_eq!(one["snapshot"]["steps"][1]["stationGroup"], "G1", "R-CORE-064: existing versions never change");
        let two = version(plant, "R", 2);
        assert_eq!(two["snapshot"]["steps"][1]["provenance"]["stationGroupCode"], "STEP");
        assert_eq!(two["snapshot"]["routeVersion"]["versionNo"], 2);
        assert_eq!(two["snapshot"]["steps"][0]["stepNo"], 10);
        let mut frozen = two["snapshot"].clone();
        frozen.as_object_mut().unwrap().remove("routeVersion");
        let hash = engine::seal::sha256(engine::door::canonical(&frozen).as_bytes());
        assert_eq!(two["snapshotHash"], hash, "the hash is that of the canonical JSON without the moment");
        let diff = plant.ask(&plant.boss(), "route.diff", json!({ "routingCode": "R", "a": 1, "b": 2 }));
        let changed: Vec<&Json> = diff["changes"].as_array().unwrap().iter().map(|c| &c["field"]).collect();
        assert_eq!(changed, ["20.provenance", "20.stationGroup"]);
        assert_eq!(
            not_found(plant, "route.version", json!({ "routingCode": "R", "versionNo": 9 })),
            "ROUTE_VERSION_NOT_FOUND"
        );
        assert_eq!(
            not_found(plant, "route.diff", json!({ "routingCode": "R", "a": 1, "b": 9 })),
            "ROUTE_VERSION_NOT_FOUND"
        );
        assert_eq!(not_found(plant, "route.versions", json!({ "routingCode": "X" })), "ROUTE_NOT_FOUND");
    });
}

#[test]
fn r_core_073_with_the_policy_off_an_edit_only_asks_for_a_compile() {
    on_both(wire, |plant| {
        floor(plant);
        set_setting(plant, "route.autoCompile", json!(false));
        route_with(plant, "R", &[(10, "PRINT")]);
        let now = head(plant, "R");
        assert_eq!((&now["latestVersionNo"], &now["needsCompile"]), (&Json::Null, &json!(true)));
        let (status, first) = compile(plant, "R");
        assert_eq!((status, &first["status"], &first["compiledBy"]), (201, &json!("READY"), &json!("boss")));
        assert_eq!(head(plant, "R")["needsCompile"], false);
        configure(plant, "R", 10, json!({ "side": "TOP" }));
        assert_eq!(head(plant, "R")["needsCompile"], true);
        let someone = plant.someone(&[Permit::RouteConfigure]);
        assert_eq!(plant.code(&someone, "route.compile", json!({ "routingCode": "R" })), ("FORBIDDEN", 403));
    });
}

#[test]
fn r_core_070_everything_that_is_wrong_is_collected() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        for (name, method, trigger, active) in [
            ("Auto", "AUTO", "EACH_UNIT", true),
            ("Hand", "MANUAL", "EACH_UNIT", true),
            ("Carrier", "AUTO", "EACH_CARRIER", true),
            ("Off", "AUTO", "EACH_UNIT", false),
        ] {
            spec(plant, "AOI", name, method, trigger, true, active);
        }
        spec(plant, "PRINT", "Other", "AUTO", "EACH_UNIT", true, true);
        change(plant, &boss, "execution_config.update", json!({ "configId": "GLOBAL", "stationGroupCode": null }), 1);
        route_with(plant, "R", &[(10, "AOI")]);
        let expect = |fields: Json, wanted: &[&str]| {
            configure(plant, "R", 10, fields.clone());
            assert_eq!(errors(plant, "R"), wanted, "{fields}");
        };
        assert_eq!(errors(plant, "R"), ["10 STATION_CONSTRAINT_MISSING"]);
        expect(json!({ "stationType": null }), &["10 STATION_TYPE_MISSING", "10 STATION_CONSTRAINT_MISSING"]);
        expect(
            json!({ "stationType": "AUTO", "stationGroupCode": "G2" }),
            &["10 STATION_NONE_ELIGIBLE", "10 INGEST_MAPPING_MISSING"],
        );
        expect(json!({ "stationGroupCode": "G1" }), &["10 INGEST_MAPPING_MISSING"]);
        let partial = json!({ "snPath": "payload.sn", "dataSpecMap": { "x": "Nobody" } });
        let invalid = ["10 INGEST_MAPPING_INVALID", "10 INGEST_MAPPING_INVALID", "10 DATA_SPEC_MAP_UNKNOWN"];
        expect(json!({ "ingestMapping": partial }), &invalid);
        let mut mapping = auto_mapping();
        expect(json!({ "ingestMapping": mapping }), &[]);
        mapping["eventType"] = json!("AUTO");
        expect(
            json!({ "ingestMapping": mapping, "stationType": "TEST", "stationGroupCode": "G2" }),
            &["10 INGEST_MAPPING_INVALID", "10 INGEST_MAPPING_INVALID"],
        );
        expect(
            json!({ "stationType": "BATCH", "stationGroupCode": "G1", "ingestMapping": auto_mapping(), "dataSpecIds": ["AOI:Auto"] }),
            &["10 DATA_SPEC_TRIGGER_MISMATCH", "10 INGEST_MAPPING_INVALID", "10 INGEST_MAPPING_INVALID"],
        );
        let batch = json!({ "carrierCodePath": "payload.c", "snListPath": "payload.l[*]", "stationCodePath": "payload.s",
            "result": { "path": "payload.r", "passValues": ["OK"] }, "dataSpecMap": { "x": "carrier" } });
        expect(json!({ "ingestMapping": batch, "dataSpecIds": ["AOI:Carrier"] }), &[]);
        let specs = json!(["AOI:Auto", "AOI:Hand", "AOI:Carrier", "AOI:Off", "PRINT:Other"]);
        expect(
            json!({ "stationType": "AUTO", "ingestMapping": auto_mapping(), "dataSpecIds": specs }),
            &[
                "10 DATA_SPEC_METHOD_MISMATCH",
                "10 DATA_SPEC_TRIGGER_MISMATCH",
                "10 DATA_SPEC_INACTIVE",
                "10 DATA_SPEC_OPERATION_MISMATCH",
            ],
        );
        expect(json!({ "stationType": "MANUAL", "dataSpecIds": ["AOI:Hand"], "ingestMapping": null }), &[]);
        let stations = json!(["M1", "M2", "A1"]);
        plant.run(
            &boss,
            "route.configure",
            json!({ "routingCode": "R", "scopeType": "ROUTE", "allowedStationCodes": stations }),
        );
        assert_eq!(errors(plant, "R"), ["10 ALLOWED_STATION_INVALID", "10 ALLOWED_STATION_INVALID"]);
        change(plant, &boss, "station.update", json!({ "stationCode": "M1", "isActive": false }), 1);
        let (status, found) = compile(plant, "R");
        assert_eq!(
            (status, found["errors"].as_array().unwrap().len()),
            (201, 4),
            "M1 inactive, M2 group, A1 type, none left"
        );
        assert_eq!(found["status"], "INVALID");
        for error in found["errors"].as_array().unwrap() {
            let message = error["message"].as_str().unwrap();
            assert!(message.len() > 20 && !message.contains(['[', '$', '{']), "{message}");
        }
        assert_eq!(found["errors"][0]["field"], "allowedStationCodes");
        // A spec that is gone, as a merge or an import may leave it.
        plant
            .engine
            .work(|cx| cx.run(sql!("update data_spec set name_key = 'gone' where name = 'Hand'"), []).map(|n| n as i64))
            .unwrap();
        assert!(compile(plant, "R").1["errors"].to_string().contains("DATA_SPEC_NOT_FOUND"));
    });
}

#[test]
fn r_core_070_each_type_of_step_names_the_key_its_mapping_lacks() {
    on_both(wire, |plant| {
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT"), (20, "AOI")]);
        let result = json!({ "path": "payload.result", "passValues": ["OK"] });
        let single = json!({ "snPath": "payload.sn", "stationCodePath": "payload.station", "result": result });
        let mut test = single.clone();
        test["testResultIdPath"] = json!("payload.id");
        let batch = json!({ "carrierCodePath": "payload.tray", "snListPath": "payload.boards[*].sn",
            "stationCodePath": "payload.station", "result": result });
        for (kind, group, whole) in [("AUTO", "G1", single), ("TEST", "G2", test), ("BATCH", "G1", batch)] {
            let typed = json!({ "stationType": kind, "stationGroupCode": group, "unset": ["ingestMapping"] });
            configure(plant, "R", 20, typed);
            assert_eq!(errors(plant, "R"), ["20 INGEST_MAPPING_MISSING"], "{kind}");
            configure(plant, "R", 20, json!({ "ingestMapping": whole }));
            assert!(errors(plant, "R").is_empty(), "{kind}");
            for key in whole.as_object().unwrap().keys() {
                let mut partial = whole.clone();
                partial.as_object_mut().unwrap().remove(key);
                configure(plant, "R", 20, json!({ "ingestMapping": partial }));
                let page = plant.ask(&plant.boss(), "route.versions", json!({ "routingCode": "R" }));
                let found = page["items"][0]["errors"].as_array().unwrap();
                assert_eq!(found.len(), 1, "{kind} without {key}: {found:?}");
                let at = (&found[0]["stepNo"], &found[0]["code"], &found[0]["field"]);
                assert_eq!(at, (&json!(20), &json!("INGEST_MAPPING_INVALID"), &json!("ingestMapping")));
                assert!(found[0]["message"].as_str().unwrap().contains(key), "{kind} without {key}: {}", found[0]);
            }
        }
    });
}

#[test]
fn r_core_070_a_mapping_of_the_operation_serves_a_new_step() {
    on_both(wire, |plant| {
        floor(plant);
        let shared = json!({ "scopeType": "OPERATION", "operationCode": "AOI", "stationType": "AUTO", "ingestMapping": auto_mapping() });
        plant.run(&plant.boss(), "execution_config.create", shared);
        route_with(plant, "R", &[(10, "PRINT"), (20, "AOI")]);
        assert_eq!(head(plant, "R")["latestStatus"], "READY", "§5 example 2");
        route_with(plant, "S", &[(10, "PRINT")]);
        change(
            plant,
            &plant.boss(),
            "execution_config.update",
            json!({ "configId": "OPERATION:AOI", "unset": ["ingestMapping"] }),
            1,
        );
        assert_eq!(head(plant, "R")["needsCompile"], true, "what is inherited changed; nothing is compiled by itself");
        assert_eq!(head(plant, "S")["needsCompile"], false);
        let (status, found) = compile(plant, "R");
        assert_eq!(
            (status, &found["status"], &found["errors"][0]["code"]),
            (201, &json!("INVALID"), &json!("INGEST_MAPPING_MISSING")),
            "§6 example 1"
        );
    });
}

#[test]
fn r_core_070_first_article_without_template_is_a_warning() {
    on_both(with_templates, |plant| {
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        configure(plant, "R", 10, json!({ "requiresFAI": true }));
        let found = version(plant, "R", 2);
        assert_eq!(
            (&found["status"], &found["warnings"][0]["code"]),
            (&json!("READY"), &json!("FAI_TEMPLATE_MISSING"))
        );
        let wish = json!({ "routingCode": "R", "faiTemplateCode": "T-P1" });
        change(plant, &plant.boss(), "route.set_fai_template", wish, version_of(plant, "R"));
        let found = version(plant, "R", 3);
        assert_eq!((&found["warnings"], &found["snapshot"]["route"]["faiTemplate"]), (&json!([]), &json!("T-P1")));
        plant.run(
            &plant.boss(),
            "route.configure",
            json!({ "routingCode": "R", "scopeType": "ROUTE", "fqcRequired": true }),
        );
        assert_eq!(version(plant, "R", 4)["snapshot"]["route"]["other"]["fqcRequired"], true);
    });
}

/// A neighbour that knows the profile P1, freezes a plan with every version and dislikes step 20.
fn with_neighbour(registry: &mut Registry) {
    plant::register(registry);
    registry.gate(&REFLOW_PROFILE, "profiles", |_: &Cx<'_>, code: &String| -> Result<Verdict> {
        let evidence = if code == "P1" { vec![json!({ "profile": "P1" })] } else { vec![] };
        Ok(Verdict { refusals: vec![], evidence })
    });
    registry.gate(&COMPILE, "plan", |_: &Cx<'_>, snapshot: &Snapshot| -> Result<Verdict> {
        let disliked = snapshot.steps.iter().any(|s| s.step_no == 20);
        let mut refusal = FAI_TEMPLATE_PRODUCT_MISMATCH.with("template", "T").with("product", "P").at("/templates");
        refusal.params.insert("step".into(), 20.into());
        let refusals = if disliked { vec![refusal] } else { vec![] };
        Ok(Verdict { refusals, evidence: vec![json!({ "plan": { "steps": snapshot.steps.len() } })] })
    });
}

#[test]
fn r_core_070_other_slices_find_errors_and_freeze_what_is_theirs() {
    on_both(with_neighbour, |plant| {
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        assert_eq!(version(plant, "R", 1)["snapshot"]["frozen"], json!({ "plan": { "steps": 1 } }));
        let steps = json!([{ "stepNo": 10, "operationCode": "PRINT", "expectedReflowProfileCode": "P1" }]);
        set_steps(plant, "R", &steps);
        assert!(errors(plant, "R").is_empty());
        let steps = json!([
            { "stepNo": 10, "operationCode": "PRINT", "expectedReflowProfileCode": "P2" }, { "stepNo": 20, "operationCode": "PACK" }
        ]);
        set_steps(plant, "R", &steps);
        assert_eq!(errors(plant, "R"), ["10 REFLOW_PROFILE_INVALID", "20 FAI_TEMPLATE_PRODUCT_MISMATCH"]);
        let newest = plant.ask(&plant.boss(), "route.versions", json!({ "routingCode": "R" }))["items"][0].clone();
        assert_eq!(newest["errors"][1]["field"], "templates");
    });
}

#[test]
fn r_core_042_under_strict_an_unmapped_process_of_the_erp_makes_the_version_invalid() {
    on_both(wire, |plant| {
        floor(plant);
        route_with(plant, "E", &[(10, "PRINT")]);
        let steps = json!([{ "stepNo": 10, "operationCode": "PRINT", "meta": { "erp": { "processKey": "Cable" } } }]);
        set_steps(plant, "E", &steps);
        from_erp(plant, "E");
        compile(plant, "E");
        assert!(errors(plant, "E").is_empty(), "AUTO_CREATE is the default");
        set_setting(plant, "route.operationMapping", json!("STRICT"));
        compile(plant, "E");
        assert_eq!(errors(plant, "E"), ["10 MAPPING_MISSING"], "§3 example 2");
        let mapping = json!({ "sourceSystem": "ERP", "sourceProcessKey": "Cable", "operationCode": "PRINT" });
        plant.run(&plant.boss(), "operation_mapping.create", mapping);
        compile(plant, "E");
        assert!(errors(plant, "E").is_empty());
    });
}
