//! The steps of a flow as they stand in memory, and the ways that lead out of each.

use std::collections::BTreeMap;

use crate::rules::severity::Severity;

/// The same words, or the address of the same recording, in each language of the flow.
pub(super) type Phrase = BTreeMap<String, String>;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Say { say: Phrase, next: String },
    Play { play: Phrase, next: String },
    Pause { seconds: u8, next: String },
    Language { say: Phrase, timeout: u8, tries: u8, next: String },
    Menu(Menu),
    Digits(Digits),
    CallbackNumber(CallbackNumber),
    Record(Record),
    Branch { on: On, when: BTreeMap<String, String>, otherwise: Option<String> },
    Dial(Dial),
    Live(Live),
    Act { act: Act, next: String },
    Text { text: Phrase, next: String },
    Reject { busy: bool },
    HangUp { say: Phrase },
}

/// One key, one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Menu {
    pub say: Phrase,
    pub wrong_say: Phrase,
    pub repeat: u8,
    pub timeout: u8,
    pub tries: u8,
    pub visits: u8,
    pub keys: BTreeMap<char, String>,
    pub silence: String,
    pub wrong: String,
}

/// Digits with a name, e.g. a ticket number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    pub say: Phrase,
    pub wrong_say: Phrase,
    pub name: String,
    pub min: u8,
    pub max: u8,
    pub tries: u8,
    pub next: String,
    pub silence: String,
    pub wrong: String,
}

/// The dialogue that ends in a callback number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallbackNumber {
    pub offer: Phrase,
    pub ask: Phrase,
    pub invalid: Phrase,
    pub confirm: Phrase,
    pub tries: u8,
    pub next: String,
    pub given_up: String,
}

/// A recording of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub say: Phrase,
    pub max_seconds: u16,
    pub pause: u8,
    pub transcribe: bool,
    pub next: String,
    pub nothing: String,
}

/// The call is put through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dial {
    /// A name in [`Facts::numbers`](super::Facts::numbers), or a number.
    pub to: String,
    /// An agent calls the customer back by it.
    pub callback: bool,
    pub ring: u16,
    pub limit: Option<u32>,
    pub answered: String,
    pub unanswered: String,
}

/// The caller waits while agents are rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Live {
    pub say: Phrase,
    pub wait: Phrase,
    pub missed: Phrase,
    pub limit: u16,
    pub answered: String,
    pub unanswered: String,
}

/// What a branch asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    Hours,
    Caller,
    Pages,
    OpenTicket,
    Withheld,
    Returning,
    Language,
    Field(String),
}

impl On {
    /// Every answer that the question can have.
    pub(super) fn cases(&self, languages: &[String]) -> Vec<String> {
        let fixed: &[&str] = match self {
            On::Hours => &["support", "on_call", "closed"],
            On::Caller => &["unknown", "contact", "agent", "blocked"],
            On::Pages | On::OpenTicket => &["some", "none"],
            On::Withheld | On::Returning => &["yes", "no"],
            On::Field(_) => &["present", "absent"],
            On::Language => return languages.to_vec(),
        };
        fixed.iter().map(|case| (*case).to_owned()).collect()
    }
}

/// Something that happens without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Triage(Severity),
    Downgrade { severity: Severity, reason: String },
    Topic(String),
    Note(String),
    Page,
    Report,
    Join,
    Push,
    Acknowledge,
}

impl Act {
    /// Whether what is known changes by it, so that the turn ends and the facts are read again.
    pub(super) fn changes_facts(&self) -> bool {
        matches!(self, Act::Report | Act::Join | Act::Push | Act::Acknowledge)
    }
}

/// A way out of a step.
pub(super) struct Way<'a> {
    /// Where it stands in the file, below the step.
    pub path: Vec<String>,
    /// The step it leads to.
    pub to: &'a str,
    /// The caller chose it by a key of a menu, which counts its visits: the only way that may close a loop.
    pub chosen: bool,
}

impl Step {
    /// Every way out, in the order of the language's description.
    pub(super) fn ways(&self) -> Vec<Way<'_>> {
        fn way<'a>(key: &str, to: &'a str) -> Way<'a> {
            Way { path: vec![key.to_owned()], to, chosen: false }
        }
        match self {
            Step::Say { next, .. }
            | Step::Play { next, .. }
            | Step::Pause { next, .. }
            | Step::Language { next, .. }
            | Step::Act { next, .. }
            | Step::Text { next, .. } => vec![way("next", next)],
            Step::Menu(menu) => {
                let keys = menu.keys.iter().map(|(key, to)| Way {
                    path: vec!["keys".to_owned(), key.to_string()],
                    to,
                    chosen: true,
                });
                keys.chain([way("silence", &menu.silence), way("wrong", &menu.wrong)]).collect()
            }
            Step::Digits(digits) => {
                vec![way("next", &digits.next), way("silence", &digits.silence), way("wrong", &digits.wrong)]
            }
            Step::CallbackNumber(number) => {
                vec![way("next", &number.next), way("given_up", &number.given_up)]
            }
            Step::Record(record) => vec![way("next", &record.next), way("nothing", &record.nothing)],
            Step::Dial(dial) => {
                vec![way("answered", &dial.answered), way("unanswered", &dial.unanswered)]
            }
            Step::Live(live) => {
                vec![way("answered", &live.answered), way("unanswered", &live.unanswered)]
            }
            Step::Branch { when, otherwise, .. } => {
                let when = when.iter().map(|(case, to)| Way {
                    path: vec!["when".to_owned(), case.clone()],
                    to,
                    chosen: false,
                });
                when.chain(otherwise.iter().map(|to| way("otherwise", to))).collect()
            }
            Step::Reject { .. } | Step::HangUp { .. } => Vec::new(),
        }
    }

    /// What is said in it, by the names of the file.
    pub(super) fn spoken(&self) -> Vec<(&'static str, &Phrase)> {
        let all = match self {
            Step::Say { say, .. } | Step::Language { say, .. } | Step::HangUp { say } => vec![("say", say)],
            Step::Menu(Menu { say, wrong_say, .. }) | Step::Digits(Digits { say, wrong_say, .. }) => {
                vec![("say", say), ("wrong_say", wrong_say)]
            }
            Step::CallbackNumber(number) => vec![
                ("offer", &number.offer),
                ("ask", &number.ask),
                ("invalid", &number.invalid),
                ("confirm", &number.confirm),
            ],
            Step::Record(record) => vec![("say", &record.say)],
            Step::Live(live) => vec![("say", &live.say), ("wait", &live.wait), ("missed", &live.missed)],
            Step::Play { .. }
            | Step::Pause { .. }
            | Step::Branch { .. }
            | Step::Dial(_)
            | Step::Act { .. }
            | Step::Text { .. }
            | Step::Reject { .. } => Vec::new(),
        };
        all.into_iter().filter(|(_, phrase)| !phrase.is_empty()).collect()
    }

    /// Whether the caller hears or is asked something in it.
    pub(super) fn is_heard(&self) -> bool {
        !matches!(self, Step::Branch { .. } | Step::Act { .. } | Step::Text { .. } | Step::Reject { .. })
    }
}
