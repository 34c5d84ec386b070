//! Runs come to be, within what their order plans.

use super::*;

#[test]
fn r_core_082_100_create_refuses_in_the_order_of_the_rule_and_a_dry_run_names_all() {
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
