//! Units come to be, are held, released and deleted; lists, queues and what a scan would do.

mod common;

use common::*;
use engine::testing::{Plant, on_both};
use engine::{Permit, sql};
use serde_json::{Value as Json, json};
use work::testing::{Tiny, step};

fn story(tiny: Tiny, tell: impl Fn(&Plant)) {
    on_both(wire, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        tell(plant);
        counters_hold(plant);
    });
}

fn empty() -> Tiny {
    Tiny { units: 0, plan_qty: 5, ..Tiny::default() }
}

#[test]
fn r_core_115_116_generated_serials_count_on_and_are_never_given_twice() {
    story(empty(), |plant| {
        let boss = plant.boss();
        let generate = |n: i64| json!({ "runNo": "RUN-1", "quantity": n });
        let made = plant.run(&boss, "unit.generate", generate(3));
        assert_eq!(made["units"], json!(["SN-RUN-1-0001", "SN-RUN-1-0002", "SN-RUN-1-0003"]));
        assert_eq!(last_event(plant, "UNITS_CREATED")["snTo"], "SN-RUN-1-0003");
        let over = plant.refuse(&boss, "unit.generate", generate(3));
        assert_eq!(
            (over.def.code, over.kind.status(), &over.params["remaining"]),
            ("QUANTITY_EXCEEDS_PLAN", 422, &json!(2))
        );
        plant.run(&boss, "unit.delete_all", json!({ "runNo": "RUN-1" }));
        let again = plant.run(&boss, "unit.generate", generate(1));
        assert_eq!(again["units"], json!(["SN-RUN-1-0004"]), "numbers of deleted units are not given again");
        let own = plant.run(&boss, "unit.generate", json!({ "runNo": "run-1", "quantity": 1, "snPrefix": "板-" }));
        assert_eq!(own["units"], json!(["板-0001"]), "each prefix counts for itself");
        let typed = plant.run(&boss, "unit.generate", json!({ "runNo": "run-1", "quantity": 1 }));
        assert_eq!(typed["units"], json!(["SN-RUN-1-0005"]), "the number of the run, however it was typed");
        for wrong in [0, 10_001] {
            assert_eq!(plant.code(&boss, "unit.generate", generate(wrong)), ("VALIDATION_FAILED", 400));
        }
        assert_eq!(plant.code(&boss, "unit.generate", json!({ "runNo": "NO", "quantity": 1 })), ("RUN_NOT_FOUND", 404));
        stage(plant, sql!("update run set status = 'ON_HOLD'"));
        assert_eq!(plant.code(&boss, "unit.generate", generate(1)), ("INVALID_RUN_STATUS", 409));
        stage(plant, sql!("update run set status = 'PREP'"));
        let nobody = plant.someone(&[Permit::ExecTrackIn]);
        assert_eq!(plant.code(&nobody, "unit.generate", generate(1)).0, "FORBIDDEN");
    });
}

#[test]
fn r_core_117_imported_serials_are_all_created_or_none() {
    story(empty(), |plant| {
        let boss = plant.boss();
        let import = |sns: Json| json!({ "runNo": "RUN-1", "sns": sns });
        plant.run(&boss, "unit.import", import(json!(["A", "B"])));
        let twice = plant.refuse(&boss, "unit.import", import(json!(["C", "D", "C"])));
        assert_eq!((twice.def.code, twice.kind.status()), ("SN_DUPLICATE_IN_REQUEST", 422));
        let taken = plant.refuse(&boss, "unit.import", import(json!(["C", "B"])));
        assert_eq!((taken.def.code, &taken.params["sn"]), ("SN_DUPLICATE", &json!("B")));
        assert_eq!(plant.blockers(&boss, "unit.import", import(json!(["B"]))), ["SN_DUPLICATE"]);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from unit")), 2, "all or nothing");
        plant.run(&boss, "unit.import", import(json!(["a"])));
        stage(plant, sql!("insert into barcode (text, kind, ref_id) values ('PNL-1', 'PANEL', 1)"));
        let panel = import(json!(["PNL-1"]));
        assert_eq!(plant.code(&boss, "unit.import", panel).0, "SN_DUPLICATE", "one barcode never means two things");
    });
}

