//! The ledger: what was sent under which key, and what was answered, if anything was.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::floor::{self, Floor, Scan};
use super::stream::Stream;
use crate::load::http::{Answer, Request};
use crate::load::{Session, fresh_key};
use crate::{Result, fail};

/// One call: a board was to go into a station, or out of it.
#[derive(Clone)]
struct Entry {
    key: String,
    scan: Scan,
    /// Status and body, when they came and said what was done.
    heard: Option<(u16, String)>,
}

/// What clients noted during one accident; calls about one board are in the order in which they were sent.
#[derive(Default)]
pub struct Notes {
    entries: Vec<Entry>,
}

/// Everything that is known to be done, board by board.
#[derive(Default)]
pub struct Ledger {
    done: BTreeMap<String, Vec<Entry>>,
}

/// Clients move boards through all stations as fast as they can while `happening` happens; gives their notes.
///
/// A client that was not answered leaves the board alone and takes the next: what became of the call is asked later.
pub fn work_while(
    session: &Session,
    address: SocketAddr,
    floor: &Floor,
    clients: usize,
    happening: impl FnOnce(),
) -> Result<Notes> {
    let is_over = AtomicBool::new(false);
    let notes = Mutex::new(Notes::default());
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut session = session.to(address);
                let mut mine = Vec::new();
                while let Some(sn) = floor.next_board().filter(|_| !is_over.load(Ordering::Relaxed)) {
                    for scan in floor::way(&sn) {
                        let entry = first_try(&mut session, scan);
                        let is_heard = entry.heard.is_some();
                        mine.push(entry);
                        if !is_heard {
                            std::thread::sleep(Duration::from_millis(5));
                            break;
                        }
                        if is_over.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                }
                notes.lock().expect("notes are never poisoned").entries.extend(mine);
            });
        }
        happening();
        is_over.store(true, Ordering::Relaxed);
    });
    let notes = notes.into_inner().expect("notes are never poisoned");
    let odd = notes.entries.iter().find(|e| e.heard.as_ref().is_some_and(|h| h.0 != 200));
    match odd {
        Some(entry) => fail(format!("{:?} was answered {:?}", entry.scan, entry.heard)),
        None => Ok(notes),
    }
}

fn send(session: &mut Session, key: &str, scan: &Scan) -> Option<Answer> {
    session.command(Request::post(scan.path()).json(&scan.body()), key).ok()
}

fn first_try(session: &mut Session, scan: Scan) -> Entry {
    let key = fresh_key();
    let answer = send(session, &key, &scan);
    // 503 says «ask again with the same key»: it is not known whether it was done.
    let heard = answer.filter(|a| a.status != 503).map(|a| (a.status, String::from_utf8_lossy(&a.body).into_owned()));
    Entry { key, scan, heard }
}

impl Notes {
    /// How many calls were answered, and how many were not.
    pub fn counts(&self) -> (usize, usize) {
        let heard = self.entries.iter().filter(|e| e.heard.is_some()).count();
        (heard, self.entries.len() - heard)
    }
}

impl Ledger {
    /// How many times a board went in or out.
    pub fn done(&self) -> usize {
        self.done.values().map(Vec::len).sum()
    }

    /// Sends every call again under its key. What was answered is answered the same; what was not is either done and answers
    /// now, or was not done at all and is done now.
    pub fn verify(&mut self, session: &Session, notes: Notes) -> Result<()> {
        let mut session = session.again();
        for mut entry in notes.entries {
            let Some(answer) = patient(&mut session, &entry) else {
                return fail(format!("{:?} got no answer under its key after the accident", entry.scan));
            };
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let is_replay = answer.headers("idempotency-replayed").next() == Some("true");
            if answer.status != 200 || !body.contains("\"duplicate\":false") {
                return fail(format!("{:?} was left half done: {} {body}", entry.scan, answer.status));
            }
            if let Some((_, first)) = &entry.heard {
                if !is_replay {
                    return fail(format!("{:?} was answered before and is missing after", entry.scan));
                }
                if *first != body {
                    return fail(format!("{:?} was answered {first} and is answered {body}", entry.scan));
                }
            }
            entry.heard = Some((answer.status, body));
            self.done.entry(entry.scan.sn.clone()).or_default().push(entry);
        }
        Ok(())
    }

    /// Every board's trace is what the ledger says and nothing else, the counters of the run are the sums of it, and the feed
    /// told each scan once: nobody else moved boards in this plant.
    pub fn verify_all(&self, session: &Session, address: SocketAddr, floor: &Floor) -> Result<()> {
        let mut asking = session.to(address);
        for (sn, entries) in &self.done {
            let trace = asking.get(&format!("/api/v1/trace/units/{sn}"))?.json()?;
            let scans: Vec<&Scan> = entries.iter().map(|e| &e.scan).collect();
            let (told, meant) = (floor::told(&trace), floor::meant(&scans));
            if told != meant {
                return fail(format!("{sn}: the trace says {told:?}, the ledger {meant:?}"));
            }
        }
        let lasts: Vec<&Scan> = self.done.values().filter_map(|e| e.last()).map(|last| &last.scan).collect();
        let run = asking.get(&floor.run_path())?.json()?;
        floor.verify_counters(&run, &lasts)?;
        let mut stream = Stream::open(address, session, floor, Some(0))?;
        stream.wait_for(self.done(), Duration::from_secs(60))?;
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
        return fail(format!("{} scans were done and {} told", count, news.len()));
    }
    Ok(())
}

/// The same call again, for as long as the plant may need to find its feet.
fn patient(session: &mut Session, entry: &Entry) -> Option<Answer> {
    for _ in 0..100 {
        if let Some(answer) = send(session, &entry.key, &entry.scan).filter(|a| a.status != 503) {
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
