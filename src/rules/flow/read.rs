//! From TOML to steps. Every key is taken by the kind of step that knows it; what nobody took, what is missing and what
//! has the wrong shape is a problem with its line, and all of them are found in one reading.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::rules::contact::PhoneNumber;
use crate::rules::severity::Severity;
use crate::rules::source::{Problem, Source};

use super::syntax::{Act, CallbackNumber, Dial, Digits, Menu, On, Phrase, Record, Step};
use super::words::{self, FieldKind, Piece};

/// A flow as it was read, before the checks of its graph.
pub(super) struct Draft {
    pub name: String,
    pub languages: Vec<String>,
    pub start: String,
    pub safe: String,
    pub steps: BTreeMap<String, Step>,
}

/// The kinds of steps, as a remedy names them.
const KINDS: &str = "say, play, pause, language, menu, digits, callback_number, record, branch, triage, downgrade, \
                     topic, note, page, text, transfer, connect, report, acknowledge, join, push, reject, hang_up";

/// Which fields a text may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fields {
    /// Spoken: whatever the caller may hear.
    Spoken,
    /// Spoken in a `language` step: `{key}` as well.
    SpokenKey,
    /// Written: nothing that came from the caller.
    Written,
    /// An address: none.
    Address,
}

/// Reads a whole flow.
pub(super) fn read(source: &Source<'_>) -> Result<Draft, Vec<Problem>> {
    let root: Table = source.decode().map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let mut file = Reader::new(source, Vec::new(), &root, &mut problems);
    file.languages = file.list("languages");
    let languages = file.languages.clone();
    if languages.is_empty() || languages.len() > 9 {
        file.complain("languages", "a flow speaks one to nine languages", "write languages = [\"en\"]");
    }
    let pauses = match file.text("profile", Some("portable")).as_str() {
        "portable" => false,
        "twilio" => true,
        other => {
            let what = format!("`{other}` is no profile");
            file.complain("profile", what, "use `portable` (every carrier) or `twilio` (pauses as well)");
            false
        }
    };
    let mut draft = Draft {
        name: file.text("name", None),
        start: file.text("start", None),
        safe: file.text("safe", None),
        languages: languages.clone(),
        steps: BTreeMap::new(),
    };
    let empty = Table::new();
    let steps = file.table("steps").unwrap_or(&empty);
    if steps.is_empty() {
        file.complain("steps", "the flow has no steps", "add a first one, [steps.greet]");
    }
    file.finish("a flow");
    for (name, value) in steps {
        let path = vec!["steps".to_owned(), name.clone()];
        let Value::Table(table) = value else {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            problems.push(source.problem(&path, format!("`{name}` is no step"), "write it as [steps.name]"));
            continue;
        };
        let mut reader = Reader::new(source, path, table, &mut problems);
        reader.languages.clone_from(&languages);
        reader.pauses = pauses;
        if let Some(step) = reader.step() {
            draft.steps.insert(name.clone(), step);
        }
    }
    if problems.is_empty() { Ok(draft) } else { Err(problems) }
}

/// Takes the keys of one table.
struct Reader<'a, 'p> {
    source: &'a Source<'a>,
    path: Vec<String>,
    table: &'a Table,
    taken: BTreeSet<String>,
    languages: Vec<String>,
    pauses: bool,
    problems: &'p mut Vec<Problem>,
}

impl<'a, 'p> Reader<'a, 'p> {
    fn new(
        source: &'a Source<'a>,
        path: Vec<String>,
        table: &'a Table,
        problems: &'p mut Vec<Problem>,
    ) -> Reader<'a, 'p> {
        let (taken, languages) = (BTreeSet::new(), Vec::new());
        Reader { source, path, table, taken, languages, pauses: false, problems }
    }

