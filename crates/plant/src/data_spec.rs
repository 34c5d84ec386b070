//! Data specs: what is measured at an operation, how it is judged and what follows.

pub mod judge;
mod units;

use engine::row;
use kernel::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::operation::Operation;

kernel::words! {
    /// Whether a failing value fails the board.
    pub enum ItemType { Key = "KEY", Observation = "OBSERVATION" }
    /// The type of a value.
    pub enum DataType { Number = "NUMBER", Text = "TEXT", Boolean = "BOOLEAN", Json = "JSON" }
    /// Who gives the value.
    pub enum Method { Auto = "AUTO", Manual = "MANUAL" }
    /// When the value is due.
    pub enum TriggerType { EachUnit = "EACH_UNIT", EachCarrier = "EACH_CARRIER", Event = "EVENT", Time = "TIME" }
    /// What a value outside its alarm limits does.
    pub enum AlarmAction { AlarmOnly = "ALARM_ONLY", Fail = "FAIL", Hold = "HOLD", HoldRun = "HOLD_RUN" }
    /// Which event asks for the value.
    pub enum TriggerEvent { TrackIn = "TRACK_IN", TrackOut = "TRACK_OUT" }
    /// What a value is worth.
    pub enum Judge { Pass = "PASS", Fail = "FAIL", Na = "NA" }
}

/// The limits a value is judged by; both ends belong to the good side (R-CORE-152). `min` and `max` are `lsl` and `usl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    #[serde(default, alias = "min", skip_serializing_if = "Option::is_none")]
    pub lsl: Option<f64>,
    #[serde(default, alias = "max", skip_serializing_if = "Option::is_none")]
    pub usl: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The unit values are kept in, like `°C` or `mm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimals shown; judging compares exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// A regular expression a text must match in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The texts allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
}

/// The limits beyond which a value alarms, and what then happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alarm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    pub action: AlarmAction,
}

/// When a triggered value is due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TriggerRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<TriggerEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
}

/// A data spec as it is frozen into a route version: whole, with its revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Frozen {
    pub name: String,
    pub revision: i64,
    pub item_type: ItemType,
    pub data_type: DataType,
    pub method: Method,
    pub allow_manual_fallback: bool,
    pub trigger_type: TriggerType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_rule: Option<TriggerRule>,
    #[serde(default)]
    pub spec: Limits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
    pub is_required: bool,
}

row! {
    table "data_spec" refs { operation_id => "operation.code" } quiet { has_values, name_key };
    /// A data spec as it stands now.
    pub struct DataSpec {
        pub id: Id<DataSpec>,
        pub operation_id: Id<Operation>,
        pub name: String,
        pub name_key: String,
        pub item_type: ItemType,
        pub data_type: DataType,
        pub method: Method,
        pub allow_manual_fallback: bool,
        pub trigger_type: TriggerType,
        pub trigger_rule: Option<Json>,
        pub spec: Option<Json>,
        pub alarm: Option<Json>,
        pub is_required: bool,
        pub is_active: bool,
        pub has_values: bool,
        pub revision: i64,
        pub version: i64,
    }
}
