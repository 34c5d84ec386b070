//! Values that were wrong are corrected, and the old ones stay.

use super::*;

#[test]
fn r_core_155_a_correction_alarms_and_goes_by_the_spec_of_its_time() {
    story(vec![peak(AlarmAction::Hold)], |plant| {
        let boss = plant.boss();
        let extra = json!({ "operationCode": "PRINT", "name": "Extra", "itemType": "OBSERVATION", "dataType": "NUMBER",
            "spec": { "lsl": 0, "usl": 10 } });
        let made = plant.run(&boss, "data_spec.create", extra);
        let both = json!([{ "specName": "Peak", "valueNumber": 245 }, { "specName": "Extra", "valueNumber": 5 }]);
        assert_eq!(out(plant, "SN-0001", both)["result"], "PASS");
        let correct = |name: &str, x: f64| json!({ "trackId": "SN-0001#1", "specName": name, "valueNumber": x, "reason": "misread" });
        plant.run(&boss, "data_value.supersede", correct("Peak", 256.0));
        let alarm = last_event(plant, "DATA_ALARM");
        assert_eq!((&alarm["value"], &alarm["stationCode"]), (&json!(256.0), &json!("ST-PRINT-01")));
        let off = json!({ "specId": made["specId"], "isActive": false });
        let version = engine::door::Envelope { if_match: made["version"].as_i64(), ..plant.envelope() };
        assert_eq!(plant.call_with(&boss, "data_spec.update", off, version).status(), 200);
        assert_eq!(
            plant.run(&boss, "data_value.supersede", correct("Extra", 11.0))["judge"],
            "FAIL",
            "by its revision"
        );
    });
}

#[test]
fn r_core_153_a_correction_that_alarms_holds_the_run() {
    story(vec![peak(AlarmAction::HoldRun)], |plant| {
        let boss = plant.boss();
        assert_eq!(out(plant, "SN-0001", value("Peak", 245.0))["status"], "QUEUED");
        let worse = json!({ "trackId": "SN-0001#1", "specName": "Peak", "valueNumber": 256, "reason": "misread" });
        plant.run(&boss, "data_value.supersede", worse);
        assert_eq!(last_event(plant, "RUN_HELD")["kind"], "ALARM");
        assert_eq!(place(plant, "SN-0001"), "QUEUED 20", "the board is where it is");
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0003"), ("RUN_ON_HOLD", 409));
    });
}

#[test]
fn r_core_155_a_correction_supersedes_and_the_old_value_stays() {
    story(vec![spec("Peak", 240.0, 250.0)], |plant| {
        let boss = plant.boss();
        out(plant, "SN-0001", value("Peak", 245.0));
        let correct = |track: &str, name: &str, x: f64| json!({ "trackId": track, "specName": name, "valueNumber": x, "reason": "misread" });
        let none = json!({ "specName": "Peak", "valueNumber": 1, "reason": "x" });
        assert_eq!(plant.code(&boss, "data_value.supersede", none), ("DEVICE_LOCATOR_INCOMPLETE", 422));
        assert_eq!(
            plant.code(&boss, "data_value.supersede", correct("SN-0001#9", "Peak", 1.0)),
            ("TRACK_NOT_FOUND", 404)
        );
        assert_eq!(
            plant.code(&boss, "data_value.supersede", correct("SN-0001", "Peak", 1.0)),
            ("TRACK_NOT_FOUND", 404)
        );
        assert_eq!(
            plant.code(&boss, "data_value.supersede", correct("SN-0001#1", "Nope", 1.0)),
            ("DATA_SPEC_NOT_FOUND", 422)
        );
        let text = json!({ "trackId": "SN-0001#1", "specName": "Peak", "valueText": "hot", "reason": "x" });
        assert_eq!(plant.code(&boss, "data_value.supersede", text), ("DATA_VALUE_INVALID", 422));
        let first = plant.run(&boss, "data_value.supersede", correct("SN-0001#1", "Peak", 255.0));
        assert_eq!(
            (&first["before"], &first["after"], &first["judge"]),
            (&json!(245.0), &json!(255.0), &json!("FAIL"))
        );
        plant.run(&boss, "data_value.supersede", correct("SN-0001#1", "Peak", 246.0));
        assert_eq!(last_event(plant, "DATA_VALUE_SUPERSEDED")["before"], 255.0);
        let list = plant.ask(&boss, "data_values", json!({ "sn": "SN-0001" }))["items"].clone();
        let shown: Vec<(&Json, &Json)> =
            list.as_array().unwrap().iter().map(|v| (&v["valueNumber"], &v["superseded"])).collect();
        assert_eq!(
            shown,
            [(&json!(245.0), &json!(true)), (&json!(255.0), &json!(true)), (&json!(246.0), &json!(false))]
        );
        assert_eq!(list[0]["trackId"], "SN-0001#1");
        let ann = on_lines(plant, &["LINE-B"]);
        assert_eq!(plant.ask(&ann, "data_values", json!({ "sn": "SN-0001" }))["items"], json!([]));
        assert_eq!(
            plant.code(&ann, "data_value.supersede", correct("SN-0001#1", "Peak", 1.0)),
            ("LINE_FORBIDDEN", 403)
        );
    });
}

#[test]
fn r_core_155_of_two_corrections_at_once_the_later_supersedes_the_earlier() {
    story(vec![spec("Peak", 240.0, 250.0)], |plant| {
        out(plant, "SN-0001", value("Peak", 245.0));
        for round in 0..6 {
            let correct = |x: i64| {
                let fields =
                    json!({ "trackId": "SN-0001#1", "specName": "Peak", "valueNumber": x, "reason": "misread" });
                ("data_value.supersede", fields)
            };
            let answers = at_once(plant, (0..4).map(|n| correct(241 + n)).collect());
            assert_eq!(codes(&answers), vec!["OK"; 4], "on {}", plant.on);
            let counting = sql!("select cast(count(*) as bigint) from data_value where superseded_by_id is null");
            assert_eq!(number(plant, counting), 1, "on {}: one value counts", plant.on);
            let chain = sql!("select cast(count(distinct superseded_by_id) as bigint) from data_value");
            assert_eq!(number(plant, chain), 4 * (round + 1), "on {}: each supersedes another", plant.on);
        }
    });
}
