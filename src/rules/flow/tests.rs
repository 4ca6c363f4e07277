//! The shipped flow and a few small ones, played.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::*;
use crate::rules::script::{Prompt, Then};

mod properties;
mod search;

const EMERGENCY: &str = include_str!("../../../voice-flows/emergency.toml");

/// North America, as far as these tests need it.
pub(super) struct TestPlan;

impl Plan for TestPlan {
    fn callable(&self, keyed: &str) -> Option<PhoneNumber> {
        let national = keyed.strip_prefix("001").or(keyed.strip_prefix('1')).unwrap_or(keyed);
        let given_out = national.len() == 10 && !national.starts_with(['0', '1']);
        given_out.then(|| format!("+1{national}").parse().ok()).flatten()
    }

    fn spoken(&self, number: &PhoneNumber) -> String {
        let digits = number.digits();
        let groups = [&digits[1..4], &digits[4..7], &digits[7..]];
        groups.map(|group| group.chars().map(String::from).collect::<Vec<_>>().join(" ")).join(", ")
    }
}

fn emergency() -> &'static Flow {
    static FLOW: LazyLock<Flow> = LazyLock::new(|| Flow::parse(EMERGENCY).unwrap());
    &FLOW
}

fn facts() -> Facts<'static> {
    let words = words::FIELDS.iter().filter(|(_, kind, _)| *kind == words::FieldKind::Desk);
    let words: BTreeMap<String, String> =
        words.map(|(name, ..)| ((*name).to_owned(), format!("words for {name}"))).collect();
    Facts {
        clock: DeskClock::OnCall,
        caller: Caller::Unknown,
        withheld: false,
        caller_id: Some("+18025550100".parse().unwrap()),
        ticket: Some("1042".into()),
        open_ticket: None,
        returning: false,
        languages: vec!["en".into()],
        fields: BTreeMap::from([("en".to_owned(), words)]),
        numbers: BTreeMap::from([
            ("main".to_owned(), "+18025550199".parse().unwrap()),
            ("customer".to_owned(), "+18025550177".parse().unwrap()),
        ]),
        line: Some("+18025550111".parse().unwrap()),
        live: None,
        plan: &TestPlan,
        audio: &[],
    }
}

