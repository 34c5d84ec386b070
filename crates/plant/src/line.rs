//! Lines: where runs go.

use engine::{Cx, row, sql};
use kernel::{Id, Result, p};
use serde_json::Value as Json;

use crate::ProcessType;

kernel::code! {
    /// The code of a line.
    LineCode, max 64, pick "lines";
}

kernel::refusals! {
    /// No such line
    LINE_NOT_FOUND: NotFound (line);
    /// Line is deactivated
    LINE_INACTIVE: Conflict (line);
}

row! {
    table "line";
    /// A line.
    pub struct Line {
        pub id: Id<Line>,
        pub code: LineCode,
        pub code_key: String,
        pub name: String,
        pub process_type: ProcessType,
        pub is_active: bool,
        pub timezone: Option<String>,
        pub meta: Option<Json>,
        pub version: i64,
    }
}

impl Line {
    /// The line of a code, whatever its case.
    pub fn find(cx: &Cx<'_>, code: &LineCode) -> Result<Option<Line>> {
        cx.one(
            sql!("select id, code, code_key, name, process_type, is_active, timezone, meta, version from line where code_key = $1 for share"),
            p![code.key()],
        )
    }

    /// The line of an id.
    pub fn get(cx: &Cx<'_>, id: Id<Line>) -> Result<Option<Line>> {
        cx.one(
            sql!("select id, code, code_key, name, process_type, is_active, timezone, meta, version from line where id = $1"),
            p![id],
        )
    }
}
