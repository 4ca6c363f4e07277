//! Instants at which calls are played: what the calendars of desks say of them, so that no scenario has to take the hour
//! of the day for granted.
//!
//! ```toml
//! [[at]]
//! about = "Christmas Day, 3:00 at night"
//! desk = "desks/reservations.toml"
//! instant = "2026-12-25T03:00:00-05:00"
//! clock = "on_call"                      # what the desk's calendar must say
//! ```

use serde::Deserialize;

use crate::clock::Timestamp;
use crate::rules::flow::DeskClock;
use crate::rules::hours::{Calendar, DeskState};
use crate::rules::source::{Problem, Source};
use crate::rules::zone::ZoneBook;

/// An instant, and what a desk's calendar says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    /// What is special about it.
    pub about: String,
    /// What the calendar says.
    pub clock: DeskClock,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    at: Vec<At>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    about: String,
    desk: String,
    instant: String,
    clock: DeskClock,
}

impl From<DeskState> for DeskClock {
    fn from(state: DeskState) -> DeskClock {
        match state {
            DeskState::Support { .. } => DeskClock::Support,
            DeskState::OnCall { .. } => DeskClock::OnCall,
            DeskState::Closed { .. } => DeskClock::Closed,
        }
    }
}

/// Reads instants and asks the calendars of the desks that they name: the instants, or everything that is otherwise than
/// they say, with its line.
pub fn instants(
    text: &str,
    calendar: impl Fn(&str) -> Result<Calendar, String>,
    book: &ZoneBook,
) -> Result<Vec<Instant>, Vec<Problem>> {
    let source = Source::parse(text).map_err(|problem| vec![problem])?;
    let file: File = source.decode().map_err(|problem| vec![problem])?;
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (at, index) in file.at.into_iter().zip(0usize..) {
        let index = index.to_string();
        let mut note = |part: &str, what: String, remedy: &str| {
            problems.push(source.problem(&["at", &index, part], what, remedy));
        };
        let calendar = match calendar(&at.desk) {
            Ok(calendar) => calendar,
            Err(why) => {
                note("desk", why, "name a desk file, beside this one");
                continue;
            }
        };
        let Ok(instant) = chrono::DateTime::parse_from_rfc3339(&at.instant) else {
            let what = format!("`{}` is no instant", at.instant);
            note("instant", what, "write it like 2026-12-25T03:00:00-05:00");
            continue;
        };
        let clock = DeskClock::from(calendar.state_at(book, Timestamp::from_chrono(instant.to_utc())));
        if clock == at.clock {
            found.push(Instant { about: at.about, clock });
        } else {
            let what = format!("the calendar says {clock:?} of {}, not {:?}", at.about, at.clock);
            note("clock", what, "correct the desk's hours, or what is expected here");
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}
