//! PostgreSQL: how a connection is opened, and how its values and errors become ours.

use std::collections::HashMap;
use std::error::Error as _;
use std::time::Duration;

use kernel::{Cause, Error, Result, Value};
use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};
use postgres_types::private::BytesMut;

/// A connection with the statements it has prepared.
pub struct PgConn {
    client: Client,
    statements: HashMap<(usize, usize), Statement>,
}

/// The schema in which Takt keeps its tables.
pub const SCHEMA: &str = "takt";

impl PgConn {
    /// Connect on a plain thread; `statement_limit` ends statements that run longer.
    pub fn open(url: &str, statement_limit: Option<Duration>) -> Result<Self> {
        let mut config: postgres::Config = url.parse().map_err(|e: postgres::Error| Error::fault(e.to_string()))?;
        let limit = statement_limit.unwrap_or(Duration::from_secs(30)).as_millis();
        config
            .application_name("takt")
            .connect_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(10))
            .options(&format!(
                "-c search_path={SCHEMA} -c lock_timeout=5000 -c statement_timeout={limit} -c idle_in_transaction_session_timeout=30000"
            ));
        let client = crate::tls::connect(&config)?;
        Ok(PgConn { client, statements: HashMap::new() })
    }

    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub fn control(&mut self, text: &str) -> Result<()> {
        self.client.batch_execute(text).map_err(error)
    }

    pub fn query(
        &mut self,
        text: &str,
        params: &[Value],
        take: &mut dyn FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepared(text)?;
        let params: Vec<Bound<'_>> = params.iter().map(Bound).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        for row in self.client.query(&statement, &params).map_err(error)? {
            let values: Result<Vec<Value>> =
                (0..row.len()).map(|i| row.try_get::<_, Read>(i).map(|r| r.0).map_err(error)).collect();
            take(values?)?;
        }
        Ok(())
    }

    pub fn execute(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        let statement = self.prepared(text)?;
        let params: Vec<Bound<'_>> = params.iter().map(Bound).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
        self.client.execute(&statement, &params).map_err(error)
    }

    /// Statement texts live as long as the process, so their address names them.
    fn prepared(&mut self, text: &str) -> Result<Statement> {
        let key = (text.as_ptr() as usize, text.len());
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).map_err(error)?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    /// Prepare a text and name the types of its parameters and columns, for the test that compares the engines.
    pub fn describe(&mut self, text: &str) -> Result<(Vec<String>, Vec<(String, String)>)> {
        let statement = self.client.prepare(text).map_err(error)?;
        let params = statement.params().iter().map(|t| t.name().to_string()).collect();
        let columns =
            statement.columns().iter().map(|c| (c.name().to_string(), c.type_().name().to_string())).collect();
        Ok((params, columns))
    }
}

#[derive(Debug)]
struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Value::Int(n) if *ty == Type::FLOAT8 => (*n as f64).to_sql(ty, out),
            Value::Int(n) => n.to_sql(ty, out),
            Value::Real(x) => x.to_sql(ty, out),
            Value::Text(text) => text.as_str().to_sql(ty, out),
            Value::Bytes(bytes) => bytes.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct Read(Value);

impl<'a> FromSql<'a> for Read {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Read(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::BOOL => Value::Int(i64::from(bool::from_sql(ty, raw)?)),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(Vec::from_sql(ty, raw)?),
            _ => Value::Text(String::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Read(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// What an error of PostgreSQL means to us.
pub fn error(e: postgres::Error) -> Error {
    let text = e.source().map_or_else(|| e.to_string(), |source| format!("{e}: {source}"));
    let cause = Cause::new(text);
    if e.is_closed() {
        return Error::Lost(cause);
    }
    let Some(state) = e.code() else {
        let broken = e.source().is_some_and(|s| s.is::<std::io::Error>());
        return if broken { Error::Lost(cause) } else { Error::Fault(cause) };
    };
    match state {
        s if *s == SqlState::UNIQUE_VIOLATION => Error::Taken(cause),
        s if [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::FOREIGN_KEY_VIOLATION,
        ]
        .contains(s) =>
        {
            Error::Again(cause)
        }
        s if *s == SqlState::DISK_FULL => Error::Full(cause),
        s if s.code().starts_with("57P")
            || s.code().starts_with("08")
            || *s == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT =>
        {
            Error::Lost(cause)
        }
        _ => Error::Fault(cause),
    }
}
