//! Ingest mappings: how a machine's message becomes serials, a result and values (core §13).

mod message;

use std::collections::BTreeMap;

use kernel::Refusal;
use kernel::code::fold;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::path::Path;
use crate::StationType;

pub use message::{Measured, Message, UnitResult};

kernel::words! {
    /// The kind of a machine's event; it equals the type of the step it is for.
    pub enum EventType { Auto = "AUTO", Batch = "BATCH", Test = "TEST" }
    /// Which part of a step an event tells.
    pub enum Phase { Complete = "COMPLETE", In = "IN", Out = "OUT" }
    /// What one bad board of a batch does to the others (R-CORE-162).
    pub enum BatchPolicy { AllOrNothing = "ALL_OR_NOTHING", Partial = "PARTIAL" }
    /// What a result that no list names counts as (R-CORE-171).
    pub enum UnknownResult { Reject = "REJECT", Fail = "FAIL" }
    /// What a machine said of a board.
    pub enum EventResult { Pass = "PASS", Fail = "FAIL" }
}

kernel::refusals! {
    /// Mapping syntax/required keys/eventType
    INGEST_MAPPING_INVALID: Unprocessable (field, problem);
}

/// How a machine's message is read. Paths start at `{payload, meta, sourceSystem, occurredAt}`, those of items at the item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct IngestMapping {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<EventType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station_code_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_code_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sn_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sn_list_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_code_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_policy: Option<BatchPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_results: Option<UnitResults>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_result_id_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measurements: Option<Measurements>,
    /// The machine's name of a value → the name of the data spec.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data_spec_map: BTreeMap<String, String>,
}

/// Results board by board, of a panel or a carrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitResults {
    pub items_path: String,
    /// Either this or `positionPath`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sn_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_path: Option<String>,
    pub result_path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defects_path: Option<String>,
}

/// Where the result lies and which words mean what; compared trimmed and whatever their case (R-CORE-171).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResultRule {
    pub path: String,
    pub pass_values: Vec<String>,
    #[serde(default)]
    pub fail_values: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<UnknownResult>,
}

/// Where the measured values lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Measurements {
    pub items_path: String,
    pub name_path: String,
    pub value_path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge_path: Option<String>,
}

/// What is wrong with a mapping, or with a message read by it: the field, and a word for the problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    pub field: String,
    /// `EMPTY`, `TOO_LONG`, `TOO_DEEP`, `SYNTAX`, `SHAPE`, `EITHER`, `REQUIRED`, `EVENT_TYPE`, and of messages `MISSING`,
    /// `RESULT_UNKNOWN`, `TIME`, `DIGITS`.
    pub problem: &'static str,
}

impl Problem {
    pub fn new(field: impl Into<String>, problem: &'static str) -> Problem {
        Problem { field: field.into(), problem }
    }

    /// The problem as a refusal of whoever wrote the mapping.
    pub fn refusal(&self) -> Refusal {
        INGEST_MAPPING_INVALID.with("field", &self.field).with("problem", self.problem)
    }
}

impl IngestMapping {
    /// Read a mapping and check its shape and paths; gives every problem.
    pub fn parse(json: &Json) -> Result<IngestMapping, Vec<Problem>> {
        let Some(fields) = json.as_object() else { return Err(vec![Problem::new("", "SHAPE")]) };
        let read = |json: Json| serde_json::from_value::<IngestMapping>(json);
        let mapping = read(json.clone()).map_err(|_| {
            // Every field may be absent, so each can be read by itself: those that cannot are the wrong ones.
            let alone = fields.iter().filter(|(name, value)| read(json!({ name.as_str(): value })).is_err());
            alone.map(|(name, _)| Problem::new(name, "SHAPE")).collect::<Vec<_>>()
        })?;
        let mut problems: Vec<Problem> = mapping
            .paths()
            .into_iter()
            .filter_map(|(field, path)| Path::parse(path).err().map(|problem| Problem::new(field, problem)))
            .collect();
        if mapping.phase.is_some() && mapping.phase_path.is_some() {
            problems.push(Problem::new("phasePath", "EITHER"));
        }
        if mapping.unit_results.as_ref().is_some_and(|u| u.sn_path.is_some() == u.position_path.is_some()) {
            problems.push(Problem::new("unitResults", "EITHER"));
        }
        if mapping.result.as_ref().is_some_and(|r| r.pass_values.iter().all(|v| v.trim().is_empty())) {
            problems.push(Problem::new("result.passValues", "EMPTY"));
        }
        if problems.is_empty() { Ok(mapping) } else { Err(problems) }
    }

