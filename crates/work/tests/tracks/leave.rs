//! Boards come out, or are taken back.

use super::*;

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
        for (lang, words) in
            [(engine::Lang::En, "no station has seen it yet"), (engine::Lang::Zh, "还没有到过任何工位")]
        {
            let said = engine::words::refusal(lang, &nowhere);
            assert!(said.contains(words) && !said.contains('–'), "{said}");
        }
    });
}

#[test]
fn r_core_131_where_and_how_it_failed_is_kept_without_a_code_too() {
    story(Tiny::default(), |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let out = |result: &str| {
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "result": result, "defectLocation": "R12",
                "defectRemark": "bridge" })
        };
        assert_eq!(plant.code(&plant.boss(), "unit.track_out", out("PASS")), ("VALIDATION_FAILED", 400));
        let failed = plant.run(&plant.boss(), "unit.track_out", out("FAIL"));
        let wanted = json!([{ "code": "STATION_FAIL", "location": "R12", "remark": "bridge", "qty": 1 }]);
        assert_eq!(failed["defects"], wanted);
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
        let filed = rows(plant, sql!("select diff from audit where action = 'UNIT_TRACK_OUT'"));
        assert!(format!("{filed:?}").contains("B-7"), "R-CORE-005: the badge stands beside the actor: {filed:?}");
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
