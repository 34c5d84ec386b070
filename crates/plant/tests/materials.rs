//! Bills of material and material lots on both engines.

use engine::db::{Reach, Row, Sql};
use engine::door::Envelope;
use engine::perform::Answer;
use engine::testing::{Plant, on_both};
use engine::{Cx, Permit, Registry, sql};
use serde_json::{Value as Json, json};

fn wire(registry: &mut Registry) {
    plant::register(registry);
}

fn rows<R: Row + Send + 'static>(plant: &Plant, sql: &'static Sql) -> Vec<R> {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all(sql, Reach::ALL, &[]);
    plant.engine.read_blocking(false, read).expect("rows")
}

fn change(plant: &Plant, sql: &'static Sql) {
    plant.engine.work(move |cx: &mut Cx<'_>| cx.run(sql, []).map(|n| n as i64)).expect("a change");
}

fn materials(plant: &Plant, codes: &[&str]) {
    for code in codes {
        plant.run(&plant.boss(), "material.create", json!({ "code": code, "name": format!("{code} name") }));
    }
}

fn item(line_no: i64, child: &str, numerator: &str, denominator: &str) -> Json {
    json!({ "parentCode": "PROD", "bomCode": "1", "lineNo": line_no, "childCode": child,
        "qtyNumerator": numerator, "qtyDenominator": denominator })
}

fn place(line_no: i64) -> Json {
    json!({ "parentCode": "PROD", "bomCode": "1", "lineNo": line_no })
}

fn with(mut fields: Json, field: &str, value: Json) -> Json {
    fields[field] = value;
    fields
}

fn stale(plant: &Plant, command: &str, fields: Json) -> u16 {
    let envelope = Envelope { if_match: Some(99), ..plant.envelope() };
    plant.call_with(&plant.boss(), command, fields, envelope).status()
}

fn column<'p>(page: &'p Json, name: &str) -> Vec<&'p str> {
    page["items"].as_array().expect("items").iter().map(|row| row[name].as_str().unwrap_or("-")).collect()
}

