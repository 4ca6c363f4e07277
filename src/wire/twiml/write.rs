//! Writes a [`Response`] as XML, within the limits that carriers set.

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Conference, Dial, DialNumber, Gather, Profile, Prompt, Record, RejectReason, Response, Verb};

/// The longest document carriers take (64 kB), in bytes.
const LONGEST_DOCUMENT: usize = 64_000;
/// The longest text of one `Say`, in characters.
const LONGEST_SAY: usize = 4096;
/// The most numbers that one `Dial` rings.
const MOST_NUMBERS: usize = 10;
/// A caller, and who accepted.
const MOST_IN_CONFERENCE: usize = 2;

/// Why an answer cannot be sent.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TwimlError {
    /// It is longer than carriers take.
    #[error("the answer is {0} bytes long, and carriers take {LONGEST_DOCUMENT}: say less at once")]
    TooLong(usize),
    /// A `Dial` with no number, or more than ten.
    #[error("a Dial rings 1 to {MOST_NUMBERS} numbers at once, and this one has {0}")]
    Numbers(usize),
    /// Keys that no phone has.
    #[error("`{0}` cannot end an input: only the keys 0-9, * and # can")]
    Keys(String),
    /// The carrier's profile lacks the verb.
    #[error("this carrier does not know {0}: leave it out, or set it in the carrier's profile if it does")]
    NotInProfile(&'static str),
    /// The XML writer failed, which it has no reason to.
    #[error("the answer could not be written")]
    Unwritten,
}

/// The document for `response`. Characters that XML does not allow are dropped.
pub fn write(response: &Response, profile: &Profile) -> Result<String, TwimlError> {
    let mut out = Document { xml: Writer::new(Vec::new()), profile };
    out.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.nest("Response", &[], |out| response.verbs.iter().try_for_each(|verb| out.verb(verb)))?;
    let bytes = out.xml.into_inner();
    if bytes.len() > LONGEST_DOCUMENT {
        return Err(TwimlError::TooLong(bytes.len()));
    }
    String::from_utf8(bytes).map_err(|_| TwimlError::Unwritten)
}

/// A name and, if there is one, a value; attributes without a value are not written.
type Attribute = (&'static str, Option<String>);

struct Document<'a> {
    xml: Writer<Vec<u8>>,
    profile: &'a Profile,
}

