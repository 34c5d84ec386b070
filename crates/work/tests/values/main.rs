//! Values at stations: due at entry or exit, judged by frozen specs, alarming, holding, corrected.

#[path = "../common/mod.rs"]
mod common;
mod corrections;

use common::*;
use engine::sql;
use engine::testing::{Plant, on_both};
use plant::data_spec::{Alarm, AlarmAction, Frozen, ItemType, Method, TriggerEvent, TriggerRule, TriggerType};
use serde_json::{Value as Json, json};
use work::testing::{Tiny, spec, step};

fn story(specs: Vec<Frozen>, tell: impl Fn(&Plant)) {
    let mut print = step(10, "PRINT");
    print.data_specs = specs;
    let tiny = Tiny { steps: vec![print, step(20, "SPI")], units: 6, ..Tiny::default() };
    on_both(wire, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        tell(plant);
        counters_hold(plant);
    });
}

fn peak(action: AlarmAction) -> Frozen {
    Frozen { alarm: Some(Alarm { min: Some(235.0), max: Some(255.0), action }), ..spec("Peak", 240.0, 250.0) }
}

fn out(plant: &Plant, sn: &str, data: Json) -> Json {
    track_in(plant, "ST-PRINT-01", sn);
    let fields = json!({ "stationCode": "ST-PRINT-01", "sn": sn, "result": "PASS", "data": data });
    plant.run(&plant.boss(), "unit.track_out", fields)
}

fn value(name: &str, x: f64) -> Json {
    json!([{ "specName": name, "valueNumber": x }])
}

#[test]
fn r_core_153_the_example_of_the_rule() {
    story(vec![peak(AlarmAction::Hold)], |plant| {
        let good = out(plant, "SN-0001", value("Peak", 250.0));
        assert_eq!((&good["result"], &good["status"]), (&json!("PASS"), &json!("QUEUED")));
        let bad = out(plant, "SN-0002", value("Peak", 250.1));
        assert_eq!((&bad["result"], &bad["status"]), (&json!("FAIL"), &json!("OUT_FAILED")), "failed, not alarmed");
        assert!(!events(plant).contains(&"DATA_ALARM".to_string()));
        let far = out(plant, "SN-0003", value("Peak", 256.0));
        assert_eq!((&far["result"], &far["status"]), (&json!("FAIL"), &json!("ON_HOLD")), "alarmed and on hold");
        assert_eq!(place(plant, "SN-0003"), "ON_HOLD 10");
        let alarm = last_event(plant, "DATA_ALARM");
        assert_eq!(
            (&alarm["value"], &alarm["action"], &alarm["limits"]["max"]),
            (&json!(256.0), &json!("HOLD"), &json!(255.0))
        );
        assert_eq!(last_event(plant, "UNIT_HELD")["kind"], "ALARM");
        let release = json!({ "sn": "SN-0003", "reason": "measured again" });
        let free = plant.run(&plant.boss(), "unit.release", release.clone());
        assert_eq!(
            (&free["status"], &free["remainingHolds"]),
            (&json!("OUT_FAILED"), &json!(0)),
            "whoever may release it"
        );
        assert_eq!(plant.code(&plant.boss(), "unit.release", release), ("UNIT_NOT_HELD", 409));
        let device = json!([{ "specName": "Peak", "valueNumber": 245, "judge": "FAIL" }]);
        assert_eq!(out(plant, "SN-0004", device)["result"], "FAIL", "the device says FAIL");
        let warm = json!([{ "specName": "Peak", "valueNumber": 482, "unit": "°F" }]);
        assert_eq!(out(plant, "SN-0005", warm)["result"], "PASS", "482 °F are 250 °C");
        let odd = json!([{ "specName": "Peak", "valueNumber": 1, "unit": "mm" }]);
        track_in(plant, "ST-PRINT-01", "SN-0006");
        let fields = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0006", "result": "PASS", "data": odd });
        assert_eq!(plant.code(&plant.boss(), "unit.track_out", fields), ("DATA_UNIT_MISMATCH", 422));
    });
}

