//! How an event repeats (RRULE), as far as rotas and leave go: every so many days, weeks, months or years, on weekdays,
//! on days of the month, on the last of several days of it, so often or until a day.
//!
//! Answered by asking of each date that is looked at whether it is one: what began decades ago costs no more than what
//! begins today, and no rule, however written, can be searched for without an end. That, and that everything here is
//! wall-clock time, whose zone comes later, is why it is not left to a library, which walks from the first occurrence on.

use std::cell::Cell;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use super::Why;
use super::moment::Moment;
use crate::rules::zone::ZoneBook;

/// Where occurrences are counted, it is from no earlier than this before the time that is looked at.
const COUNTED_FROM: TimeDelta = TimeDelta::days(10 * 366);

/// What may be asked of dates for all the rules of a file: some thousand rules of a year, or some hundred of ten years.
const MOST_QUESTIONS: i64 = 30_000_000;

/// What may still be asked for a file's rules.
#[derive(Debug)]
pub(super) struct Budget(Cell<i64>);

impl Default for Budget {
    fn default() -> Budget {
        Budget(Cell::new(MOST_QUESTIONS))
    }
}

impl Budget {
    fn spend(&self, questions: i64) -> Result<(), Why> {
        let left = self.0.get() - questions;
        if left < 0 {
            return Err(Why::TooMuch);
        }
        self.0.set(left);
        Ok(())
    }
}

/// A rule of repetition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Rule {
    every: Every,
    interval: i64,
    ends: Ends,
    /// Weekdays; counted within the month, from its end if negative, where a number stands with them.
    weekdays: Vec<(Option<i64>, Weekday)>,
    /// Days of the month, from its end if negative.
    month_days: Vec<i64>,
    months: Vec<u32>,
    /// Which of the days of a month that fit count, from the last if negative; all if there is none.
    positions: Vec<i64>,
    week_starts: Weekday,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ends {
    Never,
    After(usize),
    /// No occurrence begins later.
    On(NaiveDateTime),
}

impl Rule {
    /// Of its text; `start` is the first occurrence, on whose wall clock everything else is.
    pub(super) fn read(text: &str, start: &Moment, book: &ZoneBook) -> Result<Rule, Why> {
        Rule::understood(text, start, book).ok_or(Why::Repeats)
    }

