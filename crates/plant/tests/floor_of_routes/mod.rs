//! A small floor for the stories of routes: two groups, stations of each type, operations and data specs.
#![allow(dead_code, reason = "each story uses its part")]

use std::sync::Arc;

use engine::db::{Reach, Sql};
use engine::door::Envelope;
use engine::perform::Answer;
use engine::testing::Plant;
use engine::{Actor, Cx, Registry, Verdict, sql};
use kernel::{Result, p};
use plant::route::{FAI_TEMPLATE, FAI_TEMPLATE_PRODUCT_MISMATCH, FaiTemplate};
use serde_json::{Value as Json, json};

pub fn wire(registry: &mut Registry) {
    plant::register(registry);
}

/// The plant slice and a neighbour that keeps the templates T-P1 and T-P2.
pub fn with_templates(registry: &mut Registry) {
    plant::register(registry);
    registry.gate(&FAI_TEMPLATE, "templates", |_: &Cx<'_>, wish: &FaiTemplate| -> Result<Verdict> {
        let product = match wish.template_code.as_str() {
            "T-P1" => "P-1",
            "T-P2" => "P-2",
            _ => return Ok(Verdict::yes()),
        };
        let refusal = FAI_TEMPLATE_PRODUCT_MISMATCH.with("template", &wish.template_code).with("product", product);
        let is_ours = wish.product_code.as_deref().is_none_or(|p| p == product);
        let refusals = if is_ours { vec![] } else { vec![refusal] };
        Ok(Verdict { refusals, evidence: vec![json!({ "template": wish.template_code })] })
    });
}

/// Groups G1 and G2; stations M1 (G1, manual), M2 (G2, manual), A1 (G1, auto), T1 (G2, test), B1 (G1, batch); operations PRINT and
/// PACK (manual, hinted into G1 by the plant's configuration), AOI (manual until configured).
pub fn floor(plant: &Plant) {
    let boss = plant.boss();
    plant
        .engine
        .work(|cx| {
            for group in ["G1", "G2"] {
                cx.run(
                    sql!("insert into station_group (code, code_key, name, version) values ($1, $2, $1, 1)"),
                    p![*group, group.to_lowercase()],
                )?;
            }
            Ok(0)
        })
        .unwrap();
    for code in ["PRINT", "AOI", "PACK"] {
        plant.run(&boss, "operation.create", json!({ "code": code, "name": code, "defaultType": "MANUAL" }));
    }
    plant.run(&boss, "line.create", json!({ "code": "L1", "name": "L1", "processType": "SMT" }));
    for (code, group, kind) in [
        ("M1", "G1", "MANUAL"),
        ("M2", "G2", "MANUAL"),
        ("A1", "G1", "AUTO"),
        ("T1", "G2", "TEST"),
        ("B1", "G1", "BATCH"),
    ] {
        let fields = json!({ "code": code, "name": code, "lineCode": "L1", "groupCode": group, "stationType": kind });
        plant.run(&boss, "station.create", fields);
    }
    plant.run(&boss, "execution_config.create", json!({ "scopeType": "GLOBAL", "stationGroupCode": "G1" }));
}

/// A KEY number between 240 and 250 of an operation.
pub fn spec(plant: &Plant, operation: &str, name: &str, method: &str, trigger: &str, required: bool, active: bool) {
    let rule = (trigger == "TIME").then(|| json!({ "everyMinutes": 30 }));
    let fields = json!({
        "operationCode": operation, "name": name, "itemType": "KEY", "dataType": "NUMBER", "method": method,
        "triggerType": trigger, "triggerRule": rule, "spec": { "lsl": 240.0, "usl": 250.0 }, "isRequired": required, "isActive": active,
    });
    plant.run(&plant.boss(), "data_spec.create", fields);
}

/// A mapping that satisfies AUTO.
pub fn auto_mapping() -> Json {
    json!({ "snPath": "payload.sn", "stationCodePath": "payload.station", "result": { "path": "payload.result", "passValues": ["OK"] } })
}

/// Create a route with steps of these numbers and operations; gives the steps.
pub fn route_with(plant: &Plant, code: &str, steps: &[(u32, &str)]) -> Vec<Json> {
    plant.run(&plant.boss(), "route.create", json!({ "code": code, "name": code, "processType": "SMT" }));
    let steps: Vec<Json> =
        steps.iter().map(|(no, operation)| json!({ "stepNo": no, "operationCode": operation })).collect();
    set_steps(plant, code, &json!(steps))["steps"].as_array().unwrap().clone()
}

pub fn set_steps(plant: &Plant, code: &str, steps: &Json) -> Json {
    let version = version_of(plant, code);
    change(plant, &plant.boss(), "route.set_steps", json!({ "routingCode": code, "steps": steps }), version)
}

pub fn live(route: &Json) -> Vec<&Json> {
    route["steps"].as_array().unwrap().iter().filter(|s| s["retiredAt"].is_null()).collect()
}

