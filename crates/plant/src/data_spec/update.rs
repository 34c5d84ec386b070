//! Edit a data spec: a new revision, while compiled routes keep theirs.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Alarm, DATA_SPEC_NOT_FOUND, DATA_SPEC_TYPE_LOCKED, DataSpec, DataSpecView, DataType, Frozen, ItemType, Limits,
    Method, SpecId, TriggerRule, TriggerType, check,
};

/// Edit a data spec; absent fields stay as they are, `null` clears, `spec` and `alarm` are replaced whole. Once values are
/// stored, the data type stays (R-CORE-150).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateDataSpec {
    pub spec_id: SpecId,
    pub item_type: Option<ItemType>,
    pub data_type: Option<DataType>,
    pub method: Option<Method>,
    pub allow_manual_fallback: Option<bool>,
    pub trigger_type: Option<TriggerType>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<TriggerRule>")]
    pub trigger_rule: Option<Option<TriggerRule>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Limits>")]
    pub spec: Option<Option<Limits>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Alarm>")]
    pub alarm: Option<Option<Alarm>>,
    pub is_required: Option<bool>,
    pub is_active: Option<bool>,
}

impl Command for UpdateDataSpec {
    type Loaded = (DataSpec, Frozen);
    type Output = DataSpecView;
    const NAME: &'static str = "data_spec.update";
    const ROUTE: Route = patch("/data-collection-specs/{specId}");
    const PERMIT: Need = Need::Any(&[Permit::DataSpecConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("data_spec", &self.spec_id)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(DataSpec, Frozen)> {
        let spec = DataSpec::to_change(cx, &self.spec_id)?;
        let spec = ask.need(spec, || DATA_SPEC_NOT_FOUND.with("name", &self.spec_id))?;
        ask.part(cx.unchanged(spec.version))?;
        let other_type = self.data_type.is_some_and(|t| t != spec.data_type);
        ask.that(!(other_type && spec.has_values), || DATA_SPEC_TYPE_LOCKED.with("name", &spec.name))?;
        let edited = self.edited(spec.frozen()?);
        ask.part(check::limits(&edited.name, &edited))?;
        ask.part(check::trigger(&edited.name, &edited))?;
        Ok((spec, edited))
    }

    fn run(self, (before, edited): (DataSpec, Frozen), cx: &mut Cx<'_>) -> Result<DataSpecView> {
        let mut spec = before.clone();
        spec.keep(&edited)?;
        spec.is_active = self.is_active.unwrap_or(spec.is_active);
        let operation = before.operation_code(cx)?;
        cx.about("data_spec", before.view(&operation)?.spec_id);
        if differs(&before, &spec) {
            spec.revision += 1;
            cx.save(&before, &mut spec)?;
            spec.revised(cx, &operation)?;
        }
        spec.view(&operation)
    }
}

fn differs(before: &DataSpec, after: &DataSpec) -> bool {
    use engine::db::Noun;
    before.values() != after.values()
}

impl UpdateDataSpec {
    fn edited(&self, was: Frozen) -> Frozen {
        Frozen {
            item_type: self.item_type.unwrap_or(was.item_type),
            data_type: self.data_type.unwrap_or(was.data_type),
            method: self.method.unwrap_or(was.method),
            allow_manual_fallback: self.allow_manual_fallback.unwrap_or(was.allow_manual_fallback),
            trigger_type: self.trigger_type.unwrap_or(was.trigger_type),
            trigger_rule: self.trigger_rule.clone().unwrap_or(was.trigger_rule),
            spec: self.spec.clone().map_or(was.spec, Option::unwrap_or_default),
            alarm: self.alarm.clone().unwrap_or(was.alarm),
            is_required: self.is_required.unwrap_or(was.is_required),
            name: was.name,
            revision: was.revision,
        }
    }
}
