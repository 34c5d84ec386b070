//! Stations: where a board is worked, and the groups that routes point at.

mod create;
mod delete;
mod get;
mod group;
mod list;
mod update;

use engine::db::Sql;
use engine::{Cx, GatePoint, LineOf, Registry, row, sql};
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::StationType;
use crate::common::{Change, Dependants, configs_naming, versions_naming};
use crate::line::Line;

pub use create::CreateStation;
pub use delete::DeleteStation;
pub use get::GetStation;
pub use update::UpdateStation;

kernel::code! {
    /// The code of a station, unique in the plant.
    StationCode, max 64, pick "stations";
    /// The code of a station group.
    StationGroupCode, max 64, pick "station_groups";
}

pub use engine::refusals::STATION_NOT_FOUND;

kernel::refusals! {
    /// Station is deactivated
    STATION_INACTIVE: Conflict (station);
    /// Station code taken
    STATION_CODE_DUPLICATE: Conflict (station);
    /// Station still referenced, cannot delete
    STATION_HAS_DEPENDENCIES: Conflict (station, counts);
    /// Station has open tracks
    STATION_IN_USE: Conflict (station, tracks);
    /// No such station group
    STATION_GROUP_NOT_FOUND: NotFound (group);
    /// Station group code taken
    STATION_GROUP_CODE_DUPLICATE: Conflict (group);
    /// Group still referenced, cannot delete
    STATION_GROUP_HAS_DEPENDENCIES: Conflict (group, counts);
}

engine::events! {
    /// A station was created, edited, activated, deactivated or deleted
    StationChanged = "STATION_CHANGED" {
        line_id: LineOf, line_code: Option<String>, station_code: String, change: Change, fields: Vec<String>,
    }
}

/// Asked before a station is deactivated, gets another type, group or line, or goes away (R-CORE-022).
///
/// Whoever keeps tracks refuses with `STATION_IN_USE` while some are open, and gives how many name the station at all as
/// evidence: `{"tracks": 12}`.
pub static CHANGE: GatePoint<Station> = GatePoint::new("station.change");

/// Words that paths use where a station's code could stand.
const RESERVED: [&str; 2] = ["groups", "resolve-unit"];

row! {
    table "station_group" quiet { code_key };
    /// A group of stations that do the same.
    pub struct StationGroup {
        pub id: Id<StationGroup>,
        pub code: StationGroupCode,
        pub code_key: String,
        pub name: String,
        pub meta: Option<Json>,
        pub version: i64,
    }
}

row! {
    table "station" called("station", code) refs { line_id => "line.code", group_id => "station_group.code" } quiet { code_key };
    /// A station.
    pub struct Station {
        pub id: Id<Station>,
        pub code: StationCode,
        pub code_key: String,
        pub name: String,
        pub line_id: Option<Id<Line>>,
        pub group_id: Option<Id<StationGroup>>,
        pub station_type: StationType,
        pub is_active: bool,
        pub equipment_required: bool,
        pub equipment_code: String,
        pub capacity: Option<i64>,
        pub meta: Option<Json>,
        pub version: i64,
    }
}

impl Station {
    /// The station of a code, whatever its case.
    pub fn find(cx: &Cx<'_>, code: &StationCode) -> Result<Option<Station>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, line_id, group_id, station_type, is_active, equipment_required, equipment_code,
                     capacity, meta, version
                 from station where code_key = $1"
            ),
            p![code.key()],
        )
    }

    /// The station of a code for a command that changes it.
    pub fn to_change(cx: &Cx<'_>, code: &StationCode) -> Result<Option<Station>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, line_id, group_id, station_type, is_active, equipment_required, equipment_code,
                     capacity, meta, version
                 from station where code_key = $1 for update"
            ),
            p![code.key()],
        )
    }

    /// What names the station for ever: a station with any of it keeps its code and is not deleted (R-CORE-020, R-CORE-021).
    pub fn dependants(&self, cx: &Cx<'_>) -> Result<Dependants> {
        let own: [(&'static str, &'static Sql); 1] =
            [("users", sql!("select cast(count(*) as bigint) from principal_station where station_id = $1"))];
        let mut dependants = Dependants::of(cx, &own, &CHANGE, self.id, self)?;
        dependants.count("executionConfigs", configs_naming(cx, "allowedStationCodes", &self.code_key)?);
        let code = self.code.as_str();
        let named = versions_naming(cx, code, |step| step.allowed_stations.iter().any(|s| s == code))?;
        dependants.count("routeVersions", named);
        Ok(dependants)
    }

    fn changed(&self, cx: &Cx<'_>, change: Change, fields: Vec<String>) -> Result<StationChanged> {
        let line_code = match self.line_id {
            Some(line) => cx.value(sql!("select code from line where id = $1"), p![line])?,
            None => None,
        };
        let line_id = LineOf(self.line_id.map(Id::number));
        Ok(StationChanged { line_id, line_code, station_code: self.code.to_string(), change, fields })
    }
}

