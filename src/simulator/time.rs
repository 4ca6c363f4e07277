//! Time at the carrier: whoever embeds the simulator lends it a clock, and everything that waits stands in one queue.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use super::webhook::Delivery;

/// The carrier's clock. The application adapts its own; a test gives one that it moves by hand.
pub trait SimTime: Send + Sync + 'static {
    /// The present instant in milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> i64;
    /// Resolves once `now_ms() >= at_ms`.
    fn sleep_until(&self, at_ms: i64) -> BoxFuture<'static, ()>;
}

/// What falls due. A call's own timers mean whatever its stage says.
#[derive(Debug)]
pub enum Job {
    /// An outbound call leaves the carrier's queue.
    PlaceCall(String),
    /// The present verb of a call has run its time: a prompt, a silence, a recording, a ring.
    CallStep(String),
    /// A call has lasted as long as it may.
    CallLimit(String),
    /// The phone at a call's end does what its owner would do: picks up, presses the next key, rings off.
    PhoneActs(String),
    /// A message takes its next step towards the handset.
    MessageStep(String),
    /// A request to the gateway leaves.
    Deliver(Delivery),
}

/// A job's place in the queue; jobs due at the same instant run in the order in which they were put there.
pub type Key = (i64, u64);

/// Everything that waits for its time.
#[derive(Debug, Default)]
pub struct Queue {
    jobs: BTreeMap<Key, Job>,
    next: u64,
}

impl Queue {
    /// Puts a job in its place and says where that is.
    pub fn push(&mut self, due_ms: i64, job: Job) -> Key {
        let key = (due_ms, self.next);
        self.next += 1;
        self.jobs.insert(key, job);
        key
    }

    /// Takes a job out again; one that has run already is not missed.
    pub fn cancel(&mut self, key: Option<Key>) {
        if let Some(key) = key {
            self.jobs.remove(&key);
        }
    }

    /// Puts off, or brings forward, a job that has not run yet.
    pub fn move_to(&mut self, key: Key, due_ms: i64) {
        if let Some(job) = self.jobs.remove(&key) {
            self.push(due_ms, job);
        }
    }

    /// When the first job is due.
    pub fn next_due(&self) -> Option<i64> {
        self.jobs.keys().next().map(|(due, _)| *due)
    }

    /// The first job, if it is due.
    pub fn pop_due(&mut self, now_ms: i64) -> Option<Job> {
        let entry = self.jobs.first_entry()?;
        (entry.key().0 <= now_ms).then(|| entry.remove())
    }
}
