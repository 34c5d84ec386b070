//! The databases without the product: bulk loading, copies, and the bare transactions that the figures are compared with.

use std::path::{Path, PathBuf};
use std::time::Instant;

use postgres::{Client, NoTls};
use rusqlite::Connection;

use crate::load::histogram::Histogram;
use crate::{Result, While, fail};

/// A connection past the product.
pub enum Bare {
    Sqlite(Connection),
    Postgres(Box<Client>),
}

/// Tables whose ids the engine gives.
const NUMBERED: [&str; 20] = [
    "audit",
    "event",
    "setting",
    "setting_change",
    "principal",
    "role",
    "session",
    "line",
    "station_group",
    "station",
    "operation",
    "data_spec",
    "material",
    "route",
    "route_step",
    "route_version",
    "work_order",
    "run",
    "unit",
    "track",
];

impl Bare {
    /// Open a file the way the product does: WAL, every commit on disk.
    pub fn sqlite(path: &Path) -> Result<Bare> {
        let conn = Connection::open(path).or_fail(format!("cannot open {}", path.display()))?;
        conn.execute_batch(
            "pragma foreign_keys = on; pragma busy_timeout = 5000; pragma cache_size = -65536; pragma temp_store = memory;
             pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000;
             pragma journal_size_limit = 67108864;",
        )
        .or_fail("cannot set the database up")?;
        Ok(Bare::Sqlite(conn))
    }

    /// Connect to a database in whose schema `takt` the tables are.
    pub fn postgres(url: &str) -> Result<Bare> {
        Ok(Bare::Postgres(Box::new(connect(url)?)))
    }

    /// Run a script without caring for foreign keys and durability: the data is checked afterwards.
    pub fn script(&mut self, text: &str) -> Result<()> {
        match self {
            Bare::Sqlite(conn) => {
                let before = "pragma foreign_keys = off; pragma synchronous = off; pragma cache_size = -262144; begin;";
                let after = "commit; pragma foreign_keys = on; pragma synchronous = full; pragma cache_size = -65536;";
                conn.execute_batch(&format!("{before}{text}{after}")).or_fail("bulk loading")
            }
            Bare::Postgres(client) => {
                let script = format!(
                    "set session_replication_role = replica; begin; {text} commit; reset session_replication_role;"
                );
                client.batch_execute(&script).map_err(told).or_fail("bulk loading")
            }
        }
    }

    /// After bulk loading: ids that go on after the highest, everything in the file itself.
    pub fn settle(&mut self) -> Result<()> {
        match self {
            Bare::Sqlite(conn) => conn.execute_batch("pragma wal_checkpoint(truncate);").or_fail("settling"),
            Bare::Postgres(client) => {
                for (i, table) in NUMBERED.iter().enumerate() {
                    // A range of its own for each table: a replay can tell the ids of one from those of another.
                    let from = (i as i64 + 1) * 1_000_000_000_000;
                    let sql = format!("select setval(pg_get_serial_sequence('takt.{table}', 'id'), {from})");
                    client.batch_execute(&sql).map_err(told).or_fail("settling")?;
                }
                let last = ["vacuum analyze", "checkpoint"];
                last.iter().try_for_each(|sql| client.batch_execute(sql).map_err(told).or_fail("settling"))
            }
        }
    }

    /// The one number of a question.
    pub fn number(&mut self, sql: &str) -> Result<i64> {
        match self {
            Bare::Sqlite(conn) => conn.query_row(sql, [], |row| row.get(0)).or_fail("asking"),
            Bare::Postgres(client) => {
                let row = client.query_one(sql, &[]).map_err(told).or_fail("asking")?;
                Ok(row.get(0))
            }
        }
    }

