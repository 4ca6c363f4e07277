//! What a carrier's webhook says: a form parsed into one of a few events. Unknown fields are ignored, what may be
//! missing is an `Option`, and only a field without which nothing can be done is an error, because a call whose form
//! is odd is still a call.
//!
//! Statuses come late, twice and out of order. Each kind has a `rank`, a total order: a status counts only if it ranks
//! above what is known, so that every order of delivery ends in the same state.

mod conference;
mod recording;
mod status;
mod text;
mod voice;

use std::str::FromStr;

pub use conference::ConferenceEvent;
pub use recording::{RecordingState, RecordingStatus, Transcription};
pub use status::{CallState, DialState, TextState};
pub use text::{InboundText, Media, TextStatus};
pub use voice::{CallStatus, CallerId, Dialled, Direction, RecordedMessage, VoiceRequest};

use super::form::Form;
use super::sid::Sid;

/// A form that cannot be understood, with the field that is to blame.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EventError {
    /// The field is not there, or is empty.
    #[error("the form has no `{0}`")]
    Missing(&'static str),
    /// The field's value means nothing to us.
    #[error("the form's `{0}` cannot be understood")]
    Unreadable(&'static str),
}

/// Seconds and small counts; a value that is no number is as good as none.
fn number<N: FromStr>(form: &Form, field: &str) -> Option<N> {
    form.get(field).and_then(|value| value.trim().parse().ok())
}

fn text(form: &Form, field: &str) -> Option<String> {
    form.get_filled(field).map(|value| value.into_owned())
}

fn needed(form: &Form, field: &'static str) -> Result<String, EventError> {
    text(form, field).ok_or(EventError::Missing(field))
}

fn sid(form: &Form, field: &'static str) -> Result<Sid, EventError> {
    needed(form, field)?.parse().map_err(|_| EventError::Unreadable(field))
}

fn optional_sid(form: &Form, field: &str) -> Option<Sid> {
    form.get_filled(field).and_then(|value| value.parse().ok())
}

fn state<S>(form: &Form, field: &'static str, read: impl Fn(&str) -> Option<S>) -> Result<S, EventError> {
    read(&needed(form, field)?).ok_or(EventError::Unreadable(field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: [&str; 24] = [
        "CallSid",
        "AccountSid",
        "From",
        "To",
        "CallStatus",
        "Direction",
        "Digits",
        "RecordingSid",
        "RecordingDuration",
        "RecordingStatus",
        "DialCallStatus",
        "DialCallSid",
        "MessageSid",
        "MessageStatus",
        "Body",
        "NumMedia",
        "MediaUrl0",
        "MediaContentType0",
        "ErrorCode",
        "SequenceNumber",
        "TranscriptionSid",
        "TranscriptionText",
        "TranscriptionStatus",
        "SipResponseCode",
    ];

    proptest! {
        #[test]
        fn no_form_breaks_a_parser(
            fields in prop::collection::vec((prop::sample::select(&FIELDS[..]), prop::collection::vec(any::<u8>(), 0..20)), 0..12)
        ) {
            let mut body = Vec::new();
            for (key, value) in fields {
                body.extend(key.bytes());
                body.push(b'=');
                body.extend(value);
                body.push(b'&');
            }
            let form = Form::parse(&body);
            // Whatever comes out, it is an event or an error that names a field of the carrier's.
            for error in [
                VoiceRequest::parse(&form).err(),
                CallStatus::parse(&form).err(),
                InboundText::parse(&form).err(),
                TextStatus::parse(&form).err(),
                RecordingStatus::parse(&form).err(),
                Transcription::parse(&form).err(),
            ].into_iter().flatten() {
                let (EventError::Missing(field) | EventError::Unreadable(field)) = error;
                prop_assert!(FIELDS.contains(&field), "{}", field);
            }
        }
    }
}
