//! One run: its order, line and frozen route, the progress of its steps, its holds, authorizations and gates.

use std::sync::Arc;

use engine::{Cx, Need, Permit, Query, get, row, sql};
use kernel::{Day, Error, Instant, Qty, Result, p};
use plant::line::Line;
use plant::route::UnitCreation;
use plant::snapshot::FrozenRoute;
use plant::{ProcessType, StationType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::authorize::{Authorization, AuthorizationView};
use super::close::UnderWay;
use super::holds::{Hold, HoldView};
use super::{AUTHORIZE, CLOSE, RUN_NOT_FOUND, Run, RunNo, RunStatus};
use crate::unit::UnitStatus;
use crate::work_order::fit::{eligible, stations};
use crate::work_order::{OrderStatus, WorkOrder};

/// A run in full.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRun {
    pub run_no: RunNo,
}

/// A run as its page shows it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    pub run: RunView,
    pub work_order: OrderHead,
    pub line: LineHead,
    pub route_version: VersionHead,
    pub route_steps: Vec<StepProgress>,
    pub unit_stats: UnitStats,
    pub holds: Vec<HoldView>,
    pub authorizations: Vec<AuthorizationView>,
    pub recent_units: Vec<RecentUnit>,
    pub gates: Vec<GateView>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    pub run_no: RunNo,
    pub wo_no: String,
    pub product_code: String,
    pub line_code: String,
    pub status: RunStatus,
    pub previous_status: Option<RunStatus>,
    pub plan_qty: i64,
    pub unit_creation: UnitCreation,
    pub shift_code: Option<String>,
    pub changeover_no: Option<String>,
    pub planned_start_at: Option<Instant>,
    pub started_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub parent_run_no: Option<String>,
    pub root_run_no: Option<String>,
    pub rework_type: Option<String>,
    pub authorization_type: Option<String>,
    /// The open holds.
    pub holds: Vec<HoldView>,
    pub created_at: Instant,
    pub created_by: String,
    pub version: i64,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderHead {
    pub wo_no: String,
    pub product_code: String,
    pub status: OrderStatus,
    pub planned_qty: Qty,
    pub unit_code: Option<String>,
    pub due_date: Option<Day>,
    pub priority: Option<i64>,
    pub customer_code: Option<String>,
    pub erp_closed: bool,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineHead {
    pub code: String,
    pub name: String,
    pub process_type: ProcessType,
    pub is_active: bool,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionHead {
    pub route_version_id: String,
    pub routing_code: String,
    pub version_no: i64,
    pub compiled_at: Instant,
    pub snapshot_hash: String,
}

/// How far the boards of a run are at one step; `completed` counts boards, not tracks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepProgress {
    pub step_no: u32,
    pub operation_code: String,
    pub operation_name: String,
    pub station_type: StationType,
    pub station_group: Option<String>,
    /// The active stations on the line, or without one, that may do the step.
    pub stations: Vec<String>,
    pub completed: i64,
    pub total: i64,
    pub waiting: i64,
    pub inside: i64,
    pub failed: i64,
    pub held: i64,
    /// Boards at the step that are not through it.
    pub wip: i64,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitStats {
    pub plan: i64,
    pub units: i64,
    pub started: i64,
    pub queued: i64,
    pub in_station: i64,
    pub out_failed: i64,
    pub on_hold: i64,
    pub done: i64,
    pub scrapped: i64,
}

row! {
    /// A board of the run.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct RecentUnit {
        pub sn: String,
        pub status: UnitStatus,
        pub current_step_no: Option<i64>,
        pub attempt: i64,
        pub updated_at: Instant,
    }
}

/// A gate of the run and what it says now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateView {
    /// The command it guards.
    pub command: &'static str,
    pub name: &'static str,
    pub satisfied: bool,
    /// The codes with which it refuses.
    pub codes: Vec<&'static str>,
}

row! {
    struct Counter {
        step_no: u32,
        waiting: i64,
        inside: i64,
        failed: i64,
        held: i64,
        done: i64,
    }
}

/// The boards that a run's page names at most.
const RECENT: usize = 10;

