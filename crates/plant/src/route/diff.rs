//! What differs between two versions, field by field.

use std::collections::BTreeSet;

use engine::{Cx, Need, Permit, Query, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::RouteCode;
use super::get::known;
use super::version::known_version;

/// What differs between version `a` and version `b` of a route; steps are matched by their keys, so a new number is a change.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiffVersions {
    pub routing_code: RouteCode,
    pub a: i64,
    pub b: i64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffAnswer {
    pub routing_code: String,
    pub a: i64,
    pub b: i64,
    pub changes: Vec<Change>,
}

/// One difference. A step that is new or gone is one change with the whole step on one side.
#[derive(Serialize, JsonSchema, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The number in `b`, or in `a` for a step that is gone; absent for the head.
    pub step_no: Option<u64>,
    /// `20.stationGroup`, `30`, or `route.productCode`.
    pub field: String,
    pub before: Json,
    pub after: Json,
}

impl Query for DiffVersions {
    type Output = DiffAnswer;
    const NAME: &'static str = "route.diff";
    const ROUTE: engine::Route = get("/routes/{routingCode}/versions/{a}/diff/{b}");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<DiffAnswer> {
        let route = known(cx, &self.routing_code)?;
        let (a, b) = (known_version(cx, &route, self.a)?, known_version(cx, &route, self.b)?);
        let changes = diff(&a.frozen()?, &b.frozen()?);
        Ok(DiffAnswer { routing_code: route.code.to_string(), a: self.a, b: self.b, changes })
    }
}

fn diff(a: &Json, b: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    for part in ["route", "frozen"] {
        compare(&mut changes, None, part, &a[part], &b[part]);
    }
    changes.extend(of_steps(a, b));
    changes
}

/// What differs between the steps of two snapshots, by number.
pub fn of_steps(a: &Json, b: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = (steps(a), steps(b));
    for step in &after {
        let no = step["stepNo"].as_u64();
        let name = no.unwrap_or_default().to_string();
        match before.iter().find(|s| s["sourceStepKey"] == step["sourceStepKey"]) {
            Some(was) => compare(&mut changes, no, &name, was, step),
            None => changes.push(Change { step_no: no, field: name, before: Json::Null, after: (*step).clone() }),
        }
    }
    for step in before.iter().filter(|s| !after.iter().any(|t| t["sourceStepKey"] == s["sourceStepKey"])) {
        let no = step["stepNo"].as_u64();
        let field = no.unwrap_or_default().to_string();
        changes.push(Change { step_no: no, field, before: (*step).clone(), after: Json::Null });
    }
    changes.sort_by_key(|c| c.step_no);
    changes
}

fn steps(snapshot: &Json) -> Vec<&Json> {
    snapshot["steps"].as_array().map_or_else(Vec::new, |steps| steps.iter().collect())
}

fn compare(changes: &mut Vec<Change>, step_no: Option<u64>, name: &str, a: &Json, b: &Json) {
    let none = Map::new();
    let (a, b) = (a.as_object().unwrap_or(&none), b.as_object().unwrap_or(&none));
    let fields: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for field in fields {
        let (before, after) = (a.get(field).unwrap_or(&Json::Null), b.get(field).unwrap_or(&Json::Null));
        if before != after {
            let field = format!("{name}.{field}");
            changes.push(Change { step_no, field, before: before.clone(), after: after.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r_core_070_a_diff_follows_steps_by_key_and_names_each_field() {
        let a = json!({ "route": { "productCode": "P" }, "steps": [
            { "stepNo": 10, "sourceStepKey": "A", "stationGroup": "G1" }, { "stepNo": 20, "sourceStepKey": "B" }
        ] });
        let b = json!({ "route": { "productCode": "P" }, "steps": [
            { "stepNo": 10, "sourceStepKey": "A", "stationGroup": "G2" }, { "stepNo": 30, "sourceStepKey": "C" }
        ] });
        let changes = diff(&a, &b);
        let fields: Vec<(&str, Option<u64>)> = changes.iter().map(|c| (c.field.as_str(), c.step_no)).collect();
        assert_eq!(fields, [("10.stationGroup", Some(10)), ("20", Some(20)), ("30", Some(30))]);
        assert_eq!((&changes[0].before, &changes[0].after), (&json!("G1"), &json!("G2")));
        assert!(changes[1].after.is_null() && changes[2].before.is_null());
        assert!(diff(&a, &a).is_empty());
    }
}
