//! Going in and out: the path, each refusal in the order a person meets it, twice, undone.

mod common;

use common::*;
use engine::testing::{Plant, on_both};
use engine::{Cx, Permit, Registry, Verdict, sql};
use kernel::Result;
use plant::route::UnitCreation;
use serde_json::json;
use work::run::RunStatus;
use work::testing::{Tiny, spec, step};
use work::track::at_hand::RunHead;
use work::track::enter::Entry;
use work::track::leave::Exit;

fn story(tiny: Tiny, tell: impl Fn(&Plant)) {
    on_both(wire, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        tell(plant);
        counters_hold(plant);
    });
}

#[test]
fn r_core_130_a_board_goes_in_and_the_run_begins() {
    story(Tiny::default(), |plant| {
        let answer = track_in(plant, "st-print-01", "SN-0001");
        assert_eq!(answer["status"], "IN_STATION");
        assert_eq!((&answer["runNo"], &answer["stepNo"]), (&json!("RUN-1"), &json!(10)));
        assert_eq!(answer["trackId"], "SN-0001#1");
        assert_eq!((&answer["duplicate"], &answer["executionMode"]), (&json!(false), &json!("NORMAL")));
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from run where status = 'IN_PROGRESS'")), 1);
        assert_eq!(events(plant), ["RUN_STARTED", "TRACK_IN"]);
        let told = last_event(plant, "TRACK_IN");
        assert_eq!(told["stationCode"], "ST-PRINT-01");
        assert_eq!(told["trackId"], "SN-0001#1");
        track_in(plant, "ST-PRINT-01", "SN-0002");
        assert_eq!(events(plant).len(), 3, "a run begins once");
    });
}

#[test]
fn r_core_131_a_board_goes_out_through_all_steps_and_is_done() {
    story(Tiny::default(), |plant| {
        for (station, step, next) in [("ST-PRINT-01", 10, 20), ("ST-SPI-02", 20, 30)] {
            track_in(plant, station, "SN-0001");
            let out = track_out(plant, station, "SN-0001", "PASS");
            assert_eq!((&out["result"], &out["stepNo"]), (&json!("PASS"), &json!(step)));
            assert_eq!(out["nextStep"]["stepNo"], next);
            assert_eq!(out["status"], "QUEUED");
        }
        let stations = unit(plant, "SN-0001")["currentStep"]["eligibleStations"].clone();
        assert_eq!(stations, json!(["ST-ANY-01", "ST-AOI-01"]), "a station without a line serves any");
        track_in(plant, "ST-ANY-01", "SN-0001");
        let out = track_out(plant, "ST-ANY-01", "SN-0001", "PASS");
        assert_eq!((&out["status"], &out["nextStep"]), (&json!("DONE"), &json!(null)));
        assert_eq!(events(plant).last().unwrap(), "UNIT_DONE");
        assert_eq!(refused_in(plant, "ST-AOI-01", "SN-0001"), ("UNIT_ALREADY_DONE", 409));
    });
}

#[test]
fn r_core_003_an_unknown_serial_changes_nothing() {
    story(Tiny::default(), |plant| {
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-NOBODY"), ("UNIT_NOT_FOUND", 404));
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from run where status = 'AUTHORIZED'")), 1);
        assert!(events(plant).is_empty());
    });
}

