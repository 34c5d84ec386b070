//! Registers: tables that only remember. A declaration gives list, question, form, API, CSV import, audit and history.
//!
//! A register has no hooks: the first rule of its own turns it into a noun with verbs. What stands on a row is declared, or
//! counted by gates of other slices at [`USED`].

mod change;
pub mod csv;
mod entries;
mod field;
mod import;
mod rows;
pub mod table;

use kernel::{Refusal, RefusalDef, Result};
use serde_json::{Map, Value as Json};

use crate::cx::Cx;
use crate::permits::Permit;
use crate::registry::{GatePoint, Registry};

pub use field::{Cell, Field, Kind, Reference};
pub use table::{CSV_MAX, ROWS_MAX};

/// A table that only remembers. The first field is its code, with a folded twin in the column `code_key`.
pub struct Register {
    /// What one row is: `station_group`; its commands are `station_group.create`, `.update`, `.delete`, `.import`.
    pub noun: &'static str,
    /// The list: `station_groups`.
    pub list: &'static str,
    pub table: &'static str,
    /// `/stations/groups`; one row is at `{route}/{key}`.
    pub route: &'static str,
    /// The path field that names a row: `groupCode`.
    pub key: &'static str,
    pub read: &'static [Permit],
    pub write: &'static [Permit],
    pub fields: &'static [Field],
    /// The column with the line that a row belongs to, if rows are of lines; null serves any line.
    pub line: Option<&'static str>,
    /// What counts as standing on a row.
    pub used_by: &'static [UsedBy],
    pub missing: &'static RefusalDef,
    pub duplicate: &'static RefusalDef,
    pub dependent: &'static RefusalDef,
    /// Rows of other systems, whose owned fields are read-only here.
    pub owner: Option<Owner>,
    /// Whether rows may go away at all; else they are deactivated.
    pub deletes: bool,
    /// What tells that a row came or changed: its code and the names of its fields that did.
    pub tells: Option<fn(&mut Cx<'_>, &str, &[String]) -> Result<()>>,
}

/// A column elsewhere that names rows of a register, by id or by folded code.
pub struct UsedBy {
    pub kind: &'static str,
    pub table: &'static str,
    pub column: &'static str,
    by_key: bool,
}

impl UsedBy {
    /// A column with the row's id.
    pub const fn id(kind: &'static str, table: &'static str, column: &'static str) -> Self {
        UsedBy { kind, table, column, by_key: false }
    }

    /// A column with the row's folded code.
    pub const fn key(kind: &'static str, table: &'static str, column: &'static str) -> Self {
        UsedBy { kind, table, column, by_key: true }
    }
}

/// Whose a row is: the column with the source system. A word other than `MES` makes the owned fields read-only.
pub struct Owner {
    pub column: &'static str,
    /// 409, with the parameters `code`, `field` and `source` as far as it declares them.
    pub refusal: &'static RefusalDef,
}

/// A row of a register as gates of other slices see it.
pub struct Entry {
    pub noun: &'static str,
    pub id: i64,
    pub code: String,
    pub code_key: String,
}

/// Asked before a row of any register is deleted or gets another code; evidence counts what names it, like `{"orders": 3}`.
pub static USED: GatePoint<Entry> = GatePoint::new("register.used");

/// The word that paths use where the code of a row could stand.
const RESERVED: &str = "import";

impl Register {
    /// Add everything a register offers.
    pub fn register(&'static self, registry: &mut Registry) {
        entries::add(self, registry);
    }

    /// A refusal of this register with as many facts as it declares.
    fn refusal(&self, def: &'static RefusalDef, code: &str, more: &[(&'static str, Json)]) -> Refusal {
        let mut refusal = Refusal::from(def);
        for param in def.params {
            let given = more.iter().find(|(name, _)| name == param);
            let value = match (given, *param) {
                (Some((_, value)), _) => value.clone(),
                (None, "entity") => self.noun.into(),
                (None, "field") => self.fields[0].name.into(),
                (None, "counts") => Json::Object(Map::new()),
                (None, _) => code.into(),
            };
            refusal.params.insert((*param).to_string(), value);
        }
        refusal
    }
}
