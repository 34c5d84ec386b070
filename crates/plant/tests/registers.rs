//! Registers on both engines: station groups, materials, work centers, shifts; their changes, their imports and their history.

use std::sync::Arc;

use engine::db::{Reach, Row, Sql};
use engine::door::Envelope;
use engine::permits::{Grants, Permits, Scope};
use engine::register::{Entry, USED};
use engine::testing::{Plant, on_both};
use engine::{Actor, Cx, Permit, Registry, Verdict, sql};
use kernel::{Result, p};
use serde_json::{Value as Json, json};

/// The plant slice and a neighbour whose orders name the material `ORDERED`.
fn wire(registry: &mut Registry) {
    plant::register(registry);
    registry.gate(&USED, "orders", ordered);
}

fn ordered(_: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    let count = i64::from(entry.noun == "material" && entry.code == "ORDERED");
    Ok(Verdict { refusals: vec![], evidence: vec![json!({ "orders": count })] })
}

fn rows<R: Row + Send + 'static>(plant: &Plant, sql: &'static Sql) -> Vec<R> {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all(sql, Reach::ALL, &[]);
    plant.engine.read_blocking(false, read).expect("rows")
}

fn count(plant: &Plant, sql: &'static Sql) -> i64 {
    rows::<(i64,)>(plant, sql)[0].0
}

fn change(plant: &Plant, sql: &'static Sql) {
    plant.engine.work(move |cx: &mut Cx<'_>| cx.run(sql, []).map(|n| n as i64)).expect("a change");
}

fn codes(page: &Json) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|row| row["code"].as_str().expect("a code")).collect()
}

fn stale(plant: &Plant, command: &str, fields: Json) -> u16 {
    let envelope = Envelope { if_match: Some(99), ..plant.envelope() };
    plant.call_with(&plant.boss(), command, fields, envelope).status()
}

#[test]
fn r_core_020_a_group_is_created_edited_and_deleted() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let made = plant.run(&boss, "station_group.create", json!({ "code": "SG-AOI", "name": "AOI" }));
        assert_eq!(made, json!({ "code": "SG-AOI", "name": "AOI", "meta": null, "version": 1 }));
        let create = |code: &str, name: &str| json!({ "code": code, "name": name });
        let code = |fields: Json| plant.code(&boss, "station_group.create", fields);
        assert_eq!(code(create("sg-aoi", "again")), ("STATION_GROUP_CODE_DUPLICATE", 409));
        assert_eq!(code(create(" ", "x")), ("CODE_REQUIRED", 400));
        assert_eq!(code(create("X", "")), ("NAME_REQUIRED", 400));
        assert_eq!(code(create("Import", "x")), ("CODE_RESERVED", 409));
        assert_eq!(code(json!({ "code": "X" })), ("VALIDATION_FAILED", 400));
        assert_eq!(code(json!({ "code": "X", "name": "x", "colour": "red" })), ("VALIDATION_FAILED", 400));
        assert_eq!(
            plant.blockers(&boss, "station_group.create", create("SG-aoi", "x")),
            ["STATION_GROUP_CODE_DUPLICATE"]
        );
        let reader = plant.someone(&[Permit::StationRead]);
        assert_eq!(plant.code(&reader, "station_group.create", create("X", "x")), ("FORBIDDEN", 403));

        let named = json!({ "groupCode": "SG-AOI", "name": "Optics", "meta": { "hall": 2 } });
        assert_eq!(plant.run(&boss, "station_group.update", named.clone())["version"], 2);
        assert_eq!(plant.run(&boss, "station_group.update", named)["version"], 2, "nothing differed");
        let cleared = plant.run(&boss, "station_group.update", json!({ "groupCode": "sg-aoi", "meta": null }));
        assert_eq!((&cleared["meta"], &cleared["name"]), (&Json::Null, &json!("Optics")));
        assert_eq!(stale(plant, "station_group.update", json!({ "groupCode": "SG-AOI", "name": "x" })), 412);
        let missing = json!({ "groupCode": "NO", "name": "x" });
        assert_eq!(plant.code(&boss, "station_group.update", missing), ("STATION_GROUP_NOT_FOUND", 404));

        assert_eq!(plant.ask(&reader, "station_group.get", json!({ "groupCode": "sg-aoi" }))["code"], "SG-AOI");
        assert_eq!(codes(&plant.ask(&reader, "station_groups", json!({ "q": "sg" }))), ["SG-AOI"]);
        assert_eq!(stale(plant, "station_group.delete", json!({ "groupCode": "SG-AOI" })), 412);
        plant.run(&boss, "station_group.delete", json!({ "groupCode": "SG-AOI" }));
        let again = plant.code(&boss, "station_group.delete", json!({ "groupCode": "SG-AOI" }));
        assert_eq!(again, ("STATION_GROUP_NOT_FOUND", 404));
    });
}

