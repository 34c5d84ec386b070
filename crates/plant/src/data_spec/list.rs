//! All data specs.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

pub static DATA_SPECS: Listing = Listing {
    name: "data_specs",
    route: get("/data-collection-specs"),
    need: Need::Any(&[Permit::DataSpecRead, Permit::RouteRead]),
    columns: &[
        Column::new("specId", "replace(o.code, ':', '%3A') || ':' || d.name", Kind::Code),
        Column::new("name", "d.name", Kind::Text),
        Column::new("operationCode", "o.code", Kind::Code),
        Column::new("itemType", "d.item_type", Kind::Word("ItemType")),
        Column::new("dataType", "d.data_type", Kind::Word("DataType")),
        Column::new("method", "d.method", Kind::Word("Method")),
        Column::new("triggerType", "d.trigger_type", Kind::Word("TriggerType")),
        Column::new("spec", "d.spec", Kind::Json),
        Column::new("alarm", "d.alarm", Kind::Json),
        Column::new("isRequired", "d.is_required", Kind::Bool),
        Column::new("revision", "d.revision", Kind::Int),
        Column::new("isActive", "d.is_active", Kind::Bool),
        Column::new("version", "d.version", Kind::Int).hidden(),
    ],
    from: "data_spec d join operation o on o.id = d.operation_id",
    conditions: "",
    key: "d.id",
    filters: &[
        Filter::new("q", "", By::Prefixes(&["d.spec_key", "d.name_key"])),
        Filter::new("operationCode", "o.code_key = $", By::Code("operations")),
        Filter::new("isActive", "d.is_active = $", By::Bool),
    ],
    sorts: &[Sort::new("name", "d.name_key", Kind::Text), Sort::new("operationCode", "o.code_key", Kind::Code)],
    descending: false,
    parent: None,
    finish: None,
};
