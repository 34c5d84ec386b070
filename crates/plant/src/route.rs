//! Routes: the steps of a product, their configuration, and the versions compiled from them.

pub mod compile;
pub mod config;
pub mod diff;
pub mod effective;
pub mod mapping;
pub mod path;
pub mod spec;
pub mod step;
pub mod version;

mod answer;
mod assign_group;
mod auto_compile;
pub mod check;
mod configs;
mod configure;
mod configure_shared;
mod copy;
mod create;
mod get;
mod list;
mod material;
mod reconfigure;
mod remove_config;
mod retire_version;
mod set_fai_template;
mod set_steps;
mod stale;
mod try_mapping;
mod update;
mod versions;

use engine::{Ask, Cx, GatePoint, Registry, row, sql};
use kernel::{Id, Instant, Result, p};

use crate::ProcessType;

pub use compile::CompileRoute;
pub(crate) use configure_shared::inherited;
pub use step::RouteStep;
pub use version::{RouteVersion, VersionStatus};

kernel::code! {
    /// The code of a route.
    RouteCode, max 64, pick "routes";
}

kernel::refusals! {
    /// No such route
    ROUTE_NOT_FOUND: NotFound (route, product);
    /// No such step in the route
    ROUTE_STEP_NOT_FOUND: NotFound (route, step);
    /// Route code taken
    ROUTE_CODE_DUPLICATE: Conflict (route);
    /// Step set/order of an ERP route
    ROUTE_ERP_READONLY: Conflict (route, field);
    /// stepNo repeated in the step list
    STEP_NO_DUPLICATE: Unprocessable (step);
    /// No such FAI template
    FAI_TEMPLATE_NOT_FOUND: NotFound (template);
    /// Template for another product
    FAI_TEMPLATE_PRODUCT_MISMATCH: Unprocessable (template, product);
}

kernel::words! {
    /// Whose a route is.
    pub enum RouteSource { Mes = "MES", Erp = "ERP" }
    /// How far a first-article trial may go.
    pub enum TrialScope { FirstStep = "FIRST_STEP", ThroughStep = "THROUGH_STEP", All = "ALL" }
    /// When units come into being.
    pub enum UnitCreation { PreGenerated = "PRE_GENERATED", OnFirstScan = "ON_FIRST_SCAN" }
    /// What was changed about a route.
    pub enum RouteChange {
        Created = "CREATED", Header = "HEADER", Steps = "STEPS", Config = "CONFIG",
        /// The plant's or an operation's configuration, which the route inherits.
        SharedConfig = "SHARED_CONFIG"
    }
}

engine::events! {
    /// Steps, header or config changed
    RouteChanged = "ROUTE_CHANGED" { routing_code: String, change: RouteChange, orphans: i64 }
    /// Compile made a version
    RouteVersionCompiled = "ROUTE_VERSION_COMPILED" {
        routing_code: String, version_no: i64, status: VersionStatus, error_count: i64,
    }
}

engine::settings! {
    /// Whether a route is compiled by itself after its steps, header or configuration changed
    pub AUTO_COMPILE: bool = "route.autoCompile", default true;
    /// What happens to an ERP process key that no operation is mapped to
    pub OPERATION_MAPPING: OperationMapping = "route.operationMapping", default OperationMapping::AutoCreate;
}

kernel::words! {
    /// What happens to an unmapped process key (R-CORE-042).
    pub enum OperationMapping { AutoCreate = "AUTO_CREATE", Strict = "STRICT" }
}

/// A first-article template that a route is to use.
pub struct FaiTemplate {
    pub template_code: String,
    /// Absent: a generic route.
    pub product_code: Option<String>,
    pub process_type: ProcessType,
}

/// Asked when a route takes a first-article template (R-CORE-055). Whoever keeps templates answers with the template as
/// evidence when it exists, and refuses with `FAI_TEMPLATE_PRODUCT_MISMATCH` when it is another product's. Without evidence
/// the template does not exist.
pub static FAI_TEMPLATE: GatePoint<FaiTemplate> = GatePoint::new("route.set_fai_template");

row! {
    table "route" called("route", code) quiet { code_key, product_key, latest_version_no, needs_compile, changed_at };
    /// A route. Its `version` counts edits of the header, the steps and the configuration, never compiles.
    pub struct Route {
        pub id: Id<Route>,
        pub code: RouteCode,
        pub code_key: String,
        pub name: String,
        pub source_system: RouteSource,
        pub source_key: Option<String>,
        pub product_code: Option<String>,
        pub product_key: Option<String>,
        pub process_type: ProcessType,
        pub revision: Option<String>,
        pub is_active: bool,
        pub effective_from: Option<Instant>,
        pub effective_to: Option<Instant>,
        pub fai_template_code: Option<String>,
        pub fai_trial_scope: Option<TrialScope>,
        pub unit_creation: Option<UnitCreation>,
        pub latest_version_no: i64,
        pub needs_compile: bool,
        pub changed_at: Instant,
        pub version: i64,
    }
}

