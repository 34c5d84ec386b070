//! All orders, with what their runs made of them.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, get};
use kernel::Result;
use serde_json::{Map, Value as Json};

use super::choose::Resolution;
use super::pick::PickStatus;
use super::{OrderStatus, RouteMode, WoNo, WorkOrder, in_sight};

pub static WORK_ORDERS: Listing = Listing {
    name: "work_orders",
    route: get("/work-orders"),
    need: Need::Any(&[Permit::WoRead]),
    columns: &[
        Column::new("woNo", "w.wo_no", Kind::Code).link("/mes/work-orders/{woNo}"),
        Column::new("productCode", "w.product_code", Kind::Code),
        Column::new("status", "w.status", Kind::Word("OrderStatus")),
        Column::new("plannedQty", "w.planned_qty", Kind::Qty),
        Column::new("allocatedQty", "w.qty_allocated", Kind::Int),
        Column::new(
            "goodQty",
            "(select cast(coalesce(sum(r.qty_done), 0) as bigint) from run r where r.wo_id = w.id)",
            Kind::Int,
        ),
        Column::new(
            "scrapQty",
            "(select cast(coalesce(sum(r.qty_scrapped), 0) as bigint) from run r where r.wo_id = w.id)",
            Kind::Int,
        ),
        Column::new("dueDate", "w.due_on", Kind::Day),
        Column::new("priority", "w.priority", Kind::Int),
        Column::new("lineCode", "l.code", Kind::Code).link("/mes/lines/{lineCode}"),
        Column::new(
            "routingCode",
            "coalesce(w.routing_override, w.routing_code, w.requested_routing_code)",
            Kind::Code,
        ),
        Column::new("routeMode", "w.routing_mode", Kind::Word("RouteMode")),
        Column::new(
            "pickStatus",
            "case when w.erp_status is null then w.pick_status else w.erp_pick_status end",
            Kind::Word("PickStatus"),
        ),
        Column::new("erpStatus", "w.erp_status", Kind::Text),
        Column::new("runsOpen", "w.runs_open", Kind::Int),
        Column::new("customerCode", "w.customer_code", Kind::Code).hidden(),
        Column::new("unitCode", "w.unit_code", Kind::Text).hidden(),
        Column::new("erpClosed", "w.erp_closed", Kind::Bool).hidden(),
        Column::new("createdAt", "w.created_at", Kind::Time).hidden(),
        Column::new("closedAt", "w.closed_at", Kind::Time).hidden(),
        Column::new("version", "w.version", Kind::Int).hidden(),
    ],
    from: "work_order w left join line l on l.id = w.line_id",
    conditions: in_sight!("w"),
    key: "w.id",
    filters: &[
        Filter::new("q", "w.wo_key", By::Prefix("w.wo_key")),
        Filter::new("status", "w.status = $", By::Word("OrderStatus", OrderStatus::WORDS)),
        Filter::new("lineCode", "l.code_key = $", By::Code("lines")),
        Filter::new("productCode", "w.product_key = $", By::Code("materials")),
        Filter::new("dueBefore", "w.due_on < $", By::Day),
        Filter::new("routeMode", "w.routing_mode = $", By::Word("RouteMode", RouteMode::WORDS)),
        Filter::new(
            "pickStatus",
            "(case when w.erp_status is null then w.pick_status else w.erp_pick_status end) = $",
            By::Word("PickStatus", PickStatus::WORDS),
        ),
        Filter::new("open", "(case when w.status in ('COMPLETED', 'CANCELLED') then 0 else 1 end) = $", By::Bool),
        Filter::new("createdBefore", "w.created_at < $", By::Time),
        Filter::new("createdAfter", "w.created_at >= $", By::Time),
    ],
    sorts: &[
        Sort::new("createdAt", "w.id", Kind::Int),
        Sort::new("woNo", "w.wo_key", Kind::Code),
        Sort::new("dueDate", "coalesce(w.due_on, '9999-12-31')", Kind::Day),
    ],
    descending: true,
    parent: None,
    finish: Some(routes_as_of_now),
};

/// Routes come and go while an order waits: of received orders the route is looked up, not remembered.
fn routes_as_of_now(cx: &Cx<'_>, rows: &mut [Map<String, Json>]) -> Result<()> {
    let waiting = rows.iter_mut().filter(|row| row["status"] == OrderStatus::Received.word());
    for row in waiting {
        let Some(no) = row["woNo"].as_str().and_then(|no| WoNo::parse(no).ok()) else { continue };
        let Some(order) = WorkOrder::seen(cx, &no)? else { continue };
        let found = Resolution::of(cx, &order, None)?;
        row.insert("routingCode".into(), found.code.map_or(Json::Null, Json::from));
        row.insert("routeMode".into(), found.mode.word().into());
    }
    Ok(())
}
