//! Judging a value: its type, its unit, its limits, its alarm (R-CORE-151…153). Pure: what follows is the caller's.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use kernel::Refusal;
use regex::Regex;
use serde_json::Value as Json;

use super::units::convert;
use super::{AlarmAction, DataType, Frozen, ItemType, Judge, Limits};

kernel::refusals! {
    /// Value missing or of wrong type
    DATA_VALUE_INVALID: Unprocessable (name, problem);
    /// Measurement unit not convertible
    DATA_UNIT_MISMATCH: Unprocessable (name, unit, wanted);
}

/// The most characters of a text value.
pub const TEXT_MAX: usize = 4000;
/// The most bytes of a JSON value.
pub const JSON_MAX: usize = 64 * 1024;

/// A value as a person or machine gave it; exactly one of the four kinds is there. A machine's number may come as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'g> {
    pub number: Option<f64>,
    pub text: Option<&'g str>,
    pub boolean: Option<bool>,
    pub json: Option<&'g Json>,
    /// The unit of a number; without one it is in the spec's unit.
    pub unit: Option<&'g str>,
    /// What the machine itself says of the value.
    pub device_judge: Option<Judge>,
}

/// A value of the type its spec asks for; a number is in the spec's unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    Number(f64),
    Text(String),
    Boolean(bool),
    Json(Json),
}

/// What a value is worth and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub value: Measured,
    pub judge: Judge,
    pub alarmed: bool,
    /// What the alarm does; none unless `alarmed`.
    pub action: Option<AlarmAction>,
}

/// Why a value cannot be judged.
#[derive(Clone, Debug, PartialEq)]
pub enum JudgeError {
    /// Missing, of another type, too long or not finite; says which.
    Invalid(&'static str),
    /// In a unit that does not convert into the spec's.
    Unit { given: String, wanted: String },
}

impl JudgeError {
    /// The refusal for the value of a spec: 422 `DATA_VALUE_INVALID` or `DATA_UNIT_MISMATCH`.
    pub fn refusal(self, name: &str) -> Refusal {
        match self {
            JudgeError::Invalid(problem) => DATA_VALUE_INVALID.with("name", name).with("problem", problem),
            JudgeError::Unit { given, wanted } => {
                DATA_UNIT_MISMATCH.with("name", name).with("unit", given).with("wanted", wanted)
            }
        }
    }
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

/// The value as the type the spec asks for (R-CORE-151), a number in the spec's unit (R-CORE-152).
fn typed(spec: &Frozen, given: &Given<'_>) -> Result<Measured, JudgeError> {
    let kinds = [given.number.is_some(), given.text.is_some(), given.boolean.is_some(), given.json.is_some()];
    match kinds.iter().filter(|there| **there).count() {
        1 => {}
        0 => return Err(JudgeError::Invalid("missing")),
        _ => return Err(JudgeError::Invalid("given in more than one way")),
    }
    match spec.data_type {
        DataType::Number => {
            let number = match (given.number, given.text) {
                (Some(number), _) => number,
                (_, Some(text)) => numeric(text).ok_or(JudgeError::Invalid("not a number"))?,
                _ => return Err(JudgeError::Invalid("not a number")),
            };
            let number = in_unit(number, given.unit, spec.spec.unit.as_deref())?;
            if !number.is_finite() {
                return Err(JudgeError::Invalid("not a finite number"));
            }
            // Zero has one sign, so that two equal values are written alike.
            Ok(Measured::Number(if number == 0.0 { 0.0 } else { number }))
        }
        DataType::Text => {
            let text = given.text.ok_or(JudgeError::Invalid("not a text"))?;
            if text.chars().count() > TEXT_MAX {
                return Err(JudgeError::Invalid("longer than 4000 characters"));
            }
            if text.contains('\0') {
                return Err(JudgeError::Invalid("contains a null character"));
            }
            Ok(Measured::Text(text.to_string()))
        }
        DataType::Boolean => {
            let said = match given.text {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            };
            given.boolean.or(said).map(Measured::Boolean).ok_or(JudgeError::Invalid("neither true nor false"))
        }
        DataType::Json => {
            let json = given.json.ok_or(JudgeError::Invalid("not JSON"))?;
            if json.to_string().len() > JSON_MAX {
                return Err(JudgeError::Invalid("larger than 64 KiB"));
            }
            Ok(Measured::Json(json.clone()))
        }
    }
}

/// A device string that is a number through and through: `-12.5`, `1.2E-3`; not `12abc`, `1,5`, `NaN` or `inf`.
fn numeric(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|_| plain)
}

/// A number in the spec's unit. A spec without a unit has none to convert into.
fn in_unit(number: f64, given: Option<&str>, wanted: Option<&str>) -> Result<f64, JudgeError> {
    let Some(given) = given.map(str::trim).filter(|unit| !unit.is_empty()) else { return Ok(number) };
    let wanted = wanted.unwrap_or_default();
    let mismatch = || JudgeError::Unit { given: given.to_string(), wanted: wanted.to_string() };
    convert(number, given, wanted).ok_or_else(mismatch)
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
    use serde_json::json;

    use super::super::{Alarm, Method, TriggerType};
    use super::*;

    fn spec(data_type: DataType, limits: Limits) -> Frozen {
        Frozen {
            name: "Peak".into(),
            revision: 1,
            item_type: ItemType::Key,
            data_type,
            method: Method::Auto,
            allow_manual_fallback: true,
            trigger_type: TriggerType::EachUnit,
            trigger_rule: None,
            spec: limits,
            alarm: None,
            is_required: true,
        }
    }

    /// Peak 240–250 °C, KEY, alarm 235–255 HOLD: the example of the rule.
    fn peak() -> Frozen {
        let limits = Limits { lsl: Some(240.0), usl: Some(250.0), unit: Some("°C".into()), ..Limits::default() };
        let alarm = Alarm { min: Some(235.0), max: Some(255.0), action: AlarmAction::Hold };
        Frozen { alarm: Some(alarm), ..spec(DataType::Number, limits) }
    }

    fn number(x: f64) -> Given<'static> {
        Given { number: Some(x), ..Given::default() }
    }

