//! What is next for a unit, and who can do it (R-SCR-001, R-SCR-006).

use engine::permits::PRESET_ROLES;
use engine::{Cx, Need, Permit, Query, Route, get, words};
use kernel::code::Sn;
use kernel::{Refusal, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::get::steps_of;
use super::{UNIT_NOT_FOUND, UnitStatus};
use crate::track::at_hand::AtHand;
use crate::track::guards;

/// The next action of a unit.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitNextActions {
    pub sn: Sn,
}

kernel::words! {
    /// How far a step of a guide is.
    pub enum GuideStatus {
        Done = "DONE", Current = "CURRENT", Blocked = "BLOCKED", Waiting = "WAITING", Skipped = "SKIPPED", Failed = "FAILED",
    }
}

/// What stands in the way, in the reader's language.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    pub code: String,
    pub detail: String,
    pub params: Map<String, Json>,
}

/// Something that can be done, and by whom.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    pub command: String,
    pub primary: bool,
    pub allowed: bool,
    pub reason_code: Option<String>,
    pub reason: Option<String>,
    pub required_permission: String,
    pub actor_roles: Vec<String>,
    pub actors_on_shift: Vec<String>,
    pub link: Option<String>,
}

/// A step of the guide.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuideStep {
    pub key: String,
    pub status: GuideStatus,
    pub summary: String,
    pub blockers: Vec<Blocker>,
    pub actions: Vec<Action>,
}

/// The guide.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextActions {
    pub stage: UnitStatus,
    pub steps: Vec<GuideStep>,
}

impl Blocker {
    /// A refusal as its reader sees it.
    pub fn of(cx: &Cx<'_>, refusal: Refusal) -> Blocker {
        let detail = words::refusal(cx.actor().lang, &refusal);
        Blocker { code: refusal.def.code.to_string(), detail, params: refusal.params }
    }
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
        let blocked = match &at.run {
            Some(run) if at.unit.status == UnitStatus::Queued => guards::admits(run),
            _ => guards::may_start(cx, &at.unit, at.track.as_ref()),
        };
        let refusal = blocked.err().map(|e| e.refusal().cloned().ok_or(e)).transpose()?;
        let lang = cx.actor().lang;
        let say = |key: &str| {
            let step = current.as_ref().map_or_else(String::new, |s| format!("{} {}", s.step_no, s.operation_name));
            let here = at.track.as_ref().map_or_else(String::new, |t| t.station_code.clone());
            let station = if here.is_empty() { stations.join(", ") } else { here };
            let args = [("sn", Json::from(at.unit.sn.as_str())), ("step", step.into()), ("station", station.into())];
            words::say(lang, key, args)
        };
        let sn = &at.unit.sn;
        let execution = |station: Option<&String>| station.map(|s| format!("/mes/execution?stationCode={s}"));
        let (key, status, sentence, action) = match at.unit.status {
            UnitStatus::Queued => {
                let status = if refusal.is_some() { GuideStatus::Blocked } else { GuideStatus::Current };
                let action = ("unit.track_in", Permit::ExecTrackIn, execution(stations.first()));
                ("track_in", status, "unit-next-queued", Some(action))
            }
            UnitStatus::InStation => {
                let here = at.track.as_ref().map(|t| &t.station_code);
                let action = ("unit.track_out", Permit::ExecTrackOut, execution(here));
                ("track_out", GuideStatus::Current, "unit-next-in-station", Some(action))
            }
            UnitStatus::OutFailed => {
                let link = Some(format!("/mes/units/{sn}?tab=defects"));
                let action = ("defect.disposition", Permit::QualityDisposition, link);
                ("disposition", GuideStatus::Failed, "unit-next-out-failed", Some(action))
            }
            UnitStatus::OnHold => {
                let action = ("unit.release", Permit::UnitHold, Some(format!("/mes/units/{sn}")));
                ("release", GuideStatus::Blocked, "unit-next-on-hold", Some(action))
            }
            UnitStatus::Done => ("finished", GuideStatus::Done, "unit-next-done", None),
            UnitStatus::Scrapped => ("finished", GuideStatus::Failed, "unit-next-scrapped", None),
        };
        let waits = matches!(at.unit.status, UnitStatus::Queued);
        let reason = refusal.clone().filter(|_| waits).map(|r| Blocker::of(cx, r));
        let action = action.map(|(command, permit, link)| Action {
            command: command.into(),
            primary: true,
            allowed: reason.is_none() && cx.actor().has(permit),
            reason_code: reason.as_ref().map(|r| r.code.clone()),
            reason: reason.map(|r| r.detail),
            required_permission: permit.name().into(),
            actor_roles: roles_with(cx, permit),
            actors_on_shift: vec![],
            link,
        });
        let names_blocker = !matches!(at.unit.status, UnitStatus::InStation | UnitStatus::Done);
        let step = GuideStep {
            key: key.into(),
            status,
            summary: say(sentence),
            blockers: refusal.filter(|_| names_blocker).map(|r| Blocker::of(cx, r)).into_iter().collect(),
            actions: action.into_iter().collect(),
        };
        Ok(NextActions { stage: at.unit.status, steps: vec![step] })
    }
}

/// The preset roles that hold a permit, as people call them.
fn roles_with(cx: &Cx<'_>, permit: Permit) -> Vec<String> {
    let roles = PRESET_ROLES.iter().filter(|r| !r.token_only && r.closure().has(permit));
    roles.map(|r| words::say(cx.actor().lang, &format!("role-{}", r.code), [])).collect()
}
