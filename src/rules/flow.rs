//! Voice flows: what a line says, asks and does from the first ring to the end of a call, written by the desk in a
//! TOML file and checked before any caller hears it. This module reads such a file ([`Flow::parse`]), refuses what could
//! leave a caller without a way on, and answers one turn of a call after another ([`Flow::begin`], [`Flow::step`]).
//!
//! Pure and total: the time of day, the caller's standing and every word that belongs to a desk come in as [`Facts`];
//! what is to be heard goes out as a [`Script`], what is to happen as [`FlowCommand`]s. Any [`Position`] met with any
//! [`Input`] gives a [`Turn`]: a flow never panics and never runs for ever.
//!
//! # The language
//!
//! ```toml
//! name = "small"                  # what a desk file calls it
//! languages = ["en", "fr"]        # every phrase has words in each of them
//! start = "greeting"              # where a call begins
//! safe = "lost"                   # where a call goes that has lost its place: it must page and end, and asks nothing
//! profile = "portable"            # what every carrier understands (the default), or "twilio": pauses as well
//!
//! [steps.greeting]                # a step has a name, a kind, and the names of the steps that follow
//! kind = "say"
//! say.en = "This is {desk}."      # words by language; {fields} are put in by the desk
//! say.fr = "Ici {desk}."
//! next = "lost"
//!
//! [steps.lost]
//! kind = "page"                   # what happens without a word
//! next = "goodbye"
//!
//! [steps.goodbye]
//! kind = "hang_up"
//! ```
//!
//! Heard:
//! - `say`: `say`, `next`. `play`: `play` (by language, `https://…` or a path below our address), `next`.
//! - `pause`: `seconds` (1–20), `next`; only in the profile `twilio`.
//! - `hang_up`: the call ends, after `say` if there is one. `reject`: the call is not answered (`busy = true`: a busy
//!   tone); only before anything else.
//!
//! Asked. What was said since the last question is said inside this one, so that a key cuts it short:
//! - `menu`: `say`, one way a key (`keys.1`, `keys."*"`), a way on `silence` and one after `tries` (3) `wrong` keys, each
//!   but the last answered by `wrong_say` and the menu again. `repeat` (1) says it so many times, `timeout` (5) is the
//!   silence in seconds. After `visits` (3) a menu is not asked again: it goes its way on silence.
//! - `language`: `say` with `{key}`, once for each language that line and flow share; skipped if there is only one.
//!   Silence keeps the first. `tries` (2), `timeout` (5), `next`.
//! - `digits`: `say`, `name`, `min` (1) to `max` (20) digits, `#` ends, `*` starts again; `next`, `silence`, and `wrong`
//!   after `tries` (3), each but the last answered by `wrong_say`.
//! - `callback_number`: says `offer` where the caller id can be called back (1 takes it) and `ask` where it cannot;
//!   `invalid` after what is no number to call; `confirm` to read back what was entered (1 confirms, 2 or `*` enters it
//!   again). `next`; `given_up` after `tries` (3) or silence at `confirm`. A number is kept as soon as it was entered.
//! - `record`: `say`, a tone, then at most `max_seconds` (120), until a key or a silence of `pause` (5) seconds;
//!   `transcribe`; `next`, and `nothing` (the same as `next`) where nothing was said.
//! - `transfer`: `to` is `main` (the daytime desk), `agent` (who holds the caller's open ticket) or a number; rings
//!   `ring` (25) seconds, ends after `limit` seconds if given; `answered`, `unanswered` (also if there is no such number).
//!   To `main`, both are as the desk's file has them under `[daytime]`, unless they stand here.
//! - `live_connect`: where the desk wants it, the caller waits while agents on call are rung, and who accepts talks to him:
//!   `say` once; `wait`, with `{rung}`, while they are rung; `missed` if nobody accepted; at most `limit` (600) seconds, or the desk's if that is less;
//!   `answered`, and `unanswered` (at once where the desk does not want it, or there is nobody to ring).
//! - `connect`: an agent on the line is put through to his customer: `ring`, `limit`, `answered`, `unanswered`.
//!
//! Decided: `branch` takes the way `when.X` for the answer X, or `otherwise`. It asks `on`:
//! - `hours`: `support`, `on_call`, `closed`. `caller`: `unknown`, `contact`, `agent`, `blocked`.
//! - `pages` (of the agent who calls), `open_ticket` (that this caller may join): `some`, `none`.
//! - `withheld` (the caller id), `returning` (abandoned a call within 15 minutes): `yes`, `no`.
//! - `daytime`, as the desk wants it if nobody there picks up: `on_call`, `ticket`. `turn_away`, as it wants blocked
//!   callers to be: `refused`, `busy`, `sentence`.
//! - `language`: the one chosen. `field`, with `field = "topics"`: `present`, `absent`.
//!
//! Done without a word, each with `next`; what they mean is told at [`FlowCommand`]: `triage` (`severity`), `downgrade`
//! (`severity`, `reason`), `topic` (`topic`), `note` (`note`), `page`, `text` (`text`, by language), `report`, `join`,
//! `push`, `acknowledge`. The last four change what is known, so the turn ends and the facts are read again.
//!
//! A desk may have recordings heard in place of any sentence ([`audio`]).
//!
//! The fields are in [`words::FIELDS`]. Ticket and telephone numbers are spoken digit by digit and written as they are;
//! what comes from the caller may be spoken but never written.
//!
//! # The checks
//!
//! Every step can be reached; every way leads to a step; every menu has a way on silence and on a wrong key; every
//! phrase is complete in every language, knows its fields and fits the carrier's limits; nothing stands outside the
//! carrier's profile; the safe way pages and ends. No loop but by the key of a menu, which counts its visits: why that
//! is enough for every call to end is told in `check.rs`. Scenarios that are played against a flow are in [`play`]; those
//! that stand in its text, each as a `[[scenario]]`, must go as they say before it comes into force ([`Flow::prove`]).
//! Which text is in force where there are several is told in [`kept`].

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::contact::PhoneNumber;
use super::desk::{Daytime, TurnAway};
use super::script::{Prompt, Script};
use super::severity::Severity;
use super::source::{Problem, Source};

