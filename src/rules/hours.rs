//! When a desk is there: support hours, the on-call window, holidays, and arithmetic in business time. Pure; written
//! times are those of the desk's wall clock, and every conversion is the [`super::zone::ZoneBook`]'s.
//!
//! - In support hours the desk answers; outside them, within the on-call window, somebody can be paged; else it is
//!   closed. A desk without a window is on call at every instant outside its support hours.
//! - A holiday takes the place of the whole day's support hours, midnight to midnight: a stretch that ran into it from
//!   the evening before stops at midnight. It leaves the on-call window alone unless it lists its own.
//! - Where two holidays fall on one day, the first that is listed counts.
//! - What a manager declares for a while goes before all of it. How the desk is met is told by [`Met`] alone.

mod business;
mod day_rule;
pub mod exception;
pub mod public;
mod span;
mod state;
mod written;
mod year;

use serde::{Deserialize, Serialize};

pub use day_rule::DayRule;
pub use exception::{Declared, Exception, ExceptionId, Exceptions, Met};
pub use span::{DaySpan, WeeklySpan, by_weekday, weekly};
pub(crate) use span::{hold, next_edge, weekday};
pub use state::{Cover, Covered, DeskState};
pub use written::{WrittenCalendar, WrittenHoliday, WrittenWeek};
pub use year::{CalendarDay, Concern, Stretch};

use super::zone::Zone;

/// The hours of a desk. In files and JSON it is a [`WrittenCalendar`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenCalendar", into = "WrittenCalendar")]
pub struct Calendar {
    /// The zone of the desk's wall clock.
    pub zone: Zone,
    /// When the desk answers; none if it never does.
    pub support: Vec<WeeklySpan>,
    /// When somebody can be paged outside the support hours; `None` means always.
    pub on_call: Option<Vec<WeeklySpan>>,
    /// Days with support hours of their own.
    pub holidays: Vec<Holiday>,
}

/// A day with support hours of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// What people call it.
    pub name: String,
    /// Which days it falls on.
    pub date: DayRule,
    /// The support hours of such a day; none if it is closed.
    pub hours: Vec<DaySpan>,
    /// The on-call window of such a day; `None` leaves it as on any other day.
    pub on_call: Option<Vec<DaySpan>>,
}

#[cfg(test)]
mod tests;
