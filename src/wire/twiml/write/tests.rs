use super::*;
use proptest::prelude::*;
use quick_xml::Reader;

const PORTABLE: Profile = Profile { pause: false, conference: false };

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
    let action = Some("https://pager.example.com/t/3".into());
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
                action: Some("https://pager.example.com/t/5".into()),
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
    insta::assert_snapshot!(lines(&response, &Profile { pause: true, conference: false }), @r##"
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
    assert_eq!(write(&one(dial(vec![number("+18025550111"); 11])), &PORTABLE), Err(TwimlError::Numbers(11)));
    assert!(write(&one(dial(vec![number("+18025550111"); 10])), &PORTABLE).is_ok());
    let long = Response { verbs: vec![Verb::Prompt(say(&"&".repeat(LONGEST_SAY))); 4] };
    assert!(matches!(write(&long, &PORTABLE), Err(TwimlError::TooLong(bytes)) if bytes > LONGEST_DOCUMENT));
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
    assert!(pieces(&words).iter().all(|piece| piece.ends_with(' ') && piece.chars().count() <= LONGEST_SAY));
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