#[test]
fn r_core_118_units_are_deleted_only_while_none_was_worked_on() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        let delete = json!({ "runNo": "RUN-1" });
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let refusal = plant.refuse(&boss, "unit.delete_all", delete.clone());
        assert_eq!((refusal.def.code, &refusal.params["processed"]), ("UNITS_CANNOT_BE_DELETED", &json!(1)));
        plant.run(
            &boss,
            "unit.track_in_cancel",
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "reason": "x" }),
        );
        assert_eq!(
            plant.code(&boss, "unit.delete_all", delete.clone()),
            ("UNITS_CANNOT_BE_DELETED", 409),
            "a void track stays"
        );
        stage(plant, sql!("update run set status = 'COMPLETED'"));
        assert_eq!(plant.code(&boss, "unit.delete_all", delete), ("RUN_IN_TERMINAL_STATUS", 409));
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from unit")), 3);
    });
    story(Tiny::default(), |plant| {
        let deleted = plant.run(&plant.boss(), "unit.delete_all", json!({ "runNo": "RUN-1" }));
        assert_eq!(deleted["deleted"], 3);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from barcode")), 0);
        assert_eq!(events(plant), ["UNITS_DELETED"]);
        let told = last_event(plant, "UNITS_DELETED");
        assert_eq!(
            (&told["count"], &told["snFrom"], &told["snTo"], &told["how"]),
            (&json!(3), &json!("SN-0001"), &json!("SN-0003"), &json!("DELETED"))
        );
        assert_eq!(plant.run(&plant.boss(), "unit.delete_all", json!({ "runNo": "RUN-1" }))["deleted"], 0);
    });
}

#[test]
fn r_core_009_holds_and_releases_of_units() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        let hold = |sn: &str| json!({ "sn": sn, "reason": "scratched" });
        let release = |sn: &str| json!({ "sn": sn, "reason": "looked at" });
        assert_eq!(plant.code(&boss, "unit.release", release("SN-0001")), ("UNIT_NOT_HELD", 409));
        let held = plant.run(&boss, "unit.hold", hold("SN-0001"));
        assert_eq!((&held["status"], &held["resumeStatus"]), (&json!("ON_HOLD"), &json!("QUEUED")));
        let refusal = plant.refuse(&boss, "unit.track_in", json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001" }));
        assert_eq!((refusal.def.code, &refusal.params["reason"]), ("UNIT_ON_HOLD", &json!("scratched")));
        stage(
            plant,
            sql!(
                "insert into unit_hold (unit_id, kind, reason, by_name, at) select id, 'IPQC', 'patrol', 'q', 1 from unit where sn = 'SN-0001'"
            ),
        );
        stage(plant, sql!("update unit set holds_open = 2 where sn = 'SN-0001'"));
        let released = plant.run(&boss, "unit.release", release("SN-0001"));
        assert_eq!((&released["status"], &released["remainingHolds"]), (&json!("ON_HOLD"), &json!(1)));
        assert_eq!(
            plant.code(&boss, "unit.release", release("SN-0001")),
            ("UNIT_NOT_HELD", 409),
            "an inspection's hold ends there"
        );
        assert_eq!(last_event(plant, "UNIT_HOLD_ENDED")["remainingHolds"], 1);

        track_in(plant, "ST-PRINT-01", "SN-0002");
        let held = plant.run(&boss, "unit.hold", hold("SN-0002"));
        assert_eq!(held["status"], "IN_STATION", "inside a station the hold waits for the exit");
        let out = track_out(plant, "ST-PRINT-01", "SN-0002", "PASS");
        assert_eq!(out["status"], "ON_HOLD");
        assert_eq!(place(plant, "SN-0002"), "ON_HOLD 20");
        plant.run(&boss, "unit.release", release("SN-0002"));
        assert_eq!(place(plant, "SN-0002"), "QUEUED 20");

        track_in(plant, "ST-SPI-01", "SN-0002");
        plant.run(&boss, "unit.hold", hold("SN-0002"));
        plant.run(&boss, "unit.release", release("SN-0002"));
        track_out(plant, "ST-SPI-01", "SN-0002", "FAIL");
        assert_eq!(place(plant, "SN-0002"), "OUT_FAILED 20", "a hold that ended inside leaves no trace on the way");
        plant.run(&boss, "unit.hold", hold("SN-0002"));
        plant.run(&boss, "unit.release", release("SN-0002"));
        assert_eq!(place(plant, "SN-0002"), "OUT_FAILED 20");

        for station in ["ST-PRINT-01", "ST-SPI-01", "ST-AOI-01"] {
            track_in(plant, station, "SN-0003");
            track_out(plant, station, "SN-0003", "PASS");
        }
        plant.run(&boss, "unit.hold", hold("SN-0003"));
        assert_eq!(place(plant, "SN-0003"), "ON_HOLD");
        plant.run(&boss, "unit.release", release("SN-0003"));
        assert_eq!(place(plant, "SN-0003"), "DONE");
        stage(plant, sql!("update run set status = 'COMPLETED'"));
        assert_eq!(plant.code(&boss, "unit.hold", hold("SN-0003")), ("INVALID_RUN_STATUS", 409));
        assert_eq!(plant.code(&boss, "unit.hold", hold("NOBODY")), ("UNIT_NOT_FOUND", 404));
        stage(plant, sql!("update run set status = 'IN_PROGRESS'"));
    });
}

