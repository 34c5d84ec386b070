//! What is next for a unit, and who can do it (R-SCR-001, R-SCR-006).

use engine::next::{Action, Asking, Blocker, NextActions, Step, StepStatus, Summary};
use engine::{Cx, GatePoint, Need, Permit, Query, Route, get};
use kernel::code::Sn;
use kernel::{Error, Refusal, Result};
use plant::station::StationCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::get::steps_of;
use super::hold::HoldUnit;
use super::release::ReleaseUnit;
use super::track_in::TrackIn;
use super::track_in_cancel::CancelTrackIn;
use super::track_out::TrackOut;
use super::{UNIT_NOT_FOUND, UnitStatus, Verdict};
use crate::asking::{in_path, in_question};
use crate::track::at_hand::AtHand;
use crate::track::guards;

/// What can be done about a failed unit: whoever decides about defects gives the actions as evidence, and refuses nothing.
pub static DISPOSITION: GatePoint<AtHand> = GatePoint::new("unit.step.disposition");

/// The next action of a unit.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitNextActions {
    pub sn: Sn,
}

impl Query for UnitNextActions {
    type Output = NextActions;
    const NAME: &'static str = "unit.next_actions";
    const ROUTE: Route = get("/units/{sn}/next-actions");
    const PERMIT: Need = Need::Any(&[Permit::RunRead, Permit::ExecRead, Permit::TraceRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<NextActions> {
        let at = AtHand::seen(cx, &self.sn)?.ok_or_else(|| UNIT_NOT_FOUND.with("sn", &self.sn))?;
        let (current, _) = steps_of(cx, &at)?;
        let stations = current.as_ref().map_or_else(Vec::new, |s| s.eligible_stations.clone());
        let named = current.as_ref().map(|s| format!("{} {}", s.step_no, s.operation_name)).unwrap_or_default();
        let here = at.track.as_ref().map(|t| t.station_code.clone());
        let at_station = here.clone().unwrap_or_else(|| stations.join(", "));
        let says =
            |key: &str| Summary::of(key).with("sn", &at.unit.sn).with("step", &named).with("station", &at_station);
        let sn = &at.unit.sn;
        let step = match at.unit.status {
            UnitStatus::Queued => {
                let asked = stations.first().map(|station| asking_in(cx, sn, station)).transpose()?;
                let refused = asked.as_ref().is_none_or(|a| !a.blockers.is_empty());
                let status = if refused { StepStatus::Blocked } else { StepStatus::Current };
                let mut step = Step::new("track_in", status, says("next-unit-queued"));
                if let Some(asked) = asked {
                    step = step.blocked_by(blockers(&asked.blockers));
                    step = step.action(linked(asked.primary(), stations.first()));
                }
                step.action(asking_hold(cx, sn)?)
            }
            UnitStatus::InStation => {
                let station = here.as_deref().ok_or_else(|| Error::fault(format!("{sn} is inside no station")))?;
                let out = asking_out(cx, sn, station)?;
                let status = if out.blockers.is_empty() { StepStatus::Current } else { StepStatus::Blocked };
                let step = Step::new("track_out", status, says("next-unit-in-station"));
                let step = step.blocked_by(blockers(&out.blockers)).action(linked(out.primary(), here.as_ref()));
                step.action(asking_undo(cx, sn, station)?).action(asking_hold(cx, sn)?)
            }
            UnitStatus::OutFailed => {
                let mut step = Step::new("disposition", StepStatus::Failed, says("next-unit-out-failed"));
                step = step.blocked_by(blockers(&standing(cx, &at)?));
                for gate in cx.registry().gates_at(&DISPOSITION) {
                    for action in gate(cx, &at)?.evidence {
                        step = step.action(serde_json::from_value(action).map_err(|e| Error::fault(e.to_string()))?);
                    }
                }
                step
            }
            UnitStatus::OnHold => {
                let release = ReleaseUnit { sn: sn.clone(), reason: in_question()? };
                let asked = Asking::of(cx, &release, json!({ "sn": sn }))?;
                let step = Step::new("hold", StepStatus::Blocked, says("next-unit-on-hold"));
                step.blocked_by(blockers(&standing(cx, &at)?)).action(asked.primary())
            }
            UnitStatus::Done => {
                Step::new("finished", StepStatus::Done, says("next-unit-done")).action(asking_hold(cx, sn)?)
            }
            UnitStatus::Scrapped => Step::new("finished", StepStatus::Skipped, says("next-unit-scrapped")),
        };
        Ok(NextActions::of("unit", sn, vec![step]))
    }
}

fn asking_in(cx: &Cx<'_>, sn: &Sn, station: &str) -> Result<Asking> {
    let station_code = StationCode::parse(station).map_err(Error::fault)?;
    let fields = json!({ "stationCode": station, "sn": sn });
    let command = TrackIn { station_code, sn: sn.clone(), run_no: None, wo_no: None, operator_id: None, data: vec![] };
    let mut asked = Asking::of(cx, &command, fields.clone())?;
    // Values due at entry are asked for by the form.
    let form = |r: &Refusal| r.def.code == crate::track::REQUIRED_DATA_MISSING.code;
    if asked.blockers.iter().any(form) {
        asked.blockers.retain(|r| !form(r));
        asked = Asking::offer::<TrackIn>(cx, asked.blockers, fields);
    }
    Ok(asked)
}

/// Whether the unit may come out at all: asked for FAIL, since what a PASS needs besides is asked for by the form.
fn asking_out(cx: &Cx<'_>, sn: &Sn, station: &str) -> Result<Asking> {
    let command = TrackOut {
        station_code: StationCode::parse(station).map_err(Error::fault)?,
        sn: sn.clone(),
        run_no: None,
        result: Verdict::Fail,
        operator_id: None,
        defect_code: None,
        defect_location: None,
        defect_remark: None,
        defects: vec![],
        data: vec![],
    };
    Asking::of(cx, &command, json!({ "stationCode": station, "sn": sn }))
}

fn asking_undo(cx: &Cx<'_>, sn: &Sn, station: &str) -> Result<Action> {
    let station_code = StationCode::parse(station).map_err(Error::fault)?;
    let command = CancelTrackIn { station_code, sn: sn.clone(), reason: in_question()? };
    Ok(Asking::of(cx, &command, json!({ "stationCode": station, "sn": sn }))?.action)
}

fn asking_hold(cx: &Cx<'_>, sn: &Sn) -> Result<Action> {
    let command = HoldUnit { sn: sn.clone(), reason: in_question()? };
    Ok(Asking::of(cx, &command, json!({ "sn": sn }))?.action)
}

/// Why the unit waits for somebody else.
fn standing(cx: &Cx<'_>, at: &AtHand) -> Result<Vec<Refusal>> {
    match guards::may_start(cx, &at.unit, at.track.as_ref()) {
        Err(Error::Refused(refusal)) => Ok(vec![*refusal]),
        other => other.map(|()| vec![]),
    }
}

fn blockers(refusals: &[Refusal]) -> Vec<Blocker> {
    refusals.iter().map(|r| Blocker::of(r, None)).collect()
}

/// The action with the page of the station.
fn linked(action: Action, station: Option<&String>) -> Action {
    Action { link: station.map(|code| format!("/mes/execution?stationCode={}", in_path(code))), ..action }
}
