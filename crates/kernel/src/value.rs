//! The few kinds of value a column can hold, and how our own types become one and come back.

use serde_json::Value as Json;

use crate::{Cause, Error, Result};

/// One column of one row: the common ground of both database engines.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A type that fits into one column.
pub trait Field: Sized {
    /// The column type in the schema's dialect: `integer`, `real`, `text` or `blob`.
    const COLUMN: &'static str;
    /// Whether the column may be null.
    const NULLABLE: bool = false;

    fn to_value(&self) -> Value;
    fn from_value(value: Value) -> Result<Self>;

    /// The field as people read it, for the audit trail: `true`, `12.5`, an instant in words, not as the column keeps it.
    fn shown(&self) -> Json {
        self.to_value().to_json()
    }
}

/// The fault of a column that holds something else than its type says.
pub fn unexpected<T>(wanted: &str, found: &Value) -> Result<T> {
    Err(Error::Fault(Cause::new(format!("column holds {found:?}, {wanted} was expected"))))
}

macro_rules! int_field {
    ($($t:ty),*) => {$(
        impl Field for $t {
            const COLUMN: &'static str = "integer";
            fn to_value(&self) -> Value {
                Value::Int(i64::from(*self))
            }
            fn from_value(value: Value) -> Result<Self> {
                match value {
                    Value::Int(n) => <$t>::try_from(n).or_else(|_| unexpected(stringify!($t), &Value::Int(n))),
                    other => unexpected(stringify!($t), &other),
                }
            }
        }
    )*};
}
int_field!(i64, i32, u32, u16, u8);

impl Field for bool {
    const COLUMN: &'static str = "integer";

    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => unexpected("0 or 1", &other),
        }
    }

    fn shown(&self) -> Json {
        Json::Bool(*self)
    }
}

impl Field for f64 {
    const COLUMN: &'static str = "real";

    fn to_value(&self) -> Value {
        Value::Real(*self)
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Real(x) => Ok(x),
            other => unexpected("a double", &other),
        }
    }
}

impl Field for String {
    const COLUMN: &'static str = "text";

    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Text(text) => Ok(text),
            other => unexpected("text", &other),
        }
    }
}

impl Field for Vec<u8> {
    const COLUMN: &'static str = "blob";

    fn to_value(&self) -> Value {
        Value::Bytes(self.clone())
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => unexpected("bytes", &other),
        }
    }
}

/// JSON kept as text; both engines treat it as opaque.
impl Field for Json {
    const COLUMN: &'static str = "text";

    fn to_value(&self) -> Value {
        Value::Text(self.to_string())
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Text(text) => serde_json::from_str(&text).map_err(|e| Error::Fault(Cause::new(e.to_string()))),
            other => unexpected("JSON text", &other),
        }
    }

    fn shown(&self) -> Json {
        self.clone()
    }
}

impl<T: Field> Field for Option<T> {
    const COLUMN: &'static str = T::COLUMN;
    const NULLABLE: bool = true;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }

    fn shown(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::shown)
    }
}

impl Value {
    /// The value as JSON, for diffs and canonical texts.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Int(n) => Json::from(*n),
            Value::Real(x) => Json::from(*x),
            Value::Text(text) => Json::from(text.as_str()),
            Value::Bytes(bytes) => Json::from(format!("{} bytes", bytes.len())),
        }
    }
}

/// What may stand in a parameter list: every `Field`, and borrowed text.
pub trait ToValue {
    fn to_param(&self) -> Value;
}

impl<T: Field> ToValue for T {
    fn to_param(&self) -> Value {
        self.to_value()
    }
}

impl ToValue for str {
    fn to_param(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl ToValue for Value {
    fn to_param(&self) -> Value {
        self.clone()
    }
}

/// The parameters of a statement in their order: `p![station.id, &code, now]`.
#[macro_export]
macro_rules! p {
    ($($x:expr),* $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::value::ToValue as _;
        [$( ($x).to_param() ),*]
    }};
}
