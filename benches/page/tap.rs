//! What sqlx tells of each statement that ended: when, and its first words. A hook that exists anyway, so that nothing
//! is built into the gateway for this bench. It costs some microseconds a statement, and is open only where it is needed.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::figures::now;

static OPEN: AtomicBool = AtomicBool::new(false);
static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

/// A statement that ended.
#[derive(Clone, Debug)]
pub struct Told {
    /// When.
    pub at: Instant,
    /// Its first four words.
    pub words: String,
}

impl Told {
    /// Whether it begins or ends a transaction.
    pub fn is_control(&self) -> bool {
        ["begin", "commit", "savepoint", "release", "rollback"]
            .iter()
            .any(|word| self.words.to_lowercase().starts_with(word))
    }
}

/// Begins to listen, from nothing.
pub fn open() {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).clear();
    OPEN.store(true, Ordering::SeqCst);
}

/// What was told since the last time.
pub fn take() -> Vec<Told> {
    std::mem::take(&mut TOLD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Listens no more; what was told since the last time.
pub fn close() -> Vec<Told> {
    OPEN.store(false, Ordering::SeqCst);
    take()
}

/// When the transaction was committed that wrote a row of the outbox.
pub fn commit_of_page(told: &[Told]) -> Option<Instant> {
    let row = told.iter().position(|told| told.words.starts_with("insert into outbox"))?;
    told[row..].iter().find(|told| told.words == "commit").map(|told| told.at)
}

/// Once, before anything else.
pub fn install() {
    let listening = tracing_subscriber::registry().with(Tap);
    tracing::subscriber::set_global_default(listening).expect("the only subscriber");
}

struct Tap;

impl<S: Subscriber> Layer<S> for Tap {
    fn register_callsite(&self, of: &'static Metadata<'static>) -> Interest {
        if of.target() == "sqlx::query" { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, of: &Metadata<'_>, _: Context<'_, S>) -> bool {
        of.target() == "sqlx::query" && OPEN.load(Ordering::Relaxed)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let at = now();
        let mut words = Words(String::new());
        event.record(&mut words);
        TOLD.lock().unwrap_or_else(PoisonError::into_inner).push(Told { at, words: words.0 });
    }
}

struct Words(String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            self.0 = value.to_owned();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}").trim_matches('"').to_owned();
        }
    }
}
