//! Measured values: appended, never changed; a correction is a new value that supersedes the old one (R-CORE-155).

pub mod list;
pub mod overdue;
pub mod supersede;

use engine::{Cx, Need, Permit, Registry, row, sql};
use kernel::{Id, Instant, Result, p};
use plant::data_spec::{Judge, Method};
use plant::station::Station;
use serde_json::Value as Json;

use crate::run::Run;
use crate::track::Track;

/// Values for the registry.
pub fn register(registry: &mut Registry) {
    registry.list_guarded(&list::DATA_VALUES, Need::Any(&[Permit::TraceExport]));
    registry.command::<supersede::SupersedeValue>().chore(overdue::chore());
}

kernel::refusals! {
    /// Given track/carrier track id unknown
    TRACK_NOT_FOUND: NotFound (track);
    /// Nothing identifies the track
    DEVICE_LOCATOR_INCOMPLETE: Unprocessable;
}

row! {
    /// A value as it was kept.
    pub struct DataValue {
        pub id: Id<DataValue>,
        pub track_id: Option<Id<Track>>,
        pub run_id: Id<Run>,
        pub station_id: Option<Id<Station>>,
        pub name: String,
        pub revision: i64,
        pub value_number: Option<f64>,
        pub value_text: Option<String>,
        pub value_boolean: Option<bool>,
        pub value_json: Option<Json>,
        pub unit: Option<String>,
        pub judge: Judge,
        pub alarmed: bool,
        pub source: Method,
        pub collected_at: Instant,
    }
}

impl DataValue {
    /// The value of a track that counts, by the name of its spec; locked.
    pub fn current(cx: &Cx<'_>, track: Id<Track>, name: &str) -> Result<Option<DataValue>> {
        cx.one(
            sql!(
                "select id, track_id, run_id, station_id, name, revision, value_number, value_text, value_boolean, value_json,
                     unit, judge, alarmed, source, collected_at
                 from data_value where track_id = $1 and name = $2 and superseded_by_id is null
                 order by id desc limit 1 for update"
            ),
            p![track, *name],
        )
    }

    /// The value itself.
    pub fn value(&self) -> Json {
        let number = self.value_number.map(Json::from);
        let text = self.value_text.as_deref().map(Json::from);
        number.or(text).or(self.value_boolean.map(Json::from)).or(self.value_json.clone()).unwrap_or(Json::Null)
    }
}
