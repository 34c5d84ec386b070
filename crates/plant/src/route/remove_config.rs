//! Remove the configuration of a route or step: everything is inherited again.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::config::{EXECUTION_CONFIG_NOT_FOUND, ExecutionConfig};
use super::reconfigure::of_route;
use super::{Route, RouteChange, RouteCode};

/// Remove the configuration of a route, a step or a retired step.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveConfig {
    pub routing_code: RouteCode,
    /// `ROUTE:{routingCode}` or `STEP:{sourceStepKey}`.
    pub config_id: String,
}

impl Command for RemoveConfig {
    type Loaded = (Route, ExecutionConfig);
    type Output = Done;
    const NAME: &'static str = "route.remove_config";
    const ROUTE: engine::Route = delete("/routes/{routingCode}/execution-config/{configId}");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Route, ExecutionConfig)> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        let config = ExecutionConfig::named(cx, &self.config_id)?;
        let config = ask.need(config, || EXECUTION_CONFIG_NOT_FOUND.with("config", &self.config_id))?;
        ask.part(cx.unchanged(config.version))?;
        ask.part(of_route(&config, &route, &self.config_id))?;
        Ok((route, config))
    }

    fn run(self, (route, config): (Route, ExecutionConfig), cx: &mut Cx<'_>) -> Result<Done> {
        cx.remove(&config)?;
        route.changed(cx, RouteChange::Config)?;
        Ok(Done::OK)
    }
}
