//! Figures 1, 2 and 11: boards through the stations, against the same statements without the product.

use std::time::Duration;

use super::bare::Place;
use super::replay::Recording;
use super::work::{self, Crew};
use super::{Bench, ms, say};
use crate::load::Run;
use crate::postgres::Server;
use crate::product::Product;
use crate::report::{Bound, Ratio, Row, median};
use crate::{Result, fail, packages};

/// What one round with the product saw.
struct Round {
    run: Run,
    /// Commands per commit.
    batch: f64,
    retries: f64,
    /// Microseconds of processor time for each command: the whole product, and its writers.
    cpu_us: (f64, f64),
}

/// How a series of rounds is made.
struct Series<'s> {
    base: &'s Place,
    copy: &'s Place,
    clients: usize,
    runs: usize,
    rounds: usize,
    length: Duration,
}

/// What a series found, round by round.
#[derive(Default)]
struct Found {
    product: Vec<f64>,
    ceiling: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    retries: f64,
    /// Processor time of the writers by that of the ceiling.
    cpu: Vec<f64>,
}

/// Figures 1 and 2.
pub fn on_sqlite(bench: &Bench) -> Result<Vec<Row>> {
    let (base, copy) = (bench.place("base", None), bench.place("copy", None));
    say("preparing 40,000 boards on SQLite");
    bench.prepare(&base, 0)?;
    let mut rows = Vec::new();
    if bench.wants(1) {
        let series = series(bench, &base, &copy, 64, super::data::RUNS);
        let found = series.run(bench)?;
        rows.extend(found.rows("1", "track-in + track-out over HTTP, 64 clients", [6000.0, 6.0, 25.0], 0.45));
    }
    if bench.wants(2) {
        rows.extend(one_client(bench, &base, &copy)?);
    }
    copy.remove();
    base.remove();
    Ok(rows)
}

/// Figure 11.
pub fn on_postgres(bench: &Bench) -> Result<Vec<Row>> {
    let server = Server::start(&packages::ensure(false)?.postgres)?;
    let url = server.url();
    let (base, copy) = (bench.place("base", Some(&url)), bench.place("copy", Some(&url)));
    let mut rows = Vec::new();
    for history in [0, bench.either(20_000, 1_000_000)] {
        let on = if history == 0 { "a fresh database".to_string() } else { format!("{history} finished boards") };
        say(&format!("preparing {on} on PostgreSQL"));
        bench.prepare(&base, history)?;
        for (runs, least) in [(super::data::RUNS, 1500.0), (1, 1000.0)] {
            if history > 0 && runs == 1 {
                continue;
            }
            let found = series(bench, &base, &copy, 16, runs).run(bench)?;
            let what = format!("PostgreSQL, 16 clients, {runs} runs, {on}");
            rows.extend(found.rows("11", &what, [least, f64::INFINITY, f64::INFINITY], 0.4).into_iter().take(1));
            rows.push(Row {
                figure: "11 retries".into(),
                what: format!("{what}: calls done again"),
                measured: vec![found.retries * 100.0],
                unit: "%",
                target: Bound::AtMost(0.1),
                ratio: None,
            });
        }
    }
    copy.remove();
    base.remove();
    Ok(rows)
}

fn series<'s>(bench: &Bench, base: &'s Place, copy: &'s Place, clients: usize, runs: usize) -> Series<'s> {
    let rounds = bench.either(2, 5);
    let length = Duration::from_secs(bench.either(3, 10));
    Series { base, copy, clients, runs, rounds, length }
}

impl Series<'_> {
    /// Record once, then product and ceiling in turn, each on a fresh copy.
    fn run(&self, bench: &Bench) -> Result<Found> {
        let path = bench.folder.join("recording");
        self.copy.copy_of(self.base)?;
        let recorded = self.round(bench, Some(&path), Duration::from_secs(bench.either(2, 4)))?;
        let recording = Recording::read(&path)?;
        say(&format!(
            "recorded {} commands, {:.1} statements each, {:.1} calls per commit",
            recording.commands,
            recording.statements_per_command(),
            recorded.batch
        ));
        let mut found = Found::default();
        for n in 1..=self.rounds {
            self.copy.copy_of(self.base)?;
            let round = self.round(bench, None, self.length)?;
            self.copy.copy_of(self.base)?;
            let replayed = recording.replay(self.copy.open()?, &self.copy.url())?;
            if replayed.failed * 100 > recording.commands as u64 {
                return fail(format!("{} statements of the replay failed", replayed.failed));
            }
            let latencies = &round.run.meter.latencies;
            say(&format!(
                "round {n}: {:.0}/s ({:.1} per commit, {}; processor {:.0} µs, {:.0} of them writing), ceiling {:.0}/s ({:.0} µs, {} failed)",
                round.run.per_second(),
                round.batch,
                latencies.summary(),
                round.cpu_us.0,
                round.cpu_us.1,
                replayed.per_second,
                replayed.cpu_us,
                replayed.failed
            ));
            found.cpu.push(round.cpu_us.1 / replayed.cpu_us);
            found.product.push(round.run.per_second());
            found.ceiling.push(replayed.per_second);
            found.p50.push(ms(latencies.percentile(50.0)));
            found.p99.push(ms(latencies.percentile(99.0)));
            found.retries += round.retries / latencies.count() as f64 / self.rounds as f64;
        }
        Ok(found)
    }

    /// The product at work on the copy.
    fn round(&self, bench: &Bench, record: Option<&std::path::Path>, length: Duration) -> Result<Round> {
        let product = bench.start(self.copy, record)?;
        let crew = Crew::sign_in(&product)?;
        let mut clients = work::clients(&product, self.clients, self.runs);
        if record.is_none() {
            work::work(&crew, &mut clients, Duration::from_secs(1))?;
        }
        let (before, spent) = (batches(&product)?, product.processor("writer")?);
        let run = work::work(&crew, &mut clients, length)?;
        let (after, now) = (batches(&product)?, product.processor("writer")?);
        let each = |seconds: f64| seconds * 1e6 / run.meter.latencies.count().max(1) as f64;
        let cpu_us = (each(now.0 - spent.0), each(now.1 - spent.1));
        let batch = (after.1 - before.1) / (after.0 - before.0).max(1.0);
        product.stop();
        Ok(Round { run, batch, retries: after.2 - before.2, cpu_us })
    }
}

