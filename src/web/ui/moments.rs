//! Instants and spans as people read them: by a desk's wall clock, and as minutes and seconds that board.js counts on.

use std::time::Duration;

use chrono::NaiveDateTime;

use crate::clock::Timestamp;
use crate::rules::zone::{Zone, ZoneBook};

/// A wall clock, at an instant.
#[derive(Clone, Copy)]
pub(in crate::web) struct Wall<'a> {
    pub(in crate::web) book: &'a ZoneBook,
    pub(in crate::web) zone: Zone,
    pub(in crate::web) now: Timestamp,
}

/// An instant on a page.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web) struct Shown {
    /// As people read it: "03:12", "Tue 03:12", "18 Feb 2026, 03:12".
    pub(in crate::web) words: String,
    /// As programs do.
    pub(in crate::web) machine: String,
    /// Milliseconds since 1970.
    pub(in crate::web) millis: i64,
    /// How long until then, or since then: "4:32".
    pub(in crate::web) span: String,
}

impl Wall<'_> {
    /// An instant, and how far it is from now.
    pub(super) fn shown(&self, at: Timestamp) -> Shown {
        let apart = if at > self.now { at.since(self.now) } else { self.now.since(at) };
        Shown {
            words: told(self.book.to_wall(self.zone, at), self.book.to_wall(self.zone, self.now)),
            machine: at.to_string(),
            millis: at.0,
            span: span(apart),
        }
    }
}

/// A time by the same wall's clock as `now`, with as much of its day as it takes.
fn told(at: NaiveDateTime, now: NaiveDateTime) -> String {
    let days = (at.date() - now.date()).num_days();
    let form = match days {
        0 => "%H:%M",
        -6..=6 => "%a %H:%M",
        _ => "%-d %b %Y, %H:%M",
    };
    at.format(form).to_string()
}

/// A span as a clock counts it: "0:07", "4:32", "1:04:32", "3 days". board.js writes the same.
pub(super) fn span(span: Duration) -> String {
    let all = span.as_secs();
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        1..48 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_with_as_much_of_its_day_as_it_takes() {
        let wall = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        let now = wall("2026-02-18 03:00");
        for (at, words) in [
            ("2026-02-18 00:00", "00:00"),
            ("2026-02-18 23:59", "23:59"),
            ("2026-02-17 23:59", "Tue 23:59"),
            ("2026-02-24 09:00", "Tue 09:00"),
            ("2026-02-25 09:00", "25 Feb 2026, 09:00"),
            ("2025-12-31 09:00", "31 Dec 2025, 09:00"),
        ] {
            assert_eq!(told(wall(at), now), words);
        }
    }

    #[test]
    fn a_span_is_counted_as_a_clock_does() {
        for (seconds, words) in [
            (0, "0:00"),
            (7, "0:07"),
            (272, "4:32"),
            (3599, "59:59"),
            (3872, "1:04:32"),
            (172_799, "47:59:59"),
            (172_800, "2 days"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), words);
        }
    }
}
