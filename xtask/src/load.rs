//! Load: signed-in HTTP clients on many threads, and how long their calls took. `bench` and `ordeal` are written with it.

pub mod histogram;
pub mod http;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use crate::{Failure, Result, While, fail};
use histogram::Histogram;
use http::{Answer, Broken, Connection, Request};

/// A signed-in person on one kept-alive connection.
pub struct Session {
    connection: Connection,
    cookie: String,
    csrf: String,
}

impl Session {
    /// Signs in; a refusal is a failure with the server's words.
    pub fn sign_in(server: SocketAddr, username: &str, password: &str) -> Result<Session> {
        let mut connection = Connection::to(server);
        let body = json!({ "username": username, "password": password });
        let answer = connection.send(&Request::post("/api/v1/auth/login").json(&body))?;
        let words = || String::from_utf8_lossy(&answer.body).into_owned();
        if !answer.is_success() {
            return fail(format!("{username} could not sign in: {} {}", answer.status, words()));
        }
        let cookies = answer.headers("set-cookie").map(|cookie| cookie.split(';').next().unwrap_or_default());
        let Some(cookie) = cookies.into_iter().find(|cookie| cookie.starts_with("takt_session=")) else {
            return fail("the sign-in set no cookie `takt_session`");
        };
        let cookie = cookie.to_string();
        let Some(csrf) = answer.json()?["csrf"].as_str().map(str::to_string) else {
            return fail(format!("the sign-in answered no `csrf`: {}", words()));
        };
        Ok(Session { connection, cookie, csrf })
    }

    /// The same person on a connection of their own.
    pub fn again(&self) -> Session {
        let connection = Connection::to(self.connection.server());
        Session { connection, cookie: self.cookie.clone(), csrf: self.csrf.clone() }
    }

    /// The same person at another server of the same plant.
    pub fn to(&self, server: SocketAddr) -> Session {
        Session { connection: Connection::to(server), cookie: self.cookie.clone(), csrf: self.csrf.clone() }
    }

    /// The cookie of the session, as a header's value.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The word that must come with every change of this session.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Asks a query.
    pub fn get(&mut self, path: &str) -> Result<Answer, Broken> {
        self.connection.send(&Request::get(path).header("Cookie", &self.cookie))
    }

    /// Sends a command under `key`; the same key again gives the first answer again.
    ///
    /// It is sent once. [`Broken::Unreachable`] means that it was not performed, the others that only the key knows.
    pub fn command(&mut self, request: Request, key: &str) -> Result<Answer, Broken> {
        self.connection.send(&self.signed(request, key))
    }

    /// The request as this person sends it, for a connection that several people share.
    pub fn signed(&self, request: Request, key: &str) -> Request {
        let request = request.header("Cookie", &self.cookie).header("Takt-Csrf", &self.csrf);
        request.header("Idempotency-Key", key)
    }
}

/// An idempotency key that no other call of this or any earlier run has.
pub fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let micros = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |age| age.as_micros());
    format!("{micros:x}-{:x}-{:x}", std::process::id(), NEXT.fetch_add(1, Relaxed))
}

/// What one client, or all of them together, saw.
#[derive(Default)]
pub struct Meter {
    /// How long the timed calls took.
    pub latencies: Histogram,
    /// What was counted by name: refusals, retries, lost answers.
    pub counts: BTreeMap<String, u64>,
}

impl Meter {
    /// Does `work` and notes how long it took.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let value = work();
        self.latencies.note(started.elapsed());
        value
    }

    /// Counts one `name`.
    pub fn count(&mut self, name: &str) {
        *self.counts.entry(name.to_string()).or_default() += 1;
    }

    fn take_in(&mut self, other: &Meter) {
        self.latencies.take_in(&other.latencies);
        for (name, count) in &other.counts {
            *self.counts.entry(name.clone()).or_default() += count;
        }
    }
}

/// A finished load.
pub struct Run {
    /// What all clients saw together.
    pub meter: Meter,
    /// From the start of the first turn to the end of the last.
    pub elapsed: Duration,
}

impl Run {
    /// Timed calls per second.
    pub fn per_second(&self) -> f64 {
        self.meter.latencies.count() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Runs `clients` threads that take turns of their own until `length` is over or a turn breaks off.
///
/// `enter` prepares each client (signs in, picks its boards) before the clock runs. The first failure ends all.
pub fn drive<C: Send>(
    clients: usize,
    length: Duration,
    enter: impl FnMut(usize) -> Result<C>,
    turn: impl Fn(&mut C, &mut Meter) -> Result<ControlFlow<()>> + Sync,
) -> Result<Run> {
    let ready: Vec<C> = (0..clients).map(enter).collect::<Result<_>>()?;
    let start = Barrier::new(clients + 1);
    let is_over = AtomicBool::new(false);

    let work = |mut client: C| -> Result<(Meter, Instant, Instant)> {
        let mut meter = Meter::default();
        start.wait();
        let started = Instant::now();
        while !is_over.load(Relaxed) && started.elapsed() < length {
            let flow = turn(&mut client, &mut meter).inspect_err(|_| is_over.store(true, Relaxed))?;
            if flow.is_break() {
                break;
            }
        }
        Ok((meter, started, Instant::now()))
    };

    std::thread::scope(|scope| {
        let threads: Vec<_> = ready.into_iter().map(|client| scope.spawn(|| work(client))).collect();
        start.wait();
        let mut meter = Meter::default();
        let mut times = Vec::new();
        let mut failure = None;
        for thread in threads {
            match thread.join() {
                Ok(Ok((seen, started, ended))) => {
                    meter.take_in(&seen);
                    times.push((started, ended));
                }
                Ok(Err(cause)) => failure = failure.or(Some(cause)),
                Err(_) => failure = failure.or(Some(Failure("a client panicked".into()))),
            }
        }
        let first = times.iter().map(|(started, _)| *started).min();
        let last = times.iter().map(|(_, ended)| *ended).max();
        let elapsed = first.zip(last).map_or(Duration::ZERO, |(first, last)| last - first);
        failure.map_or(Ok(Run { meter, elapsed }), Err)
    })
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Failure {
        Failure(broken.to_string())
    }
}

/// The address of `host:port`.
pub fn address(server: &str) -> Result<SocketAddr> {
    use std::net::ToSocketAddrs;
    let found = server.to_socket_addrs().or_fail(format!("`{server}` is no host:port"))?.next();
    found.map_or_else(|| fail(format!("`{server}` has no address")), Ok)
}

#[cfg(test)]
#[path = "load/tests.rs"]
mod tests;
