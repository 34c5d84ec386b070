//! A small floor for the stories of orders and runs: three lines, their stations, and routes that are compiled already.
#![allow(dead_code, reason = "each story uses a part of it")]

use std::sync::Arc;

use engine::door::Envelope;
use engine::permits::{Grants, Permits, Scope};
use engine::testing::Plant;
use engine::{Actor, Cx, Permit, Registry, sql};
use kernel::{Result, Value, p};
use serde_json::{Value as Json, json};

/// The slices these stories need.
pub fn wire(registry: &mut Registry) {
    plant::register(registry);
    work::register(registry);
}

/// Lines SMT-A (print, AOI), SMT-B (print only) and DIP-A, a touch-up station for any line, and routes R1 for P1 (SMT) and
/// D1 for P9 (DIP), each with a READY version.
pub fn floor(plant: &Plant) -> Arc<Actor> {
    let boss = plant.boss();
    for (code, process) in [("SMT-A", "SMT"), ("SMT-B", "SMT"), ("DIP-A", "DIP")] {
        plant.run(&boss, "line.create", json!({ "code": code, "name": code, "processType": process }));
    }
    for group in ["PRINT", "AOI", "TOUCH"] {
        work(plant, move |cx| {
            let sql = sql!("insert into station_group (code, code_key, name, version) values ($1, $2, $3, 1)");
            cx.run(sql, p![group, kernel::code::fold(group), group]).map(|n| n as i64)
        });
    }
    let stations = [
        ("PR-A", Some("SMT-A"), "AUTO", "PRINT"),
        ("AOI-A", Some("SMT-A"), "AUTO", "AOI"),
        ("PR-B", Some("SMT-B"), "AUTO", "PRINT"),
        ("TOUCH-1", None, "MANUAL", "TOUCH"),
    ];
    for (code, line, kind, group) in stations {
        let station = json!({ "code": code, "name": code, "lineCode": line, "stationType": kind, "groupCode": group });
        plant.run(&boss, "station.create", station);
    }
    route(plant, "R1", Some("P1"), "MES", "SMT");
    version(plant, "R1", 1, "READY", SMT_STEPS);
    route(plant, "D1", Some("P9"), "MES", "DIP");
    version(plant, "D1", 1, "READY", &[(10, "MANUAL", "TOUCH")]);
    boss
}

/// Print, inspect, touch up.
pub const SMT_STEPS: &[(u32, &str, &str)] = &[(10, "AUTO", "PRINT"), (20, "AUTO", "AOI"), (30, "MANUAL", "TOUCH")];

/// Do something to the database that no command of these slices does.
pub fn work(plant: &Plant, run: impl Fn(&mut Cx<'_>) -> Result<i64> + Send + 'static) -> i64 {
    plant.engine.work(run).expect("the work is done")
}

/// The rows of a question.
pub fn rows<R: engine::db::Row + Send + 'static>(
    plant: &Plant,
    sql: &'static engine::db::Sql,
    params: &[Value],
) -> Vec<R> {
    let params = params.to_vec();
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all(sql, engine::db::Reach::ALL, &params);
    plant.engine.read_blocking(false, read).expect("rows")
}

/// A route without a version.
pub fn route(plant: &Plant, code: &str, product: Option<&str>, source: &str, process: &str) {
    let (code, product) = (code.to_string(), product.map(str::to_string));
    let (source, process) = (source.to_string(), process.to_string());
    work(plant, move |cx| {
        let sql = sql!(
            "insert into route (code, code_key, name, source_system, product_code, product_key, process_type, is_active,
                 latest_version_no, needs_compile, changed_at, version)
             values ($1, $2, $3, $4, $5, $6, $7, 1, 0, 0, $8, 1)"
        );
        let key = product.as_deref().map(kernel::code::fold);
        cx.run(sql, p![code, kernel::code::fold(&code), code, source, product, key, process, cx.now]).map(|n| n as i64)
    });
}

/// Change when a route counts.
pub fn dates(plant: &Plant, code: &str, is_active: bool, from_days: Option<i64>, to_days: Option<i64>) {
    let code = code.to_string();
    work(plant, move |cx| {
        let day = |days: i64| cx.now.plus_ms(days * 86_400_000);
        let sql = sql!("update route set is_active = $2, effective_from = $3, effective_to = $4 where code = $1");
        let params = p![code, is_active, from_days.map(day), to_days.map(day)];
        cx.run(sql, params).map(|n| n as i64)
    });
}

