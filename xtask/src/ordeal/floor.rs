//! The floor of the ordeal: a line with three stations, a run of boards on it, and the way each board goes.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::load::http::Request;
use crate::load::{Session, fresh_key};
use crate::{Result, fail};

pub const LINE: &str = "ORDEAL";
/// The stations, in the order in which a board passes them; steps and groups are called like them.
const STATIONS: [&str; 3] = ["PRINT", "PLACE", "TEST"];
/// The stations that both do the first step.
pub const TWINS: [&str; 2] = [STATIONS[0], "PRINT-2"];
const RUN: &str = "RUN-ORDEAL-001";
/// Boards of the run: more than any ordeal gets through.
const BOARDS: usize = 40_000;
/// The most that are generated with one command.
const AT_ONCE: usize = 10_000;

/// A run on the line, and how many of its boards were given out.
#[derive(Default)]
pub struct Floor {
    next: AtomicUsize,
}

/// One scan of a board.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub sn: String,
    pub station: usize,
    pub is_exit: bool,
}

/// A visit of a board at a station, as a trace tells it: the station, and the values taken when it left.
type Visit = (String, Option<Vec<f64>>);

impl Floor {
    /// Lays it out on an empty plant: `engineer` the line and the route, `planner` the order and its run.
    pub fn lay(engineer: &mut Session, planner: &mut Session) -> Result<Floor> {
        for station in STATIONS {
            make(engineer, "/stations/groups", &json!({ "code": station, "name": station }))?;
            make(engineer, "/operations", &json!({ "code": station, "name": station, "defaultType": "MANUAL" }))?;
        }
        for (code, group) in STATIONS.iter().map(|s| (*s, *s)).chain([(TWINS[1], STATIONS[0])]) {
            let station = json!({ "code": code, "name": code, "lineCode": LINE, "groupCode": group,
                "stationType": "MANUAL" });
            make(engineer, "/stations", &station)?;
        }
        let value = json!({ "operationCode": STATIONS[2], "name": "Voltage", "itemType": "KEY", "dataType": "NUMBER",
            "spec": { "lsl": 0, "usl": 100_000 } });
        make(engineer, "/data-collection-specs", &value)?;
        let route = json!({ "code": LINE, "name": LINE, "productCode": LINE, "processType": "SMT" });
        make(engineer, "/routes", &route)?;
        let step = |n: usize| json!({ "stepNo": n + 1, "operationCode": STATIONS[n], "stationGroupCode": STATIONS[n] });
        let steps: Vec<Value> = (0..STATIONS.len()).map(step).collect();
        let steps = Request::new("PUT", format!("/api/v1/routes/{LINE}/steps")).json(&json!({ "steps": steps }));
        said(engineer, steps.header("If-Match", "\"1\""))?;
        make(engineer, &format!("/routes/{LINE}/compile"), &json!({}))?;

        let order = json!({ "woNo": LINE, "productCode": LINE, "plannedQty": BOARDS });
        make(planner, "/integration/work-orders", &order)?;
        make(planner, &format!("/work-orders/{LINE}/release"), &json!({ "lineCode": LINE }))?;
        make(planner, &format!("/work-orders/{LINE}/runs"), &json!({ "lineCode": LINE, "planQty": BOARDS }))?;
        make(planner, &format!("/runs/{RUN}/authorize"), &json!({ "action": "AUTHORIZE" }))?;
        for _ in 0..BOARDS / AT_ONCE {
            make(planner, &format!("/runs/{RUN}/generate-units"), &json!({ "quantity": AT_ONCE }))?;
        }
        Ok(Floor { next: AtomicUsize::new(1) })
    }

