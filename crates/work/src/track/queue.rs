//! The queue of a station: what is inside, what waits for it, and what is stuck there.
//!
//! A station works at some steps of the live runs of its line. What those steps hold is known from the counters of the
//! steps; rows are read only of steps that hold any, by the index that unites run, state and step.

mod page;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::code::Sn;
use kernel::error::VALIDATION_FAILED;
use kernel::{Id, Instant, Refusal, Result, p};
use plant::StationType;
use plant::route::RouteVersion;
use plant::snapshot::FrozenRoute;
use plant::station::{Bench, StationCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::floor::{Floor, StepAt};
use super::{Blocker, ExecutionMode, guards};
use crate::run::{Run, RunNo, RunStatus};
use crate::unit::{Unit, UnitStatus};
use page::Page;

kernel::words! {
    /// A view of a queue.
    pub enum QueueView { InStation = "inStation", Waiting = "waiting", Blocked = "blocked" }
}

/// The queue of a station (R-CORE-139): `inStation`, `waiting` (default) or `blocked`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StationQueue {
    pub station_code: StationCode,
    #[serde(default)]
    pub view: Option<QueueView>,
    /// The beginning of a serial.
    #[serde(default)]
    pub sn: Option<String>,
    #[serde(default)]
    pub run_no: Option<RunNo>,
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<i64>,
    #[serde(default)]
    pub cursor: Option<String>,
}

/// The station a queue is of.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueStation {
    pub station_code: String,
    pub name: String,
    pub line_code: Option<String>,
    pub station_type: StationType,
}

/// How many units each view has.
#[derive(Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase")]
pub struct QueueCounts {
    pub in_station: i64,
    pub waiting: i64,
    pub blocked: i64,
}

/// A unit of a queue.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    pub sn: String,
    pub status: UnitStatus,
    pub current_step_no: Option<u32>,
    pub current_step: Option<StepAt>,
    pub next_step: Option<StepAt>,
    pub wo_no: String,
    pub run_no: String,
    pub product_code: String,
    pub in_at: Option<Instant>,
    /// Since it came in, or since it waits.
    pub dwell_sec: i64,
    pub track_id: Option<String>,
    pub attempt: i64,
    pub is_rework: bool,
    pub execution_mode: ExecutionMode,
    pub blockers: Vec<Blocker>,
}

/// How far a live run is at a step that this station does.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunHere {
    pub run_no: String,
    pub product_code: String,
    pub step_no: u32,
    /// Boards of the run that are through the step.
    pub done: i64,
    pub plan_qty: i64,
}

/// A queue.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    pub station: QueueStation,
    pub counts: QueueCounts,
    /// The runs that had boards here, at most 20: first those that have some now.
    pub runs: Vec<RunHere>,
    pub queue: Vec<Queued>,
    pub next_cursor: Option<String>,
}

row! {
    struct Live {
        id: Id<Run>,
        run_no: RunNo,
        wo_no: String,
        product_code: String,
        line_id: Id<plant::line::Line>,
        route_version_id: Id<RouteVersion>,
        status: RunStatus,
        plan_qty: i64,
        is_rework: bool,
    }
}

row! {
    struct Line {
        id: Id<Unit>,
        sn: Sn,
        status: UnitStatus,
        step_no: Option<u32>,
        attempt: i64,
        tracks: i64,
        changed_at: Instant,
        run_id: Option<Id<Run>>,
        in_at: Option<Instant>,
        execution_mode: Option<ExecutionMode>,
    }
}

/// A step of a live run at which the station may work, with what it holds.
struct Spot {
    run: usize,
    step_no: u32,
    waiting: i64,
    inside: i64,
    blocked: i64,
    done: i64,
}

/// Where the next page begins: after this unit of this step of this run, in this state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cursor(i64, u32, u8, i64);

/// So many live runs are looked at.
const RUNS_MAX: i64 = 500;
/// So many of them are told of.
const RUNS_TOLD: usize = 20;

impl Query for StationQueue {
    type Output = Queue;
    const NAME: &'static str = "station.queue";
    const ROUTE: Route = get("/stations/{stationCode}/queue");
    const PERMIT: Need = Need::Any(&[Permit::ExecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Queue> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Refusal::from(VALIDATION_FAILED).at("/limit").into());
        }
        let bench = guards::seen(cx, &self.station_code)?;
        let runs = self.live_runs(cx, &bench)?;
        let spots = spots(cx, &bench, &runs)?;
        let counts = QueueCounts {
            in_station: self.inside(cx, &bench)?,
            waiting: spots.iter().map(|s| s.waiting).sum(),
            blocked: spots.iter().map(|s| s.blocked).sum(),
        };
        let told = told(&runs, &spots);
        let after = self.after()?;
        let mut page = Page::of(cx, &runs, limit as usize);
        let (from, to) = self.range();
        match self.view.unwrap_or(QueueView::Waiting) {
            QueueView::InStation => page.inside(&bench, &self.run_key(), &after, &from, &to)?,
            QueueView::Waiting => page.at_spots(&spots, &[UnitStatus::Queued], &after, &from, &to)?,
            QueueView::Blocked => {
                page.at_spots(&spots, &[UnitStatus::OnHold, UnitStatus::OutFailed], &after, &from, &to)?;
            }
        }
        let (queue, next_cursor) = page.finish()?;
        let Bench { code, name, line_code, station_type, .. } = bench;
        let station = QueueStation { station_code: code.to_string(), name, line_code, station_type };
        Ok(Queue { station, counts, runs: told, queue, next_cursor })
    }
}

