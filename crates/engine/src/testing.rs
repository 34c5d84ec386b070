//! A small plant for tests: the same story on SQLite and on PostgreSQL, told by commands and questions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use kernel::Refusal;
use serde_json::Value as Json;

use crate::actor::Actor;
use crate::db::migrate;
use crate::db::postgres::PgConn;
use crate::db::tx::Conn;
use crate::door::Envelope;
use crate::perform::Answer;
use crate::permits::{Grants, Permit, Permits, Scope};
use crate::registry::Registry;
use crate::store::{Database, Engine, Options};

/// An engine on a database of its own, thrown away at the end.
pub struct Plant {
    pub engine: Arc<Engine>,
    /// `SQLite` or `PostgreSQL`, for messages.
    pub on: &'static str,
    keys: AtomicU64,
    keep: Keep,
}

enum Keep {
    Folder(#[allow(dead_code, reason = "removed when dropped")] tempfile::TempDir),
    Database { admin: String, name: String },
}

/// Tell a story on both engines. A missing PostgreSQL fails: nothing is skipped.
pub fn on_both(wire: fn(&mut Registry), story: impl Fn(&Plant)) {
    for plant in [Plant::on_sqlite(wire), Plant::on_postgres(wire)] {
        println!("— on {}", plant.on);
        story(&plant);
    }
}

/// The URL of the PostgreSQL server for tests.
pub fn postgres_url() -> String {
    std::env::var("TAKT_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("TAKT_TEST_POSTGRES names no server: run `cargo xtask test`, or `cargo xtask postgres` and set it to the printed URL")
    })
}

/// A fresh database with collation C on the test server; gives its URL.
pub fn fresh_postgres() -> (String, String, String) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static TEMPLATE: OnceLock<Mutex<Option<String>>> = OnceLock::new();
    let admin = postgres_url();
    let mut template = TEMPLATE.get_or_init(Mutex::default).lock().expect("the template is never poisoned");
    let mut conn = PgConn::open(&admin, None).expect("the test server answers");
    if template.is_none() {
        let name = format!("takt_template_{}", std::process::id());
        conn.script(&format!("create database {name} template template0 lc_collate 'C' lc_ctype 'C' encoding 'UTF8'"))
            .expect("create");
        let mut fresh = Conn::Postgres(Box::new(PgConn::open(&with_database(&admin, &name), None).expect("open")));
        migrate::migrate(&mut fresh).expect("migrate");
        *template = Some(name);
    }
    let name = format!("takt_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let source = template.clone().expect("the template was made above");
    conn.script(&format!("create database {name} template {source}")).expect("create");
    (with_database(&admin, &name), admin, name)
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL ends in a database");
    format!("{server}/{name}")
}

impl Plant {
    pub fn on_sqlite(wire: fn(&mut Registry)) -> Plant {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Database::Sqlite(folder.path().join("takt.db"));
        Plant::start(wire, database, "SQLite", Keep::Folder(folder))
    }

    pub fn on_postgres(wire: fn(&mut Registry)) -> Plant {
        let (url, admin, name) = fresh_postgres();
        Plant::start(wire, Database::Postgres(url), "PostgreSQL", Keep::Database { admin, name })
    }

    fn start(wire: fn(&mut Registry), database: Database, on: &'static str, keep: Keep) -> Plant {
        let mut registry = Registry::default();
        wire(&mut registry);
        let options = Options { writers: 4, chores: false, ..Options::on(database) };
        let engine = Engine::start(options, registry).expect("the engine starts");
        Plant { engine, on, keys: AtomicU64::new(0), keep }
    }

    /// Somebody with all permits and scope ALL.
    pub fn boss(&self) -> Arc<Actor> {
        Arc::new(Actor { name: "boss".into(), display: "Boss".into(), kind: crate::ActorKind::User, ..Actor::system() })
    }

    /// Somebody with these permits (and what follows from them) and scope ALL.
    pub fn someone(&self, permits: &[Permit]) -> Arc<Actor> {
        let grants = Grants::of([(Scope::All, Permits::of(permits))].into_iter());
        Arc::new(Actor { name: "someone".into(), grants, principal: 9_999, ..(*self.boss()).clone() })
    }

