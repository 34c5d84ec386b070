//! What a unit and a run tell about their past.

use std::sync::Arc;

use engine::permits::{Grants, Permits};
use engine::testing::{Plant, on_both};
use engine::words::{Lang, has};
use engine::{Actor, Permit, Registry, Scope, sql};
use kernel::p;
use serde_json::{Value as Json, json};
use work::testing::{Tiny, spec, step};

fn wire(registry: &mut Registry) {
    plant::register(registry);
    work::register(registry);
    trace::register(registry);
}

fn scan(plant: &Plant, station: &str, sn: &str) {
    plant.run(&plant.boss(), "unit.track_in", json!({ "stationCode": station, "sn": sn }));
}

fn exit(plant: &Plant, station: &str, sn: &str, result: &str, data: Json) {
    let fields = json!({ "stationCode": station, "sn": sn, "result": result, "data": data });
    plant.run(&plant.boss(), "unit.track_out", fields);
}

/// Three units: the first goes two steps and is held, the second fails, the third waits.
fn story(tell: impl Fn(&Plant)) {
    let mut print = step(10, "PRINT");
    print.data_specs = vec![spec("Peak", 240.0, 250.0)];
    let tiny = Tiny { steps: vec![print, step(20, "SPI"), step(30, "AOI")], ..Tiny::default() };
    on_both(wire, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        let peak = |x: f64| json!([{ "specName": "Peak", "valueNumber": x }]);
        scan(plant, "ST-PRINT-01", "SN-0001");
        exit(plant, "ST-PRINT-01", "SN-0001", "PASS", peak(245.5));
        scan(plant, "ST-SPI-01", "SN-0001");
        plant.run(&plant.boss(), "unit.hold", json!({ "sn": "SN-0001", "reason": "scratch" }));
        exit(plant, "ST-SPI-01", "SN-0001", "PASS", json!([]));
        scan(plant, "ST-PRINT-01", "SN-0002");
        exit(plant, "ST-PRINT-01", "SN-0002", "PASS", peak(251.0));
        tell(plant);
    });
}

fn unit(plant: &Plant, sn: &str) -> Json {
    plant.ask(&plant.boss(), "trace.unit", json!({ "sn": sn }))
}

#[test]
fn r_core_210_the_trace_of_a_unit_shows_what_happened_under_its_frozen_version() {
    story(|plant| {
        let t = unit(plant, "SN-0001");
        assert_eq!((&t["unit"]["status"], &t["unit"]["runNo"]), (&json!("ON_HOLD"), &json!("RUN-1")));
        assert_eq!((&t["routeVersion"]["id"], &t["auditGrade"]), (&json!("R-1@1"), &json!(true)));
        assert_eq!(t["steps"].as_array().unwrap().len(), 3);
        let first = &t["tracks"][0];
        assert_eq!((&first["operation"], &first["stationCode"]), (&json!("PRINT"), &json!("ST-PRINT-01")));
        assert_eq!((&first["result"], &first["trackId"]), (&json!("PASS"), &json!("SN-0001#1")));
        assert_eq!((&first["runNo"], &first["voided"]), (&json!("RUN-1"), &json!(false)));
        let value = &t["dataValues"][0];
        assert_eq!((&value["value"], &value["limits"]), (&json!("245.5"), &json!("240–250")));
        assert_eq!((&value["judge"], &value["unit"]), (&json!("PASS"), &json!("°C")));
        assert_eq!((&t["holds"][0]["reason"], &t["holds"][0]["releasedAt"]), (&json!("scratch"), &Json::Null));
        assert_eq!(t["defects"], json!([]));
        let titles: Vec<&str> = t["events"].as_array().unwrap().iter().map(|e| e["title"].as_str().unwrap()).collect();
        assert_eq!(titles[0], "10 PRINT: in at ST-PRINT-01");
        assert!(titles.contains(&"Held: By hand"), "{titles:?}");
        assert_eq!(t["runs"][0]["runNo"], "RUN-1");
        let failed = unit(plant, "SN-0002");
        assert_eq!(failed["defects"][0]["defectCode"], "STATION_FAIL");
        assert_eq!(failed["tracks"][0]["resultReasons"][0]["detail"], "Outside its limits: Peak");
    });
}