impl Query for GetRun {
    type Output = RunPage;
    const NAME: &'static str = "run.get";
    const ROUTE: engine::Route = get("/runs/{runNo}");
    const PERMIT: Need = Need::Any(&[Permit::RunRead, Permit::ExecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<RunPage> {
        let Some(run) = Run::seen(cx, &self.run_no)? else {
            return Err(RUN_NOT_FOUND.with("run", &self.run_no).into());
        };
        let lost = |what: &str| Error::fault(format!("{} has no {what}", run.run_no));
        let order = WorkOrder::get(cx, run.wo_id)?.ok_or_else(|| lost("order"))?;
        let line = Line::get(cx, run.line_id)?.ok_or_else(|| lost("line"))?;
        let frozen = FrozenRoute::get(cx, run.route_version_id)?.ok_or_else(|| lost("frozen version"))?;
        let route = &frozen.snapshot.route.code;
        let (under_way, holds) = (UnderWay::of(cx, &run)?, Hold::of_run(cx, run.id)?);
        let authorizations = Authorization::of_run(cx, run.id)?.into_iter().map(Authorization::view).collect();
        Ok(RunPage {
            route_version: VersionHead {
                route_version_id: format!("{route}@{}", frozen.version_no),
                routing_code: route.clone(),
                version_no: frozen.version_no,
                compiled_at: frozen.compiled_at,
                snapshot_hash: frozen.snapshot_hash.clone(),
            },
            route_steps: progress(cx, &run, &line, &frozen)?,
            unit_stats: stats(&run, &under_way),
            recent_units: recent(cx, &run)?,
            gates: gates(cx, &run)?,
            authorizations,
            run: view(cx, &run, &order, &line, &holds)?,
            holds: holds.into_iter().map(Hold::view).collect(),
            line: LineHead {
                code: line.code.to_string(),
                name: line.name,
                process_type: line.process_type,
                is_active: line.is_active,
            },
            work_order: head(order),
        })
    }
}

fn view(cx: &Cx<'_>, run: &Run, order: &WorkOrder, line: &Line, holds: &[Hold]) -> Result<RunView> {
    let number = |id: Option<kernel::Id<Run>>| -> Result<Option<String>> {
        match id {
            Some(id) => cx.value(sql!("select run_no from run where id = $1"), p![id]),
            None => Ok(None),
        }
    };
    let open = holds.iter().filter(|h| h.ended_at.is_none()).cloned();
    let run = run.clone();
    Ok(RunView {
        parent_run_no: number(run.parent_run_id)?,
        root_run_no: number(run.root_run_id)?,
        holds: open.map(Hold::view).collect(),
        run_no: run.run_no,
        wo_no: order.wo_no.to_string(),
        product_code: order.product_code.to_string(),
        line_code: line.code.to_string(),
        status: run.status,
        previous_status: run.previous_status,
        plan_qty: run.plan_qty,
        unit_creation: run.unit_creation,
        shift_code: run.shift_code,
        changeover_no: run.changeover_no,
        planned_start_at: run.planned_start_at,
        started_at: run.started_at,
        ended_at: run.ended_at,
        rework_type: run.rework_type,
        authorization_type: run.authorization_type,
        created_at: run.created_at,
        created_by: run.created_by,
        version: run.version,
    })
}

fn head(order: WorkOrder) -> OrderHead {
    OrderHead {
        wo_no: order.wo_no.to_string(),
        product_code: order.product_code.to_string(),
        status: order.status,
        planned_qty: order.planned_qty,
        unit_code: order.unit_code,
        due_date: order.due_on,
        priority: order.priority,
        customer_code: order.customer_code,
        erp_closed: order.erp_closed,
    }
}

fn progress(cx: &Cx<'_>, run: &Run, line: &Line, frozen: &Arc<FrozenRoute>) -> Result<Vec<StepProgress>> {
    let counters: Vec<Counter> = cx.all(
        sql!(
            "select step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done from run_step
             where run_id = $1 order by step_no"
        ),
        p![run.id],
    )?;
    let here = stations(cx, line.id)?;
    let steps = frozen.snapshot.steps.iter().map(|step| {
        let none = Counter { step_no: step.step_no, waiting: 0, inside: 0, failed: 0, held: 0, done: 0 };
        let at = counters.iter().find(|c| c.step_no == step.step_no).unwrap_or(&none);
        StepProgress {
            step_no: step.step_no,
            operation_code: step.operation_code.clone(),
            operation_name: step.operation_name.clone(),
            station_type: step.station_type,
            station_group: step.station_group.clone(),
            stations: eligible(step, &here).into_iter().map(str::to_string).collect(),
            completed: at.done,
            total: run.plan_qty,
            waiting: at.waiting,
            inside: at.inside,
            failed: at.failed,
            held: at.held,
            wip: at.waiting + at.inside + at.failed + at.held,
        }
    });
    Ok(steps.collect())
}

fn stats(run: &Run, at: &UnderWay) -> UnitStats {
    UnitStats {
        plan: run.plan_qty,
        units: run.qty_units,
        started: run.qty_started,
        queued: at.queued,
        in_station: at.inside,
        out_failed: run.qty_failed,
        on_hold: run.qty_held,
        done: run.qty_done,
        scrapped: run.qty_scrapped,
    }
}

/// Boards that somebody looks for first: inside a station, failed, held, then finished and waiting ones.
fn recent(cx: &Cx<'_>, run: &Run) -> Result<Vec<RecentUnit>> {
    use UnitStatus::{Done, InStation, OnHold, OutFailed, Queued};
    let mut found: Vec<RecentUnit> = Vec::new();
    for status in [InStation, OutFailed, OnHold, Queued, Done] {
        if found.len() < RECENT {
            let more: Vec<RecentUnit> = cx.all(
                sql!(
                    "select sn, status, step_no, attempt, changed_at from unit
                     where run_id = $1 and status = $2 order by coalesce(step_no, 0) desc, id desc limit $3"
                ),
                p![run.id, status, (RECENT - found.len()) as i64],
            )?;
            found.extend(more);
        }
    }
    Ok(found)
}

/// What each gate says now: those of the authorization until it is given, those of the close after it.
fn gates(cx: &Cx<'_>, run: &Run) -> Result<Vec<GateView>> {
    let (command, point) = match run.status {
        RunStatus::Prep => ("run.authorize", &AUTHORIZE),
        RunStatus::Authorized | RunStatus::InProgress | RunStatus::OnHold => ("run.close", &CLOSE),
        _ => return Ok(vec![]),
    };
    let named = cx.registry().gate_names(point).into_iter().zip(cx.registry().gates_at(point));
    let asked = named.map(|(name, gate)| {
        let verdict = gate(cx, run)?;
        let codes: Vec<&'static str> = verdict.refusals.iter().map(|r| r.def.code).collect();
        Ok(GateView { command, name, satisfied: codes.is_empty(), codes })
    });
    asked.collect()
}
