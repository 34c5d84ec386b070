//! Releasing a unit: its holds by people and alarms end; with the last hold it goes on where it was.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, row, sql};
use kernel::code::{Reason, Sn};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::events::tell_reached;
use super::hold::{Held, reached, write};
use super::holds::{self, UnitHold, UnitHoldKind};
use super::{UNIT_NOT_FOUND, UNIT_NOT_HELD, UnitStatus};
use crate::track::at_hand::AtHand;

/// End the holds of a unit that people and alarms opened. Holds of defects and inspections end there; while one is open the
/// unit stays on hold and the answer counts it.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseUnit {
    pub sn: Sn,
    pub reason: Reason,
}

/// What ends here: nothing else ever ends the hold of an alarm.
const RELEASABLE: [UnitHoldKind; 2] = [UnitHoldKind::Manual, UnitHoldKind::Alarm];

row! {
    /// Where the unit came out last.
    struct LastExit {
        step_no: u32,
        station_code: String,
    }
}

impl LastExit {
    fn of(cx: &Cx<'_>, at: &AtHand) -> Result<Option<LastExit>> {
        cx.one(
            sql!(
                "select t.step_no, s.code as station_code from track t join station s on s.id = t.station_id
                 where t.unit_id = $1 and t.out_at is not null and t.voided_at is null order by t.n desc limit 1"
            ),
            p![at.unit.id],
        )
    }
}

impl Command for ReleaseUnit {
    type Loaded = (AtHand, Vec<UnitHold>);
    type Output = Held;
    const NAME: &'static str = "unit.release";
    const ROUTE: Route = post("/units/{sn}/release");
    const PERMIT: Need = Need::Any(&[Permit::UnitHold]);

    fn entity(&self) -> Entity {
        Entity::of("unit", &self.sn)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(AtHand, Vec<UnitHold>)> {
        let at = ask.need(AtHand::scanned(cx, &self.sn)?, || UNIT_NOT_FOUND.with("sn", &self.sn))?;
        reached(cx, ask, &at)?;
        let mut holds = holds::of(cx, at.unit.id)?;
        holds.retain(|h| RELEASABLE.contains(&h.kind) && h.ended_at.is_none());
        ask.that(!holds.is_empty(), || UNIT_NOT_HELD.with("sn", &at.unit.sn))?;
        Ok((at, holds))
    }

    fn run(self, (mut at, ended): (AtHand, Vec<UnitHold>), cx: &mut Cx<'_>) -> Result<Held> {
        cx.because(&self.reason);
        let before = at.unit.clone();
        for hold in &ended {
            cx.run(
                sql!("update unit_hold set ended_at = $2, ended_by = $3, end_reason = $4 where id = $1"),
                p![hold.id, cx.now, cx.actor().name, self.reason],
            )?;
            at.unit.holds_open -= 1;
        }
        holds::settle(&mut at.unit)?;
        let untold = at.unit.resume_untold && at.unit.status != UnitStatus::OnHold;
        at.unit.resume_untold &= !untold;
        write(cx, &mut at, &before)?;
        for hold in &ended {
            holds::tell_ended(cx, &at, hold, self.reason.as_str(), at.unit.holds_open)?;
        }
        if untold && let Some(last) = LastExit::of(cx, &at)? {
            tell_reached(cx, &at, last.step_no, &last.station_code)?;
        }
        Ok(Held::of(&at))
    }
}
