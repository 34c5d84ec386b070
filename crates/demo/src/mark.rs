//! The mark of a database that is no plant's: a demo or an acceptance run may play in it, and nowhere else.

use engine::{Cx, Need, Query, Route, get, sql};
use kernel::{Error, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::words! {
    /// What a database that is no plant's is there for.
    pub enum Mark { Demo = "DEMO", Acceptance = "ACCEPTANCE" }
}

/// The counter that holds the mark.
const COUNTER: &str = "demo.mark";

impl Mark {
    const fn number(self) -> i64 {
        match self {
            Mark::Demo => 1,
            Mark::Acceptance => 2,
        }
    }
}

/// What the database is marked as; none: it is, or may become, a plant's.
pub fn marked(cx: &Cx<'_>) -> Result<Option<Mark>> {
    let number: Option<i64> = cx.value(sql!("select value from counter where name = $1"), p![*COUNTER])?;
    Ok(match number {
        None => None,
        Some(1) => Some(Mark::Demo),
        Some(_) => Some(Mark::Acceptance),
    })
}

/// Why a database is left alone.
pub const NOT_OURS: &str =
    "this database has people or lines and is not marked as a demo: it may be a plant's. A demo needs one of its own";

/// Whether a demo may play in the database: it is marked, or nobody has worked in it yet.
pub fn is_free(cx: &Cx<'_>) -> Result<bool> {
    if marked(cx)?.is_some() {
        return Ok(true);
    }
    let used = cx.exists(sql!("select id from principal where kind = 'USER' limit 1"), [])?
        || cx.exists(sql!("select id from line limit 1"), [])?;
    Ok(!used)
}

/// Mark a database in which nobody has worked yet, and say so in the audit trail; a marked one keeps its mark. One that is
/// not free stays as it is: that is an error.
pub fn mark(cx: &mut Cx<'_>, wanted: Mark) -> Result<Mark> {
    if let Some(found) = marked(cx)? {
        return Ok(found);
    }
    if !is_free(cx)? {
        return Err(Error::fault(NOT_OURS));
    }
    cx.run(sql!("insert into counter (name, value) values ($1, $2)"), p![*COUNTER, wanted.number()])?;
    cx.about("demo", wanted.word());
    cx.record("DEMO_SEED")?;
    Ok(wanted)
}

/// What the database is there for: acceptance asks before it plays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMark {}

/// The mark; absent on a plant's database.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Marked {
    pub mark: Option<Mark>,
}

impl Query for GetMark {
    type Output = Marked;
    const NAME: &'static str = "system.demo";
    const ROUTE: Route = get("/system/demo");
    const PERMIT: Need = Need::Session;

    fn ask(self, cx: &Cx<'_>) -> Result<Marked> {
        Ok(Marked { mark: marked(cx)? })
    }
}