#[test]
fn r_core_031_a_quantity_is_numerator_over_denominator() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        materials(plant, &["PROD", "RES", "CAP", "ALT"]);
        let made = plant.run(&boss, "bom_item.create", item(10, "res", "3", "2"));
        assert_eq!((&made["qty"], &made["childCode"], &made["bomCode"]), (&json!("1.5"), &json!("RES"), &json!("1")));
        let third = plant.run(&boss, "bom_item.create", item(20, "CAP", "1", "3"));
        assert_eq!(third["qty"], "0.333333");
        let small = plant.run(&boss, "bom_item.create", item(30, "CAP", "2", "0.5"));
        assert_eq!(small["qty"], "4", "a denominator below one counts too");
        let edited = plant.run(&boss, "bom_item.update", with(place(10), "qtyDenominator", json!("4")));
        assert_eq!((&edited["qty"], &edited["version"]), (&json!("0.75"), &json!(2)));

        let create = |fields: Json| plant.code(&boss, "bom_item.create", fields);
        assert_eq!(create(item(10, "CAP", "1", "1")), ("CODE_DUPLICATE", 409));
        assert_eq!(create(item(40, "CAP", "1", "0")), ("VALIDATION_FAILED", 400));
        assert_eq!(create(item(40, "CAP", "-1", "1")), ("VALIDATION_FAILED", 400));
        assert_eq!(create(item(0, "CAP", "1", "1")), ("VALIDATION_FAILED", 400));
        assert_eq!(create(item(40, "NO", "1", "1")), ("MATERIAL_NOT_FOUND", 404));
        assert_eq!(create(item(40, "prod", "1", "1")), ("BOM_ITEM_INVALID", 422));
        assert_eq!(create(item(40, "CAP", "999999999999", "0.000001")), ("BOM_ITEM_INVALID", 422));
        assert_eq!(create(with(item(40, "CAP", "1", "1"), "scrapRate", json!(1.5))), ("VALIDATION_FAILED", 400));
        assert_eq!(
            create(with(item(40, "CAP", "1", "1"), "designators", json!(["R1", "R1"]))),
            ("VALIDATION_FAILED", 400)
        );
        assert_eq!(create(with(item(40, "CAP", "1", "1"), "alternateOf", json!("cap"))), ("BOM_ITEM_INVALID", 422));
        let reader = plant.someone(&[Permit::MaterialRead]);
        assert_eq!(plant.code(&reader, "bom_item.create", item(40, "CAP", "1", "1")), ("FORBIDDEN", 403));

        let whole =
            with(with(item(40, "ALT", "1", "1"), "designators", json!(["C1", "C2"])), "alternateOf", json!("CAP"));
        plant.run(&boss, "bom_item.create", with(whole, "scrapRate", json!(0.02)));
        let named = plant.refuse(&boss, "material.delete", json!({ "materialCode": "CAP" }));
        assert_eq!(named.params["counts"], json!({ "bomItems": 2, "alternates": 1 }), "an alternate names it too");
        assert_eq!(stale(plant, "bom_item.update", with(place(40), "isActive", json!(false))), 412);
        let cleared = plant.run(&boss, "bom_item.update", with(place(40), "alternateOf", Json::Null));
        assert_eq!((&cleared["alternateOf"], &cleared["designators"]), (&Json::Null, &json!(["C1", "C2"])));
        assert_eq!(stale(plant, "bom_item.delete", place(40)), 412);
        plant.run(&boss, "bom_item.delete", place(40));
        assert_eq!(plant.code(&boss, "bom_item.delete", place(40)), ("BOM_ITEM_NOT_FOUND", 404));
        let told = rows::<(Json,)>(
            plant,
            sql!("select payload from event where name = 'MATERIAL_CHANGED' order by id desc limit 1"),
        );
        assert_eq!(told[0].0, json!({ "materialCode": "PROD", "fields": ["bom"] }));
    });
}

#[test]
fn r_core_031_a_bill_is_read_whole_and_parts_know_where_they_are_used() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        materials(plant, &["PROD", "OTHER", "RES", "CAP"]);
        plant.run(&boss, "bom_item.create", item(20, "CAP", "1", "1"));
        plant.run(&boss, "bom_item.create", item(10, "RES", "2", "1"));
        plant.run(&boss, "bom_item.create", with(item(5, "RES", "1", "1"), "parentCode", json!("OTHER")));
        let bom = plant.ask(&boss, "bom.get", json!({ "parentCode": "prod" }));
        assert_eq!((column(&bom, "childCode"), bom["parentName"].as_str()), (vec!["RES", "CAP"], Some("PROD name")));
        let none = plant.ask(&boss, "bom.get", json!({ "parentCode": "PROD", "bomCode": "2" }));
        assert_eq!(none["items"], json!([]));
        assert_eq!(plant.ask(&boss, "bom_item.get", place(10))["qty"], "2");
        let listed = plant.ask(&boss, "bom_items", json!({ "parentCode": "PROD", "sort": "lineNo" }));
        assert_eq!(column(&listed, "childName"), ["RES name", "CAP name"]);
        let used = plant.ask(&boss, "bom_where_used", json!({ "childCode": "res" }));
        assert_eq!(column(&used, "parentCode"), ["OTHER", "PROD"]);
        let counts = plant.refuse(&boss, "material.delete", json!({ "materialCode": "RES" }));
        assert_eq!(counts.params["counts"], json!({ "bomItems": 2 }));
    });
}

