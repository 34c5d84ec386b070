//! A page of a queue: the rows of one view, in the order of run, step and unit.

use super::*;
use crate::track::{TRACK_IN_TRIAL, track_no};

/// A page being filled.
pub(super) struct Page<'p, 'c> {
    cx: &'p Cx<'c>,
    runs: &'p [Live],
    limit: usize,
    lines: Vec<Line>,
    ends: Vec<Cursor>,
}

impl<'p, 'c> Page<'p, 'c> {
    pub(super) fn of(cx: &'p Cx<'c>, runs: &'p [Live], limit: usize) -> Self {
        Page { cx, runs, limit, lines: vec![], ends: vec![] }
    }

    fn is_full(&self) -> bool {
        self.lines.len() > self.limit
    }

    pub(super) fn inside(
        &mut self,
        bench: &Bench,
        run_key: &Option<String>,
        after: &Cursor,
        from: &str,
        to: &str,
    ) -> Result<()> {
        let lines: Vec<Line> = self.cx.all(
            sql!(
                "select u.id, u.sn, u.status, u.step_no, u.attempt, u.tracks, u.changed_at, u.run_id, u.open_since as in_at,
                     t.execution_mode
                 from unit u join track t on t.id = u.open_track_id join run r on r.id = u.run_id
                 where u.open_station_id = $1 and u.id > $2 and u.sn >= $3 and u.sn < $4
                   and (cast($5 as text) is null or r.run_key = $5) {scope: r.line_id, station u.open_station_id}
                 order by u.id limit $6"
            ),
            p![bench.id, after.3, *from, *to, *run_key, self.limit as i64 + 1],
        )?;
        self.ends = lines.iter().map(|l| Cursor(0, 0, 0, l.id.number())).collect();
        self.lines = lines;
        Ok(())
    }

    pub(super) fn at_spots(
        &mut self,
        spots: &[Spot],
        states: &[UnitStatus],
        after: &Cursor,
        from: &str,
        to: &str,
    ) -> Result<()> {
        for spot in spots {
            let run = self.runs[spot.run].id;
            let holds = if states[0] == UnitStatus::Queued { spot.waiting } else { spot.blocked };
            let place = (run.number(), spot.step_no);
            if holds == 0 || place < (after.0, after.1) || self.is_full() {
                continue;
            }
            for (k, status) in states.iter().enumerate() {
                let here = place == (after.0, after.1);
                if (here && (k as u8) < after.2) || self.is_full() {
                    continue;
                }
                let beyond = if here && k as u8 == after.2 { after.3 } else { 0 };
                let room = self.limit + 1 - self.lines.len();
                let lines: Vec<Line> = self.cx.all(
                    sql!(
                        "select id, sn, status, step_no, attempt, tracks, changed_at, run_id, cast(null as bigint) as in_at,
                             cast(null as text) as execution_mode
                         from unit
                         where run_id = $1 and status = $2 and step_no = $3 and id > $4 and sn >= $5 and sn < $6
                         order by id limit $7"
                    ),
                    p![run, *status, spot.step_no, beyond, *from, *to, room as i64],
                )?;
                self.ends.extend(lines.iter().map(|l| Cursor(place.0, place.1, k as u8, l.id.number())));
                self.lines.extend(lines);
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(Vec<Queued>, Option<String>)> {
        let more = self.is_full();
        self.lines.truncate(self.limit);
        let next = self.lines.len().checked_sub(1).filter(|_| more).and_then(|last| self.ends.get(last));
        let next = next.map(|c| URL_SAFE_NO_PAD.encode(serde_json::to_string(c).unwrap_or_default()));
        let floor = Floor::now(self.cx)?;
        let lines = std::mem::take(&mut self.lines);
        let queue = lines.into_iter().map(|line| self.shown(&floor, line)).collect::<Result<Vec<_>>>()?;
        Ok((queue.into_iter().flatten().collect(), next))
    }

    fn shown(&self, floor: &Floor, line: Line) -> Result<Option<Queued>> {
        let run = match self.runs.iter().find(|r| Some(r.id) == line.run_id) {
            Some(run) => run,
            None => return Ok(None),
        };
        let route = FrozenRoute::get(self.cx, run.route_version_id)?;
        let step_at = |step| floor.step(step, run.line_id);
        let (current, next) = match (&route, line.step_no) {
            (Some(route), Some(no)) => (route.step(no).map(step_at), route.next(no).map(step_at)),
            _ => (None, None),
        };
        let since = line.in_at.unwrap_or(line.changed_at);
        let mut blockers = Vec::new();
        match line.status {
            UnitStatus::OnHold => blockers.push(guards::held(self.cx, line.id, &line.sn)?),
            UnitStatus::OutFailed => blockers.push(guards::failed(self.cx, line.id, &line.sn)?),
            UnitStatus::Queued => blockers.extend(self.run_blocker(run)?),
            _ => {}
        }
        Ok(Some(Queued {
            status: line.status,
            current_step_no: line.step_no,
            current_step: current,
            next_step: next,
            wo_no: run.wo_no.clone(),
            run_no: run.run_no.to_string(),
            product_code: run.product_code.clone(),
            in_at: line.in_at,
            dwell_sec: self.cx.now.seconds_since(since),
            track_id: line.in_at.map(|_| track_no(line.sn.as_str(), line.tracks)),
            attempt: line.attempt,
            is_rework: run.is_rework || line.attempt > 1,
            execution_mode: line.execution_mode.unwrap_or(ExecutionMode::Normal),
            blockers: blockers.into_iter().map(|r| Blocker::of(self.cx, r)).collect(),
            sn: line.sn.to_string(),
        }))
    }

    /// Why the run itself keeps its boards waiting.
    fn run_blocker(&self, run: &Live) -> Result<Option<Refusal>> {
        let tried = run.status == RunStatus::Prep && self.cx.registry().gates_at(&TRACK_IN_TRIAL).next().is_some();
        match run.status.admits_boards(&run.run_no) {
            Err(kernel::Error::Refused(refusal)) if !tried => Ok(Some(*refusal)),
            Err(kernel::Error::Refused(_)) | Ok(()) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
