//! The closed list of what the shell may be asked to do: `act` writes an [`Effect`] to the outbox in the transaction that
//! decided it, and `engine` performs it after the commit. What Nightbell may say by it is a list of its own.

mod said;

use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;
use super::desk::AgentKey;
use super::live::WaitingCall;
use super::policy::MethodKind;
use crate::clock::Timestamp;
use crate::id::Id;
pub use said::{Alert, Answer, Brief, Message, News, NextAsked, Over, Spoken};

/// Identifies one SMS or call of ours: the ticket's id with an ordinal.
pub type AttemptId = Id<super::page::Attempt>;

/// Something that the shell is to do after the commit.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a text.
    Text {
        /// Who is to read it.
        to: Recipient,
        /// What it says.
        message: Message,
        /// The attempt whose outcome is watched; without one it is sent as well as can be, and forgotten.
        attempt: Option<AttemptId>,
        /// Carriers that were tried already.
        avoid: Vec<String>,
        /// Not before this instant.
        at: Timestamp,
    },
    /// Ring somebody; what is said when the call is answered is decided then.
    Ring {
        /// Who is to answer.
        to: Recipient,
        /// The attempt that the call belongs to.
        attempt: AttemptId,
        /// Seconds to ring: fewer than a voicemail takes to answer.
        seconds: u32,
        /// The number that is shown, if one of them is best.
        from: Option<PhoneNumber>,
        /// Carriers that were tried already.
        avoid: Vec<String>,
        /// Not before this instant.
        at: Timestamp,
    },
    /// End a call of ours, whether it rings or is answered.
    HangUp {
        /// The carrier that placed it.
        carrier: String,
        /// The carrier's id of the call.
        sid: String,
    },
    /// Lead a caller on who waits to be put through, if he is still there.
    LeadOn {
        /// His call.
        call: WaitingCall,
        /// Not before this instant.
        at: Timestamp,
    },
    /// Lead an agent on who went to a caller, and found nobody.
    LeadAgentOn {
        /// The carrier that placed the call.
        carrier: String,
        /// The carrier's id of the call.
        sid: String,
        /// The attempt.
        attempt: AttemptId,
        /// Not before this instant.
        at: Timestamp,
    },
    /// Take back a text or call that has not left yet.
    Withdraw {
        /// The attempt.
        attempt: AttemptId,
    },
    /// Ask the carrier whether an attempt with an unknown outcome was processed.
    LookUp {
        /// The attempt.
        attempt: AttemptId,
        /// Not before this instant.
        at: Timestamp,
    },
    /// Ask the carrier what became of an accepted attempt whose receipt did not come.
    AskReceipt {
        /// The attempt.
        attempt: AttemptId,
        /// The carrier that accepted it.
        carrier: String,
        /// The carrier's id of the text or call.
        sid: String,
    },
    /// A way of reaching somebody works no longer: it is passed over until somebody mends it, and the managers of those
    /// who are reached by it hear of it, if it is news.
    MarkMethod {
        /// The number.
        number: PhoneNumber,
        /// By which way.
        method: MethodKind,
        /// Why, in the carrier's words.
        why: String,
    },
}

/// Whom an effect reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recipient {
    /// An agent, at a number of theirs.
    Agent(AgentKey, PhoneNumber),
    /// The person who rang, at the callback number.
    Caller(PhoneNumber),
    /// The desk's manager.
    Manager(PhoneNumber),
}

impl Recipient {
    /// The number that is dialled or texted.
    pub fn number(&self) -> &PhoneNumber {
        match self {
            Recipient::Agent(_, number) | Recipient::Caller(number) | Recipient::Manager(number) => number,
        }
    }
}
