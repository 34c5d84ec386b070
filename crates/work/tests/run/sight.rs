//! Who sees which runs.

use super::*;

#[test]
fn r_core_006_runs_of_other_lines_are_not_there() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let smt = run_of(plant, &boss, "WO-1", 10);
        plant.run(&boss, "work_order.receive", order("WO-9", "P9", "10"));
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-9", "lineCode": "DIP-A" }));
        let dip = plant.run(&boss, "run.create", create("WO-9", "DIP-A", 5))["runNo"].as_str().unwrap().to_string();
        let of = |actor, fields| column(&plant.ask(actor, "runs", fields), "runNo");
        assert_eq!(of(&boss, json!({})), [dip.clone(), smt.clone()], "newest first");
        assert_eq!(of(&boss, json!({ "lineCode": "smt-a" })), [smt.as_str()]);
        assert_eq!(of(&boss, json!({ "woNo": "wo-9" })), [dip.as_str()]);
        assert_eq!(of(&boss, json!({ "productCode": "p1", "status": "PREP", "open": true })), [smt.as_str()]);
        assert_eq!(of(&boss, json!({ "q": "run-wo-1" })), [smt.as_str()]);
        assert_eq!(of(&boss, json!({ "sort": "plannedStartAt" })).len(), 2);
        let bound = bound_to(plant, "SMT-A", &[Permit::RunRead, Permit::RunHold, Permit::RunCancel]);
        assert_eq!(of(&bound, json!({})), [smt.as_str()]);
        for query in ["run.get", "run.next_actions", "rework_runs"] {
            let hidden = plant.try_ask(&bound, query, json!({ "runNo": dip })).unwrap_err();
            assert_eq!(hidden.refusal().unwrap().def.code, "RUN_NOT_FOUND", "{query}");
        }
        for (command, fields) in [
            ("run.hold", json!({ "runNo": dip, "reason": "r" })),
            ("run.resume", json!({ "runNo": dip, "reason": "r" })),
            ("run.cancel", json!({ "runNo": dip })),
        ] {
            assert_eq!(plant.code(&bound, command, fields), ("LINE_FORBIDDEN", 403), "{command}");
        }
        assert_eq!(plant.ask(&boss, "rework_runs", json!({ "runNo": smt }))["items"], json!([]));
        let operator = plant.someone(&[Permit::ExecTrackIn]);
        assert_eq!(run(plant, &operator, &smt)["run"]["runNo"], json!(smt), "whoever executes reads the run at hand");
    });
}
