//! Edit the head of a route.

use engine::command::given;
use engine::{Ask, Command, Cx, Entity, Need, Permit, patch};
use kernel::{Instant, Name, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::RouteAnswer;
use super::create::{ProductCode, dates_in_order};
use super::{
    FAI_TEMPLATE, FaiTemplate, ROUTE_ERP_READONLY, Route, RouteChange, RouteCode, RouteSource, TrialScope, UnitCreation,
};
use crate::ProcessType;

/// Edit the head of a route; of an ERP route only what the MES decides (R-CORE-050). `null` clears a field. The product of a
/// route with a first-article template becomes none that the template is not for (R-CORE-055).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateRoute {
    pub routing_code: RouteCode,
    pub name: Option<Name>,
    #[serde(default, deserialize_with = "given")]
    pub product_code: Option<Option<ProductCode>>,
    pub process_type: Option<ProcessType>,
    /// The revision engineering gives the route.
    #[serde(default, deserialize_with = "given")]
    pub revision: Option<Option<Text<40>>>,
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    pub effective_from: Option<Option<Instant>>,
    #[serde(default, deserialize_with = "given")]
    pub effective_to: Option<Option<Instant>>,
    #[serde(default, deserialize_with = "given")]
    pub fai_trial_scope: Option<Option<TrialScope>>,
    #[serde(default, deserialize_with = "given")]
    pub unit_creation: Option<Option<UnitCreation>>,
}

impl Command for UpdateRoute {
    type Loaded = Route;
    type Output = RouteAnswer;
    const NAME: &'static str = "route.update";
    const ROUTE: engine::Route = patch("/routes/{routingCode}");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Route> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        ask.part(cx.unchanged(route.version))?;
        let edited = self.edited(&route);
        let theirs = [
            ("name", edited.name != route.name),
            ("productCode", edited.product_code != route.product_code),
            ("revision", edited.revision != route.revision),
            ("effectiveFrom", edited.effective_from != route.effective_from),
            ("effectiveTo", edited.effective_to != route.effective_to),
        ];
        for (field, differs) in theirs {
            let may = !differs || route.source_system == RouteSource::Mes;
            ask.that(may, || ROUTE_ERP_READONLY.with("route", &route.code).with("field", field))?;
        }
        ask.part(dates_in_order(edited.effective_from, edited.effective_to))?;
        if edited.product_key != route.product_key
            && let Some(template_code) = route.fai_template_code.clone()
        {
            let product_code = edited.product_code;
            let wish = FaiTemplate { template_code, product_code, process_type: edited.process_type };
            ask.gate(cx, &FAI_TEMPLATE, &wish)?;
        }
        Ok(route)
    }

    fn run(self, before: Route, cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let after = self.edited(&before);
        let route = before.edited(cx, after)?;
        RouteAnswer::of(cx, &route)
    }
}

impl UpdateRoute {
    /// The route with what is given.
    fn edited(&self, before: &Route) -> Route {
        let mut route = before.clone();
        if let Some(name) = &self.name {
            route.name = name.to_string();
        }
        if let Some(product) = &self.product_code {
            route.product_key = product.as_ref().map(ProductCode::key);
            route.product_code = product.as_ref().map(ProductCode::to_string);
        }
        if let Some(revision) = &self.revision {
            route.revision = revision.as_ref().map(Text::to_string).filter(|r| !r.is_empty());
        }
        Route {
            process_type: self.process_type.unwrap_or(route.process_type),
            is_active: self.is_active.unwrap_or(route.is_active),
            effective_from: self.effective_from.unwrap_or(route.effective_from),
            effective_to: self.effective_to.unwrap_or(route.effective_to),
            fai_trial_scope: self.fai_trial_scope.unwrap_or(route.fai_trial_scope),
            unit_creation: self.unit_creation.unwrap_or(route.unit_creation),
            ..route
        }
    }
}

impl Route {
    /// Save an edit of the head; an edit that changes nothing is none.
    pub(super) fn edited(self, cx: &mut Cx<'_>, mut after: Route) -> Result<Route> {
        after.changed_at = cx.now;
        after.needs_compile = true;
        let same = {
            use engine::db::Noun;
            let still = Route { changed_at: self.changed_at, needs_compile: self.needs_compile, ..after.clone() };
            still.values() == self.values()
        };
        if same {
            return Ok(self);
        }
        cx.save(&self, &mut after)?;
        let orphans = super::step::orphans(cx, after.id)?;
        let routing_code = after.code.to_string();
        cx.emit(super::RouteChanged { routing_code, change: RouteChange::Header, orphans })?;
        Ok(after)
    }
}
