//! Take a line out of a bill of material.

use std::num::NonZeroU32;

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{BomCode, BomItem, Place, tell, update};
use crate::material::MaterialCode;

/// Take a line out of a bill of material.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteBomItem {
    pub parent_code: MaterialCode,
    pub bom_code: BomCode,
    pub line_no: NonZeroU32,
}

impl Command for DeleteBomItem {
    type Loaded = BomItem;
    type Output = Done;
    const NAME: &'static str = "bom_item.delete";
    const ROUTE: Route = delete("/master-data/boms/{parentCode}/{bomCode}/{lineNo}");
    const PERMIT: Need = Need::Any(&[Permit::MaterialConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("bom_item", self.place())
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<BomItem> {
        update::mine(cx, ask, self.place())
    }

    fn run(self, item: BomItem, cx: &mut Cx<'_>) -> Result<Done> {
        cx.about("bom_item", item.key());
        cx.remove(&item)?;
        tell(cx, &item.parent_code)?;
        Ok(Done::OK)
    }
}

impl DeleteBomItem {
    fn place(&self) -> Place<'_> {
        Place { parent: &self.parent_code, bom: &self.bom_code, line_no: self.line_no }
    }
}
