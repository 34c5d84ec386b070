//! Ingest mappings: how a machine's message becomes serials, a result and values (core §13).

use std::collections::BTreeMap;

use kernel::code::fold;
use kernel::{Instant, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::path::{Found, Path};
use crate::StationType;

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
        if !json.is_object() {
            return Err(vec![Problem::new("", "SHAPE")]);
        }
        let mapping: IngestMapping = serde_json::from_value(json.clone()).map_err(|e| {
            // serde names the field it stumbled over between backticks.
            let text = e.to_string();
            vec![Problem::new(text.split('`').nth(1).unwrap_or_default(), "SHAPE")]
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

/// A machine's message as a mapping reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub phase: Option<Phase>,
    pub started_at: Option<Instant>,
    pub occurred_at: Option<Instant>,
    pub station_code: Option<String>,
    pub line_code: Option<String>,
    /// A serial, or the number of a panel.
    pub sn: Option<String>,
    pub sn_list: Vec<String>,
    pub carrier_code: Option<String>,
    pub test_result_id: Option<String>,
    pub result: Option<EventResult>,
    /// The machine's own word for the result.
    pub result_text: Option<String>,
    pub unit_results: Vec<UnitResult>,
    pub measurements: Vec<Measured>,
}

/// The result of one board among several.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitResult {
    pub sn: Option<String>,
    pub position: Option<String>,
    pub result: Option<EventResult>,
    pub result_text: Option<String>,
    pub defects: Vec<Json>,
}

/// One measured value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// The machine's name of it.
    pub name: String,
    /// The data spec it is for.
    pub spec_name: String,
    pub value: Json,
    pub unit: Option<String>,
    /// The machine's own judgement.
    pub judge: Option<String>,
}

impl IngestMapping {
    /// Read a message; problems name the field whose path found nothing usable. Which of them refuse is the rule of whoever asks.
    pub fn read(&self, root: &Json) -> (Message, Vec<Problem>) {
        let mut reader = Reader { root, problems: Vec::new() };
        let message = Message {
            phase: self.phase.or_else(|| self.phase_of(&mut reader)),
            started_at: reader.time("startedAtPath", &self.started_at_path),
            occurred_at: reader.time("occurredAtPath", &self.occurred_at_path),
            station_code: reader.text("stationCodePath", &self.station_code_path),
            line_code: reader.text("lineCodePath", &self.line_code_path),
            sn: reader.text("snPath", &self.sn_path),
            sn_list: reader.texts("snListPath", &self.sn_list_path),
            carrier_code: reader.text("carrierCodePath", &self.carrier_code_path),
            test_result_id: reader.text("testResultIdPath", &self.test_result_id_path),
            ..Message::default()
        };
        let result_text = self.result.as_ref().and_then(|rule| reader.text("result.path", &Some(rule.path.clone())));
        let result = self.judged(&mut reader, "result", result_text.as_deref());
        let unit_results = self.unit_results.iter().flat_map(|units| self.units(&mut reader, units)).collect();
        let measurements = self.measurements.iter().flat_map(|values| self.values(&mut reader, values)).collect();
        (Message { result, result_text, unit_results, measurements, ..message }, reader.problems)
    }

    fn phase_of(&self, reader: &mut Reader<'_>) -> Option<Phase> {
        let text = reader.text("phasePath", &self.phase_path)?;
        let phase = Phase::parse(&text.to_uppercase());
        if phase.is_none() {
            reader.problem("phasePath", "SHAPE");
        }
        phase
    }

    fn judged(&self, reader: &mut Reader<'_>, field: &str, text: Option<&str>) -> Option<EventResult> {
        let (Some(rule), Some(text)) = (&self.result, text) else { return None };
        let result = rule.judge(text);
        if result.is_none() {
            reader.problem(field, "RESULT_UNKNOWN");
        }
        result
    }

    fn units(&self, reader: &mut Reader<'_>, units: &UnitResults) -> Vec<UnitResult> {
        let items = reader.items("unitResults.itemsPath", &units.items_path);
        let read = items.into_iter().map(|item| {
            let mut at = Reader { root: item, problems: Vec::new() };
            let result_text = at.text("unitResults.resultPath", &Some(units.result_path.clone()));
            let result = self.judged(&mut at, "unitResults.result", result_text.as_deref());
            let unit = UnitResult {
                sn: at.text("unitResults.snPath", &units.sn_path),
                position: at.text("unitResults.positionPath", &units.position_path),
                defects: units.defects_path.iter().flat_map(|p| list_at(item, p)).cloned().collect(),
                result,
                result_text,
            };
            reader.problems.extend(at.problems);
            unit
        });
        read.collect()
    }