pub mod audio;
mod check;
#[cfg(test)]
mod check_tests;
pub mod kept;
mod outline;
pub mod play;
mod read;
mod run;
mod syntax;
#[cfg(test)]
mod tests;
mod ways;
pub mod words;

pub use audio::Audio;
pub use outline::{Outlined, OutlinedWay};
use read::Draft;
use run::Run;
use syntax::Step;
pub use ways::Way;

/// A voice flow that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// What the desk file calls it.
    pub name: String,
    /// The languages it speaks, the first one where a line names none of them.
    pub languages: Vec<String>,
    version: String,
    start: String,
    safe: String,
    steps: BTreeMap<String, Step>,
}

impl Flow {
    /// Reads and checks a flow; every problem that was found, in the order of its lines.
    pub fn parse(text: &str) -> Result<Flow, Vec<Problem>> {
        let source = Source::parse(text).map_err(|problem| vec![problem])?;
        let draft = read::read(&source);
        let checked = draft.and_then(|draft| match check::check(&source, &draft) {
            problems if problems.is_empty() => Ok(draft),
            problems => Err(problems),
        });
        let Draft { name, languages, start, safe, steps } = checked.map_err(|mut problems| {
            problems.sort();
            problems
        })?;
        let version = hex::encode(Sha256::digest(text))[..12].to_owned();
        Ok(Flow { name, languages, version, start, safe, steps })
    }

    /// Reads and checks a flow, and plays the calls that stand in its text.
    pub fn prove(text: &str) -> Result<Flow, Vec<Problem>> {
        let flow = Flow::parse(text)?;
        play::play_own(&flow, text)?;
        Ok(flow)
    }

