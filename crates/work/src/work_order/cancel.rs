//! Cancel: an order of which nothing was built.

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Reason, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{OrderAnswer, OrderStatus, WoNo, WorkOrder, WorkOrderCancelled};

/// Cancel an order; all its runs must be cancelled. Cancelling a cancelled order changes nothing.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelOrder {
    pub wo_no: WoNo,
    pub reason: Option<Reason>,
}

impl Command for CancelOrder {
    type Loaded = WorkOrder;
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.cancel";
    const ROUTE: engine::Route = post("/work-orders/{woNo}/cancel");
    const PERMIT: Need = Need::Any(&[Permit::WoClose]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<WorkOrder> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        if order.status == OrderStatus::Cancelled {
            return Ok(order);
        }
        ask.that(order.status != OrderStatus::Completed, || order.is_over())?;
        let runs = order.live_runs(cx)?;
        ask.that(runs.is_empty(), || order.has_runs(&runs))?;
        Ok(order)
    }

    fn run(self, order: WorkOrder, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        if order.status == OrderStatus::Cancelled {
            return OrderAnswer::of(cx, &order);
        }
        let line_code = order.at_work(cx)?;
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let mut cancelled = order.clone();
        cancelled.status = order.status.to(OrderStatus::Cancelled)?;
        cancelled.closed_at = Some(cx.now);
        cx.save(&order, &mut cancelled)?;
        cx.emit(WorkOrderCancelled {
            line_id: order.line_of(),
            wo_no: order.wo_no.to_string(),
            product_code: order.product_code.to_string(),
            line_code,
            from: order.status,
            to: cancelled.status,
        })?;
        OrderAnswer::of(cx, &cancelled)
    }
}
