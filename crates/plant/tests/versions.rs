//! Versions on both engines: one for each state, the newest READY one is chosen, and what marks one stale (core §6).

use engine::testing::on_both;
use serde_json::{Value as Json, json};

mod floor_of_routes;
use floor_of_routes::*;

#[test]
fn r_core_072_only_what_decides_marks_a_version_stale() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        let stale = || head(plant, "R")["needsCompile"].as_bool().unwrap();
        let label = json!({ "stationCode": "M1", "name": "Printer", "capacity": 3, "meta": { "hall": 2 } });
        change(plant, &boss, "station.update", label, 1);
        assert!(!stale(), "a name, a capacity and further facts decide nothing");
        change(plant, &boss, "station.update", json!({ "stationCode": "M1", "groupCode": null }), 2);
        assert!(stale(), "it left the group of the step");
        assert_eq!(compile(plant, "R").1["status"], "INVALID");
        change(plant, &boss, "station.update", json!({ "stationCode": "M1", "groupCode": "G1" }), 3);
        compile(plant, "R");
        assert!(!stale());
        change(plant, &boss, "operation.update", json!({ "operationCode": "PRINT", "isKeyQuality": true }), 1);
        assert!(!stale(), "a version carries nothing of that");
        change(plant, &boss, "operation.update", json!({ "operationCode": "PRINT", "defaultType": "AUTO" }), 2);
        assert!(stale(), "the step is worked another way now");
        assert_eq!(compile(plant, "R").1["errors"][0]["code"], "INGEST_MAPPING_MISSING");
        change(plant, &boss, "operation.update", json!({ "operationCode": "PRINT", "name": "Printing" }), 3);
        assert!(stale(), "and called otherwise");
    });
}

#[test]
fn r_core_072_a_revision_at_the_moment_of_a_compile_is_frozen_or_marked() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        set_setting(plant, "route.autoCompile", json!(false));
        spec(plant, "PRINT", "Peak", "MANUAL", "EACH_UNIT", true, true);
        route_with(plant, "R", &[(10, "PRINT")]);
        configure(plant, "R", 10, json!({ "dataSpecIds": ["PRINT:Peak"] }));
        for round in 1..=30_i64 {
            configure(plant, "R", 10, json!({ "requiresQualification": format!("Q{round}") }));
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let limits = json!({ "lsl": 0, "usl": 100 + round });
                    change(plant, &boss, "data_spec.update", json!({ "specId": "PRINT:Peak", "spec": limits }), round);
                });
                scope.spawn(|| compile(plant, "R"));
            });
            let now = head(plant, "R");
            let newest = version(plant, "R", now["readyVersionNo"].as_i64().unwrap());
            let frozen = newest["snapshot"]["steps"][0]["dataSpecs"][0]["revision"] == round + 1;
            assert!(frozen || newest["stale"] == true, "on {}, round {round}: {}", plant.on, newest["stale"]);
        }
    });
}

#[test]
fn r_core_021_what_a_frozen_version_names_stays_while_runs_may_live_by_it() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        plant.run(&boss, "station_group.create", json!({ "code": "G3", "name": "x" }));
        plant.run(
            &boss,
            "station.create",
            json!({ "code": "M3", "name": "x", "stationType": "MANUAL", "groupCode": "G3" }),
        );
        route_with(plant, "R", &[(10, "PRINT")]);
        configure(plant, "R", 10, json!({ "stationGroupCode": "G3", "allowedStationCodes": ["M3"] }));
        configure(plant, "R", 10, json!({ "unset": ["stationGroupCode", "allowedStationCodes"] }));
        assert_eq!(head(plant, "R")["readyVersionNo"], 3, "no configuration names them any more");
        let refusal = plant.refuse(&boss, "station.delete", json!({ "stationCode": "M3" }));
        assert_eq!(
            (refusal.def.code, &refusal.params["counts"]),
            ("STATION_HAS_DEPENDENCIES", &json!({ "routeVersions": 1 }))
        );
        let renamed = json!({ "stationCode": "M3", "code": "M9", "groupCode": null });
        assert_eq!(plant.code(&boss, "station.update", renamed), ("CODE_IMMUTABLE", 409));
        plant.run(&boss, "station.update", json!({ "stationCode": "M3", "groupCode": null, "isActive": false }));
        let refusal = plant.refuse(&boss, "station_group.delete", json!({ "groupCode": "G3" }));
        assert_eq!(refusal.params["counts"], json!({ "routeVersions": 1 }));
        plant.run(&boss, "station.create", json!({ "code": "M", "name": "x", "stationType": "MANUAL" }));
        plant.run(&boss, "station.delete", json!({ "stationCode": "M" }));
    });
}

#[test]
fn r_core_071_two_compiles_at_once_give_one_version() {
    on_both(wire, |plant| {
        floor(plant);
        set_setting(plant, "route.autoCompile", json!(false));
        route_with(plant, "R", &[(10, "PRINT")]);
        for round in 1..=5 {
            configure(plant, "R", 10, json!({ "requiresQualification": format!("Q{round}") }));
            let answers: Vec<(u16, Json)> = std::thread::scope(|scope| {
                let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| compile(plant, "R"))).collect();
                calls.into_iter().map(|c| c.join().unwrap()).collect()
            });
            assert!(answers.iter().all(|(_, a)| a["versionNo"] == round), "{answers:?}");
            assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
        }
    });
}