#[test]
fn r_core_031_an_import_names_every_bad_line_and_changes_nothing() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        materials(plant, &["PROD", "RES", "CAP"]);
        let head = "parentCode,bomCode,lineNo,childCode,qtyNumerator,qtyDenominator,scrapRate,isKeyComponent,designators,alternateOf,isActive\n";
        let bad = format!(
            "{head}PROD,1,10,RES,3,2,0.01,yes,\"R1, R2\",,\nPROD,1,20,NO,1,1,,,,,\nPROD,1,30,CAP,0,1,,,,,\nPROD,1,x,CAP,1,1,,,,,\nPROD,1,10,CAP,1,1,,,,,\nPROD,1,50,CAP,1,1,2,,R1 R1,,\nPROD,1,60,PROD,1,1,,,,,\n"
        );
        let refusal = plant.refuse(&boss, "bom_item.import", json!({ "csv": bad }));
        let named: Vec<String> = refusal.errors.iter().map(|e| format!("{} {}", e.path, e.code)).collect();
        assert_eq!(
            named,
            [
                "/csv/3/childCode MATERIAL_NOT_FOUND",
                "/csv/4/qtyNumerator INVALID",
                "/csv/5/lineNo INVALID",
                "/csv/6/parentCode REPEATED",
                "/csv/7/designators INVALID",
                "/csv/8/childCode BOM_ITEM_INVALID",
            ]
        );
        assert_eq!(plant.ask(&boss, "bom.get", json!({ "parentCode": "PROD" }))["items"], json!([]));

        let good = format!("{head}prod,1,10,RES,3,2,0.01,yes,\"R1, R2\",,\nPROD,1,20,CAP,1,,,,,,\n");
        let done = plant.run(&boss, "bom_item.import", json!({ "csv": good }));
        assert_eq!(done, json!({ "created": 2, "updated": 0, "unchanged": 0 }));
        let first = plant.ask(&boss, "bom_item.get", place(10));
        assert_eq!(
            (&first["qty"], &first["designators"], &first["isKeyComponent"]),
            (&json!("1.5"), &json!(["R1", "R2"]), &json!(true))
        );
        let edit = "parentCode,bomCode,lineNo,qtyNumerator\nPROD,1,10,4\nPROD,1,20,1\n";
        let done = plant.run(&boss, "bom_item.import", json!({ "csv": edit }));
        assert_eq!(done, json!({ "created": 0, "updated": 1, "unchanged": 1 }));
        assert_eq!(plant.ask(&boss, "bom_item.get", place(10))["qty"], "2");
        let history =
            rows::<(String,)>(plant, sql!("select action from audit where entity_key = 'PROD/1/10' order by id"));
        assert_eq!(history.len(), 2);
        let new = "parentCode,bomCode,lineNo,qtyNumerator\nPROD,1,99,4\n";
        let refusal = plant.refuse(&boss, "bom_item.import", json!({ "csv": new }));
        assert_eq!((refusal.errors.len(), refusal.errors[0].path.as_str()), (1, "/csv/2/childCode"));
    });
}

#[test]
fn r_core_031_odd_cells_are_named_and_two_imports_at_once_do_no_harm() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        materials(plant, &["PROD", "RES"]);
        let head = "parentCode,bomCode,lineNo,childCode,qtyNumerator,alternateOf";
        let odd = format!("{head}\nPROD,1,10,RES,1,\"RES\nX\"\nPROD,1,20,RES,1,{}\n", "x".repeat(65));
        let refusal = plant.refuse(&boss, "bom_item.import", json!({ "csv": odd }));
        let named: Vec<String> = refusal.errors.iter().map(|e| format!("{} {}", e.path, e.code)).collect();
        assert_eq!(named, ["/csv/2/alternateOf INVALID", "/csv/4/alternateOf INVALID"]);
        for round in 0..5 {
            let rows: Vec<String> = (1..=20).map(|n| format!("PROD,{round},{n},RES,1,")).collect();
            let csv = format!("{head}\n{}\n", rows.join("\n"));
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let call = || plant.call(&boss, "bom_item.import", json!({ "csv": csv }));
                let calls: Vec<_> = (0..4).map(|_| scope.spawn(call)).collect();
                calls.into_iter().map(|c| c.join().unwrap()).collect()
            });
            for answer in &answers {
                match answer {
                    Answer::Done { .. } => {}
                    Answer::Refused { refusal, .. } => assert_eq!(refusal.def.code, "CODE_DUPLICATE"),
                }
            }
            let bill = plant.ask(&boss, "bom.get", json!({ "parentCode": "PROD", "bomCode": round.to_string() }));
            assert_eq!(bill["items"].as_array().unwrap().len(), 20);
        }
    });
}

