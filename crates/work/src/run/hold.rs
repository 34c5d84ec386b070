//! Hold: somebody stops a run; open tracks may close, nothing starts (R-CORE-105).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Reason, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{HoldKind, Run, RunAnswer, RunNo, RunStatus};

/// Put a run on hold.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldRun {
    pub run_no: RunNo,
    pub reason: Reason,
}

/// The states in which a run can be held.
pub(super) const HOLDABLE: [RunStatus; 2] = [RunStatus::Authorized, RunStatus::InProgress];

impl Command for HoldRun {
    type Loaded = Run;
    type Output = RunAnswer;
    const NAME: &'static str = "run.hold";
    const ROUTE: engine::Route = post("/runs/{runNo}/hold");
    const PERMIT: Need = Need::Any(&[Permit::RunHold]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Run> {
        let run = Run::asked(cx, ask, &self.run_no)?;
        ask.that(HOLDABLE.contains(&run.status), || run.wrong_status(&HOLDABLE))?;
        Ok(run)
    }

    fn run(self, run: Run, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let keys = run.at_work(cx)?;
        cx.because(&self.reason);
        let held = run.hold(cx, HoldKind::Manual, None, self.reason.as_str())?;
        Ok(RunAnswer::of(&held, keys))
    }
}
