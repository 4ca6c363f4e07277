//! What we answer a call with. The types allow only what the carriers that speak this language have in common, so that
//! a document cannot nest what may not be nested; [`write()`] checks the limits that types cannot.
//!
//! Source: twilio.com/docs/voice/twiml, and what SignalWire, Telnyx and Somleng take of it.

mod write;

use serde::{Deserialize, Serialize};

pub use write::{TwimlError, write};

/// What a carrier understands beyond the portable subset (Say, Play, Gather, Record, Dial with Number, Redirect,
/// Hangup, Reject).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Whether it knows `Pause`.
    pub pause: bool,
    /// Whether it knows `Conference` in `Dial`, with an address for who waits.
    pub conference: bool,
}

/// A whole answer: the verbs in their order. When they are done the carrier hangs up.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Response {
    /// The verbs.
    pub verbs: Vec<Verb>,
}

/// One thing for the carrier to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Lets the caller hear something; keys pressed meanwhile do not count.
    Prompt(Prompt),
    /// Lets the caller hear something and press keys at any time.
    Gather(Gather),
    /// Records the caller.
    Record(Record),
    /// Connects the caller with somebody.
    Dial(Dial),
    /// Enters a conference, for carriers whose [`Profile`] has it.
    Conference(Conference),
    /// Goes on with the answer of another address.
    Redirect {
        /// The address.
        url: String,
    },
    /// Ends the call.
    Hangup,
    /// Does not take the call; only as the first verb is it free of charge.
    Reject {
        /// What the caller hears.
        reason: RejectReason,
    },
}

/// Something to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Spoken words. Longer than a carrier takes at once, they become several `Say`s in a row.
    Say {
        /// The language as the carrier names it, e.g. `en-US`.
        language: String,
        /// The carrier's name of a voice; its default without.
        voice: Option<String>,
        /// The words; any text.
        text: String,
    },
    /// A sound file.
    Play {
        /// Where the carrier fetches it.
        url: String,
    },
    /// Silence, for carriers whose [`Profile`] has it.
    Pause {
        /// How long.
        seconds: u32,
    },
}

/// Keys from the caller. When no key comes, the next verb runs, unless `action_on_empty_result`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// Where the keys are posted.
    pub action: String,
    /// How long to wait for the next key, in seconds.
    pub timeout_seconds: u32,
    /// After how many keys it ends by itself.
    pub num_digits: Option<u32>,
    /// The keys, of `0-9*#`, that end it; empty for none.
    pub finish_on_key: String,
    /// Whether silence is posted to `action` too.
    pub action_on_empty_result: bool,
    /// What the caller hears meanwhile.
    pub prompts: Vec<Prompt>,
}

/// A message from the caller. When nothing is heard, the next verb runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where the end of the recording is posted. Never left out: without it carriers ask the same address again.
    pub action: String,
    /// The longest message, in seconds.
    pub max_length_seconds: u32,
    /// The silence that ends it, in seconds.
    pub timeout_seconds: u32,
    /// The keys, of `0-9*#`, that end it; empty for none.
    pub finish_on_key: String,
    /// Whether a beep begins it.
    pub play_beep: bool,
    /// Where the state of the file is posted.
    pub recording_status_callback: Option<String>,
    /// Where a transcript is posted; none is made without.
    pub transcribe_callback: Option<String>,
}

/// A connection to the first of some numbers that answers, voicemail included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Where the end of the connection is posted; the next verb runs without.
    pub action: Option<String>,
    /// How long it rings, in seconds.
    pub timeout_seconds: u32,
    /// How long the connection may last, in seconds.
    pub time_limit_seconds: Option<u32>,
    /// The caller id to show; the carrier must allow it.
    pub caller_id: Option<String>,
    /// Whom to ring, 1 to 10.
    pub numbers: Vec<DialNumber>,
}

/// One of the numbers of a [`Dial`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialNumber {
    /// The number in E.164.
    pub number: String,
    /// What the one who answers hears before being connected; its answer must not hold a Dial.
    pub url: Option<String>,
    /// Where this leg's states are posted.
    pub status_callback: Option<String>,
}

/// A conference. It begins once somebody is in who may start it, and another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conference {
    /// What it is called: whoever names the same is in it.
    pub name: String,
    /// Where it is posted that this call is out of it, by itself.
    pub action: String,
    /// Whether it may begin once this call is in.
    pub starts: bool,
    /// What is heard until it begins: Say, Play, Pause and Redirect; without it the carrier's music.
    pub wait_url: Option<String>,
    /// Where it is posted who comes and goes.
    pub status_callback: Option<String>,
}

/// What a rejected caller hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// That the number is not in service.
    Rejected,
    /// The engaged tone.
    Busy,
}

impl Prompt {
    /// Words in a language of ours, by the voice that was chosen for it or else by a natural one that speaks it; a
    /// language without either has the carrier's own.
    pub fn say(language: &str, voice: Option<&str>, text: &str) -> Prompt {
        let language = locale(language);
        let voice = voice.or_else(|| natural_voice(&language)).map(str::to_owned);
        Prompt::Say { language, voice, text: text.to_owned() }
    }
}

/// Voices that Twilio, SignalWire, Telnyx and Somleng have under the same names.
fn natural_voice(locale: &str) -> Option<&'static str> {
    let voice = match locale {
        "en-US" => "Polly.Joanna",
        "en-GB" => "Polly.Amy",
        "en-AU" => "Polly.Nicole",
        "fr-FR" => "Polly.Lea",
        "fr-CA" => "Polly.Chantal",
        "de-DE" => "Polly.Vicki",
        "es-ES" => "Polly.Lucia",
        "es-MX" => "Polly.Mia",
        "es-US" => "Polly.Lupe",
        _ => return None,
    };
    Some(voice)
}

/// A language as carriers name them: they want a region.
pub fn locale(language: &str) -> String {
    let known = match language {
        "en" => "en-US",
        "de" => "de-DE",
        "es" => "es-ES",
        "fr" => "fr-FR",
        "it" => "it-IT",
        "nl" => "nl-NL",
        "pt" => "pt-BR",
        "pl" => "pl-PL",
        "sv" => "sv-SE",
        "da" => "da-DK",
        "nb" | "no" => "nb-NO",
        "fi" => "fi-FI",
        "ja" => "ja-JP",
        "ko" => "ko-KR",
        "zh" => "zh-CN",
        other => other,
    };
    known.to_owned()
}
