//! What is told about units.

use engine::{Cx, LineOf};
use kernel::{Instant, Result};
use serde_json::Value as Json;

use super::UnitStatus;
use crate::track::at_hand::AtHand;

engine::events! {
    /// Units were generated, imported or created by their first scan; one event per command
    UnitsCreated = "UNITS_CREATED" {
        line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String,
        count: i64, sn_from: String, sn_to: String, how: &'static str,
    }
    /// All units of a run were deleted before any of them was worked on
    UnitsDeleted = "UNITS_DELETED" {
        line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String,
        count: i64, sn_from: String, sn_to: String, how: &'static str,
    }
    /// A unit entered a station
    TrackedIn = "TRACK_IN" {
        line_id: LineOf, line_code: String, station_code: String, wo_no: String, run_no: String, product_code: String, sn: String,
        step_no: u32, operation_code: String, track_id: String, attempt: i64, execution_mode: &'static str, source: &'static str,
        operator_id: Option<String>, program: Option<String>, fai_no: Option<String>,
    }
    /// A unit left a station with a result
    TrackedOut = "TRACK_OUT" {
        line_id: LineOf, line_code: String, station_code: String, wo_no: String, run_no: String, product_code: String, sn: String,
        step_no: u32, operation_code: String, track_id: String, attempt: i64, result: &'static str,
        result_requested: &'static str, result_reasons: Vec<&'static str>, execution_mode: &'static str,
        next_step_no: Option<u32>, in_at: Instant, operator_id: Option<String>, defects: Option<Json>,
    }
    /// A track-in was taken back
    TrackVoided = "TRACK_VOIDED" {
        line_id: LineOf, line_code: String, station_code: String, wo_no: String, run_no: String, product_code: String, sn: String,
        step_no: u32, operation_code: String, track_id: String, reason: String,
    }
    /// A unit passed its last step
    UnitDone = "UNIT_DONE" {
        line_id: LineOf, line_code: String, station_code: Option<String>, wo_no: String, run_no: String, product_code: String,
        sn: String, step_no: u32, status: &'static str, cause: &'static str, defect_nos: Vec<String>,
    }
    /// A unit failed at a step and waits for a disposition
    UnitFailed = "UNIT_FAILED" {
        line_id: LineOf, line_code: String, station_code: Option<String>, wo_no: String, run_no: String, product_code: String,
        sn: String, step_no: u32, status: &'static str, cause: &'static str, defect_nos: Vec<String>,
    }
    /// A hold on a unit was opened
    UnitHeld = "UNIT_HELD" {
        line_id: LineOf, line_code: Option<String>, wo_no: String, run_no: Option<String>, product_code: String, sn: String,
        kind: &'static str, source_no: Option<String>, reason: String, remaining_holds: i64,
    }
    /// A hold on a unit has ended
    UnitHoldEnded = "UNIT_HOLD_ENDED" {
        line_id: LineOf, line_code: Option<String>, wo_no: String, run_no: Option<String>, product_code: String, sn: String,
        kind: &'static str, source_no: Option<String>, reason: String, remaining_holds: i64,
    }
    /// Values were recorded
    DataRecorded = "DATA_RECORDED" {
        line_id: LineOf, line_code: String, station_code: String, wo_no: String, run_no: String, product_code: String, sn: String,
        step_no: u32, operation_code: String, track_id: Option<String>, specs: Json,
    }
    /// A value lies outside its alarm limits
    DataAlarm = "DATA_ALARM" {
        line_id: LineOf, line_code: String, station_code: String, wo_no: String, run_no: String, product_code: String, sn: String,
        step_no: u32, operation_code: String, spec_name: String, value: Json, limits: Json, action: &'static str,
    }
}

/// Tell that a unit is done or failed at a step; one that is held instead has reached neither yet.
pub(crate) fn tell_reached(cx: &mut Cx<'_>, at: &AtHand, step_no: u32, station: &str) -> Result<()> {
    let Some(run) = &at.run else { return Ok(()) };
    macro_rules! fact {
        ($name:ident) => {
            $name {
                line_id: LineOf(Some(run.line_id.number())),
                line_code: run.line_code.clone(),
                station_code: Some(station.to_string()),
                wo_no: run.wo_no.clone(),
                run_no: run.run_no.to_string(),
                product_code: run.product_code.clone(),
                sn: at.unit.sn.to_string(),
                step_no,
                status: at.unit.status.word(),
                cause: "TRACK",
                defect_nos: vec![],
            }
        };
    }
    match at.unit.status {
        UnitStatus::Done => cx.emit(fact!(UnitDone)),
        UnitStatus::OutFailed => cx.emit(fact!(UnitFailed)),
        _ => Ok(()),
    }
}
