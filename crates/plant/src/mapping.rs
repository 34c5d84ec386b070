//! Operation mappings: the process keys of other systems and the operations they mean here.

mod create;
mod delete;
mod get;
mod list;
mod update;

use engine::{Cx, Registry, row, sql};
use kernel::{Id, Result, p};

use crate::operation::Operation;

pub use create::CreateMapping;
pub use delete::DeleteMapping;
pub use get::{GetMapping, MappingView};
pub use update::UpdateMapping;

kernel::code! {
    /// The name of another system, as its mappings and records carry it.
    SourceSystem, max 64;
    /// The key by which another system names one of its processes; case-sensitive.
    SourceProcessKey, max 128;
}

kernel::refusals! {
    /// No such operation mapping
    OPERATION_MAPPING_NOT_FOUND: NotFound (source, key);
}

row! {
    table "operation_mapping" refs { operation_id => "operation.code" };
    /// A mapping. Pointing it elsewhere affects later syncs only (R-CORE-043): steps keep the operation they have.
    pub struct Mapping {
        pub id: Id<Mapping>,
        pub source_system: SourceSystem,
        pub source_process_key: SourceProcessKey,
        pub source_process_name: Option<String>,
        pub operation_id: Id<Operation>,
        pub version: i64,
    }
}

impl Mapping {
    /// The mapping of a process key, for reading or for a command that changes it.
    pub fn find(cx: &Cx<'_>, system: &SourceSystem, key: &SourceProcessKey) -> Result<Option<Mapping>> {
        cx.one(
            sql!(
                "select id, source_system, source_process_key, source_process_name, operation_id, version
                 from operation_mapping where source_system = $1 and source_process_key = $2 for update"
            ),
            p![system, key],
        )
    }

    fn view(&self, operation: &Operation) -> MappingView {
        MappingView {
            source_system: self.source_system.to_string(),
            source_process_key: self.source_process_key.to_string(),
            source_process_name: self.source_process_name.clone(),
            operation_code: operation.code.to_string(),
            version: self.version,
        }
    }
}

/// `ERP/Cable`: how the audit trail names a mapping.
fn entity_key(system: &SourceSystem, key: &SourceProcessKey) -> String {
    format!("{system}/{key}")
}

pub(crate) fn register(registry: &mut Registry) {
    registry.command::<CreateMapping>().command::<UpdateMapping>().command::<DeleteMapping>();
    registry.query::<GetMapping>().list(&list::MAPPINGS);
}
