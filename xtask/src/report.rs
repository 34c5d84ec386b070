//! The benchmark report: every figure with its target and the ratio that judges it, for machines and for people.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::{Result, While};

/// What a number must keep to, inclusively.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Not below.
    AtLeast(f64),
    /// Not above.
    AtMost(f64),
}

impl Bound {
    /// Whether `number` keeps to it.
    pub fn holds(self, number: f64) -> bool {
        match self {
            Bound::AtLeast(least) => number >= least,
            Bound::AtMost(most) => number <= most,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::AtLeast(least) => write!(f, "≥ {}", plain(*least)),
            Bound::AtMost(most) => write!(f, "≤ {}", plain(*most)),
        }
    }
}

/// A comparison within one run, which a noisy machine cannot spoil.
pub struct Ratio {
    /// What was found.
    pub value: f64,
    /// What it must keep to.
    pub bound: Bound,
    /// What was divided by what, in words.
    pub of: String,
}

/// One figure of the performance table.
pub struct Row {
    /// Its number there, `1` or `1 p99`.
    pub figure: String,
    /// What was measured, in words.
    pub what: String,
    /// Every measurement; the report shows their median and spread.
    pub measured: Vec<f64>,
    /// The unit of the measurements and of the target.
    pub unit: &'static str,
    /// The target on the reference machine.
    pub target: Bound,
    /// The ratio that judges; without one the target itself does.
    pub ratio: Option<Ratio>,
}

impl Row {
    /// Whether the ratio, or else the target, is kept. A figure that was not measured is not met.
    pub fn is_met(&self) -> bool {
        match &self.ratio {
            Some(ratio) => ratio.bound.holds(ratio.value),
            None => median(&self.measured).is_some_and(|number| self.target.holds(number)),
        }
    }

    fn judged_by(&self) -> String {
        match &self.ratio {
            Some(ratio) => format!("{} {}", ratio.bound, ratio.of),
            None => "the target".into(),
        }
    }

    fn spread(&self) -> Option<(f64, f64)> {
        let low = self.measured.iter().copied().min_by(f64::total_cmp)?;
        let high = self.measured.iter().copied().max_by(f64::total_cmp)?;
        Some((low, high))
    }

    fn json(&self) -> Value {
        json!({
            "figure": self.figure,
            "what": self.what,
            "measured": median(&self.measured),
            "spread": self.spread().map(|(low, high)| [low, high]),
            "unit": self.unit,
            "target": self.target.to_string(),
            "ratio": self.ratio.as_ref().map(|ratio| ratio.value),
            "judged_by": self.judged_by(),
            "met": self.is_met(),
        })
    }

    fn markdown(&self) -> String {
        let measured = median(&self.measured).map_or("not measured".into(), plain);
        let spread = self.spread().map_or(String::new(), |(low, high)| format!("{} – {}", plain(low), plain(high)));
        let ratio = self.ratio.as_ref().map_or(String::new(), |ratio| plain(ratio.value));
        let met = if self.is_met() { "yes" } else { "**no**" };
        let cells = [
            &self.figure,
            &self.what,
            &measured,
            &spread,
            self.unit,
            &self.target.to_string(),
            &ratio,
            &self.judged_by(),
            met,
        ];
        format!("| {} |", cells.join(" | "))
    }
}

/// A whole run.
pub struct Report {
    /// The machine, see [`crate::machine::facts`].
    pub machine: Vec<(&'static str, String)>,
    /// The figures, in the order they are shown.
    pub rows: Vec<Row>,
}

impl Report {
    /// Writes `report.json` and `report.md` into `folder`, which is made when it is missing.
    pub fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).or_fail(format!("cannot make {}", folder.display()))?;
        let json = format!("{:#}\n", self.json());
        for (name, text) in [("report.json", json), ("report.md", self.markdown())] {
            let path = folder.join(name);
            std::fs::write(&path, text).or_fail(format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// `{"machine": {…}, "rows": [{figure, what, measured, spread, unit, target, ratio, judged_by, met}]}`
    pub fn json(&self) -> Value {
        let machine = self.machine.iter().map(|(name, value)| (name.to_string(), json!(value)));
        let machine: serde_json::Map<String, Value> = machine.collect();
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        json!({ "machine": machine, "rows": rows })
    }

    /// The same as a table.
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Benchmark\n\n");
        for (name, value) in &self.machine {
            let _ = writeln!(text, "- {name}: {value}");
        }
        text.push_str("\n| # | what | median | spread | unit | target | ratio | judged by | met |\n");
        text.push_str("|---|---|---|---|---|---|---|---|---|\n");
        for row in &self.rows {
            let _ = writeln!(text, "{}", row.markdown());
        }
        text
    }
}

/// The middle one, or the mean of the two in the middle.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    let is_odd = sorted.len() % 2 == 1;
    Some(if is_odd { upper } else { (sorted[middle - 1] + upper) / 2.0 })
}

/// A number with about three digits that matter: `6312`, `12.3`, `0.456`.
fn plain(number: f64) -> String {
    let decimals = match number.abs() {
        large if large >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        small if small >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{number:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let ceiling = Ratio { value: 0.4712, bound: Bound::AtLeast(0.45), of: "× the ceiling".into() };
        let tracking = Row {
            figure: "1".into(),
            what: "track-in + track-out, 64 clients".into(),
            measured: vec![6100.0, 5900.0, 6312.4],
            unit: "commands/s",
            target: Bound::AtLeast(6000.0),
            ratio: Some(ceiling),
        };
        let start = Row {
            figure: "8".into(),
            what: "start to first answer".into(),
            measured: vec![0.75],
            unit: "s",
            target: Bound::AtMost(0.5),
            ratio: None,
        };
        Report { machine: vec![("cores", "2".into())], rows: vec![tracking, start] }
    }

    #[test]
    fn the_table_is_for_people() {
        let told = "\
# Benchmark

- cores: 2

| # | what | median | spread | unit | target | ratio | judged by | met |
|---|---|---|---|---|---|---|---|---|
| 1 | track-in + track-out, 64 clients | 6100 | 5900 – 6312 | commands/s | ≥ 6000 | 0.471 | ≥ 0.45 × the ceiling | yes |
| 8 | start to first answer | 0.75 | 0.75 – 0.75 | s | ≤ 0.5 |  | the target | **no** |
";
        assert_eq!(report().markdown(), told);
    }

    #[test]
    fn the_json_is_for_machines() {
        let json = report().json();
        assert_eq!(json["machine"]["cores"], "2");
        assert_eq!(json["rows"][0]["measured"], 6100.0);
        assert_eq!(json["rows"][0]["met"], true);
        assert_eq!(json["rows"][1]["ratio"], Value::Null);
        assert_eq!(json["rows"][1]["judged_by"], "the target");
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        let mut row = report().rows.remove(1);
        row.measured.clear();
        assert!(!row.is_met());
        assert_eq!(row.json()["measured"], Value::Null);
    }

    #[test]
    fn bounds_are_inclusive_and_medians_are_in_the_middle() {
        assert!(Bound::AtLeast(2.0).holds(2.0) && Bound::AtMost(2.0).holds(2.0));
        assert!(!Bound::AtLeast(2.0).holds(1.9) && !Bound::AtMost(2.0).holds(2.1));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn both_files_are_written() {
        let folder = crate::postgres::private_folder("takt-report").unwrap();
        report().write(&folder.join("bench")).unwrap();
        assert!(folder.join("bench/report.json").exists() && folder.join("bench/report.md").exists());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
