//! Create a route of our own; its steps follow.

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::error::VALIDATION_FAILED;
use kernel::{Id, Instant, Name, Refusal, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::RouteAnswer;
use super::{ROUTE_CODE_DUPLICATE, Route, RouteChange, RouteCode, RouteSource, TrialScope, UnitCreation};
use crate::ProcessType;

/// Create an empty route of the MES (R-CORE-051).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRoute {
    pub code: RouteCode,
    pub name: Name,
    /// Absent: a generic route, which orders must name.
    pub product_code: Option<ProductCode>,
    pub process_type: ProcessType,
    /// The revision engineering gives the route.
    pub revision: Option<Text<40>>,
    #[serde(default = "crate::common::yes")]
    pub is_active: bool,
    pub effective_from: Option<Instant>,
    /// The first moment at which the route is no longer chosen.
    pub effective_to: Option<Instant>,
    pub fai_trial_scope: Option<TrialScope>,
    pub unit_creation: Option<UnitCreation>,
}

kernel::code! {
    /// The code of a product: a material that is built.
    ProductCode, max 64, pick "materials";
}

impl Command for CreateRoute {
    type Loaded = ();
    type Output = RouteAnswer;
    const NAME: &'static str = "route.create";
    const ROUTE: engine::Route = post("/routes");
    const PERMIT: Need = Need::Any(&[Permit::RouteCreate]);
    const STATUS: u16 = 201;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        ask.part(dates_in_order(self.effective_from, self.effective_to))?;
        ask.that(Route::find(cx, &self.code)?.is_none(), || ROUTE_CODE_DUPLICATE.with("route", &self.code))
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let mut route = Route {
            id: Id::of(0),
            code_key: self.code.key(),
            name: self.name.to_string(),
            source_system: RouteSource::Mes,
            source_key: None,
            product_key: self.product_code.as_ref().map(ProductCode::key),
            product_code: self.product_code.map(|p| p.to_string()),
            process_type: self.process_type,
            revision: self.revision.map(|r| r.to_string()).filter(|v| !v.is_empty()),
            is_active: self.is_active,
            effective_from: self.effective_from,
            effective_to: self.effective_to,
            fai_template_code: None,
            fai_trial_scope: self.fai_trial_scope,
            unit_creation: self.unit_creation,
            latest_version_no: 0,
            needs_compile: true,
            changed_at: cx.now,
            version: 1,
            code: self.code,
        };
        route.insert(cx, RouteChange::Created)?;
        RouteAnswer::of(cx, &route)
    }
}

impl Route {
    /// Store a new route and tell it.
    pub(super) fn insert(&mut self, cx: &mut Cx<'_>, change: RouteChange) -> Result<()> {
        let code = self.code.to_string();
        cx.add(self).map_err(|e| e.taken_as(ROUTE_CODE_DUPLICATE.with("route", &code)))?;
        cx.emit(super::RouteChanged { routing_code: code, change, orphans: 0 })
    }
}

/// A route ends after it begins.
pub(super) fn dates_in_order(from: Option<Instant>, to: Option<Instant>) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if to <= from => Err(Refusal::from(VALIDATION_FAILED).at("/effectiveTo").into()),
        _ => Ok(()),
    }
}
