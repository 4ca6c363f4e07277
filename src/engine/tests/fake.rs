//! A carrier whose answers are set by the test, and that remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::channel::{
    CallOrder, CallUpdate, Carrier, Listing, LookUpFailed, RecordingFailed, Sent, TextOrder,
};
use crate::clock::{Clock, ManualClock, Timestamp};
use crate::wire::event::{CallState, Direction, TextState};
use crate::wire::rest::{CallRecord, RecordingRecord, TextRecord};
use crate::wire::{FreeText, Number, Sid};

/// What happens to the next request.
#[derive(Debug, Clone)]
pub enum Next {
    /// It is taken.
    Accept,
    /// It is answered so, and not done.
    Say(Sent),
    /// It is done, and the answer is lost.
    TakeAndLose,
    /// It is never answered; done or not.
    Hang { done: bool },
    /// It is taken when the gate opens.
    Gate,
}

#[derive(Debug)]
pub struct Fake {
    clock: ManualClock,
    next_texts: Mutex<VecDeque<Next>>,
    next_calls: Mutex<VecDeque<Next>>,
    /// Everything that was asked for, done or not.
    pub asked: watch::Sender<Vec<Asked>>,
    pub gate: watch::Sender<bool>,
    texts: Mutex<Vec<TextRecord>>,
    calls: Mutex<Vec<CallRecord>>,
    recordings: Mutex<BTreeMap<String, Vec<u8>>>,
    ended: Mutex<Vec<String>>,
    looks: Mutex<Vec<Timestamp>>,
    /// How many lists of inbound calls, and then of recordings, cannot be had.
    failing: Mutex<(u32, u32)>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub at: Timestamp,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    Text(TextOrder),
    Call(CallOrder),
}

impl Fake {
    pub fn new(clock: ManualClock) -> Fake {
        Fake {
            clock,
            next_texts: Mutex::default(),
            next_calls: Mutex::default(),
            asked: watch::Sender::default(),
            gate: watch::Sender::new(false),
            texts: Mutex::default(),
            calls: Mutex::default(),
            recordings: Mutex::default(),
            ended: Mutex::default(),
            looks: Mutex::default(),
            failing: Mutex::default(),
        }
    }

    pub fn next_text(&self, next: Next) {
        self.next_texts.lock().unwrap().push_back(next);
    }

    pub fn next_call(&self, next: Next) {
        self.next_calls.lock().unwrap().push_back(next);
    }

    /// The texts that were asked for so far, with their instants.
    pub fn texts(&self) -> Vec<(Timestamp, TextOrder)> {
        let text = |asked: &Asked| match &asked.what {
            What::Text(order) => Some((asked.at, order.clone())),
            What::Call(_) => None,
        };
        self.asked.borrow().iter().filter_map(text).collect()
    }

    pub fn calls(&self) -> Vec<(Timestamp, CallOrder)> {
        let call = |asked: &Asked| match &asked.what {
            What::Call(order) => Some((asked.at, order.clone())),
            What::Text(_) => None,
        };
        self.asked.borrow().iter().filter_map(call).collect()
    }

    /// Calls that we ended.
    pub fn ended(&self) -> Vec<String> {
        self.ended.lock().unwrap().clone()
    }

    /// When it was asked for lists of what we sent.
    pub fn looks(&self) -> Vec<Timestamp> {
        self.looks.lock().unwrap().clone()
    }

    /// The carrier has a call, of ours or to us.
    pub fn has_call(&self, call: CallRecord) {
        let mut calls = self.calls.lock().unwrap();
        calls.retain(|known| known.sid != call.sid);
        calls.push(call);
    }

    pub fn has_text(&self, text: TextRecord) {
        self.texts.lock().unwrap().push(text);
    }

    pub fn has_recording(&self, sid: &str, content: &[u8]) {
        self.recordings.lock().unwrap().insert(sid.to_owned(), content.to_owned());
    }

    pub fn forget_recordings(&self) {
        self.recordings.lock().unwrap().clear();
    }

    /// What becomes of a text that was taken.
    pub fn text_is(&self, sid: &str, state: TextState) {
        let mut texts = self.texts.lock().unwrap();
        texts.iter_mut().filter(|text| text.sid.as_str() == sid).for_each(|text| text.state = Some(state));
    }

    /// The next lists of inbound calls, and of recordings, cannot be had.
    pub fn fail_next_lists(&self, calls: u32, recordings: u32) {
        *self.failing.lock().unwrap() = (calls, recordings);
    }

    async fn answer(&self, queue: &Mutex<VecDeque<Next>>, take: impl Fn() -> Sid + Send + Sync) -> Sent {
        let next = queue.lock().unwrap().pop_front().unwrap_or(Next::Accept);
        match next {
            Next::Accept => Sent::Accepted { sid: take() },
            Next::Say(sent) => sent,
            Next::TakeAndLose => {
                take();
                Sent::Unknown { why: "no answer within the deadline".into() }
            }
            Next::Hang { done } => {
                if done {
                    take();
                }
                std::future::pending().await
            }
            Next::Gate => {
                self.gate.subscribe().wait_for(|open| *open).await.unwrap();
                Sent::Accepted { sid: take() }
            }
        }
    }

    fn note(&self, what: What) {
        let at = self.clock.now();
        self.asked.send_modify(|asked| asked.push(Asked { at, what }));
    }
}

