//! Guards are asked in two ways: for the first that fails, or for all of them.

use kernel::{Error, Refusal, RefusalDef, Result};

use crate::cx::Cx;
use crate::registry::GatePoint;

/// What a condition turns into when it does not hold: a word, or a word with facts made only then.
pub trait Otherwise {
    fn refusal(self) -> Refusal;
}

impl Otherwise for &'static RefusalDef {
    fn refusal(self) -> Refusal {
        self.into()
    }
}

impl Otherwise for Refusal {
    fn refusal(self) -> Refusal {
        self
    }
}

impl<F: FnOnce() -> Refusal> Otherwise for F {
    fn refusal(self) -> Refusal {
        self()
    }
}

/// A walk through the guards of a command, in the rule's order.
pub struct Ask {
    all: bool,
    blockers: Vec<Refusal>,
}

impl Ask {
    /// Leave at the first guard that fails; this is how a command runs.
    pub fn first() -> Self {
        Ask { all: false, blockers: Vec::new() }
    }

    /// Note every guard that fails; this is how buttons and dry runs ask.
    pub fn all() -> Self {
        Ask { all: true, blockers: Vec::new() }
    }

    /// What the rest stands on; without it the list ends here.
    pub fn need<T>(&mut self, found: Option<T>, otherwise: impl Otherwise) -> Result<T> {
        match found {
            Some(found) => Ok(found),
            None => Err(otherwise.refusal().into()),
        }
    }

    /// A condition of the rule.
    pub fn that(&mut self, holds: bool, otherwise: impl Otherwise) -> Result<()> {
        if holds {
            return Ok(());
        }
        self.refuse(otherwise.refusal())
    }

    /// A part of the rule that answers with a refusal of its own.
    pub fn part(&mut self, answer: Result<()>) -> Result<()> {
        match answer {
            Err(Error::Refused(refusal)) => self.refuse(*refusal),
            other => other,
        }
    }

    /// A part that answers with something the rest can do without while asking for all; hand it to `got` at the end.
    pub fn try_for<T>(&mut self, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(Error::Refused(refusal)) => self.refuse(*refusal).map(|()| None),
            Err(other) => Err(other),
        }
    }

    /// The end of the list: what was tried for, or the refusal that was noted for its absence.
    pub fn got<T>(&mut self, part: Option<T>) -> Result<T> {
        match (part, self.blockers.pop()) {
            (Some(found), blocker) => {
                self.blockers.extend(blocker);
                Ok(found)
            }
            (None, Some(blocker)) => Err(blocker.into()),
            (None, None) => Err(Error::fault("a part is missing and nothing was noted")),
        }
    }

    /// What other slices have to say at this place.
    pub fn gate<S: 'static>(
        &mut self,
        cx: &Cx<'_>,
        point: &GatePoint<S>,
        subject: &S,
    ) -> Result<Vec<serde_json::Value>> {
        let mut evidence = Vec::new();
        for gate in cx.registry().gates_at(point) {
            let verdict = gate(cx, subject)?;
            evidence.extend(verdict.evidence);
            for refusal in verdict.refusals {
                self.refuse(refusal)?;
            }
        }
        Ok(evidence)
    }

    /// What was noted while asking for all.
    pub fn into_blockers(self) -> Vec<Refusal> {
        self.blockers
    }

    /// Add what ended the list.
    pub fn note(&mut self, refusal: Refusal) {
        self.blockers.push(refusal);
    }

    fn refuse(&mut self, refusal: Refusal) -> Result<()> {
        if !self.all {
            return Err(refusal.into());
        }
        self.blockers.push(refusal);
        Ok(())
    }
}
