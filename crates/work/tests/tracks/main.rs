//! Going in and out: the path, each refusal in the order a person meets it, twice, undone.

#[path = "../common/mod.rs"]
mod common;
mod enter;
mod gates;
mod leave;

use common::*;
use engine::testing::{Plant, on_both};
use engine::{Cx, Permit, Registry, Verdict, sql};
use kernel::Result;
use plant::route::UnitCreation;
use serde_json::json;
use work::run::RunStatus;
use work::testing::{Tiny, spec, step};
use work::track::at_hand::RunHead;
use work::track::enter::Entry;
use work::track::leave::Exit;

fn story(tiny: Tiny, tell: impl Fn(&Plant)) {
    on_both(wire, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        tell(plant);
        counters_hold(plant);
    });
}
