//! Bills of material: what a product is made of, line by line.

mod create;
mod delete;
mod get;
mod import;
mod list;
mod update;

use std::num::NonZeroU32;

use engine::register::{Entry, USED};
use engine::{Cx, Registry, Verdict, row, sql};
use kernel::{Id, Qty, Refusal, Result, p};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value as Json, json};

use crate::material::{MATERIAL_NOT_FOUND, MATERIALS, MaterialChanged, MaterialCode};

pub use create::CreateBomItem;
pub use delete::DeleteBomItem;
pub use get::{GetBom, GetBomItem};
pub use import::ImportBom;
pub use update::UpdateBomItem;

kernel::code! {
    /// The code of one of the bills of a product.
    BomCode, max 64;
}

kernel::refusals! {
    /// No such line in the bill of material
    BOM_ITEM_NOT_FOUND: NotFound (item);
    /// The line contradicts itself
    BOM_ITEM_INVALID: Unprocessable (problem);
}

row! {
    table "bom_item" quiet { parent_key, bom_key, child_key };
    /// A line of a bill: so much of a child goes into the parent. The quantity is always numerator over denominator (R-CORE-031).
    pub struct BomItem {
        pub id: Id<BomItem>,
        pub parent_code: MaterialCode,
        pub parent_key: String,
        pub bom_code: BomCode,
        pub bom_key: String,
        pub line_no: i64,
        pub child_code: MaterialCode,
        pub child_key: String,
        pub qty_numerator: Qty,
        pub qty_denominator: Qty,
        pub qty: Qty,
        pub scrap_rate: f64,
        pub is_key_component: bool,
        pub designators: Json,
        pub alternate_of: Option<MaterialCode>,
        pub is_active: bool,
        pub version: i64,
    }
}

/// Which line of a bill: `PRODUCT/1/10` in messages and the audit trail.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    pub parent: &'p MaterialCode,
    pub bom: &'p BomCode,
    pub line_no: NonZeroU32,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.parent, self.bom, self.line_no)
    }
}

impl BomItem {
    /// The line at a place, for reading or for a command that changes it.
    pub fn find(cx: &Cx<'_>, at: Place<'_>) -> Result<Option<BomItem>> {
        cx.one(
            sql!(
                "select id, parent_code, parent_key, bom_code, bom_key, line_no, child_code, child_key, qty_numerator,
                     qty_denominator, qty, scrap_rate, is_key_component, designators, alternate_of, is_active, version
                 from bom_item where parent_key = $1 and bom_key = $2 and line_no = $3 for update"
            ),
            p![at.parent.key(), at.bom.key(), at.line_no.get()],
        )
    }

    /// How messages and the audit trail name the line.
    fn key(&self) -> String {
        format!("{}/{}/{}", self.parent_code, self.bom_code, self.line_no)
    }

    /// Take over what a line says; its place stays.
    fn says(&mut self, fields: &Fields) -> Result<(), Refusal> {
        let invalid = |problem: &str| BOM_ITEM_INVALID.with("problem", problem);
        if fields.child_code.key() == self.parent_key {
            return Err(invalid("a product is not a part of itself"));
        }
        if fields.alternate_of.as_ref().is_some_and(|other| other.key() == fields.child_code.key()) {
            return Err(invalid("a part is not an alternate of itself"));
        }
        let qty = Qty::ratio(fields.qty_numerator.0, fields.qty_denominator.0);
        self.qty = qty.ok_or_else(|| invalid("the quantity is too large"))?;
        self.child_key = fields.child_code.key();
        self.child_code = fields.child_code.clone();
        self.qty_numerator = fields.qty_numerator.0;
        self.qty_denominator = fields.qty_denominator.0;
        self.scrap_rate = fields.scrap_rate.0;
        self.is_key_component = fields.is_key_component;
        self.designators = fields.designators.0.clone().into();
        self.alternate_of = fields.alternate_of.clone();
        self.is_active = fields.is_active;
        Ok(())
    }

    fn fields(&self) -> Fields {
        let texts = self.designators.as_array().into_iter().flatten().filter_map(Json::as_str);
        Fields {
            child_code: self.child_code.clone(),
            qty_numerator: Positive(self.qty_numerator),
            qty_denominator: Positive(self.qty_denominator),
            scrap_rate: Share(self.scrap_rate),
            is_key_component: self.is_key_component,
            designators: Designators(texts.map(str::to_string).collect()),
            alternate_of: self.alternate_of.clone(),
            is_active: self.is_active,
        }
    }

