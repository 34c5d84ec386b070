//! A floor at work: planner, leader and operator run boards of the demo's orders through their lines, through the public API.
//!
//! Nothing is remembered here but which board moves when: what comes next is asked of the plant each time, so people may
//! hold, fail and scan the same boards beside it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::client::{Failure, Session, part};
use crate::demo_plant::Accounts;
use crate::hands::{self, Exit, Place, Visit};

/// How many boards begin in a minute; none: only the first ones are put on their way.
#[derive(Clone, Copy, Debug)]
pub struct Pace(u16);

impl Pace {
    pub const FIRST_BOARDS_ONLY: Pace = Pace(0);

    pub const fn per_minute(boards: u16) -> Pace {
        Pace(boards)
    }
}

/// A floor at work until it is told to stop.
pub struct Playing {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Playing {
    /// Finish the scan at hand and stop.
    pub fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = self.thread.join();
    }
}

/// Orders of one product on one line, one after the other.
struct Job {
    order: &'static str,
    line: &'static str,
    /// The first four digits of the serials; without them the run numbers its units.
    serials: Option<u32>,
    boards_of_a_run: u64,
    first_boards: usize,
}

const JOBS: [Job; 3] = [
    Job { order: "M0007556", line: "SMT-A", serials: Some(2506), boards_of_a_run: 50, first_boards: 24 },
    Job { order: "M008502", line: "SMT-A", serials: None, boards_of_a_run: 40, first_boards: 8 },
    Job { order: "M007832", line: "LINE-DIP-A", serials: None, boards_of_a_run: 40, first_boards: 6 },
];

/// Defects of the plant's own list, and a place where each was seen.
const DEFECTS: [(&str, &str); 6] =
    [("M14", "U5"), ("A13", "U1"), ("M12", "U3"), ("A3", "R41"), ("A16", "C12"), ("M9", "J2")];
/// One board in so many fails, in every third run.
const FAILS: u64 = 12;
/// How long a board is inside a station, and between two of them, in seconds.
const DWELL_S: std::ops::Range<u64> = 2..9;
/// How long a board waits that cannot go on.
const PATIENCE_S: u64 = 15;
/// The most boards under way at once.
const UNDER_WAY: usize = 400;

/// Put a floor to work at a server.
pub fn play(base: &str, accounts: &Accounts, pace: Pace) -> Playing {
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, base, accounts) = (stop.clone(), base.to_string(), accounts.clone());
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::SeqCst) {
            let worked = Floor::open(&base, &accounts, pace).and_then(|mut floor| floor.work(&stopped));
            match worked {
                Ok(()) => return,
                // A session that ended, a server that restarts: everybody comes back after a while.
                Err(failure) => tracing::warn!(code = failure.code, "the floor pauses: {}", failure.message),
            }
            pause(&stopped, Duration::from_secs(PATIENCE_S));
        }
    });
    Playing { stop, thread }
}

struct Floor {
    planner: Session,
    leader: Session,
    operator: Session,
    /// When which board moves next, and how far it hurries.
    due: BinaryHeap<Reverse<(Instant, u64, String)>>,
    hurry_to: BTreeMap<String, u64>,
    /// Boards of each job that have not begun.
    waiting: [Vec<String>; JOBS.len()],
    pace: Pace,
    random: u64,
}

