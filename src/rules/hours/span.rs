//! Stretches of the wall clock as people write them: `09:00-20:00` on some day, `Mon-Fri 09:00-20:00` on weekdays. Each
//! begins at its first minute and ends before its last (`[start, end)`), belongs to the day on which it begins, and may
//! run over midnight, for at most a day.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use crate::rules::written::Misread;

/// Minutes in a day of the wall clock.
const DAY: u16 = 24 * 60;

/// A stretch that begins on some day, e.g. `09:00-20:00`, `20:00-02:00` (ends on the day after), `00:00-24:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DaySpan {
    /// Minutes from the day's midnight, below 1440.
    start: u16,
    /// Minutes from the same midnight, above `start`, at most `start` + 1440.
    end: u16,
}

/// A stretch on weekdays, e.g. `Mon-Fri 09:00-20:00`, `Sat,Sun 10:00-18:00`; without weekdays, on every day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WeeklySpan {
    days: Weekdays,
    hours: DaySpan,
}

/// A set of weekdays; bit 0 is Monday.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Weekdays(u8);

impl DaySpan {
    /// From midnight to midnight.
    pub const WHOLE_DAY: DaySpan = DaySpan { start: 0, end: DAY };

    /// When it begins, if it begins on `date`.
    pub fn start_on(self, date: NaiveDate) -> NaiveDateTime {
        date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(self.start))
    }

    /// When it ends, if it begins on `date`.
    pub fn end_on(self, date: NaiveDate) -> NaiveDateTime {
        date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(self.end))
    }

    /// Whether `wall` lies within, if it begins on `date`.
    pub fn holds(self, date: NaiveDate, wall: NaiveDateTime) -> bool {
        self.start_on(date) <= wall && wall < self.end_on(date)
    }
}

impl WeeklySpan {
    /// Its hours, if one of its stretches begins on `date`.
    pub fn on(self, date: NaiveDate) -> Option<DaySpan> {
        self.days.has(date.weekday()).then_some(self.hours)
    }
}

/// The days of some week, from its Monday on.
fn any_week() -> impl Iterator<Item = NaiveDate> {
    NaiveDate::default().week(Weekday::Mon).first_day().iter_days().take(7)
}

/// What begins on each weekday, from Monday on: weekly stretches as a form has them.
pub fn by_weekday(spans: &[WeeklySpan]) -> [Vec<DaySpan>; 7] {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    for (day, date) in week.iter_mut().zip(any_week()) {
        day.extend(spans.iter().filter_map(|span| span.on(date)));
    }
    week
}

/// The same stretches, weekdays of equal hours together, as a file has them.
pub fn weekly(week: &[Vec<DaySpan>; 7]) -> Vec<WeeklySpan> {
    let mut spans: Vec<WeeklySpan> = Vec::new();
    for (index, day) in week.iter().enumerate() {
        for hours in day {
            match spans.iter_mut().find(|span| span.hours == *hours) {
                Some(span) => span.days.0 |= 1 << index,
                None => spans.push(WeeklySpan { days: Weekdays(1 << index), hours: *hours }),
            }
        }
    }
    spans
}

/// Whether `wall` lies in one of the stretches.
pub(crate) fn hold(spans: &[WeeklySpan], wall: NaiveDateTime) -> bool {
    [wall.date() - Days::new(1), wall.date()]
        .into_iter()
        .any(|date| spans.iter().any(|span| span.on(date).is_some_and(|hours| hours.holds(date, wall))))
}

/// The first time after `wall` at which [`hold`] may change; `None` if there are no stretches.
pub(crate) fn next_edge(spans: &[WeeklySpan], wall: NaiveDateTime) -> Option<NaiveDateTime> {
    // The first day with an edge has the next one: if that is an end after midnight, its stretch holds until then,
    // whatever begins on the day between.
    (wall.date() - Days::new(1)).iter_days().take(9).find_map(|date| {
        let hours = spans.iter().filter_map(|span| span.on(date));
        hours.flat_map(|hours| [hours.start_on(date), hours.end_on(date)]).filter(|edge| *edge > wall).min()
    })
}

