//! Runs: one batch of an order on one line under one frozen route version.

pub mod authorize;
pub mod auto_close;
mod cancel;
mod close;
mod create;
mod figures;
mod get;
mod hold;
pub mod holds;
pub mod limit;
mod line_gate;
mod list;
mod next_actions;
pub mod number;
mod plan;
mod resume;
pub mod steps;

use engine::refusals::LINE_FORBIDDEN;
use engine::{Ask, Cx, GatePoint, LineOf, Warning, row, sql};
use kernel::{Error, Id, Instant, Refusal, Result, p};
use plant::line::Line;
use plant::route::{RouteVersion, UnitCreation};
use schemars::JsonSchema;
use serde::Serialize;

use crate::track::floor::Floor;
use crate::work_order::WorkOrder;

pub use authorize::{AuthorizeAction, AuthorizeRun};
pub use cancel::CancelRun;
pub use close::CloseRun;
pub use create::{CreateRun, Creation, PlanQty};
pub use get::GetRun;
pub use hold::HoldRun;
pub use holds::HoldKind;
pub use plan::PlanRun;
pub use resume::ResumeRun;

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
    /// Supplied run number taken
    RUN_NO_DUPLICATE: Conflict (run);
    /// Numbering template result over 120
    RUN_NO_TOO_LONG: Unprocessable (run, max);
    /// Authorize on a run not in PREP
    RUN_NOT_READY: Conflict (run, status);
    /// Revoke after production began
    RUN_ALREADY_STARTED: Conflict (run, status);
    /// Run is finished
    RUN_IN_TERMINAL_STATUS: Conflict (run, status);
    /// Command not allowed in this run status (status, allowed)
    INVALID_RUN_STATUS: Conflict (run, status, allowed);
}

engine::events! {
    /// The first board entered a station or the first machine event was applied
    RunStarted = "RUN_STARTED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String }
    /// A run was created, also a rework run
    RunCreated = "RUN_CREATED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, plan_qty: i64, route_version_id: String, unit_creation: UnitCreation, parent_run_no: Option<String>, rework_type: Option<String> }
    /// The line or the planned start of a run changed
    RunPlanned = "RUN_PLANNED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, from: serde_json::Value, to: serde_json::Value, reason: String }
    /// A run was authorized
    RunAuthorized = "RUN_AUTHORIZED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, check_no: Option<String>, fai_no: Option<String>, waivers: Option<serde_json::Value>, authorization_type: String, reason: Option<String> }
    /// The authorization of a run was revoked
    RunRevoked = "RUN_REVOKED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, check_no: Option<String>, fai_no: Option<String>, waivers: Option<serde_json::Value>, authorization_type: String, reason: String }
    /// A hold of a run opened
    RunHeld = "RUN_HELD" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, kind: HoldKind, source_no: Option<String>, reason: String, open_holds: i64 }
    /// A hold of a run ended
    RunHoldEnded = "RUN_HOLD_ENDED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, kind: HoldKind, source_no: Option<String>, reason: String, open_holds: i64 }
    /// A run was completed, closed for rework or scrapped
    RunFinished = "RUN_FINISHED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, status: RunStatus, good_qty: i64, scrap_qty: i64, x_out_qty: i64, rework_qty: i64 }
    /// A run was cancelled
    RunCancelled = "RUN_CANCELLED" { line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, reason: Option<String> }
}

/// Asked before a run is created (R-CORE-100), after its own guards.
pub static CREATE: GatePoint<Creation> = GatePoint::new("run.create");
/// Asked before a run is authorized (R-CORE-103): route, readiness, first article. Evidence of a gate is an object; its
/// `readinessCheckNo`, `faiNo`, `mrbNo` and `waivers` are stored with the authorization.
pub static AUTHORIZE: GatePoint<Run> = GatePoint::new("run.authorize");
/// Asked before a run is closed (R-CORE-107), after its units are counted: OQC has its place here.
pub static CLOSE: GatePoint<Run> = GatePoint::new("run.close");

/// Runs for the registry.
pub fn register(registry: &mut engine::Registry) {
    registry
        .command::<CreateRun>()
        .command::<AuthorizeRun>()
        .command::<PlanRun>()
        .command::<HoldRun>()
        .command::<ResumeRun>()
        .command::<CloseRun>()
        .command::<CancelRun>()
        .list(&list::RUNS)
        .list(&list::REWORK_RUNS)
        .query::<get::GetRun>()
        .query::<figures::RunFigures>()
        .query::<next_actions::RunNextActions>()
        .chore(auto_close::chore())
        .gate(&AUTHORIZE, "route", authorize::route_ready)
        .gate(&plant::line::CHANGE, "runs", line_gate::open_runs);
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
    table "run" called("run", run_no)
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

    /// Whether boards of a run in this state may start at a station: AUTHORIZED or IN_PROGRESS, else `RUN_ON_HOLD`,
    /// `RUN_CLOSED` or `RUN_NOT_AUTHORIZED` (R-CORE-130 guard 9; the trial of a PREP run is asked before).
    pub fn admits_boards(self, run: &RunNo) -> Result<()> {
        let refusal = match self {
            RunStatus::Authorized | RunStatus::InProgress => return Ok(()),
            RunStatus::OnHold => RUN_ON_HOLD.with("run", run),
            RunStatus::Prep => RUN_NOT_AUTHORIZED.with("run", run).with("status", self),
            _ => RUN_CLOSED.with("run", run).with("status", self),
        };
        Err(refusal.into())
    }
}

