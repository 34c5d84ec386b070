//! Configure the plant as a whole, or an operation wherever it stands in a route.

use engine::{Ask, Command, Cx, Entity, Need, Permit, patch, post, sql};
use kernel::error::VALIDATION_FAILED;
use kernel::{Id, Refusal, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::config::{
    ConfigAnswer, ConfigFields, EXECUTION_CONFIG_DUPLICATE, EXECUTION_CONFIG_NOT_FOUND, ExecutionConfig,
    SCOPE_TYPE_INVALID, ScopeType, Target,
};
use super::configure::{check_contents, check_references, check_unset, merged, normal};
use super::{Route, RouteChange, RouteChanged, step};
use crate::operation::{OPERATION_NOT_FOUND, Operation, OperationCode};

/// Configure the plant or an operation; every route inherits it where nothing nearer is set (R-CORE-060).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigureShared {
    /// `GLOBAL` or `OPERATION`.
    #[schemars(extend("enum" = ["GLOBAL", "OPERATION"], "x-words" = "ScopeType"))]
    pub scope_type: String,
    /// Needed with `OPERATION`.
    pub operation_code: Option<OperationCode>,
    #[serde(flatten)]
    pub fields: ConfigFields,
}

impl Command for ConfigureShared {
    type Loaded = Target;
    type Output = ConfigAnswer;
    const NAME: &'static str = "execution_config.create";
    const ROUTE: engine::Route = post("/execution-config");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const STATUS: u16 = 201;

    fn entity(&self) -> Entity {
        match &self.operation_code {
            Some(code) => Entity::of("execution_config", format!("{}:{code}", self.scope_type)),
            None => Entity::of("execution_config", &self.scope_type),
        }
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Target> {
        let scope =
            ScopeType::parse(&self.scope_type).filter(|s| matches!(s, ScopeType::Global | ScopeType::Operation));
        let scope = ask.need(scope, || SCOPE_TYPE_INVALID.with("scope", &self.scope_type))?;
        // An operation is named where one is meant, and nowhere else: nobody configures the plant by mistake.
        let fits = (scope == ScopeType::Operation) == self.operation_code.is_some();
        ask.need(fits.then_some(()), || Refusal::from(VALIDATION_FAILED).at("/operationCode"))?;
        let target = match &self.operation_code {
            None => Target::Global,
            Some(code) => {
                let found = Operation::find(cx, code)?;
                Target::Operation(ask.need(found, || OPERATION_NOT_FOUND.with("operation", code))?.id)
            }
        };
        let given = self.fields.stored()?;
        check_references(cx, ask, &given)?;
        check_contents(cx, ask, scope, &given, &given)?;
        let before = ExecutionConfig::find(cx, target)?;
        ask.that(before.is_none(), || EXECUTION_CONFIG_DUPLICATE.with("config", self.entity().key))?;
        Ok(target)
    }

    fn run(self, target: Target, cx: &mut Cx<'_>) -> Result<ConfigAnswer> {
        let mut config = ExecutionConfig::new(target, normal(cx, self.fields.stored()?)?);
        let key = config.config_id(cx)?;
        cx.about("execution_config", &key);
        cx.add(&mut config).map_err(|e| e.taken_as(EXECUTION_CONFIG_DUPLICATE.with("config", key)))?;
        inherited(cx, config.operation_id)?;
        ConfigAnswer::of(cx, &config)
    }
}

/// Change what is set for the plant or an operation; `unset` names fields that are inherited again (R-CORE-062).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReconfigureShared {
    /// `GLOBAL` or `OPERATION:{operationCode}`.
    pub config_id: String,
    #[serde(default)]
    pub unset: Vec<String>,
    #[serde(flatten)]
    pub fields: ConfigFields,
}

impl Command for ReconfigureShared {
    type Loaded = (ExecutionConfig, Map<String, Json>);
    type Output = ConfigAnswer;
    const NAME: &'static str = "execution_config.update";
    const ROUTE: engine::Route = patch("/execution-config/{configId}");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("execution_config", &self.config_id)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let scope = self.config_id.split(':').next().unwrap_or_default();
        let is_shared = matches!(ScopeType::parse(scope), Some(ScopeType::Global | ScopeType::Operation));
        ask.that(is_shared, || SCOPE_TYPE_INVALID.with("scope", scope))?;
        let given = self.fields.stored()?;
        check_unset(ask, &self.unset, &given)?;
        check_references(cx, ask, &given)?;
        let config = ExecutionConfig::named(cx, &self.config_id)?;
        let config = ask.need(config, || EXECUTION_CONFIG_NOT_FOUND.with("config", &self.config_id))?;
        ask.part(cx.unchanged(config.version))?;
        let after = merged(Some(&config), &given, &self.unset);
        check_contents(cx, ask, config.scope_type, &given, &after)?;
        Ok((config, after))
    }

    fn run(self, (before, after): Self::Loaded, cx: &mut Cx<'_>) -> Result<ConfigAnswer> {
        let mut after = ExecutionConfig { fields: Json::Object(normal(cx, after)?), ..before.clone() };
        cx.about("execution_config", before.config_id(cx)?);
        if cx.save(&before, &mut after)? {
            inherited(cx, after.operation_id)?;
        }
        ConfigAnswer::of(cx, &after)
    }
}

/// Routes that inherit what the plant (`None`) or an operation says need a compile. None is compiled here: an edit for the
/// whole plant must not become a thousand versions in one transaction.
pub(crate) fn inherited(cx: &mut Cx<'_>, operation: Option<Id<Operation>>) -> Result<()> {
    let routes: Vec<(Id<Route>, String)> = cx.all(
        sql!(
            "select r.id, r.code from route r where cast($1 as bigint) is null or exists
                 (select 1 from route_step s where s.route_id = r.id and s.operation_id = $1 and s.retired_at is null)
             order by r.id"
        ),
        p![operation],
    )?;
    for (id, routing_code) in routes {
        cx.run(sql!("update route set needs_compile = 1 where id = $1"), p![id])?;
        let orphans = step::orphans(cx, id)?;
        cx.emit(RouteChanged { routing_code, change: RouteChange::SharedConfig, orphans })?;
    }
    Ok(())
}