/// A compiled version of a route.
pub fn version(plant: &Plant, code: &str, version_no: i64, status: &str, steps: &[(u32, &str, &str)]) {
    let steps: Vec<Json> = steps
        .iter()
        .map(|(no, kind, group)| {
            json!({
                "stepNo": no, "sourceStepKey": format!("{code}-{no}"), "operationCode": format!("OP{no}"),
                "operationName": format!("Operation {no}"), "stationType": kind, "stationGroup": group,
                "requiresFAI": false, "requiresAuthorization": true,
            })
        })
        .collect();
    let (code, status) = (code.to_string(), status.to_string());
    work(plant, move |cx| {
        let found: Option<(i64, String)> =
            cx.one(sql!("select id, process_type from route where code = $1"), p![code])?;
        let (id, process) = found.expect("the route is there");
        let snapshot = json!({
            "route": { "code": code, "sourceSystem": "MES", "sourceKey": null, "productCode": null,
                "processType": process, "faiTemplate": null, "faiTrialScope": null },
            "steps": steps,
        });
        let errors = if status == "INVALID" { r#"[{"stepNo":10,"code":"STATION_TYPE_MISSING"}]"# } else { "[]" };
        let sql = sql!(
            "insert into route_version (route_id, version_no, status, snapshot, snapshot_hash, errors, warnings, stale,
                 compiled_at, compiled_by, version)
             values ($1, $2, $3, $4, 'h', $5, '[]', 0, $6, 'test', 1)"
        );
        let params = p![id, version_no, status, snapshot.to_string(), *errors, cx.now];
        cx.run(sql, params).map(|n| n as i64)
    });
}

/// Retire a version.
pub fn retire(plant: &Plant, code: &str, version_no: i64) {
    let code = code.to_string();
    work(plant, move |cx| {
        let sql = sql!(
            "update route_version set status = 'RETIRED'
             where version_no = $2 and route_id = (select id from route where code = $1)"
        );
        cx.run(sql, p![code, version_no]).map(|n| n as i64)
    });
}

/// Give a setting a value.
pub fn set(plant: &Plant, key: &str, value: Json) {
    let (key, text) = (key.to_string(), value.to_string());
    work(plant, move |cx| {
        let sql = sql!(
            "insert into setting (key, scope_type, scope_key, value, version, changed_at, changed_by, reason)
             values ($1, 'GLOBAL', '', $2, 1, $3, 'test', 'test')
             on conflict (key, scope_type, scope_key) do update set value = excluded.value"
        );
        cx.run(sql, p![key, text, cx.now]).map(|n| n as i64)
    });
    plant.engine.shared.bell.turn();
}

/// Units of a run in these states at the first step, counted as the unit slice counts them.
pub fn units(plant: &Plant, run: &str, states: &[(&str, i64)]) {
    let run = run.to_string();
    let states: Vec<(String, i64)> = states.iter().map(|(state, n)| (state.to_string(), *n)).collect();
    work(plant, move |cx| {
        for (state, n) in &states {
            for _ in 0..*n {
                let made = cx.count("test-units")?;
                let tracks = i64::from(state != "QUEUED");
                cx.run(
                    sql!(
                        "insert into unit (sn, wo_id, run_id, status, step_no, attempt, tracks, holds_open, changed_at, version)
                         select $1, wo_id, id, $2, 10, 1, $3, 0, $4, 1 from run where run_no = $5"
                    ),
                    p![format!("SN-{made}"), state, tracks, cx.now, run],
                )?;
            }
            let of = |word: &str| if state == word { *n } else { 0 };
            cx.run(
                sql!(
                    "update run set qty_units = qty_units + $2, qty_done = qty_done + $3, qty_scrapped = qty_scrapped + $4,
                         qty_failed = qty_failed + $5, qty_held = qty_held + $6 where run_no = $1"
                ),
                p![run, n, of("DONE"), of("SCRAPPED"), of("OUT_FAILED"), of("ON_HOLD")],
            )?;
            cx.run(
                sql!(
                    "update run_step set qty_waiting = qty_waiting + $2, qty_inside = qty_inside + $3,
                         qty_failed = qty_failed + $4, qty_held = qty_held + $5, qty_done = qty_done + $6
                     where step_no = 10 and run_id = (select id from run where run_no = $1)"
                ),
                p![run, of("QUEUED"), of("IN_STATION"), of("OUT_FAILED"), of("ON_HOLD"), of("DONE")],
            )?;
        }
        Ok(0)
    });
}

/// The first board of an authorized run enters a station.
pub fn begin(plant: &Plant, run: &str) {
    let no = work::run::RunNo::parse(run).expect("a number");
    work(plant, move |cx| {
        let run = work::run::Run::find(cx, &no)?.expect("the run is there");
        run.begin(cx).map(|_| 0)
    });
}

