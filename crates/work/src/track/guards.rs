//! Single guards of going in and out, shared by scans, carriers and machines.

use std::sync::Arc;

use engine::refusals::STATION_FORBIDDEN;
use engine::{Ask, Cx, sql};
use kernel::code::{Sn, fold};
use kernel::{Error, Id, Refusal, Result, p};
use plant::route::version::ROUTE_VERSION_NOT_READY;
use plant::snapshot::{FrozenRoute, Step};
use plant::station::{Bench, STATION_NOT_FOUND, StationCode};
use serde_json::{Value as Json, json};

use super::at_hand::{OpenTrack, RunHead};
use super::enter::Entry;
use super::floor::Floor;
use super::*;
use crate::run::{RUN_NOT_AUTHORIZED, RUN_NOT_FOUND, RunNo};
use crate::unit::{UNIT_NO_RUN, UNIT_NOT_FOUND, UnitStatus};

/// The station is the asker's; one without a line is, where the line of the run is.
pub fn in_scope(cx: &Cx<'_>, ask: &mut Ask, bench: &Bench, run: Option<&RunHead>) -> Result<()> {
    if run.is_some() && bench.line_id.is_some() {
        return Ok(());
    }
    let (own, of_run) = (bench.line_id.map(Id::number), run.map(|r| r.line_id.number()));
    ask.that(cx.reaches_station(bench.id.number(), own, of_run), || STATION_FORBIDDEN.with("station", &bench.code))
}

/// The station that a question names, within the asker's scope, else unknown.
pub fn seen(cx: &Cx<'_>, code: &StationCode) -> Result<Bench> {
    let bench = Bench::find(cx, code)?;
    let bench = bench.filter(|b| cx.reaches_station(b.id.number(), b.line_id.map(Id::number), None));
    bench.ok_or_else(|| STATION_NOT_FOUND.with("station", code).into())
}

/// The run that was named, else the one of the unit.
pub fn run_of(
    cx: &Cx<'_>,
    ask: &mut Ask,
    sn: &Sn,
    named: Option<&RunNo>,
    known: bool,
    of_unit: Option<RunHead>,
) -> Result<RunHead> {
    let Some(no) = named else {
        ask.need(known.then_some(()), || UNIT_NOT_FOUND.with("sn", sn))?;
        return ask.need(of_unit, || UNIT_NO_RUN.with("sn", sn));
    };
    match of_unit.filter(|run| run.run_no.key() == no.key()) {
        Some(run) => Ok(run),
        None => ask.need(RunHead::find(cx, no)?, || RUN_NOT_FOUND.with("run", no)),
    }
}

/// The frozen version by which the run lives (guard 7); a run keeps its own whatever has become of it (R-CORE-072).
pub fn frozen(cx: &Cx<'_>, run: &RunHead) -> Result<Arc<FrozenRoute>> {
    let frozen = FrozenRoute::get(cx, run.route_version_id)?;
    frozen.ok_or_else(|| ROUTE_VERSION_NOT_READY.with("route", &run.run_no).into())
}

/// The station belongs to the line of the run, or to none.
pub fn on_its_line(ask: &mut Ask, bench: &Bench, run: &RunHead) -> Result<()> {
    ask.that(bench.line_id.is_none_or(|line| line == run.line_id), || {
        STATION_LINE_MISMATCH
            .with("station", &bench.code)
            .with("line", &bench.line_code)
            .with("run", &run.run_no)
            .with("runLine", &run.line_code)
    })
}

pub fn not_authorized(run: &RunHead) -> Refusal {
    RUN_NOT_AUTHORIZED.with("run", &run.run_no).with("status", run.status)
}

/// A run in preparation takes boards only where a gate knows of a trial and allows it; gives what that gate said.
pub fn may_be_tried(cx: &Cx<'_>, ask: &mut Ask, run: &RunHead) -> Result<Option<Json>> {
    let (mut allowed, mut refused) = (None, false);
    for gate in cx.registry().gates_at(&TRACK_IN_TRIAL) {
        let verdict = gate(cx, run)?;
        for refusal in verdict.refusals {
            refused = true;
            ask.that(false, refusal)?;
        }
        allowed = allowed.or(verdict.evidence.into_iter().next());
    }
    ask.that(allowed.is_some() || refused, || not_authorized(run))?;
    Ok(allowed)
}

/// The unit is of the order and of the run at hand.
pub fn belongs(ask: &mut Ask, unit: &Unit, run: &RunHead) -> Result<()> {
    ask.that(unit.wo_id == run.wo_id, || UNIT_WORK_ORDER_MISMATCH.with("sn", &unit.sn).with("wo", &run.wo_no))?;
    ask.that(unit.run_id == Some(run.id), || UNIT_RUN_MISMATCH.with("sn", &unit.sn).with("run", &run.run_no))
}

