//! All configured carriers, and the choice between them: the configured order, past carriers that are out of order,
//! full, or have no sender for what is to be sent.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::carrier::Carrier;
use super::config::{CarrierConfig, CarrierConfigError};
use super::guard::Guarded;
use super::rate::Bucket;
use super::twilio::{Deadlines, Twilio};
use crate::clock::{Clock, Timestamp};
use crate::wire::Number;

/// When to ask again of a carrier that is full: a request lasts a tenth of a second, or until its deadline.
const FULL_PAUSE: Duration = Duration::from_millis(250);

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A call.
    Call,
}

/// What is asked of the choice.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// What is to be sent.
    pub kind: Kind,
    /// The sender that would be best, e.g. the line that was called. A carrier that has it comes first.
    pub from: Option<&'a Number>,
    /// Carriers that have had their turn with this attempt.
    pub avoid: &'a [String],
}

/// Where something can be sent now. A permit of the sender's rate was taken for it.
#[derive(Clone, Debug)]
pub struct Route {
    /// The carrier.
    pub carrier: Arc<dyn Carrier>,
    /// The sender.
    pub sender: Number,
}

/// Why there is no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// Everything that could send it is busy; ask again at this time.
    Later(Timestamp),
    /// No carrier that was not avoided has a sender for it.
    Never,
}

/// How one carrier is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The carrier's name.
    pub name: String,
    /// Whether its requests are answered as they should be.
    pub is_well: bool,
    /// When it last failed as a whole, and how; what it refused in good order is none of its failures.
    pub failed: Option<(Timestamp, String)>,
}

/// The carriers in their configured order.
#[derive(Debug)]
pub struct Carriers {
    entries: Vec<Entry>,
    /// How many live instances share the senders' rates.
    instances: AtomicU32,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Entry {
    config: CarrierConfig,
    carrier: Arc<Guarded>,
    senders: Vec<Sender>,
}

#[derive(Debug)]
struct Sender {
    number: Number,
    texts: Option<Mutex<Bucket>>,
    calls: Option<Mutex<Bucket>>,
}

impl Sender {
    fn bucket(&self, kind: Kind) -> Option<&Mutex<Bucket>> {
        match kind {
            Kind::Text => self.texts.as_ref(),
            Kind::Call => self.calls.as_ref(),
        }
    }
}

impl Carriers {
    /// Clients for all of `configs`, or everything that is wrong with them.
    pub fn new(
        configs: Vec<CarrierConfig>,
        deadlines: Deadlines,
        clock: Arc<dyn Clock>,
    ) -> Result<Carriers, Vec<CarrierConfigError>> {
        let mut errors: Vec<_> = configs.iter().flat_map(CarrierConfig::check).collect();
        let mut names = HashSet::new();
        let twice = configs.iter().filter(|config| !names.insert(&config.name));
        errors.extend(twice.map(|config| CarrierConfigError::SameName(config.name.clone())));
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut carriers: Vec<(CarrierConfig, Arc<dyn Carrier>)> = Vec::new();
        for config in configs {
            match Twilio::new(&config, deadlines) {
                Ok(twilio) => carriers.push((config, Arc::new(twilio))),
                Err(error) => errors.push(CarrierConfigError::Client(config.name, error.to_string())),
            }
        }
        if errors.is_empty() { Ok(Carriers::assemble(carriers, clock)) } else { Err(errors) }
    }

    /// Of clients that are there already.
    pub(crate) fn assemble(
        carriers: Vec<(CarrierConfig, Arc<dyn Carrier>)>,
        clock: Arc<dyn Clock>,
    ) -> Carriers {
        let bucket = |may: bool, rate: f64| may.then(|| Mutex::new(Bucket::new(rate)));
        let entry = |(config, carrier): (CarrierConfig, Arc<dyn Carrier>)| Entry {
            senders: (config.senders.iter())
                .map(|sender| Sender {
                    number: sender.number.clone(),
                    texts: bucket(sender.texts, sender.texts_per_second),
                    calls: bucket(sender.calls, sender.calls_per_second),
                })
                .collect(),
            carrier: Arc::new(Guarded::new(carrier, config.at_once, Arc::clone(&clock))),
            config,
        };
        let entries = carriers.into_iter().map(entry).collect();
        Carriers { entries, instances: AtomicU32::new(1), clock }
    }