#[test]
fn r_core_210_latest_shows_the_newest_version_is_no_proof_and_names_the_difference() {
    story(|plant| {
        plant
            .engine
            .work(|cx| {
                let text: Option<String> = cx.value(sql!("select snapshot from route_version where version_no = 1"), [])?;
                let text = text.unwrap_or_default().replace("\"operationName\":\"SPI\"", "\"operationName\":\"SPI-NEW\"");
                let text = text.replace("\"operationCode\":\"SPI\"", "\"operationCode\":\"SPI2\"");
                let (before, aoi) = text.split_at(text.find("\"operationCode\":\"AOI\"").unwrap_or_default());
                let text = format!("{before}{}", aoi.replacen("\"requiresFAI\":false", "\"requiresFAI\":true", 1));
                cx.run(
                    sql!(
                        "insert into route_version (route_id, version_no, status, snapshot, snapshot_hash, errors, warnings, stale,
                             compiled_at, compiled_by, version)
                         select route_id, 2, 'READY', $1, 'two', errors, warnings, 0, compiled_at, compiled_by, 1 from route_version"
                    ),
                    p![text],
                )?;
                Ok(0)
            })
            .unwrap();
        let run = unit(plant, "SN-0001");
        assert_eq!((&run["routeVersion"]["versionNo"], &run["stepDiff"]), (&json!(1), &Json::Null));
        let latest = plant.ask(&plant.boss(), "trace.unit", json!({ "sn": "SN-0001", "mode": "latest" }));
        assert_eq!((&latest["routeVersion"]["versionNo"], &latest["auditGrade"]), (&json!(2), &json!(false)));
        let differs: Vec<&Json> = latest["stepDiff"].as_array().unwrap().iter().map(|c| &c["field"]).collect();
        assert_eq!(
            differs,
            ["20.operationCode", "20.operationName", "30.requiresFAI"],
            "each field, also rules of a step"
        );
        let fai = &latest["stepDiff"][2];
        assert_eq!((&fai["before"], &fai["after"]), (&json!(false), &json!(true)));
        assert_eq!(latest["tracks"][1]["operation"], "SPI", "tracks are called as they were called when they happened");
    });
}