/// An order as the ERP sends it.
pub fn order(wo: &str, product: &str, qty: &str) -> Json {
    json!({ "woNo": wo, "productCode": product, "plannedQty": qty })
}

/// A released order on SMT-A.
pub fn released(plant: &Plant, boss: &Arc<Actor>, wo: &str, qty: &str) {
    plant.run(boss, "work_order.receive", order(wo, "P1", qty));
    plant.run(boss, "work_order.release", json!({ "woNo": wo, "lineCode": "SMT-A" }));
}

/// A run of an order on SMT-A; gives its number.
pub fn run_of(plant: &Plant, boss: &Arc<Actor>, wo: &str, qty: i64) -> String {
    let made = plant.run(boss, "run.create", json!({ "woNo": wo, "lineCode": "SMT-A", "planQty": qty }));
    made["runNo"].as_str().expect("a number").to_string()
}

/// Authorize a run and let its first board in.
pub fn running(plant: &Plant, boss: &Arc<Actor>, run: &str) {
    plant.run(boss, "run.authorize", json!({ "runNo": run, "action": "AUTHORIZE" }));
    begin(plant, run);
}

/// A run that is authorized, worked and closed with this many good boards.
pub fn done(plant: &Plant, boss: &Arc<Actor>, run: &str, good: i64) {
    running(plant, boss, run);
    units(plant, run, &[("DONE", good)]);
    let close = json!({ "runNo": run, "acceptShort": true, "reason": "enough" });
    plant.run(boss, "run.close", close);
}

/// The fields of one run.
pub fn run(plant: &Plant, boss: &Arc<Actor>, run: &str) -> Json {
    plant.ask(boss, "run.get", json!({ "runNo": run }))
}

/// The state of one run.
pub fn state(plant: &Plant, boss: &Arc<Actor>, no: &str) -> String {
    run(plant, boss, no)["run"]["status"].as_str().expect("a state").to_string()
}

/// One order.
pub fn get(plant: &Plant, boss: &Arc<Actor>, wo: &str) -> Json {
    plant.ask(boss, "work_order.get", json!({ "woNo": wo }))
}

/// Call a command with the version one saw.
pub fn seeing(plant: &Plant, actor: &Arc<Actor>, command: &str, fields: Json, version: i64) -> engine::perform::Answer {
    let envelope = Envelope { if_match: Some(version), ..plant.envelope() };
    plant.call_with(actor, command, fields, envelope)
}

/// The code with which an answer refuses.
pub fn code_of(answer: &engine::perform::Answer) -> &'static str {
    match answer {
        engine::perform::Answer::Refused { refusal, .. } => refusal.def.code,
        engine::perform::Answer::Done { .. } => "done",
    }
}

/// The names of the events that were told, in their order.
pub fn told(plant: &Plant) -> Vec<String> {
    let names: Vec<(String,)> = rows(plant, sql!("select name from event order by id"), &[]);
    names.into_iter().map(|n| n.0).filter(|n| !n.starts_with("LINE_") && !n.starts_with("STATION_")).collect()
}

/// Somebody bound to one line, with that binding in the database.
pub fn bound_to(plant: &Plant, line: &str, permits: &[Permit]) -> Arc<Actor> {
    let code = line.to_string();
    let principal = work(plant, move |cx| {
        let name = format!("of-{code}");
        let sql = sql!("insert into principal (kind, name, name_key) values ('USER', $1, $2) returning id");
        let principal: i64 = cx.value(sql, p![name, name])?.unwrap_or_default();
        let bind = sql!("insert into principal_line (principal_id, line_id) select $1, id from line where code = $2");
        cx.run(bind, p![principal, code])?;
        Ok(principal)
    });
    let line: Vec<(i64,)> =
        rows(plant, sql!("select line_id from principal_line where principal_id = $1"), &p![principal]);
    let grants = Grants::of([(Scope::AssignedLines, Permits::of(permits))].into_iter());
    let lines = line.into_iter().map(|l| l.0).collect();
    Arc::new(Actor { principal, grants, lines, name: "bound".into(), ..(*plant.boss()).clone() })
}

/// One column of a list's page.
pub fn column(page: &Json, name: &str) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|row| row[name].as_str().unwrap_or_default().to_string()).collect()
}

/// One step of next actions.
pub fn step<'a>(next: &'a Json, key: &str) -> &'a Json {
    let steps = next["steps"].as_array().expect("steps");
    steps.iter().find(|s| s["key"] == key).expect("the step is there")
}
