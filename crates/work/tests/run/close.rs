//! Runs end.

use super::*;

#[test]
fn r_core_107_a_run_closes_when_all_boards_are_finished_and_the_plan_is_met_or_the_rest_accepted() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "30");
        let no = run_of(plant, &boss, "WO-1", 10);
        let close = json!({ "runNo": no });
        assert_eq!(plant.code(&boss, "run.close", close.clone()), ("RUN_NOT_CLOSABLE", 409));
        running(plant, &boss, &no);
        assert_eq!(plant.code(&boss, "run.close", close.clone()), ("RUN_HAS_NO_UNITS", 409));
        units(
            plant,
            &no,
            &[("DONE", 3), ("SCRAPPED", 1), ("QUEUED", 2), ("IN_STATION", 1), ("OUT_FAILED", 1), ("ON_HOLD", 1)],
        );
        let open = plant.refuse(&boss, "run.close", close.clone());
        assert_eq!((open.def.code, &open.params["count"]), ("RUN_UNITS_NOT_TERMINAL", &json!(5)));
        assert_eq!(open.params["counts"], json!({ "queued": 2, "inside": 1, "failed": 1, "held": 1 }));
        assert_eq!(plant.blockers(&boss, "run.close", close.clone()), ["RUN_UNITS_NOT_TERMINAL", "RUN_SHORT_OF_PLAN"]);
        plant.run(&boss, "run.hold", json!({ "runNo": no, "reason": "r" }));
        assert_eq!(plant.code(&boss, "run.close", close.clone()), ("RUN_NOT_CLOSABLE", 409), "not while it is on hold");

        let second = run_of(plant, &boss, "WO-1", 10);
        running(plant, &boss, &second);
        units(plant, &second, &[("DONE", 7), ("SCRAPPED", 1)]);
        let close = json!({ "runNo": second });
        let short = plant.refuse(&boss, "run.close", close.clone());
        assert_eq!((short.def.code, &short.params["missing"]), ("RUN_SHORT_OF_PLAN", &json!(2)));
        assert_eq!(
            plant.code(&boss, "run.close", with(close.clone(), json!({ "acceptShort": true }))),
            ("VALIDATION_FAILED", 400)
        );
        let done =
            plant.run(&boss, "run.close", with(close.clone(), json!({ "acceptShort": true, "reason": "no parts" })));
        assert_eq!(done["status"], "COMPLETED");
        assert_eq!(plant.run(&boss, "run.close", close.clone())["status"], "COMPLETED", "twice");
        assert_eq!(told(plant).iter().filter(|e| *e == "RUN_FINISHED").count(), 1);
        let order = get(plant, &boss, "WO-1");
        assert_eq!(
            (&order["runsOpen"], &order["allocatedQty"], &order["goodQty"], &order["scrapQty"]),
            (&json!(1), &json!(20), &json!(10), &json!(2))
        );
        assert_eq!(run(plant, &boss, &second)["unitStats"]["done"], 7);

        let third = run_of(plant, &boss, "WO-1", 4);
        plant.run(&boss, "run.authorize", authorize(&third));
        units(plant, &third, &[("DONE", 4)]);
        assert_eq!(
            plant.run(&boss, "run.close", json!({ "runNo": third }))["status"],
            "COMPLETED",
            "finished in the first-article trial"
        );
    });
}

#[test]
fn r_core_107_a_board_held_after_its_last_step_is_counted_as_held() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let late = run_of(plant, &boss, "WO-1", 2);
        running(plant, &boss, &late);
        units(plant, &late, &[("DONE", 2)]);
        let sn: Vec<(String,)> = rows(
            plant,
            sql!("select u.sn from unit u join run r on r.id = u.run_id where r.run_no = $1 order by u.id limit 1"),
            &p![late],
        );
        plant.run(&boss, "unit.hold", json!({ "sn": sn[0].0, "reason": "scratched" }));
        let held = plant.refuse(&boss, "run.close", json!({ "runNo": late }));
        assert_eq!(
            held.params["counts"],
            json!({ "queued": 0, "inside": 0, "failed": 0, "held": 1 }),
            "held after its last step"
        );
        let next = plant.ask(&boss, "run.next_actions", json!({ "runNo": late }));
        assert_eq!(next["steps"][5]["summary"]["params"]["held"], 1, "{next}");
    });
}