    /// How long `count` durable transactions of one small insert take, one after another.
    pub fn bare_transactions(&mut self, count: usize) -> Result<Histogram> {
        /// So many more come first: until the log is written over for the first time every commit also makes the file longer.
        const BEFORE: usize = 2_000;
        let mut seen = Histogram::default();
        for n in 0..BEFORE + count {
            let sql = format!("insert into counter (name, value) values ('bare-{n}', 1)");
            let started = Instant::now();
            match self {
                Bare::Sqlite(conn) => {
                    conn.execute_batch(&format!("begin immediate; {sql}; commit")).or_fail("a bare transaction")?;
                }
                Bare::Postgres(client) => {
                    client
                        .batch_execute(&format!("begin; {sql}; commit"))
                        .map_err(told)
                        .or_fail("a bare transaction")?;
                }
            }
            if n >= BEFORE {
                seen.note(started.elapsed());
            }
        }
        Ok(seen)
    }
}

/// A connection whose tables are those of the product.
pub fn connect(url: &str) -> Result<Client> {
    let mut config: postgres::Config = url.parse().or_fail("the URL of PostgreSQL")?;
    config.options("-c search_path=takt").connect(NoTls).map_err(told).or_fail("cannot connect to PostgreSQL")
}

/// What the server said, not only that it said something.
pub fn told(error: postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |e| format!("{}: {}", e.code().code(), e.message()))
}

/// A place for data: a SQLite file in a folder of its own, or a database of the private PostgreSQL.
#[derive(Clone, Debug)]
pub enum Place {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

impl Place {
    /// As the product's `--database` wants it.
    pub fn url(&self) -> String {
        match self {
            Place::Sqlite(folder) => format!("sqlite:{}", folder.join("takt.db").display()),
            Place::Postgres { server, name } => format!("{}/{name}", server.rsplit_once('/').map_or("", |s| s.0)),
        }
    }

    /// Open it past the product.
    pub fn open(&self) -> Result<Bare> {
        match self {
            Place::Sqlite(folder) => Bare::sqlite(&folder.join("takt.db")),
            Place::Postgres { .. } => Bare::postgres(&self.url()),
        }
    }

    /// An empty place.
    pub fn create(&self) -> Result<()> {
        match self {
            Place::Sqlite(folder) => {
                let _ = std::fs::remove_dir_all(folder);
                std::fs::create_dir_all(folder).or_fail(format!("cannot make {}", folder.display()))
            }
            Place::Postgres { server, name } => {
                let mut client = connect(server)?;
                let script = [
                    format!("drop database if exists {name} with (force)"),
                    format!("create database {name} template template0 lc_collate 'C' lc_ctype 'C' encoding 'UTF8'"),
                ];
                script.iter().try_for_each(|sql| client.batch_execute(sql).map_err(told).or_fail("an empty database"))
            }
        }
    }

    /// Make this place a copy of another; nobody may be at work in either.
    pub fn copy_of(&self, other: &Place) -> Result<()> {
        match (self, other) {
            (Place::Sqlite(to), Place::Sqlite(from)) => {
                let _ = std::fs::remove_dir_all(to);
                std::fs::create_dir_all(to).or_fail(format!("cannot make {}", to.display()))?;
                std::fs::copy(from.join("takt.db"), to.join("takt.db")).or_fail("copying the data")?;
                Ok(())
            }
            (Place::Postgres { server, name }, Place::Postgres { name: from, .. }) => {
                let mut client = connect(server)?;
                let script = [
                    format!("drop database if exists {name} with (force)"),
                    format!("create database {name} template {from} strategy file_copy"),
                    "checkpoint".to_string(),
                ];
                script.iter().try_for_each(|sql| client.batch_execute(sql).map_err(told).or_fail("copying the data"))
            }
            _ => fail("a copy stays on its engine"),
        }
    }

    /// Throw it away.
    pub fn remove(&self) {
        match self {
            Place::Sqlite(folder) => drop(std::fs::remove_dir_all(folder)),
            Place::Postgres { server, name } => {
                if let Ok(mut client) = connect(server) {
                    let _ = client.batch_execute(&format!("drop database if exists {name} with (force)"));
                }
            }
        }
    }
}
