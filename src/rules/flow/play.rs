//! A call written down and played against a flow: what is heard, what the caller does, and what must have happened.
//! The same for a desk that tries its flow on a laptop and for our own tests.
//!
//! ```toml
//! about = "Silence at triage goes on as Severity 1"
//! commands = ["triage 1", "callback +18025550100 confirmed", "page", "text …"]   # all of them, in order
//!
//! call = [                                                    # one turn a line
//!   { hear = "press 1", silence = true },
//!   { hear = ["called back on", "8 0 2"], keys = "1" },
//!   { hear = "after the tone", hang_up = true },
//! ]
//!
//! [facts]
//! clock = "on_call"                                           # support | on_call | closed
//! daytime = "ticket"                                          # on_call | ticket, if nobody picks up by day
//! caller_id = "+18025550100"                                  # without it: withheld
//! ```
//!
//! A turn says what must be heard (`hear`) and what must not (`not_hear`), each a text or several, and then one thing
//! that the caller or the carrier does: `keys`, `silence`, `record` (seconds; with `hang_up` ended by hanging up),
//! `talk` (seconds of an answered transfer), `no_answer`, `hang_up`. A turn that does nothing is the last one, and the
//! call must be over. `facts` in a turn are what has changed once it is done. A command that ends in `…` is compared
//! by its beginning.
//!
//! A scenario is written once, in the flow's first language, and played in all of them: by the same keys a caller comes to
//! the same steps, the same happens, and he hears as many sentences, each of them in his language. (One whose facts name
//! `languages` is about the choice among them, and is played as it is.) With [`Instant`]s it is played again at each that
//! the desk's calendar calls what the scenario's `clock` says.
//!
//! A flow may bring calls with it, each as a `[[scenario]]` of its own text ([`play_own`]): they are kept in versions with
//! it, and it comes into force only if all of them go as they say. Numbers are keyed as in `country`, which is the United
//! States where a scenario does not name it, and numbers of the range that is reserved for fiction are real ones.

use std::fmt;

use serde::Deserialize;

use crate::rules::contact::PhoneNumber;
use crate::rules::number_plan::{Country, NumberPlan};
use crate::rules::script::{Prompt, Script, Then};
use crate::rules::source::{Problem, Source};

use super::{Facts, Flow, FlowCommand, Input, Plan, Turn};

mod instant;
mod scenario;
mod trial;

use scenario::{Line, Scenario, starting_facts};

pub use instant::{Instant, instants};
pub use trial::{Move, Tried, Waits, as_scenario, try_out};

/// What was heard, done and brought about, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// What the scenario shows.
    pub about: String,
    /// The call.
    pub events: Vec<Event>,
}

/// One thing in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The line says something.
    Said(String),
    /// The line does something with the call.
    Did(&'static str),
    /// The caller, or the other end of a transfer, does something.
    Caller {
        /// The step that waited for it.
        at: String,
        /// What it is.
        what: String,
    },
    /// Something is to happen.
    Command(FlowCommand),
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.about)?;
        for event in &self.events {
            match event {
                Event::Said(text) => writeln!(f, "  line    {text}")?,
                Event::Did(what) => writeln!(f, "  line    ({what})")?,
                Event::Caller { at, what } => writeln!(f, "  caller  ({what}, at `{at}`)")?,
                Event::Command(command) => writeln!(f, "          → {command}")?,
            }
        }
        Ok(())
    }
}

/// Plays a scenario against a flow in all its languages: the transcript of the first, or every expectation that failed,
/// with its line.
pub fn play(flow: &Flow, scenario: &str, plan: &dyn Plan) -> Result<Transcript, Vec<Problem>> {
    play_at(flow, scenario, plan, &[]).map(|(transcript, _)| transcript)
}

/// The same, and once more at each of those instants that the scenario is for; also says how often it was played.
pub fn play_at(
    flow: &Flow,
    scenario: &str,
    plan: &dyn Plan,
    instants: &[Instant],
) -> Result<(Transcript, usize), Vec<Problem>> {
    let source = Source::parse(scenario).map_err(|problem| vec![problem])?;
    let scenario: Scenario = source.decode().map_err(|problem| vec![problem])?;
    let country = scenario.country.map(|country| NumberPlan { country, fictional: true });
    let plan = country.as_ref().map_or(plan, |country| country as &dyn Plan);
    let stage = Stage { flow, source: &source, inside: &[], scenario: &scenario, plan };
    stage.everywhere(instants)
}

/// The calls that a flow brings with it.
#[derive(Deserialize)]
struct Own {
    #[serde(default)]
    scenario: Vec<Scenario>,
}

