//! The two shapes that carry the product: a command is a write someone asks for, a query is a question.

use kernel::{Refusal, Result};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::ask::Ask;
use crate::cx::Cx;
use crate::permits::Permit;

/// HTTP methods that routes use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub const fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Where the API offers a command or query: `/api/v1` and this path; `{name}` parts are fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
}

pub const fn get(path: &'static str) -> Route {
    Route { method: Method::Get, path }
}
pub const fn post(path: &'static str) -> Route {
    Route { method: Method::Post, path }
}
pub const fn put(path: &'static str) -> Route {
    Route { method: Method::Put, path }
}
pub const fn patch(path: &'static str) -> Route {
    Route { method: Method::Patch, path }
}
pub const fn delete(path: &'static str) -> Route {
    Route { method: Method::Delete, path }
}

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Whoever holds any one of these.
    Any(&'static [Permit]),
    /// Whoever is signed in.
    Session,
    /// Whoever is signed in, also with a first password that is still to be changed: to change it, to leave, to see who one is.
    Arrival,
    /// Everybody: signing in.
    Nobody,
}

impl Need {
    pub const fn permits(self) -> &'static [Permit] {
        match self {
            Need::Any(permits) => permits,
            _ => &[],
        }
    }
}

/// What a call is about: the kind of thing and its code, for the audit trail and the event's subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub kind: &'static str,
    pub key: String,
}

impl Entity {
    pub fn of(kind: &'static str, key: impl ToString) -> Self {
        Entity { kind, key: key.to_string() }
    }
}

/// What a command does on a reader before it is queued.
pub type Prepare<C> = fn(&mut C, &Cx<'_>) -> Result<()>;

/// A write someone asks for: its fields are the struct, its guards load and require, its run changes and tells.
pub trait Command: DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// What the guards found and the run needs.
    type Loaded;
    /// The answer; a top-level `version` becomes the ETag.
    type Output: Serialize + JsonSchema;

    const NAME: &'static str;
    const ROUTE: Route;
    const PERMIT: Need;
    /// The HTTP status of success, unless `cx.created()` says 201.
    const STATUS: u16 = 200;
    /// Whether the caller must send the version it saw (`If-Match`).
    const VERSIONED: bool = false;
    /// Whether a refusal of this command may keep something (R-CORE-003 lists which).
    const KEEPS_ON_REFUSAL: bool = false;
    /// Slow work before the call is queued: hashing, parsing, rendering. Reads only; `run` checks again what may have changed.
    const PREPARE: Option<Prepare<Self>> = None;

    /// What the call is about, as far as its fields tell.
    fn entity(&self) -> Entity;

    /// Load and require, in the rule's order.
    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded>;

    /// Change and tell.
    fn run(self, loaded: Self::Loaded, cx: &mut Cx<'_>) -> Result<Self::Output>;
}

/// How the answer of a question is put on record: as which action, about which kind of thing, and the field that names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    pub action: &'static str,
    pub kind: &'static str,
    pub field: &'static str,
}

/// A question; answered on a snapshot, within the asker's scope.
pub trait Query: DeserializeOwned + JsonSchema + Send + 'static {
    type Output: Serialize + JsonSchema;

    const NAME: &'static str;
    const ROUTE: Route;
    const PERMIT: Need;
    /// Reports and traces of whole runs; they get the slow readers.
    const SLOW: bool = false;
    /// Whoever gets the answer is on record: what is taken away or printed (R-PLAT-051).
    const RECORD: Option<Record> = None;

    fn ask(self, cx: &Cx<'_>) -> Result<Self::Output>;
}

/// The answer of commands that have nothing to tell but that they happened.
#[derive(Serialize, JsonSchema, Clone, Copy, Debug)]
pub struct Done {
    pub done: bool,
}

impl Done {
    pub const OK: Done = Done { done: true };
}

/// A refusal that only warns, with its sentence in the language of whoever asked: an answer tells it although nothing was refused.
#[derive(Serialize, JsonSchema, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    pub code: &'static str,
    pub params: serde_json::Map<String, serde_json::Value>,
    pub detail: String,
}

impl Warning {
    pub fn of(cx: &Cx<'_>, refusal: Refusal) -> Self {
        let detail = crate::words::refusal(cx.actor().lang, &refusal);
        Warning { code: refusal.def.code, params: refusal.params, detail }
    }
}

/// A field of a change that may also be cleared: absent it stays as it is, `null` clears it.
///
/// `#[serde(default, deserialize_with = "engine::given")] #[schemars(with = "Option<T>")] field: Option<Option<T>>`
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}
