//! All lines.

use engine::listing::Listing;
use engine::listing::{By, Column, Filter, Kind, Sort};
use engine::{Need, Permit, get};

use crate::ProcessType;

pub static LINES: Listing = Listing {
    name: "lines",
    route: get("/lines"),
    need: Need::Any(&[Permit::StationRead]),
    columns: &[
        Column::new("code", "l.code", Kind::Code),
        Column::new("name", "l.name", Kind::Text),
        Column::new("processType", "l.process_type", Kind::Word("ProcessType")),
        Column::new(
            "stationCount",
            "(select cast(count(*) as bigint) from station s where s.line_id = l.id and s.is_active = 1)",
            Kind::Int,
        ),
        Column::new("timezone", "l.timezone", Kind::Text),
        Column::new("isActive", "l.is_active", Kind::Bool),
        Column::new("version", "l.version", Kind::Int).hidden(),
    ],
    from: "line l",
    conditions: "{scope: l.id}",
    key: "l.id",
    filters: &[
        Filter::new("q", "l.code_key", By::Prefix("l.code_key")),
        Filter::new("processType", "l.process_type = $", By::Word("ProcessType", ProcessType::WORDS)),
        Filter::new("isActive", "l.is_active = $", By::Bool),
    ],
    sorts: &[Sort::new("code", "l.code_key", Kind::Code), Sort::new("name", "l.name", Kind::Text)],
    descending: false,
    parent: None,
    finish: None,
};
