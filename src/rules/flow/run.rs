//! One turn of a call: what came is answered by the step that waited for it, then step after step is performed until
//! something must be asked or the call ends.

use crate::rules::desk::{TurnAway, Unanswered};
use crate::rules::script::{Prompt, Script, Then};

use super::audio::{self, Audio, Heard};
use super::syntax::{Act, Dial, Digits, Live, Menu, On, Phrase, Record, Step};
use super::words::{self, Medium};
use super::{Caller, DeskClock, Facts, Flow, FlowCommand, Input, LiveWay, Position, Stage, Turn};

mod number;

use number::entry;

/// Seconds to wait for each digit of a number (a caller reads it off a card, in the dark).
const PER_DIGIT: u8 = 8;

/// Seconds that a telephone rings if nobody says otherwise.
const RING: u16 = 25;

/// The most agents whom a caller's own call rings, one after the other.
pub(super) const MOST_RUNG: u8 = 8;

/// A turn in the making.
pub(super) struct Run<'a> {
    flow: &'a Flow,
    facts: &'a Facts<'a>,
    position: Position,
    prompts: Vec<Prompt>,
    commands: Vec<FlowCommand>,
    entered: Vec<String>,
    /// The caller is gone: steps without a question are still performed, e.g. the text with the ticket number.
    hung_up: bool,
}

