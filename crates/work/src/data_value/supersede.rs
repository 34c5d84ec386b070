//! Correcting a value: a new one takes its place, the old one stays and says so.

use std::borrow::Cow;

use engine::refusals::LINE_FORBIDDEN;
use engine::{Ask, Command, Cx, Entity, LineOf, Need, Permit, Route, post, row, sql};
use kernel::code::{Name, Reason};
use kernel::{Error, Id, Result, p};
use plant::data_spec::{AlarmAction, DATA_SPEC_NOT_FOUND, DataSpec, Judge};
use plant::line::Line;
use plant::route::RouteVersion;
use plant::snapshot::FrozenRoute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{DEVICE_LOCATOR_INCOMPLETE, DataValue, TRACK_NOT_FOUND};
use crate::run::Run;
use crate::track::Track;
use crate::track::leave::hold_run;
use crate::track::reading::{self, Given, Reading};
use crate::unit::events::DataAlarm;

engine::events! {
    /// A value was corrected
    DataValueSuperseded = "DATA_VALUE_SUPERSEDED" {
        line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, sn: String, step_no: u32,
        operation_code: String, track_id: String, spec_name: String, before: Json, after: Json, reason: String,
    }
}

/// Replace a value of a track by a better one, judged by the spec that judged the first (R-CORE-155). The result of the track
/// stays; an alarm is told.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SupersedeValue {
    /// `{sn}#{n}`
    #[serde(default)]
    pub track_id: Option<String>,
    pub spec_name: Name,
    #[serde(default)]
    pub value_number: Option<f64>,
    #[serde(default)]
    pub value_text: Option<String>,
    #[serde(default)]
    pub value_boolean: Option<bool>,
    #[serde(default)]
    pub value_json: Option<Json>,
    #[serde(default)]
    pub unit: Option<String>,
    pub reason: Reason,
}

/// The new value.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Superseded {
    pub track_id: String,
    pub spec_name: String,
    pub before: Json,
    pub after: Json,
    pub judge: Judge,
    pub alarmed: bool,
}

row! {
    /// The track a value was measured in.
    pub struct Measured {
        id: Id<Track>,
        run_id: Id<Run>,
        is_open: bool,
        step_no: u32,
        route_version_id: Id<RouteVersion>,
        run_no: String,
        line_id: Id<Line>,
        line_code: String,
        station_code: String,
        wo_no: String,
        product_code: String,
        sn: String,
    }
}

/// What a correction stands on.
pub struct Correction {
    at: Measured,
    operation_code: String,
    old: DataValue,
    new: Reading,
}

impl SupersedeValue {
    fn track(&self) -> &str {
        self.track_id.as_deref().map_or("", str::trim)
    }
}

impl Command for SupersedeValue {
    type Loaded = Box<Correction>;
    type Output = Superseded;
    const NAME: &'static str = "data_value.supersede";
    const ROUTE: Route = post("/data-values/supersede");
    const PERMIT: Need = Need::Any(&[Permit::ExecCorrect]);

