//! How a ticket stands, in a few words: who has it or who is asked, what comes next and when, whose phone is ringing.

use std::collections::BTreeSet;

use crate::rules::bridge::Stage;
use crate::rules::case::Case;
use crate::rules::desk::Desk;
use crate::rules::escalation::{Phase, Place};
use crate::rules::page::{Attempt, AttemptState, Ending, PageKind, PageState, Purpose};
use crate::rules::people::AgentKey;
use crate::rules::policy::{MethodKind, Policy};
use crate::rules::ticket::TicketState;
use crate::web::ui::moments::{Shown, Wall};

/// How urgent it is to look at it: the order of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::web) enum Tone {
    /// Nobody has it.
    Alarm,
    /// Somebody has it, and the caller waits to be called.
    Held,
    /// The caller was called back.
    Calm,
    /// It is over.
    Over,
}

impl Tone {
    /// As the style knows it.
    pub(in crate::web) fn name(self) -> &'static str {
        match self {
            Tone::Alarm => "alarm",
            Tone::Held => "held",
            Tone::Calm => "calm",
            Tone::Over => "over",
        }
    }
}

/// What time alone brings next.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web) struct Deadline {
    pub(in crate::web) what: &'static str,
    pub(in crate::web) at: Shown,
}

/// Somebody who was paged, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web) struct Asked {
    pub(in crate::web) name: String,
    pub(in crate::web) words: String,
}

/// How a ticket stands.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web) struct Standing {
    pub(in crate::web) tone: Tone,
    pub(in crate::web) words: String,
    pub(in crate::web) since: Option<Shown>,
    pub(in crate::web) deadline: Option<Deadline>,
    /// Whose phone does what at this moment.
    pub(in crate::web) phones: Vec<String>,
    /// In the order in which they were paged.
    pub(in crate::web) asked: Vec<Asked>,
}

impl Standing {
    /// By what is known of it.
    pub(in crate::web) fn of(case: &Case, desk: &Desk, wall: &Wall<'_>) -> Standing {
        let run = case.escalation.as_ref().map(|run| &run.phase);
        let name = |agent| desk.name_of(agent);
        let waits = |what, at| Some(Deadline { what, at: wall.shown(at) });
        let plain = |tone, words: &str| (tone, words.to_owned(), None, None);
        let (tone, words, since, deadline) = match (&case.ticket.state, run) {
            (TicketState::Resolved, _) => plain(Tone::Over, "Resolved"),
            (TicketState::Merged { .. }, _) => plain(Tone::Over, "Carried on by another ticket"),
            (TicketState::Abandoned, None) => plain(Tone::Over, "The caller hung up before saying anything"),
            (_, None) if case.ticket.provisional => plain(Tone::Alarm, "The caller is on the line"),
            (_, None) => plain(Tone::Calm, "Waits for the support hours"),
            (_, Some(Phase::Waiting { page_at })) => {
                (Tone::Alarm, "Nobody is paged yet".into(), None, waits("first page", *page_at))
            }
            (_, Some(Phase::Paging { place, until })) => {
                (Tone::Alarm, step(policy_of(desk, case), *place), None, waits("next step", *until))
            }
            (_, Some(Phase::Acknowledged { by, at, limit, reminded, .. })) => {
                let connecting = case.bridge.as_ref().map(|bridge| (name(&bridge.agent), bridge.stage));
                let words = match connecting {
                    Some((who, Stage::Agent)) => format!("{who} is being called to be connected"),
                    Some((who, Stage::Customer)) => format!("{who} is calling the customer"),
                    None => format!("{} has it and has not called back", name(by)),
                };
                let next = if *reminded { "paged again" } else { "reminder" };
                // Nobody is reminded while he is being put through.
                let deadline = if case.bridge.is_none() { waits(next, *limit) } else { None };
                (Tone::Held, words, Some(wall.shown(*at)), deadline)
            }
            (_, Some(Phase::CalledBack { by, at, .. })) => {
                (Tone::Calm, format!("{} has it and has called back", name(by)), Some(wall.shown(*at)), None)
            }
            (_, Some(Phase::Ended)) => plain(Tone::Over, "No emergency any more"),
        };
        let ringing = case.attempts.iter().filter(|attempt| attempt.is_ringing(wall.now));
        Standing {
            tone,
            words,
            since,
            deadline,
            phones: ringing.map(|attempt| phone(&name(&attempt.agent), attempt)).collect(),
            asked: asked(case, desk),
        }
    }

