//! Change what a line does.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{CHANGE, Line, LineCode, LineView, update};
use crate::ProcessType;

/// Change the process type of a line; refused while runs on it are open (R-CORE-022).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetProcessType {
    pub line_code: LineCode,
    pub process_type: ProcessType,
}

impl Command for SetProcessType {
    type Loaded = Line;
    type Output = LineView;
    const NAME: &'static str = "line.set_process_type";
    const ROUTE: Route = patch("/lines/{lineCode}/process-type");
    const PERMIT: Need = Need::Any(&[Permit::LineConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("line", &self.line_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Line> {
        let line = update::mine(cx, ask, &self.line_code)?;
        if line.process_type != self.process_type {
            ask.gate(cx, &CHANGE, &line)?;
        }
        Ok(line)
    }

    fn run(self, before: Line, cx: &mut Cx<'_>) -> Result<LineView> {
        let mut line = Line { process_type: self.process_type, ..before.clone() };
        update::save(cx, &before, &mut line)?;
        Ok(line.view())
    }
}
