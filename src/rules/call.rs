//! An inbound call between two of its turns: which flow by which version, where it stands, which turn is next, and when
//! it is asked after if nothing more is heard.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;
use super::flow::Position;
use super::people::AgentKey;
use super::script::{Prompt, Script, Then};
use super::ticket::TicketId;
use crate::clock::Timestamp;

/// A call to one of our lines. Its row holds all that the next key needs, so that any replica can answer it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Which carrier brought it.
    pub carrier: String,
    /// The carrier's id of it.
    pub sid: String,
    /// The desk that answers.
    pub desk: String,
    /// The line that was dialled.
    pub line: PhoneNumber,
    /// Its ticket; none for an agent who has not reported as a caller.
    pub ticket: Option<TicketId>,
    /// What the network said of the caller, if it is a number that may be dialled.
    pub caller_id: Option<PhoneNumber>,
    /// The agent who calls, if the number is an agent's.
    pub agent: Option<AgentKey>,
    /// The ticket that this agent took in this call.
    pub took: Option<TicketId>,
    /// The page that he was told of first, so that his key means that one, whatever comes in meanwhile.
    #[serde(default)]
    pub offered: Option<TicketId>,
    /// The version of the flow that it began with.
    pub flow_version: String,
    /// Where it stands in the flow; none once the flow is over.
    pub position: Option<Position>,
    /// The turn that is expected next, from 1.
    pub turn: u32,
    /// The language in which it goes on.
    pub language: String,
    /// Whether there was a key or speech: without one it is an abandoned call.
    pub engaged: bool,
    /// Whether another number forwarded it.
    #[serde(default)]
    pub forwarded: bool,
    /// Whether a call from the same number was abandoned just before.
    pub returning: bool,
    /// When it came in.
    pub started_at: Timestamp,
    /// When the carrier is asked after it, if nothing more is heard; none once it is over.
    pub deadline: Option<Timestamp>,
}

/// The longest that a flow lets a caller wait to be put through.
pub const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// Added to the longest that an answer can last before a call counts as silent.
const MARGIN: Duration = Duration::from_secs(30);

/// How long a carrier's slowest voice takes for a character.
const SPEECH: Duration = Duration::from_millis(120);

impl Script {
    /// The instant after which a call that got this answer at `now` must have been heard of again.
    pub fn deadline(&self, now: Timestamp) -> Timestamp {
        let asked = match &self.then {
            Then::Gather { prompts, timeout, digits, .. } => {
                // Each digit of an entry may take as long as the first.
                let digits = u64::from(digits.unwrap_or(16).max(1));
                length(prompts) + Duration::from_secs(u64::from(*timeout) * digits)
            }
            Then::Record { max_seconds, silence, .. } => {
                Duration::from_secs(u64::from(*max_seconds) + u64::from(*silence))
            }
            Then::Dial { ring, limit, .. } => Duration::from_secs(
                u64::from(*ring) + u64::from(limit.unwrap_or(super::bridge::LONGEST_TALK)),
            ),
            // Who waits is led on, or talks.
            Then::Conference { .. } => {
                Duration::from_secs(u64::from(super::bridge::LONGEST_TALK)) + LONGEST_WAIT
            }
            Then::Through | Then::Continue | Then::Hangup | Then::Reject { .. } => Duration::ZERO,
        };
        now + length(&self.lead) + asked + MARGIN
    }
}

fn length(prompts: &[Prompt]) -> Duration {
    prompts
        .iter()
        .map(|prompt| match prompt {
            Prompt::Say { text, .. } => SPEECH * u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
            Prompt::Pause { seconds } => Duration::from_secs(u64::from(*seconds)),
            // A recording of a caller's: no longer than a flow lets them be.
            Prompt::Play { .. } => Duration::from_secs(300),
        })
        .fold(Duration::ZERO, Duration::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_silent_once_its_answer_cannot_last_any_longer() {
        let say = |text: &str| Prompt::Say { language: "en".into(), text: text.into() };
        let menu = Script {
            lead: vec![say("0123456789")],
            then: Then::Gather {
                prompts: vec![Prompt::Pause { seconds: 2 }],
                digits: Some(1),
                timeout: 6,
                finish_on: None,
            },
        };
        assert_eq!(menu.deadline(Timestamp(0)), Timestamp(1_200 + 2_000 + 6_000 + 30_000));
        assert_eq!(Script::default().deadline(Timestamp(0)), Timestamp(30_000));
    }
}
