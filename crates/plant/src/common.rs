//! What the nouns of this crate share: facts about changes, what stands on a row, and small values born valid.

use engine::db::{Noun, Sql};
use engine::{Cx, GatePoint, sql};
use kernel::{Id, Refusal, RefusalDef, Result, p};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

use crate::route::RouteVersion;
use crate::snapshot::{FrozenRoute, Step};

kernel::words! {
    /// What happened to a line or station.
    pub enum Change { Created = "CREATED", Updated = "UPDATED", Deactivated = "DEACTIVATED" }
}

/// The names of the fields that differ, as they are written on the wire (`groupCode`, `isActive`).
pub fn fields_changed<N: Noun>(before: &N, after: &N) -> Vec<String> {
    let (old, new) = (before.values(), after.values());
    let named = N::COLUMNS.iter().enumerate().skip(1).filter(|(_, column)| !N::SPEC.quiet.contains(column));
    named.filter(|(i, _)| old[*i] != new[*i]).map(|(_, column)| field_name::<N>(column)).collect()
}

/// The names of the fields that have a value.
pub fn fields_given<N: Noun>(row: &N) -> Vec<String> {
    let values = row.values();
    let named = N::COLUMNS.iter().enumerate().skip(1).filter(|(_, column)| !N::SPEC.quiet.contains(column));
    named.filter(|(i, _)| values[*i] != kernel::Value::Null).map(|(_, column)| field_name::<N>(column)).collect()
}

fn field_name<N: Noun>(column: &str) -> String {
    let is_reference = N::SPEC.refs.iter().any(|(name, _)| *name == column);
    let stem = column.strip_suffix("_id").filter(|_| is_reference);
    stem.map_or_else(|| engine::cx::camel(column), |stem| engine::cx::camel(&format!("{stem}_code")))
}

/// What stands on a row, counted by kind; a row on which something stands is neither deleted nor given another code.
pub struct Dependants {
    pub counts: Map<String, Json>,
    /// What the gates refused besides counting.
    pub refusals: Vec<Refusal>,
}

impl Dependants {
    /// Count by the statements of this crate (`select count … where … = $1`, the id), then ask the gates of other slices,
    /// whose evidence is an object of counts by kind, like `{"runs": 3}`.
    pub fn of<S: 'static>(
        cx: &Cx<'_>,
        own: &[(&'static str, &'static Sql)],
        point: &GatePoint<S>,
        id: Id<S>,
        subject: &S,
    ) -> Result<Dependants> {
        let mut counts = Map::new();
        for (kind, sql) in own {
            let count: i64 = cx.value(sql, p![id])?.unwrap_or(0);
            if count > 0 {
                counts.insert((*kind).to_string(), count.into());
            }
        }
        let mut refusals = Vec::new();
        for gate in cx.registry().gates_at(point) {
            let verdict = gate(cx, subject)?;
            refusals.extend(verdict.refusals);
            let evidence = verdict.evidence.into_iter().filter_map(|e| match e {
                Json::Object(counts) => Some(counts),
                _ => None,
            });
            counts.extend(evidence.flatten().filter(|(_, count)| count.as_i64().is_some_and(|n| n > 0)));
        }
        Ok(Dependants { counts, refusals })
    }

    /// Count more of a kind.
    pub fn count(&mut self, kind: &str, n: usize) {
        if n > 0 {
            self.counts.insert(kind.to_string(), n.into());
        }
    }

    pub fn is_none(&self) -> bool {
        self.counts.is_empty()
    }

    /// The refusal with the counts by kind.
    pub fn refusal(&self, def: &'static RefusalDef, name: &'static str, code: &str) -> Refusal {
        def.with(name, code).with("counts", Json::Object(self.counts.clone()))
    }
}

/// How many execution configurations name a code in one of their fields, alone or in a list.
pub fn configs_naming(cx: &Cx<'_>, field: &str, code_key: &str) -> Result<usize> {
    let configs: Vec<(Json,)> = cx.all(sql!("select fields from execution_config"), [])?;
    let is = |json: &Json| json.as_str().is_some_and(|code| kernel::code::fold(code) == code_key);
    let names = |fields: &Json| match fields.get(field) {
        Some(Json::Array(codes)) => codes.iter().any(is),
        Some(code) => is(code),
        None => false,
    };
    Ok(configs.iter().filter(|(fields,)| names(fields)).count())
}

/// How many frozen versions name a code in one of their steps, at most a hundred: runs live by them, whatever the
/// configuration says now.
pub fn versions_naming(cx: &Cx<'_>, code: &str, names: impl Fn(&Step) -> bool) -> Result<usize> {
    let quoted = Json::from(code).to_string();
    let candidates: Vec<(Id<RouteVersion>,)> = cx.all(
        sql!(
            "select id from route_version where status <> 'INVALID' and replace(snapshot, $1, '') <> snapshot
             order by id desc limit 100"
        ),
        p![quoted],
    )?;
    let mut count = 0;
    for (id,) in candidates {
        let frozen = FrozenRoute::get(cx, id)?;
        count += usize::from(frozen.is_some_and(|f| f.snapshot.steps.iter().any(&names)));
    }
    Ok(count)
}

/// Further facts a plant keeps with a thing: a JSON object of at most 8 KiB.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta(Json);

/// The most bytes of a [`Meta`] as text.
pub const META_MAX: usize = 8 * 1024;

impl Meta {
    pub fn into_json(self) -> Json {
        self.0
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let meta = Json::deserialize(d)?;
        if !meta.is_object() || meta.to_string().len() > META_MAX {
            return Err(serde::de::Error::custom(format!("meta is a JSON object of at most {META_MAX} bytes")));
        }
        Ok(Meta(meta))
    }
}

impl JsonSchema for Meta {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Meta".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "description": "Further facts, at most 8 KiB" })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A time zone of the IANA database, like `Asia/Shanghai`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Zone(String);

impl Zone {
    pub fn parse(name: &str) -> Result<Self, String> {
        let zone = jiff::tz::TimeZone::get(name.trim()).map_err(|_| format!("{name:?} is not a time zone"))?;
        let known = zone.iana_name().ok_or_else(|| format!("{name:?} is not a time zone"))?;
        Ok(Zone(known.to_string()))
    }

    pub fn into_name(self) -> String {
        self.0
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Zone::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": 64, "description": "IANA time zone, like Asia/Shanghai" })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// The default of fields that are on unless somebody says otherwise.
pub(crate) fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_those_of_the_iana_database() {
        assert_eq!(Zone::parse("Asia/Shanghai").unwrap().into_name(), "Asia/Shanghai");
        for wrong in ["", "Mars/Olympus", "Asia", "+08:00"] {
            assert!(Zone::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn meta_is_a_bounded_object() {
        assert!(serde_json::from_str::<Meta>(r#"{"building":"2"}"#).is_ok());
        assert!(serde_json::from_str::<Meta>("[1]").is_err());
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(META_MAX));
        assert!(serde_json::from_str::<Meta>(&long).is_err());
    }
}