#[test]
fn r_core_135_a_held_unit_is_told_done_or_failed_when_it_gets_there_and_once() {
    story(Tiny { steps: vec![step(10, "PRINT")], ..Tiny::default() }, |plant| {
        let boss = plant.boss();
        let hold = |sn: &str| json!({ "sn": sn, "reason": "scratched" });
        let told = |name: &str| events(plant).iter().filter(|e| *e == name).count();
        for (sn, result, fact) in [("SN-0001", "PASS", "UNIT_DONE"), ("SN-0002", "FAIL", "UNIT_FAILED")] {
            track_in(plant, "ST-PRINT-01", sn);
            plant.run(&boss, "unit.hold", hold(sn));
            assert_eq!(track_out(plant, "ST-PRINT-01", sn, result)["status"], "ON_HOLD");
            assert_eq!(told(fact), 0, "it is held, not there");
            plant.run(&boss, "unit.release", hold(sn));
            assert_eq!(told(fact), 1);
            let fact_of = last_event(plant, fact);
            assert_eq!((&fact_of["sn"], &fact_of["stationCode"]), (&json!(sn), &json!("ST-PRINT-01")));
            std::thread::sleep(std::time::Duration::from_millis(2));
            plant.run(&boss, "unit.hold", hold(sn));
            plant.run(&boss, "unit.release", hold(sn));
            assert_eq!(told(fact), 1, "it was there before this hold");
        }
    });
}

#[test]
fn r_core_009_the_units_of_a_run_are_listed_by_state_and_station() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        track_in(plant, "ST-PRINT-01", "SN-0002");
        let list = |fields: Json| plant.ask(&boss, "run_units", fields)["items"].clone();
        assert_eq!(list(json!({ "runNo": "RUN-1" })).as_array().unwrap().len(), 3);
        let inside = list(json!({ "runNo": "RUN-1", "stationCode": "st-print-01" }));
        assert_eq!((inside.as_array().unwrap().len(), &inside[0]["sn"]), (1, &json!("SN-0002")));
        assert_eq!(list(json!({ "runNo": "RUN-1", "status": "QUEUED" })).as_array().unwrap().len(), 2);
        assert!(plant.try_ask(&boss, "run_units", json!({ "runNo": "NO" })).is_err());
        let view = unit(plant, "SN-0002");
        assert_eq!(
            (&view["openTrack"]["stationCode"], &view["nextStep"]["stepNo"]),
            (&json!("ST-PRINT-01"), &json!(20))
        );
        let ann = on_lines(plant, &["LINE-B"]);
        assert!(plant.try_ask(&ann, "run_units", json!({ "runNo": "RUN-1" })).is_err(), "out of scope is unknown");
    });
}

