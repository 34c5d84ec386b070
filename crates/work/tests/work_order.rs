//! Orders on both engines: received, released, sent, routed, closed and cancelled; each refusal in the order a person meets it.

mod plant_a;

use engine::testing::on_both;
use engine::{Cx, Permit, Registry, Verdict, sql};
use kernel::Result;
use plant_a::*;
use serde_json::json;
use work::work_order::Release;

kernel::refusals! {
    /// The neighbour says no
    NEIGHBOUR_SAYS_NO: Conflict;
}

#[test]
fn r_core_083_receive_upserts_and_keeps_what_is_left_out() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let first = json!({ "woNo": "WO-1", "productCode": "P1", "plannedQty": "100.5", "unitCode": "pcs", "priority": 3,
            "dueDate": "2026-12-01", "customerCode": "ACME", "status": "COMPLETED", "meta": { "a": 1 } });
        let answer = plant.call(&boss, "work_order.receive", first);
        assert_eq!(answer.status(), 201);
        let order = get(plant, &boss, "wo-1");
        assert_eq!(order["status"], "RECEIVED", "status is ignored");
        assert_eq!(order["plannedQty"], "100.5", "core §7 edge: 100.5 stays exact");
        assert_eq!(order["routingResolution"]["routingCode"], "R1");

        let again = plant.call(&boss, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": 120 }));
        assert_eq!(again.status(), 200);
        let order = get(plant, &boss, "WO-1");
        assert_eq!(order["plannedQty"], "120");
        for (field, kept) in [("unitCode", json!("pcs")), ("dueDate", json!("2026-12-01")), ("priority", json!(3))] {
            assert_eq!(order[field], kept, "{field} is kept");
        }
        assert_eq!(order["meta"], json!({ "a": 1 }));
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "dueDate": null }));
        assert_eq!(get(plant, &boss, "WO-1")["dueDate"], json!(null), "null clears");
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": "120.0" }));
        assert_eq!(
            told(plant),
            ["WORK_ORDER_RECEIVED", "WORK_ORDER_UPDATED", "WORK_ORDER_UPDATED"],
            "no change, no event"
        );
    });
}

#[test]
fn r_core_083_a_new_order_needs_a_product_and_more_than_nothing_to_build() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let bare = plant.refuse(&boss, "work_order.receive", json!({ "woNo": "WO-1" }));
        let paths: Vec<&str> = bare.errors.iter().map(|e| e.path.as_str()).collect();
        assert_eq!((bare.def.code, paths), ("VALIDATION_FAILED", vec!["/productCode", "/plannedQty"]));
        for qty in ["0", "-1"] {
            assert_eq!(plant.code(&boss, "work_order.receive", order("WO-1", "P1", qty)), ("VALIDATION_FAILED", 400));
        }
        let reader = plant.someone(&[Permit::WoRead]);
        assert_eq!(plant.code(&reader, "work_order.receive", order("WO-1", "P1", "5")), ("FORBIDDEN", 403));
        assert_eq!(
            plant.try_ask(&boss, "work_order.get", json!({ "woNo": "WO-1" })).unwrap_err().refusal().unwrap().def.code,
            "WORK_ORDER_NOT_FOUND"
        );
    });
}

#[test]
fn r_core_083_an_older_message_is_stale_and_an_unknown_route_warns_or_is_refused() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let at = |time: &str, qty: i64| json!({ "woNo": "WO-1", "productCode": "P1", "plannedQty": qty, "sourceUpdatedAt": time });
        plant.run(&boss, "work_order.receive", at("2026-11-20T10:00:00Z", 10));
        let stale = plant.run(&boss, "work_order.receive", at("2026-11-20T09:00:00Z", 99));
        assert_eq!((&stale["stale"], &get(plant, &boss, "WO-1")["plannedQty"]), (&json!(true), &json!("10")));
        let newer = plant.run(&boss, "work_order.receive", at("2026-11-20T10:00:00Z", 11));
        assert_eq!(newer["stale"], json!(false), "the same time is no older");

        let unknown = json!({ "woNo": "WO-2", "productCode": "P1", "plannedQty": 1, "routingCode": "R-NEW" });
        let mut strict = unknown.clone();
        strict["strict"] = json!(true);
        assert_eq!(plant.code(&boss, "work_order.receive", strict), ("ROUTE_NOT_FOUND", 422));
        let warned = plant.run(&boss, "work_order.receive", unknown);
        assert_eq!(warned["warnings"][0]["code"], "ROUTE_NOT_FOUND");
        let order = get(plant, &boss, "WO-2");
        assert_eq!(
            (&order["requestedRoutingCode"], &order["routingResolution"]["mode"]),
            (&json!("R-NEW"), &json!("MISSING"))
        );
        let release = json!({ "woNo": "WO-2", "lineCode": "SMT-A" });
        assert_eq!(plant.code(&boss, "work_order.release", release.clone()), ("ROUTE_NOT_FOUND", 422));
        route(plant, "R-NEW", Some("P1"), "ERP", "SMT");
        version(plant, "R-NEW", 1, "READY", SMT_STEPS);
        let list = plant.ask(&boss, "work_orders", json!({ "q": "WO-2" }));
        assert_eq!(list["items"][0]["routeMode"], "ORDER", "the list looks routes up as of now");
        assert_eq!(plant.run(&boss, "work_order.release", release)["routingCode"], "R-NEW");
    });
}

