//! The engine at work: a bounded inbox, writers that commit in groups, readers on snapshots, chores, and the bell.

mod chores;
mod read;
mod shared;
mod write;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError, bounded};
use kernel::{Cause, Error, Result};
use tokio::sync::oneshot;

use crate::actor::Actor;
use crate::cx::Cx;
use crate::db::sqlite;
use crate::db::tx::Conn;
use crate::db::{Reach, Tx, migrate, postgres::PgConn};
use crate::perform::{Answer, Call};
use crate::refusals::TEMPORARILY_UNAVAILABLE;
use crate::registry::Registry;

pub use shared::{Shared, random_words, reading_shared};

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    /// `sqlite:PATH`, a bare path, or `postgres://…`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Database::Postgres(text.to_string()));
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!("{scheme}:// is not known; give sqlite:PATH or postgres://…"));
        }
        Ok(Database::Sqlite(PathBuf::from(text.strip_prefix("sqlite:").unwrap_or(text))))
    }

    /// Open a connection that may write.
    pub fn open(&self) -> Result<Conn> {
        Ok(match self {
            Database::Sqlite(path) => Conn::Sqlite(sqlite::open_writer(path)?),
            Database::Postgres(url) => Conn::Postgres(Box::new(PgConn::open(url, None)?)),
        })
    }
}

/// How an engine runs.
#[derive(Clone, Debug)]
pub struct Options {
    pub database: Database,
    pub zone: jiff::tz::TimeZone,
    /// Writing connections to PostgreSQL; SQLite always has one.
    pub writers: usize,
    /// Whether this process does chores; tests that want stillness say no.
    pub chores: bool,
    /// How much work a group commit takes at most; tests that want one group wait longer.
    pub batch: Duration,
    /// Known to this installation alone and written into no database; one of its own for each process where none is given.
    pub whisper: Option<String>,
}

impl Options {
    pub fn on(database: Database) -> Self {
        Options { database, zone: jiff::tz::TimeZone::UTC, writers: 16, chores: true, batch: BATCH_TIME, whisper: None }
    }
}

/// The inbox of the writers holds this many jobs; beyond it a call is answered 503.
pub const INBOX: usize = 256;
/// A group commit takes at most this much work, or 64 calls.
const BATCH_TIME: Duration = Duration::from_millis(5);
const QUICK_READERS: usize = 4;
const SLOW_READERS: usize = 2;

pub(crate) enum Job {
    Call(Box<Call>, oneshot::Sender<Answer>),
    Many(Vec<Call>, oneshot::Sender<Vec<Answer>>),
    Work(Work),
}

/// Background work of the engine itself, performed like a call but without guards.
pub(crate) struct Work {
    pub run: Box<dyn Fn(&mut Cx<'_>) -> Result<i64> + Send>,
    pub done: oneshot::Sender<Result<i64>>,
}

type ReadJob = Box<dyn FnOnce(&Tx) + Send>;

/// The running engine of one process.
pub struct Engine {
    pub shared: Arc<Shared>,
    pub database: Database,
    inbox: Mutex<Option<Sender<Job>>>,
    quick: Mutex<Option<Sender<ReadJob>>>,
    slow: Mutex<Option<Sender<ReadJob>>>,
    stopping: AtomicBool,
    stopped: AtomicBool,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Open the database, bring it to the newest schema and start the threads.
    pub fn start(options: Options, registry: Registry) -> Result<Arc<Engine>> {
        let mut conn = options.database.open()?;
        migrate::migrate(&mut conn)?;
        crate::words::tell_times_in(options.zone.clone());
        let shared = Arc::new(Shared::new(registry, options.zone.clone(), options.whisper.clone()));
        let (inbox, jobs) = bounded::<Job>(INBOX);
        let mut threads = write::start(&options, &shared, conn, &jobs)?;
        let (quick, quick_threads) =
            read::start(&options.database, &shared, QUICK_READERS, Duration::from_secs(2), "quick")?;
        let (slow, slow_threads) =
            read::start(&options.database, &shared, SLOW_READERS, Duration::from_secs(30), "slow")?;
        threads.extend(quick_threads);
        threads.extend(slow_threads);
        let engine = Arc::new(Engine {
            shared,
            database: options.database.clone(),
            inbox: Mutex::new(Some(inbox)),
            quick: Mutex::new(Some(quick)),
            slow: Mutex::new(Some(slow)),
            stopping: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            threads: Mutex::new(threads),
        });
        if options.chores {
            engine.start_chores();
        }
        Ok(engine)
    }

    /// Queue one call and wait for its answer.
    pub async fn perform(&self, call: Call) -> Answer {
        let (done, answer) = oneshot::channel();
        if self.queue(Job::Call(Box::new(call), done)).is_err() {
            return Answer::refused(TEMPORARILY_UNAVAILABLE);
        }
        answer.await.unwrap_or_else(|_| Answer::refused(TEMPORARILY_UNAVAILABLE))
    }

