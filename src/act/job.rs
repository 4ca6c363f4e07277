//! What stands in the outbox: an effect, put into words, with all that a carrier must be told.

use serde::{Deserialize, Serialize};
use serde_json::to_string;

use super::World;
use super::answer::NextTurn;
use super::recover::Recorded;
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::effect::AttemptId;
use crate::rules::page::{Receipt, Sent};
use crate::rules::policy::MethodKind;
use crate::rules::ticket::TicketId;
use crate::store::{StoreError, Tx, outbox};
use std::time::Duration;

/// How long a text that is no page is worth sending.
pub(super) const TEXT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Something to do at a carrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Send a text.
    Text {
        /// Whose outcome is watched.
        attempt: Option<AttemptId>,
        /// E.164.
        to: String,
        /// The sender that the reader knows already, if there is one; E.164.
        from: Option<String>,
        /// As it is sent.
        body: String,
        /// Carriers that were tried already.
        avoid: Vec<String>,
        /// When it is no longer worth sending.
        expires_at: Timestamp,
    },
    /// Ring an agent.
    Ring {
        /// Whose outcome is watched.
        attempt: AttemptId,
        /// E.164.
        to: String,
        /// Seconds to ring.
        seconds: u32,
        /// The number that is best shown, if there is one; E.164.
        #[serde(default)]
        from: Option<String>,
        /// Carriers that were tried already.
        avoid: Vec<String>,
    },
    /// Ring somebody and say something; nobody waits for what becomes of it.
    Say {
        /// E.164.
        to: String,
        /// Seconds to ring.
        seconds: u32,
        /// BCP 47.
        language: String,
        /// As they are said.
        words: String,
        /// Carriers that were tried already.
        avoid: Vec<String>,
        /// When it is no longer worth saying.
        expires_at: Timestamp,
    },
    /// End a call.
    HangUp {
        /// Which carrier's.
        carrier: String,
        /// The carrier's id of it.
        sid: String,
    },
    /// Lead a call on that is answered, if it is still where it was.
    LeadOn {
        /// Which carrier's.
        carrier: String,
        /// The carrier's id of it.
        sid: String,
        /// How it goes on.
        next: NextTurn,
    },
    /// Find out whether a text or call was processed.
    LookUp {
        /// What was asked for.
        of: Box<Job>,
        /// Which carrier may have it.
        carrier: String,
        /// Not older than this.
        since: Timestamp,
    },
    /// Ask what became of a text or call.
    AskReceipt {
        /// Whose.
        attempt: AttemptId,
        /// By what way.
        method: MethodKind,
        /// Which carrier has it.
        carrier: String,
        /// The carrier's id of it.
        sid: String,
    },
    /// Ask whether an inbound call of which nothing is heard is over.
    AskCall {
        /// Which carrier's.
        carrier: String,
        /// The carrier's id of it.
        sid: String,
    },
    /// Ask what was recorded in a call that we missed.
    ListRecordings {
        /// Which carrier's.
        carrier: String,
        /// The carrier's id of the call.
        call: String,
    },
    /// Fetch a recording.
    FetchRecording {
        /// Which carrier has it.
        carrier: String,
        /// The carrier's id of it.
        sid: String,
        /// When it was asked for first.
        since: Timestamp,
        /// How often it was not there yet.
        tries: u32,
    },
}

impl Job {
    /// The attempt whose outcome is watched.
    pub fn attempt(&self) -> Option<&AttemptId> {
        match self {
            Job::Text { attempt, .. } => attempt.as_ref(),
            Job::Ring { attempt, .. } | Job::AskReceipt { attempt, .. } => Some(attempt),
            Job::LookUp { of, .. } => of.attempt(),
            Job::Say { .. }
            | Job::HangUp { .. }
            | Job::LeadOn { .. }
            | Job::AskCall { .. }
            | Job::ListRecordings { .. }
            | Job::FetchRecording { .. } => None,
        }
    }

    /// Puts it into the outbox under an id of its own, to be done not before `due`; of rank 1 is served first.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        world: &World,
        id: &str,
        ticket: Option<&TicketId>,
        rank: u8,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let payload = to_string(self)
            .map_err(|error| StoreError::Fault(format!("outbox: a job cannot be written: {error}")))?;
        let row = outbox::New {
            id,
            ticket: ticket.map(|id| id.as_str()),
            attempt: self.attempt().map(|id| id.as_str()),
            payload: &payload,
            rank,
            due,
        };
        outbox::insert(tx, &row, world.owner.as_deref(), world.now).await
    }
}

/// Sends a text that belongs to no ticket; from the number that its reader wrote to, if he did.
pub(super) async fn send_text(
    tx: &mut Tx,
    world: &World,
    id: &str,
    to: &PhoneNumber,
    from: Option<String>,
    body: String,
) -> Result<(), StoreError> {
    let job = Job::Text {
        attempt: None,
        to: to.to_string(),
        from,
        body,
        avoid: Vec::new(),
        expires_at: world.now + TEXT_LIFETIME,
    };
    job.write(tx, world, id, None, 1, world.now).await
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Performed {
    /// A text or call was asked for, or looked for.
    Sent(Sent),
    /// A carrier said what became of a text or call.
    Receipt {
        /// Which carrier.
        carrier: String,
        /// Its id of the text or call.
        sid: String,
        /// What it said.
        receipt: Receipt,
    },
    /// An inbound call was asked after.
    Call {
        /// Whether it is over.
        over: bool,
        /// How long it lasted, in seconds.
        seconds: u32,
    },
    /// What was recorded in a call.
    Recorded(Vec<Recorded>),
    /// A recording: a WAV file.
    Recording(Vec<u8>),
    /// There is nothing more to do.
    Done,
    /// It is to be tried again, not before this instant.
    Later(Timestamp),
}
