//! Writer threads: one that commits in groups on SQLite, a pool with one transaction per call on PostgreSQL.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Stopwatch};

use crossbeam_channel::Receiver;
use kernel::{Cause, Error, Result};
use tokio::sync::oneshot;

use super::{Database, Job, Options, Shared, Work};
use crate::actor::Actor;
use crate::cx::Cx;
use crate::db::sql::Dialect;
use crate::db::tx::Conn;
use crate::db::{Reach, Tx};
use crate::event::Happened;
use crate::perform::{Answer, Performed, TWIN, mark, panic_text, perform, take_back, unmark};
use crate::refusals::{IDEMPOTENCY_IN_PROGRESS, INTERNAL_ERROR, STORAGE_FULL, TEMPORARILY_UNAVAILABLE};

/// A group commit takes at most this many calls.
const BATCH_CALLS: usize = 64;
/// A call that other transactions keep pushing aside is done again this often.
const TRIES: u32 = 10;
/// … within this time.
const TRIES_TIME: Duration = Duration::from_secs(5);

/// A transaction that lived longer is given up: the sealer waits for numbers that are missing only so long (`seal::SETTLED_MS`).
const LIFE: Duration = Duration::from_secs(60);

pub(super) fn start(
    options: &Options,
    shared: &Arc<Shared>,
    first: Conn,
    jobs: &Receiver<Job>,
) -> Result<Vec<JoinHandle<()>>> {
    let count = match options.database {
        Database::Sqlite(_) => 1,
        Database::Postgres(_) => options.writers.max(1),
    };
    let mut first = Some(first);
    let mut threads = Vec::new();
    for i in 0..count {
        let mut writer = Writer {
            database: options.database.clone(),
            shared: shared.clone(),
            tx: first.take().map(Tx::on),
            batch: options.batch,
        };
        let jobs = jobs.clone();
        let thread = std::thread::Builder::new().name(format!("writer-{i}"));
        threads.push(thread.spawn(move || writer.serve(&jobs)).map_err(|e| Error::fault(e.to_string()))?);
    }
    Ok(threads)
}

struct Writer {
    database: Database,
    shared: Arc<Shared>,
    tx: Option<Tx>,
    batch: Duration,
}

/// A job that was performed and waits for the commit to be answered.
enum Waiting {
    Call(Answer, oneshot::Sender<Answer>),
    Many(Vec<Answer>, oneshot::Sender<Vec<Answer>>),
    Work(Result<i64>, oneshot::Sender<Result<i64>>),
}

#[derive(Default)]
struct News {
    events: Vec<Happened>,
    audited: bool,
}

