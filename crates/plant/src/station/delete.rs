//! Delete a station that nothing names.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{STATION_HAS_DEPENDENCIES, Station, StationCode, update};
use crate::common::Change;

/// Delete a station; with anything that names it, it is deactivated instead (R-CORE-021).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteStation {
    pub station_code: StationCode,
}

impl Command for DeleteStation {
    type Loaded = Station;
    type Output = Done;
    const NAME: &'static str = "station.delete";
    const ROUTE: Route = delete("/stations/{stationCode}");
    const PERMIT: Need = Need::Any(&[Permit::StationConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("station", &self.station_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Station> {
        let station = update::mine(cx, ask, &self.station_code)?;
        let dependants = station.dependants(cx)?;
        let standing = || dependants.refusal(STATION_HAS_DEPENDENCIES, "station", station.code.as_str());
        ask.that(dependants.is_none(), standing)?;
        for refusal in dependants.refusals {
            ask.part(Err(refusal.into()))?;
        }
        Ok(station)
    }

    fn run(self, station: Station, cx: &mut Cx<'_>) -> Result<Done> {
        let told = station.changed(cx, Change::Deactivated, vec![])?;
        cx.remove(&station)?;
        cx.emit(told)?;
        Ok(Done::OK)
    }
}
