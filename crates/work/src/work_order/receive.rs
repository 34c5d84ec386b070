//! Receive: demand comes in, from the ERP or by hand; the same order again is an update (R-CORE-083, 084).

use engine::db::Noun;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Warning, given, post};
use kernel::error::VALIDATION_FAILED;
use kernel::{Day, Error, FieldError, Instant, Qty, Refusal, Result, Text};
use plant::common::{Meta, fields_changed, fields_given};
use plant::route::{ROUTE_NOT_FOUND, Route, RouteCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choose::{Resolution, releasable};
use super::erp::{self, ErpState, WO_TRUST_ERP_RELEASE};
use super::{
    OrderStatus, ProductCode, WORK_ORDER_PRODUCT_LOCKED, WORK_ORDER_QTY_BELOW_ALLOCATED, WoNo, WorkOrder,
    WorkOrderCancelled, WorkOrderReceived, WorkOrderReleased, WorkOrderUpdated,
};

/// Receive an order, or what has changed of it. What is left out stays as it is; `null` clears it.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceiveOrder {
    #[schemars(extend("x-pick" = null))]
    pub wo_no: WoNo,
    /// Needed for a new order.
    pub product_code: Option<ProductCode>,
    /// More than 0; needed for a new order.
    pub planned_qty: Option<Qty>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Text<20>>")]
    pub unit_code: Option<Option<Text<20>>>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<RouteCode>")]
    pub routing_code: Option<Option<RouteCode>>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Text<40>>")]
    pub erp_status: Option<Option<Text<40>>>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Text<40>>")]
    pub erp_pick_status: Option<Option<Text<40>>>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Day>")]
    pub due_date: Option<Option<Day>>,
    /// The smaller, the sooner.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<i32>")]
    pub priority: Option<Option<i32>>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Text<64>>")]
    pub customer_code: Option<Option<Text<64>>>,
    pub source_system: Option<Text<40>>,
    /// When the source last changed the order: an older message changes nothing.
    pub source_updated_at: Option<Instant>,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Meta>")]
    pub meta: Option<Option<Meta>>,
    /// Ignored: an order begins as RECEIVED, and only commands move it.
    pub status: Option<Text<40>>,
    /// Refuse an unknown route instead of warning.
    #[serde(default)]
    pub strict: bool,
}

/// What became of a received order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    pub wo_no: WoNo,
    pub status: OrderStatus,
    pub created: bool,
    /// The message was older than what is known; nothing was changed.
    pub stale: bool,
    pub warnings: Vec<Warning>,
    pub version: i64,
}

/// The order as it is, and as it will be.
pub struct Receiving {
    before: Option<WorkOrder>,
    after: WorkOrder,
    stale: bool,
    warnings: Vec<Warning>,
}

impl Command for ReceiveOrder {
    type Loaded = Receiving;
    type Output = Received;
    const NAME: &'static str = "work_order.receive";
    const ROUTE: engine::Route = post("/integration/work-orders");
    const PERMIT: Need = Need::Any(&[Permit::WoReceive]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Receiving> {
        let before = WorkOrder::find(cx, &self.wo_no)?;
        ask.part(self.complete(before.is_none()))?;
        if let Some(order) = &before {
            ask.part(order.in_scope(cx))?;
            let older = |seen| self.source_updated_at.is_some_and(|at| at < seen);
            if order.source_updated_at.is_some_and(older) {
                let after = order.clone();
                return Ok(Receiving { before, after, stale: true, warnings: vec![] });
            }
        }
        let mut after = match &before {
            Some(order) => order.clone(),
            None => {
                let (product, qty) = (ask.got(self.product_code.clone())?, self.planned_qty.unwrap_or(Qty::ZERO));
                WorkOrder::received(cx, self.wo_no.clone(), product, qty)
            }
        };
        let mut warnings = Vec::new();
        if before.as_ref().is_none_or(|o| !o.status.is_terminal()) {
            ask.part(self.demand(cx, &mut after))?;
            if before.is_none() {
                ask.part(after.in_scope(cx))?; // whoever receives an order can see it afterwards
            }
            if let Some(unknown) = self.route(cx, &mut after)? {
                ask.that(!self.strict, || unknown.clone())?;
                warnings.push(Warning::of(cx, unknown));
            }
        }
        self.erp(cx, &mut after)?;
        Ok(Receiving { before, after, stale: false, warnings })
    }

    fn run(self, loaded: Receiving, cx: &mut Cx<'_>) -> Result<Received> {
        if loaded.before.is_none() {
            cx.created();
        }
        loaded.keep(cx)
    }
}

impl Receiving {
    /// Store the order and tell what happened; also row by row of a batch.
    pub(super) fn keep(self, cx: &mut Cx<'_>) -> Result<Received> {
        let Receiving { before, mut after, stale, warnings } = self;
        let created = before.is_none();
        cx.about("work_order", &after.wo_no);
        if !stale {
            match &before {
                Some(before) => {
                    let fields = fields_changed(before, &after);
                    if cx.save(before, &mut after)? && !fields.is_empty() {
                        let told = updated(cx, &after, fields)?;
                        cx.emit(told)?;
                    }
                }
                None => {
                    // Somebody else received the same new order at this moment: done again, this call updates it.
                    cx.add(&mut after).map_err(Error::again_if_taken)?;
                    let told = received(cx, &after, fields_given(&after))?;
                    cx.emit(told)?;
                }
            }
            tell_state(cx, before.as_ref().map_or(OrderStatus::Received, |o| o.status), &after)?;
        }
        let (wo_no, status, version) = (after.wo_no, after.status, after.version);
        Ok(Received { wo_no, status, created, stale, warnings, version })
    }