#[test]
fn r_scr_001_a_unit_says_what_is_next_and_who_can() {
    story(Tiny::default(), |plant| {
        let next = |sn: &str| {
            let guide = plant.ask(&plant.boss(), "unit.next_actions", json!({ "sn": sn }));
            (
                guide["steps"][0]["key"].clone(),
                guide["steps"][0]["status"].clone(),
                guide["steps"][0]["actions"][0].clone(),
            )
        };
        let (key, status, action) = next("SN-0001");
        assert_eq!((key, status), (json!("track_in"), json!("CURRENT")));
        assert_eq!((&action["command"], &action["allowed"]), (&json!("unit.track_in"), &json!(true)));
        assert!(action["actorRoles"].as_array().unwrap().contains(&json!("operator")));
        track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(next("SN-0001").0, "track_out");
        let guide = plant.ask(&plant.boss(), "unit.next_actions", json!({ "sn": "SN-0001" }));
        let offered: Vec<&str> =
            guide["steps"][0]["actions"].as_array().unwrap().iter().map(|a| a["command"].as_str().unwrap()).collect();
        assert_eq!(offered, ["unit.track_out", "unit.track_in_cancel", "unit.hold"]);
        let reader = plant.someone(&[Permit::ExecRead]);
        let guide = plant.ask(&reader, "unit.next_actions", json!({ "sn": "SN-0001" }));
        let out = &guide["steps"][0]["actions"][0];
        assert_eq!((&out["allowed"], &out["reasonCode"]), (&json!(false), &json!("FORBIDDEN")));
        stage(plant, sql!("update run set status = 'COMPLETED'"));
        assert_eq!(next("SN-0001").2["reasonCode"], "RUN_NOT_AUTHORIZED", "the guards of coming out are asked");
        stage(plant, sql!("update run set status = 'IN_PROGRESS'"));
        track_out(plant, "ST-PRINT-01", "SN-0001", "FAIL");
        assert_eq!((next("SN-0001").0, next("SN-0001").1), (json!("disposition"), json!("FAILED")));
        stage(plant, sql!("update run set status = 'ON_HOLD', previous_status = 'IN_PROGRESS'"));
        let (_, status, action) = next("SN-0002");
        assert_eq!((status, &action["reasonCode"]), (json!("BLOCKED"), &json!("RUN_ON_HOLD")));
    });
}

