//! The file of a scenario: what is known, what is done at each turn, and what must come of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::rules::contact::PhoneNumber;
use crate::rules::flow::{Caller, DeskClock, Facts, Flow, LiveWay, Plan};
use crate::rules::number_plan::Country;

/// What a desk of no particular kind says, where a scenario does not give its own words.
const SAMPLE_WORDS: &[(&str, &str)] = &[
    ("desk", "Example Desk"),
    ("severity1", "nothing works and there is no way around it"),
    ("severity2", "a part does not work"),
    ("severity3", "something is wrong, and there is a way around it"),
    ("severity4", "a question or a wish"),
    ("topics", "passwords and exports"),
    ("support_hours", "Monday to Friday, 9 to 5"),
    ("resumes", "at 8 in the morning"),
    ("email", "support@example.com"),
    ("web", "www.example.com"),
    ("open_state", "Nobody has taken it yet"),
    ("rung", "the first person"),
    ("agent_pages", "You have one open page, ticket 1 0 4 2"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) about: String,
    /// As where numbers are keyed, if that matters.
    pub(super) country: Option<Country>,
    #[serde(default)]
    pub(super) facts: Changes,
    pub(super) call: Vec<Line>,
    pub(super) commands: Vec<String>,
}

/// One turn of the call.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    #[serde(default)]
    pub(super) hear: Texts,
    #[serde(default)]
    pub(super) not_hear: Texts,
    pub(super) keys: Option<String>,
    #[serde(default)]
    pub(super) silence: bool,
    pub(super) record: Option<u32>,
    pub(super) talk: Option<u32>,
    #[serde(default)]
    pub(super) no_answer: bool,
    #[serde(default)]
    pub(super) hang_up: bool,
    #[serde(default)]
    pub(super) facts: Changes,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Texts {
    One(String),
    Several(Vec<String>),
}

impl Default for Texts {
    fn default() -> Texts {
        Texts::Several(Vec::new())
    }
}

impl Texts {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Texts::One(text) => std::slice::from_ref(text),
            Texts::Several(texts) => texts,
        }
    }
}

/// The facts that a scenario sets; what it leaves out stays.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Changes {
    clock: Option<DeskClock>,
    caller: Option<CallerName>,
    open_pages: Option<u32>,
    caller_id: Option<PhoneNumber>,
    withheld: Option<bool>,
    ticket: Option<String>,
    open_ticket: Option<String>,
    returning: Option<bool>,
    pub(super) languages: Option<Vec<String>>,
    live: Option<LiveName>,
    numbers: BTreeMap<String, PhoneNumber>,
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum CallerName {
    Unknown,
    Contact,
    Agent,
    Blocked,
}

/// How the caller can be put through.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum LiveName {
    /// In a conference.
    Conference,
    /// By his own call.
    Ring,
    /// Not at all.
    No,
}

/// Whom a caller's own call rings, in the range that is kept for fiction.
const AGENT: &str = "+18025550198";

impl Changes {
    pub(super) fn apply(&self, facts: &mut Facts<'_>) {
        if let Some(clock) = self.clock {
            facts.clock = clock;
        }
        let known = match facts.caller {
            Caller::Agent { open_pages } => open_pages,
            _ => 0,
        };
        match (self.caller, self.open_pages) {
            (Some(CallerName::Unknown), _) => facts.caller = Caller::Unknown,
            (Some(CallerName::Contact), _) => facts.caller = Caller::Contact,
            (Some(CallerName::Blocked), _) => facts.caller = Caller::Blocked,
            (Some(CallerName::Agent), pages) => {
                facts.caller = Caller::Agent { open_pages: pages.unwrap_or(known) };
            }
            (None, Some(open_pages)) => facts.caller = Caller::Agent { open_pages },
            (None, None) => {}
        }
        if let Some(caller_id) = &self.caller_id {
            facts.caller_id = Some(caller_id.clone());
            facts.withheld = false;
        }
        if let Some(withheld) = self.withheld {
            facts.withheld = withheld;
        }
        if self.ticket.is_some() {
            facts.ticket.clone_from(&self.ticket);
        }
        if self.open_ticket.is_some() {
            facts.open_ticket.clone_from(&self.open_ticket);
        }
        if let Some(returning) = self.returning {
            facts.returning = returning;
        }
        if let Some(languages) = &self.languages {
            facts.languages.clone_from(languages);
        }
        match self.live {
            Some(LiveName::Conference) => facts.live = Some(LiveWay::Conference { name: "call".to_owned() }),
            Some(LiveName::Ring) => {
                let ring = |number| LiveWay::Ring { number, ring: 25 };
                facts.live = AGENT.parse().ok().map(ring);
            }
            Some(LiveName::No) => facts.live = None,
            None => {}
        }
        facts.numbers.extend(self.numbers.clone());
        for language in facts.languages.clone() {
            facts.fields.entry(language).or_default().extend(self.fields.clone());
        }
    }
}

/// What is known at the first turn: what the scenario says, and for the rest a desk of no particular kind.
pub(super) fn starting_facts<'a>(changes: &Changes, flow: &Flow, plan: &'a dyn Plan) -> Facts<'a> {
    let default_languages = || flow.languages.iter().take(1).cloned().collect();
    let languages: Vec<String> = changes.languages.clone().unwrap_or_else(default_languages);
    let words: BTreeMap<String, String> =
        SAMPLE_WORDS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut facts = Facts {
        clock: DeskClock::OnCall,
        caller: Caller::Unknown,
        withheld: true,
        caller_id: None,
        ticket: Some("1042".to_owned()),
        open_ticket: None,
        returning: false,
        fields: languages.iter().map(|language| (language.clone(), words.clone())).collect(),
        languages,
        numbers: BTreeMap::new(),
        line: None,
        live: None,
        plan,
        audio: &[],
    };
    changes.apply(&mut facts);
    facts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::flow::words::{FIELDS, FieldKind};

    #[test]
    fn every_word_of_a_desk_has_a_sample() {
        let desk = FIELDS.iter().filter(|(_, kind, _)| *kind == FieldKind::Desk).map(|(name, ..)| *name);
        let samples = SAMPLE_WORDS.iter().map(|(name, _)| *name);
        let (desk, samples): (BTreeSet<&str>, BTreeSet<&str>) = (desk.collect(), samples.collect());
        assert_eq!(desk, samples);
    }
}
