//! A value as the type its spec asks for (R-CORE-151), a number in the spec's unit (R-CORE-152).

use kernel::Refusal;
use serde_json::Value as Json;

use super::units::convert;
use super::{DataType, Frozen, Judge};

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

/// The value as the type the spec asks for.
pub(super) fn typed(spec: &Frozen, given: &Given<'_>) -> Result<Measured, JudgeError> {
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

/// Specs and values for tests of this folder.
#[cfg(test)]
pub(super) mod samples {
    use super::super::{ItemType, Limits, Method, TriggerType};
    use super::*;

    pub fn spec(data_type: DataType, limits: Limits) -> Frozen {
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

    pub fn number(x: f64) -> Given<'static> {
        Given { number: Some(x), ..Given::default() }
    }

    pub fn text(text: &str) -> Given<'_> {
        Given { text: Some(text), ..Given::default() }
    }

    pub fn truth(truth: bool) -> Given<'static> {
        Given { boolean: Some(truth), ..Given::default() }
    }

    pub fn json(json: &Json) -> Given<'_> {
        Given { json: Some(json), ..Given::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::samples::*;
    use super::*;

    fn of(data_type: DataType) -> Frozen {
        spec(data_type, Limits::default())
    }

    fn invalid(spec: &Frozen, given: &Given<'_>) -> bool {
        matches!(typed(spec, given), Err(JudgeError::Invalid(_)))
    }

    #[test]
    fn r_core_151_numbers_are_finite_and_numeric_through_and_through() {
        for (given, expected) in
            [("245", 245.0), (" -12.50 ", -12.5), ("+3", 3.0), ("1.2E-3", 0.0012), (".5", 0.5), ("0", 0.0), ("-0", 0.0)]
        {
            assert_eq!(typed(&of(DataType::Number), &text(given)), Ok(Measured::Number(expected)), "{given}");
        }
        for wrong in
            ["abc", "12abc", "12 34", "1,5", "", " ", "NaN", "inf", "infinity", "0x10", "1e999", "１２", "--1", "1e"]
        {
            assert!(invalid(&of(DataType::Number), &text(wrong)), "{wrong}");
        }
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(invalid(&of(DataType::Number), &number(wrong)), "{wrong}");
        }
        assert!(invalid(&of(DataType::Number), &truth(true)));
        assert!(invalid(&of(DataType::Number), &json(&245.into())));
    }

    #[test]
    fn r_core_151_a_value_is_given_once_and_in_one_way() {
        assert_eq!(typed(&of(DataType::Number), &Given::default()), Err(JudgeError::Invalid("missing")));
        assert!(invalid(&of(DataType::Number), &Given { text: Some("245"), ..number(245.0) }));
        let refusal = typed(&of(DataType::Number), &Given::default()).unwrap_err().refusal("Peak");
        assert_eq!((refusal.def.code, refusal.kind.status()), ("DATA_VALUE_INVALID", 422));
    }

    #[test]
    fn r_core_151_texts_are_texts_of_at_most_4000_characters() {
        let free = of(DataType::Text);
        assert_eq!(typed(&free, &text("好")), Ok(Measured::Text("好".into())));
        assert!(typed(&free, &text(&"长".repeat(4000))).is_ok());
        assert!(invalid(&free, &text(&"长".repeat(4001))));
        assert!(invalid(&free, &text("a\0b")));
        assert!(invalid(&free, &number(1.0)), "a number is no text");
    }

    #[test]
    fn r_core_151_truth_is_true_or_false_and_nothing_else() {
        let free = of(DataType::Boolean);
        assert_eq!(typed(&free, &text("false")), Ok(Measured::Boolean(false)));
        assert_eq!(typed(&free, &text("true")), Ok(Measured::Boolean(true)));
        assert_eq!(typed(&free, &truth(false)), Ok(Measured::Boolean(false)));
        for wrong in ["False", "0", "yes", "", " true"] {
            assert!(invalid(&free, &text(wrong)), "{wrong:?}");
        }
        assert!(invalid(&free, &number(1.0)));
    }

    #[test]
    fn r_core_151_json_is_bounded() {
        let free = of(DataType::Json);
        let curve = serde_json::json!({ "zone": [1, 2, 3] });
        assert_eq!(typed(&free, &json(&curve)), Ok(Measured::Json(curve.clone())));
        let (fits, long) = (Json::from("x".repeat(JSON_MAX - 2)), Json::from("x".repeat(JSON_MAX - 1)));
        assert!(typed(&free, &json(&fits)).is_ok(), "64 KiB with its quotes");
        assert!(invalid(&free, &json(&long)));
        assert!(invalid(&free, &text("{}")));
    }
}
