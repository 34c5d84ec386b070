//! All stations.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

use crate::StationType;

pub static STATIONS: Listing = Listing {
    name: "stations",
    route: get("/stations"),
    need: Need::Any(&[Permit::StationRead]),
    columns: &[
        Column::new("code", "s.code", Kind::Code),
        Column::new("name", "s.name", Kind::Text),
        Column::new("lineCode", "l.code", Kind::Code),
        Column::new("groupCode", "g.code", Kind::Code),
        Column::new("stationType", "s.station_type", Kind::Word("StationType")),
        Column::new("capacity", "s.capacity", Kind::Int),
        Column::new("equipmentRequired", "s.equipment_required", Kind::Bool),
        Column::new("equipmentCode", "s.equipment_code", Kind::Code),
        Column::new("isActive", "s.is_active", Kind::Bool),
        Column::new("version", "s.version", Kind::Int).hidden(),
    ],
    from: "station s left join line l on l.id = s.line_id left join station_group g on g.id = s.group_id",
    conditions: "{scope: s.line_id or null, station s.id}",
    key: "s.id",
    filters: &[
        Filter::new("q", "s.code_key", By::Prefix("s.code_key")),
        Filter::new("lineCode", "l.code_key = $", By::Code("lines")),
        Filter::new("groupCode", "g.code_key = $", By::Code("station_groups")),
        Filter::new("stationType", "s.station_type = $", By::Word("StationType", StationType::WORDS)),
        Filter::new("isActive", "s.is_active = $", By::Bool),
    ],
    sorts: &[Sort::new("code", "s.code_key", Kind::Code), Sort::new("name", "s.name", Kind::Text)],
    descending: false,
    parent: None,
    finish: None,
};
