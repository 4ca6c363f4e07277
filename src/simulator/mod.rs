//! A Twilio-compatible carrier in the box: REST, TwiML, webhooks, phones and faults, so that the gateway runs, rings and
//! pages on a laptop with no account anywhere.
//!
//! It is written from the published protocol and uses nothing of the gateway: a twin built on the gateway's own structs
//! would share its misunderstandings. Gateway and carrier meet over HTTP alone.
//!
//! # Time
//! Whatever waits (rings, silences, callbacks, retries, a phone's owner) stands in one queue, under the clock that
//! [`SimTime`] lends. A demonstration runs [`Simulator::run`]; a test moves its clock to [`Simulator::next_due`] and
//! calls [`Simulator::run_due`], which returns when nothing is due and no request is on its way. Nothing happens between
//! those calls. Requests over REST are answered at once; what they cause is left to the queue.
//!
//! # In a test
//! ```no_run
//! # use nightbell::simulator::*;
//! # async fn example(clock: std::sync::Arc<dyn SimTime>, config: SimConfig) -> Result<(), PhoneError> {
//! let sim = Simulator::new(config, clock);            // serve sim.router() where config.base_url says
//! let caller = sim.handset("+18025550101");
//! let agent = sim.handset("+18025550102");
//! agent.on_call(OnCall::Voicemail { after_ms: 20_000, lasts_ms: 30_000 });
//!
//! caller.dial("+18025550100")?;                       // one of the lines
//! sim.run_due().await;                                // the webhook is asked, the answer is heard
//! assert!(caller.call().is_some_and(|call| call.listening));
//! caller.press("1")?;                                 // counts only while something listens
//! sim.run_due().await;
//! caller.hang_up()?;                                  // the status address hears of it
//! sim.run_due().await;
//! assert_eq!(agent.texts().len(), 1);
//! assert!(sim.errors().is_empty());                   // no document that a real carrier would choke on
//! # Ok(()) }
//! ```
//! With [`Pace::instant`] Say, Play and Pause take no time, so that one `run_due` leads to the next silence. Speech takes
//! its time always: after [`Handset::speak`] move the clock before the recording is ended. Phones pick up by hand unless
//! [`Handset::on_call`] says otherwise. [`Simulator::fault`] makes the carrier misbehave; [`Simulator::delivered`] shows
//! every request as it was made, for tests that forge or repeat one ([`sign`]).
//!
//! # What it does not do
//! Speech input, queues, streams, machine detection after the answer, messaging services beyond naming
//! one, prices. A document that uses them is an error, which [`Simulator::errors`] shows.

mod call;
mod conference;
mod config;
mod control;
mod dial;
mod fault;
mod handset;
mod interpret;
mod message;
mod phones;
mod progress;
mod recording;
mod rest;
mod ringing;
mod sms;
#[cfg(test)]
mod tests;
mod time;
mod twiml;
mod view;
mod webhook;
mod world;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use call::{CallStatus, Direction, Heard, Sound};
pub use config::{Account, Line, Pace, Phone, Role, SimConfig};
pub use fault::{Fault, Scope, Trouble};
pub use handset::{Act, CallerFacts, MediaFile, OnCall, OnText, PhoneError};
pub use message::{MessageStatus, Text};
pub use time::SimTime;
pub use view::{CallView, ConferenceView, MessageView, PhoneView};
pub use webhook::{Delivered, Form, sign};
pub use world::CarrierError;

use webhook::Delivery;
use world::World;

/// The carrier. A clone is the same carrier.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

struct Shared {
    world: Mutex<World>,
    time: Arc<dyn SimTime>,
    client: reqwest::Client,
    /// Counts every change; who waits for something to do, or to show, waits here.
    changed: watch::Sender<u64>,
    /// Cancelled when the faults are cleared: requests that hang let go.
    hanging: Mutex<CancellationToken>,
    /// Cancelled at the end: streams of events stop, so that a server can shut down gracefully.
    closed: CancellationToken,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").finish_non_exhaustive()
    }
}

impl Simulator {
    /// A carrier at the start of its day.
    pub fn new(config: SimConfig, time: Arc<dyn SimTime>) -> Simulator {
        #[expect(clippy::expect_used, reason = "it fails only where the TLS library cannot start at all")]
        let client = webhook::client().expect("an HTTP client");
        let world = Mutex::new(World::new(config, time.now_ms()));
        let changed = watch::Sender::new(0);
        let hanging = Mutex::new(CancellationToken::new());
        let closed = CancellationToken::new();
        Simulator { shared: Arc::new(Shared { world, time, client, changed, hanging, closed }) }
    }

