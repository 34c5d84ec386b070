//! What is wrong with a step as it would be frozen: all of it, so that one compile tells everything (R-CORE-070).

use std::collections::BTreeMap;

use engine::{Cx, GatePoint, sql};
use kernel::code::fold;
use kernel::{Result, p};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::mapping::IngestMapping;
use super::material::{Effective, Material, Origin};
use super::spec::NamedSpec;
use super::step::NamedStep;
use super::{OPERATION_MAPPING, OperationMapping, Route, RouteSource};
use crate::StationType;
use crate::data_spec::{Method, TriggerType};
use crate::snapshot::{Snapshot, Step};

/// A finding of a compile, as a version keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub step_no: Option<u32>,
    pub code: String,
    /// The field to go to for mending it.
    pub field: Option<String>,
    /// The facts of the sentence.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Json>,
}

/// Asked with the drafted snapshot. Refusals become errors of the version (their parameter `step` names the step, their first
/// field error the field); evidence is an object that is frozen with it, like `{"templates": …}`.
pub static COMPILE: GatePoint<Snapshot> = GatePoint::new("route.compile");

/// Asked whether a reflow profile may be expected of a step; evidence says that it exists and is not archived.
pub static REFLOW_PROFILE: GatePoint<String> = GatePoint::new("route.reflow_profile");

/// Fields of a step that have a place of their own in the snapshot.
const OWN: [&str; 10] = [
    "stationType",
    "stationGroupCode",
    "allowedStationCodes",
    "requiresFAI",
    "requiresAuthorization",
    "dataSpecIds",
    "ingestMapping",
    "retest",
    "requireInspection",
    "expectedReflowProfile",
];

/// A step drafted for a snapshot; without a station type it can only be part of an INVALID version.
pub struct Draft {
    pub step: Step,
    pub station_type: Option<StationType>,
}

/// Drafts one step and collects what is wrong with it.
pub struct Checker<'m> {
    pub route: &'m Route,
    pub material: &'m Material,
    pub findings: Vec<Finding>,
}

