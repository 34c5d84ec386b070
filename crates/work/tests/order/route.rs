//! Which route an order is built by.

use super::*;

#[test]
fn r_core_080_the_run_then_the_override_then_the_order_then_the_product_name_the_route() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let chosen = |wo: &str| {
            let found = get(plant, &boss, wo)["routingResolution"].clone();
            (found["mode"].as_str().unwrap().to_string(), found["routingCode"].as_str().unwrap_or("-").to_string())
        };
        for (code, source) in [("E1", "ERP"), ("R2", "MES"), ("G1", "MES")] {
            let product = if code == "G1" { None } else { Some("P2") };
            route(plant, code, product, source, "SMT");
            version(plant, code, 1, "READY", SMT_STEPS);
        }
        plant.run(&boss, "work_order.receive", order("WO-1", "P2", "10"));
        assert_eq!(
            chosen("WO-1"),
            ("MES_PRODUCT".into(), "R2".into()),
            "core §7 example 3: MES and ERP match, MES is taken"
        );
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "routingCode": "e1" }));
        assert_eq!(chosen("WO-1"), ("ORDER".into(), "E1".into()));
        let version = get(plant, &boss, "WO-1")["version"].as_i64().unwrap();
        let change = json!({ "woNo": "WO-1", "routingCode": "R2" });
        assert_eq!(seeing(plant, &boss, "work_order.change_route", change, version).status(), 200);
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "routingCode": "E1" }));
        assert_eq!(
            chosen("WO-1"),
            ("OVERRIDE".into(), "R2".into()),
            "core §7 example 5: the ERP does not overwrite the override"
        );
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        let run = json!({ "woNo": "WO-1", "lineCode": "SMT-A", "planQty": 1, "routingCode": "G1" });
        let made = plant.run(&boss, "run.create", run);
        let page = plant_a::run(plant, &boss, made["runNo"].as_str().unwrap());
        assert_eq!(page["routeVersion"]["routeVersionId"], "G1@1", "the run's word goes before all");

        plant.run(&boss, "work_order.receive", order("WO-2", "P-GENERIC", "10"));
        assert_eq!(chosen("WO-2"), ("MISSING".into(), "-".into()), "generic routes never match by themselves");
    });
}

#[test]
fn r_core_081_several_routes_of_a_product_are_ambiguous_unless_one_is_the_latest() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        route(plant, "R1B", Some("p1"), "MES", "SMT");
        version(plant, "R1B", 1, "READY", SMT_STEPS);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let release = json!({ "woNo": "WO-1", "lineCode": "SMT-A" });
        let refusal = plant.refuse(&boss, "work_order.release", release.clone());
        assert_eq!((refusal.def.code, refusal.kind.status()), ("ROUTE_AMBIGUOUS", 422), "core §7 example 4");
        assert_eq!(refusal.params["candidates"], json!(["R1", "R1B"]));
        dates(plant, "R1", true, Some(-2), None);
        assert_eq!(get(plant, &boss, "WO-1")["routingResolution"]["routingCode"], "R1", "no date is the oldest");
        dates(plant, "R1B", true, Some(-1), None);
        assert_eq!(plant.run(&boss, "work_order.release", release)["routingCode"], "R1B");
        let candidates = plant.ask(&boss, "work_order.candidates", json!({ "woNo": "WO-1" }));
        assert_eq!(candidates["routes"].as_array().unwrap().len(), 2);
        let lines: Vec<_> = candidates["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| (l["lineCode"].as_str().unwrap(), l["problem"]["code"].as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("DIP-A", Some("LINE_ROUTING_PROCESS_MISMATCH")),
                ("SMT-A", None),
                ("SMT-B", Some("RUN_LINE_INCOMPATIBLE_WITH_ROUTE"))
            ]
        );
    });
}

