//! Where the plant says so, a run closes by itself when its last gate is met (R-CORE-108); otherwise closing is explicit.

use std::time::Duration;

use engine::chore::Chore;
use engine::{Ask, Command, Cx, sql};
use kernel::{Result, p};

use super::RunNo;
use super::close::CloseRun;

engine::settings! {
    /// Close a run by itself when its last gate is met
    pub RUN_AUTO_CLOSE: bool = "run.autoClose", default false;
}

/// How many runs one turn closes.
const TURN: i64 = 20;

/// Looks every five seconds; a run that a gate still stops is looked at again the next time.
pub fn chore() -> Chore {
    Chore {
        name: "close_finished_runs",
        every: Duration::from_secs(5),
        on_bell: false,
        again_above: TURN,
        run: close_finished,
    }
}

/// Close the runs whose boards are all finished, by the guards of `run.close`; gives how many closed.
pub fn close_finished(cx: &mut Cx<'_>) -> Result<i64> {
    if !cx.setting(&RUN_AUTO_CLOSE)? {
        return Ok(0);
    }
    let (mut closed, mut after) = (0, 0);
    while closed < TURN {
        let finished: Vec<(i64, RunNo)> = cx.all(
            sql!(
                "select r.id, r.run_no from run r
                 where r.status in ('AUTHORIZED', 'IN_PROGRESS') and r.qty_done + r.qty_scrapped >= r.plan_qty
                   and r.qty_done + r.qty_scrapped = r.qty_units and r.id > $1
                 order by r.id limit $2"
            ),
            p![after, TURN],
        )?;
        let Some(last) = finished.last() else { break };
        after = last.0;
        for (_, run_no) in finished {
            let done = cx.attempt(|cx| {
                let close = CloseRun { run_no: run_no.clone(), accept_short: false, reason: None };
                let loaded = close.guards(cx, &mut Ask::first())?;
                close.run(loaded, cx)?;
                cx.record("RUN_CLOSE")
            })?;
            closed += i64::from(done.is_ok());
        }
    }
    Ok(closed)
}