impl Checker<'_> {
    /// Draft a step; what is wrong with it joins the findings.
    pub fn draft(&mut self, cx: &Cx<'_>, named: &NamedStep) -> Result<Draft> {
        let held: BTreeMap<&str, Effective> = self.material.effective(named).into_iter().collect();
        let value = |field: &str| held.get(field).map_or(&Json::Null, |e| &e.value);
        let station_type = value("stationType").as_str().and_then(StationType::parse);
        let ids = texts(value("dataSpecIds"));
        let mut step = Step {
            step_no: named.step_no,
            source_step_key: named.source_step_key.clone(),
            operation_code: named.operation_code.to_string(),
            operation_name: named.operation_name.clone(),
            station_type: station_type.unwrap_or(StationType::Manual),
            station_group: value("stationGroupCode").as_str().map(str::to_string),
            allowed_stations: texts(value("allowedStationCodes")),
            requires_fai: value("requiresFAI").as_bool().unwrap_or(false),
            requires_authorization: value("requiresAuthorization").as_bool().unwrap_or(true),
            data_specs: Vec::new(),
            ingest_mapping: Some(value("ingestMapping").clone()).filter(|v| !v.is_null()),
            retest: Some(value("retest").clone()).filter(|v| !v.is_null()),
            require_inspection: value("requireInspection").as_bool().unwrap_or(false),
            expected_reflow_profile: named.expected_reflow_profile_code.clone(),
            other: BTreeMap::new(),
            provenance: BTreeMap::new(),
        };
        for (name, held) in &held {
            if !OWN.contains(name) && !held.value.is_null() {
                step.other.insert((*name).to_string(), held.value.clone());
            }
            if held.origin != Origin::None {
                step.provenance.insert((*name).to_string(), held.origin.to_string());
            }
        }
        self.check_stations(&step, station_type);
        self.check_specs(cx, &mut step, station_type, &ids)?;
        self.check_mapping(&step, station_type);
        self.check_outside(cx, named)?;
        Ok(Draft { step, station_type })
    }

    fn say(&mut self, step: &Step, code: &str, field: &str, params: &[(&str, &str)]) {
        let params = params.iter().map(|(name, value)| ((*name).to_string(), Json::from(*value))).collect();
        self.findings.push(Finding {
            step_no: Some(step.step_no),
            code: code.into(),
            field: Some(field.into()),
            params,
        });
    }

    /// A type, a constraint, a list that can be, and at least one active station that satisfies all three, on any line or none.
    fn check_stations(&mut self, step: &Step, station_type: Option<StationType>) {
        if station_type.is_none() {
            self.say(step, "STATION_TYPE_MISSING", "stationType", &[]);
        }
        if step.station_group.is_none() && step.allowed_stations.is_empty() {
            return self.say(step, "STATION_CONSTRAINT_MISSING", "stationGroupCode", &[]);
        }
        let places = &self.material.places;
        for code in &step.allowed_stations {
            let place = places.iter().find(|p| p.code == *code);
            let problem = match place {
                None => Some("ABSENT"),
                Some(place) if !place.is_active => Some("INACTIVE"),
                Some(place) if station_type.is_some_and(|t| t != place.station_type) => Some("TYPE"),
                Some(place) if step.station_group.is_some() && step.station_group != place.group_code => Some("GROUP"),
                Some(_) => None,
            };
            if let Some(problem) = problem {
                let params = [("station", code.as_str()), ("problem", problem)];
                self.say(step, "ALLOWED_STATION_INVALID", "allowedStationCodes", &params);
            }
        }
        let Some(station_type) = station_type else { return };
        if !places.iter().any(|p| p.is_active && step.fits(p.station_type, &p.code, p.group_code.as_deref())) {
            debug_assert_eq!(step.station_type, station_type, "the draft has the type that was found");
            self.say(step, "STATION_NONE_ELIGIBLE", "stationGroupCode", &[("type", station_type.word())]);
        }
    }

    fn check_mapping(&mut self, step: &Step, station_type: Option<StationType>) {
        let Some(station_type) = station_type.filter(|t| *t != StationType::Manual) else { return };
        let Some(mapping) = &step.ingest_mapping else {
            return self.say(step, "INGEST_MAPPING_MISSING", "ingestMapping", &[("type", station_type.word())]);
        };
        let is_constrained = step.station_group.is_some() || !step.allowed_stations.is_empty();
        let (mapping, problems) = match IngestMapping::parse(mapping) {
            Ok(mapping) => {
                let lacks = mapping.lacks(station_type, is_constrained);
                (Some(mapping), lacks)
            }
            Err(problems) => (None, problems),
        };
        for problem in problems {
            let params = [("key", problem.field.as_str()), ("problem", problem.problem)];
            self.say(step, "INGEST_MAPPING_INVALID", "ingestMapping", &params);
        }
        let bound: Vec<String> = step.data_specs.iter().map(|s| fold(&s.name)).collect();
        for name in mapping.iter().flat_map(|m| m.data_spec_map.values()) {
            if !bound.contains(&fold(name.trim())) {
                self.say(step, "DATA_SPEC_MAP_UNKNOWN", "ingestMapping", &[("spec", name)]);
            }
        }
    }

    fn check_specs(
        &mut self,
        cx: &Cx<'_>,
        step: &mut Step,
        station_type: Option<StationType>,
        ids: &[String],
    ) -> Result<()> {
        for id in ids {
            let field = "dataSpecIds";
            let Some(found) = NamedSpec::find(cx, id)? else {
                self.say(step, "DATA_SPEC_NOT_FOUND", field, &[("spec", id)]);
                continue;
            };
            let spec = &found.spec;
            if !spec.is_active {
                self.say(step, "DATA_SPEC_INACTIVE", field, &[("spec", id)]);
            }
            if found.id.operation.key() != fold(&step.operation_code) {
                self.say(
                    step,
                    "DATA_SPEC_OPERATION_MISMATCH",
                    field,
                    &[("spec", id), ("operation", &step.operation_code)],
                );
            }
            if let Some(station_type) = station_type.filter(|_| spec.is_required) {
                let is_batch = station_type == StationType::Batch;
                if is_batch != (spec.trigger_type == TriggerType::EachCarrier) {
                    let params = [("spec", id.as_str()), ("trigger", spec.trigger_type.word())];
                    self.say(step, "DATA_SPEC_TRIGGER_MISMATCH", field, &params);
                }
                if spec.method == Method::Manual && station_type != StationType::Manual {
                    self.say(step, "DATA_SPEC_METHOD_MISMATCH", field, &[("spec", id), ("type", station_type.word())]);
                }
            }
            step.data_specs.push(spec.frozen()?);
        }
        Ok(())
    }

    /// What other slices and the ERP mapping know of the step.
    fn check_outside(&mut self, cx: &Cx<'_>, named: &NamedStep) -> Result<()> {
        let at = |code: &str, field: &str, name: &str, value: &str| Finding {
            step_no: Some(named.step_no),
            code: code.into(),
            field: Some(field.into()),
            params: Map::from_iter([(name.to_string(), Json::from(value))]),
        };
        if let Some(profile) = &named.expected_reflow_profile_code {
            let mut is_known = false;
            for gate in cx.registry().gates_at(&REFLOW_PROFILE) {
                let verdict = gate(cx, profile)?;
                is_known |= verdict.refusals.is_empty() && !verdict.evidence.is_empty();
            }
            if !is_known {
                self.findings.push(at("REFLOW_PROFILE_INVALID", "expectedReflowProfileCode", "profile", profile));
            }
        }
        let is_strict = cx.setting(&OPERATION_MAPPING)? == OperationMapping::Strict;
        if is_strict && self.route.source_system == RouteSource::Erp {
            let key = named.meta.as_ref().and_then(|m| m.get("erp")?.get("processKey")?.as_str());
            let is_mapped = match key {
                Some(key) => {
                    cx.exists(sql!("select 1 from operation_mapping where source_process_key = $1"), p![*key])?
                }
                None => !named.needs_review,
            };
            if !is_mapped {
                let key = key.unwrap_or(named.operation_code.as_str());
                self.findings.push(at("MAPPING_MISSING", "operationCode", "key", key));
            }
        }
        Ok(())
    }
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_string).collect()
}
