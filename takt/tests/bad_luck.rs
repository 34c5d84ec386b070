//! Bad luck over HTTP, on both engines: many at one board, one key twice at once, a client that is gone before its answer comes,
//! a stop in the middle of a request. Everybody hears the truth and nothing is half done.

mod common;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use common::{PASSWORD, Served, done};
use engine::db::Reach;
use engine::db::Sql;
use engine::sql;
use serde_json::{Value as Json, json};
use xtask::load::http::{Answer, Request};
use xtask::load::{Session, fresh_key};

/// Two stations for the first step and one for the second, and a run with ten boards `B-0001` … that may start.
fn floor(served: &Served) -> Session {
    let mut admin = served.admin();
    let put = |session: &mut Session, path: &str, body: Json| {
        done(session, Request::post(format!("/api/v1{path}")).json(&body));
    };
    let person = |name: &str, roles: Json, lines: Json| json!({ "username": name, "name": name, "roles": roles, "lineCodes": lines, "initialPassword": PASSWORD });
    put(&mut admin, "/users", person("setter", json!(["engineer", "planner"]), json!([])));
    let mut setter = served.session("setter");
    put(&mut setter, "/lines", json!({ "code": "A", "name": "A", "processType": "SMT" }));
    for group in ["PRINT", "AOI"] {
        put(&mut setter, "/stations/groups", json!({ "code": group, "name": group }));
        put(&mut setter, "/operations", json!({ "code": group, "name": group, "defaultType": "MANUAL" }));
    }
    for (station, group) in [("PRINT-1", "PRINT"), ("PRINT-2", "PRINT"), ("AOI-1", "AOI")] {
        let body =
            json!({ "code": station, "name": station, "lineCode": "A", "groupCode": group, "stationType": "MANUAL" });
        put(&mut setter, "/stations", body);
    }
    put(&mut setter, "/routes", json!({ "code": "R", "name": "R", "productCode": "P", "processType": "SMT" }));
    let etag = setter.get("/api/v1/routes/R").unwrap().headers("etag").next().expect("an ETag").to_string();
    let steps = json!({ "steps": [
        { "stepNo": 10, "operationCode": "PRINT", "stationGroupCode": "PRINT" },
        { "stepNo": 20, "operationCode": "AOI", "stationGroupCode": "AOI" },
    ] });
    done(&mut setter, Request::new("PUT", "/api/v1/routes/R/steps").json(&steps).header("If-Match", &etag));
    put(&mut setter, "/routes/R/compile", json!({}));
    put(&mut setter, "/integration/work-orders", json!({ "woNo": "WO", "productCode": "P", "plannedQty": 10 }));
    put(&mut setter, "/work-orders/WO/release", json!({ "lineCode": "A" }));
    put(&mut setter, "/work-orders/WO/runs", json!({ "lineCode": "A", "planQty": 10, "runNo": "RUN" }));
    put(&mut setter, "/runs/RUN/authorize", json!({ "action": "AUTHORIZE" }));
    put(&mut setter, "/runs/RUN/generate-units", json!({ "quantity": 10, "snPrefix": "B-" }));
    put(&mut admin, "/users", person("worker", json!(["leader"]), json!(["A"])));
    served.session("worker")
}

fn on_both(story: impl Fn(&Served, &Session)) {
    for (on, served) in [("SQLite", Served::on_sqlite()), ("PostgreSQL", Served::on_postgres())] {
        println!("— on {on}");
        let worker = floor(&served);
        story(&served, &worker);
        served.stop();
    }
}

fn number(served: &Served, sql: &'static Sql) -> i64 {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        Ok(tx.all::<(i64,)>(sql, Reach::ALL, &[])?.first().map_or(0, |r| r.0))
    };
    served.engine().read_blocking(false, read).expect("counting works")
}

/// Many clients, each on a connection of its own, at the same moment.
fn at_once(worker: &Session, clients: usize, ask: impl Fn(usize, &mut Session) -> Answer + Sync) -> Vec<Answer> {
    let gate = Barrier::new(clients);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|n| {
                let (gate, ask, mut session) = (&gate, &ask, worker.again());
                scope.spawn(move || {
                    gate.wait();
                    ask(n, &mut session)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().expect("a client")).collect()
    })
}

/// How often each outcome came: a code, or what a track-in says of repeating.
fn outcomes(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut outcomes = BTreeMap::new();
    for answer in answers {
        let body = answer.json().unwrap_or(Json::Null);
        let said = match (body["code"].as_str(), body["duplicate"].as_bool()) {
            (Some(code), _) => code.to_string(),
            (None, Some(true)) => "repeated".into(),
            _ => format!("{}", answer.status),
        };
        *outcomes.entry(said).or_insert(0) += 1;
    }
    outcomes
}