#[test]
fn r_core_130_guards_in_the_order_a_person_meets_them() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        let ask = |fields: serde_json::Value| plant.code(&boss, "unit.track_in", fields);
        let at = |station: &str| json!({ "stationCode": station, "sn": "SN-0001" });
        assert_eq!(ask(at("ST-NONE")), ("STATION_NOT_FOUND", 404));
        stage(plant, sql!("update station set is_active = 0 where code = 'ST-SPI-01'"));
        assert_eq!(ask(at("ST-SPI-01")), ("STATION_INACTIVE", 409));
        let named = |run: &str| json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "runNo": run });
        assert_eq!(ask(named("RUN-9")), ("RUN_NOT_FOUND", 404));
        assert_eq!(ask(at("ST-SPI-B1")), ("STATION_LINE_MISMATCH", 422));
        stage(plant, sql!("update run set status = 'ON_HOLD'"));
        assert_eq!(ask(at("ST-PRINT-01")), ("RUN_ON_HOLD", 409));
        stage(plant, sql!("update run set status = 'PREP'"));
        assert_eq!(ask(at("ST-PRINT-01")), ("RUN_NOT_AUTHORIZED", 409));
        stage(plant, sql!("update run set status = 'COMPLETED'"));
        assert_eq!(ask(at("ST-PRINT-01")), ("RUN_CLOSED", 409));
        stage(plant, sql!("update run set status = 'AUTHORIZED'"));
        let order = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "woNo": "WO-2" });
        assert_eq!(ask(order), ("RUN_WORK_ORDER_MISMATCH", 422));
        let other = Tiny { units: 1, ..Tiny::default() };
        other.another(&plant.engine, "RUN-2", "LINE-A", "OTHER-").unwrap();
        assert_eq!(ask(named("RUN-2")), ("UNIT_RUN_MISMATCH", 422));
        assert_eq!(ask(json!({ "stationCode": "ST-PRINT-01", "sn": "X", "runNo": "RUN-1" })), ("UNIT_NOT_FOUND", 404));
        let mismatch = plant.refuse(&boss, "unit.track_in", at("ST-SPI-02"));
        assert_eq!((mismatch.def.code, mismatch.kind.status()), ("STATION_MISMATCH", 422));
        assert_eq!(mismatch.params["stations"], json!(["ST-PRINT-01"]), "the right ones are named");
        assert_eq!(mismatch.params["step"]["stepNo"], 10);
        stage(plant, sql!("update unit set run_id = null where sn = 'OTHER-0001'"));
        let lost = json!({ "stationCode": "ST-PRINT-01", "sn": "OTHER-0001" });
        assert_eq!(ask(lost), ("UNIT_NO_RUN", 409));
        stage(
            plant,
            sql!("update unit set run_id = (select id from run where run_no = 'RUN-2') where sn = 'OTHER-0001'"),
        );
        stage(plant, sql!("update unit set step_no = 15 where sn = 'SN-0003'"));
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0003"), ("STEP_MISMATCH", 409));
        stage(plant, sql!("update unit set step_no = 10 where sn = 'SN-0003'"));
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let blockers = plant.blockers(&boss, "unit.track_in", at("ST-SPI-02"));
        assert_eq!(blockers, ["UNIT_ALREADY_IN_STATION", "STATION_MISMATCH"], "asked for all, all are named");
    });
}

#[test]
fn r_core_008_an_unknown_result_is_malformed() {
    story(Tiny::default(), |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let fields = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "result": "fail" });
        assert_eq!(plant.code(&plant.boss(), "unit.track_out", fields), ("VALIDATION_FAILED", 400));
        assert_eq!(place(plant, "SN-0001"), "IN_STATION 10");
    });
}

#[test]
fn r_core_006_scope_binds_stations_and_units() {
    story(Tiny::default(), |plant| {
        let ann = on_lines(plant, &["LINE-B"]);
        let at = |station: &str| json!({ "stationCode": station, "sn": "SN-0001" });
        assert_eq!(plant.code(&ann, "unit.track_in", at("ST-PRINT-01")), ("STATION_FORBIDDEN", 403));
        assert_eq!(
            plant.code(&ann, "unit.track_in", at("ST-ANY-01")),
            ("STATION_FORBIDDEN", 403),
            "the run is of line A"
        );
        assert_eq!(plant.code(&ann, "unit.hold", json!({ "sn": "SN-0001", "reason": "x" })), ("LINE_FORBIDDEN", 403));
        assert!(plant.try_ask(&ann, "unit.get", json!({ "sn": "SN-0001" })).is_err());
        assert!(plant.try_ask(&ann, "station.queue", json!({ "stationCode": "ST-PRINT-01" })).is_err());
        let ann = on_lines(plant, &["LINE-A"]);
        plant.run(&ann, "unit.track_in", at("ST-PRINT-01"));
        let nobody = plant.someone(&[Permit::ExecRead]);
        assert_eq!(plant.code(&nobody, "unit.track_in", at("ST-PRINT-01")), ("FORBIDDEN", 403));
    });
}

