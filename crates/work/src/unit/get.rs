//! One unit: where it is, what holds it, and what comes next.

use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::code::Sn;
use kernel::{Instant, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::holds::{self, UnitHold, UnitHoldKind};
use super::{UNIT_NOT_FOUND, UnitStatus};
use crate::track::at_hand::AtHand;
use crate::track::floor::{Floor, StepAt};
use crate::track::{ExecutionMode, guards, track_no};

/// The head of a unit.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetUnit {
    pub sn: Sn,
}

/// A hold as people read it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldView {
    pub kind: UnitHoldKind,
    pub source_no: Option<String>,
    pub reason: String,
    pub by: String,
    pub at: Instant,
    pub ended_at: Option<Instant>,
    pub ended_by: Option<String>,
    pub end_reason: Option<String>,
}

/// The track a unit is in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenTrackView {
    pub track_id: String,
    pub station_code: String,
    pub step_no: u32,
    pub in_at: Instant,
    pub execution_mode: ExecutionMode,
}

/// A unit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitView {
    pub sn: String,
    pub status: UnitStatus,
    pub wo_no: String,
    pub product_code: String,
    pub run_no: Option<String>,
    pub line_code: Option<String>,
    pub current_step_no: Option<u32>,
    pub current_step: Option<StepAt>,
    pub next_step: Option<StepAt>,
    pub attempt: i64,
    pub tracks: i64,
    pub open_track: Option<OpenTrackView>,
    pub holds: Vec<HoldView>,
    pub remaining_holds: i64,
    pub resume_status: Option<UnitStatus>,
    pub resume_step_no: Option<u32>,
    pub changed_at: Instant,
    pub version: i64,
}

impl Query for GetUnit {
    type Output = UnitView;
    const NAME: &'static str = "unit.get";
    const ROUTE: Route = get("/units/{sn}");
    const PERMIT: Need = Need::Any(&[Permit::RunRead, Permit::ExecRead, Permit::TraceRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<UnitView> {
        let at = AtHand::seen(cx, &self.sn)?.ok_or_else(|| UNIT_NOT_FOUND.with("sn", &self.sn))?;
        let (current_step, next_step) = steps_of(cx, &at)?;
        let holds = holds::of(cx, at.unit.id)?.into_iter().map(HoldView::from).collect();
        let AtHand { unit, wo_no, product_code, run, track } = at;
        Ok(UnitView {
            open_track: track.map(|t| OpenTrackView {
                track_id: track_no(unit.sn.as_str(), t.n),
                station_code: t.station_code,
                step_no: t.step_no,
                in_at: t.in_at,
                execution_mode: t.execution_mode,
            }),
            sn: unit.sn.to_string(),
            status: unit.status,
            wo_no,
            product_code,
            run_no: run.as_ref().map(|r| r.run_no.to_string()),
            line_code: run.map(|r| r.line_code),
            current_step_no: unit.step_no,
            current_step,
            next_step,
            attempt: unit.attempt,
            tracks: unit.tracks,
            holds,
            remaining_holds: unit.holds_open,
            resume_status: unit.resume_status,
            resume_step_no: unit.resume_step_no,
            changed_at: unit.changed_at,
            version: unit.version,
        })
    }
}

/// The step a unit stands at and the one after it, each with its stations.
pub(crate) fn steps_of(cx: &Cx<'_>, at: &AtHand) -> Result<(Option<StepAt>, Option<StepAt>)> {
    let (Some(run), Some(step_no)) = (&at.run, at.unit.step_no) else { return Ok((None, None)) };
    let (route, floor) = (guards::frozen(cx, run)?, Floor::now(cx)?);
    let named = |step| floor.step(step, run.line_id);
    Ok((route.step(step_no).map(named), route.next(step_no).map(named)))
}

impl From<UnitHold> for HoldView {
    fn from(hold: UnitHold) -> HoldView {
        HoldView {
            kind: hold.kind,
            source_no: hold.source_no,
            reason: hold.reason,
            by: hold.by_name,
            at: hold.at,
            ended_at: hold.ended_at,
            ended_by: hold.ended_by,
            end_reason: hold.end_reason,
        }
    }
}