    /// The first 12 hex digits of the SHA-256 of its text: a call goes on by the version it began with.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first turn of a call.
    pub fn begin(&self, facts: &Facts<'_>) -> Turn {
        let position = Position {
            step: self.start.clone(),
            stage: Stage::Enter,
            tries: 0,
            language: self.first_language(facts),
            visits: BTreeMap::new(),
            callback: None,
        };
        Run::new(self, facts, position).begin()
    }

    /// The next turn: where the call stood, what came, and what is known now. A position that this flow does not have
    /// takes the safe way: a page and an apology.
    pub fn step(&self, position: &Position, input: &Input, facts: &Facts<'_>) -> Turn {
        Run::new(self, facts, position.clone()).answer(input)
    }

    /// The sentences of a step that are spoken, as its file names them; none if there is no such step.
    pub fn sentences(&self, step: &str) -> Vec<(&'static str, &BTreeMap<String, String>)> {
        self.steps.get(step).map(Step::spoken).unwrap_or_default()
    }

    /// What a caller hears who waits to be put through, where his call stands.
    pub fn waiting(&self, position: &Position, facts: &Facts<'_>) -> Vec<Prompt> {
        Run::new(self, facts, position.clone()).waiting()
    }

    /// Whether the call stands where a caller waits to be put through.
    pub fn waits_live(&self, position: &Position) -> bool {
        position.stage != Stage::Enter && matches!(self.steps.get(&position.step), Some(Step::Live(_)))
    }

    /// The languages that the line offers and the flow speaks, in the line's order.
    fn languages_for(&self, facts: &Facts<'_>) -> Vec<String> {
        facts.languages.iter().filter(|language| self.languages.contains(language)).cloned().collect()
    }

    fn first_language(&self, facts: &Facts<'_>) -> String {
        let offered = self.languages_for(facts).into_iter().next();
        offered.or_else(|| self.languages.first().cloned()).unwrap_or_default()
    }
}

/// A flow's text with another name in it, and with its comments.
pub fn renamed(text: &str, name: &str) -> String {
    let Ok(mut file) = text.parse::<toml_edit::DocumentMut>() else { return text.to_owned() };
    if let Some(toml_edit::Item::Value(value)) = file.get_mut("name") {
        let decor = value.decor().clone();
        *value = name.into();
        *value.decor_mut() = decor;
    }
    file.to_string()
}

/// Where a call stands in its flow, between two turns. Stored with the call as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The step that waits for an answer, or is to be entered next.
    pub step: String,
    /// What is waited for inside the step.
    pub stage: Stage,
    /// Failed tries at this step so far.
    pub tries: u8,
    /// The language chosen, e.g. `en`.
    pub language: String,
    /// How often each menu has been entered; what bounds a loop.
    pub visits: BTreeMap<String, u8>,
    /// The callback number given in this call, confirmed or not.
    pub callback: Option<PhoneNumber>,
}

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Nothing: the last turn ended so that the facts could be read again, and the step is now entered.
    Enter,
    /// The answer to the step's one question: a key, digits, a recording, the end of a transfer.
    Answer,
    /// The key that confirms [`Position::callback`], which was read back.
    Confirm,
}

/// What came back from the caller, or from the carrier about the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Keys, without the one that finished the entry; empty is silence.
    Keys(String),
    /// A recording was made.
    Recorded {
        /// The carrier's id of it.
        recording: String,
        /// Its length in seconds.
        seconds: u32,
        /// The caller ended it by hanging up, so that nothing more will be heard.
        hung_up: bool,
    },
    /// A recording was asked for and none was made.
    NoRecording,
    /// A transfer is over.
    Dialled {
        /// Somebody took it.
        answered: bool,
        /// How long they talked, in seconds.
        seconds: u32,
    },
    /// The turn that a [`Then::Continue`](super::script::Then::Continue) asked for.
    Continue,
}

