//! The ticket: what a caller's trouble is called from the first webhook to the resolution, and its timeline.

use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;
use super::desk::{AgentKey, Desk};
use super::policy::MethodKind;
use super::severity::Severity;
use super::ticket_number::TicketNumber;
use crate::clock::Timestamp;
use crate::id::Id;

/// Identifies a ticket; what is beneath it (attempts) derives its ids from this one.
pub type TicketId = Id<Ticket>;

/// One reported trouble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its identity.
    pub id: TicketId,
    /// The desk's key.
    pub desk: String,
    /// The line that it came in by; its number is unique there.
    pub line: PhoneNumber,
    /// What people call it.
    pub number: TicketNumber,
    /// How bad it is.
    pub severity: Severity,
    /// Whether anybody chose the severity yet; until then it is the emergency that a call at night may be.
    pub provisional: bool,
    /// Where it stands.
    pub state: TicketState,
    /// What the network said of the caller.
    pub caller_id: Option<PhoneNumber>,
    /// Where the caller wants to be called.
    pub callback: Option<CallbackNumber>,
    /// The caller, if known: a hint, never a proof.
    pub contact: Option<KnownContact>,
    /// The language in which the caller is spoken and written to.
    pub language: String,
    /// First words of what is wrong, as far as they were written.
    pub what: Option<String>,
    /// The caller's recordings, by the carrier's opaque id, newest last.
    pub recordings: Vec<String>,
    /// When the first webhook came.
    pub opened_at: Timestamp,
    /// When it was first acknowledged.
    pub acked_at: Option<Timestamp>,
    /// When the caller had been called back.
    pub called_back_at: Option<Timestamp>,
    /// When it was resolved, last.
    pub resolved_at: Option<Timestamp>,
}

impl Ticket {
    /// One that is opened now: nobody has it, and until somebody chose a severity it may be an emergency.
    pub fn open(
        id: TicketId,
        desk: &Desk,
        line: &PhoneNumber,
        number: TicketNumber,
        caller_id: Option<PhoneNumber>,
        now: Timestamp,
    ) -> Ticket {
        let known = caller_id.as_ref().and_then(|number| desk.contact_by_number(number));
        let contact = known.map(|(customer, contact)| KnownContact {
            customer: customer.name.clone(),
            name: contact.name.clone(),
        });
        let language = desk.language_for(line, caller_id.as_ref());
        Ticket {
            id,
            desk: desk.key.as_str().to_owned(),
            line: line.clone(),
            number,
            severity: Severity::ONE,
            provisional: true,
            state: TicketState::Open,
            caller_id,
            callback: None,
            contact,
            language,
            what: None,
            recordings: Vec::new(),
            opened_at: now,
            acked_at: None,
            called_back_at: None,
            resolved_at: None,
        }
    }
}

/// Where a ticket stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Somebody has still to deal with it.
    Open,
    /// The caller hung up before a key or a word.
    Abandoned,
    /// Done.
    Resolved,
    /// The caller chose to join another ticket, which carries on for this one.
    Merged {
        /// The one that carries on.
        into: TicketId,
    },
}

impl TicketState {
    /// The word for it in the database and the API.
    pub fn name(&self) -> &'static str {
        match self {
            TicketState::Open => "open",
            TicketState::Abandoned => "abandoned",
            TicketState::Resolved => "resolved",
            TicketState::Merged { .. } => "merged",
        }
    }
}

/// The number that the caller gave, or the caller id in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackNumber {
    /// Whom to call.
    pub number: PhoneNumber,
    /// Whether the caller heard it read back and said yes.
    pub confirmed: bool,
}

/// An authorised support contact, by what the desk file calls them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownContact {
    /// The customer's name.
    pub customer: String,
    /// The contact's name.
    pub name: String,
}

