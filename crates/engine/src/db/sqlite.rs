//! SQLite: how a connection is opened, and how its values and errors become ours.

use std::path::Path;
use std::time::{Duration, Instant};

use kernel::{Cause, Error, Result, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// Open the writing connection: WAL, every commit on disk, foreign keys on. A checkpoint comes every 16 MB: pages that many
/// commits touch (counters, the ends of indexes) are then written back once for all of them.
pub fn open_writer(path: &Path) -> Result<Connection> {
    let conn = Connection::open(path).map_err(error)?;
    set_up(&conn)?;
    conn.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000; pragma cache_size = -65536; pragma journal_size_limit = 67108864;",
    )
    .map_err(error)?;
    Ok(conn)
}

/// Open a reading connection on the same file.
pub fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(path, flags).map_err(error)?;
    set_up(&conn)?;
    Ok(conn)
}

fn set_up(conn: &Connection) -> Result<()> {
    conn.set_prepared_statement_cache_capacity(512);
    conn.execute_batch(
        "pragma foreign_keys = on; pragma busy_timeout = 5000; pragma cache_size = -16384; pragma temp_store = memory; pragma trusted_schema = off;",
    )
    .map_err(error)
}

/// End every statement of this connection that runs past the deadline.
pub fn limit(conn: &Connection, limit: Option<Duration>) {
    let Some(limit) = limit else {
        conn.progress_handler(0, None::<fn() -> bool>);
        return;
    };
    let end = Instant::now() + limit;
    conn.progress_handler(10_000, Some(move || Instant::now() > end));
}

pub fn query(
    conn: &Connection,
    text: &str,
    params: &[Value],
    take: &mut dyn FnMut(Vec<Value>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(text).map_err(error)?;
    let width = statement.column_count();
    bind(&mut statement, params)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error)? {
        let mut values = Vec::with_capacity(width);
        for i in 0..width {
            values.push(value(row.get_ref(i).map_err(error)?)?);
        }
        take(values)?;
    }
    Ok(())
}

pub fn execute(conn: &Connection, text: &str, params: &[Value]) -> Result<u64> {
    let mut statement = conn.prepare_cached(text).map_err(error)?;
    bind(&mut statement, params)?;
    statement.raw_execute().map(|n| n as u64).map_err(error)
}

pub fn control(conn: &Connection, text: &str) -> Result<()> {
    conn.prepare_cached(text).map_err(error)?.raw_execute().map(|_| ()).map_err(error)
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Value]) -> Result<()> {
    let wanted = statement.parameter_count();
    if wanted != params.len() {
        return Err(Error::fault(format!("{wanted} parameters wanted, {} given", params.len())));
    }
    for (i, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(i + 1, Bound(param)).map_err(error)?;
    }
    Ok(())
}

struct Bound<'v>(&'v Value);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Real(x) => ValueRef::Real(*x),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(x) => Value::Real(x),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_string()),
            Err(_) => return Err(Error::fault("a text column holds bytes that are not UTF-8")),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

/// What an error of SQLite means to us.
pub fn error(e: rusqlite::Error) -> Error {
    let cause = Cause::new(e.to_string());
    let Some(code) = e.sqlite_error() else { return Error::Fault(cause) };
    match (code.code, code.extended_code) {
        (ErrorCode::ConstraintViolation, rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
        | (ErrorCode::ConstraintViolation, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Error::Taken(cause),
        (ErrorCode::DiskFull, _) => Error::Full(cause),
        (ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::CannotOpen, _) => Error::Lost(cause),
        // A reader that was ended at its limit may be asked again, like one that was in somebody's way.
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted, _) => {
            Error::Again(cause)
        }
        _ => Error::Fault(cause),
    }
}
