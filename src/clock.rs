//! The only `now`. Everything that waits or stamps takes a [`Clock`], so that a test can hold time still and move it,
//! and a demonstration can play a night in a minute. Clippy bans every other source of time (clippy.toml).

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, as it stands in the database.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The end of time, for "never due".
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// As a chrono instant, for formatting and calendars; the end of chrono's range if it lies beyond.
    pub fn to_chrono(self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_millis(self.0).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
    }

    /// From a chrono instant, to the millisecond below.
    pub fn from_chrono(at: chrono::DateTime<chrono::Utc>) -> Timestamp {
        Timestamp(at.timestamp_millis())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;
    fn add(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;
    fn sub(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_chrono().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// Resolves once `now() >= at`. Waits on the monotonic clock and looks at the wall again before it resolves.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()>;
}

/// The machine's wall clock, or one of a demonstration that runs faster or shows another time, and says so.
///
/// The wall clock may be set while we run, and a page must not wait for that. What is shown never goes back:
/// - slow corrections, as of NTP, are followed;
/// - a jump forward is followed at once, and a suspension is one to us: what fell due meanwhile is due at its end;
/// - after a jump back the clock goes on from where it stood at half its speed, until the wall has caught up, which takes
///   twice as long as it was set back: a deadline of five minutes waits at most ten meanwhile, whether the wall lost a
///   minute or a day. A slower clock would be right sooner and keep a page waiting longer; a quicker one would read rotas
///   by the wrong hour for longer. Until then they are read by what is shown, and the log says so. The next start takes
///   the wall's time at once, and what stands in the database by the old time waits for it: best when no ticket is open.
///   So do processes on other machines, by whose clocks a heartbeat of ours is then one of the future.
#[derive(Clone, Debug)]
pub struct SystemClock {
    face: Face,
    /// How many seconds of this clock pass in one real second; 1 outside demonstrations.
    speed: u32,
}

/// What a clock shows.
#[derive(Clone, Debug)]
enum Face {
    /// The wall's time, all clones together.
    Wall(Arc<Mutex<Hand>>),
    /// Time of its own, since it was started.
    Own { origin: Timestamp, started: Instant },
}

/// Of the time that passes, a clock that is ahead of the wall shows the half.
const SLOWER: u32 = 2;

/// A clock that is further ahead of the wall than this says so again and again.
const FAR_AHEAD: Duration = Duration::from_secs(60);

/// From one time that it says so to the next.
const ALARM_EVERY: Duration = Duration::from_secs(10 * 60);

/// So far behind us the wall was set back, and did not merely lose a little.
const SET_BACK: Duration = Duration::from_secs(5);

/// The wall's time as it was shown last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hand {
    /// Since 1970.
    shown: Duration,
    /// When, by the monotonic clock.
    at: Instant,
    /// Whether the wall was set back behind us, and has not caught up.
    ahead: bool,
    /// When the log was last told so.
    alarmed_at: Option<Instant>,
}

impl Hand {
    /// What is shown when the wall says `wall` and the monotonic clock `at`.
    fn moved(self, wall: Duration, at: Instant) -> Hand {
        let passed = at.saturating_duration_since(self.at);
        let least = self.shown + passed / SLOWER;
        let ahead = if self.ahead { wall < least } else { wall + SET_BACK < least };
        let alarmed_at = self.alarmed_at.filter(|_| ahead);
        Hand { shown: wall.max(least), at, ahead, alarmed_at }
    }

    /// Whether the log is to be told that we are ahead of a wall that says `wall`.
    fn is_alarm_due(&self, wall: Duration) -> bool {
        let far = self.shown.saturating_sub(wall) > FAR_AHEAD;
        let again = |last| far && self.at.saturating_duration_since(last) >= ALARM_EVERY;
        self.ahead && self.alarmed_at.is_none_or(again)
    }
}

/// The machine's monotonic clock, for its own deadlines: a lock in a real database is not freed by a [`Clock`] that was
/// moved.
pub fn monotonic() -> Instant {
    machine::monotonic()
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's time is read")]
mod machine {
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    /// Since 1970.
    pub(super) fn wall() -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
    }

    pub(super) fn monotonic() -> Instant {
        Instant::now()
    }

    pub(super) async fn sleep(span: Duration) {
        tokio::time::sleep(span).await;
    }
}

impl SystemClock {
    /// The wall clock.
    pub fn new() -> SystemClock {
        let hand = Hand { shown: machine::wall(), at: machine::monotonic(), ahead: false, alarmed_at: None };
        SystemClock { face: Face::Wall(Arc::new(Mutex::new(hand))), speed: 1 }
    }

    /// A clock that starts at the wall's time and runs `speed` times as fast (at least 1).
    pub fn faster(speed: u32) -> SystemClock {
        if speed > 1 {
            SystemClock::starting_at(since_1970(machine::wall()), speed)
        } else {
            SystemClock::new()
        }
    }

    /// A clock that shows `origin` now and runs `speed` times as fast as the wall's (at least 1).
    pub fn starting_at(origin: Timestamp, speed: u32) -> SystemClock {
        SystemClock { face: Face::Own { origin, started: machine::monotonic() }, speed: speed.max(1) }
    }

    fn read(&self) -> Timestamp {
        match &self.face {
            Face::Wall(hand) => {
                let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
                // In this order: time that passes between the two must not put us ahead of the wall.
                let wall = machine::wall();
                let mut moved = hand.moved(wall, machine::monotonic());
                if moved.is_alarm_due(wall) {
                    moved.alarmed_at = Some(moved.at);
                    tracing::error!(
                        seconds = moved.shown.saturating_sub(wall).as_secs(),
                        "the machine's clock was set back; this process goes on at half speed until it has caught up, \
                         and reads rotas by its own time; restart it when no ticket is open"
                    );
                }
                *hand = moved;
                since_1970(moved.shown)
            }
            Face::Own { origin, started } => {
                *origin + machine::monotonic().duration_since(*started) * self.speed
            }
        }
    }
}

fn since_1970(span: Duration) -> Timestamp {
    Timestamp(0) + span
}

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.read()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            // The wall may be set while we wait: never sleep longer than a second without looking again.
            loop {
                let left = at.since(clock.read());
                if left.is_zero() {
                    return;
                }
                machine::sleep((left / clock.speed).clamp(Duration::from_millis(1), Duration::from_secs(1)))
                    .await;
            }
        })
    }
}

