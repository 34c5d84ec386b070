//! Routes and steps, execution configuration, compile and versions on both engines (core §4, §5, §6).

use std::sync::Arc;

use engine::testing::on_both;
use engine::{Actor, Permit, sql};
use serde_json::{Value as Json, json};

mod floor_of_routes;
use floor_of_routes::*;

#[test]
fn r_core_051_a_route_is_created_once_whatever_the_case_of_its_code() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let made = plant.run(
            &boss,
            "route.create",
            json!({ "code": "PCBA-1", "name": "Board", "processType": "SMT", "revision": "A" }),
        );
        assert_eq!((&made["version"], &made["route"]["revision"]), (&json!(1), &json!("A")));
        assert_eq!(made["route"]["needsCompile"], true);
        assert!(made["route"]["latestVersionNo"].is_null(), "a route without steps is left alone (R-CORE-073)");
        let again = json!({ "code": "pcba-1", "name": "Board", "processType": "SMT" });
        assert_eq!(plant.code(&boss, "route.create", again), ("ROUTE_CODE_DUPLICATE", 409));
        let blank = json!({ "code": " ", "name": "Board", "processType": "SMT" });
        assert_eq!(plant.code(&boss, "route.create", blank), ("CODE_REQUIRED", 400));
        let backwards = json!({ "code": "R2", "name": "R2", "processType": "SMT",
            "effectiveFrom": "2026-02-01T00:00:00Z", "effectiveTo": "2026-01-01T00:00:00Z" });
        assert_eq!(plant.code(&boss, "route.create", backwards), ("VALIDATION_FAILED", 400));
        let odd = json!({ "code": "R3", "name": "R3", "processType": "smt" });
        assert_eq!(plant.code(&boss, "route.create", odd), ("VALIDATION_FAILED", 400), "R-CORE-008");
        assert_eq!(plant.code(&boss, "route.compile", json!({ "routingCode": "PCBA-1" })), ("ROUTING_EMPTY", 422));
        assert_eq!(plant.blockers(&boss, "route.compile", json!({ "routingCode": "PCBA-1" })), ["ROUTING_EMPTY"]);
        assert_eq!(plant.code(&boss, "route.compile", json!({ "routingCode": "X" })), ("ROUTE_NOT_FOUND", 404));
        assert_eq!(not_found(plant, "route.get", json!({ "routingCode": "X" })), "ROUTE_NOT_FOUND");
    });
}

#[test]
fn r_core_051_the_list_of_routes_is_filtered() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for (code, process, product) in [("A-1", "SMT", Some("P-1")), ("A-2", "DIP", None), ("B-1", "SMT", Some("p-1"))]
        {
            let fields = json!({ "code": code, "name": code, "processType": process, "productCode": product });
            plant.run(&boss, "route.create", fields);
        }
        let codes = |filter: Json| -> Vec<String> {
            let page = plant.ask(&boss, "routes", filter);
            page["items"].as_array().unwrap().iter().map(|r| r["routingCode"].as_str().unwrap().into()).collect()
        };
        assert_eq!(codes(json!({})), ["A-1", "A-2", "B-1"]);
        assert_eq!(codes(json!({ "q": "a" })), ["A-1", "A-2"]);
        assert_eq!(codes(json!({ "productCode": "P-1" })), ["A-1", "B-1"]);
        assert_eq!(codes(json!({ "processType": "DIP", "isActive": true, "sourceSystem": "MES" })), ["A-2"]);
        assert!(codes(json!({ "sourceSystem": "ERP" })).is_empty());
    });
}

