//! The exit itself: the track is closed, values and defects are kept, the unit goes on, and the rest hears of it.

use std::iter;

use engine::{Cx, LineOf, sql};
use kernel::{Id, Result, p};

use super::*;
use crate::track::visits;
use crate::unit::events::{TrackedOut as TrackedOutEvent, tell_reached};

/// A board that is out; its counters are to be written, then the rest is to hear of it.
pub struct Closed {
    exit: Exit,
    unit: Unit,
    operator: Option<String>,
    held_by: Vec<String>,
}

impl Exit {
    /// Close the track with its values and defects, and send the unit on.
    pub fn close(mut self, cx: &mut Cx<'_>, operator: Option<&str>, tally: &mut Tally) -> Result<Closed> {
        cx.happens_at(Some(&self.run.line_code), Some(self.bench.code.as_str()));
        let result = self.result();
        if result == Verdict::Fail && self.defects.is_empty() {
            let code = DefectCode::parse(STATION_FAIL).map_err(kernel::Error::fault)?;
            self.defects.push(Defect { code, location: None, remark: None, qty: 1 });
        }
        let reasons = serde_json::to_value(&self.reasons).unwrap_or_default();
        cx.promise(
            sql!(
                "update track set out_at = $2, out_by = $3, out_operator_id = $4, result = $5, result_requested = $6,
                     result_reasons = $7
                 where id = $1"
            ),
            p![
                self.track.id,
                cx.now,
                cx.actor().name,
                operator.map(str::to_string),
                result,
                self.requested,
                (!self.reasons.is_empty()).then_some(reasons)
            ],
            "the track is gone",
        )?;
        reading::store(cx, self.step(), Some(self.track.id), self.run.id, self.bench.id, &self.readings)?;
        if result == Verdict::Fail {
            for defect in &self.defects {
                keep_defect(cx, self.track.id, defect)?;
            }
        } else {
            self.defects.clear();
        }

        let before = self.unit.clone();
        let mut unit = self.unit.clone();
        let next = self.route.next(self.track.step_no).map(|s| s.step_no);
        let (landed, step_no) = match (result, next) {
            (Verdict::Fail, _) => (UnitStatus::OutFailed, Some(self.track.step_no)),
            (Verdict::Pass, Some(next)) => (UnitStatus::Queued, Some(next)),
            (Verdict::Pass, None) => (UnitStatus::Done, None),
        };
        if result == Verdict::Pass {
            if self.is_first_pass(cx)? {
                tally.completed(self.track.step_no);
            }
            // Whoever goes forward for the first time has no earlier visit; after a repair the visits tell.
            unit.attempt = match step_no.filter(|_| self.track.attempt > 1) {
                Some(next) => visits(cx, unit.id, self.run.id, next)? + 1,
                None => 1,
            };
        }
        unit.status = unit.status.to(landed)?;
        unit.step_no = step_no;
        unit.open_track_id = None;
        unit.open_station_id = None;
        unit.open_since = None;
        let held_by = self.holding();
        for name in &held_by {
            holds::open(cx, &mut unit, UnitHoldKind::Alarm, None, name)?;
        }
        holds::settle(&mut unit)?;
        unit.resume_untold = unit.status == UnitStatus::OnHold && landed != UnitStatus::Queued;
        unit.put(cx, &before)?;
        tally.moved(before.place(), unit.place());
        Ok(Closed { exit: self, unit, operator: operator.map(str::to_string), held_by })
    }

    /// Whether the unit has not passed this step before.
    fn is_first_pass(&self, cx: &Cx<'_>) -> Result<bool> {
        if self.track.attempt == 1 {
            return Ok(true);
        }
        let passed = cx.exists(
            sql!(
                "select 1 from track
                 where unit_id = $1 and run_id = $2 and step_no = $3 and result = 'PASS' and n < $4 limit 1"
            ),
            p![self.unit.id, self.run.id, self.track.step_no, self.track.n],
        )?;
        Ok(!passed)
    }
}

fn keep_defect(cx: &mut Cx<'_>, track: Id<Track>, defect: &Defect) -> Result<()> {
    cx.run(
        sql!("insert into track_defect (track_id, code, location, remark, qty) values ($1, $2, $3, $4, $5)"),
        p![track, defect.code, defect.location, defect.remark, defect.qty],
    )?;
    Ok(())
}

impl Closed {
    /// The run that an alarm of a value given now holds, and the value.
    pub fn holds_run(&self) -> Option<(Id<Run>, String)> {
        holds_run(self.exit.run.id, &self.exit.readings)
    }

    /// Tell it, and answer.
    pub fn tell(self, cx: &mut Cx<'_>) -> Result<TrackedOut> {
        let Closed { exit, unit, operator, held_by } = self;
        let (run, step, result) = (&exit.run, exit.step(), exit.result());
        let line_id = LineOf(Some(run.line_id.number()));
        let track_id = track_no(unit.sn.as_str(), exit.track.n);
        let next = exit.route.next(exit.track.step_no).filter(|_| result == Verdict::Pass);
        let steps: Vec<&Step> = iter::once(step).chain(next).collect();
        Floor::hears(cx, &steps)?;
        let at = reading::Where { bench: &exit.bench, run, step, unit: &unit, track: true };
        reading::tell(cx, &at, &exit.readings)?;
        let defects = (result == Verdict::Fail).then(|| serde_json::to_value(&exit.defects).unwrap_or_default());
        cx.emit(TrackedOutEvent {
            line_id,
            line_code: run.line_code.clone(),
            station_code: exit.bench.code.to_string(),
            wo_no: run.wo_no.clone(),
            run_no: run.run_no.to_string(),
            product_code: run.product_code.clone(),
            sn: unit.sn.to_string(),
            step_no: step.step_no,
            operation_code: step.operation_code.clone(),
            track_id: track_id.clone(),
            attempt: exit.track.attempt,
            result: result.word(),
            result_requested: exit.requested.word(),
            result_reasons: exit.reasons.iter().map(|r| r.code.word()).collect(),
            execution_mode: exit.track.execution_mode.word(),
            next_step_no: next.map(|s| s.step_no),
            in_at: exit.track.in_at,
            operator_id: operator,
            defects,
        })?;
        let (wo_no, product_code) = (run.wo_no.clone(), run.product_code.clone());
        let at = AtHand { unit: unit.clone(), wo_no, product_code, run: Some(run.clone()), track: None };
        tell_reached(cx, &at, step.step_no, exit.bench.code.as_str())?;
        let before = unit.holds_open - held_by.len() as i64;
        for (name, open) in held_by.iter().zip(before + 1..) {
            holds::tell_held(cx, &at, UnitHoldKind::Alarm, None, name, open)?;
        }
        let floor = Floor::now(cx)?;
        Ok(TrackedOut {
            status: unit.status,
            sn: unit.sn.to_string(),
            run_no: run.run_no.to_string(),
            result,
            result_requested: exit.requested,
            inspection_override: is_override(exit.requested, &exit.reasons),
            result_reasons: said(cx, exit.reasons.clone()),
            step_no: step.step_no,
            station_code: exit.bench.code.to_string(),
            next_step: next.map(|step| floor.step(step, run.line_id)),
            track_id,
            defects: exit.defects,
            duplicate: false,
        })
    }
}
