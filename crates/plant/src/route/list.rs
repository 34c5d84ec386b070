//! The list of routes.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

use super::RouteSource;
use crate::ProcessType;

/// Routes with the state of their versions.
pub static ROUTES: Listing = Listing {
    name: "routes",
    route: get("/routes"),
    need: Need::Any(&[Permit::RouteRead]),
    columns: &[
        Column::new("routingCode", "r.code", Kind::Code).link("/mes/routes/{routingCode}"),
        Column::new("name", "r.name", Kind::Text),
        Column::new("productCode", "r.product_code", Kind::Code),
        Column::new("processType", "r.process_type", Kind::Word("ProcessType")),
        Column::new("sourceSystem", "r.source_system", Kind::Word("RouteSource")),
        Column::new("revision", "r.revision", Kind::Text),
        Column::new(
            "status",
            "(select v.status from route_version v where v.route_id = r.id and v.version_no = r.latest_version_no)",
            Kind::Word("VersionStatus"),
        ),
        Column::new(
            "readyVersionNo",
            "(select max(v.version_no) from route_version v where v.route_id = r.id and v.status = 'READY')",
            Kind::Int,
        ),
        Column::new("needsCompile", "r.needs_compile", Kind::Bool),
        Column::new("isActive", "r.is_active", Kind::Bool),
        Column::new("effectiveFrom", "r.effective_from", Kind::Time),
        Column::new("effectiveTo", "r.effective_to", Kind::Time),
        Column::new("changedAt", "r.changed_at", Kind::Time),
    ],
    from: "route r",
    conditions: "",
    key: "r.id",
    filters: &[
        Filter::new("q", "", By::Prefix("r.code_key")),
        Filter::new("productCode", "r.product_key = $", By::Code("materials")),
        Filter::new("processType", "r.process_type = $", By::Word("ProcessType", ProcessType::WORDS)),
        Filter::new("isActive", "r.is_active = $", By::Bool),
        Filter::new("sourceSystem", "r.source_system = $", By::Word("RouteSource", RouteSource::WORDS)),
        Filter::new("needsCompile", "r.needs_compile = $", By::Bool),
    ],
    sorts: &[Sort::new("routingCode", "r.code_key", Kind::Text), Sort::new("changedAt", "r.changed_at", Kind::Time)],
    descending: false,
    parent: None,
    finish: None,
};
