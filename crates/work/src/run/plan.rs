//! Plan: a run in preparation moves to another line or another time; an authorized one only to another time.

use engine::{Ask, Command, Cx, Entity, Need, Permit, given, post};
use kernel::{Error, Instant, Reason, Result};
use plant::line::{Line, LineCode};
use plant::snapshot::FrozenRoute;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::create::dispatched_here;
use super::{Run, RunAnswer, RunNo, RunPlanned, RunStatus};
use crate::work_order::fit::{can_build, inactive, line_named, process_fits};

/// Plan a run anew.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanRun {
    pub run_no: RunNo,
    /// Only while the run is in preparation.
    pub line_code: Option<LineCode>,
    /// `null` takes the planned start away.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Instant>")]
    pub planned_start_at: Option<Option<Instant>>,
    pub reason: Reason,
}

pub struct Planning {
    run: Run,
    from: Line,
    to: Option<Line>,
}

impl Command for PlanRun {
    type Loaded = Planning;
    type Output = RunAnswer;
    const NAME: &'static str = "run.plan";
    const ROUTE: engine::Route = post("/runs/{runNo}/plan");
    const PERMIT: Need = Need::Any(&[Permit::RunCreate]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Planning> {
        let (order, run) = Run::asked_with_order(cx, ask, &self.run_no)?;
        let allowed: &[RunStatus] = match &self.line_code {
            Some(_) => &[RunStatus::Prep],
            None => &[RunStatus::Prep, RunStatus::Authorized],
        };
        ask.that(allowed.contains(&run.status), || run.wrong_status(allowed))?;
        let from = Line::get(cx, run.line_id)?.ok_or_else(|| Error::fault(format!("{} has no line", run.run_no)))?;
        let to = match &self.line_code {
            Some(code) => Some(ask.try_for(line_named(cx, code))?).flatten(),
            None => None,
        };
        if let Some(line) = &to {
            let frozen = FrozenRoute::get(cx, run.route_version_id)?;
            let frozen = frozen.ok_or_else(|| Error::fault(format!("{} has no frozen version", run.run_no)))?;
            ask.that(line.is_active, || inactive(line))?;
            ask.part(dispatched_here(cx, &order, line))?;
            ask.part(process_fits(line, &frozen))?;
            ask.part(can_build(cx, line, &frozen))?;
        }
        Ok(Planning { run, from, to })
    }

    fn run(self, Planning { run: before, from, to }: Planning, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let mut run = before.clone();
        let line = to.unwrap_or_else(|| from.clone());
        run.line_id = line.id;
        run.planned_start_at = self.planned_start_at.unwrap_or(before.planned_start_at);
        cx.because(&self.reason);
        let changed = cx.save(&before, &mut run)?;
        let keys = run.at_work(cx)?;
        if changed {
            cx.emit(RunPlanned {
                line_id: run.line_of(),
                line_code: keys.line_code.clone(),
                wo_no: keys.wo_no.clone(),
                run_no: run.run_no.to_string(),
                product_code: keys.product_code.clone(),
                from: json!({ "lineCode": from.code, "plannedStartAt": before.planned_start_at }),
                to: json!({ "lineCode": line.code, "plannedStartAt": run.planned_start_at }),
                reason: self.reason.to_string(),
            })?;
        }
        Ok(RunAnswer::of(&run, keys))
    }
}
