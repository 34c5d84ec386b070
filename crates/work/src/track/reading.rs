//! Readings: values given at a station, judged by the specs frozen into the step, and kept.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{OnceLock, RwLock};

use engine::db::Sql;
use engine::{Ask, Cx, LineOf, row, sql};
use kernel::code::fold;
use kernel::error::VALIDATION_FAILED;
use kernel::{Error, Id, Refusal, Result, Value, p};
use plant::data_spec::judge::{self, Measured};
use plant::data_spec::{
    AlarmAction, DATA_SPEC_NOT_FOUND, DataSpec, Frozen, ItemType, Judge, Method, TriggerEvent, TriggerType,
};
use plant::snapshot::Step;
use plant::station::{Bench, Station};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::at_hand::RunHead;
use super::{REQUIRED_DATA_MISSING, Track, track_no};
use crate::data_value::overdue;
use crate::run::Run;
use crate::unit::Unit;
use crate::unit::events::{DataAlarm, DataRecorded};

kernel::refusals! {
    /// Spec given twice in one request
    DATA_VALUE_DUPLICATE: Unprocessable (name);
    /// Source not allowed by spec method
    DATA_SPEC_METHOD_MISMATCH: Unprocessable (name);
}

/// A value as it is given: exactly one of the four.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Given {
    pub spec_name: kernel::code::Name,
    #[serde(default)]
    pub value_number: Option<f64>,
    #[serde(default)]
    pub value_text: Option<String>,
    #[serde(default)]
    pub value_boolean: Option<bool>,
    #[serde(default)]
    pub value_json: Option<Json>,
    /// The unit the value is given in; absent: the unit of the spec.
    #[serde(default)]
    pub unit: Option<String>,
    /// What the device itself says of the value.
    #[serde(default)]
    pub judge: Option<Judge>,
}

/// When values are given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    In,
    Out,
}

/// A value with its judgement, ready to be kept.
#[derive(Clone, Debug)]
pub struct Reading {
    pub name: String,
    pub revision: i64,
    pub is_key: bool,
    pub number: Option<f64>,
    pub text: Option<String>,
    pub boolean: Option<bool>,
    pub json: Option<Json>,
    pub unit: Option<String>,
    pub judge: Judge,
    pub source_judge: Option<Judge>,
    pub alarmed: bool,
    pub action: Option<AlarmAction>,
    pub limits: Json,
    pub source: Method,
}

row! {
    struct KeptRow {
        name: String,
        revision: i64,
        judge: Judge,
        alarmed: bool,
    }
}

/// A value kept with the open track already: given at entry, or sent by a machine.
#[derive(Clone, Debug)]
pub struct Kept {
    pub name: String,
    pub weight: Weight,
}

/// What a value means for its board: whether it fails it as a key value, and what its alarm does.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    pub fails: bool,
    pub alarm: Option<AlarmAction>,
}

/// Where values are taken.
pub struct Where<'w> {
    pub bench: &'w Bench,
    pub run: &'w RunHead,
    pub step: &'w Step,
    pub unit: &'w Unit,
    pub track: bool,
}

/// The most values of one scan.
pub const VALUES_MAX: usize = 500;

