//! A page: one request to one agent, made of attempts. An attempt is one SMS or one call; its outcome is accepted,
//! refused, to be sent again, or unknown, and its receipts come in any order, late, twice or never. States only move
//! forward here: whatever is late or repeated changes nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;
use super::desk::AgentKey;
use super::effect::AttemptId;
use super::escalation::Place;
use super::policy::MethodKind;
use crate::clock::Timestamp;

/// One request to one agent to take a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Its number within the ticket, from 1.
    pub ordinal: u32,
    /// Who is asked.
    pub agent: AgentKey,
    /// What is asked.
    pub kind: PageKind,
    /// At which step of the policy.
    pub place: Place,
    /// The agent's notification rules, with their instants.
    pub plan: Vec<Planned>,
    /// Where it stands.
    pub state: PageState,
    /// Whether the agent was muted when it began, and is paged all the same: he is told so.
    #[serde(default)]
    pub despite_mute: bool,
    /// Whether it rings the agent for a caller who waits on the line, and does nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
}

/// What a page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// Take it: the escalation goes on until somebody does.
    Emergency,
    /// Know that a caller rang and hung up: one text, no escalation.
    Notice,
}

/// One notification rule with its instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// By what way.
    pub method: MethodKind,
    /// Where to.
    pub number: PhoneNumber,
    /// When; brought forward when an earlier one fails.
    pub due: Timestamp,
    /// Whether the attempt was made.
    pub fired: bool,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// Attempts are made until it is answered.
    Open,
    /// This agent took the ticket.
    Acknowledged,
    /// This agent will not take it.
    Declined,
    /// Somebody else took it, or it is no longer urgent.
    Withdrawn,
}

impl Page {
    /// Whether attempts may still be made.
    pub fn is_open(&self) -> bool {
        self.state == PageState::Open
    }

    /// When the next attempt is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.next_planned().map(|planned| planned.due)
    }

    /// The attempt that is to be made next.
    pub fn next_planned(&self) -> Option<&Planned> {
        if !self.is_open() {
            return None;
        }
        self.plan.iter().filter(|planned| !planned.fired).min_by_key(|planned| planned.due)
    }

    /// A method failed: the next planned attempt is due now.
    pub fn bring_forward(&mut self, now: Timestamp) {
        if let Some(next) =
            self.plan.iter_mut().filter(|planned| !planned.fired).min_by_key(|planned| planned.due)
        {
            next.due = next.due.min(now);
        }
    }
}

/// One SMS or one call to an agent: of a page, or to start a callback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its identity, which travels in the carrier's callback addresses.
    pub id: AttemptId,
    /// Its number within the ticket, from 1.
    pub ordinal: u32,
    /// Who is reached.
    pub agent: AgentKey,
    /// For what.
    pub purpose: Purpose,
    /// By what way.
    pub method: MethodKind,
    /// At which number.
    pub number: PhoneNumber,
    /// When it was decided.
    pub asked_at: Timestamp,
    /// Carriers that failed it, since it was last asked for afresh.
    pub tried: Vec<String>,
    /// How often it was asked for again.
    pub retries: u32,
    /// Keys that meant nothing, so that a call cannot go on for ever.
    pub wrong_keys: u32,
    /// Whether it was asked for once more because no carrier seemed to have it.
    #[serde(default)]
    pub resent: bool,
    /// The carriers' ids of it that were heard of: several if it left more than once.
    #[serde(default)]
    pub sids: Vec<String>,
    /// Where it stands.
    pub state: AttemptState,
}

/// What an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The page with this ordinal.
    Page(u32),
    /// To connect the agent with the caller.
    Callback,
}

/// Where an attempt stands; each state implies that the ones above it are over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// In the outbox, or on its way to a carrier.
    Asked,
    /// A carrier may have processed it; look-ups decide whether this one is sent again.
    Unknown {
        /// Which carrier may have it.
        carrier: String,
        /// Look-ups so far.
        looks: u32,
    },
    /// A carrier has it.
    Accepted {
        /// Which.
        carrier: String,
        /// The carrier's id of the text or call.
        sid: String,
        /// Since when.
        at: Timestamp,
        /// Whether the missing receipt was asked for.
        asked_receipt: bool,
    },
    /// The text arrived, or the call was answered.
    Reached {
        /// Through which carrier.
        carrier: String,
        /// The carrier's id of the text or call.
        sid: String,
    },
    /// It is over.
    Ended(Ending),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The call was answered and ended: a person, or a voicemail.
    Completed,
    /// The line was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// It did not get through, and will not.
    Failed,
    /// We ended it, or it never left.
    Withdrawn,
}

