//! Operations: the site's words for what a step does.

mod create;
mod delete;
mod get;
mod list;
mod merge;
mod update;

use engine::{Cx, Registry, row, sql};
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::StationType;

pub use create::CreateOperation;
pub use delete::DeleteOperation;
pub use get::GetOperation;
pub use merge::MergeOperation;
pub use update::UpdateOperation;

kernel::code! {
    /// The code of an operation.
    OperationCode, max 64, pick "operations";
}

kernel::words! {
    /// Who an operation comes from.
    pub enum OperationSource { Erp = "ERP", Mes = "MES", Seed = "SEED" }
}

kernel::refusals! {
    /// No such operation (422 when referenced in a body)
    OPERATION_NOT_FOUND: NotFound (operation);
    /// Operation code taken
    OPERATION_CODE_DUPLICATE: Conflict (operation);
    /// Operation referenced, deactivate instead
    OPERATION_IN_USE: Conflict (operation, counts);
    /// Code/name of an ERP operation
    OPERATION_ERP_READONLY: Conflict (operation, field);
    /// Operation is deactivated
    OPERATION_INACTIVE: Conflict (operation);
    /// An operation is not merged into itself
    OPERATION_MERGE_INVALID: Unprocessable (operation);
}

row! {
    table "operation" called("operation", code) quiet { code_key };
    /// An operation.
    pub struct Operation {
        pub id: Id<Operation>,
        pub code: OperationCode,
        pub code_key: String,
        pub name: String,
        pub default_type: Option<StationType>,
        pub is_key_quality: bool,
        pub source: OperationSource,
        pub needs_review: bool,
        pub is_active: bool,
        pub version: i64,
    }
}

impl Operation {
    /// The operation of a code, whatever its case.
    pub fn find(cx: &Cx<'_>, code: &OperationCode) -> Result<Option<Operation>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, default_type, is_key_quality, source, needs_review, is_active, version
                 from operation where code_key = $1"
            ),
            p![code.key()],
        )
    }

    /// The operation of a code for a command that changes it.
    pub fn to_change(cx: &Cx<'_>, code: &OperationCode) -> Result<Option<Operation>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, default_type, is_key_quality, source, needs_review, is_active, version
                 from operation where code_key = $1 for update"
            ),
            p![code.key()],
        )
    }

    /// What uses the operation, counted by kind (R-CORE-040).
    pub fn uses(&self, cx: &Cx<'_>) -> Result<Map<String, Json>> {
        let counted = [
            ("routeSteps", sql!("select cast(count(*) as bigint) from route_step where operation_id = $1")),
            ("mappings", sql!("select cast(count(*) as bigint) from operation_mapping where operation_id = $1")),
            ("dataSpecs", sql!("select cast(count(*) as bigint) from data_spec where operation_id = $1")),
            ("executionConfigs", sql!("select cast(count(*) as bigint) from execution_config where operation_id = $1")),
        ];
        let mut uses = Map::new();
        for (kind, sql) in counted {
            let count: i64 = cx.value(sql, p![self.id])?.unwrap_or(0);
            if count > 0 {
                uses.insert(kind.to_string(), count.into());
            }
        }
        Ok(uses)
    }

    fn view(&self) -> OperationView {
        OperationView {
            code: self.code.to_string(),
            name: self.name.clone(),
            default_type: self.default_type,
            is_key_quality: self.is_key_quality,
            source: self.source,
            needs_review: self.needs_review,
            is_active: self.is_active,
            version: self.version,
        }
    }
}

/// An operation as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    pub code: String,
    pub name: String,
    /// The station type of its steps unless something nearer says otherwise.
    pub default_type: Option<StationType>,
    pub is_key_quality: bool,
    pub source: OperationSource,
    /// Made by a sync; a process engineer has not looked at it yet.
    pub needs_review: bool,
    pub is_active: bool,
    pub version: i64,
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateOperation>().command::<UpdateOperation>().command::<DeleteOperation>();
    registry.command::<MergeOperation>().query::<GetOperation>().list(&list::OPERATIONS);
}
