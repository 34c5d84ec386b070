//! What it was: the history of a unit and of a run, read across and proven.

/// Nothing yet.
pub fn register(_registry: &mut engine::Registry) {}
