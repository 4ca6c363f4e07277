//! Stretches of whole days, as people choose them, and the one before to compare with.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::clock::Timestamp;
use crate::rules::zone::{Zone, ZoneBook};

/// The longest stretch that is counted in one go, in days: two years.
const MOST_DAYS: i64 = 732;

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Today and the six days before.
    Week,
    /// From the first of this month until today.
    Month,
    /// The whole month before this one.
    LastMonth,
    /// From the first day of this quarter until today.
    Quarter,
    /// From 1 January until today.
    Year,
    /// From one day to another.
    Dates,
}

impl Choice {
    /// Those that a word says, in the order in which they are offered.
    pub const WORDS: [Choice; 5] =
        [Choice::Week, Choice::Month, Choice::LastMonth, Choice::Quarter, Choice::Year];

    /// As it stands in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Choice::Week => "week",
            Choice::Month => "month",
            Choice::LastMonth => "last-month",
            Choice::Quarter => "quarter",
            Choice::Year => "year",
            Choice::Dates => "dates",
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Choice::Week => "Last 7 days",
            Choice::Month => "This month",
            Choice::LastMonth => "Last month",
            Choice::Quarter => "This quarter",
            Choice::Year => "This year",
            Choice::Dates => "From one day to another",
        }
    }

    /// The one of that name.
    pub fn of(name: &str) -> Option<Choice> {
        Choice::WORDS.into_iter().chain([Choice::Dates]).find(|choice| choice.name() == name)
    }

    /// Its span and the one to compare it with, if today is `today`; for [`Choice::Dates`], of those that are given. What
    /// is not over yet is compared with as many days of what came before.
    pub fn spans(
        self,
        today: NaiveDate,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<(Span, Span), NotASpan> {
        let span = match self {
            Choice::Week => Span::of(today - Days::new(6), today)?,
            Choice::Month => Span::of(first_of_month(today), today)?,
            Choice::LastMonth => Span::month(months_ago(first_of_month(today), 1)),
            Choice::Quarter => Span::of(first_of_quarter(today), today)?,
            Choice::Year => Span::of(first_of_year(today), today)?,
            Choice::Dates => Span::of(from.ok_or(NotASpan::NoDates)?, to.ok_or(NotASpan::NoDates)?)?,
        };
        let length = span.days();
        let before = |months: u32| {
            let first = months_ago(span.first, months);
            let last = (first + Days::new(length - 1)).min(span.first - Days::new(1));
            Span { first, last }
        };
        let before = match self {
            Choice::Week | Choice::Dates => {
                Span { first: span.first - Days::new(length), last: span.first - Days::new(1) }
            }
            Choice::Month => before(1),
            Choice::LastMonth => Span::month(months_ago(span.first, 1)),
            Choice::Quarter => before(3),
            Choice::Year => before(12),
        };
        Ok((span, before))
    }
}

/// What was chosen is no stretch that can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASpan {
    /// A day is missing.
    #[error("give the first and the last day, like 2026-11-01")]
    NoDates,
    /// It ends before it begins.
    #[error("the last day is before the first")]
    Reversed,
    /// It is too long.
    #[error("choose at most two years")]
    TooLong,
    /// No calendar of ours has those days.
    #[error("choose days of the years 2000 to 2100")]
    OffTheCalendar,
}

/// Whole days, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    first: NaiveDate,
    last: NaiveDate,
}

impl Span {
    /// From one day to another.
    pub fn of(first: NaiveDate, last: NaiveDate) -> Result<Span, NotASpan> {
        if last < first {
            Err(NotASpan::Reversed)
        } else if !(2000..=2100).contains(&first.year()) || !(2000..=2100).contains(&last.year()) {
            Err(NotASpan::OffTheCalendar)
        } else if (last - first).num_days() >= MOST_DAYS {
            Err(NotASpan::TooLong)
        } else {
            Ok(Span { first, last })
        }
    }

    fn month(first: NaiveDate) -> Span {
        Span { first, last: first + Months::new(1) - Days::new(1) }
    }

    /// The first day.
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// How many days.
    pub fn days(&self) -> u64 {
        (self.last - self.first).num_days().unsigned_abs() + 1
    }

    /// The instants in it, on the wall of that zone: from the first to before the second.
    pub fn instants(&self, book: &ZoneBook, zone: Zone) -> (Timestamp, Timestamp) {
        (book.day_start(zone, self.first), book.day_start(zone, self.last + Days::new(1)))
    }

    /// By what its course is drawn.
    pub fn unit(&self) -> Unit {
        match self.days() {
            ..=14 => Unit::Day,
            15..=190 => Unit::Week,
            _ => Unit::Month,
        }
    }

