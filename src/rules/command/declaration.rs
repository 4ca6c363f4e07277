//! What managers declare by text: `CLOSED until 18:00`, `EVERYONE until 6:00`, `NORMAL`. Whoever texts that the desk is
//! closed means the daytime desk, and goes on being paged: that nobody is to be paged takes a word of its own. A text is a
//! declaration as a whole or not at all, and without an end there is none.

use std::time::Duration;

use chrono::{Days, NaiveTime, TimeDelta};

use crate::clock::Timestamp;
use crate::rules::hours::Declared;
use crate::rules::zone::{Zone, ZoneBook};

/// What a text declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declaration {
    /// What is to be.
    pub what: Wanted,
    /// The desk's key, if the text names one.
    pub desk: Option<String>,
}

/// What is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// That, until then.
    Declare(Declared, Until),
    /// Nothing that is declared any more.
    Normal,
    /// It begins like a declaration and is none: nothing is done, and what can be written is told.
    Unclear,
}

/// An end as people write it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// That minute of the day, so many days from now; if no day is named, the next time that the clock shows it.
    Clock {
        /// 0 is today.
        day: Option<u32>,
        /// From midnight; up to 24:00.
        minute: u32,
    },
    /// So long from now.
    After(Duration),
}

impl Until {
    /// The end of a day.
    const MIDNIGHT: u32 = 24 * 60;

    /// The instant, by a wall clock.
    pub fn instant(self, zone: Zone, book: &ZoneBook, now: Timestamp) -> Timestamp {
        let (day, minute) = match self {
            Until::After(span) => return now + span,
            Until::Clock { day, minute } => (day, minute),
        };
        let on = |days: u32| {
            let date = book.date(zone, now).checked_add_days(Days::new(days.into()));
            let wall = date.map(|date| date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute.into()));
            wall.map_or(now, |wall| book.to_instant(zone, wall))
        };
        match day {
            Some(day) => on(day),
            None if on(0) > now => on(0),
            None => on(1),
        }
    }
}

/// Reads a text; none if it does not begin like a declaration.
pub fn read(body: &str) -> Option<Declaration> {
    let lower = body.to_lowercase();
    let mut words: Vec<&str> =
        lower.split_whitespace().map(|word| word.trim_matches(['.', ',', '!', ';', ':'])).collect();
    words.retain(|word| !word.is_empty() && !COURTESIES.contains(word));
    let (verb, mut rest) = words.split_first()?;
    let what = match *verb {
        "closed" | "close" => Some(Declared::DeskClosed),
        "nobody" => Some(Declared::Nobody),
        "open" => Some(Declared::DeskOpen),
        "everyone" | "everybody" => Some(Declared::Everyone),
        "normal" => None,
        _ => return None,
    };
    let mut desk = None;
    // A desk's key stands before the end, or alone.
    if let Some((name, after)) = rest.split_first()
        && !ENDS.contains(name)
        && (after.is_empty() || after.first().is_some_and(|word| ENDS.contains(word)))
    {
        (desk, rest) = (Some((*name).to_owned()), after);
    }
    let what = match (what, rest) {
        (None, []) => Wanted::Normal,
        (Some(what), rest) => match until(rest) {
            Some(until) => Wanted::Declare(what, until),
            // "Open the door", "nobody answered": somebody's words, and no declaration.
            None if !rest.is_empty() && !rest.iter().any(|word| ENDS.contains(word)) => return None,
            None => Wanted::Unclear,
        },
        (None, _) => return None,
    };
    Some(Declaration { what, desk })
}

/// May stand anywhere.
const COURTESIES: [&str; 7] = ["please", "pls", "thanks", "thank", "you", "ok", "nightbell"];

/// Words with which an end begins.
const ENDS: [&str; 6] = ["until", "till", "til", "for", "today", "tonight"];

