//! The bell and the feed: who waits for news hears that there is some, and reads it in order.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use kernel::{Result, p};
use serde::Serialize;
use tokio::sync::watch;

use crate::cx::Cx;
use crate::sql;
use crate::store::Shared;

/// A rung bell is answered at most this often.
const CALM: Duration = Duration::from_millis(50);

/// Rung after every commit that told something.
pub struct Bell {
    count: Mutex<u64>,
    rung: Condvar,
    ended: Condvar,
    stopped: AtomicBool,
    ended_for_all: watch::Sender<bool>,
    sealed: watch::Sender<u64>,
    epoch: AtomicU64,
}

impl Default for Bell {
    fn default() -> Self {
        Bell {
            count: Mutex::default(),
            rung: Condvar::new(),
            ended: Condvar::new(),
            stopped: AtomicBool::new(false),
            ended_for_all: watch::Sender::new(false),
            sealed: watch::Sender::new(0),
            epoch: AtomicU64::new(0),
        }
    }
}

impl Bell {
    /// Counts up whenever settings, rights, lines or stations may have changed: whoever keeps what he read of them compares it.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// What was read of settings, rights, lines and stations is to be read again.
    pub fn turn(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    pub fn count(&self) -> u64 {
        *self.count.lock().expect("the bell is never poisoned")
    }

    pub fn ring(&self) {
        *self.count.lock().expect("the bell is never poisoned") += 1;
        self.rung.notify_all();
    }

    /// Wake everyone for good.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.ring();
        self.ended.notify_all();
        self.ended_for_all.send_replace(true);
        self.sealed();
    }

    /// A receiver that becomes true when this process stops: whoever listens for long goes home.
    pub fn end(&self) -> watch::Receiver<bool> {
        self.ended_for_all.subscribe()
    }

    /// Wait for the time to pass or, when `on_bell`, for the bell; a rung bell is answered at most every 50 ms. Commits wake
    /// only whom they may concern: a chore that sleeps through its calm time or waits for its hour is left alone.
    pub fn wait(&self, seen: u64, every: Duration, on_bell: bool) -> u64 {
        let calm = if on_bell { CALM.min(every) } else { every };
        let stopped = |_: &mut u64| !self.stopped.load(Ordering::SeqCst);
        let count = self.count.lock().expect("the bell is never poisoned");
        let (mut count, calm_is_over) =
            self.ended.wait_timeout_while(count, calm, stopped).expect("the bell is never poisoned");
        if on_bell && calm_is_over.timed_out() {
            let silent = |count: &mut u64| *count == seen && !self.stopped.load(Ordering::SeqCst);
            let rest = every.saturating_sub(calm);
            count = self.rung.wait_timeout_while(count, rest, silent).expect("the bell is never poisoned").0;
        }
        *count
    }

    /// New facts have their number: live streams may read on.
    pub fn sealed(&self) {
        self.sealed.send_modify(|n| *n += 1);
    }

    /// A receiver that changes whenever new facts have their number in this process.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.sealed.subscribe()
    }
}

impl Shared {
    /// Drop from the caches what these facts may have changed; called after commits here and, from the feed, for other nodes.
    pub fn heard<'e>(&self, names: impl Iterator<Item = &'e str>) {
        for name in names {
            match name {
                "CONFIG_CHANGED"
                | "USER_CHANGED"
                | "ROLE_CHANGED"
                | "PERMISSIONS_CHANGED"
                | "SESSION_ENDED"
                | "TOKEN_CHANGED"
                | "LINE_CHANGED"
                | "STATION_CHANGED" => self.bell.turn(),
                _ => {}
            }
        }
    }
}

/// A numbered fact as live streams and consumers read it.
#[derive(Clone, Debug, Serialize)]
pub struct News {
    pub no: i64,
    pub name: String,
    pub line_id: Option<i64>,
    pub topics: Vec<String>,
}

/// The newest number of the feed.
pub fn newest(cx: &Cx<'_>) -> Result<i64> {
    Ok(cx.value(sql!("select no from feed order by no desc limit 1"), [])?.unwrap_or(0))
}

/// Facts after a number, in order, at most 500.
pub fn after(cx: &Cx<'_>, no: i64) -> Result<Vec<News>> {
    let rows: Vec<(i64, String, Option<i64>, String)> = cx.all(
        sql!(
            "select f.no, e.name, e.line_id, e.topics from feed f join event e on e.id = f.event_id
             where f.no > $1 order by f.no limit 500"
        ),
        p![no],
    )?;
    let news = |(no, name, line_id, topics): (i64, String, Option<i64>, String)| News {
        no,
        name,
        line_id,
        topics: topics.split('\n').map(str::to_string).collect(),
    };
    Ok(rows.into_iter().map(news).collect())
}
