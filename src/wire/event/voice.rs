//! Webhooks about calls: the request that asks what to do next, and the report of how a call goes.

use super::{CallState, DialState, EventError, number, optional_sid, sid, state, text};
use crate::wire::form::Form;
use crate::wire::private::Number;
use crate::wire::sid::Sid;

/// What the network says about who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerId {
    /// A number in E.164.
    Number(Number),
    /// Nothing that could be called back: withheld, unknown, or not a number.
    Withheld,
}

/// `ANONYMOUS`, `RESTRICTED`, `BLOCKED`, `UNKNOWN` and `UNAVAILABLE`, spelled on a keypad as carriers do.
const SPELLED: [&str; 5] = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"];

impl CallerId {
    /// Reads the carrier's `From`.
    pub fn read(from: &str) -> CallerId {
        let number = Number::new(from.trim());
        if number.is_e164() && !SPELLED.contains(&number.as_str()) {
            CallerId::Number(number)
        } else {
            CallerId::Withheld
        }
    }
}

/// Who began a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Somebody called us.
    Inbound,
    /// We placed it over REST.
    OutboundApi,
    /// It is the second leg of a `Dial`.
    OutboundDial,
}

impl Direction {
    /// The carrier's word for it; `None` if it is no word that we know.
    pub fn read(word: &str) -> Option<Direction> {
        Some(match word {
            "inbound" => Direction::Inbound,
            "outbound-api" | "outbound" => Direction::OutboundApi,
            "outbound-dial" => Direction::OutboundDial,
            _ => return None,
        })
    }
}

/// A call asks what to do: its first request, a Gather's, a Record's or a Dial's action, a Redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceRequest {
    /// The call.
    pub call_sid: Sid,
    /// Caller id, as far as the network tells it.
    pub from: CallerId,
    /// The line that was called, or on an outbound call whom we called; empty if the carrier does not say.
    pub to: Number,
    /// Who began the call.
    pub direction: Option<Direction>,
    /// Where the call is; a request may also come from a call that is over.
    pub state: Option<CallState>,
    /// The number that forwarded the call to us.
    pub forwarded_from: Option<Number>,
    /// The STIR/SHAKEN verdict in the carrier's words: shown, never a reason to refuse.
    pub stir: Option<String>,
    /// Keys pressed, from `0-9*#`; `Some("")` is a Gather or Record that ended without one.
    pub digits: Option<String>,
    /// The key that ended the input; it is not in `digits`.
    pub finished_on_key: Option<String>,
    /// What a Record has just recorded.
    pub recording: Option<RecordedMessage>,
    /// How a Dial ended.
    pub dial: Option<Dialled>,
    /// The caller's leg, if this is the other one.
    pub parent_call_sid: Option<Sid>,
}

/// A message left in a Record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedMessage {
    /// The recording; its file may not be there yet.
    pub sid: Sid,
    /// Its length in seconds.
    pub seconds: Option<u32>,
    /// Whether it ended by a hang-up: nobody will hear what is answered.
    pub hung_up: bool,
}

/// The end of a Dial's other leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialled {
    /// How it ended.
    pub state: DialState,
    /// The other leg; absent when nobody answered.
    pub sid: Option<Sid>,
    /// How long the two were connected, in seconds.
    pub seconds: Option<u32>,
}

impl VoiceRequest {
    /// Reads a voice webhook. Needs `CallSid`: somebody is on the phone, and whatever else is missing, he is answered.
    pub fn parse(form: &Form) -> Result<VoiceRequest, EventError> {
        let digits = form.get("Digits");
        let hung_up = digits.as_deref() == Some("hangup");
        Ok(VoiceRequest {
            call_sid: sid(form, "CallSid")?,
            from: CallerId::read(&form.get("From").unwrap_or_default()),
            // The older name of the same.
            to: Number::new(text(form, "To").or_else(|| text(form, "Called")).unwrap_or_default()),
            direction: form.get("Direction").and_then(|word| Direction::read(&word)),
            state: form.get("CallStatus").and_then(|word| CallState::read(&word)),
            forwarded_from: text(form, "ForwardedFrom").map(Number::new),
            stir: text(form, "StirVerstat"),
            digits: digits.filter(|_| !hung_up).map(|digits| keys(&digits)),
            finished_on_key: form
                .get_filled("FinishedOnKey")
                .map(|key| keys(&key))
                .filter(|key| !key.is_empty()),
            recording: optional_sid(form, "RecordingSid").map(|sid| RecordedMessage {
                sid,
                seconds: number(form, "RecordingDuration"),
                hung_up,
            }),
            dial: form.get("DialCallStatus").and_then(|word| DialState::read(&word)).map(|state| Dialled {
                state,
                sid: optional_sid(form, "DialCallSid"),
                seconds: number(form, "DialCallDuration"),
            }),
            parent_call_sid: optional_sid(form, "ParentCallSid"),
        })
    }
}

