//! Whether the material of an order is picked, and what the policy makes of it (R-CORE-085).

use engine::Cx;
use kernel::{Refusal, Result};

use super::WorkOrder;

kernel::refusals! {
    /// Pick status below policy (BLOCK)
    WORK_ORDER_MATERIAL_NOT_READY: Conflict (wo, pick);
}

kernel::words! {
    /// What a plant does about material that is not picked.
    pub enum PickPolicy { Off = "OFF", Warn = "WARN", Block = "BLOCK" }
    /// How far the material of an order is picked.
    pub enum PickStatus { None = "1", Partial = "2", Full = "3", Over = "4" }
}

engine::settings! {
    /// What happens when an order's material is not picked: nothing, a warning, or a refusal
    pub WO_PICK_POLICY: PickPolicy = "wo.pickPolicy", default PickPolicy::Warn;
}

impl WorkOrder {
    /// The status that counts: the ERP's for an order whose state the ERP keeps, else the planner's.
    pub fn pick(&self) -> Option<PickStatus> {
        let counts = if self.is_erp() { &self.erp_pick_status } else { &self.pick_status };
        counts.as_deref().and_then(PickStatus::parse)
    }

    /// Whether the ERP keeps the state of this order.
    pub fn is_erp(&self) -> bool {
        self.erp_status.is_some()
    }
}

/// The refusal under BLOCK, the warning under WARN; both none when the material is picked.
pub fn judged(cx: &Cx<'_>, order: &WorkOrder) -> Result<(Option<Refusal>, Option<Refusal>)> {
    let policy = cx.setting(&WO_PICK_POLICY)?;
    let ready = matches!(order.pick(), Some(PickStatus::Full | PickStatus::Over));
    let short = || WORK_ORDER_MATERIAL_NOT_READY.with("wo", &order.wo_no).with("pick", order.pick());
    Ok(match (policy, ready) {
        (_, true) | (PickPolicy::Off, _) => (None, None),
        (PickPolicy::Warn, false) => (None, Some(short())),
        (PickPolicy::Block, false) => (Some(short()), None),
    })
}