    /// Its place on a board: what nobody has comes first, and of that what has waited longest; of the rest, what is due
    /// next.
    pub(in crate::web) fn urgency(&self, case: &Case) -> (Tone, u8, i64) {
        let due = self.deadline.as_ref().map_or(i64::MAX, |deadline| deadline.at.millis);
        let urgency = if self.tone == Tone::Alarm { case.ticket.opened_at.0 } else { due };
        (self.tone, case.ticket.severity.into(), urgency)
    }
}

fn policy_of<'a>(desk: &'a Desk, case: &Case) -> Option<&'a Policy> {
    desk.line(&case.ticket.line).and_then(|line| desk.policy_of(line)).or(desk.policies.first())
}

fn step(policy: Option<&Policy>, place: Place) -> String {
    let (steps, cycles) = policy.map_or((0, 0), |policy| (policy.steps.len(), policy.cycles));
    if place.is_last_resort(steps) {
        return "Nobody has it: the last resort is being paged".into();
    }
    let cycle = if cycles > 1 { format!(", cycle {} of {cycles}", place.cycle) } else { String::new() };
    format!("Nobody has it: step {} of {steps}{cycle}", place.step + 1)
}

fn phone(name: &str, attempt: &Attempt) -> String {
    match (&attempt.state, attempt.purpose) {
        (AttemptState::Reached { .. }, Purpose::Page(_)) => {
            format!("{name} has picked up and hears the page")
        }
        (AttemptState::Reached { .. }, Purpose::Callback) => format!("{name} has picked up"),
        _ => format!("{name}’s phone is ringing"),
    }
}

/// Whoever was paged in this run, and what came of his newest text and call.
fn asked(case: &Case, desk: &Desk) -> Vec<Asked> {
    let since = case.escalation.as_ref().map_or(case.ticket.opened_at, |run| run.since);
    let of_page =
        |attempt: &&Attempt| matches!(attempt.purpose, Purpose::Page(_)) && attempt.asked_at >= since;
    let mut seen = BTreeSet::new();
    let pages = case.pages.iter().filter(|page| page.kind == PageKind::Emergency);
    let agents: Vec<_> = pages.map(|page| &page.agent).filter(|agent| seen.insert(*agent)).collect();
    let words = |agent: &AgentKey| {
        let newest = |method| {
            let mut his = case.attempts.iter().filter(of_page);
            his.rfind(|attempt| attempt.agent == *agent && attempt.method == method)
        };
        let mut words: Vec<String> =
            [MethodKind::Sms, MethodKind::Voice].into_iter().filter_map(newest).map(attempt_words).collect();
        let last = case.pages.iter().rfind(|page| page.agent == *agent).map(|page| page.state);
        if last == Some(PageState::Declined) {
            words.push("declined".into());
        }
        words.join(", ")
    };
    let asked = agents.into_iter().map(|agent| Asked { name: desk.name_of(agent), words: words(agent) });
    asked.filter(|asked| !asked.words.is_empty()).collect()
}

fn attempt_words(attempt: &Attempt) -> String {
    let (text, call) = match &attempt.state {
        AttemptState::Asked => ("is leaving", "is leaving"),
        AttemptState::Unknown { .. } => ("perhaps sent", "perhaps placed"),
        AttemptState::Accepted { .. } => ("sent", "ringing"),
        AttemptState::Reached { .. } => ("delivered", "answered"),
        AttemptState::Ended(Ending::Completed) => ("delivered", "answered, no key"),
        AttemptState::Ended(Ending::Busy) => ("failed", "busy"),
        AttemptState::Ended(Ending::NoAnswer) => ("failed", "not answered"),
        AttemptState::Ended(Ending::Failed) => ("failed", "failed"),
        AttemptState::Ended(Ending::Withdrawn) => ("taken back", "ended by us"),
    };
    let became = if attempt.method == MethodKind::Sms { text } else { call };
    format!("{} {became}", attempt.method.word())
}
