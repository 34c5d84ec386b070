//! The one write path: permit, replay, guards, run, audit, events and the stored answer, in one savepoint.

mod answers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use kernel::{Cause, Error, Instant, Kind, Refusal, Result};
use serde::Deserialize;
use serde_json::Value as Json;

use answers::{replay, store};

use crate::actor::Actor;
use crate::ask::Ask;
use crate::audit::{self, Outcome};
use crate::command::Need;
use crate::cx::{Cx, Kept};
use crate::db::sql::Dialect;
use crate::db::{Reach, Tx};
use crate::event::Happened;
use crate::latest::Latest;
use crate::permits::{Permit, Permits, PresetRole, Scope};
use crate::refusals::{
    FORBIDDEN, INTERNAL_ERROR, LINE_FORBIDDEN, PASSWORD_CHANGE_REQUIRED, STATION_FORBIDDEN, UNAUTHENTICATED,
};
use crate::registry::{Asked, CommandEntry};
use crate::store::Shared;

/// Where a call comes from, for the audit trail and the log.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub request_id: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// One call of a command, parsed at its door and ready to be performed, again if need be.
pub struct Call {
    pub entry: &'static CommandEntry,
    pub asked: Box<dyn Asked>,
    pub actor: Arc<Actor>,
    pub key: Option<String>,
    pub fields: Json,
    pub fields_hash: String,
    pub if_match: Option<i64>,
    pub origin: Origin,
    /// Why its door does not let it in: then it is only put on record (R-PLAT-050).
    pub denied: Option<Refusal>,
    /// What its slow work before the queue came upon: the refusal of the call, unless it was answered before.
    pub unprepared: Option<Refusal>,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub enum Answer {
    Done { status: u16, body: String, etag: Option<String>, location: Option<String>, replayed: bool },
    Refused { refusal: Refusal, replayed: bool },
}

impl Answer {
    pub fn refused(refusal: impl Into<Refusal>) -> Self {
        Answer::Refused { refusal: refusal.into(), replayed: false }
    }

