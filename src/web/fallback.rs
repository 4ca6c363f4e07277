//! The answer that a carrier gives in our place while we are away: static TwiML that it hosts itself, set as the
//! fallback of a line. It says that there is trouble, rings the desk's last resort, and then records what the caller
//! says. When the recording ends, the line's own voice address is tried once more: if we are back, the call goes on as
//! any other; if not, the carrier comes here again. The call itself is found at the carrier once we are back.

use crate::rules::desk::{Desk, Line};
use crate::wire::Addresses;
use crate::wire::twiml::{self, Profile, Record, Response, TwimlError, Verb};

use super::hold::{phone_of_last_resort, ring, say};
use super::phrases::{FALLBACK_MESSAGE, RINGING};

/// The TwiML for a line, to be hosted at the carrier. Rotas are passed over, for it cannot know the day on which it is
/// read: name an agent, or everyone, in the policy's last resort.
pub fn document(desk: &Desk, line: &Line, public_url: &str) -> Result<String, TwimlError> {
    let ours = Addresses::new(public_url, &line.carrier);
    let mut verbs = Vec::new();
    if let Some(phone) = phone_of_last_resort(desk, line, None) {
        verbs.push(say(RINGING));
        verbs.push(ring(&phone, None));
    }
    verbs.push(say(FALLBACK_MESSAGE));
    verbs.push(Verb::Record(Record {
        action: ours.voice(),
        max_length_seconds: 180,
        timeout_seconds: 8,
        finish_on_key: String::new(),
        play_beep: true,
        recording_status_callback: Some(ours.recording()),
        transcribe_callback: None,
    }));
    verbs.push(Verb::Redirect { url: ours.voice() });
    twiml::write(&Response { verbs }, &Profile::default())
}
