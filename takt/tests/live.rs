//! Live streams: what happened reaches every page that asked, also through another node, once and in order.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use common::{Served, done};
use serde_json::{Value as Json, json};
use xtask::load::Session;
use xtask::load::http::Request;

/// A client of the stream: gives the numbers and names of changes.
struct Stream {
    lines: BufReader<TcpStream>,
    is_over: bool,
}

impl Stream {
    fn open(server: SocketAddr, session: &Session, topics: &str, last: Option<i64>) -> Stream {
        let mut socket = TcpStream::connect(server).expect("the server listens");
        socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a socket has a timeout");
        let last = last.map_or(String::new(), |no| format!("Last-Event-ID: {no}\r\n"));
        let head = format!(
            "GET /events/stream?topics={topics} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nAccept: text/event-stream\r\n{last}\r\n",
            session.cookie()
        );
        socket.write_all(head.as_bytes()).expect("the request is sent");
        Stream { lines: BufReader::new(socket), is_over: false }
    }

    /// The topics of changes until `count` changes came.
    fn topics_until(&mut self, count: usize) -> Vec<String> {
        self.data(count)
            .iter()
            .flat_map(|d| d["topics"].as_array().cloned().unwrap_or_default())
            .filter_map(|t| t.as_str().map(str::to_string))
            .collect()
    }

    /// Whether the server ends the stream within ten seconds, without another change before.
    fn ends(&mut self) -> bool {
        self.data(1).is_empty() && self.is_over
    }

    /// Changes until `count` came or ten seconds passed, as `(number, name)`.
    fn changes(&mut self, count: usize) -> Vec<(i64, String)> {
        let told = |d: &Json| (d["no"].as_i64().expect("a number"), d["name"].as_str().expect("a name").to_string());
        self.data(count).iter().map(told).collect()
    }

    fn data(&mut self, count: usize) -> Vec<Json> {
        let end = Instant::now() + Duration::from_secs(10);
        let mut heard = Vec::new();
        let mut event = String::new();
        let mut line = String::new();
        while heard.len() < count && Instant::now() < end {
            match self.lines.read_line(&mut line) {
                Ok(0) => {
                    self.is_over = true;
                    break;
                }
                Ok(_) if line.ends_with('\n') => {}
                _ => continue,
            }
            let said = line.trim_end().to_string();
            line.clear();
            // The chunk of length zero: the server has said everything.
            if said == "0" {
                self.is_over = true;
                break;
            }
            if let Some(name) = said.strip_prefix("event: ") {
                event = name.to_string();
            }
            if let (Some(data), "changed") = (said.strip_prefix("data: "), event.as_str()) {
                heard.push(serde_json::from_str(data).expect("data are JSON"));
            }
        }
        heard
    }
}

impl Stream {
    /// Whether the server ends the stream in this time.
    fn ends_within(&mut self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut line = String::new();
        while Instant::now() < end {
            line.clear();
            // The connection may stay open: the last chunk is empty.
            if matches!(self.lines.read_line(&mut line), Ok(0)) || line.trim_end() == "0" {
                return true;
            }
        }
        false
    }
}

fn create_role(session: &mut Session, n: usize) {
    let role = json!({ "code": format!("role-{n}"), "name": "Role", "scope": "ALL", "permissions": ["run:read"] });
    done(session, Request::post("/api/v1/roles").json(&role));
}

fn topics(range: std::ops::Range<usize>) -> String {
    range.map(|n| format!("role:role-{n}")).collect::<Vec<_>>().join(",")
}

#[test]
fn r_scr_020_a_page_hears_what_it_asked_for_and_a_second_page_resumes() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut stream = Stream::open(served.address, &admin, &topics(0..2), None);
    std::thread::sleep(Duration::from_millis(600));
    for n in 0..4 {
        create_role(&mut admin, n);
    }
    let heard = stream.changes(2);
    assert_eq!(heard.iter().map(|h| h.1.as_str()).collect::<Vec<_>>(), ["ROLE_CHANGED", "ROLE_CHANGED"]);
    drop(stream);
    create_role(&mut admin, 4);
    let mut again = Stream::open(served.address, &admin, &topics(2..5), Some(heard[1].0));
    assert_eq!(again.changes(3).len(), 3, "what was missed comes after the number that was seen");
    served.stop();
}