#[test]
fn r_core_053_a_step_keeps_its_key_and_configuration_through_renumbering_and_comes_back_from_retirement() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        let steps = route_with(plant, "R", &[(10, "PRINT"), (20, "AOI"), (30, "PACK")]);
        let key = |no: u64| steps.iter().find(|s| s["stepNo"] == no).unwrap()["sourceStepKey"].clone();
        let config = json!({ "routingCode": "R", "scopeType": "STEP", "stepNo": 20, "stationGroupCode": "G2" });
        assert_eq!(plant.run(&boss, "route.configure", config)["stepNo"], 20);
        let renumbered = json!([
            { "stepNo": 5, "sourceStepKey": key(30), "operationCode": "PACK" },
            { "stepNo": 25, "sourceStepKey": key(20), "operationCode": "AOI" },
            { "stepNo": 30, "operationCode": "AOI" }
        ]);
        let answer = set_steps(plant, "R", &renumbered);
        let live: Vec<(&Json, &Json)> = live(&answer).iter().map(|s| (&s["stepNo"], &s["sourceStepKey"])).collect();
        assert_eq!(live[0], (&json!(5), &key(30)));
        assert_eq!(live[1], (&json!(25), &key(20)));
        assert_ne!(live[2].1, &key(10), "a new step gets a new key");
        assert_eq!(field(plant, "R", 25, "stationGroupCode"), json!({ "value": "G2", "origin": "STEP" }), "example 3");
        assert_eq!(
            field(plant, "R", 30, "stationGroupCode")["value"],
            "G1",
            "another step of the operation inherits nothing of it"
        );
        let retired: Vec<&Json> =
            answer["steps"].as_array().unwrap().iter().filter(|s| !s["retiredAt"].is_null()).collect();
        assert_eq!((retired.len(), &retired[0]["sourceStepKey"]), (1, &key(10)));
        let last: Vec<&Json> = answer["steps"].as_array().unwrap().iter().filter(|s| s["isLast"] == true).collect();
        assert_eq!((last.len(), &last[0]["stepNo"]), (1, &json!(30)));

        let version = answer["version"].clone();
        let again = set_steps(plant, "R", &answer["steps"]);
        assert_eq!(again["version"], version, "what was answered can be sent back, and changes nothing");
        let without =
            set_steps(plant, "R", &json!([{ "stepNo": 5, "sourceStepKey": key(30), "operationCode": "PACK" }]));
        assert_eq!(without["route"]["orphans"], 1, "the configuration of the retired step is kept");
        let configs = plant.ask(&boss, "route.configs", json!({ "routingCode": "R" }));
        assert!(configs["items"].as_array().unwrap().iter().any(|c| c["isOrphan"] == true));
        let back = json!([{ "stepNo": 40, "sourceStepKey": key(20), "operationCode": "AOI" }]);
        assert_eq!(set_steps(plant, "R", &back)["route"]["orphans"], 0);
        assert_eq!(field(plant, "R", 40, "stationGroupCode")["value"], "G2");
    });
}

#[test]
fn r_core_051_what_is_wrong_with_steps_is_refused_in_order_and_changes_nothing() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        let other = route_with(plant, "OTHER", &[(10, "PRINT")]);
        let wrong = |steps: Json| {
            let version = version_of(plant, "R");
            refused(plant, &boss, "route.set_steps", json!({ "routingCode": "R", "steps": steps }), version)
        };
        let twice = json!([{ "stepNo": 10, "operationCode": "NONE" }, { "stepNo": 10, "operationCode": "AOI" }]);
        assert_eq!(wrong(twice.clone()), ("OPERATION_NOT_FOUND", 422), "guards go step by step");
        assert_eq!(
            wrong(json!([{ "stepNo": 10, "operationCode": "AOI" }, { "stepNo": 10, "operationCode": "AOI" }])),
            ("STEP_NO_DUPLICATE", 422)
        );
        assert_eq!(wrong(json!([{ "stepNo": 0, "operationCode": "AOI" }])), ("VALIDATION_FAILED", 400));
        assert_eq!(wrong(json!([{ "stepNo": 100_000, "operationCode": "AOI" }])), ("VALIDATION_FAILED", 400));
        let foreign = json!([{ "stepNo": 1, "operationCode": "AOI", "sourceStepKey": other[0]["sourceStepKey"] }]);
        assert_eq!(wrong(foreign), ("ROUTE_STEP_NOT_FOUND", 404));
        assert_eq!(
            wrong(json!([{ "stepNo": 1, "operationCode": "AOI", "stationGroupCode": "NONE" }])),
            ("STATION_GROUP_NOT_FOUND", 404)
        );
        let stale = refused(plant, &boss, "route.set_steps", json!({ "routingCode": "R", "steps": [] }), 1);
        assert_eq!(stale, ("VERSION_MISMATCH", 412), "R-CORE-007");
        let engineer = plant.someone(&[Permit::RouteConfigure]);
        let denied = refused(plant, &engineer, "route.set_steps", json!({ "routingCode": "R", "steps": [] }), 2);
        assert_eq!(denied, ("FORBIDDEN", 403));
        assert_eq!(live(&plant.ask(&boss, "route.get", json!({ "routingCode": "R" }))).len(), 1);
    });
}