#[test]
fn r_core_072_an_invalid_version_never_hides_a_ready_one_and_a_retired_one_is_not_chosen() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        route_with(plant, "R", &[(10, "PRINT")]);
        configure(plant, "R", 10, json!({ "stationType": "AUTO" }));
        let now = head(plant, "R");
        let state = (&now["latestVersionNo"], &now["latestStatus"], &now["readyVersionNo"]);
        assert_eq!(state, (&json!(2), &json!("INVALID"), &json!(1)), "§6 example 3");
        let retire = |no: i64| json!({ "routingCode": "R", "versionNo": no, "reason": "a mistake" });
        assert_eq!(plant.code(&boss, "route.retire_version", retire(9)), ("ROUTE_VERSION_NOT_FOUND", 404));
        assert_eq!(plant.code(&boss, "route.retire_version", retire(2)), ("ROUTE_VERSION_NOT_READY", 409));
        let blank = json!({ "routingCode": "R", "versionNo": 1, "reason": " " });
        assert_eq!(plant.code(&boss, "route.retire_version", blank).1, 400);
        configure(plant, "R", 10, json!({ "unset": ["stationType"] }));
        assert_eq!(head(plant, "R")["readyVersionNo"], 3);
        assert_eq!(plant.run(&boss, "route.retire_version", retire(3))["status"], "RETIRED");
        assert_eq!(plant.code(&boss, "route.retire_version", retire(3)), ("ROUTE_VERSION_NOT_READY", 409));
        assert_eq!(head(plant, "R")["readyVersionNo"], 1, "the older one is chosen again");
        change(plant, &boss, "route.update", json!({ "routingCode": "R", "name": "N" }), version_of(plant, "R"));
        assert_eq!(head(plant, "R")["readyVersionNo"], 1, "a change brings no retired version back");
        assert_eq!(compile(plant, "R").0, 201, "a person does, as a new version");
        assert_eq!(head(plant, "R")["readyVersionNo"], 4);
        let list = plant.ask(&boss, "route_versions", json!({ "q": "R", "status": "RETIRED" }));
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn r_core_072_what_a_version_names_marks_it_stale_and_changes_nothing_else() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        spec(plant, "PRINT", "Peak", "MANUAL", "EACH_UNIT", true, true);
        let build = |code: &str, group: &str| {
            route_with(plant, code, &[(10, "PRINT")]);
            configure(plant, code, 10, json!({ "stationGroupCode": group }));
        };
        build("IN1", "G1");
        build("IN2", "G2");
        configure(plant, "IN1", 10, json!({ "dataSpecIds": ["PRINT:Peak"] }));
        let stale = |code: &str| {
            let now = head(plant, code);
            let no = now["readyVersionNo"].as_i64().unwrap();
            let is_stale = version(plant, code, no)["stale"].as_bool().unwrap();
            assert_eq!(now["needsCompile"], is_stale, "{code}");
            is_stale
        };
        assert!(!stale("IN1") && !stale("IN2"));
        let edit = json!({ "specId": "PRINT:Peak", "spec": { "lsl": 240.0, "usl": 245.0 } });
        change(plant, &boss, "data_spec.update", edit, 1);
        assert!(stale("IN1") && !stale("IN2"), "a revised spec");
        let no = head(plant, "IN1")["readyVersionNo"].as_i64().unwrap();
        let usl = |no: i64| version(plant, "IN1", no)["snapshot"]["steps"][0]["dataSpecs"][0]["spec"]["usl"].clone();
        assert_eq!(usl(no), 250.0, "§6 example 4: whoever runs under it is judged against 250");
        assert_eq!(compile(plant, "IN1").0, 201);
        assert_eq!((usl(no), usl(no + 1)), (json!(250.0), json!(245.0)));
        assert_eq!(version(plant, "IN1", no + 1)["snapshot"]["steps"][0]["dataSpecs"][0]["revision"], 2);
        assert!(!stale("IN1"));
        change(plant, &boss, "station.update", json!({ "stationCode": "M2", "isActive": false }), 1);
        assert!(stale("IN2") && !stale("IN1"), "a station of its group");
        assert_eq!(version(plant, "IN2", 2)["status"], "READY", "runs go on");
        change(plant, &boss, "station.update", json!({ "stationCode": "M2", "isActive": true }), 2);
        assert_eq!(compile(plant, "IN2").0, 200, "nothing differs after all");
        assert!(!stale("IN2"), "and the mark is gone");
        plant.run(
            &boss,
            "station.create",
            json!({ "code": "M3", "name": "M3", "groupCode": "G2", "stationType": "MANUAL" }),
        );
        assert!(!stale("IN2"), "a new station takes nothing away");
        change(plant, &boss, "line.update", json!({ "lineCode": "L1", "isActive": false }), 1);
        assert!(stale("IN1") && stale("IN2"), "a line on which they may run");
    });
}
