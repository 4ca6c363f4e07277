//! What the telephone is to say and ask next, before any carrier's language: a voice flow, a voice page and a callback
//! all answer a turn with a [`Script`], which `web` writes as TwiML and the database keeps for a repeated turn.

use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;

/// One answer to a carrier's voice webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Said in order, from which the caller cannot key out.
    pub lead: Vec<Prompt>,
    /// What is asked or done after it.
    pub then: Then,
}

/// One thing that is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// Text, already filled in; escaped when it is written.
    Say {
        /// BCP 47, e.g. `en`.
        language: String,
        /// At most 4096 characters once written.
        text: String,
    },
    /// A recording.
    Play {
        /// A path below our public address, or a full address.
        url: String,
    },
    /// Silence.
    Pause {
        /// How long, in seconds.
        seconds: u8,
    },
}

/// How a script goes on. Whatever is asked, the answer comes back as the next turn of the same call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Then {
    /// Keys; the prompts are spoken inside, so that a key cuts them short. Silence comes back as empty keys.
    Gather {
        /// Spoken while keys are already listened for.
        prompts: Vec<Prompt>,
        /// The most digits that are waited for; `None` waits for `finish_on`.
        digits: Option<u8>,
        /// Seconds of silence before it ends (after the prompts, and between digits).
        timeout: u8,
        /// The key that ends an entry; `None` lets every key count.
        finish_on: Option<char>,
    },
    /// A recording of the caller. An empty one comes back as a turn as well.
    Record {
        /// The longest recording, in seconds.
        max_seconds: u16,
        /// Seconds of silence that end it.
        silence: u8,
        /// Whether the carrier is asked for a transcript.
        transcribe: bool,
        /// Whether a tone announces the start.
        beep: bool,
    },
    /// The call is put through.
    Dial {
        /// Whom to ring.
        number: PhoneNumber,
        /// The number that is shown, where the carrier may show it.
        caller_id: Option<PhoneNumber>,
        /// Seconds to ring.
        ring: u16,
        /// Seconds after which the talk is ended; `None` leaves it open.
        limit: Option<u32>,
        /// The call of ours that who answers is asked on, before he is connected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        screen: Option<String>,
    },
    /// The call enters a conference.
    Conference {
        /// What it is called.
        name: String,
        /// Whether it waits there for somebody; else it is who is waited for.
        waits: bool,
    },
    /// Who was asked before being connected is connected.
    Through,
    /// The next turn at once.
    Continue,
    /// The call ends.
    #[default]
    Hangup,
    /// The call is not answered.
    Reject {
        /// A busy tone, else the tone of a number that is not in service.
        busy: bool,
    },
}