impl Writer {
    fn serve(&mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            self.shared.metrics.queue.store(jobs.len() as i64, Ordering::Relaxed);
            match self.database {
                Database::Sqlite(_) => self.group(job, jobs),
                Database::Postgres(_) => self.alone(job),
            }
        }
    }

    /// Perform jobs in one transaction, commit once, answer all. What goes wrong with the transaction is done again one by one.
    fn group(&mut self, first: Job, jobs: &Receiver<Job>) {
        let mut todo = VecDeque::from([first]);
        let mut done: Vec<(Job, Kept)> = Vec::new();
        let mut news = News::default();
        let (started, batch) = (Stopwatch::now(), self.batch);
        let outcome = self.connected().and_then(|(tx, shared)| {
            tx.begins_in(shared.bell.epoch());
            tx.control("begin immediate")?;
            let mut calls = 0;
            while let Some(job) = todo.pop_front() {
                if tx.is_gone() {
                    todo.push_front(job);
                    return Err(Error::Lost(Cause::new("the transaction is gone")));
                }
                match do_job(tx, shared, &job, &mut news) {
                    Ok(kept) => {
                        calls += kept.calls();
                        done.push((job, kept));
                    }
                    Err(error) => {
                        todo.push_front(job);
                        return Err(error);
                    }
                }
                if calls < BATCH_CALLS && started.elapsed() < batch {
                    todo.extend(jobs.try_recv());
                }
            }
            tx.control("commit")?;
            shared.metrics.batches.fetch_add(1, Ordering::Relaxed);
            shared.metrics.batched.fetch_add(calls as u64, Ordering::Relaxed);
            Ok(())
        });
        match outcome {
            Ok(()) => {
                self.heed(&news);
                for (job, kept) in done {
                    Waiting::of(job, kept).answer();
                }
                self.ring(news);
            }
            Err(error) => {
                tracing::warn!(error = %error, jobs = done.len() + todo.len(), "a group was taken back; its calls are done one by one");
                self.shared.metrics.taken_back.fetch_add(1, Ordering::Relaxed);
                self.give_up(&error, &news);
                for job in done.into_iter().map(|d| d.0).chain(todo) {
                    self.alone(job);
                }
            }
        }
    }

    /// One job in a transaction of its own; what others push aside is done again with jittered pauses.
    fn alone(&mut self, job: Job) {
        let mut tries = 0;
        let started = Stopwatch::now();
        loop {
            let mut news = News::default();
            let outcome = self.connected().and_then(|(tx, shared)| {
                tx.begins_in(shared.bell.epoch());
                tx.control(if tx.dialect() == Dialect::Sqlite { "begin immediate" } else { "begin" })?;
                let begun = Stopwatch::now();
                let kept = do_job(tx, shared, &job, &mut news)?;
                if begun.elapsed() > LIFE {
                    return Err(Error::Lost(Cause::new("the transaction lived too long")));
                }
                tx.control("commit")?;
                Ok(kept)
            });
            match outcome {
                Ok(kept) => {
                    self.heed(&news);
                    Waiting::of(job, kept).answer();
                    self.ring(news);
                    return;
                }
                Err(Error::Again(cause)) if tries < TRIES && started.elapsed() < TRIES_TIME => {
                    tries += 1;
                    self.shared.metrics.retries.fetch_add(1, Ordering::Relaxed);
                    self.give_up(&Error::Again(cause), &news);
                    std::thread::sleep(jittered(tries));
                }
                Err(error) => {
                    self.give_up(&error, &news);
                    refuse(job, &error);
                    return;
                }
            }
        }
    }

    fn connected(&mut self) -> Result<(&Tx, &Shared)> {
        // A connection may have been lost while there was nothing to do.
        if self.tx.as_ref().is_none_or(Tx::is_lost) {
            self.tx = Some(Tx::on(self.database.open()?));
        }
        match &self.tx {
            Some(tx) => Ok((tx, &self.shared)),
            None => Err(Error::Lost(Cause::new("no connection"))),
        }
    }

    /// Roll back; after a lost connection or an I/O error open a new one before the next job.
    fn give_up(&mut self, error: &Error, news: &News) {
        self.shared.forget_frozen();
        // What was told in it may have been read in it, too; whoever only came too late has told nothing.
        if !news.events.is_empty() || !matches!(error, Error::Again(_)) {
            self.shared.bell.turn();
        }
        let Some(tx) = &self.tx else { return };
        let over = tx.dialect() == Dialect::Sqlite && tx.is_gone();
        let usable = over || tx.control("rollback").is_ok();
        if !usable || matches!(error, Error::Lost(_)) {
            self.tx = None;
        }
    }

    /// After the commit, before the answer goes out, what is remembered of settings and access is dropped: whoever hears that a
    /// change was made finds it made.
    fn heed(&self, news: &News) {
        self.shared.metrics.happened(&news.events);
        self.shared.keep_young();
        self.shared.heard(news.events.iter().map(|e| e.name));
    }

    fn ring(&self, news: News) {
        if news.audited || !news.events.is_empty() {
            self.shared.bell.ring();
        }
    }
}

/// What performing a job gave, until the commit lets it be answered.
enum Kept {
    Call(Answer),
    Many(Vec<Answer>),
    Work(Result<i64>),
}

impl Kept {
    fn calls(&self) -> usize {
        match self {
            Kept::Many(answers) => answers.len(),
            _ => 1,
        }
    }
}

