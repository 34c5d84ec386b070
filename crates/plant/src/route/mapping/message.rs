//! A machine's message as a mapping reads it (R-CORE-170). What it lacks is named; nothing is guessed.

use kernel::Instant;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::{EventResult, IngestMapping, Measurements, Phase, Problem, UnitResults};
use crate::route::path::{Found, Path};

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
