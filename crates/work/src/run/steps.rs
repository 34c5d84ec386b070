//! The steps of a run's page. Readiness, loading, first article and OQC have a place each, filled by the slices that know them.

use std::sync::Arc;

use engine::next::{Action, Asking, Blocker, Step, StepStatus, Summary};
use engine::{Cx, GatePoint, Need};
use kernel::{Error, Refusal, Result};
use plant::route::UnitCreation;
use plant::snapshot::FrozenRoute;
use serde_json::json;

use super::authorize::Authorization;
use super::close::UnderWay;
use super::holds::Hold;
use super::{
    AuthorizeAction, AuthorizeRun, CancelRun, CloseRun, HoldKind, HoldRun, RUN_ON_HOLD, ResumeRun, Run, RunNo,
    RunStatus,
};
use crate::asking::{in_path, in_question};
use crate::unit::delete_all::DeleteUnits;
use crate::unit::generate::{GENERATE_MAX, GenerateUnits};
use crate::unit::import::ImportUnits;

/// A run with what its steps look at.
pub struct Sight {
    pub run: Run,
    pub frozen: Arc<FrozenRoute>,
    pub under_way: UnderWay,
}

/// One step of the way.
pub struct StepDef {
    pub key: &'static str,
    pub of: fn(&Cx<'_>, &Sight) -> Result<Step>,
}

/// The way of a run, in its order.
pub static STEPS: &[StepDef] = &[
    StepDef { key: "readiness", of: |cx, run| elsewhere(cx, run, "readiness", &READINESS) },
    StepDef { key: "loading", of: |cx, run| elsewhere(cx, run, "loading", &LOADING) },
    StepDef { key: "fai", of: |cx, run| elsewhere(cx, run, "fai", &FAI) },
    StepDef { key: "authorize", of: authorize },
    StepDef { key: "execute", of: execute },
    StepDef { key: "close", of: close },
    StepDef { key: "oqc", of: |cx, run| elsewhere(cx, run, "oqc", &OQC) },
];

/// A slice fills its step by a gate here: its evidence is the [`Step`], and it refuses nothing.
pub static READINESS: GatePoint<Sight> = GatePoint::new("run.step.readiness");
/// As [`READINESS`], for loading.
pub static LOADING: GatePoint<Sight> = GatePoint::new("run.step.loading");
/// As [`READINESS`], for the first article.
pub static FAI: GatePoint<Sight> = GatePoint::new("run.step.fai");
/// As [`READINESS`], for OQC and MRB.
pub static OQC: GatePoint<Sight> = GatePoint::new("run.step.oqc");

/// The step as its slice tells it, or skipped where no slice does.
fn elsewhere(cx: &Cx<'_>, sight: &Sight, key: &str, point: &GatePoint<Sight>) -> Result<Step> {
    let Some(gate) = cx.registry().gates_at(point).next() else {
        return Ok(Step::new(key, StepStatus::Skipped, Summary::of("next-run-not-configured")));
    };
    let told = gate(cx, sight)?.evidence.into_iter().next();
    let step = told.ok_or_else(|| Error::fault(format!("the gate of step {key} gives no step")))?;
    serde_json::from_value(step).map_err(|e| Error::fault(format!("step {key}: {e}")))
}

/// Where a blocker of a run is dealt with.
fn link(run: &Run, refusal: &Refusal) -> Option<String> {
    let no = in_path(&run.run_no);
    let code = refusal.def.code;
    match code {
        "RUN_UNITS_NOT_TERMINAL" | "RUN_HAS_NO_UNITS" | "RUN_SHORT_OF_PLAN" => {
            Some(format!("/mes/runs/{no}?tab=units"))
        }
        "READINESS_CHECK_FAILED" => Some(format!("/mes/runs/{no}?step=readiness")),
        "FAI_NOT_PASSED" | "FAI_NOT_SIGNED" => Some(format!("/mes/runs/{no}?step=fai")),
        "OQC_REQUIRED" => Some(format!("/mes/runs/{no}?step=oqc")),
        _ if code.starts_with("ROUTE_") => {
            refusal.params.get("route").and_then(|r| r.as_str()).map(|route| format!("/mes/routes/{}", in_path(route)))
        }
        _ => None,
    }
}

fn blockers(run: &Run, refusals: &[Refusal]) -> Vec<Blocker> {
    refusals.iter().map(|r| Blocker::of(r, link(run, r))).collect()
}

/// Ask for the authorization or its end under the permit of that action; the reason is the dialog's question.
fn asking_authorize(cx: &Cx<'_>, run: &Run, action: AuthorizeAction) -> Result<Asking> {
    let reason = match action {
        AuthorizeAction::Authorize => None,
        AuthorizeAction::Revoke => Some(in_question()?),
    };
    let command = AuthorizeRun { run_no: run.run_no.clone(), action, reason };
    let refused =
        cx.ask_all(&command)?.into_iter().filter(|r| r.def.code != engine::refusals::FORBIDDEN.code).collect();
    let need = Need::Any(AuthorizeRun::permit(action));
    Ok(Asking::under(cx, "run.authorize", need, refused, json!({ "runNo": run.run_no, "action": action })))
}

fn asking_cancel(cx: &Cx<'_>, run_no: &RunNo) -> Result<Action> {
    let command = CancelRun { run_no: run_no.clone(), reason: None };
    Ok(Asking::of(cx, &command, json!({ "runNo": run_no }))?.action)
}

fn authorize(cx: &Cx<'_>, Sight { run, .. }: &Sight) -> Result<Step> {
    match run.status {
        RunStatus::Cancelled => {
            return Ok(Step::new("authorize", StepStatus::Skipped, Summary::of("next-run-cancelled")));
        }
        RunStatus::Prep => {}
        _ => {
            let given = Authorization::of_run(cx, run.id)?.into_iter().find(|a| a.action == AuthorizeAction::Authorize);
            let summary = match given {
                Some(a) => Summary::of("next-run-authorized").with("by", a.by_name).with("at", a.at),
                None => Summary::of("next-run-authorized-before"),
            };
            let done = Step::new("authorize", StepStatus::Done, summary);
            if run.status != RunStatus::Authorized {
                return Ok(done);
            }
            let revoke =
                asking_authorize(cx, run, AuthorizeAction::Revoke)?.action.called("word-AuthorizeAction-REVOKE");
            return Ok(done.action(revoke).action(asking_cancel(cx, &run.run_no)?));
        }
    }
    let asking = asking_authorize(cx, run, AuthorizeAction::Authorize)?;
    let (status, key) = match asking.blockers.is_empty() {
        true => (StepStatus::Current, "next-run-authorize"),
        false => (StepStatus::Blocked, "next-run-authorize-blocked"),
    };
    let summary = Summary::of(key).with("count", asking.blockers.len());
    let step = Step::new("authorize", status, summary).blocked_by(blockers(run, &asking.blockers));
    let primary = asking.primary().called("word-AuthorizeAction-AUTHORIZE");
    Ok(step.action(primary).action(asking_cancel(cx, &run.run_no)?))
}

fn execute(cx: &Cx<'_>, Sight { run, under_way, .. }: &Sight) -> Result<Step> {
    let summary = |key: &str| {
        let facts = Summary::of(key).with("plan", run.plan_qty).with("units", run.qty_units).with("done", run.qty_done);
        facts.with("scrap", run.qty_scrapped).with("failed", under_way.failed).with("held", under_way.held)
    };
    let prefill = json!({ "runNo": run.run_no });
    let all_finished = run.qty_units >= run.plan_qty && run.finished() == run.qty_units;
    let (status, key) = match run.status {
        RunStatus::Prep => (StepStatus::Waiting, "next-run-execute-wait"),
        RunStatus::Cancelled => (StepStatus::Skipped, "next-run-cancelled"),
        RunStatus::OnHold => (StepStatus::Blocked, "next-run-held"),
        status if status.is_terminal() || all_finished => (StepStatus::Done, "next-run-executed"),
        _ if run.qty_units == 0 => (StepStatus::Current, "next-run-no-units"),
        _ if under_way.failed > 0 => (StepStatus::Current, "next-run-executing-failed"),
        _ => (StepStatus::Current, "next-run-executing"),
    };
    let mut step = Step::new("execute", status, summary(key));
    if run.status == RunStatus::OnHold {
        let open = Hold::open(cx, run.id)?;
        step = step.blocked_by(open.iter().map(|hold| held_by(run, hold)));
        let command = ResumeRun { run_no: run.run_no.clone(), reason: in_question()? };
        return Ok(step.action(Asking::of(cx, &command, prefill)?.primary()));
    }
    for action in of_units(cx, run)? {
        step = step.action(action);
    }
    if matches!(run.status, RunStatus::Authorized | RunStatus::InProgress) {
        let command = HoldRun { run_no: run.run_no.clone(), reason: in_question()? };
        step = step.action(Asking::of(cx, &command, prefill)?.action);
    }
    Ok(step)
}

/// What can be done about the boards as a whole: made or taken over while the plan has room, taken away while none was begun.
fn of_units(cx: &Cx<'_>, run: &Run) -> Result<Vec<Action>> {
    let mut actions = Vec::new();
    let remaining = run.plan_qty - run.qty_units;
    if run.status.is_terminal() {
        return Ok(actions);
    }
    if remaining > 0 {
        let one = GenerateUnits { run_no: run.run_no.clone(), quantity: 1, sn_prefix: None };
        let asked = Asking::of(cx, &one, json!({ "runNo": run.run_no, "quantity": remaining.min(GENERATE_MAX) }))?;
        let is_next = run.qty_units == 0 && run.status != RunStatus::Prep;
        let needed = is_next && run.unit_creation == UnitCreation::PreGenerated;
        actions.push(if needed { asked.primary() } else { asked.action });
        // The same guards, asked again with the serials of the form.
        actions.push(Asking::offer::<ImportUnits>(cx, asked.blockers, json!({ "runNo": run.run_no })).action);
    }
    if run.qty_units > 0 && run.qty_started == 0 {
        let all = DeleteUnits { run_no: run.run_no.clone() };
        actions.push(Asking::of(cx, &all, json!({ "runNo": run.run_no }))?.action);
    }
    Ok(actions)
}

/// An open hold as a blocker: who held it and where it ends.
fn held_by(run: &Run, hold: &Hold) -> Blocker {
    let mut blocker = Blocker::of(&RUN_ON_HOLD.with("run", &run.run_no), None);
    blocker.params.insert("kind".into(), hold.kind.word().into());
    blocker.params.insert("reason".into(), hold.reason.as_str().into());
    blocker.params.insert("by".into(), hold.by_name.as_str().into());
    if let Some(source) = &hold.source_no {
        blocker.params.insert("sourceNo".into(), source.as_str().into());
        blocker.link = match hold.kind {
            HoldKind::Oqc => Some(format!("/mes/oqc/{}", in_path(source))),
            HoldKind::Fqc => Some(format!("/mes/fqc/{}", in_path(source))),
            HoldKind::Ipqc => Some(format!("/mes/ipqc/{}", in_path(source))),
            HoldKind::Manual | HoldKind::Alarm => None,
        };
    }
    blocker
}

fn close(cx: &Cx<'_>, Sight { run, under_way, .. }: &Sight) -> Result<Step> {
    let summary = |key: &str| {
        let facts =
            Summary::of(key).with("good", run.qty_done).with("scrap", run.qty_scrapped).with("plan", run.plan_qty);
        let open = run.qty_units - run.finished();
        facts
            .with("open", open)
            .with("queued", under_way.queued)
            .with("failed", under_way.failed)
            .with("held", under_way.held)
    };
    match run.status {
        RunStatus::Prep => return Ok(Step::new("close", StepStatus::Waiting, summary("next-run-close-wait"))),
        RunStatus::Cancelled => return Ok(Step::new("close", StepStatus::Skipped, summary("next-run-cancelled"))),
        status if status.is_terminal() => return Ok(Step::new("close", StepStatus::Done, summary("next-run-closed"))),
        _ => {}
    }
    let command = CloseRun { run_no: run.run_no.clone(), accept_short: false, reason: None };
    let asking = Asking::of(cx, &command, json!({ "runNo": run.run_no }))?;
    let under_way = run.status == RunStatus::OnHold || run.qty_units == 0 || run.finished() < run.qty_units;
    let (status, key) = match (under_way, asking.blockers.is_empty()) {
        (true, _) => (StepStatus::Waiting, "next-run-close-units"),
        (false, true) => (StepStatus::Current, "next-run-close"),
        (false, false) => (StepStatus::Blocked, "next-run-close-blocked"),
    };
    let step = Step::new("close", status, summary(key)).blocked_by(blockers(run, &asking.blockers));
    Ok(step.action(asking.primary()))
}
