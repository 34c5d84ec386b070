//! Material lots: the identity under which material is received, loaded, built in and found again.

mod create;
mod get;
mod list;
mod update;

use engine::{Cx, Registry, row, sql};
use kernel::error::VALIDATION_FAILED;
use kernel::{Day, Id, Instant, Qty, Refusal, Result, p};
use schemars::JsonSchema;
use serde::Serialize;

use crate::material::MaterialCode;

pub use create::CreateLot;
pub use get::GetLot;
pub use update::UpdateLot;

kernel::code! {
    /// The number of a lot, as its label says it; case-sensitive.
    LotNo, max 128;
}

kernel::words! {
    /// What incoming inspection said of a lot.
    pub enum IqcResult { Pending = "PENDING", Pass = "PASS", Fail = "FAIL", Concession = "CONCESSION" }
    /// What happens to material or lots that nobody has announced.
    pub enum UnknownPolicy { Create = "CREATE", Warn = "WARN", Reject = "REJECT" }
}

kernel::moves! {
    /// Whether a lot may be used.
    pub enum LotStatus { Active = "ACTIVE", Blocked = "BLOCKED", Exhausted = "EXHAUSTED" }
    Active => Blocked by "material_lot.update";
    Blocked => Active by "material_lot.update";
    Active => Exhausted by "material_lot.update";
    Exhausted => Active by "material_lot.update";
    Exhausted => Blocked by "material_lot.update";
}

kernel::refusals! {
    /// Blank material or lot
    MATERIAL_LOT_INVALID_INPUT: Unprocessable (field);
    /// Material+lot exists
    MATERIAL_LOT_DUPLICATE: Conflict (material, lot);
    /// No such lot
    MATERIAL_LOT_NOT_FOUND: NotFound (material, lot);
    /// Lot blocked or IQC FAIL
    MATERIAL_LOT_BLOCKED: Conflict (material, lot, reason);
    /// Lot past expiry
    MATERIAL_LOT_EXPIRED: Conflict (material, lot, at);
}

engine::events! {
    /// A lot was created, blocked, released, inspected or used up
    MaterialLotChanged = "MATERIAL_LOT_CHANGED" {
        material_code: String, lot_no: String, status: LotStatus, iqc_result: IqcResult, reason: Option<String>,
    }
}

engine::settings! {
    /// Material and lots nobody has announced: CREATE accepts them, WARN accepts them with a warning, REJECT refuses them
    pub UNKNOWN_POLICY: UnknownPolicy = "lot.unknownPolicy", default UnknownPolicy::Create;
}

row! {
    table "material_lot" quiet { material_key, lot_key };
    /// A lot of a material, known or not.
    pub struct Lot {
        pub id: Id<Lot>,
        pub material_code: MaterialCode,
        pub material_key: String,
        pub lot_no: LotNo,
        pub lot_key: String,
        pub supplier: Option<String>,
        pub iqc_result: IqcResult,
        pub iqc_on: Option<Day>,
        pub expires_at: Option<Instant>,
        pub qty_received: Option<Qty>,
        pub status: LotStatus,
        pub block_reason: Option<String>,
        pub version: i64,
    }
}

/// A lot as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LotView {
    pub material_code: String,
    pub lot_no: String,
    /// Whether the material is in the master data.
    pub material_known: bool,
    pub material_name: Option<String>,
    pub supplier: Option<String>,
    pub iqc_result: IqcResult,
    pub iqc_date: Option<Day>,
    pub expires_at: Option<Instant>,
    pub qty_received: Option<Qty>,
    pub status: LotStatus,
    pub block_reason: Option<String>,
    pub version: i64,
}

impl Lot {
    /// The lot of a material, for use or for reading; a change of it waits until the caller is done.
    pub fn find(cx: &Cx<'_>, material: &MaterialCode, lot: &LotNo) -> Result<Option<Lot>> {
        cx.one(
            sql!(
                "select id, material_code, material_key, lot_no, lot_key, supplier, iqc_result, iqc_on, expires_at, qty_received,
                     status, block_reason, version
                 from material_lot where material_key = $1 and lot_no = $2 for share"
            ),
            p![material.key(), lot],
        )
    }

