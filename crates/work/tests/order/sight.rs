//! Who sees which orders, what comes next, and what orders keep.

use super::*;

#[test]
fn r_plat_040_an_order_is_seen_by_the_line_it_is_sent_to_and_the_lines_of_its_runs() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-A", "10");
        plant.run(&boss, "work_order.receive", order("WO-N", "P1", "10"));
        plant.run(
            &boss,
            "work_order.receive",
            json!({ "woNo": "WO-D", "productCode": "P9", "plannedQty": 5, "dueDate": "2026-11-01" }),
        );
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-D", "lineCode": "DIP-A" }));
        let of = |actor, fields| column(&plant.ask(actor, "work_orders", fields), "woNo");
        assert_eq!(of(&boss, json!({})), ["WO-D", "WO-N", "WO-A"], "newest first");
        assert_eq!(of(&boss, json!({ "sort": "dueDate" })), ["WO-D", "WO-A", "WO-N"], "without a due date last");
        assert_eq!(of(&boss, json!({ "lineCode": "smt-a" })), ["WO-A"]);
        assert_eq!(of(&boss, json!({ "status": "RECEIVED", "productCode": "p1" })), ["WO-N"]);
        assert_eq!(of(&boss, json!({ "dueBefore": "2026-11-20" })), ["WO-D"]);
        assert_eq!(of(&boss, json!({ "q": "wo-" })).len(), 3);
        let bound = bound_to(plant, "SMT-A", &[Permit::WoRead, Permit::WoClose]);
        assert_eq!(of(&bound, json!({})), ["WO-A"]);
        for hidden in ["WO-D", "WO-N"] {
            for query in ["work_order.get", "work_order.next_actions", "work_order.candidates"] {
                let unknown = plant.try_ask(&bound, query, json!({ "woNo": hidden })).unwrap_err();
                assert_eq!(unknown.refusal().unwrap().def.code, "WORK_ORDER_NOT_FOUND", "{query} of {hidden}");
            }
            let cancel = json!({ "woNo": hidden });
            assert_eq!(plant.code(&bound, "work_order.cancel", cancel), ("LINE_FORBIDDEN", 403), "{hidden}");
        }
        let run = run_of(plant, &boss, "WO-A", 10);
        done(plant, &boss, &run, 10);
        plant.run(
            &boss,
            "station.create",
            json!({ "code": "AOI-B", "name": "AOI-B", "lineCode": "SMT-B", "stationType": "AUTO", "groupCode": "AOI" }),
        );
        plant.run(&boss, "work_order.dispatch", json!({ "woNo": "WO-A", "lineCode": "SMT-B" }));
        assert_eq!(of(&bound, json!({})), ["WO-A"], "it went on to another line, and its run was here");
        assert_eq!(get(plant, &bound, "WO-A")["runs"][0]["runNo"], json!(run));
        plant.run(&bound, "work_order.close", json!({ "woNo": "WO-A" }));
    });
}

#[test]
fn r_scr_006_an_orders_next_actions_name_the_step_the_blockers_and_who_can() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let next = |actor| plant.ask(actor, "work_order.next_actions", json!({ "woNo": "WO-1" }));
        let first = next(&boss);
        assert_eq!(first["stage"], "release");
        let release = &step(&first, "release")["actions"][0];
        assert_eq!((&release["command"], &release["allowed"]), (&json!("work_order.release"), &json!(true)));
        let reader = plant.someone(&[Permit::WoRead]);
        let release = step(&next(&reader), "release")["actions"][0].clone();
        assert_eq!((&release["allowed"], &release["reasonCode"]), (&json!(false), &json!("FORBIDDEN")));
        assert_eq!(release["requiredPermission"], json!(["wo:release"]));
        assert!(release["actorRoles"].as_array().unwrap().contains(&json!("planner")), "{release}");

        retire(plant, "R1", 1);
        let blocked = next(&boss);
        assert_eq!(step(&blocked, "release")["status"], "BLOCKED");
        assert_eq!(step(&blocked, "release")["blockers"][0]["code"], "ROUTE_NOT_READY");
        assert_eq!(step(&blocked, "release")["blockers"][0]["link"], "/mes/routes/R1");
        version(plant, "R1", 2, "READY", SMT_STEPS);
        plant.run(&boss, "work_order.release", json!({ "woNo": "WO-1", "lineCode": "SMT-A" }));
        let runs = next(&boss);
        assert_eq!(runs["stage"], "runs");
        assert_eq!(
            step(&runs, "runs")["actions"][0]["prefill"],
            json!({ "woNo": "WO-1", "lineCode": "SMT-A", "planQty": 10 })
        );
        let run = run_of(plant, &boss, "WO-1", 10);
        assert_eq!(next(&boss)["stage"], "build");
        done(plant, &boss, &run, 10);
        assert_eq!(next(&boss)["stage"], "close");
        plant.run(&boss, "work_order.close", json!({ "woNo": "WO-1" }));
        let end = next(&boss);
        assert_eq!((&end["stage"], &step(&end, "close")["status"]), (&json!(null), &json!("DONE")));
    });
}

#[test]
fn r_core_021_a_product_and_a_group_that_orders_name_stay() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "5"));
        let counts = |command: &str, fields: serde_json::Value| {
            let refusal = plant.refuse(&boss, command, fields);
            (refusal.def.code, refusal.params["counts"]["orders"].clone())
        };
        plant
            .engine
            .work(|cx| {
                let made = sql!(
                    "insert into material (code, code_key, name, is_lot_managed, is_active, source_system, version)
                 values ('P1', 'p1', 'Product', 0, 1, 'MES', 1) on conflict (code_key) do nothing"
                );
                cx.run(made, []).map(|n| n as i64)
            })
            .unwrap();
        plant.run(&boss, "station_group.create", json!({ "code": "SG-NEW", "name": "x" }));
        plant
            .engine
            .work(|cx| {
                let sent = sql!(
                    "update work_order set station_group_id = (select id from station_group where code = 'SG-NEW')"
                );
                cx.run(sent, []).map(|n| n as i64)
            })
            .unwrap();
        let material = counts("material.delete", json!({ "materialCode": "P1" }));
        assert_eq!(material, ("MATERIAL_HAS_DEPENDENCIES", json!(1)));
        let group = counts("station_group.delete", json!({ "groupCode": "SG-NEW" }));
        assert_eq!(group, ("STATION_GROUP_HAS_DEPENDENCIES", json!(1)));
    });
}
