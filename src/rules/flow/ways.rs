//! What a caller may do where a call stands: every key that means something there, silence, a message, and what becomes of
//! a transfer. For who wants to know all the ways that a call can go ([`Flow::ways`]).

use std::collections::BTreeSet;

use crate::rules::contact::PhoneNumber;
use crate::rules::script::Then;

use super::play::{Move, input_of};
use super::syntax::Step;
use super::{Facts, Flow, Input, Plan, Stage, Turn};

/// How long a caller speaks who leaves a message, in seconds.
const MESSAGE: u32 = 20;

/// How long a talk lasts that a call is put through to, in seconds.
const TALK: u32 = 60;

/// One of the things that may be done where a call stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What is done. Keys are as they are pressed, with the one that ends an entry.
    pub made: Move,
    /// Whether it is done again while the same is asked again: silence to the end of the patience of a step, and wrong
    /// keys.
    pub again: bool,
    /// How long it takes, in seconds; keys take no time.
    pub seconds: u32,
}

impl Way {
    /// What comes back from it; none for a hang-up, or where it is not what is asked.
    pub fn input(&self, turn: &Turn) -> Option<Input> {
        let finish = match &turn.script.then {
            Then::Gather { finish_on, .. } => *finish_on,
            _ => None,
        };
        let made = match (&self.made, finish) {
            (Move::Keys(keys), Some(finish)) => Move::Keys(keys.trim_end_matches(finish).to_owned()),
            (made, _) => made.clone(),
        };
        input_of(&made, turn).ok().flatten()
    }
}

impl Flow {
    /// Every way on from where a turn left a call, the hang-up last; none if the call is over. `numbers` are those that a
    /// caller might want to be called back on; the first that he can key in is tried.
    pub fn ways(&self, turn: &Turn, facts: &Facts<'_>, numbers: &[PhoneNumber]) -> Vec<Way> {
        let (Some(position), then) = (&turn.position, &turn.script.then) else { return Vec::new() };
        let mut ways = Vec::new();
        let mut way = |made, again, seconds| ways.push(Way { made, again, seconds });
        match then {
            Then::Gather { timeout, finish_on, .. } => {
                let finish = finish_on.map(String::from).unwrap_or_default();
                let mut keys = |keys: &str, again| way(Move::Keys(format!("{keys}{finish}")), again, 0);
                match self.steps.get(&position.step) {
                    Some(Step::Menu(menu)) => {
                        menu.keys.keys().for_each(|key| keys(&key.to_string(), false));
                        // Where wrong keys lead as silence does, nobody is told twice.
                        if menu.wrong != menu.silence
                            && let Some(wrong) = unused(&menu.keys.keys().copied().collect())
                        {
                            keys(&wrong.to_string(), true);
                        }
                    }
                    Some(Step::Language { .. }) => {
                        let count = self.languages_for(facts).len();
                        (1..=count).for_each(|key| keys(&key.to_string(), false));
                    }
                    Some(Step::Digits(digits)) => keys(&"1".repeat(usize::from(digits.min)), false),
                    Some(Step::CallbackNumber(_)) if position.stage == Stage::Confirm => {
                        keys("1", false);
                        keys("2", false);
                    }
                    Some(Step::CallbackNumber(_)) if facts.caller_id.is_some() && !facts.withheld => {
                        keys("1", false);
                    }
                    Some(Step::CallbackNumber(_)) => {
                        let keyed = numbers.iter().find_map(|number| keyed(facts.plan, number));
                        keyed.iter().for_each(|number| keys(number, false));
                    }
                    _ => {}
                }
                way(Move::Silence, true, u32::from(*timeout));
            }
            Then::Record { silence, .. } => {
                way(Move::Speak(MESSAGE), false, MESSAGE);
                way(Move::Silence, false, u32::from(*silence));
            }
            Then::Dial { ring, .. } => {
                way(Move::Talk(TALK), false, TALK);
                way(Move::NoAnswer, false, u32::from(*ring));
            }
            // Until nobody comes any more: who is to come, the desk's rules say.
            Then::Conference { .. } => way(Move::NoAnswer, false, 0),
            Then::Through | Then::Continue | Then::Hangup | Then::Reject { .. } => return Vec::new(),
        }
        way(Move::HangUp, false, 0);
        ways
    }
}

