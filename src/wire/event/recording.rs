//! Webhooks about recordings: how the file is coming along, and what was said in it. Either may come before the file
//! exists, after the hang-up, or never.

use super::{EventError, number, optional_sid, sid, state, text};
use crate::wire::form::Form;
use crate::wire::private::FreeText;
use crate::wire::sid::Sid;

/// How the file of a recording is coming along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordingState {
    /// Being recorded.
    InProgress,
    /// There is a file to fetch.
    Completed,
    /// There will be none: nothing was heard.
    Absent,
    /// There will be none: the carrier failed.
    Failed,
}

impl RecordingState {
    /// The carrier's word for it; `None` if it is no word that we know.
    pub fn read(word: &str) -> Option<RecordingState> {
        Some(match word {
            "in-progress" => RecordingState::InProgress,
            "completed" => RecordingState::Completed,
            "absent" => RecordingState::Absent,
            "failed" => RecordingState::Failed,
            _ => return None,
        })
    }
}

/// A recording reports how it is coming along. Its address in the form is not read: the client rebuilds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingStatus {
    /// The recording.
    pub sid: Sid,
    /// The call it belongs to, by which it is attached.
    pub call_sid: Sid,
    /// Where it is.
    pub state: RecordingState,
    /// Its length in seconds.
    pub seconds: Option<u32>,
}

impl RecordingStatus {
    /// Reads a recording's status webhook. Needs `RecordingSid`, `CallSid` and `RecordingStatus`.
    pub fn parse(form: &Form) -> Result<RecordingStatus, EventError> {
        Ok(RecordingStatus {
            sid: sid(form, "RecordingSid")?,
            call_sid: sid(form, "CallSid")?,
            state: state(form, "RecordingStatus", RecordingState::read)?,
            seconds: number(form, "RecordingDuration"),
        })
    }
}

/// What a machine understood of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcription {
    /// The transcript.
    pub sid: Sid,
    /// The recording it is of.
    pub recording_sid: Option<Sid>,
    /// The call it belongs to.
    pub call_sid: Sid,
    /// The words; `None` if the carrier could make nothing of it.
    pub text: Option<FreeText>,
}

impl Transcription {
    /// Reads a transcription's webhook. Needs `TranscriptionSid` and `CallSid`.
    pub fn parse(form: &Form) -> Result<Transcription, EventError> {
        let failed = form.get("TranscriptionStatus").is_some_and(|status| status == "failed");
        Ok(Transcription {
            sid: sid(form, "TranscriptionSid")?,
            recording_sid: optional_sid(form, "RecordingSid"),
            call_sid: sid(form, "CallSid")?,
            text: text(form, "TranscriptionText").filter(|_| !failed).map(FreeText::new),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_read_by_its_words() {
        let read = |status: &str, more: &str| {
            let body = format!("RecordingSid=RE1&CallSid=CA1&RecordingStatus={status}{more}");
            RecordingStatus::parse(&Form::parse(body.as_bytes())).map(|report| (report.state, report.seconds))
        };
        assert_eq!(read("completed", "&RecordingDuration=9"), Ok((RecordingState::Completed, Some(9))));
        assert_eq!(read("in-progress", ""), Ok((RecordingState::InProgress, None)));
        assert_eq!(read("absent", "&RecordingDuration=-1"), Ok((RecordingState::Absent, None)));
        assert_eq!(read("failed", ""), Ok((RecordingState::Failed, None)));
        assert_eq!(read("", ""), Err(EventError::Missing("RecordingStatus")));
        assert_eq!(read("gone", ""), Err(EventError::Unreadable("RecordingStatus")));
    }

    #[test]
    fn a_transcript_that_failed_has_no_words() {
        let read = |more: &str| {
            let body =
                format!("TranscriptionSid=TR1&RecordingSid=RE1&CallSid=CA1&TranscriptionText=help{more}");
            Transcription::parse(&Form::parse(body.as_bytes())).unwrap().text
        };
        assert_eq!(read("&TranscriptionStatus=completed"), Some(FreeText::new("help")));
        assert_eq!(read("&TranscriptionStatus=failed"), None);
        assert_eq!(
            Transcription::parse(&Form::parse(b"CallSid=CA1")),
            Err(EventError::Missing("TranscriptionSid"))
        );
    }
}
