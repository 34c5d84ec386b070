//! Delete an operation that nothing uses.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{OPERATION_IN_USE, Operation, OperationCode, update};

/// Delete an operation; a used one is deactivated instead (R-CORE-040).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteOperation {
    pub operation_code: OperationCode,
}

impl Command for DeleteOperation {
    type Loaded = Operation;
    type Output = Done;
    const NAME: &'static str = "operation.delete";
    const ROUTE: Route = delete("/operations/{operationCode}");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("operation", &self.operation_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Operation> {
        let operation = update::mine(cx, ask, &self.operation_code)?;
        let uses = operation.uses(cx)?;
        let used = || OPERATION_IN_USE.with("operation", &operation.code).with("counts", &uses);
        ask.that(uses.is_empty(), used)?;
        Ok(operation)
    }

    fn run(self, operation: Operation, cx: &mut Cx<'_>) -> Result<Done> {
        cx.remove(&operation)?;
        Ok(Done::OK)
    }
}
