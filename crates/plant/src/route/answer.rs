//! What a route looks like from outside: its head and its steps.

use engine::{Cx, sql};
use kernel::{Instant, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::step::{self, NamedStep};
use super::{Route, RouteSource, RouteVersion, TrialScope, UnitCreation, VersionStatus};
use crate::{ProcessType, StationType};

/// A route with its steps; `version` is the one to send with the next change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RouteAnswer {
    pub routing_code: String,
    pub route: RouteHead,
    /// Live steps by number, then retired ones.
    pub steps: Vec<StepAnswer>,
    pub version: i64,
}

/// The head of a route.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RouteHead {
    pub code: String,
    pub name: String,
    pub source_system: RouteSource,
    pub source_key: Option<String>,
    /// Absent: a generic route, which no order finds by its product.
    pub product_code: Option<String>,
    pub process_type: ProcessType,
    /// The revision engineering gave the route; nothing is decided by it.
    pub revision: Option<String>,
    pub is_active: bool,
    pub effective_from: Option<Instant>,
    /// The first moment at which the route is no longer chosen.
    pub effective_to: Option<Instant>,
    pub fai_template_code: Option<String>,
    pub fai_trial_scope: Option<TrialScope>,
    pub unit_creation: Option<UnitCreation>,
    /// Whether something changed since the latest version, or what that version names did.
    pub needs_compile: bool,
    pub latest_version_no: Option<i64>,
    pub latest_status: Option<VersionStatus>,
    /// The version new runs take.
    pub ready_version_no: Option<i64>,
    pub changed_at: Instant,
    /// Retired steps that still have configuration.
    pub orphans: i64,
}

/// A step with its hints; what holds in the end is in the effective configuration.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepAnswer {
    pub step_no: u32,
    pub source_step_key: String,
    pub operation_code: String,
    pub operation_name: String,
    pub station_type: Option<StationType>,
    pub station_group_code: Option<String>,
    #[serde(rename = "requiresFAI")]
    pub requires_fai: Option<bool>,
    pub expected_reflow_profile_code: Option<String>,
    pub is_last: bool,
    pub retired_at: Option<Instant>,
    pub meta: Option<Json>,
}

impl RouteAnswer {
    pub fn of(cx: &Cx<'_>, route: &Route) -> Result<RouteAnswer> {
        let steps = NamedStep::of(cx, route.id)?;
        let last = steps.iter().filter(|s| s.retired_at.is_none()).map(|s| s.step_no).max();
        let steps = steps.into_iter().map(|s| StepAnswer::of(s, last)).collect();
        let routing_code = route.code.to_string();
        Ok(RouteAnswer { routing_code, route: RouteHead::of(cx, route)?, steps, version: route.version })
    }
}

impl RouteHead {
    pub fn of(cx: &Cx<'_>, route: &Route) -> Result<RouteHead> {
        // The head is asked anew for what a compile in the same call may have changed.
        let (latest_no, needs_compile): (i64, bool) = cx
            .one(sql!("select latest_version_no, needs_compile from route where id = $1"), p![route.id])?
            .unwrap_or((route.latest_version_no, route.needs_compile));
        let latest = RouteVersion::numbered(cx, route.id, latest_no)?;
        let ready = RouteVersion::newest_ready(cx, route.id)?;
        let is_stale = latest.iter().chain(&ready).any(|v| v.stale);
        Ok(RouteHead {
            code: route.code.to_string(),
            name: route.name.clone(),
            source_system: route.source_system,
            source_key: route.source_key.clone(),
            product_code: route.product_code.clone(),
            process_type: route.process_type,
            revision: route.revision.clone(),
            is_active: route.is_active,
            effective_from: route.effective_from,
            effective_to: route.effective_to,
            fai_template_code: route.fai_template_code.clone(),
            fai_trial_scope: route.fai_trial_scope,
            unit_creation: route.unit_creation,
            needs_compile: needs_compile || is_stale,
            latest_version_no: latest.as_ref().map(|v| v.version_no),
            latest_status: latest.as_ref().map(|v| v.status),
            ready_version_no: ready.map(|v| v.version_no),
            changed_at: route.changed_at,
            orphans: step::orphans(cx, route.id)?,
        })
    }
}

impl StepAnswer {
    fn of(step: NamedStep, last: Option<u32>) -> StepAnswer {
        StepAnswer {
            is_last: step.retired_at.is_none() && Some(step.step_no) == last,
            step_no: step.step_no,
            source_step_key: step.source_step_key,
            operation_code: step.operation_code.to_string(),
            operation_name: step.operation_name,
            station_type: step.station_type,
            station_group_code: step.station_group,
            requires_fai: step.requires_fai,
            expected_reflow_profile_code: step.expected_reflow_profile_code,
            retired_at: step.retired_at,
            meta: step.meta,
        }
    }
}
