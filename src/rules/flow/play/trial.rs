//! A flow tried by hand: a call in which each move is chosen when it is seen what is asked.

use super::scenario::{Changes, Line, starting_facts};
use super::{Event, Tape, action, describe};
use crate::rules::contact::PhoneNumber;
use crate::rules::flow::{DeskClock, Flow, FlowCommand, Input, Plan, Turn};
use crate::rules::number_plan::Country;
use crate::rules::script::Then;

/// The daytime desk of the desk of no particular kind, in the range that is kept for fiction: it answers if one lets it.
const DAYTIME_DESK: &str = "+18025550199";

/// A call in which somebody tries a flow, move by move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// What was heard and done so far.
    pub events: Vec<Event>,
    /// What is waited for now; none when the call is over.
    pub waits: Option<Waits>,
    /// The first move that could not be made, by its index, and why; nothing after it was tried.
    pub refused: Option<(usize, String)>,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Keys, or silence.
    Keys,
    /// A message after the tone.
    Message,
    /// That whoever is rung answers, or does not.
    Answer,
}

/// What somebody who tries a flow does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Presses keys.
    Keys(String),
    /// Says and presses nothing.
    Silence,
    /// Speaks for so many seconds.
    Speak(u32),
    /// The other end answers, and they talk for so many seconds.
    Talk(u32),
    /// The other end does not answer.
    NoAnswer,
    /// Hangs up.
    HangUp,
}

impl Move {
    pub(super) fn line(&self) -> Line {
        let line = Line::default();
        match self {
            Move::Keys(keys) => Line { keys: Some(keys.clone()), ..line },
            Move::Silence => Line { silence: true, ..line },
            Move::Speak(seconds) => Line { record: Some(*seconds), ..line },
            Move::Talk(seconds) => Line { talk: Some(*seconds), ..line },
            Move::NoAnswer => Line { no_answer: true, ..line },
            Move::HangUp => Line { hang_up: true, ..line },
        }
    }
}

/// Tries a flow as a desk of no particular kind, at that hour, by a caller of that number.
pub fn try_out(
    flow: &Flow,
    clock: DeskClock,
    caller_id: Option<PhoneNumber>,
    moves: &[Move],
    plan: &dyn Plan,
) -> Tried {
    let mut facts = starting_facts(&Changes::default(), flow, plan);
    (facts.clock, facts.withheld, facts.caller_id) = (clock, caller_id.is_none(), caller_id);
    facts.languages.clone_from(&flow.languages);
    facts.numbers.extend(DAYTIME_DESK.parse().ok().map(|number| ("main".to_owned(), number)));
    if let Some(words) = facts.fields.values().next().cloned() {
        facts.fields = flow.languages.iter().map(|language| (language.clone(), words.clone())).collect();
    }
    let mut tape = Tape::default();
    let mut turn = flow.begin(&facts);
    tape.hear(&turn);
    let go_on = |turn: Turn, tape: &mut Tape| {
        let mut turn = turn;
        while let (Then::Continue, Some(position)) = (&turn.script.then, &turn.position) {
            turn = flow.step(position, &Input::Continue, &facts);
            tape.hear(&turn);
        }
        turn
    };
    turn = go_on(turn, &mut tape);
    let mut refused = None;
    for (index, made) in moves.iter().enumerate() {
        match action(&made.line(), &turn) {
            Err((what, _)) => {
                refused = Some((index, what));
                break;
            }
            Ok(None) => {
                tape.caller(&turn, "hangs up");
                turn = Turn::default();
            }
            Ok(Some(input)) => {
                tape.caller(&turn, &describe(&input));
                let Some(position) = &turn.position else { break };
                turn = flow.step(position, &input, &facts);
                tape.hear(&turn);
                turn = go_on(turn, &mut tape);
            }
        }
    }
    let waits = turn.position.is_some().then_some(&turn.script.then).and_then(|then| match then {
        Then::Gather { .. } => Some(Waits::Keys),
        Then::Record { .. } => Some(Waits::Message),
        Then::Dial { .. } | Then::Conference { .. } => Some(Waits::Answer),
        Then::Continue | Then::Through | Then::Hangup | Then::Reject { .. } => None,
    });
    Tried { events: tape.0, waits, refused }
}

