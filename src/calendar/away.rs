//! A calendar that somebody keeps, read as the times at which he is away: whatever it says that he is busy with, unless
//! whole days alone are to count. What it says that he is free at does not count, nor what was called off.

use super::MOST_LEFT_OUT;
use super::event::{Events, between};
pub use super::event::{LeftOut, Why};
pub use super::source::{LARGEST, NoCalendar};
use crate::clock::Timestamp;
use crate::rules::cover::Span;
use crate::rules::zone::{Zone, ZoneBook};

/// The most absences that come of it.
const MOST_ABSENCES: usize = 1_000;

/// What came of a calendar.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Away {
    /// In order of time; none of them is cut.
    pub absences: Vec<Absence>,
    /// Events that do not count, each with why; the first of them, if there are very many.
    pub left_out: Vec<LeftOut>,
}

/// A time at which he is away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Absence {
    /// When.
    pub span: Span,
    /// What the event is called.
    pub summary: String,
}

/// What of a calendar counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counts {
    /// Whatever it says that he is busy with.
    Busy,
    /// Of that, what lasts a day or longer.
    WholeDays,
}

/// Nothing came of a calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAway {
    /// It cannot be read.
    #[error(transparent)]
    NoCalendar(#[from] NoCalendar),
    /// Too many absences come of it.
    #[error(
        "more than {MOST_ABSENCES} absences would come of it: let only whole days count, or give a calendar of absences"
    )]
    TooMany,
}

impl Away {
    /// The times alone, those that overlap or touch as one.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for Absence { span, .. } in &self.absences {
            match spans.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => spans.push(*span),
            }
        }
        spans
    }
}

/// When a calendar says that somebody is away from `from` to `to`. Days, and times without a zone, are of `zone`'s wall
/// clock.
pub fn read(
    text: &str,
    (from, to): (Timestamp, Timestamp),
    counts: Counts,
    zone: Zone,
    book: &ZoneBook,
) -> Result<Away, NotAway> {
    let source = between(text, (from, to), book)?;
    let events = Events::of(&source, zone, book);
    let mut away = Away { left_out: events.unread(), ..Away::default() };
    for event in events.all() {
        let times = match event.times((from, to)) {
            Ok(times) if times.is_empty() => continue,
            Ok(_) if event.is_free() => Err(Why::Free),
            Ok(_) if counts == Counts::WholeDays && !event.is_of_whole_days() => Err(Why::Short),
            times => times,
        };
        let left_out = match times {
            Ok(times) => {
                let summary = event.summary();
                let absence = |(from, to)| Absence { span: Span { from, to }, summary: summary.clone() };
                away.absences.extend(times.spans.into_iter().map(absence));
                times.skipped
            }
            Err(why) => vec![event.left_out(why)],
        };
        let room = MOST_LEFT_OUT.saturating_sub(away.left_out.len());
        away.left_out.extend(left_out.into_iter().take(room));
        if away.absences.len() > MOST_ABSENCES {
            return Err(NotAway::TooMany);
        }
    }
    away.absences.sort_by_key(|absence| (absence.span.from, absence.span.to));
    away.absences.dedup();
    Ok(away)
}

#[cfg(test)]
mod tests;
