//! The counters of runs and steps: changed here alone, by differences, as the last rows a command writes. Nothing counts
//! units to show a number.
//!
//! The row of the run is also where a scan meets a hold: the difference is written only if the run is still in the state
//! the guards saw, else the whole call is done again and gets the refusal of the new state (R-CORE-002).

use engine::{Cx, sql};
use kernel::{Id, Result, p};

use crate::run::{Run, RunStatus};
use crate::unit::UnitStatus;

/// Where a unit counts: its state, and the step it stands at. Finished and scrapped units stand at none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub status: UnitStatus,
    pub step_no: Option<u32>,
}

#[derive(Clone, Copy, Default)]
struct StepChange {
    waiting: i64,
    inside: i64,
    failed: i64,
    held: i64,
    done: i64,
}

/// What a command changes in the counters of one run.
pub struct Tally {
    run: Id<Run>,
    seen: RunStatus,
    units: i64,
    started: i64,
    done: i64,
    failed: i64,
    scrapped: i64,
    held: i64,
    /// Ascending by step, so that all commands lock the rows of the steps in one order.
    steps: Vec<(u32, StepChange)>,
}

impl Tally {
    /// No change yet of a run that the guards saw in this state.
    pub fn of(run: Id<Run>, seen: RunStatus) -> Self {
        Tally {
            run,
            seen,
            units: 0,
            started: 0,
            done: 0,
            failed: 0,
            scrapped: 0,
            held: 0,
            steps: Vec::with_capacity(2),
        }
    }

    /// The command itself has moved the run to another state.
    pub fn now_is(&mut self, status: RunStatus) {
        self.seen = status;
    }

    /// `n` units came to be, or joined the run.
    pub fn joined(&mut self, place: Place, n: i64) {
        self.units += n;
        self.count(place, n);
    }

    /// `n` units were deleted, or left the run.
    pub fn left(&mut self, place: Place, n: i64) {
        self.joined(place, -n);
    }

    /// A unit of the run went from one place to another.
    pub fn moved(&mut self, from: Place, to: Place) {
        self.count(from, -1);
        self.count(to, 1);
    }

    /// A unit entered a station for the first time.
    pub fn started(&mut self) {
        self.started += 1;
    }

    /// A unit passed a step for the first time.
    pub fn completed(&mut self, step_no: u32) {
        self.step(step_no).done += 1;
    }

    fn count(&mut self, place: Place, n: i64) {
        match place.status {
            UnitStatus::Done => self.done += n,
            UnitStatus::Scrapped => self.scrapped += n,
            UnitStatus::OutFailed => self.failed += n,
            UnitStatus::OnHold => self.held += n,
            UnitStatus::Queued | UnitStatus::InStation => {}
        }
        let Some(step_no) = place.step_no else { return };
        let step = self.step(step_no);
        match place.status {
            UnitStatus::Queued => step.waiting += n,
            UnitStatus::InStation => step.inside += n,
            UnitStatus::OutFailed => step.failed += n,
            UnitStatus::OnHold => step.held += n,
            UnitStatus::Done | UnitStatus::Scrapped => {}
        }
    }

    fn step(&mut self, step_no: u32) -> &mut StepChange {
        let at = match self.steps.binary_search_by_key(&step_no, |s| s.0) {
            Ok(at) => at,
            Err(at) => {
                self.steps.insert(at, (step_no, StepChange::default()));
                at
            }
        };
        &mut self.steps[at].1
    }

    /// Write the differences: the run first, then its steps. The call is done again if the run is no longer as it was seen,
    /// or if another command took the last places of its plan.
    pub fn write(self, cx: &mut Cx<'_>) -> Result<()> {
        cx.promise(
            sql!(
                "update run set qty_units = qty_units + $2, qty_started = qty_started + $3, qty_done = qty_done + $4,
                     qty_failed = qty_failed + $5, qty_scrapped = qty_scrapped + $6, qty_held = qty_held + $7
                 where id = $1 and status = $8 and ($2 <= 0 or qty_units + $2 <= plan_qty)"
            ),
            p![self.run, self.units, self.started, self.done, self.failed, self.scrapped, self.held, self.seen],
            "the run has changed meanwhile",
        )?;
        match self.steps[..] {
            [(first, a), (second, b)] => {
                cx.promise(
                    sql!(
                        "insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
                         values ($1, $2, $3, $4, $5, $6, $7), ($1, $8, $9, $10, $11, $12, $13)
                         on conflict (run_id, step_no) do update
                         set qty_waiting = run_step.qty_waiting + excluded.qty_waiting,
                             qty_inside = run_step.qty_inside + excluded.qty_inside,
                             qty_failed = run_step.qty_failed + excluded.qty_failed,
                             qty_held = run_step.qty_held + excluded.qty_held,
                             qty_done = run_step.qty_done + excluded.qty_done"
                    ),
                    p![
                        self.run, first, a.waiting, a.inside, a.failed, a.held, a.done, second, b.waiting, b.inside,
                        b.failed, b.held, b.done
                    ],
                    "a step was not counted",
                )?;
            }
            _ => {
                for (step_no, s) in &self.steps {
                    cx.promise(
                        sql!(
                            "insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
                             values ($1, $2, $3, $4, $5, $6, $7)
                             on conflict (run_id, step_no) do update
                             set qty_waiting = run_step.qty_waiting + excluded.qty_waiting,
                                 qty_inside = run_step.qty_inside + excluded.qty_inside,
                                 qty_failed = run_step.qty_failed + excluded.qty_failed,
                                 qty_held = run_step.qty_held + excluded.qty_held,
                                 qty_done = run_step.qty_done + excluded.qty_done"
                        ),
                        p![self.run, *step_no, s.waiting, s.inside, s.failed, s.held, s.done],
                        "a step was not counted",
                    )?;
                }
            }
        }
        Ok(())
    }
}