/// What is known at a turn. Computed anew for each one, so that a flow sees the ticket as it is now.
#[derive(Clone)]
pub struct Facts<'a> {
    /// What the desk's calendar says of this instant.
    pub clock: DeskClock,
    /// How the desk wants calls to be put through by day.
    pub daytime: Daytime,
    /// How the desk wants blocked callers to be turned away.
    pub turn_away: TurnAway,
    /// Who calls, by the number that the network names.
    pub caller: Caller,
    /// The caller id is withheld or unusable.
    pub withheld: bool,
    /// The number that the network names, if it is a real one that may be dialled.
    pub caller_id: Option<PhoneNumber>,
    /// The number of this call's own ticket, digits only; `None` for an agent who has not reported as a caller.
    pub ticket: Option<String>,
    /// The number of an open ticket that this caller may join, or of a page that an agent was told of and cannot take
    /// any more, digits only.
    pub open_ticket: Option<String>,
    /// A call from this number was abandoned within the last 15 minutes.
    pub returning: bool,
    /// The languages that the line offers, the preferred one first.
    pub languages: Vec<String>,
    /// The desk's words by language and field name; the names are in [`words::FIELDS`].
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
    /// Numbers a call may be put through to: `main` (the daytime desk), `customer` (the customer of
    /// the ticket that an agent took in this call, else of the page that `agent_pages` names first), `agent` (who holds the caller's open ticket). A missing one counts as not answered.
    pub numbers: BTreeMap<String, PhoneNumber>,
    /// The line's own number, where the carrier may show it: what a customer sees when an agent is connected with him,
    /// so that no agent's private number is shown. (A transfer shows the caller's.)
    pub line: Option<PhoneNumber>,
    /// How the caller can be put through to who is on call now, if he can.
    pub live: Option<LiveWay>,
    /// The number plan of the line's country.
    pub plan: &'a dyn Plan,
    /// Recordings of the desk's own, each for a sentence of a flow.
    pub audio: &'a [Audio],
}

/// How a caller is put through to who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveWay {
    /// He waits in a conference, to which agents come.
    Conference {
        /// What it is called.
        name: String,
    },
    /// His own call rings one agent after the other.
    Ring {
        /// The one who is next.
        number: PhoneNumber,
        /// Seconds to ring.
        ring: u16,
    },
}

/// What a flow needs to know of telephone numbers: how callers key them and how they are read to callers.
pub trait Plan: Sync {
    /// Reads what a caller keyed in; `None` unless it is a number that may be called back.
    fn callable(&self, keyed: &str) -> Option<PhoneNumber>;
    /// The number digit by digit, e.g. `8 0 2, 5 5 5, 0 1 0 0`.
    fn spoken(&self, number: &PhoneNumber) -> String;
}

/// What the desk's calendar says of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskClock {
    /// The daytime desk works.
    Support,
    /// Somebody is on call.
    OnCall,
    /// Neither.
    Closed,
}

/// Who calls, by the number that the network names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// A number that no contact has, or none at all.
    Unknown,
    /// An authorised support contact.
    Contact,
    /// An enrolled agent of this desk.
    Agent {
        /// How many of his pages wait for an answer.
        open_pages: u32,
    },
    /// A number on the block list.
    Blocked,
}

/// What one turn of a call brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Where the call stands now; `None`: it is over.
    pub position: Option<Position>,
    /// What is heard and asked.
    pub script: Script,
    /// What is to happen, in order.
    pub commands: Vec<FlowCommand>,
    /// The steps that were entered, in order.
    #[serde(default)]
    pub entered: Vec<String>,
}

