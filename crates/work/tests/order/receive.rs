//! Orders come in, from the ERP or by hand.

use super::*;

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
        set(plant, "run.overPlanPct", json!("10"));
        run_of(plant, &boss, "WO-1", 6);
        let again = json!({ "woNo": "WO-1", "plannedQty": "60.0", "priority": 2 });
        assert_eq!(
            plant.run(&boss, "work_order.receive", again)["stale"],
            json!(false),
            "the same quantity is no change, though runs exceed it"
        );
        assert_eq!(get(plant, &boss, "WO-1")["priority"], 2);
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": 61 }));
        assert_eq!(
            plant.code(&boss, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": 60 })),
            ("WORK_ORDER_QTY_BELOW_ALLOCATED", 409),
            "less, and less than the runs plan"
        );
        let second = "RUN-WO-1-002";
        plant.run(&boss, "run.cancel", json!({ "runNo": second }));
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
        let filed: Vec<(String, String, Option<String>)> = rows(
            plant,
            sql!("select entity_key, action, diff from audit where action like 'WORK_ORDER_RECEIVE%' order by id"),
            &[],
        );
        let of = |wo: &str| filed.iter().filter(|f| f.0 == wo).map(|f| f.2.clone().unwrap()).collect::<Vec<_>>();
        assert_eq!(
            (of("WO-1").len(), of("WO-0").len()),
            (2, 2),
            "R-PLAT-050: each order has its own history: {filed:?}"
        );
        let changes: serde_json::Value = serde_json::from_str(&of("WO-1")[1]).unwrap();
        let amount = changes.as_array().unwrap().iter().find(|c| c["path"] == "/plannedQty").unwrap();
        assert_eq!(amount["after"], "6", "R-PLAT-050: values as people read them, not as a column keeps them");
        let batch = of("5 orders").pop().unwrap();
        assert!(batch.contains("WORK_ORDER_PRODUCT_LOCKED") && batch.contains("WO-2"), "{batch}");
        let told_of: Vec<(String, String)> =
            rows(plant, sql!("select subject, payload from event where name = 'WORK_ORDER_CONFLICT'"), &[]);
        let conflict: serde_json::Value = serde_json::from_str(&told_of[0].1).unwrap();
        assert_eq!((told_of.len(), told_of[0].0.as_str()), (1, "work_order:WO-0"));
        assert_eq!(
            (&conflict["field"], &conflict["ours"], &conflict["theirs"]),
            (&json!("productCode"), &json!("P1"), &json!("P2")),
            "R-PLAT-091: both values, for a planner to decide"
        );
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
        let released: Vec<(String,)> =
            rows(plant, sql!("select payload from event where name = 'WORK_ORDER_RELEASED'"), &[]);
        assert!(released[0].0.contains(r#""routingCode":"R1""#), "with the route it resolved to: {released:?}");
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