/// A clock that stands still until it is moved: for tests, whose waits then take no time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<Timestamp>>);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> ManualClock {
        ManualClock(Arc::new(watch::Sender::new(start)))
    }

    /// Shows `at` from now on; may also go back, as a wall clock that was set may.
    pub fn set(&self, at: Timestamp) {
        self.0.send_replace(at);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let mut shown = self.0.subscribe();
        Box::pin(async move {
            // An error means that the clock is gone, and with it everything that could still be due.
            let _ = shown.wait_for(|now| *now >= at).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown, in milliseconds since the first reading, as the wall and the monotonic clock go on.
    fn shown(steps: &[(u64, i64)]) -> Vec<(i64, bool)> {
        let (wall, at) = (Duration::from_secs(1_800_000_000), monotonic());
        let mut hand = Hand { shown: wall, at, ahead: false, alarmed_at: None };
        let mut shown = Vec::new();
        for (passed_ms, wall_ms) in steps {
            let wall_says = Duration::from_millis(u64::try_from(1_800_000_000_000 + wall_ms).unwrap());
            hand = hand.moved(wall_says, at + Duration::from_millis(*passed_ms));
            shown.push((since_1970(hand.shown).0 - 1_800_000_000_000, hand.ahead));
        }
        shown
    }

    #[test]
    fn the_wall_is_followed_but_never_back() {
        const HOUR: i64 = 3_600_000;
        for (what, steps, expected) in [
            ("as it goes", &[(10, 10), (1_000, 1_000)][..], &[(10, false), (1_000, false)][..]),
            // Slowed down and hurried by NTP, by a thousandth.
            ("slow corrections", &[(1_000, 999), (2_000, 2_001)], &[(999, false), (2_001, false)]),
            ("a jump forward", &[(1_000, 2 * HOUR)], &[(2 * HOUR, false)]),
            ("a second lost", &[(1_000, 0), (3_000, 2_000)], &[(500, false), (2_000, false)]),
            (
                "a minute lost, and caught up by half speed within two",
                &[(0, -60_000), (119_000, 59_000), (121_000, 61_000)],
                &[(0, true), (59_500, true), (61_000, false)],
            ),
            (
                "hours lost, and caught up by another jump",
                &[(1_000, -5 * HOUR), (301_000, 300_000 - 5 * HOUR), (302_000, 302_000)],
                &[(500, true), (150_500, true), (302_000, false)],
            ),
        ] {
            assert_eq!(shown(steps), expected, "{what}");
        }
    }

    #[test]
    fn the_log_hears_of_it_at_once_and_then_each_ten_minutes_while_it_matters() {
        let (wall, at) = (Duration::from_secs(1_800_000_000), monotonic());
        let second = Duration::from_secs;
        for (set_back, heard_at) in
            [(0, &[][..]), (30, &[0]), (1_000, &[0, 600, 1_200, 1_800]), (650, &[0, 600])]
        {
            let mut hand = Hand { shown: wall, at, ahead: false, alarmed_at: None };
            let mut heard = Vec::new();
            for passed in (0..2_400).step_by(30) {
                let says = wall - second(set_back) + second(passed);
                hand = hand.moved(says, at + second(passed));
                if hand.is_alarm_due(says) {
                    hand.alarmed_at = Some(hand.at);
                    heard.push(passed);
                }
            }
            assert_eq!(heard, heard_at, "{set_back} s");
        }
    }

    #[test]
    fn many_readings_lose_no_time() {
        let steps: Vec<_> = (1..=1_000).map(|ms| (ms, -3_600_000)).collect();
        assert_eq!(shown(&steps).last(), Some(&(500, true)));
    }

    #[tokio::test]
    async fn what_is_due_after_a_jump_back_is_waited_for_by_the_monotonic_clock() {
        let clock = SystemClock::new();
        let Face::Wall(hand) = &clock.face else { panic!("it follows the wall") };
        // As if the wall had shown a day more until now.
        hand.lock().unwrap().shown += Duration::from_secs(24 * 60 * 60);
        let due = clock.now() + Duration::from_millis(20);
        assert!(due.since(since_1970(machine::wall())) > Duration::from_secs(23 * 60 * 60));
        tokio::time::timeout(Duration::from_secs(10), clock.sleep_until(due)).await.unwrap();
        assert!(clock.now() >= due);
    }
}