#[test]
fn r_core_083_with_runs_the_product_is_locked_and_the_quantity_covers_them() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "100");
        let run = run_of(plant, &boss, "WO-1", 60);
        assert_eq!(
            plant.code(&boss, "work_order.receive", json!({ "woNo": "WO-1", "productCode": "P2" })),
            ("WORK_ORDER_PRODUCT_LOCKED", 409)
        );
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "productCode": "p1" }));
        let short = plant.refuse(&boss, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": "59.9" }));
        assert_eq!((short.def.code, &short.params["allocated"]), ("WORK_ORDER_QTY_BELOW_ALLOCATED", &json!(60)));
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": 60 }));

        done(plant, &boss, &run, 60);
        plant.run(&boss, "work_order.close", json!({ "woNo": "WO-1" }));
        let late =
            json!({ "woNo": "WO-1", "plannedQty": 500, "productCode": "P2", "erpStatus": "4", "meta": { "n": 1 } });
        plant.run(&boss, "work_order.receive", late);
        let order = get(plant, &boss, "WO-1");
        assert_eq!(order["plannedQty"], "60", "a finished order takes only the ERP's own fields");
        assert_eq!(
            (&order["productCode"], &order["erpStatus"], &order["meta"]),
            (&json!("P1"), &json!("4"), &json!({ "n": 1 }))
        );
    });
}

#[test]
fn r_core_083_a_batch_takes_each_row_by_itself() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-0", "10");
        run_of(plant, &boss, "WO-0", 10);
        let orders = json!([
            { "woNo": "WO-1", "productCode": "P1", "plannedQty": 5 },
            { "woNo": "WO-2", "productCode": "P1", "plannedQty": 0 },
            { "woNo": "WO-0", "productCode": "P2" },
            { "woNo": "WO-0", "priority": 1 },
            { "woNo": "WO-1", "plannedQty": 6 },
        ]);
        let done = plant.run(&boss, "work_order.receive_batch", json!({ "orders": orders }));
        let outcomes: Vec<&str> =
            done["results"].as_array().unwrap().iter().map(|r| r["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["CREATED", "REFUSED", "REFUSED", "UPDATED", "UPDATED"]);
        assert_eq!(done["results"][2]["code"], "WORK_ORDER_PRODUCT_LOCKED");
        assert_eq!((&done["created"], &done["updated"], &done["refused"]), (&json!(1), &json!(2), &json!(2)));
        assert_eq!(get(plant, &boss, "WO-1")["plannedQty"], "6");
        let many: Vec<_> = (0..201).map(|i| order(&format!("B-{i}"), "P1", "1")).collect();
        assert_eq!(
            plant.code(&boss, "work_order.receive_batch", json!({ "orders": many })),
            ("VALIDATION_FAILED", 400)
        );
        assert_eq!(plant.code(&boss, "work_order.receive_batch", json!({ "orders": [] })), ("VALIDATION_FAILED", 400));
    });
}

