//! The bill of a product, and one line of it.

use std::num::NonZeroU32;

use engine::{Cx, Need, Permit, Query, Route, get, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BOM_ITEM_NOT_FOUND, BomCode, BomItem, BomItemView, Place};
use crate::material::MaterialCode;

/// Every line of the bills of a product, by bill and line; at most 5,000.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetBom {
    pub parent_code: MaterialCode,
    /// One bill; without it all.
    pub bom_code: Option<BomCode>,
}

/// The lines of the bills of a product.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bom {
    pub parent_code: String,
    pub parent_name: Option<String>,
    pub items: Vec<BomItemView>,
}

impl Query for GetBom {
    type Output = Bom;
    const NAME: &'static str = "bom.get";
    const ROUTE: Route = get("/master-data/boms/{parentCode}");
    const PERMIT: Need = Need::Any(&[Permit::MaterialRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Bom> {
        let sql = sql!(
            "select id, parent_code, parent_key, bom_code, bom_key, line_no, child_code, child_key, qty_numerator,
                 qty_denominator, qty, scrap_rate, is_key_component, designators, alternate_of, is_active, version
             from bom_item where parent_key = $1 and (cast($2 as text) is null or bom_key = $2)
             order by bom_key, line_no limit 5000"
        );
        let items: Vec<BomItem> = cx.all(sql, p![self.parent_code.key(), self.bom_code.as_ref().map(BomCode::key)])?;
        let known: Option<(String, String)> =
            cx.one(sql!("select code, name from material where code_key = $1"), p![self.parent_code.key()])?;
        let (parent_code, parent_name) = match known {
            Some((code, name)) => (code, Some(name)),
            None => (self.parent_code.to_string(), None),
        };
        Ok(Bom { parent_code, parent_name, items: items.iter().map(BomItem::view).collect() })
    }
}

/// One line of a bill.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetBomItem {
    pub parent_code: MaterialCode,
    pub bom_code: BomCode,
    pub line_no: NonZeroU32,
}

impl Query for GetBomItem {
    type Output = BomItemView;
    const NAME: &'static str = "bom_item.get";
    const ROUTE: Route = get("/master-data/boms/{parentCode}/{bomCode}/{lineNo}");
    const PERMIT: Need = Need::Any(&[Permit::MaterialRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<BomItemView> {
        let at = Place { parent: &self.parent_code, bom: &self.bom_code, line_no: self.line_no };
        let found = BomItem::find(cx, at)?;
        found.map(|item| item.view()).ok_or_else(|| BOM_ITEM_NOT_FOUND.with("item", at.to_string()).into())
    }
}
