//! Lines and stations on both engines: the path, each refusal in the order a person meets it, scope, and what other slices say.

use std::sync::Arc;

use engine::door::Envelope;
use engine::permits::{Grants, Permits, Scope};
use engine::testing::{Plant, on_both};
use engine::{Actor, Cx, Permit, Registry, Verdict, sql};
use kernel::{Result, p};
use plant::line::{LINE_IN_USE, Line};
use plant::station::{STATION_IN_USE, Station};
use serde_json::{Value as Json, json};

/// The plant slice and a neighbour that keeps work: lines and stations whose name says so are busy, or were used once.
fn wire(registry: &mut Registry) {
    plant::register(registry);
    registry.gate(&plant::line::CHANGE, "open_runs", runs);
    registry.gate(&plant::station::CHANGE, "open_tracks", tracks);
}

fn runs(_: &Cx<'_>, line: &Line) -> Result<Verdict> {
    let evidence = if line.name.contains("used") { vec![json!({ "runs": 2 })] } else { vec![json!({ "runs": 0 })] };
    let busy = line.name.contains("busy").then(|| LINE_IN_USE.with("line", &line.code).with("runs", ["R-1"]));
    Ok(Verdict { refusals: busy.into_iter().collect(), evidence })
}

fn tracks(_: &Cx<'_>, station: &Station) -> Result<Verdict> {
    let evidence = if station.name.contains("used") { vec![json!({ "tracks": 9 })] } else { vec![] };
    let busy = station.name.contains("busy").then(|| STATION_IN_USE.with("station", &station.code).with("tracks", 1));
    Ok(Verdict { refusals: busy.into_iter().collect(), evidence })
}

fn line(code: &str, name: &str) -> Json {
    json!({ "code": code, "name": name, "processType": "SMT" })
}

fn station(code: &str, line: Option<&str>) -> Json {
    json!({ "code": code, "name": code, "lineCode": line, "stationType": "AUTO" })
}

fn seeing(version: i64) -> Envelope {
    Envelope { if_match: Some(version), ..Envelope::default() }
}

fn status(plant: &Plant, boss: &Arc<Actor>, command: &str, fields: Json, version: i64) -> u16 {
    let key = plant.envelope().key;
    plant.call_with(boss, command, fields, Envelope { key, ..seeing(version) }).status()
}

/// Somebody bound to one line, with that binding in the database.
fn bound_to(plant: &Plant, line: &str, permits: &[Permit]) -> Arc<Actor> {
    let code = line.to_string();
    let bind = move |cx: &mut Cx<'_>| {
        let name = format!("of-{code}");
        let sql = sql!("insert into principal (kind, name, name_key) values ('USER', $1, $2) returning id");
        let principal: i64 = cx.value(sql, p![name, name])?.unwrap_or_default();
        let bind = sql!("insert into principal_line (principal_id, line_id) select $1, id from line where code = $2");
        cx.run(bind, p![principal, code])?;
        Ok(principal)
    };
    let principal = plant.engine.work(bind).expect("a binding");
    let line: Vec<(i64,)> =
        rows(plant, sql!("select line_id from principal_line where principal_id = $1"), &p![principal]);
    let grants = Grants::of([(Scope::AssignedLines, Permits::of(permits))].into_iter());
    let lines = line.into_iter().map(|l| l.0).collect();
    Arc::new(Actor { principal, grants, lines, name: "bound".into(), ..(*plant.boss()).clone() })
}

fn rows<R: engine::db::Row + Send + 'static>(
    plant: &Plant,
    sql: &'static engine::db::Sql,
    params: &[kernel::Value],
) -> Vec<R> {
    let params = params.to_vec();
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all(sql, engine::db::Reach::ALL, &params);
    plant.engine.read_blocking(false, read).expect("rows")
}

fn codes(page: &Json) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|row| row["code"].as_str().expect("a code").to_string()).collect()
}

