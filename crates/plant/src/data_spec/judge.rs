//! Judging a value: its limits, the machine's own word, its alarm (R-CORE-152, R-CORE-153). Pure: what follows is the caller's.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use regex::Regex;

use super::value::typed;
use super::{AlarmAction, Frozen, ItemType, Judge, Limits};

pub use super::value::{Given, JudgeError, Measured};

/// What a value is worth and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub value: Measured,
    pub judge: Judge,
    pub alarmed: bool,
    /// What the alarm does; none unless `alarmed`.
    pub action: Option<AlarmAction>,
}

impl Judged {
    /// Whether the value turns the result of its board into FAIL: a key characteristic judged FAIL, or an alarm that says so.
    pub fn fails(&self, item: ItemType) -> bool {
        let key_failed = item == ItemType::Key && self.judge == Judge::Fail;
        key_failed || self.action == Some(AlarmAction::Fail)
    }

    /// Whether the board is held after it left the station.
    pub fn holds_unit(&self) -> bool {
        matches!(self.action, Some(AlarmAction::Hold | AlarmAction::HoldRun))
    }

    /// Whether the run is held as well.
    pub fn holds_run(&self) -> bool {
        self.action == Some(AlarmAction::HoldRun)
    }
}

/// Judge a value by its frozen spec.
///
/// Limits are inclusive; without any the value is not judged (NA). A machine that says FAIL makes it FAIL. The alarm sounds
/// outside its own limits, or, when it has none, whenever the value is judged FAIL.
pub fn judge(spec: &Frozen, given: &Given<'_>) -> Result<Judged, JudgeError> {
    let value = typed(spec, given)?;
    let own = within(&spec.spec, &value);
    let judge = if given.device_judge == Some(Judge::Fail) { Judge::Fail } else { own };
    let alarm = spec.alarm.as_ref().filter(|alarm| match (&value, alarm.min, alarm.max) {
        (Measured::Number(x), min, max) if min.is_some() || max.is_some() => !between(*x, min, max),
        _ => judge == Judge::Fail,
    });
    Ok(Judged { judge, alarmed: alarm.is_some(), action: alarm.map(|a| a.action), value })
}

/// What the limits say of a value; both ends belong to the good side.
fn within(limits: &Limits, value: &Measured) -> Judge {
    let good = match value {
        Measured::Number(x) if limits.lsl.is_some() || limits.usl.is_some() => between(*x, limits.lsl, limits.usl),
        Measured::Text(text) if limits.pattern.is_some() || limits.allowed.is_some() => {
            limits.pattern.as_deref().is_none_or(|p| matches(p, text)) && allowed(limits, text)
        }
        Measured::Boolean(truth) if limits.allowed.is_some() => allowed(limits, if *truth { "true" } else { "false" }),
        _ => return Judge::Na,
    };
    if good { Judge::Pass } else { Judge::Fail }
}

fn between(x: f64, from: Option<f64>, to: Option<f64>) -> bool {
    from.is_none_or(|from| from <= x) && to.is_none_or(|to| x <= to)
}

fn allowed(limits: &Limits, text: &str) -> bool {
    limits.allowed.as_ref().is_none_or(|texts| texts.iter().any(|t| t == text))
}

/// Patterns compiled so far, at most.
const PATTERNS_KEPT: usize = 1000;

/// Whether a text matches a pattern in full. Patterns are checked when a spec is saved; one that does not compile matches nothing.
fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> = LazyLock::new(Mutex::default);
    let compiled = {
        let mut kept = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.len() >= PATTERNS_KEPT && !kept.contains_key(pattern) {
            kept.clear();
        }
        kept.entry(pattern.to_string()).or_insert_with(|| compile(pattern).ok().map(Arc::new)).clone()
    };
    compiled.is_some_and(|regex| regex.is_match(text))
}

/// A pattern that matches a text in full; the error says what is wrong with it.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let build = |text: &str| regex::RegexBuilder::new(text).size_limit(1 << 20).build();
    // By itself first: `a)(b` closes and opens the brackets around it.
    let regex = build(pattern).and_then(|_| build(&format!(r"\A(?:{pattern})\z")));
    regex.map_err(|e| e.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_string())
}