#[test]
fn r_core_021_a_group_that_stations_or_configurations_name_stays() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "station_group.create", json!({ "code": "SG", "name": "x" }));
        let station = json!({ "code": "ST-1", "name": "x", "stationType": "AUTO", "groupCode": "SG" });
        plant.run(&boss, "station.create", station);
        change(
            plant,
            sql!(
                "insert into execution_config (scope_type, target, fields, version)
                 values ('GLOBAL', 'GLOBAL', '{\"stationGroupCode\":\"sg\"}', 1)"
            ),
        );
        let center = json!({ "code": "WC", "name": "x", "stationGroupCode": "sg" });
        assert_eq!(plant.run(&boss, "work_center.create", center)["stationGroupCode"], "SG", "what is suggested there");
        let refusal = plant.refuse(&boss, "station_group.delete", json!({ "groupCode": "SG" }));
        assert_eq!((refusal.def.code, refusal.kind.status()), ("STATION_GROUP_HAS_DEPENDENCIES", 409));
        assert_eq!(refusal.params["counts"], json!({ "stations": 1, "workCenters": 1, "executionConfigs": 1 }));
        let nobody = json!({ "workCenterCode": "WC", "stationGroupCode": "NO" });
        assert_eq!(plant.code(&boss, "work_center.update", nobody), ("STATION_GROUP_NOT_FOUND", 404));
        plant.run(&boss, "work_center.update", json!({ "workCenterCode": "WC", "stationGroupCode": null }));
        let renamed = json!({ "groupCode": "SG", "code": "SG2" });
        assert_eq!(plant.code(&boss, "station_group.update", renamed.clone()), ("CODE_IMMUTABLE", 409));
        plant.run(&boss, "station.update", json!({ "stationCode": "ST-1", "groupCode": null }));
        change(plant, sql!("delete from execution_config"));
        assert_eq!(plant.run(&boss, "station_group.update", renamed)["code"], "SG2");
        plant.run(&boss, "station_group.create", json!({ "code": "SG3", "name": "x" }));
        let taken = json!({ "groupCode": "SG3", "code": "sg2" });
        assert_eq!(plant.code(&boss, "station_group.update", taken), ("STATION_GROUP_CODE_DUPLICATE", 409));
    });
}

#[test]
fn r_core_030_what_the_erp_maintains_is_read_only_here() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let made = plant.run(&boss, "material.create", json!({ "code": "PCB-1", "name": "Board", "unit": "pcs" }));
        assert_eq!(made["sourceSystem"], "MES");
        assert_eq!((&made["isLotManaged"], &made["isActive"]), (&json!(false), &json!(true)));
        let foreign = json!({ "code": "X", "name": "x", "sourceSystem": "KINGDEE" });
        assert_eq!(plant.code(&boss, "material.create", foreign), ("VALIDATION_FAILED", 400));
        let again = plant.refuse(&boss, "material.create", json!({ "code": "pcb-1", "name": "x" }));
        assert_eq!(again.def.code, "CODE_DUPLICATE");
        assert_eq!(Json::Object(again.params), json!({ "entity": "material", "field": "code", "code": "pcb-1" }));
        plant.run(&boss, "material.update", json!({ "materialCode": "PCB-1", "name": "Bare board" }));

        change(plant, sql!("update material set source_system = 'KINGDEE'"));
        let edit = |field: &str, value: Json| json!({ "materialCode": "PCB-1", field: value });
        for (field, value) in
            [("name", json!("x")), ("isActive", json!(false)), ("unit", Json::Null), ("code", json!("P2"))]
        {
            let refusal = plant.refuse(&boss, "material.update", edit(field, value));
            assert_eq!((refusal.def.code, refusal.kind.status()), ("ERP_OWNED_FIELD", 409), "{field}");
            assert_eq!((&refusal.params["field"], &refusal.params["source"]), (&json!(field), &json!("KINGDEE")));
        }
        let ours = plant.run(
            &boss,
            "material.update",
            json!({ "materialCode": "PCB-1", "materialLevel": "M2", "name": "Bare board" }),
        );
        assert_eq!(ours["materialLevel"], "M2", "the same name is no change");
        let level = edit("processLevel", json!("P9"));
        assert_eq!(plant.code(&boss, "material.update", level), ("VALIDATION_FAILED", 400));
        let told =
            rows::<(Json,)>(plant, sql!("select payload from event where name = 'MATERIAL_CHANGED' order by id"));
        assert_eq!(told[2].0, json!({ "materialCode": "PCB-1", "fields": ["materialLevel"] }));
    });
}

