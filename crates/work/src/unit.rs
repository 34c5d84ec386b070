//! Units: one serialised board each: where it is, and what is next.

pub(crate) mod create;
pub mod delete_all;
pub mod events;
pub mod generate;
pub mod get;
pub mod hold;
pub mod holds;
pub mod import;
pub mod list;
pub mod next_actions;
pub mod release;
pub mod remove;
pub mod track_in;
pub mod track_in_cancel;
pub mod track_out;

use engine::{Cx, Need, Permit, row, sql};
use kernel::code::Sn;
use kernel::{Id, Instant, Result, p};
use plant::station::Station;

use crate::run::Run;
use crate::tally::Place;
use crate::work_order::WorkOrder;

/// Units and what is done to one of them, for the registry.
pub fn register(registry: &mut engine::Registry) {
    registry.command::<generate::GenerateUnits>().command::<import::ImportUnits>().command::<delete_all::DeleteUnits>();
    registry
        .command::<track_in::TrackIn>()
        .command::<track_out::TrackOut>()
        .command::<track_in_cancel::CancelTrackIn>();
    registry.command::<hold::HoldUnit>().command::<release::ReleaseUnit>();
    registry.query::<get::GetUnit>().query::<next_actions::UnitNextActions>();
    registry.list_guarded(&list::RUN_UNITS, Need::Any(&[Permit::TraceExport]));
}

kernel::refusals! {
    /// SN unknown
    UNIT_NOT_FOUND: NotFound (sn);
    /// Unit not assigned to a run
    UNIT_NO_RUN: Conflict (sn);
    /// At least one SN exists already; nothing created
    SN_DUPLICATE: Conflict (sn);
    /// SN repeated in the list
    SN_DUPLICATE_IN_REQUEST: Unprocessable (sn);
    /// More units than planQty (remaining)
    QUANTITY_EXCEEDS_PLAN: Unprocessable (run, remaining, plan);
    /// First-scan creation beyond planQty
    RUN_PLAN_QTY_EXCEEDED: Conflict (run, plan);
    /// Some unit is processed; none deleted
    UNITS_CANNOT_BE_DELETED: Conflict (run, processed);
    /// Release of a unit without an open hold
    UNIT_NOT_HELD: Conflict (sn);
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
        /// It came out done or failed, and a hold kept it from being told so.
        pub resume_untold: bool,
        pub changed_at: Instant,
        pub version: i64,
    }
}

impl Unit {
    /// Where the unit counts.
    pub fn place(&self) -> Place {
        Place { status: self.status, step_no: self.step_no }
    }

    /// Write where the unit is now, and note what a person would ask about.
    pub(crate) fn put(&mut self, cx: &mut Cx<'_>, before: &Unit) -> Result<()> {
        self.changed_at = cx.now;
        self.version = before.version + 1;
        cx.promise(
            sql!(
                "update unit set status = $2, step_no = $3, attempt = $4, tracks = $5, open_track_id = $6,
                     open_station_id = $7, open_since = $8, holds_open = $9, resume_status = $10, resume_step_no = $11,
                     resume_untold = $12, changed_at = $13, version = $14
                 where id = $1"
            ),
            p![
                self.id,
                self.status,
                self.step_no,
                self.attempt,
                self.tracks,
                self.open_track_id,
                self.open_station_id,
                self.open_since,
                self.holds_open,
                self.resume_status,
                self.resume_step_no,
                self.resume_untold,
                self.changed_at,
                self.version
            ],
            "the unit is gone",
        )?;
        if self.status != before.status {
            cx.note("replace", "status", Some(before.status.word().into()), Some(self.status.word().into()));
        }
        if self.step_no != before.step_no {
            cx.note("replace", "currentStepNo", before.step_no.map(Into::into), self.step_no.map(Into::into));
        }
        Ok(())
    }
}
