//! What is configured: of one route, and of the plant and its operations.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, Query, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RouteCode;
use super::config::{ConfigAnswer, ExecutionConfig};
use super::get::known;

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
