//! What the stories of units share: the tiny plant, short ways to ask, and the check that counters equal the counts.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::sync::Arc;

use engine::db::{Reach, Sql, Tx};
use engine::perform::Answer;
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
    plant.engine.shared.bell.turn();
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

/// Somebody who may execute at the stations of these codes alone.
pub fn at_stations(plant: &Plant, stations: &[&str]) -> Arc<Actor> {
    use engine::permits::{Grants, Permits};
    let permits = Permits::of(&[Permit::ExecTrackIn, Permit::ExecTrackOut]).closure();
    let grants = Grants::of([(Scope::AssignedStations, permits)].into_iter());
    let all = rows(plant, sql!("select id, code, line_id from station order by id"));
    let wanted = all.iter().filter(|r| matches!(&r[1], Value::Text(code) if stations.contains(&code.as_str())));
    let number = |value: &Value| if let Value::Int(n) = value { Some(*n) } else { None };
    let mine: Vec<(i64, Option<i64>)> = wanted.map(|r| (number(&r[0]).unwrap(), number(&r[2]))).collect();
    let bound = mine.clone();
    plant
        .engine
        .work(move |cx| {
            cx.run(
                sql!(
                    "insert into principal (id, kind, name, name_key) values (78, 'USER', 'bob', 'bob')
                     on conflict (id) do nothing"
                ),
                [],
            )?;
            for (id, _) in &bound {
                cx.run(sql!("insert into principal_station (principal_id, station_id) values (78, $1)"), p![*id])?;
            }
            Ok(0)
        })
        .unwrap();
    let (stations, station_lines) = (mine.iter().map(|s| s.0).collect(), mine.iter().filter_map(|s| s.1).collect());
    Arc::new(Actor { name: "bob".into(), principal: 78, grants, stations, station_lines, ..(*plant.boss()).clone() })
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

/// What must hold after any story told by commands alone: the counters of orders, and states that go together.
pub fn floor_is_sound(plant: &Plant) {
    counters_hold(plant);
    let kept = rows(plant, sql!("select wo_no, runs_open, qty_allocated from work_order order by id"));
    let counted = rows(
        plant,
        sql!(
            "select w.wo_no,
                 cast(coalesce(sum(case when r.status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD') then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when r.status in ('CANCELLED', 'SCRAPPED') then 0 else r.plan_qty end), 0) as bigint)
             from work_order w left join run r on r.wo_id = w.id group by w.id, w.wo_no order by w.id"
        ),
    );
    assert_eq!(kept, counted, "on {}: the counters of the orders", plant.on);
    let odd: [(&str, &'static Sql); 6] = [
        (
            "runs that are on hold without an open hold, or the other way round",
            sql!(
                "select r.run_no from run r
                 where r.holds_open <> (select count(*) from run_hold h where h.run_id = r.id and h.ended_at is null)
                    or (r.status = 'ON_HOLD') <> (r.holds_open > 0)"
            ),
        ),
        (
            "units that are on hold without an open hold, or the other way round",
            sql!(
                "select u.sn from unit u
                 where u.holds_open <> (select count(*) from unit_hold h where h.unit_id = u.id and h.ended_at is null)
                    or (u.status = 'ON_HOLD' and u.holds_open = 0)
                    or (u.status in ('QUEUED', 'OUT_FAILED', 'DONE') and u.holds_open > 0)"
            ),
        ),
        (
            "boards that were worked in a run that never began",
            sql!(
                "select u.sn from unit u join run r on r.id = u.run_id
                 where r.started_at is null and u.tracks > 0 or r.status in ('PREP', 'CANCELLED') and u.tracks > 0"
            ),
        ),
        (
            "boards that are not finished in a run that is",
            sql!(
                "select u.sn from unit u join run r on r.id = u.run_id
                 where r.status in ('COMPLETED', 'SCRAPPED') and u.status not in ('DONE', 'SCRAPPED')
                    or r.status = 'CANCELLED' and u.status <> 'ON_HOLD'"
            ),
        ),
        (
            "runs that are open in an order that is over",
            sql!(
                "select r.run_no from run r join work_order w on w.id = r.wo_id
                 where w.status in ('COMPLETED', 'CANCELLED')
                   and r.status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD')"
            ),
        ),
        (
            "boards inside a station that is switched off",
            sql!("select u.sn from unit u join station s on s.id = u.open_station_id where s.is_active = 0"),
        ),
    ];
    for (what, question) in odd {
        let found = rows(plant, question);
        assert!(found.is_empty(), "on {}: {what}: {found:?}", plant.on);
    }
}

/// All calls at the same moment; their answers in the order of the calls.
pub fn at_once(plant: &Plant, calls: Vec<(&'static str, Json)>) -> Vec<Answer> {
    let gate = std::sync::Barrier::new(calls.len());
    let boss = plant.boss();
    std::thread::scope(|scope| {
        let threads: Vec<_> = calls
            .into_iter()
            .map(|(name, fields)| {
                let (gate, boss) = (&gate, &boss);
                scope.spawn(move || {
                    gate.wait();
                    plant.call(boss, name, fields)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

/// `OK`, or the code with which an answer refuses.
pub fn code(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done { .. } => "OK",
        Answer::Refused { refusal, .. } => refusal.def.code,
    }
}

/// The codes of answers, sorted.
pub fn codes(answers: &[Answer]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = answers.iter().map(code).collect();
    codes.sort_unstable();
    codes
}
