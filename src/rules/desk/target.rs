//! Response and resolution targets, written as support contracts write them: "12 hours", "24 business hours",
//! "5 business days".

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Timestamp;
use crate::rules::hours::{Calendar, DeskState};
use crate::rules::zone::ZoneBook;

/// How soon something is promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResponseTarget {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: TargetUnit,
    /// By which clock.
    pub clock: TargetClock,
}

/// The unit of a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TargetUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days; by the business clock, days on which the desk has support hours.
    Days,
}

/// Which time counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TargetClock {
    /// All of it.
    Calendar,
    /// Support hours only.
    Business,
}

/// The text is no target.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no target: write for example \"12 hours\", \"24 business hours\" or \"5 business days\"")]
pub struct NotAResponseTarget(String);

impl ResponseTarget {
    /// By when it is to be kept, for what began at `from`; [`Timestamp::NEVER`] if the support hours do not suffice.
    /// Business days are counted from the day after, and the last one ends with its support hours.
    pub fn due(self, hours: &Calendar, book: &ZoneBook, from: Timestamp) -> Timestamp {
        let of = |seconds: u64| Duration::from_secs(u64::from(self.amount) * seconds);
        match (self.clock, self.unit) {
            (TargetClock::Calendar, TargetUnit::Minutes) => from + of(60),
            (TargetClock::Calendar, TargetUnit::Hours) => from + of(60 * 60),
            (TargetClock::Calendar, TargetUnit::Days) => from + of(24 * 60 * 60),
            (TargetClock::Business, TargetUnit::Minutes) => hours.add_business(book, from, of(60)),
            (TargetClock::Business, TargetUnit::Hours) => hours.add_business(book, from, of(60 * 60)),
            (TargetClock::Business, TargetUnit::Days) => self.business_days(hours, book, from),
        }
    }

    fn business_days(self, hours: &Calendar, book: &ZoneBook, from: Timestamp) -> Timestamp {
        let mut day = from;
        for _ in 0..self.amount {
            let Some(tomorrow) = book.date(hours.zone, day).succ_opt() else { return Timestamp::NEVER };
            day = hours.next_support(book, book.day_start(hours.zone, tomorrow));
            if day == Timestamp::NEVER {
                return day;
            }
        }
        match hours.state_at(book, day) {
            DeskState::Support { until } => until,
            DeskState::OnCall { .. } | DeskState::Closed { .. } => day,
        }
    }
}

impl FromStr for ResponseTarget {
    type Err = NotAResponseTarget;
    fn from_str(text: &str) -> Result<ResponseTarget, NotAResponseTarget> {
        let wrong = || NotAResponseTarget(text.to_owned());
        let words: Vec<&str> = text.split_whitespace().collect();
        let (amount, clock, unit) = match words.as_slice() {
            [amount, unit] => (amount, TargetClock::Calendar, unit),
            [amount, "business", unit] => (amount, TargetClock::Business, unit),
            _ => return Err(wrong()),
        };
        let amount: u32 = amount.parse().ok().filter(|amount| *amount > 0).ok_or_else(wrong)?;
        let unit = match *unit {
            "minute" | "minutes" => TargetUnit::Minutes,
            "hour" | "hours" => TargetUnit::Hours,
            "day" | "days" => TargetUnit::Days,
            _ => return Err(wrong()),
        };
        Ok(ResponseTarget { amount, unit, clock })
    }
}

impl fmt::Display for ResponseTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = if self.clock == TargetClock::Business { "business " } else { "" };
        let unit = match self.unit {
            TargetUnit::Minutes => "minute",
            TargetUnit::Hours => "hour",
            TargetUnit::Days => "day",
        };
        write!(f, "{} {clock}{unit}{}", self.amount, if self.amount == 1 { "" } else { "s" })
    }
}

impl Serialize for ResponseTarget {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResponseTarget {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_run_by_their_own_clock() {
        let hours = "zone = \"America/New_York\"\nsupport = [\"Mon-Fri 09:00-20:00\"]";
        let hours = toml::from_str::<crate::rules::hours::WrittenCalendar>(hours).unwrap().read().unwrap();
        let book = ZoneBook::bundled();
        // A Friday at 19:00 in New York.
        let friday = Timestamp(1_771_632_000_000);
        for (target, due) in [
            ("12 hours", "2026-02-21T12:00:00.000Z"),
            ("2 business hours", "2026-02-23T15:00:00.000Z"),
            ("1 business day", "2026-02-24T01:00:00.000Z"),
            ("2 business days", "2026-02-25T01:00:00.000Z"),
        ] {
            let target: ResponseTarget = target.parse().unwrap();
            assert_eq!(target.due(&hours, &book, friday).to_string(), due, "{target}");
        }
    }

    #[test]
    fn targets_are_written_as_they_are_read() {
        for text in ["12 hours", "24 business hours", "5 business days", "1 day", "90 minutes"] {
            assert_eq!(text.parse::<ResponseTarget>().unwrap().to_string(), text);
        }
        for text in ["", "12", "soon", "0 hours", "-1 hours", "12 fortnights", "12 night hours"] {
            assert!(text.parse::<ResponseTarget>().is_err(), "{text}");
        }
    }
}
