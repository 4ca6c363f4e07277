//! The shipped flow played, searched exhaustively, and thrown off its track; and flows of no sense that still must end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::rules::script::{Prompt, Then};

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
        plan: &TestPlan,
    }
}

#[test]
fn every_scenario_comes_true_and_together_they_leave_no_step_out() {
    let flow = emergency();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/voice-flows/scenarios");
    let mut hung_up_at = BTreeSet::new();
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match play::play(flow, &std::fs::read_to_string(&path).unwrap(), &TestPlan) {
            Ok(transcript) => {
                hung_up_at.extend(transcript.events.into_iter().filter_map(|event| match event {
                    play::Event::Caller { at, what } if what == "hangs up" => Some(at),
                    _ => None,
                }));
            }
            Err(problems) => {
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                failures.extend(problems.iter().map(|problem| problem.at(&file).to_string()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let asking: BTreeSet<String> = asking_steps(flow).into_iter().collect();
    let missing: Vec<_> = asking.difference(&hung_up_at).collect();
    assert_eq!(missing, Vec::<&String>::new(), "no scenario hangs up at these steps");
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

/// Everything that may come back on a script.
fn inputs(then: &Then) -> Vec<Input> {
    let keys = |keys: &str| Input::Keys(keys.to_owned());
    let recorded = |hung_up| Input::Recorded { recording: "RE1".into(), seconds: 9, hung_up };
    match then {
        Then::Gather { digits: Some(1), .. } => {
            ["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"].map(keys).to_vec()
        }
        Then::Gather { .. } => ["", "1", "11", "911", "*", "8025550123", "9*8025550124"].map(keys).to_vec(),
        Then::Record { .. } => vec![recorded(false), recorded(true), Input::NoRecording],
        Then::Dial { .. } => vec![
            Input::Dialled { answered: true, seconds: 40 },
            Input::Dialled { answered: false, seconds: 0 },
        ],
        Then::Continue => vec![Input::Continue],
        Then::Hangup | Then::Reject { .. } => Vec::new(),
    }
}

/// Every situation that product rules speak of, in every combination.
fn situations() -> Vec<Facts<'static>> {
    let mut all = Vec::new();
    for clock in [DeskClock::Support, DeskClock::OnCall, DeskClock::Closed] {
        for caller in [
            Caller::Unknown,
            Caller::Contact,
            Caller::Agent { open_pages: 0 },
            Caller::Agent { open_pages: 2 },
            Caller::Blocked,
        ] {
            for bits in 0..16u8 {
                let mut facts = Facts { clock, caller, returning: bits & 1 > 0, ..facts() };
                facts.withheld = bits & 2 > 0;
                facts.caller_id = facts.caller_id.filter(|_| bits & 2 == 0);
                facts.open_ticket = (bits & 4 > 0).then(|| "1017".to_owned());
                if bits & 8 > 0 {
                    facts.fields.clear();
                    facts.numbers.clear();
                }
                all.push(facts);
            }
        }
    }
    all
}

/// What a call has come to so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Sofar {
    emergency: bool,
    paged: bool,
    given_up: bool,
}

/// Walks every path of a call and remembers where it has been.
struct Search<'a> {
    flow: &'a Flow,
    facts: &'a Facts<'a>,
    /// The longest way to the end from each place; `None` while the way through it is being walked.
    longest: BTreeMap<(String, Sofar), Option<usize>>,
    visited: BTreeSet<String>,
}

impl Search<'_> {
    fn walk(&mut self, turn: &Turn, mut sofar: Sofar) -> usize {
        for command in &turn.commands {
            match command {
                FlowCommand::Triage { severity } => sofar.emergency |= severity.is_emergency(),
                FlowCommand::Page => sofar.paged = true,
                FlowCommand::CallbackGivenUp => sofar.given_up = true,
                _ => {}
            }
        }
        self.check_turn(turn, sofar);
        let Some(position) = &turn.position else { return 0 };
        self.visited.insert(position.step.clone());
        let key = (serde_json::to_string(position).unwrap(), sofar);
        match self.longest.get(&key) {
            Some(Some(known)) => return *known,
            Some(None) => panic!("the call goes round in a circle at {position:?}"),
            None => {}
        }
        self.longest.insert(key.clone(), None);
        let mut longest = 0;
        for input in inputs(&turn.script.then) {
            let next = self.flow.step(position, &input, self.facts);
            self.check_triage(position, &input, &next);
            longest = longest.max(1 + self.walk(&next, sofar));
        }
        self.longest.insert(key, Some(longest));
        longest
    }

    fn check_turn(&self, turn: &Turn, sofar: Sofar) {
        let over = matches!(turn.script.then, Then::Hangup | Then::Reject { .. });
        assert_eq!(turn.position.is_none(), over, "{turn:?}");
        if matches!(turn.script.then, Then::Gather { .. }) {
            assert_eq!(turn.script.lead, [], "keys count at any time: {turn:?}");
        }
        if over {
            assert_eq!(sofar.paged, sofar.emergency, "an emergency pages, and nothing else does");
        }
        match turn.position.as_ref().map(|position| position.step.as_str()) {
            Some("callback") => assert!(sofar.emergency),
            Some("emergency_message") => assert!(sofar.emergency && sofar.paged),
            Some("normal_message") => assert!(!sofar.emergency && !sofar.paged),
            _ => {}
        }
    }

    /// Yes, silence and confusion at triage are an emergency at once: whatever comes next, the call machine pages.
    fn check_triage(&self, position: &Position, input: &Input, next: &Turn) {
        let Input::Keys(keys) = input else { return };
        let confused = position.tries == 2 && !["2", "3"].contains(&keys.as_str());
        if position.step.starts_with("triage") && (["", "1"].contains(&keys.as_str()) || confused) {
            let triage = FlowCommand::Triage { severity: Severity::ONE };
            assert!(next.commands.contains(&triage), "{position:?} {input:?} {next:?}");
        }
    }
}

#[test]
fn every_path_of_the_emergency_flow_ends_and_every_emergency_pages() {
    let flow = emergency();
    let mut visited = BTreeSet::new();
    let mut longest = 0;
    for facts in situations() {
        let mut search = Search { flow, facts: &facts, longest: BTreeMap::new(), visited: BTreeSet::new() };
        longest = longest.max(search.walk(&flow.begin(&facts), Sofar::default()));
        visited.extend(search.visited);
    }
    assert!(longest <= 40, "{longest} turns");
    let missed: Vec<_> = asking_steps(flow).into_iter().filter(|step| !visited.contains(step)).collect();
    assert!(missed.is_empty(), "{missed:?} were never met");
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

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        "[0-9*#]{0,14}".prop_map(Input::Keys),
        any::<String>().prop_map(Input::Keys),
        (any::<u32>(), any::<bool>()).prop_map(|(seconds, hung_up)| Input::Recorded {
            recording: "RE1".into(),
            seconds,
            hung_up
        }),
        Just(Input::NoRecording),
        (any::<bool>(), any::<u32>()).prop_map(|(answered, seconds)| Input::Dialled { answered, seconds }),
        Just(Input::Continue),
    ]
}