#[test]
fn r_core_083_two_receives_of_one_new_order_make_one_row_and_both_succeed() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        for round in 0..5 {
            let wo = format!("WO-{round}");
            let answers: Vec<u16> = std::thread::scope(|scope| {
                let call = || plant.call(&boss, "work_order.receive", order(&wo, "P1", "10")).status();
                let calls: Vec<_> = (0..4).map(|_| scope.spawn(call)).collect();
                calls.into_iter().map(|c| c.join().unwrap()).collect()
            });
            assert_eq!(answers.iter().filter(|s| **s == 201).count(), 1, "{answers:?}");
            assert_eq!(answers.iter().filter(|s| **s == 200).count(), 3, "{answers:?}");
        }
        let count: Vec<(i64,)> = rows(plant, sql!("select cast(count(*) as bigint) from work_order"), &[]);
        assert_eq!(count[0].0, 5);
    });
}

#[test]
fn r_core_084_the_erps_word_never_moves_an_order_back() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let says =
            |wo: &str, word: &str| json!({ "woNo": wo, "productCode": "P1", "plannedQty": 10, "erpStatus": word });
        let status = |wo: &str| get(plant, &boss, wo)["status"].as_str().unwrap().to_string();
        plant.run(&boss, "work_order.receive", says("WO-1", "2"));
        assert_eq!(status("WO-1"), "RECEIVED", "released by the ERP alone changes nothing");
        set(plant, "wo.trustErpRelease", json!(true));
        plant.run(&boss, "work_order.receive", says("WO-1", "2"));
        assert_eq!(status("WO-1"), "RELEASED");
        plant.run(&boss, "work_order.receive", says("WO-1", "1"));
        assert_eq!(status("WO-1"), "RELEASED");
        let unroutable = json!({ "woNo": "WO-2", "productCode": "P-NONE", "plannedQty": 10, "erpStatus": "RELEASED" });
        plant.run(&boss, "work_order.receive", unroutable);
        assert_eq!(status("WO-2"), "RECEIVED", "not without a READY route");

        plant.run(&boss, "work_order.receive", says("WO-3", "7"));
        assert_eq!(status("WO-3"), "CANCELLED", "void without runs");
        run_of(plant, &boss, "WO-1", 5);
        plant.run(&boss, "work_order.receive", says("WO-1", "7"));
        assert_eq!((status("WO-1"), &get(plant, &boss, "WO-1")["erpClosed"]), ("IN_PROGRESS".into(), &json!(true)));
        let more = json!({ "woNo": "WO-1", "lineCode": "SMT-A", "planQty": 1 });
        assert_eq!(plant.code(&boss, "run.create", more), ("WORK_ORDER_ERP_CLOSED", 409));
        assert_eq!(
            told(plant),
            [
                "WORK_ORDER_RECEIVED",
                "WORK_ORDER_UPDATED",
                "WORK_ORDER_RELEASED",
                "WORK_ORDER_UPDATED",
                "WORK_ORDER_RECEIVED",
                "WORK_ORDER_RECEIVED",
                "WORK_ORDER_CANCELLED",
                "RUN_CREATED",
                "WORK_ORDER_UPDATED"
            ]
            .map(String::from)
            .to_vec()
        );
    });
}

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
fn r_core_085_release_refuses_in_the_order_of_the_rule_and_a_dry_run_names_all() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let release = |line: &str| json!({ "woNo": "WO-1", "lineCode": line });
        assert_eq!(plant.code(&boss, "work_order.release", release("SMT-A")), ("WORK_ORDER_NOT_FOUND", 404));
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "100"));
        let with = |line: &str, more: serde_json::Value| {
            let mut fields = release(line);
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            fields
        };
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "routingCode": "NO" }))),
            ("ROUTE_NOT_FOUND", 422)
        );
        dates(plant, "R1", false, None, None);
        assert_eq!(
            plant.code(&boss, "work_order.release", release("SMT-A")),
            ("ROUTE_NOT_FOUND", 422),
            "inactive routes are no candidates"
        );
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "routingCode": "R1" }))),
            ("ROUTE_NOT_EFFECTIVE", 422)
        );
        dates(plant, "R1", true, None, Some(0));
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "routingCode": "R1" }))),
            ("ROUTE_NOT_EFFECTIVE", 422)
        );
        dates(plant, "R1", true, None, None);
        retire(plant, "R1", 1);
        version(plant, "R1", 2, "INVALID", SMT_STEPS);
        let not_ready = plant.refuse(&boss, "work_order.release", release("SMT-A"));
        assert_eq!((not_ready.def.code, not_ready.kind.status()), ("ROUTE_NOT_READY", 409));
        assert_eq!(not_ready.params["errors"][0]["code"], "STATION_TYPE_MISSING");
        assert_eq!(
            plant.blockers(&boss, "work_order.release", release("DIP-A")),
            ["ROUTE_NOT_READY", "LINE_ROUTING_PROCESS_MISMATCH"]
        );
        assert_eq!(
            plant.blockers(&boss, "work_order.release", release("NOWHERE")),
            ["ROUTE_NOT_READY", "LINE_NOT_FOUND"]
        );
        version(plant, "R1", 3, "READY", SMT_STEPS);
        assert_eq!(plant.code(&boss, "work_order.release", release("NOWHERE")), ("LINE_NOT_FOUND", 404));
        plant.run(
            &boss,
            "line.create",
            json!({ "code": "OFF", "name": "off", "processType": "SMT", "isActive": false }),
        );
        assert_eq!(plant.code(&boss, "work_order.release", release("OFF")), ("LINE_INACTIVE", 409));
        assert_eq!(
            plant.code(&boss, "work_order.release", release("DIP-A")),
            ("LINE_ROUTING_PROCESS_MISMATCH", 422),
            "core §7 example 2"
        );
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "stationGroupCode": "NO" }))),
            ("STATION_GROUP_NOT_FOUND", 404)
        );
        let gaps = plant.refuse(&boss, "work_order.release", release("SMT-B"));
        assert_eq!((gaps.def.code, &gaps.params["steps"]), ("RUN_LINE_INCOMPATIBLE_WITH_ROUTE", &json!(["20 OP20"])));
        set(plant, "wo.pickPolicy", json!("BLOCK"));
        assert_eq!(plant.code(&boss, "work_order.release", release("SMT-A")), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        set(plant, "wo.pickPolicy", json!("WARN"));
        let bound = bound_to(plant, "SMT-B", &[Permit::WoRelease]);
        assert_eq!(plant.code(&bound, "work_order.release", release("SMT-A")), ("LINE_FORBIDDEN", 403));

        let done = plant.run(&boss, "work_order.release", with("SMT-A", json!({ "stationGroupCode": "PRINT" })));
        assert_eq!((&done["status"], &done["lineCode"]), (&json!("RELEASED"), &json!("SMT-A")), "core §7 example 1");
        assert_eq!(done["warnings"][0]["code"], "WORK_ORDER_MATERIAL_NOT_READY");
        assert_eq!(get(plant, &boss, "WO-1")["dispatch"]["stationGroupCode"], "PRINT");
        assert_eq!(
            plant.code(&boss, "work_order.release", release("SMT-A")),
            ("WORK_ORDER_NOT_RECEIVED", 409),
            "again"
        );
    });
}

