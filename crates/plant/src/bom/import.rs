//! Import bills of material from a table: every row or none.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::sync::Arc;

use engine::register::csv::error;
use engine::register::table::{self, Row, Table};
use engine::register::{CSV_MAX, Cell, Field, Kind};
use engine::{Ask, Command, Cx, Entity, Need, Permit, Prepare, Route, post};
use kernel::{FieldError, Qty, Result, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::{BomCode, BomItem, Designators, Fields, Place, Positive, Share, create, material, tell};
use crate::material::MaterialCode;

/// Import lines of bills of material: those that exist are edited, others created. The columns are those of a line; absent
/// ones leave what is there. Materials must be known.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportBom {
    pub csv: Csv,
    #[serde(skip)]
    #[schemars(skip)]
    table: Option<Arc<Table>>,
}

/// How many lines came and changed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    pub created: u32,
    pub updated: u32,
    pub unchanged: u32,
}

/// A line of a bill as it was and as the table wants it.
pub struct Planned {
    before: Option<BomItem>,
    item: BomItem,
}

/// What a line says; then what lists show besides, which an exported table may carry along.
static FIELDS: [Field; 13] = [
    Field::new("parentCode", "parent_code", Kind::Code(64)),
    Field::new("bomCode", "bom_code", Kind::Code(64)),
    Field::new("lineNo", "line_no", Kind::Int(1, u32::MAX as i64)).required(),
    Field::new("childCode", "child_code", Kind::Code(64)),
    Field::new("qtyNumerator", "qty_numerator", Kind::Qty).required(),
    Field::new("qtyDenominator", "qty_denominator", Kind::Qty).default("1"),
    Field::new("scrapRate", "scrap_rate", Kind::Number).default("0"),
    Field::new("isKeyComponent", "is_key_component", Kind::Bool).default("false"),
    Field::new("designators", "designators", Kind::Texts(super::DESIGNATORS_MAX, super::DESIGNATOR_MAX)).default("[]"),
    Field::new("alternateOf", "alternate_of", Kind::Text(64)),
    Field::new("isActive", "is_active", Kind::Bool).default("true"),
    Field::new("childName", "", Kind::Name).readonly(),
    Field::new("qty", "", Kind::Qty).readonly(),
];
/// How many of them are written.
const WRITTEN: usize = 11;

impl ImportBom {
    /// Off the writer: reads the text.
    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        self.table = Some(self.read());
        Ok(())
    }
}

impl Command for ImportBom {
    type Loaded = Vec<Planned>;
    type Output = Imported;
    const NAME: &'static str = "bom_item.import";
    const ROUTE: Route = post("/master-data/boms/import");
    const PERMIT: Need = Need::Any(&[Permit::MaterialConfig]);
    const PREPARE: Option<Prepare<Self>> = Some(Self::prepare);

