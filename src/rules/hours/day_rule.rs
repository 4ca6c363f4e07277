//! Which days a holiday falls on, as people write it: a date, a date of every year, a weekday counted within a month, or
//! days counted from Easter Sunday (of the Gregorian calendar), and a weekday after one of those. Dates are exactly as
//! named: nothing moves off a weekend.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Month, NaiveDate, Weekday};

use super::span::weekday;
use crate::rules::written::Misread;

/// The longest that a rule can take to name a day: 29 February as a given weekday, over the year 2100.
pub(super) const LONGEST_WAIT_DAYS: usize = 41 * 366;

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
    /// `Easter`, `2 days before Easter`, `39 days after Easter`: so many days after it, fewer than none before it.
    Easter { days: i64 },
}

/// Days before or after Easter: so many that the day is always one of the same year.
const MOST_FROM_EASTER: i64 = 80;

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

    /// The first such day, `from` itself or a later one; none if it never comes again.
    pub fn next(self, from: NaiveDate) -> Option<NaiveDate> {
        let first = match self.only_date() {
            Some(date) if date + Days::new(7) < from => return None,
            Some(date) => date.max(from),
            None => from,
        };
        first.iter_days().take(LONGEST_WAIT_DAYS).find(|date| self.is(*date))
    }

    /// The one date that can make it so, or the only base that it counts from; `None` if it comes again and again.
    pub(super) fn only_date(self) -> Option<NaiveDate> {
        match self.base {
            Base::Once(date) => Some(date),
            Base::Yearly { .. } | Base::Counted { .. } | Base::Easter { .. } => None,
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
            Base::Easter { days } => easter(date.year())
                .is_some_and(|sunday| date.signed_duration_since(sunday).num_days() == days),
        }
    }
}

/// Easter Sunday of a year, by the anonymous Gregorian computus (Meeus/Jones/Butcher).
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, in_century) = (year % 19, year / 100, year % 100);
    let leaps = (century / 4, century % 4);
    let skipped = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leaps.0 - skipped + 15) % 30;
    let weekday = (32 + 2 * leaps.1 + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let day = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(day / 31).ok()?, u32::try_from(day % 31 + 1).ok()?)
}

const FORMS: &str = "write 2026-12-24, 12-25, `4th Thursday of November`, `last Monday of May`, \
                     `Friday after 4th Thursday of November`, `Easter` or `2 days before Easter`";

impl FromStr for DayRule {
    type Err = Misread;
    fn from_str(text: &str) -> Result<DayRule, Misread> {
        let (then, base) = match text.split_once(" after ") {
            _ if from_easter(text).is_some() => (None, text),
            Some((day, base)) => (Some(weekday(day)?), base),
            None => (None, text),
        };
        let base = base.trim();
        let read =
            once(base).or_else(|| yearly(base)).or_else(|| counted(base)).or_else(|| from_easter(base));
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

fn from_easter(text: &str) -> Option<Base> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (count, sign) = match words[..] {
        ["easter"] | ["easter", "sunday"] => return Some(Base::Easter { days: 0 }),
        [count, "day" | "days", "after", "easter"] => (count, 1),
        [count, "day" | "days", "before", "easter"] => (count, -1),
        _ => return None,
    };
    let count: i64 = count.parse().ok()?;
    (1..=MOST_FROM_EASTER).contains(&count).then_some(Base::Easter { days: sign * count })
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
            Base::Easter { days: 0 } => write!(f, "Easter"),
            Base::Easter { days } => {
                let count = days.unsigned_abs();
                let side = if days < 0 { "before" } else { "after" };
                write!(f, "{count} {} {side} Easter", if count == 1 { "day" } else { "days" })
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
