//! Boards at stations.

use super::*;

#[test]
fn r_core_017_two_stations_one_serial_one_wins_and_is_named() {
    story(Tiny { units: 10, ..Tiny::default() }, |plant| {
        for n in 1..=10 {
            let sn = format!("SN-{n:04}");
            track_in(plant, "ST-PRINT-01", &sn);
            track_out(plant, "ST-PRINT-01", &sn, "PASS");
            let answers = at_once(plant, vec![scan("ST-SPI-01", &sn), scan("ST-SPI-02", &sn)]);
            assert_eq!(codes(&answers), ["OK", "UNIT_ALREADY_IN_STATION"], "on {}", plant.on);
            let winner = unit(plant, &sn)["openTrack"]["stationCode"].clone();
            for answer in answers {
                if let Answer::Refused { refusal, .. } = answer {
                    assert_eq!(refusal.params["station"], winner);
                    assert_eq!(refusal.kind.status(), 409);
                }
            }
        }
    });
}

#[test]
fn r_core_017_sixty_four_scans_of_one_unit_open_one_track() {
    story(Tiny::default(), |plant| {
        let answers = at_once(plant, vec![scan("ST-PRINT-01", "SN-0001"); 64]);
        assert_eq!(codes(&answers), vec!["OK"; 64], "one goes in, the others are repeats");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from track")), 1);
        let first = |a: &&Answer| matches!(a, Answer::Done { body, .. } if body.contains("\"duplicate\":false"));
        assert_eq!(answers.iter().filter(first).count(), 1);
        window(plant, 0);
        let answers = at_once(plant, vec![exit("ST-PRINT-01", "SN-0001", "PASS"); 64]);
        let codes = codes(&answers);
        assert_eq!(codes.iter().filter(|c| **c == "OK").count(), 1, "on {}: {codes:?}", plant.on);
        assert!(codes.iter().all(|c| ["OK", "UNIT_NOT_IN_STATION"].contains(c)), "on {}: {codes:?}", plant.on);
    });
}

#[test]
fn r_core_001_one_key_sent_by_many_opens_one_track() {
    story(Tiny::default(), |plant| {
        window(plant, 0);
        let (boss, envelope) = (plant.boss(), plant.envelope());
        let fields = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001" });
        let bodies: Vec<String> = std::thread::scope(|scope| {
            let send = || match plant.call_with(&boss, "unit.track_in", fields.clone(), envelope.clone()) {
                Answer::Done { body, .. } => body,
                Answer::Refused { refusal, .. } => panic!("on {}: {}", plant.on, refusal.def.code),
            };
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(send)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(bodies.iter().all(|b| *b == bodies[0]), "all get the one answer");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from track")), 1);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from event where name = 'TRACK_IN'")), 1);
    });
}

#[test]
fn r_core_017_exit_and_hold_end_on_hold_in_either_order() {
    story(Tiny { units: 10, ..Tiny::default() }, |plant| {
        for n in 1..=10 {
            let sn = format!("SN-{n:04}");
            track_in(plant, "ST-PRINT-01", &sn);
            let hold = ("unit.hold", json!({ "sn": sn, "reason": "quality" }));
            let answers = at_once(plant, vec![exit("ST-PRINT-01", &sn, "PASS"), hold]);
            assert_eq!(codes(&answers), ["OK", "OK"], "on {}", plant.on);
            assert_eq!(place(plant, &sn), "ON_HOLD 20", "on {}", plant.on);
        }
    });
}

#[test]
fn r_core_017_the_first_boards_of_a_run_begin_it_once() {
    story(Tiny { units: 10, ..Tiny::default() }, |plant| {
        let calls = (1..=10).map(|n| scan("ST-PRINT-01", &format!("SN-{n:04}"))).collect();
        assert_eq!(codes(&at_once(plant, calls)), vec!["OK"; 10], "on {}", plant.on);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from event where name = 'RUN_STARTED'")), 1);
    });
}