impl Floor {
    fn open(base: &str, accounts: &Accounts, pace: Pace) -> Result<Floor, Failure> {
        let by = |name: &str| Session::sign_in(base, name, accounts.password(name));
        let seed =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64);
        Ok(Floor {
            planner: by("planner")?,
            leader: by("leader")?,
            operator: by("operator")?,
            due: BinaryHeap::new(),
            hurry_to: BTreeMap::new(),
            waiting: Default::default(),
            pace,
            random: seed | 1,
        })
    }

    fn work(&mut self, stop: &AtomicBool) -> Result<(), Failure> {
        for (n, job) in JOBS.iter().enumerate() {
            self.begin(n, job)?;
        }
        let every = self.plays().then(|| Duration::from_secs_f64(60.0 / f64::from(self.pace.0)));
        let (mut next_start, mut turn) = (Instant::now(), 0);
        while !stop.load(Ordering::SeqCst) {
            if let Some(every) = every.filter(|_| Instant::now() >= next_start) {
                next_start += every;
                self.start_one(turn % JOBS.len())?;
                turn += 1;
            }
            let now = Instant::now();
            match self.due.peek() {
                Some(Reverse((at, _, _))) if *at <= now => {
                    if let Some(Reverse((_, steps, sn))) = self.due.pop() {
                        self.move_on(sn, steps)?;
                    }
                }
                None if every.is_none() => return Ok(()),
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        Ok(())
    }

    /// Take up what is under way; a plant that nothing was built in yet gets its first boards at once.
    fn begin(&mut self, n: usize, job: &Job) -> Result<(), Failure> {
        let order = self.planner.get(&format!("/work-orders/{}", part(job.order)))?.ok(200)?;
        let is_first = order["runs"].as_array().is_some_and(Vec::is_empty);
        if is_first {
            self.next_run(n, job)?;
            let first = job.first_boards.min(self.waiting[n].len());
            let boards: Vec<String> = self.waiting[n].drain(..first).collect();
            for (i, sn) in boards.into_iter().enumerate() {
                // Spread over the route, the last of them done.
                self.hurry_to.insert(sn.clone(), 2 + 99_999 * u64::from(i < 3) + (i as u64 * 7) % 40);
                self.due.push(Reverse((Instant::now(), 0, sn)));
            }
            return Ok(());
        }
        if self.plays() {
            let runs = order["runs"].as_array().cloned().unwrap_or_default();
            for run in runs.iter().filter(|r| matches!(r["status"].as_str(), Some("AUTHORIZED" | "IN_PROGRESS"))) {
                self.take_up(n, run["runNo"].as_str().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// The boards of a run that have begun go on; the others wait for their turn.
    fn take_up(&mut self, n: usize, run_no: &str) -> Result<(), Failure> {
        let run_path = format!("/runs/{}", part(run_no));
        let first_step = self.leader.get(&run_path)?.ok(200)?["routeSteps"][0]["stepNo"].clone();
        for status in ["IN_STATION", "QUEUED"] {
            let units = self.leader.get(&format!("{run_path}/units?status={status}&limit=200"))?.ok(200)?;
            for unit in units["items"].as_array().into_iter().flatten() {
                let sn = unit["sn"].as_str().unwrap_or_default().to_string();
                match status == "QUEUED" && unit["currentStepNo"] == first_step {
                    true => self.waiting[n].push(sn),
                    false => self.later(sn, 0, DWELL_S),
                }
            }
        }
        Ok(())
    }

    /// One more board of a job begins; its run, its order are made when there is none.
    fn start_one(&mut self, n: usize) -> Result<(), Failure> {
        if self.due.len() >= UNDER_WAY {
            return Ok(());
        }
        if self.waiting[n].is_empty() {
            self.next_run(n, &JOBS[n])?;
        }
        if !self.waiting[n].is_empty() {
            let sn = self.waiting[n].remove(0);
            self.due.push(Reverse((Instant::now(), 0, sn)));
        }
        Ok(())
    }

    /// The order that still has boards to plan: the job's own, or the next of the same product.
    fn order_of(&self, job: &Job) -> Result<(Json, u32), Failure> {
        for repeat in 0..10_000u32 {
            let wo_no = if repeat == 0 { job.order.to_string() } else { format!("{}-{}", job.order, repeat + 1) };
            let found = self.planner.get(&format!("/work-orders/{}", part(&wo_no)))?;
            let order = match found.status {
                404 => {
                    let first = self.planner.get(&format!("/work-orders/{}", part(job.order)))?.ok(200)?;
                    let fields = json!({
                        "woNo": wo_no, "productCode": first["productCode"], "plannedQty": first["plannedQty"],
                        "unitCode": first["unitCode"], "routingCode": first["routingCode"],
                    });
                    self.planner.post("/integration/work-orders", fields)?.ok(201)?;
                    self.planner.get(&format!("/work-orders/{}", part(&wo_no)))?.ok(200)?
                }
                _ => found.ok(200)?,
            };
            let open = matches!(order["status"].as_str(), Some("RECEIVED" | "RELEASED" | "IN_PROGRESS"));
            if open && order["remainingQty"].as_u64().unwrap_or(0) > 0 {
                return Ok((order, repeat));
            }
        }
        Err(Failure::new("NO_ORDER", format!("{} has ten thousand followers", job.order)))
    }

    /// Release, create, number, authorize: the next run of a job.
    fn next_run(&mut self, n: usize, job: &Job) -> Result<(), Failure> {
        let (order, repeat) = self.order_of(job)?;
        let wo_no = order["woNo"].as_str().unwrap_or_default().to_string();
        let path = format!("/work-orders/{}", part(&wo_no));
        if order["status"] == "RECEIVED" {
            self.planner.post(&format!("{path}/release"), json!({ "lineCode": job.line }))?.ok(200)?;
        }
        let (allocated, remaining) =
            (order["allocatedQty"].as_u64().unwrap_or(0), order["remainingQty"].as_u64().unwrap_or(0));
        let quantity = job.boards_of_a_run.min(remaining);
        let fields = json!({ "lineCode": job.line, "planQty": quantity });
        let run = self.planner.post(&format!("{path}/runs"), fields)?.ok(201)?;
        let run_no = run["runNo"].as_str().unwrap_or_default().to_string();
        let run_path = format!("/runs/{}", part(&run_no));
        match job.serials {
            Some(block) => {
                let first = u64::from(block + repeat) * 10_000 + allocated + 1;
                let sns: Vec<String> = (first..first + quantity).map(|n| n.to_string()).collect();
                self.leader.post(&format!("{run_path}/import-units"), json!({ "sns": sns }))?.ok(200)?;
            }
            None => {
                self.leader.post(&format!("{run_path}/generate-units"), json!({ "quantity": quantity }))?.ok(200)?;
            }
        }
        self.planner.post(&format!("{run_path}/authorize"), json!({ "action": "AUTHORIZE" }))?.ok(200)?;
        self.take_up(n, &run_no)
    }

    /// The run of a board that is done is closed with its last board, and the order with its last run. Runs with failed
    /// boards stay open for whoever judges them.
    fn close_finished(&self, run_no: &str) -> Result<(), Failure> {
        let path = format!("/runs/{}", part(run_no));
        let run = self.leader.get(&path)?.ok(200)?;
        let is_last = run["unitStats"]["done"] == run["run"]["planQty"];
        if run["run"]["status"] != "IN_PROGRESS" || !is_last {
            return Ok(());
        }
        self.leader.post(&format!("{path}/close"), json!({}))?.ok(200)?;
        let path = format!("/work-orders/{}", part(run["run"]["woNo"].as_str().unwrap_or_default()));
        let order = self.planner.get(&path)?.ok(200)?;
        let is_met = order["runsOpen"] == 0 && order["plannedQty"].as_str() == Some(&order["goodQty"].to_string());
        if is_met && order["status"] == "IN_PROGRESS" {
            self.planner.post(&format!("{path}/close"), json!({}))?.ok(200)?;
        }
        Ok(())
    }

    /// Whatever the plant says is next for a board: in, out, wait, or nothing any more.
    fn move_on(&mut self, sn: String, steps: u64) -> Result<(), Failure> {
        let unit = self.operator.get(&format!("/units/{}", part(&sn)))?;
        if unit.status == 404 {
            return Ok(());
        }
        let unit = unit.ok(200)?;
        let moved = match unit["status"].as_str() {
            Some("QUEUED") => self.scan_in(&unit, &sn),
            Some("IN_STATION") => self.scan_out(&unit, &sn),
            Some("ON_HOLD") => Err(Failure::new("UNIT_ON_HOLD", String::new())),
            status => {
                self.hurry_to.remove(&sn);
                return match status {
                    Some("DONE") => self.close_finished(unit["runNo"].as_str().unwrap_or_default()),
                    _ => Ok(()),
                };
            }
        };
        match moved {
            Ok(()) => {
                let hurries = self.hurry_to.get(&sn).is_some_and(|to| steps < *to);
                match hurries {
                    true => self.due.push(Reverse((Instant::now(), steps + 1, sn))),
                    // Whoever was put on its way only waits there, unless the floor plays.
                    false if self.hurry_to.remove(&sn).is_some() => self.waits(sn),
                    false => self.later(sn, steps, DWELL_S),
                }
                Ok(())
            }
            // Somebody else was faster, or the run is on hold: look again in a while.
            Err(failure) if matches!(failure.status, Some(409 | 422) | None) && failure.code != "NO_ANSWER" => {
                self.later(sn, steps, PATIENCE_S..PATIENCE_S + 5);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// A board that has arrived goes on with the others, late enough that the page shows it there.
    fn waits(&mut self, sn: String) {
        if self.plays() {
            self.later(sn, 0, 30..240);
        }
    }

    fn plays(&self) -> bool {
        self.pace.0 > 0
    }

    fn scan_in(&self, unit: &Json, sn: &str) -> Result<(), Failure> {
        let Some(place) = place(&unit["currentStep"]) else { return Err(Failure::new("NO_STATION", String::new())) };
        hands::scan_in(&self.operator, &place, sn).map(|_| ())
    }

    fn scan_out(&mut self, unit: &Json, sn: &str) -> Result<(), Failure> {
        let station = unit["openTrack"]["stationCode"].as_str().unwrap_or_default().to_string();
        let Some(here) = place(&unit["currentStep"]) else { return Err(Failure::new("NO_STATION", String::new())) };
        let specs = hands::specs(&self.operator, &station, sn)?;
        let exit = self.exit(&here, unit["runNo"].as_str().unwrap_or_default());
        let track_id = unit["openTrack"]["trackId"].as_str().unwrap_or_default();
        let mut visit = Visit::inside(Place { station_code: station, ..here }, track_id);
        hands::scan_out(&self.operator, &mut visit, sn, &specs, &exit, place(&unit["nextStep"]).as_ref())
    }

    /// Inspections and tests of every third run find something now and then.
    fn exit(&mut self, here: &Place, run_no: &str) -> Exit {
        let inspects = ["Q1A", "Q1C", "T1A", "AOI", "TEST"].contains(&here.operation_code.as_str());
        let third = run_no.bytes().next_back().is_some_and(|b| b % 3 == 1);
        if inspects && third && self.random(0..FAILS) == 0 {
            let (code, location) = DEFECTS[self.random(0..DEFECTS.len() as u64) as usize];
            return Exit::Fail(code, location);
        }
        Exit::Pass
    }

    fn later(&mut self, sn: String, steps: u64, seconds: std::ops::Range<u64>) {
        let after = Duration::from_millis(self.random(seconds.start * 1000..seconds.end * 1000));
        self.due.push(Reverse((Instant::now() + after, steps, sn)));
    }

    /// A number of a range, by xorshift: nothing here needs better chance.
    fn random(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        range.start + self.random % (range.end - range.start)
    }
}

fn place(step: &Json) -> Option<Place> {
    Some(Place {
        step_no: step["stepNo"].as_u64()?,
        operation_code: step["operationCode"].as_str()?.into(),
        operation_name: step["operationName"].as_str()?.into(),
        station_code: step["eligibleStations"][0].as_str()?.into(),
    })
}

fn pause(stop: &AtomicBool, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && !stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(100));
    }
}
