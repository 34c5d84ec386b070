//! Create: a batch of an order on a line, under the version that is ready now, frozen for its life (R-CORE-100…102).

use std::sync::Arc;

use engine::{Ask, Command, Cx, Entity, Need, Permit, Warning, post, sql};
use kernel::code::clean;
use kernel::{Refusal, Result, Text, p};
use plant::line::{Line, LineCode};
use plant::route::version::ROUTE_VERSION_NOT_READY;
use plant::route::{Route, RouteCode, UnitCreation};
use plant::snapshot::FrozenRoute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CREATE, RUN_NO_DUPLICATE, Run, RunAnswer, RunCreated, RunKeys, RunNo, limit, number};
use crate::work_order::choose::{Resolution, ready_version};
use crate::work_order::fit::{can_build, inactive, line_named, same_process};
use crate::work_order::{OrderStatus, WORK_ORDER_ERP_CLOSED, WoNo, WorkOrder, pick, unless};

kernel::refusals! {
    /// Order dispatched to another line
    WORK_ORDER_DISPATCH_LINE_MISMATCH: Unprocessable (wo, line, wanted);
    /// Sum of runs would exceed the order limit
    RUN_QTY_EXCEEDS_WORK_ORDER: Unprocessable (wo, limit, allocated, remaining);
}

engine::settings! {
    /// When units come into being, unless route or run say otherwise
    pub RUN_UNIT_CREATION: UnitCreation = "run.unitCreation", default UnitCreation::PreGenerated;
}

/// How many boards a run plans: 1 to 1 000 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct PlanQty(i64);

impl PlanQty {
    /// This many, or as many as one run may plan.
    pub fn at_most(boards: i64) -> Self {
        PlanQty(boards.clamp(1, 1_000_000))
    }
}

impl TryFrom<i64> for PlanQty {
    type Error = String;
    fn try_from(boards: i64) -> Result<Self, String> {
        if (1..=1_000_000).contains(&boards) { Ok(PlanQty(boards)) } else { Err("1 to 1000000 boards".into()) }
    }
}

impl From<PlanQty> for i64 {
    fn from(qty: PlanQty) -> i64 {
        qty.0
    }
}

/// Create a run of a released order.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRun {
    pub wo_no: WoNo,
    pub line_code: LineCode,
    #[schemars(range(min = 1, max = 1_000_000))]
    pub plan_qty: PlanQty,
    #[schemars(extend("x-pick" = "shifts"))]
    pub shift_code: Option<Text<64>>,
    pub changeover_no: Option<Text<64>>,
    /// Another route than the order's, for this run only.
    pub routing_code: Option<RouteCode>,
    /// Another READY version than the newest.
    pub route_version_no: Option<u32>,
    pub unit_creation: Option<UnitCreation>,
    /// A number of one's own instead of the next of the order.
    #[schemars(extend("x-pick" = null))]
    pub run_no: Option<RunNo>,
}

impl CreateRun {
    /// A run by the order's own route, numbered by the order.
    pub fn of(wo_no: WoNo, line_code: LineCode, plan_qty: PlanQty) -> Self {
        CreateRun {
            wo_no,
            line_code,
            plan_qty,
            shift_code: None,
            changeover_no: None,
            routing_code: None,
            route_version_no: None,
            unit_creation: None,
            run_no: None,
        }
    }
}

/// What a new run stands on; other slices may say no about it.
pub struct Creation {
    pub order: WorkOrder,
    pub line: Line,
    pub route: Route,
    pub frozen: Arc<FrozenRoute>,
    pub plan_qty: i64,
    run_no: RunNo,
    run_seq: i64,
    warning: Option<Refusal>,
}

/// The line guards that create and plan share, without the quantity between them.
pub(super) fn dispatched_here(cx: &Cx<'_>, order: &WorkOrder, line: &Line) -> Result<()> {
    if order.line_id.is_none_or(|dispatched| dispatched == line.id) {
        return Ok(());
    }
    let refusal = WORK_ORDER_DISPATCH_LINE_MISMATCH.with("wo", &order.wo_no).with("line", &line.code);
    Err(refusal.with("wanted", order.line_code(cx)?).into())
}

impl Command for CreateRun {
    type Loaded = Creation;
    type Output = RunAnswer;
    const NAME: &'static str = "run.create";
    const ROUTE: engine::Route = post("/work-orders/{woNo}/runs");
    const PERMIT: Need = Need::Any(&[Permit::RunCreate]);
    const STATUS: u16 = 201;

