//! Unrelease: the release is taken back while nothing has come of it.

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Reason, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{OrderAnswer, OrderStatus, WoNo, WorkOrder, WorkOrderUnreleased};

/// Take back the release of an order without runs: it is received again and has no line.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnreleaseOrder {
    pub wo_no: WoNo,
    pub reason: Option<Reason>,
}

impl Command for UnreleaseOrder {
    type Loaded = WorkOrder;
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.unrelease";
    const ROUTE: engine::Route = post("/work-orders/{woNo}/unrelease");
    const PERMIT: Need = Need::Any(&[Permit::WoRelease]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<WorkOrder> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        let runs = order.live_runs(cx)?;
        ask.that(runs.is_empty(), || order.has_runs(&runs))?;
        ask.that(order.status == OrderStatus::Released, || order.not_released())?;
        Ok(order)
    }

    fn run(self, order: WorkOrder, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        let line_code = order.at_work(cx)?;
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let mut taken = order.clone();
        taken.status = order.status.to(OrderStatus::Received)?;
        (taken.line_id, taken.station_group_id) = (None, None);
        (taken.dispatched_at, taken.dispatched_by) = (None, None);
        cx.save(&order, &mut taken)?;
        cx.emit(WorkOrderUnreleased {
            line_id: order.line_of(),
            wo_no: order.wo_no.to_string(),
            product_code: order.product_code.to_string(),
            line_code,
            from: order.status,
            to: taken.status,
        })?;
        OrderAnswer::of(cx, &taken)
    }
}
