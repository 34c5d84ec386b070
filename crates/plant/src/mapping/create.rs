//! Map a process key of another system.

use engine::refusals::CODE_DUPLICATE;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::code::Name;
use kernel::{Id, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mapping, MappingView, SourceProcessKey, SourceSystem, entity_key};
use crate::operation::{OPERATION_NOT_FOUND, Operation, OperationCode};

/// Say which operation a process key of another system means here.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateMapping {
    pub source_system: SourceSystem,
    pub source_process_key: SourceProcessKey,
    pub source_process_name: Option<Name>,
    pub operation_code: OperationCode,
}

impl Command for CreateMapping {
    type Loaded = Operation;
    type Output = MappingView;
    const NAME: &'static str = "operation_mapping.create";
    const ROUTE: Route = post("/operation-mappings");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);

    fn entity(&self) -> Entity {
        Entity::of("operation_mapping", entity_key(&self.source_system, &self.source_process_key))
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Operation> {
        let operation = target(cx, ask, &self.operation_code)?;
        let taken = Mapping::find(cx, &self.source_system, &self.source_process_key)?.is_some();
        ask.that(!taken, || self.duplicate())?;
        Ok(operation)
    }

    fn run(self, operation: Operation, cx: &mut Cx<'_>) -> Result<MappingView> {
        let duplicate = self.duplicate();
        let mut mapping = Mapping {
            id: Id::of(0),
            source_system: self.source_system,
            source_process_key: self.source_process_key,
            source_process_name: self.source_process_name.map(|name| name.to_string()),
            operation_id: operation.id,
            version: 1,
        };
        cx.add(&mut mapping).map_err(|e| e.taken_as(duplicate))?;
        cx.created();
        Ok(mapping.view(&operation))
    }
}

impl CreateMapping {
    fn duplicate(&self) -> kernel::Refusal {
        let key = entity_key(&self.source_system, &self.source_process_key);
        CODE_DUPLICATE.with("entity", "operation_mapping").with("field", "sourceProcessKey").with("code", key)
    }
}

/// The operation a mapping points at.
pub(super) fn target(cx: &Cx<'_>, ask: &mut Ask, code: &OperationCode) -> Result<Operation> {
    ask.need(Operation::find(cx, code)?, || OPERATION_NOT_FOUND.with("operation", code))
}