/// Judge what was given at a step, each value by its frozen spec; values of active specs that the step does not ask for may
/// be given too (R-CORE-151…154). At entry the values that are due there must be among them.
pub fn judged(cx: &Cx<'_>, ask: &mut Ask, step: &Step, given: &[Given], phase: Phase) -> Result<Vec<Reading>> {
    ask.need((given.len() <= VALUES_MAX).then_some(()), || Refusal::from(VALIDATION_FAILED).at("/data"))?;
    // Code by code, as guard 8 of R-CORE-131 lists them: whoever gives several wrong values hears of the first kind first.
    let path = |i: usize| format!("/data/{i}");
    let mut known: Vec<(usize, &Given, Cow<'_, Frozen>)> = Vec::with_capacity(given.len());
    for (i, value) in given.iter().enumerate() {
        let name = value.spec_name.as_str();
        match spec_of(cx, step, name)? {
            Some(spec) => known.push((i, value, spec)),
            None => ask.that(false, || DATA_SPEC_NOT_FOUND.with("name", name).unprocessable().at(path(i)))?,
        }
    }
    let mut seen = HashSet::new();
    for (i, value, _) in &known {
        ask.that(seen.insert(value.spec_name.key()), || {
            DATA_VALUE_DUPLICATE.with("name", value.spec_name.as_str()).at(path(*i))
        })?;
    }
    let mut readings: Vec<Reading> = Vec::with_capacity(given.len());
    for (i, value, spec) in &known {
        match Reading::of(spec, value) {
            Ok(reading) => readings.push(reading),
            Err(refusal) => ask.that(false, || refusal.at(path(*i)))?,
        }
    }
    for (i, value, spec) in &known {
        // A person gives what machines measure only where the spec lets them.
        let by_hand = spec.method == Method::Manual || spec.allow_manual_fallback;
        ask.that(by_hand, || DATA_SPEC_METHOD_MISMATCH.with("name", value.spec_name.as_str()).at(path(*i)))?;
    }
    if phase == Phase::In {
        let names: Vec<&str> = due(step, Phase::In)
            .filter(|s| !readings.iter().any(|r| r.name == s.name))
            .map(|s| s.name.as_str())
            .collect();
        ask.that(names.is_empty(), || REQUIRED_DATA_MISSING.with("names", &names))?;
    }
    Ok(readings)
}

/// The specs whose values a step requires at entry, or at a passing exit (R-CORE-154).
pub fn due(step: &Step, phase: Phase) -> impl Iterator<Item = &Frozen> {
    step.data_specs.iter().filter(move |spec| {
        let at = match spec.trigger_type {
            TriggerType::EachUnit => Some(Phase::Out),
            TriggerType::Event => match spec.trigger_rule.as_ref().and_then(|rule| rule.event) {
                Some(TriggerEvent::TrackIn) => Some(Phase::In),
                _ => Some(Phase::Out),
            },
            TriggerType::EachCarrier | TriggerType::Time => None,
        };
        spec.is_required && at == Some(phase)
    })
}

/// The spec of a name, whatever its case, at a step: the frozen one, else an active one of its operation.
pub fn spec_of<'s>(cx: &Cx<'_>, step: &'s Step, name: &str) -> Result<Option<Cow<'s, Frozen>>> {
    let bound = step.data_specs.iter().find(|spec| spec.name == name);
    let folded = || step.data_specs.iter().find(|spec| fold(&spec.name) == fold(name));
    match bound.or_else(folded) {
        Some(bound) => Ok(Some(Cow::Borrowed(bound))),
        None => Ok(voluntary(cx, step, name)?.map(Cow::Owned)),
    }
}

/// An active spec of the step's operation that the step does not ask for.
fn voluntary(cx: &Cx<'_>, step: &Step, name: &str) -> Result<Option<Frozen>> {
    let found: Option<DataSpec> = cx.one(
        sql!(
            "select d.id, d.operation_id, d.name, d.name_key, d.spec_key, d.item_type, d.data_type, d.method, d.allow_manual_fallback,
                 d.trigger_type, d.trigger_rule, d.spec, d.alarm, d.is_required, d.is_active, d.has_values, d.revision, d.version
             from data_spec d join operation o on o.id = d.operation_id
             where o.code_key = $1 and d.name_key = $2 and d.is_active = 1"
        ),
        p![fold(&step.operation_code), fold(name)],
    )?;
    fn read<T: serde::de::DeserializeOwned>(json: Option<Json>) -> Result<Option<T>> {
        json.map(serde_json::from_value).transpose().map_err(|e| Error::fault(e.to_string()))
    }
    let Some(d) = found else { return Ok(None) };
    Ok(Some(Frozen {
        name: d.name,
        revision: d.revision,
        item_type: d.item_type,
        data_type: d.data_type,
        method: d.method,
        allow_manual_fallback: d.allow_manual_fallback,
        trigger_type: d.trigger_type,
        trigger_rule: read(d.trigger_rule)?,
        spec: read(d.spec)?.unwrap_or_default(),
        alarm: read(d.alarm)?,
        is_required: false,
    }))
}

/// The values a track of a step has already, weighed as the spec said that judged them: the step's own, or the one of its
/// operation at that revision for what was given of one's own accord.
pub fn kept(cx: &Cx<'_>, track: Id<Track>, step: &Step) -> Result<Vec<Kept>> {
    let rows: Vec<KeptRow> = cx.all(
        sql!(
            "select name, revision, judge, alarmed from data_value
             where track_id = $1 and superseded_by_id is null order by id"
        ),
        p![track],
    )?;
    let weighed = rows.into_iter().map(|row| {
        let bound = step.data_specs.iter().find(|spec| spec.name == row.name).map(Cow::Borrowed);
        let spec = match bound {
            Some(spec) => Some(spec),
            None => DataSpec::at_revision(cx, &step.operation_code, &row.name, row.revision)?.map(Cow::Owned),
        };
        let weight = Weight {
            fails: row.judge == Judge::Fail && spec.as_ref().is_some_and(|s| s.item_type == ItemType::Key),
            alarm: spec.and_then(|s| s.alarm.as_ref().map(|a| a.action)).filter(|_| row.alarmed),
        };
        Ok(Kept { name: row.name, weight })
    });
    weighed.collect()
}

/// Specs of an operation that are known to have values: their types are locked already.
#[derive(Default)]
struct Locked(RwLock<HashSet<(String, String)>>);

/// From the first value on the data type of a spec stays (R-CORE-150); a scan pays for that once.
fn lock_types(cx: &mut Cx<'_>, step: &Step, readings: &[Reading]) -> Result<()> {
    let locked = cx.frozen::<Locked>(0, || Ok(Some(Locked::default())))?;
    let locked = locked.ok_or_else(|| Error::fault("there is a place for locked types"))?;
    for reading in readings {
        let spec = (step.operation_code.clone(), reading.name.clone());
        if locked.0.read().expect("the set is never poisoned").contains(&spec) {
            continue;
        }
        // Remembered when it was found locked, never when this call did it: this call may yet be taken back.
        if !DataSpec::locks_type(cx, &spec.0, &spec.1)? {
            locked.0.write().expect("the set is never poisoned").insert(spec);
        }
    }
    Ok(())
}

/// Keep values of a step; one statement for all of them.
pub fn store(
    cx: &mut Cx<'_>,
    step: &Step,
    track: Option<Id<Track>>,
    run: Id<Run>,
    station: Id<Station>,
    readings: &[Reading],
) -> Result<()> {
    lock_types(cx, step, readings)?;
    overdue::given(cx, run, step, readings.iter().map(|r| r.name.as_str()))?;
    for piece in readings.chunks(PIECE_MAX) {
        let mut params: Vec<Value> = p![track, run, station, cx.now, cx.actor().name].to_vec();
        for r in piece {
            params.extend(p![
                r.name,
                r.revision,
                r.number,
                r.text,
                r.boolean,
                r.json,
                r.unit,
                r.judge,
                r.source_judge,
                r.alarmed,
                r.source
            ]);
        }
        cx.promise(insert_of(piece.len()), &params, "values were not kept")?;
    }
    Ok(())
}

const PIECE_MAX: usize = 32;

/// The statement that keeps `n` values; composed once for each number.
fn insert_of(n: usize) -> &'static Sql {
    static MADE: [OnceLock<&'static Sql>; PIECE_MAX] = [const { OnceLock::new() }; PIECE_MAX];
    MADE[n - 1].get_or_init(|| {
        let rows: Vec<String> = (0..n)
            .map(|i| {
                let own: Vec<String> = (1..=11).map(|c| format!("${}", 5 + i * 11 + c)).collect();
                format!("($1, $2, $3, $4, $4, $5, {})", own.join(", "))
            })
            .collect();
        let text = format!(
            "insert into data_value (track_id, run_id, station_id, collected_at, received_at, by_name, name, revision,
                 value_number, value_text, value_boolean, value_json, unit, judge, source_judge, alarmed, source)
             values {}",
            rows.join(", ")
        );
        Sql::compose(text, file!(), line!())
    })
}