fn lot(material: &str, lot: &str) -> Json {
    json!({ "materialCode": material, "lotNo": lot })
}

#[test]
fn r_core_032_a_lot_is_received_once_and_its_material_may_be_unknown() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        materials(plant, &["MAT-001"]);
        let made = plant.run(&boss, "material_lot.create", lot("mat-001", "LOT-9"));
        assert_eq!(
            (&made["materialCode"], &made["materialKnown"], &made["materialName"]),
            (&json!("MAT-001"), &json!(true), &json!("MAT-001 name"))
        );
        assert_eq!((&made["status"], &made["iqcResult"]), (&json!("ACTIVE"), &json!("PENDING")));
        assert_eq!(plant.code(&boss, "material_lot.create", lot("MAT-001", "LOT-9")), ("MATERIAL_LOT_DUPLICATE", 409));
        plant.run(&boss, "material_lot.create", lot("MAT-001", "lot-9"));
        for blank in [lot(" ", "L"), lot("M", "")] {
            assert_eq!(plant.code(&boss, "material_lot.create", blank), ("MATERIAL_LOT_INVALID_INPUT", 422));
        }
        let unknown = plant.run(&boss, "material_lot.create", lot("NEW", "L1"));
        assert_eq!((&unknown["materialKnown"], &unknown["materialName"]), (&json!(false), &Json::Null));
        assert_eq!(unknown["warnings"], json!([]));
        change(
            plant,
            sql!(
                "insert into setting (key, scope_type, scope_key, value, version, changed_at, changed_by, reason)
             values ('lot.unknownPolicy', 'GLOBAL', '', '\"WARN\"', 1, 0, 'x', 'x')"
            ),
        );
        plant.engine.shared.bell.turn();
        let warned = plant.run(&boss, "material_lot.create", lot("NEW", "W1"));
        let warning = &warned["warnings"][0];
        assert_eq!((&warning["code"], &warning["params"]["material"]), (&json!("MATERIAL_NOT_FOUND"), &json!("NEW")));
        assert!(warning["detail"].as_str().is_some_and(|said| said.contains("NEW")), "on {}", plant.on);
        assert_eq!(warned["materialKnown"], false);
        assert_eq!(plant.run(&boss, "material_lot.create", lot("MAT-001", "W2"))["warnings"], json!([]));
        let trail: Vec<(String,)> = rows(
            plant,
            sql!("select diff from audit where entity_key = 'NEW|W1' and diff like '%MATERIAL_NOT_FOUND%'"),
        );
        assert_eq!(trail.len(), 1, "on {}: the trail warns, too", plant.on);
        change(plant, sql!("update setting set value = '\"REJECT\"' where key = 'lot.unknownPolicy'"));
        plant.engine.shared.bell.turn();
        assert_eq!(plant.code(&boss, "material_lot.create", lot("NEW", "L2")), ("MATERIAL_NOT_FOUND", 422));
        plant.run(&boss, "material_lot.create", lot("MAT-001", "L3"));
        let less = with(lot("MAT-001", "L4"), "qtyReceived", json!("-0.5"));
        assert_eq!(plant.code(&boss, "material_lot.create", less), ("VALIDATION_FAILED", 400));
        let less = with(lot("MAT-001", "L3"), "qtyReceived", json!(-1));
        assert_eq!(plant.code(&boss, "material_lot.update", less), ("VALIDATION_FAILED", 400));
        let reader = plant.someone(&[Permit::MaterialRead]);
        assert_eq!(plant.code(&reader, "material_lot.create", lot("MAT-001", "L4")), ("FORBIDDEN", 403));
        let unknown = plant.ask(&reader, "material_lots", json!({ "materialKnown": false }));
        assert_eq!(column(&unknown, "lotNo"), ["L1", "W1"]);
        let found = plant.ask(&reader, "material_lots", json!({ "q": "LOT", "materialCode": "mat-001" }));
        assert_eq!(column(&found, "lotNo"), ["LOT-9", "lot-9"]);
        let missing = plant.try_ask(&reader, "material_lot.get", lot("MAT-001", "NO")).unwrap_err();
        assert_eq!(missing.refusal().map(|r| r.def.code), Some("MATERIAL_LOT_NOT_FOUND"));
    });
}

