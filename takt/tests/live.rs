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

/// Somebody who may everything.
fn maker(served: &Served, admin: &mut Session) -> Session {
    let everything: Vec<&str> = engine::Permit::ALL.iter().map(|p| p.name()).collect();
    let role = json!({ "code": "all", "name": "All", "scope": "ALL", "permissions": everything });
    done(admin, Request::post("/api/v1/roles").json(&role));
    bound(served, admin, "all", json!([]), json!([]))
}

/// Somebody with a role who is bound to these lines and stations.
fn bound(served: &Served, admin: &mut Session, role: &str, lines: Json, stations: Json) -> Session {
    let name = format!("{role}-{}", xtask::load::fresh_key());
    let person = json!({ "username": name, "name": name, "roles": [role], "lineCodes": lines, "stationCodes": stations, "initialPassword": common::PASSWORD });
    done(admin, Request::post("/api/v1/users").json(&person));
    served.session(&name)
}

/// A line with one station and a station that serves any line: a route goes over both, and a run of two boards is authorized.
fn two_stations(admin: &mut Session) {
    let mut post = |path: &str, body: Json| done(admin, Request::post(format!("/api/v1{path}")).json(&body));
    post("/lines", json!({ "code": "A", "name": "A", "processType": "SMT" }));
    for (station, line) in [("P-1", Some("A")), ("T-1", None), ("T-2", None)] {
        let group = format!("G-{station}");
        post("/operations", json!({ "code": station, "name": station, "defaultType": "MANUAL" }));
        post("/stations/groups", json!({ "code": group, "name": group }));
        post(
            "/stations",
            json!({ "code": station, "name": station, "lineCode": line, "groupCode": group, "stationType": "MANUAL" }),
        );
    }
    let spec = json!({ "operationCode": "T-1", "name": "volts", "itemType": "OBSERVATION", "dataType": "NUMBER", "isRequired": false });
    post("/data-collection-specs", spec);
    post("/master-data/materials", json!({ "code": "B-1", "name": "Board", "isLotManaged": false }));
    let route = post("/routes", json!({ "code": "R", "name": "Route", "productCode": "B-1", "processType": "SMT" }));
    let step = |n: i64, code: &str| json!({ "stepNo": n, "operationCode": code, "stationType": "MANUAL", "stationGroupCode": format!("G-{code}") });
    let steps =
        Request::new("PUT", "/api/v1/routes/R/steps").json(&json!({ "steps": [step(10, "P-1"), step(20, "T-1")] }));
    let seen = format!("\"{}\"", route["version"].as_i64().expect("a version"));
    done(admin, steps.header("If-Match", &seen));
    let mut post = |path: &str, body: Json| done(admin, Request::post(format!("/api/v1{path}")).json(&body));
    post("/routes/R/execution-config", json!({ "scopeType": "STEP", "stepNo": 20, "dataSpecIds": ["T-1:volts"] }));
    post("/routes/R/compile", json!({}));
    post("/integration/work-orders", json!({ "woNo": "WO", "productCode": "B-1", "plannedQty": 2 }));
    post("/work-orders/WO/release", json!({ "lineCode": "A" }));
    post("/work-orders/WO/runs", json!({ "lineCode": "A", "planQty": 2, "runNo": "RUN" }));
    post("/runs/RUN/import-units", json!({ "sns": ["SN-1", "SN-2"] }));
    post("/runs/RUN/authorize", json!({ "action": "AUTHORIZE" }));
}

#[test]
fn r_scr_020_a_station_without_a_line_hears_of_the_boards_that_come_to_it() {
    for served in [Served::on_sqlite(), Served::on_postgres()] {
        let mut admin = served.admin();
        let mut maker = maker(&served, &mut admin);
        two_stations(&mut maker);
        let tess = bound(&served, &mut admin, "operator", json!([]), json!(["T-1"]));
        let tim = bound(&served, &mut admin, "operator", json!([]), json!(["T-2"]));
        let mut hers = Stream::open(served.address, &tess, "station:T-1,station:P-1,run:RUN", None);
        let mut his = Stream::open(served.address, &tim, "station:T-1,station:T-2,run:RUN", None);
        std::thread::sleep(Duration::from_millis(800));
        let mut track = |station: &str, way: &str, body: Json| {
            done(&mut maker, Request::post(format!("/api/v1/stations/{station}/{way}")).json(&body))
        };
        track("P-1", "track-in", json!({ "sn": "SN-1" }));
        track("P-1", "track-out", json!({ "sn": "SN-1", "result": "PASS" }));
        let told = |d: &Json| (d["name"].as_str().unwrap_or_default().to_string(), d["topics"].clone());
        let only_hers = json!(["station:T-1"]);
        assert_eq!(told(&hers.data(1)[0]), ("TRACK_OUT".into(), only_hers.clone()), "a board comes to her station");
        track("T-1", "track-in", json!({ "sn": "SN-1" }));
        assert_eq!(told(&hers.data(1)[0]), ("TRACK_IN".into(), only_hers.clone()), "somebody works at her station");
        done(&mut maker, Request::post("/api/v1/runs/RUN/hold").json(&json!({ "reason": "because" })));
        assert_eq!(told(&hers.data(1)[0]), ("RUN_HELD".into(), only_hers), "what waits for her is blocked");
        assert!(his.data(1).is_empty(), "nothing of it is told to somebody of another station");
        served.stop();
    }
}

#[test]
fn r_core_006_what_happens_to_values_of_a_line_is_told_to_that_line_alone() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut maker = maker(&served, &mut admin);
    two_stations(&mut maker);
    let mut post = |path: &str, body: Json| done(&mut maker, Request::post(format!("/api/v1{path}")).json(&body));
    post("/lines", json!({ "code": "B", "name": "B", "processType": "SMT" }));
    let ann = bound(&served, &mut admin, "leader", json!(["A"]), json!([]));
    let ben = bound(&served, &mut admin, "leader", json!(["B"]), json!([]));
    let mut hers = Stream::open(served.address, &ann, "list:data_values", None);
    let mut his = Stream::open(served.address, &ben, "list:data_values", None);
    std::thread::sleep(Duration::from_millis(800));
    post("/stations/P-1/track-in", json!({ "sn": "SN-1" }));
    post("/stations/P-1/track-out", json!({ "sn": "SN-1", "result": "PASS" }));
    post("/stations/T-1/track-in", json!({ "sn": "SN-1" }));
    let volts = json!([{ "specName": "volts", "valueNumber": 5.0 }]);
    post("/stations/T-1/track-out", json!({ "sn": "SN-1", "result": "PASS", "data": volts }));
    let better = json!({ "trackId": "SN-1#2", "specName": "volts", "valueNumber": 5.1, "reason": "misread" });
    post("/data-values/supersede", better);
    assert_eq!(hers.topics_until(1), ["list:data_values"]);
    assert!(his.data(1).is_empty(), "another line is told nothing");
    served.stop();
}
