//! Close: the demand is met, or somebody accepts that it is not (R-CORE-088).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::error::VALIDATION_FAILED;
use kernel::{FieldError, Qty, Reason, Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    OrderAnswer, OrderStatus, Totals, WORK_ORDER_HAS_NO_RUNS, WORK_ORDER_RUNS_NOT_TERMINAL, WORK_ORDER_SHORT_QTY, WoNo,
    WorkOrder, WorkOrderClosed,
};

/// Close an order whose runs are all finished. Closing a completed order changes nothing.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloseOrder {
    pub wo_no: WoNo,
    /// Fewer good boards than planned are accepted; needs a reason.
    #[serde(default)]
    pub accept_short: bool,
    pub reason: Option<Reason>,
}

pub struct Closing {
    order: WorkOrder,
    totals: Totals,
}

/// Accepting less than was planned needs a reason.
pub(crate) fn reason_for_short(accept_short: bool, reason: Option<&Reason>) -> Result<()> {
    if !accept_short || reason.is_some() {
        return Ok(());
    }
    Err(reason_missing().into())
}

/// A reason is needed here.
pub(crate) fn reason_missing() -> Refusal {
    let mut refusal = Refusal::from(VALIDATION_FAILED);
    let (path, code, message) = ("/reason".to_string(), "REQUIRED".to_string(), "a reason is needed".to_string());
    refusal.errors.push(FieldError { path, code, message });
    refusal
}

impl Command for CloseOrder {
    type Loaded = Closing;
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.close";
    const ROUTE: engine::Route = post("/work-orders/{woNo}/close");
    const PERMIT: Need = Need::Any(&[Permit::WoClose]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Closing> {
        ask.part(reason_for_short(self.accept_short, self.reason.as_ref()))?;
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        let totals = Totals::of(cx, order.id)?;
        if order.status == OrderStatus::Completed {
            return Ok(Closing { order, totals });
        }
        ask.that(order.status.takes_runs(), || order.not_released())?;
        ask.that(totals.runs > 0, || WORK_ORDER_HAS_NO_RUNS.with("wo", &order.wo_no))?;
        let open = order.open_runs(cx)?;
        ask.that(open.is_empty(), || {
            WORK_ORDER_RUNS_NOT_TERMINAL.with("wo", &order.wo_no).with("count", open.len()).with("runs", &open)
        })?;
        let good = Qty::whole(totals.good);
        ask.that(good >= order.planned_qty || self.accept_short, || {
            let missing = Qty::millionths(order.planned_qty.as_millionths() - good.as_millionths());
            let refusal = WORK_ORDER_SHORT_QTY.with("wo", &order.wo_no).with("planned", order.planned_qty);
            refusal.with("good", totals.good).with("missing", missing)
        })?;
        Ok(Closing { order, totals })
    }

    fn run(self, Closing { order, totals }: Closing, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        if order.status == OrderStatus::Completed {
            return OrderAnswer::of(cx, &order);
        }
        let line_code = order.at_work(cx)?;
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let mut closed = order.clone();
        closed.status = order.status.to(OrderStatus::Completed)?;
        closed.closed_at = Some(cx.now);
        cx.save(&order, &mut closed)?;
        cx.emit(WorkOrderClosed {
            line_id: order.line_of(),
            wo_no: order.wo_no.to_string(),
            product_code: order.product_code.to_string(),
            line_code,
            planned_qty: order.planned_qty,
            good_qty: totals.good,
            scrap_qty: totals.scrap,
            x_out_qty: 0,
            accept_short: self.accept_short,
        })?;
        OrderAnswer::of(cx, &closed)
    }
}
