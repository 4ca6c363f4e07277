//! How often a sender may be used: a token bucket, kept as the instant at which it would be full again (the generic
//! cell rate algorithm). Time is passed in; nothing here waits.

use std::time::Duration;

use crate::clock::Timestamp;

/// The bucket of one sender and one kind of traffic.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The time one permit takes to grow, on a single instance.
    interval: Duration,
    /// How many may be taken at once after a pause: a second's worth, at least one.
    burst: u32,
    full_at: Timestamp,
}

impl Bucket {
    /// A full bucket that grows `per_second` permits a second; at least one in a hundred seconds.
    pub fn new(per_second: f64) -> Bucket {
        let per_second = per_second.clamp(0.01, 1000.0);
        // Rounded up to a millisecond, the clock's step, so that the carrier's limit is kept.
        let interval = Duration::from_millis((1000.0 / per_second).ceil() as u64);
        Bucket { interval, burst: per_second.floor().max(1.0) as u32, full_at: Timestamp(0) }
    }

    /// Takes a permit, or says when there will be one. `instances` share the sender's limit.
    pub fn take(&mut self, now: Timestamp, instances: u32) -> Result<(), Timestamp> {
        let interval = self.interval * instances.max(1);
        let whole = interval * self.burst;
        // A clock that was set back must not hold the traffic until the old time comes again.
        self.full_at = self.full_at.clamp(now, now + whole);
        let after = self.full_at + interval;
        if after > now + whole {
            return Err(after - whole);
        }
        self.full_at = after;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp(1_800_000_000_000);

    fn after(millis: u64) -> Timestamp {
        START + Duration::from_millis(millis)
    }

    #[test]
    fn permits_grow_at_the_rate() {
        let mut slow = Bucket::new(1.0);
        for (millis, expected) in [
            (0, Ok(())),
            (0, Err(1000)),
            (999, Err(1000)),
            (1000, Ok(())),
            (1500, Err(2000)),
            (60_000, Ok(())),
            (60_000, Err(61_000)),
        ] {
            assert_eq!(slow.take(after(millis), 1), expected.map_err(after), "at {millis}");
        }
        let mut fast = Bucket::new(3.0);
        for (millis, expected) in
            [(0, Ok(())), (0, Ok(())), (0, Ok(())), (0, Err(334)), (334, Ok(())), (334, Err(668))]
        {
            assert_eq!(fast.take(after(millis), 1), expected.map_err(after), "at {millis}");
        }
    }

    #[test]
    fn instances_share_the_limit() {
        let mut bucket = Bucket::new(1.0);
        assert_eq!(bucket.take(START, 3), Ok(()));
        assert_eq!(bucket.take(START, 3), Err(after(3000)));
    }

    #[test]
    fn a_clock_that_is_set_back_or_forth_delays_by_one_interval_at_most() {
        let day = Duration::from_secs(86_400);
        let mut bucket = Bucket::new(1.0);
        assert_eq!(bucket.take(START + day, 1), Ok(()));
        assert_eq!(bucket.take(START, 1), Err(after(1000)));
        assert_eq!(bucket.take(after(1000), 1), Ok(()));
        assert_eq!(bucket.take(START + day, 1), Ok(()));
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_and_never_a_wait_for_nothing(
            per_second in 1u32..20,
            steps in prop::collection::vec(0u64..400, 1..200),
        ) {
            let mut bucket = Bucket::new(f64::from(per_second));
            let mut now = START;
            let mut taken = 0u32;
            for step in steps {
                now = now + Duration::from_millis(step);
                match bucket.take(now, 1) {
                    Ok(()) => taken += 1,
                    Err(at) => {
                        prop_assert!(at > now);
                        now = at;
                        prop_assert_eq!(bucket.take(now, 1), Ok(()));
                        taken += 1;
                    }
                }
            }
            let seconds = now.since(START).as_secs_f64();
            prop_assert!(f64::from(taken) <= f64::from(per_second) * (seconds + 1.0) + 1.0);
        }
    }
}
