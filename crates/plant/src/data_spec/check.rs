//! Whether what a data spec says of itself can be true (R-CORE-150).

use kernel::{Refusal, Result};

use super::judge::compile;
use super::{DATA_SPEC_LIMITS_INVALID, DATA_SPEC_TRIGGER_MISMATCH, DataType, Frozen, TriggerType};

/// Refuse contradictory limits, an alarm inside the limits, a pattern that does not compile, and limits the type cannot have.
pub(super) fn limits(name: &str, spec: &Frozen) -> Result<()> {
    match trouble(spec) {
        None => Ok(()),
        Some(problem) => Err(invalid(name, &problem).into()),
    }
}

/// Refuse a trigger whose rule is missing or does not belong to it.
pub(super) fn trigger(name: &str, spec: &Frozen) -> Result<()> {
    let rule = spec.trigger_rule.as_ref();
    let (event, minutes) = (rule.and_then(|r| r.event), rule.and_then(|r| r.every_minutes));
    let fits = match spec.trigger_type {
        TriggerType::Event => event.is_some() && minutes.is_none(),
        TriggerType::Time => event.is_none() && minutes.is_some_and(|m| (1..=MINUTES_MAX).contains(&m)),
        TriggerType::EachUnit | TriggerType::EachCarrier => event.is_none() && minutes.is_none(),
    };
    if fits {
        return Ok(());
    }
    Err(DATA_SPEC_TRIGGER_MISMATCH.with("name", name).with("trigger", spec.trigger_type).into())
}

/// The longest interval between two values: a week.
const MINUTES_MAX: u32 = 7 * 24 * 60;
/// The most decimals shown, allowed texts, and characters of a pattern, a text or a unit.
const DECIMALS_MAX: u8 = 12;
const ALLOWED_MAX: usize = 200;
const TEXT_MAX: usize = 500;
const UNIT_MAX: usize = 20;

fn invalid(name: &str, problem: &str) -> Refusal {
    DATA_SPEC_LIMITS_INVALID.with("name", name).with("problem", problem)
}

