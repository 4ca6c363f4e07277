use super::*;
use crate::rules::contact::PhoneNumber;
use crate::rules::script::Script;
use crate::wire::twiml::Profile;

fn carrier(pause: bool) -> CarrierAccess {
    CarrierAccess {
        tokens: vec!["12345".into()],
        profile: Profile { pause, conference: pause },
        may_show: [Number::new("+18025550100")].into(),
        api: String::new(),
        account: String::new(),
        senders: Vec::new(),
    }
}

fn flow() -> Option<NextTurn> {
    Some(NextTurn::Flow { version: "9f3c".into(), step: "triage".into(), turn: 3 })
}

fn say(text: &str) -> Prompt {
    Prompt::Say { language: "en".into(), text: text.into() }
}

/// The document with an element a line.
fn lines_for(lead: Vec<Prompt>, then: Then, next: Option<NextTurn>, carrier: &CarrierAccess) -> String {
    let ours = Addresses::new("https://pager.example.com", "main");
    let answer = CallAnswer { script: Script { lead, then }, next, voices: BTreeMap::new() };
    speak(&answer, &ours, carrier).unwrap().replace("><", ">\n<")
}

fn lines(then: Then, next: Option<NextTurn>) -> String {
    lines_for(Vec::new(), then, next, &carrier(false))
}

fn menu() -> Then {
    let prompts = vec![say("Press 1 & wait."), Prompt::Play { url: "/recordings/f00.wav".into() }];
    Then::Gather { prompts, digits: Some(1), timeout: 5, finish_on: None }
}

fn number() -> PhoneNumber {
    "+18025550147".parse().unwrap()
}

