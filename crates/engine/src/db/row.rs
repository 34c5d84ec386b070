//! Rows become structs by position and name; nouns know their table, so that a change writes what changed and notes the diff.

use kernel::{Error, Field, Result, Value};
use linkme::distributed_slice;
use serde_json::Value as Json;

/// Reads the columns of one row in the order in which the struct declares its fields.
pub struct Columns {
    values: std::vec::IntoIter<Value>,
}

impl Columns {
    pub fn new(values: Vec<Value>) -> Self {
        Columns { values: values.into_iter() }
    }

    /// The next column as the type the field has.
    pub fn take<T: Field>(&mut self, name: &str) -> Result<T> {
        let Some(value) = self.values.next() else {
            return Err(Error::fault(format!("the row has no column for {name}")));
        };
        T::from_value(value).map_err(|e| Error::fault(format!("column {name}: {e}")))
    }
}

/// A struct that a row can be read into.
pub trait Row: Sized {
    /// Column names in order; empty for tuples, which read by position alone.
    const COLUMNS: &'static [&'static str];

    fn read(columns: &mut Columns) -> Result<Self>;

    /// What kind of thing the row is and its code; only of nouns that calls are about.
    fn called(&self) -> Option<(&'static str, &str)> {
        None
    }
}

/// What the engine must know of a table to write and audit its rows.
pub struct TableSpec {
    pub table: &'static str,
    /// Columns whose id is shown as the code of the row it names: `("line_id", "line.code")`.
    pub refs: &'static [(&'static str, &'static str)],
    /// Columns that appear in a diff as `***`.
    pub hidden: &'static [&'static str],
    /// Columns that follow from others or count changes; they stay out of diffs.
    pub quiet: &'static [&'static str],
}

/// A noun as the tests that walk all of them know it.
pub struct NounDef {
    pub name: &'static str,
    pub spec: TableSpec,
    pub columns: &'static [&'static str],
}

/// Every noun of the product, gathered by `row!`.
#[distributed_slice]
pub static NOUNS: [NounDef];

/// A row of a table of its own, with an `id` column first.
pub trait Noun: Row {
    const SPEC: TableSpec;

    /// All columns in order, the id first.
    fn values(&self) -> Vec<Value>;

    /// A column as people read it.
    fn shown(&self, column: &str) -> Json;

    fn id_number(&self) -> i64;
    fn set_id(&mut self, id: i64);

    /// Give the optimistic-lock counter a new value; nouns without one ignore it.
    fn set_version(&mut self, version: i64);
}

/// Declare a struct that maps a row: `row! { pub struct Bench { id: Id<Unit>, sn: Sn } }`.
///
/// With `table "unit"` in front it is a noun: `cx.add`, `cx.save` and `cx.remove` write it and note the diff. With
/// `called("line", code)` behind that, a call about it has the code that was read, however its caller typed it.
#[macro_export]
macro_rules! row {
    (@row ($($kind:literal, $code:ident)?) $(#[$doc:meta])* $vis:vis struct $name:ident {
        $( $(#[$fdoc:meta])* $fvis:vis $field:ident : $type:ty ),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        $vis struct $name { $( $(#[$fdoc])* $fvis $field: $type ),+ }

        impl $crate::db::Row for $name {
            const COLUMNS: &'static [&'static str] = &[$( stringify!($field) ),+];
            fn read(columns: &mut $crate::db::Columns) -> kernel::Result<Self> {
                Ok($name { $( $field: columns.take(stringify!($field))? ),+ })
            }
            $(fn called(&self) -> Option<(&'static str, &str)> {
                Some(($kind, self.$code.as_str()))
            })?
        }
    };
    ($(#[$doc:meta])* $vis:vis struct $name:ident { $( $(#[$fdoc:meta])* $fvis:vis $field:ident : $type:ty ),+ $(,)? }) => {
        $crate::row! { @row () $(#[$doc])* $vis struct $name { $( $(#[$fdoc])* $fvis $field: $type ),+ } }
    };
    (table $table:literal $(called($kind:literal, $code:ident))?
     $(refs { $($ref_col:ident => $ref_to:literal),* $(,)? })?
     $(hidden { $($hidden:ident),* $(,)? })?
     $(quiet { $($quiet:ident),* $(,)? })? ;
     $(#[$doc:meta])* $vis:vis struct $name:ident { $( $(#[$fdoc:meta])* $fvis:vis $field:ident : $type:ty ),+ $(,)? }) => {
        $crate::row! { @row ($($kind, $code)?) $(#[$doc])* $vis struct $name { $( $(#[$fdoc])* $fvis $field: $type ),+ } }

        impl $crate::db::Noun for $name {
            const SPEC: $crate::db::TableSpec = $crate::db::TableSpec {
                table: $table,
                refs: &[$( $((stringify!($ref_col), $ref_to)),* )?],
                hidden: &[$( $(stringify!($hidden)),* )?],
                quiet: &["version", $( $(stringify!($quiet)),* )?],
            };
            fn values(&self) -> Vec<kernel::Value> {
                vec![$( kernel::Field::to_value(&self.$field) ),+]
            }
            fn shown(&self, column: &str) -> $crate::reexport::serde_json::Value {
                match column {
                    $( stringify!($field) => kernel::Field::shown(&self.$field), )+
                    _ => $crate::reexport::serde_json::Value::Null,
                }
            }
            fn id_number(&self) -> i64 {
                self.id.number()
            }
            fn set_id(&mut self, id: i64) {
                self.id = kernel::Id::of(id);
            }
            fn set_version(&mut self, version: i64) {
                $crate::row!(@version self version $($field)+);
            }
        }

        const _: () = {
            #[$crate::reexport::linkme::distributed_slice($crate::db::NOUNS)]
            #[linkme(crate = $crate::reexport::linkme)]
            static DEF: $crate::db::NounDef = $crate::db::NounDef {
                name: stringify!($name),
                spec: <$name as $crate::db::Noun>::SPEC,
                columns: <$name as $crate::db::Row>::COLUMNS,
            };
        };
    };
    (@version $self:ident $value:ident version $($rest:ident)*) => { $self.version = $value; };
    (@version $self:ident $value:ident $other:ident $($rest:ident)*) => { $crate::row!(@version $self $value $($rest)*) };
    (@version $self:ident $value:ident) => { let _ = $value; };
}

macro_rules! tuple_rows {
    ($( ($($t:ident),+) )*) => {$(
        impl<$($t: Field),+> Row for ($($t,)+) {
            const COLUMNS: &'static [&'static str] = &[];
            fn read(columns: &mut Columns) -> Result<Self> {
                Ok(($( columns.take::<$t>(stringify!($t))?, )+))
            }
        }
    )*};
}
tuple_rows! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }
