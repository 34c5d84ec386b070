//! Numbers of runs: a template, counted per order (R-CORE-102).

use engine::{Cx, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{RUN_NO_DUPLICATE, RUN_NO_TOO_LONG, RunNo};
use crate::work_order::WorkOrder;

/// A text with `{woNo}` and `{seq}` or `{seq:03}` in it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Template(String);

impl Template {
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.replace("{woNo}", "");
        let counts = rest.matches("{seq").count();
        let whole = counts == 1 && width(text).is_some();
        let others = rest.matches('{').count() > counts || text.chars().any(char::is_control);
        if !whole || others || text.chars().count() > RunNo::MAX {
            return Err("give one {seq} or {seq:03}, and {woNo} if numbers of other orders could be the same".into());
        }
        Ok(Template(text.to_string()))
    }

    /// The number of an order's n-th run.
    fn render(&self, wo_no: &str, seq: i64) -> String {
        let Some((start, end, digits)) = width(&self.0) else { return self.0.clone() };
        let counted = format!("{}{seq:0digits$}{}", &self.0[..start], &self.0[end..]);
        counted.replace("{woNo}", wo_no)
    }
}

/// Where the counter stands in a template, and its least number of digits.
fn width(text: &str) -> Option<(usize, usize, usize)> {
    let start = text.find("{seq")?;
    let end = start + text[start..].find('}')? + 1;
    let inside = &text[start + 4..end - 1];
    let digits = match inside.strip_prefix(":0") {
        None if inside.is_empty() => 1,
        Some(digits) => digits.parse().ok().filter(|n| (1..=9).contains(n))?,
        None => return None,
    };
    Some((start, end, digits))
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Template::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

engine::settings! {
    /// How runs are numbered: {woNo} is the order, {seq:03} counts its runs
    pub RUN_NUMBER_TEMPLATE: Template = "run.numberTemplate", default Template("RUN-{woNo}-{seq:03}".into());
}

/// Numbers of one's own that stand in the way of the counter are passed over, at most this many.
const PASSED_OVER: i64 = 1000;

/// The number of the next run of an order and the counter's value; a given one must be free.
pub fn next(cx: &Cx<'_>, order: &WorkOrder, given: Option<&RunNo>) -> Result<(RunNo, i64)> {
    if let Some(no) = given {
        return match is_taken(cx, no)? {
            true => Err(RUN_NO_DUPLICATE.with("run", no).into()),
            false => Ok((no.clone(), order.run_seq)),
        };
    }
    let template = cx.setting(&RUN_NUMBER_TEMPLATE)?;
    let mut last = None;
    for seq in order.run_seq + 1..=order.run_seq + PASSED_OVER {
        let text = template.render(order.wo_no.as_str(), seq);
        let no = RunNo::parse(&text).map_err(|_| RUN_NO_TOO_LONG.with("run", &text).with("max", RunNo::MAX))?;
        if !is_taken(cx, &no)? {
            return Ok((no, seq));
        }
        last = Some(no);
    }
    Err(RUN_NO_DUPLICATE.with("run", last).into())
}

fn is_taken(cx: &Cx<'_>, no: &RunNo) -> Result<bool> {
    cx.exists(sql!("select id from run where run_key = $1"), p![no.key()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_102_a_number_is_the_template_with_order_and_counter() {
        let number = |template: &str, seq| Template::parse(template).unwrap().render("WO-1", seq);
        assert_eq!(number("RUN-{woNo}-{seq:03}", 7), "RUN-WO-1-007");
        assert_eq!(number("RUN-{woNo}-{seq:03}", 1234), "RUN-WO-1-1234");
        assert_eq!(number("{seq}/{woNo}", 7), "7/WO-1");
    }

    #[test]
    fn r_core_102_a_template_counts_once_and_knows_no_other_words() {
        for wrong in ["RUN-{woNo}", "{seq}{seq}", "{seq:3}", "{seq:00}", "{line}-{seq}", "{seq", ""] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
