//! Going in: the guards of R-CORE-130 in their order, and what then happens.

use std::sync::Arc;

use engine::{Ask, Cx, LineOf, sql};
use kernel::code::Sn;
use kernel::{Cause, Error, Id, Instant, Result, p};
use plant::route::UnitCreation;
use plant::snapshot::{FrozenRoute, Step};
use plant::station::{Bench, STATION_INACTIVE, STATION_NOT_FOUND, StationCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::at_hand::{AtHand, OpenTrack, RunHead};
use super::floor::Floor;
use super::guards;
use super::reading::{self, Given, Phase, Reading};
use super::*;
use crate::run::{RunNo, RunStatus};
use crate::tally::{Place, Tally};
use crate::unit::events::{TrackedIn as TrackedInEvent, UnitsCreated};
use crate::unit::{RUN_PLAN_QTY_EXCEEDED, SN_DUPLICATE, UNIT_NOT_FOUND, UnitStatus};
use crate::work_order::WoNo;

/// What is scanned to go in.
pub struct Scan<'s> {
    pub station: &'s StationCode,
    pub sn: &'s Sn,
    pub run: Option<&'s RunNo>,
    pub order: Option<&'s WoNo>,
    pub data: &'s [Given],
}

/// What the guards found: a board that may go in, or the scan of a moment ago once more (R-CORE-133).
pub enum Arrival {
    Fresh(Box<Entry>),
    Repeat(Box<TrackedIn>),
}

/// A board before a station, with everything that lets it in.
pub struct Entry {
    pub bench: Bench,
    pub run: RunHead,
    pub sn: Sn,
    /// None: the scan itself creates the unit (R-CORE-117).
    pub unit: Option<Unit>,
    pub route: Arc<FrozenRoute>,
    at: usize,
    /// What the gate of the trial gave; its `faiNo` is kept on the track.
    pub trial: Option<Json>,
    pub readings: Vec<Reading>,
}

/// The answer of a track-in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackedIn {
    pub status: UnitStatus,
    pub sn: String,
    pub run_no: String,
    pub wo_no: String,
    pub product_code: String,
    pub step_no: u32,
    pub operation_code: String,
    pub operation_name: String,
    pub station_code: String,
    pub track_id: String,
    pub attempt: i64,
    pub in_at: Instant,
    pub duplicate: bool,
    pub execution_mode: ExecutionMode,
}

/// The guards of R-CORE-130.
pub fn may_enter(cx: &Cx<'_>, ask: &mut Ask, scan: &Scan<'_>) -> Result<Arrival> {
    let bench = ask.need(Bench::find(cx, scan.station)?, || STATION_NOT_FOUND.with("station", scan.station))?;
    guards::in_scope(cx, ask, &bench, None)?;
    ask.that(bench.is_active, || STATION_INACTIVE.with("station", &bench.code))?;
    ask.gate(cx, &TRACK_IN_EQUIPMENT, &bench)?;

    let (unit, track, unit_run) = match AtHand::scanned(cx, scan.sn)? {
        Some(at) => (Some(at.unit), at.track, at.run),
        None => (None, None, None),
    };
    let run = guards::run_of(cx, ask, scan.sn, scan.run, unit.is_some(), unit_run)?;
    guards::in_scope(cx, ask, &bench, Some(&run))?;
    let route = guards::frozen(cx, &run)?;
    guards::on_its_line(ask, &bench, &run)?;
    let trial = match run.status {
        RunStatus::Prep => guards::may_be_tried(cx, ask, &run)?,
        _ => {
            ask.part(run.status.admits_boards(&run.run_no))?;
            None
        }
    };
    let of_order = scan.order.is_none_or(|order| guards::same_code(order.as_str(), &run.wo_no));
    ask.that(of_order, || RUN_WORK_ORDER_MISMATCH.with("run", &run.run_no).with("wo", &run.wo_no))?;

    let at = match &unit {
        None => {
            let first = ask.need(route.first(), || STEP_MISMATCH.with("sn", scan.sn))?;
            let created_here = run.unit_creation == UnitCreation::OnFirstScan && guards::fits(first, &bench);
            ask.need(created_here.then_some(()), || UNIT_NOT_FOUND.with("sn", scan.sn))?;
            let room = run.qty_units < run.plan_qty;
            ask.that(room, || RUN_PLAN_QTY_EXCEEDED.with("run", &run.run_no).with("plan", run.plan_qty))?;
            let other = cx.exists(sql!("select 1 from barcode where text = $1 and kind <> 'UNIT'"), p![scan.sn])?;
            ask.that(!other, || SN_DUPLICATE.with("sn", scan.sn))?;
            0
        }
        Some(unit) => {
            guards::belongs(ask, unit, &run)?;
            if let (UnitStatus::InStation, Some(track)) = (unit.status, &track)
                && guards::is_repeat(cx, &bench, track)?
            {
                return Ok(Arrival::Repeat(Box::new(once_more(unit, track, &run, &route))));
            }
            ask.part(guards::may_start(cx, unit, track.as_ref()))?;
            let at = unit.step_no.and_then(|no| route.snapshot.steps.iter().position(|s| s.step_no == no));
            ask.need(at, || STEP_MISMATCH.with("sn", &unit.sn).with("step", unit.step_no))?
        }
    };
    let sn = unit.as_ref().map_or_else(|| scan.sn.clone(), |u| u.sn.clone());
    let mut entry = Entry { bench, run, sn, unit, route, at, trial, readings: vec![] };
    if entry.trial.is_some() {
        ask.gate(cx, &TRACK_IN_TRIAL_STEP, &entry)?;
    }
    if !guards::fits(entry.step(), &entry.bench) {
        ask.part(Err(guards::not_here(cx, &entry)?.into()))?;
    }
    guards::has_room(cx, ask, &entry.bench)?;
    ask.gate(cx, &TRACK_IN_HOOKS, &entry)?;
    let readings = reading::judged(cx, ask, entry.step(), scan.data, Phase::In)?;
    entry.readings = readings;
    Ok(Arrival::Fresh(Box::new(entry)))
}

