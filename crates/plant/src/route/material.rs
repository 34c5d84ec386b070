//! What a compile works from: live steps, the configuration of all levels, and the stations there are.

use std::collections::HashMap;

use engine::{Cx, row, sql};
use kernel::{Id, Result, p};
use serde_json::{Map, Value as Json};

use super::config::{FIELDS, ROUTE_ONLY, ScopeType};
use super::step::NamedStep;
use super::{Route, RouteStep};
use crate::StationType;
use crate::operation::Operation;

kernel::words! {
    /// Where an effective value comes from, nearest first (R-CORE-060).
    pub enum Origin {
        Step = "STEP", Operation = "OPERATION", Route = "ROUTE",
        /// What the step itself brought along.
        Hint = "HINT",
        Global = "GLOBAL",
        /// The type of the operation.
        Default = "DEFAULT",
        /// Set nowhere.
        None = "NONE"
    }
}

/// What holds for a field of a step, and which level said so. An explicit none is null with the origin of the level.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    pub value: Json,
    pub origin: Origin,
}

row! {
    /// A station as eligibility looks at it.
    pub struct Place {
        pub code: String,
        pub station_type: StationType,
        pub group_code: Option<String>,
        pub is_active: bool,
        pub line_id: Option<i64>,
    }
}

/// Everything a compile of one route reads but its data specs.
pub struct Material {
    pub steps: Vec<NamedStep>,
    pub places: Vec<Place>,
    levels: Levels,
}

/// What is set at each level.
#[derive(Default)]
pub struct Levels {
    global: Map<String, Json>,
    route: Map<String, Json>,
    operations: HashMap<Id<Operation>, Map<String, Json>>,
    steps: HashMap<Id<RouteStep>, Map<String, Json>>,
}

type Set = (ScopeType, Option<Id<Operation>>, Option<Id<RouteStep>>, Json);

impl Material {
    /// Read it all; stations are locked against change until the transaction ends, so that none slips away unmarked.
    pub fn of(cx: &Cx<'_>, route: &Route) -> Result<Material> {
        let mut steps = NamedStep::of(cx, route.id)?;
        steps.retain(|s| s.retired_at.is_none());
        let places = cx.all(
            sql!(
                "select s.code, s.station_type, g.code as group_code, s.is_active, s.line_id
                 from station s left join station_group g on g.id = s.group_id order by s.id for share of s"
            ),
            [],
        )?;
        let sets: Vec<Set> = cx.all(
            sql!(
                "select scope_type, operation_id, step_id, fields from execution_config
                 where scope_type in ('GLOBAL', 'OPERATION') or route_id = $1 order by id"
            ),
            p![route.id],
        )?;
        let mut levels = Levels::default();
        for (scope, operation, step, fields) in sets {
            let Json::Object(fields) = fields else { continue };
            match (scope, operation, step) {
                (ScopeType::Global, _, _) => levels.global = fields,
                (ScopeType::Route, _, _) => levels.route = fields,
                (_, Some(operation), _) => drop(levels.operations.insert(operation, fields)),
                (_, _, Some(step)) => drop(levels.steps.insert(step, fields)),
                _ => {}
            }
        }
        Ok(Material { steps, places, levels })
    }

    /// What holds for each field of a step, in the order of the fields.
    pub fn effective(&self, step: &NamedStep) -> Vec<(&'static str, Effective)> {
        let names = FIELDS.iter().filter(|name| !ROUTE_ONLY.contains(name));
        let mut all: Vec<_> = names.map(|name| (*name, self.levels.effective(step, name))).collect();
        let profile = step.expected_reflow_profile_code.as_deref();
        let origin = if profile.is_some() { Origin::Hint } else { Origin::None };
        all.push(("expectedReflowProfile", Effective { value: profile.map_or(Json::Null, Json::from), origin }));
        all
    }