fn reluctant(registry: &mut Registry) {
    wire(registry);
    fn no(_: &Cx<'_>, release: &Release) -> Result<Verdict> {
        let no = release.line.code.as_str() == "SMT-A" && release.order.wo_no.as_str() == "WO-NO";
        Ok(if no { Verdict::no(NEIGHBOUR_SAYS_NO) } else { Verdict::yes() })
    }
    registry.gate(&work::work_order::RELEASE, "neighbour", no);
}

#[test]
fn r_core_085_another_slice_may_say_no_to_a_release() {
    on_both(reluctant, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-NO", "P1", "10"));
        let release = json!({ "woNo": "WO-NO", "lineCode": "SMT-A" });
        assert_eq!(plant.code(&boss, "work_order.release", release), ("NEIGHBOUR_SAYS_NO", 409));
        released(plant, &boss, "WO-YES", "10");
    });
}

#[test]
fn r_core_085_the_pick_status_that_counts_is_the_erps_where_the_erp_keeps_the_state() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        set(plant, "wo.pickPolicy", json!("BLOCK"));
        let release = |wo: &str| json!({ "woNo": wo, "lineCode": "SMT-A" });
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let pick = |wo: &str, status: &str| {
            let version = get(plant, &boss, wo)["version"].as_i64().unwrap();
            let answer =
                seeing(plant, &boss, "work_order.pick_status", json!({ "woNo": wo, "pickStatus": status }), version);
            code_of(&answer)
        };
        assert_eq!(pick("WO-1", "2"), "done");
        assert_eq!(plant.code(&boss, "work_order.release", release("WO-1")), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        assert_eq!(pick("WO-1", "5"), "VALIDATION_FAILED");
        assert_eq!(pick("WO-1", "3"), "done");
        plant.run(&boss, "work_order.release", release("WO-1"));

        let erp =
            json!({ "woNo": "WO-2", "productCode": "P1", "plannedQty": 10, "erpStatus": "1", "erpPickStatus": "1" });
        plant.run(&boss, "work_order.receive", erp);
        assert_eq!(pick("WO-2", "3"), "ERP_WORK_ORDER_NOT_EDITABLE", "R-CORE-087");
        assert_eq!(plant.code(&boss, "work_order.release", release("WO-2")), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-2", "erpPickStatus": "4" }));
        plant.run(&boss, "work_order.release", release("WO-2"));
        let stale = seeing(plant, &boss, "work_order.pick_status", json!({ "woNo": "WO-1", "pickStatus": "4" }), 1);
        assert_eq!(code_of(&stale), "VERSION_MISMATCH");
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

#[test]
fn r_core_087_an_order_goes_to_another_line_unless_runs_are_open_on_the_old_one() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let dispatch = |line: &str| json!({ "woNo": "WO-1", "lineCode": line });
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        assert_eq!(plant.code(&boss, "work_order.dispatch", dispatch("SMT-B")), ("WORK_ORDER_NOT_RELEASED", 409));
        plant.run(&boss, "work_order.release", dispatch("SMT-A"));
        assert_eq!(plant.code(&boss, "work_order.dispatch", dispatch("DIP-A")), ("LINE_ROUTING_PROCESS_MISMATCH", 422));
        assert_eq!(
            plant.code(&boss, "work_order.dispatch", dispatch("SMT-B")),
            ("RUN_LINE_INCOMPATIBLE_WITH_ROUTE", 422)
        );
        plant.run(
            &boss,
            "station.create",
            json!({ "code": "AOI-B", "name": "AOI-B", "lineCode": "SMT-B", "stationType": "AUTO", "groupCode": "AOI" }),
        );
        let run = run_of(plant, &boss, "WO-1", 5);
        let refusal = plant.refuse(&boss, "work_order.dispatch", dispatch("SMT-B"));
        assert_eq!((refusal.def.code, &refusal.params["runs"]), ("WORK_ORDER_HAS_RUNS", &json!([run])));
        plant.run(&boss, "work_order.dispatch", dispatch("SMT-A"));
        plant.run(&boss, "run.cancel", json!({ "runNo": run }));
        assert_eq!(plant.run(&boss, "work_order.dispatch", dispatch("smt-b"))["lineCode"], "SMT-B");

        set(plant, "wo.trustErpRelease", json!(true));
        let unsent = json!({ "woNo": "WO-2", "productCode": "P1", "plannedQty": 10, "erpStatus": "2" });
        plant.run(&boss, "work_order.receive", unsent);
        run_of(plant, &boss, "WO-2", 5);
        let first = json!({ "woNo": "WO-2", "lineCode": "SMT-B" });
        assert_eq!(plant.run(&boss, "work_order.dispatch", first)["lineCode"], "SMT-B", "it leaves no line");
    });
}

