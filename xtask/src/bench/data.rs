//! The plant of the benchmark, laid down with plain bulk SQL (the only place that may), then checked.
//!
//! Three lines, a route of 33 steps, a station for each step on each line, 40 operators, eight runs of 5,000 boards that
//! stand evenly at all steps; behind them any number of finished boards with ten tracks each.

use serde_json::{Value, json};

use super::bare::Bare;
use crate::{Result, fail};

/// Lines; station `(line - 1) * STEPS + step` of a line does one step.
pub const LINES: usize = 3;
pub const STEPS: usize = 33;
pub const STATIONS: usize = LINES * STEPS;
pub const OPERATORS: usize = 40;
pub const RUNS: usize = 8;
pub const BOARDS: usize = 5_000;
/// Values taken at every exit.
pub const READINGS: usize = 3;
/// Everybody's password, and its hash, made as cheap as the algorithm allows.
pub const PASSWORD: &str = "a board every second";
const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$ugyySV7iPWkew2pwLmpqWw$hzH+/aYtO62teVJ57+Z66jl7XneLIhtBbunN7JhtQxA";
/// Boards of a finished run: small, so that lists of runs fill their first page in a small plant too.
const PAST: usize = 100;
/// Tracks of each finished board.
const TRACKS: usize = 10;
/// Every so many finished boards have values with their tracks.
pub const VALUED: usize = 10;
/// When everything was laid down.
const AT: i64 = 1_760_000_000_000;

/// The line of a run of the workload, from 1.
pub fn line_of(run: usize) -> usize {
    1 + run % LINES
}

/// The code of a station.
pub fn station(line: usize, step: usize) -> String {
    format!("L{line}-S{step:02}")
}

/// The operator who works at a station, from 1.
pub fn operator_at(line: usize, step: usize) -> usize {
    1 + ((line - 1) * STEPS + step - 1) % OPERATORS
}

/// The user name of an operator.
pub fn operator(n: usize) -> String {
    format!("op{n:02}")
}

/// The serial of board `n` (from 0) of a run (from 0) of the workload.
pub fn serial(run: usize, n: usize) -> String {
    format!("B{run}-{:05}", n + 1)
}

/// The step at which a board of the workload stands at first.
pub fn first_step(n: usize) -> usize {
    1 + n % STEPS
}

/// The serial of finished board `n`, from 1.
pub fn finished(n: usize) -> String {
    format!("H-{:08}", n)
}

/// Lay everything down on an empty schema whose preset roles are there, with `history` finished boards.
pub fn load(db: &mut Bare, history: usize) -> Result<()> {
    db.script(&access())?;
    db.script(&floor())?;
    db.script(&routes())?;
    db.script(&workload())?;
    db.script(&single_runs())?;
    if history > 0 {
        db.script(&finished_boards(history))?;
        db.script(&finished_tracks(history))?;
    }
    db.settle()?;
    check(db)
}

/// Numbers from one to `n` as a table `seq(n)`.
fn seq(n: usize) -> String {
    format!("with recursive seq(n) as (select 1 union all select n + 1 from seq where n < {n})")
}

fn access() -> String {
    let people = OPERATORS + 1;
    let name = format!("case when n = {people} then 'boss' else 'op' || substr(cast(100 + n as text), 2) end");
    let roles = "('admin', 'planner', 'engineer', 'quality', 'leader', 'manager', 'trace')";
    format!(
        "{seq} insert into principal (id, kind, name, name_key) select 1000 + n, 'USER', {name}, {name} from seq;
         {seq} insert into app_user (id, username, username_key, name, locale, is_active, auth_source, password_hash,
             must_change_password, created_at, version)
         select 1000 + n, {name}, {name}, {name}, 'en', 1, 'LOCAL', '{HASH}', 0, {AT}, 1 from seq;
         {seq} insert into principal_role (principal_id, role_id)
         select 1000 + n, r.id from seq, role r where n <= {OPERATORS} and r.code = 'operator'
             or n = {people} and r.code in {roles};",
        seq = seq(people)
    )
}

