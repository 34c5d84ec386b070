//! Reader threads: each has a connection of its own and answers questions on a snapshot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use kernel::{Error, Result};

use super::{Database, ReadJob, Shared};
use crate::db::sql::Dialect;
use crate::db::tx::Conn;
use crate::db::{Tx, postgres::PgConn, sqlite};

type Pool = (Sender<ReadJob>, Vec<JoinHandle<()>>);

/// Questions waiting for a reader, at most.
const WAITING: usize = 1024;

pub(super) fn start(
    database: &Database,
    shared: &Arc<Shared>,
    count: usize,
    limit: Duration,
    name: &str,
) -> Result<Pool> {
    let (sender, jobs) = bounded::<ReadJob>(WAITING);
    let mut threads = Vec::new();
    for i in 0..count {
        let (database, jobs, shared) = (database.clone(), jobs.clone(), shared.clone());
        let thread = std::thread::Builder::new().name(format!("{name}-reader-{i}"));
        let thread = thread.spawn(move || serve(&database, &jobs, &shared, limit));
        threads.push(thread.map_err(|e| Error::fault(e.to_string()))?);
    }
    Ok((sender, threads))
}

fn open(database: &Database, limit: Duration) -> Result<Conn> {
    Ok(match database {
        Database::Sqlite(path) => Conn::Sqlite(sqlite::open_reader(path)?),
        Database::Postgres(url) => Conn::Postgres(Box::new(PgConn::open(url, Some(limit))?)),
    })
}

fn serve(database: &Database, jobs: &Receiver<ReadJob>, shared: &Shared, limit: Duration) {
    let mut tx: Option<Tx> = None;
    while let Ok(job) = jobs.recv() {
        // A connection may have been lost while nobody asked: the question is asked on a new one.
        if !tx.as_ref().is_some_and(|tx| !tx.is_lost() && begin(tx, shared, limit).is_ok()) {
            let opened = open(database, limit).map(Tx::reading);
            let opened = opened.and_then(|tx| begin(&tx, shared, limit).map(|()| tx));
            tx = opened.map_err(|e| tracing::warn!(error = %e, "no reading connection")).ok();
        }
        // Without a connection the job is dropped, and whoever waits hears that the reader was lost.
        let Some(open) = &tx else { continue };
        if catch_unwind(AssertUnwindSafe(|| job(open))).is_err() {
            tracing::error!("a question panicked");
        }
        open.limit(None);
        if open.control("rollback").is_err() {
            tx = None;
        }
    }
}

/// Begin a snapshot in which no statement outlives the limit.
fn begin(tx: &Tx, shared: &Shared, limit: Duration) -> Result<()> {
    tx.limit(Some(limit));
    tx.begins_in(shared.bell.epoch());
    tx.control(match tx.dialect() {
        Dialect::Sqlite => "begin",
        Dialect::Postgres => "begin isolation level repeatable read read only",
    })
}
