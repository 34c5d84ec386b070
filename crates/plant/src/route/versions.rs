//! The lists of versions: of one route, and of all.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, get};
use kernel::{Error, Result};
use serde_json::{Map, Value as Json};

use super::RouteCode;
use super::get::known;
use super::version::{VersionStatus, said};

const COLUMNS: &[Column] = &[
    Column::new("routingCode", "r.code", Kind::Code).link("/mes/routes/{routingCode}"),
    Column::new("versionNo", "v.version_no", Kind::Int).link("/mes/route-versions/{routingCode}/{versionNo}"),
    Column::new("status", "v.status", Kind::Word("VersionStatus")),
    Column::new("stale", "v.stale", Kind::Bool),
    Column::new("compiledAt", "v.compiled_at", Kind::Time),
    Column::new("compiledBy", "v.compiled_by", Kind::Text),
    Column::new("snapshotHash", "v.snapshot_hash", Kind::Code),
    Column::new("errors", "v.errors", Kind::Json).hidden(),
    Column::new("warnings", "v.warnings", Kind::Json).hidden(),
];

/// The versions of a route, newest first.
pub static OF_ROUTE: Listing = Listing {
    name: "route.versions",
    route: get("/routes/{routingCode}/versions"),
    need: Need::Any(&[Permit::RouteRead]),
    columns: COLUMNS,
    from: "route_version v join route r on r.id = v.route_id",
    conditions: "",
    key: "v.id",
    filters: &[
        Filter::new("routingCode", "r.code_key = $", By::Code("routes")).in_path(),
        Filter::new("status", "v.status = $", By::Word("VersionStatus", VersionStatus::WORDS)),
    ],
    sorts: &[Sort::new("versionNo", "v.version_no", Kind::Int)],
    descending: true,
    parent: Some(route_exists),
    finish: Some(sentences),
};

/// The versions of all routes, newest first.
pub static ROUTE_VERSIONS: Listing = Listing {
    name: "route_versions",
    route: get("/route-versions"),
    need: Need::Any(&[Permit::RouteRead]),
    columns: COLUMNS,
    from: "route_version v join route r on r.id = v.route_id",
    conditions: "",
    key: "v.id",
    filters: &[
        Filter::new("q", "", By::Prefix("r.code_key")),
        Filter::new("status", "v.status = $", By::Word("VersionStatus", VersionStatus::WORDS)),
        Filter::new("stale", "v.stale = $", By::Bool),
    ],
    sorts: &[Sort::new("compiledAt", "v.compiled_at", Kind::Time), Sort::new("routingCode", "r.code_key", Kind::Text)],
    descending: true,
    parent: None,
    finish: Some(sentences),
};

fn route_exists(cx: &Cx<'_>, fields: &Json) -> Result<()> {
    let code = fields.get("routingCode").and_then(Json::as_str).unwrap_or_default();
    match RouteCode::parse(code) {
        Ok(code) => known(cx, &code).map(|_| ()),
        Err(_) => Ok(()),
    }
}

/// Findings get their sentences in the language of whoever asks.
fn sentences(cx: &Cx<'_>, rows: &mut [Map<String, Json>]) -> Result<()> {
    for row in rows {
        for name in ["errors", "warnings"] {
            let stored = row.get(name).cloned().unwrap_or_default();
            let said =
                serde_json::to_value(said(cx.actor().lang, &stored)?).map_err(|e| Error::fault(e.to_string()))?;
            row.insert(name.to_string(), said);
        }
    }
    Ok(())
}