/// The first key that means nothing.
fn unused(keys: &BTreeSet<char>) -> Option<char> {
    "9876543210*#".chars().find(|key| !keys.contains(key))
}

/// How a caller keys a number in, by that plan.
fn keyed(plan: &dyn Plan, number: &PhoneNumber) -> Option<String> {
    let digits = number.digits();
    let national =
        (1..=3).filter_map(|code| digits.get(code..)).flat_map(|rest| [rest.to_owned(), format!("0{rest}")]);
    let abroad = ["00", "011"].map(|prefix| format!("{prefix}{digits}"));
    national.chain(abroad).find(|keys| plan.callable(keys).as_ref() == Some(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::flow::{Caller, DeskClock};
    use crate::rules::number_plan::{Country, NumberPlan};

    const FLOW: &str = include_str!("../../../voice-flows/emergency.toml");
    const US: NumberPlan = NumberPlan { country: Country::UNITED_STATES, fictional: true };

    fn facts(caller_id: Option<&str>) -> Facts<'static> {
        let caller_id: Option<PhoneNumber> = caller_id.map(|number| number.parse().unwrap());
        Facts {
            clock: DeskClock::OnCall,
            daytime: Default::default(),
            turn_away: Default::default(),
            caller: Caller::Unknown,
            withheld: caller_id.is_none(),
            caller_id,
            ticket: Some("1001".into()),
            open_ticket: None,
            returning: false,
            languages: vec!["en".into()],
            fields: Default::default(),
            numbers: Default::default(),
            line: None,
            live: None,
            plan: &US,
            audio: &[],
        }
    }

    fn told(ways: &[Way]) -> Vec<String> {
        let told = |way: &Way| match &way.made {
            Move::Keys(keys) => format!("{keys} {}", way.seconds),
            made => format!("{made:?} {}", way.seconds),
        };
        ways.iter().map(told).collect()
    }

    #[test]
    fn every_key_that_means_something_is_a_way_and_so_is_silence() {
        let flow = Flow::parse(FLOW).unwrap();
        let number = ["+18025550121".parse().unwrap()];
        for (caller_id, asked) in [(Some("+18025550121"), "1# 0"), (None, "8025550121# 0")] {
            let facts = facts(caller_id);
            let triage = flow.begin(&facts);
            let ways = flow.ways(&triage, &facts, &number);
            assert_eq!(told(&ways), ["1 0", "2 0", "Silence 5", "HangUp 0"]);
            let position = triage.position.clone().unwrap();
            let callback = flow.step(&position, &ways[0].input(&triage).unwrap(), &facts);
            let ways = flow.ways(&callback, &facts, &number);
            assert_eq!(told(&ways), [asked, "Silence 8", "HangUp 0"]);
            // The key that ends an entry is no part of it.
            let keys = asked.split('#').next().unwrap();
            assert_eq!(ways[0].input(&callback), Some(Input::Keys(keys.into())));
            assert_eq!(ways[2].input(&callback), None);
        }
    }

    #[test]
    fn a_number_is_keyed_as_its_country_keys_it() {
        for (country, number) in [
            ("US", "+18025550121"),
            ("US", "+442079460018"),
            ("GB", "+442079460018"),
            ("GB", "+441134960000"),
        ] {
            let plan = NumberPlan { country: country.parse().unwrap(), fictional: true };
            let number: PhoneNumber = number.parse().unwrap();
            let found = keyed(&plan, &number);
            let read = found.as_deref().and_then(|keys| plan.callable(keys));
            assert_eq!(read, Some(number), "{country} {found:?}");
        }
    }
}
