//! Runs on both engines: created, planned, authorized, held, closed and cancelled; each refusal in the order a person meets it.

mod plant_a;

use std::sync::Arc;

use engine::testing::{Plant, on_both};
use engine::{Actor, Cx, Permit, Registry, Verdict, sql};
use kernel::{Result, p};
use plant_a::*;
use serde_json::{Value as Json, json};
use work::run::{Creation, HoldKind, Run, RunNo};

kernel::refusals! {
    /// The neighbour says no
    NEIGHBOUR_SAYS_NO: Conflict;
}

fn create(wo: &str, line: &str, qty: i64) -> Json {
    json!({ "woNo": wo, "lineCode": line, "planQty": qty })
}

fn with(mut fields: Json, more: Json) -> Json {
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

fn authorize(run: &str) -> Json {
    json!({ "runNo": run, "action": "AUTHORIZE" })
}

fn revoke(run: &str) -> Json {
    json!({ "runNo": run, "action": "REVOKE", "reason": "wrong paste" })
}

/// Open a hold as another slice does.
fn held_by(plant: &Plant, run: &str, kind: HoldKind, source: &'static str) {
    let no = RunNo::parse(run).unwrap();
    work(plant, move |cx| {
        let run = Run::find(cx, &no)?.unwrap();
        run.hold(cx, kind, Some(source.into()), "found").map(|_| 0)
    });
}

/// Both calls at once; gives their codes in the order of the calls, `done` for what happened.
fn at_once(plant: &Plant, boss: &Arc<Actor>, calls: &[(&str, Json)]) -> Vec<&'static str> {
    std::thread::scope(|scope| {
        let started: Vec<_> = calls
            .iter()
            .map(|(command, fields)| scope.spawn(|| code_of(&plant.call(boss, command, fields.clone()))))
            .collect();
        started.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

#[test]
fn r_core_100_create_refuses_in_the_order_of_the_rule_and_a_dry_run_names_all() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let code = |fields: Json| plant.code(&boss, "run.create", fields);
        assert_eq!(code(create("WO-1", "SMT-A", 10)), ("WORK_ORDER_NOT_FOUND", 404));
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "100"));
        assert_eq!(code(create("WO-1", "SMT-A", 10)), ("WORK_ORDER_NOT_RELEASED", 409));
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        let erp = |word: &str| plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-1", "erpStatus": word }));
        run_of(plant, &boss, "WO-1", 1);
        erp("6");
        assert_eq!(code(create("WO-1", "SMT-A", 10)), ("WORK_ORDER_ERP_CLOSED", 409));
        erp("3");

        assert_eq!(code(with(create("WO-1", "SMT-A", 10), json!({ "routingCode": "NO" }))), ("ROUTE_NOT_FOUND", 422));
        dates(plant, "R1", true, Some(1), None);
        let named = json!({ "routingCode": "R1" });
        assert_eq!(code(with(create("WO-1", "SMT-A", 10), named)), ("ROUTE_NOT_EFFECTIVE", 422), "from tomorrow on");
        dates(plant, "R1", true, None, None);
        let version = |no: i64| with(create("WO-1", "SMT-A", 10), json!({ "routeVersionNo": no }));
        assert_eq!(code(version(9)), ("ROUTE_VERSION_NOT_FOUND", 404));
        plant_a::version(plant, "R1", 2, "INVALID", SMT_STEPS);
        assert_eq!(code(version(2)), ("ROUTE_VERSION_NOT_READY", 409));
        let other = with(create("WO-1", "SMT-A", 10), json!({ "routingCode": "D1" }));
        assert_eq!(code(other), ("ROUTE_PRODUCT_MISMATCH", 422));

        assert_eq!(code(create("WO-1", "NOWHERE", 10)), ("LINE_NOT_FOUND", 404));
        let bound = bound_to(plant, "SMT-A", &[Permit::RunCreate]);
        assert_eq!(plant.code(&bound, "run.create", create("WO-1", "SMT-B", 10)), ("LINE_FORBIDDEN", 403));
        plant.run(
            &boss,
            "line.create",
            json!({ "code": "OFF", "name": "off", "processType": "SMT", "isActive": false }),
        );
        assert_eq!(code(create("WO-1", "OFF", 10)), ("LINE_INACTIVE", 409));
        let wrong = plant.refuse(&boss, "run.create", create("WO-1", "SMT-B", 10));
        assert_eq!((wrong.def.code, &wrong.params["wanted"]), ("WORK_ORDER_DISPATCH_LINE_MISMATCH", &json!("SMT-A")));
        assert_eq!(
            plant.blockers(&boss, "run.create", create("WO-1", "DIP-A", 100)),
            [
                "WORK_ORDER_DISPATCH_LINE_MISMATCH",
                "LINE_ROUTING_PROCESS_MISMATCH",
                "RUN_QTY_EXCEEDS_WORK_ORDER",
                "RUN_LINE_INCOMPATIBLE_WITH_ROUTE"
            ]
        );
        assert_eq!(code(create("WO-1", "SMT-A", 100)), ("RUN_QTY_EXCEEDS_WORK_ORDER", 422));
        for qty in [0, -1, 1_000_001] {
            assert_eq!(code(create("WO-1", "SMT-A", qty)), ("VALIDATION_FAILED", 400), "{qty}");
        }
        plant_a::version(plant, "R1", 3, "READY", &[(10, "TEST", "PRINT")]);
        assert_eq!(code(create("WO-1", "SMT-A", 10)), ("RUN_LINE_INCOMPATIBLE_WITH_ROUTE", 422));
        retire(plant, "R1", 3);
        set(plant, "wo.pickPolicy", json!("BLOCK"));
        assert_eq!(code(create("WO-1", "SMT-A", 10)), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        set(plant, "wo.pickPolicy", json!("OFF"));
        assert_eq!(plant.run(&boss, "run.create", create("WO-1", "SMT-A", 10))["warnings"], json!([]));
        retire(plant, "R1", 1);
        assert_eq!(code(create("WO-1", "SMT-A", 10)), ("ROUTE_VERSION_NOT_READY", 409));
    });
}

