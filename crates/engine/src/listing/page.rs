//! A page of a list: a call is read and checked, the statement for it composed, and its rows shown.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Day, Error, FieldError, Instant, Qty, Refusal, Result, Value};
use serde_json::{Map, Value as Json, json};

use super::filter::int;
use super::{Filter, Kind, Listing, PAGE, PAGE_MAX};
use crate::cx::Cx;
use crate::db::Sql;

/// A call of a list, read and checked.
struct Asked<'l> {
    limit: i64,
    sort: usize,
    descending: bool,
    after: Option<(Value, i64)>,
    filters: Vec<(&'l Filter, Vec<Value>)>,
}

impl Listing {
    /// One page: `{items, nextCursor}`.
    pub fn page(&'static self, cx: &Cx<'_>, fields: &Json) -> Result<Json> {
        if let Some(parent) = self.parent {
            parent(cx, fields)?;
        }
        let asked = self.read(fields)?;
        let sql = self.statement(
            &asked.filters.iter().map(|f| f.0.name).collect::<Vec<_>>(),
            asked.sort,
            asked.descending,
            asked.after.is_some(),
        );
        let mut params: Vec<Value> = asked.filters.iter().flat_map(|f| f.1.clone()).collect();
        if let Some((value, id)) = &asked.after {
            params.extend([value.clone(), Value::Int(*id)]);
        }
        params.push(Value::Int(asked.limit + 1));
        let mut rows: Vec<(Map<String, Json>, Value, i64)> = Vec::new();
        cx.each(sql, &params, |mut values| {
            let id = match values.pop() {
                Some(Value::Int(id)) => id,
                other => return Err(Error::fault(format!("{}: the key is {other:?}", self.name))),
            };
            let sort = values.pop().unwrap_or(Value::Null);
            let row = self.columns.iter().zip(values).map(|(c, v)| Ok((c.name.to_string(), shown(c.kind, v)?)));
            rows.push((row.collect::<Result<_>>()?, sort, id));
            Ok(())
        })?;
        let more = rows.len() as i64 > asked.limit;
        rows.truncate(asked.limit as usize);
        let next = rows.last().filter(|_| more).map(|(_, sort, id)| {
            let order = format!("{}{}", if asked.descending { "-" } else { "" }, self.sorts[asked.sort].name);
            URL_SAFE_NO_PAD.encode(json!([order, sort.to_json(), id]).to_string())
        });
        let mut items: Vec<Map<String, Json>> = rows.into_iter().map(|r| r.0).collect();
        if let Some(finish) = self.finish {
            finish(cx, &mut items)?;
        }
        Ok(json!({ "items": items, "nextCursor": next }))
    }

    /// Check a call's fields; every error is listed.
    pub fn check(&'static self, fields: &Json) -> Result<()> {
        self.read(fields).map(|_| ())
    }

