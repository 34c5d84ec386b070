//! Runs are authorized, and that is taken back.

use super::*;

#[test]
fn r_core_103_gates_of_other_slices_say_no_or_give_the_evidence_that_is_kept() {
    on_both(reluctant, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "100");
        assert_eq!(plant.code(&boss, "run.create", create("WO-1", "SMT-A", 13)), ("NEIGHBOUR_SAYS_NO", 409));
        let (seven, three) = (run_of(plant, &boss, "WO-1", 7), run_of(plant, &boss, "WO-1", 3));
        assert_eq!(plant.code(&boss, "run.authorize", authorize(&seven)), ("NEIGHBOUR_SAYS_NO", 409));
        retire(plant, "R1", 1);
        assert_eq!(
            plant.blockers(&boss, "run.authorize", authorize(&seven)),
            ["ROUTE_VERSION_NOT_READY", "NEIGHBOUR_SAYS_NO"],
            "the route is the first gate"
        );
        let gates = run(plant, &boss, &seven)["gates"].clone();
        assert_eq!(
            gates[0],
            json!({ "command": "run.authorize", "name": "route", "satisfied": false, "codes": ["ROUTE_VERSION_NOT_READY"] })
        );
        assert_eq!(gates[1]["name"], "readiness");
        version(plant, "R1", 2, "READY", SMT_STEPS);
        let three_new = run_of(plant, &boss, "WO-1", 3);
        assert_eq!(
            plant.code(&boss, "run.authorize", authorize(&three)),
            ("ROUTE_VERSION_NOT_READY", 409),
            "its own version was retired"
        );
        running(plant, &boss, &three_new);
        let given = run(plant, &boss, &three_new)["authorizations"][0].clone();
        assert_eq!(
            (&given["readinessCheckNo"], &given["waivers"], &given["by"]),
            (&json!("RDY-1"), &json!(["WVR-1"]), &json!("boss"))
        );
        units(plant, &three_new, &[("DONE", 3)]);
        assert_eq!(plant.code(&boss, "run.close", json!({ "runNo": three_new })), ("NEIGHBOUR_SAYS_NO", 409));
        assert_eq!(state(plant, &boss, &three_new), "IN_PROGRESS");
    });
}

#[test]
fn r_core_103_a_prepared_run_is_authorized_once_and_by_whoever_may() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        assert_eq!(plant.code(&boss, "run.authorize", authorize("NO")), ("RUN_NOT_FOUND", 404));
        released(plant, &boss, "WO-1", "10");
        let no = run_of(plant, &boss, "WO-1", 10);
        let revoker = plant.someone(&[Permit::RunRevoke]);
        let refusal = plant.refuse(&revoker, "run.authorize", authorize(&no));
        assert_eq!((refusal.def.code, &refusal.params["permissions"]), ("FORBIDDEN", &json!(["run:authorize"])));
        let elsewhere = bound_to(plant, "SMT-B", &[Permit::RunAuthorize]);
        assert_eq!(plant.code(&elsewhere, "run.authorize", authorize(&no)), ("LINE_FORBIDDEN", 403));
        let here = bound_to(plant, "SMT-A", &[Permit::RunAuthorize, Permit::RunRead]);
        assert_eq!(plant.run(&here, "run.authorize", authorize(&no))["status"], "AUTHORIZED");
        assert_eq!(plant.run(&boss, "run.authorize", authorize(&no))["status"], "AUTHORIZED", "twice");
        let page = run(plant, &boss, &no);
        assert_eq!(page["authorizations"].as_array().unwrap().len(), 1, "twice is once");
        assert_eq!(
            (&page["authorizations"][0]["by"], &page["run"]["authorizationType"]),
            (&json!("bound"), &json!("NORMAL"))
        );
        begin(plant, &no);
        assert_eq!(plant.code(&boss, "run.authorize", authorize(&no)), ("RUN_NOT_READY", 409));
        let wrong = json!({ "runNo": no, "action": "APPROVE" });
        assert_eq!(plant.code(&boss, "run.authorize", wrong), ("VALIDATION_FAILED", 400), "R-CORE-008");
        assert_eq!(told(plant)[2..], ["RUN_CREATED", "RUN_AUTHORIZED", "RUN_STARTED"].map(String::from));
    });
}

#[test]
fn r_core_104_an_authorization_is_revoked_until_something_started() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "20");
        let no = run_of(plant, &boss, "WO-1", 10);
        assert_eq!(plant.run(&boss, "run.authorize", revoke(&no))["status"], "PREP", "nothing to revoke");
        plant.run(&boss, "run.authorize", authorize(&no));
        let planner = plant.someone(&[Permit::RunAuthorize]);
        assert_eq!(plant.code(&planner, "run.authorize", revoke(&no)), ("FORBIDDEN", 403));
        let silent = json!({ "runNo": no, "action": "REVOKE" });
        assert_eq!(plant.code(&boss, "run.authorize", silent), ("VALIDATION_FAILED", 400), "a reason is needed");
        assert_eq!(plant.run(&boss, "run.authorize", revoke(&no))["status"], "PREP");
        assert_eq!(run(plant, &boss, &no)["authorizations"][0]["reason"], "wrong paste");
        let told: Vec<(String,)> = rows(plant, sql!("select payload from event where name = 'RUN_REVOKED'"), &[]);
        let told: serde_json::Value = serde_json::from_str(&told[0].0).unwrap();
        assert_eq!((&told["authorizationType"], &told["reason"]), (&json!("NORMAL"), &json!("wrong paste")), "{told}");
        running(plant, &boss, &no);
        assert_eq!(plant.code(&boss, "run.authorize", revoke(&no)), ("RUN_ALREADY_STARTED", 409), "core §8 example 3");
        plant.run(&boss, "run.hold", json!({ "runNo": no, "reason": "r" }));
        assert_eq!(plant.code(&boss, "run.authorize", revoke(&no)), ("RUN_ALREADY_STARTED", 409));
        let gone = run_of(plant, &boss, "WO-1", 10);
        plant.run(&boss, "run.cancel", json!({ "runNo": gone }));
        assert_eq!(plant.code(&boss, "run.authorize", revoke(&gone)), ("RUN_IN_TERMINAL_STATUS", 409));
        assert_eq!(plant.code(&boss, "run.authorize", authorize(&gone)), ("RUN_NOT_READY", 409));
    });
}

#[test]
fn r_core_103_two_authorizes_at_once_and_an_authorize_against_a_revoke_leave_one_truth() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        for round in 0..4 {
            let wo = format!("WO-{round}");
            released(plant, &boss, &wo, "10");
            let no = run_of(plant, &boss, &wo, 10);
            let both = at_once(plant, &boss, &[("run.authorize", authorize(&no)), ("run.authorize", authorize(&no))]);
            assert_eq!(both, ["done", "done"]);
            assert_eq!(run(plant, &boss, &no)["authorizations"].as_array().unwrap().len(), 1);
            let both = at_once(plant, &boss, &[("run.authorize", authorize(&no)), ("run.authorize", revoke(&no))]);
            assert_eq!(both, ["done", "done"]);
            let page = run(plant, &boss, &no);
            let last = page["authorizations"][0]["action"].as_str().unwrap();
            let expected = if last == "AUTHORIZE" { "AUTHORIZED" } else { "PREP" };
            assert_eq!(page["run"]["status"], expected, "the state is that of the newest row");
        }
    });
}
