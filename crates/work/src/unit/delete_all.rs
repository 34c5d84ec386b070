//! Deleting the units of a run before any of them was worked on.

use engine::refusals::LINE_FORBIDDEN;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, delete, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::UNITS_CANNOT_BE_DELETED;
use super::remove::remove_queued;
use crate::run::{RUN_IN_TERMINAL_STATUS, RUN_NOT_FOUND, Run, RunNo};

/// Delete all units of a run; not one if any was worked on or is held (R-CORE-118). Their serials are free again, their
/// numbers are not.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteUnits {
    pub run_no: RunNo,
}

/// How many there were.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    pub deleted: i64,
}

impl Command for DeleteUnits {
    type Loaded = Run;
    type Output = Deleted;
    const NAME: &'static str = "unit.delete_all";
    const ROUTE: Route = delete("/runs/{runNo}/units");
    const PERMIT: Need = Need::Any(&[Permit::UnitCreate, Permit::RunAuthorize]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Run> {
        let run = ask.need(Run::find(cx, &self.run_no)?, || RUN_NOT_FOUND.with("run", &self.run_no))?;
        ask.that(cx.reaches_line(Some(run.line_id.number())), || LINE_FORBIDDEN.with("line", line_of(cx, &run)))?;
        let over = run.status.is_terminal();
        ask.that(!over, || RUN_IN_TERMINAL_STATUS.with("run", &run.run_no).with("status", run.status))?;
        let processed = cx.value::<i64>(
            sql!(
                "select cast(count(*) as bigint) from unit
                 where run_id = $1 and (status <> 'QUEUED' or tracks > 0 or holds_open > 0)"
            ),
            p![run.id],
        )?;
        let processed = processed.unwrap_or(0);
        ask.that(processed == 0, || UNITS_CANNOT_BE_DELETED.with("run", &run.run_no).with("processed", processed))?;
        Ok(run)
    }

    fn run(self, run: Run, cx: &mut Cx<'_>) -> Result<Deleted> {
        let keys = run.keys(cx)?;
        cx.happens_at(Some(&keys.line_code), None);
        Ok(Deleted { deleted: remove_queued(cx, &run, keys)? })
    }
}

fn line_of(cx: &Cx<'_>, run: &Run) -> String {
    run.keys(cx).map_or_else(|_| String::new(), |keys| keys.line_code)
}
