//! The callback that Nightbell connects: the agent's phone first, then, after a key, the customer's.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::desk::AgentKey;
use super::effect::AttemptId;
use crate::clock::Timestamp;

/// The longest talk that a carrier is asked to keep up, in seconds.
pub const LONGEST_TALK: u32 = 4 * 60 * 60;

/// A callback under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bridge {
    /// Who calls back.
    pub agent: AgentKey,
    /// The call to the agent's phone.
    pub attempt: AttemptId,
    /// How far it is.
    pub stage: Stage,
    /// When it counts as over, even if no carrier says so.
    pub over_at: Timestamp,
}

/// How far a callback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The agent's phone is being rung, or waits for a key.
    Agent,
    /// The customer's phone is being rung, or they talk.
    Customer,
}

impl Stage {
    /// The longest that a callback can be at this stage, with a margin for what is reported late.
    pub fn patience(self) -> Duration {
        match self {
            Stage::Agent => Duration::from_secs(3 * 60),
            Stage::Customer => Duration::from_secs(u64::from(LONGEST_TALK) + 120),
        }
    }
}

/// How long the report of a talk may be overtaken by the end of the call that it was part of.
pub const REPORT_PATIENCE: Duration = Duration::from_secs(15);
