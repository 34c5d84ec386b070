//! The ceiling: the statements that the product issued, with the same values and the same batching, without the product.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Instant;

use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde_json::Value;

use super::bare::{self, Bare, told};
use crate::{Result, While, fail};

/// Statements as they were recorded, in their order.
pub struct Recording {
    texts: Vec<String>,
    steps: Vec<Step>,
    /// Where the first command of the workload begins.
    begin: usize,
    /// Commands of the workload.
    pub commands: usize,
    /// Transactions that hold them.
    pub commits: usize,
}

struct Step {
    conn: usize,
    text: usize,
    params: Vec<Param>,
    /// The id that the product got.
    id: Option<i64>,
}

#[derive(Clone, Debug)]
enum Param {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
}

/// What a replay took.
pub struct Replayed {
    /// Commands of the workload per second.
    pub per_second: f64,
    /// Statements (on PostgreSQL transactions) that failed.
    pub failed: u64,
    /// Microseconds of our own processor time for each command.
    pub cpu_us: f64,
}

impl Recording {
    /// Reads what `TAKT_RECORD` wrote.
    pub fn read(path: &Path) -> Result<Recording> {
        let file = std::fs::File::open(path).or_fail(format!("no recording at {}", path.display()))?;
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut recording = Recording { texts: vec![], steps: vec![], begin: usize::MAX, commands: 0, commits: 0 };
        for line in BufReader::new(file).lines() {
            let line: Value = serde_json::from_str(&line.or_fail("reading the recording")?).or_fail("the recording")?;
            let text = line["sql"].as_str().unwrap_or_default().to_string();
            let params: Vec<Param> = line["params"].as_array().into_iter().flatten().map(Param::of).collect();
            let is_command = text.starts_with("insert into request")
                && matches!(&params[1], Param::Text(name) if name.starts_with("unit.track_"));
            if is_command {
                recording.commands += 1;
            }
            let count = numbers.len();
            let number = *numbers.entry(text.clone()).or_insert(count);
            if number == count {
                recording.texts.push(text);
            }
            let conn = line["conn"].as_u64().unwrap_or_default() as usize;
            recording.steps.push(Step { conn, text: number, params, id: line["id"].as_i64() });
            if is_command && recording.commands == 1 {
                recording.begin = recording.begin_of_last();
            }
            let is_commit = recording.begin < usize::MAX && recording.texts[number] == "commit";
            recording.commits += usize::from(is_commit);
        }
        if recording.commands == 0 {
            return fail("the recording has no command of the workload");
        }
        Ok(recording)
    }

    /// The number of statements per command.
    pub fn statements_per_command(&self) -> f64 {
        (self.steps.len() - self.begin) as f64 / self.commands as f64
    }

    /// The step at which the transaction of the last step began.
    fn begin_of_last(&self) -> usize {
        let conn = self.steps.last().map_or(0, |step| step.conn);
        let begins = |step: &Step| step.conn == conn && self.texts[step.text].starts_with("begin");
        self.steps.iter().rposition(begins).unwrap_or(0)
    }

    /// Run everything on a copy of the data the recording began with.
    pub fn replay(&self, bare: Bare, url: &str) -> Result<Replayed> {
        match bare {
            Bare::Sqlite(conn) => self.on_sqlite(&conn),
            Bare::Postgres(client) => {
                drop(client);
                self.on_postgres(url)
            }
        }
    }

    fn on_sqlite(&self, conn: &rusqlite::Connection) -> Result<Replayed> {
        let prepared: std::result::Result<Vec<_>, _> = self.texts.iter().map(|text| conn.prepare(text)).collect();
        let mut prepared = prepared.or_fail("preparing the recorded statements")?;
        let (mut started, mut spent, mut failed) = (Instant::now(), 0.0, 0);
        for (i, step) in self.steps.iter().enumerate() {
            if i == self.begin {
                (started, spent) = (Instant::now(), own_processor());
            }
            let statement = &mut prepared[step.text];
            for (n, param) in step.params.iter().enumerate() {
                statement.raw_bind_parameter(n + 1, param).or_fail("binding")?;
            }
            let mut rows = statement.raw_query();
            loop {
                match rows.next() {
                    Ok(Some(row)) => drop(std::hint::black_box(row.get_ref(0))),
                    Ok(None) => break,
                    Err(_) => {
                        failed += 1;
                        break;
                    }
                }
            }
        }
        let cpu_us = (own_processor() - spent) * 1e6 / self.commands as f64;
        Ok(Replayed { per_second: self.commands as f64 / started.elapsed().as_secs_f64(), failed, cpu_us })
    }

    /// As many connections as the product had take the transactions in their order. Ids come from the database, so values
    /// that were ids of the recording become those of the replay; a transaction waits for those it needs.
    fn on_postgres(&self, url: &str) -> Result<Replayed> {
        let transactions = self.transactions();
        let given: HashSet<i64> = self.steps.iter().filter_map(|step| step.id).collect();
        let ids = Ids { given, known: Mutex::default(), news: Condvar::new() };
        let (next, failed) = (AtomicUsize::new(0), AtomicU64::new(0));
        let first = transactions.iter().position(|t| t[0] >= self.begin).unwrap_or(0);
        let started = Mutex::new((Instant::now(), own_processor()));
        let conns: HashSet<usize> = self.steps.iter().map(|step| step.conn).collect();
        std::thread::scope(|scope| {
            let worker = || -> Result<()> {
                let mut client = bare::connect(url)?;
                let mut prepared = HashMap::new();
                loop {
                    let i = next.fetch_add(1, Ordering::SeqCst);
                    let Some(steps) = transactions.get(i) else { return Ok(()) };
                    if i == first {
                        *started.lock().expect("the clock is never poisoned") = (Instant::now(), own_processor());
                    }
                    self.transaction(&mut client, &mut prepared, steps, &ids, &failed)?;
                }
            };
            let workers: Vec<_> = conns.iter().map(|_| scope.spawn(worker)).collect();
            for worker in workers {
                worker.join().unwrap_or_else(|_| fail("a worker panicked"))?;
            }
            Ok::<(), crate::Failure>(())
        })?;
        let (started, spent) = *started.lock().expect("the clock is never poisoned");
        let cpu_us = (own_processor() - spent) * 1e6 / self.commands as f64;
        let per_second = self.commands as f64 / started.elapsed().as_secs_f64();
        Ok(Replayed { per_second, failed: failed.into_inner(), cpu_us })
    }

