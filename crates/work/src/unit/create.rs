//! How units come to be: rows in large pieces, each serial a barcode that nothing else may carry.

use std::sync::OnceLock;

use engine::db::Sql;
use engine::refusals::LINE_FORBIDDEN;
use engine::{Ask, Cx, LineOf, sql};
use kernel::code::Sn;
use kernel::{Error, Id, Result, Value, p};

use super::events::UnitsCreated;
use super::{QUANTITY_EXCEEDS_PLAN, SN_DUPLICATE, Unit, UnitStatus};
use crate::run::{INVALID_RUN_STATUS, RUN_NOT_FOUND, Run, RunNo, RunStatus};
use crate::tally::{Place, Tally};
use crate::track::at_hand::RunHead;
use crate::track::floor::Floor;
use crate::track::guards;

/// Rows of one statement.
const PIECES: [usize; 3] = [512, 32, 1];
/// Parameters before the serials.
const FIXED: usize = 4;

/// Insert units, queued at a step, in the order of their serials; gives their ids. A taken serial or barcode is `Taken`.
pub(crate) fn insert(cx: &mut Cx<'_>, run: &RunHead, step_no: u32, sns: &[Sn]) -> Result<Vec<Id<Unit>>> {
    let mut ids: Vec<Id<Unit>> = Vec::with_capacity(sns.len());
    let mut rest = sns;
    while !rest.is_empty() {
        let piece = PIECES.iter().position(|n| *n <= rest.len()).unwrap_or(PIECES.len() - 1);
        let (now, later) = rest.split_at(PIECES[piece].min(rest.len()));
        let mut params: Vec<Value> = p![run.wo_id, run.id, step_no, cx.now].to_vec();
        params.extend(now.iter().map(|sn| Value::Text(sn.as_str().to_string())));
        let made: Vec<(Id<Unit>,)> = cx.all(insert_of(piece), &params)?;
        ids.extend(made.into_iter().map(|m| m.0));
        rest = later;
    }
    if let (Some(low), Some(high)) = (ids.iter().min(), ids.iter().max()) {
        cx.run(
            sql!(
                "insert into barcode (text, kind, ref_id)
                 select sn, 'UNIT', id from unit
                 where run_id = $1 and status = 'QUEUED' and step_no = $2 and id >= $3 and id <= $4 order by sn"
            ),
            p![run.id, step_no, *low, *high],
        )?;
    }
    Ok(ids)
}

/// The statement that inserts a piece; composed once.
fn insert_of(piece: usize) -> &'static Sql {
    static MADE: [OnceLock<&'static Sql>; 3] = [const { OnceLock::new() }; 3];
    MADE[piece].get_or_init(|| {
        let rows: Vec<String> =
            (0..PIECES[piece]).map(|i| format!("(${}, $1, $2, 'QUEUED', $3, 1, 0, 0, $4, 1)", FIXED + 1 + i)).collect();
        let text = format!(
            "insert into unit (sn, wo_id, run_id, status, step_no, attempt, tracks, holds_open, changed_at, version)
             values {} returning id",
            rows.join(", ")
        );
        Sql::compose(text, file!(), line!())
    })
}

/// A run that takes more units, locked, with the step at which they begin.
pub struct Room {
    run: RunHead,
    first_step: u32,
}

impl Room {
    /// The number of the run.
    pub fn run_no(&self) -> &RunNo {
        &self.run.run_no
    }
}

/// The guards of R-CORE-115: the run is in reach, still takes units, and so many fit into its plan.
pub(crate) fn room_for(cx: &Cx<'_>, ask: &mut Ask, run_no: &RunNo, wanted: i64) -> Result<Room> {
    let locked = ask.need(Run::find(cx, run_no)?, || RUN_NOT_FOUND.with("run", run_no))?;
    let run = ask.need(RunHead::find(cx, run_no)?, || RUN_NOT_FOUND.with("run", run_no))?;
    ask.that(cx.reaches_line(Some(run.line_id.number())), || LINE_FORBIDDEN.with("line", &run.line_code))?;
    let allowed = [RunStatus::Prep, RunStatus::Authorized, RunStatus::InProgress];
    ask.that(allowed.contains(&locked.status), || {
        INVALID_RUN_STATUS.with("run", &run.run_no).with("status", locked.status).with("allowed", allowed)
    })?;
    let remaining = locked.plan_qty - locked.qty_units;
    ask.that(wanted <= remaining, || {
        QUANTITY_EXCEEDS_PLAN.with("run", &run.run_no).with("remaining", remaining).with("plan", run.plan_qty)
    })?;
    let route = guards::frozen(cx, &run)?;
    let first = route.first().ok_or_else(|| Error::fault("a frozen route has a step"))?;
    Ok(Room { run: RunHead { status: locked.status, ..run }, first_step: first.step_no })
}

/// No serial of the list is a barcode already.
pub(crate) fn all_free(cx: &Cx<'_>, ask: &mut Ask, sns: &[Sn]) -> Result<()> {
    static MADE: [OnceLock<&'static Sql>; 3] = [const { OnceLock::new() }; 3];
    let mut rest = sns;
    while !rest.is_empty() {
        let piece = PIECES.iter().position(|n| *n <= rest.len()).unwrap_or(PIECES.len() - 1);
        let (now, later) = rest.split_at(PIECES[piece].min(rest.len()));
        let sql = MADE[piece].get_or_init(|| {
            let places: Vec<String> = (1..=PIECES[piece]).map(|i| format!("${i}")).collect();
            let text = format!("select text from barcode where text in ({}) order by text limit 1", places.join(", "));
            Sql::compose(text, file!(), line!())
        });
        let params: Vec<Value> = now.iter().map(|sn| Value::Text(sn.as_str().to_string())).collect();
        if let Some(taken) = cx.value::<String>(sql, &params)? {
            return ask.that(false, || SN_DUPLICATE.with("sn", taken));
        }
        rest = later;
    }
    Ok(())
}

/// Create all units or none, count and tell it.
pub(crate) fn create(cx: &mut Cx<'_>, room: &Room, sns: &[Sn], how: &'static str) -> Result<()> {
    let (Some(first), Some(last)) = (sns.first(), sns.last()) else { return Ok(()) };
    let (run, count) = (&room.run, sns.len() as i64);
    cx.about("run", &run.run_no);
    cx.happens_at(Some(&run.line_code), None);
    // Another run took one of the serials at this moment: asked again, the guards name it.
    insert(cx, run, room.first_step, sns).map_err(Error::again_if_taken)?;
    let mut tally = Tally::of(run.id, run.status);
    tally.joined(Place { status: UnitStatus::Queued, step_no: Some(room.first_step) }, count);
    tally.write(cx)?;
    cx.note("add", "units", None, Some(serde_json::json!({ "count": count, "from": first, "to": last })));
    let route = guards::frozen(cx, run)?;
    Floor::hears(cx, &route.first().into_iter().collect::<Vec<_>>())?;
    cx.emit(UnitsCreated {
        line_id: LineOf(Some(run.line_id.number())),
        line_code: run.line_code.clone(),
        wo_no: run.wo_no.clone(),
        run_no: run.run_no.to_string(),
        product_code: run.product_code.clone(),
        count,
        sn_from: first.to_string(),
        sn_to: last.to_string(),
        how,
    })
}
