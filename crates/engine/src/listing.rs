//! Lists: filters, sorting, keyset paging and columns, declared once for the API, the page and the export.

mod filter;
mod page;

use kernel::{Error, Result};
use serde_json::{Map, Value as Json, json};

use crate::command::{Need, Route};
use crate::cx::Cx;
use crate::registry::QueryEntry;

/// What a column holds, for the wire and the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Code,
    Text,
    Int,
    Qty,
    Real,
    Time,
    Day,
    Bool,
    Json,
    /// A word of the named vocabulary.
    Word(&'static str),
}

/// A column: its name on the wire, where it comes from and how a screen shows it.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub sql: &'static str,
    pub kind: Kind,
    /// The page a cell links to, with `{column}` parts.
    pub link: Option<&'static str>,
    /// Whether tables show it; the API always does.
    pub shown: bool,
}

/// A filter: its name, the condition with `$` for the value, and how the value is read.
#[derive(Debug)]
pub struct Filter {
    pub name: &'static str,
    pub sql: &'static str,
    pub by: By,
    /// Part of the path: always given.
    pub required: bool,
}

/// How a filter's value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// A code, compared by its folded key; `pick` names the list that forms offer.
    Code(&'static str),
    /// An exact text: serials, lots, numbers.
    Exact,
    /// An exact text, found by the column with the same text folded.
    Cased(&'static str),
    /// The beginning of a folded key: `$` stands for the column twice, as a range.
    Prefix(&'static str),
    /// The same for what is known under several keys: the beginning of any of them.
    Prefixes(&'static [&'static str]),
    /// The name of a request, found by the column with the time of its call.
    Request(&'static str),
    /// A word of the named vocabulary.
    Word(&'static str, &'static [&'static str]),
    Bool,
    Int,
    Time,
    Day,
}

/// An order; every order ends in the list's unique key.
#[derive(Debug)]
pub struct Sort {
    pub name: &'static str,
    pub sql: &'static str,
    pub kind: Kind,
}

/// What is added to a page's rows after reading.
pub type Finish = fn(&Cx<'_>, &mut [Map<String, Json>]) -> Result<()>;

/// A list of the product.
pub struct Listing {
    pub name: &'static str,
    pub route: Route,
    pub need: Need,
    pub columns: &'static [Column],
    pub from: &'static str,
    /// Fixed conditions and the scope word, each beginning with `and`.
    pub conditions: &'static str,
    /// The unique not-null column every order ends in.
    pub key: &'static str,
    pub filters: &'static [Filter],
    /// The first is the default; `-name` in a call turns it round.
    pub sorts: &'static [Sort],
    /// Whether the default order is newest first.
    pub descending: bool,
    /// Refuses when what the path names does not exist.
    pub parent: Option<fn(&Cx<'_>, &Json) -> Result<()>>,
    pub finish: Option<Finish>,
}

/// The most rows of one page.
pub const PAGE_MAX: i64 = 200;
/// The rows of a page when the caller does not say.
pub const PAGE: i64 = 50;

impl Column {
    pub const fn new(name: &'static str, sql: &'static str, kind: Kind) -> Self {
        Column { name, sql, kind, link: None, shown: true }
    }

    pub const fn link(self, page: &'static str) -> Self {
        Column { link: Some(page), ..self }
    }

    pub const fn hidden(self) -> Self {
        Column { shown: false, ..self }
    }
}

impl Filter {
    pub const fn new(name: &'static str, sql: &'static str, by: By) -> Self {
        Filter { name, sql, by, required: false }
    }

    pub const fn in_path(self) -> Self {
        Filter { required: true, ..self }
    }
}

impl Sort {
    pub const fn new(name: &'static str, sql: &'static str, kind: Kind) -> Self {
        Sort { name, sql, kind }
    }
}

impl Listing {
    /// The list as a query of the registry.
    pub fn entry(&'static self) -> QueryEntry {
        QueryEntry {
            name: self.name,
            route: self.route,
            need: self.need,
            export: self.need,
            slow: false,
            record: None,
            schema: self.schema(),
            output: self.output_schema(),
            shape: None,
            ask: Box::new(move |fields, cx| {
                let page = self.page(cx, &fields)?;
                serde_json::to_string(&page).map_err(|e| Error::fault(e.to_string()))
            }),
            check: Box::new(|_| Ok(())),
            listing: Some(self),
        }
    }

    fn schema(&self) -> schemars::Schema {
        let mut properties = Map::new();
        let mut required: Vec<Json> = Vec::new();
        for filter in self.filters {
            properties.insert(filter.name.into(), filter.by.schema());
            if filter.required {
                required.push(filter.name.into());
            }
        }
        let names: Vec<Json> =
            self.sorts.iter().flat_map(|s| [s.name.to_string(), format!("-{}", s.name)]).map(Json::from).collect();
        properties.insert("sort".into(), json!({ "type": "string", "enum": names }));
        properties
            .insert("limit".into(), json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE }));
        properties.insert("cursor".into(), json!({ "type": "string", "maxLength": 2000 }));
        let schema =
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        schemars::Schema::try_from(schema).expect("an object is a schema")
    }

    fn output_schema(&self) -> schemars::Schema {
        let columns: Map<String, Json> =
            self.columns.iter().map(|c| (c.name.to_string(), kind_schema(c.kind))).collect();
        let schema = json!({
            "type": "object",
            "properties": {
                "items": { "type": "array", "items": { "type": "object", "properties": columns } },
                "nextCursor": { "type": ["string", "null"] }
            },
            "required": ["items", "nextCursor"]
        });
        schemars::Schema::try_from(schema).expect("an object is a schema")
    }
}

fn kind_schema(kind: Kind) -> Json {
    match kind {
        Kind::Code | Kind::Text | Kind::Qty => json!({ "type": ["string", "null"] }),
        Kind::Int => json!({ "type": ["integer", "null"] }),
        Kind::Real => json!({ "type": ["number", "null"] }),
        Kind::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        Kind::Day => json!({ "type": ["string", "null"], "format": "date" }),
        Kind::Bool => json!({ "type": ["boolean", "null"] }),
        Kind::Json => json!({}),
        Kind::Word(name) => json!({ "type": ["string", "null"], "x-words": name }),
    }
}