#[test]
fn r_core_020_codes_are_unique_whatever_their_case_and_never_blank() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let made = plant.run(&boss, "line.create", line("LINE-A", "Line A"));
        assert_eq!(
            made,
            json!({ "code": "LINE-A", "name": "Line A", "processType": "SMT", "isActive": true,
            "timezone": null, "meta": null, "version": 1 })
        );
        assert_eq!(plant.code(&boss, "line.create", line("line-a", "again")), ("LINE_CODE_DUPLICATE", 409));
        assert_eq!(plant.blockers(&boss, "line.create", line("line-a", "again")), ["LINE_CODE_DUPLICATE"]);
        assert_eq!(plant.code(&boss, "line.create", line("  ", "x")), ("CODE_REQUIRED", 400));
        assert_eq!(plant.code(&boss, "line.create", line("L", " ")), ("NAME_REQUIRED", 400));
        assert_eq!(plant.code(&boss, "line.create", line("tree", "x")), ("CODE_RESERVED", 409));
        let zoned = json!({ "code": "Z", "name": "z", "processType": "DIP", "timezone": "Mars/Olympus" });
        assert_eq!(plant.code(&boss, "line.create", zoned), ("VALIDATION_FAILED", 400));
        let reader = plant.someone(&[Permit::StationRead]);
        assert_eq!(plant.code(&reader, "line.create", line("B", "b")), ("FORBIDDEN", 403));

        plant.run(&boss, "station.create", station("ST-1", Some("line-a")));
        assert_eq!(plant.code(&boss, "station.create", station("st-1", None)), ("STATION_CODE_DUPLICATE", 409));
        assert_eq!(plant.code(&boss, "station.create", station("ST-2", Some("NO"))), ("LINE_NOT_FOUND", 404));
        for reserved in ["groups", "Resolve-Unit"] {
            assert_eq!(plant.code(&boss, "station.create", station(reserved, None)), ("CODE_RESERVED", 409));
        }
        let grouped = json!({ "code": "ST-3", "name": "x", "stationType": "TEST", "groupCode": "NO" });
        assert_eq!(plant.code(&boss, "station.create", grouped), ("STATION_GROUP_NOT_FOUND", 404));
    });
}

#[test]
fn r_core_020_a_code_changes_only_while_nothing_names_it() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "line.create", line("L1", "used line"));
        let fields = json!({ "lineCode": "L1", "code": "L2" });
        assert_eq!(plant.code(&boss, "line.update", fields), ("CODE_IMMUTABLE", 409));
        plant.run(&boss, "line.create", line("N1", "new"));
        let renamed =
            plant.run(&boss, "line.update", json!({ "lineCode": "n1", "code": "N2", "timezone": "Asia/Shanghai" }));
        assert_eq!((renamed["code"].as_str(), renamed["version"].as_i64()), (Some("N2"), Some(2)));
        let taken = json!({ "lineCode": "N2", "code": "l1" });
        assert_eq!(plant.code(&boss, "line.update", taken), ("LINE_CODE_DUPLICATE", 409));
        let cleared = plant.run(&boss, "line.update", json!({ "lineCode": "N2", "timezone": null }));
        assert_eq!(cleared["timezone"], Json::Null);
        assert_eq!(plant.code(&boss, "line.update", json!({ "lineCode": "N1" })), ("LINE_NOT_FOUND", 404));

        plant.run(&boss, "station.create", station("S1", Some("N2")));
        let renamed = plant.run(&boss, "station.update", json!({ "stationCode": "S1", "code": "S9" }));
        assert_eq!(renamed["equipmentCode"], "S9", "the equipment code follows while it was the station's");
        let used = json!({ "lineCode": "N2", "code": "N3" });
        assert_eq!(plant.code(&boss, "line.update", used), ("CODE_IMMUTABLE", 409), "a station names the line");
    });
}

