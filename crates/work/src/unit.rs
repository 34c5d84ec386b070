//! Units: one serialised board each: where it is, and what is next.

use engine::{Cx, row, sql};
use kernel::code::Sn;
use kernel::{Id, Instant, Result, p};
use plant::station::Station;

use crate::run::Run;
use crate::work_order::WorkOrder;

kernel::refusals! {
    /// SN unknown
    UNIT_NOT_FOUND: NotFound (sn);
}

kernel::words! {
    /// How a board left a station.
    pub enum Verdict { Pass = "PASS", Fail = "FAIL" }
}

kernel::moves! {
    /// The state of a unit.
    pub enum UnitStatus {
        Queued = "QUEUED", InStation = "IN_STATION", OutFailed = "OUT_FAILED", OnHold = "ON_HOLD", Done = "DONE", Scrapped = "SCRAPPED",
    }
    Queued => InStation by "unit.track_in";
    InStation => Queued by "unit.track_out";
    InStation => Done by "unit.track_out";
    InStation => OutFailed by "unit.track_out";
    InStation => OnHold by "unit.track_out";
    Queued => OnHold by "unit.hold";
    Done => OnHold by "unit.hold";
    OutFailed => OnHold by "unit.hold";
    OnHold => Queued by "unit.release";
    OnHold => Done by "unit.release";
    OnHold => OutFailed by "unit.release";
}

row! {
    table "unit"
    refs { wo_id => "work_order.wo_no", run_id => "run.run_no", open_station_id => "station.code" }
    quiet { open_track_id, open_since, changed_at, tracks };
    /// A unit.
    pub struct Unit {
        pub id: Id<Unit>,
        pub sn: Sn,
        pub wo_id: Id<WorkOrder>,
        pub run_id: Option<Id<Run>>,
        pub status: UnitStatus,
        pub step_no: Option<u32>,
        pub attempt: i64,
        pub tracks: i64,
        pub open_track_id: Option<i64>,
        pub open_station_id: Option<Id<Station>>,
        pub open_since: Option<Instant>,
        pub holds_open: i64,
        pub resume_status: Option<UnitStatus>,
        pub resume_step_no: Option<u32>,
        pub changed_at: Instant,
        pub version: i64,
    }
}

impl Unit {
    /// The unit that a scan names, locked for the change at hand.
    pub fn scanned(cx: &Cx<'_>, sn: &Sn) -> Result<Option<Unit>> {
        cx.one(
            sql!(
                "select id, sn, wo_id, run_id, status, step_no, attempt, tracks, open_track_id, open_station_id, open_since,
                     holds_open, resume_status, resume_step_no, changed_at, version
                 from unit where sn = $1 for update"
            ),
            p![sn],
        )
    }
}