/// The same board scanned in twice at one station within a few seconds (R-CORE-133).
pub fn is_repeat(cx: &Cx<'_>, bench: &Bench, track: &OpenTrack) -> Result<bool> {
    Ok(track.station_id == bench.id && within_window(cx, track.in_at)?)
}

/// Whether a moment lies so short a time back that a second scan is a repeat.
pub fn within_window(cx: &Cx<'_>, at: kernel::Instant) -> Result<bool> {
    let window_ms = i64::from(cx.setting(&DUPLICATE_SCAN_SEC)?) * 1000;
    Ok(cx.now.ms() - at.ms() <= window_ms && window_ms > 0)
}

/// The unit waits for a station; else where it is, or who decides about it (guard 14, R-SCR-043).
pub fn may_start(cx: &Cx<'_>, unit: &Unit, track: Option<&OpenTrack>) -> Result<()> {
    let refusal = match unit.status {
        UnitStatus::Queued => return Ok(()),
        UnitStatus::InStation => {
            let refusal = UNIT_ALREADY_IN_STATION.with("sn", &unit.sn).with("since", unit.open_since);
            refusal.with("station", track.map(|t| &t.station_code))
        }
        UnitStatus::Done => UNIT_ALREADY_DONE.with("sn", &unit.sn),
        UnitStatus::Scrapped => UNIT_SCRAPPED.with("sn", &unit.sn),
        UnitStatus::OutFailed => failed(cx, unit.id, &unit.sn)?,
        UnitStatus::OnHold => held(cx, unit.id, &unit.sn)?,
    };
    Err(refusal.into())
}

/// A failed unit: where, and with which defect.
pub fn failed(cx: &Cx<'_>, unit: Id<Unit>, sn: &Sn) -> Result<Refusal> {
    let last: Option<(String, Option<String>, Option<String>)> = cx.one(
        sql!(
            "select s.code, d.code, d.location
             from track t join station s on s.id = t.station_id left join track_defect d on d.track_id = t.id
             where t.unit_id = $1 and t.voided_at is null order by t.n desc, d.id limit 1"
        ),
        p![unit],
    )?;
    let (at, code, location) = last.map_or((None, None, None), |(at, code, location)| (Some(at), code, location));
    let refusal = UNIT_OUT_FAILED.with("sn", sn).with("at", at);
    Ok(refusal.with("defectCode", code).with("location", location))
}

/// A held unit: why, and by whom.
pub fn held(cx: &Cx<'_>, unit: Id<Unit>, sn: &Sn) -> Result<Refusal> {
    let hold: Option<(String, String)> = cx.one(
        sql!("select reason, by_name from unit_hold where unit_id = $1 and ended_at is null order by id limit 1"),
        p![unit],
    )?;
    let (reason, by) = hold.unwrap_or_default();
    Ok(UNIT_ON_HOLD.with("sn", sn).with("reason", reason).with("by", by))
}

/// Type, allowed list and group all fit.
pub fn fits(step: &Step, bench: &Bench) -> bool {
    step.fits(bench.station_type, bench.code.as_str(), bench.group_code.as_deref())
}

/// A step as a refusal names it: people read number and name, pages read the fields.
pub fn step_named(step: &Step) -> Json {
    json!({ "stepNo": step.step_no, "operationName": step.operation_name })
}

/// Where the board belongs instead (guard 17, R-SCR-044).
pub fn not_here(cx: &Cx<'_>, entry: &Entry) -> Result<Refusal> {
    let stations = Floor::now(cx)?.eligible(entry.step(), entry.run.line_id);
    let refusal = STATION_MISMATCH.with("sn", &entry.sn).with("station", &entry.bench.code);
    Ok(refusal.with("step", step_named(entry.step())).with("stations", stations))
}

/// Fewer boards inside than the station holds; its row is locked, so that two scans do not take one place.
pub fn has_room(cx: &Cx<'_>, ask: &mut Ask, bench: &Bench) -> Result<()> {
    let Some(capacity) = bench.capacity else { return Ok(()) };
    cx.exists(sql!("select id from station where id = $1 for no key update"), p![bench.id])?;
    let inside = inside(cx, bench.id)?;
    ask.that(inside < capacity, || STATION_CAPACITY_REACHED.with("station", &bench.code).with("capacity", capacity))
}

/// How many units are inside a station.
pub fn inside(cx: &Cx<'_>, station: Id<Station>) -> Result<i64> {
    let inside = cx.value(sql!("select cast(count(*) as bigint) from unit where open_station_id = $1"), p![station])?;
    inside.ok_or_else(|| Error::fault("a count has a row"))
}

/// Whether a code named by a caller is this one.
pub fn same_code(given: &str, code: &str) -> bool {
    fold(given) == fold(code)
}
