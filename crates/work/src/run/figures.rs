//! How the open runs stand, in figures; each is the sum of rows that the list of runs shows (R-SCR-070).

use engine::{Cx, Need, Permit, Query, get, row, sql};
use kernel::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The figures of the open runs in sight, from their counters.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunFigures {}

row! {
    /// Runs by what they wait for, and the boards of all of them.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct Figures {
        /// In preparation.
        pub to_authorize: i64,
        /// Authorized, without a board in any station yet.
        pub ready: i64,
        pub running: i64,
        pub held: i64,
        /// Boards planned, done, scrapped, failed and on hold.
        pub plan_qty: i64,
        pub done_qty: i64,
        pub scrap_qty: i64,
        pub failed_qty: i64,
        pub held_qty: i64,
    }
}

impl Query for RunFigures {
    type Output = Figures;
    const NAME: &'static str = "run.figures";
    const ROUTE: engine::Route = get("/figures/runs");
    const PERMIT: Need = Need::Any(&[Permit::RunRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Figures> {
        let figures = cx.one(
            sql!(
                "select cast(coalesce(sum(case when r.status = 'PREP' then 1 else 0 end), 0) as bigint) as to_authorize,
                     cast(coalesce(sum(case when r.status = 'AUTHORIZED' then 1 else 0 end), 0) as bigint) as ready,
                     cast(coalesce(sum(case when r.status = 'IN_PROGRESS' then 1 else 0 end), 0) as bigint) as running,
                     cast(coalesce(sum(case when r.status = 'ON_HOLD' then 1 else 0 end), 0) as bigint) as held,
                     cast(coalesce(sum(r.plan_qty), 0) as bigint) as plan_qty,
                     cast(coalesce(sum(r.qty_done), 0) as bigint) as done_qty,
                     cast(coalesce(sum(r.qty_scrapped), 0) as bigint) as scrap_qty,
                     cast(coalesce(sum(r.qty_failed), 0) as bigint) as failed_qty,
                     cast(coalesce(sum(r.qty_held), 0) as bigint) as held_qty
                 from run r
                 where r.status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD') {scope: r.line_id}"
            ),
            [],
        )?;
        figures.ok_or_else(|| Error::fault("a sum gives a row"))
    }
}
