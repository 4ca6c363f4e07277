//! What a call is, from the first ring to its last callback.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::conference::Conferring;
use super::dial::Dialling;
use super::handset::Act;
use super::recording::Taping;
use super::time::Key;
use super::twiml::{Gather, Method, Prompt, Verb};
use super::webhook::Form;

/// Who began a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// A phone dialled a line.
    Inbound,
    /// The gateway asked for it over REST.
    OutboundApi,
    /// A Dial verb rang a number.
    OutboundDial,
}

impl Direction {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Inbound => "inbound",
            Direction::OutboundApi => "outbound-api",
            Direction::OutboundDial => "outbound-dial",
        }
    }
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallStatus {
    /// Created, not dialled yet.
    Queued,
    /// Dialled.
    Initiated,
    /// It rings, or a line's webhook has not answered yet.
    Ringing,
    /// Answered.
    InProgress,
    /// It was answered and is over.
    Completed,
    /// The other end was busy or declined.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// It could not be placed.
    Failed,
    /// Taken back before anybody picked up.
    Canceled,
}

impl CallStatus {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            CallStatus::Queued => "queued",
            CallStatus::Initiated => "initiated",
            CallStatus::Ringing => "ringing",
            CallStatus::InProgress => "in-progress",
            CallStatus::Completed => "completed",
            CallStatus::Busy => "busy",
            CallStatus::NoAnswer => "no-answer",
            CallStatus::Failed => "failed",
            CallStatus::Canceled => "canceled",
        }
    }

    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            CallStatus::Queued | CallStatus::Initiated | CallStatus::Ringing | CallStatus::InProgress
        )
    }

    pub(super) fn sip_code(self) -> &'static str {
        match self {
            CallStatus::Busy => "486",
            CallStatus::NoAnswer | CallStatus::Canceled => "487",
            CallStatus::Failed => "404",
            _ => "200",
        }
    }
}

/// What begins when a call is picked up.
#[derive(Clone, Debug)]
pub enum Begin {
    /// TwiML from the gateway.
    Document { url: String, method: Method },
    /// TwiML that came with the request.
    Twiml(String),
    /// The connection to the call that dialled, after a screening if there is one.
    Bridge { screen: Option<(String, Method)> },
}

/// Who is told how an outbound call fares.
#[derive(Clone, Debug)]
pub struct Told {
    pub url: String,
    /// Of initiated, ringing, answered, completed.
    pub events: Vec<String>,
}

/// Where the running document came from: what a verb without an address asks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An address of the gateway.
    Url(String, Method),
    /// The line's fallback, hosted here.
    Fallback,
    /// TwiML that came with a REST request; it has no address.
    Inline,
}

/// Keys being collected.
#[derive(Clone, Debug)]
pub struct Gathering {
    pub verb: Gather,
    pub digits: String,
}

/// What a call does now; its step timer means whatever belongs to the stage.
#[derive(Debug)]
pub enum Stage {
    /// In the carrier's queue.
    Queued,
    /// Rings; the timer gives up.
    Ringing,
    /// Waits for TwiML.
    Fetching(u64),
    /// Something is heard; the timer, or the sound file asked for, ends it.
    Prompting { rest: VecDeque<Prompt>, gather: Option<Gathering>, media: Option<u64> },
    /// All is said; the timer ends the silence.
    Listening(Gathering),
    /// The phone's owner is recorded; the timer ends it.
    Recording(Taping),
    /// Others ring or are connected; the timer gives up ringing.
    Dialing(Dialling),
    /// In a conference; the timer ends what is heard while waiting, or the talk.
    Conferring(Conferring),
    /// A dialled leg, connected to its parent.
    Bridged,
    /// Over.
    Ended,
}

/// What was heard on a phone, or happened to it, at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// When it began, in epoch milliseconds.
    pub at_ms: i64,
    /// What it was.
    #[serde(flatten)]
    pub what: Sound,
}

