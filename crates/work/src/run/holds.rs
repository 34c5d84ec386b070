//! Holds of a run: each has a kind, a reason and an end; the run is ON_HOLD while any is open (R-CORE-105).

use engine::{Cx, row, sql};
use kernel::{Id, Instant, Result, p};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Run, RunHeld, RunHoldEnded, RunStatus};
use crate::track::floor::Floor;

kernel::words! {
    /// Who holds a run.
    pub enum HoldKind { Oqc = "OQC", Fqc = "FQC", Ipqc = "IPQC", Manual = "MANUAL", Alarm = "ALARM" }
}

row! {
    table "run_hold" refs { run_id => "run.run_no" };
    /// A hold of a run.
    pub struct Hold {
        pub id: Id<Hold>,
        pub run_id: Id<Run>,
        pub kind: HoldKind,
        pub source_no: Option<String>,
        pub reason: String,
        pub by_name: String,
        pub at: Instant,
        pub ended_at: Option<Instant>,
        pub ended_by: Option<String>,
        pub end_reason: Option<String>,
    }
}

/// A hold as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldView {
    pub kind: HoldKind,
    pub source_no: Option<String>,
    pub reason: String,
    pub by: String,
    pub at: Instant,
    pub ended_at: Option<Instant>,
    pub ended_by: Option<String>,
    pub end_reason: Option<String>,
}

impl Hold {
    /// The open holds of a run, oldest first.
    pub fn open(cx: &Cx<'_>, run: Id<Run>) -> Result<Vec<Hold>> {
        cx.all(
            sql!(
                "select id, run_id, kind, source_no, reason, by_name, at, ended_at, ended_by, end_reason
                 from run_hold where run_id = $1 and ended_at is null order by id"
            ),
            p![run],
        )
    }

    /// All holds of a run, newest first.
    pub fn of_run(cx: &Cx<'_>, run: Id<Run>) -> Result<Vec<Hold>> {
        cx.all(
            sql!(
                "select id, run_id, kind, source_no, reason, by_name, at, ended_at, ended_by, end_reason
                 from run_hold where run_id = $1 order by id desc limit 100"
            ),
            p![run],
        )
    }

    pub fn view(self) -> HoldView {
        let Hold { kind, source_no, reason, by_name: by, at, ended_at, ended_by, end_reason, .. } = self;
        HoldView { kind, source_no, reason, by, at, ended_at, ended_by, end_reason }
    }
}

impl Run {
    /// Open a hold of a run that is AUTHORIZED, IN_PROGRESS or held already. Guards of the caller have asked for that: a PREP
    /// run is never on hold, and a finished one is out of reach.
    pub fn hold(self, cx: &mut Cx<'_>, kind: HoldKind, source_no: Option<String>, reason: &str) -> Result<Run> {
        let mut held = self.clone();
        if self.status != RunStatus::OnHold {
            held.status = self.status.to(RunStatus::OnHold)?;
            held.previous_status = Some(self.status);
        }
        held.holds_open += 1;
        cx.save(&self, &mut held)?;
        let mut hold = Hold {
            id: Id::of(0),
            run_id: held.id,
            kind,
            source_no,
            reason: reason.to_string(),
            by_name: cx.actor().name.clone(),
            at: cx.now,
            ended_at: None,
            ended_by: None,
            end_reason: None,
        };
        cx.add(&mut hold)?;
        let keys = held.keys(cx)?;
        Floor::hears_of_run(cx, held.route_version_id)?;
        cx.emit(RunHeld {
            line_id: held.line_of(),
            line_code: keys.line_code,
            wo_no: keys.wo_no,
            run_no: held.run_no.to_string(),
            product_code: keys.product_code,
            kind,
            source_no: hold.source_no,
            reason: hold.reason,
            open_holds: held.holds_open,
        })?;
        Ok(held)
    }

    /// End open holds of these kinds (of one source, if given); with the last one the run is again what it was before.
    pub fn end_holds(self, cx: &mut Cx<'_>, kinds: &[HoldKind], source_no: Option<&str>, reason: &str) -> Result<Run> {
        let open = Hold::open(cx, self.id)?;
        let of_source = |hold: &Hold| source_no.is_none_or(|no| hold.source_no.as_deref() == Some(no));
        let ending = open.into_iter().filter(|hold| kinds.contains(&hold.kind) && of_source(hold));
        let mut run = self.clone();
        let mut told = Vec::new();
        for hold in ending {
            let mut ended = hold.clone();
            ended.ended_at = Some(cx.now);
            ended.ended_by = Some(cx.actor().name.clone());
            ended.end_reason = Some(reason.to_string());
            cx.save(&hold, &mut ended)?;
            run.holds_open -= 1;
            told.push((ended.kind, ended.source_no, run.holds_open));
        }
        if run.holds_open == 0 && run.status == RunStatus::OnHold {
            run.status = run.status.to(self.previous_status.unwrap_or(RunStatus::InProgress))?;
            run.previous_status = None;
        }
        cx.save(&self, &mut run)?;
        let keys = run.keys(cx)?;
        for (kind, source_no, open_holds) in told {
            cx.emit(RunHoldEnded {
                line_id: run.line_of(),
                line_code: keys.line_code.clone(),
                wo_no: keys.wo_no.clone(),
                run_no: run.run_no.to_string(),
                product_code: keys.product_code.clone(),
                kind,
                source_no,
                reason: reason.to_string(),
                open_holds,
            })?;
        }
        Ok(run)
    }
}
