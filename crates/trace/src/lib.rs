//! What it was: the history of a unit and of a run, read across and proven.

pub mod run;
pub mod sections;
pub mod similar;
pub mod story;
pub mod unit;

/// The questions about the past.
pub fn register(registry: &mut engine::Registry) {
    registry.query::<unit::TraceUnit>().query::<unit::ExportTrace>().query::<unit::PrintTrace>();
    registry.query::<run::TraceRun>().query::<similar::SimilarUnits>();
    for section in sections::ALL {
        registry.query_entry(section.entry());
    }
}
