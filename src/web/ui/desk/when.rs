//! Times on a wall clock, as people write and read them.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::clock::Timestamp;
use crate::rules::zone::{Zone, ZoneBook};

/// The wall clock of a zone.
#[derive(Clone, Copy)]
pub(super) struct Wall<'a> {
    book: &'a ZoneBook,
    pub(super) zone: Zone,
}

impl<'a> Wall<'a> {
    pub(super) fn new(book: &'a ZoneBook, zone: Zone) -> Wall<'a> {
        Wall { book, zone }
    }

    /// The same instants on another one's clock.
    pub(super) fn of(self, zone: Zone) -> Wall<'a> {
        Wall { zone, ..self }
    }

    pub(super) fn time(self, at: Timestamp) -> NaiveDateTime {
        self.book.to_wall(self.zone, at)
    }

    pub(super) fn date(self, at: Timestamp) -> NaiveDate {
        self.book.date(self.zone, at)
    }

    pub(super) fn instant(self, wall: NaiveDateTime) -> Timestamp {
        self.book.to_instant(self.zone, wall)
    }

    /// The instant of a time on this wall that is to be written on another's: none that either of them cannot tell from
    /// one an hour away, but words which can be.
    pub(super) fn instant_on(self, other: Zone, wall: NaiveDateTime) -> Result<Timestamp, String> {
        let at = self.instant(wall);
        if self.zone == other {
            return Ok(at);
        }
        if self.book.comes_twice(self.zone, wall) {
            return Err(format!(
                "The clock of {} shows that time twice. Write it by the rota's own clock, {other}.",
                self.zone
            ));
        }
        let Some((from, to)) = self.book.repeats(other, at) else { return Ok(at) };
        Err(format!(
            "The clock of {other} goes back then, and the rota keeps its times by that clock. Write a time before {}, \
             or from {} on.",
            self.told(from),
            self.told(to)
        ))
    }

    /// The first instant of a day.
    pub(super) fn day(self, date: NaiveDate) -> Timestamp {
        self.book.day_start(self.zone, date)
    }

    /// `Mon 30 Nov, 09:00`.
    pub(super) fn told(self, at: Timestamp) -> String {
        self.time(at).format("%a %-d %b, %H:%M").to_string()
    }

    /// `Mon 30 Nov, 18:00 – 23:00`, or with the day of its end as well.
    pub(super) fn span(self, from: Timestamp, to: Timestamp) -> String {
        let end = self.time(to);
        let same_day = self.time(from).date() == end.date();
        let end = if same_day { end.format("%H:%M") } else { end.format("%a %-d %b, %H:%M") };
        format!("{} – {end}", self.told(from))
    }

    /// As a field of a form has it, and the timeline.
    pub(super) fn field(self, at: Timestamp) -> String {
        field(self.time(at))
    }
}

/// A time on a wall as a field of a form has it: `2026-11-30T09:00`.
pub(super) fn field(wall: NaiveDateTime) -> String {
    wall.format("%Y-%m-%dT%H:%M").to_string()
}

/// What such a field says, with or without seconds.
pub(super) fn read(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// A day in words: `Monday, 30 November 2026`.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%A, %-d %B %Y").to_string()
}

/// The Monday of a day's week.
pub(super) fn monday(date: NaiveDate) -> NaiveDate {
    date.week(chrono::Weekday::Mon).checked_first_day().unwrap_or(date)
}

/// The first day of a day's month.
pub(super) fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// Hours and minutes of a span, as people say it: `13 h`, `30 min`, `2 d 4 h`.
pub(super) fn length(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.since(from).as_secs() / 60;
    let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    let part = |count: u64, unit: &str| (count > 0).then(|| format!("{count} {unit}"));
    let parts: Vec<String> =
        [part(days, "d"), part(hours, "h"), part(minutes, "min")].into_iter().flatten().collect();
    if parts.is_empty() { "less than a minute".into() } else { parts.join(" ") }
}
