//! Merge an operation into another one that means the same.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    OPERATION_IN_USE, OPERATION_INACTIVE, OPERATION_MERGE_INVALID, OPERATION_NOT_FOUND, Operation, OperationCode,
};
use crate::route::{self, RouteChange, RouteCode};

/// Let another operation take over an operation's mappings and route steps, and deactivate it. Its data specs and execution
/// configuration say something of their own: with any, it is refused. Routes that used it have to be compiled again.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergeOperation {
    pub operation_code: OperationCode,
    pub target: OperationCode,
}

/// What went over.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Merged {
    pub operation_code: String,
    pub target: String,
    pub mappings: u64,
    pub route_steps: u64,
    pub routes_to_compile: usize,
}

impl Command for MergeOperation {
    type Loaded = (Operation, Operation);
    type Output = Merged;
    const NAME: &'static str = "operation.merge";
    const ROUTE: Route = post("/operations/{operationCode}/merge-into/{target}");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);

    fn entity(&self) -> Entity {
        Entity::of("operation", &self.operation_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Operation, Operation)> {
        // Both are locked in the order of their keys, so that two merges never wait for each other.
        let swapped = self.operation_code.key() > self.target.key();
        let mut codes = [&self.operation_code, &self.target];
        if swapped {
            codes.reverse();
        }
        let [first, second] = codes.map(|code| Operation::to_change(cx, code));
        let (from, into) = if swapped { (second?, first?) } else { (first?, second?) };
        let from = ask.need(from, || OPERATION_NOT_FOUND.with("operation", &self.operation_code))?;
        let into = ask.need(into, || OPERATION_NOT_FOUND.with("operation", &self.target))?;
        ask.that(from.id != into.id, || OPERATION_MERGE_INVALID.with("operation", &from.code))?;
        ask.that(into.is_active, || OPERATION_INACTIVE.with("operation", &into.code))?;
        let mut uses = from.uses(cx)?;
        uses.retain(|kind, _| kind == "dataSpecs" || kind == "executionConfigs");
        let used = || OPERATION_IN_USE.with("operation", &from.code).with("counts", &uses);
        ask.that(uses.is_empty(), used)?;
        Ok((from, into))
    }

    fn run(self, (from, into): (Operation, Operation), cx: &mut Cx<'_>) -> Result<Merged> {
        let routes: Vec<(RouteCode,)> = cx.all(
            sql!(
                "select r.code from route r where r.id in
                     (select s.route_id from route_step s where s.operation_id = $1 and s.retired_at is null)
                 order by r.id for update of r"
            ),
            p![from.id],
        )?;
        let route_steps =
            cx.run(sql!("update route_step set operation_id = $2 where operation_id = $1"), p![from.id, into.id])?;
        let mappings = cx.run(
            sql!("update operation_mapping set operation_id = $2, version = version + 1 where operation_id = $1"),
            p![from.id, into.id],
        )?;
        for (code,) in &routes {
            if let Some(route) = route::Route::find(cx, code)? {
                route.changed(cx, RouteChange::Steps)?;
            }
        }
        let mut ended = Operation { is_active: false, needs_review: false, ..from.clone() };
        cx.save(&from, &mut ended)?;
        cx.note("add", "merged_into", None, Some(into.code.as_str().into()));
        cx.note("add", "mappings", None, Some(mappings.into()));
        cx.note("add", "route_steps", None, Some(route_steps.into()));
        Ok(Merged {
            operation_code: from.code.to_string(),
            target: into.code.to_string(),
            mappings,
            route_steps,
            routes_to_compile: routes.len(),
        })
    }
}