    /// A board nobody has touched; none when all are given out.
    pub fn next_board(&self) -> Option<String> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        (n <= BOARDS).then(|| format!("SN-{RUN}-{n:04}"))
    }

    pub fn run_path(&self) -> String {
        format!("/api/v1/runs/{RUN}")
    }

    /// What the live stream is asked for.
    pub fn topic(&self) -> String {
        format!("run:{RUN}")
    }

    /// The counters of the run and its steps are the sums of what is known of each board: its last scan.
    pub fn verify_counters(&self, run: &Value, lasts: &[&Scan]) -> Result<()> {
        let count = |is_it: &dyn Fn(&Scan) -> bool| lasts.iter().filter(|s| is_it(s)).count() as i64;
        let last = STATIONS.len() - 1;
        let mut all = vec![
            ("/unitStats/units".to_string(), BOARDS as i64),
            ("/unitStats/started".to_string(), lasts.len() as i64),
            ("/unitStats/inStation".to_string(), count(&|s| !s.is_exit)),
            ("/unitStats/done".to_string(), count(&|s| s.is_exit && s.station == last)),
            ("/unitStats/outFailed".to_string(), 0),
        ];
        for n in 0..STATIONS.len() {
            let waiting = match n {
                0 => BOARDS as i64 - lasts.len() as i64,
                _ => count(&|s| s.is_exit && s.station == n - 1),
            };
            all.push((format!("/routeSteps/{n}/waiting"), waiting));
            all.push((format!("/routeSteps/{n}/inside"), count(&|s| !s.is_exit && s.station == n)));
            all.push((format!("/routeSteps/{n}/completed"), count(&|s| s.station > n || s.station == n && s.is_exit)));
        }
        for (at, meant) in all {
            let told = run.pointer(&at).and_then(Value::as_i64);
            if told != Some(meant) {
                return fail(format!("the run says {told:?} at {at}, the ledger {meant}"));
            }
        }
        Ok(())
    }
}

/// All scans of a board, in order.
pub fn way(sn: &str) -> Vec<Scan> {
    let scan = |n: usize| Scan { sn: sn.to_string(), station: n / 2, is_exit: n % 2 == 1 };
    (0..STATIONS.len() * 2).map(scan).collect()
}

impl Scan {
    pub fn path(&self) -> String {
        path(STATIONS[self.station], self.is_exit)
    }

    /// What is sent; boards leave the last station with a value of their own.
    pub fn body(&self) -> Value {
        match (self.is_exit, self.value()) {
            (false, _) => json!({ "sn": self.sn }),
            (true, None) => json!({ "sn": self.sn, "result": "PASS" }),
            (true, Some(value)) => {
                json!({ "sn": self.sn, "result": "PASS", "data": [{ "specName": "Voltage", "valueNumber": value }] })
            }
        }
    }

    fn value(&self) -> Option<f64> {
        let number = || self.sn.rsplit('-').next().and_then(|n| n.parse().ok());
        if self.is_exit && self.station == STATIONS.len() - 1 { number() } else { None }
    }
}

/// Where a board is scanned into a station, or out of it.
pub fn path(station: &str, is_exit: bool) -> String {
    format!("/api/v1/stations/{station}/{}", if is_exit { "track-out" } else { "track-in" })
}

/// The visits that these scans made.
pub fn meant(scans: &[&Scan]) -> Vec<Visit> {
    let ins = scans.iter().filter(|s| !s.is_exit);
    let visit = |entry: &&Scan| {
        let exit = scans.iter().find(|s| s.is_exit && s.station == entry.station);
        (STATIONS[entry.station].to_string(), exit.map(|s| s.value().into_iter().collect()))
    };
    ins.map(visit).collect()
}

/// The visits that a trace tells.
pub fn told(trace: &Value) -> Vec<Visit> {
    let rows = |of: &str| trace[of].as_array().cloned().unwrap_or_default();
    let values = rows("dataValues");
    let visit = |track: &Value| {
        let of_it = values.iter().filter(|v| v["trackId"] == track["trackId"]);
        let values = of_it.filter_map(|v| v["valueNumber"].as_f64()).collect();
        (track["stationCode"].as_str().unwrap_or_default().to_string(), (!track["outAt"].is_null()).then_some(values))
    };
    rows("tracks").iter().map(visit).collect()
}

/// One command; a refusal is a failure with the server's words.
pub fn make(session: &mut Session, path: &str, body: &Value) -> Result<()> {
    said(session, Request::post(format!("/api/v1{path}")).json(body))
}

fn said(session: &mut Session, request: Request) -> Result<()> {
    let answer = session.command(request.clone(), &fresh_key())?;
    if answer.is_success() {
        return Ok(());
    }
    fail(format!("{request:?}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)))
}
