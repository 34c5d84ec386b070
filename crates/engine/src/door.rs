//! What every door does with a call before it is queued: find it, read its fields strictly, list every error.

mod explain;

use std::sync::Arc;

use kernel::error::VALIDATION_FAILED;
use kernel::{Error, FieldError, Refusal, Result};
use serde_json::{Map, Value as Json};

use crate::actor::Actor;
use crate::ask::Ask;
use crate::command::Entity;
use crate::cx::Cx;
use crate::db::{Reach, Tx};
use crate::perform::{Answer, Call, Origin, dry_run, may, who_may};
use crate::refusals::{IDEMPOTENCY_KEY_REQUIRED, VERSION_REQUIRED};
use crate::registry::{Asked, CommandEntry, QueryEntry};
use crate::store::{Engine, Shared};
use explain::explain;

pub use explain::culprit;

/// What a caller sends besides the fields.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    pub key: Option<String>,
    pub if_match: Option<i64>,
    pub origin: Origin,
}

/// The longest Idempotency-Key.
pub const KEY_MAX: usize = 128;

impl Engine {
    /// The command of a name.
    pub fn command(&self, name: &str) -> Option<&'static CommandEntry> {
        self.shared.registry.commands.get(name).copied()
    }

    /// Read a call of a command; every fault of its fields is listed.
    pub fn call(
        &self,
        entry: &'static CommandEntry,
        actor: Arc<Actor>,
        fields: Json,
        envelope: Envelope,
    ) -> Result<Call, Refusal> {
        let parse = |fields: &Json| (entry.parse)(fields.clone());
        let asked = parse(&fields)
            .map_err(|e| explain(entry.name, entry.schema.as_value(), &fields, &e, |fields| parse(fields).map(drop)))?;
        let fields_hash = self.shared.fields_hash(&fields, entry.schema.as_value());
        let Envelope { key, if_match, origin } = envelope;
        Ok(Call { entry, asked, actor, key, fields, fields_hash, if_match, origin, denied: None, unprepared: None })
    }

    /// Put on record that a door did not let a call in, about as much of it as could be read; gives the refusal back.
    pub async fn deny(
        &self,
        entry: &'static CommandEntry,
        actor: Arc<Actor>,
        fields: Json,
        envelope: Envelope,
        refusal: Refusal,
    ) -> Refusal {
        let unread = || -> Box<dyn Asked> { Box::new(Unread(entry)) };
        let asked = (entry.parse)(fields.clone()).unwrap_or_else(|_| unread());
        let Envelope { key, if_match, origin } = envelope;
        let denied = Some(refusal.clone());
        let fields_hash = String::new();
        let call = Call { entry, asked, actor, key, fields, fields_hash, if_match, origin, denied, unprepared: None };
        match self.perform(call).await {
            Answer::Refused { refusal, .. } => refusal,
            Answer::Done { .. } => refusal,
        }
    }

    /// The checks of a change at its door, in order: permit, fields, version, key.
    pub fn admit(
        &self,
        entry: &'static CommandEntry,
        actor: Arc<Actor>,
        fields: Json,
        envelope: Envelope,
    ) -> Result<Call, Refusal> {
        let call = self.call(entry, actor, fields, envelope)?;
        if entry.versioned && call.if_match.is_none() {
            return Err(VERSION_REQUIRED.into());
        }
        match &call.key {
            Some(key) if !key.is_empty() && key.chars().count() <= KEY_MAX && !key.chars().any(char::is_control) => {
                Ok(call)
            }
            _ => Err(IDEMPOTENCY_KEY_REQUIRED.into()),
        }
    }

    /// Prepare and perform a call; faults become refusals.
    pub async fn submit(&self, call: Call) -> Answer {
        if !call.entry.prepares {
            return self.perform(call).await;
        }
        match self.read(false, |tx, shared| prepared(tx, shared, call)).await {
            Ok(call) => self.perform(call).await,
            Err(error) => not_prepared(&error),
        }
    }

    /// The same for callers on plain threads.
    pub fn submit_blocking(&self, call: Call) -> Answer {
        if !call.entry.prepares {
            return self.perform_blocking(call);
        }
        match self.read_blocking(false, |tx, shared| prepared(tx, shared, call)) {
            Ok(call) => self.perform_blocking(call),
            Err(error) => not_prepared(&error),
        }
    }

    /// Ask all guards of a call without running it.
    pub async fn dry_run(&self, call: Call) -> Result<Vec<Refusal>> {
        self.read(false, move |tx, shared| dry_run(tx, shared, &call, shared.now())).await
    }

    /// Put on record that somebody took something away, as a file or on paper, with what was asked of it (R-PLAT-051).
    pub async fn taken_away(
        &self,
        action: &'static str,
        about: Entity,
        asked: Json,
        actor: Arc<Actor>,
        origin: Origin,
    ) -> Result<()> {
        let record = move |cx: &mut Cx<'_>| {
            let mut cx = cx.coming_from(&origin);
            cx.about(about.kind, &about.key);
            cx.acts_as((*actor).clone());
            cx.note("add", "asked", None, Some(asked.clone()));
            cx.record(action).map(|()| 0)
        };
        self.work_async(record).await.map(|_| ())
    }

    /// The refusal of a missing permit with the plant's own roles that hold it; any other as it is.
    pub async fn who_may(&self, refusal: Refusal) -> Refusal {
        let bare = refusal.clone();
        let told = self.read(false, |tx, shared| {
            let actor = Actor::system();
            who_may(&Cx::new(tx, shared, &actor, shared.now(), &[], Reach::ALL, None), refusal)
        });
        told.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the plant's own roles could not be read");
            bare
        })
    }

    /// Ask a question on a snapshot within the actor's scope; gives the answer as JSON text.
    pub async fn ask(&self, name: &str, actor: Arc<Actor>, fields: Json) -> Result<String> {
        let Some(entry) = self.shared.registry.queries.get(name).copied() else {
            return Err(Error::fault(format!("no query is called {name}")));
        };
        if let Err(refusal) = may(entry.need, &actor) {
            return Err(self.who_may(refusal).await.into());
        }
        check_query(entry, &fields)?;
        self.read(entry.slow, move |tx, shared| {
            let started = std::time::Instant::now();
            let permits = entry.need.permits();
            let reach = match permits {
                [] => Some(Reach::ALL),
                permits => actor.reach(permits),
            };
            let Some(reach) = reach else { return Err(crate::perform::forbidden(permits).into()) };
            let cx = Cx::new(tx, shared, &actor, shared.now(), permits, reach, None);
            let answer = (entry.ask)(fields, &cx);
            let outcome = match &answer {
                Ok(_) => "ok",
                Err(Error::Refused(refusal)) => refusal.def.code,
                Err(_) => "INTERNAL_ERROR",
            };
            shared.metrics.call(entry.name, outcome, started.elapsed());
            answer
        })
        .await
    }
}

