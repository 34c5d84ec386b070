//! Pick status: how far the material is picked, for orders whose state no ERP keeps (R-CORE-087).

use engine::{Ask, Command, Cx, Entity, Need, Permit, patch};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::pick::PickStatus;
use super::{ERP_WORK_ORDER_NOT_EDITABLE, OrderAnswer, WoNo, WorkOrder, receive};

/// Say how far the material of an order is picked: 1 none, 2 partly, 3 fully, 4 more than needed.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetPickStatus {
    pub wo_no: WoNo,
    pub pick_status: PickStatus,
}

impl Command for SetPickStatus {
    type Loaded = WorkOrder;
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.pick_status";
    const ROUTE: engine::Route = patch("/work-orders/{woNo}/pick-status");
    const PERMIT: Need = Need::Any(&[Permit::WoUpdate]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<WorkOrder> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        ask.part(cx.unchanged(order.version))?;
        ask.that(!order.is_erp(), || ERP_WORK_ORDER_NOT_EDITABLE.with("wo", &order.wo_no))?;
        ask.that(!order.status.is_terminal(), || order.is_over())?;
        Ok(order)
    }

    fn run(self, order: WorkOrder, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        order.at_work(cx)?;
        let mut changed = order.clone();
        changed.pick_status = Some(self.pick_status.word().to_string());
        if cx.save(&order, &mut changed)? {
            let told = receive::updated(cx, &changed, vec!["pickStatus".into()])?;
            cx.emit(told)?;
        }
        OrderAnswer::of(cx, &changed)
    }
}
