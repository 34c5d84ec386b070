//! Receive a batch: up to 200 orders in one call, each accepted or refused by itself (R-CORE-083).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Refusal, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json, json};

use super::receive::Received;
use super::{
    ReceiveOrder, WORK_ORDER_PRODUCT_LOCKED, WORK_ORDER_QTY_BELOW_ALLOCATED, WoNo, WorkOrder, WorkOrderConflict,
};

/// Receive many orders; a refused row leaves the others alone. Each order that changes has an audit row of its own.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceiveOrders {
    /// 1 to 200 orders.
    #[serde(deserialize_with = "bounded")]
    #[schemars(length(min = 1, max = 200))]
    pub orders: Vec<ReceiveOrder>,
    /// Refuse unknown routes instead of warning.
    #[serde(default)]
    pub strict: bool,
}

/// The most orders of one batch.
pub const BATCH_MAX: usize = 200;

fn bounded<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<ReceiveOrder>, D::Error> {
    let orders = Vec::<ReceiveOrder>::deserialize(d)?;
    if orders.is_empty() || orders.len() > BATCH_MAX {
        return Err(serde::de::Error::custom(format!("1 to {BATCH_MAX} orders")));
    }
    Ok(orders)
}

kernel::words! {
    /// What became of one row.
    pub enum RowOutcome { Created = "CREATED", Updated = "UPDATED", Stale = "STALE", Refused = "REFUSED" }
}

/// One row's outcome, in the order of the request.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowResult {
    pub wo_no: WoNo,
    pub outcome: RowOutcome,
    /// The refusal, or null.
    pub code: Option<&'static str>,
    pub params: Map<String, Json>,
    /// The refusal's sentence, or null.
    pub detail: Option<String>,
    pub warnings: Vec<engine::Warning>,
}

/// How the batch went.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchReceived {
    pub created: usize,
    pub updated: usize,
    pub stale: usize,
    pub refused: usize,
    pub results: Vec<RowResult>,
}

impl Command for ReceiveOrders {
    type Loaded = ();
    type Output = BatchReceived;
    const NAME: &'static str = "work_order.receive_batch";
    const ROUTE: engine::Route = post("/integration/work-orders/batch");
    const PERMIT: Need = Need::Any(&[Permit::WoReceive]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", format!("{} orders", self.orders.len()))
    }

    fn guards(&self, _cx: &Cx<'_>, _ask: &mut Ask) -> Result<()> {
        Ok(())
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<BatchReceived> {
        let batch = self.entity();
        let mut results = Vec::with_capacity(self.orders.len());
        for mut order in self.orders {
            order.strict |= self.strict;
            let outcome = cx.attempt(|cx| {
                let receiving = order.guards(cx, &mut Ask::first())?;
                let changes = receiving.changes();
                let done = receiving.keep(cx)?;
                // Each order has its own history, so each has its own audit row.
                if changes {
                    cx.record("WORK_ORDER_RECEIVE")?;
                }
                Ok(done)
            })?;
            results.push(match outcome {
                Ok(done) => done.into(),
                Err(refusal) => {
                    tell_conflict(cx, &order.wo_no, &refusal)?;
                    let detail = Some(engine::words::refusal(cx.actor().lang, &refusal));
                    let (wo_no, code, params) = (order.wo_no, Some(refusal.def.code), refusal.params);
                    RowResult { wo_no, outcome: RowOutcome::Refused, code, params, detail, warnings: vec![] }
                }
            });
        }
        cx.about(batch.kind, batch.key);
        let count = |outcome| results.iter().filter(|r| r.outcome == outcome).count();
        let done = BatchReceived {
            created: count(RowOutcome::Created),
            updated: count(RowOutcome::Updated),
            stale: count(RowOutcome::Stale),
            refused: count(RowOutcome::Refused),
            results,
        };
        for (name, n) in [("created", done.created), ("updated", done.updated), ("stale", done.stale)] {
            cx.note("add", name, None, Some(n.into()));
        }
        let refused = done.results.iter().filter_map(|r| r.code.map(|code| json!({ "woNo": r.wo_no, "code": code })));
        cx.note("add", "refused", None, Some(refused.collect()));
        Ok(done)
    }
}

impl From<Received> for RowResult {
    fn from(done: Received) -> Self {
        let outcome = match (done.stale, done.created) {
            (true, _) => RowOutcome::Stale,
            (false, true) => RowOutcome::Created,
            (false, false) => RowOutcome::Updated,
        };
        RowResult { wo_no: done.wo_no, outcome, code: None, params: Map::new(), detail: None, warnings: done.warnings }
    }
}

/// A change that runs stand in the way of is told with both values; a planner decides (R-PLAT-091).
fn tell_conflict(cx: &mut Cx<'_>, wo_no: &WoNo, refusal: &Refusal) -> Result<()> {
    let Some(order) = WorkOrder::find(cx, wo_no)? else { return Ok(()) };
    let (field, ours) = match refusal.def.code {
        code if code == WORK_ORDER_PRODUCT_LOCKED.code => ("productCode", order.product_code.to_string()),
        code if code == WORK_ORDER_QTY_BELOW_ALLOCATED.code => ("plannedQty", order.planned_qty.to_string()),
        _ => return Ok(()),
    };
    cx.about("work_order", &order.wo_no);
    cx.emit(WorkOrderConflict {
        line_id: order.line_of(),
        wo_no: order.wo_no.to_string(),
        product_code: order.product_code.to_string(),
        field,
        ours,
        theirs: refusal.params.get("theirs").cloned().unwrap_or_default(),
    })
}
