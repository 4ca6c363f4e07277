//! What this process notes in memory and keeps with a heartbeat: when carriers were heard of, and on which days tokens were
//! used. Neither a webhook nor a request waits for a row to be written, and few rows are written: a carrier's once a
//! minute at most, a token's once a day.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// A carrier's row is written no sooner after it was written.
const KEPT_EACH: Duration = Duration::from_secs(60);

/// What is noted and not kept yet, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// Carriers, by name, and when they were heard of last.
    pub(super) heard: Vec<(String, Timestamp)>,
    /// Tokens, by their hashes, and when they were used.
    pub(super) used: Vec<(String, Timestamp)>,
}

/// What this process has noted.
#[derive(Debug, Default)]
pub(super) struct Noted(Mutex<Both>);

#[derive(Debug, Default)]
struct Both {
    heard: BTreeMap<String, Heard>,
    used: BTreeMap<String, Used>,
}

#[derive(Debug)]
struct Heard {
    at: Timestamp,
    /// What is kept of it, and since when.
    kept: Option<(Timestamp, Timestamp)>,
}

#[derive(Debug)]
struct Used {
    at: Timestamp,
    /// The use that was kept last.
    kept: Option<Timestamp>,
}

impl Noted {
    fn lock(&self) -> MutexGuard<'_, Both> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What earlier processes heard.
    pub(super) fn begin(&self, heard: Vec<(String, Timestamp)>) {
        let known = |(carrier, at)| (carrier, Heard { at, kept: Some((at, at)) });
        self.lock().heard = heard.into_iter().map(known).collect();
    }

    /// A carrier is heard of.
    pub(super) fn hears(&self, carrier: &str, at: Timestamp) {
        let mut both = self.lock();
        let heard = both.heard.entry(carrier.to_owned()).or_insert(Heard { at, kept: None });
        heard.at = heard.at.max(at);
    }

    /// When a carrier was heard of last.
    pub(super) fn heard(&self, carrier: &str) -> Option<Timestamp> {
        self.lock().heard.get(carrier).map(|heard| heard.at)
    }

    /// A token is used.
    pub(super) fn uses(&self, token: &str, at: Timestamp) {
        let mut both = self.lock();
        let used = both.used.entry(token.to_owned()).or_insert(Used { at, kept: None });
        used.at = used.at.max(at);
    }

    /// What is to be kept now.
    pub(super) fn due(&self, now: Timestamp) -> Due {
        let both = self.lock();
        let heard = both.heard.iter().filter(|(_, heard)| match heard.kept {
            None => true,
            Some((kept, since)) => kept < heard.at && since + KEPT_EACH <= now,
        });
        let used = both.used.iter().filter(|(_, used)| used.kept.is_none_or(|kept| day(kept) < day(used.at)));
        Due {
            heard: heard.map(|(carrier, heard)| (carrier.clone(), heard.at)).collect(),
            used: used.map(|(token, used)| (token.clone(), used.at)).collect(),
        }
    }

    /// It is kept.
    pub(super) fn kept(&self, due: &Due, now: Timestamp) {
        let mut both = self.lock();
        for (carrier, at) in &due.heard {
            if let Some(heard) = both.heard.get_mut(carrier) {
                heard.kept = Some((*at, now));
            }
        }
        for (token, at) in &due.used {
            if let Some(used) = both.used.get_mut(token) {
                used.kept = Some(*at);
            }
        }
    }
}

/// The day of an instant, by UTC.
pub(super) fn day(at: Timestamp) -> chrono::NaiveDate {
    at.to_chrono().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1000;
    const DAY: i64 = 24 * 60 * 60 * SECOND;

    fn named(all: &[(&str, i64)]) -> Vec<(String, Timestamp)> {
        all.iter().map(|(name, at)| ((*name).to_owned(), Timestamp(*at))).collect()
    }

    #[test]
    fn a_carrier_is_kept_once_a_minute_and_what_came_last_in_the_end() {
        let noted = Noted::default();
        noted.begin(named(&[("old", 5 * SECOND)]));
        assert_eq!(noted.heard("old"), Some(Timestamp(5 * SECOND)));
        // When it is heard of, when the heart beats, and what is kept then.
        let table = [
            (Some(100), 100, &[("main", 100 * SECOND)][..]),
            (None, 101, &[]),
            (Some(130), 130, &[]),
            (Some(159), 159, &[]),
            (None, 160, &[("main", 159 * SECOND)]),
            (None, 300, &[]),
            (Some(301), 301, &[("main", 301 * SECOND)]),
        ];
        for (heard, beat, kept) in table {
            if let Some(heard) = heard {
                noted.hears("main", Timestamp(heard * SECOND));
            }
            let now = Timestamp(beat * SECOND);
            let due = noted.due(now);
            assert_eq!(due.heard, named(kept), "at {beat} s");
            noted.kept(&due, now);
        }
        assert_eq!(noted.heard("main"), Some(Timestamp(301 * SECOND)));
        // A beat that could not be written keeps nothing.
        noted.hears("main", Timestamp(400 * SECOND));
        for _ in 0..2 {
            assert_eq!(noted.due(Timestamp(400 * SECOND)).heard, named(&[("main", 400 * SECOND)]));
        }
    }

    #[test]
    fn a_token_is_kept_once_a_day() {
        let noted = Noted::default();
        let table = [
            (20 * DAY, &[("t", 20 * DAY)][..]),
            (20 * DAY + SECOND, &[]),
            (21 * DAY - 1, &[]),
            (21 * DAY, &[("t", 21 * DAY)]),
            (23 * DAY, &[("t", 23 * DAY)]),
        ];
        for (at, kept) in table {
            let now = Timestamp(at);
            noted.uses("t", now);
            let due = noted.due(now);
            assert_eq!(due.used, named(kept), "at {at}");
            noted.kept(&due, now);
            assert_eq!(noted.due(now), Due::default());
        }
    }
}