/// Tell that values were recorded, and each alarm among them.
pub fn tell(cx: &mut Cx<'_>, at: &Where<'_>, readings: &[Reading]) -> Result<()> {
    if readings.is_empty() {
        return Ok(());
    }
    let line_id = LineOf(Some(at.run.line_id.number()));
    for r in readings.iter().filter(|r| r.alarmed) {
        cx.emit(DataAlarm {
            line_id,
            line_code: at.run.line_code.clone(),
            station_code: at.bench.code.to_string(),
            wo_no: at.run.wo_no.clone(),
            run_no: at.run.run_no.to_string(),
            product_code: at.run.product_code.clone(),
            sn: at.unit.sn.to_string(),
            step_no: at.step.step_no,
            operation_code: at.step.operation_code.clone(),
            spec_name: r.name.clone(),
            value: r.value(),
            limits: r.limits.clone(),
            action: r.action.unwrap_or(AlarmAction::AlarmOnly).word(),
        })?;
    }
    let told = readings.iter().map(|r| json!({ "name": r.name, "judge": r.judge, "alarmed": r.alarmed }));
    cx.emit(DataRecorded {
        line_id,
        line_code: at.run.line_code.clone(),
        station_code: at.bench.code.to_string(),
        wo_no: at.run.wo_no.clone(),
        run_no: at.run.run_no.to_string(),
        product_code: at.run.product_code.clone(),
        sn: at.unit.sn.to_string(),
        step_no: at.step.step_no,
        operation_code: at.step.operation_code.clone(),
        track_id: at.track.then(|| track_no(at.unit.sn.as_str(), at.unit.tracks)),
        specs: told.collect(),
    })
}

