//! `takt acceptance`: real jobs through the public API, one session per role, every step checked by status and by state.

mod first_board;
mod job;
pub mod report;
mod traced;
mod world;

use std::time::{SystemTime, UNIX_EPOCH};

use crate::client::Failure;
use crate::demo_plant::Accounts;
pub use report::{Report, Step};
use world::World;

kernel::words! {
    /// Whose process a scenario is about.
    pub enum Track { Smt = "smt", Dip = "dip" }
    /// What is done.
    pub enum Scenario { FirstBoard = "first-board", Job1016928 = "job-1016928" }
}

/// Perform a scenario at a server whose database holds the demo plant. The error is of the surroundings, not of the scenario.
pub fn run(
    base: &str,
    accounts: &Accounts,
    track: Track,
    scenario: Scenario,
    told: impl Fn(&Step),
) -> Result<Report, Failure> {
    let tag = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis());
    let mut world = World::enter(base, accounts, track, scenario, format!("{tag}"))?;
    let steps = match scenario {
        Scenario::FirstBoard => first_board::steps(track),
        Scenario::Job1016928 => job::steps(),
    };
    Ok(report::perform(&mut world, steps, |world| world.context.clone(), told))
}
