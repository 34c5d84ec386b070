//! One route: head and steps, and what its source says of it.

use engine::{Cx, Need, Permit, Query, get};
use kernel::{Instant, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::answer::RouteAnswer;
use super::step::NamedStep;
use super::{ROUTE_NOT_FOUND, Route, RouteCode, RouteSource};

/// A route with its steps, retired ones included.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRoute {
    pub routing_code: RouteCode,
}

impl Query for GetRoute {
    type Output = RouteAnswer;
    const NAME: &'static str = "route.get";
    const ROUTE: engine::Route = get("/routes/{routingCode}");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<RouteAnswer> {
        RouteAnswer::of(cx, &known(cx, &self.routing_code)?)
    }
}

/// The route of a code, or 404.
pub(super) fn known(cx: &Cx<'_>, code: &RouteCode) -> Result<Route> {
    Route::find(cx, code)?.ok_or_else(|| ROUTE_NOT_FOUND.with("route", code).into())
}

/// What the source of a route says of it: its own key and what came with each step.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetSource {
    pub routing_code: RouteCode,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceAnswer {
    pub routing_code: String,
    pub source_system: RouteSource,
    pub source_key: Option<String>,
    pub steps: Vec<SourceStep>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceStep {
    pub step_no: u32,
    pub source_step_key: String,
    pub operation_code: String,
    /// The row of the source as it came.
    pub source: Option<Json>,
    pub retired_at: Option<Instant>,
}

impl Query for GetSource {
    type Output = SourceAnswer;
    const NAME: &'static str = "route.source";
    const ROUTE: engine::Route = get("/routes/{routingCode}/source");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<SourceAnswer> {
        let route = known(cx, &self.routing_code)?;
        let steps = NamedStep::of(cx, route.id)?.into_iter().map(|step| SourceStep {
            step_no: step.step_no,
            source_step_key: step.source_step_key,
            operation_code: step.operation_code.to_string(),
            source: step.meta.as_ref().and_then(|meta| meta.get("erp")).cloned(),
            retired_at: step.retired_at,
        });
        Ok(SourceAnswer {
            routing_code: route.code.to_string(),
            source_system: route.source_system,
            source_key: route.source_key.clone(),
            steps: steps.collect(),
        })
    }
}
