//! Execution configuration: what a step means to the MES, on four levels, field by field (core §5).

use engine::command::given;
use engine::{Cx, row, sql};
use kernel::{Error, Id, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Route, RouteCode, RouteStep};
use crate::StationType;
use crate::data_spec::SpecId;
use crate::operation::{Operation, OperationCode};
use crate::station::{StationCode, StationGroupCode};

kernel::words! {
    /// What a configuration is for.
    pub enum ScopeType { Global = "GLOBAL", Route = "ROUTE", Operation = "OPERATION", Step = "STEP" }
    /// Whether a step works whole panels (R-BRD-002).
    pub enum PanelMode { Panel = "PANEL", Unit = "UNIT", Either = "EITHER" }
    /// The side of the board a step works.
    pub enum BoardSide { Top = "TOP", Bottom = "BOTTOM" }
    /// When repeated tests count as passed (R-QUAL-155).
    pub enum RetestMode { AnyPass = "ANY_PASS", TwoOfThree = "TWO_OF_THREE" }
}

kernel::refusals! {
    /// Execution-config scope unknown or not usable on this path
    SCOPE_TYPE_INVALID: Malformed (scope);
    /// STEP scope without stepNo
    STEP_NO_REQUIRED: Malformed;
    /// No such config row
    EXECUTION_CONFIG_NOT_FOUND: NotFound (config);
    /// A config row exists for this scope target
    EXECUTION_CONFIG_DUPLICATE: Conflict (config);
    /// Config does not belong to this route
    EXECUTION_CONFIG_SCOPE_MISMATCH: Unprocessable (config, route);
    /// Field not allowed at this scope
    EXECUTION_CONFIG_FIELD_NOT_ALLOWED: Unprocessable (field, scope);
    /// Allowed station absent, inactive, wrong type or group
    ALLOWED_STATION_INVALID: Unprocessable (station, problem);
}

row! {
    table "execution_config"
    refs { route_id => "route.code", operation_id => "operation.code", step_id => "route_step.source_step_key" }
    quiet { target };
    /// One level's configuration of one target: a JSON object with what is set there; `null` says explicitly none (R-CORE-062).
    pub struct ExecutionConfig {
        pub id: Id<ExecutionConfig>,
        pub scope_type: ScopeType,
        /// The target by its row; carries the unique index that keeps one row per target (R-CORE-061).
        pub target: String,
        pub route_id: Option<Id<Route>>,
        pub operation_id: Option<Id<Operation>>,
        pub step_id: Option<Id<RouteStep>>,
        pub fields: Json,
        pub version: i64,
    }
}

/// What a configuration is for, by the rows it names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Global,
    Route(Id<Route>),
    Operation(Id<Operation>),
    Step(Id<Route>, Id<RouteStep>),
}

impl Target {
    pub fn scope(self) -> ScopeType {
        match self {
            Target::Global => ScopeType::Global,
            Target::Route(_) => ScopeType::Route,
            Target::Operation(_) => ScopeType::Operation,
            Target::Step(..) => ScopeType::Step,
        }
    }

    fn text(self) -> String {
        match self {
            Target::Global => "GLOBAL".into(),
            Target::Route(id) => format!("ROUTE:{}", id.number()),
            Target::Operation(id) => format!("OPERATION:{}", id.number()),
            Target::Step(_, id) => format!("STEP:{}", id.number()),
        }
    }
}

impl ExecutionConfig {
    /// The configuration of a target.
    pub fn find(cx: &Cx<'_>, target: Target) -> Result<Option<ExecutionConfig>> {
        cx.one(
            sql!(
                "select id, scope_type, target, route_id, operation_id, step_id, fields, version
                 from execution_config where target = $1 for update"
            ),
            p![target.text()],
        )
    }

    /// The configuration a `configId` names: `GLOBAL`, `ROUTE:{routingCode}`, `OPERATION:{operationCode}` or `STEP:{sourceStepKey}`.
    pub fn named(cx: &Cx<'_>, config_id: &str) -> Result<Option<ExecutionConfig>> {
        let (scope, key) = config_id.split_once(':').unwrap_or((config_id, ""));
        let target = match ScopeType::parse(scope) {
            Some(ScopeType::Global) if key.is_empty() => Some(Target::Global),
            Some(ScopeType::Route) => match RouteCode::parse(key) {
                Ok(code) => Route::find(cx, &code)?.map(|r| Target::Route(r.id)),
                Err(_) => None,
            },
            Some(ScopeType::Operation) => match OperationCode::parse(key) {
                Ok(code) => Operation::find(cx, &code)?.map(|o| Target::Operation(o.id)),
                Err(_) => None,
            },
            Some(ScopeType::Step) => {
                let step: Option<(Id<Route>, Id<RouteStep>)> =
                    cx.one(sql!("select route_id, id from route_step where source_step_key = $1"), p![*key])?;
                step.map(|(route, step)| Target::Step(route, step))
            }
            _ => None,
        };
        target.map_or(Ok(None), |target| ExecutionConfig::find(cx, target))
    }

