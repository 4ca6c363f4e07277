//! What a voice webhook is answered with, as it is kept for a repetition.

use serde::{Deserialize, Serialize};

use crate::rules::script::Script;

/// The answer to a voice webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallAnswer {
    /// What is said and asked.
    pub script: Script,
    /// To whom the next turn goes; none if the call is over after this.
    pub next: Option<NextTurn>,
}

/// The address of a turn that is still to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NextTurn {
    /// Of an inbound call's voice flow.
    Flow {
        /// The version by which the call goes on.
        version: String,
        /// The step that waits, for people who read logs.
        step: String,
        /// The turn's number.
        turn: u32,
    },
    /// Of a call of ours to an agent.
    Leg {
        /// The attempt's id.
        attempt: String,
        /// The turn's number.
        turn: u32,
    },
}
