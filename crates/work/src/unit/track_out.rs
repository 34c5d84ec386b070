//! Track-out: a board leaves a station with a result and goes on.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::Result;
use kernel::code::{Sn, Text};
use kernel::error::VALIDATION_FAILED;
use plant::station::StationCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Verdict;
use crate::run::RunNo;
use crate::track::leave::{Defect, DefectCode, Departure, STATION_FAIL, Scan, TrackedOut, leave, may_leave};
use crate::track::note_operator;
use crate::track::reading::Given;

/// Close the open track of a unit with a result, its values and, where it failed, its defects (R-CORE-131…135). The same exit
/// within a few seconds gives the first answer once more. A failing exit without defects is kept as `STATION_FAIL`.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrackOut {
    pub station_code: StationCode,
    pub sn: Sn,
    #[serde(default)]
    pub run_no: Option<RunNo>,
    pub result: Verdict,
    /// The badge of whoever works, where it is not the one signed in.
    #[serde(default)]
    pub operator_id: Option<Text<64>>,
    #[serde(default)]
    pub defect_code: Option<DefectCode>,
    #[serde(default)]
    pub defect_location: Option<Text<64>>,
    #[serde(default)]
    pub defect_remark: Option<Text<500>>,
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub defects: Vec<Defect>,
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub data: Vec<Given>,
}

impl TrackOut {
    /// The defects of both ways of naming them; a place or a remark without a code says where and how the station failed it.
    fn all_defects(&self) -> Result<Vec<Defect>> {
        let (location, remark) = (self.defect_location.clone(), self.defect_remark.clone());
        let code = match &self.defect_code {
            None if location.is_some() || remark.is_some() => {
                Some(DefectCode::parse(STATION_FAIL).map_err(kernel::Error::fault)?)
            }
            code => code.clone(),
        };
        let single = code.map(|code| Defect { code, location, remark, qty: 1 });
        Ok(single.into_iter().chain(self.defects.iter().cloned()).collect())
    }
}

impl Command for TrackOut {
    type Loaded = Departure;
    type Output = TrackedOut;
    const NAME: &'static str = "unit.track_out";
    const ROUTE: Route = post("/stations/{stationCode}/track-out");
    const PERMIT: Need = Need::Any(&[Permit::ExecTrackOut]);

    fn entity(&self) -> Entity {
        Entity::of("unit", &self.sn)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Departure> {
        let defects = self.all_defects()?;
        let wanted = self.result == Verdict::Fail || defects.is_empty();
        let possible = defects.len() <= 100 && defects.iter().all(|d| (1..=10_000).contains(&d.qty));
        ask.that(wanted && possible, || kernel::Refusal::from(VALIDATION_FAILED).at("/defects"))?;
        let scan = Scan {
            station: &self.station_code,
            sn: &self.sn,
            run: self.run_no.as_ref(),
            result: Some(self.result),
            defects: &defects,
            data: &self.data,
        };
        may_leave(cx, ask, &scan)
    }

    fn run(self, departure: Departure, cx: &mut Cx<'_>) -> Result<TrackedOut> {
        note_operator(cx, self.operator_id.as_ref());
        leave(cx, departure, self.operator_id.as_ref().map(Text::as_str))
    }
}