#[test]
fn r_core_086_an_override_names_a_route_of_the_product_or_somebody_means_it() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let change = |wo: &str, route: serde_json::Value, acknowledge: bool| {
            let version = get(plant, &boss, wo)["version"].as_i64().unwrap();
            let fields = json!({ "woNo": wo, "routingCode": route, "acknowledge": acknowledge });
            code_of(&seeing(plant, &boss, "work_order.change_route", fields, version))
        };
        assert_eq!(change("WO-1", json!("NO"), false), "ROUTE_NOT_FOUND");
        assert_eq!(change("WO-1", json!("D1"), false), "ROUTE_PRODUCT_MISMATCH");
        assert_eq!(change("WO-1", json!("D1"), true), "done");
        assert_eq!(change("WO-1", json!(null), false), "done");
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        assert_eq!(
            change("WO-1", json!("D1"), true),
            "LINE_ROUTING_PROCESS_MISMATCH",
            "a released order also fits its line"
        );
        route(plant, "R-LONG", Some("P1"), "MES", "SMT");
        assert_eq!(change("WO-1", json!("R-LONG"), false), "ROUTE_NOT_READY");
        version(plant, "R-LONG", 1, "READY", &[(10, "TEST", "AOI")]);
        assert_eq!(change("WO-1", json!("R-LONG"), false), "RUN_LINE_INCOMPATIBLE_WITH_ROUTE");
        dates(plant, "R-LONG", false, None, None);
        let run = run_of(plant, &boss, "WO-1", 10);
        assert_eq!(change("WO-1", json!("R1"), false), "WORK_ORDER_HAS_RUNS");
        plant.run(&boss, "run.cancel", json!({ "runNo": run }));
        assert_eq!(change("WO-1", json!("R1"), false), "done", "cancelled runs are not alive");
        plant.run(&boss, "work_order.cancel", json!({ "woNo": "WO-1" }));
        assert_eq!(change("WO-1", json!("R1"), false), "WORK_ORDER_COMPLETED");
        let stale = seeing(plant, &boss, "work_order.change_route", json!({ "woNo": "WO-1", "routingCode": "R1" }), 1);
        assert_eq!(code_of(&stale), "VERSION_MISMATCH");
    });
}

#[test]
fn r_core_086_without_its_override_a_released_order_still_fits_its_line() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let change = |route: serde_json::Value| {
            let version = get(plant, &boss, "WO-1")["version"].as_i64().unwrap();
            let fields = json!({ "woNo": "WO-1", "routingCode": route });
            code_of(&seeing(plant, &boss, "work_order.change_route", fields, version))
        };
        assert_eq!(change(json!("R1")), "done");
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        dates(plant, "R1", false, None, None);
        assert_eq!(change(json!(null)), "ROUTE_NOT_FOUND", "it would fall back to nothing");
        route(plant, "R-DIP", Some("P1"), "MES", "DIP");
        version(plant, "R-DIP", 1, "READY", &[(10, "MANUAL", "TOUCH")]);
        assert_eq!(change(json!(null)), "LINE_ROUTING_PROCESS_MISMATCH", "or to what its line cannot do");
        dates(plant, "R1", true, None, None);
        dates(plant, "R-DIP", false, None, None);
        assert_eq!(change(json!(null)), "done");
    });
}

#[test]
fn r_core_072_a_line_is_compared_with_the_version_that_would_be_built() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let head = |process: &str| {
            let process = process.to_string();
            work(plant, move |cx| {
                cx.run(sql!("update route set process_type = $1 where code = 'R1'"), p![process]).map(|n| n as i64)
            });
        };
        head("DIP");
        let release = json!({ "woNo": "WO-1", "lineCode": "SMT-A" });
        plant.run(&boss, "work_order.release", release);
        assert_eq!(run_of(plant, &boss, "WO-1", 10), "RUN-WO-1-001", "version 1 is an SMT route still");
    });
}

#[test]
fn r_core_086_a_route_of_another_product_is_named_nowhere_without_that_word() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        route(plant, "R2", Some("P2"), "MES", "SMT");
        version(plant, "R2", 1, "READY", SMT_STEPS);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let release = json!({ "woNo": "WO-1", "lineCode": "SMT-A", "routingCode": "R2" });
        assert_eq!(plant.code(&boss, "work_order.release", release.clone()), ("ROUTE_PRODUCT_MISMATCH", 422));
        let change = json!({ "woNo": "WO-1", "routingCode": "R2", "acknowledge": true });
        assert_eq!(seeing(plant, &boss, "work_order.change_route", change, 1).status(), 200);
        assert_eq!(
            plant.run(&boss, "work_order.release", release)["routingCode"],
            "R2",
            "the acknowledged one may be named"
        );
    });
}