/// A call that was tried to its end, as a scenario that the flow can bring with it: the same moves, and what came of them.
/// What is heard is left out, so that a flow may be put in other words and still pass.
pub fn as_scenario(
    flow: &Flow,
    country: Country,
    (clock, caller_id): (DeskClock, Option<&PhoneNumber>),
    moves: &[Move],
    tried: &Tried,
) -> String {
    let text = |text: &str| toml::Value::from(text).to_string();
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let happened = tried.events.iter().filter_map(|event| match event {
        Event::Command(FlowCommand::TextCaller { .. }) => Some(text("text …")),
        Event::Command(command) => Some(text(&command.to_string())),
        Event::Said(_) | Event::Did(_) | Event::Caller { .. } => None,
    });
    let caller = tried.events.iter().filter_map(|event| match event {
        Event::Caller { what, .. } => Some(what.as_str()),
        _ => None,
    });
    let about = match caller.collect::<Vec<_>>() {
        did if did.is_empty() => "The caller does nothing".to_owned(),
        did => format!("The caller {}", did.join(", ")),
    };
    let clock = match clock {
        DeskClock::Support => "support",
        DeskClock::OnCall => "on_call",
        DeskClock::Closed => "closed",
    };
    let turn = |made: &Move| match made {
        Move::Keys(keys) => format!("keys = {}", text(keys)),
        Move::Silence => "silence = true".to_owned(),
        Move::Speak(seconds) => format!("record = {seconds}"),
        Move::Talk(seconds) => format!("talk = {seconds}"),
        Move::NoAnswer => "no_answer = true".to_owned(),
        Move::HangUp => "hang_up = true".to_owned(),
    };
    let mut written = format!(
        "\n[[scenario]]\nabout = {}\ncountry = {}\ncall = {}\ncommands = {}\n",
        text(&about),
        text(&country.to_string()),
        list(moves.iter().map(|made| format!("{{ {} }}", turn(made))).collect()),
        list(happened.collect()),
    );
    written.push_str("[scenario.facts]\n");
    written.push_str(&format!("clock = {}\n", text(clock)));
    written.extend(caller_id.map(|number| format!("caller_id = {}\n", text(number.as_str()))));
    written
        .push_str(&format!("languages = {}\n", list(flow.languages.iter().map(|code| text(code)).collect())));
    written.push_str(&format!("numbers = {{ main = {} }}\n", text(DAYTIME_DESK)));
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::number_plan::NumberPlan;

    const FLOW: &str = include_str!("../../../../voice-flows/emergency.toml");

    const US: NumberPlan = NumberPlan { country: Country::UNITED_STATES, fictional: true };

    /// Tried in English, which the caller chooses first.
    fn tried(clock: DeskClock, moves: &[Move]) -> Tried {
        let moves: Vec<Move> = [Move::Keys("1".into())].iter().chain(moves).cloned().collect();
        try_out(&Flow::parse(FLOW).unwrap(), clock, Some("+18025550121".parse().unwrap()), &moves, &US)
    }

    #[test]
    fn a_flow_is_tried_move_by_move() {
        assert_eq!(tried(DeskClock::OnCall, &[]).waits, Some(Waits::Keys));
        let emergency = [Move::Keys("1".into()), Move::Keys("1".into()), Move::Speak(20)];
        let page = |tried: &Tried| tried.events.contains(&Event::Command(FlowCommand::Page));
        let whole = tried(DeskClock::OnCall, &emergency);
        assert!(page(&whole) && whole.refused.is_none(), "{whole:#?}");
        assert_eq!(whole.waits, None);
        // Each beginning of a call is the beginning of the whole one.
        for count in 0..emergency.len() {
            let begun = tried(DeskClock::OnCall, &emergency[..count]);
            assert!(whole.events.starts_with(&begun.events), "{count}");
            assert!(begun.waits.is_some());
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_ends_the_try() {
        let wrong = [Move::Talk(9), Move::Keys("1".into())];
        let tried = tried(DeskClock::OnCall, &wrong);
        assert_eq!(tried.refused.as_ref().map(|(index, _)| *index), Some(1));
        assert_eq!(tried.waits, Some(Waits::Keys));
    }

    #[test]
    fn the_daytime_desk_answers_or_does_not() {
        let heard = |tried: &Tried| format!("{:?}", tried.events);
        let rung = tried(DeskClock::Support, &[]);
        assert_eq!(rung.waits, Some(Waits::Answer), "{rung:#?}");
        let talked = tried(DeskClock::Support, &[Move::Talk(60)]);
        assert_eq!((talked.waits, talked.refused.is_none()), (None, true), "{talked:#?}");
        assert!(!heard(&talked).contains("Nobody at the desk"), "{talked:#?}");
        let missed = tried(DeskClock::Support, &[Move::NoAnswer]);
        assert!(heard(&missed).contains("Nobody at the desk"), "{missed:#?}");
        assert!(missed.waits.is_some());
    }

    #[test]
    fn whoever_hangs_up_is_gone() {
        let tried = tried(DeskClock::Support, &[Move::HangUp, Move::Keys("1".into())]);
        assert_eq!(tried.waits, None);
        assert_eq!(tried.refused.as_ref().map(|(index, _)| *index), Some(2));
    }

    #[test]
    fn a_call_that_was_tried_is_brought_by_the_flow_from_then_on() {
        let flow = Flow::parse(FLOW).unwrap();
        let caller: PhoneNumber = "+18025550121".parse().unwrap();
        let keys = |keys: &str| Move::Keys(keys.into());
        for (clock, moves, happens) in [
            (DeskClock::OnCall, vec![keys("3"), keys("1"), keys("1"), Move::Speak(20)], "triage 1"),
            (DeskClock::Support, vec![keys("1"), Move::Talk(60)], "transferred to main 60 s"),
            (DeskClock::Closed, vec![Move::HangUp], ""),
        ] {
            let done = try_out(&flow, clock, Some(caller.clone()), &moves, &US);
            assert_eq!((done.waits, &done.refused), (None, &None), "{clock:?} {done:#?}");
            let scenario = as_scenario(&flow, US.country, (clock, Some(&caller)), &moves, &done);
            assert!(scenario.contains(happens), "{scenario}");
            let text = format!("{FLOW}{scenario}");
            assert_eq!(Flow::prove(&text).map(|flow| flow.name), Ok("emergency".to_owned()), "{scenario}");
            // It would be noticed if the call went otherwise.
            let other = scenario.replacen("commands = [", "commands = [\"reject\", ", 1);
            let line = FLOW.lines().count() + 1;
            let wrong = Flow::prove(&format!("{FLOW}{other}")).unwrap_err();
            assert!(wrong.iter().all(|problem| problem.line > line), "{wrong:?}");
            assert!(wrong[0].what.contains("command 1 is not `reject`"), "{wrong:?}");
        }
        let misspelt = format!("{FLOW}\n[[scenario]]\nabuot = \"x\"\n");
        assert!(Flow::prove(&misspelt).unwrap_err()[0].what.contains("abuot"));
    }
}