#[test]
fn core_7_an_order_without_runs_is_unreleased_and_received_again() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        assert_eq!(
            plant.run(&boss, "work_order.unrelease", json!({ "woNo": "WO-1", "reason": "too early" }))["status"],
            "RECEIVED"
        );
        assert_eq!(get(plant, &boss, "WO-1")["dispatch"], json!(null));
        assert_eq!(
            plant.code(&boss, "work_order.unrelease", json!({ "woNo": "WO-1" })),
            ("WORK_ORDER_NOT_RELEASED", 409)
        );
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        run_of(plant, &boss, "WO-1", 5);
        assert_eq!(plant.code(&boss, "work_order.unrelease", json!({ "woNo": "WO-1" })), ("WORK_ORDER_HAS_RUNS", 409));
    });
}

#[test]
fn r_core_088_an_order_closes_when_its_runs_are_finished_and_its_boards_are_good_or_the_rest_is_accepted() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let close = |more: serde_json::Value| {
            let mut fields = json!({ "woNo": "WO-1" });
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            fields
        };
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        assert_eq!(plant.code(&boss, "work_order.close", close(json!({}))), ("WORK_ORDER_NOT_RELEASED", 409));
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        assert_eq!(plant.code(&boss, "work_order.close", close(json!({}))), ("WORK_ORDER_HAS_NO_RUNS", 409));
        let (first, second) = (run_of(plant, &boss, "WO-1", 6), run_of(plant, &boss, "WO-1", 4));
        done(plant, &boss, &first, 6);
        let open = plant.refuse(&boss, "work_order.close", close(json!({})));
        assert_eq!(
            (open.def.code, &open.params["runs"]),
            ("WORK_ORDER_RUNS_NOT_TERMINAL", &json!([second])),
            "core §7 example 6"
        );
        assert_eq!(
            plant.blockers(&boss, "work_order.close", close(json!({}))),
            ["WORK_ORDER_RUNS_NOT_TERMINAL", "WORK_ORDER_SHORT_QTY"]
        );
        running(plant, &boss, &second);
        units(plant, &second, &[("DONE", 3), ("SCRAPPED", 1)]);
        plant.run(&boss, "run.close", json!({ "runNo": second }));
        let short = plant.refuse(&boss, "work_order.close", close(json!({})));
        assert_eq!((short.def.code, &short.params["missing"]), ("WORK_ORDER_SHORT_QTY", &json!("1")));
        assert_eq!(
            plant.code(&boss, "work_order.close", close(json!({ "acceptShort": true }))),
            ("VALIDATION_FAILED", 400),
            "a reason is needed"
        );
        let accept = close(json!({ "acceptShort": true, "reason": "customer agrees" }));
        assert_eq!(plant.run(&boss, "work_order.close", accept.clone())["status"], "COMPLETED");
        assert_eq!(plant.run(&boss, "work_order.close", close(json!({})))["status"], "COMPLETED", "twice");
        let order = get(plant, &boss, "WO-1");
        assert_eq!((&order["goodQty"], &order["scrapQty"], &order["runsOpen"]), (&json!(9), &json!(1), &json!(0)));
        assert_eq!(told(plant).iter().filter(|e| *e == "WORK_ORDER_CLOSED").count(), 1);
    });
}

