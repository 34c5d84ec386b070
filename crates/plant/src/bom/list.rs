//! The lines of all bills, and where a part is used.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

pub static BOM_ITEMS: Listing = Listing {
    name: "bom_items",
    route: get("/master-data/boms"),
    need: Need::Any(&[Permit::MaterialRead]),
    columns: &[
        Column::new("parentCode", "b.parent_code", Kind::Code),
        Column::new("bomCode", "b.bom_code", Kind::Code),
        Column::new("lineNo", "b.line_no", Kind::Int),
        Column::new("childCode", "b.child_code", Kind::Code),
        Column::new("childName", "m.name", Kind::Text),
        Column::new("qtyNumerator", "b.qty_numerator", Kind::Qty).hidden(),
        Column::new("qtyDenominator", "b.qty_denominator", Kind::Qty).hidden(),
        Column::new("qty", "b.qty", Kind::Qty),
        Column::new("scrapRate", "b.scrap_rate", Kind::Real),
        Column::new("isKeyComponent", "b.is_key_component", Kind::Bool),
        Column::new("designators", "b.designators", Kind::Json),
        Column::new("alternateOf", "b.alternate_of", Kind::Code),
        Column::new("isActive", "b.is_active", Kind::Bool),
        Column::new("version", "b.version", Kind::Int).hidden(),
    ],
    from: "bom_item b left join material m on m.code_key = b.child_key",
    conditions: "",
    key: "b.id",
    filters: &[
        Filter::new("q", "b.parent_key", By::Prefix("b.parent_key")),
        Filter::new("parentCode", "b.parent_key = $", By::Code("materials")),
        Filter::new("bomCode", "b.bom_key = $", By::Code("")),
        Filter::new("childCode", "b.child_key = $", By::Code("materials")),
        Filter::new("isKeyComponent", "b.is_key_component = $", By::Bool),
        Filter::new("isActive", "b.is_active = $", By::Bool),
    ],
    sorts: &[Sort::new("parentCode", "b.parent_key", Kind::Code), Sort::new("lineNo", "b.line_no", Kind::Int)],
    descending: false,
    parent: None,
    finish: None,
};

/// Which products a part goes into.
pub static WHERE_USED: Listing = Listing {
    name: "bom_where_used",
    route: get("/master-data/boms/where-used/{childCode}"),
    need: Need::Any(&[Permit::MaterialRead]),
    columns: &[
        Column::new("parentCode", "b.parent_code", Kind::Code),
        Column::new("parentName", "m.name", Kind::Text),
        Column::new("bomCode", "b.bom_code", Kind::Code),
        Column::new("lineNo", "b.line_no", Kind::Int),
        Column::new("qty", "b.qty", Kind::Qty),
        Column::new("designators", "b.designators", Kind::Json),
        Column::new("alternateOf", "b.alternate_of", Kind::Code),
        Column::new("isActive", "b.is_active", Kind::Bool),
    ],
    from: "bom_item b left join material m on m.code_key = b.parent_key",
    conditions: "",
    key: "b.id",
    filters: &[
        Filter::new("childCode", "b.child_key = $", By::Code("materials")).in_path(),
        Filter::new("q", "b.parent_key", By::Prefix("b.parent_key")),
        Filter::new("isActive", "b.is_active = $", By::Bool),
    ],
    sorts: &[Sort::new("parentCode", "b.parent_key", Kind::Code)],
    descending: false,
    parent: None,
    finish: None,
};