#[test]
fn r_core_050_of_an_erp_route_only_what_the_mes_decides_can_change() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "E", &[(10, "PRINT"), (20, "AOI")]);
        from_erp(plant, "E");
        let version = || version_of(plant, "E");
        let steps = json!({ "routingCode": "E", "steps": [] });
        assert_eq!(
            refused(plant, &boss, "route.set_steps", steps, version()),
            ("ROUTE_ERP_READONLY", 409),
            "example 1"
        );
        for field in [
            json!({ "name": "x" }),
            json!({ "productCode": "P-1" }),
            json!({ "effectiveTo": "2030-01-01T00:00:00Z" }),
            json!({ "revision": "B" }),
        ] {
            let mut fields = field.as_object().unwrap().clone();
            fields.insert("routingCode".into(), "E".into());
            assert_eq!(
                refused(plant, &boss, "route.update", Json::Object(fields), version()),
                ("ROUTE_ERP_READONLY", 409),
                "{field}"
            );
        }
        let same = json!({ "routingCode": "E", "name": "E", "productCode": null, "effectiveTo": null });
        let seen = version();
        assert_eq!(
            change(plant, &boss, "route.update", same, seen)["version"],
            seen,
            "what stays as it is may be said"
        );
        let may = json!({ "routingCode": "E", "processType": "DIP", "isActive": false, "faiTrialScope": "ALL" });
        let answer = change(plant, &boss, "route.update", may, version());
        assert_eq!((&answer["route"]["processType"], &answer["route"]["isActive"]), (&json!("DIP"), &json!(false)));
        let config = json!({ "routingCode": "E", "stepNo": 10, "stationGroupCode": "G2" });
        change(plant, &boss, "route.configure_step", config, version());
        assert_eq!(field(plant, "E", 10, "stationGroupCode")["origin"], "STEP");
        let source = plant.ask(&boss, "route.source", json!({ "routingCode": "E" }));
        assert_eq!((&source["sourceSystem"], source["steps"].as_array().unwrap().len()), (&json!("ERP"), 2));
        let copy = plant.run(&boss, "route.copy", json!({ "routingCode": "E", "code": "OURS", "productCode": "P-9" }));
        assert_eq!((&copy["route"]["sourceSystem"], &copy["route"]["productCode"]), (&json!("MES"), &json!("P-9")));
        assert_eq!(
            field(plant, "OURS", 10, "stationGroupCode"),
            json!({ "value": "G2", "origin": "STEP" }),
            "configuration goes along"
        );
        let keys = |code: &str| -> Vec<Json> {
            let route = plant.ask(&boss, "route.get", json!({ "routingCode": code }));
            route["steps"].as_array().unwrap().iter().map(|s| s["sourceStepKey"].clone()).collect()
        };
        assert!(keys("E").iter().all(|key| !keys("OURS").contains(key)), "under keys of its own");
        assert_eq!(
            plant.code(&boss, "route.copy", json!({ "routingCode": "E", "code": "ours" })),
            ("ROUTE_CODE_DUPLICATE", 409)
        );
        assert_eq!(
            plant.code(&boss, "route.copy", json!({ "routingCode": "NO", "code": "N" })),
            ("ROUTE_NOT_FOUND", 404)
        );
    });
}

#[test]
fn r_core_055_a_first_article_template_exists_and_is_the_products() {
    on_both(with_templates, |plant| {
        let boss = plant.boss();
        plant.run(
            &boss,
            "route.create",
            json!({ "code": "R", "name": "R", "processType": "SMT", "productCode": "P-1" }),
        );
        let wish = |template: Json| json!({ "routingCode": "R", "faiTemplateCode": template });
        assert_eq!(
            refused(plant, &boss, "route.set_fai_template", wish(json!("NONE")), 1),
            ("FAI_TEMPLATE_NOT_FOUND", 404)
        );
        assert_eq!(
            refused(plant, &boss, "route.set_fai_template", wish(json!("T-P2")), 1),
            ("FAI_TEMPLATE_PRODUCT_MISMATCH", 422)
        );
        let taken = change(plant, &boss, "route.set_fai_template", wish(json!("T-P1")), 1);
        assert_eq!(taken["route"]["faiTemplateCode"], "T-P1");
        let untouched = change(plant, &boss, "route.set_fai_template", json!({ "routingCode": "R" }), 2);
        assert_eq!((&untouched["route"]["faiTemplateCode"], &untouched["version"]), (&json!("T-P1"), &json!(2)));
        let moved = json!({ "routingCode": "R", "productCode": "P-2" });
        assert_eq!(
            refused(plant, &boss, "route.update", moved, 2),
            ("FAI_TEMPLATE_PRODUCT_MISMATCH", 422),
            "the template would be another product's"
        );
        let cleared = change(plant, &boss, "route.set_fai_template", wish(Json::Null), 2);
        assert!(cleared["route"]["faiTemplateCode"].is_null());
    });
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "route.create", json!({ "code": "R", "name": "R", "processType": "SMT" }));
        let wish = json!({ "routingCode": "R", "faiTemplateCode": "T" });
        assert_eq!(
            refused(plant, &boss, "route.set_fai_template", wish, 1),
            ("FAI_TEMPLATE_NOT_FOUND", 404),
            "nobody keeps templates"
        );
    });
}