    pub fn status(&self) -> u16 {
        match self {
            Answer::Done { status, .. } => *status,
            Answer::Refused { refusal, .. } => refusal.kind.status(),
        }
    }
}

/// What a performed call asks the writer to make known after the commit.
#[derive(Default)]
pub struct Performed {
    pub answer: Option<Answer>,
    pub events: Vec<Happened>,
    pub audited: bool,
}

/// How an error begins that comes from waiting for a call with the same key.
pub const TWIN: &str = "a call with the same key is still running";

/// Perform one call inside the open transaction. An error means that the transaction is to be given up or done again.
pub fn perform(tx: &Tx, shared: &Shared, call: &Call, now: Instant) -> Result<Performed> {
    let started = Stopwatch::now();
    let done = perform_inner(tx, shared, call, now);
    let took = started.elapsed();
    if took.as_millis() >= 50 {
        shared.metrics.slow_commands.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        tracing::warn!(command = call.entry.name, ms = took.as_millis() as u64, "slow command");
    }
    if let Ok(Performed { answer: Some(answer), .. }) = &done {
        let outcome = match answer {
            Answer::Done { .. } => "ok",
            Answer::Refused { refusal, .. } => refusal.def.code,
        };
        shared.metrics.call(call.entry.name, outcome, took);
    }
    done
}

fn perform_inner(tx: &Tx, shared: &Shared, call: &Call, now: Instant) -> Result<Performed> {
    let permits = call.entry.need.permits();
    let cx = |if_match| Cx::new(tx, shared, &call.actor, now, permits, Reach::ALL, if_match).with_origin(&call.origin);
    if let Some(refusal) = call.denied.clone().or_else(|| may(call.entry.need, &call.actor).err()) {
        return on_record(tx, call, now, who_may(&cx(None), refusal)?);
    }
    if let Some(answer) = replay(tx, call, now)? {
        if let Some(refusal) = out_of_scope(&cx(call.if_match), call)? {
            return on_record(tx, call, now, refusal);
        }
        return Ok(Performed { answer: Some(answer), ..Performed::default() });
    }

    mark(tx)?;
    let mut cx = cx(call.if_match);
    cx.kept.entity = Some(call.asked.entity()).into();
    let outcome = catch_unwind(AssertUnwindSafe(|| match &call.unprepared {
        Some(refusal) => Err(refusal.clone().into()),
        None => call.asked.perform(&mut cx),
    }));
    let outcome =
        outcome.unwrap_or_else(|panic| Err(Error::Fault(Cause::new(format!("panic: {}", panic_text(&panic))))));
    let (outcome, kept) = match outcome {
        Err(Error::Again(cause)) => return Err(Error::Again(cause)),
        Err(Error::Lost(cause)) => return Err(Error::Lost(cause)),
        Err(Error::Full(cause)) => return Err(Error::Full(cause)),
        other => (other, std::mem::take(&mut cx.kept)),
    };
    let (answer, kept) = match outcome {
        Ok(body) => match kept.refused.clone() {
            Some(_) if !call.entry.keeps_on_refusal => {
                return Err(Error::fault(format!("{} may not keep anything on a refusal", call.entry.name)));
            }
            Some(refusal) => (Answer::refused(refusal), kept),
            None => {
                let status = if kept.created { 201 } else { call.entry.status };
                let etag = etag_of(&body);
                (Answer::Done { status, body, etag, location: kept.location.clone(), replayed: false }, kept)
            }
        },
        Err(error) => {
            take_back(tx, shared)?;
            let refusal = match error {
                Error::Refused(refusal) => who_may(&cx, *refusal)?,
                fault => {
                    let reference = call.origin.request_id.clone();
                    tracing::error!(command = call.entry.name, reference, cause = %fault, "internal fault");
                    INTERNAL_ERROR.with("reference", reference)
                }
            };
            let kept = Kept { events: vec![], diff: vec![], ..kept };
            (Answer::refused(refusal), kept)
        }
    };

    // Whoever cannot say what he wants asked for nothing (decision 0003).
    let audited = match &answer {
        Answer::Refused { refusal, .. } => {
            let is_silent = kept.silent && kept.refused.is_some();
            refusal.kind != Kind::Malformed && !is_silent
        }
        Answer::Done { .. } => !kept.silent,
    };
    let audit_id = match (&answer, audited) {
        (_, false) => None,
        (Answer::Done { .. }, true) => Some(audit::write(tx, now, call, &kept, &Outcome::Done)?),
        (Answer::Refused { refusal, .. }, true) => {
            Some(audit::write(tx, now, call, &kept, &Outcome::Refused(refusal))?)
        }
    };
    for event in &kept.events {
        audit::write_event(tx, event, audit_id)?;
    }
    if !store(tx, shared, call, &answer, now)? {
        // Another call with the same key was answered meanwhile: nothing of this one stays, its answer counts.
        take_back(tx, shared)?;
        if let Some(answer) = replay(tx, call, now)? {
            unmark(tx)?;
            return Ok(Performed { answer: Some(answer), ..Performed::default() });
        }
        return Err(Error::Again(Cause::new("an answer with the same key came and went")));
    }
    unmark(tx)?;
    Ok(Performed { answer: Some(answer), events: kept.events, audited })
}

/// Refuse a call that is not let in; only the record of it stays.
fn on_record(tx: &Tx, call: &Call, now: Instant, refusal: Refusal) -> Result<Performed> {
    let entity = Kept { entity: Some(call.asked.entity()).into(), ..Kept::default() };
    audit::write(tx, now, call, &entity, &Outcome::Refused(&refusal))?;
    Ok(Performed { answer: Some(Answer::refused(refusal)), audited: true, ..Performed::default() })
}

/// Whether what a call names has left the asker's scope since it was answered: an answer is not shown again to whoever could
/// not get it any more.
fn out_of_scope(cx: &Cx<'_>, call: &Call) -> Result<Option<Refusal>> {
    if call.actor.scope(cx.permits()).is_none_or(|scope| scope == Scope::All) {
        return Ok(None);
    }
    Ok(failing(|ask| call.asked.ask(cx, ask))?.into_iter().find(is_of_scope))
}

/// Ask all guards of a call on a snapshot: a missing permit first, then every guard that fails. Writes nothing. Of what lies
/// outside the scope in which the asker may act, or without the permit may read, nothing more is told (R-PLAT-041).
pub fn dry_run(tx: &Tx, shared: &Shared, call: &Call, now: Instant) -> Result<Vec<Refusal>> {
    let permitted = may(call.entry.need, &call.actor);
    let permits = if permitted.is_ok() { call.entry.need.permits() } else { &call.entry.reading };
    let cx = Cx::new(tx, shared, &call.actor, now, permits, Reach::ALL, call.if_match).with_origin(&call.origin);
    let failing = failing(|ask| call.asked.ask(&cx, ask))?;
    let outside = failing.iter().find(|r| is_of_scope(r)).cloned();
    let told = outside.map_or(failing, |refusal| vec![refusal]);
    let told = told.into_iter().map(|refusal| who_may(&cx, refusal)).collect::<Result<Vec<_>>>()?;
    let forbidden = permitted.err().map(|refusal| who_may(&cx, refusal)).transpose()?;
    Ok(forbidden.into_iter().chain(told).collect())
}

fn is_of_scope(refusal: &Refusal) -> bool {
    [LINE_FORBIDDEN.code, STATION_FORBIDDEN.code].contains(&refusal.def.code)
}

/// Every guard that fails, in the rule's order.
fn failing(guards: impl FnOnce(&mut Ask) -> Result<()>) -> Result<Vec<Refusal>> {
    let mut ask = Ask::all();
    match guards(&mut ask) {
        Ok(()) => {}
        Err(Error::Refused(refusal)) => ask.note(*refusal),
        Err(other) => return Err(other),
    }
    Ok(ask.into_blockers())
}

/// All that stands in the way of a command on something the asker reads: a missing permit first, then every guard that fails.
pub(crate) fn blockers(cx: &Cx<'_>, need: Need, guards: impl FnOnce(&mut Ask) -> Result<()>) -> Result<Vec<Refusal>> {
    let mut blockers = failing(guards)?;
    if let Err(refusal) = may(need, cx.actor()) {
        // Who lacks the permit has no scope for it either; saying both would send the person to two people.
        blockers.retain(|r| !is_of_scope(r));
        blockers.insert(0, who_may(cx, refusal)?);
    }
    Ok(blockers)
}

/// Whether an actor may ask at all; a refusal names what is missing and who has it.
pub fn may(need: Need, actor: &Actor) -> Result<(), Refusal> {
    match need {
        Need::Nobody => Ok(()),
        Need::Session | Need::Arrival if actor.principal < 0 => Err(UNAUTHENTICATED.into()),
        Need::Arrival => Ok(()),
        _ if actor.must_change_password => Err(PASSWORD_CHANGE_REQUIRED.into()),
        Need::Session => Ok(()),
        Need::Any(permits) if permits.iter().any(|p| actor.has(*p)) => Ok(()),
        Need::Any(permits) => Err(forbidden(permits)),
    }
}

/// The refusal of a missing permit: which, and the preset roles that hold it.
pub fn forbidden(permits: &[Permit]) -> Refusal {
    let names: Vec<&str> = permits.iter().map(|p| p.name()).collect();
    let holders = crate::permits::PRESET_ROLES.iter().filter(|r| !r.token_only);
    let holders: Vec<&str> = holders.filter(|r| permits.iter().any(|p| r.closure().has(*p))).map(|r| r.code).collect();
    FORBIDDEN.with("permissions", names).with("roles", holders)
}

/// The roles that the plant made itself, with their points; kept until rights change.
fn own_roles(cx: &Cx<'_>) -> Result<Arc<Vec<(String, Permits)>>> {
    let kept = cx.frozen::<Latest<Vec<(String, Permits)>>>(0, || Ok(Some(Latest::default())))?;
    let kept = kept.ok_or_else(|| Error::fault("there is a place for roles"))?;
    kept.get(cx, || cx.registry().own_roles.map_or_else(|| Ok(vec![]), |read| read(cx)))
}

/// Whether a role of this code exists, shipped or made by the plant.
pub fn is_role(cx: &Cx<'_>, code: &str) -> Result<bool> {
    Ok(PresetRole::find(code).is_some() || own_roles(cx)?.iter().any(|role| role.0 == code))
}

/// A refusal of a missing permit with the plant's own roles that hold it beside the preset ones; any other as it is.
pub fn who_may(cx: &Cx<'_>, mut refusal: Refusal) -> Result<Refusal> {
    if refusal.def.code != FORBIDDEN.code {
        return Ok(refusal);
    }
    let own = own_roles(cx)?;
    let points = refusal.params.get("permissions").and_then(Json::as_array).cloned().unwrap_or_default();
    let missing: Vec<Permit> = points.iter().filter_map(|p| Permit::parse(p.as_str()?)).collect();
    if let Some(Json::Array(roles)) = refusal.params.get_mut("roles") {
        let holders = own.iter().filter(|(_, permits)| missing.iter().any(|p| permits.has(*p)));
        for code in holders.map(|(code, _)| Json::from(code.as_str())) {
            if !roles.contains(&code) {
                roles.push(code);
            }
        }
    }
    Ok(refusal)
}

/// A top-level `version` of an answer is its ETag.
fn etag_of(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Versioned {
        version: Option<i64>,
    }
    if !body.contains("\"version\":") {
        return None;
    }
    serde_json::from_str::<Versioned>(body).ok()?.version.map(|v| format!("\"{v}\""))
}

pub(crate) fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text").to_string()
}

/// From here on a call can be taken back. On PostgreSQL a call has a transaction of its own and needs no savepoint.
pub(crate) fn mark(tx: &Tx) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => tx.control("savepoint call"),
        Dialect::Postgres => Ok(()),
    }
}

pub(crate) fn unmark(tx: &Tx) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => tx.control("release savepoint call"),
        Dialect::Postgres => Ok(()),
    }
}

/// What was read of what is taken back never was, and its row ids may be given again.
pub(crate) fn take_back(tx: &Tx, shared: &Shared) -> Result<()> {
    shared.forget_young();
    match tx.dialect() {
        Dialect::Sqlite if tx.is_gone() => Err(Error::Lost(Cause::new("SQLite has taken the transaction back"))),
        Dialect::Sqlite => tx.control("rollback to savepoint call"),
        Dialect::Postgres => tx.control("rollback; begin"),
    }
}
