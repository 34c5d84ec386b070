//! Create a data spec.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::code::Name;
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Alarm, DATA_SPEC_NAME_DUPLICATE, DataSpec, DataSpecView, DataType, Frozen, ItemType, Limits, Method, SpecId,
    TriggerRule, TriggerType, check,
};
use crate::common::yes;
use crate::operation::{OPERATION_NOT_FOUND, Operation, OperationCode};

/// Say what is measured at an operation, how it is judged and what follows (R-CORE-150).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateDataSpec {
    pub operation_code: OperationCode,
    pub name: Name,
    pub item_type: ItemType,
    pub data_type: DataType,
    #[serde(default = "by_hand")]
    pub method: Method,
    /// Whether a person may type the value of a machine that is silent.
    #[serde(default)]
    pub allow_manual_fallback: bool,
    #[serde(default = "each_unit")]
    pub trigger_type: TriggerType,
    pub trigger_rule: Option<TriggerRule>,
    pub spec: Option<Limits>,
    pub alarm: Option<Alarm>,
    #[serde(default = "yes")]
    pub is_required: bool,
    #[serde(default = "yes")]
    pub is_active: bool,
}

fn by_hand() -> Method {
    Method::Manual
}

fn each_unit() -> TriggerType {
    TriggerType::EachUnit
}

impl Command for CreateDataSpec {
    type Loaded = Operation;
    type Output = DataSpecView;
    const NAME: &'static str = "data_spec.create";
    const ROUTE: Route = post("/data-collection-specs");
    const PERMIT: Need = Need::Any(&[Permit::DataSpecConfig]);

    fn entity(&self) -> Entity {
        Entity::of("data_spec", self.spec_id())
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Operation> {
        let operation = Operation::find(cx, &self.operation_code)?;
        let operation = ask.need(operation, || OPERATION_NOT_FOUND.with("operation", &self.operation_code))?;
        let taken = cx.exists(
            sql!("select 1 from data_spec where operation_id = $1 and name_key = $2"),
            p![operation.id, self.name.key()],
        )?;
        ask.that(!taken, || self.duplicate())?;
        let spec = self.frozen();
        ask.part(check::limits(&spec.name, &spec))?;
        ask.part(check::trigger(&spec.name, &spec))?;
        Ok(operation)
    }

    fn run(self, operation: Operation, cx: &mut Cx<'_>) -> Result<DataSpecView> {
        let frozen = self.frozen();
        let spec_id = SpecId { operation: operation.code.clone(), name: self.name.clone() };
        let mut spec = DataSpec {
            id: Id::of(0),
            operation_id: operation.id,
            name: self.name.to_string(),
            name_key: self.name.key(),
            spec_key: spec_id.key(),
            item_type: self.item_type,
            data_type: self.data_type,
            method: self.method,
            allow_manual_fallback: self.allow_manual_fallback,
            trigger_type: self.trigger_type,
            trigger_rule: None,
            spec: None,
            alarm: None,
            is_required: self.is_required,
            is_active: self.is_active,
            has_values: false,
            revision: 1,
            version: 1,
        };
        spec.keep(&frozen)?;
        cx.about("data_spec", spec_id);
        cx.add(&mut spec).map_err(|e| e.taken_as(self.duplicate()))?;
        cx.created();
        spec.revised(cx, &operation.code)?;
        spec.view(&operation.code)
    }
}

impl CreateDataSpec {
    fn spec_id(&self) -> SpecId {
        SpecId { operation: self.operation_code.clone(), name: self.name.clone() }
    }

    fn duplicate(&self) -> kernel::Refusal {
        DATA_SPEC_NAME_DUPLICATE.with("name", &self.name).with("operation", &self.operation_code)
    }

    fn frozen(&self) -> Frozen {
        Frozen {
            name: self.name.to_string(),
            revision: 1,
            item_type: self.item_type,
            data_type: self.data_type,
            method: self.method,
            allow_manual_fallback: self.allow_manual_fallback,
            trigger_type: self.trigger_type,
            trigger_rule: self.trigger_rule.clone(),
            spec: self.spec.clone().unwrap_or_default(),
            alarm: self.alarm.clone(),
            is_required: self.is_required,
        }
    }
}
