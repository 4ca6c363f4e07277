//! What a carrier can be asked, and what may become of a request.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Timestamp;
use crate::wire::rest::{CallRecord, RecordingRecord, TextRecord};
use crate::wire::{About, FreeText, Number, Sid};

/// A text to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOrder {
    /// One of the carrier's senders.
    pub from: Number,
    /// The addressee, in E.164.
    pub to: Number,
    /// What it says, at most 1600 characters.
    pub body: FreeText,
    /// Where its states are reported, if anybody waits for them; the attempt's id travels in it, for a report may come
    /// before the answer.
    pub status_callback: Option<String>,
    /// How long it may wait at the carrier, in seconds: a page an hour late is no page.
    pub validity_seconds: u32,
}

/// A call to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOrder {
    /// A number that the carrier may show.
    pub from: Number,
    /// Whom to call, in E.164.
    pub to: Number,
    /// What to do once it is answered.
    pub answered: Answered,
    /// Where its states are reported, if anybody waits for them; the attempt's id travels in it, for a report may come
    /// before the answer.
    pub status_callback: Option<String>,
    /// How long it rings, in seconds.
    pub ring_seconds: u32,
    /// How long it may last, in seconds.
    pub time_limit_seconds: u32,
}

/// What is done on a call of ours once it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// This address is asked.
    Ask(String),
    /// This document is carried out.
    Document(String),
}

/// A change to a call that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallUpdate {
    /// Ends it, whether it is answered or not.
    HangUp,
    /// Ends it only if it has not been answered.
    Cancel,
    /// Goes on with what this address answers.
    Redirect {
        /// The address.
        url: String,
    },
}

/// What became of a request to create or change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The carrier took it.
    Accepted {
        /// Its name there.
        sid: Sid,
    },
    /// The carrier will not do it; the same request would be refused again.
    Refused(Refusal),
    /// Not processed, because there were too many; safe to send again, with jitter.
    Throttled {
        /// How long the carrier asks to wait.
        retry_after: Option<Duration>,
    },
    /// Never written to the carrier; safe to send again, or elsewhere.
    Unreached {
        /// What stood in the way.
        why: String,
    },
    /// It may or may not have been processed. Look it up before sending it again.
    Unknown {
        /// What happened instead of an answer.
        why: String,
    },
}

/// A carrier's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The carrier's error code.
    pub code: Option<u32>,
    /// Whom it concerns, and so what helps.
    pub about: About,
    /// What the carrier says; it may quote numbers.
    pub message: FreeText,
}

/// A look-up did not work. Nothing was changed by it, so it may be repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the carrier could not be asked: {why}")]
pub struct LookUpFailed {
    /// What happened instead of an answer.
    pub why: String,
}

/// What a list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Whether that is all; if not, an entry that is missing may still exist.
    pub complete: bool,
}

/// Why a recording could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingFailed {
    /// There is no such file: not yet, or no longer.
    #[error("the carrier has no such recording (yet)")]
    NotThere,
    /// It is larger than [`crate::channel::twilio::LARGEST_RECORDING`].
    #[error("the recording is larger than a message can be")]
    TooLarge,
    /// The carrier could not be asked.
    #[error(transparent)]
    Failed(#[from] LookUpFailed),
}

/// A provider of texts and calls. Every answer comes within the client's deadlines.
#[async_trait]
pub trait Carrier: Send + Sync + fmt::Debug {
    /// The name it has in the configuration.
    fn name(&self) -> &str;
    /// Sends a text.
    async fn send_text(&self, order: &TextOrder) -> Sent;
    /// Places a call.
    async fn place_call(&self, order: &CallOrder) -> Sent;
    /// Changes a call that is under way. A refusal about [`About::Call`] means that it is over.
    async fn update_call(&self, call: &Sid, update: &CallUpdate) -> Sent;
    /// The texts that may be what became of `order`: same sender, addressee and words, taken since it was sent at
    /// `sent`. The caller leaves out those that it knows to be another attempt's.
    async fn find_text(
        &self,
        order: &TextOrder,
        sent: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed>;
    /// The calls that may be what became of `order`: same caller and callee, taken since it was sent at `sent`.
    async fn find_call(
        &self,
        order: &CallOrder,
        sent: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed>;
    /// One text; `None` if the carrier has none of that name.
    async fn text(&self, text: &Sid) -> Result<Option<TextRecord>, LookUpFailed>;
    /// One call; `None` if the carrier has none of that name.
    async fn call(&self, call: &Sid) -> Result<Option<CallRecord>, LookUpFailed>;
    /// Calls to one of our lines since `since`, answered by us or not.
    async fn inbound_calls(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed>;
    /// Texts to one of our lines since `since`.
    async fn inbound_texts(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed>;
    /// What was recorded in a call.
    async fn recordings(&self, call: &Sid) -> Result<Vec<RecordingRecord>, LookUpFailed>;
    /// The bytes of a recording, a WAV file.
    async fn recording(&self, recording: &Sid) -> Result<Vec<u8>, RecordingFailed>;
}