#[test]
fn r_core_139_the_queue_shows_what_is_inside_what_waits_and_what_is_stuck() {
    story(Tiny { units: 7, ..Tiny::default() }, |plant| {
        let boss = plant.boss();
        let more = Tiny { units: 2, ..Tiny::default() };
        more.another(&plant.engine, "RUN-2", "LINE-A", "TWO-").unwrap();
        Tiny { units: 4, ..Tiny::default() }.another(&plant.engine, "RUN-B", "LINE-B", "B-").unwrap();
        let queue = |fields: Json| plant.ask(&boss, "station.queue", fields);
        let sns = |answer: &Json| -> Vec<String> {
            answer["queue"].as_array().unwrap().iter().map(|u| u["sn"].as_str().unwrap().to_string()).collect()
        };
        let waiting = queue(json!({ "stationCode": "ST-PRINT-01" }));
        assert_eq!(waiting["counts"], json!({ "inStation": 0, "waiting": 9, "blocked": 0 }), "line B waits elsewhere");
        assert_eq!(sns(&waiting).len(), 9);
        track_in(plant, "ST-PRINT-01", "SN-0001");
        track_in(plant, "ST-PRINT-01", "SN-0002");
        track_out(plant, "ST-PRINT-01", "SN-0002", "FAIL");
        plant.run(&boss, "unit.hold", json!({ "sn": "SN-0003", "reason": "x" }));
        let inside = queue(json!({ "stationCode": "ST-PRINT-01", "view": "inStation" }));
        assert_eq!(inside["counts"], json!({ "inStation": 1, "waiting": 6, "blocked": 2 }));
        assert_eq!(sns(&inside), ["SN-0001"]);
        assert_eq!(
            (&inside["queue"][0]["currentStepNo"], &inside["queue"][0]["trackId"]),
            (&json!(10), &json!("SN-0001#1"))
        );
        let blocked = queue(json!({ "stationCode": "ST-PRINT-01", "view": "blocked" }));
        assert_eq!(sns(&blocked), ["SN-0003", "SN-0002"]);
        let why = |row: usize| blocked["queue"][row]["blockers"][0].clone();
        assert_eq!((&why(0)["code"], &why(0)["params"]["reason"]), (&json!("UNIT_ON_HOLD"), &json!("x")));
        assert_eq!((&why(1)["code"], &why(1)["params"]["at"]), (&json!("UNIT_OUT_FAILED"), &json!("ST-PRINT-01")));
        let runs = &blocked["runs"];
        assert_eq!((&runs[0]["runNo"], &runs[0]["stepNo"]), (&json!("RUN-1"), &json!(10)), "{runs}");
        assert_eq!((&runs[0]["done"], &runs[0]["planQty"]), (&json!(0), &json!(10)), "none is through the step");

        let mut seen = Vec::new();
        let mut cursor = Json::Null;
        loop {
            let mut fields = json!({ "stationCode": "ST-PRINT-01", "limit": 2 });
            if !cursor.is_null() {
                fields["cursor"] = cursor.clone();
            }
            let page = queue(fields);
            seen.extend(sns(&page));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(
            seen,
            ["SN-0004", "SN-0005", "SN-0006", "SN-0007", "TWO-0001", "TWO-0002"],
            "pages over runs, none twice"
        );
        assert_eq!(sns(&queue(json!({ "stationCode": "ST-PRINT-01", "sn": "TWO-" }))), ["TWO-0001", "TWO-0002"]);
        assert_eq!(sns(&queue(json!({ "stationCode": "ST-PRINT-01", "runNo": "RUN-2" }))).len(), 2);
        assert!(plant.try_ask(&boss, "station.queue", json!({ "stationCode": "NO" })).is_err());
        track_in(plant, "ST-PRINT-01", "SN-0004");
        track_out(plant, "ST-PRINT-01", "SN-0004", "PASS");
        assert_eq!(sns(&queue(json!({ "stationCode": "ST-SPI-02" }))), ["SN-0004"]);
        track_in(plant, "ST-PRINT-01", "TWO-0001");
        let mine = queue(json!({ "stationCode": "ST-PRINT-01", "view": "inStation", "runNo": "run-2", "limit": 1 }));
        assert_eq!((sns(&mine), &mine["counts"]["inStation"]), (vec!["TWO-0001".to_string()], &json!(1)));
        assert_eq!(mine["nextCursor"], json!(null), "the boards of other runs are not counted and not paged over");
        stage(plant, sql!("update run set status = 'ON_HOLD' where run_no = 'RUN-1'"));
        let held = queue(json!({ "stationCode": "ST-SPI-02" }));
        assert_eq!(held["queue"][0]["blockers"][0]["code"], "RUN_ON_HOLD");
        assert_eq!(sns(&queue(json!({ "stationCode": "ST-ANY-01", "view": "waiting" }))), Vec::<String>::new());
    });
}

#[test]
fn r_core_006_the_queue_of_a_station_without_a_line_shows_the_boards_of_ones_own_lines() {
    let aoi = || Tiny { units: 1, steps: vec![work::testing::step(30, "AOI")], ..Tiny::default() };
    story(aoi(), |plant| {
        aoi().another(&plant.engine, "RUN-B", "LINE-B", "B-").unwrap();
        track_in(plant, "ST-ANY-01", "SN-0001");
        track_in(plant, "ST-ANY-01", "B-0001");
        let ann = on_lines(plant, &["LINE-A"]);
        let queue = plant.ask(&ann, "station.queue", json!({ "stationCode": "ST-ANY-01", "view": "inStation" }));
        assert_eq!((&queue["counts"]["inStation"], &queue["queue"][0]["sn"]), (&json!(1), &json!("SN-0001")));
        assert_eq!(queue["queue"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn r_plat_040_whoever_works_at_a_station_without_a_line_sees_the_boards_that_come_to_it() {
    let steps = vec![work::testing::step(30, "AOI")];
    story(Tiny { units: 2, steps, ..Tiny::default() }, |plant| {
        let bob = at_stations(plant, &["ST-ANY-01"]);
        let waiting = plant.ask(&bob, "station.queue", json!({ "stationCode": "ST-ANY-01" }));
        assert_eq!((&waiting["counts"]["waiting"], &waiting["queue"][1]["sn"]), (&json!(2), &json!("SN-0002")));
        let here = json!({ "stationCode": "ST-ANY-01", "sn": "SN-0001" });
        assert_eq!(plant.ask(&bob, "station.resolve_unit", here.clone())["action"], "IN");
        plant.run(&bob, "unit.track_in", here.clone());
        let inside = plant.ask(&bob, "station.queue", json!({ "stationCode": "ST-ANY-01", "view": "inStation" }));
        assert_eq!((&inside["counts"]["inStation"], &inside["queue"][0]["sn"]), (&json!(1), &json!("SN-0001")));
        assert_eq!(plant.ask(&bob, "station.unit_data_specs", here)["specs"], json!([]));
        let elsewhere = json!({ "stationCode": "ST-AOI-01", "sn": "SN-0002" });
        assert!(plant.try_ask(&bob, "station.resolve_unit", elsewhere.clone()).is_err());
        assert_eq!(plant.code(&bob, "unit.track_in", elsewhere), ("STATION_FORBIDDEN", 403));
        assert!(plant.try_ask(&bob, "station.resolve_unit", json!({ "sn": "SN-0002" })).is_err(), "without a station");
    });
}

#[test]
fn r_plat_054_what_was_done_is_found_under_the_number_of_the_run_however_it_was_typed() {
    story(empty(), |plant| {
        let boss = plant.boss();
        plant.run(&boss, "unit.generate", json!({ "runNo": "run-1", "quantity": 1 }));
        plant.run(&boss, "run.hold", json!({ "runNo": "run-1", "reason": "smoke" }));
        plant.run(&boss, "run.resume", json!({ "runNo": "Run-1", "reason": "aired" }));
        plant.run(&boss, "unit.delete_all", json!({ "runNo": "run-1" }));
        plant.run(&boss, "run.authorize", json!({ "runNo": "run-1", "action": "REVOKE", "reason": "no" }));
        plant.run(&boss, "run.plan", json!({ "runNo": "run-1", "reason": "no" }));
        plant.run(&boss, "run.cancel", json!({ "runNo": "run-1" }));
        plant.run(&boss, "work_order.cancel", json!({ "woNo": "wo-1" }));
        let filed =
            rows(plant, sql!("select distinct entity_key from audit where entity_key <> '' order by entity_key"));
        assert_eq!(format!("{filed:?}"), r#"[[Text("RUN-1")], [Text("WO-1")]]"#);
        let odd =
            sql!("select cast(count(*) as bigint) from event where subject not in ('run:RUN-1', 'work_order:WO-1')");
        assert_eq!(number(plant, odd), 0);
    });
}

#[test]
fn r_scr_041_044_a_scan_says_what_it_would_do_before_it_does() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        let resolve = |station: &str| {
            plant.ask(&boss, "station.resolve_unit", json!({ "sn": "SN-0001", "stationCode": station }))
        };
        let here = resolve("ST-PRINT-01");
        assert_eq!((&here["action"], &here["blockers"]), (&json!("IN"), &json!([])));
        assert_eq!((&here["currentStep"]["stepNo"], &here["nextStep"]["stepNo"]), (&json!(10), &json!(20)));
        assert_eq!(here["eligibleStations"], json!(["ST-PRINT-01"]));
        let wrong = resolve("ST-SPI-01");
        assert_eq!((&wrong["action"], &wrong["blockers"][0]["code"]), (&json!("NONE"), &json!("STATION_MISMATCH")));
        let text = wrong["blockers"][0]["detail"].as_str().unwrap();
        assert!(text.contains("10 PRINT → ST-PRINT-01"), "{text}");
        assert!(events(plant).is_empty(), "asking changes nothing");
        track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(resolve("ST-PRINT-01")["action"], "REPEAT");
        window(plant, 0);
        let inside = resolve("ST-PRINT-01");
        assert_eq!((&inside["action"], &inside["stationCode"]), (&json!("OUT"), &json!("ST-PRINT-01")));
        let elsewhere = resolve("ST-SPI-01");
        assert_eq!(elsewhere["blockers"][0]["code"], "UNIT_ALREADY_IN_STATION");
        let nowhere = plant.ask(&boss, "station.resolve_unit", json!({ "sn": "SN-0001" }));
        assert_eq!((&nowhere["action"], &nowhere["stationCode"]), (&json!("NONE"), &json!("ST-PRINT-01")));
        assert!(plant.try_ask(&boss, "station.resolve_unit", json!({ "sn": "NOBODY" })).is_err());
    });
}

#[test]
fn r_core_017_ten_thousand_units_are_generated_and_listed_at_once() {
    story(Tiny { units: 0, plan_qty: 10_000, ..Tiny::default() }, |plant| {
        let boss = plant.boss();
        let made = plant.run(&boss, "unit.generate", json!({ "runNo": "RUN-1", "quantity": 10_000 }));
        assert_eq!(made["generated"], 10_000);
        let queue = plant.ask(&boss, "station.queue", json!({ "stationCode": "ST-PRINT-01", "limit": 200 }));
        assert_eq!((&queue["counts"]["waiting"], queue["queue"].as_array().unwrap().len()), (&json!(10_000), 200));
        let page = plant.ask(&boss, "run_units", json!({ "runNo": "RUN-1", "limit": 200 }));
        assert_eq!(page["items"][199]["sn"], "SN-RUN-1-0200");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from barcode where kind = 'UNIT'")), 10_000);
    });
}
