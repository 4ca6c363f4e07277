//! A calendar that somebody else kept, read as shifts of a desk's agents: for a preview, and then for the rota to take
//! over, as a layer where it is a plain round robin ([`Import::layer`]) or as overrides ([`Import::overrides`]). Whatever
//! cannot be understood is listed with its reason and is not guessed at.

mod person;
mod turns;

use self::person::People;
use super::MOST_LEFT_OUT;
use super::event::{Events, between};
pub use super::event::{LeftOut, Why};
pub use super::source::{LARGEST, NoCalendar};
use crate::clock::Timestamp;
use crate::rules::desk::{AgentKey, Desk};
use crate::rules::zone::{Zone, ZoneBook};

/// The most shifts that come of it.
const MOST_SHIFTS: usize = 5_000;

/// What came of a calendar.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Import {
    /// In order of time; none of them is cut.
    pub shifts: Vec<Proposed>,
    /// Events that were not understood, each with why; the first of them, if there are very many.
    pub left_out: Vec<LeftOut>,
    /// What was looked at, as a calendar of its own from which the same comes: all that is needed to do it again.
    pub text: String,
}

/// A shift that a calendar proposes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposed {
    /// Who it seems to be.
    pub agent: AgentKey,
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
    /// What the event is called.
    pub summary: String,
}

/// Nothing came of a calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoImport {
    /// It cannot be read.
    #[error(transparent)]
    NoCalendar(#[from] NoCalendar),
    /// Too many shifts come of it.
    #[error("more than {MOST_SHIFTS} shifts would come of it: choose a shorter time")]
    TooManyShifts,
}

/// What a calendar says of the desk's agents from `from` to `to`. Times without a zone are of `zone`'s wall clock.
pub fn read(
    text: &str,
    (from, to): (Timestamp, Timestamp),
    desk: &Desk,
    zone: Zone,
    book: &ZoneBook,
) -> Result<Import, NoImport> {
    let source = between(text, (from, to), book)?;
    let events = Events::of(&source, zone, book);
    let people = People::of(desk);
    let mut import = Import { left_out: events.unread(), text: source.text(), ..Import::default() };
    for event in events.all() {
        let times = match event.times((from, to)) {
            // Whose it was does not matter.
            Ok(times) if times.is_empty() => continue,
            times => times.and_then(|times| Ok((people.meant(&event)?, times))),
        };
        let left_out = match times {
            Ok((agent, times)) => {
                let summary = event.summary();
                let mut left_out = times.skipped;
                for (from, to) in times.spans {
                    // A rota's times are of its wall clock, where each stands for the first of the two.
                    if [from, to].into_iter().any(|at| book.repeats(zone, at).is_some()) {
                        let starts = book.to_local(zone, from).format("%Y%m%dT%H%M%S%z").to_string();
                        left_out.push(LeftOut { starts, ..event.left_out(Why::Twice) });
                    } else {
                        let (agent, summary) = (agent.clone(), summary.clone());
                        import.shifts.push(Proposed { agent, from, to, summary });
                    }
                }
                left_out
            }
            Err(why) => vec![event.left_out(why)],
        };
        let room = MOST_LEFT_OUT.saturating_sub(import.left_out.len());
        import.left_out.extend(left_out.into_iter().take(room));
        if import.shifts.len() > MOST_SHIFTS {
            return Err(NoImport::TooManyShifts);
        }
    }
    import
        .shifts
        .sort_by(|one, other| (one.from, one.to, &one.agent).cmp(&(other.from, other.to, &other.agent)));
    import.shifts.dedup();
    Ok(import)
}

#[cfg(test)]
mod tests;
