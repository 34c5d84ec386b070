//! What follows from a change of a station, line or data spec: versions that name it are marked, never changed (R-CORE-072).

use engine::event::Happened;
use engine::registry::Reaction;
use engine::{Cx, Registry, sql};
use kernel::code::fold;
use kernel::{Id, Result, p};
use serde_json::Value as Json;

use super::material::Place;
use super::{Route, RouteVersion};
use crate::snapshot::{FrozenRoute, Step};

/// The reactions, by the names of the events.
pub fn register(registry: &mut Registry) {
    let reactions = [
        ("STATION_CHANGED", "mark_versions_of_station", of_station as fn(&mut Cx<'_>, &Happened) -> Result<()>),
        ("LINE_CHANGED", "mark_versions_of_line", of_line),
        ("DATA_SPEC_REVISED", "mark_versions_of_spec", of_spec),
    ];
    registry.reactions.extend(reactions.map(|(event, name, run)| Reaction { name, event, run }));
}

/// What of a station decides which steps it may work.
const DECIDING: [&str; 5] = ["code", "stationType", "groupCode", "lineCode", "isActive"];

fn of_station(cx: &mut Cx<'_>, happened: &Happened) -> Result<()> {
    let fields = happened.payload.get("fields").and_then(Json::as_array);
    let decides = |field: &Json| field.as_str().is_some_and(|name| DECIDING.contains(&name));
    match word(happened, "change") {
        "CREATED" => return Ok(()),
        "UPDATED" if !fields.into_iter().flatten().any(decides) => return Ok(()),
        _ => {}
    }
    let code = word(happened, "stationCode");
    let places = places(cx)?;
    let here = places.iter().find(|p| fold(&p.code) == fold(code));
    mark(cx, |step| {
        let is_listed = step.allowed_stations.iter().any(|s| fold(s) == fold(code));
        let is_in_group = here.is_some_and(|p| p.group_code.is_some() && p.group_code == step.station_group);
        // A station that left its group, or is gone, is missed where no other fits any more.
        is_listed || is_in_group || !places.iter().any(|p| p.is_active && fits(step, p))
    })
}

fn of_line(cx: &mut Cx<'_>, happened: &Happened) -> Result<()> {
    if word(happened, "change") != "DEACTIVATED" {
        return Ok(());
    }
    let key = fold(word(happened, "lineCode"));
    let line: Option<i64> = cx.value(sql!("select id from line where code_key = $1"), p![key])?;
    let places: Vec<Place> = places(cx)?.into_iter().filter(|p| line.is_some() && p.line_id == line).collect();
    mark(cx, |step| places.iter().any(|p| fits(step, p)))
}

fn of_spec(cx: &mut Cx<'_>, happened: &Happened) -> Result<()> {
    let (operation, name) = (fold(word(happened, "operationCode")), fold(word(happened, "name")));
    mark(cx, |step| fold(&step.operation_code) == operation && step.data_specs.iter().any(|s| fold(&s.name) == name))
}

fn word<'h>(happened: &'h Happened, name: &str) -> &'h str {
    happened.payload.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn fits(step: &Step, place: &Place) -> bool {
    step.fits(place.station_type, &place.code, place.group_code.as_deref())
}

fn places(cx: &Cx<'_>) -> Result<Vec<Place>> {
    cx.all(
        sql!(
            "select s.code, s.station_type, g.code as group_code, s.is_active, s.line_id
             from station s left join station_group g on g.id = s.group_id order by s.id"
        ),
        [],
    )
}

/// Mark the newest READY version of every route that has such a step, and the route as in need of a compile.
fn mark(cx: &mut Cx<'_>, is_touched: impl Fn(&Step) -> bool) -> Result<()> {
    let versions: Vec<(Id<RouteVersion>, Id<Route>)> = cx.all(
        sql!(
            "select v.id, v.route_id from route_version v where v.status = 'READY' and v.version_no =
                 (select max(n.version_no) from route_version n where n.route_id = v.route_id and n.status = 'READY')
             order by v.id"
        ),
        [],
    )?;
    for (version, route) in versions {
        let Some(frozen) = FrozenRoute::get(cx, version)? else { continue };
        if frozen.snapshot.steps.iter().any(&is_touched) {
            cx.run(sql!("update route_version set stale = 1 where id = $1 and stale = 0"), p![version])?;
            cx.run(sql!("update route set needs_compile = 1 where id = $1 and needs_compile = 0"), p![route])?;
        }
    }
    Ok(())
}
