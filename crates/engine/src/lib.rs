//! The engine: one write path, one read path, and the registry of everything a release contains.

extern crate self as engine;

pub mod actor;
pub mod ask;
pub mod audit;
pub mod chore;
pub mod command;
pub mod cx;
pub mod db;
pub mod door;
pub mod event;
pub mod latest;
pub mod listing;
pub mod live;
pub mod metrics;
pub mod next;
pub mod numbers;
pub mod perform;
pub mod permits;
pub mod refusals;
pub mod register;
pub mod registry;
pub mod request;
pub mod seal;
pub mod settings;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls;
pub mod words;

pub use actor::{Actor, ActorKind};
pub use ask::Ask;
pub use command::{
    Command, Done, Entity, Method, Need, Prepare, Query, Record, Route, Warning, delete, get, given, patch, post, put,
};
pub use cx::Cx;
pub use event::{Event, LineOf};
pub use permits::{Permit, Permits, Scope};
pub use registry::{GatePoint, Registry, Verdict};
pub use store::Engine;
pub use words::Lang;

/// What the macros of this crate need at the place where they are used.
#[doc(hidden)]
pub mod reexport {
    pub use {linkme, schemars, serde, serde_json};
}
