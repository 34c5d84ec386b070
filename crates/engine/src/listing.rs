//! Lists: filters, sorting, keyset paging and columns, declared once for the API, the page and the export.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Day, Error, FieldError, Instant, Qty, Refusal, Result, Value};
use serde_json::{Map, Value as Json, json};

use crate::command::{Need, Route};
use crate::cx::Cx;
use crate::db::Sql;
use crate::registry::QueryEntry;

/// What a column holds, for the wire and the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Code,
    Text,
    Int,
    Qty,
    Real,
    Time,
    Day,
    Bool,
    Json,
    /// A word of the named vocabulary.
    Word(&'static str),
}

/// A column: its name on the wire, where it comes from and how a screen shows it.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub sql: &'static str,
    pub kind: Kind,
    /// The page a cell links to, with `{column}` parts.
    pub link: Option<&'static str>,
    /// Whether tables show it; the API always does.
    pub shown: bool,
}

/// A filter: its name, the condition with `$` for the value, and how the value is read.
#[derive(Debug)]
pub struct Filter {
    pub name: &'static str,
    pub sql: &'static str,
    pub by: By,
    /// Part of the path: always given.
    pub required: bool,
}

/// How a filter's value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// A code, compared by its folded key; `pick` names the list that forms offer.
    Code(&'static str),
    /// An exact text: serials, lots, numbers.
    Exact,
    /// The beginning of a folded key: `$` stands for the column twice, as a range.
    Prefix(&'static str),
    /// The name of a request, found by the column with the time of its call.
    Request(&'static str),
    /// A word of the named vocabulary.
    Word(&'static str, &'static [&'static str]),
    Bool,
    Int,
    Time,
    Day,
}

/// An order; every order ends in the list's unique key.
#[derive(Debug)]
pub struct Sort {
    pub name: &'static str,
    pub sql: &'static str,
    pub kind: Kind,
}

/// What is added to a page's rows after reading.
pub type Finish = fn(&Cx<'_>, &mut [Map<String, Json>]) -> Result<()>;

/// A list of the product.
pub struct Listing {
    pub name: &'static str,
    pub route: Route,
    pub need: Need,
    pub columns: &'static [Column],
    pub from: &'static str,
    /// Fixed conditions and the scope word, each beginning with `and`.
    pub conditions: &'static str,
    /// The unique not-null column every order ends in.
    pub key: &'static str,
    pub filters: &'static [Filter],
    /// The first is the default; `-name` in a call turns it round.
    pub sorts: &'static [Sort],
    /// Whether the default order is newest first.
    pub descending: bool,
    /// Refuses when what the path names does not exist.
    pub parent: Option<fn(&Cx<'_>, &Json) -> Result<()>>,
    pub finish: Option<Finish>,
}

/// The most rows of one page.
pub const PAGE_MAX: i64 = 200;
/// How long after the beginning of a request its call is looked for.
const REQUEST_MS: i64 = 10 * 60_000;
/// The rows of a page when the caller does not say.
pub const PAGE: i64 = 50;

impl Column {
    pub const fn new(name: &'static str, sql: &'static str, kind: Kind) -> Self {
        Column { name, sql, kind, link: None, shown: true }
    }

    pub const fn link(self, page: &'static str) -> Self {
        Column { link: Some(page), ..self }
    }

    pub const fn hidden(self) -> Self {
        Column { shown: false, ..self }
    }
}

impl Filter {
    pub const fn new(name: &'static str, sql: &'static str, by: By) -> Self {
        Filter { name, sql, by, required: false }
    }

    pub const fn in_path(self) -> Self {
        Filter { required: true, ..self }
    }
}

impl Sort {
    pub const fn new(name: &'static str, sql: &'static str, kind: Kind) -> Self {
        Sort { name, sql, kind }
    }
}

/// A call of a list, read and checked.
struct Asked<'l> {
    limit: i64,
    sort: usize,
    descending: bool,
    after: Option<(Value, i64)>,
    filters: Vec<(&'l Filter, Vec<Value>)>,
}

impl Listing {
    /// The list as a query of the registry.
    pub fn entry(&'static self) -> QueryEntry {
        QueryEntry {
            name: self.name,
            route: self.route,
            need: self.need,
            export: self.need,
            slow: false,
            schema: self.schema(),
            output: self.output_schema(),
            shape: None,
            ask: Box::new(move |fields, cx| {
                let page = self.page(cx, &fields)?;
                serde_json::to_string(&page).map_err(|e| Error::fault(e.to_string()))
            }),
            check: Box::new(|_| Ok(())),
            listing: Some(self),
        }
    }

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

    fn schema(&self) -> schemars::Schema {
        let mut properties = Map::new();
        let mut required: Vec<Json> = Vec::new();
        for filter in self.filters {
            properties.insert(filter.name.into(), filter.by.schema());
            if filter.required {
                required.push(filter.name.into());
            }
        }
        let names: Vec<Json> =
            self.sorts.iter().flat_map(|s| [s.name.to_string(), format!("-{}", s.name)]).map(Json::from).collect();
        properties.insert("sort".into(), json!({ "type": "string", "enum": names }));
        properties
            .insert("limit".into(), json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE }));
        properties.insert("cursor".into(), json!({ "type": "string", "maxLength": 2000 }));
        let schema =
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        schemars::Schema::try_from(schema).expect("an object is a schema")
    }

    fn output_schema(&self) -> schemars::Schema {
        let columns: Map<String, Json> =
            self.columns.iter().map(|c| (c.name.to_string(), kind_schema(c.kind))).collect();
        let schema = json!({
            "type": "object",
            "properties": {
                "items": { "type": "array", "items": { "type": "object", "properties": columns } },
                "nextCursor": { "type": ["string", "null"] }
            },
            "required": ["items", "nextCursor"]
        });
        schemars::Schema::try_from(schema).expect("an object is a schema")
    }
}

impl Filter {
    fn condition(&self, n: &mut usize) -> String {
        if let By::Prefix(column) = self.by {
            *n += 2;
            return format!("({column} >= ${} and {column} < ${})", *n - 1, *n);
        }
        *n += 1;
        let condition = self.sql.replace('$', &format!("${n}"));
        if let By::Request(column) = self.by {
            *n += 2;
            return format!("({condition} and {column} >= ${} and {column} < ${n})", *n - 1);
        }
        condition
    }

    fn read(&self, value: &Json) -> Result<Vec<Value>, String> {
        let text = value.as_str();
        match self.by {
            By::Code(_) => {
                let text = text.ok_or("a text")?;
                Ok(vec![Value::Text(kernel::code::fold(&kernel::code::clean(text, 128)?))])
            }
            By::Exact => Ok(vec![Value::Text(kernel::code::clean(text.ok_or("a text")?, 200)?)]),
            By::Prefix(_) => {
                let from = kernel::code::fold(&kernel::code::clean(text.ok_or("a text")?, 128)?);
                Ok(vec![Value::Text(from.clone()), Value::Text(format!("{from}\u{10FFFF}"))])
            }
            By::Request(_) => {
                let name = kernel::code::clean(text.ok_or("a text")?, 200)?;
                // A call waits for its turn at most so long after its request began; what is no name finds nothing.
                let window = crate::request::began(&name).map_or((1, 0), |at| (at.ms() - 1_000, at.ms() + REQUEST_MS));
                Ok(vec![Value::Text(name), Value::Int(window.0), Value::Int(window.1)])
            }
            By::Word(_, words) => {
                let word = text.filter(|w| words.contains(w));
                word.map(|w| vec![Value::Text(w.into())]).ok_or_else(|| format!("one of {}", words.join(", ")))
            }
            By::Bool => value.as_bool().map(|b| vec![Value::Int(b.into())]).ok_or_else(|| "true or false".into()),
            By::Int => int(value).map(|n| vec![Value::Int(n)]).ok_or_else(|| "a whole number".into()),
            By::Time => Ok(vec![Value::Int(Instant::parse(text.ok_or("a time")?)?.ms())]),
            By::Day => Ok(vec![Value::Text(Day::parse(text.ok_or("a day")?)?.to_string())]),
        }
    }
}

impl By {
    fn schema(self) -> Json {
        match self {
            By::Code("") | By::Exact | By::Prefix(_) | By::Request(_) => json!({ "type": "string", "maxLength": 200 }),
            By::Code(pick) => json!({ "type": "string", "maxLength": 128, "x-pick": pick }),
            By::Word(name, words) => json!({ "type": "string", "enum": words, "x-words": name }),
            By::Bool => json!({ "type": "boolean" }),
            By::Int => json!({ "type": "integer" }),
            By::Time => json!({ "type": "string", "format": "date-time" }),
            By::Day => json!({ "type": "string", "format": "date" }),
        }
    }
}

fn int(value: &Json) -> Option<i64> {
    value.as_i64()
}

fn kind_schema(kind: Kind) -> Json {
    match kind {
        Kind::Code | Kind::Text | Kind::Qty => json!({ "type": ["string", "null"] }),
        Kind::Int => json!({ "type": ["integer", "null"] }),
        Kind::Real => json!({ "type": ["number", "null"] }),
        Kind::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        Kind::Day => json!({ "type": ["string", "null"], "format": "date" }),
        Kind::Bool => json!({ "type": ["boolean", "null"] }),
        Kind::Json => json!({}),
        Kind::Word(name) => json!({ "type": ["string", "null"], "x-words": name }),
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