#[test]
fn r_core_017_sixty_four_clients_on_one_unit() {
    on_both(|served, worker| {
        let answers = at_once(worker, 64, |n, session| {
            let station = if n % 2 == 0 { "PRINT-1" } else { "PRINT-2" };
            let scan = Request::post(format!("/api/v1/stations/{station}/track-in")).json(&json!({ "sn": "B-0001" }));
            session.command(scan, &fresh_key()).expect("an answer")
        });
        let said = outcomes(&answers);
        let expected = BTreeMap::from([
            ("200".to_string(), 1),
            ("repeated".to_string(), 31),
            ("UNIT_ALREADY_IN_STATION".to_string(), 32),
        ]);
        assert_eq!(said, expected, "one goes in, its station hears so, the other where the board is");
        assert_eq!(number(served, sql!("select cast(count(*) as bigint) from track")), 1);
        let unit = worker.again().get("/api/v1/units/B-0001").expect("an answer").json().expect("JSON");
        let winner = unit["openTrack"]["stationCode"].as_str().expect("it is inside").to_string();
        for answer in answers.iter().filter(|a| a.status == 409) {
            assert_eq!(answer.json().expect("JSON")["params"]["station"], winner.as_str());
        }

        let answers = at_once(worker, 64, |n, session| {
            let result = if n % 2 == 0 { "PASS" } else { "FAIL" };
            let exit = Request::post(format!("/api/v1/stations/{winner}/track-out"));
            session.command(exit.json(&json!({ "sn": "B-0001", "result": result })), &fresh_key()).expect("an answer")
        });
        let said = outcomes(&answers);
        assert_eq!(said.get("200").copied().unwrap_or(0), 1, "one exit: {said:?}");
        assert_eq!(said.values().sum::<usize>(), 64);
        let known = ["200", "repeated", "UNIT_NOT_IN_STATION", "TRACK_ALREADY_CLOSED"];
        assert!(said.keys().all(|k| known.contains(&k.as_str())), "{said:?}");
        assert_eq!(number(served, sql!("select cast(count(*) as bigint) from track where out_at is not null")), 1);
        let exits = sql!("select cast(count(*) as bigint) from event where name = 'TRACK_OUT'");
        assert_eq!(number(served, exits), 1);
        let run = worker.again().get("/api/v1/runs/RUN").expect("an answer").json().expect("JSON");
        assert_eq!(run["unitStats"]["started"], 1, "{run}");
    });
}

#[test]
fn r_core_001_one_key_sent_by_many_at_once() {
    on_both(|served, worker| {
        let key = fresh_key();
        let answers = at_once(worker, 16, |_, session| {
            let scan = Request::post("/api/v1/stations/PRINT-1/track-in").json(&json!({ "sn": "B-0002" }));
            session.command(scan, &key).expect("an answer")
        });
        assert!(answers.iter().all(|a| a.status == 200 && a.body == answers[0].body), "one answer for all");
        let replayed = answers.iter().filter(|a| a.headers("idempotency-replayed").next() == Some("true")).count();
        assert_eq!(replayed, 15);
        assert_eq!(number(served, sql!("select cast(count(*) as bigint) from track")), 1);
        let rows = sql!("select cast(count(*) as bigint) from audit where action = 'UNIT_TRACK_IN'");
        assert_eq!(number(served, rows), 1, "a replay writes no second row");
    });
}

#[test]
fn r_core_001_a_client_that_hangs_up_before_its_answer_finds_it_under_its_key() {
    on_both(|served, worker| {
        for n in 0..8 {
            let (key, sn) = (fresh_key(), format!("B-{:04}", n + 1));
            let body = json!({ "sn": sn }).to_string();
            let mut socket = TcpStream::connect(served.address).expect("the server listens");
            let head = format!(
                "POST /api/v1/stations/PRINT-1/track-in HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nTakt-Csrf: {}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                worker.cookie(),
                worker.csrf(),
                body.len()
            );
            socket.write_all(head.as_bytes()).expect("the request is sent");
            drop(socket);
            // Whether it was done or never seen: the same key does it once, and says so.
            let again = Request::post("/api/v1/stations/PRINT-1/track-in").json(&json!({ "sn": sn }));
            let answer = worker.again().command(again, &key).expect("an answer");
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            assert_eq!(answer.json().expect("JSON")["duplicate"], false, "the first scan, not a second one");
        }
        assert_eq!(number(served, sql!("select cast(count(*) as bigint) from track")), 8);
    });
}

#[test]
fn r_plat_135_a_stop_finishes_what_is_in_flight_and_does_not_wait_for_open_pages() {
    for (on, served) in [("SQLite", Served::on_sqlite()), ("PostgreSQL", Served::on_postgres())] {
        let worker = floor(&served);
        let (address, body) = (served.address, json!({ "sn": "B-0001" }).to_string());
        let mut page = TcpStream::connect(address).expect("the server listens");
        let ask =
            format!("GET /events/stream?topics=list:lines HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\r\n", worker.cookie());
        page.write_all(ask.as_bytes()).expect("the page listens");
        let mut slow = TcpStream::connect(address).expect("the server listens");
        let head = format!(
            "POST /api/v1/stations/PRINT-1/track-in HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nTakt-Csrf: {}\r\nIdempotency-Key: slow\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            worker.cookie(),
            worker.csrf(),
            body.len()
        );
        slow.write_all(head.as_bytes()).expect("the head is sent");
        slow.write_all(&body.as_bytes()[..4]).expect("a part of the body is sent");
        std::thread::sleep(Duration::from_millis(300));
        let started = Instant::now();
        let answer = std::thread::scope(|scope| {
            let rest = scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(1_500));
                slow.write_all(&body.as_bytes()[4..]).expect("the rest is sent");
                slow.set_read_timeout(Some(Duration::from_secs(10))).expect("a patience");
                let mut answer = String::new();
                let _ = slow.read_to_string(&mut answer);
                answer
            });
            served.stop();
            rest.join().expect("a client")
        });
        assert!(answer.starts_with("HTTP/1.1 200"), "on {on}: {answer}");
        assert!(started.elapsed() < Duration::from_secs(6), "on {on}: {:?}", started.elapsed());
        page.set_read_timeout(Some(Duration::from_secs(2))).expect("a patience");
        let mut heard = String::new();
        assert!(page.read_to_string(&mut heard).is_ok(), "on {on}: the page's stream has ended");
    }
}