#[test]
fn r_core_213_unknown_is_404_a_unit_without_run_is_not_and_sections_page() {
    story(|plant| {
        let boss = plant.boss();
        let unknown = plant.try_ask(&boss, "trace.unit", json!({ "sn": "NOBODY" })).unwrap_err();
        assert_eq!(unknown.refusal().unwrap().def.code, "UNIT_NOT_FOUND");
        assert!(plant.try_ask(&boss, "trace_tracks", json!({ "sn": "NOBODY" })).is_err());
        let page = plant.ask(&boss, "trace_tracks", json!({ "sn": "SN-0001", "limit": 1 }));
        assert_eq!(page["items"][0]["stepNo"], 10);
        let next = json!({ "sn": "SN-0001", "limit": 1, "cursor": page["nextCursor"] });
        assert_eq!(plant.ask(&boss, "trace_tracks", next)["items"][0]["stepNo"], 20);
        let only = plant.ask(&boss, "trace.unit", json!({ "sn": "SN-0001", "include": "holds, tracks" }));
        assert!(only.get("dataValues").is_none() && only["holds"].is_array());
        assert!(plant.try_ask(&boss, "trace.unit", json!({ "sn": "SN-0001", "include": "nonsense" })).is_err());
        let history = plant.ask(&boss, "trace_history", json!({ "sn": "SN-0001" }))["items"].clone();
        let actions: Vec<&str> = history.as_array().unwrap().iter().map(|h| h["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["UNIT_TRACK_IN", "UNIT_TRACK_OUT", "UNIT_TRACK_IN", "UNIT_HOLD", "UNIT_TRACK_OUT"]);
        plant
            .engine
            .work(|cx| cx.run(sql!("update unit set run_id = null where sn = 'SN-0003'"), []).map(|n| n as i64))
            .unwrap();
        let lost = unit(plant, "SN-0003");
        assert_eq!(
            (&lost["routeVersion"], &lost["unit"]["runNo"], &lost["runs"]),
            (&Json::Null, &Json::Null, &json!([]))
        );
    });
}

#[test]
fn r_plat_054_a_trace_shows_other_peoples_rows_only_to_whoever_reads_the_trail() {
    story(|plant| {
        let reader = plant.someone(&[Permit::TraceRead, Permit::UnitHold]);
        plant.run(&reader, "unit.hold", json!({ "sn": "SN-0001", "reason": "a second look" }));
        let by = |rows: &Json| rows.as_array().unwrap().iter().map(|row| row["by"].clone()).collect::<Vec<_>>();
        let own = [Json::from(reader.name.as_str())];
        assert_eq!(by(&plant.ask(&reader, "trace_history", json!({ "sn": "SN-0001" }))["items"]), own);
        let nosy = json!({ "sn": "SN-0001", "by": plant.boss().name });
        assert_eq!(by(&plant.ask(&reader, "trace_history", nosy)["items"]), own);
        assert_eq!(by(&plant.ask(&reader, "trace.unit", json!({ "sn": "SN-0001" }))["history"]), own);
        assert_eq!(by(&plant.ask(&plant.boss(), "trace.unit", json!({ "sn": "SN-0001" }))["history"]).len(), 6);
    });
}

#[test]
fn r_core_211_sections_cover_every_run_of_the_unit() {
    story(|plant| {
        Tiny { units: 0, ..Tiny::default() }.another(&plant.engine, "RUN-1-RW1", "LINE-A", "X").unwrap();
        plant
            .engine
            .work(|cx| {
                cx.run(
                    sql!(
                        "update unit set run_id = (select id from run where run_no = 'RUN-1-RW1'), status = 'QUEUED', step_no = 10,
                             holds_open = 0, resume_status = null, resume_step_no = null where sn = 'SN-0001'"
                    ),
                    [],
                )?;
                cx.run(sql!("update run set root_run_id = (select id from run where run_no = 'RUN-1') where run_no = 'RUN-1-RW1'"), [])?;
                cx.run(sql!("update run set qty_held = 0, qty_units = 1"), []).map(|n| n as i64)
            })
            .unwrap();
        let did =
            |no: &str| plant.ask(&plant.boss(), "trace.run", json!({ "runNo": no }))["steps"][0]["stations"].clone();
        assert_eq!(did("RUN-1")[0]["tracks"], 2, "on {}: also the board that went to rework", plant.on);
        assert_eq!(did("RUN-1-RW1"), json!([]));
        scan(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!((&did("RUN-1")[0]["tracks"], &did("RUN-1-RW1")[0]["tracks"]), (&json!(2), &json!(1)));
        let t = unit(plant, "SN-0001");
        let runs: Vec<&str> = t["tracks"].as_array().unwrap().iter().map(|k| k["runNo"].as_str().unwrap()).collect();
        assert_eq!(runs, ["RUN-1", "RUN-1", "RUN-1-RW1"]);
        assert_eq!(t["runs"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn r_core_006_a_trace_stays_within_its_readers_lines() {
    story(|plant| {
        let permits = Permits::of(&[Permit::TraceRead]);
        let grants = Grants::of([(Scope::AssignedLines, permits)].into_iter());
        plant
            .engine
            .work(|cx| {
                cx.run(sql!("insert into principal (id, kind, name, name_key) values (77, 'USER', 'ann', 'ann')"), [])?;
                cx.run(
                    sql!("insert into principal_line (principal_id, line_id) select 77, id from line where code = 'LINE-B'"),
                    [],
                )
                .map(|n| n as i64)
            })
            .unwrap();
        let ann = Arc::new(Actor { name: "ann".into(), principal: 77, grants, ..(*plant.boss()).clone() });
        for (query, fields) in [
            ("trace.unit", json!({ "sn": "SN-0001" })),
            ("trace_tracks", json!({ "sn": "SN-0001" })),
            ("trace_history", json!({ "sn": "SN-0001" })),
            ("trace.run", json!({ "runNo": "RUN-1" })),
        ] {
            assert!(plant.try_ask(&ann, query, fields).is_err(), "{query}");
        }
        assert_eq!(plant.ask(&ann, "trace.similar", json!({ "sn": "SN-0009" }))["items"], json!([]));
    });
}

#[test]
fn screens_5_5_serials_that_differ_in_their_last_characters_or_in_case_are_similar() {
    story(|plant| {
        let similar = |sn: &str| {
            let found = plant.ask(&plant.boss(), "trace.similar", json!({ "sn": sn }));
            let found = found["items"].as_array().unwrap().clone();
            found.iter().map(|u| format!("{} {}", u["sn"].as_str().unwrap(), u["same"])).collect::<Vec<_>>()
        };
        let all = ["SN-0001 6", "SN-0002 6", "SN-0003 6"];
        assert_eq!(similar("SN-0009"), ["SN-0003 6", "SN-0002 6", "SN-0001 6"], "after all of them, the nearest first");
        assert_eq!(similar("SN-0000"), all, "before all of them");
        assert_eq!(similar("SN-000"), all, "the end is missing");
        assert_eq!(similar("sn-0002"), ["SN-0002 7", "SN-0003 6", "SN-0001 6"], "typed in small letters");
        assert_eq!(similar("SN-00022"), ["SN-0002 7", "SN-0003 6", "SN-0001 6"], "one character too many");
        assert_eq!(similar("SN-1234567"), Vec::<String>::new(), "less than half of it is alike");
        assert_eq!(similar("XY-0001"), Vec::<String>::new());
        let first = plant.ask(&plant.boss(), "trace.similar", json!({ "sn": "SN-0009" }))["items"][0].clone();
        assert_eq!((&first["runNo"], &first["status"]), (&json!("RUN-1"), &json!("QUEUED")));
    });
}

#[test]
fn r_core_210_a_value_shows_the_limits_it_was_judged_by_also_when_the_step_did_not_ask_for_it() {
    story(|plant| {
        let boss = plant.boss();
        let free = json!({ "operationCode": "SPI", "name": "Height", "itemType": "OBSERVATION", "dataType": "NUMBER",
            "spec": { "lsl": 0.1, "usl": 0.2 } });
        plant.run(&boss, "data_spec.create", free);
        scan(plant, "ST-PRINT-01", "SN-0003");
        exit(plant, "ST-PRINT-01", "SN-0003", "PASS", json!([{ "specName": "Peak", "valueNumber": 245 }]));
        scan(plant, "ST-SPI-01", "SN-0003");
        exit(plant, "ST-SPI-01", "SN-0003", "PASS", json!([{ "specName": "height", "valueNumber": 0.3 }]));
        let wider = json!({ "specId": "SPI:Height", "spec": { "usl": 9 } });
        plant.run(&boss, "data_spec.update", wider);
        let values = unit(plant, "SN-0003")["dataValues"].clone();
        assert_eq!((&values[0]["limits"], &values[1]["limits"]), (&json!("240–250"), &json!("0.1–0.2")));
        assert_eq!(values[1]["judge"], "FAIL");
    });
}

#[test]
fn r_core_212_a_trace_tells_nothing_of_other_units() {
    story(|plant| {
        for (own, other) in [("SN-0001", "SN-0002"), ("SN-0002", "SN-0001"), ("SN-0003", "SN-0001")] {
            let told = unit(plant, own).to_string();
            assert!(told.contains(own) && !told.contains(other), "{own}: {told}");
        }
    });
}

#[test]
fn r_core_210_the_trace_of_a_run_tells_how_its_steps_did() {
    story(|plant| {
        let t = plant.ask(&plant.boss(), "trace.run", json!({ "runNo": "run-1" }));
        assert_eq!((&t["run"]["qtyUnits"], &t["run"]["routeVersionId"]), (&json!(3), &json!("R-1@1")));
        let print = &t["steps"][0];
        assert_eq!((&print["firstClosed"], &print["firstPassed"]), (&json!(2), &json!(1)));
        assert_eq!(
            (&print["stations"][0]["stationCode"], &print["stations"][0]["failed"]),
            (&json!("ST-PRINT-01"), &json!(1))
        );
        assert_eq!(t["steps"][2]["stations"], json!([]));
        let unknown = plant.try_ask(&plant.boss(), "trace.run", json!({ "runNo": "NO" })).unwrap_err();
        assert_eq!(unknown.refusal().unwrap().def.code, "RUN_NOT_FOUND");
    });
}

#[test]
fn r_scr_every_word_of_the_trace_is_there_in_both_languages() {
    let mut registry = Registry::default();
    trace::register(&mut registry);
    let mut keys: Vec<String> = ["in", "passed", "failed", "voided", "defect", "held", "released"]
        .iter()
        .map(|key| format!("story-{key}"))
        .collect();
    for listing in registry.queries.values().filter_map(|q| q.listing) {
        keys.push(format!("list-{}", listing.name));
        keys.push(format!("empty-{}", listing.name));
        keys.extend(listing.columns.iter().filter(|c| c.shown).map(|c| format!("field-{}", c.name)));
        keys.extend(listing.filters.iter().map(|f| format!("field-{}", f.name)));
    }
    for lang in Lang::ALL {
        let missing: Vec<&String> = keys.iter().filter(|key| !has(lang, key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:#?}", lang.tag());
    }
}

#[test]
fn r_plat_051_a_trace_is_taken_away_by_those_who_may_and_shows_what_the_screen_shows() {
    story(|plant| {
        let reader = plant.someone(&[Permit::TraceRead]);
        let sn = json!({ "sn": "SN-0001" });
        assert!(plant.try_ask(&reader, "trace.export", sn.clone()).is_err(), "reading is not taking away");
        let taken = plant.ask(&plant.someone(&[Permit::TraceExport]), "trace.export", sn.clone());
        assert_eq!(taken["tracks"], unit(plant, "SN-0001")["tracks"]);
        assert_eq!(plant.ask(&reader, "trace.print", sn)["dataValues"], taken["dataValues"]);
    });
}

#[test]
fn r_plat_051_a_trace_is_taken_away_whole_where_the_screen_shows_the_first_rows() {
    story(|plant| {
        let many = sql!(
            "with recursive c(n) as (select 2 union all select n + 1 from c where n < 230)
             insert into unit_hold (unit_id, kind, reason, by_name, at, ended_at)
             select u.id, 'MANUAL', 'again', 'x', 1, 2 from unit u, c where u.sn = 'SN-0001'"
        );
        plant.engine.work(move |cx| cx.run(many, []).map(|n| n as i64)).unwrap();
        let shown = unit(plant, "SN-0001");
        assert_eq!(shown["holds"].as_array().unwrap().len(), 200);
        assert!(shown["more"]["holds"].is_string());
        for question in ["trace.export", "trace.print"] {
            let whole = plant.ask(&plant.boss(), question, json!({ "sn": "SN-0001" }));
            assert_eq!((whole["holds"].as_array().unwrap().len(), &whole["more"]), (230, &json!({})), "{question}");
        }
    });
}