#[test]
fn keys_cut_a_prompt_short_and_silence_leads_on() {
    insta::assert_snapshot!(lines(menu(), flow()), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Gather input="dtmf" action="https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=keys#rc=2&amp;rt=4000&amp;rp=all" timeout="5" numDigits="1" finishOnKey="" actionOnEmptyResult="true">
    <Say language="en-US" voice="Polly.Joanna">Press 1 &amp; wait.</Say>
    <Play>https://pager.example.com/recordings/f00.wav</Play>
    </Gather>
    <Redirect>https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=silence#rc=2&amp;rt=4000&amp;rp=all</Redirect>
    </Response>
    "##);
}

#[test]
fn a_number_ends_with_its_key() {
    let entry = Then::Gather { prompts: Vec::new(), digits: None, timeout: 8, finish_on: Some('#') };
    let leg = Some(NextTurn::Leg { attempt: "01J-a1".into(), turn: 2 });
    insta::assert_snapshot!(lines(entry, leg), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Gather input="dtmf" action="https://pager.example.com/webhooks/main/leg/01J-a1/2?asked=keys#rc=2&amp;rt=4000&amp;rp=all" timeout="8" finishOnKey="#" actionOnEmptyResult="true">
    </Gather>
    <Redirect>https://pager.example.com/webhooks/main/leg/01J-a1/2?asked=silence#rc=2&amp;rt=4000&amp;rp=all</Redirect>
    </Response>
    "##);
}

#[test]
fn a_recording_leads_on_even_if_it_is_empty() {
    let record = Then::Record { max_seconds: 180, silence: 6, transcribe: true, beep: true };
    insta::assert_snapshot!(lines(record, flow()), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Record action="https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=recording#rc=2&amp;rt=4000&amp;rp=all" maxLength="180" timeout="6" finishOnKey="0123456789*#" playBeep="true" recordingStatusCallback="https://pager.example.com/webhooks/main/recording#rc=2&amp;rt=4000&amp;rp=all" recordingStatusCallbackEvent="completed absent" transcribe="true" transcribeCallback="https://pager.example.com/webhooks/main/transcript#rc=2&amp;rt=4000&amp;rp=all"/>
    <Redirect>https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=no-recording#rc=2&amp;rt=4000&amp;rp=all</Redirect>
    </Response>
    "##);
    let record = Then::Record { max_seconds: 60, silence: 4, transcribe: false, beep: false };
    assert!(!lines(record, flow()).contains("transcri"));
}

#[test]
fn a_transfer_shows_what_the_carrier_may_show() {
    let dial = |caller_id: &str| Then::Dial {
        screen: None,
        number: number(),
        caller_id: Some(caller_id.parse().unwrap()),
        ring: 25,
        limit: Some(3600),
    };
    insta::assert_snapshot!(lines(dial("+18025550100"), flow()), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Dial action="https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=dial#rc=2&amp;rt=4000&amp;rp=all" timeout="25" timeLimit="3600" callerId="+18025550100">
    <Number>+18025550147</Number>
    </Dial>
    </Response>
    "##);
    assert!(!lines(dial("+18025550199"), flow()).contains("callerId"));
}

#[test]
fn what_follows_without_a_question() {
    insta::assert_snapshot!(lines_for(vec![say("Yes.")], Then::Continue, flow(), &carrier(false)), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say language="en-US" voice="Polly.Joanna">Yes.</Say>
    <Redirect>https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=next#rc=2&amp;rt=4000&amp;rp=all</Redirect>
    </Response>
    "##);
    insta::assert_snapshot!(lines_for(vec![say("Goodbye.")], Then::Hangup, None, &carrier(false)), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say language="en-US" voice="Polly.Joanna">Goodbye.</Say>
    <Hangup/>
    </Response>
    "##);
    insta::assert_snapshot!(lines(Then::Reject { busy: false }, None), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Reject reason="rejected"/>
    </Response>
    "##);
    insta::assert_snapshot!(lines(Then::Reject { busy: true }, None), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Reject reason="busy"/>
    </Response>
    "##);
}

#[test]
fn a_question_that_nobody_would_hear_the_answer_to_is_not_asked() {
    insta::assert_snapshot!(lines(menu(), None), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say language="en-US" voice="Polly.Joanna">Press 1 &amp; wait.</Say>
    <Play>https://pager.example.com/recordings/f00.wav</Play>
    <Hangup/>
    </Response>
    "##);
}

#[test]
fn silence_is_kept_where_the_carrier_knows_it() {
    let lead = || vec![say("One."), Prompt::Pause { seconds: 2 }, say("Two.")];
    assert!(lines_for(lead(), Then::Hangup, None, &carrier(true)).contains("<Pause length=\"2\"/>"));
    assert!(!lines_for(lead(), Then::Hangup, None, &carrier(false)).contains("Pause"));
}

#[test]
fn languages_have_the_voice_of_the_line_or_a_natural_one() {
    let document = |language: &str, voices: &[(&str, &str)]| {
        let lead = vec![Prompt::Say { language: language.into(), text: "1".into() }];
        let voices = voices.iter().map(|(language, voice)| ((*language).into(), (*voice).into())).collect();
        let answer = CallAnswer { script: Script { lead, then: Then::Hangup }, next: None, voices };
        let ours = Addresses::new("https://pager.example.com", "main");
        speak(&answer, &ours, &carrier(false)).unwrap()
    };
    for (language, voices, said) in [
        ("en", &[] as &[_], r#"<Say language="en-US" voice="Polly.Joanna">"#),
        ("fr", &[], r#"<Say language="fr-FR" voice="Polly.Lea">"#),
        ("de", &[], r#"<Say language="de-DE" voice="Polly.Vicki">"#),
        ("es", &[], r#"<Say language="es-ES" voice="Polly.Lucia">"#),
        ("fr-CA", &[], r#"<Say language="fr-CA" voice="Polly.Chantal">"#),
        ("de-AT", &[], r#"<Say language="de-AT">"#),
        ("xx", &[], r#"<Say language="xx">"#),
        (
            "de",
            &[("de", "Polly.Hans"), ("fr", "Polly.Mathieu")],
            r#"<Say language="de-DE" voice="Polly.Hans">"#,
        ),
    ] {
        let document = document(language, voices);
        assert!(document.contains(said), "{document}");
    }
}

#[test]
fn a_caller_waits_in_a_conference_and_an_agent_comes_to_him() {
    let document = |waits: bool| {
        let then = Then::Conference { name: "CA1".into(), waits };
        lines_for(vec![say("Please wait.")], then, flow(), &carrier(true))
    };
    let (waits, comes) = (document(true), document(false));
    for part in [
        r#"startConferenceOnEnter="false" endConferenceOnExit="true" beep="false" maxParticipants="2""#,
        r#"waitUrl="https://pager.example.com/webhooks/main/wait#rc=2&amp;rt=4000&amp;rp=all""#,
        r#"statusCallback="https://pager.example.com/webhooks/main/conference#"#,
        r#"<Dial action="https://pager.example.com/webhooks/main/turn/9f3c/triage/3?asked=dial#"#,
        ">CA1</Conference>",
    ] {
        assert!(waits.contains(part), "{part}: {waits}");
    }
    assert!(comes.contains(r#"startConferenceOnEnter="true""#) && !comes.contains("waitUrl"), "{comes}");
}

#[test]
fn who_is_asked_before_he_is_connected_is_connected_by_the_end_of_the_document() {
    let number: PhoneNumber = "+18025550111".parse().unwrap();
    let then = Then::Dial { number, caller_id: None, ring: 25, limit: None, screen: Some("01J-a1".into()) };
    let rings = lines_for(Vec::new(), then, flow(), &carrier(false));
    assert!(
        rings.contains(r#"<Number url="https://pager.example.com/webhooks/main/leg/01J-a1/0#"#),
        "{rings}"
    );
    assert!(
        rings.contains(r#"statusCallback="https://pager.example.com/webhooks/main/attempt/01J-a1#"#),
        "{rings}"
    );
    let through = lines_for(vec![say("You are being connected.")], Then::Through, None, &carrier(false));
    assert!(through.ends_with("</Say>\n</Response>"), "{through}");
}
