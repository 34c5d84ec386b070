//! The fields of a register: how each is read from JSON and from a table, kept, shown and described.

mod read;

use kernel::code::{Name, fold};
use kernel::{Qty, RefusalDef, Value};
use serde_json::{Map, Value as Json, json};

use crate::listing;

pub use read::Wrong;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// The register's own code, at most so many characters.
    Code(usize),
    /// What the row is called, 1–200 characters.
    Name,
    /// A text of at most so many characters.
    Text(usize),
    /// A whole number from … to.
    Int(i64, i64),
    Number,
    Qty,
    Bool,
    /// A word of the named vocabulary.
    Word(&'static str, &'static [&'static str]),
    /// Several words of the named vocabulary, each once; kept as a JSON list in the vocabulary's order.
    Words(&'static str, &'static [&'static str]),
    /// Texts, each once: at most so many, of at most so many characters each; kept as a JSON list.
    Texts(usize, usize),
    Day,
    /// A time of day, `06:30`.
    Clock,
    /// A point in time; only other systems write it.
    Time,
    /// A JSON object of at most 8 KiB.
    Json,
    /// The code of a row elsewhere; the column keeps its id.
    Reference(Reference),
}

/// Where a reference points: the table with `id`, `code` and `code_key`, the list that forms offer, and what is said of a
/// code nobody has.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    pub table: &'static str,
    pub list: &'static str,
    pub missing: &'static RefusalDef,
}

/// One field: its name on the wire, its column, what it holds and how it may be given.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub column: &'static str,
    pub kind: Kind,
    pub unit: Option<&'static str>,
    pub(super) required: bool,
    pub(super) unique: bool,
    pub(super) readonly: bool,
    pub(super) owned: bool,
    pub(super) default: Option<&'static str>,
}

impl Field {
    pub const fn new(name: &'static str, column: &'static str, kind: Kind) -> Self {
        let required = matches!(kind, Kind::Code(_) | Kind::Name);
        Field { name, column, kind, unit: None, required, unique: false, readonly: false, owned: false, default: None }
    }

    /// Never absent.
    pub const fn required(self) -> Self {
        Field { required: true, ..self }
    }

    /// No two rows have the same.
    pub const fn unique(self) -> Self {
        Field { unique: true, ..self }
    }

    /// Written by Takt or other systems; shown, never asked for.
    pub const fn readonly(self) -> Self {
        Field { readonly: true, ..self }
    }

    /// Belongs to the system a row came from.
    pub const fn owned(self) -> Self {
        Field { owned: true, ..self }
    }

    /// What an absent field is, as a table would say it; such a field is never empty.
    pub const fn default(self, text: &'static str) -> Self {
        Field { default: Some(text), required: true, ..self }
    }

    pub const fn unit(self, unit: &'static str) -> Self {
        Field { unit: Some(unit), ..self }
    }

    /// Where the column stands in the row's own table, for a select over `t`.
    pub(super) fn selected(&self) -> String {
        match self.kind {
            Kind::Reference(to) => format!("(select r.code from {} r where r.id = t.{})", to.table, self.column),
            _ => format!("t.{}", self.column),
        }
    }
}

/// A value of a field: as the column keeps it and as the wire shows it. A reference is kept as its folded code until
/// somebody looks up the id.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub value: Value,
    pub shown: Json,
}

impl Cell {
    pub const EMPTY: Cell = Cell { value: Value::Null, shown: Json::Null };

    /// The text by which two cells name the same: folded, like codes.
    pub fn key(&self) -> String {
        self.shown.as_str().map_or_else(|| self.shown.to_string(), fold)
    }
}

impl Field {
    /// What a stored value looks like on the wire; a reference comes as its code.
    pub(super) fn show(&self, value: Value) -> kernel::Result<Json> {
        Ok(match (self.kind, value) {
            (_, Value::Null) => Json::Null,
            (Kind::Qty, Value::Int(n)) => Qty::millionths(n).to_string().into(),
            (Kind::Bool, Value::Int(n)) => (n != 0).into(),
            (Kind::Time, Value::Int(ms)) => kernel::Instant::from_ms(ms).to_string().into(),
            (Kind::Json | Kind::Words(..) | Kind::Texts(..), Value::Text(text)) => {
                serde_json::from_str(&text).map_err(|e| kernel::Error::fault(format!("{}: {e}", self.column)))?
            }
            (_, other) => other.to_json(),
        })
    }

    /// The schema of the field in a call.
    pub(super) fn schema(&self) -> Json {
        let mut schema = match self.kind {
            Kind::Code(max) => json!({ "type": "string", "minLength": 1, "maxLength": max }),
            Kind::Name => json!({ "type": "string", "minLength": 1, "maxLength": Name::MAX }),
            Kind::Text(max) => json!({ "type": "string", "maxLength": max }),
            Kind::Int(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Qty => crate::registry::schema_of::<Qty>().to_value(),
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Word(name, words) => json!({ "type": "string", "enum": words, "x-words": name }),
            Kind::Words(name, words) => json!({
                "type": "array", "minItems": 1, "maxItems": words.len(),
                "items": { "type": "string", "enum": words, "x-words": name }
            }),
            Kind::Texts(most, long) => json!({
                "type": "array", "maxItems": most, "items": { "type": "string", "minLength": 1, "maxLength": long }
            }),
            Kind::Day => json!({ "type": "string", "format": "date" }),
            Kind::Clock => json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" }),
            Kind::Time => json!({ "type": "string", "format": "date-time" }),
            Kind::Json => json!({ "type": "object" }),
            Kind::Reference(to) => json!({ "type": "string", "maxLength": 128, "x-pick": to.list }),
        };
        if let Some(default) = self.default.and_then(|text| self.read_text(text).ok()) {
            schema["default"] = default.shown;
        }
        if let Some(unit) = self.unit {
            schema["x-unit"] = unit.into();
        }
        schema
    }

    /// The schema of the field where it may also be `null`.
    pub(super) fn schema_or_null(&self) -> Json {
        if self.required {
            return self.schema();
        }
        json!({ "anyOf": [self.schema(), { "type": "null" }] })
    }

    /// How lists show the field.
    pub(super) fn listed(&self) -> listing::Kind {
        match self.kind {
            Kind::Code(_) | Kind::Reference(_) => listing::Kind::Code,
            Kind::Name | Kind::Text(_) | Kind::Clock => listing::Kind::Text,
            Kind::Int(..) => listing::Kind::Int,
            Kind::Number => listing::Kind::Real,
            Kind::Qty => listing::Kind::Qty,
            Kind::Bool => listing::Kind::Bool,
            Kind::Word(name, _) => listing::Kind::Word(name),
            Kind::Words(..) | Kind::Texts(..) | Kind::Json => listing::Kind::Json,
            Kind::Day => listing::Kind::Day,
            Kind::Time => listing::Kind::Time,
        }
    }
}

/// A row's fields on the wire.
pub(super) fn shown(fields: &[Field], cells: &[Cell], version: i64) -> Json {
    let mut row: Map<String, Json> =
        fields.iter().zip(cells).map(|(field, cell)| (field.name.to_string(), cell.shown.clone())).collect();
    row.insert("version".into(), version.into());
    Json::Object(row)
}