fn floor() -> String {
    let code = format!("'L' || (1 + (n - 1) / {STEPS}) || '-S' || substr(cast(101 + (n - 1) % {STEPS} as text), 2)");
    let key = format!("'l' || (1 + (n - 1) / {STEPS}) || '-s' || substr(cast(101 + (n - 1) % {STEPS} as text), 2)");
    format!(
        "{lines} insert into line (id, code, code_key, name, process_type, is_active, version)
         select n, 'L' || n, 'l' || n, 'Line ' || n, 'SMT', 1, 1 from seq;
         {steps} insert into station_group (id, code, code_key, name, version) select n, 'G' || n, 'g' || n, 'Group ' || n, 1 from seq;
         {steps} insert into operation (id, code, code_key, name, default_type, is_key_quality, source, needs_review, is_active, version)
         select n, 'OP' || n, 'op' || n, 'Operation ' || n, 'MANUAL', 0, 'MES', 0, 1, 1 from seq;
         {stations} insert into station (id, code, code_key, name, line_id, group_id, station_type, is_active, equipment_required,
             equipment_code, version)
         select n, {code}, {key}, 'Station ' || n, 1 + (n - 1) / {STEPS}, 1 + (n - 1) % {STEPS}, 'MANUAL', 1, 0, {code}, 1 from seq;
         {stations} insert into principal_station (principal_id, station_id) select 1001 + (n - 1) % {OPERATORS}, n from seq;
         insert into principal_line (principal_id, line_id) select {boss}, id from line;
         insert into material (id, code, code_key, name, unit, is_lot_managed, is_active, version) values (1, 'BOARD', 'board', 'Board', 'pcs', 0, 1, 1);",
        lines = seq(LINES),
        steps = seq(STEPS),
        stations = seq(STATIONS),
        boss = 1001 + OPERATORS,
    )
}

/// Two versions of one route: all steps, and the first ten for the finished boards.
fn routes() -> String {
    let version = |id: usize, steps: usize| {
        let snapshot = snapshot(steps).to_string().replace('\'', "''");
        format!(
            "insert into route_version (id, route_id, version_no, status, snapshot, snapshot_hash, errors, warnings, stale,
                 compiled_at, compiled_by, version)
             values ({id}, 1, {id}, 'READY', '{snapshot}', 'bench-{id}', '[]', '[]', 0, {AT}, 'boss', 1);"
        )
    };
    format!(
        "insert into route (id, code, code_key, name, source_system, product_code, product_key, process_type, is_active,
             latest_version_no, needs_compile, changed_at, version)
         values (1, 'BOARD', 'board', 'Board', 'MES', 'BOARD', 'board', 'SMT', 1, 2, 0, {AT}, 1);
         {steps} insert into route_step (id, route_id, step_no, source_step_key, operation_id, station_type, station_group_id)
         select n, 1, n, 'S' || n, n, 'MANUAL', n from seq;
         {steps} insert into data_spec (operation_id, name, name_key, spec_key, item_type, data_type, method, allow_manual_fallback,
             trigger_type, spec, is_required, is_active, has_values, revision, version)
         select o.id, 'Reading ' || n, 'reading ' || n, o.code_key || ':reading ' || n, 'KEY', 'NUMBER', 'MANUAL', 0, 'EACH_UNIT', '{{\"lsl\":0,\"usl\":100}}', 1, 1, 1, 1, 1
         from operation o, seq where n <= {READINGS};
         {full}{short}",
        steps = seq(STEPS),
        full = version(1, STEPS),
        short = version(2, TRACKS),
    )
}

/// A compiled route as the product freezes it.
fn snapshot(steps: usize) -> Value {
    let spec = |n: usize| {
        json!({
            "name": format!("Reading {n}"), "revision": 1, "itemType": "KEY", "dataType": "NUMBER", "method": "MANUAL",
            "allowManualFallback": false, "triggerType": "EACH_UNIT", "spec": { "lsl": 0.0, "usl": 100.0 }, "isRequired": true,
        })
    };
    let specs: Vec<Value> = (1..=READINGS).map(spec).collect();
    let step = |n: usize| {
        json!({
            "stepNo": n, "sourceStepKey": format!("S{n}"), "operationCode": format!("OP{n}"),
            "operationName": format!("Operation {n}"), "stationType": "MANUAL", "stationGroup": format!("G{n}"),
            "allowedStations": [], "requiresFAI": false, "requiresAuthorization": true, "dataSpecs": specs,
        })
    };
    let steps: Vec<Value> = (1..=steps).map(step).collect();
    json!({
        "route": { "code": "BOARD", "sourceSystem": "MES", "sourceKey": null, "productCode": "BOARD", "processType": "SMT",
            "faiTemplate": null, "faiTrialScope": null },
        "steps": steps,
    })
}

