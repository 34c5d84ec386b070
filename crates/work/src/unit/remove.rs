//! Units that nobody worked on go away: by command, or with their run.

use engine::{Cx, LineOf, sql};
use kernel::{Result, p};
use serde_json::json;

use super::UnitStatus;
use super::events::UnitsDeleted;
use crate::run::{Run, RunKeys};
use crate::tally::{Place, Tally};

/// Delete the units of a run that were in no station, waiting or held; gives how many. Their serials are free again, their
/// numbers are not. The run is as the caller has left it; `how` says which command it was.
pub fn remove_untouched(cx: &mut Cx<'_>, run: &Run, keys: RunKeys, how: &'static str) -> Result<i64> {
    let places: Vec<(UnitStatus, Option<u32>, i64)> = cx.all(
        sql!(
            "select status, step_no, cast(count(*) as bigint) from unit
             where run_id = $1 and status in ('QUEUED', 'ON_HOLD') and tracks = 0 group by status, step_no
             order by status, step_no"
        ),
        p![run.id],
    )?;
    let removed: i64 = places.iter().map(|p| p.2).sum();
    if removed == 0 {
        return Ok(0);
    }
    let ends: Vec<(String,)> = cx.all(
        sql!(
            "select sn from unit where id in (
                 select min(id) from unit where run_id = $1 and status in ('QUEUED', 'ON_HOLD') and tracks = 0
                 union all select max(id) from unit where run_id = $1 and status in ('QUEUED', 'ON_HOLD') and tracks = 0) order by id"
        ),
        p![run.id],
    )?;
    let end = |sn: Option<&(String,)>| sn.map(|sn| sn.0.clone()).unwrap_or_default();
    let (sn_from, sn_to) = (end(ends.first()), end(ends.last()));
    cx.run(
        sql!(
            "delete from barcode where kind = 'UNIT' and text in
                 (select sn from unit where run_id = $1 and status in ('QUEUED', 'ON_HOLD') and tracks = 0)"
        ),
        p![run.id],
    )?;
    cx.run(
        sql!(
            "delete from unit_hold where unit_id in
                 (select id from unit where run_id = $1 and status in ('QUEUED', 'ON_HOLD') and tracks = 0)"
        ),
        p![run.id],
    )?;
    cx.run(sql!("delete from unit where run_id = $1 and status in ('QUEUED', 'ON_HOLD') and tracks = 0"), p![run.id])?;
    let mut tally = Tally::of(run.id, run.status);
    for (status, step_no, n) in places {
        tally.left(Place { status, step_no }, n);
    }
    tally.write(cx)?;
    cx.note("remove", "units", Some(json!({ "count": removed, "from": sn_from, "to": sn_to })), None);
    cx.emit(UnitsDeleted {
        line_id: LineOf(Some(run.line_id.number())),
        line_code: keys.line_code,
        wo_no: keys.wo_no,
        run_no: run.run_no.to_string(),
        product_code: keys.product_code,
        count: removed,
        sn_from,
        sn_to,
        how,
    })?;
    Ok(removed)
}