#[test]
fn r_core_133_the_same_scan_within_the_window_is_a_repeat() {
    story(Tiny::default(), |plant| {
        let first = track_in(plant, "ST-PRINT-01", "SN-0001");
        let again = track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!((&again["duplicate"], &again["trackId"]), (&json!(true), &first["trackId"]));
        assert_eq!(again["inAt"], first["inAt"]);
        assert_eq!(events(plant), ["RUN_STARTED", "TRACK_IN"], "a repeat tells nothing");
        window(plant, 0);
        let late =
            plant.refuse(&plant.boss(), "unit.track_in", json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001" }));
        assert_eq!(late.def.code, "UNIT_ALREADY_IN_STATION");
        assert_eq!((&late.params["station"], &late.params["since"]), (&json!("ST-PRINT-01"), &first["inAt"]));
    });
}

#[test]
fn r_core_134_the_same_exit_within_the_window_gives_the_first_answer() {
    story(Tiny::default(), |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let first = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        let again = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        assert_eq!(again["duplicate"], true);
        for field in ["result", "stepNo", "nextStep", "trackId", "resultReasons"] {
            assert_eq!(again[field], first[field], "{field}");
        }
        let other = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "result": "FAIL" });
        assert_eq!(plant.code(&plant.boss(), "unit.track_out", other), ("TRACK_ALREADY_CLOSED", 409));
        track_in(plant, "ST-SPI-01", "SN-0001");
        let again = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        assert_eq!(again["duplicate"], true, "also when the board has gone on meanwhile");
        window(plant, 0);
        let elsewhere = plant.refuse(
            &plant.boss(),
            "unit.track_out",
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "result": "PASS" }),
        );
        assert_eq!(elsewhere.def.code, "TRACK_AT_OTHER_STATION");
        assert_eq!(elsewhere.params["stations"], json!(["ST-SPI-01"]));
        let nowhere = plant.refuse(
            &plant.boss(),
            "unit.track_out",
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0002", "result": "PASS" }),
        );
        assert_eq!((nowhere.def.code, &nowhere.params["lastStation"]), ("UNIT_NOT_IN_STATION", &json!(null)));
    });
}

#[test]
fn r_core_135_a_failed_board_waits_with_its_defects() {
    story(Tiny::default(), |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let out = plant.run(
            &plant.boss(),
            "unit.track_out",
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "result": "FAIL", "operatorId": "B-7",
                "defectCode": "BRIDGE", "defectLocation": "U3", "defects": [{ "code": "TOMB", "location": "R12", "qty": 2 }] }),
        );
        assert_eq!((&out["status"], &out["result"]), (&json!("OUT_FAILED"), &json!("FAIL")));
        assert_eq!(out["resultReasons"][0]["code"], "REQUESTED");
        assert_eq!(out["nextStep"], json!(null));
        let told = last_event(plant, "TRACK_OUT");
        assert_eq!(told["defects"][1]["code"], "TOMB");
        let again = track_out(plant, "ST-PRINT-01", "SN-0001", "FAIL");
        assert_eq!(
            (&again["duplicate"], &again["defects"]),
            (&json!(true), &out["defects"]),
            "R-CORE-134: the first answer, with its defects"
        );
        assert_eq!(events(plant).last().unwrap(), "UNIT_FAILED");
        let refusal =
            plant.refuse(&plant.boss(), "unit.track_in", json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001" }));
        assert_eq!((refusal.def.code, &refusal.params["defectCode"]), ("UNIT_OUT_FAILED", &json!("BRIDGE")));
        track_in(plant, "ST-PRINT-01", "SN-0002");
        let out = track_out(plant, "ST-PRINT-01", "SN-0002", "FAIL");
        assert_eq!(out["defects"], json!([{ "code": "STATION_FAIL", "qty": 1 }]));
        track_in(plant, "ST-PRINT-01", "SN-0003");
        let odd =
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0003", "result": "PASS", "defects": [{ "code": "X" }] });
        assert_eq!(
            plant.code(&plant.boss(), "unit.track_out", odd).0,
            "VALIDATION_FAILED",
            "a good board has no defects"
        );
    });
}

