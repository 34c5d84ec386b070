//! Holding a unit by hand.

use engine::refusals::LINE_FORBIDDEN;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::Result;
use kernel::code::{Reason, Sn};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::holds::{self, UnitHoldKind};
use super::{UNIT_NOT_FOUND, UnitStatus};
use crate::run::{INVALID_RUN_STATUS, RunStatus};
use crate::tally::Tally;
use crate::track::UNIT_SCRAPPED;
use crate::track::at_hand::AtHand;

/// Put a unit on hold; one inside a station is held when it comes out.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldUnit {
    pub sn: Sn,
    pub reason: Reason,
}

/// Where the unit is, and how many holds are open.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    pub sn: String,
    pub status: UnitStatus,
    pub remaining_holds: i64,
    pub resume_status: Option<UnitStatus>,
    pub resume_step_no: Option<u32>,
}

/// The states of a run whose units may be held.
const OPEN: [RunStatus; 4] = [RunStatus::Prep, RunStatus::Authorized, RunStatus::InProgress, RunStatus::OnHold];

impl Command for HoldUnit {
    type Loaded = AtHand;
    type Output = Held;
    const NAME: &'static str = "unit.hold";
    const ROUTE: Route = post("/units/{sn}/hold");
    const PERMIT: Need = Need::Any(&[Permit::UnitHold]);

    fn entity(&self) -> Entity {
        Entity::of("unit", &self.sn)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<AtHand> {
        let at = ask.need(AtHand::scanned(cx, &self.sn)?, || UNIT_NOT_FOUND.with("sn", &self.sn))?;
        reached(cx, ask, &at)?;
        if let Some(run) = &at.run {
            ask.that(OPEN.contains(&run.status), || {
                INVALID_RUN_STATUS.with("run", &run.run_no).with("status", run.status).with("allowed", OPEN)
            })?;
        }
        ask.that(at.unit.status != UnitStatus::Scrapped, || UNIT_SCRAPPED.with("sn", &at.unit.sn))?;
        Ok(at)
    }

    fn run(self, mut at: AtHand, cx: &mut Cx<'_>) -> Result<Held> {
        cx.because(&self.reason);
        let before = at.unit.clone();
        holds::open(cx, &mut at.unit, UnitHoldKind::Manual, None, self.reason.as_str())?;
        holds::settle(&mut at.unit)?;
        write(cx, &mut at, &before)?;
        holds::tell_held(cx, &at, UnitHoldKind::Manual, None, self.reason.as_str(), at.unit.holds_open)?;
        Ok(Held::of(&at))
    }
}

impl Held {
    pub(super) fn of(at: &AtHand) -> Held {
        Held {
            sn: at.unit.sn.to_string(),
            status: at.unit.status,
            remaining_holds: at.unit.holds_open,
            resume_status: at.unit.resume_status,
            resume_step_no: at.unit.resume_step_no,
        }
    }
}

/// The line of the unit's run is the asker's.
pub(super) fn reached(cx: &Cx<'_>, ask: &mut Ask, at: &AtHand) -> Result<()> {
    let line = at.run.as_ref().map(|r| r.line_id.number());
    let code = at.run.as_ref().map(|r| r.line_code.clone());
    ask.that(line.is_none() || cx.reaches_line(line), || LINE_FORBIDDEN.with("line", code))
}

/// Write the unit and its counters.
pub(super) fn write(cx: &mut Cx<'_>, at: &mut AtHand, before: &super::Unit) -> Result<()> {
    at.unit.put(cx, before)?;
    if let Some(run) = &at.run {
        cx.happens_at(Some(&run.line_code), None);
        let mut tally = Tally::of(run.id, run.status);
        tally.moved(before.place(), at.unit.place());
        tally.write(cx)?;
    }
    Ok(())
}
