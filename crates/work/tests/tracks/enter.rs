//! Boards go in.

use super::*;

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
