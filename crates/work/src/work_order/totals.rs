//! What an order's runs made of it: derived from the runs, kept nowhere.

use engine::{Cx, row, sql};
use kernel::{Id, Result, p};

use super::WorkOrder;

row! {
    /// Boards of an order, over its runs.
    pub struct Totals {
        pub runs: i64,
        pub good: i64,
        pub scrap: i64,
        pub units: i64,
    }
}

impl Totals {
    /// The sums over the runs that are not cancelled.
    pub fn of(cx: &Cx<'_>, order: Id<WorkOrder>) -> Result<Totals> {
        let found = cx.one(
            sql!(
                "select cast(count(*) as bigint) as runs, cast(coalesce(sum(qty_done), 0) as bigint) as good,
                     cast(coalesce(sum(qty_scrapped), 0) as bigint) as scrap, cast(coalesce(sum(qty_units), 0) as bigint) as units
                 from run where wo_id = $1 and status <> 'CANCELLED'"
            ),
            p![order],
        )?;
        Ok(found.unwrap_or(Totals { runs: 0, good: 0, scrap: 0, units: 0 }))
    }
}
