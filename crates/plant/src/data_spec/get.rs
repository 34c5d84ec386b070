//! One data spec, and its revisions.

use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::{Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{DATA_SPEC_NOT_FOUND, DataSpec, DataSpecView, SpecId};

/// A data spec as it stands now.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetDataSpec {
    pub spec_id: SpecId,
}

impl Query for GetDataSpec {
    type Output = DataSpecView;
    const NAME: &'static str = "data_spec.get";
    const ROUTE: Route = get("/data-collection-specs/{specId}");
    const PERMIT: Need = Need::Any(&[Permit::DataSpecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<DataSpecView> {
        let spec = found(cx, &self.spec_id)?;
        spec.view(&spec.operation_code(cx)?)
    }
}

/// What a data spec said at each revision, newest first, the last 200.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataSpecRevisions {
    pub spec_id: SpecId,
}

/// The revisions of a data spec.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revisions {
    pub items: Vec<Revision>,
}

row! {
    /// What a data spec said from a moment on, and who said so.
    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    pub struct Revision {
        pub revision: i64,
        pub definition: Json,
        pub at: Instant,
        pub by: String,
    }
}

impl Query for DataSpecRevisions {
    type Output = Revisions;
    const NAME: &'static str = "data_spec.revisions";
    const ROUTE: Route = get("/data-collection-specs/{specId}/revisions");
    const PERMIT: Need = Need::Any(&[Permit::DataSpecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Revisions> {
        let spec = found(cx, &self.spec_id)?;
        let sql = sql!(
            "select revision, definition, at, by_name from data_spec_revision
             where data_spec_id = $1 order by revision desc limit 200"
        );
        Ok(Revisions { items: cx.all(sql, p![spec.id])? })
    }
}

fn found(cx: &Cx<'_>, id: &SpecId) -> Result<DataSpec> {
    DataSpec::find(cx, id)?.ok_or_else(|| DATA_SPEC_NOT_FOUND.with("name", id).into())
}
