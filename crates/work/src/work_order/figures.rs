//! How the open orders stand, in figures; each counts rows that the list of orders shows (R-SCR-070).

use engine::{Cx, Need, Permit, Query, get, row, sql};
use kernel::{Day, Error, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::in_sight;

/// The figures of the open orders in sight.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderFigures {}

row! {
    struct Counted { to_release: i64, open: i64, late: i64 }
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Received, not released.
    pub to_release: i64,
    pub open: i64,
    /// Open and due before this day.
    pub late: i64,
    pub today: Day,
}

impl Query for OrderFigures {
    type Output = Figures;
    const NAME: &'static str = "work_order.figures";
    const ROUTE: engine::Route = get("/figures/work-orders");
    const PERMIT: Need = Need::Any(&[Permit::WoRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Figures> {
        let today = cx.today();
        let counted: Option<Counted> = cx.one(
            sql!(concat!(
                "select cast(coalesce(sum(case when w.status = 'RECEIVED' then 1 else 0 end), 0) as bigint) as to_release,
                     cast(count(*) as bigint) as open,
                     cast(coalesce(sum(case when w.due_on < $1 then 1 else 0 end), 0) as bigint) as late
                 from work_order w where w.status in ('RECEIVED', 'RELEASED', 'IN_PROGRESS') ",
                in_sight!("w")
            )),
            p![today],
        )?;
        let Counted { to_release, open, late } = counted.ok_or_else(|| Error::fault("a count gives a row"))?;
        Ok(Figures { to_release, open, late, today })
    }
}