    fn values(&self, reader: &mut Reader<'_>, values: &Measurements) -> Vec<Measured> {
        let mut read = Vec::new();
        for item in reader.items("measurements.itemsPath", &values.items_path) {
            let mut at = Reader { root: item, problems: Vec::new() };
            let name = at.text("measurements.namePath", &Some(values.name_path.clone()));
            let value = at.value("measurements.valuePath", &values.value_path);
            if let (Some(name), Some(value)) = (name, value) {
                let spec_name = self.data_spec_map.get(&name).unwrap_or(&name).clone();
                let unit = values.unit_path.as_ref().and_then(|p| text_at(item, p).ok().flatten());
                let judge = values.judge_path.as_ref().and_then(|p| text_at(item, p).ok().flatten());
                read.push(Measured { name, spec_name, value: value.clone(), unit, judge });
            }
            reader.problems.extend(at.problems);
        }
        read
    }
}

/// Reads fields below a root and notes what it could not read.
struct Reader<'j> {
    root: &'j Json,
    problems: Vec<Problem>,
}

impl<'j> Reader<'j> {
    fn problem(&mut self, field: &str, problem: &'static str) {
        self.problems.push(Problem::new(field, problem));
    }

    fn text(&mut self, field: &str, path: &Option<String>) -> Option<String> {
        let path = path.as_ref()?;
        let found = text_at(self.root, path).unwrap_or_else(|problem| {
            self.problem(field, problem);
            Some(String::new())
        });
        if found.is_none() {
            self.problem(field, "MISSING");
        }
        found.filter(|text| !text.is_empty())
    }

    fn texts(&mut self, field: &str, path: &Option<String>) -> Vec<String> {
        let Some(path) = path else { return Vec::new() };
        let texts: Vec<_> = list_at(self.root, path).into_iter().map(text_of).collect();
        if texts.is_empty() {
            self.problem(field, "MISSING");
        }
        if let Some(Err(problem)) = texts.iter().find(|t| t.is_err()) {
            self.problem(field, problem);
        }
        texts.into_iter().filter_map(Result::ok).collect()
    }

    fn time(&mut self, field: &str, path: &Option<String>) -> Option<Instant> {
        let text = self.text(field, path)?;
        let time = Instant::parse(&text).ok();
        if time.is_none() {
            self.problem(field, "TIME");
        }
        time
    }

    fn value(&mut self, field: &str, path: &str) -> Option<&'j Json> {
        match Path::parse(path).map(|p| p.find(self.root)) {
            Ok(Found::One(value)) => Some(value),
            _ => {
                self.problem(field, "MISSING");
                None
            }
        }
    }

    fn items(&mut self, field: &str, path: &str) -> Vec<&'j Json> {
        let items = list_at(self.root, path);
        if items.is_empty() {
            self.problem(field, "MISSING");
        }
        items
    }
}

/// The one text at a path; a list of one is that one.
fn text_at(root: &Json, path: &str) -> Result<Option<String>, &'static str> {
    match Path::parse(path)?.find(root) {
        Found::Nothing => Ok(None),
        Found::One(one) => text_of(one).map(Some),
        Found::Many(many) => match many[..] {
            [] => Ok(None),
            [one] => text_of(one).map(Some),
            _ => Err("SHAPE"),
        },
    }
}

/// The items at a path; a path that ends at a list gives its items.
fn list_at<'j>(root: &'j Json, path: &str) -> Vec<&'j Json> {
    match Path::parse(path).map(|p| p.find(root)) {
        Ok(Found::One(Json::Array(items))) => items.iter().filter(|i| !i.is_null()).collect(),
        Ok(Found::One(one)) => vec![one],
        Ok(Found::Many(many)) => many,
        _ => Vec::new(),
    }
}

/// A scalar as text: numbers keep all their digits; one that lost some on its way is refused.
fn text_of(json: &Json) -> Result<String, &'static str> {
    match json {
        Json::String(text) => Ok(text.trim().to_string()),
        Json::Bool(yes) => Ok(yes.to_string()),
        Json::Number(n) if n.is_f64() && n.as_f64().is_none_or(|x| x.abs() >= 9_007_199_254_740_992.0) => Err("DIGITS"),
        Json::Number(n) => Ok(n.to_string()),
        _ => Err("SHAPE"),
    }
}