fn orders_and_runs(from: usize, runs: usize, boards: usize, name: &str, is_finished: bool) -> String {
    let (order, run, version) =
        if is_finished { ("COMPLETED", "COMPLETED", 2) } else { ("IN_PROGRESS", "IN_PROGRESS", 1) };
    let done = if is_finished { boards } else { 0 };
    let ended = if is_finished { AT.to_string() } else { "null".into() };
    let key = name.to_lowercase();
    format!(
        "{seq} insert into work_order (id, wo_no, wo_key, product_code, product_key, planned_qty, unit_code, routing_code, status,
             erp_closed, line_id, run_seq, runs_open, qty_allocated, created_at, closed_at, version)
         select {from} + n - 1, '{name}-WO-' || n, '{key}-wo-' || n, 'BOARD', 'board', {qty}, 'pcs', 'BOARD', '{order}', 0,
             1 + (n - 1) % {LINES}, 1, {open}, {boards}, {AT}, {ended}, 1 from seq;
         {seq} insert into run (id, run_no, run_key, wo_id, line_id, route_version_id, plan_qty, status, unit_creation, started_at,
             ended_at, holds_open, qty_units, qty_started, qty_done, qty_failed, qty_scrapped, qty_held, created_at, created_by, version)
         select {from} + n - 1, '{name}-RUN-' || n, '{key}-run-' || n, {from} + n - 1, 1 + (n - 1) % {LINES}, {version}, {boards},
             '{run}', 'PRE_GENERATED', {AT}, {ended}, 0, {boards}, {done}, {done}, 0, 0, 0, {AT}, 'boss', 1 from seq;",
        seq = seq(runs),
        qty = boards as i64 * 1_000_000,
        open = usize::from(!is_finished),
    )
}

/// Eight runs whose boards wait evenly at all steps.
fn workload() -> String {
    format!(
        "{runs} {units} insert into unit (id, sn, wo_id, run_id, status, step_no, attempt, tracks, holds_open, changed_at, version)
         select n, 'B' || ((n - 1) / {BOARDS}) || '-' || substr(cast(100001 + (n - 1) % {BOARDS} as text), 2), 1 + (n - 1) / {BOARDS},
             1 + (n - 1) / {BOARDS}, 'QUEUED', 1 + ((n - 1) % {BOARDS}) % {STEPS}, 1, 0, 0, {AT}, 1 from seq;
         insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
         select run_id, step_no, count(*), 0, 0, 0, 0 from unit group by run_id, step_no;
         insert into barcode (text, kind, ref_id) select sn, 'UNIT', id from unit;",
        runs = orders_and_runs(1, RUNS, BOARDS, "Bench", false),
        units = seq(RUNS * BOARDS),
    )
}

/// Runs to generate units for, and runs whose boards are all done, to be closed: (number, plan, boards done).
pub const SINGLE: [(&str, usize, usize); 4] = [
    ("GEN-LARGE", 10_000, 0),
    ("GEN-SMALL", 1_000, 0),
    ("DONE-LARGE", BOARDS, BOARDS),
    ("DONE-SMALL", BOARDS / 10, BOARDS / 10),
];

fn single_runs() -> String {
    let mut text = String::new();
    for (i, (name, plan, done)) in SINGLE.iter().enumerate() {
        let (id, key) = (50 + i, name.to_lowercase());
        let qty = *plan as i64 * 1_000_000;
        let status = if *done > 0 { "IN_PROGRESS" } else { "AUTHORIZED" };
        text.push_str(&format!(
            "insert into work_order (id, wo_no, wo_key, product_code, product_key, planned_qty, unit_code, routing_code, status,
                 erp_closed, line_id, run_seq, runs_open, qty_allocated, created_at, version)
             values ({id}, '{name}', '{key}', 'BOARD', 'board', {qty}, 'pcs', 'BOARD', 'IN_PROGRESS', 0, 1, 1, 1, {plan}, {AT}, 1);
             insert into run (id, run_no, run_key, wo_id, line_id, route_version_id, plan_qty, status, unit_creation, holds_open,
                 qty_units, qty_started, qty_done, qty_failed, qty_scrapped, qty_held, created_at, created_by, version)
             values ({id}, '{name}', '{key}', {id}, 1, 1, {plan}, '{status}', 'PRE_GENERATED', 0, {done}, {done}, {done}, 0, 0, 0,
                 {AT}, 'boss', 1);
             insert into run_authorization (run_id, action, by_name, at) values ({id}, 'AUTHORIZE', 'boss', {AT});"
        ));
        if *done > 0 {
            text.push_str(&format!(
                "{} insert into unit (id, sn, wo_id, run_id, status, attempt, tracks, holds_open, changed_at, version)
                 select {} + n, '{name}-' || n, {id}, {id}, 'DONE', 1, 0, 0, {AT}, 1 from seq;",
                seq(*done),
                100_000_000 + i * BOARDS,
            ));
        }
    }
    text.push_str("insert into barcode (text, kind, ref_id) select sn, 'UNIT', id from unit where id > 100000000;");
    text
}

