//! Orders go to another line, or back.

use super::*;

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
fn r_core_006_whoever_is_bound_to_lines_receives_no_order_that_he_could_not_see() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let clerk = bound_to(plant, "SMT-A", &[Permit::WoReceive, Permit::WoRead]);
        assert_eq!(plant.code(&clerk, "work_order.receive", order("WO-1", "P1", "10")), ("LINE_FORBIDDEN", 403));
        released(plant, &boss, "WO-1", "10");
        plant.run(&clerk, "work_order.receive", json!({ "woNo": "WO-1", "plannedQty": 12 }));
        assert_eq!(get(plant, &clerk, "WO-1")["plannedQty"], "12");
        let told: Vec<(String,)> =
            rows(plant, sql!("select payload from event where name = 'WORK_ORDER_UPDATED'"), &[]);
        assert!(told[0].0.contains(r#""lineCode":"SMT-A""#), "pages of the line hear of it: {told:?}");
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