#[test]
fn r_core_100_an_order_that_was_sent_to_no_line_runs_on_any_that_fits() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        set(plant, "wo.trustErpRelease", json!(true));
        plant.run(&boss, "work_order.receive", with(order("WO-1", "P1", "10"), json!({ "erpStatus": "2" })));
        assert_eq!(
            plant.code(&boss, "run.create", create("WO-1", "SMT-B", 5)),
            ("RUN_LINE_INCOMPATIBLE_WITH_ROUTE", 422)
        );
        assert_eq!(plant.run(&boss, "run.create", create("WO-1", "SMT-A", 5))["lineCode"], "SMT-A");
    });
}

#[test]
fn r_core_101_the_runs_of_an_order_plan_no_more_than_its_whole_boards() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "100.5");
        let first = run_of(plant, &boss, "WO-1", 60);
        let beyond = plant.refuse(&boss, "run.create", create("WO-1", "SMT-A", 41));
        assert_eq!((beyond.def.code, beyond.kind.status()), ("RUN_QTY_EXCEEDS_WORK_ORDER", 422), "core §8 example 1");
        let facts = ["limit", "allocated", "remaining"].map(|name| beyond.params[name].as_i64().unwrap());
        assert_eq!(facts, [100, 60, 40]);
        let second = run_of(plant, &boss, "WO-1", 40);
        set(plant, "run.overPlanPct", json!("5"));
        assert_eq!(get(plant, &boss, "WO-1")["limitQty"], 105);
        run_of(plant, &boss, "WO-1", 5);
        assert_eq!(plant.code(&boss, "run.create", create("WO-1", "SMT-A", 1)), ("RUN_QTY_EXCEEDS_WORK_ORDER", 422));
        plant.run(&boss, "run.cancel", json!({ "runNo": first }));
        assert_eq!(get(plant, &boss, "WO-1")["allocatedQty"], 45, "a cancelled run gives its boards back");
        running(plant, &boss, &second);
        units(plant, &second, &[("SCRAPPED", 40)]);
        assert_eq!(plant.run(&boss, "run.close", json!({ "runNo": second }))["status"], "SCRAPPED");
        assert_eq!(get(plant, &boss, "WO-1")["allocatedQty"], 5, "so does a scrapped one");
        run_of(plant, &boss, "WO-1", 100);

        released(plant, &boss, "WO-2", "0.5");
        let none = plant.refuse(&boss, "run.create", create("WO-2", "SMT-A", 1));
        assert_eq!((none.def.code, &none.params["limit"]), ("RUN_QTY_EXCEEDS_WORK_ORDER", &json!(0)), "core §17");
    });
}

