//! Quantities: exact decimals with twelve digits before and six after the point, held as millionths.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Field, Result, Value};

const ONE: i64 = 1_000_000;
const LIMIT: i64 = 1_000_000_000_000;

/// An exact amount; `Qty` knows no float.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Qty(i64);

impl Qty {
    pub const ZERO: Qty = Qty(0);

    pub const fn millionths(n: i64) -> Self {
        Qty(n)
    }

    pub const fn whole(n: i64) -> Self {
        Qty(n * ONE)
    }

    pub const fn as_millionths(self) -> i64 {
        self.0
    }

    /// The whole part, towards minus infinity: how many complete boards an amount allows.
    pub const fn floor(self) -> i64 {
        self.0.div_euclid(ONE)
    }

    /// The sum, or `None` beyond twelve digits.
    pub fn plus(self, other: Qty) -> Option<Qty> {
        self.0.checked_add(other.0).filter(|n| n.abs() < LIMIT * ONE).map(Qty)
    }

    /// `numerator / denominator` rounded half up to six places; `None` when the denominator is not positive or it does not fit.
    pub fn ratio(numerator: Qty, denominator: Qty) -> Option<Qty> {
        if denominator.0 <= 0 {
            return None;
        }
        let scaled = i128::from(numerator.0) * i128::from(ONE);
        let half_up = (2 * scaled + i128::from(denominator.0)).div_euclid(2 * i128::from(denominator.0));
        i64::try_from(half_up).ok().filter(|n| n.abs() < LIMIT * ONE).map(Qty)
    }

    /// Parse `"100.5"`: at most twelve digits before and six after the point, no exponent.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trouble = || format!("{text:?} is not a decimal with at most 12 digits before and 6 after the point");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let digits_only = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits_only(whole) || !digits_only(part) {
            return Err(trouble());
        }
        let whole = whole.trim_start_matches('0');
        let part = part.trim_end_matches('0');
        if whole.len() > 12 || part.len() > 6 {
            return Err(trouble());
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| trouble())? };
        let part: i64 = format!("{part:0<6}").parse().map_err(|_| trouble())?;
        Ok(Qty(sign * (whole * ONE + part)))
    }
}

impl fmt::Display for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / ONE as u64, self.0.unsigned_abs() % ONE as u64);
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{}", format!("{part:06}").trim_end_matches('0'))
    }
}

impl Serialize for Qty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Qty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;
        impl serde::de::Visitor<'_> for Amount {
            type Value = Qty;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal as text, or a number of at most 15 digits")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Qty, E> {
                Qty::parse(text.trim()).map_err(E::custom)
            }
            fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Qty, E> {
                Qty::parse(&n.to_string()).map_err(E::custom)
            }
            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Qty, E> {
                Qty::parse(&n.to_string()).map_err(E::custom)
            }
            fn visit_f64<E: serde::de::Error>(self, x: f64) -> Result<Qty, E> {
                let text = x.to_string();
                if text.bytes().filter(u8::is_ascii_digit).count() > 15 {
                    return Err(E::custom("a number of more than 15 digits is not exact; send it as text"));
                }
                Qty::parse(&text).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Amount)
    }
}

impl JsonSchema for Qty {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Qty".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "number"],
            "pattern": "^-?[0-9]{1,12}(\\.[0-9]{1,6})?$",
            "description": "Exact decimal with at most 12 digits before and 6 after the point",
            "x-kind": "qty"
        })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Field for Qty {
    const COLUMN: &'static str = "integer";

    fn to_value(&self) -> Value {
        Value::Int(self.0)
    }

    fn from_value(value: Value) -> Result<Self> {
        i64::from_value(value).map(Qty)
    }

    fn shown(&self) -> serde_json::Value {
        self.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_stay_exact() {
        for text in ["100.5", "0", "-0.000001", "999999999999.999999", "7"] {
            assert_eq!(Qty::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Qty::parse("100.50").unwrap(), Qty::parse("100.5").unwrap());
        assert_eq!(Qty::parse("100.5").unwrap().floor(), 100);
        for text in ["", ".", "1e3", "1.0000001", "1000000000000", "abc", "+1", "1,5", "NaN"] {
            assert!(Qty::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_of_more_than_fifteen_digits_are_refused() {
        assert_eq!(serde_json::from_str::<Qty>("100.5").unwrap(), Qty::parse("100.5").unwrap());
        assert!(serde_json::from_str::<Qty>("99999999999.123456").is_err());
        assert!(serde_json::from_str::<Qty>("true").is_err());
    }

    #[test]
    fn r_core_031_a_ratio_is_numerator_over_denominator() {
        let one_third = Qty::ratio(Qty::whole(1), Qty::whole(3)).unwrap();
        assert_eq!(one_third.to_string(), "0.333333");
        assert_eq!(Qty::ratio(Qty::whole(2), Qty::millionths(500_000)).unwrap(), Qty::whole(4));
        assert_eq!(Qty::ratio(Qty::whole(2), Qty::ZERO), None);
    }
}
