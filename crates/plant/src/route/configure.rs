//! Configure a route or one of its steps.

use engine::{Ask, Command, Cx, Entity, Need, Permit, post, put, sql};
use kernel::error::VALIDATION_FAILED;
use kernel::{Refusal, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::answer::RouteAnswer;
use super::config::{
    ALLOWED_STATION_INVALID, ConfigAnswer, ConfigFields, EXECUTION_CONFIG_DUPLICATE,
    EXECUTION_CONFIG_FIELD_NOT_ALLOWED, ExecutionConfig, FIELDS, SCOPE_TYPE_INVALID, STEP_NO_REQUIRED, ScopeType,
    Target, is_allowed,
};
use super::mapping::IngestMapping;
use super::spec::NamedSpec;
use super::step::StepNo;
use super::{ROUTE_STEP_NOT_FOUND, Route, RouteChange, RouteCode, RouteStep};
use crate::station::{Bench, STATION_GROUP_NOT_FOUND};

/// Configure a route as a whole, or one step by its number; the step's configuration is kept under its key (R-CORE-064).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configure {
    pub routing_code: RouteCode,
    /// `ROUTE` or `STEP`.
    #[schemars(extend("enum" = ["ROUTE", "STEP"], "x-words" = "ScopeType"))]
    pub scope_type: String,
    /// The number of the step; needed with `STEP`.
    pub step_no: Option<StepNo>,
    #[serde(flatten)]
    pub fields: ConfigFields,
}

impl Command for Configure {
    type Loaded = (Route, Target);
    type Output = ConfigAnswer;
    const NAME: &'static str = "route.configure";
    const ROUTE: engine::Route = post("/routes/{routingCode}/execution-config");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const STATUS: u16 = 201;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Route, Target)> {
        let scope = ScopeType::parse(&self.scope_type).filter(|s| matches!(s, ScopeType::Route | ScopeType::Step));
        let scope = ask.need(scope, || SCOPE_TYPE_INVALID.with("scope", &self.scope_type))?;
        let step_no = match (scope, self.step_no) {
            (ScopeType::Step, step_no) => Some(ask.need(step_no, STEP_NO_REQUIRED)?),
            (_, step_no) => {
                // Somebody who names a step does not mean the whole route.
                ask.that(step_no.is_none(), || Refusal::from(VALIDATION_FAILED).at("/stepNo"))?;
                None
            }
        };
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        let target = match step_no {
            None => Target::Route(route.id),
            Some(no) => step_of(cx, ask, &route, no)?,
        };
        let given = self.fields.stored()?;
        check_references(cx, ask, &given)?;
        check_contents(cx, ask, scope, &given, &given)?;
        if let Some(before) = ExecutionConfig::find(cx, target)? {
            let id = before.config_id(cx)?;
            ask.that(false, || EXECUTION_CONFIG_DUPLICATE.with("config", id))?;
        }
        Ok((route, target))
    }

    fn run(self, (route, target): (Route, Target), cx: &mut Cx<'_>) -> Result<ConfigAnswer> {
        let mut config = ExecutionConfig::new(target, normal(cx, self.fields.stored()?)?);
        cx.add(&mut config)?;
        route.changed(cx, RouteChange::Config)?;
        ConfigAnswer::of(cx, &config)
    }
}

/// Configure one step, whether it has been configured before or not: the editor of a step's page.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigureStep {
    pub routing_code: RouteCode,
    pub step_no: StepNo,
    /// Fields that are to be inherited again.
    #[serde(default)]
    pub unset: Vec<String>,
    #[serde(flatten)]
    pub fields: ConfigFields,
}

