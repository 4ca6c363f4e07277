//! One run of an escalation policy for one ticket: who is paged next, and when; who has it; whether the caller was
//! called back. Transitions take the old phase and give the new one; what they set in motion is decided in `case`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::desk::AgentKey;
use crate::clock::Timestamp;

/// A ticket's escalation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Where it stands.
    pub phase: Phase,
    /// When this run began.
    #[serde(default)]
    pub since: Timestamp,
    /// When the caller is next told that it is still being tried.
    pub tell_caller_at: Option<Timestamp>,
    /// When a caller last pushed it up the chain.
    pub pushed_at: Option<Timestamp>,
    /// Who had it before, or escalated it: told who takes it, since he may believe that it waits for him.
    #[serde(default)]
    pub passed_on: BTreeSet<AgentKey>,
    /// Whether the whole policy was gone through without anybody taking it: from then on mutes count no more.
    #[serde(default)]
    pub in_vain: bool,
}

impl Escalation {
    /// A run that begins.
    pub fn new(phase: Phase, now: Timestamp) -> Escalation {
        Escalation {
            phase,
            since: now,
            tell_caller_at: None,
            pushed_at: None,
            passed_on: BTreeSet::new(),
            in_vain: false,
        }
    }
}

/// A place in a policy: the step, within the cycle. `step` equal to the number of steps is the last resort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From 1.
    pub cycle: u32,
    /// From 0.
    pub step: usize,
}

impl Place {
    /// Where every run begins.
    pub const FIRST: Place = Place { cycle: 1, step: 0 };

    /// The place after this one in a policy of `steps` steps and `cycles` cycles: the next step, the next cycle, at
    /// the end of all cycles the last resort, and then it begins again.
    pub fn next(self, steps: usize, cycles: u32) -> Place {
        let last_of_cycle = self.step + 1 >= steps;
        if self.step >= steps {
            Place::FIRST
        } else if !last_of_cycle {
            Place { step: self.step + 1, ..self }
        } else if self.cycle < cycles {
            Place { cycle: self.cycle + 1, step: 0 }
        } else {
            Place { cycle: self.cycle, step: steps }
        }
    }

    /// Whether this is the last resort of a policy of `steps` steps.
    pub fn is_last_resort(self, steps: usize) -> bool {
        self.step >= steps
    }
}

/// Where an escalation stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The page leaves at `page_at`, or sooner if the caller is through.
    Waiting {
        /// 45 s after triage, or when cover resumes.
        page_at: Timestamp,
        /// When it would leave if somebody were there; before `page_at` where it waits for that. None where a program
        /// wrote it that did not tell the two apart.
        #[serde(default)]
        ready_at: Option<Timestamp>,
    },
    /// People are being tried.
    Paging {
        /// At which step.
        place: Place,
        /// When the next one begins.
        until: Timestamp,
    },
    /// Somebody has it, and owes the caller a call.
    Acknowledged {
        /// Who.
        by: AgentKey,
        /// Since when.
        at: Timestamp,
        /// At which step that was.
        place: Place,
        /// When the agent is reminded, or, once reminded, when the escalation starts again.
        limit: Timestamp,
        /// Whether the agent was reminded.
        reminded: bool,
    },
    /// The caller was called back.
    CalledBack {
        /// By whom.
        by: AgentKey,
        /// Since when it was theirs.
        at: Timestamp,
        /// At which step it had been taken.
        place: Place,
    },
    /// It is no longer urgent, by a person's word.
    Ended,
}

impl Phase {
    /// When time alone changes something.
    pub fn deadline(&self) -> Option<Timestamp> {
        match self {
            Phase::Waiting { page_at, .. } => Some(*page_at),
            Phase::Paging { until, .. } => Some(*until),
            Phase::Acknowledged { limit, .. } => Some(*limit),
            Phase::CalledBack { .. } | Phase::Ended => None,
        }
    }

    /// Who has it, and since when.
    pub fn held(&self) -> Option<(&AgentKey, Timestamp)> {
        match self {
            Phase::Acknowledged { by, at, .. } | Phase::CalledBack { by, at, .. } => Some((by, *at)),
            _ => None,
        }
    }

    /// The step that an escalation by a person's word leads to.
    pub fn place_after(&self, steps: usize, cycles: u32) -> Place {
        match self {
            Phase::Waiting { .. } | Phase::Ended => Place::FIRST,
            Phase::Paging { place, .. }
            | Phase::Acknowledged { place, .. }
            | Phase::CalledBack { place, .. } => place.next(steps, cycles),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_goes_through_its_steps_and_cycles_to_the_last_resort_and_begins_again() {
        let mut place = Place::FIRST;
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push((place.cycle, place.step));
            place = place.next(2, 2);
        }
        assert_eq!(seen, [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (1, 0)]);
    }

    #[test]
    fn a_policy_without_steps_is_its_last_resort() {
        assert!(Place::FIRST.is_last_resort(0));
        assert_eq!(Place::FIRST.next(0, 1), Place::FIRST);
    }
}