/// One line of a ticket's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// What happened.
    pub what: Happening,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The person who rang.
    Caller,
    /// An agent.
    Agent(AgentKey),
    /// Somebody who is signed in and none of the desk's agents, by his e-mail address; or a program, by its name.
    Account(String),
    /// Nightbell, by its rules.
    Nightbell,
    /// A carrier, by its answers and receipts.
    Carrier,
}

/// What can stand in a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants and their fields are the timeline's own words")]
pub enum Happening {
    Opened {
        call: String,
    },
    Texted {
        body: String,
    },
    PicturesCame {
        count: u32,
        carrier: String,
        text: String,
    },
    Triaged {
        severity: Severity,
    },
    Downgraded {
        severity: Severity,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<Via>,
    },
    Topic {
        topic: String,
    },
    CallbackNumber {
        number: PhoneNumber,
        confirmed: bool,
    },
    NoCallbackNumber,
    Recorded {
        recording: String,
        seconds: u32,
    },
    RecordingKept {
        recording: String,
        bytes: u64,
    },
    RecordingLost {
        recording: String,
    },
    Transcript {
        text: String,
    },
    Entered {
        name: String,
        digits: String,
    },
    Transferred {
        answered: bool,
        seconds: u32,
    },
    Missed {
        at: Timestamp,
    },
    CallEnded {
        seconds: u32,
    },
    Abandoned,
    Joined {
        ticket: TicketNumber,
    },
    MergedInto {
        number: TicketNumber,
    },
    Pushed,
    PushTooSoon,
    PageDue {
        at: Timestamp,
    },
    CallerWaits {
        agents: Vec<AgentKey>,
    },
    WaitOver {
        gave_up: bool,
    },
    StepStarted {
        cycle: u32,
        step: usize,
        agents: Vec<AgentKey>,
    },
    NobodyOnStep {
        cycle: u32,
        step: usize,
    },
    LastResort {
        agents: Vec<AgentKey>,
    },
    NobodyToPage,
    PassedOver {
        agents: Vec<AgentKey>,
    },
    PagedDespiteMute {
        agent: AgentKey,
    },
    AttemptStarted {
        agent: AgentKey,
        method: MethodKind,
        number: u32,
    },
    AttemptSkipped {
        agent: AgentKey,
        method: MethodKind,
        why: String,
    },
    AttemptOutcome {
        number: u32,
        outcome: String,
    },
    WrongKey {
        number: u32,
        key: String,
    },
    LateAttempt {
        number: u32,
    },
    Acknowledged {
        via: Via,
    },
    AckRefused {
        via: Via,
        why: String,
    },
    StoodDown {
        agent: AgentKey,
    },
    Declined {
        via: Via,
    },
    Escalated {
        via: Via,
    },
    CallbackStarted {
        agent: AgentKey,
    },
    CallbackTalk {
        seconds: u32,
    },
    CallbackFailed,
    CallbackDone {
        via: Via,
    },
    CallbackReminder,
    CallbackOverdue,
    CallerTold {
        what: String,
    },
    CallerNotTextable {
        why: String,
    },
    MethodDead {
        agent: AgentKey,
        method: MethodKind,
        why: String,
    },
    ManagerTold {
        what: String,
    },
    HandedOver {
        to: AgentKey,
        via: Via,
    },
    PagedBesides {
        agent: AgentKey,
        via: Via,
    },
    Note {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<Via>,
    },
    Resolved {
        via: Via,
    },
    Reopened,
}

/// By what way somebody's word came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A text.
    Sms,
    /// A key on a voice page.
    Key,
    /// A call to the line from an enrolled number.
    Call,
    /// A talk with the caller that Nightbell connected.
    Talk,
    /// A page of ours.
    Web,
    /// The API.
    Api,
}

impl Via {
    /// Whether who comes by this way was let in by his role at the desk: his word counts whether he was paged or not.
    pub fn is_let_in(self) -> bool {
        matches!(self, Via::Web | Via::Api)
    }
}
