//! Tracks: the times a unit was inside a station, and everything that decides whether it may go in and how it comes out.

pub mod at_hand;
pub mod data_specs;
pub mod enter;
pub mod floor;
pub(crate) mod guards;
pub mod leave;
pub mod queue;
pub mod reading;
pub mod resolve;

use engine::{Cx, GatePoint, Registry, row, sql};
use kernel::code::Text;
use kernel::{Id, Instant, Refusal, Result, p};
use plant::StationType;
use plant::route::RouteVersion;
use plant::station::{Bench, STATION_IN_USE, Station};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::run::Run;
use crate::unit::{Unit, Verdict};
use at_hand::RunHead;
use enter::Entry;
use leave::Exit;

/// Questions that a station asks, for the registry.
pub fn register(registry: &mut Registry) {
    registry.gate(&plant::station::CHANGE, "tracks", in_use);
    registry.query::<queue::StationQueue>().query::<resolve::ResolveUnit>().query::<data_specs::UnitDataSpecs>();
}

/// Whether the equipment of a station can work (guards 4 and 5 of R-CORE-130).
pub static TRACK_IN_EQUIPMENT: GatePoint<Bench> = GatePoint::new("track_in.equipment");
/// Whether boards of a run in preparation may be tried (R-CORE-136). Whoever allows it gives `{"faiNo": …}` as evidence.
pub static TRACK_IN_TRIAL: GatePoint<RunHead> = GatePoint::new("track_in.trial");
/// Whether this board may be tried at this step (R-CORE-137).
pub static TRACK_IN_TRIAL_STEP: GatePoint<Entry> = GatePoint::new("track_in.trial_step");
/// What else speaks against going in: time rules, material, readiness (guard 19 of R-CORE-130).
pub static TRACK_IN_HOOKS: GatePoint<Entry> = GatePoint::new("track_in.hooks");
/// What inspection says of a board that is to leave: `{"source": …, "defects": […]}` as evidence forces FAIL (R-CORE-132).
pub static TRACK_OUT_VERDICT: GatePoint<Exit> = GatePoint::new("track_out.verdict");
/// What else speaks against going out (guard 11 of R-CORE-131).
pub static TRACK_OUT_HOOKS: GatePoint<Exit> = GatePoint::new("track_out.hooks");

kernel::words! {
    /// Whether a board is built or tried.
    pub enum ExecutionMode { Normal = "NORMAL", FaiTrial = "FAI_TRIAL" }
    /// Why the result of a track is FAIL.
    pub enum ResultReason { Requested = "REQUESTED", Inspection = "INSPECTION", KeyValue = "KEY_VALUE", Alarm = "ALARM" }
}

engine::settings! {
    /// A scan repeated within so many seconds counts once
    pub DUPLICATE_SCAN_SEC: u32 = "exec.duplicateScanSec", default 10, range 0..=600;
}

kernel::refusals! {
    /// Station of another line
    STATION_LINE_MISMATCH: Unprocessable (station, line, run, runLine);
    /// Run not of the given order
    RUN_WORK_ORDER_MISMATCH: Unprocessable (run, wo);
    /// Unit of another order
    UNIT_WORK_ORDER_MISMATCH: Unprocessable (sn, wo);
    /// Unit of another run
    UNIT_RUN_MISMATCH: Unprocessable (sn, run);
    /// Unit is inside a station (where, since)
    UNIT_ALREADY_IN_STATION: Conflict (sn, station, since);
    /// Unit finished
    UNIT_ALREADY_DONE: Conflict (sn);
    /// Unit failed; disposition needed
    UNIT_OUT_FAILED: Conflict (sn, at, defectCode, location);
    /// Unit on hold
    UNIT_ON_HOLD: Conflict (sn, reason, by);
    /// Unit scrapped
    UNIT_SCRAPPED: Conflict (sn);
    /// Unit's step absent from snapshot, differs, or of another type
    STEP_MISMATCH: Conflict (sn, step);
    /// Station may not do this step (right ones named)
    STATION_MISMATCH: Unprocessable (sn, station, step, stations);
    /// Station full
    STATION_CAPACITY_REACHED: Conflict (station, capacity);
    /// Database guard: open track exists
    ACTIVE_TRACK_EXISTS: Conflict (sn);
    /// Open track is elsewhere (station named)
    TRACK_AT_OTHER_STATION: Conflict (sn, step, stations);
    /// No open track to close/cancel
    UNIT_NOT_IN_STATION: Conflict (sn, station, lastStation, lastAt);
    /// Closed before with another result
    TRACK_ALREADY_CLOSED: Conflict (sn, result);
    /// PASS without required values (names)
    REQUIRED_DATA_MISSING: Unprocessable (names);
}