#[test]
fn r_core_007_the_head_is_edited_field_by_field_and_null_clears() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let fields = json!({ "code": "R", "name": "R", "processType": "SMT", "productCode": "P-1", "unitCreation": "ON_FIRST_SCAN" });
        plant.run(&boss, "route.create", fields);
        let answer =
            change(plant, &boss, "route.update", json!({ "routingCode": "r", "name": "New", "productCode": null }), 1);
        assert_eq!((&answer["version"], &answer["route"]["name"]), (&json!(2), &json!("New")));
        assert!(answer["route"]["productCode"].is_null());
        assert_eq!(answer["route"]["unitCreation"], "ON_FIRST_SCAN", "absent fields stay");
        let nothing = change(plant, &boss, "route.update", json!({ "routingCode": "R", "name": "New" }), 2);
        assert_eq!(nothing["version"], 2, "an edit that changes nothing is none");
        assert_eq!(
            refused(plant, &boss, "route.update", json!({ "routingCode": "R", "name": "X" }), 1),
            ("VERSION_MISMATCH", 412)
        );
    });
}

#[test]
fn r_core_052_the_next_step_is_the_smallest_above_among_all() {
    on_both(wire, |plant| {
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT"), (25, "PACK"), (20, "AOI")]);
        let next = plant.engine.work(|cx| {
            let route = plant::route::Route::find(cx, &plant::route::RouteCode::parse("r").unwrap())?.unwrap();
            let ready = plant::route::Route::newest_ready(cx, route.id)?.unwrap();
            let frozen = plant::snapshot::FrozenRoute::get(cx, ready.id)?.unwrap();
            let after = |no| frozen.next(no).map_or(0, |s| i64::from(s.step_no));
            Ok(after(10) * 10_000 + after(20) * 100 + after(25))
        });
        assert_eq!(next.unwrap(), 202_500, "10 → 20 → 25 → done (example 2)");
    });
}

#[test]
fn r_core_005_an_edit_tells_its_diff_and_its_event() {
    on_both(wire, |plant| {
        let boss: Arc<Actor> = plant.boss();
        floor(plant);
        let steps = route_with(plant, "R", &[(10, "PRINT")]);
        let key = steps[0]["sourceStepKey"].as_str().unwrap().to_string();
        change(plant, &boss, "route.update", json!({ "routingCode": "R", "name": "Other" }), version_of(plant, "R"));
        let diffs =
            texts(plant, sql!("select diff from audit where action = 'ROUTE_SET_STEPS' and status = 'SUCCESS'"));
        assert!(diffs[0].contains(&format!("/steps/{key}")) && diffs[0].contains("PRINT"), "{}", diffs[0]);
        let told = texts(plant, sql!("select payload from event where name = 'ROUTE_CHANGED' order by id"));
        let changes: Vec<Json> =
            told.iter().map(|p| serde_json::from_str::<Json>(p).unwrap()["change"].clone()).collect();
        assert_eq!(changes, ["CREATED", "STEPS", "HEADER"]);
        let compiled =
            texts(plant, sql!("select payload from event where name = 'ROUTE_VERSION_COMPILED' order by id"));
        assert_eq!(compiled.len(), 1, "a new name is no part of a version");
        let first: Json = serde_json::from_str(&compiled[0]).unwrap();
        assert_eq!(first, json!({ "routingCode": "R", "versionNo": 1, "status": "READY", "errorCount": 0 }));
    });
}