fn keys(digits: &str) -> String {
    digits.chars().filter(|key| key.is_ascii_digit() || ['*', '#'].contains(key)).collect()
}

/// A call reports how it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallStatus {
    /// The call.
    pub call_sid: Sid,
    /// Who called, which the end of an inbound call also tells.
    pub from: CallerId,
    /// Who was called.
    pub to: Option<Number>,
    /// Who began the call.
    pub direction: Option<Direction>,
    /// Where it is.
    pub state: CallState,
    /// The report's place among the call's reports, from 0.
    pub sequence: Option<u32>,
    /// How long the call was, in seconds; only at its end.
    pub seconds: Option<u32>,
    /// The SIP response that ended it.
    pub sip_code: Option<u16>,
    /// What answered, by the carrier's guess: right in 85 to 90 of 100 cases, so never an acknowledgement.
    pub answered_by: Option<String>,
    /// The carrier's error code; [`crate::wire::about`] says whom it concerns.
    pub error_code: Option<u32>,
    /// The caller's leg, if this is the other one.
    pub parent_call_sid: Option<Sid>,
}

impl CallStatus {
    /// Reads a call's status webhook. Needs `CallSid` and `CallStatus`.
    pub fn parse(form: &Form) -> Result<CallStatus, EventError> {
        Ok(CallStatus {
            call_sid: sid(form, "CallSid")?,
            from: CallerId::read(&form.get("From").unwrap_or_default()),
            to: text(form, "To").map(Number::new),
            direction: form.get("Direction").and_then(|word| Direction::read(&word)),
            state: state(form, "CallStatus", CallState::read)?,
            sequence: number(form, "SequenceNumber"),
            seconds: number(form, "CallDuration"),
            sip_code: number(form, "SipResponseCode"),
            answered_by: text(form, "AnsweredBy"),
            error_code: number(form, "ErrorCode"),
            parent_call_sid: optional_sid(form, "ParentCallSid"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(more: &str) -> Form {
        let common = "CallSid=CA1&AccountSid=AC1&From=%2B18025550147&To=%2B18025550100&CallStatus=in-progress&Direction=inbound";
        Form::parse(format!("{common}{more}").as_bytes())
    }

    fn sid(text: &str) -> Sid {
        text.parse().unwrap()
    }

    #[test]
    fn a_first_request_tells_who_calls_whom() {
        let request = VoiceRequest::parse(&form(
            "&ForwardedFrom=%2B18025550199&StirVerstat=TN-Validation-Passed-A&FromCity=X&Unheard=of",
        ));
        assert_eq!(
            request,
            Ok(VoiceRequest {
                call_sid: sid("CA1"),
                from: CallerId::Number(Number::new("+18025550147")),
                to: Number::new("+18025550100"),
                direction: Some(Direction::Inbound),
                state: Some(CallState::InProgress),
                forwarded_from: Some(Number::new("+18025550199")),
                stir: Some("TN-Validation-Passed-A".into()),
                digits: None,
                finished_on_key: None,
                recording: None,
                dial: None,
                parent_call_sid: None,
            })
        );
    }

    #[test]
    fn a_caller_id_that_is_no_number_is_withheld() {
        for from in [
            "",
            "anonymous",
            "Anonymous",
            "+266696687",
            "+7378742833",
            "sip:someone@example.com",
            "unknown",
            "8025550147",
            "+1802\u{0}5550147",
            "+",
        ] {
            assert_eq!(CallerId::read(from), CallerId::Withheld, "{from:?}");
        }
        let without_from = Form::parse(b"CallSid=CA1&AccountSid=AC1&To=%2B18025550100");
        assert_eq!(VoiceRequest::parse(&without_from).map(|request| request.from), Ok(CallerId::Withheld));
    }

    #[test]
    fn keys_are_told_from_silence_and_from_nothing_asked() {
        for (more, digits, key) in [
            ("", None, None),
            ("&Digits=", Some(""), None),
            ("&Digits=8025550147&FinishedOnKey=%23", Some("8025550147"), Some("#")),
            ("&Digits=*", Some("*"), None),
            ("&Digits=1%00<x>2&FinishedOnKey=", Some("12"), None),
            ("&Digits=hangup", None, None),
        ] {
            let request = VoiceRequest::parse(&form(more)).unwrap();
            assert_eq!(
                (request.digits.as_deref(), request.finished_on_key.as_deref()),
                (digits, key),
                "{more}"
            );
        }
    }

    #[test]
    fn a_recording_says_whether_the_caller_is_still_there() {
        let recording = |more: &str| VoiceRequest::parse(&form(more)).unwrap().recording;
        let message = |seconds, hung_up| Some(RecordedMessage { sid: sid("RE1"), seconds, hung_up });
        assert_eq!(
            recording(
                "&RecordingSid=RE1&RecordingDuration=17&Digits=hangup&RecordingUrl=http%3A%2F%2Fevil.example"
            ),
            message(Some(17), true)
        );
        assert_eq!(recording("&RecordingSid=RE1&RecordingDuration=x&Digits=%23"), message(None, false));
        assert_eq!(recording("&RecordingSid=..%2FMessages"), None);
    }

    #[test]
    fn a_dial_tells_how_it_ended() {
        let dial = |more: &str| VoiceRequest::parse(&form(more)).unwrap().dial;
        assert_eq!(
            dial("&DialCallStatus=completed&DialCallSid=CA2&DialCallDuration=31"),
            Some(Dialled { state: DialState::Completed, sid: Some(sid("CA2")), seconds: Some(31) })
        );
        assert_eq!(
            dial("&DialCallStatus=no-answer"),
            Some(Dialled { state: DialState::NoAnswer, sid: None, seconds: None })
        );
        assert_eq!(dial("&DialCallStatus=huh"), None);
    }

    #[test]
    fn a_status_report_is_read_whole() {
        let report = CallStatus::parse(&Form::parse(
            b"CallSid=CA1&From=anonymous&To=%2B18025550147&Direction=outbound-api&CallStatus=completed&SequenceNumber=3\
              &CallDuration=42&SipResponseCode=200&AnsweredBy=machine_end_beep&ErrorCode=13224&ParentCallSid=CA9",
        ));
        assert_eq!(
            report,
            Ok(CallStatus {
                call_sid: sid("CA1"),
                from: CallerId::Withheld,
                to: Some(Number::new("+18025550147")),
                direction: Some(Direction::OutboundApi),
                state: CallState::Completed,
                sequence: Some(3),
                seconds: Some(42),
                sip_code: Some(200),
                answered_by: Some("machine_end_beep".into()),
                error_code: Some(13224),
                parent_call_sid: Some(sid("CA9")),
            })
        );
    }

    #[test]
    fn what_cannot_do_without_a_field_names_it() {
        let voice = |body: &str| VoiceRequest::parse(&Form::parse(body.as_bytes())).err();
        assert_eq!(voice("AccountSid=AC1&To=x"), Some(EventError::Missing("CallSid")));
        assert_eq!(voice("CallSid=&AccountSid=AC1&To=x"), Some(EventError::Missing("CallSid")));
        assert_eq!(voice("CallSid=a%2Fb&AccountSid=AC1&To=x"), Some(EventError::Unreadable("CallSid")));
        assert_eq!(voice("CallSid=CA1"), None);
        let status = |body: &str| CallStatus::parse(&Form::parse(body.as_bytes())).err();
        assert_eq!(status("CallSid=CA1"), Some(EventError::Missing("CallStatus")));
        assert_eq!(status("CallSid=CA1&CallStatus=odd"), Some(EventError::Unreadable("CallStatus")));
    }

    #[test]
    fn the_line_is_told_by_either_name() {
        for (body, to) in [
            ("CallSid=CA1&To=%2B18025550100&Called=%2B18025550199", "+18025550100"),
            ("CallSid=CA1&To=&Called=%2B18025550100", "+18025550100"),
            ("CallSid=CA1&To=", ""),
        ] {
            let request = VoiceRequest::parse(&Form::parse(body.as_bytes())).unwrap();
            assert_eq!(request.to.as_str(), to, "{body}");
        }
    }

    #[test]
    fn a_request_in_a_log_shows_no_number() {
        let shown = format!("{:?}", VoiceRequest::parse(&form("&ForwardedFrom=%2B18025550199")).unwrap());
        assert!(!shown.contains("5550"), "{shown}");
    }
}