#[test]
fn r_core_107_a_close_against_new_units_leaves_none_in_a_closed_run() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        for round in 0..5 {
            let wo = format!("WO-{round}");
            released(plant, &boss, &wo, "10");
            let no = run_of(plant, &boss, &wo, 10);
            running(plant, &boss, &no);
            units(plant, &no, &[("DONE", 5)]);
            let close = json!({ "runNo": no, "acceptShort": true, "reason": "enough" });
            let generate = json!({ "runNo": no, "quantity": 2 });
            let codes = at_once(plant, &boss, &[("run.close", close), ("unit.generate", generate)]);
            match codes[..] {
                ["done", refused] => assert_eq!(refused, "INVALID_RUN_STATUS", "core §17"),
                [refused, "done"] => assert_eq!(refused, "RUN_UNITS_NOT_TERMINAL", "core §17"),
                _ => panic!("{codes:?}"),
            }
            let page = run(plant, &boss, &no);
            let closed = page["run"]["status"] == "COMPLETED";
            assert_eq!(page["unitStats"]["units"], if closed { 5 } else { 7 });
        }
    });
}

#[test]
fn r_core_108_the_last_board_closes_a_run_only_where_the_plant_says_so() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "30");
        let (done, short) = (run_of(plant, &boss, "WO-1", 5), run_of(plant, &boss, "WO-1", 5));
        for (no, boards) in [(&done, 5), (&short, 4)] {
            running(plant, &boss, no);
            units(plant, no, &[("DONE", boards)]);
        }
        let turn = || plant.engine.work(work::run::auto_close::close_finished).expect("the chore runs");
        assert_eq!(turn(), 0, "closing is explicit unless the plant says otherwise");
        assert_eq!(run(plant, &boss, &done)["run"]["status"], "IN_PROGRESS");
        plant
            .engine
            .work(|cx| {
                cx.run(
                    engine::sql!(
                        "insert into setting (key, scope_type, scope_key, value, version, changed_at, changed_by, reason)
                         values ('run.autoClose', 'GLOBAL', '', 'true', 1, 0, 'boss', 'test')"
                    ),
                    [],
                )
                .map(|n| n as i64)
            })
            .expect("the setting is kept");
        plant.engine.shared.bell.turn();
        assert_eq!(turn(), 1);
        assert_eq!(run(plant, &boss, &done)["run"]["status"], "COMPLETED");
        assert_eq!(
            run(plant, &boss, &short)["run"]["status"],
            "IN_PROGRESS",
            "a run short of its plan waits for a person"
        );
        assert_eq!(turn(), 0, "once is enough");
    });
}

#[test]
fn r_core_108_a_run_that_was_finished_in_its_trial_closes_by_itself_too() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        set(plant, "run.autoClose", json!(true));
        released(plant, &boss, "WO-1", "5");
        let no = run_of(plant, &boss, "WO-1", 2);
        plant.run(&boss, "run.authorize", authorize(&no));
        let turn = || plant.engine.work(work::run::auto_close::close_finished).expect("the chore runs");
        assert_eq!(turn(), 0, "nothing is finished yet");
        units(plant, &no, &[("DONE", 2)]);
        assert_eq!((turn(), state(plant, &boss, &no).as_str()), (1, "COMPLETED"));
    });
}

#[test]
fn r_core_108_runs_that_a_gate_stops_keep_no_other_from_closing() {
    on_both(reluctant, |plant| {
        let boss = floor(plant);
        set(plant, "run.autoClose", json!(true));
        released(plant, &boss, "WO-1", "100");
        for boards in std::iter::repeat_n(3, 21).chain([2]) {
            let no = run_of(plant, &boss, "WO-1", boards);
            running(plant, &boss, &no);
            units(plant, &no, &[("DONE", boards)]);
        }
        let turn = || plant.engine.work(work::run::auto_close::close_finished).expect("the chore runs");
        assert_eq!(turn(), 1, "the one that no gate stops");
    });
}