row! {
    table "track" refs { run_id => "run.run_no", station_id => "station.code" };
    /// A time inside a station.
    pub struct Track {
        pub id: Id<Track>,
        pub unit_id: Id<Unit>,
        /// The n-th track of its unit, for life.
        pub n: i64,
        pub run_id: Id<Run>,
        pub route_version_id: Id<RouteVersion>,
        pub step_no: u32,
        pub station_id: Id<Station>,
        pub source: StationType,
        pub attempt: i64,
        pub execution_mode: ExecutionMode,
        pub fai_no: Option<String>,
        pub in_at: Instant,
        pub in_by: String,
        pub operator_id: Option<String>,
        pub out_at: Option<Instant>,
        pub out_by: Option<String>,
        pub out_operator_id: Option<String>,
        pub result: Option<Verdict>,
        pub result_requested: Option<Verdict>,
        pub result_reasons: Option<Json>,
        pub voided_at: Option<Instant>,
        pub voided_by: Option<String>,
        pub void_reason: Option<String>,
    }
}

/// What stands in the way, in the reader's language.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    pub code: String,
    pub detail: String,
    pub params: Map<String, Json>,
}

impl Blocker {
    /// A refusal as its reader sees it.
    pub fn of(cx: &Cx<'_>, refusal: Refusal) -> Blocker {
        let detail = engine::words::refusal(cx.actor().lang, &refusal);
        Blocker { code: refusal.def.code.to_string(), detail, params: refusal.params }
    }
}

/// How a track is named outside: `{sn}#{n}`.
pub fn track_no(sn: &str, n: i64) -> String {
    format!("{sn}#{n}")
}

/// How many tracks of this unit at this step count: voided ones do not.
pub(crate) fn visits(cx: &Cx<'_>, unit: Id<Unit>, run: Id<Run>, step_no: u32) -> Result<i64> {
    let count = cx.value(
        sql!(
            "select cast(count(*) as bigint) from track
             where unit_id = $1 and run_id = $2 and step_no = $3 and voided_at is null"
        ),
        p![unit, run, step_no],
    )?;
    Ok(count.unwrap_or(0))
}

/// A station with boards inside is not changed; one that ever had any is not deleted (R-CORE-021, R-CORE-022).
fn in_use(cx: &Cx<'_>, station: &Station) -> Result<engine::Verdict> {
    let inside = guards::inside(cx, station.id)?;
    let refusals = match inside {
        0 => vec![],
        _ => vec![STATION_IN_USE.with("station", &station.code).with("tracks", inside)],
    };
    let worked = cx.exists(sql!("select 1 from track where station_id = $1 limit 1"), p![station.id])?;
    Ok(engine::Verdict { refusals, evidence: vec![json!({ "tracks": i64::from(worked) })] })
}

/// The badge of whoever works stands beside the actor in the trail (R-CORE-005).
pub(crate) fn note_operator(cx: &mut Cx<'_>, badge: Option<&Text<64>>) {
    if let Some(badge) = badge {
        cx.note("add", "operatorId", None, Some(badge.as_str().into()));
    }
}
