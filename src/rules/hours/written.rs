//! The hours of a desk as a person writes them in a desk file:
//!
//! ```toml
//! [hours]
//! zone = "America/New_York"
//! support = ["Mon-Fri 09:00-20:00", "Sat 10:00-18:00"]
//! on_call = ["Mon-Sun 08:00-20:00"] # without it, always outside the support hours
//!
//! [[hours.holiday]]
//! name = "Thanksgiving"
//! date = "4th Thursday of November"
//! closed = true # or hours = ["10:00-18:00"]
//! on_call = ["00:00-24:00"] # without it, as on any other day
//! ```

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Calendar, DayRule, DaySpan, Holiday, WeeklySpan};
use crate::rules::written::{Fault, Faults, Moment, in_one_text};
use crate::rules::zone::Zone;

/// The hours of a desk before they are read: texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskHours)]
pub struct WrittenCalendar {
    /// An IANA zone name.
    pub zone: String,
    /// Weekly stretches.
    #[serde(default)]
    pub support: Vec<String>,
    /// Weekly stretches; left out, the desk is on call whenever it does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<Vec<String>>,
    /// Days with support hours of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holiday: Vec<WrittenHoliday>,
}

/// A holiday before it is read: texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Holiday)]
pub struct WrittenHoliday {
    /// What people call it.
    pub name: String,
    /// A date or a rule.
    pub date: Moment,
    /// Whether the desk does not answer at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Stretches of the day in which it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<String>>,
    /// Stretches of the day in which somebody can be paged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<Vec<String>>,
}

/// The hours of every week, without the holidays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WeekHours)]
pub struct WrittenWeek {
    /// An IANA zone name.
    pub zone: String,
    /// Weekly stretches.
    #[serde(default)]
    pub support: Vec<String>,
    /// Weekly stretches; left out, the desk is on call whenever it does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<Vec<String>>,
}

impl WrittenWeek {
    /// The same in our own words, so that two that mean the same can be compared; as it is, if it cannot be read.
    pub fn plain(&self) -> WrittenWeek {
        self.read().map_or_else(|_| self.clone(), |week| WrittenWeek::from(&week))
    }

    /// A calendar without holidays, or everything that is wrong with it.
    pub fn read(&self) -> Result<Calendar, Vec<Fault>> {
        let WrittenWeek { zone, support, on_call } = self.clone();
        WrittenCalendar { zone, support, on_call, holiday: Vec::new() }.read()
    }
}

impl From<&Calendar> for WrittenWeek {
    fn from(calendar: &Calendar) -> WrittenWeek {
        WrittenWeek {
            zone: calendar.zone.to_string(),
            support: texts(&calendar.support),
            on_call: calendar.on_call.as_deref().map(texts),
        }
    }
}

impl WrittenCalendar {
    /// The calendar, or everything that is wrong with it; paths begin below `[hours]`.
    pub fn read(&self) -> Result<Calendar, Vec<Fault>> {
        let mut faults = Faults::default();
        let zone = faults.take(&["zone"], self.zone.parse::<Zone>());
        let support = faults.take_each(&["support"], &self.support, str::parse::<WeeklySpan>);
        let on_call = self
            .on_call
            .as_ref()
            .map(|window| faults.take_each(&["on_call"], window, str::parse::<WeeklySpan>));
        if self.support.is_empty() && on_call.as_ref().is_some_and(Vec::is_empty) {
            faults.note(
                &["on_call"],
                "nobody is ever there: there are neither support hours nor an on-call window",
                "list the hours, or leave `on_call` out to be on call at all times",
            );
        }
        let mut holidays = Vec::with_capacity(self.holiday.len());
        for (index, holiday) in self.holiday.iter().enumerate() {
            match holiday.read() {
                Ok(holiday) => holidays.push(holiday),
                Err(within) => faults.note_within(&["holiday", &index.to_string()], within),
            }
        }
        faults.finish(zone.map(|zone| Calendar { zone, support, on_call, holidays }))
    }
}

impl WrittenHoliday {
    /// The same in our own words, so that two that mean the same can be compared; as it is, if it cannot be read.
    pub fn plain(&self) -> WrittenHoliday {
        self.read().map_or_else(|_| self.clone(), WrittenHoliday::from)
    }

    /// The holiday, or everything that is wrong with it.
    pub fn read(&self) -> Result<Holiday, Vec<Fault>> {
        let mut faults = Faults::default();
        let date = faults.take(&["date"], self.date.0.parse::<DayRule>());
        let listed = self.hours.as_deref().unwrap_or_default();
        let hours = faults.take_each(&["hours"], listed, str::parse::<DaySpan>);
        let on_call =
            self.on_call.as_ref().map(|window| faults.take_each(&["on_call"], window, str::parse::<DaySpan>));
        if self.closed != listed.is_empty() {
            let (part, what) = if self.closed {
                ("closed", "the day is closed and has hours")
            } else {
                ("name", "the day is neither closed nor has hours")
            };
            faults.note(&[part], what, "write either `closed = true` or `hours = [\"10:00-18:00\"]`");
        }
        faults.finish(date.map(|date| Holiday { name: self.name.clone(), date, hours, on_call }))
    }
}

impl TryFrom<WrittenCalendar> for Calendar {
    type Error = String;
    fn try_from(written: WrittenCalendar) -> Result<Calendar, String> {
        written.read().map_err(in_one_text)
    }
}

impl From<Calendar> for WrittenCalendar {
    fn from(calendar: Calendar) -> WrittenCalendar {
        let WrittenWeek { zone, support, on_call } = WrittenWeek::from(&calendar);
        let holiday = calendar.holidays.into_iter().map(WrittenHoliday::from).collect();
        WrittenCalendar { zone, support, on_call, holiday }
    }
}

impl From<Holiday> for WrittenHoliday {
    fn from(holiday: Holiday) -> WrittenHoliday {
        WrittenHoliday {
            name: holiday.name,
            date: Moment(holiday.date.to_string()),
            closed: holiday.hours.is_empty(),
            hours: (!holiday.hours.is_empty()).then(|| texts(&holiday.hours)),
            on_call: holiday.on_call.as_deref().map(texts),
        }
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}
