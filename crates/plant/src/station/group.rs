//! Station groups: stations that do the same, which routes point at.

use engine::register::{Entry, Field, Kind, Register, USED, UsedBy};
use engine::{Cx, Permit, Registry, Verdict};
use kernel::Result;
use serde_json::json;

use super::{STATION_GROUP_CODE_DUPLICATE, STATION_GROUP_HAS_DEPENDENCIES, STATION_GROUP_NOT_FOUND};
use crate::common::{configs_naming, versions_naming};

/// R-CORE-020, R-CORE-021: unique codes, and no group goes away while stations or routes name it.
pub static GROUPS: Register = Register {
    noun: "station_group",
    list: "station_groups",
    table: "station_group",
    route: "/stations/groups",
    key: "groupCode",
    read: &[Permit::StationRead],
    write: &[Permit::StationConfig],
    fields: &[
        Field::new("code", "code", Kind::Code(64)),
        Field::new("name", "name", Kind::Name),
        Field::new("meta", "meta", Kind::Json),
    ],
    line: None,
    used_by: &[
        UsedBy::id("stations", "station", "group_id"),
        UsedBy::id("routeSteps", "route_step", "station_group_id"),
        UsedBy::id("workCenters", "work_center", "station_group_id"),
    ],
    missing: STATION_GROUP_NOT_FOUND,
    duplicate: STATION_GROUP_CODE_DUPLICATE,
    dependent: STATION_GROUP_HAS_DEPENDENCIES,
    owner: None,
    deletes: true,
    tells: None,
};

pub(super) fn register(registry: &mut Registry) {
    GROUPS.register(registry);
    registry.gate(&USED, "execution_configs", named_in_routes);
}

/// Execution configurations and frozen versions name groups by code.
fn named_in_routes(cx: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    if entry.noun != GROUPS.noun {
        return Ok(Verdict::yes());
    }
    let configs = configs_naming(cx, "stationGroupCode", &entry.code_key)?;
    let versions = versions_naming(cx, &entry.code, |step| step.station_group.as_ref() == Some(&entry.code))?;
    let counts = json!({ "executionConfigs": configs, "routeVersions": versions });
    Ok(Verdict { refusals: vec![], evidence: vec![counts] })
}
