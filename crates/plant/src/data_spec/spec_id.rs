//! The name of a data spec outside: `{operationCode}:{name}`.

use std::fmt;

use kernel::code::Name;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::operation::OperationCode;

/// Which data spec: `REFLOW:Peak`. A `:` inside the operation's code is written `%3A`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecId {
    pub operation: OperationCode,
    pub name: Name,
}

impl SpecId {
    pub fn parse(text: &str) -> Result<Self, String> {
        let (operation, name) = text.split_once(':').ok_or("a data spec is named {operationCode}:{name}")?;
        let operation = operation.replace("%3A", ":").replace("%3a", ":");
        Ok(SpecId { operation: OperationCode::parse(&operation)?, name: Name::parse(name)? })
    }

    /// The folded text by which two ids are the same.
    pub fn key(&self) -> String {
        kernel::code::fold(&self.to_string())
    }
}

impl fmt::Display for SpecId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.operation.as_str().replace(':', "%3A"), self.name)
    }
}

impl serde::Serialize for SpecId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpecId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        SpecId::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for SpecId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SpecId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "minLength": 3, "maxLength": 400, "pattern": "^[^:]+:.+$", "x-pick": "data_specs",
            "description": "{operationCode}:{name}; a `:` inside the operation's code is written %3A"
        })
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_150_a_spec_is_named_by_its_operation_and_its_name() {
        let id = SpecId::parse("REFLOW:Peak: zone 1").unwrap();
        assert_eq!((id.operation.as_str(), id.name.as_str()), ("REFLOW", "Peak: zone 1"));
        let odd = SpecId::parse("A%3AB:x").unwrap();
        assert_eq!((odd.operation.as_str(), odd.to_string().as_str()), ("A:B", "A%3AB:x"));
        for wrong in ["REFLOW", ":x", "REFLOW: ", ""] {
            assert!(SpecId::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