impl StationQueue {
    /// The runs that may have boards for the station, oldest first: at a station without a line those of the asker's lines,
    /// or all where the station itself is his (R-PLAT-040).
    fn live_runs(&self, cx: &Cx<'_>, bench: &Bench) -> Result<Vec<Live>> {
        let run_key = self.run_key();
        match bench.line_id {
            Some(line) => cx.all(
                sql!(
                    "select r.id, r.run_no, w.wo_no, w.product_code, r.line_id, r.route_version_id, r.status, r.plan_qty,
                         case when r.parent_run_id is null then 0 else 1 end as is_rework
                     from run r join work_order w on w.id = r.wo_id
                     where r.line_id = $1 and r.status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD')
                       and (cast($2 as text) is null or r.run_key = $2)
                     order by r.id limit $3"
                ),
                p![line, run_key, RUNS_MAX],
            ),
            None => cx.all(
                sql!(
                    "select r.id, r.run_no, w.wo_no, w.product_code, r.line_id, r.route_version_id, r.status, r.plan_qty,
                         case when r.parent_run_id is null then 0 else 1 end as is_rework
                     from run r join work_order w on w.id = r.wo_id join station s on s.id = $1
                     where r.status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD')
                       and (cast($2 as text) is null or r.run_key = $2) {scope: r.line_id, station s.id}
                     order by r.id limit $3"
                ),
                p![bench.id, run_key, RUNS_MAX],
            ),
        }
    }

    fn run_key(&self) -> Option<String> {
        self.run_no.as_ref().map(RunNo::key)
    }

    /// How many boards are inside the station, as far as the asker sees their runs.
    fn inside(&self, cx: &Cx<'_>, bench: &Bench) -> Result<i64> {
        let count = cx.value(
            sql!(
                "select cast(count(*) as bigint) from unit u join run r on r.id = u.run_id
                 where u.open_station_id = $1 and (cast($2 as text) is null or r.run_key = $2) {scope: r.line_id, station u.open_station_id}"
            ),
            p![bench.id, self.run_key()],
        )?;
        Ok(count.unwrap_or(0))
    }

    fn after(&self) -> Result<Cursor> {
        let Some(text) = &self.cursor else { return Ok(Cursor::default()) };
        let read = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        read.ok_or_else(|| Refusal::from(VALIDATION_FAILED).at("/cursor").into())
    }

    /// Serials beginning with what is sought.
    fn range(&self) -> (String, String) {
        let from = self.sn.as_deref().unwrap_or_default().trim().to_string();
        let to = format!("{from}\u{10FFFF}");
        (from, to)
    }
}

/// The steps of these runs at which the station may work.
fn spots(cx: &Cx<'_>, bench: &Bench, runs: &[Live]) -> Result<Vec<Spot>> {
    let mut spots = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        let Some(route) = FrozenRoute::get(cx, run.route_version_id)? else { continue };
        let mine: Vec<u32> =
            route.snapshot.steps.iter().filter(|s| guards::fits(s, bench)).map(|s| s.step_no).collect();
        if mine.is_empty() {
            continue;
        }
        let held: Vec<(u32, i64, i64, i64, i64)> = cx.all(
            sql!(
                "select step_no, qty_waiting, qty_inside, qty_failed + qty_held, qty_done
                 from run_step where run_id = $1 order by step_no"
            ),
            p![run.id],
        )?;
        let held = held.into_iter().filter(|h| mine.contains(&h.0));
        spots.extend(held.map(|(step_no, waiting, inside, blocked, done)| Spot {
            run: i,
            step_no,
            waiting,
            inside,
            blocked,
            done,
        }));
    }
    Ok(spots)
}

/// The runs that have boards here now, then those whose boards have been here.
fn told(runs: &[Live], spots: &[Spot]) -> Vec<RunHere> {
    let is_here = |s: &&Spot| s.waiting + s.inside + s.blocked > 0;
    let here = spots.iter().filter(is_here);
    let gone = spots.iter().filter(|s| !is_here(s) && s.done > 0);
    let shown = |s: &Spot| RunHere {
        run_no: runs[s.run].run_no.to_string(),
        product_code: runs[s.run].product_code.clone(),
        step_no: s.step_no,
        done: s.done,
        plan_qty: runs[s.run].plan_qty,
    };
    here.chain(gone).take(RUNS_TOLD).map(shown).collect()
}
