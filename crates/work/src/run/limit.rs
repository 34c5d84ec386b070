//! How many boards the runs of an order may plan together (R-CORE-101).

use engine::Cx;
use kernel::{Qty, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::work_order::WorkOrder;

/// A percentage from 0 to 1000 with up to six places.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Percent(Qty);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let pct = Qty::deserialize(d)?;
        if !(Qty::ZERO..=Qty::whole(1000)).contains(&pct) {
            return Err(serde::de::Error::custom("0 to 1000 percent"));
        }
        Ok(Percent(pct))
    }
}

engine::settings! {
    /// By how many percent the runs of an order may exceed its quantity
    pub RUN_OVER_PLAN_PCT: Percent = "run.overPlanPct", default Percent(Qty::ZERO);
}

/// The most boards that the runs of an order may plan together.
pub fn of_order(cx: &Cx<'_>, order: &WorkOrder) -> Result<i64> {
    Ok(boards(order.planned_qty, cx.setting(&RUN_OVER_PLAN_PCT)?))
}

/// `floor(planned × (1 + pct / 100))`, exact.
fn boards(planned: Qty, over: Percent) -> i64 {
    let hundred = i128::from(Qty::whole(100).as_millionths());
    let scaled = i128::from(planned.as_millionths()) * (hundred + i128::from(over.0.as_millionths()));
    let whole = scaled.div_euclid(hundred * i128::from(Qty::whole(1).as_millionths()));
    i64::try_from(whole).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_101_the_limit_is_the_whole_boards_of_the_plan_and_what_it_may_be_exceeded_by() {
        let limit = |planned: &str, pct: &str| boards(Qty::parse(planned).unwrap(), Percent(Qty::parse(pct).unwrap()));
        assert_eq!(limit("100.5", "0"), 100);
        assert_eq!(limit("0.5", "0"), 0, "core §17: plannedQty 0.5 allows no run");
        assert_eq!(limit("100", "5"), 105);
        assert_eq!(limit("99", "1.5"), 100, "100.485 is 100 boards");
        assert_eq!(limit("999999999999.999999", "1000"), 10_999_999_999_999);
    }
}
