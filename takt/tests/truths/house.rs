//! A served plant: the real server on a free port over the world, and people who are signed in to it.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use engine::{Engine, Method, Route};
use serde_json::{Value as Json, json};
use takt::config::{Config, Flags};
use takt::server::{self, Running};
use xtask::load::http::{Answer, Connection, Request};

use crate::world::{PASSWORD, World};

/// A running server with its runtime; it lives as long as the process.
pub struct House {
    pub engine: Arc<Engine>,
    running: Running,
    _runtime: tokio::runtime::Runtime,
}

impl House {
    /// Serve a fresh plant in a folder of this name and tell it the world.
    pub fn open(name: &str) -> House {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("truths-{name}-{}", std::process::id()));
        sweep(name);
        let flags = Flags { data_dir: Some(folder), port: Some(0), ..Flags::default() };
        let config = Config::load(&flags).expect("a configuration");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let running = runtime.block_on(server::start(&config)).expect("the server starts");
        let engine = running.engine.clone();
        World::build(&engine);
        House { engine, running, _runtime: runtime }
    }

    /// Somebody with this account, signed in.
    pub fn sign_in(&self, username: &str) -> Person {
        let mut line = Connection::to(self.running.address);
        let login = json!({ "username": username, "password": PASSWORD });
        let answer = line.send(&Request::post("/api/v1/auth/login").json(&login)).expect("an answer");
        let body = answer.json().unwrap_or(Json::Null);
        assert_eq!(answer.status, 200, "{username} signs in: {body}");
        let cookie = answer.headers("set-cookie").next().and_then(|c| c.split(';').next()).unwrap_or_default();
        let csrf = body["csrf"].as_str().or(body["csrfToken"].as_str()).unwrap_or_default();
        Person { line, as_who: vec![("Cookie", cookie.to_string()), ("Takt-Csrf", csrf.to_string())], keys: 0 }
    }

    /// A machine with this token.
    pub fn machine(&self, token: &str) -> Person {
        let as_who = vec![("Authorization", format!("Bearer {token}"))];
        Person { line: Connection::to(self.running.address), as_who, keys: 0 }
    }
}

/// Remove what earlier runs left behind: a house lives as long as its process.
fn sweep(name: &str) {
    let beginning = format!("truths-{name}-");
    for entry in std::fs::read_dir(env!("CARGO_TARGET_TMPDIR")).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let left = file.strip_prefix(&beginning).is_some_and(|pid| !PathBuf::from("/proc").join(pid).exists());
        if left {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The house that nobody changes: for questions, pages and refused commands.
pub fn quiet() -> &'static House {
    static QUIET: LazyLock<House> = LazyLock::new(|| House::open("quiet"));
    &QUIET
}

/// Somebody at the door.
pub struct Person {
    line: Connection,
    as_who: Vec<(&'static str, String)>,
    keys: u64,
}

impl Person {
    /// `GET` any path.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path))
    }

    /// The same in a language.
    pub fn get_in(&mut self, path: &str, lang: &str) -> Answer {
        let cookie = self.as_who.iter().find(|h| h.0 == "Cookie").map_or("", |h| h.1.as_str());
        let request = Request::get(path).header("Cookie", &format!("{cookie}; takt_lang={lang}"));
        self.line.send(&request).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// A command or question of the API with its fields, where its route wants them.
    pub fn ask(&mut self, route: Route, fields: &Json) -> Answer {
        let (path, rest) = placed(route, fields);
        if route.method == Method::Get {
            return self.send(Request::get(format!("{path}{}", query(&rest))));
        }
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        let request = Request::new(route.method.name(), path).json(&rest).header("Idempotency-Key", &key);
        self.send(request.header("If-Match", "\"1\""))
    }

    /// What would stand in the way of a command, without running it.
    pub fn dry(&mut self, route: Route, fields: &Json) -> Answer {
        let (path, rest) = placed(route, fields);
        self.send(Request::new(route.method.name(), format!("{path}?dryRun=true")).json(&rest))
    }

    fn send(&mut self, request: Request) -> Answer {
        let request = self.as_who.iter().fold(request, |r, (name, value)| r.header(name, value));
        self.line.send(&request).unwrap_or_else(|e| panic!("no answer: {e}"))
    }

    /// Listen to the stream of news from a number on, for a moment; gives what was heard.
    pub fn listen(&self, topics: &str, from: i64, millis: u64) -> String {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(self.line.server()).expect("the server");
        stream.set_read_timeout(Some(std::time::Duration::from_millis(millis))).expect("a patience");
        let mut head =
            format!("GET /events/stream?topics={topics} HTTP/1.1\r\nHost: takt\r\nLast-Event-ID: {from}\r\n");
        for (name, value) in &self.as_who {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).expect("the request is sent");
        let mut heard = Vec::new();
        let mut piece = [0u8; 4096];
        while let Ok(n) = stream.read(&mut piece) {
            if n == 0 {
                break;
            }
            heard.extend_from_slice(&piece[..n]);
        }
        String::from_utf8_lossy(&heard).into_owned()
    }
}

/// The path of a route with its parts filled, and the fields that are left.
pub fn placed(route: Route, fields: &Json) -> (String, Json) {
    let mut path = format!("/api/v1{}", route.path);
    let mut rest = fields.as_object().cloned().unwrap_or_default();
    let names: Vec<String> = rest.keys().cloned().collect();
    for name in names {
        let part = format!("{{{name}}}");
        if path.contains(&part) {
            let value = rest.remove(&name).expect("it is there");
            path = path.replace(&part, &encoded(&plain(&value)));
        }
    }
    (path, Json::Object(rest))
}

/// Fields as a query.
pub fn query(fields: &Json) -> String {
    let pairs = fields.as_object().into_iter().flatten();
    let pairs: Vec<String> = pairs.map(|(k, v)| format!("{k}={}", encoded(&plain(v)))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

fn encoded(text: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if kept(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}
