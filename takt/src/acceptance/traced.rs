//! Compares the trace of a board with what was done to it, field by field.

use serde_json::{Value as Json, json};

use super::world::World;
use crate::client::{Failure, part, same};
use crate::hands::{Reading, Visit, reason};

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
    if trace["routeVersion"]["snapshotHash"].as_str().is_none_or(|hash| hash.len() != 64) {
        return Err(Failure::new("STATE_DIFFERS", format!("{what}names no frozen version: {}", trace["routeVersion"])));
    }
    same(&what, &trace, "/routeVersion/versionNo", run["routeVersion"]["versionNo"].clone())?;
    same(&what, &trace, "/routeVersion/snapshotHash", run["routeVersion"]["snapshotHash"].clone())?;
    same(&what, &trace, "/runs/0/authorizations/0/action", "AUTHORIZE")?;
    same(&what, &trace, "/runs/0/authorizations/0/by", "planner")?;
    same(&what, &trace, "/auditGrade", true)?;

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
    let given: Vec<(&Visit, &Reading)> = visits.iter().flat_map(|v| v.readings.iter().map(move |r| (v, r))).collect();
    counted(&what, "values", values.len(), given.len())?;
    for (visit, reading) in &given {
        let name = text(&reading.given, "specName");
        let of = |v: &&Json| v["name"] == *name && v["trackId"] == *visit.track_id;
        let Some(found) = values.iter().find(of) else {
            return Err(Failure::new("STATE_DIFFERS", format!("{what}has no {name} at step {}", visit.place.step_no)));
        };
        let at = format!("{what}{name} ");
        value(&at, found, &reading.given)?;
        same(&at, found, "/stepNo", visit.place.step_no)?;
        same(&at, found, "/limits", reading.limits.clone())?;
        same(&at, found, "/judge", reading.judge)?;
        same(&at, found, "/alarmed", false)?;
        same(&at, found, "/source", "MANUAL")?;
        same(&at, found, "/superseded", false)?;
    }

    let defects = list(&trace, "defects");
    let found: Vec<(&Visit, &Json)> = visits.iter().flat_map(|v| v.defects.iter().map(move |d| (v, d))).collect();
    counted(&what, "defects", defects.len(), found.len())?;
    for (defect, (visit, wanted)) in defects.iter().zip(&found) {
        let at = format!("{what}defect ");
        same(&at, defect, "/defectCode", wanted["code"].clone())?;
        same(&at, defect, "/location", wanted["location"].clone())?;
        same(&at, defect, "/qty", wanted["qty"].clone())?;
        same(&at, defect, "/trackId", visit.track_id.as_str())?;
    }
    same(&what, &trace, "/holds", json!([]))?;
    Ok(json!({ "tracks": tracks.len(), "values": given.len(), "defects": found.len() }))
}

fn compare(at: &str, track: &Json, visit: &Visit) -> Result<(), Failure> {
    same(at, track, "/stepNo", visit.place.step_no)?;
    same(at, track, "/operation", visit.place.operation_name.as_str())?;
    same(at, track, "/stationCode", visit.place.station_code.as_str())?;
    same(at, track, "/trackId", visit.track_id.as_str())?;
    same(at, track, "/inAt", visit.in_at.as_str())?;
    same(at, track, "/result", visit.result.as_str())?;
    same(at, track, "/runNo", visit.run_no.as_str())?;
    same(at, track, "/inBy", "operator")?;
    same(at, track, "/outBy", "operator")?;
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

/// A value of the trace is what was given, number by number and word by word.
fn value(at: &str, found: &Json, given: &Json) -> Result<(), Failure> {
    if given["valueNumber"].is_number() {
        return same(at, found, "/valueNumber", given["valueNumber"].clone());
    }
    let word = given["valueText"].as_str().map(str::to_string);
    let word = word.or_else(|| given["valueBoolean"].as_bool().map(|b| b.to_string()));
    same(at, found, "/value", word.unwrap_or_else(|| given["valueJson"].to_string()))
}

fn counted(what: &str, kind: &str, found: usize, wanted: usize) -> Result<(), Failure> {
    match found == wanted {
        true => Ok(()),
        false => Err(Failure::new("STATE_DIFFERS", format!("{what}has {found} {kind} and was to have {wanted}"))),
    }
}