#[test]
fn core_7_an_order_is_cancelled_while_no_run_is_alive() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let run = run_of(plant, &boss, "WO-1", 10);
        assert_eq!(plant.code(&boss, "work_order.cancel", json!({ "woNo": "WO-1" })), ("WORK_ORDER_HAS_RUNS", 409));
        plant.run(&boss, "run.cancel", json!({ "runNo": run }));
        assert_eq!(
            plant.run(&boss, "work_order.cancel", json!({ "woNo": "WO-1", "reason": "lost" }))["status"],
            "CANCELLED"
        );
        assert_eq!(plant.run(&boss, "work_order.cancel", json!({ "woNo": "WO-1" }))["status"], "CANCELLED", "twice");
        let again = json!({ "woNo": "WO-1", "lineCode": "SMT-A", "planQty": 1 });
        assert_eq!(plant.code(&boss, "run.create", again), ("WORK_ORDER_NOT_RELEASED", 409));
        released(plant, &boss, "WO-2", "5");
        let finished = run_of(plant, &boss, "WO-2", 5);
        done(plant, &boss, &finished, 5);
        plant.run(&boss, "work_order.close", json!({ "woNo": "WO-2" }));
        assert_eq!(plant.code(&boss, "work_order.cancel", json!({ "woNo": "WO-2" })), ("WORK_ORDER_COMPLETED", 409));
    });
}

#[test]
fn r_core_006_lists_and_pages_show_orders_without_a_line_and_those_of_ones_own_lines() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-A", "10");
        plant.run(&boss, "work_order.receive", order("WO-N", "P1", "10"));
        plant.run(
            &boss,
            "work_order.receive",
            json!({ "woNo": "WO-D", "productCode": "P9", "plannedQty": 5, "dueDate": "2026-11-01" }),
        );
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-D", "lineCode": "DIP-A" }));
        let of = |actor, fields| column(&plant.ask(actor, "work_orders", fields), "woNo");
        assert_eq!(of(&boss, json!({})), ["WO-D", "WO-N", "WO-A"], "newest first");
        assert_eq!(of(&boss, json!({ "sort": "dueDate" })), ["WO-D", "WO-A", "WO-N"], "without a due date last");
        assert_eq!(of(&boss, json!({ "lineCode": "smt-a" })), ["WO-A"]);
        assert_eq!(of(&boss, json!({ "status": "RECEIVED", "productCode": "p1" })), ["WO-N"]);
        assert_eq!(of(&boss, json!({ "dueBefore": "2026-11-20" })), ["WO-D"]);
        assert_eq!(of(&boss, json!({ "q": "wo-" })).len(), 3);
        let bound = bound_to(plant, "SMT-A", &[Permit::WoRead, Permit::WoClose]);
        assert_eq!(of(&bound, json!({})), ["WO-N", "WO-A"]);
        let hidden = plant.try_ask(&bound, "work_order.get", json!({ "woNo": "WO-D" })).unwrap_err();
        assert_eq!(hidden.refusal().unwrap().def.code, "WORK_ORDER_NOT_FOUND");
        assert_eq!(plant.code(&bound, "work_order.cancel", json!({ "woNo": "WO-D" })), ("LINE_FORBIDDEN", 403));
    });
}