impl Command for ConfigureStep {
    type Loaded = (Route, Target, Option<ExecutionConfig>, Map<String, Json>);
    type Output = RouteAnswer;
    const NAME: &'static str = "route.configure_step";
    const ROUTE: engine::Route = put("/routes/{routingCode}/steps/{stepNo}/execution-config");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        ask.part(cx.unchanged(route.version))?;
        let target = step_of(cx, ask, &route, self.step_no)?;
        let given = self.fields.stored()?;
        check_unset(ask, &self.unset, &given)?;
        check_references(cx, ask, &given)?;
        let before = ExecutionConfig::find(cx, target)?;
        let after = merged(before.as_ref(), &given, &self.unset);
        check_contents(cx, ask, ScopeType::Step, &given, &after)?;
        Ok((route, target, before, after))
    }

    fn run(self, (route, target, before, after): Self::Loaded, cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let fields = normal(cx, after)?;
        let changed = match before {
            Some(before) => {
                let mut after = ExecutionConfig { fields: Json::Object(fields), ..before.clone() };
                cx.save(&before, &mut after)?
            }
            None if fields.is_empty() => false,
            None => {
                cx.add(&mut ExecutionConfig::new(target, fields))?;
                true
            }
        };
        let route = if changed { route.changed(cx, RouteChange::Config)? } else { route };
        RouteAnswer::of(cx, &route)
    }
}

pub(super) fn step_of(cx: &Cx<'_>, ask: &mut Ask, route: &Route, no: StepNo) -> Result<Target> {
    let step = RouteStep::numbered(cx, route.id, no.0)?;
    let unknown = || ROUTE_STEP_NOT_FOUND.with("route", &route.code).with("step", no);
    Ok(Target::Step(route.id, ask.need(step, unknown)?.id))
}

/// What holds at a level after a change: what was set there, what is given now, less what is to be inherited again.
pub(super) fn merged(
    before: Option<&ExecutionConfig>,
    given: &Map<String, Json>,
    unset: &[String],
) -> Map<String, Json> {
    let mut fields = before.map(ExecutionConfig::set).unwrap_or_default();
    fields.extend(given.clone());
    fields.retain(|name, _| !unset.contains(name));
    fields
}

/// `unset` names fields, and none that is given as well.
pub(super) fn check_unset(ask: &mut Ask, unset: &[String], given: &Map<String, Json>) -> Result<()> {
    for (i, name) in unset.iter().enumerate() {
        let fits = FIELDS.contains(&name.as_str()) && !given.contains_key(name);
        ask.that(fits, || Refusal::from(VALIDATION_FAILED).at(format!("/unset/{i}")))?;
    }
    Ok(())
}

/// The groups and specs that are named exist (404), and stay while they are named here.
pub(super) fn check_references(cx: &Cx<'_>, ask: &mut Ask, given: &Map<String, Json>) -> Result<()> {
    if let Some(Json::String(group)) = given.get("stationGroupCode") {
        let key = kernel::code::fold(group);
        let exists = cx.exists(sql!("select 1 from station_group where code_key = $1 for share"), p![key])?;
        ask.that(exists, || STATION_GROUP_NOT_FOUND.with("group", group))?;
    }
    for (i, id) in texts(given, "dataSpecIds").into_iter().enumerate() {
        ask.part(NamedSpec::known(cx, id).map(|_| ()).map_err(|e| at(e, &format!("/dataSpecIds/{i}"))))?;
    }
    Ok(())
}

/// The most bytes that one level sets.
const FIELDS_MAX: usize = 64 * 1024;