impl Route {
    /// The route of a code, whatever its case.
    pub fn find(cx: &Cx<'_>, code: &RouteCode) -> Result<Option<Route>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, source_system, source_key, product_code, product_key, process_type, revision,
                     is_active, effective_from, effective_to, fai_template_code, fai_trial_scope, unit_creation,
                     latest_version_no, needs_compile, changed_at, version
                 from route where code_key = $1"
            ),
            p![code.key()],
        )
    }

    /// The same, locked: every edit and every compile of a route goes through its row, one after the other (R-CORE-071).
    pub fn find_for_change(cx: &Cx<'_>, code: &RouteCode) -> Result<Option<Route>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, source_system, source_key, product_code, product_key, process_type, revision,
                     is_active, effective_from, effective_to, fai_template_code, fai_trial_scope, unit_creation,
                     latest_version_no, needs_compile, changed_at, version
                 from route where code_key = $1 for update"
            ),
            p![code.key()],
        )
    }

    /// The same for a command: it exists.
    fn to_change(cx: &Cx<'_>, ask: &mut Ask, code: &RouteCode) -> Result<Route> {
        ask.need(Route::find_for_change(cx, code)?, || ROUTE_NOT_FOUND.with("route", code))
    }

    /// Whether the route may be chosen at a moment: active, and inside its half-open dates.
    pub fn is_effective(&self, at: Instant) -> bool {
        let begun = self.effective_from.is_none_or(|from| from <= at);
        let open = self.effective_to.is_none_or(|to| at < to);
        self.is_active && begun && open
    }

    /// The version that new runs take: the highest that is READY (R-CORE-082); an INVALID one never hides it (R-CORE-072).
    pub fn newest_ready(cx: &Cx<'_>, route_id: Id<Route>) -> Result<Option<RouteVersion>> {
        RouteVersion::newest_ready(cx, route_id)
    }

    /// Count the route's version up, say that it needs a compile and tell it; what reacts may compile it at once.
    ///
    /// `orphans`: how many retired steps keep configuration that nothing uses any more.
    pub(crate) fn changed(mut self, cx: &mut Cx<'_>, change: RouteChange) -> Result<Route> {
        let before = self.clone();
        self.changed_at = cx.now;
        self.needs_compile = true;
        if !cx.save(&before, &mut self)? {
            // Two edits within a millisecond: the version counts all the same.
            self.version += 1;
            cx.run(sql!("update route set version = $1 where id = $2"), p![self.version, self.id])?;
        }
        let orphans = step::orphans(cx, self.id)?;
        cx.emit(RouteChanged { routing_code: self.code.to_string(), change, orphans })?;
        Ok(self)
    }
}

/// Routes, their steps, configuration and versions.
pub fn register(registry: &mut Registry) {
    registry
        .command::<create::CreateRoute>()
        .command::<copy::CopyRoute>()
        .command::<set_steps::SetSteps>()
        .command::<update::UpdateRoute>()
        .command::<set_fai_template::SetFaiTemplate>()
        .command::<configure::Configure>()
        .command::<configure::ConfigureStep>()
        .command::<assign_group::AssignGroup>()
        .command::<reconfigure::Reconfigure>()
        .command::<remove_config::RemoveConfig>()
        .command::<configure_shared::ConfigureShared>()
        .command::<configure_shared::ReconfigureShared>()
        .command::<compile::CompileRoute>()
        .command::<retire_version::RetireVersion>()
        .query::<get::GetRoute>()
        .query::<get::GetSource>()
        .query::<configs::RouteConfigs>()
        .query::<configs::RouteConfig>()
        .query::<configs::StepConfig>()
        .query::<configs::SharedConfig>()
        .query::<effective::EffectiveConfig>()
        .query::<try_mapping::TryMapping>()
        .query::<version::GetVersion>()
        .query::<diff::DiffVersions>()
        .list(&list::ROUTES)
        .list(&configs::EXECUTION_CONFIGS)
        .list(&versions::OF_ROUTE)
        .list(&versions::ROUTE_VERSIONS)
        .on::<RouteChanged>("compile_changed_route", auto_compile::compile_changed_route);
    stale::register(registry);
}
