//! Add a line to a bill of material.

use std::num::NonZeroU32;

use engine::refusals::CODE_DUPLICATE;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::{Id, Qty, Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{BomCode, BomItem, BomItemView, Designators, Fields, Place, Positive, Share, material, tell};
use crate::common::yes;
use crate::material::MaterialCode;

/// Add a line to a bill of material; the quantity is numerator over denominator (R-CORE-031).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateBomItem {
    pub parent_code: MaterialCode,
    pub bom_code: BomCode,
    pub line_no: NonZeroU32,
    pub child_code: MaterialCode,
    pub qty_numerator: Positive,
    #[serde(default = "one")]
    pub qty_denominator: Positive,
    #[serde(default)]
    #[schemars(with = "Option<Share>")]
    pub scrap_rate: Share,
    #[serde(default)]
    pub is_key_component: bool,
    #[serde(default)]
    #[schemars(with = "Option<Designators>")]
    pub designators: Designators,
    pub alternate_of: Option<MaterialCode>,
    #[serde(default = "yes")]
    pub is_active: bool,
}

fn one() -> Positive {
    Positive::ONE
}

impl Command for CreateBomItem {
    type Loaded = BomItem;
    type Output = BomItemView;
    const NAME: &'static str = "bom_item.create";
    const ROUTE: Route = post("/master-data/boms");
    const PERMIT: Need = Need::Any(&[Permit::MaterialConfig]);

    fn entity(&self) -> Entity {
        Entity::of("bom_item", self.place())
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<BomItem> {
        let parent = material(cx, &self.parent_code)?;
        let mut item = empty(parent, self.bom_code.clone(), self.line_no);
        let fields = known(cx, self.fields())?;
        ask.part(item.says(&fields).map_err(Into::into))?;
        let taken = BomItem::find(cx, self.place())?.is_some();
        ask.that(!taken, || duplicate(self.place()))?;
        Ok(item)
    }

    fn run(self, mut item: BomItem, cx: &mut Cx<'_>) -> Result<BomItemView> {
        cx.add(&mut item).map_err(|e| e.taken_as(duplicate(self.place())))?;
        cx.created();
        tell(cx, &item.parent_code)?;
        Ok(item.view())
    }
}

impl CreateBomItem {
    fn place(&self) -> Place<'_> {
        Place { parent: &self.parent_code, bom: &self.bom_code, line_no: self.line_no }
    }

    fn fields(&self) -> Fields {
        Fields {
            child_code: self.child_code.clone(),
            qty_numerator: self.qty_numerator,
            qty_denominator: self.qty_denominator,
            scrap_rate: self.scrap_rate,
            is_key_component: self.is_key_component,
            designators: self.designators.clone(),
            alternate_of: self.alternate_of.clone(),
            is_active: self.is_active,
        }
    }
}

/// The refusal for a place that has a line already.
pub(super) fn duplicate(place: impl ToString) -> Refusal {
    CODE_DUPLICATE.with("entity", "bom_item").with("field", "lineNo").with("code", place.to_string())
}

/// A line that says nothing yet.
pub(super) fn empty(parent: MaterialCode, bom: BomCode, line_no: NonZeroU32) -> BomItem {
    BomItem {
        id: Id::of(0),
        parent_key: parent.key(),
        child_code: parent.clone(),
        child_key: parent.key(),
        parent_code: parent,
        bom_key: bom.key(),
        bom_code: bom,
        line_no: line_no.get().into(),
        qty_numerator: Qty::whole(1),
        qty_denominator: Qty::whole(1),
        qty: Qty::whole(1),
        scrap_rate: 0.0,
        is_key_component: false,
        designators: serde_json::json!([]),
        alternate_of: None,
        is_active: true,
        version: 1,
    }
}

/// The fields with the codes as their materials have them; 404 for a material nobody has.
pub(super) fn known(cx: &Cx<'_>, fields: Fields) -> Result<Fields> {
    let alternate_of = fields.alternate_of.as_ref().map(|code| material(cx, code)).transpose()?;
    Ok(Fields { child_code: material(cx, &fields.child_code)?, alternate_of, ..fields })
}
