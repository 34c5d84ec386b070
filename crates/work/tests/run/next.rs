//! What comes next for a run.

use super::*;

#[test]
fn r_scr_001_a_runs_next_actions_follow_its_way_with_the_guards_of_the_commands() {
    on_both(reluctant, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "100");
        let next = |actor: &Arc<Actor>, run: &str| plant.ask(actor, "run.next_actions", json!({ "runNo": run }));
        let seven = run_of(plant, &boss, "WO-1", 7);
        let blocked = next(&boss, &seven);
        let keys: Vec<&str> = blocked["steps"].as_array().unwrap().iter().map(|s| s["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["readiness", "loading", "fai", "authorize", "execute", "close", "oqc"]);
        assert_eq!(
            (&blocked["stage"], &step(&blocked, "readiness")["status"]),
            (&json!("authorize"), &json!("SKIPPED"))
        );
        assert_eq!(step(&blocked, "readiness")["summary"]["key"], "next-run-not-configured");
        let authorize_step = step(&blocked, "authorize");
        assert_eq!(
            (&authorize_step["status"], &authorize_step["blockers"][0]["code"]),
            (&json!("BLOCKED"), &json!("NEIGHBOUR_SAYS_NO"))
        );
        assert_eq!(authorize_step["actions"][0]["reasonCode"], "NEIGHBOUR_SAYS_NO");

        let no = run_of(plant, &boss, "WO-1", 2);
        let reader = plant.someone(&[Permit::RunRead, Permit::RunRevoke]);
        let action = step(&next(&reader, &no), "authorize")["actions"][0].clone();
        assert_eq!(
            (&action["allowed"], &action["reasonCode"]),
            (&json!(false), &json!("FORBIDDEN")),
            "who may revoke may not authorize"
        );
        assert_eq!((&action["requiredPermission"], &action["primary"]), (&json!(["run:authorize"]), &json!(true)));
        assert!(action["actorRoles"].as_array().unwrap().contains(&json!("planner")), "{action}");
        assert_eq!(step(&next(&boss, &no), "authorize")["actions"][0]["allowed"], json!(true));
        plant.run(&boss, "run.authorize", authorize(&no));
        let authorized = next(&boss, &no);
        assert_eq!(
            (&authorized["stage"], &step(&authorized, "execute")["summary"]["key"]),
            (&json!("execute"), &json!("next-run-no-units"))
        );
        let generate = &step(&authorized, "execute")["actions"][0];
        assert_eq!(
            (&generate["command"], &generate["prefill"], &generate["primary"], &generate["allowed"]),
            (&json!("unit.generate"), &json!({ "runNo": no, "quantity": 2 }), &json!(true), &json!(true)),
            "R-SCR-006: what the sentence asks for can be done here"
        );
        assert_eq!(step(&authorized, "authorize")["actions"][0]["prefill"]["action"], "REVOKE");
        begin(plant, &no);
        units(plant, &no, &[("DONE", 1), ("OUT_FAILED", 1)]);
        let executing = next(&boss, &no);
        assert_eq!(step(&executing, "execute")["summary"]["params"]["failed"], 1);
        let units_open = &step(&executing, "close")["blockers"][0];
        assert_eq!((&units_open["code"], &units_open["count"]), (&json!("RUN_UNITS_NOT_TERMINAL"), &json!(1)));
        assert_eq!(units_open["link"], json!(format!("/mes/runs/{no}?tab=units")));
        plant.run(&boss, "run.hold", json!({ "runNo": no, "reason": "smoke" }));
        let held = next(&boss, &no);
        assert_eq!((&held["stage"], &step(&held, "execute")["status"]), (&json!("execute"), &json!("BLOCKED")));
        assert_eq!(step(&held, "execute")["blockers"][0]["params"]["reason"], "smoke");
        assert_eq!(step(&held, "execute")["actions"][0]["command"], "run.resume");
        plant.run(&boss, "run.resume", json!({ "runNo": no, "reason": "aired" }));

        let last = run_of(plant, &boss, "WO-1", 4);
        running(plant, &boss, &last);
        units(plant, &last, &[("DONE", 4)]);
        let closing = next(&boss, &last);
        assert_eq!((&closing["stage"], &step(&closing, "execute")["status"]), (&json!("close"), &json!("DONE")));
        assert_eq!(step(&closing, "close")["actions"][0]["allowed"], json!(true));
        plant.run(&boss, "run.close", json!({ "runNo": last }));
        let end = next(&boss, &last);
        assert_eq!((&end["stage"], &step(&end, "close")["status"]), (&json!(null), &json!("DONE")));
        let stages = column(&plant.ask(&boss, "runs", json!({})), "stage");
        assert_eq!(stages, ["", "execute", "authorize"], "the list tells the same stage");
    });
}

fn configured(registry: &mut Registry) {
    wire(registry);
    fn readiness(_: &Cx<'_>, sight: &work::run::steps::Sight) -> Result<Verdict> {
        let summary = engine::next::Summary::of("next-run-authorized-before").with("plan", sight.run.plan_qty);
        let step = engine::next::Step::new("readiness", engine::next::StepStatus::Done, summary);
        Ok(Verdict { refusals: vec![], evidence: vec![serde_json::to_value(step).unwrap()] })
    }
    registry.gate(&work::run::steps::READINESS, "readiness", readiness);
}

#[test]
fn r_scr_001_another_slice_fills_its_step_of_the_run() {
    on_both(configured, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let no = run_of(plant, &boss, "WO-1", 10);
        let next = plant.ask(&boss, "run.next_actions", json!({ "runNo": no }));
        let readiness = step(&next, "readiness");
        assert_eq!((&readiness["status"], &readiness["summary"]["params"]["plan"]), (&json!("DONE"), &json!(10)));
        assert_eq!(step(&next, "loading")["status"], "SKIPPED");
    });
}
