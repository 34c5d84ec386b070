//! Sets of permission points.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FOLLOWING, Permit};

/// A set of points; on the wire an array of their names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<Permit>", into = "Vec<Permit>")]
#[schemars(with = "Vec<Permit>")]
pub struct Permits(u128);

const _: () = assert!(Permit::ALL.len() < 128, "a Permits has 128 bits");

impl Permits {
    /// No point.
    pub const EMPTY: Permits = Permits(0);
    /// Every point.
    pub const ALL: Permits = Permits((1 << Permit::ALL.len()) - 1);

    /// The set of exactly these points.
    pub const fn of(permits: &[Permit]) -> Permits {
        let mut set = Permits::EMPTY;
        let mut at = 0;
        while at < permits.len() {
            set = set.with(permits[at]);
            at += 1;
        }
        set
    }

    /// The set and this point.
    pub const fn with(self, permit: Permit) -> Permits {
        Permits(self.0 | 1 << permit as u8)
    }

    /// The set but for this point.
    pub const fn without(self, permit: Permit) -> Permits {
        Permits(self.0 & !(1 << permit as u8))
    }

    /// Whether the point is in the set; what follows from its points counts only after [`Permits::closure`].
    pub const fn has(self, permit: Permit) -> bool {
        self.0 & (1 << permit as u8) != 0
    }

    /// Add the point.
    pub const fn insert(&mut self, permit: Permit) {
        *self = self.with(permit);
    }

    /// Take the point out.
    pub const fn remove(&mut self, permit: Permit) {
        *self = self.without(permit);
    }

    /// The points in either set.
    pub const fn union(self, other: Permits) -> Permits {
        Permits(self.0 | other.0)
    }

    /// The points in both sets.
    pub const fn intersection(self, other: Permits) -> Permits {
        Permits(self.0 & other.0)
    }

    /// Whether every point of this set is also in `of`.
    pub const fn is_subset(self, of: Permits) -> bool {
        self.0 & !of.0 == 0
    }

    /// Whether it holds no point.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many points it holds.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The points of the set, in the order of [`Permit::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permit> {
        Permit::ALL.iter().copied().filter(move |permit| self.has(*permit))
    }

    /// The set and every point that follows from it.
    pub fn closure(self) -> Permits {
        self.iter().map(|permit| FOLLOWING[permit as usize]).fold(self, Permits::union)
    }
}

impl FromIterator<Permit> for Permits {
    fn from_iter<I: IntoIterator<Item = Permit>>(permits: I) -> Permits {
        permits.into_iter().fold(Permits::EMPTY, Permits::with)
    }
}

impl From<Vec<Permit>> for Permits {
    fn from(permits: Vec<Permit>) -> Permits {
        Permits::of(&permits)
    }
}

impl From<Permits> for Vec<Permit> {
    fn from(permits: Permits) -> Vec<Permit> {
        permits.iter().collect()
    }
}

/// A set is kept as the JSON list of its names; names that this release does not know are passed over.
impl kernel::Field for Permits {
    const COLUMN: &'static str = "text";

    fn to_value(&self) -> kernel::Value {
        let names: Vec<&str> = self.iter().map(Permit::name).collect();
        kernel::Value::Text(serde_json::Value::from(names).to_string())
    }

    fn from_value(value: kernel::Value) -> kernel::Result<Self> {
        let text = String::from_value(value)?;
        let names: Vec<String> =
            serde_json::from_str(&text).map_err(|e| kernel::Error::fault(format!("{text:?} lists no points: {e}")))?;
        Ok(names.iter().filter_map(|name| Permit::parse(name)).collect())
    }

    fn shown(&self) -> serde_json::Value {
        self.iter().map(Permit::name).collect()
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permit::name)).finish()
    }
}