#[test]
fn r_core_138_a_cancelled_track_in_is_void_and_stays_in_the_trace() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        let cancel = |station: &str| json!({ "stationCode": station, "sn": "SN-0001", "reason": "wrong board" });
        assert_eq!(plant.code(&boss, "unit.track_in_cancel", cancel("ST-PRINT-01")), ("UNIT_NOT_IN_STATION", 409));
        track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(plant.code(&boss, "unit.track_in_cancel", cancel("ST-SPI-01")), ("TRACK_AT_OTHER_STATION", 409));
        let done = plant.run(&boss, "unit.track_in_cancel", cancel("ST-PRINT-01"));
        assert_eq!((&done["status"], &done["trackId"]), (&json!("QUEUED"), &json!("SN-0001#1")));
        assert_eq!(last_event(plant, "TRACK_VOIDED")["reason"], "wrong board");
        assert_eq!(plant.code(&boss, "unit.track_in_cancel", cancel("ST-PRINT-01")), ("UNIT_NOT_IN_STATION", 409));
        let again = track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(
            (&again["trackId"], &again["attempt"]),
            (&json!("SN-0001#2"), &json!(1)),
            "a void attempt does not count"
        );
    });
}

#[test]
fn r_core_105_on_a_held_run_open_tracks_close_and_nothing_starts() {
    story(Tiny::default(), |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0001");
        stage(plant, sql!("update run set status = 'ON_HOLD', previous_status = 'IN_PROGRESS'"));
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0002"), ("RUN_ON_HOLD", 409));
        assert_eq!(track_out(plant, "ST-PRINT-01", "SN-0001", "PASS")["status"], "QUEUED");
        assert_eq!(refused_in(plant, "ST-SPI-01", "SN-0001"), ("RUN_ON_HOLD", 409));
    });
}

#[test]
fn r_core_117_an_unknown_serial_is_created_at_the_first_step_of_a_run_that_says_so() {
    let tiny = Tiny { unit_creation: UnitCreation::OnFirstScan, units: 0, plan_qty: 2, ..Tiny::default() };
    story(tiny, |plant| {
        let boss = plant.boss();
        let scan = |station: &str, sn: &str| json!({ "stationCode": station, "sn": sn, "runNo": "RUN-1" });
        assert_eq!(plant.code(&boss, "unit.track_in", scan("ST-SPI-01", "NEW-1")), ("UNIT_NOT_FOUND", 404));
        let unnamed = json!({ "stationCode": "ST-PRINT-01", "sn": "NEW-1" });
        assert_eq!(plant.code(&boss, "unit.track_in", unnamed), ("UNIT_NOT_FOUND", 404));
        assert_eq!(plant.run(&boss, "unit.track_in", scan("ST-PRINT-01", "NEW-1"))["trackId"], "NEW-1#1");
        assert_eq!(events(plant), ["RUN_STARTED", "UNITS_CREATED", "TRACK_IN"]);
        plant.run(&boss, "unit.track_in", scan("ST-PRINT-01", "NEW-2"));
        assert_eq!(plant.code(&boss, "unit.track_in", scan("ST-PRINT-01", "NEW-3")), ("RUN_PLAN_QTY_EXCEEDED", 409));
        let barcodes = sql!("select cast(count(*) as bigint) from barcode where kind = 'UNIT'");
        assert_eq!(number(plant, barcodes), 2);
    });
    let tiny = Tiny { unit_creation: UnitCreation::OnFirstScan, units: 0, ..Tiny::default() };
    story(tiny, |plant| {
        stage(plant, sql!("insert into barcode (text, kind, ref_id) values ('PNL-1', 'PANEL', 1)"));
        let panel = json!({ "stationCode": "ST-PRINT-01", "sn": "PNL-1", "runNo": "RUN-1" });
        assert_eq!(
            plant.code(&plant.boss(), "unit.track_in", panel),
            ("SN_DUPLICATE", 409),
            "one barcode never means two things"
        );
    });
}

#[test]
fn r_core_130_a_scan_by_hand_says_so_at_every_kind_of_station() {
    let auto = work::testing::Tiny {
        steps: vec![plant::snapshot::Step { station_type: plant::StationType::Auto, ..step(10, "PRINT") }],
        ..Tiny::default()
    };
    story(auto, |plant| {
        stage(plant, sql!("update station set station_type = 'AUTO' where code = 'ST-PRINT-01'"));
        track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(last_event(plant, "TRACK_IN")["source"], "MANUAL");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from track where source = 'MANUAL'")), 1);
    });
}

#[test]
fn r_core_130_a_full_station_takes_nobody() {
    story(Tiny::default(), |plant| {
        stage(plant, sql!("update station set capacity = 2 where code = 'ST-PRINT-01'"));
        track_in(plant, "ST-PRINT-01", "SN-0001");
        track_in(plant, "ST-PRINT-01", "SN-0002");
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0003"), ("STATION_CAPACITY_REACHED", 409));
        track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        track_in(plant, "ST-PRINT-01", "SN-0003");
    });
}