/// What a flow asks of the call machine. The ticket itself is older than the flow's first turn, except for agents and
/// blocked callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowCommand {
    /// An enrolled agent reports as a caller: open a ticket for this call.
    Report,
    /// The severity that the caller chose; 1 (an emergency) also after silence at the question.
    Triage {
        /// As chosen.
        severity: Severity,
    },
    /// The flow lowers the severity.
    Downgrade {
        /// The new one.
        severity: Severity,
        /// For the timeline.
        reason: String,
    },
    /// The caller said that it is one of the desk's never-urgent topics.
    Topic(String),
    /// A valid callback number.
    Callback {
        /// In E.164, accepted by the number plan.
        number: PhoneNumber,
        /// The caller heard it and said yes.
        confirmed: bool,
    },
    /// No number was confirmed, and the caller is not asked again.
    CallbackGivenUp,
    /// A recording to keep with the ticket.
    Recorded {
        /// The carrier's id of it.
        recording: String,
        /// Its length in seconds.
        seconds: u32,
    },
    /// The page leaves now, unless it has left; where nobody is on call, when cover resumes.
    Page,
    /// Text the caller at the callback number, if that may be texted.
    TextCaller {
        /// At most 1600 characters.
        text: String,
    },
    /// This call joins the open ticket; its provisional one merges into it.
    Join,
    /// Escalate the joined ticket one step, if that is not too soon.
    Push,
    /// The agent takes the page that `agent_pages` named first; if somebody was quicker, `open_ticket` is that page in
    /// the next turn.
    Acknowledge,
    /// The agent is now being put through to the customer of that page.
    CallCustomer,
    /// The caller waits while agents are rung; or the next one is, by his own call.
    Connect {
        /// The longest, in seconds.
        limit: u16,
    },
    /// He waits no more.
    ConnectOver {
        /// Somebody accepted, and they talked.
        answered: bool,
    },
    /// A transfer is over.
    Transferred {
        /// The name in [`Facts::numbers`], or the number as the flow has it.
        to: String,
        /// Somebody took it.
        answered: bool,
        /// How long they talked, in seconds.
        seconds: u32,
    },
    /// Digits that the flow asked for.
    Entered {
        /// What the flow calls them.
        name: String,
        /// What was keyed in.
        digits: String,
    },
    /// For the timeline.
    Note(String),
    /// The call was rejected: a log entry and nothing else.
    Reject,
}

/// As scenarios and transcripts write it: `triage 1`, `callback +18025550100 confirmed`.
impl fmt::Display for FlowCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlowCommand::Report => f.write_str("report"),
            FlowCommand::Triage { severity } => write!(f, "triage {severity}"),
            FlowCommand::Downgrade { severity, reason } => write!(f, "downgrade {severity} {reason}"),
            FlowCommand::Topic(text) => write!(f, "topic {text}"),
            FlowCommand::Callback { number, confirmed: true } => write!(f, "callback {number} confirmed"),
            FlowCommand::Callback { number, confirmed: false } => write!(f, "callback {number} unconfirmed"),
            FlowCommand::CallbackGivenUp => f.write_str("callback given up"),
            FlowCommand::Recorded { recording, seconds } => write!(f, "recorded {recording} {seconds} s"),
            FlowCommand::Page => f.write_str("page"),
            FlowCommand::TextCaller { text } => write!(f, "text {text}"),
            FlowCommand::Join => f.write_str("join"),
            FlowCommand::Push => f.write_str("push"),
            FlowCommand::Acknowledge => f.write_str("acknowledge"),
            FlowCommand::CallCustomer => f.write_str("call customer"),
            FlowCommand::Connect { .. } => f.write_str("wait for an agent"),
            FlowCommand::ConnectOver { answered: true } => f.write_str("talked to an agent"),
            FlowCommand::ConnectOver { answered: false } => f.write_str("no agent accepted"),
            FlowCommand::Transferred { to, answered: true, seconds } => {
                write!(f, "transferred to {to} {seconds} s")
            }
            FlowCommand::Transferred { to, answered: false, .. } => write!(f, "transfer to {to} unanswered"),
            FlowCommand::Entered { name, digits } => write!(f, "entered {name} {digits}"),
            FlowCommand::Note(text) => write!(f, "note {text}"),
            FlowCommand::Reject => f.write_str("reject"),
        }
    }
}
