//! Create a station.

use std::num::NonZeroU32;

use engine::refusals::{CODE_RESERVED, LINE_FORBIDDEN, STATION_FORBIDDEN};
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::code::Name;
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    RESERVED, STATION_CODE_DUPLICATE, STATION_GROUP_NOT_FOUND, Station, StationCode, StationGroup, StationGroupCode,
    StationView,
};
use crate::StationType;
use crate::common::{Change, Meta, fields_given, yes};
use crate::line::{LINE_NOT_FOUND, Line, LineCode};

/// Create a station (R-CORE-020). Without a line it serves any line; equipment is required unless it works by hand.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateStation {
    pub code: StationCode,
    pub name: Name,
    pub line_code: Option<LineCode>,
    pub group_code: Option<StationGroupCode>,
    pub station_type: StationType,
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Without a word: required unless the type is MANUAL.
    pub equipment_required: Option<bool>,
    /// The name under which equipment states are kept; without one the station's code.
    pub equipment_code: Option<StationCode>,
    /// How many units may be inside at once; without a number any.
    pub capacity: Option<NonZeroU32>,
    pub meta: Option<Meta>,
}

/// What a station hangs on.
pub struct Place {
    line: Option<Id<Line>>,
    group: Option<Id<StationGroup>>,
}

impl Command for CreateStation {
    type Loaded = Place;
    type Output = StationView;
    const NAME: &'static str = "station.create";
    const ROUTE: Route = post("/stations");
    const PERMIT: Need = Need::Any(&[Permit::StationConfig]);

    fn entity(&self) -> Entity {
        Entity::of("station", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Place> {
        let line = line(cx, ask, &self.code, self.line_code.as_ref())?;
        let group = group(cx, ask, self.group_code.as_ref())?;
        free(cx, ask, &self.code)?;
        Ok(Place { line, group })
    }

    fn run(self, at: Place, cx: &mut Cx<'_>) -> Result<StationView> {
        let mut station = Station {
            id: Id::of(0),
            code_key: self.code.key(),
            name: self.name.to_string(),
            line_id: at.line,
            group_id: at.group,
            station_type: self.station_type,
            is_active: self.is_active,
            equipment_required: self.equipment_required.unwrap_or(self.station_type != StationType::Manual),
            equipment_code: self.equipment_code.as_ref().unwrap_or(&self.code).to_string(),
            code: self.code,
            capacity: self.capacity.map(|n| n.get().into()),
            meta: self.meta.map(Meta::into_json),
            version: 1,
        };
        cx.add(&mut station).map_err(|e| e.taken_as(STATION_CODE_DUPLICATE.with("station", &station.code)))?;
        cx.created();
        cx.emit(station.changed(cx, Change::Created, fields_given(&station))?)?;
        StationView::of(cx, station.id)
    }
}

/// The line a station is put on; without one it serves any line, which only somebody with all lines decides.
pub(super) fn line(
    cx: &Cx<'_>,
    ask: &mut Ask,
    station: &StationCode,
    code: Option<&LineCode>,
) -> Result<Option<Id<Line>>> {
    let Some(code) = code else {
        ask.that(cx.reaches_line(None), || STATION_FORBIDDEN.with("station", station))?;
        return Ok(None);
    };
    let line = ask.need(Line::find(cx, code)?, || LINE_NOT_FOUND.with("line", code))?;
    ask.that(cx.reaches_line(Some(line.id.number())), || LINE_FORBIDDEN.with("line", &line.code))?;
    Ok(Some(line.id))
}

/// The group of a code.
pub(super) fn group(cx: &Cx<'_>, ask: &mut Ask, code: Option<&StationGroupCode>) -> Result<Option<Id<StationGroup>>> {
    let Some(code) = code else { return Ok(None) };
    let id = cx.value(sql!("select id from station_group where code_key = $1 for share"), p![code.key()])?;
    ask.need(id, || STATION_GROUP_NOT_FOUND.with("group", code)).map(Some)
}

/// Whether a code may be given to a station.
pub(super) fn free(cx: &Cx<'_>, ask: &mut Ask, code: &StationCode) -> Result<()> {
    let key = code.key();
    ask.that(!RESERVED.contains(&key.as_str()), || CODE_RESERVED.with("code", code))?;
    let taken = cx.exists(sql!("select 1 from station where code_key = $1"), p![key])?;
    ask.that(!taken, || STATION_CODE_DUPLICATE.with("station", code))
}
