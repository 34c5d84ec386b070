//! The engine at work: a bounded inbox, writers that commit in groups, readers on snapshots, chores, and the bell.

mod read;
mod write;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Stopwatch, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Sender, TrySendError, bounded};
use kernel::{Cause, Error, Instant, Result};
use tokio::sync::oneshot;

use crate::actor::Actor;
use crate::cx::Cx;
use crate::db::sqlite;
use crate::db::tx::Conn;
use crate::db::{Reach, Tx, migrate, postgres::PgConn};
use crate::live::Bell;
use crate::metrics::Metrics;
use crate::perform::{Answer, Call};
use crate::refusals::TEMPORARILY_UNAVAILABLE;
use crate::registry::Registry;
use crate::settings::SettingsCache;

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
}

impl Options {
    pub fn on(database: Database) -> Self {
        Options { database, zone: jiff::tz::TimeZone::UTC, writers: 16, chores: true, batch: BATCH_TIME }
    }
}

/// The inbox of the writers holds this many jobs; beyond it a call is answered 503.
pub const INBOX: usize = 256;
/// A group commit takes at most this much work, or 64 calls.
const BATCH_TIME: Duration = Duration::from_millis(5);
const QUICK_READERS: usize = 4;
const SLOW_READERS: usize = 2;

type FrozenKey = (TypeId, i64);

/// What calls share: the registry, caches of frozen things, the zone, figures and the bell.
pub struct Shared {
    pub registry: Registry,
    pub settings: SettingsCache,
    pub zone: jiff::tz::TimeZone,
    pub metrics: Metrics,
    pub bell: Bell,
    /// A name for this process among the nodes of one database.
    pub node: String,
    frozen: RwLock<HashMap<FrozenKey, Arc<dyn Any + Send + Sync>>>,
    /// What was read by transactions that may still be given up.
    young: Mutex<Vec<FrozenKey>>,
    last_ms: AtomicI64,
}

impl Shared {
    fn new(registry: Registry, zone: jiff::tz::TimeZone) -> Shared {
        Shared {
            registry,
            settings: SettingsCache::default(),
            zone,
            metrics: Metrics::default(),
            bell: Bell::default(),
            node: format!("{}-{}", std::process::id(), random_name()),
            frozen: RwLock::default(),
            young: Mutex::default(),
            last_ms: AtomicI64::new(0),
        }
    }

    /// The clock of calls: never goes back.
    pub fn now(&self) -> Instant {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        Instant::from_ms(self.last_ms.fetch_max(wall, Ordering::SeqCst).max(wall))
    }

    /// How far the clock of this machine lies behind the time that calls were given already.
    pub fn clock_behind(&self) -> Duration {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let behind = self.last_ms.load(Ordering::SeqCst) - wall;
        Duration::from_millis(behind.max(0).unsigned_abs())
    }

    /// A thing that never changes once it exists (a frozen route version), read once and kept. What a writing transaction
    /// reads is kept on trial, until the transaction is committed: it may have come with it.
    pub(crate) fn frozen<T: Any + Send + Sync>(
        &self,
        id: i64,
        on_trial: bool,
        read: impl FnOnce() -> Result<Option<T>>,
    ) -> Result<Option<Arc<T>>> {
        let key = (TypeId::of::<T>(), id);
        if let Some(kept) = self.frozen.read().expect("the cache is never poisoned").get(&key) {
            return Ok(kept.clone().downcast().ok());
        }
        let Some(read) = read()? else { return Ok(None) };
        let read = Arc::new(read);
        if on_trial {
            self.young.lock().expect("the cache is never poisoned").push(key);
        }
        let mut frozen = self.frozen.write().expect("the cache is never poisoned");
        if frozen.len() >= 10_000 {
            frozen.clear();
        }
        frozen.insert(key, read.clone());
        Ok(Some(read))
    }

    /// After something was taken back: what was read in it may never have existed, and its row ids may be given again.
    pub(crate) fn forget_young(&self) {
        let young = std::mem::take(&mut *self.young.lock().expect("the cache is never poisoned"));
        if !young.is_empty() {
            let mut frozen = self.frozen.write().expect("the cache is never poisoned");
            young.iter().for_each(|key| drop(frozen.remove(key)));
        }
    }

    /// After a whole transaction was given up: nothing that was read is trusted.
    pub(crate) fn forget_frozen(&self) {
        self.young.lock().expect("the cache is never poisoned").clear();
        self.frozen.write().expect("the cache is never poisoned").clear();
    }

    /// After a commit: what was read in it exists. Other writers of PostgreSQL may still be at work, but there no id is given
    /// twice.
    pub(crate) fn keep_young(&self) {
        self.young.lock().expect("the cache is never poisoned").clear();
    }
}

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
        let shared = Arc::new(Shared::new(registry, options.zone.clone()));
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

    fn start_chores(self: &Arc<Engine>) {
        for (i, _) in crate::chore::of_engine().iter().chain(&self.shared.registry.chores).enumerate() {
            let engine = self.clone();
            let thread = std::thread::Builder::new().name(format!("chore-{i}")).spawn(move || engine.do_chore(i));
            if let Ok(thread) = thread {
                self.threads.lock().expect("threads are never poisoned").push(thread);
            }
        }
    }

    /// The chores of this process whose turn did not end well for three times their time and half a minute: none when it does
    /// no chores. Turns that another node's lease makes empty count.
    pub fn late_chores(&self) -> Vec<&'static str> {
        let own = crate::chore::of_engine();
        let all = own.iter().chain(&self.shared.registry.chores);
        let is_late = |c: &&crate::chore::Chore| {
            let well = self.shared.metrics.chore_was_well(c.name);
            well.is_some_and(|ago| ago > 3 * c.every + Duration::from_secs(30))
        };
        all.filter(is_late).map(|c| c.name).collect()
    }

    /// One chore for the life of the process: on its time or on the bell, under its lease.
    fn do_chore(self: Arc<Engine>, index: usize) {
        let own = crate::chore::of_engine();
        let chore = own.get(index).unwrap_or_else(|| &self.shared.registry.chores[index - own.len()]);
        let (name, run) = (chore.name, chore.run);
        self.shared.metrics.chore_is_well(name);
        let mut rung = self.shared.bell.count();
        while !self.stopping.load(Ordering::SeqCst) {
            let node = self.shared.node.clone();
            let started = Stopwatch::now();
            let done = self.work(move |cx| {
                cx.quietly();
                if !crate::chore::lease(cx, name, &node)? { Ok(-1) } else { run(cx) }
            });
            self.shared.metrics.chore(name, done.is_ok(), started.elapsed());
            match done {
                Ok(n) if n > chore.again_above => continue,
                Ok(n) if n > 0 && name == "seal" => self.shared.bell.sealed(),
                Ok(_) => {}
                Err(e) => tracing::warn!(chore = name, error = %e, "chore failed; it is tried again"),
            }
            rung = self.shared.bell.wait(rung, chore.every, chore.on_bell);
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

/// The shared part of a process that only reads beside a running server.
pub fn reading_shared(zone: jiff::tz::TimeZone) -> Shared {
    Shared::new(Registry::default(), zone)
}

/// A context of Takt itself on a transaction, for start-up and background reading.
pub fn system_cx<'c>(tx: &'c Tx, shared: &'c Shared, actor: &'c Actor) -> Cx<'c> {
    Cx::new(tx, shared, actor, shared.now(), &[], Reach::ALL, None)
}

/// Sixteen random hex digits: a name nobody else has.
fn random_name() -> String {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
