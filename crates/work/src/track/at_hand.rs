//! What a scan finds: the unit with its run, its order and the track it is in, read in one go and locked.
//!
//! The unit is locked and its run is not: the run is judged as read, and its counters are written only while it is still
//! so (`Tally::write`). That way boards of one run never wait for each other until their last statement.

use engine::db::{Columns, Row};
use engine::{Cx, row, sql};
use kernel::code::Sn;
use kernel::{Id, Instant, Result, p};
use plant::line::Line;
use plant::route::{RouteVersion, UnitCreation};
use plant::station::{Bench, Station};

use super::ExecutionMode;
use crate::run::{Run, RunNo, RunStatus};
use crate::unit::Unit;
use crate::work_order::WorkOrder;

row! {
    /// What execution must know of a run.
    pub struct RunHead {
        pub id: Id<Run>,
        pub run_no: RunNo,
        pub wo_id: Id<WorkOrder>,
        pub line_id: Id<Line>,
        pub line_code: String,
        pub route_version_id: Id<RouteVersion>,
        pub plan_qty: i64,
        pub status: RunStatus,
        pub unit_creation: UnitCreation,
        pub qty_units: i64,
        pub wo_no: String,
        pub product_code: String,
    }
}

row! {
    /// The track a unit is in.
    pub struct OpenTrack {
        pub id: Id<super::Track>,
        pub n: i64,
        pub step_no: u32,
        pub station_id: Id<Station>,
        pub station_code: String,
        pub attempt: i64,
        pub execution_mode: ExecutionMode,
        pub fai_no: Option<String>,
        pub in_at: Instant,
        /// Whether values were given at entry, or sent since.
        pub has_values: bool,
    }
}

/// A unit with what stands around it.
#[derive(Clone, Debug)]
pub struct AtHand {
    pub unit: Unit,
    pub wo_no: String,
    pub product_code: String,
    pub run: Option<RunHead>,
    pub track: Option<OpenTrack>,
}

impl Row for AtHand {
    const COLUMNS: &'static [&'static str] = &[];

    fn read(columns: &mut Columns) -> Result<Self> {
        let unit = Unit::read(columns)?;
        let (wo_no, product_code): (String, String) = (columns.take("wo_no")?, columns.take("product_code")?);
        let track = match columns.take::<Option<Id<super::Track>>>("track")? {
            None => {
                skip(columns, 9)?;
                None
            }
            Some(id) => Some(OpenTrack {
                id,
                n: columns.take("n")?,
                step_no: columns.take("step_no")?,
                station_id: columns.take("station_id")?,
                station_code: columns.take("station_code")?,
                attempt: columns.take("attempt")?,
                execution_mode: columns.take("execution_mode")?,
                fai_no: columns.take("fai_no")?,
                in_at: columns.take("in_at")?,
                has_values: columns.take::<Option<bool>>("has_values")?.is_some(),
            }),
        };
        let run = match columns.take::<Option<Id<Run>>>("run")? {
            None => None,
            Some(id) => Some(RunHead {
                id,
                run_no: columns.take("run_no")?,
                wo_id: columns.take("wo_id")?,
                line_id: columns.take("line_id")?,
                line_code: columns.take("line_code")?,
                route_version_id: columns.take("route_version_id")?,
                plan_qty: columns.take("plan_qty")?,
                status: columns.take("status")?,
                unit_creation: columns.take("unit_creation")?,
                qty_units: columns.take("qty_units")?,
                wo_no: wo_no.clone(),
                product_code: product_code.clone(),
            }),
        };
        Ok(AtHand { unit, wo_no, product_code, run, track })
    }
}

/// Pass over columns of an outer join that found nothing.
fn skip(columns: &mut Columns, n: usize) -> Result<()> {
    for _ in 0..n {
        columns.take::<Option<String>>("nothing")?;
    }
    Ok(())
}

/// A unit with what is joined to it; two questions end it in two ways.
macro_rules! select_at_hand {
    ($rest:literal) => {
        sql!(concat!(
            "select u.id, u.sn, u.wo_id, u.run_id, u.status, u.step_no, u.attempt, u.tracks, u.open_track_id,
                 u.open_station_id, u.open_since, u.holds_open, u.resume_status, u.resume_step_no, u.resume_untold,
                 u.changed_at, u.version, w.wo_no, w.product_code,
                 t.id, t.n, t.step_no, t.station_id, s.code, t.attempt, t.execution_mode, t.fai_no, t.in_at,
                 case when exists (select 1 from data_value v where v.track_id = u.open_track_id) then 1 end,
                 r.id, r.run_no, r.wo_id, r.line_id, l.code, r.route_version_id, r.plan_qty, r.status, r.unit_creation,
                 r.qty_units
             from unit u
             join work_order w on w.id = u.wo_id
             left join track t on t.id = u.open_track_id
             left join station s on s.id = t.station_id
             left join run r on r.id = u.run_id
             left join line l on l.id = r.line_id
             where u.sn = $1 ",
            $rest
        ))
    };
}

impl AtHand {
    /// The unit that a scan names, locked; `None` for a serial nobody issued.
    ///
    /// Whoever had to wait for the lock gets the unit as it is now, but what is joined to it as it was when the question was
    /// put: then the question is put once more.
    pub fn scanned(cx: &Cx<'_>, sn: &Sn) -> Result<Option<AtHand>> {
        let locked = || cx.one(select_at_hand!("for no key update of u"), p![sn]);
        let found: Option<AtHand> = locked()?;
        match found {
            Some(at) if at.unit.open_track_id != at.track.as_ref().map(|t| t.id.number()) => locked(),
            found => Ok(found),
        }
    }

    /// The same for a question: within the asker's scope, else unknown.
    pub fn seen(cx: &Cx<'_>, sn: &Sn) -> Result<Option<AtHand>> {
        cx.one(select_at_hand!("{scope: r.line_id or null}"), p![sn])
    }

    /// The same for a question at a station: whose station serves any line sees the boards of any that come to it
    /// (R-PLAT-040).
    pub fn seen_at(cx: &Cx<'_>, sn: &Sn, bench: &Bench) -> Result<Option<AtHand>> {
        let seen = AtHand::seen(cx, sn)?;
        if seen.is_some() || bench.line_id.is_some() {
            return Ok(seen);
        }
        let line = |at: &AtHand| at.run.as_ref().map(|run| run.line_id.number());
        Ok(AtHand::scanned(cx, sn)?.filter(|at| cx.reaches_station(bench.id.number(), None, line(at))))
    }
}

impl RunHead {
    /// The run of a number, as it stands.
    pub fn find(cx: &Cx<'_>, no: &RunNo) -> Result<Option<RunHead>> {
        cx.one(
            sql!(
                "select r.id, r.run_no, r.wo_id, r.line_id, l.code as line_code, r.route_version_id, r.plan_qty, r.status,
                     r.unit_creation, r.qty_units, w.wo_no, w.product_code
                 from run r join line l on l.id = r.line_id join work_order w on w.id = r.wo_id
                 where r.run_key = $1"
            ),
            p![no.key()],
        )
    }
}