macro_rules! select_run {
    ($rest:literal) => {
        sql!(concat!(
            "select id, run_no, run_key, wo_id, line_id, route_version_id, plan_qty, status, previous_status, unit_creation,
                 shift_code, changeover_no, planned_start_at, started_at, ended_at, parent_run_id, root_run_id, rework_type,
                 authorization_type, holds_open, qty_units, qty_started, qty_done, qty_failed, qty_scrapped, qty_held,
                 created_at, created_by, version
             from run ",
            $rest
        ))
    };
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
    /// A run in preparation to which nothing has happened yet.
    pub(crate) fn prepared(
        cx: &Cx<'_>,
        run_no: RunNo,
        wo_id: Id<WorkOrder>,
        line_id: Id<Line>,
        route_version_id: Id<RouteVersion>,
        plan_qty: i64,
        unit_creation: UnitCreation,
    ) -> Run {
        Run {
            id: Id::of(0),
            run_key: run_no.key(),
            run_no,
            wo_id,
            line_id,
            route_version_id,
            plan_qty,
            status: RunStatus::Prep,
            previous_status: None,
            unit_creation,
            shift_code: None,
            changeover_no: None,
            planned_start_at: None,
            started_at: None,
            ended_at: None,
            parent_run_id: None,
            root_run_id: None,
            rework_type: None,
            authorization_type: None,
            holds_open: 0,
            qty_units: 0,
            qty_started: 0,
            qty_done: 0,
            qty_failed: 0,
            qty_scrapped: 0,
            qty_held: 0,
            created_at: cx.now,
            created_by: cx.actor().name.clone(),
            version: 1,
        }
    }

    /// The run of a number, locked for the change at hand. Units and tracks that name it may still be written meanwhile: their
    /// counters meet the lock.
    pub fn find(cx: &Cx<'_>, no: &RunNo) -> Result<Option<Run>> {
        cx.one(select_run!("where run_key = $1 for no key update"), p![no.key()])
    }

    /// The run of an id, locked for the change at hand.
    pub fn get(cx: &Cx<'_>, id: Id<Run>) -> Result<Option<Run>> {
        cx.one(select_run!("where id = $1 for no key update"), p![id])
    }

    /// The run of a number within the reader's sight.
    pub fn seen(cx: &Cx<'_>, no: &RunNo) -> Result<Option<Run>> {
        cx.one(select_run!("where run_key = $1 {scope: line_id}"), p![no.key()])
    }

    /// The run a command is about: there, and on a line in the asker's scope.
    pub fn asked(cx: &Cx<'_>, ask: &mut Ask, no: &RunNo) -> Result<Run> {
        let run = ask.need(Run::find(cx, no)?, || RUN_NOT_FOUND.with("run", no))?;
        ask.part(run.in_scope(cx))?;
        Ok(run)
    }

    /// The same with its order, for commands that change both: the order is locked first.
    pub fn asked_with_order(cx: &Cx<'_>, ask: &mut Ask, no: &RunNo) -> Result<(WorkOrder, Run)> {
        let order: Option<Id<WorkOrder>> = cx.value(sql!("select wo_id from run where run_key = $1"), p![no.key()])?;
        let order = ask.need(order, || RUN_NOT_FOUND.with("run", no))?;
        let order = WorkOrder::get(cx, order)?.ok_or_else(|| Error::fault(format!("{no} has no order")))?;
        Ok((order, Run::asked(cx, ask, no)?))
    }

    /// Its line is in the asker's scope, else `LINE_FORBIDDEN` (R-CORE-006).
    pub fn in_scope(&self, cx: &Cx<'_>) -> Result<()> {
        if cx.reaches_line(Some(self.line_id.number())) {
            return Ok(());
        }
        Err(LINE_FORBIDDEN.with("line", Line::get(cx, self.line_id)?.map(|l| l.code)).into())
    }

    /// `INVALID_RUN_STATUS` with the states in which the command is allowed.
    pub fn wrong_status(&self, allowed: &[RunStatus]) -> Refusal {
        INVALID_RUN_STATUS.with("run", &self.run_no).with("status", self.status).with("allowed", allowed)
    }

    /// `RUN_IN_TERMINAL_STATUS`.
    pub fn is_over(&self) -> Refusal {
        RUN_IN_TERMINAL_STATUS.with("run", &self.run_no).with("status", self.status)
    }

    /// The line of its events.
    pub fn line_of(&self) -> LineOf {
        LineOf(Some(self.line_id.number()))
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

    /// What the call is about, for the audit trail: this run under its own number, on its line; every station that may
    /// have boards of it hears of it. Gives its keys.
    pub(crate) fn at_work(&self, cx: &mut Cx<'_>) -> Result<RunKeys> {
        let keys = self.keys(cx)?;
        cx.about("run", &self.run_no);
        cx.happens_at(Some(&keys.line_code), None);
        Floor::hears_of_run(cx, self.route_version_id)?;
        Ok(keys)
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
            line_id: begun.line_of(),
            line_code: keys.line_code,
            wo_no: keys.wo_no,
            run_no: begun.run_no.to_string(),
            product_code: keys.product_code,
        })?;
        Ok(begun)
    }
}

/// What a change of a run answers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunAnswer {
    pub run_no: RunNo,
    pub wo_no: String,
    pub line_code: String,
    pub status: RunStatus,
    pub plan_qty: i64,
    /// What the planner should know although nothing was refused.
    pub warnings: Vec<Warning>,
    pub version: i64,
}

impl RunAnswer {
    fn of(run: &Run, keys: RunKeys) -> Self {
        let RunKeys { line_code, wo_no, .. } = keys;
        let (run_no, status, plan_qty, version) = (run.run_no.clone(), run.status, run.plan_qty, run.version);
        RunAnswer { run_no, wo_no, line_code, status, plan_qty, warnings: vec![], version }
    }
}
