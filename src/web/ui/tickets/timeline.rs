//! A ticket's timeline in words.

use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::rules::ticket::{Actor, Entry, Happening, Via};
use crate::web::ui::moments::{Shown, Wall};

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) at: Shown,
    /// Who did it; empty for ourselves and the carriers, whose lines say it by themselves.
    pub(super) by: String,
    pub(super) words: String,
    /// What somebody wrote or said, in his own words.
    pub(super) quote: Option<String>,
}

/// An entry in words. Telephone numbers are for who may see them.
pub(super) fn line(entry: &Entry, desk: &Desk, wall: &Wall<'_>, numbers: bool) -> Line {
    let by = match &entry.by {
        Actor::Caller => "The caller".to_owned(),
        Actor::Agent(agent) => desk.name_of(agent),
        Actor::Account(key) => key.clone(),
        Actor::Nightbell | Actor::Carrier => String::new(),
    };
    let words = words(&entry.what, desk, wall, numbers);
    let quote = quote(&entry.what);
    Line { at: wall.shown(entry.at), by, words, quote }
}

/// The part of it that somebody wrote.
fn quote(what: &Happening) -> Option<String> {
    match what {
        Happening::Texted { body: text }
        | Happening::Transcript { text }
        | Happening::Note { text, .. }
        | Happening::Downgraded { reason: text, .. } => Some(text.clone()),
        _ => None,
    }
}

fn via(via: Via) -> &'static str {
    match via {
        Via::Sms => "by text",
        Via::Key => "by key",
        Via::Call => "by calling the line",
        Via::Talk => "by talking with the caller",
        Via::Web => "on the web",
        Via::Api => "through the API",
    }
}

/// The way, if it is known, after a blank.
fn perhaps(way: Option<Via>) -> String {
    way.map(|way| format!(" {}", via(way))).unwrap_or_default()
}

/// What happened, after the name of who did it, or without one.
fn words(what: &Happening, desk: &Desk, wall: &Wall<'_>, numbers: bool) -> String {
    let name = |agent: &AgentKey| desk.name_of(agent);
    let names = |agents: &[AgentKey]| agents.iter().map(name).collect::<Vec<_>>().join(", ");
    match what {
        Happening::Opened { .. } => "called: the ticket was opened".into(),
        Happening::Texted { .. } => "wrote".into(),
        Happening::PicturesCame { count: 1, .. } => "sent a picture, which is at the carrier".into(),
        Happening::PicturesCame { count, .. } => format!("sent {count} pictures, which are at the carrier"),
        Happening::Triaged { severity } => format!("said that it is Severity {severity}"),
        Happening::Downgraded { severity, via, .. } => {
            format!("made it Severity {severity}{}", perhaps(*via))
        }
        Happening::Topic { topic } => format!("chose “{topic}”"),
        Happening::CallbackNumber { number, confirmed } => {
            let sure = if *confirmed { "and confirmed it" } else { "not confirmed" };
            match numbers {
                true => format!("callback number {number}, {sure}"),
                false => format!("callback number known, {sure}"),
            }
        }
        Happening::NoCallbackNumber => "No callback number is known".into(),
        Happening::Recorded { seconds, .. } => format!("left a message of {seconds} s"),
        Happening::RecordingKept { .. } => "The recording is kept".into(),
        Happening::RecordingLost { .. } => "The recording could not be had".into(),
        Happening::Transcript { .. } => "The message, as the carrier understood it".into(),
        Happening::Entered { name, digits } => match numbers {
            true => format!("entered {digits} ({name})"),
            false => format!("entered digits ({name})"),
        },
        Happening::Transferred { answered: true, seconds } => {
            format!("was put through to the daytime desk for {seconds} s")
        }
        Happening::Transferred { answered: false, .. } => {
            "was not put through: the daytime desk did not answer".into()
        }
        Happening::Missed { at } => {
            format!("The call had come at {} while we were away", wall.shown(*at).words)
        }
        Happening::CallEnded { seconds } => format!("hung up after {seconds} s"),
        Happening::Abandoned => "hung up before saying anything".into(),
        Happening::Joined { ticket } => format!("called again and joined: #{ticket} is carried on here"),
        Happening::MergedInto { number } => format!("It is carried on by #{number}"),
        Happening::Pushed => "asked for the next person".into(),
        Happening::PushTooSoon => "asked for the next person again, too soon".into(),
        Happening::PageDue { at } => format!("The page leaves at {}", wall.shown(*at).words),
        Happening::CallerWaits { agents } => {
            format!("The caller waits on the line while {} are rung", names(agents))
        }
        Happening::WaitOver { gave_up: true } => "gave up waiting to be put through".into(),
        Happening::WaitOver { gave_up: false } => "The caller waits on the line no more".into(),
        Happening::StepStarted { cycle, step, agents } => {
            format!("Step {step} of cycle {cycle}: {} paged", names(agents))
        }
        Happening::NobodyOnStep { cycle, step } => format!("Step {step} of cycle {cycle} finds nobody"),
        Happening::LastResort { agents } => format!("The last resort is paged: {}", names(agents)),
        Happening::NobodyToPage => "There is nobody to page".into(),
        Happening::PassedOver { agents } => format!("Muted, and passed over: {}", names(agents)),
        Happening::PagedDespiteMute { agent } => format!("{} is muted, and paged all the same", name(agent)),
        Happening::AttemptStarted { agent, method: by, number } => {
            format!("No. {number}: a {} to {}", by.word(), name(agent))
        }
        Happening::AttemptSkipped { agent, method: by, why } => {
            format!("No {} to {}: {why}", by.word(), name(agent))
        }
        Happening::AttemptOutcome { number, outcome } => format!("No. {number}: {outcome}"),
        Happening::WrongKey { number, key } => format!("No. {number}: the key {key} means nothing"),
        Happening::LateAttempt { number } => format!("No. {number} left although it was taken back"),
        Happening::Acknowledged { via: way } => format!("took it {}", via(*way)),
        Happening::AckRefused { via: way, why } => format!("was refused {}: {why}", via(*way)),
        Happening::StoodDown { agent } => format!("{} is told to stand down", name(agent)),
        Happening::Declined { via: way } => format!("declined {}", via(*way)),
        Happening::Escalated { via: way } => format!("went to the next step {}", via(*way)),
        Happening::CallbackStarted { agent } => format!("The callback by {} begins", name(agent)),
        Happening::CallbackTalk { seconds } => format!("They talked for {seconds} s"),
        Happening::CallbackFailed => "The customer was not reached".into(),
        Happening::CallbackDone { via: way } => format!("called back, said {}", via(*way)),
        Happening::CallbackReminder => "Reminded to call back".into(),
        Happening::CallbackOverdue => "Not called back in time: it is paged again".into(),
        Happening::CallerTold { what } => format!("The caller is told: {what}"),
        Happening::CallerNotTextable { why } => format!("The caller cannot be texted: {why}"),
        Happening::MethodDead { agent, method: by, why } => {
            format!("{} gets no {}s any more: {why}", name(agent), by.word())
        }
        Happening::ManagerTold { what } => format!("The manager is told: {what}"),
        Happening::HandedOver { to, via: way } => format!("handed it over to {} {}", name(to), via(*way)),
        Happening::PagedBesides { agent, via: way } => {
            format!("had {} paged as well {}", name(agent), via(*way))
        }
        Happening::Note { via, .. } => format!("noted{}", perhaps(*via)),
        Happening::Resolved { via: way } => format!("resolved it {}", via(*way)),
        Happening::Reopened => "It is open again".into(),
    }
}
