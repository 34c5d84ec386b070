//! Runs go away, or go elsewhere, before they begin.

use super::*;

#[test]
fn r_core_109_a_run_that_produced_nothing_is_cancelled_with_its_waiting_units() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "40");
        let no = run_of(plant, &boss, "WO-1", 10);
        plant.run(&boss, "unit.generate", json!({ "runNo": no, "quantity": 4 }));
        plant.run(&boss, "run.authorize", authorize(&no));
        let left = || rows::<(i64,)>(plant, sql!("select cast(count(*) as bigint) from unit"), &[])[0].0;
        assert_eq!(left(), 4);
        let cancel = json!({ "runNo": no, "reason": "customer" });
        assert_eq!(plant.run(&boss, "run.cancel", cancel.clone())["status"], "CANCELLED");
        assert_eq!(left(), 0);
        assert_eq!(plant.run(&boss, "run.cancel", cancel)["status"], "CANCELLED", "twice");
        let order = get(plant, &boss, "WO-1");
        assert_eq!(
            (&order["runsOpen"], &order["allocatedQty"], &order["status"]),
            (&json!(0), &json!(0), &json!("IN_PROGRESS"))
        );
        let page = run(plant, &boss, &no);
        assert_eq!((&page["unitStats"]["units"], &page["routeSteps"][0]["waiting"]), (&json!(0), &json!(0)));
        assert_eq!(told(plant).iter().filter(|e| ["UNITS_DELETED", "RUN_CANCELLED"].contains(&e.as_str())).count(), 2);

        let held = run_of(plant, &boss, "WO-1", 10);
        plant.run(&boss, "unit.import", json!({ "runNo": held, "sns": ["A1", "A2"] }));
        plant.run(&boss, "unit.hold", json!({ "sn": "A1", "reason": "dropped" }));
        plant.run(&boss, "run.cancel", json!({ "runNo": held }));
        assert_eq!(left(), 0, "a held board that was in no station goes too");
        assert_eq!(run(plant, &boss, &held)["unitStats"]["onHold"], 0);

        let tried = run_of(plant, &boss, "WO-1", 10);
        units(plant, &tried, &[("OUT_FAILED", 1), ("QUEUED", 2)]);
        let refusal = plant.refuse(&boss, "run.cancel", json!({ "runNo": tried }));
        assert_eq!((refusal.def.code, &refusal.params["count"]), ("RUN_HAS_TRACKS", &json!(1)));
        let scrapped = run_of(plant, &boss, "WO-1", 10);
        units(plant, &scrapped, &[("SCRAPPED", 1), ("QUEUED", 2)]);
        plant.run(&boss, "run.cancel", json!({ "runNo": scrapped }));
        let units_left: Vec<(String,)> = rows(
            plant,
            sql!("select u.status from unit u join run r on r.id = u.run_id where r.run_no = $1"),
            &p![scrapped],
        );
        assert_eq!(units_left, [("SCRAPPED".to_string(),)], "a board scrapped in the trial stays on record");

        let worked = run_of(plant, &boss, "WO-1", 10);
        running(plant, &boss, &worked);
        assert_eq!(plant.code(&boss, "run.cancel", json!({ "runNo": worked })), ("INVALID_RUN_STATUS", 409));
        units(plant, &worked, &[("DONE", 10)]);
        assert_eq!(plant.code(&boss, "run.cancel", json!({ "runNo": worked })), ("RUN_HAS_TRACKS", 409));
        plant.run(&boss, "run.close", json!({ "runNo": worked }));
        assert_eq!(plant.code(&boss, "run.cancel", json!({ "runNo": worked })), ("RUN_IN_TERMINAL_STATUS", 409));
    });
}

