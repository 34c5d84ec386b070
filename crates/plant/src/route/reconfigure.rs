//! Change the configuration of a route or step.

use engine::{Ask, Command, Cx, Entity, Need, Permit, patch};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::config::{
    ConfigAnswer, ConfigFields, EXECUTION_CONFIG_NOT_FOUND, EXECUTION_CONFIG_SCOPE_MISMATCH, ExecutionConfig,
};
use super::configure::{check_contents, check_references, check_unset, merged, normal};
use super::{Route, RouteChange, RouteCode};

/// Change what is set at a route or step; `unset` names fields that are inherited again (R-CORE-062).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reconfigure {
    pub routing_code: RouteCode,
    /// `ROUTE:{routingCode}` or `STEP:{sourceStepKey}`.
    pub config_id: String,
    #[serde(default)]
    pub unset: Vec<String>,
    #[serde(flatten)]
    pub fields: ConfigFields,
}

impl Command for Reconfigure {
    type Loaded = (Route, ExecutionConfig, Map<String, Json>);
    type Output = ConfigAnswer;
    const NAME: &'static str = "route.reconfigure";
    const ROUTE: engine::Route = patch("/routes/{routingCode}/execution-config/{configId}");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        let given = self.fields.stored()?;
        check_unset(ask, &self.unset, &given)?;
        check_references(cx, ask, &given)?;
        let config = ExecutionConfig::named(cx, &self.config_id)?;
        let config = ask.need(config, || EXECUTION_CONFIG_NOT_FOUND.with("config", &self.config_id))?;
        ask.part(cx.unchanged(config.version))?;
        let after = merged(Some(&config), &given, &self.unset);
        check_contents(cx, ask, config.scope_type, &given, &after)?;
        ask.part(of_route(&config, &route, &self.config_id))?;
        Ok((route, config, after))
    }

    fn run(self, (route, before, after): Self::Loaded, cx: &mut Cx<'_>) -> Result<ConfigAnswer> {
        let mut after = ExecutionConfig { fields: Json::Object(normal(cx, after)?), ..before.clone() };
        if cx.save(&before, &mut after)? {
            route.changed(cx, RouteChange::Config)?;
        }
        ConfigAnswer::of(cx, &after)
    }
}

/// The configuration is this route's or one of its steps'.
pub(super) fn of_route(config: &ExecutionConfig, route: &Route, config_id: &str) -> Result<()> {
    if config.route_id == Some(route.id) {
        return Ok(());
    }
    Err(EXECUTION_CONFIG_SCOPE_MISMATCH.with("config", config_id).with("route", &route.code).into())
}
