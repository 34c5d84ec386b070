//! Work orders: demand from the ERP, a route for it, a line for it, and its end.

use engine::{Cx, row, sql};
use kernel::{Day, Id, Instant, Qty, Result, p};
use plant::line::Line;
use plant::station::StationGroup;
use serde_json::Value as Json;

/// Work orders for the registry.
pub fn register(_registry: &mut engine::Registry) {}

kernel::code! {
    /// The number of a work order.
    WoNo, max 80, pick "work_orders";
    /// The code of a product: a material that is built.
    ProductCode, max 64, pick "materials";
}

kernel::refusals! {
    /// No such work order
    WORK_ORDER_NOT_FOUND: NotFound (wo);
}

kernel::moves! {
    /// The state of a work order.
    pub enum OrderStatus {
        Received = "RECEIVED", Released = "RELEASED", InProgress = "IN_PROGRESS", Completed = "COMPLETED", Cancelled = "CANCELLED",
    }
    Received => Released by "work_order.release";
    Released => Received by "work_order.unrelease";
    Released => InProgress by "run.create";
    Released => Completed by "work_order.close";
    InProgress => Completed by "work_order.close";
    Received => Cancelled by "work_order.cancel";
    Released => Cancelled by "work_order.cancel";
    InProgress => Cancelled by "work_order.cancel";
}

row! {
    table "work_order" refs { line_id => "line.code", station_group_id => "station_group.code" } quiet { wo_key, product_key, run_seq };
    /// A work order.
    pub struct WorkOrder {
        pub id: Id<WorkOrder>,
        pub wo_no: WoNo,
        pub wo_key: String,
        pub product_code: ProductCode,
        pub product_key: String,
        pub planned_qty: Qty,
        pub unit_code: Option<String>,
        pub routing_code: Option<String>,
        pub requested_routing_code: Option<String>,
        pub routing_mode: Option<String>,
        pub routing_candidates: Option<Json>,
        pub routing_override: Option<String>,
        pub status: OrderStatus,
        pub erp_status: Option<String>,
        pub erp_pick_status: Option<String>,
        pub erp_closed: bool,
        pub pick_status: Option<String>,
        pub due_on: Option<Day>,
        pub priority: Option<i64>,
        pub customer_code: Option<String>,
        pub line_id: Option<Id<Line>>,
        pub station_group_id: Option<Id<StationGroup>>,
        pub dispatched_at: Option<Instant>,
        pub dispatched_by: Option<String>,
        pub source_system: Option<String>,
        pub source_updated_at: Option<Instant>,
        pub meta: Option<Json>,
        pub run_seq: i64,
        pub runs_open: i64,
        pub qty_allocated: i64,
        pub qty_good: i64,
        pub qty_scrap: i64,
        pub created_at: Instant,
        pub closed_at: Option<Instant>,
        pub version: i64,
    }
}

impl WorkOrder {
    /// The order of a number, locked for the change at hand.
    pub fn find(cx: &Cx<'_>, no: &WoNo) -> Result<Option<WorkOrder>> {
        cx.one(
            sql!(
                "select id, wo_no, wo_key, product_code, product_key, planned_qty, unit_code, routing_code, requested_routing_code,
                     routing_mode, routing_candidates, routing_override, status, erp_status, erp_pick_status, erp_closed,
                     pick_status, due_on, priority, customer_code, line_id, station_group_id, dispatched_at, dispatched_by,
                     source_system, source_updated_at, meta, run_seq, runs_open, qty_allocated, qty_good, qty_scrap,
                     created_at, closed_at, version
                 from work_order where wo_key = $1 for update"
            ),
            p![no.key()],
        )
    }
}
