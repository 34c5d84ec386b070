//! What comes next for a run: the steps of its page with what stands in their way (R-SCR-001, R-SCR-006).

use engine::next::{NextActions, Step};
use engine::{Cx, Need, Permit, Query, get};
use kernel::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::close::UnderWay;
use super::steps::{STEPS, Sight};
use super::{RUN_NOT_FOUND, Run, RunNo};

/// The steps of a run, with what stands in their way and who can take them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunNextActions {
    pub run_no: RunNo,
}

impl Query for RunNextActions {
    type Output = NextActions;
    const NAME: &'static str = "run.next_actions";
    const ROUTE: engine::Route = get("/runs/{runNo}/next-actions");
    const PERMIT: Need = Need::Any(&[Permit::RunRead, Permit::ExecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<NextActions> {
        let Some(run) = Run::seen(cx, &self.run_no)? else {
            return Err(RUN_NOT_FOUND.with("run", &self.run_no).into());
        };
        let Some(frozen) = plant::snapshot::FrozenRoute::get(cx, run.route_version_id)? else {
            return Err(Error::fault(format!("{} has no frozen version", run.run_no)));
        };
        let sight = Sight { under_way: UnderWay::of(cx, &run)?, run, frozen };
        let steps: Result<Vec<Step>> = STEPS.iter().map(|step| (step.of)(cx, &sight)).collect();
        Ok(NextActions::of("run", &sight.run.run_no, steps?))
    }
}
