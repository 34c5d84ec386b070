//! Undoing a track-in: the open track is void, stays in the trace, and the unit waits again.

use engine::{Ask, Command, Cx, Entity, LineOf, Need, Permit, Route, post, sql};
use kernel::code::{Reason, Sn};
use kernel::{Result, p};
use plant::station::StationCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::TrackVoided;
use super::{UnitStatus, holds};
use crate::tally::Tally;
use crate::track::floor::Floor;
use crate::track::leave::{Departure, Exit, Scan, at_exit};
use crate::track::track_no;

/// Take back the track-in of a unit that is inside this station (R-CORE-138).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelTrackIn {
    pub station_code: StationCode,
    pub sn: Sn,
    pub reason: Reason,
}

/// Where the unit waits again.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    pub sn: String,
    pub status: UnitStatus,
    pub step_no: u32,
    pub track_id: String,
}

impl Command for CancelTrackIn {
    type Loaded = Box<Exit>;
    type Output = Cancelled;
    const NAME: &'static str = "unit.track_in_cancel";
    const ROUTE: Route = post("/stations/{stationCode}/track-in/cancel");
    const PERMIT: Need = Need::Any(&[Permit::ExecCorrect]);

    fn entity(&self) -> Entity {
        Entity::of("unit", &self.sn)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Box<Exit>> {
        let scan = Scan { station: &self.station_code, sn: &self.sn, run: None, result: None, defects: &[], data: &[] };
        match at_exit(cx, ask, &scan)? {
            Departure::Fresh(exit) => Ok(exit),
            Departure::Repeat(_) => Err(kernel::Error::fault("without a result nothing is repeated")),
        }
    }

    fn run(self, exit: Box<Exit>, cx: &mut Cx<'_>) -> Result<Cancelled> {
        cx.because(&self.reason);
        cx.happens_at(Some(&exit.run.line_code), Some(exit.bench.code.as_str()));
        cx.run(
            sql!("update track set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1"),
            p![exit.track.id, cx.now, cx.actor().name, self.reason],
        )?;
        let before = exit.unit.clone();
        let mut unit = exit.unit.clone();
        unit.status = unit.status.to(UnitStatus::Queued)?;
        unit.open_track_id = None;
        unit.open_station_id = None;
        unit.open_since = None;
        holds::settle(&mut unit)?;
        unit.put(cx, &before)?;
        let mut tally = Tally::of(exit.run.id, exit.run.status);
        tally.moved(before.place(), unit.place());
        tally.write(cx)?;
        let track_id = track_no(unit.sn.as_str(), exit.track.n);
        Floor::hears(cx, &[exit.step()])?;
        cx.emit(TrackVoided {
            line_id: LineOf(Some(exit.run.line_id.number())),
            line_code: exit.run.line_code.clone(),
            station_code: exit.bench.code.to_string(),
            wo_no: exit.run.wo_no.clone(),
            run_no: exit.run.run_no.to_string(),
            product_code: exit.run.product_code.clone(),
            sn: unit.sn.to_string(),
            step_no: exit.track.step_no,
            operation_code: exit.step().operation_code.clone(),
            track_id: track_id.clone(),
            reason: self.reason.to_string(),
        })?;
        Ok(Cancelled { sn: unit.sn.to_string(), status: unit.status, step_no: exit.track.step_no, track_id })
    }
}
