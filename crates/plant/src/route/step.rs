//! Steps of a route: what is done in which order, under keys that survive renumbering (R-CORE-053).

use std::time::{Duration, SystemTime};

use engine::{Cx, row, sql};
use kernel::{Id, Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use crate::StationType;
use crate::operation::{Operation, OperationCode};
use crate::route::Route;
use crate::station::{StationGroup, StationGroupCode};

/// The most live steps of one route.
pub const STEPS_MAX: usize = 500;

row! {
    table "route_step" refs { route_id => "route.code", operation_id => "operation.code", station_group_id => "station_group.code" };
    /// A step as it is stored; station type, group and FAI are hints that configuration overrules.
    pub struct RouteStep {
        pub id: Id<RouteStep>,
        pub route_id: Id<Route>,
        pub step_no: u32,
        pub source_step_key: String,
        pub operation_id: Id<Operation>,
        pub station_type: Option<StationType>,
        pub station_group_id: Option<Id<StationGroup>>,
        pub requires_fai: Option<bool>,
        pub expected_reflow_profile_code: Option<String>,
        pub retired_at: Option<Instant>,
        pub meta: Option<Json>,
    }
}

row! {
    /// A step with the words of what it names.
    pub struct NamedStep {
        pub id: Id<RouteStep>,
        pub step_no: u32,
        pub source_step_key: String,
        pub operation_id: Id<Operation>,
        pub operation_code: OperationCode,
        pub operation_name: String,
        pub default_type: Option<StationType>,
        pub needs_review: bool,
        pub station_type: Option<StationType>,
        pub station_group: Option<String>,
        pub requires_fai: Option<bool>,
        pub expected_reflow_profile_code: Option<String>,
        pub retired_at: Option<Instant>,
        pub meta: Option<Json>,
    }
}

impl RouteStep {
    /// All steps of a route, live and retired, by number.
    pub fn of(cx: &Cx<'_>, route_id: Id<Route>) -> Result<Vec<RouteStep>> {
        cx.all(
            sql!(
                "select id, route_id, step_no, source_step_key, operation_id, station_type, station_group_id, requires_fai,
                     expected_reflow_profile_code, retired_at, meta
                 from route_step where route_id = $1 order by step_no, id"
            ),
            p![route_id],
        )
    }

    /// The live step of a number.
    pub fn numbered(cx: &Cx<'_>, route_id: Id<Route>, step_no: u32) -> Result<Option<RouteStep>> {
        cx.one(
            sql!(
                "select id, route_id, step_no, source_step_key, operation_id, station_type, station_group_id, requires_fai,
                     expected_reflow_profile_code, retired_at, meta
                 from route_step where route_id = $1 and step_no = $2 and retired_at is null"
            ),
            p![route_id, step_no],
        )
    }

    /// The step as the diff of a call shows it.
    pub fn noted(&self, cx: &Cx<'_>) -> Result<Json> {
        let operation: Option<String> =
            cx.value(sql!("select code from operation where id = $1"), p![self.operation_id])?;
        let group: Option<String> = match self.station_group_id {
            Some(id) => cx.value(sql!("select code from station_group where id = $1"), p![id])?,
            None => None,
        };
        Ok(serde_json::json!({
            "stepNo": self.step_no, "operationCode": operation, "stationType": self.station_type, "stationGroupCode": group,
            "requiresFAI": self.requires_fai, "expectedReflowProfileCode": self.expected_reflow_profile_code,
            "retiredAt": self.retired_at, "meta": self.meta,
        }))
    }
}

impl NamedStep {
    /// All steps of a route with the words of what they name: live ones first, each part by number.
    pub fn of(cx: &Cx<'_>, route_id: Id<Route>) -> Result<Vec<NamedStep>> {
        let mut steps: Vec<NamedStep> = cx.all(
            sql!(
                "select s.id, s.step_no, s.source_step_key, s.operation_id, o.code as operation_code, o.name as operation_name,
                     o.default_type, o.needs_review, s.station_type, g.code as station_group, s.requires_fai,
                     s.expected_reflow_profile_code, s.retired_at, s.meta
                 from route_step s join operation o on o.id = s.operation_id
                 left join station_group g on g.id = s.station_group_id
                 where s.route_id = $1 order by s.step_no, s.id"
            ),
            p![route_id],
        )?;
        steps.sort_by_key(|s| s.retired_at.is_some());
        Ok(steps)
    }
}

/// How many retired steps of a route still have configuration of their own.
pub fn orphans(cx: &Cx<'_>, route_id: Id<Route>) -> Result<i64> {
    let count = cx.value(
        sql!(
            "select cast(count(*) as bigint) from execution_config c join route_step s on s.id = c.step_id
             where c.route_id = $1 and s.retired_at is not null"
        ),
        p![route_id],
    )?;
    Ok(count.unwrap_or(0))
}

/// A key that no step has ever had: a ULID of the call's time and random bytes.
pub fn new_key(cx: &Cx<'_>) -> String {
    let since = Duration::from_millis(u64::try_from(cx.now.ms()).unwrap_or(0));
    ulid::Ulid::from_datetime(SystemTime::UNIX_EPOCH + since).to_string()
}

/// A step as it is given.
#[derive(Deserialize, JsonSchema, Clone, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepInput {
    pub step_no: StepNo,
    /// The key the step has kept since it was made; without one the step is new.
    pub source_step_key: Option<String>,
    pub operation_code: OperationCode,
    pub station_type: Option<StationType>,
    pub station_group_code: Option<StationGroupCode>,
    #[serde(rename = "requiresFAI")]
    pub requires_fai: Option<bool>,
    pub expected_reflow_profile_code: Option<kernel::Text<64>>,
    pub meta: Option<crate::common::Meta>,
    /// As answered: a step that is retired stays so.
    pub retired_at: Option<Instant>,
    /// As answered; the operation says it.
    pub operation_name: Option<String>,
    /// As answered; the numbers say it.
    pub is_last: Option<bool>,
}

/// The number of a step: 1 to 99999; gaps are fine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct StepNo(pub u32);

impl StepNo {
    pub const MAX: u32 = 99_999;
}

impl<'de> Deserialize<'de> for StepNo {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(d)?;
        match number {
            1..=StepNo::MAX => Ok(StepNo(number)),
            _ => Err(serde::de::Error::custom(format!("a step number lies between 1 and {}", StepNo::MAX))),
        }
    }
}

impl JsonSchema for StepNo {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StepNo".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": StepNo::MAX })
    }

    fn inline_schema() -> bool {
        true
    }
}