    /// The lot of a material for a command that changes it.
    pub fn to_change(cx: &Cx<'_>, material: &MaterialCode, lot: &LotNo) -> Result<Option<Lot>> {
        cx.one(
            sql!(
                "select id, material_code, material_key, lot_no, lot_key, supplier, iqc_result, iqc_on, expires_at, qty_received,
                     status, block_reason, version
                 from material_lot where material_key = $1 and lot_no = $2 for update"
            ),
            p![material.key(), lot],
        )
    }

    /// Whether the lot may be used now (R-CORE-033): not blocked, not failed at incoming inspection, not expired.
    pub fn usable(&self, now: Instant) -> Result<(), Refusal> {
        let about = |refusal: Refusal| refusal.with("material", &self.material_code).with("lot", &self.lot_no);
        if self.status == LotStatus::Blocked {
            let reason = self.block_reason.as_deref().unwrap_or_default();
            return Err(about(MATERIAL_LOT_BLOCKED.with("reason", reason)));
        }
        if self.iqc_result == IqcResult::Fail {
            return Err(about(MATERIAL_LOT_BLOCKED.with("reason", "IQC FAIL")));
        }
        match self.expires_at.filter(|at| *at <= now) {
            Some(at) => Err(about(MATERIAL_LOT_EXPIRED.with("at", at))),
            None => Ok(()),
        }
    }

    fn view(&self, cx: &Cx<'_>) -> Result<LotView> {
        let name: Option<String> = crate::material::name_of(cx, &self.material_code)?;
        Ok(LotView {
            material_code: self.material_code.to_string(),
            lot_no: self.lot_no.to_string(),
            material_known: name.is_some(),
            material_name: name,
            supplier: self.supplier.clone(),
            iqc_result: self.iqc_result,
            iqc_date: self.iqc_on,
            expires_at: self.expires_at,
            qty_received: self.qty_received,
            status: self.status,
            block_reason: self.block_reason.clone(),
            version: self.version,
        })
    }

    fn tell(&self, cx: &mut Cx<'_>, reason: Option<String>) -> Result<()> {
        cx.emit(MaterialLotChanged {
            material_code: self.material_code.to_string(),
            lot_no: self.lot_no.to_string(),
            status: self.status,
            iqc_result: self.iqc_result,
            reason,
        })
    }
}

/// Nobody receives less than nothing (400).
fn not_negative(qty: Option<Qty>) -> Result<()> {
    if qty.is_some_and(|qty| qty < Qty::ZERO) {
        return Err(Refusal::from(VALIDATION_FAILED).at("/qtyReceived").into());
    }
    Ok(())
}

/// `MAT-001|LOT-9`: how the audit trail names a lot.
fn entity_key(material: impl std::fmt::Display, lot: impl std::fmt::Display) -> String {
    format!("{material}|{lot}")
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateLot>().command::<UpdateLot>().query::<GetLot>().list(&list::LOTS);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(iqc_result: IqcResult, status: LotStatus, expires_at: Option<i64>) -> Lot {
        Lot {
            id: Id::of(1),
            material_code: MaterialCode::parse("M").unwrap(),
            material_key: "m".into(),
            lot_no: LotNo::parse("L").unwrap(),
            lot_key: "l".into(),
            supplier: None,
            iqc_result,
            iqc_on: None,
            expires_at: expires_at.map(Instant::from_ms),
            qty_received: None,
            status,
            block_reason: None,
            version: 1,
        }
    }

    #[test]
    fn r_core_033_failed_blocked_and_expired_lots_are_not_used() {
        let said = |lot: Lot| lot.usable(Instant::from_ms(100)).err().map(|r| (r.def.code, r.kind.status()));
        use IqcResult::*;
        use LotStatus::*;
        assert_eq!(said(lot(Pass, Active, None)), None);
        assert_eq!(said(lot(Pending, Active, Some(101))), None);
        assert_eq!(said(lot(Concession, Exhausted, None)), None);
        assert_eq!(said(lot(Fail, Active, None)), Some(("MATERIAL_LOT_BLOCKED", 409)));
        assert_eq!(said(lot(Pass, Blocked, None)), Some(("MATERIAL_LOT_BLOCKED", 409)));
        assert_eq!(said(lot(Pass, Active, Some(100))), Some(("MATERIAL_LOT_EXPIRED", 409)));
        assert_eq!(said(lot(Pass, Blocked, Some(1))), Some(("MATERIAL_LOT_BLOCKED", 409)), "blocked is said first");
    }
}