#[test]
fn every_scenario_comes_true_in_every_language() {
    let flow = emergency();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/voice-flows/scenarios");
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if let Err(problems) = play::play(flow, &std::fs::read_to_string(&path).unwrap(), &TestPlan) {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            failures.extend(problems.iter().map(|problem| problem.at(&file).to_string()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_scenario_is_played_in_every_language_and_at_the_instants_that_it_is_for() {
    let scenario = r#"
about = "x"
commands = []
call = [{ hear = "Severity 1 means", hang_up = true }]
[facts]
clock = "on_call"
"#;
    let at = |clock| play::Instant { about: "then".into(), clock };
    let instants = [at(DeskClock::OnCall), at(DeskClock::Closed), at(DeskClock::OnCall)];
    let languages = emergency().languages.len();
    let (_, played) = play::play_at(emergency(), scenario, &TestPlan, &instants).unwrap();
    assert_eq!(played, 1 + languages * 3);
    // A flow that speaks another language at one place is told of.
    let lapse = EMERGENCY.replacen("when.no = \"topics\"", "when.no = \"in_french\"", 1)
        + "[steps.in_french]\nkind = \"branch\"\non = \"language\"\nwhen.fr = \"emergency\"\notherwise = \"topics\"\n";
    let flow = Flow::parse(&lapse).unwrap();
    let told = play::play(&flow, scenario, &TestPlan).unwrap_err();
    assert!(told[0].what.starts_with("in `fr`, at any time: "), "{told:?}");
}

#[test]
fn a_desks_own_recording_is_heard_in_place_of_a_sentence() {
    let audio = |step: &str, phrase: &str, language: &str, play: &[&str]| Audio {
        flow: "emergency".into(),
        step: step.into(),
        phrase: phrase.into(),
        language: language.into(),
        play: play.iter().map(|piece| (*piece).to_owned()).collect(),
    };
    let own = [
        audio(
            "triage_with_topics",
            "say",
            "en",
            &["https://desk.example.com/1.mp3", "{severity1}.", "/2.mp3"],
        ),
        audio("triage_with_topics", "say", "fr", &["/fr.mp3"]),
        audio("triage_with_topics", "wrong_say", "en", &["/wrong.mp3"]),
        audio("language", "say", "fr", &["/francais.mp3"]),
    ];
    let asked = |turn: &Turn| match &turn.script.then {
        Then::Gather { prompts, .. } => prompts.clone(),
        other => panic!("{other:?}"),
    };
    let play = |url: &str| Prompt::Play { url: url.into() };
    let facts = Facts { audio: &own, ..facts() };
    let first = emergency().begin(&facts);
    let say = |text: &str| Prompt::Say { language: "en".into(), text: text.into() };
    let once = [play("https://desk.example.com/1.mp3"), say("words for severity1."), play("/2.mp3")];
    let question = [&once[..], &once[..]].concat();
    assert_eq!(asked(&first)[1..], question[..], "the greeting is said as ever");
    let again = emergency().step(first.position.as_ref().unwrap(), &Input::Keys("0".into()), &facts);
    assert_eq!(asked(&again), [&[play("/wrong.mp3")], &question[..]].concat());
    let several = Facts { languages: vec!["en".into(), "fr".into()], ..facts };
    let asked = asked(&emergency().begin(&several));
    assert_eq!(asked.last(), Some(&play("/francais.mp3")));
}

/// The steps at which a call waits; `language` waits only where a line offers more than one.
fn asking_steps(flow: &Flow) -> Vec<String> {
    let asks = |step: &Step| {
        matches!(
            step,
            Step::Menu(_) | Step::Digits(_) | Step::CallbackNumber(_) | Step::Record(_) | Step::Dial(_)
        )
    };
    flow.steps.iter().filter(|(_, step)| asks(step)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn positions_survive_as_json() {
    let flow = emergency();
    let first = flow.begin(&facts()).position.unwrap();
    let next = flow.step(&first, &Input::Keys("1".into()), &facts());
    let stored = serde_json::to_string(&next.position).unwrap();
    assert_eq!(serde_json::from_str::<Option<Position>>(&stored).unwrap(), next.position);
}

#[test]
fn a_position_that_the_flow_does_not_have_takes_the_safe_way() {
    let flow = emergency();
    let mut position = flow.begin(&facts()).position.unwrap();
    position.step = "gone".into();
    let recorded = Input::Recorded { recording: "RE1".into(), seconds: 4, hung_up: false };
    let turn = flow.step(&position, &recorded, &facts());
    assert_eq!(
        turn.commands.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["recorded RE1 4 s", "triage 1", "page"]
    );
    assert_eq!((turn.position, turn.script.then), (None, Then::Hangup));
    assert!(matches!(&turn.script.lead[..], [Prompt::Say { text, .. }] if text.contains("We are sorry")));
}

#[test]
fn a_flow_speaks_the_language_that_was_chosen() {
    let text = r#"
name = "two"
languages = ["en", "fr"]
profile = "twilio"
start = "language"
safe = "page"
[steps.language]
kind = "language"
say = { en = "For English, press {key}.", fr = "Pour le français, tapez le {key}." }
next = "tongue"
[steps.tongue]
kind = "branch"
on = "language"
when = { en = "tune", fr = "breath" }
[steps.tune]
kind = "play"
play = { en = "/tune.wav", fr = "/air.wav" }
next = "breath"
[steps.breath]
kind = "pause"
seconds = 1
next = "ticket"
[steps.ticket]
kind = "digits"
name = "ticket"
min = 2
max = 6
say = { en = "Your ticket?", fr = "Votre dossier ?" }
wrong_say = { en = "Again.", fr = "Encore." }
next = "page"
silence = "page"
wrong = "page"
[steps.page]
kind = "page"
next = "bye"
[steps.bye]
kind = "hang_up"
say = { en = "Bye, {desk}.", fr = "Au revoir, {desk}." }
"#;
    let flow = Flow::parse(text).unwrap();
    let mut facts = facts();
    facts.languages = ["de", "fr", "en"].map(String::from).to_vec();
    let words = BTreeMap::from([("desk".to_owned(), "Bureau".to_owned())]);
    facts.fields.insert("fr".into(), words);
    let say = |language: &str, text: &str| Prompt::Say { language: language.into(), text: text.into() };
    let asked = |turn: &Turn| match &turn.script.then {
        Then::Gather { prompts, .. } => prompts.clone(),
        _ => Vec::new(),
    };
    let keys = |turn: &Turn, keys: &str| {
        flow.step(turn.position.as_ref().unwrap(), &Input::Keys(keys.into()), &facts)
    };

    let first = flow.begin(&facts);
    assert_eq!(
        asked(&first),
        [say("fr", "Pour le français, tapez le 1."), say("en", "For English, press 2.")]
    );
    let english = keys(&first, "2");
    let tune = Prompt::Play { url: "/tune.wav".into() };
    assert_eq!(asked(&english), [tune, Prompt::Pause { seconds: 1 }, say("en", "Your ticket?")]);
    for way in ["1", ""] {
        assert_eq!(asked(&keys(&first, way)), [Prompt::Pause { seconds: 1 }, say("fr", "Votre dossier ?")]);
    }
    assert_eq!(asked(&keys(&first, "9")), asked(&first), "a wrong key is asked again once");
    assert_eq!(keys(&keys(&first, "9"), "9").position.unwrap().language, "fr");

    let french = keys(&first, "1");
    assert_eq!(asked(&keys(&french, "7")), [say("fr", "Encore."), say("fr", "Votre dossier ?")]);
    let done = keys(&french, "5*1042");
    assert_eq!(done.commands[0].to_string(), "entered ticket 1042");
    assert_eq!(done.script.lead, [say("fr", "Au revoir, Bureau.")]);
    assert_eq!(keys(&keys(&keys(&french, "7"), "7"), "7").commands, [FlowCommand::Page], "three tries");

    facts.languages = vec!["en".into()];
    assert_eq!(flow.begin(&facts).position.unwrap().step, "ticket", "one language is no question");
}

#[test]
fn a_customer_sees_the_line_and_the_daytime_desk_sees_the_customer() {
    let dialled = |turn: Turn| match turn.script.then {
        Then::Dial { number, caller_id, .. } => {
            (number.to_string(), caller_id.map(|number| number.to_string()))
        }
        other => panic!("{other:?}"),
    };
    let support = Facts { clock: DeskClock::Support, ..facts() };
    assert_eq!(dialled(emergency().begin(&support)), ("+18025550199".into(), None));

    let agent = Facts { caller: Caller::Agent { open_pages: 1 }, ..facts() };
    let pages = emergency().begin(&agent).position.unwrap();
    let taken = emergency().step(&pages, &Input::Keys("2".into()), &agent);
    assert_eq!((taken.commands, taken.script.then), (vec![FlowCommand::Acknowledge], Then::Continue));
    let connected = emergency().step(&taken.position.unwrap(), &Input::Continue, &agent);
    assert_eq!(dialled(connected), ("+18025550177".into(), Some("+18025550111".into())));
}

#[test]
fn a_menu_counts_its_visits() {
    let text = r#"
name = "round"
languages = ["en"]
start = "menu"
safe = "page"
[steps.menu]
kind = "menu"
say.en = "Again?"
visits = 2
keys.1 = "menu"
silence = "page"
wrong = "page"
[steps.page]
kind = "page"
next = "bye"
[steps.bye]
kind = "hang_up"
"#;
    let flow = Flow::parse(text).unwrap();
    let one = Input::Keys("1".into());
    let first = flow.begin(&facts());
    let second = flow.step(&first.position.unwrap(), &one, &facts());
    let third = flow.step(&second.position.unwrap(), &one, &facts());
    assert_eq!((third.position, third.commands), (None, vec![FlowCommand::Page]));
}