    /// Whether the order is new or will differ from what it was.
    pub(super) fn changes(&self) -> bool {
        self.before.as_ref().is_none_or(|before| before.values() != self.after.values())
    }
}

impl ReceiveOrder {
    /// A new order names its product and a quantity; a quantity is more than 0.
    fn complete(&self, is_new: bool) -> Result<()> {
        let mut refusal = Refusal::from(VALIDATION_FAILED);
        let mut wrong = |path: &str, code: &str, message: &str| {
            refusal.errors.push(FieldError { path: path.into(), code: code.into(), message: message.into() });
        };
        if is_new && self.product_code.is_none() {
            wrong("/productCode", "REQUIRED", "a new order names its product");
        }
        if is_new && self.planned_qty.is_none() {
            wrong("/plannedQty", "REQUIRED", "a new order has a quantity");
        }
        if self.planned_qty.is_some_and(|qty| qty <= Qty::ZERO) {
            wrong("/plannedQty", "INVALID", "a quantity is more than 0");
        }
        if refusal.errors.is_empty() { Ok(()) } else { Err(refusal.into()) }
    }

    /// What is to be built, how many and by when; with runs, the product is locked and the quantity covers them.
    fn demand(&self, cx: &Cx<'_>, order: &mut WorkOrder) -> Result<()> {
        if let Some(product) = self.product_code.clone().filter(|p| p.key() != order.product_key) {
            if !order.live_runs(cx)?.is_empty() {
                let refusal = WORK_ORDER_PRODUCT_LOCKED.with("wo", &order.wo_no).with("ours", &order.product_code);
                return Err(refusal.with("theirs", product).into());
            }
            order.product_key = product.key();
            order.product_code = product;
        }
        if let Some(qty) = self.planned_qty {
            // The same quantity again is no change, even where runs may exceed it.
            if qty < order.planned_qty && qty < Qty::whole(order.qty_allocated) {
                let refusal = WORK_ORDER_QTY_BELOW_ALLOCATED.with("wo", &order.wo_no);
                return Err(refusal.with("allocated", order.qty_allocated).with("theirs", qty).into());
            }
            order.planned_qty = qty;
        }
        keep_text(&mut order.unit_code, &self.unit_code);
        keep_text(&mut order.customer_code, &self.customer_code);
        if let Some(day) = self.due_date {
            order.due_on = day;
        }
        if let Some(priority) = self.priority {
            order.priority = priority.map(i64::from);
        }
        Ok(())
    }

