//! What is to be measured on the unit at hand: the frozen specs of its step, with the values that are there already.

use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::code::Sn;
use kernel::{Instant, Result, p};
use plant::data_spec::{Alarm, DataType, ItemType, Judge, Limits, Method};
use plant::station::StationCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::at_hand::AtHand;
use super::guards;
use super::reading::{Phase, due};
use crate::unit::UNIT_NOT_FOUND;

/// The specs to fill for a unit at a station.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitDataSpecs {
    pub station_code: StationCode,
    pub sn: Sn,
}

/// A spec with the value it has, if a machine or the entry gave one.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpecToFill {
    pub name: String,
    pub revision: i64,
    pub data_type: DataType,
    pub item_type: ItemType,
    pub method: Method,
    pub allow_manual_fallback: bool,
    /// Whether a passing exit needs it.
    pub is_required: bool,
    /// Whether the entry needs it.
    pub is_required_at_entry: bool,
    pub spec: Limits,
    pub alarm: Option<Alarm>,
    pub value: Option<Json>,
    pub unit: Option<String>,
    pub source: Option<Method>,
    pub collected_at: Option<Instant>,
    pub judge: Option<Judge>,
}

/// The specs of the step.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpecsToFill {
    pub sn: String,
    pub step_no: Option<u32>,
    pub specs: Vec<SpecToFill>,
}

row! {
    struct There {
        name: String,
        value_number: Option<f64>,
        value_text: Option<String>,
        value_boolean: Option<bool>,
        value_json: Option<Json>,
        unit: Option<String>,
        judge: Judge,
        source: Method,
        collected_at: Instant,
    }
}

impl Query for UnitDataSpecs {
    type Output = SpecsToFill;
    const NAME: &'static str = "station.unit_data_specs";
    const ROUTE: Route = get("/stations/{stationCode}/unit/{sn}/data-specs");
    const PERMIT: Need = Need::Any(&[Permit::ExecRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<SpecsToFill> {
        let bench = guards::seen(cx, &self.station_code)?;
        let at = AtHand::seen_at(cx, &self.sn, &bench)?.ok_or_else(|| UNIT_NOT_FOUND.with("sn", &self.sn))?;
        let nothing = SpecsToFill { sn: at.unit.sn.to_string(), step_no: at.unit.step_no, specs: vec![] };
        let (Some(run), Some(step_no)) = (&at.run, at.unit.step_no) else { return Ok(nothing) };
        let route = guards::frozen(cx, run)?;
        let Some(step) = route.step(step_no) else { return Ok(nothing) };
        let there: Vec<There> = match &at.track {
            None => vec![],
            Some(track) => cx.all(
                sql!(
                    "select name, value_number, value_text, value_boolean, value_json, unit, judge, source, collected_at
                     from data_value where track_id = $1 and superseded_by_id is null order by id desc"
                ),
                p![track.id],
            )?,
        };
        let specs = step.data_specs.iter().map(|spec| {
            let value = there.iter().find(|v| v.name == spec.name);
            SpecToFill {
                name: spec.name.clone(),
                revision: spec.revision,
                data_type: spec.data_type,
                item_type: spec.item_type,
                method: spec.method,
                allow_manual_fallback: spec.allow_manual_fallback,
                is_required: due(step, Phase::Out).any(|s| s.name == spec.name),
                is_required_at_entry: due(step, Phase::In).any(|s| s.name == spec.name),
                spec: spec.spec.clone(),
                alarm: spec.alarm.clone(),
                value: value.map(There::value),
                unit: value.and_then(|v| v.unit.clone()),
                source: value.map(|v| v.source),
                collected_at: value.map(|v| v.collected_at),
                judge: value.map(|v| v.judge),
            }
        });
        Ok(SpecsToFill { sn: at.unit.sn.to_string(), step_no: Some(step_no), specs: specs.collect() })
    }
}

impl There {
    fn value(&self) -> Json {
        let number = self.value_number.map(Json::from);
        let text = self.value_text.as_deref().map(Json::from);
        number.or(text).or(self.value_boolean.map(Json::from)).or(self.value_json.clone()).unwrap_or(Json::Null)
    }
}
