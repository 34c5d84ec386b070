//! The one context of business code: transaction, actor and now. `&Cx` reads, `&mut Cx` writes.

mod nouns;

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use kernel::code::fold;
use kernel::{Day, Error, Instant, Refusal, Result, Value};
use serde_json::{Map, Value as Json};

use crate::actor::Actor;
use crate::audit;
use crate::command::{Command, Entity};
use crate::db::{Reach, Row, Sql, Tx};
use crate::event::{Event, Happened, topics};
use crate::perform::Origin;
use crate::permits::Permit;
use crate::refusals::VERSION_MISMATCH;
use crate::registry::Registry;
use crate::settings::{Setting, Settings};
use crate::sql;
use crate::store::Shared;

/// One call at work.
pub struct Cx<'c> {
    tx: &'c Tx,
    shared: &'c Shared,
    actor: &'c Actor,
    /// Read once when the call starts; never goes back.
    pub now: Instant,
    permits: &'static [Permit],
    reach: Reach,
    if_match: Option<i64>,
    origin: Option<&'c Origin>,
    pub(crate) kept: Kept,
}

/// What a call leaves behind besides its changes.
#[derive(Default)]
pub(crate) struct Kept {
    /// Guards only read, and still say how the thing is really called.
    pub entity: RefCell<Option<Entity>>,
    pub diff: Vec<Json>,
    pub events: Vec<Happened>,
    pub reason: Option<String>,
    pub line_code: Option<String>,
    pub station_code: Option<String>,
    pub heard_at: Vec<String>,
    pub created: bool,
    pub location: Option<String>,
    pub refused: Option<Refusal>,
    pub silent: bool,
    /// Who acts, once a call that nobody was signed in for knows it.
    pub actor: Option<Arc<Actor>>,
}

impl<'c> Cx<'c> {
    pub(crate) fn new(
        tx: &'c Tx,
        shared: &'c Shared,
        actor: &'c Actor,
        now: Instant,
        permits: &'static [Permit],
        reach: Reach,
        if_match: Option<i64>,
    ) -> Self {
        Cx { tx, shared, actor, now, permits, reach, if_match, origin: None, kept: Kept::default() }
    }

    /// The same, knowing where the call comes from.
    pub(crate) fn with_origin(self, origin: &'c Origin) -> Self {
        Cx { origin: Some(origin), ..self }
    }

    /// A call of its own in the same transaction, that comes from somewhere: for work done because somebody asked.
    pub(crate) fn coming_from<'s>(&'s self, origin: &'s Origin) -> Cx<'s> {
        Cx::new(self.tx, self.shared, self.actor, self.now, self.permits, self.reach, None).with_origin(origin)
    }

    /// Where the call comes from; empty for work of Takt itself and for questions.
    pub fn origin(&self) -> &Origin {
        static NOWHERE: Origin = Origin { request_id: String::new(), ip: None, user_agent: None };
        self.origin.unwrap_or(&NOWHERE)
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        self.actor
    }

