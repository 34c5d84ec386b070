//! Figures for `/metrics` (R-PLAT-133): what was asked, how it ended and how long it took; what happened on which line; how
//! chores fare; what the database weighs.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kernel::{Result, Value};

use crate::db::Tx;
use crate::db::tx::Conn;
use crate::event::Happened;

/// Upper bounds of the buckets in which durations are counted, in seconds.
const BUCKETS: [f64; 7] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.0, 10.0];

/// How often something was done, and how long it took.
#[derive(Default)]
struct Spent {
    /// By bucket, not yet summed up; the last are those beyond all bounds.
    counts: [u64; BUCKETS.len() + 1],
    micros: u64,
}

impl Spent {
    fn note(&mut self, took: Duration) {
        let bucket = BUCKETS.iter().position(|bound| took.as_secs_f64() <= *bound).unwrap_or(BUCKETS.len());
        self.counts[bucket] += 1;
        self.micros += took.as_micros() as u64;
    }
}

/// The figures of one process.
#[derive(Default)]
pub struct Metrics {
    calls: Mutex<BTreeMap<(&'static str, String), Spent>>,
    events: Mutex<BTreeMap<(&'static str, String), u64>>,
    chores: Mutex<BTreeMap<(&'static str, &'static str), Spent>>,
    /// When a turn of each chore of this process ended well, or when it began to have turns.
    turns: Mutex<BTreeMap<&'static str, Instant>>,
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
        spent.note(took);
    }

    /// These facts are committed; those of a line are counted for it.
    pub(crate) fn happened(&self, events: &[Happened]) {
        let mut counts = self.events.lock().expect("counting never panics");
        for event in events {
            let line = event.payload.get("lineCode").and_then(|line| line.as_str()).unwrap_or_default();
            *counts.entry((event.name, line.to_string())).or_default() += 1;
        }
    }

    /// One turn of a chore has ended.
    pub(crate) fn chore(&self, name: &'static str, is_done: bool, took: Duration) {
        let mut chores = self.chores.lock().expect("counting never panics");
        chores.entry((name, if is_done { "ok" } else { "failed" })).or_default().note(took);
        if is_done {
            self.chore_is_well(name);
        }
    }

    /// A chore begins to have turns, or had one that ended well.
    pub(crate) fn chore_is_well(&self, name: &'static str) {
        self.turns.lock().expect("counting never panics").insert(name, Instant::now());
    }

    /// How long ago a chore was well; none when it has no turns here.
    pub(crate) fn chore_was_well(&self, name: &str) -> Option<Duration> {
        self.turns.lock().expect("counting never panics").get(name).map(Instant::elapsed)
    }

    /// The figures in the OpenMetrics text format, without the closing `# EOF`.
    pub fn render(&self) -> String {
        let mut out = String::new();
        let calls = self.calls.lock().expect("counting never panics");
        let told =
            calls.iter().map(|((name, outcome), spent)| (labels(&[("name", name), ("outcome", outcome)]), spent));
        durations(&mut out, "takt_call_seconds", "Commands and queries by name and outcome", told);
        let chores = self.chores.lock().expect("counting never panics");
        let told =
            chores.iter().map(|((name, outcome), spent)| (labels(&[("name", name), ("outcome", outcome)]), spent));
        durations(&mut out, "takt_chore_seconds", "Turns of background work by name and outcome", told);
        let _ = writeln!(out, "# TYPE takt_events counter\n# HELP takt_events Facts by name and line");
        for ((name, line), count) in self.events.lock().expect("counting never panics").iter() {
            let _ = writeln!(out, "takt_events_total{{{}}} {count}", labels(&[("name", name), ("line", line)]));
        }
        gauge(&mut out, "takt_queue_jobs", self.queue.load(Ordering::Relaxed));
        gauge(&mut out, "takt_live_clients", self.live_clients.load(Ordering::Relaxed));
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

/// What the database weighs and who waits in it: the bytes of an SQLite file and its log, or of a PostgreSQL database and the
/// locks that are waited for there.
pub fn of_database(tx: &Tx) -> Result<String> {
    let mut out = String::new();
    tx.with_conn(|conn| match conn {
        Conn::Sqlite(conn) => {
            let Some(path) = conn.path() else { return Ok(()) };
            let size = |path: &str| std::fs::metadata(path).map_or(0, |file| file.len());
            gauge(&mut out, "takt_database_bytes", size(path));
            gauge(&mut out, "takt_wal_bytes", size(&format!("{path}-wal")));
            Ok(())
        }
        Conn::Postgres(conn) => {
            let text = "select pg_database_size(current_database()), (select count(*) from pg_locks where not granted)";
            conn.query(text, &[], &mut |values| {
                for (name, value) in ["takt_database_bytes", "takt_lock_waits"].into_iter().zip(&values) {
                    if let Value::Int(n) = value {
                        gauge(&mut out, name, n);
                    }
                }
                Ok(())
            })
        }
    })?;
    Ok(out)
}

fn gauge(out: &mut String, name: &str, value: impl Display) {
    let _ = writeln!(out, "# TYPE {name} gauge\n{name} {value}");
}

/// A histogram: for each bucket how many took no longer, then the sum and the count.
fn durations<'s>(out: &mut String, name: &str, help: &str, told: impl Iterator<Item = (String, &'s Spent)>) {
    let _ = writeln!(out, "# TYPE {name} histogram\n# UNIT {name} seconds\n# HELP {name} {help}");
    for (labels, spent) in told {
        let mut count = 0;
        for (i, here) in spent.counts.iter().enumerate() {
            count += here;
            let bound = BUCKETS.get(i).map_or("+Inf".to_string(), f64::to_string);
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(out, "{name}_count{{{labels}}} {count}");
        let _ = writeln!(out, "{name}_sum{{{labels}}} {:.6}", spent.micros as f64 / 1e6);
    }
}

fn labels(pairs: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    pairs.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_133_durations_are_counted_up_to_each_bound_and_labels_are_escaped() {
        let metrics = Metrics::default();
        for ms in [1, 3, 30, 60_000] {
            metrics.call("unit.track_in", "ok", Duration::from_millis(ms));
        }
        metrics.chore("seal", false, Duration::from_millis(7));
        let text = metrics.render();
        for line in [
            r#"takt_call_seconds_bucket{name="unit.track_in",outcome="ok",le="0.001"} 1"#,
            r#"takt_call_seconds_bucket{name="unit.track_in",outcome="ok",le="0.005"} 2"#,
            r#"takt_call_seconds_bucket{name="unit.track_in",outcome="ok",le="10"} 3"#,
            r#"takt_call_seconds_bucket{name="unit.track_in",outcome="ok",le="+Inf"} 4"#,
            r#"takt_call_seconds_count{name="unit.track_in",outcome="ok"} 4"#,
            r#"takt_call_seconds_sum{name="unit.track_in",outcome="ok"} 60.034000"#,
            r#"takt_chore_seconds_count{name="seal",outcome="failed"} 1"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
        }
        assert_eq!(labels(&[("line", "a\"b\\c\nd")]), r#"line="a\"b\\c\nd""#);
    }
}
