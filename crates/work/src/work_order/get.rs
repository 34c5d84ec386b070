//! One order: its demand, its route, its line, and what its runs made of it.

use engine::{Cx, Need, Permit, Query, get, row, sql};
use kernel::{Day, Instant, Qty, Result, p};
use plant::line::LineCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::choose::{Resolution, ResolutionView};
use super::pick::PickStatus;
use super::{OrderStatus, ProductCode, Totals, WORK_ORDER_NOT_FOUND, WoNo, WorkOrder};
use crate::run::{RunStatus, limit};

/// An order in full.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetOrder {
    pub wo_no: WoNo,
}

/// An order as its page shows it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    pub wo_no: WoNo,
    pub product_code: ProductCode,
    pub status: OrderStatus,
    pub planned_qty: Qty,
    pub unit_code: Option<String>,
    /// Boards in runs that are not cancelled or scrapped.
    pub allocated_qty: i64,
    /// The most boards that its runs may plan together (R-CORE-101).
    pub limit_qty: i64,
    /// What may still go into runs.
    pub remaining_qty: i64,
    pub good_qty: i64,
    pub scrap_qty: i64,
    /// Boards that exist and are neither good nor scrapped.
    pub running_qty: i64,
    /// The route that would be taken now, or the code that was asked for.
    pub routing_code: Option<String>,
    pub requested_routing_code: Option<String>,
    pub routing_override: Option<String>,
    pub routing_resolution: ResolutionView,
    pub erp_status: Option<String>,
    pub erp_pick_status: Option<String>,
    pub erp_closed: bool,
    /// The pick status that counts.
    pub pick_status: Option<PickStatus>,
    pub due_date: Option<Day>,
    pub priority: Option<i64>,
    pub customer_code: Option<String>,
    pub dispatch: Option<DispatchView>,
    pub source_system: Option<String>,
    pub source_updated_at: Option<Instant>,
    pub meta: Option<Json>,
    pub runs_open: i64,
    pub runs: Vec<OrderRun>,
    pub created_at: Instant,
    pub closed_at: Option<Instant>,
    pub version: i64,
}

/// Where an order was sent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DispatchView {
    pub line_code: LineCode,
    pub station_group_code: Option<String>,
    pub dispatched_at: Option<Instant>,
    pub by: Option<String>,
}

row! {
    /// A run of the order.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct OrderRun {
        pub run_no: String,
        pub line_code: String,
        pub plan_qty: i64,
        pub status: RunStatus,
        pub done: i64,
        pub scrapped: i64,
        pub started_at: Option<Instant>,
        pub ended_at: Option<Instant>,
    }
}

impl Query for GetOrder {
    type Output = OrderView;
    const NAME: &'static str = "work_order.get";
    const ROUTE: engine::Route = get("/work-orders/{woNo}");
    const PERMIT: Need = Need::Any(&[Permit::WoRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<OrderView> {
        let Some(order) = WorkOrder::seen(cx, &self.wo_no)? else {
            return Err(WORK_ORDER_NOT_FOUND.with("wo", &self.wo_no).into());
        };
        let totals = Totals::of(cx, order.id)?;
        let resolution = Resolution::of(cx, &order, None)?;
        let runs = cx.all(
            sql!(
                "select r.run_no, l.code as line_code, r.plan_qty, r.status, r.qty_done, r.qty_scrapped, r.started_at, r.ended_at
                 from run r join line l on l.id = r.line_id where r.wo_id = $1 {scope: r.line_id} order by r.id desc limit 200"
            ),
            p![order.id],
        )?;
        let limit_qty = limit::of_order(cx, &order)?;
        Ok(OrderView {
            allocated_qty: order.qty_allocated,
            limit_qty,
            remaining_qty: (limit_qty - order.qty_allocated).max(0),
            good_qty: totals.good,
            scrap_qty: totals.scrap,
            running_qty: (totals.units - totals.good - totals.scrap).max(0),
            routing_code: resolution.code.clone(),
            routing_resolution: resolution.view(cx, &order)?,
            pick_status: order.pick(),
            dispatch: dispatch(cx, &order)?,
            runs,
            wo_no: order.wo_no,
            product_code: order.product_code,
            status: order.status,
            planned_qty: order.planned_qty,
            unit_code: order.unit_code,
            requested_routing_code: order.requested_routing_code,
            routing_override: order.routing_override,
            erp_status: order.erp_status,
            erp_pick_status: order.erp_pick_status,
            erp_closed: order.erp_closed,
            due_date: order.due_on,
            priority: order.priority,
            customer_code: order.customer_code,
            source_system: order.source_system,
            source_updated_at: order.source_updated_at,
            meta: order.meta,
            runs_open: order.runs_open,
            created_at: order.created_at,
            closed_at: order.closed_at,
            version: order.version,
        })
    }
}

fn dispatch(cx: &Cx<'_>, order: &WorkOrder) -> Result<Option<DispatchView>> {
    let Some(line_code) = order.line_code(cx)? else { return Ok(None) };
    let station_group_code = match order.station_group_id {
        Some(group) => cx.value(sql!("select code from station_group where id = $1"), p![group])?,
        None => None,
    };
    let (dispatched_at, by) = (order.dispatched_at, order.dispatched_by.clone());
    Ok(Some(DispatchView { line_code, station_group_code, dispatched_at, by }))
}
