//! Coming out: the guards of R-CORE-131 in their order, the effective result, and what then happens.

mod close;

use std::sync::Arc;

use engine::{Ask, Cx, row, sql};
use kernel::code::Sn;
use kernel::{Id, Instant, Result, p};
use plant::data_spec::AlarmAction;
use plant::snapshot::{FrozenRoute, Step};
use plant::station::{Bench, STATION_NOT_FOUND, StationCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::at_hand::{AtHand, OpenTrack, RunHead};
use super::floor::{Floor, StepAt};
use super::guards;
use super::reading::{self, Given, Kept, Phase, Reading, Weight};
use super::*;
use crate::run::{HoldKind, RunNo, RunStatus};
use crate::tally::Tally;
use crate::unit::holds::{self, UnitHoldKind};
use crate::unit::{UNIT_NOT_FOUND, UnitStatus};
pub use close::Closed;

row! {
    /// What is wrong with a board that failed.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Defect {
        pub code: DefectCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub location: Option<kernel::code::Text<64>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remark: Option<kernel::code::Text<500>>,
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 10_000))]
        pub qty: u16,
    }
}

kernel::code! {
    /// The code of a defect.
    DefectCode, max 64;
}

const fn one() -> u16 {
    1
}

impl Defect {
    /// The defects that were reported with a track.
    fn of(cx: &Cx<'_>, track: Id<Track>) -> Result<Vec<Defect>> {
        cx.all(sql!("select code, location, remark, qty from track_defect where track_id = $1 order by id"), p![track])
    }
}

/// The defect of a board that failed at a station without anybody naming one.
pub const STATION_FAIL: &str = "STATION_FAIL";

/// What is scanned to come out.
pub struct Scan<'s> {
    pub station: &'s StationCode,
    pub sn: &'s Sn,
    pub run: Option<&'s RunNo>,
    /// None only asks whether the board is here and may leave.
    pub result: Option<Verdict>,
    pub defects: &'s [Defect],
    pub data: &'s [Given],
}

/// What the guards found: a board that may leave, or the exit of a moment ago once more (R-CORE-134).
pub enum Departure {
    Fresh(Box<Exit>),
    Repeat(Box<TrackedOut>),
}

/// Why a track failed, with the value it is about.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    pub code: ResultReason,
    /// The data spec or the inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The sentence of it, in the reader's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A board at the door of a station, with everything that decides how it leaves.
pub struct Exit {
    pub bench: Bench,
    pub run: RunHead,
    pub unit: Unit,
    pub track: OpenTrack,
    pub route: Arc<FrozenRoute>,
    at: usize,
    pub requested: Verdict,
    pub readings: Vec<Reading>,
    pub kept: Vec<Kept>,
    pub reasons: Vec<Reason>,
    pub defects: Vec<Defect>,
}

/// The answer of a track-out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackedOut {
    pub status: UnitStatus,
    pub sn: String,
    pub run_no: String,
    pub result: Verdict,
    pub result_requested: Verdict,
    /// PASS was asked for and an inspection said FAIL.
    pub inspection_override: bool,
    pub result_reasons: Vec<Reason>,
    pub step_no: u32,
    pub station_code: String,
    pub next_step: Option<StepAt>,
    pub track_id: String,
    pub defects: Vec<Defect>,
    pub duplicate: bool,
}

/// The guards of R-CORE-131.
pub fn may_leave(cx: &Cx<'_>, ask: &mut Ask, scan: &Scan<'_>) -> Result<Departure> {
    let mut exit = match at_exit(cx, ask, scan)? {
        Departure::Fresh(exit) => exit,
        repeat => return Ok(repeat),
    };
    exit.readings = reading::judged(cx, ask, exit.step(), scan.data, Phase::Out)?;
    if exit.track.has_values {
        exit.kept = reading::kept(cx, exit.track.id, exit.step())?;
    }
    exit.reasons = exit.judged(ask, cx)?;
    if exit.result() == Verdict::Pass {
        let given =
            |name: &str| exit.readings.iter().any(|r| r.name == name) || exit.kept.iter().any(|k| k.name == name);
        let missing: Vec<&str> =
            reading::due(exit.step(), Phase::Out).map(|s| s.name.as_str()).filter(|name| !given(name)).collect();
        ask.that(missing.is_empty(), || REQUIRED_DATA_MISSING.with("names", &missing))?;
    }
    ask.gate(cx, &TRACK_OUT_HOOKS, &*exit)?;
    Ok(Departure::Fresh(exit))
}

