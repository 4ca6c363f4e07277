//! Which promises were kept, and why not the others. The clock and the amount are the desk's, as its file says them now,
//! for the severity that the ticket has now: an emergency that an agent lowered is held to the lower one's rules.
//!
//! - **response**: a person spoke with the caller (called back, at the latest resolved; by day, the transfer was
//!   answered), by the severity's response target from the call on;
//! - **callback**: who took an emergency called back within the desk's callback limit;
//! - **resolution**: it was resolved, by the severity's resolution target from the call on.

use super::{Facts, Record};
use crate::clock::Timestamp;
use crate::rules::desk::{Desk, ResponseTarget, SeverityRule};
use crate::rules::zone::ZoneBook;

/// What became of a promise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// There was none.
    #[default]
    None,
    /// There is time yet.
    Running {
        /// Until then.
        due: Timestamp,
    },
    /// It was kept.
    Kept {
        /// By when it was to be.
        due: Timestamp,
        /// When it was.
        at: Timestamp,
    },
    /// It was not.
    Missed {
        /// By when it was to be.
        due: Timestamp,
        /// When it was done after all.
        at: Option<Timestamp>,
        /// Why.
        why: Reason,
    },
}

impl Verdict {
    /// The word for it in files and the API; empty if there was no promise.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::None => "",
            Verdict::Running { .. } => "running",
            Verdict::Kept { .. } => "kept",
            Verdict::Missed { .. } => "missed",
        }
    }

    /// By when it is to be kept.
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Verdict::None => None,
            Verdict::Running { due } | Verdict::Kept { due, .. } | Verdict::Missed { due, .. } => Some(*due),
        }
    }

    /// Why it was not kept.
    pub fn why(&self) -> Option<&Reason> {
        match self {
            Verdict::Missed { why, .. } => Some(why),
            _ => None,
        }
    }

    fn of(due: Timestamp, done: Option<Timestamp>, now: Timestamp, why: impl FnOnce() -> Reason) -> Verdict {
        match done {
            Some(at) if at <= due => Verdict::Kept { due, at },
            None if now <= due => Verdict::Running { due },
            at => Verdict::Missed { due, at, why: why() },
        }
    }
}

/// Why a promise was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody was to be paged before then: the desk was closed.
    Closed {
        /// When the page left.
        until: Timestamp,
    },
    /// No step of the policy found anybody.
    NobodyOnCall,
    /// Those who were asked did not take it in time.
    NobodyAnswered {
        /// When somebody did.
        until: Option<Timestamp>,
    },
    /// It was no emergency, so nobody was asked, and nobody took it up.
    NobodyTookItUp,
    /// There was no number to call back.
    NoNumber,
    /// The caller did not pick up.
    NotReached {
        /// How often he was tried in time.
        tries: usize,
    },
    /// Somebody had it in time, and called too late.
    CalledBackLate,
    /// Somebody had it in time, and did not call.
    NotCalledBack,
    /// It took longer.
    NotResolved,
}

impl Reason {
    /// The word for it in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::Closed { .. } => "closed",
            Reason::NobodyOnCall => "nobody_on_call",
            Reason::NobodyAnswered { .. } => "nobody_answered",
            Reason::NobodyTookItUp => "nobody_took_it_up",
            Reason::NoNumber => "no_number",
            Reason::NotReached { .. } => "not_reached",
            Reason::CalledBackLate => "called_back_late",
            Reason::NotCalledBack => "not_called_back",
            Reason::NotResolved => "not_resolved",
        }
    }

    /// What all of its kind have in common, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Reason::Closed { .. } => "the desk was closed",
            Reason::NobodyOnCall => "nobody was on call",
            Reason::NobodyAnswered { .. } => "nobody answered in time",
            Reason::NobodyTookItUp => "nobody took it up",
            Reason::NoNumber => "there was no number to call back",
            Reason::NotReached { .. } => "the caller was not reached",
            Reason::CalledBackLate => "taken in time, called back late",
            Reason::NotCalledBack => "taken in time, not called back",
            Reason::NotResolved => "not resolved in time",
        }
    }

    /// In words, with instants as `told` tells them.
    pub fn words(&self, told: impl Fn(Timestamp) -> String) -> String {
        match self {
            Reason::Closed { until } => format!("the desk was closed until {}", told(*until)),
            Reason::NobodyAnswered { until: Some(until) } => {
                format!("nobody answered until {}", told(*until))
            }
            Reason::NobodyAnswered { until: None } => "nobody has answered".into(),
            Reason::NotReached { tries: 1 } => "the caller was not reached, at one try".into(),
            Reason::NotReached { tries } => format!("the caller was not reached, at {tries} tries"),
            other => other.kind().into(),
        }
    }
}

