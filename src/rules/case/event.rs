//! What can happen to a case: from the caller, from agents, from carriers, and by time.

use super::LegInput;
use crate::clock::Timestamp;
use crate::rules::command::{Command, Speaker};
use crate::rules::effect::AttemptId;
use crate::rules::flow::FlowCommand;
use crate::rules::live::WaitingCall;
use crate::rules::page::{Receipt, Sent};
use crate::rules::people::AgentKey;
use crate::rules::ticket::{Actor, Ticket, Via};
use std::time::Duration;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time passed.
    Due,
    /// A call came in and opened this ticket.
    Called {
        /// The carrier's id of the call.
        call: String,
    },
    /// The voice flow asks for something.
    Flow(FlowCommand),
    /// The caller waits on the line to be put through.
    Waits {
        /// His call.
        call: WaitingCall,
        /// Whether he waits in a conference; else his own call rings.
        conference: bool,
        /// The longest that his flow lets him wait.
        limit: Duration,
    },
    /// The caller's own call rings the next one.
    RingsNext,
    /// Somebody came into the conference in which the caller waits.
    CameIn {
        /// The carrier's id of the call that did.
        call: String,
    },
    /// A call of the caller's is gone, whatever it was doing.
    CallerLeft {
        /// The carrier's id of it.
        call: String,
    },
    /// The caller's call is over.
    CallEnded {
        /// Whether there was a key or speech.
        engaged: bool,
        /// Whether a call from the same number was abandoned just before.
        returning: bool,
        /// How long it lasted.
        seconds: u32,
    },
    /// Somebody wrote, and this ticket was opened for it.
    Wrote {
        /// The text.
        body: String,
        /// Whether it is answered: once a day at the most.
        answer: bool,
    },
    /// The caller wrote.
    Texted {
        /// The text.
        body: String,
    },
    /// Pictures came with a text.
    Pictures {
        /// Who sent them.
        by: Actor,
        /// What is known of them.
        pictures: Pictures,
    },
    /// The caller chose a language.
    Speaks {
        /// BCP 47.
        language: String,
    },
    /// An agent who called the line was put through to the customer, and that is over.
    Talked {
        /// Who.
        agent: AgentKey,
        /// Somebody answered.
        answered: bool,
        /// How long they talked, in seconds.
        seconds: u32,
    },
    /// The auditor found an emergency that nobody has and for which nothing is under way.
    Forgotten,
    /// The call that opened this ticket had been answered by the carrier's fallback while we were away.
    Missed {
        /// When it came in.
        at: Timestamp,
    },
    /// The caller's words, as the carrier understood them.
    Transcribed {
        /// The text.
        text: String,
    },
    /// A recording is kept, or could not be had.
    RecordingKept {
        /// The carrier's id of it.
        recording: String,
        /// Its size; `None` if it could not be had within the hour.
        bytes: Option<u64>,
    },
    /// A provisional ticket, with what it had learnt, is carried on by this one.
    Absorb(Box<Ticket>),
    /// This ticket is carried on by another.
    MergedInto(Box<Ticket>),
    /// Somebody said something about it.
    Command {
        /// Who.
        by: Speaker,
        /// By what way.
        via: Via,
        /// What.
        command: Command,
    },
    /// An agent's phone answered, sent keys, or a talk ended.
    Leg {
        /// The call.
        attempt: AttemptId,
        /// What came.
        input: LegInput,
    },
    /// What became of a request to a carrier.
    Sent {
        /// The attempt.
        attempt: AttemptId,
        /// The outcome.
        outcome: Sent,
    },
    /// What a carrier reports later.
    Receipt {
        /// The attempt.
        attempt: AttemptId,
        /// Which carrier.
        carrier: String,
        /// Its id of the text or call.
        sid: String,
        /// What it says.
        receipt: Receipt,
    },
}

/// Files that came with a text: they stay at the carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// How many.
    pub count: u32,
    /// Which carrier has them.
    pub carrier: String,
    /// The carrier's id of the text.
    pub text: String,
}