/// Slow work of a call before it is queued. What it is refused for comes out when the call is performed, and goes on record.
fn prepared(tx: &Tx, shared: &Shared, mut call: Call) -> Result<Call> {
    let (actor, origin) = (call.actor.clone(), call.origin.clone());
    let cx = Cx::new(tx, shared, &actor, shared.now(), call.entry.need.permits(), Reach::ALL, None);
    match call.asked.prepare(&cx.with_origin(&origin)) {
        Err(Error::Refused(refusal)) => call.unprepared = Some(*refusal),
        other => other?,
    }
    Ok(call)
}

fn not_prepared(error: &Error) -> Answer {
    tracing::error!(error = %error, "preparing failed");
    Answer::refused(crate::refusals::TEMPORARILY_UNAVAILABLE)
}

/// A call that was not let in and whose fields say nothing: it is about some thing of its kind.
struct Unread(&'static CommandEntry);

impl Asked for Unread {
    fn entity(&self) -> Entity {
        Entity::of(self.0.name.split('.').next().unwrap_or_default(), "")
    }

    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        Ok(())
    }

    fn ask(&self, _: &Cx<'_>, _: &mut Ask) -> Result<()> {
        Err(Error::fault("a call that was not let in is not asked"))
    }

    fn perform(&self, _: &mut Cx<'_>) -> Result<String> {
        Err(Error::fault("a call that was not let in is not performed"))
    }
}

