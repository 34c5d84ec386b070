//! Storage behind one `Tx`: SQLite in the process or a PostgreSQL server, the same SQL text for both.

pub mod migrate;
pub mod postgres;
pub mod record;
pub mod row;
pub mod sql;
pub mod sqlite;
pub mod tx;

pub use row::{Columns, NOUNS, Noun, NounDef, Row, TableSpec};
pub use sql::{Dialect, STATEMENTS, Sql};
pub use tx::{Reach, Tx};
