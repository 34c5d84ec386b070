//! `takt audit verify`: beside a running server, on a connection that only reads.

use engine::Actor;
use engine::db::Tx;
use engine::db::tx::Conn;
use engine::db::{postgres::PgConn, sqlite};
use engine::store::{Database, reading_shared};

use crate::config::{Config, Flags};

/// A reading connection; a missing SQLite file is said plainly.
pub fn open_reading(config: &Config) -> Result<Conn, String> {
    match &config.database {
        Database::Sqlite(path) if !path.exists() => {
            Err(format!("{} does not exist; `takt serve` creates it", path.display()))
        }
        Database::Sqlite(path) => sqlite::open_reader(path).map(Conn::Sqlite).map_err(|e| e.to_string()),
        Database::Postgres(url) => {
            let conn = PgConn::open(url, Some(std::time::Duration::from_secs(600)));
            conn.map(|c| Conn::Postgres(Box::new(c))).map_err(|e| e.to_string())
        }
    }
}

/// Walk the chain and say what was found; a broken chain exits with 1.
pub fn verify(flags: &Flags, from: i64, to: i64) -> Result<(), String> {
    let config = Config::load(flags)?;
    let tx = Tx::reading(open_reading(&config)?);
    let shared = reading_shared(config.zone.clone());
    let system = Actor::system();
    let cx = engine::store::system_cx(&tx, &shared, &system);
    let mut said = 0;
    let report = engine::seal::verify(&cx, from, to, |checked| {
        if checked >= said + 100_000 {
            said = checked;
            eprintln!("{checked} rows checked");
        }
    });
    let report = report.map_err(|e| e.to_string())?;
    println!("{}", serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?);
    match report.first_broken_seq {
        None => Ok(()),
        Some(seq) => Err(format!("AUDIT_CHAIN_BROKEN: row {seq} is not what was sealed")),
    }
}
