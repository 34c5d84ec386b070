//! Filters: the condition each adds to a list, and how its value is read.

use kernel::{Day, Instant, Value};
use serde_json::{Value as Json, json};

use super::{By, Filter};

/// How long after the beginning of a request its call is looked for.
const REQUEST_MS: i64 = 10 * 60_000;

impl Filter {
    pub(super) fn condition(&self, n: &mut usize) -> String {
        let beginning = match &self.by {
            By::Prefix(column) => std::slice::from_ref(column),
            By::Prefixes(columns) => *columns,
            _ => &[],
        };
        if !beginning.is_empty() {
            *n += 2;
            let ranges = beginning.iter().map(|column| format!("{column} >= ${} and {column} < ${n}", *n - 1));
            return format!("({})", ranges.collect::<Vec<_>>().join(" or "));
        }
        *n += 1;
        let condition = self.sql.replace('$', &format!("${n}"));
        if let By::Request(column) = self.by {
            *n += 2;
            return format!("({condition} and {column} >= ${} and {column} < ${n})", *n - 1);
        }
        if let By::Cased(column) = self.by {
            *n += 1;
            return format!("({condition} and {column} = ${n})");
        }
        condition
    }

    pub(super) fn read(&self, value: &Json) -> Result<Vec<Value>, String> {
        let text = value.as_str();
        match self.by {
            By::Code(pick) => {
                let max = if pick.is_empty() { 200 } else { 128 };
                let text = kernel::code::clean(text.ok_or("a text")?, max)?;
                Ok(vec![Value::Text(kernel::code::fold(&text))])
            }
            By::Cased(_) => {
                let text = kernel::code::clean(text.ok_or("a text")?, 200)?;
                Ok(vec![Value::Text(text.clone()), Value::Text(kernel::code::fold(&text))])
            }
            By::Exact => Ok(vec![Value::Text(kernel::code::clean(text.ok_or("a text")?, 200)?)]),
            By::Prefix(_) | By::Prefixes(_) => {
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
    pub(super) fn schema(self) -> Json {
        match self {
            By::Code("") | By::Exact | By::Cased(_) | By::Prefix(_) | By::Prefixes(_) | By::Request(_) => {
                json!({ "type": "string", "maxLength": 200 })
            }
            By::Code(pick) => json!({ "type": "string", "maxLength": 128, "x-pick": pick }),
            By::Word(name, words) => json!({ "type": "string", "enum": words, "x-words": name }),
            By::Bool => json!({ "type": "boolean" }),
            By::Int => json!({ "type": "integer" }),
            By::Time => json!({ "type": "string", "format": "date-time" }),
            By::Day => json!({ "type": "string", "format": "date" }),
        }
    }
}

pub(super) fn int(value: &Json) -> Option<i64> {
    value.as_i64()
}
