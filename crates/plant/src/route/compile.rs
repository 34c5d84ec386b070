//! Compile: freeze a route with its configuration into an immutable, self-contained version (core §6).

use engine::door::canonical;
use engine::seal::sha256;
use engine::{Ask, Command, Cx, Entity, Need, Permit, post, sql};
use kernel::{Error, Id, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::check::{COMPILE, Checker, Draft, Finding};
use super::material::Material;
use super::version::VersionAnswer;
use super::{Route, RouteCode, RouteVersion, RouteVersionCompiled, VersionStatus};
use crate::snapshot::{Snapshot, SnapshotRoute};

kernel::refusals! {
    /// Route has no live steps (409 at execution)
    ROUTING_EMPTY: Unprocessable (route);
}

/// Freeze a route as it stands now. What is wrong with its steps is no refusal: it makes an INVALID version that names it all.
///
/// 201 with a new version, 200 with the latest one when nothing changed (R-CORE-070, R-CORE-071).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompileRoute {
    pub routing_code: RouteCode,
}

impl Command for CompileRoute {
    type Loaded = Route;
    type Output = VersionAnswer;
    const NAME: &'static str = "route.compile";
    const ROUTE: engine::Route = post("/routes/{routingCode}/compile");
    const PERMIT: Need = Need::Any(&[Permit::RouteCompile]);

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Route> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        ask.that(has_live_steps(cx, &route)?, || ROUTING_EMPTY.with("route", &route.code))?;
        Ok(route)
    }

    fn run(self, route: Route, cx: &mut Cx<'_>) -> Result<VersionAnswer> {
        let (version, is_new) = compile(cx, &route, Asked::ByPerson)?;
        if is_new {
            cx.created();
        }
        VersionAnswer::of(cx, &route.code, &version)
    }
}

/// Whether there is anything to compile.
pub fn has_live_steps(cx: &Cx<'_>, route: &Route) -> Result<bool> {
    cx.exists(sql!("select 1 from route_step where route_id = $1 and retired_at is null limit 1"), p![route.id])
}

/// Who wants a compile: a person gets a version back that was retired, a mere change does not bring it back.
#[derive(Clone, Copy, PartialEq)]
pub enum Asked {
    ByPerson,
    ByChange,
}

/// Compile a route whose row is locked; gives the version and whether it is new.
pub fn compile(cx: &mut Cx<'_>, route: &Route, asked: Asked) -> Result<(RouteVersion, bool)> {
    let (text, errors, warnings) = freeze(cx, route)?;
    let hash = sha256(text.as_bytes());
    let latest_no: i64 =
        cx.value(sql!("select latest_version_no from route where id = $1"), p![route.id])?.unwrap_or(0);
    let latest = RouteVersion::numbered(cx, route.id, latest_no)?;
    if let Some(mut latest) = latest {
        let same = latest.snapshot_hash == hash && latest.errors == errors && latest.warnings == warnings;
        if same && (latest.status != VersionStatus::Retired || asked == Asked::ByChange) {
            cx.run(sql!("update route_version set stale = 0 where id = $1 and stale = 1"), p![latest.id])?;
            cx.run(sql!("update route set needs_compile = 0 where id = $1 and needs_compile = 1"), p![route.id])?;
            latest.stale = false;
            return Ok((latest, false));
        }
    }
    let error_count = errors.as_array().map_or(0, Vec::len) as i64;
    let mut version = RouteVersion {
        id: Id::of(0),
        route_id: route.id,
        version_no: latest_no + 1,
        status: if error_count == 0 { VersionStatus::Ready } else { VersionStatus::Invalid },
        snapshot: text,
        snapshot_hash: hash,
        errors,
        warnings,
        stale: false,
        compiled_at: cx.now,
        compiled_by: cx.actor().name.clone(),
        version: 1,
    };
    cx.add(&mut version)?;
    cx.run(
        sql!("update route set latest_version_no = $1, needs_compile = 0 where id = $2"),
        p![version.version_no, route.id],
    )?;
    cx.emit(RouteVersionCompiled {
        routing_code: route.code.to_string(),
        version_no: version.version_no,
        status: version.status,
        error_count,
    })?;
    Ok((version, true))
}

/// The canonical text of the snapshot, and what was found. The moment of compiling is no part of it: nothing changed means
/// the same text, whenever it is asked.
fn freeze(cx: &Cx<'_>, route: &Route) -> Result<(String, Json, Json)> {
    let material = Material::of(cx, route)?;
    let mut checker = Checker { route, material: &material, findings: Vec::new() };
    let drafts = material.steps.iter().map(|step| checker.draft(cx, step)).collect::<Result<Vec<Draft>>>()?;
    let mut errors = checker.findings;
    let untyped: Vec<u32> = drafts.iter().filter(|d| d.station_type.is_none()).map(|d| d.step.step_no).collect();
    let other = material.route_only().map(|(name, value)| (name.to_string(), value.clone())).collect();
    let mut snapshot = Snapshot {
        route: SnapshotRoute::of(route, other),
        steps: drafts.into_iter().map(|d| d.step).collect(),
        frozen: Default::default(),
    };
    for gate in cx.registry().gates_at(&COMPILE) {
        let verdict = gate(cx, &snapshot)?;
        errors.extend(verdict.refusals.into_iter().map(|refusal| Finding {
            step_no: refusal.params.get("step").and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok()),
            code: refusal.def.code.to_string(),
            field: refusal.errors.first().map(|e| e.path.trim_start_matches('/').to_string()),
            params: refusal.params,
        }));
        snapshot.frozen.extend(verdict.evidence.into_iter().filter_map(|e| e.as_object().cloned()).flatten());
    }
    errors.sort_by_key(|e| e.step_no);
    let has_template = snapshot.route.fai_template.is_some();
    let warned = snapshot.steps.iter().filter(|s| s.requires_fai && !has_template).map(|step| Finding {
        step_no: Some(step.step_no),
        code: "FAI_TEMPLATE_MISSING".into(),
        field: Some("faiTemplateCode".into()),
        params: Map::new(),
    });
    let warnings = json(&warned.collect::<Vec<_>>())?;
    let mut frozen = json(&snapshot)?;
    for step in frozen.get_mut("steps").and_then(Json::as_array_mut).into_iter().flatten() {
        if step["stepNo"].as_u64().is_some_and(|no| untyped.iter().any(|n| u64::from(*n) == no)) {
            step["stationType"] = Json::Null;
        }
    }
    Ok((canonical(&frozen), json(&errors)?, warnings))
}

fn json<T: serde::Serialize>(value: &T) -> Result<Json> {
    serde_json::to_value(value).map_err(|e| Error::fault(e.to_string()))
}