    /// Queue many calls as one job, each with a savepoint, an audit row and an answer of its own.
    pub async fn perform_many(&self, calls: Vec<Call>) -> Vec<Answer> {
        let count = calls.len();
        let (done, answers) = oneshot::channel();
        let none = || vec![Answer::refused(TEMPORARILY_UNAVAILABLE); count];
        if self.queue(Job::Many(calls, done)).is_err() {
            return none();
        }
        answers.await.unwrap_or_else(|_| none())
    }

    /// The same for callers on plain threads: the command line, tests, chores.
    pub fn perform_blocking(&self, call: Call) -> Answer {
        let (done, answer) = oneshot::channel();
        if self.queue(Job::Call(Box::new(call), done)).is_err() {
            return Answer::refused(TEMPORARILY_UNAVAILABLE);
        }
        answer.blocking_recv().unwrap_or_else(|_| Answer::refused(TEMPORARILY_UNAVAILABLE))
    }

    /// Work of the engine itself on the writer; waits for its commit.
    pub fn work(&self, run: impl Fn(&mut Cx<'_>) -> Result<i64> + Send + 'static) -> Result<i64> {
        let (done, answer) = oneshot::channel();
        self.queue(Job::Work(Work { run: Box::new(run), done }))?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Error::Lost(Cause::new("the writer has stopped"))))
    }

    /// The same from asynchronous code.
    pub async fn work_async(&self, run: impl Fn(&mut Cx<'_>) -> Result<i64> + Send + 'static) -> Result<i64> {
        let (done, answer) = oneshot::channel();
        self.queue(Job::Work(Work { run: Box::new(run), done }))?;
        answer.await.unwrap_or_else(|_| Err(Error::Lost(Cause::new("the writer has stopped"))))
    }

    /// Read on a snapshot. `slow` readers are for reports; quick ones are ended after two seconds.
    pub async fn read<T: Send + 'static>(
        &self,
        slow: bool,
        read: impl FnOnce(&Tx, &Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let answer = self.queue_read(slow, read)?;
        answer.await.unwrap_or_else(|_| Err(Error::Lost(Cause::new("the reader was lost"))))
    }

    /// The same for callers on plain threads.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        slow: bool,
        read: impl FnOnce(&Tx, &Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let answer = self.queue_read(slow, read)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Error::Lost(Cause::new("the reader was lost"))))
    }

    fn queue_read<T: Send + 'static>(
        &self,
        slow: bool,
        read: impl FnOnce(&Tx, &Shared) -> Result<T> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T>>> {
        let (done, answer) = oneshot::channel();
        let shared = self.shared.clone();
        let job: ReadJob = Box::new(move |tx| {
            let _ = done.send(read(tx, &shared));
        });
        let pool = if slow { &self.slow } else { &self.quick };
        let sender = pool.lock().expect("pools are never poisoned").clone();
        match sender.map(|s| s.try_send(job)) {
            Some(Ok(())) => Ok(answer),
            _ => Err(TEMPORARILY_UNAVAILABLE.error()),
        }
    }

    fn queue(&self, job: Job) -> Result<()> {
        let sender = self.inbox.lock().expect("the inbox is never poisoned").clone();
        let Some(sender) = sender else { return Err(TEMPORARILY_UNAVAILABLE.error()) };
        match sender.try_send(job) {
            Ok(()) => {
                self.shared.metrics.queue.store(sender.len() as i64, Ordering::Relaxed);
                Ok(())
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(TEMPORARILY_UNAVAILABLE.error()),
        }
    }

    /// Say that this process is about to stop: chores and whoever listens for long end, calls are still performed.
    pub fn stop_soon(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.shared.bell.stop();
    }

    /// Refuse new work, finish what is queued, give leases back and end the threads.
    pub fn stop(&self) {
        self.stop_soon();
        if self.stopped.swap(true, Ordering::SeqCst) {
            return;
        }
        let node = self.shared.node.clone();
        let _ = self.work(move |cx| {
            cx.quietly();
            crate::chore::release_all(cx, &node).map(|()| 0)
        });
        self.inbox.lock().expect("the inbox is never poisoned").take();
        self.quick.lock().expect("pools are never poisoned").take();
        self.slow.lock().expect("pools are never poisoned").take();
        let threads = std::mem::take(&mut *self.threads.lock().expect("threads are never poisoned"));
        for thread in threads {
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A context of Takt itself on a transaction, for start-up and background reading.
pub fn system_cx<'c>(tx: &'c Tx, shared: &'c Shared, actor: &'c Actor) -> Cx<'c> {
    Cx::new(tx, shared, actor, shared.now(), &[], Reach::ALL, None)
}
