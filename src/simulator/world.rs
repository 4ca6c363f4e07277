//! Everything the carrier knows, behind one lock. What happens to it is spread over the modules by idea, each with its
//! own `impl World`; here is what they share: names, queue, requests to the gateway.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Serialize;
use sha1::{Digest, Sha1};

use super::call::Call;
use super::conference::Room;
use super::config::{Account, Line, SimConfig};
use super::fault::{Fault, Scope, Trouble};
use super::handset::State;
use super::message::Message;
use super::recording::Recording;
use super::time::{Job, Key, Queue};
use super::twiml::Method;
use super::webhook::{Answer, Delivered, Delivery, Form, Purpose, tries_left};

/// How many requests are kept for inspection.
const DELIVERIES_KEPT: usize = 20_000;
/// The longest that a reordered callback waits for the one that is to pass it.
const HELD_MS: i64 = 5_000;

/// Things with a name, in the order in which they came.
#[derive(Debug)]
pub struct Shelf<T> {
    items: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf { items: Vec::new(), places: HashMap::new() }
    }
}

impl<T> Shelf<T> {
    pub fn put(&mut self, name: &str, item: T) {
        self.places.insert(name.to_owned(), self.items.len());
        self.items.push(item);
    }

    pub fn get(&self, name: &str) -> Option<&T> {
        self.items.get(*self.places.get(name)?)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.items.get_mut(*self.places.get(name)?)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

/// Something that the carrier would list among the account's errors: a document that it could not run, or an address
/// that could not be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarrierError {
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// 11200 no good answer, 11750 too large, 12100 not XML, 12200 outside the schema, 12300 wrong content type …
    pub code: u32,
    /// The call or message concerned.
    pub sid: String,
    /// What was wrong.
    pub message: String,
}

/// The state behind the lock.
#[derive(Debug)]
pub struct World {
    /// The instant at which the lock was taken.
    pub now: i64,
    pub config: SimConfig,
    pub queue: Queue,
    pub calls: Shelf<Call>,
    pub messages: Shelf<Message>,
    pub recordings: Shelf<Recording>,
    pub rooms: Shelf<Room>,
    pub handsets: BTreeMap<String, State>,
    pub faults: Vec<Fault>,
    pub errors: Vec<CarrierError>,
    pub delivered: VecDeque<Delivered>,
    /// A lane is here while a request of it is on its way, with those that wait behind it.
    lanes: HashMap<String, VecDeque<Delivery>>,
    /// Callbacks held back by [`Trouble::Reordered`], by lane.
    held: HashMap<String, Key>,
    seed: i64,
    serial: u64,
}

impl World {
    pub fn new(config: SimConfig, now: i64) -> World {
        World {
            now,
            config,
            queue: Queue::default(),
            calls: Shelf::default(),
            messages: Shelf::default(),
            recordings: Shelf::default(),
            rooms: Shelf::default(),
            handsets: BTreeMap::new(),
            faults: Vec::new(),
            errors: Vec::new(),
            delivered: VecDeque::new(),
            lanes: HashMap::new(),
            held: HashMap::new(),
            // Two runs of the simulator must not give the same SID to two calls: a gateway keeps them.
            seed: now,
            serial: 0,
        }
    }

    /// A number that this world has not used yet.
    pub fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A SID: two letters and 32 hexadecimal digits, never given twice.
    pub fn sid(&mut self, letters: &str) -> String {
        let serial = self.serial();
        let digest = Sha1::digest(format!("{} {serial}", self.seed));
        let mut sid = format!("{letters}{}", hex::encode(digest));
        sid.truncate(34);
        sid
    }

    pub fn account(&self, sid: &str) -> Option<&Account> {
        self.config.accounts.iter().find(|account| account.sid == sid)
    }

    pub fn line(&self, number: &str) -> Option<&Line> {
        self.config.lines.iter().find(|line| line.number == number)
    }

    /// Whether an account may show a number as its own.
    pub fn may_show(&self, account: &str, number: &str) -> bool {
        self.line(number).is_some_and(|line| line.account == account)
            || self.account(account).is_some_and(|owner| owner.caller_ids.iter().any(|own| own == number))
    }

    pub fn schedule(&mut self, in_ms: i64, job: Job) -> Key {
        self.queue.push(self.now.saturating_add(in_ms), job)
    }

    pub fn error(&mut self, code: u32, sid: &str, message: impl Into<String>) {
        self.errors.push(CarrierError {
            at_ms: self.now,
            code,
            sid: sid.to_owned(),
            message: message.into(),
        });
    }