    /// What the route sets for itself alone: templates, checkpoints, last-piece inspection.
    pub fn route_only(&self) -> impl Iterator<Item = (&'static str, &Json)> {
        ROUTE_ONLY.iter().filter_map(|name| self.levels.route.get(*name).filter(|v| !v.is_null()).map(|v| (*name, v)))
    }
}

impl Levels {
    /// The nearest level that says anything wins, field by field (R-CORE-060); null says none (R-CORE-062).
    fn effective(&self, step: &NamedStep, field: &str) -> Effective {
        let hint = match field {
            "stationType" => step.station_type.map(|t| Json::from(t.word())),
            "stationGroupCode" => step.station_group.as_deref().map(Json::from),
            "requiresFAI" => step.requires_fai.map(Json::from),
            _ => None,
        };
        let default = step.default_type.filter(|_| field == "stationType").map(|t| Json::from(t.word()));
        let said = [
            (Origin::Step, self.steps.get(&step.id).and_then(|set| set.get(field)).cloned()),
            (Origin::Operation, self.operations.get(&step.operation_id).and_then(|set| set.get(field)).cloned()),
            (Origin::Route, self.route.get(field).cloned()),
            (Origin::Hint, hint),
            (Origin::Global, self.global.get(field).cloned()),
            (Origin::Default, default),
        ];
        let nearest = said.into_iter().find_map(|(origin, value)| Some(Effective { value: value?, origin }));
        nearest.unwrap_or(Effective { value: Json::Null, origin: Origin::None })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operation::OperationCode;

    fn step(hint: Option<StationType>, default: Option<StationType>) -> NamedStep {
        NamedStep {
            id: Id::of(1),
            step_no: 10,
            source_step_key: "K".into(),
            operation_id: Id::of(2),
            operation_code: OperationCode::parse("AOI").unwrap(),
            operation_name: "AOI".into(),
            default_type: default,
            needs_review: false,
            station_type: hint,
            station_group: None,
            requires_fai: None,
            expected_reflow_profile_code: None,
            retired_at: None,
            meta: None,
        }
    }

    fn set(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap()
    }

    #[test]
    fn r_core_060_the_nearest_level_wins_field_by_field() {
        let mut levels = Levels::default();
        let says = |levels: &Levels| {
            let found = levels.effective(&step(Some(StationType::Batch), Some(StationType::Manual)), "stationType");
            (found.origin, found.value)
        };
        let bare = levels.effective(&step(None, Some(StationType::Manual)), "stationType");
        assert_eq!((bare.origin, bare.value), (Origin::Default, json!("MANUAL")));
        levels.global = set(json!({ "stationType": "TEST" }));
        let plain = levels.effective(&step(None, Some(StationType::Manual)), "stationType");
        assert_eq!(plain.origin, Origin::Global, "the plant goes before the operation's type");
        assert_eq!(says(&levels), (Origin::Hint, json!("BATCH")));
        levels.route = set(json!({ "stationType": "AUTO" }));
        assert_eq!(says(&levels), (Origin::Route, json!("AUTO")));
        levels.operations.insert(Id::of(2), set(json!({ "stationType": "TEST", "requiresFAI": true })));
        assert_eq!(says(&levels), (Origin::Operation, json!("TEST")));
        levels.steps.insert(Id::of(1), set(json!({ "stationType": "MANUAL" })));
        assert_eq!(says(&levels), (Origin::Step, json!("MANUAL")));
        let fai = levels.effective(&step(None, None), "requiresFAI");
        assert_eq!(fai.origin, Origin::Operation, "one field set nearer hides no other");
    }

    #[test]
    fn r_core_062_null_is_explicitly_none_and_hides_what_lies_beyond() {
        let mut levels =
            Levels { route: set(json!({ "ingestMapping": { "snPath": "payload.sn" } })), ..Levels::default() };
        assert!(levels.effective(&step(None, None), "ingestMapping").value.is_object());
        levels.steps.insert(Id::of(1), set(json!({ "ingestMapping": null })));
        let none = levels.effective(&step(None, None), "ingestMapping");
        assert_eq!((none.origin, none.value), (Origin::Step, Json::Null));
    }
}
