//! Holds on units: opened and ended by people, alarms, defects and inspections. A unit is on hold while one is open; one
//! inside a station is held when it comes out.

use engine::{Cx, LineOf, row, sql};
use kernel::{Id, Instant, Result, p};

use super::events::{UnitHeld, UnitHoldEnded};
use super::{Unit, UnitStatus};
use crate::track::at_hand::AtHand;
use crate::track::floor::Floor;
use crate::track::guards;

kernel::words! {
    /// Why a unit is held.
    pub enum UnitHoldKind {
        Manual = "MANUAL", Defect = "DEFECT", Alarm = "ALARM", LateInspection = "LATE_INSPECTION", Ipqc = "IPQC", Oqc = "OQC",
        Containment = "CONTAINMENT",
    }
}

row! {
    /// A hold on a unit.
    pub struct UnitHold {
        pub id: Id<UnitHold>,
        pub kind: UnitHoldKind,
        pub source_no: Option<String>,
        pub reason: String,
        pub by_name: String,
        pub at: Instant,
        pub ended_at: Option<Instant>,
        pub ended_by: Option<String>,
        pub end_reason: Option<String>,
    }
}

/// All holds of a unit, oldest first.
pub fn of(cx: &Cx<'_>, unit: Id<Unit>) -> Result<Vec<UnitHold>> {
    cx.all(
        sql!(
            "select id, kind, source_no, reason, by_name, at, ended_at, ended_by, end_reason
             from unit_hold where unit_id = $1 order by id"
        ),
        p![unit],
    )
}

/// Write a hold; the unit's own row is written by the caller.
pub(crate) fn open(
    cx: &mut Cx<'_>,
    unit: &mut Unit,
    kind: UnitHoldKind,
    source_no: Option<&str>,
    reason: &str,
) -> Result<()> {
    cx.run(
        sql!("insert into unit_hold (unit_id, kind, source_no, reason, by_name, at) values ($1, $2, $3, $4, $5, $6)"),
        p![unit.id, kind, source_no.map(str::to_string), *reason, cx.actor().name, cx.now],
    )?;
    unit.holds_open += 1;
    Ok(())
}

/// Put a unit that waits, failed or is done on hold; one inside a station stays there until it comes out.
pub(crate) fn settle(unit: &mut Unit) -> Result<()> {
    let held = unit.holds_open > 0;
    match unit.status {
        UnitStatus::Queued | UnitStatus::OutFailed | UnitStatus::Done if held => {
            unit.resume_status = Some(unit.status);
            unit.resume_step_no = unit.step_no;
            unit.status = unit.status.to(UnitStatus::OnHold)?;
        }
        UnitStatus::OnHold if !held => {
            let back = unit.resume_status.unwrap_or(UnitStatus::Queued);
            unit.status = unit.status.to(back)?;
            unit.step_no = unit.resume_step_no;
            unit.resume_status = None;
            unit.resume_step_no = None;
        }
        _ => {}
    }
    Ok(())
}

/// Tell that a hold was opened.
pub(crate) fn tell_held(
    cx: &mut Cx<'_>,
    at: &AtHand,
    kind: UnitHoldKind,
    source_no: Option<&str>,
    reason: &str,
    open: i64,
) -> Result<()> {
    heard(cx, at)?;
    cx.emit(UnitHeld {
        line_id: LineOf(at.run.as_ref().map(|r| r.line_id.number())),
        line_code: at.run.as_ref().map(|r| r.line_code.clone()),
        wo_no: at.wo_no.clone(),
        run_no: at.run.as_ref().map(|r| r.run_no.to_string()),
        product_code: at.product_code.clone(),
        sn: at.unit.sn.to_string(),
        kind: kind.word(),
        source_no: source_no.map(str::to_string),
        reason: reason.to_string(),
        remaining_holds: open,
    })
}

/// Tell that a hold has ended.
pub(crate) fn tell_ended(cx: &mut Cx<'_>, at: &AtHand, hold: &UnitHold, reason: &str, open: i64) -> Result<()> {
    heard(cx, at)?;
    cx.emit(UnitHoldEnded {
        line_id: LineOf(at.run.as_ref().map(|r| r.line_id.number())),
        line_code: at.run.as_ref().map(|r| r.line_code.clone()),
        wo_no: at.wo_no.clone(),
        run_no: at.run.as_ref().map(|r| r.run_no.to_string()),
        product_code: at.product_code.clone(),
        sn: at.unit.sn.to_string(),
        kind: hold.kind.word(),
        source_no: hold.source_no.clone(),
        reason: reason.to_string(),
        remaining_holds: open,
    })
}

/// The stations at which the board waits hear of its holds.
fn heard(cx: &mut Cx<'_>, at: &AtHand) -> Result<()> {
    let Some(run) = &at.run else { return Ok(()) };
    let route = guards::frozen(cx, run)?;
    let step = at.unit.step_no.or(at.unit.resume_step_no).and_then(|no| route.step(no));
    Floor::hears(cx, &step.into_iter().collect::<Vec<_>>())
}
