//! Track-in: a board goes into a station.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::Result;
use kernel::code::{Sn, Text};
use plant::station::StationCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::run::RunNo;
use crate::track::enter::{Arrival, Scan, TrackedIn, enter, may_enter};
use crate::track::note_operator;
use crate::track::reading::Given;
use crate::work_order::WoNo;

/// Scan a unit into a station; its run follows from the serial (R-CORE-130). The same scan within a few seconds is answered
/// as a repeat (R-CORE-133). A serial nobody issued is created at the first step of a run that counts on it (R-CORE-117).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrackIn {
    pub station_code: StationCode,
    pub sn: Sn,
    #[serde(default)]
    pub run_no: Option<RunNo>,
    #[serde(default)]
    pub wo_no: Option<WoNo>,
    /// The badge of whoever works, where it is not the one signed in.
    #[serde(default)]
    pub operator_id: Option<Text<64>>,
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub data: Vec<Given>,
}

impl Command for TrackIn {
    type Loaded = Arrival;
    type Output = TrackedIn;
    const NAME: &'static str = "unit.track_in";
    const ROUTE: Route = post("/stations/{stationCode}/track-in");
    const PERMIT: Need = Need::Any(&[Permit::ExecTrackIn]);

    fn entity(&self) -> Entity {
        Entity::of("unit", &self.sn)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Arrival> {
        let scan = Scan {
            station: &self.station_code,
            sn: &self.sn,
            run: self.run_no.as_ref(),
            order: self.wo_no.as_ref(),
            data: &self.data,
        };
        may_enter(cx, ask, &scan)
    }

    fn run(self, arrival: Arrival, cx: &mut Cx<'_>) -> Result<TrackedIn> {
        note_operator(cx, self.operator_id.as_ref());
        enter(cx, arrival, self.operator_id.as_ref().map(Text::as_str))
    }
}
