//! Compares the trace of a board with what was done to it, field by field.

use serde_json::{Value as Json, json};

use super::world::World;
use crate::client::{Failure, part, same};
use crate::hands::{Visit, reason};

/// The trace of a board equals what the scenario did to it.
pub fn equals(w: &World, sn: &str) -> Result<Json, Failure> {
    let visits = w.done.get(sn).ok_or_else(|| Failure::new("NOT_THERE", format!("nothing was done to {sn}")))?;
    let trace = w.by("trace")?.get(&format!("/trace/units/{}", part(sn)))?.ok(200)?;
    let what = format!("trace of {sn} ");
    let last = visits.last().map(|v| (v.status.as_str(), v.run_no.as_str())).unwrap_or_default();
    let run = w.run(last.1)?;
    same(&what, &trace, "/unit/sn", sn)?;
    same(&what, &trace, "/unit/status", last.0)?;
    same(&what, &trace, "/unit/runNo", last.1)?;
    same(&what, &trace, "/unit/woNo", w.wo_no()?)?;
    same(&what, &trace, "/unit/productCode", w.context.product_code.clone())?;
    same(&what, &trace, "/runs/0/runNo", last.1)?;
    same(&what, &trace, "/route/code", w.context.route_code.clone())?;
    same(&what, &trace, "/routeVersion/versionNo", run["routeVersion"]["versionNo"].clone())?;
    same(&what, &trace, "/routeVersion/snapshotHash", run["routeVersion"]["snapshotHash"].clone())?;
    same(&what, &trace, "/authorizations/0/action", "AUTHORIZE")?;
    same(&what, &trace, "/authorizations/0/by", "planner")?;

    let tracks = list(&trace, "tracks");
    counted(&what, "tracks", tracks.len(), visits.len())?;
    let mut left = String::new();
    for (n, (track, visit)) in tracks.iter().zip(visits).enumerate() {
        let at = format!("{what}track {} ", n + 1);
        compare(&at, track, visit)?;
        let (entered, out) = (text(track, "inAt"), text(track, "outAt"));
        if entered < left.as_str() || out < entered {
            return Err(Failure::new(
                "STATE_DIFFERS",
                format!("{at}goes in at {entered} and out at {out}, after {left}"),
            ));
        }
        left = out.to_string();
    }

    let values = list(&trace, "dataValues");
    let given: Vec<(&Visit, &Json)> = visits.iter().flat_map(|v| v.data.iter().map(move |d| (v, d))).collect();
    counted(&what, "values", values.len(), given.len())?;
    for (visit, value) in &given {
        let name = text(value, "specName");
        let of =
            |v: &&Json| v["name"] == *name && (v["trackId"] == *visit.track_id || v["stepNo"] == visit.place.step_no);
        let Some(found) = values.iter().find(of) else {
            return Err(Failure::new("STATE_DIFFERS", format!("{what}has no {name} at step {}", visit.place.step_no)));
        };
        let at = format!("{what}{name} ");
        same(&at, found, "/value", wanted(value))?;
        same(&at, found, "/alarmed", false)?;
        if found["judge"] == "FAIL" && visit.result == "PASS" {
            return Err(Failure::new("STATE_DIFFERS", format!("{at}is judged FAIL at a step that was passed")));
        }
    }
    Ok(json!({ "tracks": tracks.len(), "values": given.len() }))
}

fn compare(at: &str, track: &Json, visit: &Visit) -> Result<(), Failure> {
    same(at, track, "/stepNo", visit.place.step_no)?;
    let operation = if track["operationCode"].is_null() { "/operation" } else { "/operationCode" };
    same(at, track, operation, visit.place.operation_code.as_str())?;
    same(at, track, "/stationCode", visit.place.station_code.as_str())?;
    same(at, track, "/trackId", visit.track_id.as_str())?;
    same(at, track, "/inAt", visit.in_at.as_str())?;
    same(at, track, "/result", visit.result.as_str())?;
    same(at, track, "/runNo", visit.run_no.as_str())?;
    same(at, track, "/attempt", 1)?;
    same(at, track, "/executionMode", "NORMAL")?;
    same(at, track, "/voided", false)?;
    let reasons: Vec<String> = list(track, "resultReasons").iter().map(reason).collect();
    match reasons == visit.reasons {
        true => Ok(()),
        false => Err(Failure::new("STATE_DIFFERS", format!("{at}has the reasons {reasons:?}"))),
    }
}

fn list(json: &Json, name: &str) -> Vec<Json> {
    json[name].as_array().cloned().unwrap_or_default()
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json[name].as_str().unwrap_or_default()
}

/// The value of what was given, whatever its type.
fn wanted(given: &Json) -> Json {
    let fields = ["valueNumber", "valueText", "valueBoolean", "valueJson"];
    fields.iter().map(|f| given[*f].clone()).find(|v| !v.is_null()).unwrap_or(Json::Null)
}

fn counted(what: &str, kind: &str, found: usize, wanted: usize) -> Result<(), Failure> {
    match found == wanted {
        true => Ok(()),
        false => Err(Failure::new("STATE_DIFFERS", format!("{what}has {found} {kind} and was to have {wanted}"))),
    }
}