impl Weekdays {
    const ALL: Weekdays = Weekdays(0b111_1111);

    fn has(self, day: Weekday) -> bool {
        self.0 >> day.num_days_from_monday() & 1 == 1
    }
}

impl FromStr for DaySpan {
    type Err = Misread;
    fn from_str(text: &str) -> Result<DaySpan, Misread> {
        let (start, end) = text
            .split_once('-')
            .ok_or_else(|| Misread::new(text, "no stretch of time", "write it like 09:00-17:00"))?;
        let (start_minute, end_minute) = (minute(start)?, minute(end)?);
        if start_minute == DAY {
            return Err(Misread::new(start, "no beginning", "write 00:00 on the next day"));
        }
        match end_minute.cmp(&start_minute) {
            std::cmp::Ordering::Greater => Ok(DaySpan { start: start_minute, end: end_minute }),
            std::cmp::Ordering::Less => Ok(DaySpan { start: start_minute, end: end_minute + DAY }),
            std::cmp::Ordering::Equal => Err(Misread::new(
                text,
                "no stretch of time: it ends when it begins",
                "write 00:00-24:00 for a whole day",
            )),
        }
    }
}

/// Minutes from midnight of `09:00` or `24:00`.
fn minute(text: &str) -> Result<u16, Misread> {
    let number = |part: &str| match part.len() {
        1 | 2 if part.bytes().all(|byte| byte.is_ascii_digit()) => part.parse::<u16>().ok(),
        _ => None,
    };
    text.trim()
        .split_once(':')
        .and_then(|(hour, minute)| Some((number(hour)?, number(minute).filter(|_| minute.len() == 2)?)))
        .filter(|(hour, minute)| *minute < 60 && hour * 60 + minute <= DAY)
        .map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| Misread::new(text, "no time of day", "write it like 09:00, at most 24:00"))
}

impl FromStr for WeeklySpan {
    type Err = Misread;
    fn from_str(text: &str) -> Result<WeeklySpan, Misread> {
        let text = text.trim();
        // The hours begin at the first digit.
        let split = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
        let (days, hours) = text.split_at(split);
        Ok(WeeklySpan { days: days.parse()?, hours: hours.parse()? })
    }
}

impl FromStr for Weekdays {
    type Err = Misread;
    fn from_str(text: &str) -> Result<Weekdays, Misread> {
        if text.trim().is_empty() {
            return Ok(Weekdays::ALL);
        }
        let mut days = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (mut day, last) = (weekday(first)?, weekday(last)?);
            while day != last {
                days |= 1 << day.num_days_from_monday();
                day = day.succ();
            }
            days |= 1 << last.num_days_from_monday();
        }
        Ok(Weekdays(days))
    }
}

/// A weekday by its short or full English name.
pub(crate) fn weekday(text: &str) -> Result<Weekday, Misread> {
    text.trim()
        .parse()
        .map_err(|_| Misread::new(text, "no weekday", "write Mon, Tue, Wed, Thu, Fri, Sat or Sun"))
}

impl fmt::Display for DaySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY { self.end - DAY } else { self.end };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.start / 60, self.start % 60, end / 60, end % 60)
    }
}

impl fmt::Display for WeeklySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.days, self.hours)
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let mut day = 0;
        let mut comma = "";
        while day < 7 {
            let run = (self.0 >> day).trailing_ones() as usize;
            match run {
                0 => {}
                1 => write!(f, "{comma}{}", WEEK[day])?,
                _ => write!(f, "{comma}{}-{}", WEEK[day], WEEK[day + run - 1])?,
            }
            if run > 0 {
                comma = ",";
            }
            day += run.max(1);
        }
        Ok(())
    }
}
