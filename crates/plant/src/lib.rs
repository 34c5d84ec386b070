//! What exists: lines, stations, materials, operations, data specs, routes and their frozen versions.

pub mod bom;
pub mod common;
pub mod data_spec;
pub mod line;
pub mod lot;
pub mod mapping;
pub mod material;
pub mod operation;
pub mod route;
pub mod shift;
pub mod snapshot;
pub mod station;
pub mod work_center;

kernel::words! {
    /// What a line does.
    pub enum ProcessType { Smt = "SMT", Dip = "DIP" }
    /// How a station works.
    pub enum StationType { Manual = "MANUAL", Auto = "AUTO", Batch = "BATCH", Test = "TEST" }
}

/// Everything this crate offers.
pub fn register(registry: &mut engine::Registry) {
    bom::register(registry);
    data_spec::register(registry);
    line::register(registry);
    lot::register(registry);
    mapping::register(registry);
    material::register(registry);
    operation::register(registry);
    shift::register(registry);
    station::register(registry);
    route::register(registry);
    work_center::register(registry);
}
