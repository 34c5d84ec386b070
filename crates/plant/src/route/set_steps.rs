//! Replace the steps of a route; what keeps its key keeps its configuration.

use std::collections::HashSet;

use engine::{Ask, Command, Cx, Entity, Need, Permit, put, sql};
use kernel::error::VALIDATION_FAILED;
use kernel::{Id, Refusal, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::RouteAnswer;
use super::step::{STEPS_MAX, StepInput};
use super::{
    ROUTE_ERP_READONLY, ROUTE_STEP_NOT_FOUND, Route, RouteChange, RouteCode, RouteSource, RouteStep, STEP_NO_DUPLICATE,
    step,
};
use crate::operation::{OPERATION_NOT_FOUND, Operation};
use crate::station::{STATION_GROUP_NOT_FOUND, StationGroup};

/// Replace the steps of an MES route (R-CORE-050, R-CORE-051, R-CORE-053).
///
/// A step given with its `sourceStepKey` keeps key and configuration whatever its number becomes; one without is new; one left
/// out is retired, and its configuration stays as an orphan until the step comes back. What a route answers can be sent back:
/// steps given with `retiredAt` stay retired.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetSteps {
    pub routing_code: RouteCode,
    #[schemars(length(max = 500))]
    pub steps: Vec<StepInput>,
}

/// What the guards found: the route, its steps, and what each given step names.
pub struct Found {
    route: Route,
    steps: Vec<RouteStep>,
    named: Vec<(Id<Operation>, Option<Id<StationGroup>>)>,
}

impl Command for SetSteps {
    type Loaded = Found;
    type Output = RouteAnswer;
    const NAME: &'static str = "route.set_steps";
    const ROUTE: engine::Route = put("/routes/{routingCode}/steps");
    const PERMIT: Need = Need::Any(&[Permit::RouteCreate]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        ask.part(cx.unchanged(route.version))?;
        let is_ours = route.source_system == RouteSource::Mes;
        ask.that(is_ours, || ROUTE_ERP_READONLY.with("route", &route.code).with("field", "steps"))?;
        ask.that(self.steps.len() <= STEPS_MAX, || Refusal::from(VALIDATION_FAILED).at("/steps"))?;
        let steps = RouteStep::of(cx, route.id)?;
        let (mut numbers, mut keys) = (HashSet::new(), HashSet::new());
        let mut named = Vec::new();
        for (i, given) in self.live() {
            let no = given.step_no.0;
            ask.that(numbers.insert(no), || STEP_NO_DUPLICATE.with("step", no).at(format!("/steps/{i}/stepNo")))?;
            if let Some(key) = &given.source_step_key {
                let path = format!("/steps/{i}/sourceStepKey");
                ask.that(keys.insert(key), || Refusal::from(VALIDATION_FAILED).at(&path))?;
                let known = steps.iter().any(|s| s.source_step_key == *key);
                let unknown = || ROUTE_STEP_NOT_FOUND.with("route", &route.code).with("step", key).at(&path);
                ask.that(known, unknown)?;
            }
            let operation = Operation::find(cx, &given.operation_code)?;
            let unknown = || OPERATION_NOT_FOUND.with("operation", &given.operation_code).unprocessable();
            let operation = ask.need(operation, || unknown().at(format!("/steps/{i}/operationCode")))?;
            named.push((operation.id, self.group_of(cx, ask, i)?));
        }
        Ok(Found { route, steps, named })
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let mut left: Vec<RouteStep> = found.steps;
        let mut differs = false;
        let given = self.steps.into_iter().filter(|s| s.retired_at.is_none());
        for (given, (operation_id, station_group_id)) in given.zip(found.named) {
            let kept = given.source_step_key.as_ref();
            let kept =
                kept.and_then(|key| left.iter().position(|s| s.source_step_key == *key)).map(|at| left.swap_remove(at));
            let mut step = RouteStep {
                id: kept.as_ref().map_or(Id::of(0), |s| s.id),
                route_id: found.route.id,
                step_no: given.step_no.0,
                source_step_key: match &kept {
                    Some(step) => step.source_step_key.clone(),
                    None => step::new_key(cx),
                },
                operation_id,
                station_type: given.station_type,
                station_group_id,
                requires_fai: given.requires_fai,
                expected_reflow_profile_code: given
                    .expected_reflow_profile_code
                    .map(|c| c.to_string())
                    .filter(|c| !c.is_empty()),
                retired_at: None,
                meta: given.meta.map(crate::common::Meta::into_json),
            };
            match kept {
                Some(before) => differs |= step.replace(cx, &before)?,
                None => {
                    step.insert(cx)?;
                    differs = true;
                }
            }
        }
        for before in left.into_iter().filter(|s| s.retired_at.is_none()) {
            differs |= RouteStep { retired_at: Some(cx.now), ..before.clone() }.replace(cx, &before)?;
        }
        let route = if differs { found.route.changed(cx, RouteChange::Steps)? } else { found.route };
        RouteAnswer::of(cx, &route)
    }
}

impl SetSteps {
    /// The steps that are to be live, with their places in the call.
    fn live(&self) -> impl Iterator<Item = (usize, &StepInput)> {
        self.steps.iter().enumerate().filter(|(_, step)| step.retired_at.is_none())
    }

    fn group_of(&self, cx: &Cx<'_>, ask: &mut Ask, i: usize) -> Result<Option<Id<StationGroup>>> {
        let Some(code) = &self.steps[i].station_group_code else { return Ok(None) };
        let id: Option<Id<StationGroup>> =
            cx.value(sql!("select id from station_group where code_key = $1"), p![code.key()])?;
        let unknown = || STATION_GROUP_NOT_FOUND.with("group", code).at(format!("/steps/{i}/stationGroupCode"));
        ask.that(id.is_some(), unknown)?;
        Ok(id)
    }
}

impl RouteStep {
    /// Store a new step; the diff shows it under its key.
    pub(super) fn insert(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        let id: Option<Id<RouteStep>> = cx.value(
            sql!(
                "insert into route_step (route_id, step_no, source_step_key, operation_id, station_type, station_group_id, requires_fai,
                     expected_reflow_profile_code, retired_at, meta)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id"
            ),
            p![
                self.route_id,
                self.step_no,
                self.source_step_key,
                self.operation_id,
                self.station_type,
                self.station_group_id,
                self.requires_fai,
                self.expected_reflow_profile_code,
                self.retired_at,
                self.meta
            ],
        )?;
        self.id = id.ok_or_else(|| kernel::Error::fault("a stored step has an id"))?;
        let after = self.noted(cx)?;
        cx.note("add", &format!("steps/{}", self.source_step_key), None, Some(after));
        Ok(())
    }

    /// Write what differs from before; the diff shows both under the step's key. Gives whether anything differed.
    fn replace(&self, cx: &mut Cx<'_>, before: &RouteStep) -> Result<bool> {
        use engine::db::Noun;
        if self.values() == before.values() {
            return Ok(false);
        }
        cx.run(
            sql!(
                "update route_step set step_no = $1, operation_id = $2, station_type = $3, station_group_id = $4, requires_fai = $5,
                     expected_reflow_profile_code = $6, retired_at = $7, meta = $8
                 where id = $9"
            ),
            p![
                self.step_no,
                self.operation_id,
                self.station_type,
                self.station_group_id,
                self.requires_fai,
                self.expected_reflow_profile_code,
                self.retired_at,
                self.meta,
                self.id
            ],
        )?;
        let (was, is) = (before.noted(cx)?, self.noted(cx)?);
        cx.note("replace", &format!("steps/{}", self.source_step_key), Some(was), Some(is));
        Ok(true)
    }
}