    fn step(mut self) -> Option<Step> {
        let kind = self.text("kind", None);
        let step = match kind.as_str() {
            "say" => Step::Say { say: self.say("say", true), next: self.text("next", None) },
            "play" => {
                let play = self.phrase("play", Fields::Address, true);
                Step::Play { play, next: self.text("next", None) }
            }
            "pause" => {
                if !self.pauses {
                    let what = "`pause` is not understood by every carrier";
                    self.complain("kind", what, "leave it out, or write profile = \"twilio\" at the top");
                }
                Step::Pause { seconds: self.number("seconds", None, 1, 20), next: self.text("next", None) }
            }
            "language" => Step::Language {
                say: self.phrase("say", Fields::SpokenKey, true),
                timeout: self.number("timeout", Some(5), 1, 30),
                tries: self.number("tries", Some(2), 1, 5),
                next: self.text("next", None),
            },
            "menu" => Step::Menu(self.menu()),
            "digits" => Step::Digits(self.digits()),
            "callback_number" => Step::CallbackNumber(CallbackNumber {
                offer: self.say("offer", true),
                ask: self.say("ask", true),
                invalid: self.say("invalid", true),
                confirm: self.say("confirm", true),
                tries: self.number("tries", Some(3), 1, 5),
                next: self.text("next", None),
                given_up: self.text("given_up", None),
            }),
            "record" => {
                let next = self.text("next", None);
                Step::Record(Record {
                    say: self.say("say", true),
                    max_seconds: self.number("max_seconds", Some(120), 5, 600),
                    pause: self.number("pause", Some(5), 1, 30),
                    transcribe: self.flag("transcribe"),
                    nothing: self.text("nothing", Some(&next)),
                    next,
                })
            }
            "branch" => self.branch(),
            "transfer" => Step::Dial(self.transfer()),
            "connect" => Step::Dial(self.connect()),
            "text" => {
                Step::Text { text: self.phrase("text", Fields::Written, true), next: self.text("next", None) }
            }
            "reject" => Step::Reject { busy: self.flag("busy") },
            "hang_up" => Step::HangUp { say: self.say("say", false) },
            other => match self.act(other) {
                Some(act) => Step::Act { act, next: self.text("next", None) },
                None => {
                    if !kind.is_empty() {
                        let what = format!("`{kind}` is no kind of step");
                        self.complain("kind", what, format!("use one of {KINDS}"));
                    }
                    return None;
                }
            },
        };
        self.finish(&format!("a `{kind}` step"));
        Some(step)
    }

    fn menu(&mut self) -> Menu {
        let mut keys = BTreeMap::new();
        for (key, to) in self.pairs("keys") {
            let mut letters = key.chars();
            match (letters.next(), letters.next()) {
                (Some(letter @ ('0'..='9' | '*' | '#')), None) => {
                    keys.insert(letter, to);
                }
                _ => self.complain_at(
                    &["keys", &key],
                    format!("`{key}` is no key of a telephone"),
                    "use one of 0 to 9, * and #",
                ),
            }
        }
        if keys.is_empty() {
            self.complain("keys", "a menu without keys", "add a way, like keys.1 = \"step\"");
        }
        Menu {
            say: self.say("say", true),
            wrong_say: self.say("wrong_say", false),
            repeat: self.number("repeat", Some(1), 1, 3),
            timeout: self.number("timeout", Some(5), 1, 30),
            tries: self.number("tries", Some(3), 1, 5),
            visits: self.number("visits", Some(3), 1, 9),
            keys,
            silence: self.text("silence", None),
            wrong: self.text("wrong", None),
        }
    }

    fn digits(&mut self) -> Digits {
        let min = self.number("min", Some(1), 1, 20);
        Digits {
            say: self.say("say", true),
            wrong_say: self.say("wrong_say", false),
            name: self.text("name", None),
            min,
            max: self.number("max", Some(20), i64::from(min), 20),
            tries: self.number("tries", Some(3), 1, 5),
            next: self.text("next", None),
            silence: self.text("silence", None),
            wrong: self.text("wrong", None),
        }
    }

    fn branch(&mut self) -> Step {
        let on = self.text("on", None);
        let field = (on == "field").then(|| self.text("field", None));
        let on = match on.as_str() {
            "hours" => On::Hours,
            "caller" => On::Caller,
            "pages" => On::Pages,
            "open_ticket" => On::OpenTicket,
            "withheld" => On::Withheld,
            "returning" => On::Returning,
            "language" => On::Language,
            "field" => {
                let field = field.unwrap_or_default();
                if !field.is_empty() && matches!(words::kind(&field), None | Some(FieldKind::Key)) {
                    self.complain("field", format!("there is no field `{field}`"), known_fields());
                }
                On::Field(field)
            }
            other => {
                if !other.is_empty() {
                    self.complain(
                        "on",
                        format!("a branch cannot ask for `{other}`"),
                        "use one of hours, caller, pages, open_ticket, withheld, returning, language, field",
                    );
                }
                On::Hours
            }
        };
        let when: BTreeMap<String, String> = self.pairs("when").into_iter().collect();
        let otherwise = self.optional_text("otherwise");
        let cases = on.cases(&self.languages);
        for case in when.keys().filter(|case| !cases.contains(case)) {
            let what = format!("`{case}` never is the answer");
            self.complain_at(&["when", case], what, format!("the answers are {}", cases.join(", ")));
        }
        let open: Vec<&String> = cases.iter().filter(|case| !when.contains_key(*case)).collect();
        if let (Some(case), None) = (open.first(), &otherwise) {
            let what = format!("no way for `{case}`");
            self.complain("when", what, format!("add when.{case} or otherwise, with the step that follows"));
        }
        if open.is_empty() && otherwise.is_some() {
            self.complain("otherwise", "every answer has its way already", "leave `otherwise` out");
        }
        Step::Branch { on, when, otherwise }
    }

