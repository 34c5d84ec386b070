//! One lot.

use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Lot, LotNo, LotView, MATERIAL_LOT_NOT_FOUND};
use crate::material::MaterialCode;

/// A lot of a material.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetLot {
    pub material_code: MaterialCode,
    pub lot_no: LotNo,
}

impl Query for GetLot {
    type Output = LotView;
    const NAME: &'static str = "material_lot.get";
    const ROUTE: Route = get("/material-lots/{materialCode}/{lotNo}");
    const PERMIT: Need = Need::Any(&[Permit::MaterialRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<LotView> {
        let found = Lot::find(cx, &self.material_code, &self.lot_no)?;
        let missing = || MATERIAL_LOT_NOT_FOUND.with("material", &self.material_code).with("lot", &self.lot_no);
        found.ok_or_else(missing)?.view(cx)
    }
}
