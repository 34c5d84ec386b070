//! Stations: where a board is worked, and the groups that routes point at.

use engine::{Cx, row, sql};
use kernel::{Id, Result, p};
use serde_json::Value as Json;

use crate::StationType;
use crate::line::Line;

kernel::code! {
    /// The code of a station, unique in the plant.
    StationCode, max 64, pick "stations";
    /// The code of a station group.
    StationGroupCode, max 64, pick "station_groups";
}

kernel::refusals! {
    /// No such station
    STATION_NOT_FOUND: NotFound (station);
    /// Station is deactivated
    STATION_INACTIVE: Conflict (station);
    /// No such station group
    STATION_GROUP_NOT_FOUND: NotFound (group);
}

row! {
    table "station_group";
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
    table "station" refs { line_id => "line.code", group_id => "station_group.code" };
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
    /// The station of a code with its line and group.
    pub fn find(cx: &Cx<'_>, code: &StationCode) -> Result<Option<Bench>> {
        cx.one(
            sql!(
                "select s.id, s.code, s.name, s.line_id, l.code as line_code, g.code as group_code, s.station_type, s.is_active,
                     s.equipment_required, s.equipment_code, s.capacity
                 from station s left join line l on l.id = s.line_id left join station_group g on g.id = s.group_id
                 where s.code_key = $1"
            ),
            p![code.key()],
        )
    }
}
