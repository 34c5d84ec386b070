//! What happens: orders, runs, units, tracks and what was measured.

mod asking;
pub mod data_value;
pub mod handover;
pub mod run;
pub mod tally;
#[cfg(feature = "testing")]
pub mod testing;
pub mod track;
pub mod unit;
pub mod work_order;

/// Orders, runs and units; each noun names what it brings.
pub fn register(registry: &mut engine::Registry) {
    work_order::register(registry);
    run::register(registry);
    unit::register(registry);
    track::register(registry);
    data_value::register(registry);
    handover::register(registry);
}
