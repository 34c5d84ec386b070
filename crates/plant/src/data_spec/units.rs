//! Units of measurement: the ones electronics floors use, and exact conversion between those of one kind (R-CORE-152).
//!
//! A value is a decimal as it was written, and every factor is a fraction, so that a value on a limit stays on the limit
//! after conversion: 0.29 m is 29 cm and not 28.999999999999996 cm.

/// What a unit measures; only units of one kind convert into each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Length,
    Temperature,
    Time,
    Voltage,
    Current,
    Resistance,
    Capacitance,
    Power,
    Frequency,
    Mass,
    Force,
    Pressure,
    Speed,
    Torque,
    Share,
}

/// One unit: its spellings, and how it becomes the base unit of its kind: `(x + shift) × factor`.
struct Unit {
    names: &'static [&'static str],
    kind: Kind,
    factor: Ratio,
    shift: Ratio,
}

/// A fraction; the denominator is positive.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Ratio(i128, i128);

const fn unit(names: &'static [&'static str], kind: Kind, over: i128, under: i128) -> Unit {
    Unit { names, kind, factor: Ratio(over, under), shift: Ratio(0, 1) }
}

const fn shifted(names: &'static [&'static str], kind: Kind, factor: Ratio, shift: Ratio) -> Unit {
    Unit { names, kind, factor, shift }
}

/// Base units: µm, °C, ms, µV, nA, mΩ, pF, mW, Hz, mg, cN, Pa, µm/s, mN·m, ppm.
const UNITS: &[Unit] = &[
    unit(&["nm"], Kind::Length, 1, 1000),
    unit(&["µm", "\u{3bc}m", "um"], Kind::Length, 1, 1),
    unit(&["mm"], Kind::Length, 1000, 1),
    unit(&["cm"], Kind::Length, 10_000, 1),
    unit(&["m"], Kind::Length, 1_000_000, 1),
    unit(&["mil"], Kind::Length, 254, 10),
    unit(&["inch", "in", "\""], Kind::Length, 25_400, 1),
    unit(&["°C", "℃", "degC", "C"], Kind::Temperature, 1, 1),
    shifted(&["°F", "℉", "degF", "F"], Kind::Temperature, Ratio(5, 9), Ratio(-32, 1)),
    shifted(&["K"], Kind::Temperature, Ratio(1, 1), Ratio(-27_315, 100)),
    unit(&["µs", "\u{3bc}s", "us"], Kind::Time, 1, 1000),
    unit(&["ms"], Kind::Time, 1, 1),
    unit(&["s", "sec"], Kind::Time, 1000, 1),
    unit(&["min"], Kind::Time, 60_000, 1),
    unit(&["h", "hr"], Kind::Time, 3_600_000, 1),
    unit(&["µV", "\u{3bc}V", "uV"], Kind::Voltage, 1, 1),
    unit(&["mV"], Kind::Voltage, 1000, 1),
    unit(&["V"], Kind::Voltage, 1_000_000, 1),
    unit(&["kV"], Kind::Voltage, 1_000_000_000, 1),
    unit(&["nA"], Kind::Current, 1, 1),
    unit(&["µA", "\u{3bc}A", "uA"], Kind::Current, 1000, 1),
    unit(&["mA"], Kind::Current, 1_000_000, 1),
    unit(&["A"], Kind::Current, 1_000_000_000, 1),
    unit(&["mΩ", "m\u{2126}", "mohm", "mOhm"], Kind::Resistance, 1, 1),
    unit(&["Ω", "\u{2126}", "ohm", "Ohm"], Kind::Resistance, 1000, 1),
    unit(&["kΩ", "k\u{2126}", "kohm", "kOhm"], Kind::Resistance, 1_000_000, 1),
    unit(&["MΩ", "M\u{2126}", "Mohm", "MOhm"], Kind::Resistance, 1_000_000_000, 1),
    unit(&["pF"], Kind::Capacitance, 1, 1),
    unit(&["nF"], Kind::Capacitance, 1000, 1),
    unit(&["µF", "\u{3bc}F", "uF"], Kind::Capacitance, 1_000_000, 1),
    unit(&["mW"], Kind::Power, 1, 1),
    unit(&["W"], Kind::Power, 1000, 1),
    unit(&["Hz"], Kind::Frequency, 1, 1),
    unit(&["kHz"], Kind::Frequency, 1000, 1),
    unit(&["MHz"], Kind::Frequency, 1_000_000, 1),
    unit(&["mg"], Kind::Mass, 1, 1),
    unit(&["g"], Kind::Mass, 1000, 1),
    unit(&["kg"], Kind::Mass, 1_000_000, 1),
    unit(&["cN"], Kind::Force, 1, 1),
    unit(&["N"], Kind::Force, 100, 1),
    unit(&["gf"], Kind::Force, 980_665, 1_000_000),
    unit(&["kgf"], Kind::Force, 980_665, 1000),
    unit(&["Pa"], Kind::Pressure, 1, 1),
    unit(&["kPa"], Kind::Pressure, 1000, 1),
    unit(&["MPa"], Kind::Pressure, 1_000_000, 1),
    unit(&["mbar", "hPa"], Kind::Pressure, 100, 1),
    unit(&["bar"], Kind::Pressure, 100_000, 1),
    unit(&["mm/s"], Kind::Speed, 1000, 1),
    unit(&["mm/min"], Kind::Speed, 1000, 60),
    unit(&["cm/min"], Kind::Speed, 10_000, 60),
    unit(&["m/min"], Kind::Speed, 1_000_000, 60),
    unit(&["mN·m", "mNm"], Kind::Torque, 1, 1),
    unit(&["cN·m", "cNm"], Kind::Torque, 10, 1),
    unit(&["N·m", "Nm"], Kind::Torque, 1000, 1),
    unit(&["ppm"], Kind::Share, 1, 1),
    unit(&["%"], Kind::Share, 10_000, 1),
    unit(&["ratio", "1"], Kind::Share, 1_000_000, 1),
];

