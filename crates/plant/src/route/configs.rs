//! What is configured: of one route, and of the plant and its operations.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, Query, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::config::{ConfigAnswer, EXECUTION_CONFIG_NOT_FOUND, ExecutionConfig, Target};
use super::get::known;
use super::reconfigure::of_route;
use super::step::StepNo;
use super::{ROUTE_STEP_NOT_FOUND, RouteCode, RouteStep};

/// What a route and its steps have of their own, orphans of retired steps included.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteConfigs {
    pub routing_code: RouteCode,
}

#[derive(Serialize, JsonSchema)]
pub struct RouteConfigsAnswer {
    pub items: Vec<ConfigAnswer>,
}

impl Query for RouteConfigs {
    type Output = RouteConfigsAnswer;
    const NAME: &'static str = "route.configs";
    const ROUTE: engine::Route = get("/routes/{routingCode}/execution-config");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<RouteConfigsAnswer> {
        let route = known(cx, &self.routing_code)?;
        let configs = ExecutionConfig::of_route(cx, route.id)?;
        let mut items = configs.iter().map(|c| ConfigAnswer::of(cx, c)).collect::<Result<Vec<_>>>()?;
        items.sort_by_key(|c| (c.is_orphan, c.step_no));
        Ok(RouteConfigsAnswer { items })
    }
}

/// One configuration of a route or step.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteConfig {
    pub routing_code: RouteCode,
    pub config_id: String,
}

impl Query for RouteConfig {
    type Output = ConfigAnswer;
    const NAME: &'static str = "route.config";
    const ROUTE: engine::Route = get("/routes/{routingCode}/execution-config/{configId}");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<ConfigAnswer> {
        let route = known(cx, &self.routing_code)?;
        let config = known_config(cx, &self.config_id)?;
        of_route(&config, &route, &self.config_id)?;
        ConfigAnswer::of(cx, &config)
    }
}

/// One configuration of the plant or an operation.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharedConfig {
    pub config_id: String,
}

impl Query for SharedConfig {
    type Output = ConfigAnswer;
    const NAME: &'static str = "execution_config.get";
    const ROUTE: engine::Route = get("/execution-config/{configId}");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<ConfigAnswer> {
        let config = known_config(cx, &self.config_id)?;
        if config.route_id.is_some() {
            return Err(EXECUTION_CONFIG_NOT_FOUND.with("config", &self.config_id).into());
        }
        ConfigAnswer::of(cx, &config)
    }
}

fn known_config(cx: &Cx<'_>, config_id: &str) -> Result<ExecutionConfig> {
    let found = ExecutionConfig::named(cx, config_id)?;
    found.ok_or_else(|| EXECUTION_CONFIG_NOT_FOUND.with("config", config_id).into())
}

/// What a step has of its own, for its editor; `version` is the route's, which an edit must name.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepConfig {
    pub routing_code: RouteCode,
    pub step_no: StepNo,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepConfigAnswer {
    pub routing_code: String,
    pub step_no: u32,
    pub source_step_key: String,
    #[serde(flatten)]
    pub fields: Map<String, Json>,
    pub version: i64,
}

impl Query for StepConfig {
    type Output = StepConfigAnswer;
    const NAME: &'static str = "route.step_config";
    const ROUTE: engine::Route = get("/routes/{routingCode}/steps/{stepNo}/execution-config");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<StepConfigAnswer> {
        let route = known(cx, &self.routing_code)?;
        let Some(step) = RouteStep::numbered(cx, route.id, self.step_no.0)? else {
            return Err(ROUTE_STEP_NOT_FOUND.with("route", &route.code).with("step", self.step_no).into());
        };
        let config = ExecutionConfig::find(cx, Target::Step(route.id, step.id))?;
        Ok(StepConfigAnswer {
            routing_code: route.code.to_string(),
            step_no: step.step_no,
            source_step_key: step.source_step_key,
            fields: config.map(|c| c.set()).unwrap_or_default(),
            version: route.version,
        })
    }
}

/// What the plant and its operations set for every route.
pub static EXECUTION_CONFIGS: Listing = Listing {
    name: "execution_configs",
    route: get("/execution-config"),
    need: Need::Any(&[Permit::RouteRead]),
    columns: &[
        Column::new("configId", "case when o.id is null then 'GLOBAL' else 'OPERATION:' || o.code end", Kind::Code),
        Column::new("scopeType", "c.scope_type", Kind::Word("ScopeType")),
        Column::new("operationCode", "o.code", Kind::Code),
        Column::new("name", "o.name", Kind::Text),
        Column::new("fields", "c.fields", Kind::Json),
        Column::new("version", "c.version", Kind::Int).hidden(),
    ],
    from: "execution_config c left join operation o on o.id = c.operation_id",
    conditions: "and c.scope_type in ('GLOBAL', 'OPERATION')",
    key: "c.id",
    filters: &[
        Filter::new("q", "", By::Prefix("coalesce(o.code_key, '')")),
        Filter::new("scopeType", "c.scope_type = $", By::Word("ScopeType", super::config::ScopeType::WORDS)),
    ],
    sorts: &[Sort::new("operationCode", "coalesce(o.code_key, '')", Kind::Text)],
    descending: false,
    parent: None,
    finish: None,
};
