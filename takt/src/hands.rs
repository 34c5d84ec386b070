//! What an operator's hands do at a station, through the public API: scan in, measure, scan out; and remember it.

use serde_json::{Map, Value as Json, json};

use crate::client::{Failure, Session, part, same};

/// A step of a run with a station that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub step_no: u64,
    pub operation_code: String,
    pub operation_name: String,
    pub station_code: String,
}

/// What was done to a board at a step, as the answers told it.
#[derive(Clone, Debug)]
pub struct Visit {
    pub place: Place,
    pub run_no: String,
    pub track_id: String,
    pub in_at: String,
    pub result: String,
    pub reasons: Vec<String>,
    pub status: String,
    pub readings: Vec<Reading>,
    pub defects: Vec<Json>,
}

/// A value as it was given, with the limits by which it is to be judged, and the judgement.
#[derive(Clone, Debug)]
pub struct Reading {
    pub given: Json,
    pub limits: Option<String>,
    pub judge: &'static str,
}

impl Visit {
    /// A board inside a station, nothing measured yet.
    pub fn inside(place: Place, track_id: &str) -> Visit {
        Visit {
            place,
            run_no: String::new(),
            track_id: track_id.into(),
            in_at: String::new(),
            result: String::new(),
            reasons: vec![],
            status: "IN_STATION".into(),
            readings: vec![],
            defects: vec![],
        }
    }
}

