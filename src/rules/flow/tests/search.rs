//! Every path through the shipped flow, in every situation that its branches know.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::rules::desk::Unanswered;
use crate::rules::flow::run::MOST_RUNG;

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
        // Over by itself, or led on when the time is up.
        Then::Conference { .. } => vec![
            Input::Dialled { answered: true, seconds: 40 },
            Input::Dialled { answered: false, seconds: 0 },
            Input::Continue,
        ],
        Then::Continue => vec![Input::Continue],
        Then::Through | Then::Hangup | Then::Reject { .. } => Vec::new(),
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
            for bits in 0..48u8 {
                // Agents are rung where they are on call; by day the desk may want a message.
                let more = bits / 16;
                let most = match clock {
                    DeskClock::Support => 1,
                    DeskClock::OnCall => 2,
                    DeskClock::Closed => 0,
                };
                if more > most {
                    continue;
                }
                let mut facts = Facts { clock, caller, returning: bits & 1 > 0, ..facts() };
                facts.live = match more {
                    1 if clock == DeskClock::OnCall => Some(LiveWay::Conference { name: "CA1".into() }),
                    2 => Some(LiveWay::Ring { number: "+18025550188".parse().unwrap(), ring: 25 }),
                    _ => None,
                };
                facts.withheld = bits & 2 > 0;
                facts.caller_id = facts.caller_id.filter(|_| bits & 2 == 0);
                facts.open_ticket = (bits & 4 > 0).then(|| "1017".to_owned());
                if bits & 8 > 0 {
                    facts.fields.clear();
                    facts.numbers.clear();
                }
                if more == 1 && clock == DeskClock::Support {
                    facts.daytime.unanswered = Unanswered::Ticket;
                    facts.turn_away = TurnAway::Sentence;
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

impl Sofar {
    fn hear_of(&mut self, commands: &[FlowCommand]) {
        for command in commands {
            match command {
                FlowCommand::Triage { severity } => self.emergency |= severity.is_emergency(),
                // Who talked to an agent is paged for no more.
                FlowCommand::Page | FlowCommand::ConnectOver { answered: true } => self.paged = true,
                FlowCommand::CallbackGivenUp => self.given_up = true,
                _ => {}
            }
        }
    }
}

/// Walks every path of a call and remembers where it has been.
struct Search<'a> {
    flow: &'a Flow,
    facts: &'a Facts<'a>,
    /// The longest way to the end from each place; `None` while the way through it is being walked.
    longest: BTreeMap<(String, Sofar), Option<usize>>,
    /// A turn that waits at each step, for each thing that is waited for there and all that it may have come to.
    waiting: BTreeMap<(String, String, Sofar), Turn>,
}

impl<'a> Search<'a> {
    fn of(flow: &'a Flow, facts: &'a Facts<'a>) -> Search<'a> {
        let mut search = Search { flow, facts, longest: BTreeMap::new(), waiting: BTreeMap::new() };
        search.walk(&flow.begin(facts), Sofar::default());
        search
    }

    /// Turns to the end of the longest call.
    fn longest(&self) -> usize {
        self.longest.values().flatten().copied().max().unwrap_or_default()
    }
}

impl Search<'_> {
    fn walk(&mut self, turn: &Turn, mut sofar: Sofar) -> usize {
        sofar.hear_of(&turn.commands);
        self.check_turn(turn, sofar);
        let Some(position) = &turn.position else { return 0 };
        let asked = (position.step.clone(), format!("{:?}", position.stage), sofar);
        self.waiting.entry(asked).or_insert_with(|| turn.clone());
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
        let search = Search::of(flow, &facts);
        longest = longest.max(search.longest());
        visited.extend(search.waiting.into_keys().map(|(step, ..)| step));
    }
    assert!(longest <= 40, "{longest} turns");
    let missed: Vec<_> = asking_steps(flow).into_iter().filter(|step| !visited.contains(step)).collect();
    assert!(missed.is_empty(), "{missed:?} were never met");
}

/// What a caller leaves undone.
#[derive(Clone, Copy, Debug)]
enum Undone {
    /// He says and presses nothing, and whoever is rung does not answer.
    Everything,
    /// He presses keys that are none of those that he is offered.
    Sense,
}

impl Undone {
    fn input(self, flow: &Flow, position: &Position, then: &Then) -> Input {
        let wrong = match flow.steps.get(&position.step) {
            Some(Step::Menu(menu)) => {
                "0123456789*#".chars().find(|key| !menu.keys.contains_key(key)).unwrap()
            }
            _ => '0',
        };
        match (then, self) {
            (Then::Gather { .. }, Undone::Everything) => Input::Keys(String::new()),
            (Then::Gather { .. }, Undone::Sense) => Input::Keys(wrong.to_string()),
            (Then::Record { .. }, _) => Input::NoRecording,
            (Then::Dial { .. }, _) => Input::Dialled { answered: false, seconds: 0 },
            _ => Input::Continue,
        }
    }
}

/// From a turn that waits to the end of the call, in which nothing sensible comes any more.
fn leaves_undone(flow: &Flow, facts: &Facts<'_>, turn: &Turn, mut sofar: Sofar, undone: Undone) {
    let mut turn = turn.clone();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let language = turn.position.as_ref().map(|position| position.language.clone()).unwrap();
    while let Some(position) = turn.position.clone() {
        let asked = met.entry(position.step.clone()).or_default();
        *asked += 1;
        let most = match flow.steps.get(&position.step) {
            Some(Step::Live(_)) => usize::from(MOST_RUNG),
            // The most of the others is a number that is entered wrongly, read back and not confirmed.
            _ => 6,
        };
        assert!(*asked <= most, "`{}` does not lead on: {undone:?}", position.step);
        let input = undone.input(flow, &position, &turn.script.then);
        turn = flow.step(&position, &input, facts);
        sofar.hear_of(&turn.commands);
        let inside = match &turn.script.then {
            Then::Gather { prompts, .. } => prompts.as_slice(),
            _ => &[],
        };
        for prompt in turn.script.lead.iter().chain(inside) {
            let Prompt::Say { language: spoken, text } = prompt else { continue };
            assert!(*spoken == language || facts.languages.len() > 1, "{spoken} is no {language}: {text}");
            assert!(!text.contains(['{', '}']) && !text.trim().is_empty(), "{language}: {text}");
        }
    }
    assert_eq!(sofar.paged, sofar.emergency, "an emergency pages, and nothing else does: {undone:?}");
}

#[test]
fn whoever_stops_to_answer_at_any_step_is_led_to_an_end_in_every_language() {
    let flow = emergency();
    let mut met: BTreeSet<(String, String)> = BTreeSet::new();
    let in_languages = |facts: &Facts<'static>, languages: &[String]| {
        let words = facts.fields.values().next().cloned().unwrap_or_default();
        let fields = languages.iter().map(|language| (language.clone(), words.clone())).collect();
        Facts { languages: languages.to_vec(), fields, ..facts.clone() }
    };
    let all = in_languages(&facts(), &flow.languages);
    for facts in situations().iter().chain([&all]) {
        let search = Search::of(flow, facts);
        for language in &flow.languages {
            let facts = match facts.languages.len() {
                1 => in_languages(facts, std::slice::from_ref(language)),
                _ => facts.clone(),
            };
            for ((step, _, sofar), turn) in &search.waiting {
                let mut turn = turn.clone();
                turn.position.as_mut().unwrap().language.clone_from(language);
                for undone in [Undone::Everything, Undone::Sense] {
                    leaves_undone(flow, &facts, &turn, *sofar, undone);
                }
                met.insert((step.clone(), language.clone()));
            }
        }
    }
    let asking = flow.steps.iter().filter(|(_, step)| matches!(step, Step::Language { .. }));
    let asking = asking.map(|(name, _)| name.clone()).chain(asking_steps(flow));
    for step in asking {
        for language in &flow.languages {
            assert!(met.contains(&(step.clone(), language.clone())), "`{step}` was never met in {language}");
        }
    }
}