#[test]
fn r_core_007_a_stale_version_changes_nothing() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "line.create", line("L1", "one"));
        let rename = |name: &str| json!({ "lineCode": "L1", "name": name });
        assert_eq!(status(plant, &boss, "line.update", rename("two"), 1), 200);
        assert_eq!(status(plant, &boss, "line.update", rename("three"), 1), 412);
        assert_eq!(status(plant, &boss, "line.delete", json!({ "lineCode": "L1" }), 1), 412);
        assert_eq!(plant.ask(&boss, "line.get", json!({ "lineCode": "L1" }))["name"], "two");
        assert_eq!(status(plant, &boss, "line.update", rename("two"), 2), 200);
        assert_eq!(plant.ask(&boss, "line.get", json!({ "lineCode": "L1" }))["version"], 2, "nothing differed");
        plant.run(&boss, "station.create", station("S1", None));
        assert_eq!(status(plant, &boss, "station.update", json!({ "stationCode": "S1", "name": "x" }), 7), 412);
    });
}

#[test]
fn r_core_021_what_something_names_is_not_deleted_and_the_counts_say_what() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "line.create", line("LINE-A", "used"));
        for n in 1..=3 {
            plant.run(&boss, "station.create", station(&format!("ST-{n}"), Some("LINE-A")));
        }
        let refusal = plant.refuse(&boss, "line.delete", json!({ "lineCode": "LINE-A" }));
        assert_eq!((refusal.def.code, refusal.kind.status()), ("LINE_HAS_DEPENDENCIES", 409));
        assert_eq!(refusal.params["counts"], json!({ "stations": 3, "runs": 2 }));

        plant.run(&boss, "station.delete", json!({ "stationCode": "ST-1" }));
        let gone = plant.try_ask(&boss, "station.get", json!({ "stationCode": "ST-1" })).unwrap_err();
        assert_eq!(gone.refusal().unwrap().def.code, "STATION_NOT_FOUND");
        assert_eq!(plant.code(&boss, "station.delete", json!({ "stationCode": "ST-1" })), ("STATION_NOT_FOUND", 404));
        plant.run(&boss, "station.update", json!({ "stationCode": "ST-2", "name": "used" }));
        let refusal = plant.refuse(&boss, "station.delete", json!({ "stationCode": "ST-2" }));
        assert_eq!(refusal.def.code, "STATION_HAS_DEPENDENCIES");
        assert_eq!(refusal.params["counts"], json!({ "tracks": 9 }));

        let config = |cx: &mut Cx<'_>| {
            let sql = sql!(
                "insert into execution_config (scope_type, target, fields, version)
                 values ('GLOBAL', 'GLOBAL', '{\"allowedStationCodes\":[\"st-3\"]}', 1)"
            );
            cx.run(sql, []).map(|n| n as i64)
        };
        plant.engine.work(config).unwrap();
        let refusal = plant.refuse(&boss, "station.delete", json!({ "stationCode": "ST-3" }));
        assert_eq!(refusal.params["counts"], json!({ "executionConfigs": 1 }));

        plant.run(&boss, "line.create", line("FREE", "free"));
        plant.run(&boss, "line.delete", json!({ "lineCode": "FREE" }));
        assert!(!codes(&plant.ask(&boss, "lines", json!({}))).contains(&"FREE".to_string()));
    });
}

#[test]
fn r_core_022_open_runs_keep_a_line_as_it_is() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "line.create", line("L1", "busy"));
        let dip = json!({ "lineCode": "L1", "processType": "DIP" });
        assert_eq!(plant.code(&boss, "line.set_process_type", dip.clone()), ("LINE_IN_USE", 409));
        let off = json!({ "lineCode": "L1", "isActive": false });
        assert_eq!(plant.code(&boss, "line.update", off.clone()), ("LINE_IN_USE", 409));
        assert_eq!(plant.code(&boss, "line.delete", json!({ "lineCode": "L1" })), ("LINE_IN_USE", 409));
        let same = json!({ "lineCode": "L1", "processType": "SMT" });
        assert_eq!(plant.run(&boss, "line.set_process_type", same)["version"], 1, "nothing changes");
        plant.run(&boss, "line.update", json!({ "lineCode": "L1", "name": "idle" }));
        assert_eq!(plant.run(&boss, "line.set_process_type", dip)["processType"], "DIP");
        assert_eq!(plant.run(&boss, "line.update", off)["isActive"], false);
    });
}