    /// REST under `/2010-04-01`, scripting under `/_sim`, the page under `/phones`.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(phones::router(self.clone()))
            .nest("/_sim", control::router(self.clone()))
            .merge(rest::router(self.clone()))
    }

    /// Looks at the world.
    fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        let mut world = self.shared.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.now = self.shared.time.now_ms();
        look(&world)
    }

    /// Changes the world, and wakes whoever waits for that.
    fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        let answer = {
            let mut world = self.shared.world.lock().unwrap_or_else(PoisonError::into_inner);
            world.now = self.shared.time.now_ms();
            act(&mut world)
        };
        self.shared.changed.send_modify(|count| *count = count.wrapping_add(1));
        answer
    }

    /// When the next thing happens by itself, in epoch milliseconds; `None` if nothing will. A request that is on its
    /// way is no such thing.
    pub fn next_due(&self) -> Option<i64> {
        self.read(|world| world.queue.next_due())
    }

    fn take_due(&self) -> Vec<Delivery> {
        if self.next_due().is_some_and(|due| due <= self.shared.time.now_ms()) {
            self.with(World::run_due)
        } else {
            Vec::new()
        }
    }

    async fn deliver(&self, delivery: Delivery) {
        let answer = webhook::perform(&self.shared.client, &delivery).await;
        self.with(|world| world.settle(delivery, answer));
    }

    /// Makes a request outside of the queue, whatever becomes of it.
    async fn deliver_now(&self, delivery: Delivery) {
        let answer = webhook::perform(&self.shared.client, &delivery).await;
        self.with(|world| world.note_delivered(&delivery, &answer));
    }

    /// Does everything that is due now, with what that makes due at this instant, and returns when nothing is due and
    /// no request to the gateway is on its way. Requests take real time: at most 15 s each.
    pub async fn run_due(&self) {
        let mut changed = self.shared.changed.subscribe();
        let mut flying = FuturesUnordered::new();
        loop {
            changed.mark_unchanged();
            let leaving = self.take_due();
            let idle = leaving.is_empty() && flying.is_empty();
            flying.extend(leaving.into_iter().map(|delivery| self.deliver(delivery)));
            if idle {
                return;
            }
            tokio::select! {
                _ = flying.next(), if !flying.is_empty() => {}
                _ = changed.changed() => {}
            }
        }
    }

    /// Lives until `shutdown`: does what is due when it is due. Requests on their way are given up then.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut changed = self.shared.changed.subscribe();
        let mut flying = FuturesUnordered::new();
        loop {
            changed.mark_unchanged();
            flying.extend(self.take_due().into_iter().map(|delivery| self.deliver(delivery)));
            let next = self.next_due().unwrap_or(i64::MAX);
            tokio::select! {
                () = shutdown.cancelled() => return self.close(),
                _ = flying.next(), if !flying.is_empty() => {}
                _ = changed.changed() => {}
                () = self.shared.time.sleep_until(next) => {}
            }
        }
    }

    /// Lets go of whoever is connected: streams of events end, requests that hang are dropped. A server that shuts down
    /// gracefully would wait for them; [`Simulator::run`] calls it at its end.
    pub fn close(&self) {
        self.shared.closed.cancel();
        self.clear_faults();
    }

    /// Puts a fault in force, after those that are.
    pub fn fault(&self, fault: Fault) {
        self.with(|world| world.faults.push(fault));
    }

    /// The faults in force.
    pub fn faults(&self) -> Vec<Fault> {
        self.read(|world| world.faults.clone())
    }

    /// Ends all faults; requests that hang are dropped.
    pub fn clear_faults(&self) {
        self.with(|world| world.faults.clear());
        let mut hanging = self.shared.hanging.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *hanging).cancel();
    }

    /// What lets go of a request that hangs; to be asked for before the fault is, so that a clearing in between counts.
    fn letting_go(&self) -> CancellationToken {
        self.shared.hanging.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a line, or sets the addresses of one that is there.
    pub fn put_line(&self, line: Line) {
        self.with(|world| {
            world.config.lines.retain(|old| old.number != line.number);
            world.config.lines.push(line);
        });
    }

    /// What the carrier would list among the account's errors: documents it could not run, addresses without answer.
    pub fn errors(&self) -> Vec<CarrierError> {
        self.read(|world| world.errors.clone())
    }

    /// All calls, both ways and dialled legs, oldest first.
    pub fn calls(&self) -> Vec<CallView> {
        self.read(World::call_views)
    }

    /// All messages, both ways, oldest first.
    pub fn messages(&self) -> Vec<MessageView> {
        self.read(|world| world.messages.iter().map(MessageView::from).collect())
    }

    /// The requests to the gateway whose outcome is known, oldest first; the newest 20,000.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.read(|world| world.delivered.iter().cloned().collect())
    }

    /// The phones of the page.
    pub fn phones(&self) -> Vec<PhoneView> {
        self.read(World::phone_views)
    }

    /// The phone of a number, which need not be on the page.
    pub fn handset(&self, number: &str) -> Handset {
        Handset { sim: self.clone(), number: number.to_owned() }
    }
}

