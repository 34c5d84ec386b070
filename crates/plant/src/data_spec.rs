//! Data specs: what is measured at an operation, how it is judged and what follows.

mod check;
mod create;
mod get;
pub mod judge;
mod list;
mod spec_id;
mod units;
mod update;
mod value;

use engine::{Cx, Registry, row, sql};
use kernel::code::fold;
use kernel::{Error, Id, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::operation::{Operation, OperationCode};

pub use create::CreateDataSpec;
pub use get::{DataSpecRevisions, GetDataSpec};
pub use spec_id::SpecId;
pub use update::UpdateDataSpec;

kernel::refusals! {
    /// No such data spec, or name unknown at the step
    DATA_SPEC_NOT_FOUND: NotFound (name);
    /// Spec name taken within the operation
    DATA_SPEC_NAME_DUPLICATE: Conflict (name, operation);
    /// Contradictory limits or bad pattern
    DATA_SPEC_LIMITS_INVALID: Unprocessable (name, problem);
    /// dataType has stored values
    DATA_SPEC_TYPE_LOCKED: Conflict (name);
    /// Trigger does not fit the step type (mostly at compile)
    DATA_SPEC_TRIGGER_MISMATCH: Unprocessable (name, trigger);
}

engine::events! {
    /// A data spec got a new revision
    DataSpecRevised = "DATA_SPEC_REVISED" { operation_code: String, name: String, revision: i64 }
}

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
    table "data_spec" refs { operation_id => "operation.code" } quiet { has_values, name_key, spec_key };
    /// A data spec as it stands now.
    pub struct DataSpec {
        pub id: Id<DataSpec>,
        pub operation_id: Id<Operation>,
        pub name: String,
        pub name_key: String,
        pub spec_key: String,
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

/// A data spec as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataSpecView {
    pub spec_id: String,
    pub operation_code: String,
    #[serde(flatten)]
    pub definition: Frozen,
    pub is_active: bool,
    /// Whether values are stored, so that the data type stays.
    pub has_values: bool,
    pub version: i64,
}

impl DataSpec {
    /// The data spec of an id like `REFLOW:Peak`, whatever its case; a change of it waits until the caller is done.
    pub fn find(cx: &Cx<'_>, id: &SpecId) -> Result<Option<DataSpec>> {
        cx.one(
            sql!(
                "select d.id, d.operation_id, d.name, d.name_key, d.spec_key, d.item_type, d.data_type, d.method, d.allow_manual_fallback,
                     d.trigger_type, d.trigger_rule, d.spec, d.alarm, d.is_required, d.is_active, d.has_values, d.revision, d.version
                 from data_spec d join operation o on o.id = d.operation_id
                 where o.code_key = $1 and d.name_key = $2 for share of d"
            ),
            p![id.operation.key(), id.name.key()],
        )
    }

    /// The data spec of an id for a command that changes it.
    pub fn to_change(cx: &Cx<'_>, id: &SpecId) -> Result<Option<DataSpec>> {
        cx.one(
            sql!(
                "select d.id, d.operation_id, d.name, d.name_key, d.spec_key, d.item_type, d.data_type, d.method, d.allow_manual_fallback,
                     d.trigger_type, d.trigger_rule, d.spec, d.alarm, d.is_required, d.is_active, d.has_values, d.revision, d.version
                 from data_spec d join operation o on o.id = d.operation_id
                 where o.code_key = $1 and d.name_key = $2 for update of d"
            ),
            p![id.operation.key(), id.name.key()],
        )
    }

    /// All data specs of an operation, active or not, by name.
    pub fn of_operation(cx: &Cx<'_>, operation: Id<Operation>) -> Result<Vec<DataSpec>> {
        cx.all(
            sql!(
                "select id, operation_id, name, name_key, spec_key, item_type, data_type, method, allow_manual_fallback,
                     trigger_type, trigger_rule, spec, alarm, is_required, is_active, has_values, revision, version
                 from data_spec where operation_id = $1 order by name_key"
            ),
            p![operation],
        )
    }

    /// Note that values are stored by a spec of an operation, so that its data type stays (R-CORE-150); for whoever stores them.
    /// Gives whether this was the first.
    pub fn locks_type(cx: &mut Cx<'_>, operation: &str, name: &str) -> Result<bool> {
        let sql = sql!(
            "update data_spec set has_values = 1 where has_values = 0 and name_key = $2
                 and operation_id = (select id from operation where code_key = $1)"
        );
        Ok(cx.run(sql, p![fold(operation), fold(name)])? > 0)
    }

    /// What a spec of an operation said at a revision.
    pub fn at_revision(cx: &Cx<'_>, operation: &str, name: &str, revision: i64) -> Result<Option<Frozen>> {
        let definition: Option<Json> = cx.value(
            sql!(
                "select r.definition from data_spec_revision r join data_spec d on d.id = r.data_spec_id
                 join operation o on o.id = d.operation_id
                 where o.code_key = $1 and d.name_key = $2 and r.revision = $3"
            ),
            p![fold(operation), fold(name), revision],
        )?;
        let wrong = |e: serde_json::Error| Error::fault(format!("revision {revision} of {operation}:{name}: {e}"));
        definition.map(serde_json::from_value).transpose().map_err(wrong)
    }

    /// The spec whole, as it is frozen into a route version.
    pub fn frozen(&self) -> Result<Frozen> {
        Ok(Frozen {
            name: self.name.clone(),
            revision: self.revision,
            item_type: self.item_type,
            data_type: self.data_type,
            method: self.method,
            allow_manual_fallback: self.allow_manual_fallback,
            trigger_type: self.trigger_type,
            trigger_rule: self.read("trigger_rule", &self.trigger_rule)?,
            spec: self.read("spec", &self.spec)?.unwrap_or_default(),
            alarm: self.read("alarm", &self.alarm)?,
            is_required: self.is_required,
        })
    }

    fn read<T: serde::de::DeserializeOwned>(&self, column: &str, json: &Option<Json>) -> Result<Option<T>> {
        let Some(json) = json else { return Ok(None) };
        let wrong = |e: serde_json::Error| Error::fault(format!("{column} of the data spec {}: {e}", self.name));
        serde_json::from_value(json.clone()).map(Some).map_err(wrong)
    }

    /// Take over what a frozen spec says; name, revision and activity stay.
    fn keep(&mut self, frozen: &Frozen) -> Result<()> {
        let json = |value: Result<Json, serde_json::Error>| value.map_err(|e| Error::fault(e.to_string()));
        self.item_type = frozen.item_type;
        self.data_type = frozen.data_type;
        self.method = frozen.method;
        self.allow_manual_fallback = frozen.allow_manual_fallback;
        self.trigger_type = frozen.trigger_type;
        self.is_required = frozen.is_required;
        let empty = |json: &Json| json.as_object().is_some_and(|o| o.is_empty());
        self.spec = Some(json(serde_json::to_value(&frozen.spec))?).filter(|spec| !empty(spec));
        self.trigger_rule = frozen.trigger_rule.as_ref().map(|rule| json(serde_json::to_value(rule))).transpose()?;
        self.trigger_rule = self.trigger_rule.take().filter(|rule| !empty(rule));
        self.alarm = frozen.alarm.as_ref().map(|alarm| json(serde_json::to_value(alarm))).transpose()?;
        Ok(())
    }

    fn operation_code(&self, cx: &Cx<'_>) -> Result<OperationCode> {
        let code = cx.value(sql!("select code from operation where id = $1"), p![self.operation_id])?;
        code.ok_or_else(|| Error::fault("a data spec has an operation"))
    }

    /// Keep what the spec says from now on and tell it.
    fn revised(&self, cx: &mut Cx<'_>, operation: &OperationCode) -> Result<()> {
        let view = self.view(operation)?;
        let mut definition = serde_json::to_value(&view.definition).map_err(|e| Error::fault(e.to_string()))?;
        definition["isActive"] = self.is_active.into();
        cx.run(
            sql!(
                "insert into data_spec_revision (data_spec_id, revision, definition, at, by_name)
                 values ($1, $2, $3, $4, $5)"
            ),
            p![self.id, self.revision, definition, cx.now, cx.actor().name],
        )?;
        cx.emit(DataSpecRevised {
            operation_code: operation.to_string(),
            name: self.name.clone(),
            revision: self.revision,
        })
    }

    fn view(&self, operation: &OperationCode) -> Result<DataSpecView> {
        let name = kernel::code::Name::parse(&self.name).map_err(Error::fault)?;
        Ok(DataSpecView {
            spec_id: SpecId { operation: operation.clone(), name }.to_string(),
            operation_code: operation.to_string(),
            definition: self.frozen()?,
            is_active: self.is_active,
            has_values: self.has_values,
            version: self.version,
        })
    }
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateDataSpec>().command::<UpdateDataSpec>();
    registry.query::<GetDataSpec>().query::<DataSpecRevisions>().list(&list::DATA_SPECS);
}