    fn entity(&self) -> Entity {
        Entity::of("bom_item", "import")
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Vec<Planned>> {
        let table = self.table.clone().unwrap_or_else(|| self.read());
        let mut errors = table.errors.clone();
        let mut plan = Vec::with_capacity(table.rows.len());
        let mut known = HashMap::new();
        for row in &table.rows {
            plan.extend(planned(cx, row, &mut known, &mut errors)?);
        }
        if !errors.is_empty() {
            ask.part(Err(table::refusal(errors).into()))?;
        }
        Ok(plan)
    }

    fn run(self, plan: Vec<Planned>, cx: &mut Cx<'_>) -> Result<Imported> {
        let mut done = Imported { created: 0, updated: 0, unchanged: 0 };
        let mut parents = BTreeSet::new();
        for Planned { before, mut item } in plan {
            cx.about("bom_item", item.key());
            let count = match before {
                None => {
                    cx.add(&mut item).map_err(|e| e.taken_as(create::duplicate(item.key())))?;
                    &mut done.created
                }
                Some(before) if cx.save(&before, &mut item)? => &mut done.updated,
                Some(_) => {
                    done.unchanged += 1;
                    continue;
                }
            };
            *count += 1;
            // Each line has its own history, so each has its own audit row.
            cx.record("BOM_ITEM_IMPORT")?;
            parents.insert(item.parent_code);
        }
        cx.about("bom_item", "import");
        for (name, count) in [("created", done.created), ("updated", done.updated), ("unchanged", done.unchanged)] {
            cx.note("add", name, None, Some(count.into()));
        }
        for parent in parents {
            tell(cx, &parent)?;
        }
        Ok(done)
    }
}

impl ImportBom {
    fn read(&self) -> Arc<Table> {
        Arc::new(Table::read(&FIELDS, &[0, 1, 2], &self.csv.0))
    }
}

/// Materials looked up so far: the code as its material has it, or nothing.
type Known = HashMap<String, Option<MaterialCode>>;

/// What becomes of a row; what is wrong with it is added to the errors.
fn planned(cx: &Cx<'_>, row: &Row, known: &mut Known, errors: &mut Vec<FieldError>) -> Result<Option<Planned>> {
    let before = errors.len();
    let mut wrong = |at: usize, code: &str, message: &str| errors.push(error(row.line, FIELDS[at].name, code, message));
    let text = |at: usize| row.given[at].as_ref().and_then(|cell| cell.shown.as_str());
    let mut lookup = |at: usize, code: Option<&str>| -> Result<Option<MaterialCode>> {
        let Some(code) = code else { return Ok(None) };
        let code = match MaterialCode::parse(code) {
            Ok(code) => code,
            Err(problem) => {
                wrong(at, "INVALID", &problem);
                return Ok(None);
            }
        };
        let found = match known.get(&code.key()) {
            Some(found) => found.clone(),
            None => {
                let found =
                    material(cx, &code).map(Some).or_else(|e| if e.refusal().is_some() { Ok(None) } else { Err(e) })?;
                known.insert(code.key(), found.clone());
                found
            }
        };
        if found.is_none() {
            wrong(at, "MATERIAL_NOT_FOUND", "no such material");
        }
        Ok(found)
    };
    let parent = lookup(0, text(0))?;
    let child = lookup(3, text(3))?;
    let alternate = lookup(9, text(9))?;
    let line_no = row.given[2]
        .as_ref()
        .and_then(|c| c.shown.as_u64())
        .and_then(|n| u32::try_from(n).ok())
        .and_then(NonZeroU32::new);
    let bom = text(1).and_then(|code| BomCode::parse(code).ok());
    let (Some(parent), Some(bom), Some(line_no)) = (parent, bom, line_no) else { return Ok(None) };
    let stored = BomItem::find(cx, Place { parent: &parent, bom: &bom, line_no })?;
    let mut item = stored.clone().unwrap_or_else(|| create::empty(parent, bom, line_no));
    let was = item.fields();
    let absent = |at: usize| stored.is_none() && row.given[at].is_none();
    for at in [3, 4].into_iter().filter(|at| absent(*at)) {
        wrong(at, "REQUIRED", "required");
    }
    let mut qty = |at: usize, was: Positive| match given(row, at) {
        Some(Value::Int(n)) if n > 0 => Positive(Qty::millionths(n)),
        Some(_) => {
            wrong(at, "INVALID", "a quantity above zero is needed");
            was
        }
        None => was,
    };
    let (qty_numerator, qty_denominator) = (qty(4, was.qty_numerator), qty(5, was.qty_denominator));
    let scrap_rate = match given(row, 6) {
        Some(Value::Real(share)) if (0.0..=1.0).contains(&share) => Share(share),
        Some(_) => {
            wrong(6, "INVALID", "a share from 0 to 1 is needed");
            was.scrap_rate
        }
        None => was.scrap_rate,
    };
    let truth = |at: usize, was: bool| given(row, at).map_or(was, |value| value == Value::Int(1));
    let designators = row.given[8].as_ref().map(|cell| {
        let texts = cell.shown.as_array().into_iter().flatten().filter_map(Json::as_str);
        Designators(texts.map(str::to_string).collect())
    });
    let fields = Fields {
        child_code: child.unwrap_or(was.child_code),
        qty_numerator,
        qty_denominator,
        scrap_rate,
        is_key_component: truth(7, was.is_key_component),
        designators: designators.unwrap_or(was.designators),
        alternate_of: if row.given[9].is_some() { alternate } else { was.alternate_of },
        is_active: truth(10, was.is_active),
    };
    if errors.len() > before {
        return Ok(None);
    }
    if let Err(refusal) = item.says(&fields) {
        let problem = refusal.params.get("problem").and_then(Json::as_str).unwrap_or_default();
        errors.push(error(row.line, FIELDS[3].name, refusal.def.code, problem));
        return Ok(None);
    }
    Ok(Some(Planned { before: stored, item }))
}

fn given(row: &Row, at: usize) -> Option<Value> {
    row.given[at].as_ref().map(|Cell { value, .. }| value.clone())
}

/// A table as text, at most 2 MiB.
#[derive(Clone, Debug)]
pub struct Csv(String);

impl<'de> Deserialize<'de> for Csv {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        if text.len() > CSV_MAX {
            return Err(serde::de::Error::custom(format!("at most {CSV_MAX} bytes are allowed")));
        }
        Ok(Csv(text))
    }
}

impl JsonSchema for Csv {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Csv".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = FIELDS[..WRITTEN].iter().map(|field| field.name).collect();
        let says = format!("A table with a head; columns: {}", names.join(", "));
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": CSV_MAX, "description": says })
    }
    fn inline_schema() -> bool {
        true
    }
}