/// How it goes on after a step.
enum Go<'a> {
    /// To another step.
    To(&'a str),
    /// With a question.
    Ask(Then, Stage),
    /// By reading the facts again, then to a step.
    Again(&'a str),
    /// Not at all.
    End(Then),
}

impl<'a> Run<'a> {
    pub(super) fn new(flow: &'a Flow, facts: &'a Facts<'a>, position: Position) -> Run<'a> {
        let mut position = position;
        if !flow.languages.contains(&position.language) {
            position.language = flow.first_language(facts);
        }
        let (prompts, commands, entered) = (Vec::new(), Vec::new(), Vec::new());
        Run { flow, facts, position, prompts, commands, entered, hung_up: false }
    }

    /// Answers what came.
    pub(super) fn answer(mut self, input: &Input) -> Turn {
        if let Input::Recorded { recording, seconds, hung_up } = input {
            self.commands.push(FlowCommand::Recorded { recording: recording.clone(), seconds: *seconds });
            self.hung_up = *hung_up;
        }
        let flow = self.flow;
        let Some((name, step)) = flow.steps.get_key_value(&self.position.step) else {
            return self.go(Go::To(&flow.safe));
        };
        if self.position.stage == Stage::Enter {
            return self.go(Go::To(name));
        }
        let keys = match input {
            Input::Keys(keys) => keys.as_str(),
            _ => "",
        };
        let go = match step {
            Step::Menu(menu) => self.menu_answer(menu, keys),
            Step::Language { tries, next, .. } => self.language_answer(step, keys, *tries, next),
            Step::Digits(digits) => self.digits_answer(digits, keys),
            Step::CallbackNumber(number) => self.number_answer(number, keys),
            Step::Record(record) => match input {
                Input::Recorded { .. } => Go::To(&record.next),
                _ => Go::To(&record.nothing),
            },
            Step::Dial(dial) => match input {
                Input::Dialled { answered, seconds } => self.dial_answer(dial, *answered, *seconds),
                _ => self.dial_answer(dial, false, 0),
            },
            Step::Live(live) => match (input, &self.facts.live) {
                (Input::Dialled { answered: true, .. }, _) => self.connected(live, true),
                // The one whom his call rang did not accept: the next one.
                (Input::Dialled { .. }, Some(LiveWay::Ring { .. })) if !self.failed(MOST_RUNG) => {
                    self.connect(live)
                }
                _ => self.connected(live, false),
            },
            _ => Go::To(name),
        };
        self.go(go)
    }

    /// Enters the flow.
    pub(super) fn begin(self) -> Turn {
        let flow = self.flow;
        self.go(Go::To(&flow.start))
    }

    fn go(mut self, mut go: Go<'a>) -> Turn {
        // The checks leave no cycle without a question; the bound keeps that promise from being the only one.
        for _ in 0..=self.flow.steps.len() * 2 {
            go = match go {
                Go::To(name) => self.enter(name),
                Go::Again(name) if self.hung_up => Go::To(name),
                Go::Again(name) => {
                    name.clone_into(&mut self.position.step);
                    return self.turn(Then::Continue, Some(Stage::Enter));
                }
                Go::Ask(..) if self.hung_up => return self.turn(Then::Hangup, None),
                Go::Ask(then, stage) => return self.turn(then, Some(stage)),
                Go::End(then) => return self.turn(then, None),
            };
        }
        self.turn(Then::Hangup, None)
    }

    /// What was said so far is nested in a question for keys, so that a key cuts it short.
    fn turn(self, mut then: Then, stage: Option<Stage>) -> Turn {
        let Run { mut position, prompts: mut lead, commands, entered, .. } = self;
        if let Then::Gather { prompts, .. } = &mut then {
            prompts.splice(0..0, lead.drain(..));
        }
        let position = stage.map(|stage| {
            position.stage = stage;
            position
        });
        Turn { position, script: Script { lead, then }, commands, entered }
    }

    fn enter(&mut self, name: &str) -> Go<'a> {
        let flow = self.flow;
        let Some((name, step)) = flow.steps.get_key_value(name) else { return Go::To(&flow.safe) };
        self.position.step.clone_from(name);
        self.entered.push(name.clone());
        self.position.tries = 0;
        match step {
            Step::Say { say, next } => {
                self.say("say", say);
                Go::To(next)
            }
            Step::Play { play, next } => {
                if let Some(url) = play.get(&self.position.language) {
                    self.prompts.push(Prompt::Play { url: url.clone() });
                }
                Go::To(next)
            }
            Step::Pause { seconds, next } => {
                self.prompts.push(Prompt::Pause { seconds: *seconds });
                Go::To(next)
            }
            Step::Language { timeout, next, .. } => self.ask_language(step, *timeout, next),
            Step::Menu(menu) => {
                let visits = self.position.visits.entry(name.clone()).or_default();
                *visits = visits.saturating_add(1);
                if *visits > menu.visits { Go::To(&menu.silence) } else { self.ask_menu(menu) }
            }
            Step::Digits(digits) => self.ask_digits(digits),
            Step::CallbackNumber(number) => self.ask_number(number),
            Step::Record(record) => self.record(record),
            Step::Branch { on, when, otherwise } => {
                let case = self.case(on);
                when.get(&case).or(otherwise.as_ref()).map_or(Go::To(&flow.safe), |next| Go::To(next))
            }
            Step::Dial(dial) => self.dial(dial),
            Step::Live(live) => {
                if self.facts.live.is_some() && !self.hung_up {
                    self.say("say", &live.say);
                }
                self.connect(live)
            }
            Step::Act { act, next } => {
                let command = self.command(act);
                self.commands.push(command);
                if act.changes_facts() { Go::Again(next) } else { Go::To(next) }
            }
            Step::Text { text, next } => {
                let text = text.get(&self.position.language).map_or("", String::as_str);
                let text = self.write(text).chars().take(words::TEXT_LIMIT).collect();
                self.commands.push(FlowCommand::TextCaller { text });
                Go::To(next)
            }
            Step::Reject { busy } => {
                self.commands.push(FlowCommand::Reject);
                Go::End(Then::Reject { busy: *busy })
            }
            Step::HangUp { say } => {
                self.say("say", say);
                Go::End(Then::Hangup)
            }
        }
    }

    fn case(&self, on: &On) -> String {
        let facts = self.facts;
        let either = |yes: bool, a: &'static str, b: &'static str| if yes { a } else { b };
        match on {
            On::Language => return self.position.language.clone(),
            On::Hours => match facts.clock {
                DeskClock::Support => "support",
                DeskClock::OnCall => "on_call",
                DeskClock::Closed => "closed",
            },
            On::Daytime => match facts.daytime.unanswered {
                Unanswered::OnCall => "on_call",
                Unanswered::Ticket => "ticket",
            },
            On::TurnAway => match facts.turn_away {
                TurnAway::Refused => "refused",
                TurnAway::Busy => "busy",
                TurnAway::Sentence => "sentence",
            },
            On::Caller => match facts.caller {
                Caller::Unknown => "unknown",
                Caller::Contact => "contact",
                Caller::Agent { .. } => "agent",
                Caller::Blocked => "blocked",
            },
            On::Pages => {
                let pages = matches!(facts.caller, Caller::Agent { open_pages } if open_pages > 0);
                either(pages, "some", "none")
            }
            On::OpenTicket => either(facts.open_ticket.is_some(), "some", "none"),
            On::Withheld => either(facts.withheld, "yes", "no"),
            On::Returning => either(facts.returning, "yes", "no"),
            On::Field(name) => either(words::is_present(name, &self.position, facts), "present", "absent"),
        }
        .to_owned()
    }

    fn command(&self, act: &Act) -> FlowCommand {
        match act {
            Act::Triage(severity) => FlowCommand::Triage { severity: *severity },
            Act::Downgrade { severity, reason } => {
                FlowCommand::Downgrade { severity: *severity, reason: self.write(reason) }
            }
            Act::Topic(topic) => FlowCommand::Topic(self.write(topic)),
            Act::Note(note) => FlowCommand::Note(self.write(note)),
            Act::Page => FlowCommand::Page,
            Act::Report => FlowCommand::Report,
            Act::Join => FlowCommand::Join,
            Act::Push => FlowCommand::Push,
            Act::Acknowledge => FlowCommand::Acknowledge,
        }
    }

    fn ask_menu(&mut self, menu: &Menu) -> Go<'a> {
        for _ in 0..menu.repeat {
            self.say("say", &menu.say);
        }
        Go::Ask(keys(Some(1), menu.timeout, None), Stage::Answer)
    }

    fn menu_answer(&mut self, menu: &'a Menu, keys: &str) -> Go<'a> {
        let mut letters = keys.chars();
        match (letters.next(), letters.next()) {
            (None, _) => return Go::To(&menu.silence),
            (Some(key), None) => {
                if let Some(next) = menu.keys.get(&key) {
                    return Go::To(next);
                }
            }
            _ => {}
        }
        if self.failed(menu.tries) {
            return Go::To(&menu.wrong);
        }
        self.say("wrong_say", &menu.wrong_say);
        self.ask_menu(menu)
    }

    /// The languages that both the line and the flow speak, in the line's order.
    fn ask_language(&mut self, step: &Step, timeout: u8, next: &'a str) -> Go<'a> {
        let languages = self.flow.languages_for(self.facts);
        let Step::Language { say, .. } = step else { return Go::To(next) };
        if languages.len() < 2 {
            return Go::To(next);
        }
        for (language, key) in languages.iter().zip(1..) {
            let text = say.get(language).map_or("", String::as_str).replace("{key}", &format!("{key}"));
            let position = Position { language: language.clone(), ..self.position.clone() };
            let heard = self.heard("say", language, &text, &position);
            self.prompts.extend(heard);
        }
        Go::Ask(keys(Some(1), timeout, None), Stage::Answer)
    }

    fn language_answer(&mut self, step: &'a Step, keys: &str, tries: u8, next: &'a str) -> Go<'a> {
        let languages = self.flow.languages_for(self.facts);
        let chosen = keys.parse::<usize>().ok().and_then(|key| languages.get(key.checked_sub(1)?));
        if let Some(language) = chosen {
            self.position.language.clone_from(language);
        } else if !keys.is_empty() && !self.failed(tries) {
            let Step::Language { timeout, .. } = step else { return Go::To(next) };
            return self.ask_language(step, *timeout, next);
        }
        Go::To(next)
    }

    fn ask_digits(&mut self, digits: &Digits) -> Go<'a> {
        self.say("say", &digits.say);
        Go::Ask(keys(Some(digits.max), PER_DIGIT, Some('#')), Stage::Answer)
    }

    fn digits_answer(&mut self, digits: &'a Digits, keys: &str) -> Go<'a> {
        let entry = entry(keys);
        if keys.is_empty() {
            return Go::To(&digits.silence);
        }
        let length = entry.len();
        let fits = (usize::from(digits.min)..=usize::from(digits.max)).contains(&length);
        if fits && entry.bytes().all(|byte| byte.is_ascii_digit()) {
            let (name, digits_entered) = (digits.name.clone(), entry.to_owned());
            self.commands.push(FlowCommand::Entered { name, digits: digits_entered });
            return Go::To(&digits.next);
        }
        if self.failed(digits.tries) {
            return Go::To(&digits.wrong);
        }
        self.say("wrong_say", &digits.wrong_say);
        self.ask_digits(digits)
    }

    fn record(&mut self, record: &Record) -> Go<'a> {
        self.say("say", &record.say);
        let then = Then::Record {
            max_seconds: record.max_seconds,
            silence: record.pause,
            transcribe: record.transcribe,
            beep: true,
        };
        Go::Ask(then, Stage::Answer)
    }

    fn dial(&mut self, dial: &'a Dial) -> Go<'a> {
        let number = self.facts.numbers.get(&dial.to).cloned().or_else(|| dial.to.parse().ok());
        let Some(number) = number else { return self.dial_answer(dial, false, 0) };
        if self.hung_up {
            return Go::End(Then::Hangup);
        }
        if dial.callback {
            self.commands.push(FlowCommand::CallCustomer);
        }
        let caller_id = self.facts.line.clone().filter(|_| dial.callback);
        let by_day = (dial.to == "main").then_some(self.facts.daytime);
        let of_desk = by_day.and_then(|daytime| u16::try_from(daytime.ring.0).ok());
        let then = Then::Dial {
            number,
            caller_id,
            ring: dial.ring.or(of_desk).unwrap_or(RING),
            limit: dial.limit.or(by_day.and_then(|daytime| daytime.limit).map(|limit| limit.0)),
            screen: None,
        };
        Go::Ask(then, Stage::Answer)
    }

    fn dial_answer(&mut self, dial: &'a Dial, answered: bool, seconds: u32) -> Go<'a> {
        self.commands.push(FlowCommand::Transferred { to: dial.to.clone(), answered, seconds });
        Go::To(if answered { &dial.answered } else { &dial.unanswered })
    }

    /// The caller waits in a conference, or his call rings the next one; where neither is possible he goes on.
    fn connect(&mut self, live: &'a Live) -> Go<'a> {
        let facts = self.facts;
        let (then, way) = match &facts.live {
            None => return Go::To(&live.unanswered),
            Some(_) if self.hung_up => return Go::End(Then::Hangup),
            Some(LiveWay::Conference { name }) => {
                (Then::Conference { name: name.clone(), waits: true }, facts.live.as_ref())
            }
            Some(LiveWay::Ring { number, ring }) => {
                let (number, caller_id) = (number.clone(), facts.line.clone());
                let then = Then::Dial { number, caller_id, ring: *ring, limit: None, screen: None };
                (then, facts.live.as_ref())
            }
        };
        if let Some(LiveWay::Ring { .. }) = way {
            self.say("wait", &live.wait);
        }
        self.commands.push(FlowCommand::Connect { limit: live.limit });
        Go::Ask(then, Stage::Answer)
    }

    fn connected(&mut self, live: &'a Live, answered: bool) -> Go<'a> {
        if !answered {
            self.say("missed", &live.missed);
        }
        self.commands.push(FlowCommand::ConnectOver { answered });
        Go::To(if answered { &live.answered } else { &live.unanswered })
    }

    /// What a caller hears who waits in a conference at this step.
    pub(super) fn waiting(mut self) -> Vec<Prompt> {
        let flow = self.flow;
        if let Some(Step::Live(live)) = flow.steps.get(&self.position.step) {
            self.say("wait", &live.wait);
        }
        self.prompts
    }

    /// Counts a failed try; whether it was the last.
    fn failed(&mut self, tries: u8) -> bool {
        self.position.tries = self.position.tries.saturating_add(1);
        self.position.tries >= tries
    }

    /// Says a sentence of the present step, which its file calls `name`.
    fn say(&mut self, name: &str, phrase: &Phrase) {
        let language = self.position.language.clone();
        if let Some(text) = phrase.get(&language) {
            let position = self.position.clone();
            let heard = self.heard(name, &language, text, &position);
            self.prompts.extend(heard);
        }
    }

    /// A sentence as it is heard: by the desk's own recording if it has one, else said.
    fn heard(&self, name: &str, language: &str, text: &str, position: &Position) -> Vec<Prompt> {
        let say = |text: &str| words::say(language, &words::fill(text, Medium::Spoken, position, self.facts));
        let own = |audio: &&Audio| audio.is_of(&self.flow.name, &position.step, name, language);
        let Some(audio) = self.facts.audio.iter().find(own) else { return say(text) };
        let piece = |piece: &String| match audio::heard(piece) {
            Heard::Played(address) => vec![Prompt::Play { url: address.to_owned() }],
            Heard::Said(text) => say(text),
        };
        audio.play.iter().flat_map(piece).collect()
    }

    fn write(&self, text: &str) -> String {
        words::fill(text, Medium::Written, &self.position, self.facts)
    }
}

fn keys(digits: Option<u8>, timeout: u8, finish_on: Option<char>) -> Then {
    Then::Gather { prompts: Vec::new(), digits, timeout, finish_on }
}
