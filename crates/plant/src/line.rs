//! Lines: where runs go.

mod create;
mod delete;
mod get;
mod list;
mod set_process_type;
mod tree;
mod update;

use engine::db::Sql;
use engine::{Cx, GatePoint, LineOf, Registry, row, sql};
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::ProcessType;
use crate::common::{Change, Dependants};

pub use create::CreateLine;
pub use delete::DeleteLine;
pub use get::GetLine;
pub use set_process_type::SetProcessType;
pub use tree::PlantTree;
pub use update::UpdateLine;

kernel::code! {
    /// The code of a line.
    LineCode, max 64, pick "lines";
}

pub use engine::refusals::LINE_NOT_FOUND;

kernel::refusals! {
    /// Line is deactivated
    LINE_INACTIVE: Conflict (line);
    /// Line code taken (case-insensitive)
    LINE_CODE_DUPLICATE: Conflict (line);
    /// Line still referenced, cannot delete
    LINE_HAS_DEPENDENCIES: Conflict (line, counts);
    /// Line has non-terminal runs
    LINE_IN_USE: Conflict (line, runs);
}

engine::events! {
    /// A line was created, edited, activated, deactivated or deleted
    LineChanged = "LINE_CHANGED" { line_id: LineOf, line_code: String, change: Change, fields: Vec<String> }
}

/// Asked before a line is deactivated, gets another process type or goes away (R-CORE-022).
///
/// Whoever keeps runs refuses with `LINE_IN_USE` while some are open, and gives how many name the line at all as evidence:
/// `{"runs": 12}`.
pub static CHANGE: GatePoint<Line> = GatePoint::new("line.change");

/// Words that paths use where a line's code could stand.
const RESERVED: [&str; 1] = ["tree"];

row! {
    table "line" called("line", code) quiet { code_key };
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

/// A line as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    pub code: String,
    pub name: String,
    pub process_type: ProcessType,
    pub is_active: bool,
    pub timezone: Option<String>,
    pub meta: Option<Json>,
    pub version: i64,
}

impl Line {
    /// The line of a code, whatever its case; a change of it waits until the caller is done.
    pub fn find(cx: &Cx<'_>, code: &LineCode) -> Result<Option<Line>> {
        cx.one(
            sql!("select id, code, code_key, name, process_type, is_active, timezone, meta, version from line where code_key = $1 for share"),
            p![code.key()],
        )
    }

    /// The line of a code for a command that changes it.
    pub fn to_change(cx: &Cx<'_>, code: &LineCode) -> Result<Option<Line>> {
        cx.one(
            sql!("select id, code, code_key, name, process_type, is_active, timezone, meta, version from line where code_key = $1 for update"),
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

    /// What names the line for ever: a line with any of it keeps its code and is not deleted (R-CORE-020, R-CORE-021).
    pub fn dependants(&self, cx: &Cx<'_>) -> Result<Dependants> {
        let own: [(&'static str, &'static Sql); 3] = [
            ("stations", sql!("select cast(count(*) as bigint) from station where line_id = $1")),
            ("shifts", sql!("select cast(count(*) as bigint) from shift where line_id = $1")),
            ("users", sql!("select cast(count(*) as bigint) from principal_line where line_id = $1")),
        ];
        Dependants::of(cx, &own, &CHANGE, self.id, self)
    }

    fn view(&self) -> LineView {
        LineView {
            code: self.code.to_string(),
            name: self.name.clone(),
            process_type: self.process_type,
            is_active: self.is_active,
            timezone: self.timezone.clone(),
            meta: self.meta.clone(),
            version: self.version,
        }
    }

    fn changed(&self, change: Change, fields: Vec<String>) -> LineChanged {
        LineChanged { line_id: LineOf(Some(self.id.number())), line_code: self.code.to_string(), change, fields }
    }
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateLine>().command::<UpdateLine>().command::<SetProcessType>().command::<DeleteLine>();
    registry.query::<GetLine>().query::<PlantTree>().list(&list::LINES);
}