/// Plays the calls that stand in a flow's own text: their transcripts, or every expectation that failed, with its line.
pub fn play_own(flow: &Flow, text: &str) -> Result<Vec<Transcript>, Vec<Problem>> {
    let source = Source::parse(text).map_err(|problem| vec![problem])?;
    let own: Own = source.decode().map_err(|problem| vec![problem])?;
    let (mut transcripts, mut problems) = (Vec::new(), Vec::new());
    for (scenario, index) in own.scenario.iter().zip(0usize..) {
        let inside = ["scenario".to_owned(), index.to_string()];
        let plan =
            NumberPlan { country: scenario.country.unwrap_or(Country::UNITED_STATES), fictional: true };
        let stage = Stage { flow, source: &source, inside: &inside, scenario, plan: &plan };
        match stage.everywhere(&[]) {
            Ok((transcript, _)) => transcripts.push(transcript),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(transcripts) } else { Err(problems) }
}

/// Where a call is tried that belongs to no desk.
impl Plan for NumberPlan {
    fn callable(&self, keyed: &str) -> Option<PhoneNumber> {
        self.parse_dialled(keyed).ok()
    }

    fn spoken(&self, number: &PhoneNumber) -> String {
        self.read_back(number).digits()
    }
}

/// A scenario, and what it is played against.
#[derive(Clone, Copy)]
struct Stage<'a> {
    flow: &'a Flow,
    source: &'a Source<'a>,
    /// Where the scenario stands in the text.
    inside: &'a [String],
    scenario: &'a Scenario,
    plan: &'a dyn Plan,
}

/// A call that went as its scenario says.
struct Played {
    transcript: Transcript,
    /// The language of each sentence that was heard.
    sentences: Vec<String>,
}

impl Played {
    /// What must be the same in every language: all but the words.
    fn course(&self) -> Vec<String> {
        let course = self.transcript.events.iter().filter_map(|event| match event {
            Event::Said(_) => None,
            Event::Did(what) => Some((*what).to_owned()),
            Event::Caller { at, what } => Some(format!("{what} at {at}")),
            Event::Command(FlowCommand::TextCaller { .. }) => Some("text".to_owned()),
            Event::Command(command) => Some(command.to_string()),
        });
        course.collect()
    }
}

impl<'a> Stage<'a> {
    fn everywhere(self, instants: &[Instant]) -> Result<(Transcript, usize), Vec<Problem>> {
        let facts = starting_facts(&self.scenario.facts, self.flow, self.plan);
        let written = self.play(facts.clone(), true)?;
        let fixed = self.scenario.facts.languages.is_some();
        let languages: Vec<Option<&String>> = match fixed {
            true => vec![None],
            false => self.flow.languages.iter().map(Some).collect(),
        };
        let now = Instant { about: "any time".to_owned(), clock: facts.clock };
        let fits = instants.iter().filter(|instant| instant.clock == facts.clock);
        let instants: Vec<&Instant> = [&now].into_iter().chain(fits).collect();
        let mut played = 1;
        for language in languages {
            let mut facts = facts.clone();
            if let Some(language) = language {
                let words = facts.fields.values().next().cloned().unwrap_or_default();
                facts.fields = [(language.clone(), words)].into();
                facts.languages = vec![language.clone()];
            }
            for instant in &instants {
                facts.clock = instant.clock;
                let again = self.play(facts.clone(), false);
                let differs = again.map_or_else(Some, |again| self.differs(&written, &again, language));
                if let Some(problems) = differs {
                    let which = language.map_or(String::new(), |language| format!("in `{language}`, "));
                    let told = |problem: Problem| Problem {
                        what: format!("{which}at {}: {}", instant.about, problem.what),
                        ..problem
                    };
                    return Err(problems.into_iter().map(told).collect());
                }
                played += 1;
            }
        }
        Ok((written.transcript, played))
    }

    fn play(self, facts: Facts<'a>, words: bool) -> Result<Played, Vec<Problem>> {
        let Stage { flow, source, inside, .. } = self;
        let (tape, sentences, problems) = (Tape::default(), Vec::new(), Vec::new());
        Player { flow, source, inside, facts, words, tape, sentences, problems }.play(self.scenario)
    }

    /// In what a call went otherwise than it did in the scenario's own language, or was heard in another than its own.
    fn differs(self, written: &Played, again: &Played, language: Option<&String>) -> Option<Vec<Problem>> {
        let speaks = |language: &String| again.sentences.iter().all(|spoken| spoken == language);
        let what = if again.course() != written.course() {
            format!("the call goes otherwise: {:?}", again.course())
        } else if again.sentences.len() != written.sentences.len() {
            format!("{} sentences are heard, not {}", again.sentences.len(), written.sentences.len())
        } else if !language.is_none_or(speaks) {
            "not all that is heard is in this language".to_owned()
        } else {
            return None;
        };
        let path: Vec<&str> = self.inside.iter().map(String::as_str).chain(["call"]).collect();
        Some(vec![self.source.problem(&path, what, "correct the flow in this language")])
    }
}

