//! Edit a line of a bill of material.

use std::num::NonZeroU32;

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    BOM_ITEM_NOT_FOUND, BomCode, BomItem, BomItemView, Designators, Fields, Place, Positive, Share, create, tell,
};
use crate::material::MaterialCode;

/// Edit a line of a bill of material; absent fields stay as they are, `null` clears.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateBomItem {
    pub parent_code: MaterialCode,
    pub bom_code: BomCode,
    pub line_no: NonZeroU32,
    pub child_code: Option<MaterialCode>,
    pub qty_numerator: Option<Positive>,
    pub qty_denominator: Option<Positive>,
    pub scrap_rate: Option<Share>,
    pub is_key_component: Option<bool>,
    pub designators: Option<Designators>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<MaterialCode>")]
    pub alternate_of: Option<Option<MaterialCode>>,
    pub is_active: Option<bool>,
}

impl Command for UpdateBomItem {
    type Loaded = (BomItem, BomItem);
    type Output = BomItemView;
    const NAME: &'static str = "bom_item.update";
    const ROUTE: Route = patch("/master-data/boms/{parentCode}/{bomCode}/{lineNo}");
    const PERMIT: Need = Need::Any(&[Permit::MaterialConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("bom_item", self.place())
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(BomItem, BomItem)> {
        let before = mine(cx, ask, self.place())?;
        let mut item = before.clone();
        let fields = create::known(cx, self.edited(before.fields()))?;
        ask.part(item.says(&fields).map_err(Into::into))?;
        Ok((before, item))
    }

    fn run(self, (before, mut item): (BomItem, BomItem), cx: &mut Cx<'_>) -> Result<BomItemView> {
        cx.about("bom_item", before.key());
        if cx.save(&before, &mut item)? {
            tell(cx, &item.parent_code)?;
        }
        Ok(item.view())
    }
}

impl UpdateBomItem {
    fn place(&self) -> Place<'_> {
        Place { parent: &self.parent_code, bom: &self.bom_code, line_no: self.line_no }
    }

    fn edited(&self, was: Fields) -> Fields {
        Fields {
            child_code: self.child_code.clone().unwrap_or(was.child_code),
            qty_numerator: self.qty_numerator.unwrap_or(was.qty_numerator),
            qty_denominator: self.qty_denominator.unwrap_or(was.qty_denominator),
            scrap_rate: self.scrap_rate.unwrap_or(was.scrap_rate),
            is_key_component: self.is_key_component.unwrap_or(was.is_key_component),
            designators: self.designators.clone().unwrap_or(was.designators),
            alternate_of: self.alternate_of.clone().unwrap_or(was.alternate_of),
            is_active: self.is_active.unwrap_or(was.is_active),
        }
    }
}

/// Load a line that the command will change: it exists and is what the caller saw.
pub(super) fn mine(cx: &Cx<'_>, ask: &mut Ask, at: Place<'_>) -> Result<BomItem> {
    let item = ask.need(BomItem::find(cx, at)?, || BOM_ITEM_NOT_FOUND.with("item", at.to_string()))?;
    ask.part(cx.unchanged(item.version))?;
    Ok(item)
}