#[test]
fn r_core_131_values_are_refused_code_by_code() {
    story(vec![peak(AlarmAction::Hold)], |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0001");
        let value = |name: &str| json!({ "specName": name, "valueNumber": 240 });
        let data = json!([value("Peak"), value("Peak"), value("Unknown")]);
        let fields = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "result": "PASS", "data": data });
        let all = ["DATA_SPEC_NOT_FOUND", "DATA_VALUE_DUPLICATE"];
        assert_eq!(plant.code(&plant.boss(), "unit.track_out", fields.clone()), (all[0], 422));
        assert_eq!(plant.blockers(&plant.boss(), "unit.track_out", fields), all);
    });
}

#[test]
fn r_core_153_each_alarm_says_how_many_holds_are_open_by_then() {
    let second = Frozen { name: "Soak".into(), ..peak(AlarmAction::Hold) };
    story(vec![peak(AlarmAction::Hold), second], |plant| {
        let data = json!([{ "specName": "Peak", "valueNumber": 256 }, { "specName": "Soak", "valueNumber": 256 }]);
        assert_eq!(out(plant, "SN-0001", data)["status"], "ON_HOLD");
        let held = rows(plant, sql!("select payload from event where name = 'UNIT_HELD' order by id"));
        let held = format!("{held:?}");
        let at = |n: u32| held.find(&format!("\\\"remainingHolds\\\":{n}"));
        assert!(at(1) < at(2) && at(1).is_some(), "{held}");
    });
}

#[test]
fn r_core_153_an_alarm_may_hold_the_run_too() {
    story(vec![peak(AlarmAction::HoldRun)], |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0002");
        let far = out(plant, "SN-0001", value("Peak", 256.0));
        assert_eq!(far["status"], "ON_HOLD");
        let held = last_event(plant, "RUN_HELD");
        assert_eq!(
            (&held["kind"], &held["sourceNo"], &held["reason"]),
            (&json!("ALARM"), &json!("SN-0001#1"), &json!("Peak"))
        );
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0003"), ("RUN_ON_HOLD", 409));
        let second =
            json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0002", "result": "PASS", "data": value("Peak", 230.0) });
        plant.run(&plant.boss(), "unit.track_out", second);
        assert_eq!(last_event(plant, "RUN_HELD")["openHolds"], 2, "each alarm holds");
    });
}

#[test]
fn r_core_132_an_observation_never_fails_its_board_but_an_alarm_that_says_so_does() {
    let seen = Frozen { item_type: ItemType::Observation, ..spec("Seen", 0.0, 10.0) };
    let loud = Frozen {
        item_type: ItemType::Observation,
        alarm: Some(Alarm { min: None, max: Some(20.0), action: AlarmAction::Fail }),
        is_required: false,
        ..spec("Loud", 0.0, 10.0)
    };
    story(vec![seen, loud], |plant| {
        assert_eq!(out(plant, "SN-0001", value("Seen", 300.0))["result"], "PASS");
        let both = json!([{ "specName": "Seen", "valueNumber": 1 }, { "specName": "Loud", "valueNumber": 21 }]);
        let failed = out(plant, "SN-0002", both);
        assert_eq!((&failed["result"], &failed["resultReasons"][0]["code"]), (&json!("FAIL"), &json!("ALARM")));
        assert_eq!(failed["resultReasons"][0]["detail"], "Alarm: Loud");
    });
}