    /// What the mapping lacks for a step of a type (R-CORE-070); `constrained`: the step names a group or stations.
    pub fn lacks(&self, step: StationType, constrained: bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.event_type.is_some_and(|event| event.word() != step.word()) {
            problems.push(Problem::new("eventType", "EVENT_TYPE"));
        }
        let (single, batch) = (matches!(step, StationType::Auto | StationType::Test), step == StationType::Batch);
        let wanted = [
            ("snPath", single, self.sn_path.is_some()),
            ("carrierCodePath", batch, self.carrier_code_path.is_some()),
            ("snListPath", batch, self.sn_list_path.is_some()),
            ("stationCodePath", single || (batch && constrained), self.station_code_path.is_some()),
            ("result", single || batch, self.result.is_some()),
            ("testResultIdPath", step == StationType::Test, self.test_result_id_path.is_some()),
        ];
        let missing = wanted.iter().filter(|(_, is_wanted, is_given)| *is_wanted && !is_given);
        problems.extend(missing.map(|(field, _, _)| Problem::new(*field, "REQUIRED")));
        problems
    }

    /// Every path with the name of its field.
    fn paths(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("phasePath", &self.phase_path),
            ("startedAtPath", &self.started_at_path),
            ("occurredAtPath", &self.occurred_at_path),
            ("stationCodePath", &self.station_code_path),
            ("lineCodePath", &self.line_code_path),
            ("snPath", &self.sn_path),
            ("snListPath", &self.sn_list_path),
            ("carrierCodePath", &self.carrier_code_path),
            ("testResultIdPath", &self.test_result_id_path),
        ];
        let mut paths: Vec<(&'static str, &str)> =
            optional.iter().filter_map(|(f, p)| Some((*f, p.as_deref()?))).collect();
        paths.extend(self.result.iter().map(|r| ("result.path", r.path.as_str())));
        if let Some(units) = &self.unit_results {
            paths.extend([
                ("unitResults.itemsPath", units.items_path.as_str()),
                ("unitResults.resultPath", &units.result_path),
            ]);
            paths.extend(units.sn_path.iter().map(|p| ("unitResults.snPath", p.as_str())));
            paths.extend(units.position_path.iter().map(|p| ("unitResults.positionPath", p.as_str())));
            paths.extend(units.defects_path.iter().map(|p| ("unitResults.defectsPath", p.as_str())));
        }
        if let Some(values) = &self.measurements {
            paths.extend([
                ("measurements.itemsPath", values.items_path.as_str()),
                ("measurements.namePath", &values.name_path),
                ("measurements.valuePath", &values.value_path),
            ]);
            paths.extend(values.unit_path.iter().map(|p| ("measurements.unitPath", p.as_str())));
            paths.extend(values.judge_path.iter().map(|p| ("measurements.judgePath", p.as_str())));
        }
        paths
    }
}

impl ResultRule {
    /// What a text means; none: it is to be rejected.
    pub fn judge(&self, text: &str) -> Option<EventResult> {
        let key = fold(text.trim());
        let is_in = |values: &[String]| values.iter().any(|v| fold(v.trim()) == key);
        match () {
            () if is_in(&self.fail_values) => Some(EventResult::Fail),
            () if is_in(&self.pass_values) => Some(EventResult::Pass),
            () if self.unknown == Some(UnknownResult::Fail) => Some(EventResult::Fail),
            () => None,
        }
    }
}