#[cfg(test)]
mod tests {
    use super::super::value::samples::*;
    use super::super::{Alarm, DataType};
    use super::*;

    /// Peak 240–250 °C, KEY, alarm 235–255 HOLD: the example of the rule.
    fn peak() -> Frozen {
        let limits = Limits { lsl: Some(240.0), usl: Some(250.0), unit: Some("°C".into()), ..Limits::default() };
        let alarm = Alarm { min: Some(235.0), max: Some(255.0), action: AlarmAction::Hold };
        Frozen { alarm: Some(alarm), ..spec(DataType::Number, limits) }
    }

    #[test]
    fn r_core_152_limits_are_inclusive_and_compare_exactly() {
        let cases = [
            (239.9, Judge::Fail, false),
            (239.999_999_999, Judge::Fail, false),
            (240.0, Judge::Pass, false),
            (245.0, Judge::Pass, false),
            (250.0, Judge::Pass, false),
            (250.1, Judge::Fail, false),
            (255.0, Judge::Fail, false),
            (255.000_1, Judge::Fail, true),
            (256.0, Judge::Fail, true),
            (235.0, Judge::Fail, false),
            (234.0, Judge::Fail, true),
        ];
        for (x, expected, alarmed) in cases {
            let judged = judge(&peak(), &number(x)).unwrap();
            assert_eq!((judged.judge, judged.alarmed), (expected, alarmed), "{x}");
            assert_eq!(judged.action, alarmed.then_some(AlarmAction::Hold), "{x}");
        }
    }

    #[test]
    fn r_core_153_what_follows_from_a_value() {
        let ok = judge(&peak(), &number(250.0)).unwrap();
        assert!(!ok.fails(ItemType::Key) && !ok.holds_unit());
        let out = judge(&peak(), &number(250.1)).unwrap();
        assert!(out.fails(ItemType::Key) && !out.holds_unit(), "FAIL, not alarmed");
        let far = judge(&peak(), &number(256.0)).unwrap();
        assert!(far.holds_unit() && !far.holds_run(), "alarmed, on hold");
        let seen = Frozen { item_type: ItemType::Observation, alarm: None, ..peak() };
        let high = judge(&seen, &number(300.0)).unwrap();
        assert_eq!(high.judge, Judge::Fail);
        assert!(!high.fails(seen.item_type), "an observation never fails its board");
        let device = Given { device_judge: Some(Judge::Fail), ..number(245.0) };
        assert_eq!(judge(&peak(), &device).unwrap().judge, Judge::Fail, "the machine says FAIL");
    }

    #[test]
    fn r_core_153_each_alarm_action_has_its_effect() {
        let acts = |action| {
            let alarm = Some(Alarm { min: None, max: Some(255.0), action });
            let judged = judge(&Frozen { alarm, item_type: ItemType::Observation, ..peak() }, &number(256.0)).unwrap();
            (judged.fails(ItemType::Observation), judged.holds_unit(), judged.holds_run())
        };
        assert_eq!(acts(AlarmAction::AlarmOnly), (false, false, false));
        assert_eq!(acts(AlarmAction::Fail), (true, false, false));
        assert_eq!(acts(AlarmAction::Hold), (false, true, false));
        assert_eq!(acts(AlarmAction::HoldRun), (false, true, true));
    }

    #[test]
    fn r_core_153_an_alarm_without_limits_follows_the_judge() {
        let alarm = Some(Alarm { min: None, max: None, action: AlarmAction::AlarmOnly });
        let spec = Frozen { alarm, ..peak() };
        assert!(judge(&spec, &number(250.1)).unwrap().alarmed);
        assert!(!judge(&spec, &number(250.0)).unwrap().alarmed);
        let device = Given { device_judge: Some(Judge::Fail), ..number(245.0) };
        assert!(judge(&spec, &device).unwrap().alarmed);
        assert!(!judge(&Frozen { alarm: None, ..peak() }, &number(999.0)).unwrap().alarmed, "no alarm is declared");
    }

