//! A listener on the live stream: what it hears of boards that are scanned, in the order in which it hears it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::floor::Floor;
use crate::load::Session;
use crate::{Result, While, fail};

#[derive(Default)]
struct Heard {
    /// The numbers of facts about scans.
    news: Vec<i64>,
    last: i64,
    beats: usize,
}

/// An open stream; it ends when the server does.
pub struct Stream {
    heard: Arc<Mutex<Heard>>,
    socket: TcpStream,
}

impl Stream {
    /// Opens the stream of the floor's run, after a number when one is known.
    pub fn open(address: SocketAddr, session: &Session, floor: &Floor, after: Option<i64>) -> Result<Stream> {
        let mut socket = TcpStream::connect(address).or_fail("cannot open the stream")?;
        let mut head = format!(
            "GET /events/stream?topics={} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\n",
            floor.topic(),
            session.cookie()
        );
        if let Some(no) = after {
            head.push_str(&format!("Last-Event-ID: {no}\r\n"));
        }
        head.push_str("\r\n");
        socket.write_all(head.as_bytes()).or_fail("cannot ask for the stream")?;
        let heard = Arc::new(Mutex::new(Heard { last: after.unwrap_or(0), ..Heard::default() }));
        let (reader, kept) = (socket.try_clone().or_fail("cannot read the stream")?, heard.clone());
        std::thread::spawn(move || listen(BufReader::new(reader), &kept));
        Ok(Stream { heard, socket })
    }

    /// The newest number it knows.
    pub fn last(&self) -> i64 {
        self.heard.lock().expect("what was heard is never poisoned").last
    }

    /// Waits for the first heartbeat: from then on nothing is missed.
    pub fn wait_for_beat(&mut self) -> Result<()> {
        self.until(Duration::from_secs(15), |heard| heard.beats > 0)
    }

    /// Waits for so many facts.
    pub fn wait_for(&mut self, count: usize, patience: Duration) -> Result<()> {
        self.until(patience, |heard| heard.news.len() >= count)
    }

    fn until(&self, patience: Duration, enough: impl Fn(&Heard) -> bool) -> Result<()> {
        let until = Instant::now() + patience;
        loop {
            if enough(&self.heard.lock().expect("what was heard is never poisoned")) {
                return Ok(());
            }
            if Instant::now() > until {
                let heard = self.heard.lock().expect("what was heard is never poisoned");
                return fail(format!(
                    "the stream told only {} facts within {patience:?}, up to {}",
                    heard.news.len(),
                    heard.last
                ));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Closes it and gives the numbers of what it heard.
    pub fn take(self) -> Vec<i64> {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
        std::mem::take(&mut self.heard.lock().expect("what was heard is never poisoned").news)
    }
}

/// Reads `id:` and `data:` lines until the connection ends; chunk sizes lie between and are passed over.
fn listen(reader: impl BufRead, heard: &Mutex<Heard>) {
    let mut id = 0;
    for line in reader.lines() {
        let Ok(line) = line else { return };
        if let Some(no) = line.strip_prefix("id: ").and_then(|no| no.trim().parse().ok()) {
            id = no;
        }
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let Ok(data) = serde_json::from_str::<serde_json::Value>(data) else { continue };
        let mut heard = heard.lock().expect("what was heard is never poisoned");
        match data["name"].as_str() {
            Some("TRACK_IN" | "TRACK_OUT") => {
                let no = data["no"].as_i64().unwrap_or(0);
                heard.news.push(no);
                heard.last = no;
            }
            Some(_) => heard.last = heard.last.max(id),
            None => {
                heard.beats += 1;
                heard.last = heard.last.max(id);
            }
        }
    }
}