#[test]
fn r_core_021_a_material_that_orders_name_stays() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "material.create", json!({ "code": "ORDERED", "name": "x" }));
        let refusal = plant.refuse(&boss, "material.delete", json!({ "materialCode": "ORDERED" }));
        assert_eq!(
            (refusal.def.code, &refusal.params["counts"]),
            ("MATERIAL_HAS_DEPENDENCIES", &json!({ "orders": 1 }))
        );
        plant.run(&boss, "material.create", json!({ "code": "FREE", "name": "x" }));
        plant.run(&boss, "material.delete", json!({ "materialCode": "FREE" }));
    });
}

fn thousand(bad: &[(usize, &str)]) -> String {
    let mut csv = String::from("code,name,unit,isLotManaged\r\n");
    for n in 0..1000 {
        let line = n + 2;
        let row = bad.iter().find(|(at, _)| *at == line).map(|(_, row)| (*row).to_string());
        csv.push_str(&row.unwrap_or_else(|| format!("MAT-{n:04},Material {n},pcs,{}", n % 2 == 0)));
        csv.push_str("\r\n");
    }
    csv
}

#[test]
fn r_core_020_an_import_of_a_thousand_rows_names_its_three_bad_ones_and_changes_nothing() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let bad = [(17, "MAT-0015,,pcs,true"), (500, "MAT-0498,ok,pcs,perhaps"), (999, "MAT-0001,again,pcs,true")];
        let fields = json!({ "csv": thousand(&bad) });
        let refusal = plant.refuse(&boss, "material.import", fields.clone());
        assert_eq!((refusal.def.code, refusal.kind.status()), ("VALIDATION_FAILED", 400));
        let named: Vec<(&str, &str)> = refusal.errors.iter().map(|e| (e.path.as_str(), e.code.as_str())).collect();
        let expected =
            [("/csv/17/name", "NAME_REQUIRED"), ("/csv/500/isLotManaged", "INVALID"), ("/csv/999/code", "REPEATED")];
        assert_eq!(named, expected);
        assert_eq!(plant.blockers(&boss, "material.import", fields), ["VALIDATION_FAILED"]);
        assert_eq!(count(plant, sql!("select cast(count(*) as bigint) from material")), 0);
        assert_eq!(count(plant, sql!("select cast(count(*) as bigint) from event")), 0);

        let good = json!({ "csv": thousand(&[]) });
        assert_eq!(plant.blockers(&boss, "material.import", good.clone()), Vec::<&str>::new());
        assert_eq!(count(plant, sql!("select cast(count(*) as bigint) from material")), 0, "a dry run changes nothing");
        let done = plant.run(&boss, "material.import", good.clone());
        assert_eq!(done, json!({ "created": 1000, "updated": 0, "unchanged": 0 }));
        assert_eq!(plant.run(&boss, "material.import", good), json!({ "created": 0, "updated": 0, "unchanged": 1000 }));
        let edits = "code,name\nmat-0007,Seven\nMAT-0008,Material 8\nNEW,New\n";
        let edited = plant.run(&boss, "material.import", json!({ "csv": edits }));
        assert_eq!(edited, json!({ "created": 1, "updated": 1, "unchanged": 1 }));
        let seven = plant.ask(&boss, "material.get", json!({ "materialCode": "MAT-0007" }));
        assert_eq!((&seven["name"], &seven["unit"], &seven["version"]), (&json!("Seven"), &json!("pcs"), &json!(2)));

        let history = sql!(
            "select action, diff from audit where entity_type = 'material' and entity_key = 'MAT-0007' order by id"
        );
        let history: Vec<(String, Json)> = rows(plant, history);
        assert_eq!(history.len(), 2, "each row has its own history");
        assert_eq!(history[1].0, "MATERIAL_IMPORT");
        assert_eq!(
            history[1].1,
            json!([{ "op": "replace", "path": "/name", "before": "Material 7", "after": "Seven" }])
        );
    });
}