#[test]
fn r_core_017_odd_serials_go_through_intact() {
    let odd = ["板-001é", "🧩🛠️-7", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}-1", "a/b%2Fc", "#1#2"];
    story(Tiny { units: 0, ..Tiny::default() }, |plant| {
        let boss = plant.boss();
        let long = "漢".repeat(128);
        let sns: Vec<&str> = odd.iter().copied().chain([long.as_str()]).collect();
        plant.run(&boss, "unit.import", json!({ "runNo": "RUN-1", "sns": sns }));
        for sn in &sns {
            let scanned = format!(" {sn}\r\n");
            let answer = track_in(plant, "ST-PRINT-01", &scanned);
            assert_eq!(answer["sn"], *sn, "a trailing line end is trimmed");
            assert_eq!(answer["trackId"], format!("{sn}#1"));
            track_out(plant, "ST-PRINT-01", sn, "PASS");
            assert_eq!(unit(plant, sn)["sn"], *sn);
        }
        let case = json!({ "stationCode": "ST-SPI-01", "sn": "A/B%2Fc" });
        assert_eq!(plant.code(&boss, "unit.track_in", case), ("UNIT_NOT_FOUND", 404), "serials tell cases apart");
    });
}

fn no_equipment(_: &Cx<'_>, bench: &plant::station::Bench) -> Result<Verdict> {
    let is_down = bench.code.as_str() == "ST-SPI-02";
    Ok(if is_down { Verdict::no(work::run::RUN_ON_HOLD.with("run", "equipment")) } else { Verdict::yes() })
}

fn trial(_: &Cx<'_>, _: &RunHead) -> Result<Verdict> {
    Ok(Verdict { refusals: vec![], evidence: vec![json!({ "faiNo": "FAI-1" })] })
}

fn trial_step(_: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    let first = entry.step().step_no == 10;
    Ok(if first { Verdict::yes() } else { Verdict::no(work::run::RUN_CLOSED.with("run", "trial")) })
}

fn hooks_in(_: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    let stop = entry.sn.as_str() == "SN-0003";
    Ok(if stop { Verdict::no(work::unit::UNIT_NO_RUN.with("sn", &entry.sn)) } else { Verdict::yes() })
}

fn inspection(_: &Cx<'_>, exit: &Exit) -> Result<Verdict> {
    let found = json!({ "source": "AOI", "defects": [{ "code": "AOI_FAIL", "location": "U1" }] });
    let evidence = if exit.step().step_no == 10 { vec![found] } else { vec![] };
    Ok(Verdict { refusals: vec![], evidence })
}

fn hooks_out(_: &Cx<'_>, exit: &Exit) -> Result<Verdict> {
    let stop = exit.unit.sn.as_str() == "SN-0002";
    Ok(if stop { Verdict::no(work::unit::UNIT_NOT_HELD.with("sn", &exit.unit.sn)) } else { Verdict::yes() })
}

fn with_gates(registry: &mut Registry) {
    work::register(registry);
    registry.gate(&work::track::TRACK_IN_EQUIPMENT, "test", no_equipment);
    registry.gate(&work::track::TRACK_IN_TRIAL, "test", trial);
    registry.gate(&work::track::TRACK_IN_TRIAL_STEP, "test", trial_step);
    registry.gate(&work::track::TRACK_IN_HOOKS, "test", hooks_in);
    registry.gate(&work::track::TRACK_OUT_VERDICT, "test", inspection);
    registry.gate(&work::track::TRACK_OUT_HOOKS, "test", hooks_out);
}

#[test]
fn r_core_065_a_step_that_asks_for_no_authorization_needs_an_authorized_run_all_the_same() {
    let mut print = step(10, "PRINT");
    print.requires_authorization = false;
    story(Tiny { steps: vec![print], status: RunStatus::Prep, ..Tiny::default() }, |plant| {
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0001"), ("RUN_NOT_AUTHORIZED", 409));
    });
}