    fn transfer(&mut self) -> Dial {
        let to = self.text("to", None);
        let known = ["main", "agent"].contains(&to.as_str()) || to.parse::<PhoneNumber>().is_ok();
        if !known && !to.is_empty() {
            let what = format!("a call cannot be transferred to `{to}`");
            self.complain("to", what, "use main, agent or a number like +18025550100");
        }
        self.dial(to, false)
    }

    fn connect(&mut self) -> Dial {
        self.dial("customer".to_owned(), true)
    }

    fn dial(&mut self, to: String, callback: bool) -> Dial {
        let has_limit = self.table.contains_key("limit");
        let limit = has_limit.then(|| self.number("limit", None, 10, 14_400));
        Dial {
            to,
            callback,
            ring: self.number("ring", Some(25), 5, 120),
            limit,
            answered: self.text("answered", None),
            unanswered: self.text("unanswered", None),
        }
    }

    fn act(&mut self, kind: &str) -> Option<Act> {
        Some(match kind {
            "triage" => Act::Triage(self.severity()),
            "downgrade" => Act::Downgrade { severity: self.severity(), reason: self.written("reason") },
            "topic" => Act::Topic(self.written("topic")),
            "note" => Act::Note(self.written("note")),
            "page" => Act::Page,
            "report" => Act::Report,
            "join" => Act::Join,
            "push" => Act::Push,
            "acknowledge" => Act::Acknowledge,
            _ => return None,
        })
    }

    fn severity(&mut self) -> Severity {
        let level: u8 = self.number("severity", None, 1, 4);
        Severity::try_from(level).unwrap_or(Severity::ONE)
    }

    /// A text for the timeline, in one language.
    fn written(&mut self, key: &str) -> String {
        let text = self.text(key, None);
        self.check_text(&[key], &text, Fields::Written);
        text
    }

    fn say(&mut self, key: &str, required: bool) -> Phrase {
        self.phrase(key, Fields::Spoken, required)
    }

    fn phrase(&mut self, key: &str, fields: Fields, required: bool) -> Phrase {
        if !required && !self.table.contains_key(key) {
            self.taken.insert(key.to_owned());
            return Phrase::new();
        }
        let phrase: Phrase = self.pairs(key).into_iter().collect();
        for language in self.languages.clone() {
            if !phrase.contains_key(&language) && self.is_table(key) {
                let what = format!("`{key}` has no words in `{language}`");
                self.complain(key, what, format!("add {key}.{language} = \"…\""));
            }
        }
        for (language, text) in &phrase {
            if !self.languages.contains(language) {
                let what = format!("`{language}` is no language of this flow");
                self.complain_at(&[key, language], what, "add it to `languages`, or take the words out");
            }
            self.check_text(&[key, language], text, fields);
        }
        phrase
    }

