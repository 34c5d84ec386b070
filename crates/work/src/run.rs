//! Runs: one batch of an order on one line under one frozen route version.

use engine::{Cx, LineOf, row, sql};
use kernel::{Error, Id, Instant, Result, p};
use plant::line::Line;
use plant::route::{RouteVersion, UnitCreation};

use crate::work_order::WorkOrder;

/// Runs for the registry.
pub fn register(_registry: &mut engine::Registry) {}

kernel::code! {
    /// The number of a run.
    RunNo, max 120, pick "runs";
}

kernel::refusals! {
    /// No such run
    RUN_NOT_FOUND: NotFound (run);
    /// Run on hold
    RUN_ON_HOLD: Conflict (run);
    /// Run terminal
    RUN_CLOSED: Conflict (run, status);
    /// Run not AUTHORIZED/IN_PROGRESS
    RUN_NOT_AUTHORIZED: Conflict (run, status);
    /// Command not allowed in this run status (status, allowed)
    INVALID_RUN_STATUS: Conflict (run, status, allowed);
    /// Run is finished
    RUN_IN_TERMINAL_STATUS: Conflict (run, status);
}

engine::events! {
    /// The first board entered a station or the first machine event was applied
    RunStarted = "RUN_STARTED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String }
}

kernel::moves! {
    /// The state of a run.
    pub enum RunStatus {
        Prep = "PREP", Authorized = "AUTHORIZED", InProgress = "IN_PROGRESS", OnHold = "ON_HOLD", Completed = "COMPLETED",
        ClosedRework = "CLOSED_REWORK", Scrapped = "SCRAPPED", Cancelled = "CANCELLED",
    }
    Prep => Authorized by "run.authorize";
    Authorized => Prep by "run.authorize";
    Authorized => InProgress by "unit.track_in";
    Authorized => OnHold by "run.hold";
    InProgress => OnHold by "run.hold";
    OnHold => Authorized by "run.resume";
    OnHold => InProgress by "run.resume";
    InProgress => Completed by "run.close";
    InProgress => Scrapped by "run.close";
    Authorized => Completed by "run.close";
    Authorized => Scrapped by "run.close";
    Prep => Cancelled by "run.cancel";
    Authorized => Cancelled by "run.cancel";
}

row! {
    table "run"
    refs { wo_id => "work_order.wo_no", line_id => "line.code", parent_run_id => "run.run_no", root_run_id => "run.run_no" }
    quiet { run_key, route_version_id };
    /// A run.
    pub struct Run {
        pub id: Id<Run>,
        pub run_no: RunNo,
        pub run_key: String,
        pub wo_id: Id<WorkOrder>,
        pub line_id: Id<Line>,
        pub route_version_id: Id<RouteVersion>,
        pub plan_qty: i64,
        pub status: RunStatus,
        pub previous_status: Option<RunStatus>,
        pub unit_creation: UnitCreation,
        pub shift_code: Option<String>,
        pub changeover_no: Option<String>,
        pub planned_start_at: Option<Instant>,
        pub started_at: Option<Instant>,
        pub ended_at: Option<Instant>,
        pub parent_run_id: Option<Id<Run>>,
        pub root_run_id: Option<Id<Run>>,
        pub rework_type: Option<String>,
        pub authorization_type: Option<String>,
        pub holds_open: i64,
        pub qty_units: i64,
        pub qty_started: i64,
        pub qty_done: i64,
        pub qty_failed: i64,
        pub qty_scrapped: i64,
        pub qty_held: i64,
        pub created_at: Instant,
        pub created_by: String,
        pub version: i64,
    }
}

impl RunStatus {
    /// Whether nothing happens to the run any more.
    pub const fn is_terminal(self) -> bool {
        matches!(self, RunStatus::Completed | RunStatus::ClosedRework | RunStatus::Scrapped | RunStatus::Cancelled)
    }
}

row! {
    /// The codes that an event or answer about a run carries.
    pub struct RunKeys {
        pub line_code: String,
        pub wo_no: String,
        pub product_code: String,
    }
}

impl Run {
    /// The run of a number, locked for the change at hand.
    pub fn find(cx: &Cx<'_>, no: &RunNo) -> Result<Option<Run>> {
        cx.one(
            sql!(
                "select id, run_no, run_key, wo_id, line_id, route_version_id, plan_qty, status, previous_status, unit_creation,
                     shift_code, changeover_no, planned_start_at, started_at, ended_at, parent_run_id, root_run_id, rework_type,
                     authorization_type, holds_open, qty_units, qty_started, qty_done, qty_failed, qty_scrapped, qty_held,
                     created_at, created_by, version
                 from run where run_key = $1 for update"
            ),
            p![no.key()],
        )
    }

    /// The run of an id, locked for the change at hand.
    pub fn get(cx: &Cx<'_>, id: Id<Run>) -> Result<Option<Run>> {
        cx.one(
            sql!(
                "select id, run_no, run_key, wo_id, line_id, route_version_id, plan_qty, status, previous_status, unit_creation,
                     shift_code, changeover_no, planned_start_at, started_at, ended_at, parent_run_id, root_run_id, rework_type,
                     authorization_type, holds_open, qty_units, qty_started, qty_done, qty_failed, qty_scrapped, qty_held,
                     created_at, created_by, version
                 from run where id = $1 for update"
            ),
            p![id],
        )
    }

    /// The codes of its line, order and product.
    pub fn keys(&self, cx: &Cx<'_>) -> Result<RunKeys> {
        let keys = cx.one(
            sql!(
                "select l.code as line_code, w.wo_no, w.product_code
                 from run r join line l on l.id = r.line_id join work_order w on w.id = r.wo_id where r.id = $1"
            ),
            p![self.id],
        )?;
        keys.ok_or_else(|| Error::fault(format!("{} has no order or no line", self.run_no)))
    }

    /// Whether boards may start at a station: AUTHORIZED or IN_PROGRESS, else `RUN_ON_HOLD`, `RUN_CLOSED` or
    /// `RUN_NOT_AUTHORIZED` (R-CORE-130 guard 9; the trial of a PREP run is asked before).
    pub fn admits_boards(&self) -> Result<()> {
        let refusal = match self.status {
            RunStatus::Authorized | RunStatus::InProgress => return Ok(()),
            RunStatus::OnHold => RUN_ON_HOLD.with("run", &self.run_no),
            RunStatus::Prep => RUN_NOT_AUTHORIZED.with("run", &self.run_no).with("status", self.status),
            _ => RUN_CLOSED.with("run", &self.run_no).with("status", self.status),
        };
        Err(refusal.into())
    }

    /// The first board of an authorized run makes it run; a run that is under way stays as it is (R-CORE-130).
    pub fn begin(self, cx: &mut Cx<'_>) -> Result<Run> {
        if self.status != RunStatus::Authorized {
            return Ok(self);
        }
        let mut begun = self.clone();
        begun.status = self.status.to(RunStatus::InProgress)?;
        begun.started_at = Some(cx.now);
        cx.save(&self, &mut begun)?;
        let keys = begun.keys(cx)?;
        cx.emit(RunStarted {
            line_id: LineOf(Some(begun.line_id.number())),
            line_code: keys.line_code,
            wo_no: keys.wo_no,
            run_no: begun.run_no.to_string(),
            product_code: keys.product_code,
        })?;
        Ok(begun)
    }
}
