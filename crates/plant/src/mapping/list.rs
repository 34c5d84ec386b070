//! All operation mappings.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

pub static MAPPINGS: Listing = Listing {
    name: "operation_mappings",
    route: get("/operation-mappings"),
    need: Need::Any(&[Permit::OperationRead]),
    columns: &[
        Column::new("sourceSystem", "m.source_system", Kind::Code),
        Column::new("sourceProcessKey", "m.source_process_key", Kind::Code),
        Column::new("sourceProcessName", "m.source_process_name", Kind::Text),
        Column::new("operationCode", "o.code", Kind::Code),
        Column::new("needsReview", "o.needs_review", Kind::Bool),
        Column::new("version", "m.version", Kind::Int).hidden(),
    ],
    from: "operation_mapping m join operation o on o.id = m.operation_id",
    conditions: "",
    key: "m.id",
    filters: &[
        Filter::new("sourceSystem", "m.source_system = $", By::Exact),
        Filter::new("sourceProcessKey", "m.source_process_key = $", By::Exact),
        Filter::new("operationCode", "o.code_key = $", By::Code("operations")),
        Filter::new("needsReview", "o.needs_review = $", By::Bool),
    ],
    sorts: &[
        Sort::new("sourceProcessKey", "m.source_process_key", Kind::Code),
        Sort::new("operationCode", "o.code_key", Kind::Code),
    ],
    descending: false,
    parent: None,
    finish: None,
};
