//! How a call ends badly: a refusal (the rules say no) or one of our own faults.

use std::fmt;

use linkme::distributed_slice;
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// The result of everything that can be refused or go wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of no it is; each has one HTTP status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kind {
    Malformed,
    Unauthenticated,
    Denied,
    NotFound,
    Conflict,
    Stale,
    VersionRequired,
    Unprocessable,
    Locked,
    TooMany,
    Busy,
    Internal,
}

impl Kind {
    /// The HTTP status of this kind; nothing else in Takt maps a refusal to a status.
    pub const fn status(self) -> u16 {
        match self {
            Kind::Malformed => 400,
            Kind::Unauthenticated => 401,
            Kind::Denied => 403,
            Kind::NotFound => 404,
            Kind::Conflict => 409,
            Kind::Stale => 412,
            Kind::Unprocessable => 422,
            Kind::Locked => 423,
            Kind::VersionRequired => 428,
            Kind::TooMany => 429,
            Kind::Internal => 500,
            Kind::Busy => 503,
        }
    }
}

/// One word of the refusal vocabulary: a stable code, its kind and the names of its parameters.
#[derive(Debug)]
pub struct RefusalDef {
    pub code: &'static str,
    pub kind: Kind,
    pub params: &'static [&'static str],
    pub meaning: &'static str,
}

/// Every refusal of the product, gathered by `refusals!`.
#[distributed_slice]
pub static REFUSALS: [RefusalDef];

/// A refusal as it is given to a caller: the word, the facts behind it and the fields it is about.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub def: &'static RefusalDef,
    pub kind: Kind,
    pub params: Map<String, Json>,
    pub errors: Vec<FieldError>,
}

/// What is wrong with one field of a call; `path` is a JSON pointer into the fields.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct FieldError {
    pub path: String,
    pub code: String,
    pub message: String,
}

impl RefusalDef {
    /// The refusal with one fact; chain `with` for more.
    pub fn with(&'static self, name: &'static str, value: impl Serialize) -> Refusal {
        Refusal::from(self).with(name, value)
    }

    /// The refusal as an error, for `Err(…)`.
    pub fn error(&'static self) -> Error {
        Refusal::from(self).into()
    }
}

impl Refusal {
    /// Add a fact that the sentence or the caller needs.
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        debug_assert!(self.def.params.contains(&name), "{} does not declare the parameter {name}", self.def.code);
        self.params.insert(name.to_string(), serde_json::to_value(value).unwrap_or(Json::Null));
        self
    }

    /// Name the field this refusal is about.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            path: path.into(),
            code: self.def.code.to_string(),
            message: self.def.meaning.to_string(),
        });
        self
    }

    /// The same word as 422: the caller named it inside a body (core §18 lists where).
    pub fn unprocessable(mut self) -> Self {
        self.kind = Kind::Unprocessable;
        self
    }

    /// The same word as 409.
    pub fn conflict(mut self) -> Self {
        self.kind = Kind::Conflict;
        self
    }
}

impl From<&'static RefusalDef> for Refusal {
    fn from(def: &'static RefusalDef) -> Self {
        Refusal { def, kind: def.kind, params: Map::new(), errors: Vec::new() }
    }
}

/// A fault of ours with what led to it; logged once at the door, shown as a reference number.
#[derive(Clone, Debug)]
pub struct Cause(String);

impl Cause {
    pub fn new(text: impl Into<String>) -> Box<Self> {
        Box::new(Cause(text.into()))
    }

    /// Put what was being done in front of what went wrong.
    pub fn while_doing(&self, what: &str) -> Box<Self> {
        Cause::new(format!("{what}: {}", self.0))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a call did not succeed.
#[derive(Clone, Debug)]
pub enum Error {
    /// The rules say no.
    Refused(Box<Refusal>),
    /// A unique index said no; the text names the columns or the index.
    Taken(Box<Cause>),
    /// Another transaction was in the way (40001, 40P01): the whole call is done again.
    Again(Box<Cause>),
    /// The transaction or its connection is gone; nothing was kept.
    Lost(Box<Cause>),
    /// No room on the disk; nothing was kept.
    Full(Box<Cause>),
    /// Our mistake.
    Fault(Box<Cause>),
}

impl Error {
    /// A unique index spoke: the caller gets this refusal instead. Other errors stay what they are.
    pub fn taken_as(self, refusal: impl Into<Refusal>) -> Self {
        match self {
            Error::Taken(_) => refusal.into().into(),
            other => other,
        }
    }

    /// A unique index spoke: the call is done again, and its guards say who was first. Other errors stay what they are.
    pub fn again_if_taken(self) -> Self {
        match self {
            Error::Taken(cause) => Error::Again(cause),
            other => other,
        }
    }

    /// The refusal, if that is what it is.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// A fault with its cause.
    pub fn fault(text: impl Into<String>) -> Self {
        Error::Fault(Cause::new(text))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(Box::new(refusal))
    }
}

impl From<&'static RefusalDef> for Error {
    fn from(def: &'static RefusalDef) -> Self {
        Refusal::from(def).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refusal) => write!(f, "{} {}", refusal.def.code, Json::Object(refusal.params.clone())),
            Error::Taken(cause) => write!(f, "already taken: {cause}"),
            Error::Again(cause) => write!(f, "to be done again: {cause}"),
            Error::Lost(cause) => write!(f, "transaction lost: {cause}"),
            Error::Full(cause) => write!(f, "storage full: {cause}"),
            Error::Fault(cause) => write!(f, "{cause}"),
        }
    }
}

impl std::error::Error for Error {}

/// Declare refusals: `CODE: Kind (param, …);` each with a doc line that is its meaning in the generated catalogue.
#[macro_export]
macro_rules! refusals {
    ($( #[doc = $meaning:literal] $code:ident : $kind:ident $( ( $($param:ident),* $(,)? ) )? ; )*) => {$(
        #[doc = $meaning]
        pub static $code: &$crate::RefusalDef = {
            #[$crate::reexport::linkme::distributed_slice($crate::error::REFUSALS)]
            #[linkme(crate = $crate::reexport::linkme)]
            static DEF: $crate::RefusalDef = $crate::RefusalDef {
                code: stringify!($code),
                kind: $crate::Kind::$kind,
                params: &[$( $(stringify!($param)),* )?],
                meaning: $meaning.trim_ascii(),
            };
            &DEF
        };
    )*};
}

refusals! {
    /// Code blank after trimming
    CODE_REQUIRED: Malformed (field);
    /// Name blank after trimming
    NAME_REQUIRED: Malformed (field);
    /// Body or query violates schema, enum, length or number rules; see errors
    VALIDATION_FAILED: Malformed;
}