fn fails(left: &mut u32) -> Result<(), LookUpFailed> {
    if *left == 0 {
        return Ok(());
    }
    *left -= 1;
    Err(LookUpFailed { why: "answered 503".into() })
}

/// An inbound call as a carrier lists it.
pub fn inbound(sid: &str, from: &str, created: Timestamp, state: CallState) -> CallRecord {
    CallRecord {
        sid: sid.parse().unwrap(),
        from: Number::new(from),
        to: Number::new("+18025550100"),
        created: Some(created),
        direction: Some(Direction::Inbound),
        state: Some(state),
        seconds: state.is_final().then_some(40),
    }
}

/// An inbound text as a carrier lists it.
pub fn written(sid: &str, from: &str, body: &str, created: Timestamp) -> TextRecord {
    TextRecord {
        sid: sid.parse().unwrap(),
        from: Number::new(from),
        to: Number::new("+18025550100"),
        body: FreeText::new(body),
        created: Some(created),
        inbound: true,
        state: None,
        error_code: None,
        media: 0,
    }
}

#[async_trait]
impl Carrier for Fake {
    fn name(&self) -> &str {
        "main"
    }

    async fn send_text(&self, order: &TextOrder) -> Sent {
        self.note(What::Text(order.clone()));
        let take = || {
            let mut texts = self.texts.lock().unwrap();
            let sid: Sid = format!("SM{}", texts.len() + 1).parse().unwrap();
            texts.push(TextRecord {
                sid: sid.clone(),
                from: order.from.clone(),
                to: order.to.clone(),
                body: order.body.clone(),
                created: Some(self.clock.now()),
                inbound: false,
                state: Some(TextState::Queued),
                error_code: None,
                media: 0,
            });
            sid
        };
        self.answer(&self.next_texts, take).await
    }

    async fn place_call(&self, order: &CallOrder) -> Sent {
        self.note(What::Call(order.clone()));
        let take = || {
            let mut calls = self.calls.lock().unwrap();
            let sid: Sid = format!("CA{}", calls.len() + 1).parse().unwrap();
            calls.push(CallRecord {
                sid: sid.clone(),
                from: order.from.clone(),
                to: order.to.clone(),
                created: Some(self.clock.now()),
                direction: Some(Direction::OutboundApi),
                state: Some(CallState::Ringing),
                seconds: None,
            });
            sid
        };
        self.answer(&self.next_calls, take).await
    }

    async fn update_call(&self, call: &Sid, _: &CallUpdate) -> Sent {
        self.ended.lock().unwrap().push(call.to_string());
        Sent::Accepted { sid: call.clone() }
    }

    async fn find_text(
        &self,
        order: &TextOrder,
        sent: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed> {
        self.looks.lock().unwrap().push(self.clock.now());
        let texts = self.texts.lock().unwrap();
        let ours = texts.iter().filter(|text| {
            !text.inbound && text.to == order.to && text.body == order.body && text.created >= Some(sent)
        });
        Ok(Listing { entries: ours.cloned().collect(), complete: true })
    }

    async fn find_call(
        &self,
        order: &CallOrder,
        sent: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed> {
        self.looks.lock().unwrap().push(self.clock.now());
        let calls = self.calls.lock().unwrap();
        let ours = calls.iter().filter(|call| {
            call.direction == Some(Direction::OutboundApi)
                && call.to == order.to
                && call.created >= Some(sent)
        });
        Ok(Listing { entries: ours.cloned().collect(), complete: true })
    }

    async fn text(&self, text: &Sid) -> Result<Option<TextRecord>, LookUpFailed> {
        Ok(self.texts.lock().unwrap().iter().find(|known| known.sid == *text).cloned())
    }

    async fn call(&self, call: &Sid) -> Result<Option<CallRecord>, LookUpFailed> {
        Ok(self.calls.lock().unwrap().iter().find(|known| known.sid == *call).cloned())
    }

    async fn inbound_calls(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed> {
        fails(&mut self.failing.lock().unwrap().0)?;
        let calls = self.calls.lock().unwrap();
        let theirs = calls.iter().filter(|call| {
            call.direction == Some(Direction::Inbound) && call.to == *line && call.created >= Some(since)
        });
        Ok(Listing { entries: theirs.cloned().collect(), complete: true })
    }

    async fn inbound_texts(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed> {
        let texts = self.texts.lock().unwrap();
        let theirs =
            texts.iter().filter(|text| text.inbound && text.to == *line && text.created >= Some(since));
        Ok(Listing { entries: theirs.cloned().collect(), complete: true })
    }

    async fn recordings(&self, _: &Sid) -> Result<Vec<RecordingRecord>, LookUpFailed> {
        fails(&mut self.failing.lock().unwrap().1)?;
        let recordings = self.recordings.lock().unwrap();
        let sids = recordings.keys().map(|sid| sid.parse().unwrap());
        Ok(sids.map(|sid| RecordingRecord { sid, seconds: Some(9) }).collect())
    }

    async fn recording(&self, recording: &Sid) -> Result<Vec<u8>, RecordingFailed> {
        let recordings = self.recordings.lock().unwrap();
        recordings.get(recording.as_str()).cloned().ok_or(RecordingFailed::NotThere)
    }
}