struct Player<'a> {
    flow: &'a Flow,
    source: &'a Source<'a>,
    /// Where the scenario stands in the text.
    inside: &'a [String],
    facts: Facts<'a>,
    /// Whether the words that are heard are looked at: the scenario has them in one language.
    words: bool,
    tape: Tape,
    /// The language of each sentence that was heard.
    sentences: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Player<'a> {
    /// Something that went otherwise than it says.
    fn note(&mut self, at: &[&str], what: impl Into<String>, remedy: &str) {
        let path: Vec<&str> = self.inside.iter().map(String::as_str).chain(at.iter().copied()).collect();
        let problem = self.source.problem(&path, what, remedy);
        self.problems.push(problem);
    }

    fn play(mut self, scenario: &Scenario) -> Result<Played, Vec<Problem>> {
        let mut turn = self.flow.begin(&self.facts);
        self.hear(&turn);
        for (line, index) in scenario.call.iter().zip(0usize..) {
            let index = index.to_string();
            let at = ["call", index.as_str()];
            while turn.script.then == Then::Continue {
                turn = self.step(&turn, &Input::Continue);
            }
            self.expect(&at, line, &turn.script);
            let input = match action(line, &turn) {
                Ok(input) => input,
                Err((what, remedy)) => {
                    self.note(&at, what, remedy);
                    break;
                }
            };
            match input {
                Some(input) => {
                    self.tape.caller(&turn, &describe(&input));
                    turn = self.step(&turn, &input);
                }
                None if line.hang_up => {
                    self.tape.caller(&turn, "hangs up");
                    turn = Turn::default();
                }
                None => {}
            }
            line.facts.apply(&mut self.facts);
        }
        if self.problems.is_empty() && turn.position.is_some() {
            let what = format!("the call is not over: {}", question(&turn.script.then));
            self.note(&["call"], what, "add what the caller does next");
        }
        self.expect_commands(&scenario.commands);
        if self.problems.is_empty() {
            let transcript = Transcript { about: scenario.about.clone(), events: self.tape.0 };
            Ok(Played { transcript, sentences: self.sentences })
        } else {
            Err(self.problems)
        }
    }

    fn step(&mut self, turn: &Turn, input: &Input) -> Turn {
        let Some(position) = &turn.position else { return Turn::default() };
        let next = self.flow.step(position, input, &self.facts);
        self.hear(&next);
        next
    }

    fn hear(&mut self, turn: &Turn) {
        self.tape.hear(turn);
        self.sentences.extend(prompts(&turn.script).filter_map(|prompt| match prompt {
            Prompt::Say { language, .. } => Some(language.clone()),
            Prompt::Play { .. } | Prompt::Pause { .. } => None,
        }));
    }

    fn expect(&mut self, at: &[&str], line: &Line, script: &Script) {
        if !self.words {
            return;
        }
        let heard = heard(script);
        for text in line.hear.as_slice().iter().filter(|text| !heard.contains(text.as_str())) {
            let what = format!("`{text}` is not heard; it is: `{heard}`");
            self.note(at, what, "correct the flow, or what is expected here");
        }
        for text in line.not_hear.as_slice().iter().filter(|text| heard.contains(text.as_str())) {
            let what = format!("`{text}` is heard: `{heard}`");
            self.note(at, what, "correct the flow, or what is expected here");
        }
    }

    fn expect_commands(&mut self, expected: &[String]) {
        let commands = self.tape.0.iter().filter_map(|event| match event {
            Event::Command(command) => Some(command.to_string()),
            _ => None,
        });
        let happened: Vec<String> = commands.collect();
        let words = self.words;
        let same = |expected: &String, happened: &String| match expected.strip_suffix('…') {
            _ if !words && expected.starts_with("text ") => happened.starts_with("text "),
            Some(beginning) => happened.starts_with(beginning),
            None => expected == happened,
        };
        let differs = (0..expected.len().max(happened.len())).find(
            |&index| !matches!((expected.get(index), happened.get(index)), (Some(a), Some(b)) if same(a, b)),
        );
        if let Some(index) = differs {
            let none = "nothing".to_owned();
            let what = format!(
                "command {} is not `{}` but `{}`; all of them: {happened:?}",
                index + 1,
                expected.get(index).unwrap_or(&none),
                happened.get(index).unwrap_or(&none)
            );
            let at = ["commands", &index.to_string()];
            self.note(&at, what, "correct the flow, or what is expected here");
        }
    }
}

/// What was heard and done so far.
#[derive(Default)]
struct Tape(Vec<Event>);

impl Tape {
    fn caller(&mut self, turn: &Turn, what: &str) {
        let at = turn.position.as_ref().map(|position| position.step.clone()).unwrap_or_default();
        self.0.push(Event::Caller { at, what: what.to_owned() });
    }

