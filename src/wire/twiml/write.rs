//! Writes a [`Response`] as XML, within the limits that carriers set.

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Dial, DialNumber, Gather, Profile, Prompt, Record, RejectReason, Response, Verb};

/// The longest document carriers take (64 kB), in bytes.
const LONGEST_DOCUMENT: usize = 64_000;
/// The longest text of one `Say`, in characters.
const LONGEST_SAY: usize = 4096;
/// The most numbers that one `Dial` rings.
const MOST_NUMBERS: usize = 10;

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
            ("action", Some(dial.action.clone())),
            ("timeout", Some(dial.timeout_seconds.to_string())),
            ("timeLimit", dial.time_limit_seconds.map(|seconds| seconds.to_string())),
            ("callerId", dial.caller_id.clone()),
        ];
        self.nest("Dial", &attributes, |out| dial.numbers.iter().try_for_each(|number| out.number(number)))
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quick_xml::Reader;

    const PORTABLE: Profile = Profile { pause: false };

    fn say(text: &str) -> Prompt {
        Prompt::Say { language: "en-US".into(), voice: None, text: text.into() }
    }

    fn one(verb: Verb) -> Response {
        Response { verbs: vec![verb] }
    }

    fn number(number: &str) -> DialNumber {
        DialNumber { number: number.into(), url: None, status_callback: None }
    }

    fn dial(numbers: Vec<DialNumber>) -> Verb {
        let action = "https://pager.example.com/t/3".into();
        Verb::Dial(Dial { action, timeout_seconds: 25, time_limit_seconds: None, caller_id: None, numbers })
    }

    /// The document with an element a line.
    fn lines(response: &Response, profile: &Profile) -> String {
        write(response, profile).unwrap().replace("><", ">\n<")
    }

    /// The text of each element that has some, in order, as a parser reads it.
    fn read_back(xml: &str) -> Vec<(String, String)> {
        let mut reader = Reader::from_str(xml);
        let (mut open, mut found): (Vec<String>, Vec<(String, String)>) = (Vec::new(), Vec::new());
        loop {
            let piece = match reader.read_event().unwrap() {
                Event::Start(start) => {
                    open.push(start.name().as_ref().to_owned());
                    found.push((open.last().unwrap().clone(), String::new()));
                    continue;
                }
                Event::End(_) => {
                    open.pop();
                    continue;
                }
                Event::Text(text) => text.xml10_content().into_owned(),
                Event::GeneralRef(entity) => match entity.resolve_char_ref().unwrap() {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_xml_entity(&entity).unwrap().to_owned(),
                },
                Event::Eof => {
                    assert!(open.is_empty());
                    found.retain(|(_, text)| !text.is_empty());
                    return found;
                }
                _ => continue,
            };
            found.last_mut().unwrap().1.push_str(&piece);
        }
    }

    #[test]
    fn a_menu_reads_as_it_should() {
        let menu = Response {
            verbs: vec![
                Verb::Gather(Gather {
                    action: "https://pager.example.com/t/2?a=1&b=2".into(),
                    timeout_seconds: 8,
                    num_digits: Some(1),
                    finish_on_key: String::new(),
                    action_on_empty_result: true,
                    prompts: vec![
                        say("Press 1 if orders can't be placed, \"2\" otherwise & wait."),
                        Prompt::Play { url: "https://pager.example.com/beep.wav?x=1&y=2".into() },
                    ],
                }),
                Verb::Redirect { url: "https://pager.example.com/t/2#rc=2&rt=4000".into() },
            ],
        };
        insta::assert_snapshot!(lines(&menu, &PORTABLE), @r##"
        <?xml version="1.0" encoding="UTF-8"?>
        <Response>
        <Gather input="dtmf" action="https://pager.example.com/t/2?a=1&amp;b=2" timeout="8" numDigits="1" finishOnKey="" actionOnEmptyResult="true">
        <Say language="en-US">Press 1 if orders can&apos;t be placed, &quot;2&quot; otherwise &amp; wait.</Say>
        <Play>https://pager.example.com/beep.wav?x=1&amp;y=2</Play>
        </Gather>
        <Redirect>https://pager.example.com/t/2#rc=2&amp;rt=4000</Redirect>
        </Response>
        "##);
    }

    #[test]
    fn every_other_verb_reads_as_it_should() {
        let response = Response {
            verbs: vec![
                Verb::Prompt(Prompt::Say {
                    language: "de-DE".into(),
                    voice: Some("Vicki".into()),
                    text: "Grüß Gott".into(),
                }),
                Verb::Prompt(Prompt::Pause { seconds: 2 }),
                Verb::Record(Record {
                    action: "https://pager.example.com/t/4".into(),
                    max_length_seconds: 120,
                    timeout_seconds: 5,
                    finish_on_key: "#".into(),
                    play_beep: true,
                    recording_status_callback: Some("https://pager.example.com/r".into()),
                    transcribe_callback: Some("https://pager.example.com/w".into()),
                }),
                Verb::Dial(Dial {
                    action: "https://pager.example.com/t/5".into(),
                    timeout_seconds: 25,
                    time_limit_seconds: Some(3600),
                    caller_id: Some("+18025550100".into()),
                    numbers: vec![
                        DialNumber {
                            number: "+18025550111".into(),
                            url: Some("https://pager.example.com/screen".into()),
                            status_callback: Some("https://pager.example.com/leg".into()),
                        },
                        number("+18025550112"),
                    ],
                }),
                Verb::Hangup,
                Verb::Reject { reason: RejectReason::Busy },
                Verb::Reject { reason: RejectReason::Rejected },
            ],
        };
        insta::assert_snapshot!(lines(&response, &Profile { pause: true }), @r##"
        <?xml version="1.0" encoding="UTF-8"?>
        <Response>
        <Say language="de-DE" voice="Vicki">Grüß Gott</Say>
        <Pause length="2"/>
        <Record action="https://pager.example.com/t/4" maxLength="120" timeout="5" finishOnKey="#" playBeep="true" recordingStatusCallback="https://pager.example.com/r" recordingStatusCallbackEvent="completed absent" transcribe="true" transcribeCallback="https://pager.example.com/w"/>
        <Dial action="https://pager.example.com/t/5" timeout="25" timeLimit="3600" callerId="+18025550100">
        <Number url="https://pager.example.com/screen" statusCallback="https://pager.example.com/leg" statusCallbackEvent="initiated ringing answered completed">+18025550111</Number>
        <Number>+18025550112</Number>
        </Dial>
        <Hangup/>
        <Reject reason="busy"/>
        <Reject reason="rejected"/>
        </Response>
        "##);
    }

    #[test]
    fn what_the_carrier_does_not_know_or_take_is_refused() {
        let pause = || Prompt::Pause { seconds: 1 };
        assert_eq!(write(&one(Verb::Prompt(pause())), &PORTABLE), Err(TwimlError::NotInProfile("Pause")));
        let gather = |keys: &str, prompts| {
            one(Verb::Gather(Gather {
                action: "https://pager.example.com/t/1".into(),
                timeout_seconds: 5,
                num_digits: None,
                finish_on_key: keys.into(),
                action_on_empty_result: false,
                prompts,
            }))
        };
        assert_eq!(write(&gather("#", vec![pause()]), &PORTABLE), Err(TwimlError::NotInProfile("Pause")));
        assert_eq!(write(&gather("x", vec![]), &PORTABLE), Err(TwimlError::Keys("x".into())));
        assert_eq!(write(&one(dial(vec![])), &PORTABLE), Err(TwimlError::Numbers(0)));
        assert_eq!(
            write(&one(dial(vec![number("+18025550111"); 11])), &PORTABLE),
            Err(TwimlError::Numbers(11))
        );
        assert!(write(&one(dial(vec![number("+18025550111"); 10])), &PORTABLE).is_ok());
        let long = Response { verbs: vec![Verb::Prompt(say(&"&".repeat(LONGEST_SAY))); 4] };
        assert!(
            matches!(write(&long, &PORTABLE), Err(TwimlError::TooLong(bytes)) if bytes > LONGEST_DOCUMENT)
        );
    }

    #[test]
    fn an_attribute_cannot_be_left() {
        let action = "https://a.example/\"><Hangup/>\r\n\u{0}&x='".into();
        let record = Verb::Record(Record {
            action,
            max_length_seconds: 1,
            timeout_seconds: 1,
            finish_on_key: String::new(),
            play_beep: false,
            recording_status_callback: None,
            transcribe_callback: None,
        });
        insta::assert_snapshot!(lines(&one(record), &PORTABLE), @r##"
        <?xml version="1.0" encoding="UTF-8"?>
        <Response>
        <Record action="https://a.example/&quot;&gt;&lt;Hangup/&gt;&amp;x=&apos;" maxLength="1" timeout="1" finishOnKey="" playBeep="false"/>
        </Response>
        "##);
    }

    #[test]
    fn long_words_become_several_says_cut_where_one_breathes() {
        let sentences = "Sixteen letters. ".repeat(500);
        let cut = pieces(&sentences);
        assert_eq!(cut.concat(), sentences);
        assert!(cut[..cut.len() - 1].iter().all(|piece| piece.ends_with("letters. ")));
        let words = "word ".repeat(2000);
        assert!(
            pieces(&words).iter().all(|piece| piece.ends_with(' ') && piece.chars().count() <= LONGEST_SAY)
        );
        let no_gap = "ä".repeat(LONGEST_SAY + 1);
        assert_eq!(
            pieces(&no_gap).iter().map(|piece| piece.chars().count()).collect::<Vec<_>>(),
            [LONGEST_SAY, 1]
        );
        assert_eq!(pieces(""), [""; 0]);
    }

    fn any_text() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(
            &['\0', '\u{8}', '\r', '\n', '\t', '&', '<', '>', '"', '\'', ']', '\u{FFFE}', '\u{FFFF}'][..],
        );
        prop::collection::vec(prop_oneof![any::<char>(), odd], 0..200)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn any_words_arrive_but_for_what_xml_forbids(text in any_text(), times in prop::sample::select(&[1usize, 90][..])) {
            let text = text.repeat(times);
            let legal: String = text.chars().filter(|c| is_xml(*c)).collect();
            prop_assume!(escape(legal.as_str()).len() < 60_000);
            let xml = write(&one(Verb::Prompt(say(&text))), &PORTABLE).unwrap();
            prop_assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
            let heard = read_back(&xml);
            prop_assert!(heard.iter().all(|(name, text)| name == "Say" && text.chars().count() <= LONGEST_SAY));
            let heard: String = heard.into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(heard, legal);
        }
    }
}
