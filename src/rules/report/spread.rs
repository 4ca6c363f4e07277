//! How waits are spread: the middle one, the nine in ten, and how many ended within how long.

use std::time::Duration;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A number of waits in short. Percentiles are by nearest rank: of `n` waits in order, the one at place ⌈p · n⌉, so that
/// each figure is a wait that somebody really had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Wait)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// Half of them were no longer than this; in seconds.
    #[serde(serialize_with = "seconds")]
    #[schema(value_type = Option<u64>)]
    pub median: Option<Duration>,
    /// Nine in ten of them were no longer than this; in seconds.
    #[serde(rename = "percentile_90", serialize_with = "seconds")]
    #[schema(value_type = Option<u64>)]
    pub ninetieth: Option<Duration>,
}

fn seconds<S: Serializer>(wait: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    wait.map(|wait| wait.as_secs()).serialize(to)
}

impl Spread {
    /// Of these waits.
    pub fn of(waits: impl Iterator<Item = Duration>) -> Spread {
        let mut waits: Vec<Duration> = waits.collect();
        waits.sort_unstable();
        Spread { count: waits.len(), median: nearest_rank(&waits, 50), ninetieth: nearest_rank(&waits, 90) }
    }
}

fn nearest_rank(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The ends of the buckets into which waits are counted, in minutes.
pub const BUCKETS: [u64; 7] = [1, 2, 5, 10, 15, 30, 60];

/// How many waits were at most each bucket's end and more than the one's before; the last is for those beyond all. A wait
/// counts as people are told it: in whole seconds, from an hour on in whole minutes.
pub fn buckets(waits: impl Iterator<Item = Duration>) -> [usize; BUCKETS.len() + 1] {
    let mut counts = [0; BUCKETS.len() + 1];
    for wait in waits {
        let seconds = match wait.as_secs() {
            seconds if seconds < 60 * 60 => seconds,
            seconds => seconds / 60 * 60,
        };
        let bucket = BUCKETS.iter().position(|minutes| seconds <= minutes * 60);
        counts[bucket.unwrap_or(BUCKETS.len())] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_seconds(all: &[u64]) -> impl Iterator<Item = Duration> {
        all.iter().copied().map(Duration::from_secs)
    }

    #[test]
    fn percentiles_are_waits_that_somebody_had() {
        for (waits, median, ninetieth) in [
            (&[] as &[u64], None, None),
            (&[7], Some(7), Some(7)),
            (&[9, 1], Some(1), Some(9)),
            (&[3, 1, 2], Some(2), Some(3)),
            (&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100], Some(50), Some(90)),
            (&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110], Some(60), Some(100)),
        ] {
            let spread = Spread::of(of_seconds(waits));
            let told = |wait: Option<Duration>| wait.map(|wait| wait.as_secs());
            assert_eq!(
                (spread.count, told(spread.median), told(spread.ninetieth)),
                (waits.len(), median, ninetieth)
            );
        }
    }

    #[test]
    fn a_wait_belongs_to_the_first_bucket_that_holds_it() {
        assert_eq!(buckets(of_seconds(&[0, 60, 61, 120, 299, 3_600, 3_660])), [2, 2, 1, 0, 0, 0, 1, 1]);
        // `1 min` and `1 h`, to whoever reads them.
        let millis = [60_000, 60_999, 61_000, 3_600_001, 3_659_999].map(Duration::from_millis);
        assert_eq!(buckets(millis.into_iter()), [2, 1, 0, 0, 0, 0, 2, 0]);
    }

    proptest! {
        #[test]
        fn so_many_waits_are_no_longer(waits in prop::collection::vec(0_u64..5_000, 1..200)) {
            let spread = Spread::of(of_seconds(&waits));
            for (figure, percent) in [(spread.median, 50), (spread.ninetieth, 90)] {
                let figure = figure.unwrap().as_secs();
                let within = waits.iter().filter(|wait| **wait <= figure).count();
                let below = waits.iter().filter(|wait| **wait < figure).count();
                prop_assert!(within * 100 >= waits.len() * percent);
                prop_assert!(below * 100 < waits.len() * percent);
            }
            prop_assert_eq!(buckets(of_seconds(&waits)).iter().sum::<usize>(), waits.len());
        }
    }
}
