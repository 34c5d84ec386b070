//! What a person holds, and how far each point of it reaches.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Permit, Permits};

/// How far a granted point reaches. Ordered: the widest is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// The stations bound to the person, and of runs, orders and loadings the lines of those stations.
    AssignedStations,
    /// The lines bound to the person.
    AssignedLines,
    /// The whole plant.
    All,
}

impl Scope {
    /// The word on the wire and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Scope::All => "ALL",
            Scope::AssignedLines => "ASSIGNED_LINES",
            Scope::AssignedStations => "ASSIGNED_STATIONS",
        }
    }
}

impl JsonSchema for Scope {
    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::WIDEST_FIRST.map(Scope::word), "x-words": "Scope" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl kernel::Field for Scope {
    const COLUMN: &'static str = "text";

    fn to_value(&self) -> kernel::Value {
        kernel::Value::Text(self.word().to_string())
    }

    fn from_value(value: kernel::Value) -> kernel::Result<Self> {
        let word = String::from_value(value)?;
        let found = Scope::WIDEST_FIRST.into_iter().find(|scope| scope.word() == word);
        found.ok_or_else(|| kernel::Error::fault(format!("{word} is no scope")))
    }
}

impl Scope {
    pub(super) const WIDEST_FIRST: [Scope; 3] = [Scope::All, Scope::AssignedLines, Scope::AssignedStations];
}

/// What a person holds: each point, given or implied, with the widest scope among the roles that give it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Grants {
    by_scope: [Permits; 3], // indexed by Scope
}

impl Grants {
    /// The grants of someone with these roles; computed at sign-in and whenever a role changes.
    pub fn of(roles: impl Iterator<Item = (Scope, Permits)>) -> Grants {
        let mut grants = Grants::default();
        for (scope, permits) in roles {
            let held = &mut grants.by_scope[scope as usize];
            *held = held.union(permits.closure());
        }
        grants
    }

    /// The widest scope in which the point is held; `None` when it is not held.
    pub fn scope(&self, permit: Permit) -> Option<Scope> {
        Scope::WIDEST_FIRST.into_iter().find(|scope| self.by_scope[*scope as usize].has(permit))
    }

    /// Whether the point is held in any scope.
    pub fn has(&self, permit: Permit) -> bool {
        self.permits().has(permit)
    }

    /// The points held in any scope.
    pub fn permits(&self) -> Permits {
        self.by_scope.into_iter().fold(Permits::EMPTY, Permits::union)
    }

    /// Each point held with its scope, in the order of [`Permit::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Permit, Scope)> {
        Permit::ALL.iter().filter_map(|permit| Some((*permit, self.scope(*permit)?)))
    }
}
