//! Bad input over HTTP: every piece of it gets a clear refusal with a stable code, and changes nothing.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use common::{PASSWORD, Served, code, done};
use engine::db::{Reach, Sql};
use engine::sql;
use serde_json::{Value as Json, json};
use xtask::load::http::Request;
use xtask::load::{Session, fresh_key};

/// A plant with a line, a station, and somebody who configures both and works at it.
fn plant(served: &Served) -> Session {
    let mut admin = served.admin();
    let people = [("setter", json!(["engineer"]), json!([])), ("worker", json!(["engineer", "leader"]), json!(["A1"]))];
    let mut session = None;
    for (name, roles, lines) in people {
        let person =
            json!({ "username": name, "name": name, "roles": roles, "lineCodes": lines, "initialPassword": PASSWORD });
        done(&mut admin, Request::post("/api/v1/users").json(&person));
        let mut person = served.session(name);
        if name == "setter" {
            let line = json!({ "code": "A1", "name": "Line A1", "processType": "SMT" });
            done(&mut person, Request::post("/api/v1/lines").json(&line));
            let station = json!({ "code": "A1-PRINT", "name": "Printer", "lineCode": "A1", "stationType": "MANUAL" });
            done(&mut person, Request::post("/api/v1/stations").json(&station));
        }
        session = Some(person);
    }
    session.expect("two people were made")
}

/// The same story on a server with each database: they read texts and numbers differently.
fn on_both(story: impl Fn(&Served)) {
    for (on, served) in [("SQLite", Served::on_sqlite()), ("PostgreSQL", Served::on_postgres())] {
        println!("— on {on}");
        story(&served);
        served.stop();
    }
}

/// How many rows there are of what a command may leave behind.
fn rows(served: &Served) -> Vec<i64> {
    let tables: [&'static Sql; 6] = [
        sql!("select cast(count(*) as bigint) from line"),
        sql!("select cast(count(*) as bigint) from station"),
        sql!("select cast(count(*) as bigint) from unit"),
        sql!("select cast(count(*) as bigint) from event"),
        sql!("select cast(count(*) as bigint) from audit where status = 'SUCCESS'"),
        sql!("select cast(coalesce(sum(version), 0) as bigint) from line"),
    ];
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        tables.iter().map(|sql| Ok(tx.all::<(i64,)>(sql, Reach::ALL, &[])?.first().map_or(0, |r| r.0))).collect()
    };
    served.engine().read_blocking(false, read).expect("counting works")
}

/// Send each; it must be refused with this status and code, in words, and nothing may have changed.
fn all_refused(served: &Served, session: &mut Session, bad: Vec<(&str, Request, u16, &str)>) {
    let before = rows(served);
    for (what, request, status, wanted) in bad {
        let answer = session.command(request, &fresh_key()).unwrap_or_else(|e| panic!("{what}: no answer: {e}"));
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(code(&answer), (status, wanted.to_string()), "{what}: {text}");
        let kind = answer.headers("content-type").next().unwrap_or_default().to_string();
        assert_eq!(kind, "application/problem+json", "{what}");
        let said = answer.json().unwrap()["detail"].as_str().unwrap_or_default().to_string();
        assert!(!said.is_empty() && said != wanted, "{what} is explained: {text}");
        assert_eq!(rows(served), before, "{what} changed something");
    }
}