impl Ending {
    /// Reports of one call may come in any order; the one that says most is kept.
    pub fn says_more_than(self, other: Ending) -> bool {
        let weight = |ending| match ending {
            Ending::Failed => 0,
            Ending::NoAnswer => 1,
            Ending::Busy => 2,
            Ending::Completed => 3,
            Ending::Withdrawn => 4,
        };
        weight(self) > weight(other)
    }
}

/// Longer than a voice page rings and is read: after it a call without a report holds nothing up any more.
const LONGEST_PAGE_CALL: Duration = Duration::from_secs(120);

impl Attempt {
    /// Whether a carrier may be ringing or talking to the agent because of it.
    pub fn live_call(&self) -> Option<(&str, &str)> {
        match (&self.state, self.method) {
            (
                AttemptState::Accepted { carrier, sid, .. } | AttemptState::Reached { carrier, sid },
                MethodKind::Voice,
            ) => Some((carrier, sid)),
            _ => None,
        }
    }

    /// Whether it has not got to any carrier for certain.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, AttemptState::Asked | AttemptState::Unknown { .. })
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        matches!(self.state, AttemptState::Ended(_))
    }

    /// Whether a phone may be ringing because of it, or is about to.
    pub fn is_ringing(&self, now: Timestamp) -> bool {
        let fresh = self.state == AttemptState::Asked && self.tried.is_empty() && self.retries == 0;
        self.method == MethodKind::Voice
            && (fresh || self.live_call().is_some())
            && now < self.asked_at + LONGEST_PAGE_CALL
    }

    /// Whether the agent got it, or may have noticed it: worth a word if he need not act any more.
    pub fn has_left(&self) -> bool {
        match self.state {
            AttemptState::Accepted { .. } | AttemptState::Reached { .. } => true,
            AttemptState::Ended(ending) => !matches!(ending, Ending::Failed | Ending::Withdrawn),
            AttemptState::Asked | AttemptState::Unknown { .. } => false,
        }
    }

    /// Whether nothing more is expected of it: over, or a text that arrived or was asked after.
    pub fn is_settled(&self) -> bool {
        match self.state {
            AttemptState::Ended(_) => true,
            AttemptState::Reached { .. } => self.method == MethodKind::Sms,
            AttemptState::Accepted { asked_receipt, .. } => self.method == MethodKind::Sms && asked_receipt,
            AttemptState::Asked | AttemptState::Unknown { .. } => false,
        }
    }

    /// Whether it failed for good, so that waiting for it is pointless.
    pub fn has_failed(&self) -> bool {
        self.state == AttemptState::Ended(Ending::Failed)
    }
}

/// What became of the request to a carrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sent {
    /// The carrier has it.
    Accepted {
        /// Which.
        carrier: String,
        /// Its id of the text or call.
        sid: String,
    },
    /// The carrier will not do it.
    Refused {
        /// Which.
        carrier: String,
        /// With what the refusal has to do.
        about: Trouble,
        /// Why, without any number or text in it.
        why: String,
    },
    /// It was certainly not processed, and may be sent again.
    NotYet {
        /// Which carrier.
        carrier: String,
        /// Why, without any number or text in it.
        why: String,
    },
    /// It may have been processed.
    Unknown {
        /// By which carrier.
        carrier: String,
    },
    /// A look-up did not find it.
    NotFound,
    /// It was taken back before it left.
    TakenBack,
}

/// With what a failure has to do (telephony.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// The number cannot be reached this way, by anybody.
    Number,
    /// This number does not want to hear from this sender.
    Pair,
    /// Our sender or account: the agent's method is untouched.
    Sender,
    /// Perhaps it works later.
    Passing,
}

impl Trouble {
    /// Whether the number itself, or its owner, is why: nothing is sent there any more.
    pub fn is_the_numbers(self) -> bool {
        matches!(self, Trouble::Number | Trouble::Pair)
    }
}

/// What a carrier reports later of a text or call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Receipt {
    /// The text arrived.
    Delivered,
    /// The text did not arrive.
    Undelivered {
        /// With what it has to do.
        about: Trouble,
        /// Why, without any number or text in it.
        why: String,
    },
    /// The call was answered.
    Answered,
    /// The call ended.
    Ended(Ending),
    /// Nothing new.
    Pending,
}

impl Receipt {
    /// Whether it says that this way of reaching somebody is of no use any more.
    pub fn ends_the_method(&self) -> bool {
        matches!(self, Receipt::Undelivered { about, .. } if about.is_the_numbers())
    }
}

/// How long a receipt may take before the carrier is asked, and the next method is tried: a text's, and a call's beyond
/// its ringing.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(60);

impl Attempt {
    /// When the carrier is asked what became of it.
    pub fn receipt_due(&self) -> Option<Timestamp> {
        match &self.state {
            AttemptState::Accepted { at, asked_receipt: false, .. } => Some(*at + RECEIPT_PATIENCE),
            _ => None,
        }
    }
}
