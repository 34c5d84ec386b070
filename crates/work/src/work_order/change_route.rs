//! Change route: the planner's word for how an order is built, which the ERP does not overwrite (R-CORE-086).

use engine::{Ask, Command, Cx, Entity, Need, Permit, given, patch};
use kernel::Result;
use plant::line::Line;
use plant::route::{ROUTE_NOT_FOUND, Route, RouteCode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::choose::{Resolution, made_for};
use super::fit::{can_build, process_fits};
use super::release::frozen_for_release;
use super::{OrderAnswer, OrderStatus, WoNo, WorkOrder};

/// Name the route of an order; `null` takes the override away again, and nothing changes nothing.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRoute {
    pub wo_no: WoNo,
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<RouteCode>")]
    pub routing_code: Option<Option<RouteCode>>,
    /// The route belongs to another product, and that is meant.
    #[serde(default)]
    pub acknowledge: bool,
}

impl Command for ChangeRoute {
    type Loaded = (WorkOrder, Option<Route>);
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.change_route";
    const ROUTE: engine::Route = patch("/work-orders/{woNo}/routing");
    const PERMIT: Need = Need::Any(&[Permit::WoUpdate]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        ask.part(cx.unchanged(order.version))?;
        ask.that(!order.status.is_terminal(), || order.is_over())?;
        let runs = order.live_runs(cx)?;
        ask.that(runs.is_empty(), || order.has_runs(&runs))?;
        let Some(asked) = &self.routing_code else { return Ok((order, None)) };
        let bare = WorkOrder { routing_override: None, ..order.clone() };
        let named = match asked {
            Some(code) => {
                let route = ask.need(Route::find(cx, code)?, || {
                    ROUTE_NOT_FOUND.with("route", code).with("product", &order.product_code).unprocessable()
                })?;
                if !self.acknowledge {
                    ask.part(made_for(&route, &bare))?;
                }
                Some(route)
            }
            None => None,
        };
        // A released order is built on its line by the route that will be in force, also by the one it falls back to.
        if let (OrderStatus::Released, Some(line)) = (order.status, order.line_id) {
            let route = match &named {
                Some(route) => Some(route.clone()),
                None => ask.try_for(Resolution::of(cx, &bare, None)?.required(cx, &bare))?,
            };
            let frozen = route.map(|route| ask.try_for(frozen_for_release(cx, &route))).transpose()?.flatten();
            if let (Some(line), Some(frozen)) = (Line::get(cx, line)?, &frozen) {
                ask.part(process_fits(&line, frozen))?;
                ask.part(can_build(cx, &line, frozen))?;
            }
        }
        Ok((order, named))
    }

    fn run(self, (order, route): Self::Loaded, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        order.at_work(cx)?;
        let mut changed = order.clone();
        if self.routing_code.is_some() {
            changed.routing_override = route.as_ref().map(|r| r.code.to_string());
        }
        let resolution = Resolution::of(cx, &changed, None)?;
        resolution.keep_in(&mut changed);
        if cx.save(&order, &mut changed)? {
            let told = super::receive::updated(cx, &changed, vec!["routingOverride".into()])?;
            cx.emit(told)?;
        }
        let mut answer = OrderAnswer::of(cx, &changed)?;
        answer.routing_code = resolution.route.map(|r| r.code.to_string());
        Ok(answer)
    }
}