/// A value given in one unit, in another; `None` when they are not of one kind. Units nobody knows convert only into themselves.
pub fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    let (from, to) = (from.trim(), to.trim());
    if from == to {
        return Some(value);
    }
    let (from, to) = (find(from)?, find(to)?);
    if from.kind != to.kind {
        return None;
    }
    Some(exactly(value, from, to).unwrap_or_else(|| roughly(value, from, to)))
}

fn find(name: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.names.contains(&name))
}

/// In whole numbers; `None` when they grow too long.
fn exactly(value: f64, from: &Unit, to: &Unit) -> Option<f64> {
    let base = decimal(value)?.plus(from.shift)?.times(from.factor)?;
    base.times(Ratio(to.factor.1, to.factor.0))?.plus(Ratio(-to.shift.0, to.shift.1))?.nearest()
}

fn roughly(value: f64, from: &Unit, to: &Unit) -> f64 {
    let real = |ratio: Ratio| ratio.0 as f64 / ratio.1 as f64;
    (value + real(from.shift)) * real(from.factor) / real(to.factor) - real(to.shift)
}

/// The decimal a double was written as.
fn decimal(value: f64) -> Option<Ratio> {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let number: i128 = format!("{whole}{part}").parse().ok()?;
    let exponent = exponent - i32::try_from(part.len()).ok()?;
    let power = 10i128.checked_pow(exponent.unsigned_abs())?;
    if exponent < 0 { Ratio(number, power).reduced() } else { Ratio(number.checked_mul(power)?, 1).reduced() }
}

impl Ratio {
    fn plus(self, other: Ratio) -> Option<Ratio> {
        let over = self.0.checked_mul(other.1)?.checked_add(other.0.checked_mul(self.1)?)?;
        Ratio(over, self.1.checked_mul(other.1)?).reduced()
    }