#[test]
fn r_core_017_the_last_units_finish_together_and_all_are_counted() {
    story(Tiny { units: 8, steps: vec![work::testing::step(10, "PRINT")], ..Tiny::default() }, |plant| {
        let sns: Vec<String> = (1..=8).map(|n| format!("SN-{n:04}")).collect();
        for sn in &sns {
            track_in(plant, "ST-PRINT-01", sn);
        }
        let answers = at_once(plant, sns.iter().map(|sn| exit("ST-PRINT-01", sn, "PASS")).collect());
        assert_eq!(codes(&answers), vec!["OK"; 8], "on {}", plant.on);
        assert_eq!(number(plant, sql!("select qty_done from run")), 8);
    });
}

#[test]
fn r_core_130_the_last_place_of_a_station_is_taken_once() {
    story(Tiny { units: 8, ..Tiny::default() }, |plant| {
        stage(plant, sql!("update station set capacity = 3 where code = 'ST-PRINT-01'"));
        let calls = (1..=8).map(|n| scan("ST-PRINT-01", &format!("SN-{n:04}"))).collect();
        let codes = codes(&at_once(plant, calls));
        assert_eq!(codes.iter().filter(|c| **c == "OK").count(), 3, "on {}: {codes:?}", plant.on);
    });
}

#[test]
fn r_core_115_two_generate_at_once_and_the_plan_holds() {
    story(Tiny { units: 0, plan_qty: 5, ..Tiny::default() }, |plant| {
        let generate = ("unit.generate", json!({ "runNo": "RUN-1", "quantity": 3 }));
        let answers = at_once(plant, vec![generate.clone(), generate]);
        assert_eq!(codes(&answers), ["OK", "QUANTITY_EXCEEDS_PLAN"], "on {}", plant.on);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from unit")), 3);
    });
}

#[test]
fn r_core_117_first_scans_at_once_create_each_unit_once_and_never_more_than_planned() {
    let tiny = Tiny { unit_creation: UnitCreation::OnFirstScan, units: 0, plan_qty: 3, ..Tiny::default() };
    story(tiny, |plant| {
        let first = |sn: &str| ("unit.track_in", json!({ "stationCode": "ST-PRINT-01", "sn": sn, "runNo": "RUN-1" }));
        let answers = at_once(plant, vec![first("A"), first("A"), first("B"), first("C"), first("D"), first("E")]);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from unit")), 3, "on {}", plant.on);
        let codes = codes(&answers);
        assert!(codes.iter().all(|c| ["OK", "RUN_PLAN_QTY_EXCEEDED"].contains(c)), "on {}: {codes:?}", plant.on);
    });
}

#[test]
fn r_core_118_deleting_and_scanning_at_once_is_one_or_the_other() {
    for _ in 0..3 {
        story(Tiny::default(), |plant| {
            let delete = ("unit.delete_all", json!({ "runNo": "RUN-1" }));
            let answers = at_once(plant, vec![scan("ST-PRINT-01", "SN-0001"), delete]);
            let codes = codes(&answers);
            let one = [vec!["OK", "UNITS_CANNOT_BE_DELETED"], vec!["OK", "UNIT_NOT_FOUND"]];
            assert!(one.contains(&codes), "on {}: {codes:?}", plant.on);
        });
    }
}

#[test]
fn r_core_115_one_serial_imported_into_two_runs_at_once_is_in_one_of_them() {
    // Room in each run for all of them, whoever wins.
    let tiny = Tiny { units: 0, plan_qty: 12, ..Tiny::default() };
    story(tiny.clone(), |plant| {
        tiny.clone().another(&plant.engine, "RUN-2", "LINE-A", "B-").unwrap();
        for n in 1..=6 {
            let sns = json!([format!("A-{n}"), format!("Z-{n}")]);
            let import = |run: &str| ("unit.import", json!({ "runNo": run, "sns": sns }));
            for answer in at_once(plant, vec![import("RUN-1"), import("RUN-2")]) {
                if let Answer::Refused { refusal, .. } = answer {
                    assert_eq!(refusal.def.code, "SN_DUPLICATE", "on {}", plant.on);
                    // They are looked up one after the other; the winner may commit between the two.
                    assert!(sns.as_array().unwrap().contains(&refusal.params["sn"]), "on {}: one is named", plant.on);
                }
            }
            let there = number(plant, sql!("select cast(count(*) as bigint) from unit"));
            assert_eq!(there, 2 * n, "on {}: all in one run, none in the other", plant.on);
        }
    });
}
