//! All operations.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

use super::OperationSource;
use crate::StationType;

pub static OPERATIONS: Listing = Listing {
    name: "operations",
    route: get("/operations"),
    need: Need::Any(&[Permit::OperationRead, Permit::RouteRead, Permit::DataSpecRead]),
    columns: &[
        Column::new("code", "o.code", Kind::Code),
        Column::new("name", "o.name", Kind::Text),
        Column::new("defaultType", "o.default_type", Kind::Word("StationType")),
        Column::new("isKeyQuality", "o.is_key_quality", Kind::Bool),
        Column::new("source", "o.source", Kind::Word("OperationSource")),
        Column::new("needsReview", "o.needs_review", Kind::Bool),
        Column::new("isActive", "o.is_active", Kind::Bool),
        Column::new("version", "o.version", Kind::Int).hidden(),
    ],
    from: "operation o",
    conditions: "",
    key: "o.id",
    filters: &[
        Filter::new("q", "o.code_key", By::Prefix("o.code_key")),
        Filter::new("defaultType", "o.default_type = $", By::Word("StationType", StationType::WORDS)),
        Filter::new("source", "o.source = $", By::Word("OperationSource", OperationSource::WORDS)),
        Filter::new("needsReview", "o.needs_review = $", By::Bool),
        Filter::new("isActive", "o.is_active = $", By::Bool),
    ],
    sorts: &[Sort::new("code", "o.code_key", Kind::Code), Sort::new("name", "o.name", Kind::Text)],
    descending: false,
    parent: None,
    finish: None,
};
