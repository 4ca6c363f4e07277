//! What is under way: each claimed row in a task of its own, so that one that hangs holds up no other. Its outcome is
//! kept until the database has taken it.

use std::panic::AssertUnwindSafe;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::from_str;

use super::Engine;
use crate::act::{ActError, Job, Performed};
use crate::clock::Timestamp;
use crate::store::{Claimed, StoreError};

/// The longest pause before an outcome is offered to the database again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A row in hand; let go when its task ends, in whatever way.
struct Held {
    engine: Engine,
    id: String,
}

impl Held {
    /// None if this process has the row in hand already: its claim ran out while it was being carried out, and what
    /// comes of it will be told under the old number.
    fn take(engine: &Engine, id: &str) -> Option<Held> {
        let mut in_hand = engine.0.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        if !in_hand.insert(id.to_owned()) {
            return None;
        }
        engine.0.acts.taken_on();
        Some(Held { engine: engine.clone(), id: id.to_owned() })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let inner = &self.engine.0;
        inner.in_hand.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        inner.acts.let_go();
        // What found no room waits in the outbox. That the room was full just now is no measure of it: a claim takes as
        // many as there was room for when it began, and meanwhile others land.
        if inner.crowded.swap(false, Ordering::SeqCst) {
            self.engine.tell(self.engine.now());
        }
    }
}

impl Engine {
    /// Begins to carry out a row that is ours. The route is chosen here, in the order in which rows are handed over, so
    /// that the most urgent gets what a sender's rate allows.
    pub(super) fn take_on(&self, claimed: Claimed) {
        let Some(held) = Held::take(self, &claimed.id) else { return };
        let job = from_str::<Job>(&claimed.payload);
        let route = job.as_ref().ok().and_then(|job| self.first_route(&claimed, job));
        self.0.flights.spawn(async move {
            let engine = &held.engine;
            let job = match job {
                Ok(job) => job,
                Err(error) => return engine.put_away(&claimed, &error).await,
            };
            match AssertUnwindSafe(engine.perform(&claimed, &job, route)).catch_unwind().await {
                Ok(Some(performed)) => engine.record(claimed, job, performed).await,
                Ok(None) => tracing::warn!(outbox.id = claimed.id, "a claim ran out before its request left"),
                Err(_) => engine.put_away(&claimed, &"it panicked").await,
            }
        });
    }

    /// Records an outcome, however long the database takes to come back.
    async fn record(&self, claimed: Claimed, job: Job, performed: Performed) {
        let mut tries = 0;
        let mut reloaded = false;
        loop {
            match self.0.acts.finish(claimed.clone(), job.clone(), performed.clone()).await {
                Ok(()) => return,
                Err(ActError::Store(StoreError::Busy(why))) => {
                    tracing::warn!(outbox.id = claimed.id, why, "an outcome waits for the database");
                    self.pause(&mut tries).await;
                }
                // Perhaps it is about a desk that another process brought into force just now.
                Err(_) if !reloaded => {
                    reloaded = true;
                    if let Err(error) = self.0.acts.reload_if_changed().await {
                        tracing::warn!(%error, "the desks could not be read");
                    }
                }
                Err(error) => return self.put_away(&claimed, &error).await,
            }
        }
    }

    /// Quarantines a row that cannot be carried out; its agent is paged in new words.
    async fn put_away(&self, claimed: &Claimed, why: &(dyn std::fmt::Display + Sync)) {
        tracing::error!(outbox.id = claimed.id, %why, "a row of the outbox cannot be carried out and is put away");
        let mut tries = 0;
        loop {
            match self.0.acts.quarantine(claimed).await {
                Err(ActError::Store(StoreError::Busy(_))) => self.pause(&mut tries).await,
                Err(error) => {
                    return tracing::error!(outbox.id = claimed.id, %error, "its attempt cannot be asked for again");
                }
                Ok(()) => return,
            }
        }
    }

    async fn pause(&self, tries: &mut u32) {
        *tries += 1;
        let pause = (Duration::from_millis(50) * (1 << (*tries).min(10))).min(LONGEST_PAUSE);
        self.0.acts.clock().sleep_until(self.now() + pause).await;
    }

    /// Tells the sweeper that something falls due.
    pub(super) fn tell(&self, due: Timestamp) {
        self.0.next.send_if_modified(|next| {
            let sooner = due < *next;
            *next = (*next).min(due);
            sooner
        });
    }
}