#[test]
fn r_core_022_open_tracks_keep_a_station_where_it_is() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "line.create", line("L1", "one"));
        plant.run(
            &boss,
            "station.create",
            json!({ "code": "S1", "name": "busy", "stationType": "AUTO", "lineCode": "L1" }),
        );
        let edit = |field: &str, value: Json| json!({ "stationCode": "S1", field: value });
        for change in [edit("stationType", json!("TEST")), edit("isActive", json!(false)), edit("lineCode", Json::Null)]
        {
            assert_eq!(plant.code(&boss, "station.update", change.clone()), ("STATION_IN_USE", 409), "{change}");
        }
        assert_eq!(plant.code(&boss, "station.delete", json!({ "stationCode": "S1" })), ("STATION_IN_USE", 409));
        assert_eq!(plant.run(&boss, "station.update", edit("capacity", json!(4)))["capacity"], 4);
        plant.run(&boss, "station.update", edit("name", json!("idle")));
        let moved = plant.run(&boss, "station.update", edit("lineCode", Json::Null));
        assert_eq!(moved["lineCode"], Json::Null);
        assert_eq!(plant.run(&boss, "station.update", edit("capacity", Json::Null))["capacity"], Json::Null);
    });
}

#[test]
fn r_core_020_a_station_has_sensible_defaults_and_a_capacity_of_at_least_one() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let made = plant.run(&boss, "station.create", station("ST-AOI", None));
        assert_eq!((&made["equipmentRequired"], &made["equipmentCode"]), (&json!(true), &json!("ST-AOI")));
        assert_eq!((&made["capacity"], &made["isActive"]), (&Json::Null, &json!(true)));
        let manual = plant.run(&boss, "station.create", json!({ "code": "M", "name": "m", "stationType": "MANUAL" }));
        assert_eq!(manual["equipmentRequired"], false);
        let none = json!({ "code": "X", "name": "x", "stationType": "MANUAL", "capacity": 0 });
        assert_eq!(plant.code(&boss, "station.create", none), ("VALIDATION_FAILED", 400));
        let odd = json!({ "code": "X", "name": "x", "stationType": "ROBOT" });
        assert_eq!(plant.code(&boss, "station.create", odd), ("VALIDATION_FAILED", 400));
    });
}