#[test]
fn bodies_that_are_not_what_they_say() {
    on_both(|served| {
        let mut worker = plant(served);
        let post = || Request::post("/api/v1/lines");
        let raw = |text: &str| post().raw(text.as_bytes());
        let deep = format!("{{\"meta\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        let invalid = (400, "VALIDATION_FAILED");
        let bad = [
            ("no body", post()),
            ("half an object", raw("{\"code\":\"B1\",")),
            ("a list", raw("[]")),
            ("a text", raw("\"B1\"")),
            ("null", raw("null")),
            ("two objects", raw("{\"code\":\"B1\",\"name\":\"B1\",\"processType\":\"SMT\"}{}")),
            ("a name twice", raw("{\"code\":\"B1\",\"code\":\"B2\",\"name\":\"B1\",\"processType\":\"SMT\"}")),
            ("NUL in a text", raw("{\"code\":\"B1\\u0000\",\"name\":\"B1\",\"processType\":\"SMT\"}")),
            ("half a surrogate", raw("{\"code\":\"B1\\ud800\",\"name\":\"B1\",\"processType\":\"SMT\"}")),
            ("no UTF-8", post().raw(b"{\"code\":\"B1\xff\",\"name\":\"B1\",\"processType\":\"SMT\"}".to_vec())),
            ("deep as a well", raw(&deep)),
            ("not a number", raw("{\"code\":\"B1\",\"name\":\"B1\",\"processType\":\"SMT\",\"meta\":{\"n\":NaN}}")),
        ];
        all_refused(served, &mut worker, bad.into_iter().map(|(what, r)| (what, r, invalid.0, invalid.1)).collect());
    });
}

#[test]
fn a_body_larger_than_allowed_is_not_read_to_its_end() {
    on_both(|served| {
        let mut worker = plant(served);
        let before = rows(served);
        let body = format!("{{\"name\":\"{}\"}}", "x".repeat(6 << 20));
        // The server may hang up while we still send; what counts is that it answers others and keeps nothing.
        if let Ok(answer) = worker.command(Request::post("/api/v1/lines").raw(body), &fresh_key()) {
            assert_eq!(code(&answer), (400, "VALIDATION_FAILED".into()));
        }
        assert_eq!(rows(served), before);
        assert_eq!(worker.again().get("/api/v1/lines/A1").unwrap().status, 200);
    });
}

#[test]
fn fields_that_are_unknown_contradict_or_have_the_wrong_type() {
    on_both(|served| {
        let mut worker = plant(served);
        let line = |change: Json| {
            let mut body = json!({ "code": "B1", "name": "Line B1", "processType": "SMT" });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            Request::post("/api/v1/lines").json(&body)
        };
        let station = |change: Json| {
            let mut body = json!({ "code": "B1-1", "name": "Station", "lineCode": "A1", "stationType": "MANUAL" });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            Request::post("/api/v1/stations").json(&body)
        };
        let patch =
            |path: &str, body: Json| Request::new("PATCH", path.to_string()).json(&body).header("If-Match", "\"1\"");
        let bad = [
            ("an unknown field", line(json!({ "colour": "red" }))),
            ("a number for a code", line(json!({ "code": 5 }))),
            ("a text for yes or no", line(json!({ "isActive": "yes" }))),
            ("an unknown word", line(json!({ "processType": "smt" }))),
            ("a list for an object", line(json!({ "meta": [1] }))),
            ("a place that is no time zone", line(json!({ "timezone": "Mars/Olympus" }))),
            ("null where something must be", line(json!({ "name": null }))),
            ("a code of a megabyte", line(json!({ "code": "x".repeat(1 << 20) }))),
            ("a code one too long", line(json!({ "code": "线".repeat(65) }))),
            ("a bell in a code", line(json!({ "code": "B\u{7}1" }))),
            ("a line break in a code", line(json!({ "code": "B\n1" }))),
            ("a negative capacity", station(json!({ "capacity": -1 }))),
            ("no capacity at all", station(json!({ "capacity": 0 }))),
            ("half a unit", station(json!({ "capacity": 1.5 }))),
            ("more than a number holds", station(json!({ "capacity": 1e30 }))),
            ("a number as a text", station(json!({ "capacity": "12" }))),
            ("the body contradicts the path", patch("/api/v1/lines/A1", json!({ "lineCode": "B1", "name": "x" }))),
            ("the query contradicts the body", patch("/api/v1/lines/A1?name=a", json!({ "name": "b" }))),
            ("a query name twice", patch("/api/v1/lines/A1?name=a&name=b", json!({}))),
        ];
        all_refused(
            served,
            &mut worker,
            bad.into_iter().map(|(what, r)| (what, r, 400, "VALIDATION_FAILED")).collect(),
        );
        let huge = Request::post("/api/v1/stations").raw(
            "{\"code\":\"B1-1\",\"name\":\"S\",\"stationType\":\"MANUAL\",\"capacity\":99999999999999999999999999}",
        );
        let blank = [
            ("a blank code", line(json!({ "code": " \t " })), 400, "CODE_REQUIRED"),
            ("a reserved code", line(json!({ "code": "tree" })), 409, "CODE_RESERVED"),
            ("a code that is there, in other letters", line(json!({ "code": "ａ１" })), 409, "LINE_CODE_DUPLICATE"),
            ("a number with 26 digits", huge, 400, "VALIDATION_FAILED"),
        ];
        all_refused(served, &mut worker, blank.into());
    });
}

#[test]
fn paths_and_serials_that_nobody_issued() {
    on_both(|served| {
        let mut worker = plant(served);
        let scan = |sn: &str| Request::post("/api/v1/stations/A1-PRINT/track-in").json(&json!({ "sn": sn }));
        let gone = |code: &str| Request::new("DELETE", format!("/api/v1/lines/{code}")).header("If-Match", "\"1\"");
        let bad = vec![
            ("a slash", gone("%2F"), 404, "LINE_NOT_FOUND"),
            ("a slash within", gone("A1%2FX"), 404, "LINE_NOT_FOUND"),
            ("up and away", gone("..%2F..%2Fetc"), 404, "LINE_NOT_FOUND"),
            ("no UTF-8", gone("%FF%FE"), 400, "VALIDATION_FAILED"),
            ("NUL", gone("A1%00"), 400, "VALIDATION_FAILED"),
            ("a control character", gone("A%081"), 400, "VALIDATION_FAILED"),
            ("an unknown path", Request::post("/api/v1/lines/A1/fly"), 404, "PATH_NOT_FOUND"),
            ("an unknown serial", scan("NOBODY-ISSUED-THIS"), 404, "UNIT_NOT_FOUND"),
            ("an odd serial", scan("🧩/%2F\\'\"; drop table unit; --"), 404, "UNIT_NOT_FOUND"),
            ("a serial of a megabyte", scan(&"x".repeat(1 << 20)), 400, "VALIDATION_FAILED"),
            ("a serial with a bell", scan("A\u{7}"), 400, "VALIDATION_FAILED"),
            ("a blank serial", scan("  \r\n"), 400, "CODE_REQUIRED"),
        ];
        all_refused(served, &mut worker, bad);
    });
}

#[test]
fn r_core_001_keys_and_versions_that_do_not_fit() {
    on_both(|served| {
        let mut worker = plant(served);
        let line = |code: &str| {
            Request::post("/api/v1/lines").json(&json!({ "code": code, "name": code, "processType": "SMT" }))
        };
        // The worker is bound to his line as leader and sees all as engineer: he may make lines.
        let key = fresh_key();
        let first = worker.command(line("K1"), &key).unwrap();
        assert_eq!(first.status, 201, "{}", String::from_utf8_lossy(&first.body));
        let before = rows(served);
        let again = worker.command(line("K1"), &key).unwrap();
        assert_eq!((again.status, &again.body), (201, &first.body), "the same call gives the same answer");
        let reused = worker.command(line("K2"), &key).unwrap();
        assert_eq!(code(&reused), (422, "IDEMPOTENCY_KEY_REUSED".into()));
        for (key, what) in [("", "no key"), (&*"k".repeat(129), "a key too long"), ("   ", "a blank key")] {
            let answer = worker.command(line("K2"), key).unwrap();
            assert_eq!(code(&answer), (400, "IDEMPOTENCY_KEY_REQUIRED".into()), "{what}");
        }
        assert_eq!(rows(served), before);
        let patch = || Request::new("PATCH", "/api/v1/lines/A1").json(&json!({ "name": "Another" }));
        let bad = vec![
            ("no version", patch(), 428, "VERSION_REQUIRED"),
            ("an old version", patch().header("If-Match", "\"0\""), 412, "VERSION_MISMATCH"),
            ("a version of tomorrow", patch().header("If-Match", "\"99999\""), 412, "VERSION_MISMATCH"),
            ("a negative version", patch().header("If-Match", "\"-1\""), 412, "VERSION_MISMATCH"),
            ("no number", patch().header("If-Match", "\"abc\""), 400, "VALIDATION_FAILED"),
        ];
        all_refused(served, &mut worker, bad);
    });
}

#[test]
fn a_client_that_hangs_up_in_the_middle_leaves_nothing() {
    on_both(|served| {
        let mut worker = plant(served);
        let before = rows(served);
        let body = json!({ "code": "H1", "name": "Half", "processType": "SMT" }).to_string();
        for sent in [0, 1, body.len() / 2, body.len() - 1] {
            let mut socket = TcpStream::connect(served.address).unwrap();
            let head = format!(
                "POST /api/v1/lines HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nTakt-Csrf: {}\r\nIdempotency-Key: half-{sent}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                worker.cookie(),
                worker.csrf(),
                body.len()
            );
            socket.write_all(head.as_bytes()).unwrap();
            socket.write_all(&body.as_bytes()[..sent]).unwrap();
            socket.shutdown(std::net::Shutdown::Write).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut answer = String::new();
            let _ = socket.read_to_string(&mut answer);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        assert_eq!(rows(served), before, "half a call is no call");
        // The rest of the plant has not noticed, and the code is free.
        done(
            &mut worker,
            Request::post("/api/v1/lines").json(&json!({ "code": "H1", "name": "Whole", "processType": "SMT" })),
        );
    });
}
