//! The closed list of what Nightbell may say outside a voice flow. It is data: `words` puts a [`Message`] or [`Spoken`]
//! into a language.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::cover::CoverNews;
use crate::rules::desk::warn::GapNews;
use crate::rules::policy::MethodKind;
use crate::rules::severity::Severity;
use crate::rules::ticket::CallbackNumber;
use crate::rules::ticket_name::TicketName;
use crate::rules::ticket_number::TicketNumber;

/// What an agent needs to know of a ticket, in a text or by voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// What people call it.
    pub number: TicketNumber,
    /// How bad it is.
    pub severity: Severity,
    /// The customer, or the contact's name; `None` for an unknown caller.
    pub customer: Option<String>,
    /// Where the caller wants to be called, if that is known.
    pub callback: Option<CallbackNumber>,
    /// First words of what is wrong.
    pub what: Option<String>,
    /// Whether there is a recording to hear.
    pub recording: bool,
}

/// Why whoever was asked need not act any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Over {
    /// Somebody has it.
    Taken {
        /// His name.
        by: String,
    },
    /// It is not an emergency any more; nobody has it by that.
    Lowered {
        /// What it is now.
        severity: Severity,
        /// The name of who said so, as far as that is known.
        by: Option<String>,
    },
    /// It is closed.
    Closed,
}

/// A text that Nightbell sends. `words` renders it in the reader's language and zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// A page: take this ticket.
    Page(Brief),
    /// The same for somebody who is muted, and is needed all the same.
    PageDespiteMute(Brief),
    /// A caller rang and hung up; nobody else is told.
    AbandonedNotice(Brief),
    /// Nothing to do any more.
    StandDown {
        /// The ticket.
        number: TicketNumber,
        /// Why.
        why: Over,
    },
    /// The answer to an agent's command.
    Answer(Answer),
    /// Acknowledged, and the caller still waits.
    CallbackReminder(Brief),
    /// A talk was short: did it reach them?
    ReachedThem {
        /// The ticket.
        number: TicketNumber,
    },
    /// News for who has the ticket: a recording, another call, a text from the caller.
    Update {
        /// The ticket, as it is known now.
        brief: Brief,
        /// What is new.
        news: News,
    },
    /// To the caller: we are still trying to reach somebody.
    StillTrying {
        /// The ticket.
        number: TicketNumber,
    },
    /// To the caller: somebody has it and will call.
    TakenBy {
        /// The ticket.
        number: TicketNumber,
        /// The name of who has it.
        by: String,
    },
    /// To somebody who wrote: your ticket's number, and the line to call if it is urgent.
    WriterReceipt {
        /// The ticket.
        number: TicketNumber,
        /// The emergency line.
        line: PhoneNumber,
    },
    /// To the manager.
    Alert(Alert),
    /// To whom a request for cover or a swap concerns.
    Cover(CoverNews),
    /// To an agent: the code by which his number is verified.
    NumberCode {
        /// Six digits.
        code: String,
    },
    /// To the manager: when nobody is on call.
    Gaps(GapNews),
    /// A page for a call that could not be written down: it has no number yet, and cannot be acknowledged.
    Unwritten {
        /// The line that was called.
        line: PhoneNumber,
        /// Who called, if that is a number to call back.
        caller: Option<PhoneNumber>,
    },
    /// A text that a voice flow composed.
    Composed {
        /// As it is sent.
        text: String,
    },
}

/// What is new on a ticket that somebody has already been paged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// The caller left a recording.
    Recording,
    /// The callback number changed or was confirmed.
    CallbackNumber,
    /// The caller rang again.
    CalledAgain,
    /// The caller wrote.
    Texted,
    /// The caller sent pictures.
    Pictures,
}

/// What a manager is told at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Alert {
    /// A way of reaching an agent works no longer.
    MethodDead {
        /// The agent's name.
        agent: String,
        /// By which way.
        method: MethodKind,
        /// Why.
        why: String,
    },
    /// Everybody was paged and nobody answered: the last resort is paged now.
    NobodyTookIt {
        /// The ticket.
        number: TicketNumber,
    },
    /// Everybody whom the steps name is muted, and nobody was paged: the last resort is paged now.
    EverybodyMuted {
        /// The ticket.
        number: TicketNumber,
    },
    /// A step of a policy found nobody.
    NobodyOnCall {
        /// The ticket.
        number: TicketNumber,
    },
    /// A carrier refused us for a reason that lies with our account or sender.
    CarrierRefused {
        /// The carrier.
        carrier: String,
        /// Why.
        why: String,
    },
}

