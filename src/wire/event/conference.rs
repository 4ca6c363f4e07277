//! Webhooks about conferences.

use super::{EventError, needed, optional_sid};
use crate::wire::form::Form;
use crate::wire::sid::Sid;

/// A conference tells how it fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceEvent {
    /// What we called it.
    pub name: String,
    /// The call that came in; none if this tells something else.
    pub joined: Option<Sid>,
}

impl ConferenceEvent {
    /// Reads a conference's status webhook. Needs `FriendlyName`.
    pub fn parse(form: &Form) -> Result<ConferenceEvent, EventError> {
        let joins = form.get("StatusCallbackEvent").as_deref() == Some("participant-join");
        let joined = optional_sid(form, "CallSid").filter(|_| joins);
        Ok(ConferenceEvent { name: needed(form, "FriendlyName")?, joined })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_in_is_read_and_all_else_is_nobody() {
        let read = |form: &str| ConferenceEvent::parse(&Form::parse(form.as_bytes()));
        let came =
            read("FriendlyName=CA1&ConferenceSid=CF1&CallSid=CA2&StatusCallbackEvent=participant-join")
                .unwrap();
        assert_eq!((came.name.as_str(), came.joined.as_ref().map(Sid::as_str)), ("CA1", Some("CA2")));
        for other in ["participant-leave", "conference-start", "conference-end", ""] {
            let event = read(&format!("FriendlyName=CA1&CallSid=CA2&StatusCallbackEvent={other}")).unwrap();
            assert_eq!(event.joined, None, "{other}");
        }
        assert_eq!(read("CallSid=CA2"), Err(EventError::Missing("FriendlyName")));
    }
}