fn any_position() -> impl Strategy<Value = Position> {
    let steps: Vec<String> = emergency().steps.keys().cloned().collect();
    let step = prop_oneof![9 => proptest::sample::select(steps.clone()), 1 => "[a-z]{0,5}"];
    let stage = prop_oneof![Just(Stage::Enter), Just(Stage::Answer), Just(Stage::Confirm)];
    let visits = proptest::collection::btree_map(proptest::sample::select(steps), any::<u8>(), 0..4);
    let number = proptest::option::of(Just("+18025550123".parse().unwrap()));
    (step, stage, any::<u8>(), "en|fr|", visits, number).prop_map(
        |(step, stage, tries, language, visits, callback)| Position {
            step,
            stage,
            tries,
            language,
            visits,
            callback,
        },
    )
}

/// A flow of no sense that keeps the rules: ways on silence lead forward, keys lead anywhere.
fn any_flow() -> impl Strategy<Value = String> {
    let step = (0..6u8, any::<u8>(), any::<u8>(), any::<u8>());
    proptest::collection::vec(step, 1..9).prop_map(|steps| {
        let last = steps.len();
        let mut text = "name = \"n\"\nlanguages = [\"en\"]\nstart = \"s0\"\nsafe = \"page\"\n".to_owned();
        for (index, (kind, a, b, c)) in steps.into_iter().enumerate() {
            // The next step is always one way, so that every step is reached.
            let next = index + 1;
            let on = next + usize::from(a) % (last - index);
            let (back, other) = (usize::from(b) % (last + 1), usize::from(c) % (last + 1));
            let body = match kind {
                0 => format!("kind = \"say\"\nsay.en = \"x\"\nnext = \"s{next}\""),
                1 => format!(
                    "kind = \"menu\"\nsay.en = \"x\"\nkeys.1 = \"s{back}\"\nkeys.2 = \"s{other}\"\n\
                     silence = \"s{next}\"\nwrong = \"s{on}\""
                ),
                2 => format!("kind = \"record\"\nsay.en = \"x\"\nnext = \"s{next}\"\nnothing = \"s{on}\""),
                3 => format!(
                    "kind = \"callback_number\"\noffer.en = \"x\"\nask.en = \"x\"\ninvalid.en = \"x\"\n\
                     confirm.en = \"x\"\nnext = \"s{next}\"\ngiven_up = \"s{on}\""
                ),
                4 => format!("kind = \"join\"\nnext = \"s{next}\""),
                _ => format!(
                    "kind = \"transfer\"\nto = \"main\"\nanswered = \"s{next}\"\nunanswered = \"s{on}\""
                ),
            };
            text += &format!("[steps.s{index}]\n{body}\n");
        }
        text += &format!("[steps.s{last}]\nkind = \"hang_up\"\n");
        text + "[steps.page]\nkind = \"page\"\nnext = \"bye\"\n[steps.bye]\nkind = \"hang_up\"\n"
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_position_and_any_input_come_to_an_end(
        position in any_position(),
        inputs in proptest::collection::vec(any_input(), 120),
    ) {
        let (flow, facts) = (emergency(), facts());
        let mut position = Some(position);
        for input in &inputs {
            let Some(at) = position else { break };
            position = flow.step(&at, input, &facts).position;
        }
        prop_assert_eq!(position, None);
    }

    #[test]
    fn a_flow_that_passes_the_checks_ends_whatever_comes(
        text in any_flow(),
        inputs in proptest::collection::vec(any_input(), 20..60),
        yes in any::<bool>(),
    ) {
        let flow = Flow::parse(&text);
        prop_assert!(flow.is_ok(), "{:?}\n{}", flow, text);
        let (flow, facts) = (flow.unwrap(), facts());
        let mut position = flow.begin(&facts).position;
        for input in inputs.iter().cycle().take(600) {
            let Some(at) = position else { break };
            // A caller who always presses 1 goes round as long as he is let.
            let one = Input::Keys("1".into());
            position = flow.step(&at, if yes { &one } else { input }, &facts).position;
        }
        prop_assert_eq!(position, None, "{}", text);
    }
}