    fn hear(&mut self, turn: &Turn) {
        self.0.extend(turn.commands.iter().cloned().map(Event::Command));
        let said = heard(&turn.script);
        if !said.is_empty() {
            self.0.push(Event::Said(said));
        }
        match turn.script.then {
            Then::Gather { .. } | Then::Continue => {}
            Then::Record { .. } => self.0.push(Event::Did("records")),
            Then::Dial { .. } => self.0.push(Event::Did("puts the call through")),
            Then::Conference { .. } => self.0.push(Event::Did("rings who is on call while the caller waits")),
            Then::Hangup | Then::Through => self.0.push(Event::Did("hangs up")),
            Then::Reject { .. } => self.0.push(Event::Did("does not answer")),
        }
    }
}

/// What one who tries a flow, or plays with what it would do, does there; none for a hang-up.
pub(super) fn input_of(made: &Move, turn: &Turn) -> Result<Option<Input>, String> {
    action(&made.line(), turn).map_err(|(what, _)| what)
}

/// What the line of a scenario does, if that is possible now: `None` for a hang-up, and at the end of a call.
fn action(line: &Line, turn: &Turn) -> Result<Option<Input>, (String, &'static str)> {
    let deeds = [
        line.keys.is_some(),
        line.silence,
        line.record.is_some(),
        line.talk.is_some(),
        line.no_answer,
        line.hang_up && line.record.is_none(),
    ];
    let deeds = deeds.iter().filter(|done| **done).count();
    if deeds > 1 {
        return Err(("two things are done at once".to_owned(), "make two turns of it"));
    }
    if turn.position.is_none() {
        return match deeds {
            0 => Ok(None),
            _ => Err(("the call is over already".to_owned(), "take the turn out, or correct the flow")),
        };
    }
    let then = &turn.script.then;
    let input = match (then, line) {
        (_, line) if line.hang_up && line.record.is_none() => return Ok(None),
        (Then::Gather { .. }, Line { keys: Some(keys), .. }) => Input::Keys(keys.clone()),
        (Then::Gather { .. }, Line { silence: true, .. }) => Input::Keys(String::new()),
        (Then::Record { .. }, Line { record: Some(seconds), hang_up, .. }) => {
            Input::Recorded { recording: "recording".to_owned(), seconds: *seconds, hung_up: *hang_up }
        }
        (Then::Record { .. }, Line { silence: true, .. }) => Input::NoRecording,
        (Then::Dial { .. } | Then::Conference { .. }, Line { talk: Some(seconds), .. }) => {
            Input::Dialled { answered: true, seconds: *seconds }
        }
        (Then::Dial { .. }, Line { no_answer: true, .. }) => Input::Dialled { answered: false, seconds: 0 },
        // His time is up: the call is led on.
        (Then::Conference { .. }, Line { no_answer: true, .. }) => Input::Continue,
        _ => {
            let what = format!("this cannot be done now: {}", question(then));
            return Err((what, "use keys, silence, record, talk, no_answer or hang_up, whichever fits"));
        }
    };
    Ok(Some(input))
}

fn question(then: &Then) -> &'static str {
    match then {
        Then::Gather { .. } => "keys are waited for",
        Then::Record { .. } => "a recording is being made",
        Then::Dial { .. } => "the call is being put through",
        Then::Continue => "the next turn follows by itself",
        Then::Conference { .. } => "the caller waits to be put through",
        Then::Hangup | Then::Through | Then::Reject { .. } => "the call is over",
    }
}

fn describe(input: &Input) -> String {
    match input {
        Input::Keys(keys) if keys.is_empty() => "says and presses nothing".to_owned(),
        Input::Keys(keys) => format!("presses {keys}"),
        Input::Recorded { seconds, hung_up: true, .. } => format!("speaks {seconds} s and hangs up"),
        Input::Recorded { seconds, .. } => format!("speaks {seconds} s"),
        Input::NoRecording => "says nothing".to_owned(),
        Input::Dialled { answered: true, seconds } => format!("is put through and talks {seconds} s"),
        Input::Dialled { .. } => "is not answered".to_owned(),
        Input::Continue => "waits".to_owned(),
    }
}

/// Everything that a script lets the caller hear, in order.
fn prompts(script: &Script) -> impl Iterator<Item = &Prompt> {
    let asked = match &script.then {
        Then::Gather { prompts, .. } => prompts.as_slice(),
        _ => &[],
    };
    script.lead.iter().chain(asked)
}

/// The same as one text.
fn heard(script: &Script) -> String {
    let words = prompts(script).map(|prompt| match prompt {
        Prompt::Say { text, .. } => text.clone(),
        Prompt::Play { url } => format!("[{url}]"),
        Prompt::Pause { seconds } => format!("[{seconds} s]"),
    });
    words.collect::<Vec<_>>().join(" ")
}