    fn entity(&self) -> Entity {
        match &self.run_no {
            Some(no) => Entity::of("run", no),
            None => Entity::of("work_order", &self.wo_no),
        }
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Creation> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        ask.that(order.status.takes_runs(), || order.not_released())?;
        ask.that(!order.erp_closed, || WORK_ORDER_ERP_CLOSED.with("wo", &order.wo_no))?;
        let found = Resolution::of(cx, &order, self.routing_code.as_ref())?;
        let route = ask.try_for(found.required(cx, &order))?;
        let frozen = match &route {
            Some(route) => ask.try_for(self.freeze(cx, route))?,
            None => None,
        };
        let line = ask.try_for(line_named(cx, &self.line_code))?;
        if let Some(line) = &line {
            ask.that(line.is_active, || inactive(line))?;
            ask.part(dispatched_here(cx, &order, line))?;
        }
        if let (Some(line), Some(route)) = (&line, &route) {
            ask.part(same_process(line, route, frozen.as_deref()))?;
        }
        let limit = limit::of_order(cx, &order)?;
        ask.that(order.qty_allocated + self.plan_qty.0 <= limit, || {
            let refusal = RUN_QTY_EXCEEDS_WORK_ORDER.with("wo", &order.wo_no).with("limit", limit);
            let remaining = (limit - order.qty_allocated).max(0);
            refusal.with("allocated", order.qty_allocated).with("remaining", remaining)
        })?;
        if let (Some(line), Some(frozen)) = (&line, &frozen) {
            ask.part(can_build(cx, line, frozen))?;
        }
        let (blocks, warning) = pick::judged(cx, &order)?;
        ask.part(unless(blocks))?;
        let numbered = ask.try_for(number::next(cx, &order, self.run_no.as_ref()))?;
        let (route, frozen, line) = (ask.got(route)?, ask.got(frozen)?, ask.got(line)?);
        let (run_no, run_seq) = ask.got(numbered)?;
        let plan_qty = self.plan_qty.0;
        let creation = Creation { order, line, route, frozen, plan_qty, run_no, run_seq, warning };
        ask.gate(cx, &CREATE, &creation)?;
        Ok(creation)
    }

    fn run(self, at: Creation, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let mut run = self.new_run(cx, &at)?;
        cx.about("run", &run.run_no);
        cx.happens_at(Some(at.line.code.as_str()), None);
        cx.add(&mut run).map_err(|e| e.taken_as(RUN_NO_DUPLICATE.with("run", &run.run_no)))?;
        for step in &at.frozen.snapshot.steps {
            cx.run(
                sql!(
                    "insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
                     values ($1, $2, 0, 0, 0, 0, 0)"
                ),
                p![run.id, step.step_no],
            )?;
        }
        let mut order = at.order.clone();
        if order.status == OrderStatus::Released {
            order.status = order.status.to(OrderStatus::InProgress)?;
        }
        order.run_seq = at.run_seq;
        order.runs_open += 1;
        order.qty_allocated += run.plan_qty;
        cx.save(&at.order, &mut order)?;
        let keys = RunKeys {
            line_code: at.line.code.to_string(),
            wo_no: order.wo_no.to_string(),
            product_code: order.product_code.to_string(),
        };
        cx.emit(RunCreated {
            line_id: run.line_of(),
            line_code: keys.line_code.clone(),
            wo_no: keys.wo_no.clone(),
            run_no: run.run_no.to_string(),
            product_code: keys.product_code.clone(),
            plan_qty: run.plan_qty,
            route_version_id: format!("{}@{}", at.route.code, at.frozen.version_no),
            unit_creation: run.unit_creation,
            parent_run_no: None,
            rework_type: None,
        })?;
        let mut answer = RunAnswer::of(&run, keys);
        answer.warnings.extend(at.warning.map(|warning| Warning::of(cx, warning)));
        Ok(answer)
    }
}

impl CreateRun {
    /// The version that the run freezes (R-CORE-082).
    fn freeze(&self, cx: &Cx<'_>, route: &Route) -> Result<Arc<FrozenRoute>> {
        let ready = ready_version(cx, route, self.route_version_no)?;
        FrozenRoute::get(cx, ready.id)?.ok_or_else(|| ROUTE_VERSION_NOT_READY.with("route", &route.code).into())
    }

    fn new_run(&self, cx: &Cx<'_>, at: &Creation) -> Result<Run> {
        let unit_creation = match self.unit_creation.or(at.route.unit_creation) {
            Some(said) => said,
            None => cx.setting(&RUN_UNIT_CREATION)?,
        };
        let text =
            |text: &Option<Text<64>>| text.as_ref().and_then(|t| clean(t.as_str(), 64).ok()).filter(|t| !t.is_empty());
        let (run_no, line, version) = (at.run_no.clone(), at.line.id, at.frozen.id);
        let run = Run::prepared(cx, run_no, at.order.id, line, version, at.plan_qty, unit_creation);
        Ok(Run { shift_code: text(&self.shift_code), changeover_no: text(&self.changeover_no), ..run })
    }
}
