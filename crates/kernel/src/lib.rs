//! Values that were valid when born, refusals, and state tables. Nothing here touches a disk, a socket or a clock.

pub mod cidr;
pub mod code;
pub mod error;
pub mod id;
pub mod instant;
pub mod qty;
pub mod secret;
pub mod value;
pub mod words;

pub use cidr::Cidr;
pub use code::{Name, Reason, Text};
pub use error::{Cause, Error, FieldError, Kind, Refusal, RefusalDef, Result};
pub use id::Id;
pub use instant::{Day, Instant};
pub use qty::Qty;
pub use secret::Secret;
pub use value::{Field, Value};
pub use words::{Move, StateTable};

/// What the macros of this crate need at the place where they are used.
#[doc(hidden)]
pub mod reexport {
    pub use {linkme, schemars, serde, serde_json};
}
