//! How a field is read: from JSON as calls give it, and from the cells of a table.

use kernel::code::{Name, Text, clean, fold, is_blank, unaddressable};
use kernel::{Day, Qty, Value};
use serde_json::{Value as Json, json};

use super::{Cell, Field, Kind};

/// What is wrong with a value: a code and a sentence.
pub type Wrong = (&'static str, String);

fn wrong<T>(message: impl Into<String>) -> Result<T, Wrong> {
    Err(("INVALID", message.into()))
}

const META_MAX: usize = 8 * 1024;

impl Field {
    /// Read a value as JSON calls give it; `null` is empty.
    pub fn read(&self, json: &Json) -> Result<Cell, Wrong> {
        if json.is_null() {
            return self.empty();
        }
        let text = || json.as_str().map_or_else(|| wrong("a text is needed"), Ok);
        let kept = |text: String| Cell { value: Value::Text(text.clone()), shown: text.into() };
        Ok(match self.kind {
            Kind::Code(max) => {
                let code = clean(text()?, max).or_else(wrong)?;
                if is_blank(&code) {
                    return Err(("CODE_REQUIRED", "CODE_REQUIRED".into()));
                }
                match unaddressable(&code) {
                    Some(problem) => return wrong(problem),
                    None => kept(code),
                }
            }
            Kind::Name => match Name::parse(text()?) {
                Ok(name) => kept(name.to_string()),
                Err(said) if said == "NAME_REQUIRED" => return Err(("NAME_REQUIRED", said)),
                Err(said) => return wrong(said),
            },
            Kind::Text(max) => {
                let text = Text::<4000>::parse(text()?).or_else(wrong)?.to_string();
                match text.chars().count() {
                    0 => return self.empty(),
                    n if n > max => return wrong(format!("at most {max} characters are allowed")),
                    _ => kept(text),
                }
            }
            Kind::Int(from, to) => match json.as_i64().filter(|n| (from..=to).contains(n)) {
                Some(n) => Cell { value: Value::Int(n), shown: n.into() },
                None => return wrong(format!("a whole number from {from} to {to} is needed")),
            },
            Kind::Number => match json.as_f64().filter(|x| x.is_finite()) {
                Some(x) => Cell { value: Value::Real(x), shown: x.into() },
                None => return wrong("a number is needed"),
            },
            Kind::Qty => {
                let qty: Qty = serde_json::from_value(json.clone()).or_else(|e| wrong(e.to_string()))?;
                Cell { value: Value::Int(qty.as_millionths()), shown: qty.to_string().into() }
            }
            Kind::Bool => match json.as_bool() {
                Some(truth) => Cell { value: Value::Int(truth.into()), shown: truth.into() },
                None => return wrong("true or false is needed"),
            },
            Kind::Word(_, words) => match text()? {
                word if words.contains(&word) => kept(word.to_string()),
                _ => return wrong(format!("one of {} is needed", words.join(", "))),
            },
            Kind::Words(_, words) => {
                let given: Vec<&str> = json.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                let asked = json.as_array().map_or(0, Vec::len);
                let list: Vec<&str> = words.iter().copied().filter(|word| given.contains(word)).collect();
                if asked == 0 || list.len() != asked {
                    return wrong(format!("a list of {}, each at most once, is needed", words.join(", ")));
                }
                let shown = json!(list);
                Cell { value: Value::Text(shown.to_string()), shown }
            }
            Kind::Texts(most, long) => {
                let given: Option<Vec<&str>> = json.as_array().map(|a| a.iter().filter_map(Json::as_str).collect());
                let given =
                    given.filter(|texts| Some(texts.len()) == json.as_array().map(Vec::len) && texts.len() <= most);
                let mut texts: Vec<String> = Vec::new();
                for text in given.map_or_else(|| wrong(format!("a list of at most {most} texts is needed")), Ok)? {
                    let text = clean(text, long).or_else(wrong)?;
                    if text.is_empty() || texts.contains(&text) {
                        return wrong(format!("{text:?} is blank or there twice"));
                    }
                    texts.push(text);
                }
                let shown = json!(texts);
                Cell { value: Value::Text(shown.to_string()), shown }
            }
            Kind::Day => kept(Day::parse(text()?).or_else(wrong)?.to_string()),
            Kind::Clock => kept(clock(text()?).map_or_else(|| wrong("a time of day like 06:30 is needed"), Ok)?),
            Kind::Time => return wrong("is not given by callers"),
            Kind::Json => match json.is_object() && json.to_string().len() <= META_MAX {
                true => Cell { value: Value::Text(json.to_string()), shown: json.clone() },
                false => return wrong(format!("a JSON object of at most {META_MAX} bytes is needed")),
            },
            Kind::Reference(_) => match clean(text()?, 128).or_else(wrong)? {
                code if code.is_empty() => return self.empty(),
                code => Cell { value: Value::Text(fold(&code)), shown: code.into() },
            },
        })
    }

    /// Read a value as a table gives it; no text is empty.
    pub fn read_text(&self, text: &str) -> Result<Cell, Wrong> {
        if text.is_empty() {
            return match self.kind {
                Kind::Code(_) | Kind::Name => self.read(&Json::from("")),
                _ => self.empty(),
            };
        }
        let json = match self.kind {
            Kind::Int(..) => text.parse::<i64>().map_or_else(|_| Json::from(text), Json::from),
            Kind::Number => text.parse::<f64>().map_or_else(|_| Json::from(text), Json::from),
            Kind::Bool => match text.to_lowercase().as_str() {
                "true" | "1" | "yes" | "y" | "是" => true.into(),
                "false" | "0" | "no" | "n" | "否" => false.into(),
                _ => Json::from(text),
            },
            Kind::Words(..) if !text.starts_with('[') => {
                let words = text.split([' ', ',', ';', '|', '/']).filter(|word| !word.is_empty());
                words.map(|word| word.to_uppercase()).collect::<Vec<_>>().into()
            }
            Kind::Texts(..) if !text.starts_with('[') => {
                let texts = text.split([' ', ',', ';', '|', '\n']).map(str::trim).filter(|text| !text.is_empty());
                texts.collect::<Vec<_>>().into()
            }
            Kind::Words(..) | Kind::Texts(..) | Kind::Json => {
                serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
            }
            _ => Json::from(text),
        };
        self.read(&json)
    }

    /// What an absent field of a new row is.
    pub fn absent(&self) -> Result<Cell, Wrong> {
        match self.default {
            Some(default) => self.read_text(default),
            None => self.empty(),
        }
    }

    fn empty(&self) -> Result<Cell, Wrong> {
        match self.required {
            true => Err(("REQUIRED", "required".into())),
            false => Ok(Cell::EMPTY),
        }
    }
}

/// `6:30` and `06:30` are half past six.
fn clock(text: &str) -> Option<String> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |s: &str| (1..=2).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
    let (hour, minute): (u8, u8) = (
        hour.parse().ok().filter(|_| digits(hour))?,
        minute.parse().ok().filter(|_| minute.len() == 2 && digits(minute))?,
    );
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_calls_give_the_same_values() {
        const DAYS: &[&str] = &["MON", "TUE", "WED"];
        let cases: [(Kind, &str, Json); 10] = [
            (Kind::Text(5), "abc", json!("abc")),
            (Kind::Int(1, 9), "7", json!(7)),
            (Kind::Number, "1.5", json!(1.5)),
            (Kind::Qty, "100.50", json!("100.50")),
            (Kind::Bool, "是", json!(true)),
            (Kind::Word("Day", DAYS), "TUE", json!("TUE")),
            (Kind::Words("Day", DAYS), "wed mon", json!(["MON", "WED"])),
            (Kind::Day, "2026-11-20", json!("2026-11-20")),
            (Kind::Clock, "6:30", json!("06:30")),
            (Kind::Json, r#"{"a":1}"#, json!({ "a": 1 })),
        ];
        for (kind, text, json) in cases {
            let field = Field::new("x", "x", kind);
            assert_eq!(field.read_text(text), field.read(&json), "{text}");
            assert!(field.read(&json).is_ok(), "{text}");
            assert_eq!(field.read(&Json::Null), Ok(Cell::EMPTY));
        }
    }

    #[test]
    fn what_a_field_cannot_hold_is_wrong() {
        const DAYS: &[&str] = &["MON", "TUE"];
        let cases = [
            (Kind::Code(3), json!("abcd")),
            (Kind::Code(3), json!(" ")),
            (Kind::Code(3), json!("\u{200B}")),
            (Kind::Code(3), json!("..")),
            (Kind::Name, json!("")),
            (Kind::Text(2), json!("abc")),
            (Kind::Text(2), json!(1)),
            (Kind::Int(1, 9), json!(10)),
            (Kind::Int(1, 9), json!(1.5)),
            (Kind::Number, json!("1")),
            (Kind::Qty, json!("1.0000001")),
            (Kind::Bool, json!("true")),
            (Kind::Word("Day", DAYS), json!("mon")),
            (Kind::Words("Day", DAYS), json!(["MON", "MON"])),
            (Kind::Words("Day", DAYS), json!([])),
            (Kind::Day, json!("2026-02-30")),
            (Kind::Clock, json!("24:00")),
            (Kind::Clock, json!("6:5")),
            (Kind::Json, json!([1])),
        ];
        for (kind, json) in cases {
            assert!(Field::new("x", "x", kind).read(&json).is_err(), "{kind:?} {json}");
        }
        let active = Field::new("x", "x", Kind::Bool).default("true");
        assert_eq!(active.absent().map(|c| c.shown), Ok(json!(true)));
        assert!(active.read(&Json::Null).is_err());
    }
}