#[test]
fn r_core_023_130_131_other_slices_say_no_at_their_places() {
    on_both(with_gates, |plant| {
        Tiny { status: RunStatus::Prep, ..Tiny::default() }.build(&plant.engine).unwrap();
        assert_eq!(
            refused_in(plant, "ST-SPI-02", "SN-0001").0,
            "RUN_ON_HOLD",
            "guards 4 and 5: equipment, before all else"
        );
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0003").0, "UNIT_NO_RUN", "guard 19");
        let tried = track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(tried["executionMode"], "FAI_TRIAL");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from run where status = 'PREP'")), 1);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from track where fai_no = 'FAI-1'")), 1);
        let out = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        assert_eq!((&out["result"], &out["inspectionOverride"]), (&json!("FAIL"), &json!(true)), "AOI FAIL beats PASS");
        assert_eq!((&out["status"], &out["defects"][0]["code"]), (&json!("OUT_FAILED"), &json!("AOI_FAIL")));
        assert_eq!(out["resultReasons"][0]["name"], "AOI");
        track_in(plant, "ST-PRINT-01", "SN-0002");
        assert_eq!(refused_out(plant, "ST-PRINT-01", "SN-0002").0, "UNIT_NOT_HELD", "guard 11");
        stage(plant, sql!("update unit set step_no = 20 where sn = 'SN-0003'"));
        stage(plant, sql!("update run_step set qty_waiting = qty_waiting - 1 where step_no = 10"));
        stage(
            plant,
            sql!(
                "insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
            select id, 20, 1, 0, 0, 0, 0 from run"
            ),
        );
        assert_eq!(refused_in(plant, "ST-SPI-01", "SN-0003").0, "RUN_CLOSED", "guard 16: the step of the trial");
        counters_hold(plant);
    });
}

#[test]
fn r_core_131_required_values_and_their_judgement() {
    let mut print = step(10, "PRINT");
    print.data_specs = vec![spec("TEMP", 240.0, 250.0)];
    story(Tiny { steps: vec![print, step(20, "SPI")], ..Tiny::default() }, |plant| {
        let boss = plant.boss();
        for sn in ["SN-0001", "SN-0002", "SN-0003"] {
            track_in(plant, "ST-PRINT-01", sn);
        }
        let out = |sn: &str, result: &str, data: serde_json::Value| json!({ "stationCode": "ST-PRINT-01", "sn": sn, "result": result, "data": data });
        let missing = plant.refuse(&boss, "unit.track_out", out("SN-0001", "PASS", json!([])));
        assert_eq!((missing.def.code, missing.kind.status()), ("REQUIRED_DATA_MISSING", 422));
        assert_eq!(missing.params["names"], json!(["TEMP"]));
        assert_eq!(plant.run(&boss, "unit.track_out", out("SN-0001", "FAIL", json!([])))["result"], "FAIL");
        let value = |x: f64| json!([{ "specName": "TEMP", "valueNumber": x }]);
        let twice = json!([{ "specName": "TEMP", "valueNumber": 1 }, { "specName": "TEMP", "valueNumber": 2 }]);
        assert_eq!(plant.code(&boss, "unit.track_out", out("SN-0002", "PASS", twice)).0, "DATA_VALUE_DUPLICATE");
        let text = json!([{ "specName": "TEMP", "valueText": "hot" }]);
        assert_eq!(plant.code(&boss, "unit.track_out", out("SN-0002", "PASS", text)).0, "DATA_VALUE_INVALID");
        let unknown = json!([{ "specName": "NOPE", "valueNumber": 1 }]);
        assert_eq!(plant.code(&boss, "unit.track_out", out("SN-0002", "PASS", unknown)), ("DATA_SPEC_NOT_FOUND", 422));
        let passed = plant.run(&boss, "unit.track_out", out("SN-0002", "PASS", value(250.0)));
        assert_eq!(passed["result"], "PASS", "both ends belong to the good side");
        let failed = plant.run(&boss, "unit.track_out", out("SN-0003", "PASS", value(250.1)));
        assert_eq!((&failed["result"], &failed["resultReasons"][0]["code"]), (&json!("FAIL"), &json!("KEY_VALUE")));
        assert_eq!(last_event(plant, "DATA_RECORDED")["specs"][0]["judge"], "FAIL");
        let again = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0003" });
        let specs = plant.ask(&boss, "station.unit_data_specs", again);
        assert_eq!((&specs["specs"][0]["name"], &specs["specs"][0]["isRequired"]), (&json!("TEMP"), &json!(true)));
    });
}
