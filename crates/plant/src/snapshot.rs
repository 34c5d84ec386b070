//! Snapshots: a route with its configuration, frozen and self-contained, by which runs live for ever.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Cx, sql};
use kernel::{Error, Id, Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::StationType;
use crate::data_spec::Frozen;
use crate::route::{Route, RouteVersion};

/// The route as it was when it was compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    pub route: SnapshotRoute,
    /// Ascending by step number.
    pub steps: Vec<Step>,
    /// What other slices froze with it, by name: inspection templates, checkpoints.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frozen: BTreeMap<String, Json>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotRoute {
    pub code: String,
    pub source_system: String,
    pub source_key: Option<String>,
    pub product_code: Option<String>,
    pub process_type: crate::ProcessType,
    pub fai_template: Option<String>,
    pub fai_trial_scope: Option<String>,
    /// What the route sets for itself alone: `templates`, `ipqcCheckpoints`, `fqcRequired`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other: BTreeMap<String, Json>,
}

impl SnapshotRoute {
    /// The head of a route as it stands. The first-article template is the one of the head, else that among its templates.
    pub(crate) fn of(route: &Route, other: BTreeMap<String, Json>) -> SnapshotRoute {
        let among = other.get("templates").and_then(|t| t.get("FAI")).and_then(Json::as_str);
        SnapshotRoute {
            code: route.code.to_string(),
            source_system: route.source_system.to_string(),
            source_key: route.source_key.clone(),
            product_code: route.product_code.clone(),
            process_type: route.process_type,
            fai_template: route.fai_template_code.clone().or_else(|| among.map(str::to_string)),
            fai_trial_scope: route.fai_trial_scope.map(|s| s.to_string()),
            other,
        }
    }
}

/// One step with everything that decides where and how it is worked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub step_no: u32,
    pub source_step_key: String,
    pub operation_code: String,
    pub operation_name: String,
    pub station_type: StationType,
    pub station_group: Option<String>,
    #[serde(default)]
    pub allowed_stations: Vec<String>,
    #[serde(rename = "requiresFAI")]
    pub requires_fai: bool,
    pub requires_authorization: bool,
    #[serde(default)]
    pub data_specs: Vec<Frozen>,
    #[serde(default)]
    pub ingest_mapping: Option<Json>,
    #[serde(default)]
    pub retest: Option<Json>,
    #[serde(default)]
    pub require_inspection: bool,
    #[serde(default)]
    pub expected_reflow_profile: Option<String>,
    /// The other effective fields, by name.
    #[serde(default)]
    pub other: BTreeMap<String, Json>,
    /// Where each effective field came from: `STEP`, `OPERATION`, `ROUTE`, `HINT`, `GLOBAL` or `DEFAULT`.
    #[serde(default)]
    pub provenance: BTreeMap<String, String>,
}

/// A frozen version read once and kept for the life of the process.
pub struct FrozenRoute {
    pub id: Id<RouteVersion>,
    pub version_no: i64,
    pub compiled_at: Instant,
    pub snapshot_hash: String,
    pub snapshot: Snapshot,
}

impl FrozenRoute {
    /// The frozen version of an id; runs keep theirs whatever its status has become.
    pub fn get(cx: &Cx<'_>, id: Id<RouteVersion>) -> Result<Option<Arc<FrozenRoute>>> {
        cx.frozen::<FrozenRoute>(id.number(), || {
            let found: Option<(i64, Instant, String, String)> = cx.one(
                sql!("select version_no, compiled_at, snapshot_hash, snapshot from route_version where id = $1"),
                p![id],
            )?;
            let Some((version_no, compiled_at, snapshot_hash, text)) = found else { return Ok(None) };
            let snapshot = serde_json::from_str(&text).map_err(|e| Error::fault(format!("snapshot of {id:?}: {e}")))?;
            Ok(Some(FrozenRoute { id, version_no, compiled_at, snapshot_hash, snapshot }))
        })
    }

    /// The step of a number.
    pub fn step(&self, step_no: u32) -> Option<&Step> {
        self.snapshot.steps.iter().find(|s| s.step_no == step_no)
    }

    /// The first step.
    pub fn first(&self) -> Option<&Step> {
        self.snapshot.steps.first()
    }

    /// The smallest step number above the current one, among all steps (R-CORE-052).
    pub fn next(&self, step_no: u32) -> Option<&Step> {
        self.snapshot.steps.iter().find(|s| s.step_no > step_no)
    }
}

impl Step {
    /// Whether a station fits: its type, the allowed list and the group must all hold.
    pub fn fits(&self, station_type: StationType, code: &str, group: Option<&str>) -> bool {
        let allowed = self.allowed_stations.is_empty() || self.allowed_stations.iter().any(|s| s == code);
        let grouped = self.station_group.as_deref().is_none_or(|g| group == Some(g));
        let constrained = self.station_group.is_some() || !self.allowed_stations.is_empty();
        self.station_type == station_type && allowed && grouped && constrained
    }
}