    /// The first days of the units that it touches, in order.
    pub fn units(&self) -> Vec<NaiveDate> {
        let unit = self.unit();
        let mut starts = vec![unit.start(self.first)];
        while let Some(next) = starts.last().map(|start| unit.next(*start)).filter(|next| *next <= self.last)
        {
            starts.push(next);
        }
        starts
    }
}

/// A step of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
}

impl Unit {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
        }
    }

    /// The first day of the one that a day belongs to.
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Unit::Day => day,
            Unit::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Unit::Month => first_of_month(day),
        }
    }

    fn next(self, start: NaiveDate) -> NaiveDate {
        match self {
            Unit::Day => start + Days::new(1),
            Unit::Week => start + Days::new(7),
            Unit::Month => start + Months::new(1),
        }
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.day0()))
}

fn first_of_quarter(day: NaiveDate) -> NaiveDate {
    months_ago(first_of_month(day), day.month0() % 3)
}

fn first_of_year(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.ordinal0()))
}

fn months_ago(day: NaiveDate, months: u32) -> NaiveDate {
    day - Months::new(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn spans_are_compared_with_as_many_days_before() {
        for (today, choice, span, before) in [
            ("2026-11-22", Choice::Week, "2026-11-16 2026-11-22", "2026-11-09 2026-11-15"),
            ("2026-11-22", Choice::Month, "2026-11-01 2026-11-22", "2026-10-01 2026-10-22"),
            ("2026-03-31", Choice::Month, "2026-03-01 2026-03-31", "2026-02-01 2026-02-28"),
            ("2026-03-31", Choice::LastMonth, "2026-02-01 2026-02-28", "2026-01-01 2026-01-31"),
            ("2026-01-01", Choice::LastMonth, "2025-12-01 2025-12-31", "2025-11-01 2025-11-30"),
            ("2026-11-22", Choice::Quarter, "2026-10-01 2026-11-22", "2026-07-01 2026-08-22"),
            ("2026-02-01", Choice::Quarter, "2026-01-01 2026-02-01", "2025-10-01 2025-11-01"),
            ("2024-12-31", Choice::Year, "2024-01-01 2024-12-31", "2023-01-01 2023-12-31"),
            ("2026-11-22", Choice::Dates, "2026-01-30 2026-02-01", "2026-01-27 2026-01-29"),
        ] {
            let given = (Some(day("2026-01-30")), Some(day("2026-02-01")));
            let (found, found_before) = choice.spans(day(today), given.0, given.1).unwrap();
            let told = |span: Span| format!("{} {}", span.first, span.last);
            assert_eq!((told(found), told(found_before)), (span.into(), before.into()), "{choice:?} {today}");
            assert_eq!(Choice::of(choice.name()), Some(choice));
        }
    }

    #[test]
    fn what_is_no_span_is_told() {
        let spans = |from: Option<&str>, to: Option<&str>| {
            Choice::Dates.spans(day("2026-11-22"), from.map(day), to.map(day)).map(|(span, _)| span.days())
        };
        assert_eq!(spans(Some("2024-01-01"), Some("2026-01-01")), Ok(732));
        for (from, to, error) in [
            (None, Some("2026-01-01"), NotASpan::NoDates),
            (Some("2026-01-01"), None, NotASpan::NoDates),
            (Some("2026-01-02"), Some("2026-01-01"), NotASpan::Reversed),
            (Some("2024-01-01"), Some("2026-01-02"), NotASpan::TooLong),
            (Some("0001-01-01"), Some("0001-01-02"), NotASpan::OffTheCalendar),
        ] {
            assert_eq!(spans(from, to), Err(error), "{from:?} {to:?}");
        }
    }

    #[test]
    fn a_course_has_a_step_for_every_day_week_or_month() {
        for (first, last, unit, count, start) in [
            ("2026-11-16", "2026-11-22", Unit::Day, 7, "2026-11-16"),
            ("2026-11-01", "2026-11-22", Unit::Week, 4, "2026-10-26"),
            ("2026-01-15", "2026-11-22", Unit::Month, 11, "2026-01-01"),
        ] {
            let span = Span::of(day(first), day(last)).unwrap();
            assert_eq!((span.unit(), span.units().len(), span.units()[0]), (unit, count, day(start)));
        }
    }

    #[test]
    fn days_are_days_of_the_desks_wall() {
        let book = ZoneBook::bundled();
        let span = Span::of(day("2026-03-08"), day("2026-03-08")).unwrap();
        let (from, to) = span.instants(&book, "America/New_York".parse().unwrap());
        // The day on which clocks go forward is an hour short.
        assert_eq!(
            (from.to_string().as_str(), to.since(from).as_secs()),
            ("2026-03-08T05:00:00.000Z", 23 * 3600)
        );
    }
}