    /// The steps of each transaction, in the order in which they began.
    fn transactions(&self) -> Vec<Vec<usize>> {
        let mut all: Vec<Vec<usize>> = Vec::new();
        let mut open: HashMap<usize, usize> = HashMap::new();
        for (i, step) in self.steps.iter().enumerate() {
            if self.texts[step.text].starts_with("begin") {
                open.insert(step.conn, all.len());
                all.push(vec![]);
            }
            if let Some(at) = open.get(&step.conn) {
                all[*at].push(i);
            }
        }
        all
    }

    fn transaction(
        &self,
        client: &mut postgres::Client,
        prepared: &mut HashMap<usize, postgres::Statement>,
        steps: &[usize],
        ids: &Ids,
        failed: &AtomicU64,
    ) -> Result<()> {
        let own: HashSet<i64> = steps.iter().filter_map(|i| self.steps[*i].id).collect();
        for step in steps.iter().map(|i| &self.steps[*i]) {
            for param in &step.params {
                if let Param::Int(n) = param {
                    if ids.given.contains(n) && !own.contains(n) {
                        ids.wait(*n);
                    }
                }
            }
        }
        let mut got: Vec<(i64, i64)> = Vec::new();
        let mut is_broken = false;
        for step in steps.iter().map(|i| &self.steps[*i]) {
            let text = &self.texts[step.text];
            if step.params.is_empty() && !text.starts_with("select") {
                if client.batch_execute(text).is_err() {
                    is_broken = true;
                    break;
                }
                continue;
            }
            let statement = match prepared.get(&step.text) {
                Some(statement) => statement.clone(),
                None => {
                    let statement = client.prepare(text).map_err(told).or_fail("preparing")?;
                    prepared.insert(step.text, statement.clone());
                    statement
                }
            };
            let params: Vec<Param> = step.params.iter().map(|p| ids.now(p, &got)).collect();
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as _).collect();
            match client.query(&statement, &params) {
                Ok(rows) => {
                    if let (Some(id), Some(row)) = (step.id, rows.first()) {
                        got.push((id, row.get(0)));
                    }
                }
                Err(_) => {
                    is_broken = true;
                    break;
                }
            }
        }
        // What failed once has ended its transaction; the product would do the call again.
        if is_broken {
            failed.fetch_add(1, Ordering::Relaxed);
            let _ = client.batch_execute("rollback");
        }
        ids.tell(steps.iter().filter_map(|i| self.steps[*i].id), &got);
        Ok(())
    }
}

/// Seconds of processor time of this process.
fn own_processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    rest.split(' ').skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The ids of the recording and what they are in the replay.
struct Ids {
    given: HashSet<i64>,
    known: Mutex<HashMap<i64, i64>>,
    news: Condvar,
}

impl Ids {
    fn wait(&self, id: i64) {
        let mut known = self.known.lock().expect("the ids are never poisoned");
        while !known.contains_key(&id) {
            known = self.news.wait(known).expect("the ids are never poisoned");
        }
    }

    /// A value of the recording as it is in the replay.
    fn now(&self, param: &Param, own: &[(i64, i64)]) -> Param {
        let Param::Int(n) = param else { return param.clone() };
        if !self.given.contains(n) {
            return param.clone();
        }
        let mine = own.iter().find(|(was, _)| was == n).map(|(_, is)| *is);
        let known = || self.known.lock().expect("the ids are never poisoned").get(n).copied();
        Param::Int(mine.or_else(known).unwrap_or(*n))
    }

    /// A transaction is over; ids that it did not get stay what they were, so that nobody waits for ever.
    fn tell(&self, recorded: impl Iterator<Item = i64>, got: &[(i64, i64)]) {
        let mut known = self.known.lock().expect("the ids are never poisoned");
        known.extend(recorded.map(|id| (id, id)));
        known.extend(got.iter().copied());
        self.news.notify_all();
    }
}

impl Param {
    fn of(json: &Value) -> Param {
        match json {
            Value::Null => Param::Null,
            Value::Number(n) => n.as_i64().map_or_else(|| Param::Real(n.as_f64().unwrap_or(0.0)), Param::Int),
            Value::String(text) => Param::Text(text.clone()),
            other => Param::Text(other.to_string()),
        }
    }
}

impl rusqlite::ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(n) => ValueRef::Integer(*n),
            Param::Real(x) => ValueRef::Real(*x),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl ToSql for Param {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Param::Int(n) if *ty == Type::FLOAT8 => (*n as f64).to_sql(ty, out),
            Param::Int(n) => n.to_sql(ty, out),
            Param::Real(x) => x.to_sql(ty, out),
            Param::Text(text) => text.as_str().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
