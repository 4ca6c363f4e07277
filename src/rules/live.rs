//! A caller who is put straight through: he waits on the line while agents are rung, and who accepts by a key talks to
//! him. Nothing of it replaces the page: nobody accepts, or the caller gives up, and the page begins as if he had never
//! waited.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::effect::AttemptId;
use super::people::AgentKey;
use super::policy::Seconds;
use crate::clock::Timestamp;

/// Beyond his telephone's ringing, how long an agent has for his key before the next one is rung as well.
pub const KEY_PATIENCE: Duration = Duration::from_secs(20);

/// Whether a desk puts emergencies straight through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LiveConnect {
    /// Whether a caller with an emergency waits on the line until somebody accepts.
    pub enabled: bool,
    /// Whether agents are rung one after the other, or all at once.
    pub ring: Ring,
    /// The longest that a caller waits.
    pub limit: Seconds,
}

impl Default for LiveConnect {
    fn default() -> LiveConnect {
        LiveConnect { enabled: false, ring: Ring::One, limit: Seconds(120) }
    }
}

/// How agents are rung for a caller who waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ring {
    /// In the order of the policy, each for as long as a telephone rings.
    #[default]
    One,
    /// Everybody whom the policy's steps name; only where the carrier has conferences.
    All,
}

/// The caller's call while he waits, as it is told how to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCall {
    /// Which carrier has it.
    pub carrier: String,
    /// The carrier's id of it, which is also the conference's name.
    pub sid: String,
    /// The version of its flow.
    pub version: String,
    /// The step that waits.
    pub step: String,
    /// The turn that is expected next.
    pub turn: u32,
}

/// A caller who waits, or waited, to be put through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// His call.
    pub call: WaitingCall,
    /// Whether he waits in a conference; else his own call rings one agent after the other.
    pub conference: bool,
    /// Whether everybody is rung at once.
    pub all: bool,
    /// Whom to ring, in order.
    pub order: Vec<AgentKey>,
    /// How many of them were rung.
    pub rung: usize,
    /// When the next one is rung at the latest.
    pub next_at: Timestamp,
    /// When nobody is waited for any more.
    pub until: Timestamp,
    /// How far it is.
    pub state: LiveState,
}

/// How far a caller who waits is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveState {
    /// He waits.
    Waiting,
    /// Somebody accepted.
    Talking {
        /// On which call.
        attempt: AttemptId,
        /// Who.
        agent: AgentKey,
        /// Since when they can hear each other, as far as that is known.
        since: Timestamp,
        /// Whether the agent is known to have come to the caller.
        met: bool,
    },
    /// It is over.
    Over {
        /// On which call somebody had accepted.
        attempt: Option<AttemptId>,
        /// Whether the talk counts as the callback.
        reached: bool,
        /// Whether they talked at all.
        met: bool,
    },
}

impl Live {
    /// Whether he still waits.
    pub fn is_waiting(&self) -> bool {
        self.state == LiveState::Waiting
    }

    /// Whether somebody accepted, whatever came of it.
    pub fn was_accepted(&self) -> bool {
        matches!(self.state, LiveState::Talking { .. } | LiveState::Over { attempt: Some(_), .. })
    }

    /// Whether somebody accepted and came to the caller. A carrier may not have told that he did; who was on his way for
    /// `long_enough` has been with him.
    pub fn has_met(&self, now: Timestamp, long_enough: Duration) -> bool {
        match &self.state {
            LiveState::Waiting => false,
            LiveState::Talking { since, met, .. } => *met || now.since(*since) >= long_enough,
            LiveState::Over { met, .. } => *met,
        }
    }

    /// When time alone changes something: the next one is rung. (The end of all waiting is the escalation's deadline.)
    pub fn next_due(&self) -> Option<Timestamp> {
        let rings_by_time = self.is_waiting() && self.conference && self.rung < self.order.len();
        rings_by_time.then_some(self.next_at.min(self.until))
    }

    /// Which of them is rung now, from 1; none if it is all of them.
    pub fn ordinal(&self) -> Option<usize> {
        (!self.all).then_some(self.rung.max(1))
    }
}