fn finished_boards(history: usize) -> String {
    let runs = history.div_ceil(PAST);
    let first = RUNS * BOARDS;
    format!(
        "{runs} {units} insert into unit (id, sn, wo_id, run_id, status, attempt, tracks, holds_open, changed_at, version)
         select {first} + n, 'H-' || substr(cast(100000000 + n as text), 2), 101 + (n - 1) / {PAST}, 101 + (n - 1) / {PAST},
             'DONE', 1, {TRACKS}, 0, {AT}, 1 from seq;
         insert into barcode (text, kind, ref_id) select sn, 'UNIT', id from unit where id > {first} and id <= {last} order by sn;
         {steps} insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
         select r.id, n, 0, 0, 0, 0, {PAST} from run r, seq where r.id > 100;",
        runs = orders_and_runs(101, runs, PAST, "Past", true),
        units = seq(history),
        last = first + history,
        steps = seq(TRACKS),
    )
}

fn finished_tracks(history: usize) -> String {
    let first = RUNS * BOARDS;
    format!(
        "{seq} insert into track (id, unit_id, n, run_id, route_version_id, step_no, station_id, source, attempt, execution_mode,
             in_at, in_by, out_at, out_by, result, result_requested)
         select (u.id - {first} - 1) * {TRACKS} + n, u.id, n, u.run_id, 2, n, (r.line_id - 1) * {STEPS} + n, 'MANUAL', 1, 'NORMAL',
             {AT} + n * 60000, 'op01', {AT} + n * 60000 + 30000, 'op01', 'PASS', 'PASS'
         from unit u join run r on r.id = u.run_id, seq where u.id > {first} and u.id <= {last};
         {seq} insert into data_value (track_id, run_id, station_id, name, revision, value_number, judge, alarmed, source,
             collected_at, received_at, by_name)
         select t.id, t.run_id, t.station_id, 'Reading ' || seq.n, 1, seq.n * 1.5, 'PASS', 0, 'MANUAL',
             t.out_at, t.out_at, 'op01'
         from track t, seq where t.unit_id % {VALUED} = 0 and seq.n <= {READINGS};",
        seq = seq(TRACKS),
        last = first + history,
    )
}

/// Counters equal counts, and no unit has two open tracks.
fn check(db: &mut Bare) -> Result<()> {
    let rules = [
        ("a run's counter of units", "select count(*) from run r where qty_units <> (select count(*) from unit u where u.run_id = r.id)"),
        ("a run's counter of finished units", "select count(*) from run r where qty_done <> (select count(*) from unit u where u.run_id = r.id and u.status = 'DONE')"),
        (
            "a step's counter of waiting units",
            "select count(*) from run_step s where qty_waiting <>
                 (select count(*) from unit u where u.run_id = s.run_id and u.status = 'QUEUED' and u.step_no = s.step_no)",
        ),
        ("a unit with two open tracks", "select count(*) from (select unit_id from track where out_at is null group by unit_id having count(*) > 1) t"),
        ("a unit's counter of tracks", "select count(*) from (select u.id from unit u left join track t on t.unit_id = u.id group by u.id, u.tracks having u.tracks <> count(t.id)) x"),
    ];
    for (what, sql) in rules {
        let wrong = db.number(sql)?;
        if wrong != 0 {
            return fail(format!("the data of the benchmark is wrong: {what}, {wrong} times"));
        }
    }
    Ok(())
}
