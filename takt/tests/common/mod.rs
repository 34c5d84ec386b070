//! A served plant for tests over HTTP: on a fresh SQLite file or a fresh PostgreSQL database, with people to sign in as.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::net::SocketAddr;

use engine::store::Database;
use engine::testing::fresh_postgres;
use serde_json::{Value as Json, json};
use takt::config::{Config, Flags};
use takt::server::{self, Running};
use xtask::load::http::{Answer, Connection, Request};
use xtask::load::{Session, fresh_key};

/// The password of everybody in these tests.
pub const PASSWORD: &str = "solder-paste-7781";

/// A running server on a database of its own.
pub struct Served {
    pub address: SocketAddr,
    pub config: Config,
    running: Option<Running>,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Served {
    pub fn on_sqlite() -> Served {
        Served::start(None, |_| {})
    }

    /// On SQLite with other settings.
    pub fn with(change: impl FnOnce(&mut Config)) -> Served {
        Served::start(None, change)
    }

    pub fn on_postgres() -> Served {
        Served::start(Some(fresh_postgres().0), |_| {})
    }

    /// Another node on the same PostgreSQL database.
    pub fn beside(&self) -> Served {
        let Database::Postgres(url) = &self.config.database else { panic!("only PostgreSQL has several nodes") };
        Served::start(Some(url.clone()), |_| {})
    }

    fn start(database: Option<String>, change: impl FnOnce(&mut Config)) -> Served {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let flags = Flags { database, data_dir: Some(folder.path().into()), port: Some(0), ..Flags::default() };
        let mut config = Config { writers: 4, ..Config::load(&flags).expect("the settings hold") };
        change(&mut config);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let running = runtime.block_on(server::start(&config)).expect("the server starts");
        Served { address: running.address, config, running: Some(running), runtime, _folder: folder }
    }

    pub fn is_on_postgres(&self) -> bool {
        matches!(self.config.database, Database::Postgres(_))
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn engine(&self) -> &std::sync::Arc<engine::Engine> {
        &self.running.as_ref().expect("the server runs").engine
    }

    /// The first administrator, enrolled with the one-time link.
    pub fn admin(&self) -> Session {
        let token = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let given = token.clone();
        self.engine()
            .work(move |cx| {
                *given.lock().expect("never poisoned") = office::admin::create(cx, "boss")?;
                Ok(1)
            })
            .expect("an administrator is created");
        let body = json!({ "token": *token.lock().expect("never poisoned"), "password": PASSWORD });
        let answer = self.send(&Request::post("/api/v1/auth/enrol").json(&body));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        self.session("boss")
    }

    pub fn session(&self, username: &str) -> Session {
        Session::sign_in(self.address, username, PASSWORD).unwrap_or_else(|e| panic!("{username}: {e}"))
    }

    /// One request on a connection of its own.
    pub fn send(&self, request: &Request) -> Answer {
        Connection::to(self.address).send(request).expect("the server answers")
    }

    /// Run asynchronous work beside the server.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub fn stop(mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.engine.stop();
        }
    }
}

/// A command that must succeed; gives its answer.
pub fn done(session: &mut Session, request: Request) -> Json {
    let path = request_line(&request);
    let answer = session.command(request, &fresh_key()).expect("the server answers");
    assert!(answer.is_success(), "{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    answer.json().expect("answers are JSON")
}

/// The status and code with which a command is refused.
pub fn refused(session: &mut Session, request: Request) -> (u16, String) {
    let answer = session.command(request, &fresh_key()).expect("the server answers");
    code(&answer)
}

/// The status and code of a refusal.
pub fn code(answer: &Answer) -> (u16, String) {
    let body = answer.json().unwrap_or(Json::Null);
    (answer.status, body["code"].as_str().unwrap_or_default().to_string())
}

fn request_line(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}