    fn read(&self, fields: &Json) -> Result<Asked<'_>> {
        let mut errors = Vec::new();
        let mut asked = Asked { limit: PAGE, sort: 0, descending: self.descending, after: None, filters: Vec::new() };
        let empty = Map::new();
        let given = fields.as_object().unwrap_or(&empty);
        for (name, value) in given {
            let outcome = match name.as_str() {
                "limit" => int(value)
                    .filter(|n| (1..=PAGE_MAX).contains(n))
                    .map(|n| asked.limit = n)
                    .ok_or(format!("1 to {PAGE_MAX}")),
                "sort" => self.read_sort(value, &mut asked),
                "cursor" => continue,
                _ => match self.filters.iter().find(|f| f.name == name) {
                    None => Err("unknown field".to_string()),
                    Some(filter) => filter.read(value).map(|values| asked.filters.push((filter, values))),
                },
            };
            if let Err(problem) = outcome {
                errors.push(FieldError { path: format!("/{name}"), code: "INVALID".into(), message: problem });
            }
        }
        if let Some(cursor) = given.get("cursor").and_then(Json::as_str) {
            if let Err(problem) = self.read_cursor(cursor, &mut asked) {
                errors.push(FieldError { path: "/cursor".into(), code: "INVALID".into(), message: problem });
            }
        }
        for missing in self.filters.iter().filter(|f| f.required && !given.contains_key(f.name)) {
            errors.push(FieldError {
                path: format!("/{}", missing.name),
                code: "REQUIRED".into(),
                message: "required".into(),
            });
        }
        if errors.is_empty() {
            asked.filters.sort_by_key(|(f, _)| self.filters.iter().position(|o| o.name == f.name));
            return Ok(asked);
        }
        let mut refusal = Refusal::from(kernel::error::VALIDATION_FAILED);
        refusal.errors = errors;
        Err(refusal.into())
    }

    fn read_sort(&self, value: &Json, asked: &mut Asked<'_>) -> Result<(), String> {
        let text = value.as_str().unwrap_or_default();
        let name = text.strip_prefix('-').unwrap_or(text);
        let known = || format!("one of {}", self.sorts.iter().map(|s| s.name).collect::<Vec<_>>().join(", "));
        asked.sort = self.sorts.iter().position(|s| s.name == name).ok_or_else(known)?;
        asked.descending = text.starts_with('-');
        Ok(())
    }

    fn read_cursor(&self, cursor: &str, asked: &mut Asked<'_>) -> Result<(), String> {
        let wrong = || "not a cursor of this list and order".to_string();
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
        let (order, value, id): (String, Json, i64) = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        let expected = format!("{}{}", if asked.descending { "-" } else { "" }, self.sorts[asked.sort].name);
        if order != expected {
            return Err(wrong());
        }
        let value = match (self.sorts[asked.sort].kind, value) {
            (Kind::Int | Kind::Qty | Kind::Time | Kind::Bool, Json::Number(n)) => {
                Value::Int(n.as_i64().ok_or_else(wrong)?)
            }
            (Kind::Real, Json::Number(n)) => Value::Real(n.as_f64().ok_or_else(wrong)?),
            (Kind::Code | Kind::Text | Kind::Day | Kind::Word(_), Json::String(text)) if !text.contains('\0') => {
                Value::Text(text)
            }
            _ => return Err(wrong()),
        };
        asked.after = Some((value, id));
        Ok(())
    }

    /// The statement for a set of filters and an order; composed once and kept.
    pub fn statement(&'static self, filters: &[&str], sort: usize, descending: bool, after: bool) -> &'static Sql {
        type Key = (&'static str, String, usize, bool, bool);
        static MADE: LazyLock<Mutex<HashMap<Key, &'static Sql>>> = LazyLock::new(Mutex::default);
        let key = (self.name, filters.join(","), sort, descending, after);
        let mut made = MADE.lock().expect("composing never panics");
        made.entry(key).or_insert_with(|| Sql::compose(self.text(filters, sort, descending, after), file!(), line!()))
    }

    fn text(&self, filters: &[&str], sort: usize, descending: bool, after: bool) -> String {
        let sort = &self.sorts[sort];
        let (direction, beyond) = if descending { (" desc", "<") } else { ("", ">") };
        let columns: Vec<&str> = self.columns.iter().map(|c| c.sql).collect();
        let mut n = 0;
        let mut conditions = String::from(self.conditions);
        for filter in self.filters.iter().filter(|f| filters.contains(&f.name)) {
            conditions.push_str(" and ");
            conditions.push_str(&filter.condition(&mut n));
        }
        if after {
            conditions.push_str(&format!(" and ({}, {}) {beyond} (${}, ${})", sort.sql, self.key, n + 1, n + 2));
            n += 2;
        }
        let order = if sort.sql == self.key {
            format!("{}{direction}", self.key)
        } else {
            format!("{}{direction}, {}{direction}", sort.sql, self.key)
        };
        format!(
            "select {}, {}, {} from {} where 1 = 1 {conditions} order by {order} limit ${}",
            columns.join(", "),
            sort.sql,
            self.key,
            self.from,
            n + 1
        )
    }
}

/// A column's value on the wire.
fn shown(kind: Kind, value: Value) -> Result<Json> {
    Ok(match (kind, value) {
        (_, Value::Null) => Json::Null,
        (Kind::Qty, Value::Int(n)) => Json::from(Qty::millionths(n).to_string()),
        (Kind::Time, Value::Int(ms)) => Json::from(Instant::from_ms(ms).to_string()),
        (Kind::Bool, Value::Int(n)) => Json::from(n != 0),
        (Kind::Day, Value::Text(day)) => Json::from(Day::parse(&day).map_err(Error::fault)?.to_string()),
        (Kind::Json, Value::Text(text)) => serde_json::from_str(&text).map_err(|e| Error::fault(e.to_string()))?,
        (_, other) => other.to_json(),
    })
}
