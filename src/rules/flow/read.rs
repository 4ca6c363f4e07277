//! From TOML to steps. Every key is taken by the kind of step that knows it; what nobody took, what is missing and what
//! has the wrong shape is a problem with its line, and all of them are found in one reading.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::rules::contact::PhoneNumber;
use crate::rules::severity::Severity;
use crate::rules::source::{Problem, Source};

use super::syntax::{Act, CallbackNumber, Dial, Digits, Live, Menu, On, Record, Step};
use super::words::{self, FieldKind};

mod phrase;
mod reader;

use phrase::{Fields, known_fields};
use reader::Reader;

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
                     topic, note, page, text, transfer, live_connect, connect, report, acknowledge, join, push, reject, hang_up";

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
    for (index, language) in languages.iter().enumerate() {
        if !is_language(language) || languages[..index].contains(language) {
            let what = format!("`{language}` is no language, or stands here twice");
            file.complain("languages", what, "write each once, by its code, like `en` or `pt-BR`");
        }
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
    // The calls that it brings with it are read when they are played.
    file.taken.insert("scenario".to_owned());
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

/// The shape of a language code; it goes into the carrier's markup as it is.
fn is_language(code: &str) -> bool {
    let mut parts = code.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

impl Reader<'_, '_> {
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
            "live_connect" => Step::Live(Live {
                say: self.say("say", true),
                wait: self.say("wait", true),
                missed: self.say("missed", false),
                limit: self.number("limit", Some(600), 20, 600),
                answered: self.text("answered", None),
                unanswered: self.text("unanswered", None),
            }),
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
}
