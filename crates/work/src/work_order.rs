//! Work orders: demand from the ERP, a route for it, a line for it, and its end.

mod cancel;
mod candidates;
mod change_route;
pub mod choose;
mod close;
mod dispatch;
pub mod erp;
mod figures;
pub mod fit;
mod get;
mod list;
mod next_actions;
pub mod pick;
mod pick_status;
mod receive;
mod receive_batch;
mod register_gate;
mod release;
mod totals;
mod unrelease;

use engine::refusals::LINE_FORBIDDEN;
use engine::{Ask, Cx, GatePoint, LineOf, Warning, row, sql};
use kernel::{Day, Id, Instant, Qty, Refusal, Result, p};
use plant::line::{Line, LineCode};
use plant::station::StationGroup;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

pub use cancel::CancelOrder;
pub use change_route::ChangeRoute;
pub use choose::RouteMode;
pub use close::CloseOrder;
pub(crate) use close::{reason_for_short, reason_missing};
pub use dispatch::DispatchOrder;
pub use get::GetOrder;
pub use pick_status::SetPickStatus;
pub use receive::ReceiveOrder;
pub use receive_batch::ReceiveOrders;
pub(crate) use release::unless;
pub use release::{Release, ReleaseOrder};
pub use totals::Totals;
pub use unrelease::UnreleaseOrder;

kernel::code! {
    /// The number of a work order.
    WoNo, max 80, pick "work_orders";
    /// The code of a product: a material that is built.
    ProductCode, max 64, pick "materials";
}

kernel::refusals! {
    /// No such work order
    WORK_ORDER_NOT_FOUND: NotFound (wo);
    /// Release of an order not in RECEIVED
    WORK_ORDER_NOT_RECEIVED: Conflict (wo, status);
    /// Run creation on an order not RELEASED/IN_PROGRESS
    WORK_ORDER_NOT_RELEASED: Conflict (wo, status);
    /// Order is completed
    WORK_ORDER_COMPLETED: Conflict (wo, status);
    /// Not possible once live runs exist
    WORK_ORDER_HAS_RUNS: Conflict (wo, runs, count);
    /// Close without any run
    WORK_ORDER_HAS_NO_RUNS: Conflict (wo);
    /// Close with open runs (listed)
    WORK_ORDER_RUNS_NOT_TERMINAL: Conflict (wo, runs, count);
    /// Good quantity below plan; needs acceptShort and reason
    WORK_ORDER_SHORT_QTY: Conflict (wo, planned, good, missing);
    /// Product change after runs exist
    WORK_ORDER_PRODUCT_LOCKED: Conflict (wo, ours, theirs);
    /// Planned quantity below allocated runs
    WORK_ORDER_QTY_BELOW_ALLOCATED: Conflict (wo, allocated, theirs);
    /// ERP closed or voided the order
    WORK_ORDER_ERP_CLOSED: Conflict (wo);
    /// Pick status belongs to ERP
    ERP_WORK_ORDER_NOT_EDITABLE: Conflict (wo);
}

engine::events! {
    /// An order was received for the first time
    WorkOrderReceived = "WORK_ORDER_RECEIVED" { line_id: LineOf, line_code: Option<String>, wo_no: String, product_code: String, planned_qty: Qty, fields: Vec<String>, stale: bool }
    /// An order was received again and changed
    WorkOrderUpdated = "WORK_ORDER_UPDATED" { line_id: LineOf, line_code: Option<String>, wo_no: String, product_code: String, planned_qty: Qty, fields: Vec<String>, stale: bool }
    /// An order was released to a line
    WorkOrderReleased = "WORK_ORDER_RELEASED" { line_id: LineOf, wo_no: String, product_code: String, line_code: Option<String>, routing_code: Option<String>, from: OrderStatus, to: OrderStatus }
    /// The release of an order was taken back
    WorkOrderUnreleased = "WORK_ORDER_UNRELEASED" { line_id: LineOf, wo_no: String, product_code: String, line_code: Option<String>, from: OrderStatus, to: OrderStatus }
    /// An order was sent to another line
    WorkOrderDispatched = "WORK_ORDER_DISPATCHED" { line_id: LineOf, wo_no: String, product_code: String, line_code: String, from: Option<String>, to: String }
    /// An order was cancelled, here or by the ERP
    WorkOrderCancelled = "WORK_ORDER_CANCELLED" { line_id: LineOf, wo_no: String, product_code: String, line_code: Option<String>, from: OrderStatus, to: OrderStatus }
    /// A change that the ERP asked for was refused; a planner decides
    WorkOrderConflict = "WORK_ORDER_CONFLICT" { line_id: LineOf, wo_no: String, product_code: String, field: &'static str, ours: String, theirs: serde_json::Value }
    /// An order was completed
    WorkOrderClosed = "WORK_ORDER_CLOSED" { line_id: LineOf, wo_no: String, product_code: String, line_code: Option<String>, planned_qty: Qty, good_qty: i64, scrap_qty: i64, x_out_qty: i64, accept_short: bool }
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
    table "work_order" called("work_order", wo_no) refs { line_id => "line.code", station_group_id => "station_group.code" } quiet { wo_key, product_key, run_seq };
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
        pub routing_mode: Option<RouteMode>,
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
        pub created_at: Instant,
        pub closed_at: Option<Instant>,
        pub version: i64,
    }
}

