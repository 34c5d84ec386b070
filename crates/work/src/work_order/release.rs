//! Release: an order gets its route and its line, and runs may be made of it (R-CORE-085).

use std::sync::Arc;

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Error, Id, Refusal, Result};
use plant::line::{Line, LineCode};
use plant::route::{Route, RouteCode};
use plant::snapshot::FrozenRoute;
use plant::station::{StationGroup, StationGroupCode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::choose::{ROUTE_NOT_READY, Resolution, releasable};
use super::fit::{can_build, group_named, inactive, line_named, same_process};
use super::{
    OrderAnswer, OrderStatus, RELEASE, WORK_ORDER_NOT_RECEIVED, Warning, WoNo, WorkOrder, WorkOrderReleased, pick,
};

/// Release an order to a line.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseOrder {
    pub wo_no: WoNo,
    pub line_code: LineCode,
    pub station_group_code: Option<StationGroupCode>,
    /// The route to build it by, if not the one that would be found; it becomes the order's override.
    pub routing_code: Option<RouteCode>,
}

/// What a release stands on; other slices may say no about it.
pub struct Release {
    pub order: WorkOrder,
    pub route: Route,
    pub frozen: Arc<FrozenRoute>,
    pub line: Line,
    pub group: Option<Id<StationGroup>>,
    resolution: Resolution,
    warning: Option<Refusal>,
}

/// The frozen version by which a route would be built now, or `ROUTE_NOT_READY`.
pub(super) fn frozen_for_release(cx: &Cx<'_>, route: &Route) -> Result<Arc<FrozenRoute>> {
    let ready = releasable(cx, route)?;
    FrozenRoute::get(cx, ready.id)?.ok_or_else(|| ROUTE_NOT_READY.with("route", &route.code).into())
}

impl Command for ReleaseOrder {
    type Loaded = Release;
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.release";
    const ROUTE: engine::Route = post("/work-orders/{woNo}/release");
    const PERMIT: Need = Need::Any(&[Permit::WoRelease]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Release> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        ask.that(order.status == OrderStatus::Received, || {
            WORK_ORDER_NOT_RECEIVED.with("wo", &order.wo_no).with("status", order.status)
        })?;
        let resolution = Resolution::of(cx, &order, self.routing_code.as_ref())?;
        let route = ask.try_for(resolution.required(cx, &order))?;
        let frozen = match &route {
            Some(route) => ask.try_for(frozen_for_release(cx, route))?,
            None => None,
        };
        let line = ask.try_for(line_named(cx, &self.line_code))?;
        if let Some(line) = &line {
            ask.that(line.is_active, || inactive(line))?;
        }
        if let (Some(line), Some(route)) = (&line, &route) {
            ask.part(same_process(line, route, frozen.as_deref()))?;
        }
        let group = self.station_group_code.as_ref().map(|code| group_named(cx, code));
        let group = group.map(|found| ask.try_for(found)).transpose()?.flatten();
        if let (Some(line), Some(frozen)) = (&line, &frozen) {
            ask.part(can_build(cx, line, frozen))?;
        }
        let (blocks, warning) = pick::judged(cx, &order)?;
        ask.part(unless(blocks))?;
        let (route, frozen, line) = (ask.got(route)?, ask.got(frozen)?, ask.got(line)?);
        let release = Release { order, route, frozen, line, group, resolution, warning };
        ask.gate(cx, &RELEASE, &release)?;
        Ok(release)
    }

    fn run(self, at: Release, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        let mut released = at.order.clone();
        released.status = at.order.status.to(OrderStatus::Released)?;
        released.line_id = Some(at.line.id);
        released.station_group_id = at.group;
        released.dispatched_at = Some(cx.now);
        released.dispatched_by = Some(cx.actor().name.clone());
        if self.routing_code.is_some() {
            released.routing_override = Some(at.route.code.to_string());
        }
        at.resolution.keep_in(&mut released);
        cx.about("work_order", &released.wo_no);
        cx.happens_at(Some(at.line.code.as_str()), None);
        cx.save(&at.order, &mut released)?;
        cx.emit(WorkOrderReleased {
            line_id: released.line_of(),
            wo_no: released.wo_no.to_string(),
            product_code: released.product_code.to_string(),
            line_code: Some(at.line.code.to_string()),
            routing_code: Some(at.route.code.to_string()),
            from: at.order.status,
            to: released.status,
        })?;
        let mut answer = OrderAnswer::of(cx, &released)?;
        answer.routing_code = Some(at.route.code.to_string());
        answer.warnings.extend(at.warning.map(|warning| Warning::of(cx, warning)));
        Ok(answer)
    }
}

/// What stands in the way of a release whatever the line: asked before anybody has chosen one.
pub(super) fn without_line(cx: &Cx<'_>, order: &WorkOrder) -> Result<Vec<Refusal>> {
    let mut ask = Ask::all();
    let route = ask.try_for(Resolution::of(cx, order, None)?.required(cx, order))?;
    if let Some(route) = &route {
        ask.try_for(frozen_for_release(cx, route))?;
    }
    Ok(ask.into_blockers())
}

/// A part that is a refusal when it stands in the way.
pub(crate) fn unless(blocker: Option<Refusal>) -> Result<()> {
    blocker.map_or(Ok(()), |refusal| Err(Error::from(refusal)))
}