#[test]
fn r_core_006_lines_and_stations_are_seen_and_changed_in_scope() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for code in ["A", "B"] {
            plant.run(&boss, "line.create", line(code, code));
            plant.run(&boss, "station.create", station(&format!("ST-{code}"), Some(code)));
        }
        plant.run(&boss, "station.create", station("ST-ANY", None));
        let mine = bound_to(plant, "A", &[Permit::LineConfig, Permit::StationConfig]);

        assert_eq!(codes(&plant.ask(&mine, "lines", json!({}))), ["A"]);
        assert_eq!(codes(&plant.ask(&mine, "stations", json!({}))), ["ST-A", "ST-ANY"]);
        let tree = plant.ask(&mine, "plant.tree", json!({}));
        assert_eq!(tree["lines"].as_array().map(Vec::len), Some(1));
        assert_eq!(tree["lines"][0]["stations"][0]["code"], "ST-A");
        assert_eq!(tree["stations"][0]["code"], "ST-ANY");
        assert!(!tree.to_string().contains("ST-B"));
        assert!(plant.try_ask(&mine, "line.get", json!({ "lineCode": "B" })).is_err());
        assert!(plant.try_ask(&mine, "station.get", json!({ "stationCode": "ST-B" })).is_err());
        assert_eq!(plant.ask(&mine, "line.get", json!({ "lineCode": "a" }))["stations"][0]["code"], "ST-A");

        let forbidden = [
            ("line.create", line("C", "c"), "LINE_FORBIDDEN"),
            ("line.update", json!({ "lineCode": "B", "name": "x" }), "LINE_FORBIDDEN"),
            ("line.set_process_type", json!({ "lineCode": "B", "processType": "DIP" }), "LINE_FORBIDDEN"),
            ("line.delete", json!({ "lineCode": "B" }), "LINE_FORBIDDEN"),
            ("station.create", station("ST-C", Some("B")), "LINE_FORBIDDEN"),
            ("station.create", station("ST-C", None), "STATION_FORBIDDEN"),
            ("station.update", json!({ "stationCode": "ST-B", "name": "x" }), "STATION_FORBIDDEN"),
            ("station.update", json!({ "stationCode": "ST-A", "lineCode": "B" }), "LINE_FORBIDDEN"),
            ("station.update", json!({ "stationCode": "ST-A", "lineCode": null }), "STATION_FORBIDDEN"),
            ("station.delete", json!({ "stationCode": "ST-B" }), "STATION_FORBIDDEN"),
            ("station.update", json!({ "stationCode": "ST-ANY", "isActive": false }), "STATION_FORBIDDEN"),
            ("station.delete", json!({ "stationCode": "ST-ANY" }), "STATION_FORBIDDEN"),
        ];
        for (command, fields, code) in forbidden {
            assert_eq!(plant.code(&mine, command, fields.clone()), (code, 403), "{command} {fields}");
        }
        plant.run(&mine, "line.update", json!({ "lineCode": "A", "name": "mine" }));
        plant.run(&mine, "station.update", json!({ "stationCode": "ST-A", "name": "mine" }));
    });
}

#[test]
fn r_core_020_lists_filter_and_every_change_is_told_once() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "line.create", line("SMT-1", "one"));
        plant.run(&boss, "line.create", json!({ "code": "DIP-1", "name": "two", "processType": "DIP" }));
        plant.run(&boss, "station.create", station("AOI-1", Some("SMT-1")));
        plant.run(
            &boss,
            "station.create",
            json!({ "code": "TOUCH-1", "name": "t", "stationType": "MANUAL", "lineCode": "DIP-1" }),
        );
        plant.run(&boss, "station.update", json!({ "stationCode": "TOUCH-1", "isActive": false }));
        let list = |list: &str, fields: Json| codes(&plant.ask(&boss, list, fields));
        assert_eq!(list("lines", json!({ "q": "smt" })), ["SMT-1"]);
        assert_eq!(list("lines", json!({ "processType": "DIP" })), ["DIP-1"]);
        assert_eq!(list("lines", json!({ "sort": "-code" })), ["SMT-1", "DIP-1"]);
        assert_eq!(list("stations", json!({ "lineCode": "smt-1" })), ["AOI-1"]);
        assert_eq!(list("stations", json!({ "stationType": "MANUAL", "isActive": false })), ["TOUCH-1"]);
        assert_eq!(list("stations", json!({ "q": "AO" })), ["AOI-1"]);

        let told: Vec<(String, Json)> = rows(plant, sql!("select name, payload from event order by id"), &[]);
        let changes: Vec<_> =
            told.iter().map(|(name, payload)| format!("{name} {}", payload["change"].as_str().unwrap())).collect();
        assert_eq!(
            changes,
            [
                "LINE_CHANGED CREATED",
                "LINE_CHANGED CREATED",
                "STATION_CHANGED CREATED",
                "STATION_CHANGED CREATED",
                "STATION_CHANGED DEACTIVATED",
            ]
        );
        assert_eq!(
            told[4].1,
            json!({ "lineCode": "DIP-1", "stationCode": "TOUCH-1", "change": "DEACTIVATED", "fields": ["isActive"] })
        );
        assert_eq!(
            told[2].1["fields"],
            json!(["code", "name", "lineCode", "stationType", "isActive", "equipmentRequired", "equipmentCode"])
        );
    });
}