#[test]
fn r_core_154_values_due_at_entry_are_asked_for_at_entry() {
    let entry = Frozen {
        trigger_type: TriggerType::Event,
        trigger_rule: Some(TriggerRule { event: Some(TriggerEvent::TrackIn), every_minutes: None }),
        ..spec("Moist", 0.0, 5.0)
    };
    let machine = Frozen { method: Method::Auto, is_required: false, ..spec("Auto", 0.0, 5.0) };
    let timed = Frozen { trigger_type: TriggerType::Time, ..spec("Hourly", 0.0, 1.0) };
    story(vec![entry, machine, timed], |plant| {
        let boss = plant.boss();
        let scan = |data: Json| json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0001", "data": data });
        let missing = plant.refuse(&boss, "unit.track_in", scan(json!([])));
        assert_eq!((missing.def.code, &missing.params["names"]), ("REQUIRED_DATA_MISSING", &json!(["Moist"])));
        assert_eq!(plant.code(&boss, "unit.track_in", scan(value("Auto", 1.0))).0, "DATA_SPEC_METHOD_MISMATCH");
        let here = json!({ "sn": "SN-0001", "stationCode": "ST-PRINT-01" });
        assert_eq!(
            plant.ask(&boss, "station.resolve_unit", here.clone())["action"],
            "IN",
            "the form asks for the value"
        );
        plant.run(&boss, "unit.track_in", scan(value("Moist", 6.0)));
        assert_eq!(events(plant).last().unwrap(), "DATA_RECORDED");
        let specs = plant.ask(&boss, "station.unit_data_specs", here)["specs"].clone();
        assert_eq!((&specs[0]["value"], &specs[0]["judge"]), (&json!(6.0), &json!("FAIL")));
        assert_eq!((&specs[0]["isRequired"], &specs[0]["isRequiredAtEntry"]), (&json!(false), &json!(true)));
        let left = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        assert_eq!(left["result"], "FAIL", "a key value given at entry counts at the exit");
    });
}

#[test]
fn r_core_153_an_alarm_at_entry_holds_the_run_at_once_and_the_unit_when_it_leaves() {
    let entry = Frozen {
        trigger_type: TriggerType::Event,
        trigger_rule: Some(TriggerRule { event: Some(TriggerEvent::TrackIn), every_minutes: None }),
        ..peak(AlarmAction::HoldRun)
    };
    story(vec![entry], |plant| {
        let boss = plant.boss();
        let scan = |sn: &str, x: f64| json!({ "stationCode": "ST-PRINT-01", "sn": sn, "data": value("Peak", x) });
        plant.run(&boss, "unit.track_in", scan("SN-0001", 256.0));
        let held = last_event(plant, "RUN_HELD");
        assert_eq!((&held["sourceNo"], &held["reason"]), (&json!("SN-0001#1"), &json!("Peak")), "on {}", plant.on);
        assert_eq!(plant.code(&boss, "unit.track_in", scan("SN-0002", 245.0)), ("RUN_ON_HOLD", 409));
        let left = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        assert_eq!((&left["status"], &left["result"]), (&json!("ON_HOLD"), &json!("FAIL")));
        assert_eq!(last_event(plant, "RUN_HELD")["openHolds"], 1, "the same alarm holds once");
    });
}

#[test]
fn r_core_132_a_key_value_given_of_ones_own_accord_at_entry_is_weighed_at_the_exit() {
    for bound in [vec![], vec![Frozen { is_required: false, ..spec("Peak", 240.0, 250.0) }]] {
        story(bound, |plant| {
            let boss = plant.boss();
            let free = json!({ "operationCode": "PRINT", "name": "Free", "itemType": "KEY", "dataType": "NUMBER",
                "spec": { "lsl": 0, "usl": 1 }, "alarm": { "max": 5, "action": "HOLD" }, "isRequired": false });
            plant.run(&boss, "data_spec.create", free);
            for (sn, x, result, status) in [
                ("SN-0001", 1.0, "PASS", "QUEUED"),
                ("SN-0002", 2.0, "FAIL", "OUT_FAILED"),
                ("SN-0003", 6.0, "PASS", "ON_HOLD"),
            ] {
                let fields = json!({ "stationCode": "ST-PRINT-01", "sn": sn, "data": value("Free", x) });
                plant.run(&boss, "unit.track_in", fields);
                if sn == "SN-0002" {
                    // What was given before counts as its spec said then.
                    let seen = json!({ "specId": "PRINT:Free", "itemType": "OBSERVATION" });
                    plant.run(&boss, "data_spec.update", seen);
                }
                let left = track_out(plant, "ST-PRINT-01", sn, "PASS");
                assert_eq!(
                    (&left["result"], &left["status"]),
                    (&json!(result), &json!(status)),
                    "on {}: {sn}",
                    plant.on
                );
            }
        });
    }
}

