//! Routes: the steps of a product, their configuration, and the versions compiled from them.

use engine::{Cx, row, sql};
use kernel::{Id, Instant, Result, p};
use serde_json::Value as Json;

use crate::ProcessType;

kernel::code! {
    /// The code of a route.
    RouteCode, max 64, pick "routes";
}

kernel::refusals! {
    /// No such route
    ROUTE_NOT_FOUND: NotFound (route);
    /// No such version of the route
    ROUTE_VERSION_NOT_FOUND: NotFound (route, version);
}

kernel::words! {
    /// Whose a route is.
    pub enum RouteSource { Mes = "MES", Erp = "ERP" }
    /// How far a first-article trial may go.
    pub enum TrialScope { FirstStep = "FIRST_STEP", ThroughStep = "THROUGH_STEP", All = "ALL" }
    /// When units come into being.
    pub enum UnitCreation { PreGenerated = "PRE_GENERATED", OnFirstScan = "ON_FIRST_SCAN" }
}

kernel::moves! {
    /// The state of a compiled version.
    pub enum VersionStatus { Ready = "READY", Invalid = "INVALID", Retired = "RETIRED" }
    Ready => Retired by "route.retire_version";
}

row! {
    table "route" quiet { code_key, product_key, latest_version_no, needs_compile, changed_at };
    /// A route.
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

row! {
    table "route_version" refs { route_id => "route.code" } quiet { stale };
    /// A compiled version: immutable but for its status and the mark that it is stale.
    pub struct RouteVersion {
        pub id: Id<RouteVersion>,
        pub route_id: Id<Route>,
        pub version_no: i64,
        pub status: VersionStatus,
        pub snapshot: String,
        pub snapshot_hash: String,
        pub errors: Json,
        pub warnings: Json,
        pub stale: bool,
        pub compiled_at: Instant,
        pub compiled_by: String,
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

    /// Whether the route may be chosen at a moment: active, and inside its half-open dates.
    pub fn is_effective(&self, at: Instant) -> bool {
        let begun = self.effective_from.is_none_or(|from| from <= at);
        let open = self.effective_to.is_none_or(|to| at < to);
        self.is_active && begun && open
    }
}
