//! One operation with what uses it.

use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{OPERATION_NOT_FOUND, Operation, OperationCode, OperationView};

/// An operation and how often each kind of thing uses it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetOperation {
    pub operation_code: OperationCode,
}

/// An operation with its uses, counted by kind: `routeSteps`, `mappings`, `dataSpecs`, `executionConfigs`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationDetail {
    #[serde(flatten)]
    pub operation: OperationView,
    #[schemars(extend("properties" = {
        "routeSteps": { "type": "integer" }, "mappings": { "type": "integer" },
        "dataSpecs": { "type": "integer" }, "executionConfigs": { "type": "integer" }
    }))]
    pub uses: Map<String, Json>,
}

impl Query for GetOperation {
    type Output = OperationDetail;
    const NAME: &'static str = "operation.get";
    const ROUTE: Route = get("/operations/{operationCode}");
    const PERMIT: Need = Need::Any(&[Permit::OperationRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<OperationDetail> {
        let found = Operation::find(cx, &self.operation_code)?;
        let operation = found.ok_or_else(|| OPERATION_NOT_FOUND.with("operation", &self.operation_code))?;
        Ok(OperationDetail { uses: operation.uses(cx)?, operation: operation.view() })
    }
}