    fn check_text(&mut self, at: &[&str], text: &str, fields: Fields) {
        let Some(pieces) = words::pieces(text) else {
            return self.complain_at(
                at,
                "a brace has no partner",
                "write a field as {name}, and no other brace",
            );
        };
        let mut literal = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text) if fields == Fields::Written => literal += text.chars().count(),
                Piece::Text(text) => literal += words::written_length(text),
                Piece::Field(_) if fields == Fields::Address => {
                    self.complain_at(at, "an address holds no fields", "name one fixed recording");
                }
                Piece::Field(name) => match words::kind(name) {
                    None => {
                        self.complain_at(at, format!("there is no field `{{{name}}}`"), known_fields());
                    }
                    Some(FieldKind::Key) if fields != Fields::SpokenKey => {
                        self.complain_at(at, "`{key}` is known in a `language` step only", "name the key");
                    }
                    Some(FieldKind::Caller) if fields == Fields::Written => self.complain_at(
                        at,
                        format!("`{{{name}}}` comes from the caller and may be spoken only"),
                        "take it out of what is written",
                    ),
                    Some(_) => {}
                },
            }
        }
        let limit = if fields == Fields::Written { words::TEXT_LIMIT / 2 } else { words::SAY_LIMIT };
        if literal > limit {
            let what = format!("{literal} characters are more than the {limit} that a carrier takes");
            self.complain_at(at, what, "shorten it, or make two steps of it");
        }
        if fields == Fields::Address && !is_playable(text) {
            let what = format!("`{text}` is no address of a recording");
            self.complain_at(at, what, "use https://… or a path that begins with / and holds no spaces");
        } else if text.trim().is_empty() {
            self.complain_at(at, "no words", "write what is to be said");
        }
    }

    fn text(&mut self, key: &str, default: Option<&str>) -> String {
        match (self.optional_text(key), default) {
            (Some(text), _) => text,
            (None, Some(default)) => default.to_owned(),
            (None, None) => {
                if !self.table.contains_key(key) {
                    self.complain(key, format!("`{key}` is missing"), format!("add {key} = \"…\""));
                }
                String::new()
            }
        }
    }

    fn optional_text(&mut self, key: &str) -> Option<String> {
        self.taken.insert(key.to_owned());
        match self.table.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.complain(key, format!("`{key}` is no text"), format!("write {key} = \"…\""));
                None
            }
        }
    }

    fn list(&mut self, key: &str) -> Vec<String> {
        self.taken.insert(key.to_owned());
        let Some(Value::Array(items)) = self.table.get(key) else { return Vec::new() };
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn flag(&mut self, key: &str) -> bool {
        self.taken.insert(key.to_owned());
        match self.table.get(key) {
            None => false,
            Some(Value::Boolean(flag)) => *flag,
            Some(_) => {
                self.complain(
                    key,
                    format!("`{key}` is neither true nor false"),
                    format!("write {key} = true"),
                );
                false
            }
        }
    }

    fn number<N: TryFrom<i64> + Default>(
        &mut self,
        key: &str,
        default: Option<i64>,
        from: i64,
        to: i64,
    ) -> N {
        self.taken.insert(key.to_owned());
        let value = match (self.table.get(key), default) {
            (Some(Value::Integer(value)), _) => Some(*value),
            (Some(_), _) => None,
            (None, Some(default)) => Some(default),
            (None, None) => {
                self.complain(key, format!("`{key}` is missing"), format!("add {key} = {from}"));
                return N::default();
            }
        };
        let value = value.filter(|value| (from..=to).contains(value));
        value.and_then(|value| N::try_from(value).ok()).unwrap_or_else(|| {
            let what = format!("`{key}` is no whole number from {from} to {to}");
            self.complain(key, what, format!("write {key} = {}", default.unwrap_or(from)));
            N::default()
        })
    }

    fn is_table(&self, key: &str) -> bool {
        matches!(self.table.get(key), Some(Value::Table(_)))
    }

    fn table(&mut self, key: &str) -> Option<&'a Table> {
        self.taken.insert(key.to_owned());
        match self.table.get(key)? {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// A table of texts; something else in its place is a problem.
    fn pairs(&mut self, key: &str) -> Vec<(String, String)> {
        let Some(table) = self.table(key) else {
            let what = if self.table.contains_key(key) {
                format!("`{key}` is no table")
            } else {
                format!("`{key}` is missing")
            };
            self.complain(key, what, format!("write {key}.name = \"…\""));
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in table {
            match value {
                Value::String(text) => pairs.push((name.clone(), text.clone())),
                _ => {
                    let what = format!("`{key}.{name}` is no text");
                    self.complain_at(&[key, name], what, format!("write {key}.{name} = \"…\""));
                }
            }
        }
        pairs
    }

    /// What nobody took is unknown.
    fn finish(mut self, what: &str) {
        let known: Vec<&str> = self.taken.iter().map(String::as_str).collect();
        let remedy = format!("{what} has {}", known.join(", "));
        for key in self.table.keys().filter(|key| !self.taken.contains(*key)).cloned().collect::<Vec<_>>() {
            self.complain(&key, format!("`{key}` is unknown here"), remedy.clone());
        }
    }

    fn complain(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.complain_at(&[key], what, remedy);
    }

    fn complain_at(&mut self, at: &[&str], what: impl Into<String>, remedy: impl Into<String>) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain(at.iter().copied()).collect();
        self.problems.push(self.source.problem(&path, what, remedy));
    }
}

fn known_fields() -> String {
    let names: Vec<&str> = words::FIELDS.iter().map(|(name, ..)| *name).collect();
    format!("the fields are {}", names.join(", "))
}

fn is_playable(address: &str) -> bool {
    let place = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix('/').filter(|rest| !rest.starts_with('/')));
    place.is_some_and(|place| {
        !place.is_empty()
            && !address
                .chars()
                .any(|letter| letter.is_whitespace() || letter.is_control() || "<>\"#".contains(letter))
    })
}