    /// What a route and its steps have of their own.
    pub fn of_route(cx: &Cx<'_>, route: Id<Route>) -> Result<Vec<ExecutionConfig>> {
        cx.all(
            sql!(
                "select id, scope_type, target, route_id, operation_id, step_id, fields, version
                 from execution_config where route_id = $1 order by id"
            ),
            p![route],
        )
    }

    /// A new configuration of a target.
    pub fn new(target: Target, fields: Map<String, Json>) -> ExecutionConfig {
        let (route_id, operation_id, step_id) = match target {
            Target::Global => (None, None, None),
            Target::Route(route) => (Some(route), None, None),
            Target::Operation(operation) => (None, Some(operation), None),
            Target::Step(route, step) => (Some(route), None, Some(step)),
        };
        ExecutionConfig {
            id: Id::of(0),
            scope_type: target.scope(),
            target: target.text(),
            route_id,
            operation_id,
            step_id,
            fields: Json::Object(fields),
            version: 1,
        }
    }

    /// The text by which the outside names it.
    pub fn config_id(&self, cx: &Cx<'_>) -> Result<String> {
        let key: Option<String> = match self.scope_type {
            ScopeType::Global => return Ok("GLOBAL".into()),
            ScopeType::Route => cx.value(sql!("select code from route where id = $1"), p![self.route_id])?,
            ScopeType::Operation => {
                cx.value(sql!("select code from operation where id = $1"), p![self.operation_id])?
            }
            ScopeType::Step => {
                cx.value(sql!("select source_step_key from route_step where id = $1"), p![self.step_id])?
            }
        };
        let key = key.ok_or_else(|| Error::fault("a configuration names what is not there"))?;
        Ok(format!("{}:{key}", self.scope_type))
    }

    /// What is set here.
    pub fn set(&self) -> Map<String, Json> {
        self.fields.as_object().cloned().unwrap_or_default()
    }

    /// The same configuration for another route and step.
    pub(super) fn copied_to(&self, cx: &mut Cx<'_>, route: Id<Route>, step: Option<Id<RouteStep>>) -> Result<()> {
        let target = step.map_or(Target::Route(route), |step| Target::Step(route, step));
        cx.add(&mut ExecutionConfig::new(target, self.set()))
    }
}

/// A configuration as the outside sees it.
#[derive(Serialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub struct ConfigAnswer {
    pub config_id: String,
    pub scope_type: ScopeType,
    pub routing_code: Option<String>,
    pub operation_code: Option<String>,
    pub step_no: Option<u32>,
    pub source_step_key: Option<String>,
    /// The step is retired: nothing uses this any more.
    pub is_orphan: bool,
    /// What is set at this level; an absent field is inherited, a null one is explicitly none.
    #[serde(flatten)]
    pub fields: Map<String, Json>,
    pub version: i64,
}

type Named = (Option<String>, Option<String>, Option<u32>, Option<String>, Option<bool>);

impl ConfigAnswer {
    pub fn of(cx: &Cx<'_>, config: &ExecutionConfig) -> Result<ConfigAnswer> {
        let named: Option<Named> = cx.one(
            sql!(
                "select r.code as routing_code, o.code as operation_code, s.step_no, s.source_step_key,
                     case when s.retired_at is null then 0 else 1 end as is_orphan
                 from execution_config c left join route r on r.id = c.route_id left join operation o on o.id = c.operation_id
                 left join route_step s on s.id = c.step_id where c.id = $1"
            ),
            p![config.id],
        )?;
        let (routing_code, operation_code, step_no, source_step_key, is_orphan) = named.unwrap_or_default();
        Ok(ConfigAnswer {
            config_id: config.config_id(cx)?,
            scope_type: config.scope_type,
            routing_code,
            operation_code,
            step_no,
            source_step_key,
            is_orphan: is_orphan.unwrap_or(false),
            fields: config.set(),
            version: config.version,
        })
    }
}

