//! Steps: says what is being done, how long it took, and stops at the first failure.

use std::time::{Duration, Instant};

use crate::{Failure, Result};

/// A numbered walk through named steps.
pub struct Steps {
    number: usize,
    total: usize,
    started: Instant,
}

impl Steps {
    /// A walk of `total` steps that starts now.
    pub fn of(total: usize) -> Steps {
        Steps { number: 0, total, started: Instant::now() }
    }

    /// Does one step and prints its duration; a failure names the step it happened in.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.number += 1;
        println!("\n── {}/{} {name}", self.number, self.total);
        let started = Instant::now();
        let outcome = work();
        let took = spoken(started.elapsed());
        match outcome {
            Ok(value) => {
                println!("   {name}: done in {took}");
                Ok(value)
            }
            Err(Failure(cause)) => {
                let (number, total) = (self.number, self.total);
                Err(Failure(format!("step {number}/{total} ({name}) failed after {took}: {cause}")))
            }
        }
    }

    /// How long the walk has taken so far.
    pub fn elapsed(&self) -> String {
        spoken(self.started.elapsed())
    }
}

/// A duration as people say it: `0.4 s`, `12.0 s`, `3 min 05 s`.
pub fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fail;

    #[test]
    fn durations_are_spoken() {
        assert_eq!(spoken(Duration::from_millis(430)), "0.4 s");
        assert_eq!(spoken(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn a_failure_names_its_step() {
        let mut steps = Steps::of(2);
        assert_eq!(steps.step("one", || Ok(1)).unwrap(), 1);
        let failure = steps.step("two", || fail::<()>("the disk is full")).unwrap_err();
        assert!(failure.0.starts_with("step 2/2 (two) failed after"), "{failure}");
        assert!(failure.0.ends_with("the disk is full"), "{failure}");
    }
}