impl Reading {
    /// What it means for its board.
    pub fn weight(&self) -> Weight {
        Weight { fails: self.is_key && self.judge == Judge::Fail, alarm: self.action.filter(|_| self.alarmed) }
    }

    /// The value itself.
    pub fn value(&self) -> Json {
        let number = self.number.map(Json::from);
        let text = self.text.as_deref().map(Json::from);
        number.or(text).or(self.boolean.map(Json::from)).or(self.json.clone()).unwrap_or(Json::Null)
    }

    /// A given value judged by its spec.
    pub fn of(spec: &Frozen, given: &Given) -> Result<Reading, Refusal> {
        let value = judge::Given {
            number: given.value_number,
            text: given.value_text.as_deref(),
            boolean: given.value_boolean,
            json: given.value_json.as_ref(),
            unit: given.unit.as_deref(),
            device_judge: given.judge,
        };
        let judged = judge::judge(spec, &value).map_err(|error| error.refusal(&spec.name))?;
        let mut reading = Reading {
            name: spec.name.clone(),
            revision: spec.revision,
            is_key: spec.item_type == ItemType::Key,
            number: None,
            text: None,
            boolean: None,
            json: None,
            unit: spec.spec.unit.clone(),
            judge: judged.judge,
            source_judge: given.judge,
            alarmed: judged.alarmed,
            action: judged.action,
            limits: limits_of(spec),
            source: Method::Manual,
        };
        match judged.value {
            Measured::Number(x) => reading.number = Some(x),
            Measured::Text(text) => reading.text = Some(text),
            Measured::Boolean(truth) => reading.boolean = Some(truth),
            Measured::Json(json) => reading.json = Some(json),
        }
        Ok(reading)
    }
}

/// The limits an alarm compares with; none without an alarm.
fn limits_of(spec: &Frozen) -> Json {
    let Some(alarm) = &spec.alarm else { return Json::Null };
    let bounded = alarm.min.is_some() || alarm.max.is_some();
    let (min, max) = if bounded { (alarm.min, alarm.max) } else { (spec.spec.lsl, spec.spec.usl) };
    json!({ "min": min, "max": max })
}