/// Check a question's fields before a reader is asked.
pub fn check_query(entry: &QueryEntry, fields: &Json) -> Result<()> {
    if let Some(listing) = entry.listing {
        return listing.check(fields);
    }
    let name = entry.name;
    (entry.check)(fields).map_err(|e| explain(name, entry.schema.as_value(), fields, &e, |f| (entry.check)(f)).into())
}

/// Fields in a fixed order, so that the same call has the same hash however its fields were sorted.
pub fn canonical(fields: &Json) -> String {
    match fields {
        Json::Object(map) => {
            let mut names: Vec<&String> = map.keys().collect();
            names.sort();
            let parts: Vec<String> =
                names.iter().map(|n| format!("{}:{}", Json::from(n.as_str()), canonical(&map[*n]))).collect();
            format!("{{{}}}", parts.join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// Read query or form text as the types the schema asks for: `limit=50`, `active=on`, empty is absent. Names ending in `[]` gather a list.
pub fn typed(pairs: &[(String, String)], schema: &Json) -> Result<Map<String, Json>, Refusal> {
    let properties = schema.get("properties").and_then(Json::as_object);
    let mut fields = Map::new();
    let mut errors = Vec::new();
    for (name, text) in pairs {
        let wanted = properties.and_then(|p| p.get(name));
        if text.is_empty() {
            continue;
        }
        let value = as_wanted(text, wanted);
        match fields.get_mut(name) {
            Some(Json::Array(items)) if has_type(wanted, "array") => match value {
                Json::Array(more) => items.extend(more),
                one => items.push(one),
            },
            Some(_) => errors.push(FieldError {
                path: format!("/{name}"),
                code: "REPEATED".into(),
                message: "given twice".into(),
            }),
            None => drop(fields.insert(name.clone(), value)),
        }
    }
    if errors.is_empty() {
        return Ok(fields);
    }
    let mut refusal = Refusal::from(VALIDATION_FAILED);
    refusal.errors = errors;
    Err(refusal)
}

fn as_wanted(text: &str, wanted: Option<&Json>) -> Json {
    if has_type(wanted, "array") {
        if text.starts_with('[') {
            if let Ok(list) = serde_json::from_str(text) {
                return list;
            }
        }
        return Json::Array(vec![as_wanted(text, wanted.and_then(|w| w.get("items")))]);
    }
    if has_type(wanted, "string") {
        return text.into();
    }
    if has_type(wanted, "boolean") {
        return match text {
            "on" | "true" | "1" => true.into(),
            "off" | "false" | "0" => false.into(),
            other => other.into(),
        };
    }
    if has_type(wanted, "integer") || has_type(wanted, "number") {
        let number = text.parse::<i64>().map(Json::from).or_else(|_| text.parse::<f64>().map(Json::from));
        return number.unwrap_or_else(|_| text.into());
    }
    match text.starts_with(['{', '[']) {
        true => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        false => text.into(),
    }
}

/// Whether a schema allows a type, directly or in one of its alternatives.
fn has_type(schema: Option<&Json>, name: &str) -> bool {
    let Some(schema) = schema else { return false };
    let named = match schema.get("type") {
        Some(Json::String(t)) => t == name,
        Some(Json::Array(types)) => types.iter().any(|t| t == name),
        _ => false,
    };
    let alternatives = ["anyOf", "oneOf"].iter().filter_map(|k| schema.get(*k).and_then(Json::as_array)).flatten();
    named || alternatives.into_iter().any(|s| has_type(Some(s), name))
}
