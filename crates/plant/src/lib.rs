//! What exists: lines, stations, materials, operations, data specs, routes and their frozen versions.

pub mod common;
pub mod data_spec;
pub mod line;
pub mod mapping;
pub mod operation;
pub mod route;
pub mod snapshot;
pub mod station;

kernel::words! {
    /// What a line does.
    pub enum ProcessType { Smt = "SMT", Dip = "DIP" }
    /// How a station works.
    pub enum StationType { Manual = "MANUAL", Auto = "AUTO", Batch = "BATCH", Test = "TEST" }
}

/// Everything this crate offers.
pub fn register(registry: &mut engine::Registry) {
    data_spec::register(registry);
    line::register(registry);
    mapping::register(registry);
    operation::register(registry);
    station::register(registry);
    route::register(registry);
}
