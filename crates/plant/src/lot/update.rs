//! Block or release a lot, say what incoming inspection found, correct what is known of it.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::code::{Reason, Text};
use kernel::error::VALIDATION_FAILED;
use kernel::{Day, FieldError, Instant, Qty, Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    IqcResult, Lot, LotNo, LotStatus, LotView, MATERIAL_LOT_BLOCKED, MATERIAL_LOT_NOT_FOUND, entity_key, not_negative,
};
use crate::material::MaterialCode;

/// Edit a lot; absent fields stay as they are, `null` clears. Whoever blocks or releases it says why.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateLot {
    pub material_code: MaterialCode,
    pub lot_no: LotNo,
    pub status: Option<LotStatus>,
    /// Needed to block and to release.
    pub reason: Option<Reason>,
    pub iqc_result: Option<IqcResult>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Day>")]
    pub iqc_date: Option<Option<Day>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Instant>")]
    pub expires_at: Option<Option<Instant>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Qty>")]
    pub qty_received: Option<Option<Qty>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<200>>")]
    pub supplier: Option<Option<Text<200>>>,
}

impl Command for UpdateLot {
    type Loaded = Lot;
    type Output = LotView;
    const NAME: &'static str = "material_lot.update";
    const ROUTE: Route = patch("/material-lots/{materialCode}/{lotNo}");
    const PERMIT: Need = Need::Any(&[Permit::MaterialLotEdit]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("material_lot", entity_key(&self.material_code, &self.lot_no))
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Lot> {
        let found = Lot::to_change(cx, &self.material_code, &self.lot_no)?;
        let missing = || MATERIAL_LOT_NOT_FOUND.with("material", &self.material_code).with("lot", &self.lot_no);
        let lot = ask.need(found, missing)?;
        ask.part(cx.unchanged(lot.version))?;
        ask.part(not_negative(self.qty_received.flatten()))?;
        let next = self.status.filter(|status| *status != lot.status);
        let possible = next.is_none_or(|next| lot.status.may_become(next));
        ask.that(possible, || {
            let reason = lot.block_reason.as_deref().unwrap_or_default();
            let about = MATERIAL_LOT_BLOCKED.with("material", &lot.material_code).with("lot", &lot.lot_no);
            about.with("reason", reason)
        })?;
        let must_say = next.is_some_and(|next| next == LotStatus::Blocked || lot.status == LotStatus::Blocked);
        ask.that(!must_say || self.reason.is_some(), reason_needed)?;
        Ok(lot)
    }

    fn run(self, before: Lot, cx: &mut Cx<'_>) -> Result<LotView> {
        let mut lot = before.clone();
        if let Some(next) = self.status.filter(|status| *status != lot.status) {
            lot.status = lot.status.to(next)?;
            let why = self.reason.as_ref().map(ToString::to_string);
            lot.block_reason = why.filter(|_| next == LotStatus::Blocked);
        }
        lot.iqc_result = self.iqc_result.unwrap_or(lot.iqc_result);
        lot.iqc_on = self.iqc_date.unwrap_or(lot.iqc_on);
        lot.expires_at = self.expires_at.unwrap_or(lot.expires_at);
        lot.qty_received = self.qty_received.unwrap_or(lot.qty_received);
        if let Some(supplier) = self.supplier {
            lot.supplier = supplier.map(|s| s.to_string()).filter(|s| !s.is_empty());
        }
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        cx.about("material_lot", entity_key(&lot.material_code, &lot.lot_no));
        if cx.save(&before, &mut lot)? && (before.status, before.iqc_result) != (lot.status, lot.iqc_result) {
            lot.tell(cx, self.reason.map(|reason| reason.to_string()))?;
        }
        lot.view(cx)
    }
}

fn reason_needed() -> Refusal {
    let mut refusal = Refusal::from(VALIDATION_FAILED);
    let message = "say why the lot is blocked or released".to_string();
    refusal.errors.push(FieldError { path: "/reason".into(), code: "REQUIRED".into(), message });
    refusal
}