    fn understood(text: &str, start: &Moment, book: &ZoneBook) -> Option<Rule> {
        let mut every = None;
        let mut rule = Rule {
            every: Every::Day,
            interval: 1,
            ends: Ends::Never,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            positions: Vec::new(),
            week_starts: Weekday::Mon,
        };
        let text = text.trim().to_ascii_uppercase();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=')?;
            match name {
                "FREQ" => {
                    every = Some(match value {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return None,
                    });
                }
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|interval| (1..=10_000).contains(interval))?
                }
                "COUNT" => rule.ends = Ends::After(value.parse().ok()?),
                "UNTIL" => rule.ends = Ends::On(until(value, start, book)?),
                "BYDAY" => rule.weekdays = value.split(',').map(counted_weekday).collect::<Option<_>>()?,
                "BYMONTHDAY" => {
                    let days = value.split(',').map(|day| day.parse().ok());
                    rule.month_days = days.collect::<Option<_>>()?;
                }
                "BYMONTH" => {
                    let months = value.split(',').map(|month| month.parse().ok());
                    rule.months = months.collect::<Option<_>>()?;
                }
                "BYSETPOS" => {
                    let positions = value.split(',').map(|nth| nth.parse().ok().filter(|nth| *nth != 0));
                    rule.positions = positions.collect::<Option<_>>()?;
                }
                "WKST" => rule.week_starts = weekday(value)?,
                _ => return None,
            }
        }
        rule.every = every?;
        rule.is_plain().then_some(rule)
    }

    /// Whether it means what the parts say, each for itself: a weekday counted within a year, say, does not.
    fn is_plain(&self) -> bool {
        let is_counted = self.weekdays.iter().any(|(nth, _)| nth.is_some());
        let is_bare = self.weekdays.is_empty() && self.month_days.is_empty();
        // Days are counted within one month, if at all: of a year that is so where it names one month.
        let of_a_month = match self.every {
            Every::Month => true,
            Every::Year => self.months.len() == 1,
            Every::Day | Every::Week => false,
        };
        if !self.positions.is_empty() && (is_bare || !of_a_month) {
            return false;
        }
        match self.every {
            Every::Day => !is_counted,
            Every::Week => !is_counted && self.month_days.is_empty(),
            Every::Month => true,
            Every::Year => is_bare || !self.months.is_empty(),
        }
    }

    /// When occurrences begin, from `early` to `late`, the first one at `start`.
    pub(super) fn occurrences(
        &self,
        start: NaiveDateTime,
        (early, late): (NaiveDateTime, NaiveDateTime),
        budget: &Budget,
    ) -> Result<Vec<NaiveDateTime>, Why> {
        let (from, most) = match self.ends {
            Ends::After(count) if early - start > COUNTED_FROM && count > 0 => return Err(Why::Repeats),
            Ends::After(count) => (start, count),
            Ends::Never | Ends::On(_) => (start.max(early), usize::MAX),
        };
        let last = match self.ends {
            Ends::On(until) => late.min(until),
            Ends::Never | Ends::After(_) => late,
        };
        let days = (last.date() - from.date()).num_days().max(0) + 1;
        budget.spend(days.saturating_mul(self.questions()))?;
        let dates = from.date().iter_days().take_while(|date| *date <= last.date());
        let falls = dates.filter(|date| self.falls_on(*date, start.date())).take(most);
        let times = falls.map(|date| date.and_time(start.time()));
        Ok(times.filter(|time| (early..=last).contains(time)).collect())
    }

    /// How much there is to ask of a date, at the most.
    fn questions(&self) -> i64 {
        let lists = self.weekdays.len() + self.month_days.len() + self.months.len() + 1;
        let lists = i64::try_from(lists).unwrap_or(i64::MAX);
        match i64::try_from(self.positions.len()).unwrap_or(i64::MAX) {
            0 => lists,
            positions => lists.saturating_mul(31).saturating_add(positions),
        }
    }

    fn falls_on(&self, date: NaiveDate, start: NaiveDate) -> bool {
        let monday =
            |date: NaiveDate| date - Days::new(u64::from(date.weekday().days_since(self.week_starts)));
        let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        let passed = match self.every {
            Every::Day => (date - start).num_days(),
            Every::Week => (monday(date) - monday(start)).num_days() / 7,
            Every::Month => months(date) - months(start),
            Every::Year => i64::from(date.year() - start.year()),
        };
        passed % self.interval == 0
            && self.is_month(date, start)
            && self.is_day(date, start)
            && self.is_position(date, start)
    }

    /// Whether it counts among the days of its month that fit.
    fn is_position(&self, date: NaiveDate, start: NaiveDate) -> bool {
        if self.positions.is_empty() {
            return true;
        }
        let first = date.with_day(1).unwrap_or(date);
        let days = first.iter_days().take_while(|day| day.month() == date.month());
        let (mut before, mut after) = (0, 0);
        for day in days.filter(|day| self.is_day(*day, start)) {
            before += i64::from(day <= date);
            after += i64::from(day >= date);
        }
        self.positions.iter().any(|nth| *nth == before || *nth == -after)
    }

    fn is_month(&self, date: NaiveDate, start: NaiveDate) -> bool {
        match self.every {
            Every::Year if self.months.is_empty() => date.month() == start.month(),
            _ => self.months.is_empty() || self.months.contains(&date.month()),
        }
    }

    fn is_day(&self, date: NaiveDate, start: NaiveDate) -> bool {
        let length = i64::from(date.num_days_in_month());
        let day = i64::from(date.day());
        let weekday = |(nth, weekday): &(Option<i64>, Weekday)| {
            *weekday == date.weekday()
                && nth.is_none_or(|nth| match nth > 0 {
                    true => (day - 1) / 7 + 1 == nth,
                    false => -((length - day) / 7 + 1) == nth,
                })
        };
        let by_weekday = self.weekdays.is_empty() || self.weekdays.iter().any(weekday);
        let month_day = |nth: &i64| *nth == day || *nth == day - length - 1;
        let by_month_day = self.month_days.is_empty() || self.month_days.iter().any(month_day);
        let bare = self.weekdays.is_empty() && self.month_days.is_empty();
        match self.every {
            Every::Week if bare => date.weekday() == start.weekday(),
            Every::Month | Every::Year if bare => date.day() == start.day(),
            _ => by_weekday && by_month_day,
        }
    }
}

/// The last instant of UNTIL, on the wall clock of `start`: a date includes its whole day.
fn until(text: &str, start: &Moment, book: &ZoneBook) -> Option<NaiveDateTime> {
    let wall = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    match (text.len(), text.strip_suffix('Z')) {
        (8, _) => NaiveDate::parse_from_str(text, "%Y%m%d")
            .ok()?
            .succ_opt()
            .map(|next| next.and_time(NaiveTime::MIN) - TimeDelta::milliseconds(1)),
        (16, Some(text)) => {
            let utc = Moment { zone: crate::rules::zone::Zone::utc(), wall: wall(text)?, all_day: false };
            Some(utc.wall_in(start.zone, book))
        }
        (15, None) => wall(text),
        _ => None,
    }
}

/// `MO`, `2TU`, `-1FR`.
fn counted_weekday(text: &str) -> Option<(Option<i64>, Weekday)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { None } else { Some(nth.parse().ok().filter(|nth| *nth != 0)?) };
    Some((nth, weekday(day)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