row! {
    /// A station as answers show it.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct StationView {
        pub code: String,
        pub name: String,
        pub line_code: Option<String>,
        pub group_code: Option<String>,
        pub station_type: StationType,
        pub is_active: bool,
        pub equipment_required: bool,
        /// The name under which equipment states are kept (R-CORE-023).
        pub equipment_code: String,
        /// How many units may be inside at once; absent: any number.
        pub capacity: Option<i64>,
        pub meta: Option<Json>,
        pub version: i64,
    }
}

impl StationView {
    /// The station of an id, whoever asks.
    pub(crate) fn of(cx: &Cx<'_>, id: Id<Station>) -> Result<StationView> {
        let sql = sql!(
            "select s.code, s.name, l.code, g.code, s.station_type, s.is_active, s.equipment_required, s.equipment_code,
                 s.capacity, s.meta, s.version
             from station s left join line l on l.id = s.line_id left join station_group g on g.id = s.group_id
             where s.id = $1"
        );
        cx.one(sql, p![id])?.ok_or_else(|| kernel::Error::fault("a station just written is there"))
    }

    /// The station of a code, if the asker may see it.
    pub(crate) fn seen(cx: &Cx<'_>, code: &StationCode) -> Result<Option<StationView>> {
        let sql = sql!(
            "select s.code, s.name, l.code, g.code, s.station_type, s.is_active, s.equipment_required, s.equipment_code,
                 s.capacity, s.meta, s.version
             from station s left join line l on l.id = s.line_id left join station_group g on g.id = s.group_id
             where s.code_key = $1 {scope: s.line_id or null, station s.id}"
        );
        cx.one(sql, p![code.key()])
    }

    /// The stations of a line that the asker may see, by code.
    pub(crate) fn on_line(cx: &Cx<'_>, line: Id<Line>) -> Result<Vec<StationView>> {
        let sql = sql!(
            "select s.code, s.name, l.code, g.code, s.station_type, s.is_active, s.equipment_required, s.equipment_code,
                 s.capacity, s.meta, s.version
             from station s join line l on l.id = s.line_id left join station_group g on g.id = s.group_id
             where s.line_id = $1 {scope: s.line_id or null, station s.id} order by s.code_key limit 2000"
        );
        cx.all(sql, p![line])
    }

    /// Every station the asker may see with the id of its line, by code.
    pub(crate) fn all(cx: &Cx<'_>) -> Result<Vec<(Option<Id<Line>>, StationView)>> {
        let sql = sql!(
            "select s.code, s.name, l.code, g.code, s.station_type, s.is_active, s.equipment_required, s.equipment_code,
                 s.capacity, s.meta, s.version, s.line_id
             from station s left join line l on l.id = s.line_id left join station_group g on g.id = s.group_id
             where 1 = 1 {scope: s.line_id or null, station s.id} order by s.code_key limit 10000"
        );
        let mut all = Vec::new();
        cx.each(sql, [], |mut values| {
            let line = kernel::Field::from_value(values.pop().unwrap_or(kernel::Value::Null))?;
            all.push((line, engine::db::Row::read(&mut engine::db::Columns::new(values))?));
            Ok(())
        })?;
        Ok(all)
    }
}

row! {
    /// What execution must know of a station, read in one go.
    pub struct Bench {
        pub id: Id<Station>,
        pub code: StationCode,
        pub name: String,
        pub line_id: Option<Id<Line>>,
        pub line_code: Option<String>,
        pub group_code: Option<String>,
        pub station_type: StationType,
        pub is_active: bool,
        pub equipment_required: bool,
        pub equipment_code: String,
        pub capacity: Option<i64>,
    }
}

impl Bench {
    /// The station of a code with its line and group; a change of it waits until the caller is done (R-CORE-022).
    pub fn find(cx: &Cx<'_>, code: &StationCode) -> Result<Option<Bench>> {
        cx.one(
            sql!(
                "select s.id, s.code, s.name, s.line_id, l.code as line_code, g.code as group_code, s.station_type, s.is_active,
                     s.equipment_required, s.equipment_code, s.capacity
                 from station s left join line l on l.id = s.line_id left join station_group g on g.id = s.group_id
                 where s.code_key = $1 for key share of s"
            ),
            p![code.key()],
        )
    }
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateStation>().command::<UpdateStation>().command::<DeleteStation>();
    registry.query::<GetStation>().list(&list::STATIONS);
    group::register(registry);
}