#[test]
fn r_scr_006_an_orders_next_actions_name_the_step_the_blockers_and_who_can() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let next = |actor| plant.ask(actor, "work_order.next_actions", json!({ "woNo": "WO-1" }));
        let first = next(&boss);
        assert_eq!(first["stage"], "release");
        let release = &step(&first, "release")["actions"][0];
        assert_eq!((&release["command"], &release["allowed"]), (&json!("work_order.release"), &json!(true)));
        let reader = plant.someone(&[Permit::WoRead]);
        let release = step(&next(&reader), "release")["actions"][0].clone();
        assert_eq!((&release["allowed"], &release["reasonCode"]), (&json!(false), &json!("FORBIDDEN")));
        assert_eq!(release["requiredPermission"], json!(["wo:release"]));
        assert!(release["actorRoles"].as_array().unwrap().contains(&json!("planner")), "{release}");

        retire(plant, "R1", 1);
        let blocked = next(&boss);
        assert_eq!(step(&blocked, "release")["status"], "BLOCKED");
        assert_eq!(step(&blocked, "release")["blockers"][0]["code"], "ROUTE_NOT_READY");
        assert_eq!(step(&blocked, "release")["blockers"][0]["link"], "/mes/routes/R1");
        version(plant, "R1", 2, "READY", SMT_STEPS);
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        let runs = next(&boss);
        assert_eq!(runs["stage"], "runs");
        assert_eq!(
            step(&runs, "runs")["actions"][0]["prefill"],
            json!({ "woNo": "WO-1", "lineCode": "SMT-A", "planQty": 10 })
        );
        let run = run_of(plant, &boss, "WO-1", 10);
        assert_eq!(next(&boss)["stage"], "build");
        done(plant, &boss, &run, 10);
        assert_eq!(next(&boss)["stage"], "close");
        plant.run(&boss, "work_order.close", json!({ "woNo": "WO-1" }));
        let end = next(&boss);
        assert_eq!((&end["stage"], &step(&end, "close")["status"]), (&json!(null), &json!("DONE")));
    });
}

#[test]
fn r_core_021_a_product_and_a_group_that_orders_name_stay() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "5"));
        let counts = |command: &str, fields: serde_json::Value| {
            let refusal = plant.refuse(&boss, command, fields);
            (refusal.def.code, refusal.params["counts"]["orders"].clone())
        };
        plant
            .engine
            .work(|cx| {
                let made = sql!(
                    "insert into material (code, code_key, name, is_lot_managed, is_active, source_system, version)
                 values ('P1', 'p1', 'Product', 0, 1, 'MES', 1) on conflict (code_key) do nothing"
                );
                cx.run(made, []).map(|n| n as i64)
            })
            .unwrap();
        plant.run(&boss, "station_group.create", json!({ "code": "SG-NEW", "name": "x" }));
        plant
            .engine
            .work(|cx| {
                let sent = sql!(
                    "update work_order set station_group_id = (select id from station_group where code = 'SG-NEW')"
                );
                cx.run(sent, []).map(|n| n as i64)
            })
            .unwrap();
        let material = counts("material.delete", json!({ "materialCode": "P1" }));
        assert_eq!(material, ("MATERIAL_HAS_DEPENDENCIES", json!(1)));
        let group = counts("station_group.delete", json!({ "groupCode": "SG-NEW" }));
        assert_eq!(group, ("STATION_GROUP_HAS_DEPENDENCIES", json!(1)));
    });
}