macro_rules! fields {
    ($( $(#[$doc:meta])* $field:ident as $name:literal : $type:ty ),+ $(,)?) => {
        /// What can be set. A field left out is inherited (or left as it is), `null` says explicitly none.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub struct ConfigFields {
            $(
                $(#[$doc])*
                #[serde(rename = $name, default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
                pub $field: Option<Option<$type>>,
            )+
        }

        /// The names of all fields, in the order in which screens show them.
        pub const FIELDS: &[&str] = &[$( $name ),+];
    };
}

fields! {
    /// How the step is worked.
    station_type as "stationType": StationType,
    /// The group whose stations may work it.
    station_group_code as "stationGroupCode": StationGroupCode,
    /// The only stations that may work it; with a group, both must hold (R-CORE-063).
    allowed_station_codes as "allowedStationCodes": Vec<StationCode>,
    /// Whether the first article is inspected after it.
    requires_fai as "requiresFAI": bool,
    /// Informative: all execution needs an authorized run (R-CORE-065).
    requires_authorization as "requiresAuthorization": bool,
    /// The data specs bound to it, `{operationCode}:{name}`; on steps and operations only.
    data_spec_ids as "dataSpecIds": Vec<SpecId>,
    /// How the messages of its machines are read.
    ingest_mapping as "ingestMapping": Map<String, Json>,
    /// How often a failing test may be repeated (R-CORE-178).
    retest as "retest": Retest,
    /// Whether a PASS needs a result of an inspection machine (R-CORE-192).
    require_inspection as "requireInspection": bool,
    panel_mode as "panelMode": PanelMode,
    side as "side": BoardSide,
    /// Whether a board repaired on its panel may leave it out (R-BRD-005).
    optional_after_repair as "optionalAfterRepair": bool,
    /// Whether a PASS needs a passed test record (R-QUAL-154).
    require_test_record as "requireTestRecord": bool,
    retest_mode as "retestMode": RetestMode,
    requires_repair_record as "requiresRepairRecord": bool,
    /// The qualification whoever works here must hold (R-PLAT-014).
    requires_qualification as "requiresQualification": kernel::Text<64>,
    /// Whether the work instruction must be acknowledged (R-SCR-049).
    acknowledge_instruction as "acknowledgeInstruction": bool,
    /// The machine programs allowed, by class.
    programs as "programs": Map<String, Json>,
    /// Inspection templates by type; on routes only.
    templates as "templates": Map<String, Json>,
    /// In-process checkpoints; on routes only.
    ipqc_checkpoints as "ipqcCheckpoints": Vec<Map<String, Json>>,
    /// Whether the last piece is inspected before close; on routes only.
    fqc_required as "fqcRequired": bool,
    /// Further facts.
    meta as "meta": Map<String, Json>,
}

/// How often a failing test may be repeated before the board has failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retest {
    #[schemars(range(min = 1, max = 20))]
    pub max_attempts: u32,
}

/// Fields that only a route has; its steps do not inherit them.
pub const ROUTE_ONLY: [&str; 3] = ["templates", "ipqcCheckpoints", "fqcRequired"];
/// Fields that name data specs of one operation (R-CORE-063).
const OPERATION_ONLY: [&str; 1] = ["dataSpecIds"];

/// Whether a field may be set at a scope.
pub fn is_allowed(field: &str, scope: ScopeType) -> bool {
    match scope {
        ScopeType::Route => !OPERATION_ONLY.contains(&field),
        ScopeType::Global => !OPERATION_ONLY.contains(&field) && !ROUTE_ONLY.contains(&field),
        ScopeType::Operation | ScopeType::Step => !ROUTE_ONLY.contains(&field),
    }
}

impl ConfigFields {
    /// The fields as they are stored: nulls stay, empty lists are none (R-CORE-063).
    pub fn stored(&self) -> Result<Map<String, Json>> {
        let Json::Object(mut fields) = serde_json::to_value(self).map_err(|e| Error::fault(e.to_string()))? else {
            return Err(Error::fault("fields are an object"));
        };
        for name in ["allowedStationCodes", "dataSpecIds"] {
            if fields.get(name).and_then(Json::as_array).is_some_and(Vec::is_empty) {
                fields.insert(name.into(), Json::Null);
            }
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r_core_062_absent_null_and_value_are_three_things() {
        let read = |json: Json| serde_json::from_value::<ConfigFields>(json).unwrap();
        let fields = read(json!({ "stationGroupCode": null, "requiresFAI": true, "allowedStationCodes": [] }));
        assert_eq!(fields.station_group_code, Some(None));
        assert_eq!(fields.requires_fai, Some(Some(true)));
        assert_eq!(fields.station_type, None);
        let stored = Json::Object(fields.stored().unwrap());
        assert_eq!(stored, json!({ "stationGroupCode": null, "requiresFAI": true, "allowedStationCodes": null }));
        assert_eq!(read(stored.clone()).stored().map(Json::Object).unwrap(), stored, "and back");
    }

    #[test]
    fn r_core_063_some_fields_belong_to_some_scopes() {
        assert!(is_allowed("dataSpecIds", ScopeType::Step) && is_allowed("dataSpecIds", ScopeType::Operation));
        assert!(!is_allowed("dataSpecIds", ScopeType::Route) && !is_allowed("dataSpecIds", ScopeType::Global));
        assert!(is_allowed("templates", ScopeType::Route) && !is_allowed("templates", ScopeType::Step));
        assert!(ScopeType::ALL.iter().all(|scope| is_allowed("stationType", *scope)));
    }
}
