//! Point a mapping at another operation.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch, sql};
use kernel::code::Name;
use kernel::{Error, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Mapping, MappingView, OPERATION_MAPPING_NOT_FOUND, SourceProcessKey, SourceSystem, create, entity_key};
use crate::operation::{Operation, OperationCode};

/// Edit a mapping; later syncs follow it, steps that exist keep their operation (R-CORE-043).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateMapping {
    pub source_system: SourceSystem,
    pub source_process_key: SourceProcessKey,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Name>")]
    pub source_process_name: Option<Option<Name>>,
    pub operation_code: Option<OperationCode>,
}

impl Command for UpdateMapping {
    type Loaded = (Mapping, Operation);
    type Output = MappingView;
    const NAME: &'static str = "operation_mapping.update";
    const ROUTE: Route = patch("/operation-mappings/{sourceSystem}/{sourceProcessKey}");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("operation_mapping", entity_key(&self.source_system, &self.source_process_key))
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Mapping, Operation)> {
        let mapping = mine(cx, ask, &self.source_system, &self.source_process_key)?;
        let operation = match &self.operation_code {
            Some(code) => create::target(cx, ask, code)?,
            None => {
                let code: Option<OperationCode> =
                    cx.value(sql!("select code from operation where id = $1"), p![mapping.operation_id])?;
                let code = code.ok_or_else(|| Error::fault("a mapping has an operation"))?;
                create::target(cx, ask, &code)?
            }
        };
        Ok((mapping, operation))
    }

    fn run(self, (before, operation): (Mapping, Operation), cx: &mut Cx<'_>) -> Result<MappingView> {
        let mut mapping = Mapping { operation_id: operation.id, ..before.clone() };
        if let Some(name) = self.source_process_name {
            mapping.source_process_name = name.map(|name| name.to_string());
        }
        cx.save(&before, &mut mapping)?;
        Ok(mapping.view(&operation))
    }
}

/// Load a mapping that the command will change: it exists and is what the caller saw.
pub(super) fn mine(cx: &Cx<'_>, ask: &mut Ask, system: &SourceSystem, key: &SourceProcessKey) -> Result<Mapping> {
    let missing = || OPERATION_MAPPING_NOT_FOUND.with("source", system).with("key", key);
    let mapping = ask.need(Mapping::find(cx, system, key)?, missing)?;
    ask.part(cx.unchanged(mapping.version))?;
    Ok(mapping)
}