    /// The route the source asks for; an unknown one is kept as asked and gives a warning. A planner's override stays.
    fn route(&self, cx: &Cx<'_>, order: &mut WorkOrder) -> Result<Option<Refusal>> {
        let mut unknown = None;
        if let Some(asked) = &self.routing_code {
            let known = match asked {
                Some(code) => Route::find(cx, code)?.map(|r| r.code),
                None => None,
            };
            if let (Some(code), None) = (asked, &known) {
                unknown =
                    Some(ROUTE_NOT_FOUND.with("route", code).with("product", &order.product_code).unprocessable());
            }
            order.requested_routing_code = asked.as_ref().map(ToString::to_string);
            order.routing_code = known.map(|code| code.to_string());
        }
        Resolution::of(cx, order, None)?.keep_in(order);
        Ok(unknown)
    }

    /// The ERP's own fields, which a finished order still takes, and what its state does to ours (R-CORE-084).
    fn erp(&self, cx: &Cx<'_>, order: &mut WorkOrder) -> Result<()> {
        keep_text(&mut order.erp_status, &self.erp_status);
        keep_text(&mut order.erp_pick_status, &self.erp_pick_status);
        if let Some(meta) = &self.meta {
            order.meta = meta.clone().map(Meta::into_json);
        }
        if let Some(system) = &self.source_system {
            order.source_system = Some(system.as_str().to_string());
        }
        order.source_updated_at = self.source_updated_at.or(order.source_updated_at);
        if self.erp_status.is_none() || order.status.is_terminal() {
            return Ok(());
        }
        let state = order.erp_status.as_deref().map(|word| erp::state(cx, word)).transpose()?;
        let is_new = order.id.number() == 0;
        let has_runs = !is_new && !order.live_runs(cx)?.is_empty();
        order.erp_closed = matches!(state, Some(ErpState::Completed | ErpState::Void));
        match state {
            Some(ErpState::Void) if !has_runs => {
                order.status = order.status.to(OrderStatus::Cancelled)?;
                order.closed_at = Some(cx.now);
            }
            Some(ErpState::Released)
                if order.status == OrderStatus::Received && cx.setting(&WO_TRUST_ERP_RELEASE)? =>
            {
                let route = Resolution::of(cx, order, None)?.required(cx, order);
                match route.and_then(|route| releasable(cx, &route)) {
                    Ok(_) => order.status = order.status.to(OrderStatus::Released)?,
                    Err(Error::Refused(_)) => {}
                    Err(other) => return Err(other),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn keep_text<const MAX: usize>(kept: &mut Option<String>, given: &Option<Option<Text<MAX>>>) {
    if let Some(text) = given {
        *kept = text.as_ref().map(|t| t.as_str().to_string()).filter(|t| !t.is_empty());
    }
}

fn received(cx: &Cx<'_>, order: &WorkOrder, fields: Vec<String>) -> Result<WorkOrderReceived> {
    let (line_id, line_code) = (order.line_of(), order.line_code(cx)?.map(|c| c.to_string()));
    let (wo_no, product_code) = (order.wo_no.to_string(), order.product_code.to_string());
    let planned_qty = order.planned_qty;
    Ok(WorkOrderReceived { line_id, line_code, wo_no, product_code, planned_qty, fields, stale: false })
}

pub(super) fn updated(cx: &Cx<'_>, order: &WorkOrder, fields: Vec<String>) -> Result<WorkOrderUpdated> {
    let told = received(cx, order, fields)?;
    let WorkOrderReceived { line_id, line_code, wo_no, product_code, planned_qty, fields, stale } = told;
    Ok(WorkOrderUpdated { line_id, line_code, wo_no, product_code, planned_qty, fields, stale })
}

/// What the ERP's word did to our state is told as if a person had done it.
fn tell_state(cx: &mut Cx<'_>, from: OrderStatus, order: &WorkOrder) -> Result<()> {
    let to = order.status;
    let (line_id, line_code) = (order.line_of(), order.line_code(cx)?.map(|c| c.to_string()));
    let (wo_no, product_code) = (order.wo_no.to_string(), order.product_code.to_string());
    match to {
        _ if to == from => Ok(()),
        OrderStatus::Released => {
            let routing_code = Resolution::of(cx, order, None)?.code;
            cx.emit(WorkOrderReleased { line_id, wo_no, product_code, line_code, routing_code, from, to })
        }
        _ => cx.emit(WorkOrderCancelled { line_id, wo_no, product_code, line_code, from, to }),
    }
}
