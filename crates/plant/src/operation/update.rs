//! Edit an operation, or say that it was reviewed.

use engine::refusals::CODE_IMMUTABLE;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::Result;
use kernel::code::Name;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    OPERATION_CODE_DUPLICATE, OPERATION_ERP_READONLY, OPERATION_NOT_FOUND, Operation, OperationCode, OperationSource,
    OperationView, create,
};
use crate::StationType;
use crate::route::inherited;

/// Edit an operation; absent fields stay as they are, `null` clears. Code and name of an ERP operation belong to the ERP
/// (R-CORE-041); a code changes only while nothing uses it. `needsReview: false` takes it off the review list. Routes whose steps
/// carry another name or type now have to be compiled again.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateOperation {
    pub operation_code: OperationCode,
    pub code: Option<OperationCode>,
    pub name: Option<Name>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<StationType>")]
    pub default_type: Option<Option<StationType>>,
    pub is_key_quality: Option<bool>,
    pub needs_review: Option<bool>,
    pub is_active: Option<bool>,
}

impl Command for UpdateOperation {
    type Loaded = Operation;
    type Output = OperationView;
    const NAME: &'static str = "operation.update";
    const ROUTE: Route = patch("/operations/{operationCode}");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("operation", &self.operation_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Operation> {
        let operation = mine(cx, ask, &self.operation_code)?;
        let code = self.code.as_ref().filter(|code| **code != operation.code);
        let name = self.name.as_ref().filter(|name| name.as_str() != operation.name);
        let owned = operation.source == OperationSource::Erp;
        for (field, changed) in [("code", code.is_some()), ("name", name.is_some())] {
            let readonly = || OPERATION_ERP_READONLY.with("operation", &operation.code).with("field", field);
            ask.that(!(owned && changed), readonly)?;
        }
        if let Some(code) = code {
            ask.that(operation.uses(cx)?.is_empty(), || CODE_IMMUTABLE.with("code", &operation.code))?;
            if code.key() != operation.code_key {
                create::free(cx, ask, code)?;
            }
        }
        Ok(operation)
    }

    fn run(self, before: Operation, cx: &mut Cx<'_>) -> Result<OperationView> {
        let mut operation = before.clone();
        if let Some(code) = self.code {
            operation.code_key = code.key();
            operation.code = code;
        }
        operation.name = self.name.map_or(operation.name, |name| name.to_string());
        operation.default_type = self.default_type.unwrap_or(operation.default_type);
        operation.is_key_quality = self.is_key_quality.unwrap_or(operation.is_key_quality);
        operation.needs_review = self.needs_review.unwrap_or(operation.needs_review);
        operation.is_active = self.is_active.unwrap_or(operation.is_active);
        let taken =
            |e: kernel::Error, code: &OperationCode| e.taken_as(OPERATION_CODE_DUPLICATE.with("operation", code));
        cx.save(&before, &mut operation).map_err(|e| taken(e, &operation.code))?;
        if (&before.name, before.default_type) != (&operation.name, operation.default_type) {
            inherited(cx, Some(operation.id))?;
        }
        Ok(operation.view())
    }
}

/// Load an operation that the command will change: it exists and is what the caller saw.
pub(super) fn mine(cx: &Cx<'_>, ask: &mut Ask, code: &OperationCode) -> Result<Operation> {
    let operation = ask.need(Operation::to_change(cx, code)?, || OPERATION_NOT_FOUND.with("operation", code))?;
    ask.part(cx.unchanged(operation.version))?;
    Ok(operation)
}
