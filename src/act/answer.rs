//! What a voice webhook is answered with, as it is kept for a repetition.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{from_str, to_string};

use super::World;
use crate::rules::script::Script;
use crate::store::{StoreError, Tx, inbox};

/// The answer to a voice webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallAnswer {
    /// What is said and asked.
    pub script: Script,
    /// To whom the next turn goes; none if the call is over after this.
    pub next: Option<NextTurn>,
    /// The voices that the line names, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub voices: BTreeMap<String, String>,
}

impl CallAnswer {
    /// Nothing to say, and nothing to ask.
    pub(crate) fn nothing() -> CallAnswer {
        CallAnswer { script: Script::default(), next: None, voices: BTreeMap::new() }
    }
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

/// The answer that a webhook got before.
pub(super) async fn repeated(
    tx: &mut Tx,
    carrier: &str,
    key: &str,
) -> Result<Option<CallAnswer>, StoreError> {
    inbox::answered(tx, carrier, key).await?.map(|answer| kept_answer(&answer)).transpose()
}

/// An answer as it was kept.
pub(super) fn kept_answer(answer: &str) -> Result<CallAnswer, StoreError> {
    from_str(answer).map_err(|error| StoreError::Fault(format!("inbox: an answer cannot be read: {error}")))
}

/// Keeps the answer to a webhook for a repetition.
pub(super) async fn keep(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    key: &str,
    answer: &CallAnswer,
) -> Result<(), StoreError> {
    let answer = to_string(answer)
        .map_err(|error| StoreError::Fault(format!("inbox: an answer cannot be written: {error}")))?;
    inbox::answer(tx, carrier, key, &answer, world.now).await
}