#[test]
fn r_core_101_of_two_creates_at_once_beyond_the_plan_one_wins() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        for round in 0..5 {
            let wo = format!("WO-{round}");
            released(plant, &boss, &wo, "100");
            let mut codes = at_once(
                plant,
                &boss,
                &[
                    ("run.create", create(&wo, "SMT-A", 60)),
                    ("run.create", create(&wo, "SMT-A", 60)),
                    ("run.create", create(&wo, "SMT-A", 60)),
                ],
            );
            codes.sort_unstable();
            assert_eq!(codes, ["RUN_QTY_EXCEEDS_WORK_ORDER", "RUN_QTY_EXCEEDS_WORK_ORDER", "done"]);
            let order = get(plant, &boss, &wo);
            assert_eq!((&order["allocatedQty"], &order["runsOpen"]), (&json!(60), &json!(1)));
        }
    });
}

#[test]
fn r_core_102_a_run_has_the_next_number_of_its_order_and_freezes_the_version() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "100");
        let answer = plant.call(&boss, "run.create", create("WO-1", "SMT-A", 10));
        assert_eq!(answer.status(), 201);
        assert_eq!(get(plant, &boss, "WO-1")["status"], "IN_PROGRESS");
        let mine =
            with(create("WO-1", "SMT-A", 10), json!({ "runNo": "run-wo-1-002", "unitCreation": "ON_FIRST_SCAN" }));
        assert_eq!(plant.run(&boss, "run.create", mine.clone())["runNo"], "run-wo-1-002");
        assert_eq!(plant.code(&boss, "run.create", mine), ("RUN_NO_DUPLICATE", 409));
        assert_eq!(run_of(plant, &boss, "WO-1", 10), "RUN-WO-1-003", "a number somebody took is passed over");
        plant_a::version(plant, "R1", 2, "READY", &[(15, "AUTO", "PRINT")]);
        assert_eq!(run_of(plant, &boss, "WO-1", 10), "RUN-WO-1-004");
        let (old, new) = (run(plant, &boss, "RUN-WO-1-001"), run(plant, &boss, "RUN-WO-1-004"));
        assert_eq!((&old["routeVersion"]["versionNo"], &new["routeVersion"]["versionNo"]), (&json!(1), &json!(2)));
        let steps = |run: &Json| {
            run["routeSteps"].as_array().unwrap().iter().map(|s| s["stepNo"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((steps(&old), steps(&new)), (vec![10, 20, 30], vec![15]));
        assert_eq!(old["routeSteps"][2]["stations"], json!(["TOUCH-1"]), "a station without a line serves any");
        assert_eq!(run(plant, &boss, "RUN-WO-1-002")["run"]["unitCreation"], "ON_FIRST_SCAN");
        let made: Vec<(i64,)> = rows(plant, sql!("select cast(count(*) as bigint) from run_step"), &[]);
        assert_eq!(made[0].0, 3 * 3 + 1, "each run counts at each of its steps from the first moment");
        set(plant, "run.numberTemplate", json!("{seq:05}/{woNo}"));
        assert_eq!(run_of(plant, &boss, "WO-1", 10), "00005/WO-1");
        set(plant, "run.numberTemplate", json!(format!("{}{{seq}}", "x".repeat(114))));
        assert_eq!(run_of(plant, &boss, "WO-1", 10).len(), 115);
        set(plant, "run.numberTemplate", json!(format!("{}{{woNo}}{{seq}}", "x".repeat(109))));
        let long = format!("WO-{}", "9".repeat(77));
        released(plant, &boss, &long, "5");
        assert_eq!(plant.code(&boss, "run.create", create(&long, "SMT-A", 5)), ("RUN_NO_TOO_LONG", 422));
        let event: Vec<(String,)> =
            rows(plant, sql!("select payload from event where name = 'RUN_CREATED' order by id limit 1"), &[]);
        let told: Json = serde_json::from_str(&event[0].0).unwrap();
        assert_eq!(
            (&told["planQty"], &told["routeVersionId"], &told["unitCreation"]),
            (&json!(10), &json!("R1@1"), &json!("PRE_GENERATED"))
        );
    });
}

