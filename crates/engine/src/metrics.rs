//! Figures for `/metrics`: what was asked, how it ended and how long it took.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

#[derive(Default)]
struct Spent {
    count: u64,
    micros: u64,
}

/// The figures of one process.
#[derive(Default)]
pub struct Metrics {
    calls: Mutex<BTreeMap<(&'static str, String), Spent>>,
    pub queue: AtomicI64,
    pub batches: AtomicU64,
    pub batched: AtomicU64,
    /// Groups whose calls were done again one by one.
    pub taken_back: AtomicU64,
    pub retries: AtomicU64,
    pub live_clients: AtomicI64,
    pub slow_commands: AtomicU64,
}

impl Metrics {
    /// One command or query ended with `outcome` (`ok` or a refusal code).
    pub fn call(&self, name: &'static str, outcome: &str, took: Duration) {
        let mut calls = self.calls.lock().expect("counting never panics");
        let spent = match calls.get_mut(&(name, outcome.to_string())) {
            Some(spent) => spent,
            None => calls.entry((name, outcome.to_string())).or_default(),
        };
        spent.count += 1;
        spent.micros += took.as_micros() as u64;
    }

    /// The figures in the OpenMetrics text format, without the closing `# EOF`.
    pub fn render(&self) -> String {
        let mut out = String::new();
        let calls = self.calls.lock().expect("counting never panics");
        let _ = writeln!(out, "# TYPE takt_calls counter\n# HELP takt_calls Commands and queries by name and outcome");
        for ((name, outcome), spent) in calls.iter() {
            let _ = writeln!(out, "takt_calls_total{{name=\"{name}\",outcome=\"{outcome}\"}} {}", spent.count);
        }
        let _ = writeln!(out, "# TYPE takt_call_seconds counter\n# UNIT takt_call_seconds seconds");
        for ((name, outcome), spent) in calls.iter() {
            let seconds = spent.micros as f64 / 1e6;
            let _ = writeln!(out, "takt_call_seconds_total{{name=\"{name}\",outcome=\"{outcome}\"}} {seconds:.6}");
        }
        let gauges = [("takt_queue_jobs", &self.queue), ("takt_live_clients", &self.live_clients)];
        for (name, gauge) in gauges {
            let _ = writeln!(out, "# TYPE {name} gauge\n{name} {}", gauge.load(Ordering::Relaxed));
        }
        let counters = [
            ("takt_batches", &self.batches),
            ("takt_batched_calls", &self.batched),
            ("takt_batches_taken_back", &self.taken_back),
            ("takt_retries", &self.retries),
            ("takt_slow_commands", &self.slow_commands),
        ];
        for (name, counter) in counters {
            let _ = writeln!(out, "# TYPE {name} counter\n{name}_total {}", counter.load(Ordering::Relaxed));
        }
        out
    }
}
