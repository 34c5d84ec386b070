//! Put several steps of a route on one station group.

use engine::{Ask, Command, Cx, Entity, Need, Permit, put};
use kernel::error::VALIDATION_FAILED;
use kernel::{Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::answer::RouteAnswer;
use super::config::{ExecutionConfig, ScopeType, Target};
use super::configure::{check_contents, check_references, merged, normal, step_of};
use super::step::{STEPS_MAX, StepNo};
use super::{Route, RouteChange, RouteCode};
use crate::station::StationGroupCode;

/// Set the station group of several steps at once: all or none, and one compile for all (core §5 screen). What else is set at the
/// steps stays; each step refuses as `route.configure_step` does, with its place in `stepNos`.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignGroup {
    pub routing_code: RouteCode,
    #[schemars(length(min = 1, max = 500))]
    pub step_nos: Vec<StepNo>,
    pub station_group_code: StationGroupCode,
}

/// A step with what is set at it before and after.
type Found = (StepNo, Target, Option<ExecutionConfig>, Map<String, Json>);

impl Command for AssignGroup {
    type Loaded = (Route, Vec<Found>);
    type Output = RouteAnswer;
    const NAME: &'static str = "route.assign_group";
    const ROUTE: engine::Route = put("/routes/{routingCode}/execution-config/station-group");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        ask.part(cx.unchanged(route.version))?;
        let is_some = (1..=STEPS_MAX).contains(&self.step_nos.len());
        ask.that(is_some, || Refusal::from(VALIDATION_FAILED).at("/stepNos"))?;
        let given = Map::from_iter([("stationGroupCode".to_string(), Json::from(self.station_group_code.as_str()))]);
        check_references(cx, ask, &given)?;
        let mut found: Vec<Found> = Vec::new();
        for (i, no) in self.step_nos.iter().enumerate() {
            let is_new = !self.step_nos[..i].contains(no);
            ask.that(is_new, || Refusal::from(VALIDATION_FAILED).at(format!("/stepNos/{i}")))?;
            let target = step_of(cx, ask, &route, *no)?;
            let before = ExecutionConfig::find(cx, target)?;
            let after = merged(before.as_ref(), &given, &[]);
            check_contents(cx, ask, ScopeType::Step, &given, &after)?;
            found.push((*no, target, before, after));
        }
        Ok((route, found))
    }

    fn run(self, (route, found): Self::Loaded, cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let mut is_changed = false;
        for (no, target, before, after) in found {
            let fields = normal(cx, after)?;
            let was = before.as_ref().and_then(|config| config.set().get("stationGroupCode").cloned());
            let is = fields.get("stationGroupCode").cloned();
            let changed = match before {
                Some(before) => {
                    let mut after = ExecutionConfig { fields: Json::Object(fields), ..before.clone() };
                    cx.save(&before, &mut after)?
                }
                None => {
                    cx.add(&mut ExecutionConfig::new(target, fields))?;
                    true
                }
            };
            if changed {
                cx.note("replace", &format!("steps/{}/stationGroupCode", no.0), was, is);
            }
            is_changed |= changed;
        }
        let route = if is_changed { route.changed(cx, RouteChange::Config)? } else { route };
        RouteAnswer::of(cx, &route)
    }
}