    fn entity(&self) -> Entity {
        Entity::of("data_value", format!("{}:{}", self.track(), self.spec_name))
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Box<Correction>> {
        let named = self.track_id.as_ref().map(|_| self.track());
        let track_id = ask.need(named, DEVICE_LOCATOR_INCOMPLETE)?;
        let at = ask.need(track_of(cx, track_id)?, || TRACK_NOT_FOUND.with("track", track_id))?;
        ask.that(cx.reaches_line(Some(at.line_id.number())), || LINE_FORBIDDEN.with("line", &at.line_code))?;
        let name = self.spec_name.as_str();
        let unknown = || DATA_SPEC_NOT_FOUND.with("name", name).unprocessable();
        let route = FrozenRoute::get(cx, at.route_version_id)?;
        let step = route.as_ref().and_then(|r| r.step(at.step_no));
        let step = step.ok_or_else(|| Error::fault(format!("{track_id} has lost its step")))?;
        let written = reading::spec_of(cx, step, name)?.map_or_else(|| name.to_string(), |spec| spec.name.clone());
        let old = ask.need(DataValue::current(cx, at.id, &written)?, unknown)?;
        let bound = step.data_specs.iter().find(|spec| spec.name == old.name).map(Cow::Borrowed);
        let spec = match bound {
            Some(bound) => bound,
            None => {
                let then = DataSpec::at_revision(cx, &step.operation_code, &old.name, old.revision)?;
                Cow::Owned(ask.need(then, unknown)?)
            }
        };
        let given = Given {
            spec_name: self.spec_name.clone(),
            value_number: self.value_number,
            value_text: self.value_text.clone(),
            value_boolean: self.value_boolean,
            value_json: self.value_json.clone(),
            unit: self.unit.clone(),
            judge: None,
        };
        let new = Reading::of(&spec, &given)?;
        Ok(Box::new(Correction { operation_code: step.operation_code.clone(), at, old, new }))
    }

    fn run(self, correction: Box<Correction>, cx: &mut Cx<'_>) -> Result<Superseded> {
        let Correction { at, operation_code, old, new } = *correction;
        cx.because(&self.reason);
        cx.happens_at(Some(&at.line_code), None);
        let id: Option<(i64,)> = cx.one(
            sql!(
                "insert into data_value (track_id, run_id, station_id, name, revision, value_number, value_text, value_boolean,
                     value_json, unit, judge, alarmed, source, collected_at, received_at, by_name, supersedes_id, reason)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning id"
            ),
            p![
                old.track_id,
                old.run_id,
                old.station_id,
                new.name,
                new.revision,
                new.number,
                new.text,
                new.boolean,
                new.json,
                new.unit,
                new.judge,
                new.alarmed,
                new.source,
                old.collected_at,
                cx.now,
                cx.actor().name,
                old.id,
                self.reason
            ],
        )?;
        cx.run(sql!("update data_value set superseded_by_id = $2 where id = $1"), p![old.id, id.map_or(0, |id| id.0)])?;
        let (before, after) = (old.value(), new.value());
        cx.note("replace", &new.name, Some(before.clone()), Some(after.clone()));
        let track_id = self.track().to_string();
        if new.alarmed {
            // A board that came out already is where it is: whoever corrects sees the alarm, and may hold it.
            let action = match new.action.unwrap_or(AlarmAction::AlarmOnly) {
                AlarmAction::Hold | AlarmAction::Fail if !at.is_open => AlarmAction::AlarmOnly,
                action => action,
            };
            cx.emit(DataAlarm {
                line_id: LineOf(Some(at.line_id.number())),
                line_code: at.line_code.clone(),
                station_code: at.station_code,
                wo_no: at.wo_no.clone(),
                run_no: at.run_no.clone(),
                product_code: at.product_code.clone(),
                sn: at.sn.clone(),
                step_no: at.step_no,
                operation_code: operation_code.clone(),
                spec_name: new.name.clone(),
                value: after.clone(),
                limits: new.limits.clone(),
                action: action.word(),
            })?;
            // A board that is still inside is held when it comes out; the run does not wait for that.
            if action == AlarmAction::HoldRun {
                hold_run(cx, Some((at.run_id, new.name.clone())), &track_id)?;
            }
        }
        cx.emit(DataValueSuperseded {
            line_id: LineOf(Some(at.line_id.number())),
            line_code: at.line_code,
            wo_no: at.wo_no,
            run_no: at.run_no,
            product_code: at.product_code,
            sn: at.sn,
            step_no: at.step_no,
            operation_code,
            track_id: track_id.clone(),
            spec_name: new.name.clone(),
            before: before.clone(),
            after: after.clone(),
            reason: self.reason.to_string(),
        })?;
        Ok(Superseded { track_id, spec_name: new.name, before, after, judge: new.judge, alarmed: new.alarmed })
    }
}

/// The track of a `{sn}#{n}`, split at its last `#`. Its unit is locked: corrections and the exit come one after the other.
fn track_of(cx: &Cx<'_>, track_id: &str) -> Result<Option<Measured>> {
    let Some((sn, n)) = track_id.rsplit_once('#') else { return Ok(None) };
    let Ok(n) = n.parse::<i64>() else { return Ok(None) };
    cx.one(
        sql!(
            "select t.id, t.run_id, case when t.out_at is null then 1 else 0 end as is_open, t.step_no, t.route_version_id, r.run_no, r.line_id, l.code as line_code, s.code as station_code,
                 w.wo_no, w.product_code, u.sn
             from unit u join track t on t.unit_id = u.id join run r on r.id = t.run_id join line l on l.id = r.line_id
             join work_order w on w.id = r.wo_id join station s on s.id = t.station_id
             where u.sn = $1 and t.n = $2 for no key update of u"
        ),
        p![*sn, n],
    )
}
