//! Materials and station groups that orders name stay, and keep their codes (R-CORE-021).

use engine::register::Entry;
use engine::{Cx, Verdict, sql};
use kernel::{Result, p};
use serde_json::json;

/// Count the orders that name a row of a register.
pub(super) fn orders(cx: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    let count: Option<i64> = match entry.noun {
        "material" => cx.value(
            sql!("select cast(count(*) as bigint) from work_order where product_key = $1"),
            p![entry.code_key],
        )?,
        "station_group" => {
            cx.value(sql!("select cast(count(*) as bigint) from work_order where station_group_id = $1"), p![entry.id])?
        }
        _ => None,
    };
    Ok(Verdict { refusals: vec![], evidence: count.map(|orders| json!({ "orders": orders })).into_iter().collect() })
}