/// How a board is to leave.
#[derive(Clone, Debug)]
pub enum Exit {
    Pass,
    /// With a defect code and a place on the board.
    Fail(&'static str, &'static str),
    /// PASS is asked for, and the key value of this name lies outside its limits.
    Measured(&'static str),
}

/// The steps of a run, each with the first of its stations.
pub fn places(session: &Session, run_no: &str) -> Result<Vec<Place>, Failure> {
    let run = session.get(&format!("/runs/{}", part(run_no)))?.ok(200)?;
    let steps = run["routeSteps"].as_array().cloned().unwrap_or_default();
    let place = |step: &Json| {
        let station = step["stations"][0].as_str();
        let missing = || Failure::new("STATE_DIFFERS", format!("{run_no} has no station for step {}", step["stepNo"]));
        Ok(Place {
            step_no: step["stepNo"].as_u64().unwrap_or(0),
            operation_code: step["operationCode"].as_str().unwrap_or_default().into(),
            operation_name: step["operationName"].as_str().unwrap_or_default().into(),
            station_code: station.ok_or_else(missing)?.into(),
        })
    };
    steps.iter().map(place).collect()
}

/// What is to be measured for a board at a station, frozen with its run.
pub fn specs(session: &Session, station: &str, sn: &str) -> Result<Vec<Json>, Failure> {
    let path = format!("/stations/{}/unit/{}/data-specs", part(station), part(sn));
    let found = session.get(&path)?.ok(200)?;
    Ok(found["specs"].as_array().cloned().unwrap_or_default())
}

/// Scan a board into a station: it is inside afterwards, at the step and station that were meant.
pub fn scan_in(session: &Session, place: &Place, sn: &str) -> Result<Visit, Failure> {
    let path = format!("/stations/{}/track-in", part(&place.station_code));
    let inside = session.post(&path, json!({ "sn": sn }))?.ok(200)?;
    same("track-in", &inside, "/status", "IN_STATION")?;
    same("track-in", &inside, "/stepNo", place.step_no)?;
    same("track-in", &inside, "/operationCode", place.operation_code.as_str())?;
    same("track-in", &inside, "/duplicate", false)?;
    let text = |name: &str| inside[name].as_str().unwrap_or_default().to_string();
    let visit = Visit::inside(place.clone(), inside["trackId"].as_str().unwrap_or_default());
    Ok(Visit { run_no: text("runNo"), in_at: text("inAt"), ..visit })
}

/// Scan a board out: the answer says the result that was to come, why, and where the board goes.
pub fn scan_out(
    session: &Session,
    visit: &mut Visit,
    sn: &str,
    specs: &[Json],
    exit: &Exit,
    next: Option<&Place>,
) -> Result<(), Failure> {
    let bad = |spec: &Json| matches!(exit, Exit::Measured(name) if spec["name"] == *name);
    let read = |spec: &Json| match bad(spec) {
        true => reading(spec, beyond(spec), "FAIL"),
        false => reading(spec, good(spec, sn), "PASS"),
    };
    visit.readings = specs.iter().map(read).collect();
    let found = match exit {
        Exit::Fail(code, location) => vec![json!({ "code": code, "location": location, "qty": 1 })],
        _ => vec![],
    };
    let (requested, result, reasons, status) = match (exit, next) {
        (Exit::Pass, Some(_)) => ("PASS", "PASS", vec![], "QUEUED"),
        (Exit::Pass, None) => ("PASS", "PASS", vec![], "DONE"),
        (Exit::Fail(..), _) => ("FAIL", "FAIL", vec!["REQUESTED"], "OUT_FAILED"),
        (Exit::Measured(_), _) => ("PASS", "FAIL", vec!["KEY_VALUE"], "OUT_FAILED"),
    };
    let path = format!("/stations/{}/track-out", part(&visit.place.station_code));
    let data: Vec<&Json> = visit.readings.iter().map(|r| &r.given).collect();
    let fields = json!({ "sn": sn, "result": requested, "data": data, "defects": found });
    let out = session.post(&path, fields)?.ok(200)?;
    same("track-out", &out, "/status", status)?;
    same("track-out", &out, "/result", result)?;
    same("track-out", &out, "/resultRequested", requested)?;
    same("track-out", &out, "/trackId", visit.track_id.as_str())?;
    same("track-out", &out, "/duplicate", false)?;
    let goes_on = next.filter(|_| result == "PASS");
    if let Some(next) = goes_on {
        same("track-out", &out, "/nextStep/stepNo", next.step_no)?;
    }
    let said: Vec<String> = out["resultReasons"].as_array().into_iter().flatten().map(reason).collect();
    if said != reasons {
        return Err(Failure::new(
            "STATE_DIFFERS",
            format!("{sn} left with {said:?} and was to leave with {reasons:?}"),
        ));
    }
    visit.defects = out["defects"].as_array().cloned().unwrap_or_default();
    let kept = match (result, found.as_slice()) {
        ("FAIL", []) => vec![json!({ "code": "STATION_FAIL", "qty": 1 })],
        _ => found,
    };
    if visit.defects != kept {
        let message = format!("{sn} left with the defects {:?} and was to leave with {kept:?}", visit.defects);
        return Err(Failure::new("STATE_DIFFERS", message));
    }
    visit.result = result.into();
    visit.status = status.into();
    visit.reasons = said;
    Ok(())
}

/// A reason of a result is a word, alone or with what it is about.
pub fn reason(reason: &Json) -> String {
    let word = reason.as_str().or_else(|| reason["reason"].as_str()).or_else(|| reason["code"].as_str());
    word.unwrap_or_default().to_string()
}

/// A value with the limits of its spec as a trace writes them; without limits there is nothing to judge.
fn reading(spec: &Json, value: Json, judge: &'static str) -> Reading {
    let limits = &spec["spec"];
    let text = match (limits["lsl"].as_f64(), limits["usl"].as_f64()) {
        (Some(low), Some(high)) => Some(format!("{low}–{high}")),
        (Some(low), None) => Some(format!("≥ {low}")),
        (None, Some(high)) => Some(format!("≤ {high}")),
        (None, None) => None,
    };
    let is_judged = ["lsl", "usl", "pattern", "allowed"].iter().any(|name| !limits[*name].is_null());
    Reading { given: measured(spec, value), limits: text, judge: if is_judged { judge } else { "NA" } }
}

/// A value under the name of its spec, in the field of its type.
fn measured(spec: &Json, value: Json) -> Json {
    let field = match spec["dataType"].as_str() {
        Some("NUMBER") => "valueNumber",
        Some("TEXT") => "valueText",
        Some("BOOLEAN") => "valueBoolean",
        _ => "valueJson",
    };
    let mut given = Map::new();
    given.insert("specName".into(), spec["name"].clone());
    given.insert(field.into(), value);
    Json::Object(given)
}

/// A value inside the limits of a spec; another one for another board, the same for the same.
pub fn good(spec: &Json, sn: &str) -> Json {
    let limits = &spec["spec"];
    match spec["dataType"].as_str() {
        Some("NUMBER") => {
            let (low, high) = (limits["lsl"].as_f64(), limits["usl"].as_f64());
            let (low, high) = match (low, high) {
                (Some(low), Some(high)) => (low, high),
                (Some(low), None) => (low, low + low.abs().max(1.0) * 0.2),
                (None, Some(high)) => (high - high.abs().max(1.0) * 0.2, high),
                (None, None) => (1.0, 2.0),
            };
            // The middle three fifths: the ends belong to those who test limits.
            let share = 0.2 + 0.6 * share_of(sn, spec["name"].as_str().unwrap_or_default());
            rounded(low + (high - low) * share, limits)
        }
        Some("TEXT") => limits["allowed"].get(0).cloned().unwrap_or_else(|| sn.into()),
        Some("BOOLEAN") => true.into(),
        _ => json!({}),
    }
}

/// A number above the upper limit of a spec.
fn beyond(spec: &Json) -> Json {
    let limits = &spec["spec"];
    let (low, high) = (limits["lsl"].as_f64().unwrap_or(0.0), limits["usl"].as_f64().unwrap_or(0.0));
    rounded(high + (high - low).max(0.1) * 0.3, limits)
}

fn rounded(value: f64, limits: &Json) -> Json {
    let places = limits["decimals"].as_u64().unwrap_or(3).min(9);
    let scale = 10f64.powi(places as i32);
    json!((value * scale).round() / scale)
}

/// A number from 0 to 1 that follows from a serial and a name.
fn share_of(sn: &str, name: &str) -> f64 {
    let hash = sn
        .bytes()
        .chain(name.bytes())
        .fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    ((hash >> 11) % 1000) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_values_lie_inside_their_limits_and_bad_ones_outside() {
        let spec =
            json!({ "name": "Peak", "dataType": "NUMBER", "spec": { "lsl": 240.0, "usl": 250.0, "decimals": 1 } });
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..250 {
            let sn = format!("2506{n:04}");
            let value = good(&spec, &sn).as_f64().unwrap();
            assert!((240.0..=250.0).contains(&value), "{value}");
            assert_eq!(good(&spec, &sn), good(&spec, &sn));
            seen.insert(value.to_string());
        }
        assert!(seen.len() > 20, "boards differ");
        assert_eq!(beyond(&spec), json!(253.0));
        let exact =
            json!({ "name": "Parts", "dataType": "NUMBER", "spec": { "lsl": 248.0, "usl": 248.0, "decimals": 0 } });
        assert_eq!(good(&exact, "1"), json!(248.0));
    }

    #[test]
    fn values_have_the_field_of_their_type() {
        let text = json!({ "name": "Look", "dataType": "TEXT", "spec": { "allowed": ["ACCEPT", "TOUCH-UP"] } });
        assert_eq!(measured(&text, good(&text, "1")), json!({ "specName": "Look", "valueText": "ACCEPT" }));
        let label = json!({ "name": "Label", "dataType": "TEXT", "spec": { "pattern": "[0-9]{8}" } });
        assert_eq!(good(&label, "25060001"), json!("25060001"));
        let done = json!({ "name": "Done", "dataType": "BOOLEAN", "spec": {} });
        assert_eq!(reading(&done, json!(true), "PASS").judge, "NA");
        assert_eq!(measured(&done, good(&done, "1")), json!({ "specName": "Done", "valueBoolean": true }));
    }
}
