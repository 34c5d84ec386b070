//! Which routes an order could take, and which lines could build them; with the reason where not.

use engine::{Cx, Need, Permit, Query, Warning, get, row, sql};
use kernel::{Error, Instant, Result, p};
use plant::ProcessType;
use plant::line::Line;
use plant::route::{Route, RouteCode, RouteSource};
use plant::snapshot::FrozenRoute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choose::{Resolution, ResolutionView, ready_version};
use super::fit::{can_build, process_fits, same_process};
use super::{WORK_ORDER_NOT_FOUND, WoNo, WorkOrder};

/// The routes of an order's product and the generic ones, and the lines in scope.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteCandidates {
    pub wo_no: WoNo,
    /// Judge the lines by this route instead of the one that would be taken.
    pub routing_code: Option<RouteCode>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidates {
    pub resolution: ResolutionView,
    pub routes: Vec<RouteCandidate>,
    pub lines: Vec<LineCandidate>,
}

row! {
    /// A route that could be named.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct RouteCandidate {
        pub routing_code: RouteCode,
        pub name: String,
        pub source_system: RouteSource,
        pub process_type: ProcessType,
        pub product_code: Option<String>,
        pub effective_from: Option<Instant>,
        pub effective_to: Option<Instant>,
        pub is_active: bool,
        pub version_no: Option<i64>,
    }
}

/// A line, and why it cannot build the order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineCandidate {
    pub line_code: String,
    pub name: String,
    pub process_type: ProcessType,
    pub problem: Option<Warning>,
}

impl Query for RouteCandidates {
    type Output = Candidates;
    const NAME: &'static str = "work_order.candidates";
    const ROUTE: engine::Route = get("/work-orders/{woNo}/route-candidates");
    const PERMIT: Need = Need::Any(&[Permit::WoRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Candidates> {
        let Some(order) = WorkOrder::seen(cx, &self.wo_no)? else {
            return Err(WORK_ORDER_NOT_FOUND.with("wo", &self.wo_no).into());
        };
        let resolution = Resolution::of(cx, &order, self.routing_code.as_ref())?;
        let routes = cx.all(
            sql!(
                "select r.code as routing_code, r.name, r.source_system, r.process_type, r.product_code, r.effective_from,
                     r.effective_to, r.is_active,
                     (select max(v.version_no) from route_version v where v.route_id = r.id and v.status = 'READY') as version_no
                 from route r where r.product_key = $1 or r.product_key is null
                 order by case when r.product_key is null then 1 else 0 end, r.code_key limit 200"
            ),
            p![order.product_key],
        )?;
        let lines = lines(cx, resolution.route.as_ref())?;
        Ok(Candidates { resolution: resolution.view(cx, &order)?, routes, lines })
    }
}

fn lines(cx: &Cx<'_>, route: Option<&Route>) -> Result<Vec<LineCandidate>> {
    let lines: Vec<Line> = cx.all(
        sql!(
            "select id, code, code_key, name, process_type, is_active, timezone, meta, version from line
             where is_active = 1 {scope: id} order by code_key limit 200"
        ),
        [],
    )?;
    let frozen = match route {
        Some(route) => match ready_version(cx, route, None) {
            Ok(ready) => FrozenRoute::get(cx, ready.id)?,
            Err(Error::Refused(_)) => None,
            Err(other) => return Err(other),
        },
        None => None,
    };
    let judge = |line: &Line| match (route, &frozen) {
        (Some(_), Some(frozen)) => process_fits(line, frozen).and_then(|()| can_build(cx, line, frozen)),
        (Some(route), None) => same_process(line, route, None),
        (None, _) => Ok(()),
    };
    let judged = lines.iter().map(|line| {
        let problem = match judge(line) {
            Ok(()) => None,
            Err(Error::Refused(refusal)) => Some(Warning::of(cx, *refusal)),
            Err(other) => return Err(other),
        };
        let (line_code, name, process_type) = (line.code.to_string(), line.name.clone(), line.process_type);
        Ok(LineCandidate { line_code, name, process_type, problem })
    });
    judged.collect()
}