    fn view(&self) -> BomItemView {
        BomItemView {
            parent_code: self.parent_code.to_string(),
            bom_code: self.bom_code.to_string(),
            line_no: self.line_no,
            child_code: self.child_code.to_string(),
            qty_numerator: self.qty_numerator,
            qty_denominator: self.qty_denominator,
            qty: self.qty,
            scrap_rate: self.scrap_rate,
            is_key_component: self.is_key_component,
            designators: self.fields().designators.0,
            alternate_of: self.alternate_of.as_ref().map(MaterialCode::to_string),
            is_active: self.is_active,
            version: self.version,
        }
    }
}

/// A line of a bill as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BomItemView {
    pub parent_code: String,
    pub bom_code: String,
    pub line_no: i64,
    pub child_code: String,
    pub qty_numerator: Qty,
    pub qty_denominator: Qty,
    /// Numerator over denominator, rounded half up to six places.
    pub qty: Qty,
    /// The share lost in production, 0–1.
    pub scrap_rate: f64,
    pub is_key_component: bool,
    pub designators: Vec<String>,
    pub alternate_of: Option<String>,
    pub is_active: bool,
    pub version: i64,
}

/// What a line says besides its place.
#[derive(Clone)]
struct Fields {
    child_code: MaterialCode,
    qty_numerator: Positive,
    qty_denominator: Positive,
    scrap_rate: Share,
    is_key_component: bool,
    designators: Designators,
    alternate_of: Option<MaterialCode>,
    is_active: bool,
}

/// The material of a code, or 404; it stays while it is named here.
fn material(cx: &Cx<'_>, code: &MaterialCode) -> Result<MaterialCode> {
    let found = cx.value(sql!("select code from material where code_key = $1 for share"), p![code.key()])?;
    found.ok_or_else(|| MATERIAL_NOT_FOUND.with("material", code).into())
}

/// Tell that a product is made differently.
fn tell(cx: &mut Cx<'_>, parent: &MaterialCode) -> Result<()> {
    cx.emit(MaterialChanged { material_code: parent.to_string(), fields: vec!["bom".into()] })
}

/// A quantity above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive(pub Qty);

impl Positive {
    const ONE: Positive = Positive(Qty::whole(1));
}

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let qty = Qty::deserialize(d)?;
        if qty <= Qty::ZERO {
            return Err(serde::de::Error::custom("a quantity above zero is needed"));
        }
        Ok(Positive(qty))
    }
}

impl Serialize for Positive {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl JsonSchema for Positive {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Positive".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Qty::json_schema(generator)
    }
    fn inline_schema() -> bool {
        true
    }
}

/// A share of the whole, 0–1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share(pub f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(d)?;
        if !(0.0..=1.0).contains(&share) {
            return Err(serde::de::Error::custom("a share from 0 to 1 is needed"));
        }
        Ok(Share(share))
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
    fn inline_schema() -> bool {
        true
    }
}

/// The most designators of a line, and characters of one.
const DESIGNATORS_MAX: usize = 2000;
const DESIGNATOR_MAX: usize = 40;

/// Where on the board: `R1`, `R2`, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Designators(pub Vec<String>);

impl<'de> Deserialize<'de> for Designators {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut texts: Vec<String> = Vec::new();
        for text in Vec::<String>::deserialize(d)? {
            let text = kernel::code::clean(&text, DESIGNATOR_MAX).map_err(serde::de::Error::custom)?;
            if text.is_empty() || texts.contains(&text) {
                return Err(serde::de::Error::custom(format!("the designator {text:?} is blank or there twice")));
            }
            texts.push(text);
        }
        if texts.len() > DESIGNATORS_MAX {
            return Err(serde::de::Error::custom(format!("at most {DESIGNATORS_MAX} designators are allowed")));
        }
        Ok(Designators(texts))
    }
}

impl JsonSchema for Designators {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Designators".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "array", "maxItems": DESIGNATORS_MAX,
            "items": { "type": "string", "minLength": 1, "maxLength": DESIGNATOR_MAX }
        })
    }
    fn inline_schema() -> bool {
        true
    }
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateBomItem>().command::<UpdateBomItem>().command::<DeleteBomItem>().command::<ImportBom>();
    registry.query::<GetBom>().query::<GetBomItem>().list(&list::BOM_ITEMS).list(&list::WHERE_USED);
    registry.gate(&USED, "alternates", alternates);
}

/// A part that stands for another one names it by its code.
fn alternates(cx: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    if entry.noun != MATERIALS.noun {
        return Ok(Verdict::yes());
    }
    let sql = sql!("select cast(count(*) as bigint) from bom_item where alternate_of = $1");
    let count: Option<i64> = cx.value(sql, p![entry.code])?;
    Ok(Verdict { refusals: vec![], evidence: vec![json!({ "alternates": count })] })
}
