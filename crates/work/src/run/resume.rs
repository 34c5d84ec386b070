//! Resume: a person ends the holds that people and alarms made; inspections end theirs (R-CORE-105).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Reason, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::holds::Hold;
use super::{HoldKind, Run, RunAnswer, RunNo, RunStatus};

kernel::refusals! {
    /// Resume or MRB on a run that is not on hold
    RUN_NOT_ON_HOLD: Conflict (run, status);
    /// OQC or FQC hold can only end by MRB
    RUN_HOLD_REQUIRES_MRB: Conflict (run, kind, source);
    /// Run held by IPQC: resume through the inspection (ipqcNo)
    RUN_HOLD_REQUIRES_IPQC: Conflict (run, ipqcNo);
}

/// End the MANUAL and ALARM holds of a run; it is again what it was before.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResumeRun {
    pub run_no: RunNo,
    pub reason: Reason,
}

impl Command for ResumeRun {
    type Loaded = Run;
    type Output = RunAnswer;
    const NAME: &'static str = "run.resume";
    const ROUTE: engine::Route = post("/runs/{runNo}/resume");
    const PERMIT: Need = Need::Any(&[Permit::RunHold]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Run> {
        let run = Run::asked(cx, ask, &self.run_no)?;
        ask.that(run.status == RunStatus::OnHold, || {
            RUN_NOT_ON_HOLD.with("run", &run.run_no).with("status", run.status)
        })?;
        let open = Hold::open(cx, run.id)?;
        let of = |kinds: &[HoldKind]| open.iter().find(|h| kinds.contains(&h.kind));
        if let Some(hold) = of(&[HoldKind::Oqc, HoldKind::Fqc]) {
            let refusal = RUN_HOLD_REQUIRES_MRB.with("run", &run.run_no).with("kind", hold.kind);
            ask.that(false, refusal.with("source", &hold.source_no))?;
        }
        if let Some(hold) = of(&[HoldKind::Ipqc]) {
            ask.that(false, RUN_HOLD_REQUIRES_IPQC.with("run", &run.run_no).with("ipqcNo", &hold.source_no))?;
        }
        Ok(run)
    }

    fn run(self, run: Run, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let keys = run.at_work(cx)?;
        cx.because(&self.reason);
        let resumed = run.end_holds(cx, &[HoldKind::Manual, HoldKind::Alarm], None, self.reason.as_str())?;
        Ok(RunAnswer::of(&resumed, keys))
    }
}