    /// Writes a request, without sending it.
    pub fn delivery(
        &mut self,
        account: &str,
        lane: String,
        purpose: Purpose,
        target: (&str, Method),
        form: Form,
    ) -> Delivery {
        let id = self.serial();
        let token = self.account(account).and_then(|owner| owner.tokens.first()).cloned().unwrap_or_default();
        Delivery {
            id,
            lane,
            purpose,
            token,
            url: target.0.to_owned(),
            method: target.1,
            form,
            attempt: 0,
            idempotency: format!("{:08x}-sim-{id}", self.seed),
        }
    }

    /// Sends a status callback, unless a fault strikes it.
    pub fn callback(&mut self, account: &str, lane: String, url: &str, form: Form) {
        let delivery = self.delivery(account, lane.clone(), Purpose::Callback, (url, Method::Post), form);
        let passed = self.held.remove(&lane);
        // The one that is to pass another is not struck itself.
        let trouble = if passed.is_some() { None } else { self.strike(account, Scope::Callbacks) };
        match trouble {
            Some(Trouble::Lost) => {}
            Some(Trouble::Late { ms }) => {
                self.schedule(ms, Job::Deliver(delivery));
            }
            Some(Trouble::Reordered) => {
                let key = self.schedule(HELD_MS, Job::Deliver(delivery));
                self.held.insert(lane, key);
            }
            Some(Trouble::Doubled) => {
                self.schedule(0, Job::Deliver(delivery.clone()));
                self.schedule(0, Job::Deliver(delivery));
            }
            _ => {
                self.schedule(0, Job::Deliver(delivery));
            }
        }
        if let Some(key) = passed {
            self.queue.move_to(key, self.now);
        }
    }

    /// Runs all that is due and hands out the requests that are to leave now.
    pub fn run_due(&mut self) -> Vec<Delivery> {
        let mut leaving = Vec::new();
        while let Some(job) = self.queue.pop_due(self.now) {
            match job {
                Job::PlaceCall(sid) => self.place_call(&sid),
                Job::CallStep(sid) => self.call_step(&sid),
                Job::CallLimit(sid) => self.hang_up(&sid),
                Job::PhoneActs(sid) => self.phone_acts(&sid),
                Job::MessageStep(sid) => self.message_step(&sid),
                Job::Deliver(delivery) => match self.lanes.get_mut(&delivery.lane) {
                    Some(waiting) => waiting.push_back(delivery),
                    None => {
                        self.lanes.insert(delivery.lane.clone(), VecDeque::new());
                        leaving.push(delivery);
                    }
                },
            }
        }
        leaving
    }

    /// Takes the outcome of a request: retries it or hands it to what waits for it, and lets the next of its lane go.
    pub fn settle(&mut self, mut delivery: Delivery, answer: Answer) {
        if let Some(waiting) = self.lanes.remove(&delivery.lane) {
            for next in waiting {
                self.schedule(0, Job::Deliver(next));
            }
        }
        self.note_delivered(&delivery, &answer);
        if answer.retry && tries_left(&delivery) {
            delivery.attempt += 1;
            self.schedule(self.config.pace.retry_gap_ms, Job::Deliver(delivery));
            return;
        }
        match delivery.purpose {
            Purpose::Document { call, fetch } => self.document_arrived(&call, fetch, &answer),
            Purpose::Media { call, fetch } => self.media_arrived(&call, fetch, &delivery.url, &answer),
            Purpose::Wait { call, fetch } => self.wait_arrived(&call, fetch, &answer),
            Purpose::Text => self.text_answered(&delivery.lane, &answer),
            Purpose::Callback => {}
        }
    }

    /// Keeps a request for inspection.
    pub fn note_delivered(&mut self, delivery: &Delivery, answer: &Answer) {
        if self.delivered.len() == DELIVERIES_KEPT {
            self.delivered.pop_front();
        }
        let url = delivery.url.split('#').next().unwrap_or("").to_owned();
        self.delivered.push_back(Delivered {
            id: delivery.id,
            at_ms: self.now,
            method: match delivery.method {
                Method::Get => "GET",
                Method::Post => "POST",
            },
            url,
            form: delivery.form.clone(),
            attempt: delivery.attempt,
            idempotency: delivery.idempotency.clone(),
            signature: answer.signature.clone(),
            status: answer.status,
        });
    }
}

/// Whether a number is written in E.164.
pub fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// An instant as the carrier writes it: RFC 2822 in UTC.
pub fn rfc2822(at_ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Adds a pair to a form.
pub fn pair(form: &mut Form, key: &str, value: impl Into<String>) {
    form.push((key.to_owned(), value.into()));
}
