//! The engine performs what was committed, and does what time asks for. Every row of the outbox is claimed with a lease
//! before a carrier hears of it, and finished under the claim's number afterwards; nothing is held open in between. A
//! page that this process accepted is born claimed, so that nothing stands between its commit and its request.
//!
//! - `perform`: one claimed row, from its words to its outcome; `look` asks carriers after what may have been done
//!   already.
//! - `flight`: what is under way, and how its outcome is recorded whatever the database says.
//! - `background`: the tasks of a running process: news, deadlines, heartbeat, auditor, recovery.
//! - `calendars`: calendars of leave, read again.
//! - `recover`: calls and texts that carriers know of and we do not.
//!
//! It decides nothing about tickets or people: that is [`crate::act`]'s and the rules'. Facts about carriers: telephony
//! text §4 (a request without an answer may have been processed; there is no idempotency key).

mod background;
mod calendars;
mod flight;
mod look;
mod order;
mod perform;
mod receipt;
mod recover;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::act::{ActError, Acts};
use crate::channel::Carriers;
use crate::clock::Timestamp;
use crate::fetch::Fetcher;
use crate::store::Wake;
use crate::wire::Number;

/// The engine. Cheap to clone; every clone is the same engine.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    acts: Acts,
    carriers: Arc<Carriers>,
    fetcher: Arc<Fetcher>,
    /// Where carriers find us, without a slash at its end.
    public_url: String,
    /// What commits tell; locked by the one task that listens.
    news: tokio::sync::Mutex<UnboundedReceiver<Wake>>,
    /// The earliest instant of which the sweeper was told since it last looked.
    next: watch::Sender<Timestamp>,
    /// Rows that this process is carrying out.
    in_hand: Mutex<BTreeSet<String>>,
    /// Rows may wait that found no room: whichever lands next makes some.
    crowded: AtomicBool,
    flights: TaskTracker,
    /// When the heartbeat and the auditor were last well; 0 before the engine runs.
    beat_at: AtomicI64,
    audited_at: AtomicI64,
    /// Up to when each carrier's number was asked for calls and texts that we missed.
    looked: Mutex<BTreeMap<(String, Number), Timestamp>>,
}

impl Engine {
    /// An engine for these acts; from now on it hears of what they commit. Only one engine may listen to a store.
    /// `public_url` has no slash at its end and is spelled as the way in checks signatures by, letter by letter.
    pub fn new(acts: Acts, carriers: Arc<Carriers>, fetcher: Arc<Fetcher>, public_url: &str) -> Engine {
        let news = tokio::sync::Mutex::new(acts.store().wakes());
        Engine(Arc::new(Inner {
            acts,
            carriers,
            fetcher,
            public_url: public_url.to_owned(),
            news,
            next: watch::Sender::new(Timestamp::NEVER),
            in_hand: Mutex::default(),
            crowded: AtomicBool::new(false),
            flights: TaskTracker::new(),
            beat_at: AtomicI64::new(0),
            audited_at: AtomicI64::new(0),
            looked: Mutex::default(),
        }))
    }

    /// Performs everything that is due now, and what that makes due at the same instant, until nothing is due and
    /// nothing is under way: for a clock that is moved by hand, and while [`Engine::run`] is not running.
    pub async fn run_due(&self) -> Result<(), ActError> {
        loop {
            let heard = self.take_news().await;
            let swept = self.sweep().await?;
            self.landed().await;
            if !heard && !swept && !self.0.acts.keep_rotas().await? && !self.read_calendars().await? {
                return Ok(());
            }
        }
    }

    /// When something is due next: a ticket, a call, a row of the outbox, or the end of a lease.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, ActError> {
        self.0.acts.next_due().await
    }

    /// Takes on what commits have told so far; false if they told of nothing.
    async fn take_news(&self) -> bool {
        let mut news = self.0.news.lock().await;
        let mut some = false;
        while let Ok(wake) = news.try_recv() {
            if let Wake::Effect(claimed) = wake {
                self.take_on(claimed);
                some = true;
            }
        }
        some
    }

    /// Claims what is due and looks at every deadline; false if there was nothing. The database is the authority: this
    /// finds whatever a lost piece of news was about.
    async fn sweep(&self) -> Result<bool, ActError> {
        let acts = &self.0.acts;
        // Said before the room is looked at: whoever lands from here on looks again. Less than there was room for means
        // that nothing waits.
        self.0.crowded.store(true, Ordering::SeqCst);
        let room = acts.room();
        let claimed = if room > 0 { acts.claim(room).await? } else { Vec::new() };
        let some = !claimed.is_empty();
        if claimed.len() < room {
            self.0.crowded.store(false, Ordering::SeqCst);
        }
        for one in claimed {
            self.take_on(one);
        }
        Ok(acts.tick().await? | some)
    }

    /// Waits until nothing is under way.
    async fn landed(&self) {
        self.0.flights.close();
        self.0.flights.wait().await;
        self.0.flights.reopen();
    }

    fn now(&self) -> Timestamp {
        self.0.acts.clock().now()
    }
}

#[cfg(test)]
mod tests;
