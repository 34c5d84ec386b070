//! Facts: what happened, for reactions in the same transaction, for live pages and for other systems.

use kernel::Instant;
use linkme::distributed_slice;
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// One name of the event catalogue and the rule it comes from.
#[derive(Debug)]
pub struct EventDef {
    pub name: &'static str,
    pub when: &'static str,
    pub fields: &'static [&'static str],
}

/// Every event of the product, gathered by `events!`.
#[distributed_slice]
pub static EVENTS: [EventDef];

/// A fact with its keys and payload; `events!` declares them.
pub trait Event: Serialize + 'static {
    const NAME: &'static str;

    /// The line on which it happened; without one only actors with scope ALL see it live.
    fn line(&self) -> Option<i64> {
        None
    }
}

/// An event as it is stored and handed to reactions.
#[derive(Clone, Debug)]
pub struct Happened {
    pub name: &'static str,
    pub at: Instant,
    pub occurred_at: Option<Instant>,
    pub subject: String,
    pub line_id: Option<i64>,
    pub topics: String,
    pub payload: Map<String, Json>,
}

/// The live topics an event touches, from the keys it carries and the stations that hear of it besides.
pub fn topics(payload: &Map<String, Json>, subject: &str, heard_at: &[String]) -> String {
    const KEYS: [(&str, &str); 8] = [
        ("lineCode", "line:"),
        ("stationCode", "station:"),
        ("woNo", "wo:"),
        ("runNo", "run:"),
        ("sn", "unit:"),
        ("username", "user:"),
        ("routingCode", "route:"),
        ("key", "setting:"),
    ];
    let of_keys = KEYS.iter().filter_map(|(field, prefix)| Some((*prefix, payload.get(*field)?.as_str()?)));
    let happened_at = payload.get("stationCode").and_then(Json::as_str);
    let elsewhere = heard_at.iter().map(String::as_str).filter(|code| happened_at != Some(*code));
    let mut topics = String::from(subject);
    for (prefix, code) in of_keys.chain(elsewhere.map(|code| ("station:", code))) {
        if subject.strip_prefix(prefix) != Some(code) {
            topics.push('\n');
            topics.push_str(prefix);
            topics.push_str(code);
        }
    }
    // Whoever has the role hears of it wherever he is (R-SCR-006).
    for role in payload.get("roles").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
        topics.push_str("\nnotify:");
        topics.push_str(role);
    }
    topics
}

/// Declare events: `events! { /// when it happens  RunHeld = "RUN_HELD" { line_id: Option<i64>, run_no: RunNo, … } }`.
///
/// Fields are camelCase on the wire, absent ones are left out. A field `line_id: LineOf` is not part of the payload: it says
/// whose scope the event is in.
#[macro_export]
macro_rules! events {
    ($( #[doc = $when:literal] $name:ident = $word:literal { $( $field:ident : $type:ty ),* $(,)? } )*) => {$(
        #[doc = $when]
        #[derive(Clone, Debug, $crate::reexport::serde::Serialize)]
        #[serde(crate = "engine::reexport::serde", rename_all = "camelCase")]
        pub struct $name {
            $( pub $field: $type ),*
        }

        impl $crate::event::Event for $name {
            const NAME: &'static str = $word;
            fn line(&self) -> Option<i64> {
                $crate::events!(@line self $($field)*)
            }
        }

        const _: () = {
            #[$crate::reexport::linkme::distributed_slice($crate::event::EVENTS)]
            #[linkme(crate = $crate::reexport::linkme)]
            static DEF: $crate::event::EventDef =
                $crate::event::EventDef { name: $word, when: $when, fields: &[$( stringify!($field) ),*] };
        };
    )*};
    (@line $self:ident line_id $($rest:ident)*) => { $self.line_id.into() };
    (@line $self:ident $other:ident $($rest:ident)*) => { $crate::events!(@line $self $($rest)*) };
    (@line $self:ident) => { None };
}

/// The line of an event: an id that stays inside, so it never serialises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineOf(pub Option<i64>);

impl From<LineOf> for Option<i64> {
    fn from(line: LineOf) -> Self {
        line.0
    }
}

impl Serialize for LineOf {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_none()
    }
}