    /// Everything this release contains: gates, settings, events, permits.
    pub fn registry(&self) -> &'c Registry {
        &self.shared.registry
    }

    /// What the engine shares between calls: caches of frozen things live there.
    pub fn shared(&self) -> &'c Shared {
        self.shared
    }

    /// The epoch in which the transaction began: what it reads of settings, rights, lines and stations may be older than that of
    /// a later one.
    pub(crate) fn began(&self) -> u64 {
        self.tx.began()
    }

    /// The day in the plant's zone.
    pub fn today(&self) -> Day {
        self.now.day_in(&self.shared.zone)
    }

    /// Go by the clock that all nodes of the plant share, where there is one: for what one node does for all.
    pub(crate) fn by_the_plants_clock(&mut self) -> Result<()> {
        self.now = self.tx.clock()?.unwrap_or(self.now);
        Ok(())
    }

    /// The permits under which this call runs.
    pub fn permits(&self) -> &'static [Permit] {
        self.permits
    }

    /// All rows of a question, within the reach of the asker where the text has a `{scope}` word.
    pub fn all<R: Row>(&self, sql: &'static Sql, params: impl AsRef<[Value]>) -> Result<Vec<R>> {
        let rows: Vec<R> = self.tx.all(sql, self.reach, params.as_ref())?;
        if let [row] = &rows[..] {
            self.heed(row.called());
        }
        Ok(rows)
    }

    /// The one row of a question, or none.
    pub fn one<R: Row>(&self, sql: &'static Sql, params: impl AsRef<[Value]>) -> Result<Option<R>> {
        Ok(self.all(sql, params)?.pop())
    }

    /// The one value of a question, or none.
    pub fn value<T: kernel::Field>(&self, sql: &'static Sql, params: impl AsRef<[Value]>) -> Result<Option<T>> {
        Ok(self.one::<(T,)>(sql, params)?.map(|row| row.0))
    }

    /// Whether a question has any row.
    pub fn exists(&self, sql: &'static Sql, params: impl AsRef<[Value]>) -> Result<bool> {
        let mut any = false;
        self.tx.each(sql, self.reach, params.as_ref(), |_| {
            any = true;
            Ok(())
        })?;
        Ok(any)
    }

    /// Rows as plain values, for listings.
    pub fn each(
        &self,
        sql: &'static Sql,
        params: impl AsRef<[Value]>,
        take: impl FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        self.tx.each(sql, self.reach, params.as_ref(), take)
    }

    /// The effective value of a setting.
    pub fn setting<T: Setting>(&self, key: &Settings<T>) -> Result<T> {
        self.shared.settings.get(self, key)
    }

    /// A thing that never changes once it exists (a frozen route version), read once and kept for the life of the process.
    pub fn frozen<T: Any + Send + Sync>(
        &self,
        id: i64,
        read: impl FnOnce() -> Result<Option<T>>,
    ) -> Result<Option<Arc<T>>> {
        self.shared.frozen(id, self.tx.writes(), read)
    }

    /// Whether the asker's scope has this line under the permits of this call.
    pub fn reaches_line(&self, line: Option<i64>) -> bool {
        self.actor.reaches_line(self.permits, line)
    }

    /// Whether the asker's scope has this station; `run_line` decides for stations that serve any line.
    pub fn reaches_station(&self, station: i64, line: Option<i64>, run_line: Option<i64>) -> bool {
        self.actor.reaches_station(self.permits, station, line, run_line)
    }

    /// The same reading under other permits, for a query that shows parts under rights of their own.
    pub fn under(&self, permits: &'static [Permit]) -> Option<Cx<'c>> {
        let reach = self.actor.reach(permits)?;
        Some(Cx::new(self.tx, self.shared, self.actor, self.now, permits, reach, None))
    }

    /// All that stands between the asker and a command: the permit, then every guard, in the rule's order. For next
    /// actions and buttons: asked on the snapshot at hand, with the sight and the permits of the command (R-CORE-004).
    pub fn ask_all<C: Command>(&self, command: &C) -> Result<Vec<Refusal>> {
        let cx = Cx::new(self.tx, self.shared, self.actor, self.now, C::PERMIT.permits(), Reach::ALL, None);
        crate::perform::blockers(&cx, C::PERMIT, |ask| command.guards(&cx, ask).map(|_| ()))
    }

    /// Refuse a change of something that has changed since the caller saw it.
    pub fn unchanged(&self, version: i64) -> Result<()> {
        match self.if_match {
            Some(seen) if seen != version => Err(VERSION_MISMATCH.with("version", version).into()),
            _ => Ok(()),
        }
    }

    /// A statement that changes rows; gives how many. What it changes is noted by the caller (`note`).
    pub fn run(&mut self, sql: &'static Sql, params: impl AsRef<[Value]>) -> Result<u64> {
        self.tx.execute(sql, params.as_ref())
    }

    /// The same for what nobody waits for: it must change a row ([`Tx::promise`]).
    pub fn promise(&mut self, sql: &'static Sql, params: impl AsRef<[Value]>, otherwise: &'static str) -> Result<()> {
        self.tx.promise(sql, params.as_ref(), otherwise)
    }

    /// Note a change that was not made through a noun; `path` is a field name or a path below one.
    pub fn note(&mut self, op: &'static str, path: &str, before: Option<Json>, after: Option<Json>) {
        let path = format!("/{}", camel(path.trim_start_matches('/')));
        let mut entry = Map::new();
        entry.insert("op".into(), op.into());
        entry.insert("path".into(), path.into());
        if let Some(before) = before {
            entry.insert("before".into(), before);
        }
        if let Some(after) = after {
            entry.insert("after".into(), after);
        }
        self.kept.diff.push(Json::Object(entry));
    }

    /// Say what the call is about once it is known better than its fields told.
    pub fn about(&mut self, kind: &'static str, key: impl ToString) {
        *self.kept.entity.get_mut() = Some(Entity::of(kind, key));
    }

    /// A thing was read: a call that named it in another case is about it under the name it has.
    fn heed(&self, called: Option<(&'static str, &str)>) {
        let Some((kind, code)) = called else { return };
        let mut entity = self.kept.entity.borrow_mut();
        if let Some(e) = entity.as_mut().filter(|e| e.kind == kind && e.key != code && fold(&e.key) == fold(code)) {
            e.key = code.to_string();
        }
    }

    /// Why the actor does it, for the audit trail.
    pub fn because(&mut self, reason: impl ToString) {
        self.kept.reason = Some(reason.to_string());
    }

    /// Where it happens, for the audit trail.
    pub fn happens_at(&mut self, line: Option<&str>, station: Option<&str>) {
        self.kept.line_code = line.map(str::to_string);
        self.kept.station_code = station.map(str::to_string);
    }

    /// The stations at which what is told from here on is heard besides the one where it happens: their queues change too.
    pub fn heard_at(&mut self, stations: Vec<String>) {
        self.kept.heard_at = stations;
    }

    /// Who acts, for the audit trail of a call that begins without anybody: signing in, enrolling.
    pub fn acts_as(&mut self, actor: Actor) {
        self.kept.actor = Some(Arc::new(actor));
    }

    /// Write an audit row about what `about` named, with what was noted so far: for work that is no call, and rows of imports.
    pub fn record(&mut self, action: &'static str) -> Result<()> {
        audit::record(self.tx, self.now, action, self.actor, &self.kept, self.origin())?;
        self.kept.diff.clear();
        Ok(())
    }

    /// The answer is 201.
    pub fn created(&mut self) {
        self.kept.created = true;
    }

    /// Keep what was written although the caller gets a refusal; the command must declare it (R-CORE-003).
    pub fn refuse_and_keep(&mut self, refusal: impl Into<Refusal>) {
        self.kept.refused = Some(refusal.into());
    }

    /// Leave no audit row: housekeeping that changes nothing a person would ask about.
    pub fn quietly(&mut self) {
        self.kept.silent = true;
    }

    /// Tell a fact: it is stored with this call, and reactions follow in the same transaction.
    pub fn emit<E: Event>(&mut self, event: E) -> Result<()> {
        let line_id = event.line();
        let Json::Object(mut payload) = serde_json::to_value(&event).map_err(|e| Error::fault(e.to_string()))? else {
            return Err(Error::fault(format!("{} is not an object", E::NAME)));
        };
        payload.retain(|_, value| !value.is_null());
        let subject = self.kept.entity.get_mut().as_ref().map_or_else(String::new, |e| format!("{}:{}", e.kind, e.key));
        let topics = topics(&payload, &subject, &self.kept.heard_at);
        let happened = Happened { name: E::NAME, at: self.now, occurred_at: None, subject, line_id, topics, payload };
        let registry = self.registry();
        for reaction in registry.reactions_to(E::NAME) {
            (reaction.run)(self, &happened)?;
        }
        self.kept.events.push(happened);
        Ok(())
    }

    /// Try a part that may fail alone: refused, it leaves nothing behind and the rest goes on.
    pub fn attempt<T>(&mut self, part: impl FnOnce(&mut Cx<'_>) -> Result<T>) -> Result<Result<T, Refusal>> {
        self.tx.control("savepoint part")?;
        let (diffs, events) = (self.kept.diff.len(), self.kept.events.len());
        match part(self) {
            Ok(done) => {
                self.tx.control("release savepoint part")?;
                Ok(Ok(done))
            }
            Err(Error::Refused(refusal)) => {
                self.tx.control("rollback to savepoint part")?;
                self.tx.control("release savepoint part")?;
                self.shared.forget_young();
                self.kept.diff.truncate(diffs);
                self.kept.events.truncate(events);
                Ok(Err(*refusal))
            }
            Err(other) => Err(other),
        }
    }

    /// The next value of a named counter, counted up in this transaction.
    pub fn count(&mut self, name: &str) -> Result<i64> {
        self.count_by(name, 1)
    }

    /// Take `n` values of a named counter; gives the last one.
    pub fn count_by(&mut self, name: &str, n: i64) -> Result<i64> {
        let sql = sql!(
            "insert into counter (name, value) values ($1, $2)
             on conflict (name) do update set value = counter.value + excluded.value returning value"
        );
        let value: Option<(i64,)> = self.tx.all(sql, Reach::ALL, &kernel::p![name, n])?.pop();
        value.map(|v| v.0).ok_or_else(|| Error::fault("a counter gives a value"))
    }
}

/// `line_code` → `lineCode`; other path parts stay.
pub fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}
