//! The client against a small server of our own: sign-in, commands, keep-alive, load, and a server that dies.

use super::*;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// A server that knows one person and adds up what it is sent.
#[derive(Clone)]
struct Toy {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Toy {
    fn start() -> Toy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let toy = Toy { address: listener.local_addr().unwrap(), connections };
        let counted = toy.connections.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Relaxed);
                std::thread::spawn(|| serve(stream.unwrap()));
            }
        });
        toy
    }
}

fn serve(stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((line, headers, body)) = read_request(&mut reader) {
        let has = |header: &str| headers.iter().any(|line| line == header);
        let is_signed_in = has("Cookie: takt_session=s3cret");
        let may_write = is_signed_in && has("Takt-Csrf: c5rf");
        let answer = match line.as_str() {
            "POST /api/v1/auth/login HTTP/1.1" if body == r#"{"username":"li","password":"right"}"# => {
                let cookie = "Set-Cookie: theme=dark\r\nSet-Cookie: takt_session=s3cret; HttpOnly; Path=/";
                with_length("200 OK", cookie, r#"{"csrf":"c5rf"}"#)
            }
            "POST /api/v1/echo HTTP/1.1" if may_write => {
                let key = headers.iter().find_map(|line| line.strip_prefix("Idempotency-Key: ")).unwrap();
                with_length("201 Created", "X: y", &format!(r#"{{"key":"{key}","body":{body}}}"#))
            }
            "GET /api/v1/chunked HTTP/1.1" if is_signed_in => {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n".to_string()
            }
            "GET /api/v1/closing HTTP/1.1" => with_length("200 OK", "Connection: close", "{}"),
            "GET /api/v1/dying HTTP/1.1" => return,
            _ => with_length("401 Unauthorized", "X: y", "no"),
        };
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

fn with_length(status: &str, header: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn read_request(reader: &mut impl BufRead) -> Option<(String, Vec<String>, String)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_string());
    }
    let length = lines.iter().find_map(|line| line.strip_prefix("Content-Length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((lines.remove(0), lines, String::from_utf8(body).unwrap()))
}

#[test]
fn signing_in_and_sending_on_one_connection() {
    let toy = Toy::start();
    let mut li = Session::sign_in(toy.address, "li", "right").unwrap();
    for n in 0..3 {
        let key = fresh_key();
        let answer = li.command(Request::post("/api/v1/echo").json(&json!({ "n": n })), &key).unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.json().unwrap(), json!({ "key": key, "body": { "n": n } }));
    }
    assert_eq!(li.get("/api/v1/chunked").unwrap().json().unwrap(), json!({ "a": 1 }));
    assert_eq!(toy.connections.load(Relaxed), 1);
}

#[test]
fn a_wrong_password_is_told() {
    let failure = Session::sign_in(Toy::start().address, "li", "wrong").err().unwrap();
    assert_eq!(failure.0, "li could not sign in: 401 no");
}

#[test]
fn a_connection_the_server_closes_is_opened_again() {
    let toy = Toy::start();
    let mut li = Session::sign_in(toy.address, "li", "right").unwrap();
    assert_eq!(li.get("/api/v1/closing").unwrap().status, 200);
    assert_eq!(li.get("/api/v1/closing").unwrap().status, 200);
    assert_eq!(toy.connections.load(Relaxed), 2);
}

#[test]
fn a_lost_answer_is_told_from_an_absent_server() {
    let mut connection = Connection::to(Toy::start().address);
    assert!(matches!(connection.send(&Request::get("/api/v1/dying")), Err(Broken::Lost(_))));
    let nobody = SocketAddr::from(([127, 0, 0, 1], crate::free_port().unwrap()));
    assert!(matches!(Connection::to(nobody).send(&Request::get("/")), Err(Broken::Unreachable(_))));
}

#[test]
fn eight_clients_take_their_turns() {
    let toy = Toy::start();
    let li = Session::sign_in(toy.address, "li", "right").unwrap();
    let enter = |_| Ok((li.again(), 0));
    let turn = |(session, turns): &mut (Session, u32), meter: &mut Meter| {
        let request = Request::post("/api/v1/echo").json(&json!({}));
        let answer = meter.time(|| session.command(request, &fresh_key()))?;
        meter.count(&answer.status.to_string());
        *turns += 1;
        Ok(if *turns < 25 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    };
    let run = drive(8, Duration::from_secs(60), enter, turn).unwrap();
    assert_eq!(run.meter.latencies.count(), 200);
    assert_eq!(run.meter.counts["201"], 200);
    assert!(run.per_second() > 0.0);
}

#[test]
fn the_first_failure_ends_all_and_time_ends_the_rest() {
    let turn = |client: &mut usize, _: &mut Meter| match client {
        3 => fail("board 17 is gone"),
        _ => Ok(ControlFlow::Continue(())),
    };
    let failure = drive(8, Duration::from_secs(600), Ok, turn).err().unwrap();
    assert_eq!(failure.0, "board 17 is gone");
    let run = drive(2, Duration::from_millis(20), Ok, |_, _| Ok(ControlFlow::Continue(()))).unwrap();
    assert!(run.elapsed >= Duration::from_millis(20));
}

#[test]
fn keys_differ() {
    assert_ne!(fresh_key(), fresh_key());
}
