//! What the carrier knows before the first call: accounts, the lines they own with the addresses set at each, the
//! phones shown on the page, and how long things take.

use serde::{Deserialize, Serialize};

/// A customer of the carrier.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account's SID, also the user name of Basic auth.
    pub sid: String,
    /// Tokens that log in. The first signs webhooks; a second is there while one is being rotated.
    pub tokens: Vec<String>,
    /// Numbers that the account may show as caller id besides its own lines, in E.164.
    pub caller_ids: Vec<String>,
}

/// A number that an account owns, with the four addresses set at it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The number, in E.164.
    pub number: String,
    /// What the page calls it.
    pub label: String,
    /// The account that owns it.
    pub account: String,
    /// Asked for TwiML when the line is called; without it a call is turned away.
    pub voice_url: Option<String>,
    /// Told of each text that arrives.
    pub sms_url: Option<String>,
    /// Told how a call to the line ended.
    pub status_url: Option<String>,
    /// TwiML that the carrier hosts: it takes the call over when the gateway's document cannot be had (no connection, no
    /// answer in time, a status that is no success, after the retries). Without it the caller hears an apology.
    pub fallback_twiml: Option<String>,
}

/// On which side of the page a phone lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A customer's phone: it dials.
    Caller,
    /// An agent's phone: it receives pages.
    Agent,
}

/// A phone shown on the page. Every other number that is no line works as well; it is just not shown.
#[derive(Clone, Debug, Serialize)]
pub struct Phone {
    /// Whose it is.
    pub name: String,
    /// Its number, in E.164.
    pub number: String,
    /// On which side it lies.
    pub role: Role,
}

/// How long things take at this carrier, in milliseconds unless said otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Of one spoken character of Say.
    pub say_per_char_ms: i64,
    /// The longest that one Say lasts.
    pub say_longest_ms: i64,
    /// Whether Play and Pause last as long as they say; off, they take no time.
    pub play_in_full: bool,
    /// From the creation of a call to its first ring.
    pub dial_ms: i64,
    /// From the creation of a message to `sent`.
    pub send_ms: i64,
    /// From `sent` to the handset, and to the receipt.
    pub deliver_ms: i64,
    /// From the end of a recording to the file and its callback.
    pub recording_ms: i64,
    /// From the end of a recording to its transcript.
    pub transcript_ms: i64,
    /// Before a failed request to the gateway is made again.
    pub retry_gap_ms: i64,
}

impl Pace {
    /// As on a real network, about.
    pub fn lifelike() -> Pace {
        Pace {
            say_per_char_ms: 60,
            say_longest_ms: 60_000,
            play_in_full: true,
            dial_ms: 800,
            send_ms: 400,
            deliver_ms: 1_200,
            recording_ms: 1_500,
            transcript_ms: 4_000,
            retry_gap_ms: 500,
        }
    }

    /// Nothing takes time but what waits for a person: rings, silences, delays that a script asks for.
    pub fn instant() -> Pace {
        Pace {
            say_per_char_ms: 0,
            say_longest_ms: 0,
            play_in_full: false,
            dial_ms: 0,
            send_ms: 0,
            deliver_ms: 0,
            recording_ms: 0,
            transcript_ms: 0,
            retry_gap_ms: 0,
        }
    }

    /// How long `text` is spoken.
    pub(super) fn say_ms(&self, text: &str) -> i64 {
        let chars = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        chars.saturating_mul(self.say_per_char_ms).min(self.say_longest_ms)
    }
}

/// The carrier as it is at the start.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where the REST interface is reached, without a slash at the end; it stands in the `RecordingUrl` of callbacks.
    pub base_url: String,
    /// The carrier's customers.
    pub accounts: Vec<Account>,
    /// Their numbers.
    pub lines: Vec<Line>,
    /// The phones on the page.
    pub phones: Vec<Phone>,
    /// How long things take.
    pub pace: Pace,
}