/// The first seven guards: the board is in this station and may leave it.
pub fn at_exit(cx: &Cx<'_>, ask: &mut Ask, scan: &Scan<'_>) -> Result<Departure> {
    let bench = ask.need(Bench::find(cx, scan.station)?, || STATION_NOT_FOUND.with("station", scan.station))?;
    guards::in_scope(cx, ask, &bench, None)?;
    let at = ask.need(AtHand::scanned(cx, scan.sn)?, || UNIT_NOT_FOUND.with("sn", scan.sn))?;
    let AtHand { unit, run, track, .. } = at;
    let run = guards::run_of(cx, ask, scan.sn, scan.run, true, run)?;
    guards::in_scope(cx, ask, &bench, Some(&run))?;
    guards::belongs(ask, &unit, &run)?;
    let route = guards::frozen(cx, &run)?;
    let track = match track {
        Some(track) if track.station_id == bench.id => track,
        elsewhere => return not_inside(cx, ask, scan, &Gone { bench, unit, run, route, elsewhere }),
    };
    let open = match run.status {
        RunStatus::Authorized | RunStatus::InProgress | RunStatus::OnHold => true,
        RunStatus::Prep => track.execution_mode == ExecutionMode::FaiTrial,
        _ => false,
    };
    ask.that(open, || guards::not_authorized(&run))?;
    let at = route.snapshot.steps.iter().position(|s| s.step_no == track.step_no);
    let at = at.filter(|_| unit.step_no == Some(track.step_no));
    let at = ask.need(at, || STEP_MISMATCH.with("sn", &unit.sn).with("step", track.step_no))?;
    let exit = Exit {
        bench,
        run,
        unit,
        track,
        route,
        at,
        requested: scan.result.unwrap_or(Verdict::Pass),
        readings: vec![],
        kept: vec![],
        reasons: vec![],
        defects: scan.defects.to_vec(),
    };
    Ok(Departure::Fresh(Box::new(exit)))
}

row! {
    /// The newest track of a unit at a station.
    struct LastHere {
        id: Id<Track>,
        n: i64,
        step_no: u32,
        out_at: Option<Instant>,
        result: Option<Verdict>,
        result_requested: Option<Verdict>,
        result_reasons: Option<Json>,
    }
}

/// A board that is not inside the station, and where it is inside instead.
struct Gone {
    bench: Bench,
    unit: Unit,
    run: RunHead,
    route: Arc<FrozenRoute>,
    elsewhere: Option<OpenTrack>,
}

/// The board is not inside: it has just left (R-CORE-134), is somewhere else, or nowhere.
fn not_inside(cx: &Cx<'_>, ask: &mut Ask, scan: &Scan<'_>, gone: &Gone) -> Result<Departure> {
    let Gone { bench, unit, .. } = gone;
    let last: Option<LastHere> = cx.one(
        sql!(
            "select id, n, step_no, out_at, result, result_requested, result_reasons from track
             where unit_id = $1 and station_id = $2 and voided_at is null and out_at is not null
             order by n desc limit 1"
        ),
        p![unit.id, bench.id],
    )?;
    if let (Some(last), Some(wanted)) = (last, scan.result) {
        let fresh = match last.out_at {
            Some(out_at) => guards::within_window(cx, out_at)?,
            None => false,
        };
        if fresh && last.result_requested == Some(wanted) {
            return Ok(Departure::Repeat(Box::new(gone.once_more(cx, last)?)));
        }
        ask.that(!fresh, || TRACK_ALREADY_CLOSED.with("sn", &unit.sn).with("result", last.result))?;
    }
    if let Some(inside) = &gone.elsewhere {
        let step = gone.route.step(inside.step_no).map_or_else(|| json!(inside.step_no), guards::step_named);
        let refusal = TRACK_AT_OTHER_STATION.with("sn", &unit.sn).with("step", step);
        return Err(refusal.with("stations", [&inside.station_code]).into());
    }
    let seen: Option<(String, Option<Instant>)> = cx.one(
        sql!(
            "select s.code, coalesce(t.out_at, t.voided_at) from track t join station s on s.id = t.station_id
             where t.unit_id = $1 order by t.n desc limit 1"
        ),
        p![unit.id],
    )?;
    let (last_station, last_at) = seen.map_or((None, None), |(station, at)| (Some(station), at));
    let refusal = UNIT_NOT_IN_STATION.with("sn", &unit.sn).with("station", &bench.code);
    Err(refusal.with("lastStation", last_station).with("lastAt", last_at).into())
}

impl Gone {
    /// The answer of the first exit once more; the unit may have gone on meanwhile.
    fn once_more(&self, cx: &Cx<'_>, last: LastHere) -> Result<TrackedOut> {
        let (result, requested) =
            (last.result.unwrap_or(Verdict::Fail), last.result_requested.unwrap_or(Verdict::Fail));
        let reasons: Vec<Reason> = last.result_reasons.and_then(|r| serde_json::from_value(r).ok()).unwrap_or_default();
        let next = self.route.next(last.step_no).filter(|_| result == Verdict::Pass);
        let floor = Floor::now(cx)?;
        Ok(TrackedOut {
            status: self.unit.status,
            sn: self.unit.sn.to_string(),
            run_no: self.run.run_no.to_string(),
            result,
            result_requested: requested,
            inspection_override: is_override(requested, &reasons),
            result_reasons: said(cx, reasons),
            step_no: last.step_no,
            station_code: self.bench.code.to_string(),
            next_step: next.map(|step| floor.step(step, self.run.line_id)),
            track_id: track_no(self.unit.sn.as_str(), last.n),
            defects: Defect::of(cx, last.id)?,
            duplicate: true,
        })
    }
}

