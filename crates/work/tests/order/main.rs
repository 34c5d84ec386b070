//! Orders on both engines: received, released, sent, routed, closed and cancelled; each refusal in the order a person meets it.

mod end;
mod line;
#[path = "../plant_a/mod.rs"]
mod plant_a;
mod receive;
mod release;
mod route;
mod sight;

use engine::testing::on_both;
use engine::{Cx, Permit, Registry, Verdict, sql};
use kernel::{Result, p};
use plant_a::*;
use serde_json::json;
use work::work_order::Release;

kernel::refusals! {
    /// The neighbour says no
    NEIGHBOUR_SAYS_NO: Conflict;
}
