//! One operation mapping.

use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OPERATION_MAPPING_NOT_FOUND, SourceProcessKey, SourceSystem};

/// What a process key of another system means here.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMapping {
    pub source_system: SourceSystem,
    pub source_process_key: SourceProcessKey,
}

row! {
    /// A mapping as answers show it.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct MappingView {
        pub source_system: String,
        pub source_process_key: String,
        pub source_process_name: Option<String>,
        pub operation_code: String,
        pub version: i64,
    }
}

impl Query for GetMapping {
    type Output = MappingView;
    const NAME: &'static str = "operation_mapping.get";
    const ROUTE: Route = get("/operation-mappings/{sourceSystem}/{sourceProcessKey}");
    const PERMIT: Need = Need::Any(&[Permit::OperationRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<MappingView> {
        let sql = sql!(
            "select m.source_system, m.source_process_key, m.source_process_name, o.code, m.version
             from operation_mapping m join operation o on o.id = m.operation_id
             where m.source_system = $1 and m.source_process_key = $2"
        );
        let missing =
            || OPERATION_MAPPING_NOT_FOUND.with("source", &self.source_system).with("key", &self.source_process_key);
        cx.one(sql, p![self.source_system, self.source_process_key])?.ok_or_else(|| missing().into())
    }
}
