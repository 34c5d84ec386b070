//! Close: all boards are finished, and the run ends with what became of them (R-CORE-107).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post, sql};
use kernel::{Reason, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CLOSE, Run, RunAnswer, RunFinished, RunNo, RunStatus};
use crate::work_order::{WorkOrder, reason_for_short};

kernel::refusals! {
    /// Close from a wrong status
    RUN_NOT_CLOSABLE: Conflict (run, status);
    /// Close without units
    RUN_HAS_NO_UNITS: Conflict (run);
    /// Units not DONE/SCRAPPED (counts)
    RUN_UNITS_NOT_TERMINAL: Conflict (run, count, counts, queued, inside, failed, held);
    /// Finished units below planQty; needs acceptShort and reason
    RUN_SHORT_OF_PLAN: Conflict (run, plan, finished, missing);
}

/// Close a run. Closing a finished run changes nothing.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloseRun {
    pub run_no: RunNo,
    /// Fewer finished boards than planned are accepted; needs a reason.
    #[serde(default)]
    pub accept_short: bool,
    pub reason: Option<Reason>,
}

/// Boards of a run that are under way.
#[derive(Serialize, JsonSchema)]
pub struct UnderWay {
    pub queued: i64,
    pub inside: i64,
    pub failed: i64,
    pub held: i64,
}

impl UnderWay {
    /// What waits and what is inside from the counters of the steps; the rest from the run's own: a board held after its last
    /// step stands at no step.
    pub fn of(cx: &Cx<'_>, run: &Run) -> Result<UnderWay> {
        let found: Option<(i64, i64)> = cx.one(
            sql!(
                "select cast(coalesce(sum(qty_waiting), 0) as bigint), cast(coalesce(sum(qty_inside), 0) as bigint)
                 from run_step where run_id = $1"
            ),
            p![run.id],
        )?;
        let (queued, inside) = found.unwrap_or_default();
        Ok(UnderWay { queued, inside, failed: run.qty_failed, held: run.qty_held })
    }
}

impl Run {
    /// Boards that are done or scrapped.
    pub const fn finished(&self) -> i64 {
        self.qty_done + self.qty_scrapped
    }

    /// IN_PROGRESS, or AUTHORIZED with every board finished in the first-article trial.
    fn is_closable(&self) -> bool {
        let all_in_trial = self.qty_units > 0 && self.finished() == self.qty_units;
        self.status == RunStatus::InProgress || self.status == RunStatus::Authorized && all_in_trial
    }
}

impl Command for CloseRun {
    type Loaded = (WorkOrder, Run);
    type Output = RunAnswer;
    const NAME: &'static str = "run.close";
    const ROUTE: engine::Route = post("/runs/{runNo}/close");
    const PERMIT: Need = Need::Any(&[Permit::RunClose]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        ask.part(reason_for_short(self.accept_short, self.reason.as_ref()))?;
        let (order, run) = Run::asked_with_order(cx, ask, &self.run_no)?;
        if run.status.is_terminal() {
            return Ok((order, run));
        }
        ask.that(run.is_closable(), || RUN_NOT_CLOSABLE.with("run", &run.run_no).with("status", run.status))?;
        ask.that(run.qty_units > 0, || RUN_HAS_NO_UNITS.with("run", &run.run_no))?;
        let (finished, open) = (run.finished(), run.qty_units - run.finished());
        if open > 0 {
            let at = UnderWay::of(cx, &run)?;
            let refusal = RUN_UNITS_NOT_TERMINAL.with("run", &run.run_no).with("count", open).with("counts", &at);
            let refusal = refusal.with("queued", at.queued).with("inside", at.inside);
            ask.that(false, refusal.with("failed", at.failed).with("held", at.held))?;
        }
        ask.that(finished >= run.plan_qty || self.accept_short, || {
            let refusal = RUN_SHORT_OF_PLAN.with("run", &run.run_no).with("plan", run.plan_qty);
            refusal.with("finished", finished).with("missing", run.plan_qty - finished)
        })?;
        ask.gate(cx, &CLOSE, &run)?;
        Ok((order, run))
    }

    fn run(self, (order, run): Self::Loaded, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let keys = run.at_work(cx)?;
        if run.status.is_terminal() {
            return Ok(RunAnswer::of(&run, keys));
        }
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let end = if run.qty_done > 0 { RunStatus::Completed } else { RunStatus::Scrapped };
        let ended = run.finish(cx, order, end)?;
        Ok(RunAnswer::of(&ended, keys))
    }
}

impl Run {
    /// The run ends; its order has one open run less, and a scrapped run gives its boards back to the order (R-CORE-101).
    /// The caller has asked the guards of the end and holds the order's lock.
    pub fn finish(self, cx: &mut Cx<'_>, order: WorkOrder, end: RunStatus) -> Result<Run> {
        let mut ended = self.clone();
        ended.status = self.status.to(end)?;
        ended.previous_status = None;
        ended.ended_at = Some(cx.now);
        cx.save(&self, &mut ended)?;
        let mut less = order.clone();
        less.runs_open -= 1;
        if end == RunStatus::Scrapped && ended.parent_run_id.is_none() {
            less.qty_allocated -= ended.plan_qty;
        }
        cx.save(&order, &mut less)?;
        let keys = ended.keys(cx)?;
        cx.emit(RunFinished {
            line_id: ended.line_of(),
            line_code: keys.line_code,
            wo_no: keys.wo_no,
            run_no: ended.run_no.to_string(),
            product_code: keys.product_code,
            status: end,
            good_qty: ended.qty_done,
            scrap_qty: ended.qty_scrapped,
            x_out_qty: 0,
            rework_qty: 0,
        })?;
        Ok(ended)
    }
}