#[test]
fn core_8_a_run_is_planned_to_another_line_in_preparation_and_to_another_time_until_it_starts() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        set(plant, "wo.trustErpRelease", json!(true));
        plant.run(&boss, "work_order.receive", with(order("WO-1", "P1", "10"), json!({ "erpStatus": "2" })));
        let no = run_of(plant, &boss, "WO-1", 10);
        let plan = |more: Json| with(json!({ "runNo": no, "reason": "rush order" }), more);
        assert_eq!(
            plant.code(&boss, "run.plan", json!({ "runNo": no })),
            ("VALIDATION_FAILED", 400),
            "a reason is needed"
        );
        assert_eq!(plant.code(&boss, "run.plan", plan(json!({ "lineCode": "NO" }))), ("LINE_NOT_FOUND", 404));
        assert_eq!(
            plant.code(&boss, "run.plan", plan(json!({ "lineCode": "DIP-A" }))),
            ("LINE_ROUTING_PROCESS_MISMATCH", 422)
        );
        assert_eq!(
            plant.code(&boss, "run.plan", plan(json!({ "lineCode": "SMT-B" }))),
            ("RUN_LINE_INCOMPATIBLE_WITH_ROUTE", 422)
        );
        let aoi =
            json!({ "code": "AOI-B", "name": "AOI-B", "lineCode": "SMT-B", "stationType": "AUTO", "groupCode": "AOI" });
        plant.run(&boss, "station.create", aoi);
        let at = "2026-12-01T08:00:00.000Z";
        assert_eq!(
            plant.run(&boss, "run.plan", plan(json!({ "lineCode": "SMT-B", "plannedStartAt": at })))["lineCode"],
            "SMT-B"
        );
        assert_eq!(run(plant, &boss, &no)["run"]["plannedStartAt"], at);
        plant.run(&boss, "run.authorize", authorize(&no));
        assert_eq!(plant.code(&boss, "run.plan", plan(json!({ "lineCode": "SMT-A" }))), ("INVALID_RUN_STATUS", 409));
        plant.run(&boss, "run.plan", plan(json!({ "plannedStartAt": null })));
        assert_eq!(run(plant, &boss, &no)["run"]["plannedStartAt"], json!(null));
        plant.run(&boss, "run.plan", plan(json!({ "plannedStartAt": null })));
        assert_eq!(told(plant).iter().filter(|e| *e == "RUN_PLANNED").count(), 2, "no change, no event");
        begin(plant, &no);
        assert_eq!(plant.code(&boss, "run.plan", plan(json!({ "plannedStartAt": at }))), ("INVALID_RUN_STATUS", 409));

        released(plant, &boss, "WO-2", "10");
        let sent = run_of(plant, &boss, "WO-2", 10);
        let elsewhere = json!({ "runNo": sent, "lineCode": "SMT-B", "reason": "r" });
        assert_eq!(plant.code(&boss, "run.plan", elsewhere), ("WORK_ORDER_DISPATCH_LINE_MISMATCH", 422));
    });
}

#[test]
fn r_core_022_a_line_with_open_runs_stays_as_it_is() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let no = run_of(plant, &boss, "WO-1", 10);
        let line = plant.ask(&boss, "line.get", json!({ "lineCode": "SMT-A" }));
        let version = line["version"].as_i64().unwrap();
        let dip = json!({ "lineCode": "SMT-A", "processType": "DIP" });
        let refused = seeing(plant, &boss, "line.set_process_type", dip.clone(), version);
        assert_eq!(code_of(&refused), "LINE_IN_USE", "core §1 example 3");
        let off = json!({ "lineCode": "SMT-A", "isActive": false });
        assert_eq!(code_of(&seeing(plant, &boss, "line.update", off.clone(), version)), "LINE_IN_USE");
        plant.run(&boss, "run.cancel", json!({ "runNo": no }));
        assert_eq!(code_of(&seeing(plant, &boss, "line.update", off, version)), "done");
        let delete = plant.refuse(&boss, "line.delete", json!({ "lineCode": "SMT-A" }));
        assert_eq!(
            (delete.def.code, &delete.params["counts"]["runs"]),
            ("LINE_HAS_DEPENDENCIES", &json!(1)),
            "R-CORE-021"
        );
    });
}
