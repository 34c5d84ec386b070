//! Orders end.

use super::*;

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
