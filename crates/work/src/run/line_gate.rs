//! A line with open runs is neither switched off nor given another process, and runs keep their line (R-CORE-021, 022).

use engine::{Cx, Verdict, row, sql};
use kernel::{Result, p};
use plant::line::{LINE_IN_USE, Line};
use serde_json::json;

row! {
    struct Count {
        runs: i64,
        orders: i64,
    }
}

pub(super) fn open_runs(cx: &Cx<'_>, line: &Line) -> Result<Verdict> {
    let open: Vec<(String,)> = cx.all(
        sql!(
            "select run_no from run
             where line_id = $1 and status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD') order by id limit 100"
        ),
        p![line.id],
    )?;
    let count: Option<Count> = cx.one(
        sql!(
            "select (select cast(count(*) as bigint) from run where line_id = $1) as runs,
                 (select cast(count(*) as bigint) from work_order where line_id = $2) as orders"
        ),
        p![line.id, line.id],
    )?;
    let evidence = count.map(|c| json!({ "runs": c.runs, "orders": c.orders }));
    let runs: Vec<String> = open.into_iter().map(|r| r.0).collect();
    let refusals = match runs.is_empty() {
        true => vec![],
        false => vec![LINE_IN_USE.with("line", &line.code).with("runs", runs)],
    };
    Ok(Verdict { refusals, evidence: evidence.into_iter().collect() })
}
