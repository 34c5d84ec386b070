//! All material lots.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

use super::{IqcResult, LotStatus};

pub static LOTS: Listing = Listing {
    name: "material_lots",
    route: get("/material-lots"),
    need: Need::Any(&[Permit::MaterialRead]),
    columns: &[
        Column::new("lotNo", "t.lot_no", Kind::Code),
        Column::new("materialCode", "t.material_code", Kind::Code),
        Column::new("materialName", "m.name", Kind::Text),
        Column::new("materialKnown", "case when m.id is null then 0 else 1 end", Kind::Bool),
        Column::new("supplier", "t.supplier", Kind::Text),
        Column::new("iqcResult", "t.iqc_result", Kind::Word("IqcResult")),
        Column::new("iqcDate", "t.iqc_on", Kind::Day),
        Column::new("expiresAt", "t.expires_at", Kind::Time),
        Column::new("qtyReceived", "t.qty_received", Kind::Qty),
        Column::new("status", "t.status", Kind::Word("LotStatus")),
        Column::new("blockReason", "t.block_reason", Kind::Text),
        Column::new("version", "t.version", Kind::Int).hidden(),
    ],
    from: "material_lot t left join material m on m.code_key = t.material_key",
    conditions: "",
    key: "t.id",
    filters: &[
        Filter::new("q", "t.lot_key", By::Prefix("t.lot_key")),
        Filter::new("materialCode", "t.material_key = $", By::Code("materials")),
        Filter::new("status", "t.status = $", By::Word("LotStatus", LotStatus::WORDS)),
        Filter::new("iqcResult", "t.iqc_result = $", By::Word("IqcResult", IqcResult::WORDS)),
        Filter::new("materialKnown", "case when m.id is null then 0 else 1 end = $", By::Bool),
        Filter::new("expiresBefore", "t.expires_at < $", By::Time),
    ],
    sorts: &[Sort::new("lotNo", "t.lot_key", Kind::Code)],
    descending: false,
    parent: None,
    finish: None,
};
