//! A bulkhead and a breaker around one carrier: no more than so many requests under way at once, so that one that
//! hangs delays only itself, and a note of how each went.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::breaker::Breaker;
use super::carrier::{
    CallOrder, CallUpdate, Carrier, Listing, LookUpFailed, RecordingFailed, Sent, TextOrder,
};
use crate::clock::{Clock, Timestamp};
use crate::wire::rest::{CallRecord, RecordingRecord, TextRecord};
use crate::wire::{Number, Sid};

/// Said of a request that did not begin because too many are under way.
const FULL: &str = "too many requests are under way at this carrier";

/// A carrier with its bounds.
#[derive(Debug)]
pub(super) struct Guarded {
    inner: Arc<dyn Carrier>,
    slots: Semaphore,
    breaker: Mutex<Breaker>,
    /// When it last failed as a whole, and how.
    failed: Mutex<Option<(Timestamp, String)>>,
    clock: Arc<dyn Clock>,
}

impl Guarded {
    pub(super) fn new(inner: Arc<dyn Carrier>, at_once: usize, clock: Arc<dyn Clock>) -> Guarded {
        let slots = Semaphore::new(at_once);
        Guarded { inner, slots, breaker: Mutex::default(), failed: Mutex::default(), clock }
    }

    /// Whether another request may begin just now.
    pub(super) fn has_room(&self) -> bool {
        self.slots.available_permits() > 0
    }

    pub(super) fn with_breaker<R>(&self, use_breaker: impl FnOnce(&mut Breaker) -> R) -> R {
        use_breaker(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// When it last failed as a whole, and how.
    pub(super) fn failed(&self) -> Option<(Timestamp, String)> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn record(&self, sent: &Sent) {
        let (now, outage) = (self.clock.now(), sent.outage());
        self.with_breaker(|breaker| breaker.record(outage.is_some(), now));
        if let Some(why) = outage {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, why));
        }
    }

    async fn sent(&self, request: impl Future<Output = Sent> + Send) -> Sent {
        let Ok(_slot) = self.slots.try_acquire() else { return Sent::Unreached { why: FULL.to_owned() } };
        let sent = request.await;
        self.record(&sent);
        sent
    }

    async fn asked<T, E: From<LookUpFailed>>(
        &self,
        request: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let Ok(_slot) = self.slots.try_acquire() else {
            return Err(LookUpFailed { why: FULL.to_owned() }.into());
        };
        // Not noted in the breaker: reading may fail where sending works.
        request.await
    }
}

#[async_trait]
impl Carrier for Guarded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn send_text(&self, order: &TextOrder) -> Sent {
        self.sent(self.inner.send_text(order)).await
    }

    async fn place_call(&self, order: &CallOrder) -> Sent {
        self.sent(self.inner.place_call(order)).await
    }

    async fn update_call(&self, call: &Sid, update: &CallUpdate) -> Sent {
        self.sent(self.inner.update_call(call, update)).await
    }

    async fn find_text(
        &self,
        order: &TextOrder,
        sent: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed> {
        self.asked(self.inner.find_text(order, sent)).await
    }

    async fn find_call(
        &self,
        order: &CallOrder,
        sent: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed> {
        self.asked(self.inner.find_call(order, sent)).await
    }

    async fn text(&self, text: &Sid) -> Result<Option<TextRecord>, LookUpFailed> {
        self.asked(self.inner.text(text)).await
    }

    async fn call(&self, call: &Sid) -> Result<Option<CallRecord>, LookUpFailed> {
        self.asked(self.inner.call(call)).await
    }

    async fn inbound_calls(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed> {
        self.asked(self.inner.inbound_calls(line, since)).await
    }

    async fn inbound_texts(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed> {
        self.asked(self.inner.inbound_texts(line, since)).await
    }

    async fn recordings(&self, call: &Sid) -> Result<Vec<RecordingRecord>, LookUpFailed> {
        self.asked(self.inner.recordings(call)).await
    }

    async fn recording(&self, recording: &Sid) -> Result<Vec<u8>, RecordingFailed> {
        self.asked(self.inner.recording(recording)).await
    }
}
