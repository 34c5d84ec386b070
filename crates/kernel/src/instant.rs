//! Points in time (milliseconds since 1970, UTC) and calendar days.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Field, Result, Value};

/// A point in time to the millisecond; written as RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Instant(i64);

impl Instant {
    pub const fn from_ms(ms: i64) -> Self {
        Instant(ms)
    }

    pub const fn ms(self) -> i64 {
        self.0
    }

    pub const fn plus_ms(self, ms: i64) -> Self {
        Instant(self.0.saturating_add(ms))
    }

    /// Whole seconds from `earlier` to this point; negative when it lies after.
    pub const fn seconds_since(self, earlier: Instant) -> i64 {
        (self.0 - earlier.0).div_euclid(1000)
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| format!("{text:?} is not an RFC 3339 time"))?;
        Ok(Instant(timestamp.as_millisecond()))
    }

    /// The calendar day in a zone, for per-day numbers and shift days.
    pub fn day_in(self, zone: &jiff::tz::TimeZone) -> Day {
        let timestamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Day(timestamp.to_zoned(zone.clone()).date())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Beyond what a calendar can write, the last time it can: a text that fails would be a panic.
        let end = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let timestamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(end);
        write!(f, "{timestamp:.3}")
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Instant::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Field for Instant {
    const COLUMN: &'static str = "integer";

    fn to_value(&self) -> Value {
        Value::Int(self.0)
    }

    fn from_value(value: Value) -> Result<Self> {
        i64::from_value(value).map(Instant)
    }

    fn shown(&self) -> serde_json::Value {
        self.to_string().into()
    }
}

/// A calendar day, `2026-11-20`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(jiff::civil::Date);

impl Day {
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse().map(Day).map_err(|_| format!("{text:?} is not a day like 2026-11-20"))
    }

    /// `20261120`, as numbers carry it.
    pub fn compact(self) -> String {
        self.0.strftime("%Y%m%d").to_string()
    }

    /// The day that lies `days` later.
    pub fn plus_days(self, days: i32) -> Self {
        Day(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// The instant at which the day begins in a zone.
    pub fn starts_in(self, zone: &jiff::tz::TimeZone) -> Instant {
        let start = self.0.to_zoned(zone.clone()).map(|z| z.timestamp().as_millisecond());
        Instant(start.unwrap_or_default())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Day::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Field for Day {
    const COLUMN: &'static str = "text";

    fn to_value(&self) -> Value {
        Value::Text(self.to_string())
    }

    fn from_value(value: Value) -> Result<Self> {
        Day::parse(&String::from_value(value)?).map_err(Error::fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_utc_with_milliseconds() {
        let at = Instant::parse("2026-11-20T08:30:00.5+08:00").unwrap();
        assert_eq!(at.to_string(), "2026-11-20T00:30:00.500Z");
        assert!(Instant::parse("2026-11-20").is_err());
        let last = Instant::parse("9999-12-30T22:00:00Z").unwrap();
        assert_eq!(last.plus_ms(i64::MAX).to_string(), "9999-12-30T22:00:00.999Z", "what comes after has no name");
        assert!(Instant::from_ms(i64::MIN).to_string().starts_with("-009999-"));
    }

    #[test]
    fn a_day_is_the_day_of_the_plant() {
        let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        let late = Instant::parse("2026-11-20T17:00:00Z").unwrap();
        assert_eq!(late.day_in(&shanghai).to_string(), "2026-11-21");
        assert_eq!(late.day_in(&shanghai).starts_in(&shanghai).to_string(), "2026-11-20T16:00:00.000Z");
    }
}