impl Document<'_> {
    fn verb(&mut self, verb: &Verb) -> Result<(), TwimlError> {
        match verb {
            Verb::Prompt(prompt) => self.prompt(prompt),
            Verb::Gather(gather) => self.gather(gather),
            Verb::Record(record) => self.record(record),
            Verb::Dial(dial) => self.dial(dial),
            Verb::Conference(conference) => self.conference(conference),
            Verb::Redirect { url } => self.text_element("Redirect", &[], url),
            Verb::Hangup => self.empty("Hangup", &[]),
            Verb::Reject { reason } => {
                let reason = match reason {
                    RejectReason::Rejected => "rejected",
                    RejectReason::Busy => "busy",
                };
                self.empty("Reject", &[("reason", Some(reason.into()))])
            }
        }
    }

    fn prompt(&mut self, prompt: &Prompt) -> Result<(), TwimlError> {
        match prompt {
            Prompt::Say { language, voice, text } => {
                let attributes = [("language", Some(language.clone())), ("voice", voice.clone())];
                let text: String = text.chars().filter(|c| is_xml(*c)).collect();
                pieces(&text).into_iter().try_for_each(|piece| self.text_element("Say", &attributes, piece))
            }
            Prompt::Play { url } => self.text_element("Play", &[], url),
            Prompt::Pause { .. } if !self.profile.pause => Err(TwimlError::NotInProfile("Pause")),
            Prompt::Pause { seconds } => self.empty("Pause", &[("length", Some(seconds.to_string()))]),
        }
    }

    fn gather(&mut self, gather: &Gather) -> Result<(), TwimlError> {
        let attributes = [
            ("input", Some("dtmf".into())),
            ("action", Some(gather.action.clone())),
            ("timeout", Some(gather.timeout_seconds.to_string())),
            ("numDigits", gather.num_digits.map(|n| n.to_string())),
            ("finishOnKey", Some(keys(&gather.finish_on_key)?)),
            ("actionOnEmptyResult", gather.action_on_empty_result.then(|| "true".into())),
        ];
        self.nest("Gather", &attributes, |out| {
            gather.prompts.iter().try_for_each(|prompt| out.prompt(prompt))
        })
    }

    fn record(&mut self, record: &Record) -> Result<(), TwimlError> {
        self.empty(
            "Record",
            &[
                ("action", Some(record.action.clone())),
                ("maxLength", Some(record.max_length_seconds.to_string())),
                ("timeout", Some(record.timeout_seconds.to_string())),
                ("finishOnKey", Some(keys(&record.finish_on_key)?)),
                ("playBeep", Some(record.play_beep.to_string())),
                ("recordingStatusCallback", record.recording_status_callback.clone()),
                // The default is `completed` alone, which never tells that nothing was heard.
                (
                    "recordingStatusCallbackEvent",
                    record.recording_status_callback.as_ref().map(|_| "completed absent".into()),
                ),
                ("transcribe", record.transcribe_callback.as_ref().map(|_| "true".into())),
                ("transcribeCallback", record.transcribe_callback.clone()),
            ],
        )
    }

    fn dial(&mut self, dial: &Dial) -> Result<(), TwimlError> {
        if dial.numbers.is_empty() || dial.numbers.len() > MOST_NUMBERS {
            return Err(TwimlError::Numbers(dial.numbers.len()));
        }
        let attributes = [
            ("action", dial.action.clone()),
            ("timeout", Some(dial.timeout_seconds.to_string())),
            ("timeLimit", dial.time_limit_seconds.map(|seconds| seconds.to_string())),
            ("callerId", dial.caller_id.clone()),
        ];
        self.nest("Dial", &attributes, |out| dial.numbers.iter().try_for_each(|number| out.number(number)))
    }

    fn conference(&mut self, conference: &Conference) -> Result<(), TwimlError> {
        if !self.profile.conference {
            return Err(TwimlError::NotInProfile("Conference"));
        }
        let attributes = [
            ("startConferenceOnEnter", Some(conference.starts.to_string())),
            // Two talk to each other: whoever leaves, the other has nobody to talk to.
            ("endConferenceOnExit", Some("true".into())),
            ("beep", Some("false".into())),
            ("maxParticipants", Some(MOST_IN_CONFERENCE.to_string())),
            ("waitUrl", conference.wait_url.clone()),
            ("waitMethod", conference.wait_url.as_ref().map(|_| "POST".into())),
            ("statusCallback", conference.status_callback.clone()),
            (
                "statusCallbackEvent",
                conference.status_callback.as_ref().map(|_| "start end join leave".into()),
            ),
        ];
        self.nest("Dial", &[("action", Some(conference.action.clone()))], |out| {
            out.text_element("Conference", &attributes, &conference.name)
        })
    }

    fn number(&mut self, number: &DialNumber) -> Result<(), TwimlError> {
        let attributes = [
            ("url", number.url.clone()),
            ("statusCallback", number.status_callback.clone()),
            // The default is `completed` alone.
            (
                "statusCallbackEvent",
                number.status_callback.as_ref().map(|_| "initiated ringing answered completed".into()),
            ),
        ];
        self.text_element("Number", &attributes, &number.number)
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), TwimlError> {
        self.xml.write_event(event).map_err(|_| TwimlError::Unwritten)
    }

    fn empty(&mut self, name: &str, attributes: &[Attribute]) -> Result<(), TwimlError> {
        self.event(Event::Empty(start(name, attributes)))
    }

    fn text_element(&mut self, name: &str, attributes: &[Attribute], text: &str) -> Result<(), TwimlError> {
        let legal: String = text.chars().filter(|c| is_xml(*c)).collect();
        // A parser would make a line feed of a bare carriage return.
        let escaped = escape(legal).replace('\r', "&#13;");
        self.nest(name, attributes, |out| out.event(Event::Text(BytesText::from_escaped(escaped))))
    }

    fn nest(
        &mut self,
        name: &str,
        attributes: &[Attribute],
        inner: impl FnOnce(&mut Self) -> Result<(), TwimlError>,
    ) -> Result<(), TwimlError> {
        self.event(Event::Start(start(name, attributes)))?;
        inner(self)?;
        self.event(Event::End(BytesEnd::new(name)))
    }
}

fn start<'n>(name: &'n str, attributes: &[Attribute]) -> BytesStart<'n> {
    let mut element = BytesStart::new(name);
    for (key, value) in attributes {
        // Addresses and options hold no control characters; one that slipped in must not end up in another place.
        let value = value.as_ref().map(|value| value.chars().filter(|c| !c.is_control() && is_xml(*c)));
        if let Some(value) = value.map(|value| value.collect::<String>()) {
            element.push_attribute((*key, value.as_str()));
        }
    }
    element
}

fn keys(keys: &str) -> Result<String, TwimlError> {
    let on_a_phone = keys.chars().all(|key| key.is_ascii_digit() || key == '*' || key == '#');
    if on_a_phone { Ok(keys.to_owned()) } else { Err(TwimlError::Keys(keys.to_owned())) }
}

/// What XML 1.0 calls a Char; a `char` is never a surrogate.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Cuts a text into pieces that one `Say` takes: after a sentence or a word if there is one in the second half.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((limit, _)) = rest.char_indices().nth(LONGEST_SAY) {
        let head = &rest[..limit];
        let after_sentence = head.rfind(". ").map(|at| at + 2);
        let after_word =
            || head.char_indices().rfind(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8());
        let in_second_half = |at: &usize| *at > limit / 2;
        let at = after_sentence.filter(in_second_half).or_else(|| after_word().filter(in_second_half));
        let (piece, tail) = rest.split_at(at.unwrap_or(limit));
        pieces.push(piece);
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests;