#[test]
fn r_core_154_a_machine_value_that_is_there_counts_as_required() {
    let machine = Frozen { method: Method::Auto, ..spec("Auto", 0.0, 5.0) };
    story(vec![machine], |plant| {
        for sn in ["SN-0001", "SN-0002"] {
            track_in(plant, "ST-PRINT-01", sn);
        }
        assert_eq!(refused_out(plant, "ST-PRINT-01", "SN-0001").0, "REQUIRED_DATA_MISSING");
        stage(
            plant,
            sql!(
                "insert into data_value (track_id, run_id, name, revision, value_number, judge, alarmed, source, collected_at,
                     received_at, by_name)
                 select t.id, t.run_id, 'Auto', 1, 3.0, 'PASS', 0, 'AUTO', 1, 1, 'oven' from track t"
            ),
        );
        stage(plant, sql!("update data_value set judge = 'FAIL' where track_id = (select max(id) from track)"));
        assert_eq!(track_out(plant, "ST-PRINT-01", "SN-0001", "PASS")["result"], "PASS");
        assert_eq!(
            track_out(plant, "ST-PRINT-01", "SN-0002", "PASS")["result"],
            "FAIL",
            "a failed key value of the machine"
        );
    });
}

#[test]
fn r_core_154_a_value_due_by_time_blocks_nothing_and_is_told_when_it_is_overdue() {
    let half_hourly = Some(TriggerRule { event: None, every_minutes: Some(30) });
    let hourly = Frozen { trigger_type: TriggerType::Time, trigger_rule: half_hourly, ..spec("Humidity", 40.0, 60.0) };
    story(vec![hourly], |plant| {
        let told = || {
            plant.engine.work(work::data_value::overdue::tell_overdue).expect("the chore runs");
            events(plant).iter().filter(|name| *name == "DATA_COLLECTION_OVERDUE").count()
        };
        let wait = || stage(plant, sql!("update data_due set due_at = due_at - 1860000"));
        let watched = || number(plant, sql!("select cast(count(*) as bigint) from data_due"));
        assert_eq!((told(), watched()), (0, 0), "no board has come to the step");
        assert_eq!(out(plant, "SN-0001", json!([]))["result"], "PASS", "it never blocks");
        assert_eq!((told(), watched()), (0, 1));
        wait();
        assert_eq!((told(), told()), (1, 1), "once");
        let event = last_event(plant, "DATA_COLLECTION_OVERDUE");
        assert_eq!(
            (&event["specName"], &event["runNo"], &event["stepNo"], &event["operationCode"], &event["lineCode"]),
            (&json!("Humidity"), &json!("RUN-1"), &json!(10), &json!("PRINT"), &json!("LINE-A"))
        );
        wait();
        out(plant, "SN-0002", value("Humidity", 50.0));
        assert_eq!(told(), 1, "it was given in time");
        wait();
        plant.run(&plant.boss(), "run.hold", json!({ "runNo": "RUN-1", "reason": "lunch" }));
        assert_eq!(told(), 1, "a run that stands still owes nothing");
        stage(plant, sql!("update run set status = 'CANCELLED'"));
        told();
        assert_eq!(watched(), 0);
    });
}

#[test]
fn r_core_150_stored_values_lock_the_type_of_their_spec() {
    let bound = spec("Peak", 240.0, 250.0);
    story(vec![bound], |plant| {
        let boss = plant.boss();
        for name in ["Peak", "Free"] {
            let fields =
                json!({ "operationCode": "PRINT", "name": name, "itemType": "OBSERVATION", "dataType": "NUMBER" });
            plant.run(&boss, "data_spec.create", fields);
        }
        let typed = |name: &str| json!({ "specId": format!("PRINT:{name}"), "dataType": "TEXT" });
        plant.run(&boss, "data_spec.update", typed("Free"));
        plant.run(&boss, "data_spec.update", json!({ "specId": "PRINT:Free", "dataType": "NUMBER" }));
        let both = json!([{ "specName": "Peak", "valueNumber": 245 }, { "specName": "free", "valueNumber": 1 }]);
        out(plant, "SN-0001", both.clone());
        out(plant, "SN-0002", both);
        for name in ["Peak", "Free"] {
            assert_eq!(plant.code(&boss, "data_spec.update", typed(name)), ("DATA_SPEC_TYPE_LOCKED", 409), "{name}");
            let seen = plant.ask(&boss, "data_spec.get", json!({ "specId": format!("PRINT:{name}") }));
            assert_eq!(seen["hasValues"], true);
        }
    });
}

