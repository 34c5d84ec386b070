//! Cancel: a run that produced nothing goes away with its waiting units (R-CORE-109).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post, sql};
use kernel::{Reason, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Run, RunAnswer, RunCancelled, RunNo, RunStatus};
use crate::unit::remove::remove_untouched;
use crate::work_order::WorkOrder;

kernel::refusals! {
    /// Cancel after execution
    RUN_HAS_TRACKS: Conflict (run, count);
}

/// Cancel a run; only boards scrapped in the first-article trial may have been in a station. Cancelling it again changes nothing.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelRun {
    pub run_no: RunNo,
    pub reason: Option<Reason>,
}

const CANCELLABLE: [RunStatus; 2] = [RunStatus::Prep, RunStatus::Authorized];

impl Command for CancelRun {
    type Loaded = (WorkOrder, Run);
    type Output = RunAnswer;
    const NAME: &'static str = "run.cancel";
    const ROUTE: engine::Route = post("/runs/{runNo}/cancel");
    const PERMIT: Need = Need::Any(&[Permit::RunCancel]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let (order, run) = Run::asked_with_order(cx, ask, &self.run_no)?;
        if run.status == RunStatus::Cancelled {
            return Ok((order, run));
        }
        ask.that(!run.status.is_terminal(), || run.is_over())?;
        // Before a run starts only trials track boards in, so a tracked board that is scrapped was scrapped in a trial.
        let worked: Option<i64> = cx.value(
            sql!(
                "select cast(count(*) as bigint) from unit where run_id = $1 and tracks > 0
                     and (status <> 'SCRAPPED' or $2 = 0)"
            ),
            p![run.id, CANCELLABLE.contains(&run.status)],
        )?;
        let worked = worked.unwrap_or(0);
        ask.that(worked == 0, || RUN_HAS_TRACKS.with("run", &run.run_no).with("count", worked))?;
        ask.that(CANCELLABLE.contains(&run.status) || run.status.is_terminal(), || run.wrong_status(&CANCELLABLE))?;
        Ok((order, run))
    }

    fn run(self, (order, run): Self::Loaded, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let keys = run.at_work(cx)?;
        if run.status == RunStatus::Cancelled {
            return Ok(RunAnswer::of(&run, keys));
        }
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let mut cancelled = run.clone();
        cancelled.status = run.status.to(RunStatus::Cancelled)?;
        cancelled.ended_at = Some(cx.now);
        cx.save(&run, &mut cancelled)?;
        let mut less = order.clone();
        less.runs_open -= 1;
        if cancelled.parent_run_id.is_none() {
            less.qty_allocated -= cancelled.plan_qty;
        }
        cx.save(&order, &mut less)?;
        remove_untouched(cx, &cancelled, keys.clone(), "CANCELLED")?;
        cx.emit(RunCancelled {
            line_id: cancelled.line_of(),
            line_code: keys.line_code.clone(),
            wo_no: keys.wo_no.clone(),
            run_no: cancelled.run_no.to_string(),
            product_code: keys.product_code.clone(),
            reason: self.reason.as_ref().map(ToString::to_string),
        })?;
        Ok(RunAnswer::of(&cancelled, keys))
    }
}
