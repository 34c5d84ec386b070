//! Receive a lot.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, Warning, post, sql};
use kernel::code::Text;
use kernel::{Day, Id, Instant, Qty, Refusal, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    IqcResult, Lot, LotNo, LotStatus, LotView, MATERIAL_LOT_DUPLICATE, MATERIAL_LOT_INVALID_INPUT, UNKNOWN_POLICY,
    UnknownPolicy, entity_key, not_negative,
};
use crate::material::{MATERIAL_NOT_FOUND, MaterialCode};

/// Make a lot known (R-CORE-032). Its material may be unknown, unless `lot.unknownPolicy` says REJECT; where it says WARN, the
/// answer and the trail warn of it.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateLot {
    #[schemars(extend("x-pick" = "materials"))]
    pub material_code: Text<64>,
    pub lot_no: Text<128>,
    pub supplier: Option<Text<200>>,
    #[serde(default = "pending")]
    pub iqc_result: IqcResult,
    pub iqc_date: Option<Day>,
    pub expires_at: Option<Instant>,
    pub qty_received: Option<Qty>,
}

/// The lot as it was received.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LotReceived {
    #[serde(flatten)]
    pub lot: LotView,
    /// What whoever received it should know although nothing was refused.
    pub warnings: Vec<Warning>,
}

/// What the guards found.
pub struct Received {
    material: MaterialCode,
    lot: LotNo,
    warnings: Vec<Warning>,
}

fn pending() -> IqcResult {
    IqcResult::Pending
}

impl Command for CreateLot {
    type Loaded = Received;
    type Output = LotReceived;
    const NAME: &'static str = "material_lot.create";
    const ROUTE: Route = post("/material-lots");
    const PERMIT: Need = Need::Any(&[Permit::MaterialLotEdit]);

    fn entity(&self) -> Entity {
        Entity::of("material_lot", entity_key(&self.material_code, &self.lot_no))
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Received> {
        ask.part(not_negative(self.qty_received))?;
        let blank = |field: &'static str| move || MATERIAL_LOT_INVALID_INPUT.with("field", field);
        let material = ask.need(MaterialCode::parse(self.material_code.as_str()).ok(), blank("materialCode"))?;
        let lot = ask.need(LotNo::parse(self.lot_no.as_str()).ok(), blank("lotNo"))?;
        let known: Option<MaterialCode> =
            cx.value(sql!("select code from material where code_key = $1"), p![material.key()])?;
        let policy = if known.is_some() { UnknownPolicy::Create } else { cx.setting(&UNKNOWN_POLICY)? };
        let unknown = || MATERIAL_NOT_FOUND.with("material", &material).unprocessable();
        ask.that(policy != UnknownPolicy::Reject, unknown)?;
        let warnings = Vec::from_iter((policy == UnknownPolicy::Warn).then(|| Warning::of(cx, unknown())));
        let material = known.unwrap_or(material);
        let taken = Lot::find(cx, &material, &lot)?.is_some();
        ask.that(!taken, || duplicate(&material, &lot))?;
        Ok(Received { material, lot, warnings })
    }

    fn run(self, received: Received, cx: &mut Cx<'_>) -> Result<LotReceived> {
        let Received { material: material_code, lot: lot_no, warnings } = received;
        let mut lot = Lot {
            id: Id::of(0),
            material_key: material_code.key(),
            material_code,
            lot_key: lot_no.key(),
            lot_no,
            supplier: self.supplier.map(|s| s.to_string()).filter(|s| !s.is_empty()),
            iqc_result: self.iqc_result,
            iqc_on: self.iqc_date,
            expires_at: self.expires_at,
            qty_received: self.qty_received,
            status: LotStatus::Active,
            block_reason: None,
            version: 1,
        };
        cx.about("material_lot", entity_key(&lot.material_code, &lot.lot_no));
        cx.add(&mut lot).map_err(|e| e.taken_as(duplicate(&lot.material_code, &lot.lot_no)))?;
        cx.created();
        if !warnings.is_empty() {
            cx.note("add", "warnings", None, Some(serde_json::to_value(&warnings).unwrap_or_default()));
        }
        lot.tell(cx, None)?;
        Ok(LotReceived { lot: lot.view(cx)?, warnings })
    }
}

fn duplicate(material: &MaterialCode, lot: &LotNo) -> Refusal {
    MATERIAL_LOT_DUPLICATE.with("material", material).with("lot", lot)
}
