//! Forget a mapping.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mapping, SourceProcessKey, SourceSystem, entity_key, update};

/// Forget what a process key of another system means; the next sync that meets it decides anew (R-CORE-042).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteMapping {
    pub source_system: SourceSystem,
    pub source_process_key: SourceProcessKey,
}

impl Command for DeleteMapping {
    type Loaded = Mapping;
    type Output = Done;
    const NAME: &'static str = "operation_mapping.delete";
    const ROUTE: Route = delete("/operation-mappings/{sourceSystem}/{sourceProcessKey}");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("operation_mapping", entity_key(&self.source_system, &self.source_process_key))
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Mapping> {
        update::mine(cx, ask, &self.source_system, &self.source_process_key)
    }

    fn run(self, mapping: Mapping, cx: &mut Cx<'_>) -> Result<Done> {
        cx.remove(&mapping)?;
        Ok(Done::OK)
    }
}
