//! Dispatch: a released order goes to another line (R-CORE-087).

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Id, Result};
use plant::line::{Line, LineCode};
use plant::station::{StationGroup, StationGroupCode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::choose::Resolution;
use super::fit::{can_build, group_named, inactive, line_named, same_process};
use super::release::frozen_for_release;
use super::{OrderAnswer, WoNo, WorkOrder, WorkOrderDispatched};

/// Send a released order to a line. The old line must have no open runs of it.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DispatchOrder {
    pub wo_no: WoNo,
    pub line_code: LineCode,
    pub station_group_code: Option<StationGroupCode>,
}

pub struct Dispatch {
    order: WorkOrder,
    line: Line,
    group: Option<Id<StationGroup>>,
}

impl Command for DispatchOrder {
    type Loaded = Dispatch;
    type Output = OrderAnswer;
    const NAME: &'static str = "work_order.dispatch";
    const ROUTE: engine::Route = post("/work-orders/{woNo}/dispatch");
    const PERMIT: Need = Need::Any(&[Permit::WoRelease]);

    fn entity(&self) -> Entity {
        Entity::of("work_order", &self.wo_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Dispatch> {
        let order = WorkOrder::asked(cx, ask, &self.wo_no)?;
        ask.that(order.status.takes_runs(), || order.not_released())?;
        let line = ask.try_for(line_named(cx, &self.line_code))?;
        let left = order.line_id.filter(|old| line.as_ref().is_some_and(|line| line.id != *old));
        let runs = left.map_or(Ok(vec![]), |old| order.open_runs_on(cx, old))?;
        ask.that(runs.is_empty(), || order.has_runs(&runs))?;
        let route = ask.try_for(Resolution::of(cx, &order, None)?.required(cx, &order))?;
        let frozen = match &route {
            Some(route) => ask.try_for(frozen_for_release(cx, route))?,
            None => None,
        };
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
        Ok(Dispatch { order, line: ask.got(line)?, group })
    }

    fn run(self, at: Dispatch, cx: &mut Cx<'_>) -> Result<OrderAnswer> {
        let from = at.order.line_code(cx)?.map(|c| c.to_string());
        let mut sent = at.order.clone();
        sent.line_id = Some(at.line.id);
        sent.station_group_id = at.group;
        sent.dispatched_at = Some(cx.now);
        sent.dispatched_by = Some(cx.actor().name.clone());
        cx.about("work_order", &sent.wo_no);
        cx.happens_at(Some(at.line.code.as_str()), None);
        cx.save(&at.order, &mut sent)?;
        cx.emit(WorkOrderDispatched {
            line_id: sent.line_of(),
            wo_no: sent.wo_no.to_string(),
            product_code: sent.product_code.to_string(),
            line_code: at.line.code.to_string(),
            from,
            to: at.line.code.to_string(),
        })?;
        OrderAnswer::of(cx, &sent)
    }
}