/// The answer to an agent's command: what happened, or why not, and what is possible now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// These are yours now.
    Taken(Vec<Brief>),
    /// Somebody was quicker.
    AlreadyTaken {
        /// The ticket.
        number: TicketNumber,
        /// The name of who has it.
        by: String,
        /// Since when.
        at: Timestamp,
    },
    /// It is yours already.
    YoursAlready(Brief),
    /// The notice of an abandoned call was seen; nobody is paged, and nobody owes a call.
    Seen {
        /// The ticket.
        number: TicketNumber,
    },
    /// Declined.
    Declined {
        /// The ticket.
        number: TicketNumber,
        /// Who is asked now.
        next: NextAsked,
    },
    /// There is nothing to decline: nobody is asked to take it.
    NotAsked {
        /// The ticket.
        number: TicketNumber,
    },
    /// The next step is being paged.
    Escalated {
        /// The ticket.
        number: TicketNumber,
    },
    /// Your phone rings in a moment.
    Ringing {
        /// The ticket.
        number: TicketNumber,
    },
    /// There is no number to call.
    NoCallbackNumber {
        /// The ticket.
        number: TicketNumber,
    },
    /// The callback is noted.
    CalledBack {
        /// The ticket.
        number: TicketNumber,
    },
    /// The severity is lower now.
    Downgraded {
        /// The ticket.
        number: TicketNumber,
        /// The new one.
        severity: Severity,
    },
    /// It cannot be made more urgent, or it is that already.
    NotLower {
        /// The ticket.
        number: TicketNumber,
        /// The present one.
        severity: Severity,
    },
    /// It is resolved.
    Resolved {
        /// The ticket.
        number: TicketNumber,
    },
    /// The note stands in the timeline.
    Noted {
        /// The ticket.
        number: TicketNumber,
    },
    /// Another is paged for it, and nobody has it until he takes it.
    HandedOver {
        /// The ticket.
        number: TicketNumber,
        /// The name of who is to have it.
        to: String,
    },
    /// Somebody else is paged as well.
    Paged {
        /// The ticket.
        number: TicketNumber,
        /// His name.
        agent: String,
    },
    /// The desk has no such agent.
    NoSuchAgent {
        /// The ticket.
        number: TicketNumber,
    },
    /// Only an agent of the desk can do that, and you are none.
    NotAnAgent {
        /// The ticket.
        number: TicketNumber,
    },
    /// Who has it, or who is being paged; then who is on call.
    Who {
        /// The ticket, if one was meant.
        number: Option<TicketNumber>,
        /// The name of who has it.
        holder: Option<String>,
        /// The names of those who are on call now, in order.
        on_call: Vec<String>,
    },
    /// Your open tickets.
    Status(Vec<(Brief, Option<String>)>),
    /// What can be said.
    Help,
    /// The text was not understood.
    Unclear {
        /// A word that was perhaps meant.
        perhaps: Option<String>,
    },
    /// Several tickets could be meant: how each can be named, and what it is.
    WhichOne(Vec<(TicketName, Brief)>),
    /// There is no such ticket, or none is open.
    NoSuchTicket {
        /// The number that was given.
        number: Option<TicketNumber>,
    },
    /// You were not paged for it.
    NotYours {
        /// The ticket.
        number: TicketNumber,
    },
    /// It is closed already.
    Closed {
        /// The ticket.
        number: TicketNumber,
    },
}

impl Answer {
    /// Whether nothing came of the command.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Answer::AlreadyTaken { .. }
                | Answer::NotAsked { .. }
                | Answer::NoCallbackNumber { .. }
                | Answer::NotLower { .. }
                | Answer::NoSuchAgent { .. }
                | Answer::NotAnAgent { .. }
                | Answer::Unclear { .. }
                | Answer::WhichOne(_)
                | Answer::NoSuchTicket { .. }
                | Answer::NotYours { .. }
                | Answer::Closed { .. }
        )
    }
}

/// Who is asked to take a ticket once an agent has declined it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NextAsked {
    /// Somebody else.
    Others,
    /// The same agent: there is nobody else.
    YouAgain,
    /// Nobody, before it begins again at this instant.
    Nobody(Timestamp),
}

/// What is said on a call of ours to an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Spoken {
    /// The page, with its keys; three times over.
    Page {
        /// What it is about.
        brief: Brief,
        /// The agent pressed something else before.
        wrong_key: bool,
    },
    /// The caller's recording, then the keys again.
    Recording {
        /// What it is about.
        brief: Brief,
        /// The carrier's id of the recording; `None` if there is none.
        recording: Option<String>,
    },
    /// It is yours; 2 calls the customer.
    Taken(Brief),
    /// The answer to a key, then the end of the call.
    Answer(Answer),
    /// Ringing the customer.
    PutThrough {
        /// Whom to ring.
        number: PhoneNumber,
        /// The line that is shown.
        line: PhoneNumber,
        /// Seconds to ring.
        seconds: u32,
    },
    /// A caller waits on the line: who presses 1 talks to him.
    CallerWaits {
        /// What it is about.
        brief: Brief,
        /// The agent pressed something else before.
        wrong_key: bool,
    },
    /// To the caller who waits in a conference.
    JoinCaller {
        /// Its name.
        conference: String,
    },
    /// To the caller whose own call rings this one.
    Through,
    /// A callback is about to be made: press 1 to be connected.
    ReadyToCall(Brief),
    /// How the talk with the customer went.
    AfterTalk {
        /// The ticket.
        number: TicketNumber,
        /// Whether it counts as the callback.
        reached: bool,
    },
    /// Nothing more to say.
    Goodbye,
}
