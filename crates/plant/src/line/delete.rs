//! Delete a line that nothing names.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{LINE_HAS_DEPENDENCIES, Line, LineCode, update};
use crate::common::Change;

/// Delete a line; with anything that names it, it is deactivated instead (R-CORE-021).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteLine {
    pub line_code: LineCode,
}

impl Command for DeleteLine {
    type Loaded = Line;
    type Output = Done;
    const NAME: &'static str = "line.delete";
    const ROUTE: Route = delete("/lines/{lineCode}");
    const PERMIT: Need = Need::Any(&[Permit::LineConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("line", &self.line_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Line> {
        let line = update::mine(cx, ask, &self.line_code)?;
        let dependants = line.dependants(cx)?;
        ask.that(dependants.is_none(), || dependants.refusal(LINE_HAS_DEPENDENCIES, "line", line.code.as_str()))?;
        for refusal in dependants.refusals {
            ask.part(Err(refusal.into()))?;
        }
        Ok(line)
    }

    fn run(self, line: Line, cx: &mut Cx<'_>) -> Result<Done> {
        cx.remove(&line)?;
        cx.emit(line.changed(Change::Deactivated, vec![]))?;
        Ok(Done::OK)
    }
}