fn trouble(spec: &Frozen) -> Option<String> {
    let limits = &spec.spec;
    let (min, max) = spec.alarm.as_ref().map_or((None, None), |alarm| (alarm.min, alarm.max));
    let numbers = [limits.lsl, limits.usl, limits.target, min, max];
    let is_number = spec.data_type == DataType::Number;
    let above = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| a > b);
    let listed = limits.allowed.as_deref().unwrap_or_default();
    let says = |trouble: bool, problem: &str| trouble.then(|| problem.to_string());
    None.or(says(numbers.iter().flatten().any(|x| !x.is_finite()), "a limit is not a finite number"))
        .or(says(!is_number && numbers.iter().any(Option::is_some), "only numbers have numeric limits"))
        .or(says(
            !is_number && (limits.unit.is_some() || limits.decimals.is_some()),
            "only numbers have a unit and decimals",
        ))
        .or(says(above(limits.lsl, limits.usl), "lsl lies above usl"))
        .or(says(
            above(limits.lsl, limits.target) || above(limits.target, limits.usl),
            "target lies outside the limits",
        ))
        .or(says(above(min, max), "the alarm's min lies above its max"))
        .or(says(above(min, limits.lsl) || above(limits.usl, max), "an alarm limit lies inside the limits"))
        .or(says(above(min, limits.usl) || above(limits.lsl, max), "an alarm limit lies beyond the other limit"))
        .or(says(limits.decimals.is_some_and(|n| n > DECIMALS_MAX), "more than 12 decimals"))
        .or(says(
            limits.unit.as_ref().is_some_and(|u| u.trim().is_empty() || u.chars().count() > UNIT_MAX),
            "a unit has 1 to 20 characters",
        ))
        .or(says(limits.pattern.is_some() && spec.data_type != DataType::Text, "only texts have a pattern"))
        .or(says(
            limits.allowed.is_some() && matches!(spec.data_type, DataType::Number | DataType::Json),
            "only texts and booleans have allowed values",
        ))
        .or(says(limits.allowed.is_some() && listed.is_empty(), "no value would be allowed"))
        .or(says(
            listed.len() > ALLOWED_MAX || listed.iter().any(|t| t.chars().count() > TEXT_MAX),
            "too many or too long allowed values",
        ))
        .or(says(
            spec.data_type == DataType::Boolean && listed.iter().any(|t| t != "true" && t != "false"),
            "a boolean is true or false",
        ))
        .or(says(limits.pattern.as_ref().is_some_and(|p| p.chars().count() > TEXT_MAX), "the pattern is too long"))
        .or_else(|| {
            limits.pattern.as_deref().and_then(|p| compile(p).err()).map(|e| format!("the pattern is wrong: {e}"))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn frozen(data_type: &str, spec: Json, alarm: Json) -> Frozen {
        let text = json!({
            "name": "x", "revision": 1, "itemType": "KEY", "dataType": data_type, "method": "MANUAL",
            "allowManualFallback": false, "triggerType": "EACH_UNIT", "spec": spec, "alarm": alarm, "isRequired": true,
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn r_core_150_contradictory_limits_are_refused() {
        let alarm = |min: Json, max: Json| json!({ "min": min, "max": max, "action": "HOLD" });
        let good = [
            ("NUMBER", json!({ "lsl": 240, "usl": 250, "target": 245, "unit": "°C" }), alarm(json!(235), json!(255))),
            ("NUMBER", json!({ "min": 240, "max": 250 }), alarm(json!(240), json!(250))),
            ("NUMBER", json!({ "lsl": 5, "usl": 5 }), Json::Null),
            ("NUMBER", json!({}), alarm(Json::Null, Json::Null)),
            ("TEXT", json!({ "pattern": "FW[0-9]+", "allowed": ["FW1"] }), Json::Null),
            ("BOOLEAN", json!({ "allowed": ["true"] }), alarm(Json::Null, Json::Null)),
            ("JSON", json!({}), Json::Null),
        ];
        for (data_type, spec, alarm) in good {
            assert_eq!(trouble(&frozen(data_type, spec.clone(), alarm)), None, "{data_type} {spec}");
        }
        let bad = [
            ("NUMBER", json!({ "lsl": 250, "usl": 240 }), Json::Null),
            ("NUMBER", json!({ "max": 1, "min": 2 }), Json::Null),
            ("NUMBER", json!({ "lsl": 1, "usl": 2, "target": 3 }), Json::Null),
            ("NUMBER", json!({ "lsl": 240, "usl": 250 }), alarm(json!(241), json!(255))),
            ("NUMBER", json!({ "lsl": 240, "usl": 250 }), alarm(json!(235), json!(249))),
            ("NUMBER", json!({ "usl": 250 }), alarm(json!(251), Json::Null)),
            ("NUMBER", json!({}), alarm(json!(2), json!(1))),
            ("NUMBER", json!({ "pattern": "a" }), Json::Null),
            ("NUMBER", json!({ "allowed": ["1"] }), Json::Null),
            ("NUMBER", json!({ "decimals": 13 }), Json::Null),
            ("NUMBER", json!({ "unit": " " }), Json::Null),
            ("TEXT", json!({ "pattern": "[a" }), Json::Null),
            ("TEXT", json!({ "pattern": "a)(b" }), Json::Null),
            ("TEXT", json!({ "allowed": [] }), Json::Null),
            ("TEXT", json!({ "lsl": 1 }), Json::Null),
            ("TEXT", json!({}), alarm(json!(1), Json::Null)),
            ("TEXT", json!({ "unit": "mm" }), Json::Null),
            ("BOOLEAN", json!({ "allowed": ["yes"] }), Json::Null),
            ("JSON", json!({ "allowed": ["x"] }), Json::Null),
        ];
        for (data_type, spec, alarm) in bad {
            assert!(trouble(&frozen(data_type, spec.clone(), alarm)).is_some(), "{data_type} {spec}");
        }
    }

    #[test]
    fn r_core_150_a_trigger_has_the_rule_that_belongs_to_it() {
        let of = |kind: &str, rule: Json| {
            let mut spec = frozen("NUMBER", json!({}), Json::Null);
            spec.trigger_type = TriggerType::parse(kind).unwrap();
            spec.trigger_rule = serde_json::from_value(rule).unwrap();
            trigger("x", &spec).is_ok()
        };
        assert!(of("EVENT", json!({ "event": "TRACK_OUT" })));
        assert!(of("TIME", json!({ "everyMinutes": 60 })));
        assert!(of("EACH_UNIT", Json::Null) && of("EACH_CARRIER", json!({})));
        assert!(!of("EVENT", Json::Null) && !of("EVENT", json!({ "everyMinutes": 1 })));
        assert!(!of("TIME", json!({ "everyMinutes": 0 })) && !of("TIME", Json::Null));
        assert!(!of("EACH_UNIT", json!({ "everyMinutes": 5 })));
    }
}