pub fn version_of(plant: &Plant, code: &str) -> i64 {
    plant.ask(&plant.boss(), "route.get", json!({ "routingCode": code }))["version"].as_i64().unwrap()
}

/// What holds for a field of a step.
pub fn field(plant: &Plant, code: &str, step: u64, name: &str) -> Json {
    let answer = plant.ask(&plant.boss(), "route.effective", json!({ "routingCode": code }));
    let steps = answer["steps"].as_array().unwrap();
    steps.iter().find(|s| s["stepNo"] == step).unwrap()["fields"][name].clone()
}

fn at_version(plant: &Plant, actor: &Arc<Actor>, command: &str, fields: Json, version: i64) -> Answer {
    plant.call_with(actor, command, fields, Envelope { if_match: Some(version), ..plant.envelope() })
}

/// A change of what the caller saw at a version; it must succeed.
pub fn change(plant: &Plant, actor: &Arc<Actor>, command: &str, fields: Json, version: i64) -> Json {
    match at_version(plant, actor, command, fields.clone(), version) {
        Answer::Done { body, .. } => serde_json::from_str(&body).unwrap(),
        Answer::Refused { refusal, .. } => {
            panic!("{command} {fields}: {} {:?} {:?}", refusal.def.code, refusal.params, refusal.errors)
        }
    }
}

/// The same; it must be refused.
pub fn refused(plant: &Plant, actor: &Arc<Actor>, command: &str, fields: Json, version: i64) -> (&'static str, u16) {
    match at_version(plant, actor, command, fields.clone(), version) {
        Answer::Refused { refusal, .. } => (refusal.def.code, refusal.kind.status()),
        Answer::Done { body, .. } => panic!("{command} {fields} was not refused: {body}"),
    }
}

/// The code with which a question finds nothing.
pub fn not_found(plant: &Plant, query: &str, fields: Json) -> &'static str {
    match plant.try_ask(&plant.boss(), query, fields) {
        Err(kernel::Error::Refused(refusal)) => refusal.def.code,
        other => panic!("{query}: {other:?}"),
    }
}

/// Make a route one of the ERP, as a synchronisation would.
pub fn from_erp(plant: &Plant, code: &str) {
    let key = code.to_lowercase();
    let done = plant.engine.work(move |cx| {
        cx.run(sql!("update route set source_system = 'ERP' where code_key = $1"), p![key]).map(|n| n as i64)
    });
    assert_eq!(done.unwrap(), 1);
}

pub fn set_setting(plant: &Plant, key: &str, value: Json) {
    let key = key.to_string();
    plant
        .engine
        .work(move |cx| {
            cx.run(sql!("delete from setting where key = $1"), p![key])?;
            cx.run(
                sql!(
                    "insert into setting (key, scope_type, scope_key, value, version, changed_at, changed_by, reason)
                     values ($1, 'GLOBAL', '', $2, 1, 0, 'test', 'test')"
                ),
                p![key, value],
            )?;
            cx.shared().bell.turn();
            Ok(0)
        })
        .unwrap();
    plant.engine.shared.bell.turn();
}

pub fn texts(plant: &Plant, sql: &'static Sql) -> Vec<String> {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all::<(String,)>(sql, Reach::ALL, &[]);
    plant.engine.read_blocking(false, read).unwrap().into_iter().map(|r| r.0).collect()
}

/// Compile; gives the status and the answer.
pub fn compile(plant: &Plant, code: &str) -> (u16, Json) {
    match plant.call(&plant.boss(), "route.compile", json!({ "routingCode": code })) {
        Answer::Done { status, body, .. } => (status, serde_json::from_str(&body).unwrap()),
        Answer::Refused { refusal, .. } => panic!("{}", refusal.def.code),
    }
}

/// The errors of the newest version as `step code`.
pub fn errors(plant: &Plant, code: &str) -> Vec<String> {
    let page = plant.ask(&plant.boss(), "route.versions", json!({ "routingCode": code }));
    let found = page["items"][0]["errors"].as_array().unwrap().clone();
    found.iter().map(|e| format!("{} {}", e["stepNo"], e["code"].as_str().unwrap())).collect()
}

pub fn configure(plant: &Plant, code: &str, step: u64, fields: Json) {
    let mut fields = fields.as_object().unwrap().clone();
    fields.insert("routingCode".into(), code.into());
    fields.insert("stepNo".into(), step.into());
    change(plant, &plant.boss(), "route.configure_step", Json::Object(fields), version_of(plant, code));
}

pub fn version(plant: &Plant, code: &str, no: i64) -> Json {
    plant.ask(&plant.boss(), "route.version", json!({ "routingCode": code, "versionNo": no }))
}

pub fn head(plant: &Plant, code: &str) -> Json {
    plant.ask(&plant.boss(), "route.get", json!({ "routingCode": code }))["route"].clone()
}
