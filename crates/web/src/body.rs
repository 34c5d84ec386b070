//! Reads bodies strictly: JSON without repeated names or NUL, or form text; path, query and body must agree.

use std::fmt;

use axum::http::{HeaderMap, header};
use engine::door::typed;
use kernel::error::VALIDATION_FAILED;
use kernel::{FieldError, Refusal};
use percent_encoding::percent_decode_str;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

/// The largest body of a command or query.
pub const BODY_MAX: usize = 4 * 1024 * 1024;

/// Put the fields of a call together from path, query and body.
pub fn fields(
    path: Vec<(String, String)>,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
    schema: &Json,
) -> Result<Json, Refusal> {
    let mut fields = typed(&path, schema)?;
    let query: Vec<(String, String)> =
        pairs(query.unwrap_or_default())?.into_iter().filter(|p| p.0 != "dryRun").collect();
    merge(&mut fields, typed(&query, schema)?)?;
    if !body.is_empty() {
        let form = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        let given = if form {
            let text = std::str::from_utf8(body).map_err(|_| malformed("", "the body is not UTF-8"))?;
            typed(&pairs(text)?, schema)?
        } else {
            match strict_json(body).map_err(|problem| malformed("", &problem))? {
                Json::Object(map) => map,
                _ => return Err(malformed("", "the body must be a JSON object")),
            }
        };
        merge(&mut fields, given)?;
    }
    Ok(Json::Object(fields))
}

/// Whether a query string asks for a dry run. Whoever asks for one in other words must not get the deed instead.
pub fn is_dry_run(query: Option<&str>) -> Result<bool, Refusal> {
    let pairs = pairs(query.unwrap_or_default())?;
    let mut said = pairs.iter().filter(|p| p.0 == "dryRun").map(|p| p.1.as_str());
    match (said.next(), said.next()) {
        (None, _) | (Some("false"), None) => Ok(false),
        (Some("true"), None) => Ok(true),
        _ => Err(malformed("/dryRun", "once, true or false")),
    }
}

/// A name in two places must agree.
fn merge(fields: &mut Map<String, Json>, more: Map<String, Json>) -> Result<(), Refusal> {
    for (name, value) in more {
        match fields.get(&name) {
            Some(there) if *there != value => {
                return Err(malformed(&format!("/{name}"), "the path, the query and the body say different things"));
            }
            _ => drop(fields.insert(name, value)),
        }
    }
    Ok(())
}

/// Split `a=1&b=2`, decoding both sides.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map(|c| c.into_owned());
        decoded
            .ok()
            .filter(|d| !d.contains('\0'))
            .ok_or_else(|| malformed("", "the query is not UTF-8 or contains NUL"))
    };
    let parts = text.split('&').filter(|p| !p.is_empty());
    parts.map(|p| p.split_once('=').unwrap_or((p, ""))).map(|(k, v)| Ok((decode(k)?, decode(v)?))).collect()
}

/// 400 with one field named.
pub fn malformed(path: &str, problem: &str) -> Refusal {
    let mut refusal = Refusal::from(VALIDATION_FAILED);
    refusal.errors.push(FieldError { path: path.into(), code: "INVALID".into(), message: problem.into() });
    refusal
}

/// Parse JSON, refusing repeated names and NUL.
pub fn strict_json(bytes: &[u8]) -> Result<Json, String> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader).map_err(|e| e.to_string())?;
    reader.end().map_err(|e| e.to_string())?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, b: bool) -> Result<Json, E> {
        Ok(b.into())
    }

    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(n.into())
    }

    fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
        Ok(n.into())
    }

    fn visit_f64<E>(self, x: f64) -> Result<Json, E> {
        Ok(x.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        if text.contains('\0') {
            return Err(E::custom("NUL is not allowed in text"));
        }
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: de::Deserializer<'de>>(self, d: D) -> Result<Json, D::Error> {
        Strict.deserialize(d)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Strict)?;
            if name.contains('\0') || map.contains_key(&name) {
                return Err(de::Error::custom(format!("the name {name:?} is given twice or contains NUL")));
            }
            map.insert(name, value);
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_and_nul_are_refused() {
        assert!(strict_json(br#"{"a":1,"a":2}"#).is_err());
        assert!(strict_json(br#"{"a":"\u0000"}"#).is_err());
        assert!(strict_json(br#"{"a":1} x"#).is_err());
        assert_eq!(strict_json(br#"{"a":[1,2.5,null,true,"x"]}"#).unwrap()["a"][1], 2.5);
    }

    #[test]
    fn a_name_in_two_places_must_agree() {
        let schema = serde_json::json!({ "properties": { "sn": { "type": "string" }, "n": { "type": "integer" } } });
        let path = vec![("sn".to_string(), "1".to_string())];
        let ok = fields(path.clone(), Some("n=5"), &HeaderMap::new(), br#"{"sn":"1"}"#, &schema).unwrap();
        assert_eq!(ok, serde_json::json!({ "sn": "1", "n": 5 }));
        assert!(fields(path, None, &HeaderMap::new(), br#"{"sn":"2"}"#, &schema).is_err());
    }
}
