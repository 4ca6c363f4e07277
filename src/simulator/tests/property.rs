//! Whatever people press and gateways answer, nothing breaks, and a carrier whose callers have all rung off is at rest.

use proptest::prelude::*;

use super::super::webhook::Answer;
use super::super::world::World;
use super::*;

const DOCUMENTS: [&str; 12] = [
    "<Say>Hello there.</Say>",
    "<Gather numDigits=\"1\" action=\"/a\"><Say>Press.</Say><Play>/tune</Play></Gather><Say>Silence.</Say>",
    "<Gather timeout=\"0\" actionOnEmptyResult=\"true\"/>",
    "<Record action=\"/a\" maxLength=\"9\" recordingStatusCallback=\"/b\" transcribeCallback=\"/c\"/>",
    "<Dial action=\"/a\" timeout=\"9\"><Number url=\"/s\">+18025550102</Number><Number>+18025550103</Number></Dial>",
    "<Dial>+18025550102</Dial><Redirect>/a</Redirect>",
    "<Dial timeLimit=\"3\">+18025550100</Dial>",
    "<Redirect>/a</Redirect>",
    "<Reject/>",
    "<Hangup/>",
    "<Pause length=\"3\"/><Play loop=\"2\">/tune</Play>",
    "<Enqueue/>",
];

#[derive(Clone, Debug)]
enum Step {
    Dial(usize),
    Press(usize, String),
    Speak(usize, u32),
    HangUp(usize),
    Answer(usize),
    Decline(usize),
    Text(usize, String),
    Behave(usize, OnCall),
    Redirect(usize),
    Pass(i64),
}

const NUMBERS: [&str; 3] = [CALLER, AGENT, SECOND];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let phone = 0..NUMBERS.len();
    let behaviour = prop_oneof![
        Just(OnCall::Manual),
        Just(OnCall::Busy),
        Just(OnCall::Unreachable),
        (0..20_000i64).prop_map(|after_ms| OnCall::Voicemail { after_ms, lasts_ms: 5_000 }),
        (0..9_000i64, "[0-9*#]{1,3}").prop_map(|(after_ms, keys)| OnCall::Answer {
            after_ms,
            script: vec![Act::Listen, Act::Press { keys }, Act::Speak { seconds: 2, words: String::new() }],
        }),
    ];
    let step = prop_oneof![
        3 => phone.clone().prop_map(Step::Dial),
        3 => (phone.clone(), "[0-9*#]{1,4}").prop_map(|(phone, keys)| Step::Press(phone, keys)),
        2 => (phone.clone(), 0..20u32).prop_map(|(phone, seconds)| Step::Speak(phone, seconds)),
        2 => phone.clone().prop_map(Step::HangUp),
        2 => phone.clone().prop_map(Step::Answer),
        1 => phone.clone().prop_map(Step::Decline),
        1 => (phone.clone(), "\\PC{0,9}").prop_map(|(phone, body)| Step::Text(phone, body)),
        2 => (phone.clone(), behaviour).prop_map(|(phone, behaviour)| Step::Behave(phone, behaviour)),
        1 => phone.prop_map(Step::Redirect),
        4 => (0..15_000i64).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 1..40)
}

/// A gateway that answers at once, with what comes next in `answers`; `None` is no answer.
fn settle(world: &mut World, answers: &mut impl Iterator<Item = Option<usize>>) {
    for _ in 0..200 {
        let leaving = world.run_due();
        if leaving.is_empty() {
            return;
        }
        for delivery in leaving {
            let document = answers.next().flatten();
            let body = document.map(|which| format!("<Response>{}</Response>", DOCUMENTS[which]));
            let answer = Answer {
                signature: String::new(),
                status: document.map(|_| 200),
                content_type: "text/xml".into(),
                body: body.unwrap_or_default().into_bytes(),
                retry: document.is_none(),
            };
            world.settle(delivery, answer);
        }
    }
}

fn pass(world: &mut World, ms: i64, answers: &mut impl Iterator<Item = Option<usize>>) {
    let until = world.now + ms;
    settle(world, answers);
    while let Some(due) = world.queue.next_due().filter(|due| *due <= until) {
        world.now = world.now.max(due);
        settle(world, answers);
    }
    world.now = until;
}

fn take(world: &mut World, step: Step, answers: &mut impl Iterator<Item = Option<usize>>) {
    // What a phone cannot do at the moment is refused, which is as good here.
    let _ = match step {
        Step::Dial(phone) => world.dial(NUMBERS[phone], LINE, CallerFacts::default()).map(|_| ()),
        Step::Press(phone, keys) => world.press(NUMBERS[phone], &keys),
        Step::Speak(phone, seconds) => world.speak(NUMBERS[phone], seconds, "words"),
        Step::HangUp(phone) => world.ring_off(NUMBERS[phone]),
        Step::Answer(phone) => world.answer(NUMBERS[phone]),
        Step::Decline(phone) => world.decline(NUMBERS[phone]),
        Step::Text(phone, body) => world.text(NUMBERS[phone], LINE, &body, Vec::new()).map(|_| ()),
        Step::Behave(phone, behaviour) => {
            world.phone(NUMBERS[phone]).on_call = behaviour;
            Ok(())
        }
        Step::Redirect(phone) => {
            if let Some(sid) = world.live(NUMBERS[phone])
                && world.calls.get(&sid).is_some_and(|call| call.status == CallStatus::InProgress)
            {
                world.redirect(&sid, call::Begin::Twiml("<Response><Gather/></Response>".into()));
            }
            Ok(())
        }
        Step::Pass(ms) => {
            pass(world, ms, answers);
            Ok(())
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_carrier_comes_to_rest(
        steps in steps(),
        answers in prop::collection::vec(prop::option::weighted(0.95, 0..DOCUMENTS.len()), 60),
    ) {
        let config = SimConfig {
            base_url: "http://127.0.0.1".into(),
            accounts: vec![Account { sid: ACCOUNT.into(), tokens: vec![TOKEN.into()], caller_ids: vec![] }],
            lines: vec![Line {
                number: LINE.into(),
                label: String::new(),
                account: ACCOUNT.into(),
                voice_url: Some("http://127.0.0.1/voice".into()),
                sms_url: Some("http://127.0.0.1/sms".into()),
                status_url: Some("http://127.0.0.1/status".into()),
                fallback_twiml: Some("<Response><Record/></Response>".into()),
            }],
            phones: vec![],
            pace: Pace { dial_ms: 10, ..Pace::lifelike() },
        };
        let mut world = World::new(config, START);
        let mut answers = answers.into_iter().chain(std::iter::repeat(Some(9)));
        for step in steps {
            take(&mut world, step, &mut answers);
        }
        for (phone, number) in NUMBERS.into_iter().enumerate() {
            world.phone(number).on_call = OnCall::Busy;
            take(&mut world, Step::HangUp(phone), &mut answers);
        }
        pass(&mut world, 3_600_000, &mut answers);
        prop_assert_eq!(world.queue.next_due(), None);
        for call in world.calls.iter() {
            prop_assert!(call.status.is_final() && call.ended_ms.is_some(), "{:?}", call);
            prop_assert!(call.answered_ms.is_some() == (call.status == CallStatus::Completed), "{:?}", call);
        }
        for (number, phone) in &world.handsets {
            prop_assert!(phone.live.is_none(), "{number} is still in a call");
        }
    }
}
