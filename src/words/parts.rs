//! Parts of sentences that voice flows put into theirs: times, lists, how a ticket stands.

use chrono::{Datelike, Timelike};

use super::brief::Medium;
use super::{Words, one_line};
use crate::clock::Timestamp;
use crate::rules::case::Case;
use crate::rules::effect::Brief;
use crate::rules::hours::Calendar;
use crate::rules::ticket::TicketState;
use crate::rules::zone::{Zone, ZoneBook};

/// Which person it is, as the files of words know them.
const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

impl Words {
    /// An instant by the wall clock of `zone`: "Friday, November 27, at 10 am".
    pub fn moment(&self, lang: &str, book: &ZoneBook, zone: Zone, at: Timestamp) -> String {
        let wall = book.to_wall(zone, at);
        let nth = if wall.day() == 1 { "first" } else { "other" };
        let values = [
            ("weekday", self.say(lang, "weekday", &[("day", &wall.weekday().to_string())])),
            ("month", self.say(lang, "month", &[("month", &wall.format("%b").to_string())])),
            ("day", wall.day().to_string()),
            ("nth", nth.to_owned()),
            ("time", self.clock(lang, wall.hour(), wall.minute())),
        ];
        self.say(lang, "moment", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// The time of day of an instant: "3:12 am".
    pub(super) fn time(&self, lang: &str, book: &ZoneBook, zone: Zone, at: Timestamp) -> String {
        let wall = book.to_wall(zone, at);
        self.clock(lang, wall.hour(), wall.minute())
    }

    /// A time of day as the language says it. Midnight at a day's end is hour 24.
    fn clock(&self, lang: &str, hour: u32, minute: u32) -> String {
        let half = if hour % 24 < 12 { "am" } else { "pm" };
        let part = match hour % 24 {
            1..6 => "night",
            6..12 => "morning",
            12 => "noon",
            13..21 => "afternoon",
            _ => "evening",
        };
        let twelve = match hour % 12 {
            0 => 12,
            hour => hour,
        };
        let (count, padded) = (if twelve == 1 { "one" } else { "other" }, format!("{minute:02}"));
        let (hour, twelve, minutes) = (hour.to_string(), twelve.to_string(), minute.to_string());
        let values = [
            ("hour", &*hour),
            ("twelve", &*twelve),
            ("minutes", &*minutes),
            ("padded", &*padded),
            ("half", half),
            ("part", part),
            ("count", count),
        ];
        match minute {
            0 => self.say(lang, "time-full", &values),
            _ => self.say(lang, "time", &values),
        }
    }

    /// "a, b and c".
    pub fn list(&self, lang: &str, parts: &[String]) -> String {
        let parts: Vec<String> = parts.iter().map(|part| one_line(part)).collect();
        match parts.as_slice() {
            [] => String::new(),
            [only] => only.clone(),
            [most @ .., last] => self.say(lang, "list", &[("most", &most.join(", ")), ("last", last)]),
        }
    }

    /// Whom we ring for a caller who waits: the first, the second …, or all of them.
    pub fn rung(&self, lang: &str, ordinal: Option<usize>) -> String {
        match ordinal {
            Some(ordinal) => {
                let which = ORDINALS.get(ordinal.saturating_sub(1)).unwrap_or(&"next");
                self.say(lang, "rung", &[("which", which)])
            }
            None => self.say(lang, "rung-all", &[]),
        }
    }

    /// How an open ticket stands, for its caller; without a full stop. `holder` is the name of who has it.
    pub fn ticket_state(
        &self,
        lang: &str,
        _book: &ZoneBook,
        _zone: Zone,
        case: &Case,
        holder: Option<&str>,
    ) -> String {
        let ticket = self.ticket(lang, Medium::Aloud, case.ticket.number);
        let values = [("ticket", ticket.as_str())];
        if matches!(case.ticket.state, TicketState::Resolved | TicketState::Merged { .. }) {
            return self.say(lang, "state-over", &values);
        }
        match (holder.map(one_line), case.ticket.called_back_at) {
            (Some(holder), None) => self.say(lang, "state-held", &[values[0], ("holder", &holder)]),
            (Some(holder), Some(_)) => self.say(lang, "state-called-back", &[values[0], ("holder", &holder)]),
            (None, _) if case.ticket.severity.is_emergency() => self.say(lang, "state-paging", &values),
            (None, _) => self.say(lang, "state-waiting", &values),
        }
    }

    /// When the desk answers: "Monday to Friday 9 am to 8 pm and Saturday 10 am to 6 pm".
    pub fn support_hours(&self, lang: &str, hours: &Calendar) -> String {
        if hours.support.is_empty() {
            return self.say(lang, "hours-none", &[]);
        }
        let spans: Vec<String> =
            hours.support.iter().map(|span| self.weekly(lang, &span.to_string())).collect();
        self.list(lang, &spans)
    }

    /// A weekly stretch, from the form that files write: `Mon-Fri,Sun 09:00-20:00`.
    fn weekly(&self, lang: &str, written: &str) -> String {
        let (days, hours) = written.split_once(' ').unwrap_or((written, ""));
        let day = |day: &str| self.say(lang, "weekday", &[("day", day)]);
        let days = days.split(',').map(|part| match part.split_once('-') {
            Some((from, to)) => self.say(lang, "range-days", &[("from", &day(from)), ("to", &day(to))]),
            None => self.say(lang, "day-alone", &[("day", &day(part))]),
        });
        let days: Vec<String> = days.collect();
        let time = |time: &str| {
            let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
            self.clock(lang, hour.parse().unwrap_or(0), minute.parse().unwrap_or(0))
        };
        let times = match hours.split_once('-') {
            Some((from, to)) => self.say(lang, "range-times", &[("from", &time(from)), ("to", &time(to))]),
            None => time(hours),
        };
        self.say(lang, "weekly", &[("days", &self.list(lang, &days)), ("times", &times)])
    }

    /// The open pages of an agent who calls; without a full stop.
    pub fn agent_pages(&self, lang: &str, briefs: &[Brief]) -> String {
        let Some(first) = briefs.first() else { return self.say(lang, "pages-none", &[]) };
        let (ticket, customer) = (self.ticket(lang, Medium::Aloud, first.number), self.customer(lang, first));
        let values = [("ticket", ticket.as_str()), ("customer", &customer)];
        match briefs.len() {
            1 => self.say(lang, "pages-one", &values),
            count => self.say(lang, "pages-many", &[values[0], values[1], ("count", &count.to_string())]),
        }
    }
}
