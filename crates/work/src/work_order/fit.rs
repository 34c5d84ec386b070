//! Whether a line can build a route: the process fits, and every step has a station there.

use engine::refusals::LINE_FORBIDDEN;
use engine::{Cx, row, sql};
use kernel::{Id, Refusal, Result, p};
use plant::line::{LINE_INACTIVE, LINE_NOT_FOUND, Line, LineCode};
use plant::route::Route;
use plant::snapshot::{FrozenRoute, Step};
use plant::station::{STATION_GROUP_NOT_FOUND, StationGroup, StationGroupCode};
use plant::{ProcessType, StationType};

kernel::refusals! {
    /// Line and route process types differ
    LINE_ROUTING_PROCESS_MISMATCH: Unprocessable (line, process, route, wanted);
    /// Line lacks eligible stations (steps listed)
    RUN_LINE_INCOMPATIBLE_WITH_ROUTE: Unprocessable (line, route, steps, count);
}

row! {
    /// An active station that a run on a line may use.
    pub struct LineStation {
        pub code: String,
        pub station_type: StationType,
        pub group_code: Option<String>,
    }
}

/// The active stations of a line and those that serve any line.
pub fn stations(cx: &Cx<'_>, line: Id<Line>) -> Result<Vec<LineStation>> {
    cx.all(
        sql!(
            "select s.code, s.station_type, g.code as group_code from station s left join station_group g on g.id = s.group_id
             where s.is_active = 1 and (s.line_id = $1 or s.line_id is null) order by s.code_key"
        ),
        p![line],
    )
}

/// The stations that may do a step.
pub fn eligible<'s>(step: &Step, stations: &'s [LineStation]) -> Vec<&'s str> {
    let fit = stations.iter().filter(|s| step.fits(s.station_type, &s.code, s.group_code.as_deref()));
    fit.map(|s| s.code.as_str()).collect()
}

/// The steps that no station can do.
pub fn gaps<'r>(steps: &'r [Step], stations: &[LineStation]) -> Vec<&'r Step> {
    steps.iter().filter(|step| eligible(step, stations).is_empty()).collect()
}

/// The line of a code within the asker's scope, or `LINE_NOT_FOUND`, `LINE_FORBIDDEN`.
pub fn line_named(cx: &Cx<'_>, code: &LineCode) -> Result<Line> {
    let Some(line) = Line::find(cx, code)? else { return Err(LINE_NOT_FOUND.with("line", code).into()) };
    if !cx.reaches_line(Some(line.id.number())) {
        return Err(LINE_FORBIDDEN.with("line", &line.code).into());
    }
    Ok(line)
}

/// `LINE_INACTIVE` as a condition.
pub fn inactive(line: &Line) -> Refusal {
    LINE_INACTIVE.with("line", &line.code)
}

/// The station group of a code, or `STATION_GROUP_NOT_FOUND`.
pub fn group_named(cx: &Cx<'_>, code: &StationGroupCode) -> Result<Id<StationGroup>> {
    let found: Option<i64> = cx.value(sql!("select id from station_group where code_key = $1"), p![code.key()])?;
    found.map(Id::of).ok_or_else(|| STATION_GROUP_NOT_FOUND.with("group", code).into())
}

/// The process of the route is that of the line, or `LINE_ROUTING_PROCESS_MISMATCH`; the version that would be built decides,
/// the route's head only while there is none.
pub fn same_process(line: &Line, route: &Route, frozen: Option<&FrozenRoute>) -> Result<()> {
    frozen.map_or_else(|| same(line, route.code.as_str(), route.process_type), |frozen| process_fits(line, frozen))
}

/// The same for a version that is frozen already.
pub fn process_fits(line: &Line, frozen: &FrozenRoute) -> Result<()> {
    same(line, &frozen.snapshot.route.code, frozen.snapshot.route.process_type)
}

fn same(line: &Line, route: &str, wanted: ProcessType) -> Result<()> {
    if line.process_type == wanted {
        return Ok(());
    }
    let refusal = LINE_ROUTING_PROCESS_MISMATCH.with("line", &line.code).with("process", line.process_type);
    Err(refusal.with("route", route).with("wanted", wanted).into())
}

/// Every step of the frozen route has an eligible station on the line or a line-less one, or `RUN_LINE_INCOMPATIBLE_WITH_ROUTE`.
pub fn can_build(cx: &Cx<'_>, line: &Line, frozen: &FrozenRoute) -> Result<()> {
    let stations = stations(cx, line.id)?;
    let gaps = gaps(&frozen.snapshot.steps, &stations);
    if gaps.is_empty() {
        return Ok(());
    }
    let steps: Vec<String> = gaps.iter().map(|s| format!("{} {}", s.step_no, s.operation_code)).collect();
    let refusal = RUN_LINE_INCOMPATIBLE_WITH_ROUTE.with("line", &line.code).with("route", &frozen.snapshot.route.code);
    Err(refusal.with("count", steps.len()).with("steps", steps).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step_no: u32, station_type: StationType, group: Option<&str>, allowed: &[&str]) -> Step {
        let json = serde_json::json!({
            "stepNo": step_no, "sourceStepKey": format!("k{step_no}"), "operationCode": "OP", "operationName": "Op",
            "stationType": station_type, "stationGroup": group, "allowedStations": allowed,
            "requiresFAI": false, "requiresAuthorization": true,
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn r_core_100_every_step_needs_a_station_of_its_type_group_and_list() {
        let station = |code: &str, station_type, group: Option<&str>| LineStation {
            code: code.into(),
            station_type,
            group_code: group.map(str::to_string),
        };
        let here = [station("P1", StationType::Auto, Some("PRINT")), station("A1", StationType::Auto, Some("AOI"))];
        let steps = [
            step(10, StationType::Auto, Some("PRINT"), &[]),
            step(20, StationType::Auto, Some("AOI"), &["A2"]),
            step(30, StationType::Manual, Some("AOI"), &[]),
            step(40, StationType::Auto, None, &["A1", "P1"]),
        ];
        let missing: Vec<u32> = gaps(&steps, &here).iter().map(|s| s.step_no).collect();
        assert_eq!(missing, [20, 30]);
        assert_eq!(eligible(&steps[3], &here), ["P1", "A1"]);
    }
}
