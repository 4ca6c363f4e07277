//! Instants as people write them: by a wall clock, or with the offset from UTC that they mean.

use chrono::{DateTime, Datelike, NaiveDateTime};

use super::{Zone, ZoneBook};
use crate::clock::Timestamp;

/// The years that can be asked about.
const YEARS: std::ops::Range<i32> = 1970..2200;

/// An instant that somebody wrote down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The instant that is taken.
    pub at: Timestamp,
    /// What is to be told of it, in a sentence: the wall never shows what was written, or shows it twice.
    pub doubt: Option<String>,
}

/// The text is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a day and a time of the years 1970 to 2199, like 2026-12-25T03:00, on the desk's clock; or with an offset, \
     like 2026-12-25T03:00-05:00"
)]
pub struct NotATime;

impl ZoneBook {
    /// Reads an instant: on the clock of that zone, unless it carries an offset. In an address, the `+` of an offset that
    /// was not encoded arrives as a space.
    pub fn read_said(&self, zone: Zone, text: &str) -> Result<Said, NotATime> {
        let text = text.trim();
        let (at, doubt) = match with_offset(text) {
            Some(at) => (at, None),
            None => {
                let wall = wall(text).ok_or(NotATime)?;
                (self.to_instant(zone, wall), self.doubt(zone, wall))
            }
        };
        let known = YEARS.contains(&at.to_chrono().year());
        if known { Ok(Said { at, doubt }) } else { Err(NotATime) }
    }

    /// An instant as it can be written for that zone: with its offset, so that it is none but that one.
    pub fn written_with_offset(&self, zone: Zone, at: Timestamp) -> String {
        self.to_local(zone, at).format("%Y-%m-%dT%H:%M%:z").to_string()
    }

    fn doubt(&self, zone: Zone, wall: NaiveDateTime) -> Option<String> {
        let at = self.to_instant(zone, wall);
        let shown = wall.format("%H:%M on %Y-%m-%d");
        if self.to_wall(zone, at) != wall {
            return Some(format!(
                "The clock of {zone} never shows {shown}: it goes forward over that time. The first minute after it is \
                 taken, {}.",
                self.written_with_offset(zone, at)
            ));
        }
        let second = self.second(zone, wall)?;
        Some(format!(
            "The clock of {zone} shows {shown} twice. The first of the two is taken, {}; for the second, write {}.",
            self.written_with_offset(zone, at),
            self.written_with_offset(zone, second)
        ))
    }
}

fn with_offset(text: &str) -> Option<Timestamp> {
    let text = match text.strip_suffix(['Z', 'z']) {
        Some(utc) => format!("{utc}+00:00"),
        None => match text.rsplit_once(' ') {
            Some((wall, offset)) if wall.contains('T') => format!("{wall}+{offset}"),
            _ => text.to_owned(),
        },
    };
    let forms = ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z"];
    let read = forms.iter().find_map(|form| DateTime::parse_from_str(&text, form).ok())?;
    Some(Timestamp::from_chrono(read.to_utc()))
}

fn wall(text: &str) -> Option<NaiveDateTime> {
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
    forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::zone::tests::{BOOK, at};

    #[test]
    fn a_time_is_the_desks_unless_it_carries_an_offset() {
        let zone: Zone = "America/New_York".parse().unwrap();
        for (text, instant) in [
            ("2026-12-25T03:00", "2026-12-25T03:00-05:00"),
            ("2026-12-25 03:00", "2026-12-25T03:00-05:00"),
            ("2026-12-25T03:00:00", "2026-12-25T03:00-05:00"),
            ("2026-12-25T03:00Z", "2026-12-25T03:00+00:00"),
            ("2026-12-25T03:00:00Z", "2026-12-25T03:00+00:00"),
            ("2026-12-25T03:00+02:00", "2026-12-25T03:00+02:00"),
            ("2026-12-25T03:00:00 02:00", "2026-12-25T03:00+02:00"),
            (" 2026-12-25T03:00-08:00 ", "2026-12-25T03:00-08:00"),
        ] {
            let said = BOOK.read_said(zone, text);
            assert_eq!(said, Ok(Said { at: at(instant), doubt: None }), "{text}");
        }
        for text in [
            "",
            "tomorrow",
            "2026-12-25",
            "03:00",
            "2026-02-30T03:00",
            "1969-12-31T03:00",
            "9999-01-01T00:00",
        ] {
            assert_eq!(BOOK.read_said(zone, text), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn a_time_that_the_wall_never_shows_or_shows_twice_is_told() {
        let zone: Zone = "America/New_York".parse().unwrap();
        for (text, taken, told) in [
            ("2026-03-08T02:30", "2026-03-08T03:00-04:00", "never shows 02:30 on 2026-03-08"),
            ("2026-11-01T01:30", "2026-11-01T01:30-04:00", "for the second, write 2026-11-01T01:30-05:00"),
        ] {
            let Said { at: found, doubt } = BOOK.read_said(zone, text).unwrap();
            assert_eq!(found, at(taken), "{text}");
            assert!(doubt.as_ref().is_some_and(|doubt| doubt.contains(told)), "{doubt:?}");
            // What is proposed instead is beyond doubt.
            let again = BOOK.read_said(zone, &BOOK.written_with_offset(zone, found)).unwrap();
            assert_eq!(again, Said { at: found, doubt: None });
        }
    }
}