pub(super) fn response(record: &Record, desk: &Desk, book: &ZoneBook, now: Timestamp) -> Verdict {
    let Some(due) = promised(record, desk, book, |rule| rule.response) else { return Verdict::None };
    let facts = &record.facts;
    let called_back = facts.called_back.as_ref().map(|deed| deed.at);
    let resolved = facts.resolved.as_ref().map(|resolution| resolution.at);
    let done = [called_back, resolved, facts.transferred_at].into_iter().flatten().min();
    Verdict::of(due, done, now, || why_no_response(facts, due, done))
}

pub(super) fn callback(record: &Record, desk: &Desk, _: &ZoneBook, now: Timestamp) -> Verdict {
    let facts = &record.facts;
    let taken = facts.acked.as_ref().filter(|_| is_judged(record) && facts.emergency_at.is_some());
    let Some(taken) = taken else { return Verdict::None };
    let due = taken.at + desk.limits.callback_limit.duration();
    let done = facts.called_back.as_ref().map(|deed| deed.at);
    // By the word of who had it, no call was needed any more.
    let ends = [
        facts.downgraded.as_ref().filter(|downgrade| downgrade.by.is_some()).map(|downgrade| downgrade.at),
        facts.resolved.as_ref().map(|deed| deed.at),
    ];
    let ended = ends.into_iter().flatten().min();
    if done.is_none() && ended.is_some_and(|at| at <= due) {
        return Verdict::None;
    }
    Verdict::of(due, done, now, || why_no_callback(facts, due, done))
}

pub(super) fn resolution(record: &Record, desk: &Desk, book: &ZoneBook, now: Timestamp) -> Verdict {
    let Some(due) = promised(record, desk, book, |rule| rule.resolution) else { return Verdict::None };
    let done = record.facts.resolved.as_ref().map(|deed| deed.at);
    Verdict::of(due, done, now, || Reason::NotResolved)
}

/// Whether anything was promised at all: not to who hung up without a word, nor twice for what was joined.
fn is_judged(record: &Record) -> bool {
    let silent = record.facts.abandoned && record.facts.emergency_at.is_none();
    record.state != "merged" && !silent
}

fn promised(
    record: &Record,
    desk: &Desk,
    book: &ZoneBook,
    which: fn(&SeverityRule) -> Option<ResponseTarget>,
) -> Option<Timestamp> {
    let target = which(desk.severity(record.severity)?)?;
    let due = is_judged(record).then(|| target.due(&desk.hours, book, record.opened_at))?;
    (due != Timestamp::NEVER).then_some(due)
}

fn why_no_response(facts: &Facts, due: Timestamp, done: Option<Timestamp>) -> Reason {
    let acked = facts.acked.as_ref().map(|deed| deed.at);
    let asked = facts.asked.values().min().copied();
    match (acked, asked) {
        (Some(acked), _) if acked <= due => why_no_callback(facts, due, done),
        _ if facts.emergency_at.is_none() => Reason::NobodyTookItUp,
        (_, asked)
            if facts.page_due.is_some_and(|page| page > due) && asked.is_none_or(|asked| asked > due) =>
        {
            Reason::Closed { until: facts.page_due.unwrap_or(due) }
        }
        (_, None) => Reason::NobodyOnCall,
        (until, Some(_)) => Reason::NobodyAnswered { until },
    }
}

fn why_no_callback(facts: &Facts, due: Timestamp, done: Option<Timestamp>) -> Reason {
    let tries = facts.unreached.iter().filter(|at| **at <= due).count();
    match done {
        _ if tries > 0 => Reason::NotReached { tries },
        None if facts.no_number => Reason::NoNumber,
        Some(_) => Reason::CalledBackLate,
        None => Reason::NotCalledBack,
    }
}