impl Waiting {
    fn of(job: Job, kept: Kept) -> Option<Self> {
        match (job, kept) {
            (Job::Call(_, done), Kept::Call(answer)) => Some(Waiting::Call(answer, done)),
            (Job::Many(_, done), Kept::Many(answers)) => Some(Waiting::Many(answers, done)),
            (Job::Work(work), Kept::Work(outcome)) => Some(Waiting::Work(outcome, work.done)),
            _ => None,
        }
    }
}

trait Reply {
    fn answer(self);
}

impl Reply for Option<Waiting> {
    fn answer(self) {
        // A caller that hung up does not hear its answer; the stored one tells the same key later.
        match self {
            Some(Waiting::Call(answer, done)) => drop(done.send(answer)),
            Some(Waiting::Many(answers, done)) => drop(done.send(answers)),
            Some(Waiting::Work(outcome, done)) => drop(done.send(outcome)),
            None => {}
        }
    }
}

fn do_job(tx: &Tx, shared: &Shared, job: &Job, news: &mut News) -> Result<Kept> {
    let mut one = |call| -> Result<Answer> {
        let Performed { answer, events, audited } = caught(|| perform(tx, shared, call, shared.now()))?;
        news.events.extend(events);
        news.audited |= audited;
        answer.ok_or_else(|| Error::fault("a performed call has an answer"))
    };
    Ok(match job {
        Job::Call(call, _) => Kept::Call(one(call)?),
        Job::Many(calls, _) => Kept::Many(calls.iter().map(one).collect::<Result<_>>()?),
        Job::Work(work) => Kept::Work(do_work(tx, shared, work, news)?),
    })
}

/// Work of the engine itself. What goes wrong in it is taken back alone, as in a call: the rest of a group is kept.
fn do_work(tx: &Tx, shared: &Shared, work: &Work, news: &mut News) -> Result<Result<i64>> {
    mark(tx)?;
    let system = Actor::system();
    let mut cx = Cx::new(tx, shared, &system, shared.now(), &[], Reach::ALL, None);
    match caught(|| (work.run)(&mut cx)) {
        Ok(n) => {
            let kept = std::mem::take(&mut cx.kept);
            for event in &kept.events {
                crate::audit::write_event(tx, event, None)?;
            }
            unmark(tx)?;
            news.events.extend(kept.events);
            Ok(Ok(n))
        }
        Err(error @ (Error::Again(_) | Error::Lost(_) | Error::Full(_))) => Err(error),
        Err(error) => {
            take_back(tx, shared)?;
            unmark(tx)?;
            Ok(Err(error))
        }
    }
}

/// A panic is a fault of ours: it never ends a writer.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let panicked = |panic| Err(Error::fault(format!("panic: {}", panic_text(&panic))));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked)
}

/// Tell callers truthfully that nothing was kept.
fn refuse(job: Job, error: &Error) {
    let refusal = match error {
        Error::Refused(refusal) => (**refusal).clone(),
        Error::Full(_) => STORAGE_FULL.into(),
        Error::Lost(_) => TEMPORARILY_UNAVAILABLE.into(),
        Error::Again(cause) if cause.to_string().starts_with(TWIN) => IDEMPOTENCY_IN_PROGRESS.into(),
        Error::Again(_) => TEMPORARILY_UNAVAILABLE.into(),
        Error::Taken(_) | Error::Fault(_) => INTERNAL_ERROR.into(),
    };
    tracing::error!(error = %error, code = refusal.def.code, "a job was refused");
    match job {
        Job::Call(_, done) => drop(done.send(Answer::refused(refusal))),
        Job::Many(calls, done) => drop(done.send(vec![Answer::refused(refusal); calls.len()])),
        Job::Work(work) => drop(work.done.send(Err(error.clone()))),
    }
}

/// 2 ms, 4 ms, … up to 256 ms, each between half and one and a half of it.
fn jittered(tries: u32) -> Duration {
    let mut byte = [0u8; 1];
    let _ = getrandom::fill(&mut byte);
    let base = 2_000u64 << tries.min(7);
    Duration::from_micros(base / 2 + base * u64::from(byte[0]) / 255)
}
