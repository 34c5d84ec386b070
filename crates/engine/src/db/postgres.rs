//! PostgreSQL: how a connection is opened, and how its values and errors become ours.
//!
//! A round trip costs as much as a statement, so what nobody waits for travels with the next statement: the begin of a
//! transaction, and promised writes. Their errors come out there.

use std::collections::HashMap;
use std::error::Error as _;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use kernel::{Cause, Error, Instant, Result, Value};
use postgres_types::private::BytesMut;
use postgres_types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Statement};

/// A connection with the statements it has prepared, for a plain thread: it drives its socket only while it is asked.
pub struct PgConn {
    runtime: tokio::runtime::Runtime,
    client: Client,
    statements: HashMap<(usize, usize), Statement>,
    /// What is still to be sent, in order.
    unsent: Vec<Unsent>,
}

/// What goes with the next statement.
enum Unsent {
    /// `begin`, or what ends one transaction and begins another.
    Begin(&'static str),
    Write(Box<Write>),
}

/// A promised write: it must change a row.
struct Write {
    statement: Statement,
    params: Vec<Value>,
    /// What to say if it changes none.
    otherwise: &'static str,
    /// Where it is written, for our own mistakes.
    place: String,
}

/// A message on its way, and its answer.
type Sent<'s> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + 's>>;

/// Whoever may take so long reads for a report.
const REPORT: Duration = Duration::from_secs(10);

/// The schema in which Takt keeps its tables.
pub const SCHEMA: &str = "takt";

impl PgConn {
    /// Connect on a plain thread; `statement_limit` ends statements that run longer.
    pub fn open(url: &str, statement_limit: Option<Duration>) -> Result<Self> {
        let mut config: Config = url.parse().map_err(|e: tokio_postgres::Error| Error::fault(e.to_string()))?;
        let limit = statement_limit.unwrap_or(Duration::from_secs(30));
        // A plan outlives the moment it is made in. One made while a table was empty reads all of it for ever, so whoever writes
        // or answers quickly asks by index; reports, which have time, may read tables. Where there is no index the cost of it is
        // told as endless, for which PostgreSQL would compile the plan to machine code first: half a second for nothing.
        let scans = if statement_limit.is_some_and(|limit| limit >= REPORT) { "on" } else { "off" };
        let limit = limit.as_millis();
        config
            .application_name("takt")
            .connect_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(10))
            .options(format!(
                "-c search_path={SCHEMA} -c enable_seqscan={scans} -c jit=off -c lock_timeout=5000 -c statement_timeout={limit} -c idle_in_transaction_session_timeout=30000"
            ));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Error::fault(e.to_string()))?;
        let client = runtime.block_on(crate::tls::connect(&config))?;
        Ok(PgConn { runtime, client, statements: HashMap::new(), unsent: Vec::new() })
    }

    /// Whether the connection is lost. What the server said while nobody asked is heard first.
    pub fn is_closed(&self) -> bool {
        self.runtime.block_on(async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        });
        self.client.is_closed()
    }

    /// A statement of the engine itself. What begins a transaction waits for the first statement in it.
    pub fn control(&mut self, text: &'static str) -> Result<()> {
        let word = text.split([' ', ';']).next().unwrap_or_default();
        match word {
            "begin" => {
                self.unsent.push(Unsent::Begin(text));
                return Ok(());
            }
            // What was not sent needs no taking back.
            "rollback" => {
                let is_open = !self.unsent.iter().any(|u| matches!(u, Unsent::Begin(_)));
                self.unsent.clear();
                match (is_open, text.split_once("; ")) {
                    (true, None) => {}
                    (true, Some(_)) => {
                        self.unsent.push(Unsent::Begin(text));
                        return Ok(());
                    }
                    (false, None) => return Ok(()),
                    (false, Some((_, begin))) => {
                        self.unsent.push(Unsent::Begin(begin));
                        return Ok(());
                    }
                }
            }
            // Nothing may be committed before it is known to have been done.
            "commit" => self.settle()?,
            _ => {}
        }
        self.script(text)
    }

    /// Several statements without parameters.
    pub fn script(&mut self, text: &str) -> Result<()> {
        self.send(|client| client.batch_execute(text))
    }

    /// What time it is on the server.
    pub fn clock(&mut self) -> Result<Instant> {
        const NOW: &str = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)";
        let mut now = None;
        self.query(NOW, &[], &mut |values| {
            if let [Value::Int(ms)] = values[..] {
                now = Some(Instant::from_ms(ms));
            }
            Ok(())
        })?;
        now.ok_or_else(|| Error::fault("the server does not say what time it is"))
    }

    pub fn query(
        &mut self,
        text: &str,
        params: &[Value],
        take: &mut dyn FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepared(text)?;
        let bound = bound(params);
        let params = referred(&bound);
        let rows = self.send(|client| client.query(&statement, &params))?;
        for row in rows {
            let values: Result<Vec<Value>> =
                (0..row.len()).map(|i| row.try_get::<_, Read>(i).map(|r| r.0).map_err(error)).collect();
            take(values?)?;
        }
        Ok(())
    }

    pub fn execute(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        let statement = self.prepared(text)?;
        let bound = bound(params);
        let params = referred(&bound);
        self.send(|client| client.execute(&statement, &params))
    }

    /// A write that goes with the next statement; an error comes out there, and [`Error::Again`] if it changes no row.
    pub fn promise(&mut self, text: &str, params: &[Value], otherwise: &'static str, place: String) -> Result<()> {
        let statement = self.prepared(text)?;
        let write = Write { statement, params: params.to_vec(), otherwise, place };
        self.unsent.push(Unsent::Write(Box::new(write)));
        // A pipeline that fills the sockets of both sides would stand still.
        if self.unsent.len() >= UNSENT_MAX { self.settle() } else { Ok(()) }
    }

    /// Send what waits and hear what became of it.
    fn settle(&mut self) -> Result<()> {
        if self.unsent.iter().any(|u| matches!(u, Unsent::Write(_))) {
            return self.send(|_| std::future::ready(Ok(())));
        }
        Ok(())
    }

    /// Send what waits and, behind it, what `last` asks; all answers are awaited together.
    fn send<'s, T, F>(&'s mut self, last: impl FnOnce(&'s Client) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>> + 's,
    {
        let unsent = std::mem::take(&mut self.unsent);
        let client = &self.client;
        self.runtime.block_on(async {
            let mut first: Vec<Sent<'_>> = unsent.iter().map(|u| u.send(client)).collect();
            let mut heard: Vec<Option<Result<u64, _>>> = first.iter().map(|_| None).collect();
            let mut last = Box::pin(last(client));
            let mut answer = None;
            // Each is sent when it is first asked, so asking in order sends in order.
            poll_fn(|cx| {
                let mut is_done = true;
                for (sent, heard) in first.iter_mut().zip(&mut heard) {
                    if heard.is_none() {
                        match sent.as_mut().poll(cx) {
                            Poll::Ready(told) => *heard = Some(told),
                            Poll::Pending => is_done = false,
                        }
                    }
                }
                if answer.is_none() {
                    match last.as_mut().poll(cx) {
                        Poll::Ready(told) => answer = Some(told),
                        Poll::Pending => is_done = false,
                    }
                }
                if is_done { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            for (sent, heard) in unsent.iter().zip(heard) {
                if let Some(heard) = heard {
                    sent.kept(heard)?;
                }
            }
            answer.map_or_else(|| Err(Error::fault("a statement was not answered")), |told| told.map_err(error))
        })
    }

    /// Statement texts live as long as the process, so their address names them.
    fn prepared(&mut self, text: &str) -> Result<Statement> {
        let key = (text.as_ptr() as usize, text.len());
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        // What waits goes first: a transaction that was given up understands nothing until it is rolled back.
        if !self.unsent.is_empty() {
            self.send(|_| std::future::ready(Ok(())))?;
        }
        let statement = self.runtime.block_on(self.client.prepare(text)).map_err(error)?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    /// Prepare a text and name the types of its parameters and columns, for the test that compares the engines.
    pub fn describe(&mut self, text: &str) -> Result<(Vec<String>, Vec<(String, String)>)> {
        let statement = self.runtime.block_on(self.client.prepare(text)).map_err(error)?;
        let params = statement.params().iter().map(|t| t.name().to_string()).collect();
        let columns =
            statement.columns().iter().map(|c| (c.name().to_string(), c.type_().name().to_string())).collect();
        Ok((params, columns))
    }
}

/// Promises that travel together, at most.
const UNSENT_MAX: usize = 64;

impl Unsent {
    fn send<'s>(&'s self, client: &'s Client) -> Sent<'s> {
        match self {
            Unsent::Begin(text) => Box::pin(async { client.batch_execute(text).await.map(|()| 0) }),
            Unsent::Write(write) => Box::pin(async {
                let bound = bound(&write.params);
                client.execute(&write.statement, &referred(&bound)).await
            }),
        }
    }

    /// Whether it was done. Nobody can tell whose unique value was taken when the write is long past: that is our mistake.
    fn kept(&self, told: Result<u64, tokio_postgres::Error>) -> Result<()> {
        match (self, told.map_err(error)) {
            (Unsent::Begin(_), told) => told.map(|_| ()),
            (Unsent::Write(write), Ok(0)) => Err(Error::Again(Cause::new(write.otherwise))),
            (Unsent::Write(_), Ok(_)) => Ok(()),
            (Unsent::Write(write), Err(Error::Taken(cause) | Error::Fault(cause))) => {
                Err(Error::Fault(cause.while_doing(&write.place)))
            }
            (Unsent::Write(_), Err(other)) => Err(other),
        }
    }
}

fn bound(params: &[Value]) -> Vec<Bound<'_>> {
    params.iter().map(Bound).collect()
}

fn referred<'b>(bound: &'b [Bound<'b>]) -> Vec<&'b (dyn ToSql + Sync)> {
    bound.iter().map(|p| p as _).collect()
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
pub fn error(e: tokio_postgres::Error) -> Error {
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
            SqlState::QUERY_CANCELED,
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
