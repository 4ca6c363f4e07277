//! Whether a carrier is worth trying: after several failures in a row its pages go to the next carrier, and from time
//! to time one request finds out whether it is back. A pure machine; the time is passed in.

use std::time::Duration;

use crate::clock::Timestamp;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// The time within which they count together.
const WINDOW: Duration = Duration::from_secs(60);
/// How long it stays open before one request tries again; also how long that one may take.
const PAUSE: Duration = Duration::from_secs(15);

/// The state of one carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// In order, but for some failures just now.
    Closed {
        /// How many in a row.
        failures: u32,
        /// When the first of them was.
        first: Timestamp,
    },
    /// Out of order.
    Open {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// One request is finding out.
    Trying {
        /// When another may, should that one never return.
        until: Timestamp,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Breaker::Closed { failures: 0, first: Timestamp(0) }
    }
}

impl Breaker {
    /// Whether requests pass freely.
    pub fn is_closed(&self) -> bool {
        matches!(self, Breaker::Closed { .. })
    }

    /// Whether [`Breaker::pass`] would let a request through.
    pub fn would_pass(&self, now: Timestamp) -> bool {
        match self {
            Breaker::Closed { .. } => true,
            // An end further away than a pause was set before the clock was set back.
            Breaker::Open { until } | Breaker::Trying { until } => now >= *until || *until > now + PAUSE,
        }
    }

    /// Lets a request through, or not; the first one after a pause is the one that finds out.
    pub fn pass(&mut self, now: Timestamp) -> bool {
        let passes = self.would_pass(now);
        if passes && !self.is_closed() {
            *self = Breaker::Trying { until: now + PAUSE };
        }
        passes
    }

    /// Takes note of how a request went.
    pub fn record(&mut self, failed: bool, now: Timestamp) {
        *self = match (&*self, failed) {
            (_, false) => Breaker::default(),
            (Breaker::Closed { failures, first }, true) => {
                let together = *failures > 0 && now >= *first && now.since(*first) <= WINDOW;
                let (failures, first) = if together { (failures + 1, *first) } else { (1, now) };
                if failures >= FAILURES {
                    Breaker::Open { until: now + PAUSE }
                } else {
                    Breaker::Closed { failures, first }
                }
            }
            // Stragglers of the outage do not prolong it; the one that tried does.
            (Breaker::Open { until }, true) => Breaker::Open { until: *until },
            (Breaker::Trying { .. }, true) => Breaker::Open { until: now + PAUSE },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    enum Step {
        Fails,
        Works,
        Passes(bool),
    }
    use Step::{Fails, Passes, Works};

    fn play(story: &str, steps: &[(u64, Step)]) {
        let mut breaker = Breaker::default();
        for (second, step) in steps {
            let now = Timestamp(1_800_000_000_000) + Duration::from_secs(*second);
            match step {
                Fails => breaker.record(true, now),
                Works => breaker.record(false, now),
                Passes(expected) => {
                    assert_eq!(breaker.pass(now), *expected, "{story}: at {second} s, {breaker:?}")
                }
            }
        }
    }

    #[test]
    fn it_opens_tries_and_closes() {
        play(
            "four failures are not enough",
            &[(0, Fails), (1, Fails), (2, Fails), (3, Fails), (4, Passes(true))],
        );
        play(
            "a success in between starts the count again",
            &[(0, Fails), (1, Fails), (2, Fails), (3, Fails), (4, Works), (5, Fails), (6, Passes(true))],
        );
        play(
            "failures far apart do not add up",
            &[(0, Fails), (1, Fails), (2, Fails), (3, Fails), (61, Fails), (62, Passes(true))],
        );
        let out = || vec![(0, Fails), (0, Fails), (0, Fails), (0, Fails), (0, Fails), (14, Passes(false))];
        let then = |more: Vec<(u64, Step)>| out().into_iter().chain(more).collect::<Vec<_>>();
        play("it opens, and after the pause one tries", &then(vec![(15, Passes(true)), (16, Passes(false))]));
        play(
            "the one that tried works",
            &then(vec![(15, Passes(true)), (16, Works), (16, Passes(true)), (16, Passes(true))]),
        );
        play(
            "the one that tried fails",
            &then(vec![(15, Passes(true)), (20, Fails), (34, Passes(false)), (35, Passes(true))]),
        );
        play(
            "the one that tried never returns",
            &then(vec![(15, Passes(true)), (29, Passes(false)), (30, Passes(true)), (31, Passes(false))]),
        );
        play("stragglers do not prolong it", &then(vec![(14, Fails), (15, Passes(true))]));
        play("a late success closes it", &then(vec![(5, Works), (6, Passes(true)), (6, Passes(true))]));
    }

    #[test]
    fn a_clock_set_back_does_not_keep_it_open() {
        let mut breaker = Breaker::default();
        let day_after = Timestamp(1_800_086_400_000);
        for _ in 0..FAILURES {
            breaker.record(true, day_after);
        }
        assert!(!breaker.would_pass(day_after));
        assert!(breaker.pass(day_after - Duration::from_secs(86_400)));
    }
}