#[test]
fn r_plat_041_a_stream_ends_with_its_session() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut stream = Stream::open(served.address, &admin, "role:role-1", None);
    std::thread::sleep(Duration::from_millis(600));
    done(&mut admin, Request::post("/api/v1/auth/logout").json(&json!({})));
    assert!(stream.ends_within(Duration::from_secs(15)), "whoever has signed out hears no more");
    served.stop();
}

#[test]
fn another_node_tells_the_same_story_once_and_in_order() {
    let one = Served::on_postgres();
    let two = one.beside();
    let mut admin = one.admin();
    let mut elsewhere = two.session("boss");
    let mut stream = Stream::open(one.address, &admin, &topics(0..40), None);
    std::thread::sleep(Duration::from_millis(800));
    for n in 0..10 {
        create_role(if n % 2 == 0 { &mut admin } else { &mut elsewhere }, n);
    }
    let first = stream.changes(10);
    assert_eq!(first.len(), 10, "changes of both nodes are heard on one");
    drop(stream);
    for n in 10..20 {
        create_role(if n % 2 == 0 { &mut admin } else { &mut elsewhere }, n);
    }
    let mut other = Stream::open(two.address, &elsewhere, &topics(0..40), Some(first[9].0));
    let second = other.changes(10);
    let numbers: Vec<i64> = first.iter().chain(&second).map(|h| h.0).collect();
    assert_eq!(numbers.len(), 20, "nothing is missed when the page moves to the other node");
    assert!(numbers.windows(2).all(|w| w[0] < w[1]), "nothing is heard twice or out of order: {numbers:?}");
    drop(other);
    one.stop();
    two.stop();
}

#[test]
fn r_core_006_a_stream_heeds_rights_that_are_taken_while_it_is_open() {
    for served in [Served::on_sqlite(), Served::on_postgres()] {
        let mut admin = served.admin();
        let put = |session: &mut Session, path: &str, body: Json| {
            done(session, Request::post(format!("/api/v1{path}")).json(&body))
        };
        let person = |name: &str, role: &str, lines: Json| json!({ "username": name, "name": name, "roles": [role], "lineCodes": lines, "initialPassword": common::PASSWORD });
        put(&mut admin, "/users", person("setter", "engineer", json!([])));
        let mut setter = served.session("setter");
        for line in ["A", "B"] {
            put(&mut setter, "/lines", json!({ "code": line, "name": line, "processType": "SMT" }));
        }
        put(&mut admin, "/users", person("lea", "leader", json!(["A"])));
        let lea = served.session("lea");
        let mut stream = Stream::open(served.address, &lea, "line:A,line:B", None);
        std::thread::sleep(Duration::from_millis(800));
        let mut rename = |line: &str, name: &str| {
            let etag =
                setter.get(&format!("/api/v1/lines/{line}")).unwrap().headers("etag").next().unwrap().to_string();
            let change = Request::new("PATCH", format!("/api/v1/lines/{line}")).json(&json!({ "name": name }));
            done(&mut setter, change.header("If-Match", &etag));
        };
        rename("B", "first");
        rename("A", "first");
        assert_eq!(stream.topics_until(1), ["line:A"], "line A is hers, line B is not");
        let change = |admin: &mut Session, body: Json| {
            let etag = admin.get("/api/v1/users/lea").unwrap().headers("etag").next().unwrap().to_string();
            done(admin, Request::new("PATCH", "/api/v1/users/lea").json(&body).header("If-Match", &etag));
        };
        change(&mut admin, json!({ "lineCodes": ["B"] }));
        rename("A", "second");
        rename("B", "second");
        let heard = stream.topics_until(1);
        assert_eq!(heard, ["line:B"], "line A is hers no more, line B is");
        change(&mut admin, json!({ "isActive": false }));
        rename("B", "third");
        assert!(stream.ends(), "whoever has no account any more hears nothing");
        served.stop();
    }
}
