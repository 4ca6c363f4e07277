//! Wrong sign-ins are slowed, per account and per address, in memory: whoever guesses waits longer each time. A try is
//! counted when it begins and given back when it was right, so that a thousand at once count as a thousand. What is
//! counted is bounded, and does not depend on whether an account exists.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// Most names that are kept in mind; beyond them the one that was heard of longest ago is forgotten.
const MOST: usize = 10_000;

/// How long a name is kept in mind after its last try.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Tries of one kind: how many are free, and how long the wait then grows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Tries that cost no wait.
    free: u32,
    /// The longest wait.
    longest: Duration,
}

/// Of an account: five, then 1 s, 2 s, 4 s … to five minutes.
pub(super) const OF_ACCOUNT: Pace = Pace { free: 5, longest: Duration::from_secs(300) };

/// Of an address, behind which a whole office may sit: twenty, then the same to fifteen minutes.
pub(super) const OF_ADDRESS: Pace = Pace { free: 20, longest: Duration::from_secs(900) };

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    last: Timestamp,
}

impl Tries {
    fn next(&self, pace: Pace) -> Timestamp {
        let Some(over) = self.count.checked_sub(pace.free) else { return self.last };
        let wait = Duration::from_secs(1 << over.min(20));
        self.last + wait.min(pace.longest)
    }
}

/// Who tried how often.
#[derive(Debug)]
pub(super) struct Throttle<K> {
    pace: Pace,
    tries: Mutex<HashMap<K, Tries>>,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    pub(super) fn new(pace: Pace) -> Throttle<K> {
        Throttle { pace, tries: Mutex::default() }
    }

    /// Counts a try, or says from when on there may be one.
    pub(super) fn begin(&self, name: &K, now: Timestamp) -> Result<(), Timestamp> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let before = tries.get(name).filter(|tries| now < tries.last + KEPT).copied();
        if let Some(next) = before.map(|tries| tries.next(self.pace)).filter(|next| *next > now) {
            return Err(next);
        }
        if tries.len() >= MOST && !tries.contains_key(name) {
            tries.retain(|_, tries| now < tries.last + KEPT);
            let oldest = tries.iter().min_by_key(|(_, tries)| tries.last).map(|(name, _)| name.clone());
            if let Some(oldest) = oldest.filter(|_| tries.len() >= MOST) {
                tries.remove(&oldest);
            }
        }
        let count = before.map_or(0, |tries| tries.count).saturating_add(1);
        tries.insert(name.clone(), Tries { count, last: now });
        Ok(())
    }

    /// It was right: nothing is held against that name any more.
    pub(super) fn clear(&self, name: &K) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// That one try was right; those before it count on.
    pub(super) fn give_back(&self, name: &K) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = tries.get_mut(name) {
            tries.count = tries.count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { free: 2, longest: Duration::from_secs(5) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_000_000 + seconds * 1000)
    }

    #[test]
    fn each_wrong_try_costs_more_up_to_an_end() {
        let throttle = Throttle::new(PACE);
        for (now, verdict) in [
            (0, Ok(())),
            (0, Ok(())),
            // One second after the second, then two, four, five, five.
            (0, Err(at(1))),
            (1, Ok(())),
            (2, Err(at(3))),
            (3, Ok(())),
            (6, Err(at(7))),
            (7, Ok(())),
            (11, Err(at(12))),
            (12, Ok(())),
            (16, Err(at(17))),
            (17, Ok(())),
            // Forgotten after an hour.
            (17 + 3600, Ok(())),
            (17 + 3600, Ok(())),
            (17 + 3600, Err(at(18 + 3600))),
        ] {
            assert_eq!(throttle.begin(&"ada", at(now)), verdict, "{now}");
        }
        assert_eq!(throttle.begin(&"ben", at(17 + 3600)), Ok(()), "another's tries are his own");
    }

    #[test]
    fn a_right_one_is_given_back_or_clears_all() {
        let throttle = Throttle::new(PACE);
        for _ in 0..10 {
            assert_eq!(throttle.begin(&1, at(0)), Ok(()));
            throttle.give_back(&1);
        }
        assert_eq!(throttle.begin(&1, at(0)), Ok(()));
        assert_eq!(throttle.begin(&1, at(0)), Ok(()));
        assert_eq!(throttle.begin(&1, at(0)), Err(at(1)));
        throttle.clear(&1);
        assert_eq!(throttle.begin(&1, at(0)), Ok(()));
    }

    #[test]
    fn what_is_kept_in_mind_is_bounded() {
        let throttle = Throttle::new(PACE);
        for name in 0..MOST + 10 {
            for _ in 0..2 {
                assert_eq!(throttle.begin(&name, at(i64::try_from(name).unwrap() / 10_000)), Ok(()));
            }
        }
        assert_eq!(throttle.tries.lock().unwrap().len(), MOST);
        // The newest is still known.
        assert!(throttle.begin(&(MOST + 9), at(1)).is_err());
    }
}
