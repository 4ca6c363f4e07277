//! The only `now`. Everything that waits or stamps takes a [`Clock`], so that a test can hold time still and move it,
//! and a demonstration can play a night in a minute. Clippy bans every other source of time (clippy.toml).

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::time::Duration;

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
#[derive(Clone, Debug)]
pub struct SystemClock {
    /// What it showed when it was started; none if it follows the wall.
    origin: Option<Timestamp>,
    started: std::time::Instant,
    /// How many seconds of this clock pass in one real second; 1 outside demonstrations.
    speed: u32,
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's time is read")]
mod machine {
    use super::Timestamp;
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    pub(super) fn wall() -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    pub(super) fn monotonic() -> Instant {
        Instant::now()
    }

    pub(super) async fn sleep(span: Duration) {
        tokio::time::sleep(span).await;
    }
}

impl SystemClock {
    /// The wall clock as it is.
    pub fn new() -> SystemClock {
        SystemClock::faster(1)
    }

    /// A clock that starts at the wall's time and runs `speed` times as fast (at least 1).
    pub fn faster(speed: u32) -> SystemClock {
        let speed = speed.max(1);
        SystemClock { origin: (speed > 1).then(machine::wall), started: machine::monotonic(), speed }
    }

    /// A clock that shows `origin` now and runs `speed` times as fast as the wall's (at least 1).
    pub fn starting_at(origin: Timestamp, speed: u32) -> SystemClock {
        SystemClock { origin: Some(origin), started: machine::monotonic(), speed: speed.max(1) }
    }

    fn read(&self) -> Timestamp {
        match self.origin {
            None => machine::wall(),
            Some(origin) => origin + machine::monotonic().duration_since(self.started) * self.speed,
        }
    }
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