/// What is given makes sense by itself and beside what is set already (422).
pub(super) fn check_contents(
    cx: &Cx<'_>,
    ask: &mut Ask,
    scope: ScopeType,
    given: &Map<String, Json>,
    after: &Map<String, Json>,
) -> Result<()> {
    let size = Json::Object(after.clone()).to_string().len();
    ask.that(size <= FIELDS_MAX, || Refusal::from(VALIDATION_FAILED).at(""))?;
    // List, type and group of a level fit each other, whichever of them is given now.
    let deciding = ["allowedStationCodes", "stationType", "stationGroupCode"];
    let is_decided = deciding.iter().any(|field| given.contains_key(*field));
    for code in texts(after, "allowedStationCodes").into_iter().filter(|_| is_decided) {
        if let Some(problem) = station_problem(cx, code, after)? {
            ask.that(false, || ALLOWED_STATION_INVALID.with("station", code).with("problem", problem))?;
        }
    }
    if let Some(mapping @ Json::Object(_)) = given.get("ingestMapping") {
        let problems = match IngestMapping::parse(mapping) {
            Ok(read) => read.event_type.map_or_else(Vec::new, |event| {
                let step = crate::StationType::parse(event.word());
                step.map_or_else(Vec::new, |step| read.lacks(step, false))
            }),
            Err(problems) => problems,
        };
        for problem in problems {
            ask.that(false, || problem.refusal().at("/ingestMapping"))?;
        }
    }
    let attempts = given.get("retest").and_then(|r| r.get("maxAttempts")).and_then(Json::as_u64);
    ask.that(attempts.is_none_or(|n| (1..=20).contains(&n)), || {
        Refusal::from(VALIDATION_FAILED).at("/retest/maxAttempts")
    })?;
    for field in given.keys().filter(|field| !is_allowed(field, scope)) {
        ask.that(false, || EXECUTION_CONFIG_FIELD_NOT_ALLOWED.with("field", field).with("scope", scope))?;
    }
    Ok(())
}

/// Why a station cannot be on the list beside the type and group that are set at the same level.
fn station_problem(cx: &Cx<'_>, code: &str, after: &Map<String, Json>) -> Result<Option<&'static str>> {
    let Ok(code) = crate::station::StationCode::parse(code) else { return Ok(Some("ABSENT")) };
    // It stays while it is named here.
    cx.exists(sql!("select 1 from station where code_key = $1 for share"), p![code.key()])?;
    let Some(station) = Bench::find(cx, &code)? else { return Ok(Some("ABSENT")) };
    let wanted = |field: &str| after.get(field).and_then(Json::as_str);
    let group = station.group_code.as_deref().map(kernel::code::fold);
    Ok(match () {
        () if !station.is_active => Some("INACTIVE"),
        () if wanted("stationType").is_some_and(|t| t != station.station_type.word()) => Some("TYPE"),
        () if wanted("stationGroupCode").is_some_and(|g| group != Some(kernel::code::fold(g))) => Some("GROUP"),
        () => None,
    })
}

/// Codes as those who own them write them, so that snapshots and screens show one spelling.
pub(super) fn normal(cx: &Cx<'_>, mut fields: Map<String, Json>) -> Result<Map<String, Json>> {
    if let Some(Json::String(group)) = fields.get("stationGroupCode") {
        let key = kernel::code::fold(group);
        if let Some(code) = cx.value::<String>(sql!("select code from station_group where code_key = $1"), p![key])? {
            fields.insert("stationGroupCode".into(), code.into());
        }
    }
    let mut stations: Vec<Json> = Vec::new();
    for code in texts(&fields, "allowedStationCodes") {
        let key = kernel::code::fold(code);
        let found: Option<String> = cx.value(sql!("select code from station where code_key = $1"), p![key])?;
        let code = Json::from(found.unwrap_or_else(|| code.to_string()));
        if !stations.contains(&code) {
            stations.push(code);
        }
    }
    if !stations.is_empty() {
        fields.insert("allowedStationCodes".into(), stations.into());
    }
    let mut specs: Vec<Json> = Vec::new();
    for id in texts(&fields, "dataSpecIds") {
        let id = Json::from(NamedSpec::find(cx, id)?.map_or_else(|| id.to_string(), |found| found.id.to_string()));
        if !specs.contains(&id) {
            specs.push(id);
        }
    }
    if !specs.is_empty() {
        fields.insert("dataSpecIds".into(), specs.into());
    }
    Ok(fields)
}

fn texts<'f>(fields: &'f Map<String, Json>, name: &str) -> Vec<&'f str> {
    let items = fields.get(name).and_then(Json::as_array);
    items.into_iter().flatten().filter_map(Json::as_str).collect()
}

fn at(error: kernel::Error, path: &str) -> kernel::Error {
    match error {
        kernel::Error::Refused(refusal) => refusal.at(path).into(),
        other => other,
    }
}
