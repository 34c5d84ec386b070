//! All runs, and the rework runs of one.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, get, sql};
use kernel::{Result, p};
use serde_json::Value as Json;

use super::{RUN_NOT_FOUND, RunNo, RunStatus};

/// The stage of a run, from its counters: what its page calls the current step.
macro_rules! stage {
    () => {
        "case when r.status = 'PREP' then 'authorize' when r.status in ('AUTHORIZED', 'IN_PROGRESS') \
         and r.qty_done + r.qty_scrapped >= r.plan_qty then 'close' when r.status in ('AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD') then 'execute' end"
    };
}

const COLUMNS: &[Column] = &[
    Column::new("runNo", "r.run_no", Kind::Code).link("/mes/runs/{runNo}"),
    Column::new("woNo", "w.wo_no", Kind::Code).link("/mes/work-orders/{woNo}"),
    Column::new("productCode", "w.product_code", Kind::Code),
    Column::new("lineCode", "l.code", Kind::Code).link("/mes/lines/{lineCode}"),
    Column::new("status", "r.status", Kind::Word("RunStatus")),
    Column::new("stage", stage!(), Kind::Word("RunStage")),
    Column::new("planQty", "r.plan_qty", Kind::Int),
    Column::new("doneQty", "r.qty_done", Kind::Int),
    Column::new("failedQty", "r.qty_failed", Kind::Int),
    Column::new("scrapQty", "r.qty_scrapped", Kind::Int),
    Column::new("heldQty", "r.qty_held", Kind::Int),
    Column::new("unitQty", "r.qty_units", Kind::Int).hidden(),
    Column::new("holdsOpen", "r.holds_open", Kind::Int).hidden(),
    Column::new("plannedStartAt", "r.planned_start_at", Kind::Time),
    Column::new("startedAt", "r.started_at", Kind::Time),
    Column::new("endedAt", "r.ended_at", Kind::Time).hidden(),
    Column::new("dueDate", "w.due_on", Kind::Day),
    Column::new("parentRunNo", "(select o.run_no from run o where o.id = r.parent_run_id)", Kind::Code).hidden(),
    Column::new("createdAt", "r.created_at", Kind::Time).hidden(),
    Column::new("createdBy", "r.created_by", Kind::Text).hidden(),
];

kernel::words! {
    /// The step of a run that speaks.
    pub enum RunStage { Authorize = "authorize", Execute = "execute", Close = "close" }
}

const FROM: &str = "run r join work_order w on w.id = r.wo_id join line l on l.id = r.line_id";

pub static RUNS: Listing = Listing {
    name: "runs",
    route: get("/runs"),
    need: Need::Any(&[Permit::RunRead]),
    columns: COLUMNS,
    from: FROM,
    conditions: "{scope: r.line_id}",
    key: "r.id",
    filters: &[
        Filter::new("q", "r.run_key", By::Prefix("r.run_key")),
        Filter::new("status", "r.status = $", By::Word("RunStatus", RunStatus::WORDS)),
        Filter::new("lineCode", "l.code_key = $", By::Code("lines")),
        Filter::new("woNo", "w.wo_key = $", By::Code("work_orders")),
        Filter::new("productCode", "w.product_key = $", By::Code("materials")),
        Filter::new(
            "open",
            "(case when r.status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD') then 1 else 0 end) = $",
            By::Bool,
        ),
        Filter::new(
            "routingCode",
            "r.route_version_id in (select v.id from route_version v join route o on o.id = v.route_id where o.code_key = $)",
            By::Code("routes"),
        ),
        Filter::new(
            "routeVersionNo",
            "r.route_version_id in (select v.id from route_version v where v.version_no = $)",
            By::Int,
        ),
        Filter::new("stage", concat!("(", stage!(), ") = $"), By::Word("RunStage", RunStage::WORDS)),
        Filter::new("stuck", "(case when r.qty_failed + r.qty_held > 0 then 1 else 0 end) = $", By::Bool),
        Filter::new("plannedBefore", "r.planned_start_at < $", By::Time),
    ],
    sorts: &[
        Sort::new("createdAt", "r.id", Kind::Int),
        Sort::new("runNo", "r.run_key", Kind::Code),
        Sort::new("plannedStartAt", "coalesce(r.planned_start_at, 9223372036854775807)", Kind::Int),
    ],
    descending: true,
    parent: None,
    finish: None,
};

pub static REWORK_RUNS: Listing = Listing {
    name: "rework_runs",
    route: get("/runs/{runNo}/rework-runs"),
    need: Need::Any(&[Permit::RunRead]),
    columns: COLUMNS,
    from: FROM,
    conditions: "{scope: r.line_id}",
    key: "r.id",
    filters: &[Filter::new(
        "runNo",
        "r.root_run_id = (select coalesce(o.root_run_id, o.id) from run o where o.run_key = $)",
        By::Code("runs"),
    )
    .in_path()],
    sorts: &[Sort::new("createdAt", "r.id", Kind::Int)],
    descending: false,
    parent: Some(there),
    finish: None,
};

/// The run that the path names is in sight.
fn there(cx: &Cx<'_>, fields: &Json) -> Result<()> {
    let no = fields["runNo"].as_str().and_then(|no| RunNo::parse(no).ok());
    let found = match &no {
        Some(no) => cx.exists(sql!("select id from run where run_key = $1 {scope: line_id}"), p![no.key()])?,
        None => false,
    };
    if found { Ok(()) } else { Err(RUN_NOT_FOUND.with("run", no).into()) }
}
