//! Many at once: whoever loses gets the refusal of the new state, and the counters are what counting gives.

mod boards;
#[path = "../common/mod.rs"]
mod common;
mod overtaken;
mod runs;
mod walk;

use common::*;
use engine::perform::Answer;
use engine::sql;
use engine::testing::{Plant, on_both};
use plant::route::UnitCreation;
use serde_json::{Value as Json, json};
use work::testing::Tiny;

fn scan(station: &str, sn: &str) -> (&'static str, Json) {
    ("unit.track_in", json!({ "stationCode": station, "sn": sn }))
}

fn exit(station: &str, sn: &str, result: &str) -> (&'static str, Json) {
    ("unit.track_out", json!({ "stationCode": station, "sn": sn, "result": result }))
}

fn story(tiny: Tiny, tell: impl Fn(&Plant)) {
    on_both(wire, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        tell(plant);
        floor_is_sound(plant);
    });
}