#[test]
fn r_core_150_a_value_is_judged_by_the_frozen_spec_however_its_name_is_written() {
    story(vec![spec("Peak", 240.0, 250.0)], |plant| {
        let boss = plant.boss();
        let live = json!({ "operationCode": "PRINT", "name": "Peak", "itemType": "KEY", "dataType": "NUMBER",
            "spec": { "lsl": 0, "usl": 1 } });
        plant.run(&boss, "data_spec.create", live);
        assert_eq!(
            out(plant, "SN-0001", value("PEAK", 245.0))["result"],
            "PASS",
            "248 is judged against 250, not the edit"
        );
        let page = plant.ask(&boss, "data_values", json!({ "sn": "SN-0001" }));
        assert_eq!((&page["items"][0]["specName"], &page["items"][0]["judge"]), (&json!("Peak"), &json!("PASS")));
        track_in(plant, "ST-PRINT-01", "SN-0002");
        let twice = json!([{ "specName": "Peak", "valueNumber": 245 }, { "specName": "peak", "valueNumber": 246 }]);
        let fields = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0002", "result": "PASS", "data": twice });
        assert_eq!(plant.code(&boss, "unit.track_out", fields), ("DATA_VALUE_DUPLICATE", 422));
        let misread = json!({ "trackId": "SN-0001#1", "specName": "peak", "valueNumber": 260, "reason": "misread" });
        assert_eq!(plant.run(&boss, "data_value.supersede", misread)["specName"], "Peak");
    });
}

fn trial(_: &engine::Cx<'_>, _: &work::track::at_hand::RunHead) -> kernel::Result<engine::Verdict> {
    Ok(engine::Verdict { refusals: vec![], evidence: vec![json!({ "faiNo": "FAI-1" })] })
}

fn with_trial(registry: &mut engine::Registry) {
    wire(registry);
    registry.gate(&work::track::TRACK_IN_TRIAL, "test", trial);
}

#[test]
fn r_core_105_an_alarm_in_a_trial_holds_the_unit_and_never_the_run() {
    let mut print = step(10, "PRINT");
    print.data_specs = vec![peak(AlarmAction::HoldRun)];
    let tiny = Tiny { steps: vec![print], status: work::run::RunStatus::Prep, ..Tiny::default() };
    on_both(with_trial, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        assert_eq!(out(plant, "SN-0001", value("Peak", 256.0))["status"], "ON_HOLD");
        assert!(!events(plant).contains(&"RUN_HELD".to_string()), "a PREP run is never on hold");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from run where status = 'PREP'")), 1);
        counters_hold(plant);
    });
}

#[test]
fn r_core_022_a_station_with_boards_inside_is_not_changed() {
    story(vec![], |plant| {
        let boss = plant.boss();
        let version = plant.ask(&boss, "station.get", json!({ "stationCode": "ST-PRINT-01" }))["version"].clone();
        let envelope = engine::door::Envelope { if_match: version.as_i64(), ..plant.envelope() };
        let off = json!({ "stationCode": "ST-PRINT-01", "isActive": false });
        track_in(plant, "ST-PRINT-01", "SN-0001");
        match plant.call_with(&boss, "station.update", off, envelope) {
            engine::perform::Answer::Refused { refusal, .. } => assert_eq!(refusal.def.code, "STATION_IN_USE"),
            done => panic!("{done:?}"),
        }
        track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        let gone = plant.refuse(&boss, "station.delete", json!({ "stationCode": "ST-PRINT-01" }));
        assert_eq!(gone.def.code, "STATION_HAS_DEPENDENCIES");
    });
}
