//! Every path through the shipped flow, in every situation that its branches know.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

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
                // Nobody is rung where nobody is on call.
                if bits >= 16 && clock != DeskClock::OnCall {
                    continue;
                }
                let mut facts = Facts { clock, caller, returning: bits & 1 > 0, ..facts() };
                facts.live = match bits / 16 {
                    0 => None,
                    1 => Some(LiveWay::Conference { name: "CA1".into() }),
                    _ => Some(LiveWay::Ring { number: "+18025550188".parse().unwrap(), ring: 25 }),
                };
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
                // Who talked to an agent is paged for no more.
                FlowCommand::Page | FlowCommand::ConnectOver { answered: true } => sofar.paged = true,
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