    fn text(text: &str) -> Given<'_> {
        Given { text: Some(text), ..Given::default() }
    }

    fn invalid(spec: &Frozen, given: &Given<'_>) -> bool {
        matches!(judge(spec, given), Err(JudgeError::Invalid(_)))
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
    fn r_core_151_numbers_are_finite_and_numeric_through_and_through() {
        for (given, expected) in
            [("245", 245.0), (" -12.50 ", -12.5), ("+3", 3.0), ("1.2E-3", 0.0012), (".5", 0.5), ("0", 0.0), ("-0", 0.0)]
        {
            let judged = judge(&spec(DataType::Number, Limits::default()), &text(given)).unwrap();
            assert_eq!(judged.value, Measured::Number(expected), "{given}");
        }
        for wrong in
            ["abc", "12abc", "12 34", "1,5", "", " ", "NaN", "inf", "infinity", "0x10", "1e999", "１２", "--1", "1e"]
        {
            assert!(invalid(&peak(), &text(wrong)), "{wrong}");
        }
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(invalid(&peak(), &number(wrong)), "{wrong}");
        }
        assert!(invalid(&peak(), &Given { boolean: Some(true), ..Given::default() }));
        assert!(invalid(&peak(), &Given { json: Some(&json!(245)), ..Given::default() }));
    }

    #[test]
    fn r_core_151_a_value_is_given_once_and_in_one_way() {
        assert_eq!(judge(&peak(), &Given::default()), Err(JudgeError::Invalid("missing")));
        assert!(invalid(&peak(), &Given { text: Some("245"), ..number(245.0) }));
        let refusal = judge(&peak(), &Given::default()).unwrap_err().refusal("Peak");
        assert_eq!((refusal.def.code, refusal.kind.status()), ("DATA_VALUE_INVALID", 422));
    }

    #[test]
    fn r_core_151_texts_are_texts_of_at_most_4000_characters() {
        let free = spec(DataType::Text, Limits::default());
        assert_eq!(judge(&free, &text("好")).unwrap().value, Measured::Text("好".into()));
        assert!(judge(&free, &text(&"长".repeat(4000))).is_ok());
        assert!(invalid(&free, &text(&"长".repeat(4001))));
        assert!(invalid(&free, &text("a\0b")));
        assert!(invalid(&free, &number(1.0)), "a number is no text");
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
    fn r_core_151_truth_is_true_or_false_and_nothing_else() {
        let free = spec(DataType::Boolean, Limits::default());
        assert_eq!(judge(&free, &text("false")).unwrap().value, Measured::Boolean(false));
        assert_eq!(judge(&free, &text("true")).unwrap().value, Measured::Boolean(true));
        let given = Given { boolean: Some(false), ..Given::default() };
        assert_eq!(judge(&free, &given).unwrap().value, Measured::Boolean(false));
        for wrong in ["False", "0", "yes", "", " true"] {
            assert!(invalid(&free, &text(wrong)), "{wrong:?}");
        }
        assert!(invalid(&free, &number(1.0)));
        let good = spec(DataType::Boolean, Limits { allowed: Some(vec!["true".into()]), ..Limits::default() });
        assert_eq!(judge(&good, &given).unwrap().judge, Judge::Fail);
    }

    #[test]
    fn r_core_151_json_is_bounded_and_never_judged() {
        let free = spec(DataType::Json, Limits::default());
        let curve = json!({ "zone": [1, 2, 3] });
        let given = Given { json: Some(&curve), ..Given::default() };
        let judged = judge(&free, &given).unwrap();
        assert_eq!((judged.judge, judged.value), (Judge::Na, Measured::Json(curve.clone())));
        let long = json!("x".repeat(JSON_MAX));
        assert!(invalid(&free, &Given { json: Some(&long), ..Given::default() }));
        assert!(invalid(&free, &text("{}")));
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
