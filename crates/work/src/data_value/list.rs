//! The values measured on a unit.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};
use plant::data_spec::Judge;

/// The values of a unit, oldest first. The serial is always given: values are reached through the tracks of their unit.
pub static DATA_VALUES: Listing = Listing {
    name: "data_values",
    route: get("/data-values"),
    need: Need::Any(&[Permit::TraceRead, Permit::QualityRead, Permit::ExecRead]),
    columns: &[
        Column::new("specName", "v.name", Kind::Text),
        Column::new("valueNumber", "v.value_number", Kind::Real),
        Column::new("valueText", "v.value_text", Kind::Text),
        Column::new("valueBoolean", "v.value_boolean", Kind::Bool),
        Column::new("valueJson", "v.value_json", Kind::Json).hidden(),
        Column::new("unit", "v.unit", Kind::Text),
        Column::new("judge", "v.judge", Kind::Word("Judge")),
        Column::new("alarmed", "v.alarmed", Kind::Bool),
        Column::new("source", "v.source", Kind::Word("Method")),
        Column::new("collectedAt", "v.collected_at", Kind::Time),
        Column::new("trackId", "u.sn || '#' || cast(t.n as text)", Kind::Code),
        Column::new("stepNo", "t.step_no", Kind::Int),
        Column::new("stationCode", "s.code", Kind::Code).link("/mes/stations/{stationCode}"),
        Column::new("runNo", "r.run_no", Kind::Code).link("/mes/runs/{runNo}"),
        Column::new("sn", "u.sn", Kind::Code).hidden(),
        Column::new("revision", "v.revision", Kind::Int).hidden(),
        Column::new("by", "v.by_name", Kind::Text).hidden(),
        Column::new("sourceJudge", "v.source_judge", Kind::Word("Judge")).hidden(),
        Column::new("superseded", "case when v.superseded_by_id is null then 0 else 1 end", Kind::Bool).hidden(),
        Column::new("reason", "v.reason", Kind::Text).hidden(),
    ],
    from: "unit u join track t on t.unit_id = u.id join data_value v on v.track_id = t.id join run r on r.id = v.run_id
           left join station s on s.id = v.station_id",
    conditions: "{scope: r.line_id}",
    key: "v.id",
    filters: &[
        Filter::new("sn", "u.sn = $", By::Exact).in_path(),
        Filter::new("runNo", "r.run_key = $", By::Code("runs")),
        Filter::new("stationCode", "s.code_key = $", By::Code("stations")),
        Filter::new("stepNo", "t.step_no = $", By::Int),
        Filter::new("specName", "v.name = $", By::Exact),
        Filter::new("judge", "v.judge = $", By::Word("Judge", Judge::WORDS)),
        Filter::new("alarmed", "v.alarmed = $", By::Bool),
    ],
    sorts: &[Sort::new("recorded", "v.id", Kind::Int)],
    descending: false,
    parent: None,
    finish: None,
};
