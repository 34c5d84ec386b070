//! A histogram of durations: constant size, 1.6 % exact, cheap enough to keep one per thread.

use std::time::Duration;

/// Each power of two is divided into this many buckets.
const STEPS_BITS: u32 = 6;
const STEPS: usize = 1 << STEPS_BITS;
const BUCKETS: usize = (64 - STEPS_BITS as usize + 1) * STEPS;

/// How often which duration was seen.
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { buckets: vec![0; BUCKETS], count: 0, max: Duration::ZERO }
    }
}

impl Histogram {
    /// Notes one duration.
    pub fn note(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[bucket(nanos)] += 1;
        self.count += 1;
        self.max = self.max.max(duration);
    }

    /// Adds what another histogram has seen.
    pub fn take_in(&mut self, other: &Histogram) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many durations were noted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest, exactly.
    pub fn max(&self) -> Duration {
        self.max
    }

    /// The duration that `percent` of all did not exceed, at most 1.6 % too long; zero when nothing was noted.
    pub fn percentile(&self, percent: f64) -> Duration {
        let rank = ((percent / 100.0 * self.count as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_nanos(longest_of(index)).min(self.max);
            }
        }
        self.max
    }

    /// `p50 0.81 ms, p95 1.20 ms, p99 3.05 ms, max 9.77 ms, 12034 calls`
    pub fn summary(&self) -> String {
        let ms = |duration: Duration| format!("{:.2} ms", duration.as_secs_f64() * 1e3);
        let [p50, p95, p99] = [50.0, 95.0, 99.0].map(|percent| ms(self.percentile(percent)));
        format!("p50 {p50}, p95 {p95}, p99 {p99}, max {}, {} calls", ms(self.max), self.count)
    }
}

/// The bucket of a number: exact below 64, then 64 buckets for each power of two.
fn bucket(nanos: u64) -> usize {
    let halvings = (64 - nanos.leading_zeros()).saturating_sub(STEPS_BITS + 1);
    halvings as usize * STEPS + (nanos >> halvings) as usize
}

/// The largest number in a bucket.
fn longest_of(bucket: usize) -> u64 {
    let halvings = (bucket / STEPS).saturating_sub(1);
    let first = (bucket - halvings * STEPS) as u64;
    (((u128::from(first) + 1) << halvings) - 1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_in_its_bucket_within_one_64th() {
        for power in 0..64 {
            for nanos in [1u64 << power, (1 << power) + 1, (1u64 << power).wrapping_mul(2).wrapping_sub(1)] {
                let longest = longest_of(bucket(nanos));
                assert!(longest >= nanos && longest - nanos <= nanos / 64, "{nanos} {longest}");
                let is_last = longest == u64::MAX;
                assert!(is_last || bucket(longest + 1) == bucket(nanos) + 1, "{nanos} {longest}");
            }
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_of_a_thousand() {
        let (mut low, mut high) = (Histogram::default(), Histogram::default());
        (1..=500).for_each(|n| low.note(Duration::from_micros(n)));
        (501..=1000).for_each(|n| high.note(Duration::from_micros(n)));
        low.take_in(&high);
        let near = |percent, micros: f64| {
            let found = low.percentile(percent).as_nanos() as f64 / 1e3;
            assert!(found >= micros && found <= micros * 1.017, "p{percent}: {found}");
        };
        near(50.0, 500.0);
        near(95.0, 950.0);
        near(99.0, 990.0);
        assert_eq!(low.percentile(100.0), Duration::from_micros(1000));
        assert_eq!((low.count(), low.max()), (1000, Duration::from_micros(1000)));
    }

    #[test]
    fn nothing_noted_is_zero() {
        assert_eq!(Histogram::default().percentile(99.0), Duration::ZERO);
    }
}
