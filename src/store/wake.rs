//! What a transaction wants the engine to know at once. It is part of the transaction's result: passed on after the
//! commit, forgotten if there is none. Losing one costs a moment, not a page: the engine's sweep finds the same rows.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::clock::Timestamp;

/// A row of the outbox that was born claimed by this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The effect's id.
    pub id: String,
    /// The fencing number under which it may be finished.
    pub fence: i64,
    /// Until when it is ours.
    pub lease_until: Timestamp,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Somebody held it before, and never said what came of it: perhaps it was done.
    pub doubtful: bool,
    /// What to do, as JSON.
    pub payload: String,
}

/// News for the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// Something falls due at this instant.
    Due(Timestamp),
    /// This is to be done now, and is ours already.
    Effect(Claimed),
}

/// Where the news goes: to whoever asked last, or nowhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Wakes {
    listener: Arc<Mutex<Option<UnboundedSender<Wake>>>>,
    /// How many commits there were: for whoever looks again after each.
    commits: watch::Sender<u64>,
}

impl Wakes {
    pub(super) fn listen(&self) -> UnboundedReceiver<Wake> {
        let (sender, receiver) = unbounded_channel();
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    pub(super) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    pub(super) fn pass_on(&self, news: impl IntoIterator<Item = Wake>) {
        self.commits.send_modify(|count| *count = count.wrapping_add(1));
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = listener.as_ref() {
            for wake in news {
                // A listener that is gone has no use for it.
                let _ = listener.send(wake);
            }
        }
    }
}