fn until(words: &[&str]) -> Option<Until> {
    match words {
        ["today" | "tonight"] => Some(Until::Clock { day: Some(0), minute: Until::MIDNIGHT }),
        ["until" | "till" | "til", end @ ..] => match end {
            ["tomorrow", clock @ ..] => Some(Until::Clock { day: Some(1), minute: minute(clock)? }),
            ["today", clock @ ..] => Some(Until::Clock { day: Some(0), minute: minute(clock)? }),
            [clock @ .., "tomorrow"] => Some(Until::Clock { day: Some(1), minute: minute(clock)? }),
            [clock @ .., "today"] => Some(Until::Clock { day: Some(0), minute: minute(clock)? }),
            clock => Some(Until::Clock { day: None, minute: minute(clock)? }),
        },
        ["today", rest @ ..] => match until(rest)? {
            Until::Clock { day: None, minute } => Some(Until::Clock { day: Some(0), minute }),
            _ => None,
        },
        ["for", span @ ..] => {
            let joined = span.concat();
            let unit_at = joined.find(|c: char| !c.is_ascii_digit())?;
            let (amount, unit) = joined.split_at(unit_at);
            let amount: u64 = amount.parse().ok().filter(|amount| (1..=10_000).contains(amount))?;
            let seconds = match unit {
                "m" | "min" | "mins" | "minute" | "minutes" => 60,
                "h" | "hr" | "hrs" | "hour" | "hours" => 60 * 60,
                "d" | "day" | "days" => 24 * 60 * 60,
                _ => return None,
            };
            Some(Until::After(Duration::from_secs(amount * seconds)))
        }
        _ => None,
    }
}

/// Minutes from midnight: `18:00`, `18.00`, `18`, `6pm`, `6:30 pm`, `noon`, `midnight`.
fn minute(words: &[&str]) -> Option<u32> {
    let text = words.concat();
    match text.as_str() {
        "noon" => return Some(12 * 60),
        "midnight" => return Some(Until::MIDNIGHT),
        _ => {}
    }
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (text.strip_suffix('h').unwrap_or(&text), None),
    };
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "00"));
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let all = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (hour, minute) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    (minute < 60).then_some(hour * 60 + minute).filter(|all| *all <= Until::MIDNIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::zone::tests::{BOOK, at, zone};

    fn told(body: &str) -> String {
        // A Wednesday, 3:00 in New York.
        let now = at("2026-02-18T03:00-05:00");
        let Some(Declaration { what, desk }) = read(body) else { return "none".into() };
        let desk = desk.map(|desk| format!(" at {desk}")).unwrap_or_default();
        match what {
            Wanted::Normal => format!("normal{desk}"),
            Wanted::Unclear => format!("unclear{desk}"),
            Wanted::Declare(what, until) => {
                let end = until.instant(zone("America/New_York"), &BOOK, now);
                let wall = BOOK.to_wall(zone("America/New_York"), end);
                format!("{} until {}{desk}", what.name(), wall.format("%a %H:%M"))
            }
        }
    }

    #[test]
    fn managers_write_as_they_like_and_never_without_an_end() {
        for (body, expected) in [
            ("CLOSED until 18:00", "desk_closed until Wed 18:00"),
            ("closed till 6pm.", "desk_closed until Wed 18:00"),
            ("Closed today", "desk_closed until Thu 00:00"),
            ("Closed today until 18.00, thanks!", "desk_closed until Wed 18:00"),
            ("close until tomorrow 9", "desk_closed until Thu 09:00"),
            ("closed until 9:30 am tomorrow", "desk_closed until Thu 09:30"),
            ("EVERYONE until 6:00", "everyone until Wed 06:00"),
            ("everybody until 2", "everyone until Thu 02:00"),
            ("Everyone for 90 min", "everyone until Wed 04:30"),
            ("everyone for 2h please", "everyone until Wed 05:00"),
            ("NOBODY until midnight", "nobody until Thu 00:00"),
            ("open until noon", "desk_open until Wed 12:00"),
            ("open until 12 am", "desk_open until Thu 00:00"),
            ("CLOSED reservations until 18:00", "desk_closed until Wed 18:00 at reservations"),
            ("NORMAL", "normal"),
            ("Normal please.", "normal"),
            ("normal reservations", "normal at reservations"),
            // Nothing is declared without an end, or until one that is none.
            ("CLOSED", "unclear"),
            ("everyone", "unclear"),
            ("closed until", "unclear"),
            ("closed until 25:00", "unclear"),
            ("closed until 18:60", "unclear"),
            ("closed until 13pm", "unclear"),
            ("closed until friday", "unclear"),
            ("everyone for ever", "unclear"),
            ("not closed until 18:00", "none"),
            ("closed until 18:00 or so", "unclear"),
            // Not what managers declare.
            ("Open the ticket again", "none"),
            ("nobody has answered me", "none"),
            ("normal service is back for us", "none"),
            ("ACK", "none"),
            ("", "none"),
        ] {
            assert_eq!(told(body), expected, "{body}");
        }
    }

    #[test]
    fn an_end_is_a_time_of_the_wall() {
        // In the night in which the clock goes forward, 2:30 does not come: it is over when the clock has passed it.
        let now = at("2026-03-08T01:00-05:00");
        let until = Until::Clock { day: None, minute: 150 };
        assert!(until.instant(zone("America/New_York"), &BOOK, now) > now);
    }
}
