//! Which days a holiday falls on, as people write it: a date, a date of every year, or a weekday counted within a month,
//! and a weekday after one of those. Dates are exactly as named: nothing moves off a weekend.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Month, NaiveDate, Weekday};

use super::span::weekday;
use crate::rules::written::Misread;

/// A rule for days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct DayRule {
    /// The day itself, or the one that `then` counts from.
    base: Base,
    /// The first such weekday after the base day, if given.
    then: Option<Weekday>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
enum Base {
    /// `2026-12-24`.
    Once(NaiveDate),
    /// `12-25`; 02-29 in leap years alone.
    Yearly { month: u32, day: u32 },
    /// `4th Thursday of November`; `last` counts from the month's end.
    Counted { nth: Nth, weekday: Weekday, month: u32 },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
enum Nth {
    /// 1 to 5; a month without a fifth has none.
    FromStart(u32),
    Last,
}

impl DayRule {
    /// Whether `date` is such a day.
    pub fn is(self, date: NaiveDate) -> bool {
        match self.then {
            None => self.base.is(date),
            Some(weekday) => {
                date.weekday() == weekday
                    && (1..=7).any(|back| {
                        date.checked_sub_days(Days::new(back)).is_some_and(|day| self.base.is(day))
                    })
            }
        }
    }

    /// The one date that can make it so, or the only base that it counts from; `None` if it comes again and again.
    pub(super) fn only_date(self) -> Option<NaiveDate> {
        match self.base {
            Base::Once(date) => Some(date),
            Base::Yearly { .. } | Base::Counted { .. } => None,
        }
    }
}

impl Base {
    fn is(self, date: NaiveDate) -> bool {
        match self {
            Base::Once(day) => date == day,
            Base::Yearly { month, day } => date.month() == month && date.day() == day,
            Base::Counted { nth, weekday, month } => {
                date.month() == month
                    && date.weekday() == weekday
                    && match nth {
                        Nth::FromStart(nth) => date.day0() / 7 + 1 == nth,
                        Nth::Last => date.day() + 7 > u32::from(date.num_days_in_month()),
                    }
            }
        }
    }
}

const FORMS: &str = "write 2026-12-24, 12-25, `4th Thursday of November`, `last Monday of May` or \
                     `Friday after 4th Thursday of November`";

impl FromStr for DayRule {
    type Err = Misread;
    fn from_str(text: &str) -> Result<DayRule, Misread> {
        let (then, base) = match text.split_once(" after ") {
            Some((day, base)) => (Some(weekday(day)?), base),
            None => (None, text),
        };
        let base = base.trim();
        let read = once(base).or_else(|| yearly(base)).or_else(|| counted(base));
        Ok(DayRule { base: read.ok_or_else(|| Misread::new(text, "no day", FORMS))?, then })
    }
}

fn once(text: &str) -> Option<Base> {
    text.parse().ok().map(Base::Once)
}

fn yearly(text: &str) -> Option<Base> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // A leap year knows every day of a year.
    NaiveDate::from_ymd_opt(2024, month, day)?;
    Some(Base::Yearly { month, day })
}

fn counted(text: &str) -> Option<Base> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [nth, day, "of", month] = words[..] else { return None };
    let nth = match nth.to_lowercase().as_str() {
        "1st" | "first" => Nth::FromStart(1),
        "2nd" | "second" => Nth::FromStart(2),
        "3rd" | "third" => Nth::FromStart(3),
        "4th" | "fourth" => Nth::FromStart(4),
        "5th" | "fifth" => Nth::FromStart(5),
        "last" => Nth::Last,
        _ => return None,
    };
    let month: Month = month.parse().ok()?;
    Some(Base::Counted { nth, weekday: weekday(day).ok()?, month: month.number_from_month() })
}

impl fmt::Display for DayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(weekday) = self.then {
            write!(f, "{} after ", full_name(weekday))?;
        }
        match self.base {
            Base::Once(date) => write!(f, "{date}"),
            Base::Yearly { month, day } => write!(f, "{month:02}-{day:02}"),
            Base::Counted { nth, weekday, month } => {
                let nth = match nth {
                    Nth::FromStart(1) => "1st",
                    Nth::FromStart(2) => "2nd",
                    Nth::FromStart(3) => "3rd",
                    Nth::FromStart(4) => "4th",
                    Nth::FromStart(_) => "5th",
                    Nth::Last => "last",
                };
                let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
                write!(f, "{nth} {} of {}", full_name(weekday), month.map_or("", |month| month.name()))
            }
        }
    }
}

fn full_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
