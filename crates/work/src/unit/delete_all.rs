//! Deleting the units of a run before any of them was worked on.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, delete, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::UNITS_CANNOT_BE_DELETED;
use super::remove::remove_untouched;
use crate::run::{Run, RunNo};

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
        let run = Run::asked(cx, ask, &self.run_no)?;
        ask.that(!run.status.is_terminal(), || run.is_over())?;
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
        let keys = run.at_work(cx)?;
        Ok(Deleted { deleted: remove_untouched(cx, &run, keys, "DELETED")? })
    }
}
