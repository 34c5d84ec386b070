//! Edit a station.

use std::num::NonZeroU32;

use engine::refusals::{CODE_IMMUTABLE, STATION_FORBIDDEN};
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::code::Name;
use kernel::{Id, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    CHANGE, STATION_CODE_DUPLICATE, STATION_NOT_FOUND, Station, StationCode, StationGroup, StationGroupCode,
    StationView, create,
};
use crate::StationType;
use crate::common::{Change, Meta, fields_changed};
use crate::line::{Line, LineCode};

/// Edit a station; absent fields stay as they are, `null` clears. With open tracks its type, group, line and activity stay
/// (R-CORE-022); its code changes only while nothing names it (R-CORE-020).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateStation {
    pub station_code: StationCode,
    pub code: Option<StationCode>,
    pub name: Option<Name>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<LineCode>")]
    pub line_code: Option<Option<LineCode>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<StationGroupCode>")]
    pub group_code: Option<Option<StationGroupCode>>,
    pub station_type: Option<StationType>,
    pub is_active: Option<bool>,
    pub equipment_required: Option<bool>,
    pub equipment_code: Option<StationCode>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<NonZeroU32>")]
    pub capacity: Option<Option<NonZeroU32>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Meta>")]
    pub meta: Option<Option<Meta>>,
}

/// The station and where it will hang.
pub struct Moved {
    station: Station,
    line: Option<Id<Line>>,
    group: Option<Id<StationGroup>>,
}

impl Command for UpdateStation {
    type Loaded = Moved;
    type Output = StationView;
    const NAME: &'static str = "station.update";
    const ROUTE: Route = patch("/stations/{stationCode}");
    const PERMIT: Need = Need::Any(&[Permit::StationConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("station", &self.station_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Moved> {
        let station = mine(cx, ask, &self.station_code)?;
        let line = match &self.line_code {
            None => station.line_id,
            Some(None) if station.line_id.is_none() => None,
            Some(code) => create::line(cx, ask, &station.code, code.as_ref())?,
        };
        let group = match &self.group_code {
            None => station.group_id,
            Some(code) => create::group(cx, ask, code.as_ref())?,
        };
        if let Some(code) = self.code.as_ref().filter(|code| **code != station.code) {
            ask.that(station.dependants(cx)?.is_none(), || CODE_IMMUTABLE.with("code", &station.code))?;
            if code.key() != station.code_key {
                create::free(cx, ask, code)?;
            }
        }
        let other_type = self.station_type.is_some_and(|t| t != station.station_type);
        let ended = station.is_active && self.is_active == Some(false);
        if other_type || ended || line != station.line_id || group != station.group_id {
            ask.gate(cx, &CHANGE, &station)?;
        }
        Ok(Moved { station, line, group })
    }

    fn run(self, moved: Moved, cx: &mut Cx<'_>) -> Result<StationView> {
        let before = moved.station;
        let mut station = Station { line_id: moved.line, group_id: moved.group, ..before.clone() };
        if let Some(code) = self.code {
            if station.equipment_code == station.code.as_str() {
                station.equipment_code = code.to_string();
            }
            station.code_key = code.key();
            station.code = code;
        }
        station.name = self.name.map_or(station.name, |name| name.to_string());
        station.station_type = self.station_type.unwrap_or(station.station_type);
        station.is_active = self.is_active.unwrap_or(station.is_active);
        station.equipment_required = self.equipment_required.unwrap_or(station.equipment_required);
        station.equipment_code = self.equipment_code.map_or(station.equipment_code, |code| code.to_string());
        station.capacity = self.capacity.map_or(station.capacity, |n| n.map(|n| n.get().into()));
        station.meta = self.meta.map_or(station.meta, |meta| meta.map(Meta::into_json));
        let taken = |e: kernel::Error, code: &StationCode| e.taken_as(STATION_CODE_DUPLICATE.with("station", code));
        if cx.save(&before, &mut station).map_err(|e| taken(e, &station.code))? {
            let ended = before.is_active && !station.is_active;
            let change = if ended { Change::Deactivated } else { Change::Updated };
            cx.emit(station.changed(cx, change, fields_changed(&before, &station))?)?;
        }
        StationView::of(cx, station.id)
    }
}

/// Load a station that the command will change: it exists, is in scope, and is what the caller saw.
pub(super) fn mine(cx: &Cx<'_>, ask: &mut Ask, code: &StationCode) -> Result<Station> {
    let station = ask.need(Station::to_change(cx, code)?, || STATION_NOT_FOUND.with("station", code))?;
    // A station of no line is nobody's line's (no line has the id 0): whoever may not make one may not change it either.
    let line = station.line_id.map_or(0, Id::number);
    let in_scope = cx.reaches_station(station.id.number(), Some(line), None);
    ask.that(in_scope, || STATION_FORBIDDEN.with("station", &station.code))?;
    ask.part(cx.unchanged(station.version))?;
    Ok(station)
}
