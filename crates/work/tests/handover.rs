//! Whoever may not take the next step tells those who can.

mod common;

use common::*;
use engine::testing::{Plant, on_both};
use engine::{Permit, sql};
use serde_json::{Value as Json, json};
use work::testing::Tiny;

fn tell(kind: &str, key: &str, roles: &[&str]) -> Json {
    json!({ "entityType": kind, "entityKey": key, "roles": roles, "message": "please" })
}

fn told(plant: &Plant) -> i64 {
    number(plant, sql!("select cast(count(*) as bigint) from event where name = 'HANDOVER'"))
}

#[test]
fn r_scr_006_roles_are_told_once_in_ten_minutes_by_whoever_reads_the_object() {
    on_both(wire, |plant| {
        Tiny::default().build(&plant.engine).unwrap();
        let reader = plant.someone(&[Permit::RunRead]);
        let first = plant.run(&reader, "handover.notify", tell("run", "run-1", &["quality", "leader", "quality"]));
        assert_eq!(first["told"], true);
        let event = last_event(plant, "HANDOVER");
        assert_eq!(event, json!({ "entityType": "run", "entityKey": "RUN-1", "roles": ["leader", "quality"] }));
        let again = plant.run(&reader, "handover.notify", tell("run", "RUN-1", &["leader", "quality"]));
        assert_eq!((&again["told"], told(plant)), (&json!(false), 1), "nobody is disturbed twice");
        assert_eq!(plant.run(&reader, "handover.notify", tell("run", "RUN-1", &["planner"]))["told"], true);
        let more = plant.run(&reader, "handover.notify", tell("run", "RUN-1", &["leader", "repair", "zz1"]));
        assert_eq!((&more["told"], &last_event(plant, "HANDOVER")["roles"]), (&json!(true), &json!(["repair"])));
        stage(plant, sql!("update handover set told_at = told_at - 600000"));
        let later = plant.run(&reader, "handover.notify", tell("run", "RUN-1", &["leader", "quality"]));
        assert_eq!((&later["told"], told(plant)), (&json!(true), 4), "after ten minutes it counts again");
        assert_eq!(plant.run(&plant.boss(), "handover.notify", tell("unit", "SN-0001", &["quality"]))["told"], true);
        assert_eq!(plant.run(&plant.boss(), "handover.notify", tell("work_order", "wo-1", &["planner"]))["told"], true);
    });
}

#[test]
fn r_scr_006_of_what_one_may_not_read_nothing_is_told() {
    on_both(wire, |plant| {
        Tiny::default().build(&plant.engine).unwrap();
        let ask = |who: &std::sync::Arc<engine::Actor>, kind: &str, key: &str| {
            plant.code(who, "handover.notify", tell(kind, key, &["planner"]))
        };
        let orders_only = plant.someone(&[Permit::WoRead]);
        assert_eq!(ask(&orders_only, "run", "RUN-1"), ("RUN_NOT_FOUND", 404));
        let boss = plant.boss();
        assert_eq!(ask(&boss, "work_order", "NO"), ("WORK_ORDER_NOT_FOUND", 404));
        assert_eq!(ask(&boss, "run", "NO"), ("RUN_NOT_FOUND", 404));
        assert_eq!(ask(&boss, "unit", "NO"), ("UNIT_NOT_FOUND", 404));
        let call = |fields: Json| {
            plant
                .engine
                .call(plant.engine.command("handover.notify").unwrap(), boss.clone(), fields, plant.envelope())
                .is_err()
        };
        let code = |roles: &[&str]| plant.code(&boss, "handover.notify", tell("run", "RUN-1", roles));
        assert_eq!(code(&[]), ("VALIDATION_FAILED", 400), "somebody must be told");
        assert_eq!(code(&["nobody", "zz1"]), ("VALIDATION_FAILED", 400), "somebody who can be");
        assert!(call(tell("run", "RUN-1", &["x\nstation:ST-1"])), "a role is a code");
        assert!(call(tell("line", "SMT-A", &["planner"])), "lines are not handed over");
        let elsewhere = on_lines(plant, &[]);
        assert_eq!(ask(&elsewhere, "run", "RUN-1"), ("RUN_NOT_FOUND", 404), "out of sight is unknown");
        assert_eq!(told(plant), 0);
    });
}