#[test]
fn r_core_030_an_empty_cell_leaves_a_field_that_is_never_empty_as_it_is() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let import = |csv: &str| plant.run(&boss, "material.import", json!({ "csv": csv }));
        import("code,name,unit,isActive,isLotManaged\nM-1,One,pcs,false,true\n");
        let done = import("code,name,unit,isActive,isLotManaged\nM-1,Uno,,,\nM-2,Two,,,\n");
        assert_eq!((&done["created"], &done["updated"]), (&json!(1), &json!(1)));
        let get = |code: &str| plant.ask(&boss, "material.get", json!({ "materialCode": code }));
        let (old, new) = (get("M-1"), get("M-2"));
        assert_eq!((&old["name"], &old["unit"]), (&json!("Uno"), &Json::Null), "what may be empty is emptied");
        assert_eq!((&old["isActive"], &old["isLotManaged"]), (&json!(false), &json!(true)), "on {}", plant.on);
        assert_eq!(
            (&new["isActive"], &new["isLotManaged"]),
            (&json!(true), &json!(false)),
            "a new row has the defaults"
        );
    });
}

#[test]
fn r_core_020_an_import_says_what_is_wrong_with_its_head_and_its_references() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let wrong = |command: &str, csv: &str| {
            let refusal = plant.refuse(&boss, command, json!({ "csv": csv }));
            let errors = refusal.errors.iter().map(|e| format!("{} {}", e.path, e.code));
            errors.collect::<Vec<_>>()
        };
        assert_eq!(wrong("station_group.import", "name\nx\n"), ["/csv/1/code REQUIRED"]);
        assert_eq!(wrong("station_group.import", "code,name,colour\nA,a,red\n"), ["/csv/1/colour UNKNOWN"]);
        assert_eq!(wrong("station_group.import", "code,name,Code\nA,a,B\n"), ["/csv/1/Code REPEATED"]);
        assert_eq!(wrong("station_group.import", "code,name\nA,\"a\n"), ["/csv/2/ INVALID"]);
        assert_eq!(wrong("station_group.import", "code\nA\n"), ["/csv/2/name REQUIRED"]);
        assert_eq!(wrong("station_group.import", "code,name\nA,a,b\n"), ["/csv/2/ INVALID"]);
        let labels = "\u{FEFF}代码;名称\r\nSG-1;一组\r\n";
        assert_eq!(plant.run(&boss, "station_group.import", json!({ "csv": labels }))["created"], 1);
        let shifts = "code,lineCode,startLocal,endLocal,days,validFrom\nA,NO,06:00,14:00,MON TUE,2026-01-01\nB,,25:00,22:00,MON,2026-01-01\nimport,,6:00,7:00,SUN,2026-01-01\n";
        let expected = ["/csv/2/lineCode LINE_NOT_FOUND", "/csv/3/startLocal INVALID", "/csv/4/code CODE_RESERVED"];
        assert_eq!(wrong("shift.import", shifts), expected);
        plant.run(&boss, "material.create", json!({ "code": "ERP-1", "name": "x" }));
        change(plant, sql!("update material set source_system = 'KINGDEE'"));
        assert_eq!(wrong("material.import", "code,name\nERP-1,other\n"), ["/csv/2/name ERP_OWNED_FIELD"]);
        let ours = "code,name,materialLevel\nERP-1,x,M1\n";
        assert_eq!(plant.run(&boss, "material.import", json!({ "csv": ours }))["updated"], 1);
        let many = format!("code,name\n{}", "A,a\n".repeat(engine::register::ROWS_MAX + 1));
        assert_eq!(
            wrong("station_group.import", &many),
            [format!("/csv/{}/ TOO_MANY", engine::register::ROWS_MAX + 2)]
        );
        let huge = json!({ "csv": "x".repeat(engine::register::CSV_MAX + 1) });
        assert_eq!(plant.code(&boss, "station_group.import", huge), ("VALIDATION_FAILED", 400));
        let reader = plant.someone(&[Permit::MaterialRead]);
        assert_eq!(plant.code(&reader, "material.import", json!({ "csv": "code" })), ("FORBIDDEN", 403));
    });
}