/// What can be heard, or happen, in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Sound {
    /// The gateway speaks.
    Said {
        /// The words.
        text: String,
        /// The language asked for.
        language: String,
    },
    /// A sound file is played.
    Played {
        /// Its address.
        url: String,
        /// Its length, `None` if it could not be fetched.
        ms: Option<i64>,
    },
    /// A tone: from now on it is recorded.
    Beep,
    /// The carrier itself speaks: an error, a busy line.
    Carrier {
        /// The words.
        text: String,
    },
    /// The ringing tone of a number being dialled.
    Ringback,
    /// Connected to another phone.
    Connected {
        /// Its number.
        to: String,
    },
    /// The phone's owner pressed a key.
    Key {
        /// Which.
        key: char,
        /// Whether anything listened for it.
        counted: bool,
    },
    /// The phone's owner speaks.
    Speech {
        /// For how many seconds.
        seconds: u32,
        /// The words, if they were given.
        words: String,
    },
    /// The other phone's owner speaks.
    Voice {
        /// The words, if they were given.
        words: String,
    },
}

/// Timers of a call, so that they can be stopped.
#[derive(Debug, Default)]
pub struct Timers {
    pub step: Option<Key>,
    pub limit: Option<Key>,
    pub phone: Option<Key>,
}

/// One leg between the carrier and a phone.
#[derive(Debug)]
pub struct Call {
    pub sid: String,
    pub account: String,
    pub direction: Direction,
    /// As shown on the wire: may be withheld.
    pub from: String,
    pub to: String,
    /// The phone at the other end.
    pub phone: String,
    /// What the network says about the caller: StirVerstat, ForwardedFrom, CallerName.
    pub facts: Form,
    pub parent: Option<String>,
    pub status: CallStatus,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
    pub answered_ms: Option<i64>,
    pub ended_ms: Option<i64>,
    pub begin: Begin,
    pub told: Option<Told>,
    pub sequence: u32,
    pub ring_s: u32,
    pub limit_s: Option<u32>,
    /// Whether `AnsweredBy` goes with the first request.
    pub detect_machine: bool,
    pub stage: Stage,
    pub program: VecDeque<Verb>,
    pub source: Source,
    /// How many documents were run: a loop that takes no time has to end.
    pub documents: u32,
    pub heard: Vec<Heard>,
    /// Until when the phone's owner speaks.
    pub speaking_until: i64,
    /// What he still does by himself.
    pub script: VecDeque<Act>,
    /// Whether the script waits for keys to be listened for.
    pub script_listens: bool,
    pub timers: Timers,
}

impl Call {
    /// A call that has not begun.
    pub fn new(sid: String, account: String, direction: Direction, now: i64) -> Call {
        Call {
            sid,
            account,
            direction,
            from: String::new(),
            to: String::new(),
            phone: String::new(),
            facts: Form::new(),
            parent: None,
            status: CallStatus::Queued,
            created_ms: now,
            started_ms: None,
            answered_ms: None,
            ended_ms: None,
            begin: Begin::Twiml(String::new()),
            told: None,
            sequence: 0,
            ring_s: 60,
            limit_s: None,
            detect_machine: false,
            stage: Stage::Queued,
            program: VecDeque::new(),
            source: Source::Inline,
            documents: 0,
            heard: Vec::new(),
            speaking_until: i64::MIN,
            script: VecDeque::new(),
            script_listens: false,
            timers: Timers::default(),
        }
    }

    /// Seconds between answer and end, rounded up; `None` while it lasts, 0 if it was never answered.
    pub fn duration_s(&self) -> Option<i64> {
        let ended = self.ended_ms?;
        Some(self.answered_ms.map_or(0, |answered| ended.saturating_sub(answered).saturating_add(999) / 1000))
    }

    /// A call to a line is answered as something begins to be heard.
    pub fn take_up(&mut self, now: i64) {
        if self.direction == Direction::Inbound && self.answered_ms.is_none() {
            self.status = CallStatus::InProgress;
            self.answered_ms = Some(now);
        }
    }

    /// Whether a key would count now.
    pub fn listens(&self) -> bool {
        matches!(self.stage, Stage::Listening(_) | Stage::Prompting { gather: Some(_), .. })
    }
}