    fn times(self, other: Ratio) -> Option<Ratio> {
        Ratio(self.0.checked_mul(other.0)?, self.1.checked_mul(other.1)?).reduced()
    }

    fn reduced(self) -> Option<Ratio> {
        let (mut a, mut b) = (self.0.unsigned_abs(), self.1.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = i128::try_from(a).ok()?.max(1);
        Some(Ratio(self.0 / divisor, self.1 / divisor))
    }

    /// The double nearest to the fraction; `None` when a part does not fit into one exactly.
    fn nearest(self) -> Option<f64> {
        const EXACT: u128 = 1 << 53;
        let fits = self.0.unsigned_abs() <= EXACT && self.1.unsigned_abs() <= EXACT;
        fits.then(|| self.0 as f64 / self.1 as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_152_units_of_one_kind_convert_exactly() {
        let cases = [
            (0.29, "m", "cm", 29.0),
            (0.07, "mm", "µm", 70.0),
            (1.0, "inch", "mm", 25.4),
            (25.4, "mm", "inch", 1.0),
            (5.0, "mil", "µm", 127.0),
            (4.5, "mil", "mm", 0.1143),
            (482.0, "°F", "°C", 250.0),
            (250.0, "°C", "°F", 482.0),
            (245.0, "℃", "°C", 245.0),
            (523.15, "K", "°C", 250.0),
            (-40.0, "degF", "degC", -40.0),
            (90.0, "s", "min", 1.5),
            (1.5, "h", "min", 90.0),
            (0.85, "s", "ms", 850.0),
            (3300.0, "mV", "V", 3.3),
            (0.0033, "kV", "V", 3.3),
            (1234.0, "μA", "mA", 1.234),
            (0.5, "A", "mA", 500.0),
            (4.7, "kΩ", "ohm", 4700.0),
            (1.0, "MΩ", "kohm", 1000.0),
            (0.25, "kg", "g", 250.0),
            (0.35, "N", "cN", 35.0),
            (100.0, "gf", "cN", 98.0665),
            (12.5, "%", "ratio", 0.125),
            (0.997, "ratio", "%", 99.7),
            (250.0, "ppm", "%", 0.025),
            (1.2, "m/min", "mm/s", 20.0),
            (0.6, "N·m", "cNm", 60.0),
            (0.1, "µF", "nF", 100.0),
            (0.0, "°F", "K", 255.37222222222223),
        ];
        for (value, from, to, expected) in cases {
            assert_eq!(convert(value, from, to), Some(expected), "{value} {from} in {to}");
        }
    }

    #[test]
    fn r_core_152_units_of_other_kinds_or_unknown_ones_do_not_convert() {
        for (from, to) in
            [("mm", "°C"), ("V", "A"), ("g", "N"), ("furlong", "mm"), ("mm", ""), ("mm", "MM"), ("%", "mm")]
        {
            assert_eq!(convert(1.0, from, to), None, "{from} in {to}");
        }
        assert_eq!(convert(7.0, " boards ", "boards"), Some(7.0), "what nobody knows is still itself");
    }

    #[test]
    fn very_large_and_very_small_values_convert_too() {
        assert_eq!(convert(1e300, "mm", "µm"), Some(1e303));
        assert_eq!(convert(0.1 + 0.2, "V", "mV"), Some((0.1 + 0.2) * 1000.0));
        let tiny = convert(1e-300, "µm", "mm").unwrap();
        assert!((tiny / 1e-303 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn every_spelling_names_one_unit() {
        let all: Vec<&str> = UNITS.iter().flat_map(|u| u.names.iter().copied()).collect();
        for name in &all {
            assert_eq!(all.iter().filter(|other| *other == name).count(), 1, "{name}");
            assert_eq!(convert(3.5, name, name), Some(3.5));
        }
    }
}