/// Let the board in, or answer the repeated scan.
pub fn enter(cx: &mut Cx<'_>, arrival: Arrival, operator: Option<&str>) -> Result<TrackedIn> {
    match arrival {
        Arrival::Repeat(again) => Ok(*again),
        Arrival::Fresh(entry) => {
            let mut tally = Tally::of(entry.run.id, entry.run.status);
            let placed = entry.place(cx, operator, &mut tally)?;
            tally.write(cx)?;
            let alarm = leave::holds_run(placed.entry.run.id, &placed.entry.readings);
            let answer = placed.tell(cx)?;
            leave::hold_run(cx, alarm, &answer.track_id)?;
            Ok(answer)
        }
    }
}

/// A board that is in; its counters are to be written, then the rest is to hear of it.
pub struct Placed {
    entry: Entry,
    unit: Unit,
    created: bool,
    operator: Option<String>,
}

impl Entry {
    /// The step the board is to be worked at.
    pub fn step(&self) -> &Step {
        &self.route.snapshot.steps[self.at]
    }

    /// Open the track and put the unit into the station. A first board makes its run run.
    pub fn place(self, cx: &mut Cx<'_>, operator: Option<&str>, tally: &mut Tally) -> Result<Placed> {
        cx.happens_at(Some(&self.run.line_code), Some(self.bench.code.as_str()));
        if self.run.status == RunStatus::Authorized && self.trial.is_none() {
            // Whoever waited for the lock may find the run revoked, held, over or elsewhere: then the scan is judged anew.
            let run = Run::get(cx, self.run.id)?.filter(|run| run.line_id == self.run.line_id);
            let run = run.filter(|run| run.status.admits_boards(&run.run_no).is_ok());
            let run = run.ok_or_else(|| Error::Again(Cause::new("the run has changed meanwhile")))?;
            tally.now_is(run.begin(cx)?.status);
        }
        let (mut unit, created) = match &self.unit {
            Some(unit) => (unit.clone(), false),
            None => (self.create(cx, tally)?, true),
        };
        let before = unit.clone();
        unit.tracks += 1;
        let fai_no = self.trial.as_ref().and_then(|t| t.get("faiNo")).and_then(Json::as_str);
        let mode = if self.trial.is_some() { ExecutionMode::FaiTrial } else { ExecutionMode::Normal };
        let opened: Option<(Id<Track>,)> = cx
            .one(
                sql!(
                    "insert into track (unit_id, n, run_id, route_version_id, step_no, station_id, source, attempt,
                         execution_mode, fai_no, in_at, in_by, operator_id)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id"
                ),
                p![
                    unit.id,
                    unit.tracks,
                    self.run.id,
                    self.run.route_version_id,
                    self.step().step_no,
                    self.bench.id,
                    // A scan by hand, whatever kind of station it is made at.
                    StationType::Manual,
                    unit.attempt,
                    mode,
                    fai_no.map(str::to_string),
                    cx.now,
                    cx.actor().name,
                    operator.map(str::to_string)
                ],
            )
            .map_err(|e| e.taken_as(ACTIVE_TRACK_EXISTS.with("sn", &unit.sn)))?;
        let (track,) = opened.ok_or_else(|| Error::fault("an insert gives an id"))?;
        unit.status = unit.status.to(UnitStatus::InStation)?;
        unit.open_track_id = Some(track.number());
        unit.open_station_id = Some(self.bench.id);
        unit.open_since = Some(cx.now);
        unit.put(cx, &before)?;
        reading::store(cx, self.step(), Some(track), self.run.id, self.bench.id, &self.readings)?;
        tally.moved(before.place(), unit.place());
        if unit.tracks == 1 {
            tally.started();
        }
        Ok(Placed { entry: self, unit, created, operator: operator.map(str::to_string) })
    }

    /// The unit that its first scan brings into being (R-CORE-117).
    fn create(&self, cx: &mut Cx<'_>, tally: &mut Tally) -> Result<Unit> {
        let place = Place { status: UnitStatus::Queued, step_no: Some(self.step().step_no) };
        let ids = crate::unit::create::insert(cx, &self.run, self.step().step_no, std::slice::from_ref(&self.sn));
        // Somebody else scanned the same serial for the first time: asked again, the guards find the unit.
        let ids = ids.map_err(Error::again_if_taken)?;
        let id = *ids.first().ok_or_else(|| Error::fault("an insert gives an id"))?;
        tally.joined(place, 1);
        Ok(Unit {
            id,
            sn: self.sn.clone(),
            wo_id: self.run.wo_id,
            run_id: Some(self.run.id),
            status: place.status,
            step_no: place.step_no,
            attempt: 1,
            tracks: 0,
            open_track_id: None,
            open_station_id: None,
            open_since: None,
            holds_open: 0,
            resume_status: None,
            resume_step_no: None,
            resume_untold: false,
            changed_at: cx.now,
            version: 1,
        })
    }
}