#[test]
fn r_core_033_a_lot_is_blocked_and_released_with_a_reason() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.run(&boss, "material_lot.create", lot("M", "L"));
        let edit = |fields: Json| {
            let mut all = lot("M", "L");
            all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            all
        };
        let update = |fields: Json| plant.run(&boss, "material_lot.update", edit(fields));
        let refused = plant.refuse(&boss, "material_lot.update", edit(json!({ "status": "BLOCKED" })));
        assert_eq!((refused.def.code, refused.errors[0].path.as_str()), ("VALIDATION_FAILED", "/reason"));
        let blocked = update(json!({ "status": "BLOCKED", "reason": "wet" }));
        assert_eq!((&blocked["status"], &blocked["blockReason"]), (&json!("BLOCKED"), &json!("wet")));
        assert_eq!(
            plant.code(&boss, "material_lot.update", edit(json!({ "status": "EXHAUSTED" }))),
            ("MATERIAL_LOT_BLOCKED", 409)
        );
        assert_eq!(
            plant.code(&boss, "material_lot.update", edit(json!({ "status": "ACTIVE" }))),
            ("VALIDATION_FAILED", 400)
        );
        assert_eq!(stale(plant, "material_lot.update", edit(json!({ "supplier": "x" }))), 412);
        let free = update(json!({ "status": "ACTIVE", "reason": "dried" }));
        assert_eq!((&free["status"], &free["blockReason"]), (&json!("ACTIVE"), &Json::Null));
        update(
            json!({ "iqcResult": "FAIL", "iqcDate": "2026-11-20", "expiresAt": "2027-01-01T00:00:00Z", "qtyReceived": "100.5" }),
        );
        update(json!({ "supplier": "ACME" }));
        let now = plant.ask(&boss, "material_lot.get", lot("m", "L"));
        assert_eq!(
            (&now["iqcDate"], &now["qtyReceived"], &now["supplier"]),
            (&json!("2026-11-20"), &json!("100.5"), &json!("ACME"))
        );
        assert_eq!(plant.code(&boss, "material_lot.update", lot("M", "l")), ("MATERIAL_LOT_NOT_FOUND", 404));
        let expiring =
            plant.ask(&boss, "material_lots", json!({ "expiresBefore": "2027-01-02T00:00:00Z", "iqcResult": "FAIL" }));
        assert_eq!(column(&expiring, "lotNo"), ["L"]);
        let told: Vec<(Json,)> =
            rows(plant, sql!("select payload from event where name = 'MATERIAL_LOT_CHANGED' order by id"));
        let states: Vec<String> = told
            .iter()
            .map(|(p,)| {
                format!(
                    "{} {} {}",
                    p["status"].as_str().unwrap(),
                    p["iqcResult"].as_str().unwrap(),
                    p["reason"].as_str().unwrap_or("-")
                )
            })
            .collect();
        assert_eq!(states, ["ACTIVE PENDING -", "BLOCKED PENDING wet", "ACTIVE PENDING dried", "ACTIVE FAIL -"]);
    });
}