    #[test]
    fn r_core_152_without_limits_nothing_is_judged_but_the_machine_can_fail_it() {
        let free = spec(DataType::Number, Limits::default());
        assert_eq!(judge(&free, &number(7.0)).unwrap().judge, Judge::Na);
        for (said, expected) in [(Judge::Fail, Judge::Fail), (Judge::Pass, Judge::Na), (Judge::Na, Judge::Na)] {
            let given = Given { device_judge: Some(said), ..number(7.0) };
            assert_eq!(judge(&free, &given).unwrap().judge, expected);
        }
        let passed = Given { device_judge: Some(Judge::Pass), ..number(260.0) };
        assert_eq!(judge(&peak(), &passed).unwrap().judge, Judge::Fail, "the machine's PASS does not widen our limits");
    }

    #[test]
    fn r_core_152_one_sided_limits_judge_one_side() {
        let at_least = spec(DataType::Number, Limits { lsl: Some(0.0), ..Limits::default() });
        assert_eq!(judge(&at_least, &number(-0.0)).unwrap().judge, Judge::Pass);
        assert_eq!(judge(&at_least, &number(1e300)).unwrap().judge, Judge::Pass);
        assert_eq!(judge(&at_least, &number(-1e-300)).unwrap().judge, Judge::Fail);
    }

    #[test]
    fn r_core_152_texts_match_their_pattern_in_full_and_the_allowed_list() {
        let judged = |limits: &Limits, t: &str| judge(&spec(DataType::Text, limits.clone()), &text(t)).unwrap().judge;
        let pattern = Limits { pattern: Some("FW[0-9]+|TEST".into()), ..Limits::default() };
        assert_eq!(judged(&pattern, "FW12"), Judge::Pass);
        assert_eq!(judged(&pattern, "TEST"), Judge::Pass);
        for wrong in ["xFW12", "FW12x", "FW", "fw12", "FW12\n", ""] {
            assert_eq!(judged(&pattern, wrong), Judge::Fail, "{wrong:?}");
        }
        let listed = Limits { allowed: Some(vec!["OK".into(), "良".into()]), ..Limits::default() };
        assert_eq!(judged(&listed, "良"), Judge::Pass);
        assert_eq!(judged(&listed, "ok"), Judge::Fail);
        let both = Limits { allowed: Some(vec!["FW1".into()]), ..pattern };
        assert_eq!((judged(&both, "FW1"), judged(&both, "FW2")), (Judge::Pass, Judge::Fail));
        assert_eq!(judged(&Limits::default(), "anything"), Judge::Na);
    }

    #[test]
    fn r_core_152_booleans_have_allowed_values_and_json_is_never_judged() {
        let good = spec(DataType::Boolean, Limits { allowed: Some(vec!["true".into()]), ..Limits::default() });
        assert_eq!(judge(&good, &truth(true)).unwrap().judge, Judge::Pass);
        assert_eq!(judge(&good, &truth(false)).unwrap().judge, Judge::Fail);
        let curve = serde_json::json!([1, 2]);
        assert_eq!(judge(&spec(DataType::Json, Limits::default()), &json(&curve)).unwrap().judge, Judge::Na);
    }

    #[test]
    fn r_core_152_numbers_are_judged_in_the_units_of_their_spec() {
        let in_unit = |x: f64, unit: &'static str| judge(&peak(), &Given { unit: Some(unit), ..number(x) });
        assert_eq!(in_unit(482.0, "°F").unwrap().value, Measured::Number(250.0));
        assert_eq!(in_unit(482.0, "°F").unwrap().judge, Judge::Pass, "exactly on the limit");
        assert_eq!(in_unit(482.2, "°F").unwrap().judge, Judge::Fail);
        assert_eq!(in_unit(245.0, "").unwrap().judge, Judge::Pass, "without a unit it is in the spec's");
        let wrong = in_unit(245.0, "mm").unwrap_err();
        assert_eq!(wrong, JudgeError::Unit { given: "mm".into(), wanted: "°C".into() });
        let refusal = wrong.refusal("Peak");
        assert_eq!((refusal.def.code, refusal.kind.status()), ("DATA_UNIT_MISMATCH", 422));
        let unitless = spec(DataType::Number, Limits::default());
        let given = Given { unit: Some("mm"), ..number(1.0) };
        assert!(matches!(judge(&unitless, &given), Err(JudgeError::Unit { .. })), "there is nothing to convert into");
    }
}