/// Asked before an order is released (R-CORE-085), after its own guards.
pub static RELEASE: GatePoint<Release> = GatePoint::new("work_order.release");

/// Work orders for the registry.
pub fn register(registry: &mut engine::Registry) {
    registry
        .command::<ReceiveOrder>()
        .command::<ReceiveOrders>()
        .command::<ReleaseOrder>()
        .command::<UnreleaseOrder>()
        .command::<DispatchOrder>()
        .command::<ChangeRoute>()
        .command::<SetPickStatus>()
        .command::<CloseOrder>()
        .command::<CancelOrder>()
        .list(&list::WORK_ORDERS)
        .query::<get::GetOrder>()
        .query::<figures::OrderFigures>()
        .query::<candidates::RouteCandidates>()
        .query::<next_actions::OrderNextActions>()
        .gate(&engine::register::USED, "orders", register_gate::orders);
}

macro_rules! select_order {
    ($rest:expr) => {
        sql!(concat!(
            "select id, wo_no, wo_key, product_code, product_key, planned_qty, unit_code, routing_code, requested_routing_code,
                 routing_mode, routing_candidates, routing_override, status, erp_status, erp_pick_status, erp_closed,
                 pick_status, due_on, priority, customer_code, line_id, station_group_id, dispatched_at, dispatched_by,
                 source_system, source_updated_at, meta, run_seq, runs_open, qty_allocated, created_at, closed_at, version
             from work_order ",
            $rest
        ))
    };
}

/// An order is in the sight of the line it is sent to and of the lines of its runs; one that is on no line yet takes scope
/// ALL (R-PLAT-040).
macro_rules! in_sight {
    ($order:literal) => {
        concat!(
            "and exists (select 1 from (select ",
            $order,
            ".line_id as line_id union all select r.line_id from run r where r.wo_id = ",
            $order,
            ".id) reach where 1 = 1 {scope: reach.line_id})"
        )
    };
}
pub(crate) use in_sight;

impl OrderStatus {
    /// Whether nothing happens to the order any more.
    pub const fn is_terminal(self) -> bool {
        matches!(self, OrderStatus::Completed | OrderStatus::Cancelled)
    }

    /// Whether runs may be made of it.
    pub const fn takes_runs(self) -> bool {
        matches!(self, OrderStatus::Released | OrderStatus::InProgress)
    }
}

impl WorkOrder {
    /// A received order that nothing is known of but what is to be built and how much of it.
    pub(crate) fn received(cx: &Cx<'_>, wo_no: WoNo, product_code: ProductCode, planned_qty: Qty) -> WorkOrder {
        WorkOrder {
            id: Id::of(0),
            wo_key: wo_no.key(),
            wo_no,
            product_key: product_code.key(),
            product_code,
            planned_qty,
            unit_code: None,
            routing_code: None,
            requested_routing_code: None,
            routing_mode: None,
            routing_candidates: None,
            routing_override: None,
            status: OrderStatus::Received,
            erp_status: None,
            erp_pick_status: None,
            erp_closed: false,
            pick_status: None,
            due_on: None,
            priority: None,
            customer_code: None,
            line_id: None,
            station_group_id: None,
            dispatched_at: None,
            dispatched_by: None,
            source_system: None,
            source_updated_at: None,
            meta: None,
            run_seq: 0,
            runs_open: 0,
            qty_allocated: 0,
            created_at: cx.now,
            closed_at: None,
            version: 1,
        }
    }

    /// The order of a number, locked for the change at hand. Units that name it may still be written meanwhile.
    pub fn find(cx: &Cx<'_>, no: &WoNo) -> Result<Option<WorkOrder>> {
        cx.one(select_order!("where wo_key = $1 for no key update"), p![no.key()])
    }

    /// The order of an id, locked for the change at hand.
    pub fn get(cx: &Cx<'_>, id: Id<WorkOrder>) -> Result<Option<WorkOrder>> {
        cx.one(select_order!("where id = $1 for no key update"), p![id])
    }

    /// The order of a number within the reader's sight.
    pub fn seen(cx: &Cx<'_>, no: &WoNo) -> Result<Option<WorkOrder>> {
        cx.one(select_order!(concat!("where wo_key = $1 ", in_sight!("work_order"))), p![no.key()])
    }