impl Placed {
    /// Tell it, and answer.
    pub fn tell(self, cx: &mut Cx<'_>) -> Result<TrackedIn> {
        let Placed { entry, unit, created, operator } = self;
        let (run, step) = (&entry.run, entry.step());
        let line_id = LineOf(Some(run.line_id.number()));
        Floor::hears(cx, &[step])?;
        if created {
            cx.emit(UnitsCreated {
                line_id,
                line_code: run.line_code.clone(),
                wo_no: run.wo_no.clone(),
                run_no: run.run_no.to_string(),
                product_code: run.product_code.clone(),
                count: 1,
                sn_from: unit.sn.to_string(),
                sn_to: unit.sn.to_string(),
                how: "FIRST_SCAN",
            })?;
        }
        let fai_no = entry.trial.as_ref().and_then(|t| t.get("faiNo")).and_then(Json::as_str).map(str::to_string);
        let mode = if entry.trial.is_some() { ExecutionMode::FaiTrial } else { ExecutionMode::Normal };
        let answer = TrackedIn {
            status: unit.status,
            sn: unit.sn.to_string(),
            run_no: run.run_no.to_string(),
            wo_no: run.wo_no.clone(),
            product_code: run.product_code.clone(),
            step_no: step.step_no,
            operation_code: step.operation_code.clone(),
            operation_name: step.operation_name.clone(),
            station_code: entry.bench.code.to_string(),
            track_id: track_no(unit.sn.as_str(), unit.tracks),
            attempt: unit.attempt,
            in_at: cx.now,
            duplicate: false,
            execution_mode: mode,
        };
        cx.emit(TrackedInEvent {
            line_id,
            line_code: run.line_code.clone(),
            station_code: answer.station_code.clone(),
            wo_no: answer.wo_no.clone(),
            run_no: answer.run_no.clone(),
            product_code: answer.product_code.clone(),
            sn: answer.sn.clone(),
            step_no: answer.step_no,
            operation_code: answer.operation_code.clone(),
            track_id: answer.track_id.clone(),
            attempt: unit.attempt,
            execution_mode: mode.word(),
            source: StationType::Manual.word(),
            operator_id: operator,
            program: None,
            fai_no,
        })?;
        let at = reading::Where { bench: &entry.bench, run: &entry.run, step: entry.step(), unit: &unit, track: true };
        reading::tell(cx, &at, &entry.readings)?;
        Ok(answer)
    }
}

/// The answer of the first scan once more (R-CORE-133).
fn once_more(unit: &Unit, track: &OpenTrack, run: &RunHead, route: &FrozenRoute) -> TrackedIn {
    let step = route.step(track.step_no);
    TrackedIn {
        status: unit.status,
        sn: unit.sn.to_string(),
        run_no: run.run_no.to_string(),
        wo_no: run.wo_no.clone(),
        product_code: run.product_code.clone(),
        step_no: track.step_no,
        operation_code: step.map_or_else(String::new, |s| s.operation_code.clone()),
        operation_name: step.map_or_else(String::new, |s| s.operation_name.clone()),
        station_code: track.station_code.clone(),
        track_id: track_no(unit.sn.as_str(), track.n),
        attempt: track.attempt,
        in_at: track.in_at,
        duplicate: true,
        execution_mode: track.execution_mode,
    }
}
