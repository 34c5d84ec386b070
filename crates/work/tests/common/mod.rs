//! What the stories of units share: the tiny plant, short ways to ask, and the check that counters equal the counts.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::sync::Arc;

use engine::db::{Reach, Sql, Tx};
use engine::store::Shared;
use engine::testing::Plant;
use engine::{Actor, Permit, Registry, Scope, sql};
use kernel::{Value, p};
use serde_json::{Value as Json, json};

pub fn wire(registry: &mut Registry) {
    plant::register(registry);
    work::register(registry);
}

/// The rows of a statement without parameters.
pub fn rows(plant: &Plant, what: &'static Sql) -> Vec<Vec<Value>> {
    let read = move |tx: &Tx, _: &Shared| {
        let mut rows = Vec::new();
        tx.each(what, Reach::ALL, &[], |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    };
    plant.engine.read_blocking(false, read).unwrap()
}

/// The one number of a statement.
pub fn number(plant: &Plant, what: &'static Sql) -> i64 {
    match rows(plant, what)[0][0] {
        Value::Int(n) => n,
        ref other => panic!("{other:?} is no number"),
    }
}

/// Run a statement that prepares the stage.
pub fn stage(plant: &Plant, what: &'static Sql) {
    plant
        .engine
        .work(move |cx| {
            cx.quietly();
            cx.run(what, []).map(|n| n as i64)
        })
        .unwrap();
}

/// Scans count as repeats within so many seconds.
pub fn window(plant: &Plant, seconds: i64) {
    plant
        .engine
        .work(move |cx| {
            cx.run(sql!("delete from setting where key = 'exec.duplicateScanSec'"), [])?;
            cx.run(
                sql!(
                    "insert into setting (key, scope_type, scope_key, value, version, changed_at, changed_by, reason)
                     values ('exec.duplicateScanSec', 'GLOBAL', '', $1, 1, 0, 'test', 'test')"
                ),
                p![seconds.to_string()],
            )?;
            Ok(0)
        })
        .unwrap();
    plant.engine.shared.settings.drop_all();
}

/// Somebody who may execute and sees only the lines of these codes.
pub fn on_lines(plant: &Plant, lines: &[&str]) -> Arc<Actor> {
    use engine::permits::{Grants, Permits};
    let permits = Permits::of(&[
        Permit::ExecTrackIn,
        Permit::ExecTrackOut,
        Permit::ExecCorrect,
        Permit::UnitHold,
        Permit::UnitCreate,
        Permit::RunRead,
        Permit::TraceRead,
    ])
    .closure();
    let grants = Grants::of([(Scope::AssignedLines, permits)].into_iter());
    let all = rows(plant, sql!("select id, code from line order by id"));
    let wanted = all.iter().filter(|r| matches!(&r[1], Value::Text(code) if lines.contains(&code.as_str())));
    let ids: Vec<i64> = wanted.map(|r| if let Value::Int(id) = r[0] { id } else { 0 }).collect();
    let mine = ids.clone();
    plant
        .engine
        .work(move |cx| {
            cx.run(
                sql!(
                    "insert into principal (id, kind, name, name_key) values (77, 'USER', 'ann', 'ann')
                     on conflict (id) do nothing"
                ),
                [],
            )?;
            cx.run(sql!("delete from principal_line where principal_id = 77"), [])?;
            for id in &mine {
                cx.run(sql!("insert into principal_line (principal_id, line_id) values (77, $1)"), p![*id])?;
            }
            Ok(0)
        })
        .unwrap();
    let lines = ids.into_iter().collect();
    Arc::new(Actor { name: "ann".into(), principal: 77, grants, lines, ..(*plant.boss()).clone() })
}

pub fn track_in(plant: &Plant, station: &str, sn: &str) -> Json {
    plant.run(&plant.boss(), "unit.track_in", json!({ "stationCode": station, "sn": sn }))
}

pub fn track_out(plant: &Plant, station: &str, sn: &str, result: &str) -> Json {
    plant.run(&plant.boss(), "unit.track_out", json!({ "stationCode": station, "sn": sn, "result": result }))
}

pub fn refused_in(plant: &Plant, station: &str, sn: &str) -> (&'static str, u16) {
    plant.code(&plant.boss(), "unit.track_in", json!({ "stationCode": station, "sn": sn }))
}

pub fn refused_out(plant: &Plant, station: &str, sn: &str) -> (&'static str, u16) {
    plant.code(&plant.boss(), "unit.track_out", json!({ "stationCode": station, "sn": sn, "result": "PASS" }))
}

pub fn unit(plant: &Plant, sn: &str) -> Json {
    plant.ask(&plant.boss(), "unit.get", json!({ "sn": sn }))
}

/// Status and step of a unit, like `QUEUED 20`.
pub fn place(plant: &Plant, sn: &str) -> String {
    let unit = unit(plant, sn);
    let step = unit["currentStepNo"].as_i64().map_or(String::new(), |n| format!(" {n}"));
    format!("{}{step}", unit["status"].as_str().unwrap())
}

/// The names of the events so far, in order.
pub fn events(plant: &Plant) -> Vec<String> {
    let names = rows(plant, sql!("select name from event order by id"));
    names.into_iter().map(|r| if let Value::Text(name) = &r[0] { name.clone() } else { String::new() }).collect()
}

/// The payload of the newest event of a name.
pub fn last_event(plant: &Plant, name: &str) -> Json {
    let all = rows(plant, sql!("select name, payload from event order by id desc"));
    let found = all.into_iter().find(|r| r[0] == Value::Text(name.to_string())).expect("the event was told");
    let Value::Text(payload) = &found[1] else { panic!("a payload is text") };
    serde_json::from_str(payload).unwrap()
}

/// The counters of runs and steps are what counting the units gives, and no unit has two open tracks.
pub fn counters_hold(plant: &Plant) {
    let kept = rows(
        plant,
        sql!(
            "select run_no, qty_units, qty_started, qty_done, qty_failed, qty_scrapped, qty_held from run order by id"
        ),
    );
    let counted = rows(
        plant,
        sql!(
            "select r.run_no,
                 cast(count(u.id) as bigint),
                 cast(coalesce(sum(case when u.tracks > 0 then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when u.status = 'DONE' then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when u.status = 'OUT_FAILED' then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when u.status = 'SCRAPPED' then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when u.status = 'ON_HOLD' then 1 else 0 end), 0) as bigint)
             from run r left join unit u on u.run_id = r.id group by r.id, r.run_no order by r.id"
        ),
    );
    assert_eq!(kept, counted, "on {}: the counters of the runs", plant.on);
    let kept = rows(
        plant,
        sql!(
            "select run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held from run_step
             where qty_waiting <> 0 or qty_inside <> 0 or qty_failed <> 0 or qty_held <> 0 order by run_id, step_no"
        ),
    );
    let counted = rows(
        plant,
        sql!(
            "select run_id, step_no,
                 cast(sum(case when status = 'QUEUED' then 1 else 0 end) as bigint),
                 cast(sum(case when status = 'IN_STATION' then 1 else 0 end) as bigint),
                 cast(sum(case when status = 'OUT_FAILED' then 1 else 0 end) as bigint),
                 cast(sum(case when status = 'ON_HOLD' then 1 else 0 end) as bigint)
             from unit where step_no is not null group by run_id, step_no order by run_id, step_no"
        ),
    );
    assert_eq!(kept, counted, "on {}: the counters of the steps", plant.on);
    let kept = rows(
        plant,
        sql!("select run_id, step_no, qty_done from run_step where qty_done <> 0 order by run_id, step_no"),
    );
    let counted = rows(
        plant,
        sql!(
            "select run_id, step_no, cast(count(distinct unit_id) as bigint) from track
             where result = 'PASS' group by run_id, step_no order by run_id, step_no"
        ),
    );
    assert_eq!(kept, counted, "on {}: the units that completed a step", plant.on);
    let odd = number(
        plant,
        sql!(
            "select cast(count(*) as bigint) from unit u
             where (u.status = 'IN_STATION') <> (u.open_track_id is not null)
                or (select count(*) from track t where t.unit_id = u.id and t.out_at is null and t.voided_at is null)
                   <> (case when u.open_track_id is null then 0 else 1 end)"
        ),
    );
    assert_eq!(odd, 0, "on {}: open tracks", plant.on);
}
