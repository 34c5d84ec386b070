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
    _shared: &Arc<Shared>,
    count: usize,
    limit: Duration,
    name: &str,
) -> Result<Pool> {
    let (sender, jobs) = bounded::<ReadJob>(WAITING);
    let mut threads = Vec::new();
    for i in 0..count {
        let (database, jobs) = (database.clone(), jobs.clone());
        let thread = std::thread::Builder::new().name(format!("{name}-reader-{i}"));
        let thread = thread.spawn(move || serve(&database, &jobs, limit)).map_err(|e| Error::fault(e.to_string()))?;
        threads.push(thread);
    }
    Ok((sender, threads))
}

fn open(database: &Database, limit: Duration) -> Result<Conn> {
    Ok(match database {
        Database::Sqlite(path) => Conn::Sqlite(sqlite::open_reader(path)?),
        Database::Postgres(url) => Conn::Postgres(Box::new(PgConn::open(url, Some(limit))?)),
    })
}

fn serve(database: &Database, jobs: &Receiver<ReadJob>, limit: Duration) {
    let mut tx: Option<Tx> = None;
    while let Ok(job) = jobs.recv() {
        if tx.as_ref().is_none_or(|tx| tx.dialect() == Dialect::Postgres && tx.is_gone()) {
            let opened = open(database, limit).map_err(|e| tracing::warn!(error = %e, "no reading connection"));
            tx = opened.ok().map(Tx::reading);
        }
        // Without a connection the job is dropped, and whoever waits hears that the reader was lost.
        let Some(open) = &tx else { continue };
        if snapshot(open, job, limit).is_err() {
            tx = None;
        }
    }
}

fn snapshot(tx: &Tx, job: ReadJob, limit: Duration) -> Result<()> {
    tx.limit(Some(limit));
    tx.control(match tx.dialect() {
        Dialect::Sqlite => "begin",
        Dialect::Postgres => "begin isolation level repeatable read read only",
    })?;
    let asked = catch_unwind(AssertUnwindSafe(|| job(tx)));
    tx.limit(None);
    tx.control("rollback")?;
    if asked.is_err() {
        tracing::error!("a question panicked");
    }
    Ok(())
}