/// Somebody bound to one line, with that binding in the database.
fn bound_to(plant: &Plant, line: &'static str) -> Arc<Actor> {
    let bind = move |cx: &mut Cx<'_>| {
        let sql = sql!("insert into principal (kind, name, name_key) values ('USER', $1, $2) returning id");
        let principal: i64 = cx.value(sql, p![*line, *line])?.unwrap_or_default();
        let bind = sql!("insert into principal_line (principal_id, line_id) select $1, id from line where code = $2");
        cx.run(bind, p![principal, *line])?;
        Ok(principal)
    };
    let principal = plant.engine.work(bind).expect("a binding");
    let lines = rows::<(i64,)>(plant, sql!("select line_id from principal_line")).into_iter().map(|l| l.0).collect();
    let grants = Grants::of([(Scope::AssignedLines, Permits::of(&[Permit::LineConfig]))].into_iter());
    Arc::new(Actor { principal, grants, lines, name: "bound".into(), ..(*plant.boss()).clone() })
}

#[test]
fn r_core_006_shifts_of_other_lines_are_neither_seen_nor_changed() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for code in ["A", "B"] {
            plant.run(&boss, "line.create", json!({ "code": code, "name": code, "processType": "SMT" }));
        }
        let shift = |code: &str, line: Option<&str>| json!({ "code": code, "lineCode": line, "startLocal": "6:00", "endLocal": "14:00", "days": ["TUE", "MON"], "validFrom": "2026-01-01" });
        let made = plant.run(&boss, "shift.create", shift("A-EARLY", Some("a")));
        assert_eq!(
            made,
            json!({ "code": "A-EARLY", "lineCode": "A", "startLocal": "06:00", "endLocal": "14:00",
            "days": ["MON", "TUE"], "validFrom": "2026-01-01", "validTo": null, "version": 1 })
        );
        plant.run(&boss, "shift.create", shift("B-EARLY", Some("B")));
        plant.run(&boss, "shift.create", shift("EARLY", None));
        assert_eq!(plant.code(&boss, "shift.create", shift("X", Some("NO"))), ("LINE_NOT_FOUND", 404));
        assert_eq!(codes(&plant.ask(&boss, "shifts", json!({ "lineCode": "b" }))), ["B-EARLY"]);

        let mine = bound_to(plant, "A");
        assert_eq!(codes(&plant.ask(&mine, "shifts", json!({}))), ["A-EARLY", "EARLY"]);
        let get = |code: &str| plant.try_ask(&mine, "shift.get", json!({ "shiftCode": code })).is_ok();
        assert_eq!((get("A-EARLY"), get("EARLY"), get("B-EARLY")), (true, true, false));
        for (command, fields) in [
            ("shift.create", shift("C", Some("B"))),
            ("shift.create", shift("C", None)),
            ("shift.update", json!({ "shiftCode": "B-EARLY", "endLocal": "15:00" })),
            ("shift.update", json!({ "shiftCode": "A-EARLY", "lineCode": "B" })),
            ("shift.delete", json!({ "shiftCode": "EARLY" })),
        ] {
            assert_eq!(plant.code(&mine, command, fields.clone()), ("LINE_FORBIDDEN", 403), "{command} {fields}");
        }
        plant.run(&mine, "shift.update", json!({ "shiftCode": "A-EARLY", "endLocal": "15:00" }));
        let table = "code,endLocal\nB-EARLY,16:00\n";
        let refusal = plant.refuse(&mine, "shift.import", json!({ "csv": table }));
        assert_eq!(
            (refusal.errors[0].path.as_str(), refusal.errors[0].code.as_str()),
            ("/csv/2/lineCode", "LINE_FORBIDDEN")
        );
        plant.run(&boss, "line.create", json!({ "code": "L9", "name": "x", "processType": "DIP" }));
        let used = plant.refuse(&boss, "line.delete", json!({ "lineCode": "B" }));
        assert_eq!(used.params["counts"], json!({ "shifts": 1 }));
    });
}

#[test]
fn r_core_020_registers_are_commands_and_lists_like_all_others() {
    let mut registry = Registry::default();
    wire(&mut registry);
    let commands: Vec<&str> =
        registry.commands.keys().copied().filter(|name| name.starts_with("station_group")).collect();
    assert_eq!(
        commands,
        ["station_group.create", "station_group.delete", "station_group.import", "station_group.update"]
    );
    let update = registry.commands["station_group.update"];
    assert_eq!((update.route.path, update.versioned), ("/stations/groups/{groupCode}", true));
    assert_eq!(update.schema.as_value()["required"], json!(["groupCode"]));
    assert_eq!(registry.queries["station_groups"].route.path, "/stations/groups");
    let create = registry.commands["shift.create"].schema.as_value();
    assert_eq!(create["required"], json!(["code", "startLocal", "endLocal", "days", "validFrom"]));
    assert_eq!(create["additionalProperties"], false);
}
