//! What holds for each step in the end, and which level says so.

use engine::{Cx, Need, Permit, Query, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::RouteCode;
use super::get::known;
use super::material::Material;

/// The effective configuration of a route's live steps (R-CORE-060).
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EffectiveConfig {
    pub routing_code: RouteCode,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveAnswer {
    pub routing_code: String,
    pub steps: Vec<EffectiveStep>,
    /// What the route sets for itself: templates, checkpoints, last-piece inspection.
    pub route: Map<String, Json>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveStep {
    pub step_no: u32,
    pub source_step_key: String,
    pub operation_code: String,
    /// By field: `{value, origin}`; origin is `STEP`, `OPERATION`, `ROUTE`, `HINT`, `GLOBAL`, `DEFAULT` or `NONE`.
    pub fields: Map<String, Json>,
}

impl Query for EffectiveConfig {
    type Output = EffectiveAnswer;
    const NAME: &'static str = "route.effective";
    const ROUTE: engine::Route = get("/routes/{routingCode}/execution-config/effective");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<EffectiveAnswer> {
        let route = known(cx, &self.routing_code)?;
        let material = Material::of(cx, &route)?;
        let steps = material.steps.iter().map(|step| EffectiveStep {
            step_no: step.step_no,
            source_step_key: step.source_step_key.clone(),
            operation_code: step.operation_code.to_string(),
            fields: material
                .effective(step)
                .into_iter()
                .map(|(name, held)| (name.to_string(), json!({ "value": held.value, "origin": held.origin })))
                .collect(),
        });
        let steps = steps.collect();
        let own = material.route_only().map(|(name, value)| (name.to_string(), value.clone())).collect();
        Ok(EffectiveAnswer { routing_code: route.code.to_string(), steps, route: own })
    }
}