/// A phone in the hand.
#[derive(Clone, Debug)]
pub struct Handset {
    sim: Simulator,
    number: String,
}

impl Handset {
    /// The number, in E.164.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// What it does from now on when it is called.
    pub fn on_call(&self, behaviour: OnCall) {
        self.sim.with(|world| world.phone(&self.number).on_call = behaviour);
    }

    /// What becomes from now on of texts to it.
    pub fn on_text(&self, behaviour: OnText) {
        self.sim.with(|world| world.phone(&self.number).on_text = behaviour);
    }

    /// Dials a line and gives the call's SID.
    pub fn dial(&self, line: &str) -> Result<String, PhoneError> {
        self.dial_as(line, CallerFacts::default())
    }

    /// Dials a line, with what the network shall say about the caller.
    pub fn dial_as(&self, line: &str, facts: CallerFacts) -> Result<String, PhoneError> {
        self.sim.with(|world| world.dial(&self.number, line, facts))
    }

    /// Answers the call that it rings for.
    pub fn answer(&self) -> Result<(), PhoneError> {
        self.sim.with(|world| world.answer(&self.number))
    }

    /// Declines the call that it rings for: the other end finds it busy.
    pub fn decline(&self) -> Result<(), PhoneError> {
        self.sim.with(|world| world.decline(&self.number))
    }

    /// Presses keys; those that nothing listens for are lost, as on a real line.
    pub fn press(&self, keys: &str) -> Result<(), PhoneError> {
        self.sim.with(|world| world.press(&self.number, keys))
    }

    /// Speaks for so many seconds from now; `words` is what a transcript will say.
    pub fn speak(&self, seconds: u32, words: &str) -> Result<(), PhoneError> {
        self.sim.with(|world| world.speak(&self.number, seconds, words))
    }

    /// Rings off.
    pub fn hang_up(&self) -> Result<(), PhoneError> {
        self.sim.with(|world| world.ring_off(&self.number))
    }

    /// Sends a text to a line and gives the message's SID.
    pub fn text(&self, line: &str, body: &str) -> Result<String, PhoneError> {
        self.text_with(line, body, Vec::new())
    }

    /// Sends a text with files to a line.
    pub fn text_with(&self, line: &str, body: &str, media: Vec<MediaFile>) -> Result<String, PhoneError> {
        self.sim.with(|world| world.text(&self.number, line, body, media))
    }

    /// The texts received, oldest first.
    pub fn texts(&self) -> Vec<Text> {
        self.thread().into_iter().filter(|text| !text.sent).collect()
    }

    /// The texts received and sent, oldest first.
    pub fn thread(&self) -> Vec<Text> {
        self.sim.read(|world| {
            world.handsets.get(&self.number).map(|phone| phone.texts.clone()).unwrap_or_default()
        })
    }

    /// The call that it rings for or is in.
    pub fn call(&self) -> Option<CallView> {
        self.sim.read(|world| world.call_view(&world.live(&self.number)?))
    }

    /// All its calls, oldest first, the present one last.
    pub fn history(&self) -> Vec<CallView> {
        self.sim.read(|world| {
            let Some(phone) = world.handsets.get(&self.number) else { return Vec::new() };
            phone.calls.iter().filter_map(|sid| world.call_view(sid)).collect()
        })
    }
}