    /// Call a command and give whatever came of it.
    pub fn call(&self, actor: &Arc<Actor>, command: &str, fields: Json) -> Answer {
        self.call_with(actor, command, fields, Envelope { if_match: None, ..self.envelope() })
    }

    /// Call a command with a key or version of one's own.
    pub fn call_with(&self, actor: &Arc<Actor>, command: &str, fields: Json, envelope: Envelope) -> Answer {
        let entry = self.engine.command(command).unwrap_or_else(|| panic!("no command is called {command}"));
        match self.engine.call(entry, actor.clone(), fields, envelope) {
            Err(refusal) => Answer::refused(refusal),
            Ok(call) => self.engine.submit_blocking(call),
        }
    }

    /// A key nobody used.
    pub fn envelope(&self) -> Envelope {
        let n = self.keys.fetch_add(1, Ordering::Relaxed);
        Envelope { key: Some(format!("key-{n}")), ..Envelope::default() }
    }

    /// Call a command that must succeed; gives its answer.
    pub fn run(&self, actor: &Arc<Actor>, command: &str, fields: Json) -> Json {
        match self.call(actor, command, fields.clone()) {
            Answer::Done { body, .. } => serde_json::from_str(&body).expect("answers are JSON"),
            Answer::Refused { refusal, .. } => {
                panic!(
                    "on {}: {command} {fields} was refused: {} {:?} {:?}",
                    self.on, refusal.def.code, refusal.params, refusal.errors
                )
            }
        }
    }

    /// Call a command that must be refused; gives the refusal.
    pub fn refuse(&self, actor: &Arc<Actor>, command: &str, fields: Json) -> Refusal {
        match self.call(actor, command, fields.clone()) {
            Answer::Refused { refusal, .. } => refusal,
            Answer::Done { body, .. } => panic!("on {}: {command} {fields} was not refused: {body}", self.on),
        }
    }

    /// The code and status with which a command is refused.
    pub fn code(&self, actor: &Arc<Actor>, command: &str, fields: Json) -> (&'static str, u16) {
        let refusal = self.refuse(actor, command, fields);
        (refusal.def.code, refusal.kind.status())
    }

    /// All codes that stand in the way of a command, asked without running it.
    pub fn blockers(&self, actor: &Arc<Actor>, command: &str, fields: Json) -> Vec<&'static str> {
        let entry = self.engine.command(command).unwrap_or_else(|| panic!("no command is called {command}"));
        let call = match self.engine.call(entry, actor.clone(), fields, Envelope::default()) {
            Ok(call) => call,
            Err(refusal) => return vec![refusal.def.code],
        };
        let found = self
            .engine
            .read_blocking(false, move |tx, shared| crate::perform::dry_run(tx, shared, &call, shared.now()));
        found.expect("guards can be asked").into_iter().map(|r| r.def.code).collect()
    }

    /// Ask a question that must be answered.
    pub fn ask(&self, actor: &Arc<Actor>, query: &str, fields: Json) -> Json {
        match self.try_ask(actor, query, fields.clone()) {
            Ok(text) => serde_json::from_str(&text).expect("answers are JSON"),
            Err(error) => panic!("on {}: {query} {fields}: {error}", self.on),
        }
    }

    /// Ask a question and give whatever came of it.
    pub fn try_ask(&self, actor: &Arc<Actor>, query: &str, fields: Json) -> kernel::Result<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.engine.ask(query, actor.clone(), fields))
    }

    /// Number what is committed now instead of waiting for the sealer.
    pub fn seal(&self) {
        while self.engine.work(crate::seal::seal).expect("sealing works") > 0 {}
    }
}

impl Drop for Plant {
    fn drop(&mut self) {
        self.engine.stop();
        if let Keep::Database { admin, name } = &self.keep {
            if let Ok(mut conn) = PgConn::open(admin, None) {
                let _ = conn.script(&format!("drop database if exists {name} with (force)"));
            }
        }
    }
}
