//! Copy a route: steps, hints and configuration go along, under a new code and new keys.

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Id, Name, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::RouteAnswer;
use super::config::ExecutionConfig;
use super::create::ProductCode;
use super::{ROUTE_CODE_DUPLICATE, Route, RouteChange, RouteCode, RouteSource, RouteStep, step};

/// Copy a route into one of the MES, also when the original is ERP's (R-CORE-051).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyRoute {
    pub routing_code: RouteCode,
    /// The code of the copy.
    pub code: RouteCode,
    /// Absent: the name of the original.
    pub name: Option<Name>,
    /// Absent: a generic route.
    pub product_code: Option<ProductCode>,
}

impl Command for CopyRoute {
    type Loaded = Route;
    type Output = RouteAnswer;
    const NAME: &'static str = "route.copy";
    const ROUTE: engine::Route = post("/routes/{routingCode}/copy");
    const PERMIT: Need = Need::Any(&[Permit::RouteCreate]);
    const STATUS: u16 = 201;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Route> {
        let original = Route::to_change(cx, ask, &self.routing_code)?;
        let taken = Route::find(cx, &self.code)?.is_some();
        ask.that(!taken, || ROUTE_CODE_DUPLICATE.with("route", &self.code))?;
        Ok(original)
    }

    fn run(self, original: Route, cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let mut copy = Route {
            id: Id::of(0),
            code_key: self.code.key(),
            code: self.code,
            name: self.name.map_or_else(|| original.name.clone(), |n| n.to_string()),
            source_system: RouteSource::Mes,
            source_key: None,
            product_key: self.product_code.as_ref().map(ProductCode::key),
            product_code: self.product_code.map(|p| p.to_string()),
            // A template belongs to a product; the copy chooses its own.
            fai_template_code: None,
            effective_from: None,
            effective_to: None,
            latest_version_no: 0,
            needs_compile: true,
            changed_at: cx.now,
            ..original.clone()
        };
        let code = copy.code.to_string();
        cx.add(&mut copy).map_err(|e| e.taken_as(ROUTE_CODE_DUPLICATE.with("route", &code)))?;
        let configs = ExecutionConfig::of_route(cx, original.id)?;
        for config in configs.iter().filter(|c| c.step_id.is_none()) {
            config.copied_to(cx, copy.id, None)?;
        }
        for step in RouteStep::of(cx, original.id)?.into_iter().filter(|s| s.retired_at.is_none()) {
            let mut twin =
                RouteStep { id: Id::of(0), route_id: copy.id, source_step_key: step::new_key(cx), ..step.clone() };
            twin.insert(cx)?;
            for config in configs.iter().filter(|c| c.step_id == Some(step.id)) {
                config.copied_to(cx, copy.id, Some(twin.id))?;
            }
        }
        let orphans = 0;
        cx.emit(super::RouteChanged { routing_code: code, change: RouteChange::Created, orphans })?;
        RouteAnswer::of(cx, &copy)
    }
}