/// Commits, calls in them, and calls done again.
fn batches(product: &Product) -> Result<(f64, f64, f64)> {
    let of = |name: &str| product.metric(name);
    Ok((of("takt_batches_total")?, of("takt_batched_calls_total")?, of("takt_retries_total")?))
}

impl Found {
    fn rows(&self, figure: &str, what: &str, targets: [f64; 3], least: f64) -> Vec<Row> {
        let ratios: Vec<f64> =
            self.product.iter().zip(&self.ceiling).map(|(product, ceiling)| product / ceiling).collect();
        let ceiling = median(&self.ceiling).unwrap_or_default();
        let cpu = median(&self.cpu).unwrap_or_default();
        let ratio = Ratio {
            value: median(&ratios).unwrap_or_default(),
            bound: Bound::AtLeast(least),
            of: format!("× the same statements bare ({ceiling:.0}/s; the writers need {cpu:.2} × its processor time)"),
        };
        let row = |name: String, what: String, measured: &[f64], unit, target, ratio| Row {
            figure: name,
            what,
            measured: measured.to_vec(),
            unit,
            target,
            ratio,
        };
        vec![
            row(figure.into(), what.into(), &self.product, "commands/s", Bound::AtLeast(targets[0]), Some(ratio)),
            row(
                format!("{figure} p50"),
                format!("{what}: half are faster"),
                &self.p50,
                "ms",
                Bound::AtMost(targets[1]),
                None,
            ),
            row(
                format!("{figure} p99"),
                format!("{what}: 1 % is slower"),
                &self.p99,
                "ms",
                Bound::AtMost(targets[2]),
                None,
            ),
        ]
    }
}

/// Figure 2: one client, against the smallest durable transaction, and against its own statements in transactions alone.
fn one_client(bench: &Bench, base: &Place, copy: &Place) -> Result<Vec<Row>> {
    let one = series(bench, base, copy, 1, super::data::RUNS);
    let path = bench.folder.join("recording");
    copy.copy_of(base)?;
    one.round(bench, Some(&path), Duration::from_secs(bench.either(2, 4)))?;
    let recording = Recording::read(&path)?;
    let (mut p50, mut smallest, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.either(2, 5) {
        copy.copy_of(base)?;
        let round = one.round(bench, None, Duration::from_secs(bench.either(2, 6)))?;
        copy.copy_of(base)?;
        let seen = copy.open()?.bare_transactions(bench.either(300, 2000))?;
        copy.copy_of(base)?;
        let replayed = recording.replay(copy.open()?, &copy.url())?;
        p50.push(ms(round.run.meter.latencies.percentile(50.0)));
        smallest.push(ms(seen.percentile(50.0)));
        own.push(1000.0 / replayed.per_second);
        let last = p50.len() - 1;
        say(&format!(
            "one client: p50 {:.3} ms, the smallest transaction {:.3} ms, its statements alone {:.3} ms",
            p50[last], smallest[last], own[last]
        ));
    }
    let row = |figure: &str, bare: &[f64], what: &str| {
        let ratios: Vec<f64> = p50.iter().zip(bare).map(|(product, bare)| product / bare).collect();
        let of = format!("× {what} ({:.3} ms)", median(bare).unwrap_or_default());
        Row {
            figure: figure.into(),
            what: "the same, 1 client: half are faster".into(),
            measured: p50.clone(),
            unit: "ms",
            target: Bound::AtMost(1.0),
            ratio: Some(Ratio { value: median(&ratios).unwrap_or_default(), bound: Bound::AtMost(3.0), of }),
        }
    };
    Ok(vec![
        row("2", &smallest, "the smallest durable transaction"),
        row("2 statements", &own, "its own statements in durable transactions"),
    ])
}