fn reluctant(registry: &mut Registry) {
    wire(registry);
    fn creation(_: &Cx<'_>, at: &Creation) -> Result<Verdict> {
        Ok(if at.plan_qty == 13 { Verdict::no(NEIGHBOUR_SAYS_NO) } else { Verdict::yes() })
    }
    fn readiness(_: &Cx<'_>, run: &Run) -> Result<Verdict> {
        if run.plan_qty == 7 {
            return Ok(Verdict::no(NEIGHBOUR_SAYS_NO));
        }
        let evidence = vec![json!({ "readinessCheckNo": "RDY-1", "waivers": ["WVR-1"] })];
        Ok(Verdict { refusals: vec![], evidence })
    }
    fn oqc(_: &Cx<'_>, run: &Run) -> Result<Verdict> {
        Ok(if run.qty_done == 3 { Verdict::no(NEIGHBOUR_SAYS_NO) } else { Verdict::yes() })
    }
    registry.gate(&work::run::CREATE, "neighbour", creation);
    registry.gate(&work::run::AUTHORIZE, "readiness", readiness);
    registry.gate(&work::run::CLOSE, "oqc", oqc);
}

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

#[test]
fn r_core_105_a_run_is_on_hold_while_any_hold_is_open() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let no = run_of(plant, &boss, "WO-1", 10);
        let (hold, resume) = (json!({ "runNo": no, "reason": "smoke" }), json!({ "runNo": no, "reason": "aired" }));
        assert_eq!(
            plant.code(&boss, "run.hold", hold.clone()),
            ("INVALID_RUN_STATUS", 409),
            "a PREP run is never on hold"
        );
        assert_eq!(plant.code(&boss, "run.resume", resume.clone()), ("RUN_NOT_ON_HOLD", 409));
        plant.run(&boss, "run.authorize", authorize(&no));
        plant.run(&boss, "run.hold", hold.clone());
        assert_eq!(plant.code(&boss, "run.hold", hold.clone()), ("INVALID_RUN_STATUS", 409));
        assert_eq!(plant.run(&boss, "run.resume", resume.clone())["status"], "AUTHORIZED", "what it was before");
        begin(plant, &no);
        assert_eq!(plant.run(&boss, "run.hold", hold.clone())["status"], "ON_HOLD");
        held_by(plant, &no, HoldKind::Alarm, "ALM-1");
        held_by(plant, &no, HoldKind::Ipqc, "IPQC-1");
        let refusal = plant.refuse(&boss, "run.resume", resume.clone());
        assert_eq!((refusal.def.code, &refusal.params["ipqcNo"]), ("RUN_HOLD_REQUIRES_IPQC", &json!("IPQC-1")));
        held_by(plant, &no, HoldKind::Oqc, "OQC-1");
        assert_eq!(plant.code(&boss, "run.resume", resume.clone()), ("RUN_HOLD_REQUIRES_MRB", 409));
        assert_eq!(
            plant.blockers(&boss, "run.resume", resume.clone()),
            ["RUN_HOLD_REQUIRES_MRB", "RUN_HOLD_REQUIRES_IPQC"]
        );
        let end = |kind: HoldKind, source: &'static str| {
            let no = RunNo::parse(&no).unwrap();
            work(plant, move |cx| {
                let run = Run::find(cx, &no)?.unwrap();
                run.end_holds(cx, &[kind], Some(source), "solved").map(|run| run.holds_open)
            })
        };
        assert_eq!(end(HoldKind::Oqc, "OQC-OTHER"), 4, "only the hold of that source");
        assert_eq!(end(HoldKind::Oqc, "OQC-1"), 3);
        assert_eq!(end(HoldKind::Ipqc, "IPQC-1"), 2);
        assert_eq!(state(plant, &boss, &no), "ON_HOLD", "others are open");
        assert_eq!(plant.run(&boss, "run.resume", resume.clone())["status"], "IN_PROGRESS");
        let page = run(plant, &boss, &no);
        assert_eq!((page["run"]["holds"].as_array().unwrap().len(), page["holds"].as_array().unwrap().len()), (0, 5));
        assert_eq!(told(plant).iter().filter(|e| *e == "RUN_HOLD_ENDED").count(), 5);
        assert_eq!(told(plant).iter().filter(|e| *e == "RUN_HELD").count(), 5);
        assert_eq!(plant.code(&boss, "run.resume", resume), ("RUN_NOT_ON_HOLD", 409), "twice");
    });
}

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
        plant.engine.shared.settings.drop_all();
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
