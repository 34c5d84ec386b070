//! One transaction on either engine. Business code sees only this.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::{Cause, Error, Instant, Result, Value};

use super::postgres::PgConn;
use super::row::{Columns, Row};
use super::sql::{Dialect, Sight, Sql};
use super::{record, sqlite};

/// How far a read sees, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    pub sight: Sight,
    pub principal: i64,
}

impl Reach {
    pub const ALL: Reach = Reach { sight: Sight::All, principal: 0 };
}

/// A connection of either engine.
pub enum Conn {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgConn>),
}

/// A connection with the transaction at hand; statements come only from `sql!` or `Sql::compose`.
pub struct Tx {
    conn: RefCell<Conn>,
    dialect: Dialect,
    locks: bool,
    /// Which connection of this process, for the recorder.
    number: usize,
    /// The epoch in which the transaction began ([`crate::live::Bell::epoch`]).
    began: Cell<u64>,
}

impl Tx {
    /// A connection that writes: statements lock the rows they say.
    pub fn on(conn: Conn) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let dialect = conn.dialect();
        Tx {
            conn: RefCell::new(conn),
            dialect,
            locks: true,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            began: Cell::new(0),
        }
    }

    /// A connection that only reads snapshots: the same statements lock nothing.
    pub fn reading(conn: Conn) -> Self {
        Tx { locks: false, ..Tx::on(conn) }
    }

    /// Say in which epoch the next transaction begins.
    pub fn begins_in(&self, epoch: u64) {
        self.began.set(epoch);
    }

    pub fn began(&self) -> u64 {
        self.began.get()
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The time of the database, which the nodes of a plant share; none where the database has no clock of its own.
    pub fn clock(&self) -> Result<Option<Instant>> {
        match &mut *self.conn.borrow_mut() {
            Conn::Sqlite(_) => Ok(None),
            Conn::Postgres(conn) => conn.clock().map(Some),
        }
    }

    /// Whether this connection may write; else it reads snapshots.
    pub fn writes(&self) -> bool {
        self.locks
    }

    /// All rows of a question.
    pub fn all<R: Row>(&self, sql: &'static Sql, reach: Reach, params: &[Value]) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        self.each(sql, reach, params, |values| {
            rows.push(R::read(&mut Columns::new(values))?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Hand every row of a question to a function, as plain values.
    pub fn each(
        &self,
        sql: &'static Sql,
        reach: Reach,
        params: &[Value],
        mut take: impl FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let scoped;
        let params = if sql.is_scoped() && reach.sight != Sight::All {
            scoped = [params, &[Value::Int(reach.principal)]].concat();
            &scoped
        } else {
            params
        };
        let text = sql.text_for(self.dialect, reach.sight, self.locks);
        if self.locks && record::is_on() {
            return self.recorded(sql, text, params, &mut take);
        }
        self.ask(sql, text, params, &mut take)
    }

    fn ask(
        &self,
        sql: &'static Sql,
        text: &str,
        params: &[Value],
        take: &mut dyn FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let conn = &mut *self.conn.borrow_mut();
        let done = match conn {
            Conn::Sqlite(conn) => sqlite::query(conn, text, params, take),
            Conn::Postgres(conn) => conn.query(text, params, take),
        };
        done.map_err(|e| at(sql, e))
    }

    fn recorded(
        &self,
        sql: &'static Sql,
        text: &str,
        params: &[Value],
        take: &mut dyn FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let mut id = None;
        let done = self.ask(sql, text, params, &mut |values| {
            if let (Some(Value::Int(n)), true) = (values.first(), text.starts_with("insert ")) {
                id = Some(*n);
            }
            take(values)
        });
        record::statement(self.number, text, params, id);
        done
    }

    /// Run a statement that changes rows; gives how many.
    pub fn execute(&self, sql: &'static Sql, params: &[Value]) -> Result<u64> {
        let text = sql.text_for(self.dialect, Sight::All, self.locks);
        if self.locks && record::is_on() {
            record::statement(self.number, text, params, None);
        }
        let conn = &mut *self.conn.borrow_mut();
        let done = match conn {
            Conn::Sqlite(conn) => sqlite::execute(conn, text, params),
            Conn::Postgres(conn) => conn.execute(text, params),
        };
        done.map_err(|e| at(sql, e))
    }

    /// Run a statement that must change a row, without waiting for it: on PostgreSQL it goes with the next statement, and its
    /// error comes out there. [`Error::Again`] with `otherwise` if it changes none.
    pub fn promise(&self, sql: &'static Sql, params: &[Value], otherwise: &'static str) -> Result<()> {
        if self.dialect == Dialect::Sqlite {
            return match self.execute(sql, params)? {
                0 => Err(Error::Again(Cause::new(otherwise))),
                _ => Ok(()),
            };
        }
        let text = sql.text_for(self.dialect, Sight::All, self.locks);
        if self.locks && record::is_on() {
            record::statement(self.number, text, params, None);
        }
        match &mut *self.conn.borrow_mut() {
            Conn::Postgres(conn) => conn.promise(text, params, otherwise, place(sql)),
            Conn::Sqlite(_) => Ok(()),
        }
        .map_err(|e| at(sql, e))
    }

    /// A statement of the engine itself: begin, savepoint, commit.
    pub fn control(&self, text: &'static str) -> Result<()> {
        if self.locks && record::is_on() {
            record::statement(self.number, text, &[], None);
        }
        self.conn.borrow_mut().control(text)
    }

    /// End every statement that runs past the deadline (SQLite; PostgreSQL connections carry their own limit).
    pub fn limit(&self, limit: Option<std::time::Duration>) {
        if let Conn::Sqlite(conn) = &*self.conn.borrow() {
            sqlite::limit(conn, limit);
        }
    }

    /// Whether the connection to the server is lost; an SQLite file is never lost like that.
    pub fn is_lost(&self) -> bool {
        self.dialect == Dialect::Postgres && self.is_gone()
    }

    /// The connection itself, for tests that look beneath.
    pub fn with_conn<T>(&self, look: impl FnOnce(&mut Conn) -> T) -> T {
        look(&mut self.conn.borrow_mut())
    }

    /// Whether the engine has already taken the whole transaction back (SQLite after a full disk).
    pub fn is_gone(&self) -> bool {
        match &*self.conn.borrow() {
            Conn::Sqlite(conn) => conn.is_autocommit(),
            Conn::Postgres(conn) => conn.is_closed(),
        }
    }
}

impl Conn {
    pub fn dialect(&self) -> Dialect {
        match self {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A statement of the engine itself: begin, savepoint, commit.
    pub fn control(&mut self, text: &'static str) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => sqlite::control(conn, text),
            Conn::Postgres(conn) => conn.control(text),
        }
    }

    /// Several statements without parameters, for migrations.
    pub fn script(&mut self, text: &str) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.execute_batch(text).map_err(sqlite::error),
            Conn::Postgres(conn) => conn.script(text),
        }
    }
}

fn place(sql: &Sql) -> String {
    format!("{}:{}", sql.file, sql.line)
}

/// Our own mistakes name the statement they happened in.
fn at(sql: &Sql, error: Error) -> Error {
    match error {
        Error::Fault(cause) => Error::Fault(cause.while_doing(&place(sql))),
        other => other,
    }
}
