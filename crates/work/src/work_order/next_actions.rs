//! What comes next for an order: release it, make runs of it, build it, close it (R-SCR-006).

use engine::next::{Asking, Blocker, NextActions, Step, StepStatus, Summary};
use engine::{Cx, Need, Permit, Query, get};
use kernel::{Refusal, Result};
use plant::line::LineCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    CancelOrder, CloseOrder, OrderStatus, ReleaseOrder, Totals, UnreleaseOrder, WORK_ORDER_NOT_FOUND, WoNo, WorkOrder,
    pick, release,
};
use crate::asking::in_path;
use crate::run::{CreateRun, PlanQty, limit};

/// The steps of an order, with what stands in their way and who can take them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderNextActions {
    pub wo_no: WoNo,
}

/// An order with what its steps look at.
struct Sight {
    order: WorkOrder,
    totals: Totals,
    open: Vec<String>,
    limit: i64,
}

type StepOf = fn(&Cx<'_>, &Sight) -> Result<Step>;

/// The way of an order, in its order.
const STEPS: [StepOf; 4] = [release_step, runs_step, build_step, close_step];

impl Query for OrderNextActions {
    type Output = NextActions;
    const NAME: &'static str = "work_order.next_actions";
    const ROUTE: engine::Route = get("/work-orders/{woNo}/next-actions");
    const PERMIT: Need = Need::Any(&[Permit::WoRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<NextActions> {
        let Some(order) = WorkOrder::seen(cx, &self.wo_no)? else {
            return Err(WORK_ORDER_NOT_FOUND.with("wo", &self.wo_no).into());
        };
        let (totals, open, limit) = (Totals::of(cx, order.id)?, order.open_runs(cx)?, limit::of_order(cx, &order)?);
        let sight = Sight { order, totals, open, limit };
        let steps: Result<Vec<Step>> = STEPS.iter().map(|step| step(cx, &sight)).collect();
        Ok(NextActions::of("work_order", &sight.order.wo_no, steps?))
    }
}

/// Where a blocker of an order is dealt with.
fn link(order: &WorkOrder, refusal: &Refusal) -> Option<String> {
    let code = refusal.def.code;
    if code.starts_with("ROUTE_") {
        return refusal
            .params
            .get("route")
            .and_then(|r| r.as_str())
            .map(|route| format!("/mes/routes/{}", in_path(route)));
    }
    if code.contains("RUNS") {
        return Some(format!("/mes/runs?woNo={}", in_path(&order.wo_no)));
    }
    None
}

fn blockers(order: &WorkOrder, refusals: &[Refusal]) -> Vec<Blocker> {
    refusals.iter().map(|r| Blocker::of(r, link(order, r))).collect()
}

/// Without a line the release itself cannot be asked: what is known of it is asked, and the dialog asks for the line.
fn release_step(cx: &Cx<'_>, Sight { order, .. }: &Sight) -> Result<Step> {
    let summary = |key: &str| Summary::of(key).with("productCode", &order.product_code);
    if order.status == OrderStatus::Cancelled {
        return Ok(Step::new("release", StepStatus::Skipped, summary("next-order-cancelled")));
    }
    let prefill = json!({ "woNo": order.wo_no });
    if order.status != OrderStatus::Received {
        let unrelease = UnreleaseOrder { wo_no: order.wo_no.clone(), reason: None };
        let line = order.line_code(cx)?;
        let done = Step::new("release", StepStatus::Done, summary("next-order-released").with("line", line));
        if order.status != OrderStatus::Released {
            return Ok(done);
        }
        return Ok(done.action(Asking::of(cx, &unrelease, prefill)?.action));
    }
    let mut blocked = release::without_line(cx, order)?;
    let (blocks, warning) = pick::judged(cx, order)?;
    blocked.extend(blocks);
    // Its dialog asks for the line; what holds for every line, and the permit, speak here.
    let action = Asking::offer::<ReleaseOrder>(cx, blocked.clone(), prefill.clone()).primary();
    let cancel = Asking::of(cx, &CancelOrder { wo_no: order.wo_no.clone(), reason: None }, prefill)?;
    let (status, key) = match blocked.is_empty() {
        true => (StepStatus::Current, "next-order-release"),
        false => (StepStatus::Blocked, "next-order-release-blocked"),
    };
    let step = Step::new("release", status, summary(key)).blocked_by(blockers(order, &blocked));
    Ok(step.warned_of(blockers(order, warning.as_slice())).action(action).action(cancel.action))
}

fn runs_step(cx: &Cx<'_>, Sight { order, totals, limit, .. }: &Sight) -> Result<Step> {
    let remaining = (limit - order.qty_allocated).max(0);
    let summary = |key: &str| Summary::of(key).with("remaining", remaining).with("runs", totals.runs);
    if !order.status.takes_runs() {
        let status = if order.status.is_terminal() { StepStatus::Skipped } else { StepStatus::Waiting };
        return Ok(Step::new("runs", status, summary("next-order-runs-wait")));
    }
    if remaining == 0 {
        return Ok(Step::new("runs", StepStatus::Done, summary("next-order-runs-all")));
    }
    let Some(line_code) = order.line_code(cx)? else {
        return Ok(Step::new("runs", StepStatus::Current, summary("next-order-runs")));
    };
    let asking = create_run(cx, order, line_code, remaining)?;
    let (status, key) = match asking.blockers.is_empty() {
        true => (StepStatus::Current, "next-order-runs"),
        false => (StepStatus::Blocked, "next-order-runs-blocked"),
    };
    let step = Step::new("runs", status, summary(key)).blocked_by(blockers(order, &asking.blockers));
    let warning = pick::judged(cx, order)?.1;
    Ok(step.warned_of(blockers(order, warning.as_slice())).action(asking.primary()))
}

fn create_run(cx: &Cx<'_>, order: &WorkOrder, line_code: LineCode, remaining: i64) -> Result<Asking> {
    let plan_qty = PlanQty::at_most(remaining);
    let prefill = json!({ "woNo": order.wo_no, "lineCode": line_code, "planQty": plan_qty });
    Asking::of(cx, &CreateRun::of(order.wo_no.clone(), line_code, plan_qty), prefill)
}

fn build_step(_cx: &Cx<'_>, Sight { order, totals, open, .. }: &Sight) -> Result<Step> {
    let facts = Summary::of("next-order-build").with("good", totals.good).with("planned", order.planned_qty);
    let summary = facts.with("scrap", totals.scrap).with("open", open.len());
    let status = match (order.status.is_terminal(), totals.runs, open.len()) {
        (true, 0, _) => StepStatus::Skipped,
        (false, 0, _) => StepStatus::Waiting,
        (_, _, 0) => StepStatus::Done,
        _ => StepStatus::Current,
    };
    Ok(Step::new("build", status, summary))
}

fn close_step(cx: &Cx<'_>, Sight { order, totals, open, .. }: &Sight) -> Result<Step> {
    let facts = |key: &str| Summary::of(key).with("good", totals.good).with("planned", order.planned_qty);
    match order.status {
        OrderStatus::Completed => return Ok(Step::new("close", StepStatus::Done, facts("next-order-closed"))),
        OrderStatus::Cancelled => return Ok(Step::new("close", StepStatus::Skipped, facts("next-order-cancelled"))),
        _ => {}
    }
    let command = CloseOrder { wo_no: order.wo_no.clone(), accept_short: false, reason: None };
    let asking = Asking::of(cx, &command, json!({ "woNo": order.wo_no }))?;
    let waits = totals.runs == 0 || !open.is_empty();
    let (status, key) = match (waits, asking.blockers.is_empty()) {
        (true, _) => (StepStatus::Waiting, "next-order-close-wait"),
        (false, true) => (StepStatus::Current, "next-order-close"),
        (false, false) => (StepStatus::Blocked, "next-order-close-blocked"),
    };
    let step = Step::new("close", status, facts(key)).blocked_by(blockers(order, &asking.blockers));
    let step = step.action(asking.primary());
    // Before the release its own step offers it.
    if order.status == OrderStatus::Received || !open.is_empty() {
        return Ok(step);
    }
    let cancel = CancelOrder { wo_no: order.wo_no.clone(), reason: None };
    Ok(step.action(Asking::of(cx, &cancel, json!({ "woNo": order.wo_no }))?.action))
}
