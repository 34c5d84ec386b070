//! Closed vocabularies: enums that are words on the wire, and states whose legal moves are a table.

use linkme::distributed_slice;

/// One legal move of a state table and the command or fact that makes it.
#[derive(Debug)]
pub struct Move {
    pub from: &'static str,
    pub to: &'static str,
    pub by: &'static str,
}

/// The moves of one kind of thing; the picture in the docs is printed from it.
#[derive(Debug)]
pub struct StateTable {
    pub name: &'static str,
    pub states: &'static [&'static str],
    pub moves: &'static [Move],
}

/// Every state table of the product, gathered by `moves!`.
#[distributed_slice]
pub static STATE_TABLES: [StateTable];

/// One closed vocabulary, for forms, catalogues and their translations.
#[derive(Debug)]
pub struct Vocabulary {
    pub name: &'static str,
    pub words: &'static [&'static str],
}

/// Every vocabulary of the product, gathered by `words!` and `moves!`.
#[distributed_slice]
pub static VOCABULARIES: [Vocabulary];

/// Declare an enum of words: `words! { /// doc  pub enum StationType { Manual = "MANUAL", … } }`.
#[macro_export]
macro_rules! words {
    ($( $(#[$doc:meta])* pub enum $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $word:literal ),+ $(,)? } )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $( $(#[$vdoc])* $variant ),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$( $name::$variant ),+];
            pub const WORDS: &'static [&'static str] = &[$( $word ),+];

            /// The word on the wire and in the database.
            pub const fn word(self) -> &'static str {
                match self { $( $name::$variant => $word ),+ }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some($name::$variant), )+ _ => None }
            }
        }

        const _: () = {
            #[$crate::reexport::linkme::distributed_slice($crate::words::VOCABULARIES)]
            #[linkme(crate = $crate::reexport::linkme)]
            static WORDS: $crate::words::Vocabulary =
                $crate::words::Vocabulary { name: stringify!($name), words: &[$( $word ),+] };
        };

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl $crate::reexport::serde::Serialize for $name {
            fn serialize<S: $crate::reexport::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.word())
            }
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <String as $crate::reexport::serde::Deserialize>::deserialize(d)?;
                Self::parse(&word).ok_or_else(|| $crate::reexport::serde::de::Error::unknown_variant(&word, Self::WORDS))
            }
        }

        impl $crate::reexport::schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut $crate::reexport::schemars::SchemaGenerator) -> $crate::reexport::schemars::Schema {
                $crate::reexport::schemars::json_schema!({ "type": "string", "enum": [$( $word ),+], "x-words": stringify!($name) })
            }
            fn inline_schema() -> bool {
                true
            }
        }

        impl $crate::Field for $name {
            const COLUMN: &'static str = "text";
            fn to_value(&self) -> $crate::Value {
                $crate::Value::Text(self.word().to_string())
            }
            fn from_value(value: $crate::Value) -> $crate::Result<Self> {
                let word = <String as $crate::Field>::from_value(value)?;
                Self::parse(&word).ok_or_else(|| $crate::Error::fault(format!("{word} is no {}", stringify!($name))))
            }
        }
    )*};
}

/// Declare a state enum with its table: `moves! { pub enum RunStatus { Prep = "PREP", … } Prep => Authorized by "run.authorize"; … }`.
///
/// What is not in the table cannot happen: `to` refuses it.
#[macro_export]
macro_rules! moves {
    ($(#[$doc:meta])* pub enum $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $word:literal ),+ $(,)? }
     $( $from:ident => $to:ident by $by:literal ; )*) => {
        $crate::words! { $(#[$doc])* pub enum $name { $( $(#[$vdoc])* $variant = $word ),+ } }

        impl $name {
            /// Whether the table has this move.
            pub const fn may_become(self, next: $name) -> bool {
                match (self, next) {
                    $( ($name::$from, $name::$to) => true, )*
                    #[allow(unreachable_patterns)]
                    _ => false,
                }
            }

            /// Make the move, or fail: commands check their guards first, so a missing move is our fault.
            pub fn to(self, next: $name) -> $crate::Result<$name> {
                if self.may_become(next) {
                    return Ok(next);
                }
                Err($crate::Error::fault(format!("{} {self} may not become {next}", stringify!($name))))
            }
        }

        const _: () = {
            #[$crate::reexport::linkme::distributed_slice($crate::words::STATE_TABLES)]
            #[linkme(crate = $crate::reexport::linkme)]
            static TABLE: $crate::StateTable = $crate::StateTable {
                name: stringify!($name),
                states: &[$( $word ),+],
                moves: &[$( $crate::Move { from: $name::$from.word(), to: $name::$to.word(), by: $by } ),*],
            };
        };
    };
}

#[cfg(test)]
mod tests {
    moves! {
        /// A lamp.
        pub enum Lamp { Off = "OFF", On = "ON", Broken = "BROKEN" }
        Off => On by "lamp.switch_on";
        On => Off by "lamp.switch_off";
        On => Broken by "time";
    }

    #[test]
    fn only_moves_of_the_table_happen() {
        assert_eq!(Lamp::Off.to(Lamp::On).unwrap(), Lamp::On);
        assert!(Lamp::Broken.to(Lamp::On).is_err());
        assert_eq!(serde_json::to_string(&Lamp::On).unwrap(), "\"ON\"");
        assert!(serde_json::from_str::<Lamp>("\"on\"").is_err(), "R-CORE-008: unknown enum value is refused");
        let table = super::STATE_TABLES.iter().find(|t| t.name == "Lamp").unwrap();
        assert_eq!(table.moves.len(), 3);
        assert_eq!(Lamp::ALL.len(), table.states.len());
    }
}
