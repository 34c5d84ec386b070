//! Versions: a route as it was compiled, with everything that was found.

use engine::words::{has, refusal, say};
use engine::{Cx, Lang, Need, Permit, Query, get, row, sql};
use kernel::error::REFUSALS;
use kernel::{Error, Id, Instant, Refusal, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::check::Finding;
use super::get::known;
use super::{Route, RouteCode};

kernel::refusals! {
    /// No such version of the route
    ROUTE_VERSION_NOT_FOUND: NotFound (route, version);
    /// Run: no READY version, or given version not READY/frozen missing
    ROUTE_VERSION_NOT_READY: Conflict (route, version, status);
}

kernel::moves! {
    /// The state of a compiled version.
    pub enum VersionStatus { Ready = "READY", Invalid = "INVALID", Retired = "RETIRED" }
    Ready => Retired by "route.retire_version";
}

row! {
    table "route_version" refs { route_id => "route.code" } quiet { stale, snapshot };
    /// A compiled version: immutable but for its status and the mark that it is stale. The hash in its diff stands for the snapshot.
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

impl RouteVersion {
    /// The version of a number.
    pub fn of(cx: &Cx<'_>, route: &Route, version_no: i64) -> Result<Option<RouteVersion>> {
        RouteVersion::numbered(cx, route.id, version_no)
    }

    pub(super) fn numbered(cx: &Cx<'_>, route_id: Id<Route>, version_no: i64) -> Result<Option<RouteVersion>> {
        cx.one(
            sql!(
                "select id, route_id, version_no, status, snapshot, snapshot_hash, errors, warnings, stale, compiled_at, compiled_by,
                     version
                 from route_version where route_id = $1 and version_no = $2"
            ),
            p![route_id, version_no],
        )
    }

    /// The highest READY version (R-CORE-072, R-CORE-082).
    pub fn newest_ready(cx: &Cx<'_>, route_id: Id<Route>) -> Result<Option<RouteVersion>> {
        cx.one(
            sql!(
                "select id, route_id, version_no, status, snapshot, snapshot_hash, errors, warnings, stale, compiled_at, compiled_by,
                     version
                 from route_version where route_id = $1 and status = 'READY' order by version_no desc limit 1"
            ),
            p![route_id],
        )
    }
}

/// A version as the outside sees it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionAnswer {
    pub routing_code: String,
    pub version_no: i64,
    pub status: VersionStatus,
    /// Something it names has changed since: a compile may give another.
    pub stale: bool,
    /// SHA-256 of the snapshot's canonical JSON.
    pub snapshot_hash: String,
    pub errors: Vec<FindingAnswer>,
    pub warnings: Vec<FindingAnswer>,
    pub compiled_at: Instant,
    pub compiled_by: String,
}

/// A finding with its sentence in the language of whoever asks.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingAnswer {
    pub step_no: Option<u32>,
    pub code: String,
    pub message: String,
    pub field: Option<String>,
}

impl VersionAnswer {
    pub fn of(cx: &Cx<'_>, routing_code: &RouteCode, version: &RouteVersion) -> Result<VersionAnswer> {
        let lang = cx.actor().lang;
        Ok(VersionAnswer {
            routing_code: routing_code.to_string(),
            version_no: version.version_no,
            status: version.status,
            stale: version.stale,
            snapshot_hash: version.snapshot_hash.clone(),
            errors: said(lang, &version.errors)?,
            warnings: said(lang, &version.warnings)?,
            compiled_at: version.compiled_at,
            compiled_by: version.compiled_by.clone(),
        })
    }
}

/// Stored findings with their sentences.
pub(super) fn said(lang: Lang, stored: &Json) -> Result<Vec<FindingAnswer>> {
    let findings: Vec<Finding> =
        serde_json::from_value(stored.clone()).map_err(|e| Error::fault(format!("stored findings: {e}")))?;
    Ok(findings.into_iter().map(|finding| finding.said(lang)).collect())
}

impl Finding {
    fn said(self, lang: Lang) -> FindingAnswer {
        let key = format!("compile-{}", self.code);
        let message = match REFUSALS.iter().find(|def| def.code == self.code) {
            _ if has(lang, &key) => {
                say(lang, &key, self.params.iter().map(|(name, value)| (name.as_str(), value.clone())))
            }
            Some(def) => refusal(lang, &Refusal { params: self.params, ..Refusal::from(def) }),
            None => self.code.clone(),
        };
        FindingAnswer { step_no: self.step_no, code: self.code, message, field: self.field }
    }
}

/// One version with its snapshot.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetVersion {
    pub routing_code: RouteCode,
    pub version_no: i64,
}

#[derive(Serialize, JsonSchema)]
pub struct GetVersionAnswer {
    #[serde(flatten)]
    pub version: VersionAnswer,
    /// The frozen route: `route`, `routeVersion`, `steps` ascending.
    pub snapshot: Json,
}

impl Query for GetVersion {
    type Output = GetVersionAnswer;
    const NAME: &'static str = "route.version";
    const ROUTE: engine::Route = get("/routes/{routingCode}/versions/{versionNo}");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<GetVersionAnswer> {
        let route = known(cx, &self.routing_code)?;
        let version = known_version(cx, &route, self.version_no)?;
        let mut snapshot = version.frozen()?;
        snapshot["routeVersion"] = json!({ "versionNo": version.version_no, "compiledAt": version.compiled_at });
        Ok(GetVersionAnswer { version: VersionAnswer::of(cx, &route.code, &version)?, snapshot })
    }
}

impl RouteVersion {
    /// The snapshot as JSON.
    pub(super) fn frozen(&self) -> Result<Json> {
        serde_json::from_str(&self.snapshot).map_err(|e| Error::fault(format!("a snapshot does not read: {e}")))
    }
}

/// The version of a number, or 404.
pub(super) fn known_version(cx: &Cx<'_>, route: &Route, version_no: i64) -> Result<RouteVersion> {
    let found = RouteVersion::of(cx, route, version_no)?;
    found.ok_or_else(|| ROUTE_VERSION_NOT_FOUND.with("route", &route.code).with("version", version_no).into())
}