fn is_override(requested: Verdict, reasons: &[Reason]) -> bool {
    requested == Verdict::Pass && reasons.iter().any(|r| r.code == ResultReason::Inspection)
}

/// The reasons with their sentences.
fn said(cx: &Cx<'_>, reasons: Vec<Reason>) -> Vec<Reason> {
    let lang = cx.actor().lang;
    let say = |r: &Reason| {
        let name = r.name.clone().unwrap_or_default();
        engine::words::say(lang, &format!("result-reason-{}", r.code), [("name", Json::from(name))])
    };
    reasons.into_iter().map(|r| Reason { detail: Some(say(&r)), ..r }).collect()
}

/// Let the board out, or answer the repeated exit.
pub fn leave(cx: &mut Cx<'_>, departure: Departure, operator: Option<&str>) -> Result<TrackedOut> {
    match departure {
        Departure::Repeat(again) => Ok(*again),
        Departure::Fresh(exit) => {
            let mut tally = Tally::of(exit.run.id, exit.run.status);
            let closed = exit.close(cx, operator, &mut tally)?;
            tally.write(cx)?;
            let alarm = closed.holds_run();
            let answer = closed.tell(cx)?;
            hold_run(cx, alarm, &answer.track_id)?;
            Ok(answer)
        }
    }
}

/// The run that an alarm of these values holds, and the first such value. The run is held when the value is given, at entry or at
/// exit: no board goes on while somebody should look (R-CORE-153).
pub(super) fn holds_run(run: Id<Run>, given: &[Reading]) -> Option<(Id<Run>, String)> {
    let alarm = given.iter().find(|r| r.weight().alarm == Some(AlarmAction::HoldRun));
    alarm.map(|r| (run, r.name.clone()))
}

/// An alarm that holds the run holds it once more for each board; a run that is only tried is never on hold (R-CORE-105).
pub(crate) fn hold_run(cx: &mut Cx<'_>, alarm: Option<(Id<Run>, String)>, track_id: &str) -> Result<()> {
    let Some((run, name)) = alarm else { return Ok(()) };
    if let Some(run) = Run::get(cx, run)?.filter(|run| run.status != RunStatus::Prep && !run.status.is_terminal()) {
        run.hold(cx, HoldKind::Alarm, Some(track_id.to_string()), &name)?;
    }
    Ok(())
}

impl Exit {
    /// The step the board was worked at.
    pub fn step(&self) -> &Step {
        &self.route.snapshot.steps[self.at]
    }

    /// The effective result: FAIL if there is a reason for it; PASS is never forced (R-CORE-132).
    pub fn result(&self) -> Verdict {
        if self.reasons.is_empty() { Verdict::Pass } else { Verdict::Fail }
    }

    /// Every reason for FAIL: asked for, found by inspection, a key value outside its limits, an alarm that says so.
    fn judged(&mut self, ask: &mut Ask, cx: &Cx<'_>) -> Result<Vec<Reason>> {
        let mut reasons = Vec::new();
        let mut add =
            |code, name: Option<&str>| reasons.push(Reason { code, name: name.map(str::to_string), detail: None });
        if self.requested == Verdict::Fail {
            add(ResultReason::Requested, None);
        }
        for found in ask.gate(cx, &TRACK_OUT_VERDICT, &*self)? {
            add(ResultReason::Inspection, found.get("source").and_then(Json::as_str));
            if self.defects.is_empty() {
                let linked = found.get("defects").cloned().and_then(|d| serde_json::from_value(d).ok());
                self.defects = linked.unwrap_or_default();
            }
        }
        for (name, weight) in self.weighed() {
            if weight.fails {
                add(ResultReason::KeyValue, Some(name));
            }
            if weight.alarm == Some(AlarmAction::Fail) {
                add(ResultReason::Alarm, Some(name));
            }
        }
        Ok(reasons)
    }

    /// The values given now and those that were there.
    fn weighed(&self) -> impl Iterator<Item = (&String, Weight)> {
        let given = self.readings.iter().map(|r| (&r.name, r.weight()));
        given.chain(self.kept.iter().map(|k| (&k.name, k.weight)))
    }

    /// The values whose alarm holds the unit.
    fn holding(&self) -> Vec<String> {
        let holds = |(_, w): &(&String, Weight)| matches!(w.alarm, Some(AlarmAction::Hold | AlarmAction::HoldRun));
        self.weighed().filter(holds).map(|(name, _)| name.clone()).collect()
    }
}
