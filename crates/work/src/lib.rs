//! What happens: orders, runs, units, tracks and what was measured.

pub mod run;
pub mod unit;
pub mod work_order;