    /// The code of the line it is dispatched to.
    pub fn line_code(&self, cx: &Cx<'_>) -> Result<Option<LineCode>> {
        match self.line_id {
            Some(line) => Ok(Line::get(cx, line)?.map(|l| l.code)),
            None => Ok(None),
        }
    }

    /// The order a command is about: there, and in the asker's scope.
    pub fn asked(cx: &Cx<'_>, ask: &mut Ask, no: &WoNo) -> Result<WorkOrder> {
        let order = ask.need(WorkOrder::find(cx, no)?, || WORK_ORDER_NOT_FOUND.with("wo", no))?;
        ask.part(order.in_scope(cx))?;
        Ok(order)
    }

    /// Its line or the line of one of its runs is in the asker's scope, else `LINE_FORBIDDEN`; an order that is on no line yet
    /// takes scope ALL (R-CORE-006, R-PLAT-040).
    pub fn in_scope(&self, cx: &Cx<'_>) -> Result<()> {
        if cx.reaches_line(self.line_id.map(Id::number)) {
            return Ok(());
        }
        let of_runs: Vec<(i64,)> = cx.all(sql!("select distinct line_id from run where wo_id = $1"), p![self.id])?;
        if of_runs.iter().any(|line| cx.reaches_line(Some(line.0))) {
            return Ok(());
        }
        Err(LINE_FORBIDDEN.with("line", self.line_code(cx)?).into())
    }

    /// What the call is about, for the audit trail: this order under its own number, on its line. Gives the code of the line.
    pub(crate) fn at_work(&self, cx: &mut Cx<'_>) -> Result<Option<String>> {
        let line = self.line_code(cx)?.map(|code| code.to_string());
        cx.about("work_order", &self.wo_no);
        cx.happens_at(line.as_deref(), None);
        Ok(line)
    }

    /// `WORK_ORDER_NOT_RELEASED`.
    pub fn not_released(&self) -> Refusal {
        WORK_ORDER_NOT_RELEASED.with("wo", &self.wo_no).with("status", self.status)
    }

    /// `WORK_ORDER_COMPLETED`.
    fn is_over(&self) -> Refusal {
        WORK_ORDER_COMPLETED.with("wo", &self.wo_no).with("status", self.status)
    }

    /// `WORK_ORDER_HAS_RUNS` with the runs.
    fn has_runs(&self, runs: &[String]) -> Refusal {
        WORK_ORDER_HAS_RUNS.with("wo", &self.wo_no).with("count", runs.len()).with("runs", runs)
    }

    /// The numbers of its runs that are not cancelled, oldest first.
    pub fn live_runs(&self, cx: &Cx<'_>) -> Result<Vec<String>> {
        let sql = sql!("select run_no from run where wo_id = $1 and status <> 'CANCELLED' order by id limit 100");
        Ok(cx.all::<(String,)>(sql, p![self.id])?.into_iter().map(|r| r.0).collect())
    }

    /// The numbers of its runs on a line that are not finished, oldest first.
    pub fn open_runs_on(&self, cx: &Cx<'_>, line: Id<Line>) -> Result<Vec<String>> {
        let sql = sql!(
            "select run_no from run
             where wo_id = $1 and line_id = $2 and status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD')
             order by id limit 100"
        );
        Ok(cx.all::<(String,)>(sql, p![self.id, line])?.into_iter().map(|r| r.0).collect())
    }

    /// The numbers of its runs that are not finished, oldest first.
    pub fn open_runs(&self, cx: &Cx<'_>) -> Result<Vec<String>> {
        let sql = sql!(
            "select run_no from run
             where wo_id = $1 and status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD') order by id limit 100"
        );
        Ok(cx.all::<(String,)>(sql, p![self.id])?.into_iter().map(|r| r.0).collect())
    }

    /// The line of its events.
    pub fn line_of(&self) -> LineOf {
        LineOf(self.line_id.map(Id::number))
    }
}

/// What a change of an order answers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderAnswer {
    pub wo_no: WoNo,
    pub status: OrderStatus,
    pub line_code: Option<LineCode>,
    /// The route that was chosen, where the command chose one.
    pub routing_code: Option<String>,
    /// What the planner should know although nothing was refused.
    pub warnings: Vec<Warning>,
    pub version: i64,
}

impl OrderAnswer {
    pub(crate) fn of(cx: &Cx<'_>, order: &WorkOrder) -> Result<Self> {
        let line_code = order.line_code(cx)?;
        let (wo_no, status, version) = (order.wo_no.clone(), order.status, order.version);
        Ok(OrderAnswer { wo_no, status, line_code, routing_code: None, warnings: vec![], version })
    }
}
