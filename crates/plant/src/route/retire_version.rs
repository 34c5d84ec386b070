//! Retire a version: no new run takes it; runs that have it keep it.

use engine::{Ask, Command, Cx, Entity, Need, Permit, post};
use kernel::{Reason, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::version::{ROUTE_VERSION_NOT_FOUND, ROUTE_VERSION_NOT_READY, VersionAnswer};
use super::{Route, RouteCode, RouteVersion, VersionStatus};

/// Take a READY version out of choice.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetireVersion {
    pub routing_code: RouteCode,
    pub version_no: i64,
    pub reason: Reason,
}

impl Command for RetireVersion {
    type Loaded = (Route, RouteVersion);
    type Output = VersionAnswer;
    const NAME: &'static str = "route.retire_version";
    const ROUTE: engine::Route = post("/routes/{routingCode}/versions/{versionNo}/retire");
    const PERMIT: Need = Need::Any(&[Permit::RouteCompile]);

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Route, RouteVersion)> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        let version = RouteVersion::of(cx, &route, self.version_no)?;
        let unknown = || ROUTE_VERSION_NOT_FOUND.with("route", &route.code).with("version", self.version_no);
        let version = ask.need(version, unknown)?;
        ask.that(version.status == VersionStatus::Ready, || {
            ROUTE_VERSION_NOT_READY
                .with("route", &route.code)
                .with("version", self.version_no)
                .with("status", version.status)
        })?;
        Ok((route, version))
    }

    fn run(self, (route, before): (Route, RouteVersion), cx: &mut Cx<'_>) -> Result<VersionAnswer> {
        let mut version = before.clone();
        version.status = before.status.to(VersionStatus::Retired)?;
        cx.save(&before, &mut version)?;
        cx.because(&self.reason);
        VersionAnswer::of(cx, &route.code, &version)
    }
}
