//! One station.

use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{STATION_NOT_FOUND, StationCode, StationView};

/// A station as it is set up.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetStation {
    pub station_code: StationCode,
}

impl Query for GetStation {
    type Output = StationView;
    const NAME: &'static str = "station.get";
    const ROUTE: Route = get("/stations/{stationCode}");
    const PERMIT: Need = Need::Any(&[Permit::StationRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<StationView> {
        StationView::seen(cx, &self.station_code)?
            .ok_or_else(|| STATION_NOT_FOUND.with("station", &self.station_code).into())
    }
}