    /// The configurations, in their order.
    pub fn configs(&self) -> impl Iterator<Item = &CarrierConfig> {
        self.entries.iter().map(|entry| &entry.config)
    }

    /// The carrier of that name, for what must go through it: look-ups, updates, recordings.
    pub fn carrier(&self, name: &str) -> Option<Arc<dyn Carrier>> {
        let entry = self.entries.iter().find(|entry| entry.config.name == name)?;
        Some(Arc::clone(&entry.carrier) as Arc<dyn Carrier>)
    }

    /// From now on the senders' rates are shared by this many live instances.
    pub fn share_between(&self, instances: u32) {
        self.instances.store(instances.max(1), Ordering::Relaxed);
    }

    /// How the carriers are, in their order.
    pub fn health(&self) -> Vec<Health> {
        let is_well = |entry: &Entry| entry.carrier.with_breaker(|breaker| breaker.is_closed());
        let health = |entry: &Entry| Health {
            name: entry.config.name.clone(),
            is_well: is_well(entry),
            failed: entry.carrier.failed(),
        };
        self.entries.iter().map(health).collect()
    }

    /// The carrier and sender for one attempt. Carriers that are out of order are passed over, unless there is no
    /// other: then a request that will probably fail is better than none.
    pub fn choose(&self, wish: &Wish<'_>) -> Result<Route, NoRoute> {
        let now = self.clock.now();
        let mut able: Vec<&Entry> = self.entries.iter().filter(|entry| entry.is_able(wish)).collect();
        able.sort_by_key(|entry| !entry.is_best(wish));
        let well = |entry: &&Entry| entry.carrier.with_breaker(|breaker| breaker.would_pass(now));
        let (well, ill): (Vec<&Entry>, Vec<&Entry>) = able.into_iter().partition(well);
        let candidates = if well.is_empty() { ill } else { well };
        let mut next = None;
        for entry in candidates {
            match self.take(entry, wish, now) {
                Ok(sender) => {
                    // The first after a pause is the one that finds out whether the carrier is back.
                    entry.carrier.with_breaker(|breaker| breaker.pass(now));
                    return Ok(Route { carrier: Arc::clone(&entry.carrier) as Arc<dyn Carrier>, sender });
                }
                Err(at) => next = Some(next.map_or(at, |next: Timestamp| next.min(at))),
            }
        }
        Err(next.map_or(NoRoute::Never, NoRoute::Later))
    }

    /// A sender of this carrier with a permit, or when there will be one.
    fn take(&self, entry: &Entry, wish: &Wish<'_>, now: Timestamp) -> Result<Number, Timestamp> {
        if !entry.carrier.has_room() {
            return Err(now + FULL_PAUSE);
        }
        let mut senders: Vec<_> =
            entry.senders.iter().filter_map(|sender| Some((sender, sender.bucket(wish.kind)?))).collect();
        senders.sort_by_key(|(sender, _)| Some(&sender.number) != wish.from);
        let mut next = Timestamp::NEVER;
        for (sender, bucket) in senders {
            let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
            match bucket.take(now, self.instances.load(Ordering::Relaxed)) {
                Ok(()) => return Ok(sender.number.clone()),
                Err(at) => next = next.min(at),
            }
        }
        Err(next)
    }
}

impl Entry {
    fn is_able(&self, wish: &Wish<'_>) -> bool {
        !wish.avoid.contains(&self.config.name)
            && self.senders.iter().any(|sender| sender.bucket(wish.kind).is_some())
    }

    fn is_best(&self, wish: &Wish<'_>) -> bool {
        self.senders
            .iter()
            .any(|sender| sender.bucket(wish.kind).is_some() && Some(&sender.number) == wish.from)
    }
}

#[cfg(test)]
mod tests;
