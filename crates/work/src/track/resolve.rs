//! What a scan would do here: the unit, its step and the next one, and every guard in the way.

use engine::{Ask, Cx, Need, Permit, Query, Route, get};
use kernel::code::Sn;
use kernel::{Error, Instant, Result};
use plant::station::{Bench, StationCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::at_hand::AtHand;
use super::enter::{Arrival, may_enter};
use super::floor::StepAt;
use super::leave::at_exit;
use super::{Blocker, ExecutionMode, enter, guards, leave, track_no};
use crate::unit::get::steps_of;
use crate::unit::{UNIT_NOT_FOUND, UnitStatus};

/// Resolve a serial, at a station if one is named (R-SCR-040).
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveUnit {
    pub sn: Sn,
    #[serde(default)]
    pub station_code: Option<StationCode>,
}

kernel::words! {
    /// What a scan would do.
    pub enum ScanAction { In = "IN", Out = "OUT", Repeat = "REPEAT", Nothing = "NONE" }
}

/// A unit as a station sees it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    pub sn: String,
    pub status: UnitStatus,
    pub run_no: Option<String>,
    pub wo_no: String,
    pub product_code: String,
    pub line_code: Option<String>,
    pub current_step: Option<StepAt>,
    pub next_step: Option<StepAt>,
    pub eligible_stations: Vec<String>,
    /// Where it is inside.
    pub station_code: Option<String>,
    pub in_at: Option<Instant>,
    pub track_id: Option<String>,
    pub execution_mode: ExecutionMode,
    pub attempt: i64,
    /// What a scan at the named station would do; NONE without one.
    pub action: ScanAction,
    pub blockers: Vec<Blocker>,
}

impl Query for ResolveUnit {
    type Output = Resolved;
    const NAME: &'static str = "station.resolve_unit";
    const ROUTE: Route = get("/stations/resolve-unit/{sn}");
    const PERMIT: Need = Need::Any(&[Permit::ExecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Resolved> {
        let unknown = || UNIT_NOT_FOUND.with("sn", &self.sn);
        let (at, (action, trial, blockers)) = match &self.station_code {
            Some(station) => {
                let bench = guards::seen(cx, station)?;
                let at = AtHand::seen_at(cx, &self.sn, &bench)?.ok_or_else(unknown)?;
                let here = self.here(cx, station, &bench, &at)?;
                (at, here)
            }
            None => (AtHand::seen(cx, &self.sn)?.ok_or_else(unknown)?, (ScanAction::Nothing, false, vec![])),
        };
        let (current_step, next_step) = steps_of(cx, &at)?;
        let AtHand { unit, wo_no, product_code, run, track } = at;
        let tried = trial || track.as_ref().is_some_and(|t| t.execution_mode == ExecutionMode::FaiTrial);
        Ok(Resolved {
            eligible_stations: current_step.as_ref().map_or_else(Vec::new, |s| s.eligible_stations.clone()),
            track_id: track.as_ref().map(|t| track_no(unit.sn.as_str(), t.n)),
            station_code: track.as_ref().map(|t| t.station_code.clone()),
            in_at: track.as_ref().map(|t| t.in_at),
            sn: unit.sn.to_string(),
            status: unit.status,
            line_code: run.as_ref().map(|r| r.line_code.clone()),
            run_no: run.map(|r| r.run_no.to_string()),
            wo_no,
            product_code,
            current_step,
            next_step,
            execution_mode: if tried { ExecutionMode::FaiTrial } else { ExecutionMode::Normal },
            attempt: unit.attempt,
            action,
            blockers,
        })
    }
}

impl ResolveUnit {
    /// All guards of going in, or of coming out when the unit is inside.
    fn here(
        &self,
        cx: &Cx<'_>,
        station: &StationCode,
        bench: &Bench,
        at: &AtHand,
    ) -> Result<(ScanAction, bool, Vec<Blocker>)> {
        let inside = at.track.as_ref().is_some_and(|t| t.station_id == bench.id);
        if let (true, Some(track)) = (inside, &at.track)
            && guards::is_repeat(cx, bench, track)?
        {
            return Ok((ScanAction::Repeat, false, vec![]));
        }
        let mut ask = Ask::all();
        let mut trial = false;
        let asked = if inside {
            let scan = leave::Scan { station, sn: &self.sn, run: None, result: None, defects: &[], data: &[] };
            at_exit(cx, &mut ask, &scan).map(|_| ())
        } else {
            let scan = enter::Scan { station, sn: &self.sn, run: None, order: None, data: &[] };
            may_enter(cx, &mut ask, &scan).map(|arrival| {
                trial = matches!(arrival, Arrival::Fresh(entry) if entry.trial.is_some());
            })
        };
        match asked {
            Err(Error::Refused(refusal)) => ask.note(*refusal),
            other => other?,
        }
        let blockers: Vec<Blocker> = ask.into_blockers().into_iter().map(|r| Blocker::of(cx, r)).collect();
        // Values due at entry are asked for by the form, they do not keep the board out.
        let stops = |b: &&Blocker| inside || b.code != super::REQUIRED_DATA_MISSING.code;
        let action = match blockers.iter().find(stops) {
            Some(_) => ScanAction::Nothing,
            None if inside => ScanAction::Out,
            None => ScanAction::In,
        };
        Ok((action, trial, blockers))
    }
}
