//! The ledger: what was sent under which key, and what was answered, if anything was.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::stream::Stream;
use crate::load::http::{Answer, Request};
use crate::load::{Session, fresh_key};
use crate::{Result, fail};

/// One call: a line of this code was to be created.
#[derive(Clone)]
struct Entry {
    key: String,
    code: String,
    /// Status and body, when they came and said what was done.
    heard: Option<(u16, String)>,
}

/// What clients noted during one accident.
#[derive(Default)]
pub struct Notes {
    entries: Vec<Entry>,
}

/// Everything that is known to be done.
#[derive(Default)]
pub struct Ledger {
    done: BTreeMap<String, Entry>,
}

/// A code nobody used.
pub fn fresh_code() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("O{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Clients create lines as fast as they can while `happening` happens; gives their notes.
pub fn work_while(session: &Session, address: SocketAddr, clients: usize, happening: impl FnOnce()) -> Result<Notes> {
    let is_over = AtomicBool::new(false);
    let notes = Mutex::new(Notes::default());
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut session = session.to(address);
                let mut mine = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    let entry = create(&mut session, fresh_key(), fresh_code());
                    if entry.heard.is_none() {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    mine.push(entry);
                }
                notes.lock().expect("notes are never poisoned").entries.extend(mine);
            });
        }
        happening();
        is_over.store(true, Ordering::Relaxed);
    });
    let notes = notes.into_inner().expect("notes are never poisoned");
    let odd = notes.entries.iter().find(|e| e.heard.as_ref().is_some_and(|h| h.0 != 201));
    match odd {
        Some(entry) => fail(format!("a call was answered {:?}", entry.heard)),
        None => Ok(notes),
    }
}

fn send(session: &mut Session, key: &str, code: &str) -> Option<Answer> {
    let body = json!({ "code": code, "name": format!("Line {code}"), "processType": "SMT" });
    session.command(Request::post("/api/v1/lines").json(&body), key).ok()
}

fn create(session: &mut Session, key: String, code: String) -> Entry {
    let answer = send(session, &key, &code);
    // 503 says «ask again with the same key»: it is not known whether it was done.
    let heard = answer.filter(|a| a.status != 503).map(|a| (a.status, String::from_utf8_lossy(&a.body).into_owned()));
    Entry { key, code, heard }
}

impl Notes {
    /// How many calls were answered, and how many were not.
    pub fn counts(&self) -> (usize, usize) {
        let heard = self.entries.iter().filter(|e| e.heard.is_some()).count();
        (heard, self.entries.len() - heard)
    }
}

impl Ledger {
    /// How many lines there must be.
    pub fn done(&self) -> usize {
        self.done.len()
    }

    /// Sends every call again under its key. What was answered is answered the same; what was not is either done and answers
    /// now, or was not done at all and is done now.
    pub fn verify(&mut self, session: &Session, notes: Notes) -> Result<()> {
        let mut session = session.again();
        for mut entry in notes.entries {
            let Some(answer) = patient(&mut session, &entry) else {
                return fail(format!("{} got no answer under its key after the accident", entry.code));
            };
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let is_replay = answer.headers("idempotency-replayed").next() == Some("true");
            if answer.status != 201 {
                return fail(format!("{} was left half done: {} {body}", entry.code, answer.status));
            }
            if let Some((_, first)) = &entry.heard {
                if !is_replay {
                    return fail(format!("{} was answered before and is missing after", entry.code));
                }
                if *first != body {
                    return fail(format!("{} was answered {first} and is answered {body}", entry.code));
                }
            }
            entry.heard = Some((answer.status, body));
            self.done.insert(entry.code.clone(), entry);
        }
        Ok(())
    }

    /// Every line of the ledger is there, and the feed told each once: nobody else made lines in this plant.
    pub fn verify_all(&self, session: &Session, address: SocketAddr) -> Result<()> {
        let mut lines = session.to(address);
        for code in self.done.keys() {
            let answer = lines.get(&format!("/api/v1/lines/{code}"))?;
            if !answer.is_success() {
                return fail(format!("{code} is not there: {}", answer.status));
            }
        }
        let mut stream = Stream::open(address, session, Some(0))?;
        stream.wait_for(self.done(), Duration::from_secs(30))?;
        stream.wait_for_beat()?;
        verify_news(&stream.take(), 0, self.done())
    }
}

/// So many facts, each once: numbers only rise.
pub fn verify_news(news: &[i64], after: i64, count: usize) -> Result<()> {
    let mut last = after;
    for no in news {
        if *no <= last {
            return fail(format!("fact {no} came after {last}"));
        }
        last = *no;
    }
    if news.len() != count {
        return fail(format!("{} lines were made and {} told", count, news.len()));
    }
    Ok(())
}

/// The same call again, for as long as the plant may need to find its feet.
fn patient(session: &mut Session, entry: &Entry) -> Option<Answer> {
    for _ in 0..100 {
        if let Some(answer) = send(session, &entry.key, &entry.code).filter(|a| a.status != 503) {
            return Some(answer);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::verify_news;

    #[test]
    fn a_fact_that_is_missing_told_twice_or_out_of_order_is_noticed() {
        assert!(verify_news(&[3, 4, 9], 2, 3).is_ok());
        assert!(verify_news(&[3, 4], 2, 3).is_err(), "one is missing");
        assert!(verify_news(&[3, 4, 4], 2, 3).is_err(), "one is told twice");
        assert!(verify_news(&[3, 9, 4], 2, 3).is_err(), "out of order");
        assert!(verify_news(&[2, 3, 4], 2, 3).is_err(), "known before");
    }
}
