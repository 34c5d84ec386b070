//! The units of a run.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, get, sql};
use kernel::{Result, p};
use serde_json::Value as Json;

use super::UnitStatus;
use crate::run::RUN_NOT_FOUND;

/// The units of a run, in the order they came to be.
pub static RUN_UNITS: Listing = Listing {
    name: "run_units",
    route: get("/runs/{runNo}/units"),
    need: Need::Any(&[Permit::RunRead]),
    columns: &[
        Column::new("sn", "u.sn", Kind::Code).link("/mes/units/{sn}"),
        Column::new("status", "u.status", Kind::Word("UnitStatus")),
        Column::new("currentStepNo", "u.step_no", Kind::Int),
        Column::new("stationCode", "s.code", Kind::Code).link("/mes/stations/{stationCode}"),
        Column::new("attempt", "u.attempt", Kind::Int),
        Column::new("holdsOpen", "u.holds_open", Kind::Int),
        Column::new("changedAt", "u.changed_at", Kind::Time),
        Column::new("runNo", "r.run_no", Kind::Code).hidden(),
        Column::new("inAt", "u.open_since", Kind::Time).hidden(),
        Column::new("resumeStatus", "u.resume_status", Kind::Word("UnitStatus")).hidden(),
    ],
    from: "unit u join run r on r.id = u.run_id left join station s on s.id = u.open_station_id",
    conditions: "{scope: r.line_id}",
    key: "u.id",
    filters: &[
        Filter::new("runNo", "r.run_key = $", By::Code("runs")).in_path(),
        Filter::new("status", "u.status = $", By::Word("UnitStatus", UnitStatus::WORDS)),
        Filter::new("stationCode", "s.code_key = $", By::Code("stations")),
        Filter::new("stepNo", "u.step_no = $", By::Int),
        Filter::new("sn", "u.sn = $", By::Exact),
    ],
    sorts: &[Sort::new("created", "u.id", Kind::Int)],
    descending: false,
    parent: Some(run_exists),
    finish: None,
};

fn run_exists(cx: &Cx<'_>, fields: &Json) -> Result<()> {
    let no = fields.get("runNo").and_then(Json::as_str).unwrap_or_default();
    let key = kernel::code::fold(&kernel::code::clean(no, 120).unwrap_or_default());
    if cx.exists(sql!("select 1 from run r where r.run_key = $1 {scope: r.line_id}"), p![key])? {
        return Ok(());
    }
    Err(RUN_NOT_FOUND.with("run", no).into())
}
