//! Times of many, in few words; and the clock of this bench.

use std::fmt;
use std::time::{Duration, Instant};

/// The monotonic clock.
#[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
pub fn now() -> Instant {
    Instant::now()
}

/// Waits in real time.
#[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
pub async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}

/// How busy the machine is.
pub fn machine() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("load {} on {cores} cores", load.join(" "))
}

/// Many times, sorted.
#[derive(Clone, Default)]
pub struct Times(Vec<Duration>);

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Times {
        let mut times: Vec<Duration> = times.into_iter().collect();
        times.sort_unstable();
        Times(times)
    }
}

impl Times {
    /// The time that `share` of them do not exceed; zero of none.
    pub fn at(&self, share: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.at(0.5)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |share| self.at(share).as_secs_f64() * 1000.0;
        write!(f, "median {:.2} ms, p99 {:.2} ms, most {:.2} ms", millis(0.5), millis(0.99), millis(1.0))
    }
}
