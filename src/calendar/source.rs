//! A file from elsewhere, cut down to what is asked of it before anything is understood: of the events that may be at a
//! time, the properties that say when, whose and what they are; of the zones that it describes, which they are.
//!
//! The file comes from anywhere. It is walked through once, line by line, and what is kept of it is bounded, so that ten
//! megabytes of somebody's past cost as little as they matter. What ends in the middle is no calendar: half an answer
//! must not pass for the whole.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

/// The largest file that is looked at, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// The most events that may be at the time that is asked about.
pub(super) const MOST_EVENTS: usize = 5_000;
/// The most that is kept of a file, in bytes.
const MOST_KEPT: usize = 2 * 1024 * 1024;
/// The longest line that is kept, unfolded, in bytes: some thousands of dates.
const LONGEST_LINE: usize = 64 * 1024;
/// How deep its parts may lie in one another: an alarm of an event of the calendar is the third.
const DEEPEST: usize = 5;
/// The most zones that a file may describe.
const MOST_ZONES: usize = 200;
/// How far the day of an event may be from the day that is asked about, by the clocks of two zones.
const ZONES_APART: Days = Days::new(2);
/// No event is longer than this, in days.
pub(super) const LONGEST_EVENT: i64 = 366;

/// What is read of an event.
const PROPERTIES: [&str; 13] = [
    "UID",
    "SUMMARY",
    "STATUS",
    "TRANSP",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "ATTENDEE",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "EXRULE",
    "RDATE",
    "EXDATE",
];
/// Beside them, the one that says which repetition an event stands for.
const STANDS_FOR: &str = "RECURRENCE-ID";

/// Why a file is none that is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoCalendar {
    /// The file is too large.
    #[error("the file is larger than {} MB: export a shorter time", LARGEST / 1024 / 1024)]
    TooLarge,
    /// It is none, or broken.
    #[error(
        "this is no iCalendar file: it begins with BEGIN:VCALENDAR, has events between BEGIN:VEVENT and END:VEVENT, \
         and ends with END:VCALENDAR"
    )]
    Broken,
    /// It has too many events.
    #[error(
        "more than {MOST_EVENTS} of its events, or very long ones, may be at that time: export a shorter time"
    )]
    TooManyEvents,
}

/// What was kept of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Source {
    /// Each from BEGIN:VEVENT to END:VEVENT, its lines unfolded.
    pub(super) events: Vec<String>,
    /// How many of them could not be kept, for a line of theirs was too long.
    pub(super) too_long: usize,
    /// The names by which the file calls zones, and those by which it says that others know them (X-LIC-LOCATION).
    pub(super) zones: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Calendar,
    Event,
    Zone,
    Other,
}

impl Part {
    fn named(name: &str) -> Part {
        match name.to_ascii_uppercase().as_str() {
            "VCALENDAR" => Part::Calendar,
            "VEVENT" => Part::Event,
            "VTIMEZONE" => Part::Zone,
            _ => Part::Other,
        }
    }
}

/// An event while it is read.
#[derive(Default)]
struct Event {
    text: String,
    too_long: bool,
    repeats: bool,
    /// The days that it names, as its own clocks say them: the first, and the last of them.
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    /// Whether a day could not be read.
    unclear: bool,
    ends: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

/// The file while it is walked through.
struct Walk {
    days: (NaiveDate, NaiveDate),
    parts: Vec<Part>,
    source: Source,
    event: Event,
    zone: (String, String),
    kept: usize,
    /// Whether a calendar was closed.
    whole: bool,
}

impl Source {
    /// Of a text: what may be from one day to another, whatever the zones.
    pub(super) fn read(text: &str, days: (NaiveDate, NaiveDate)) -> Result<Source, NoCalendar> {
        if text.len() > LARGEST {
            return Err(NoCalendar::TooLarge);
        }
        let days = (
            days.0.checked_sub_days(ZONES_APART).unwrap_or(NaiveDate::MIN),
            days.1.checked_add_days(ZONES_APART).unwrap_or(NaiveDate::MAX),
        );
        let mut walk = Walk {
            days,
            parts: Vec::new(),
            source: Source::default(),
            event: Event::default(),
            zone: Default::default(),
            kept: 0,
            whole: false,
        };
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
        let mut unfolded = String::new();
        while let Some(first) = lines.next() {
            let folded = |next: &&str| next.starts_with([' ', '\t']);
            if lines.peek().is_none_or(|next| !folded(next)) {
                walk.line(first, false)?;
                continue;
            }
            unfolded.clear();
            unfolded.push_str(first);
            let mut cut = false;
            while let Some(next) = lines.next_if(folded) {
                cut |= unfolded.len() + next.len() > LONGEST_LINE;
                if !cut {
                    unfolded.push_str(&next[1..]);
                }
            }
            walk.line(&unfolded, cut)?;
        }
        match walk.whole && walk.parts.is_empty() {
            true => Ok(walk.source),
            false => Err(NoCalendar::Broken),
        }
    }

    /// As a calendar of its own, which says the same.
    pub(super) fn text(&self) -> String {
        let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n".to_owned();
        for (name, known) in &self.zones {
            // Writing to a text cannot fail.
            let _ =
                write!(text, "BEGIN:VTIMEZONE\r\nTZID:{name}\r\nX-LIC-LOCATION:{known}\r\nEND:VTIMEZONE\r\n");
        }
        for event in &self.events {
            text.push_str(event);
        }
        text + "END:VCALENDAR\r\n"
    }
}

impl Walk {
    /// A line, unfolded; `cut` if there was more of it than is kept.
    fn line(&mut self, line: &str, cut: bool) -> Result<(), NoCalendar> {
        let name = line.split([':', ';']).next().unwrap_or_default();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let value = || line[name.len()..].trim_start_matches(':').trim();
        match self.parts.last() {
            _ if is("BEGIN") => self.begin(Part::named(value())),
            _ if is("END") => self.end(Part::named(value())),
            None if line.trim().is_empty() => Ok(()),
            None => Err(NoCalendar::Broken),
            Some(Part::Event) => {
                self.event.property(name, line, cut || line.len() > LONGEST_LINE);
                Ok(())
            }
            Some(Part::Zone) if is("TZID") && !cut => {
                self.zone.0 = text_of(line).to_owned();
                Ok(())
            }
            Some(Part::Zone) if is("X-LIC-LOCATION") && !cut => {
                self.zone.1 = text_of(line).to_owned();
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn begin(&mut self, part: Part) -> Result<(), NoCalendar> {
        let fits = match (self.parts.as_slice(), part) {
            ([], part) => part == Part::Calendar,
            ([.., inner], Part::Event | Part::Zone) => *inner == Part::Calendar,
            (_, Part::Calendar) => false,
            _ => true,
        };
        if !fits || self.parts.len() == DEEPEST {
            return Err(NoCalendar::Broken);
        }
        self.parts.push(part);
        Ok(())
    }

    fn end(&mut self, part: Part) -> Result<(), NoCalendar> {
        if self.parts.pop() != Some(part) {
            return Err(NoCalendar::Broken);
        }
        match part {
            Part::Calendar => self.whole = true,
            Part::Event => self.keep_event()?,
            Part::Zone => {
                let (name, known) = std::mem::take(&mut self.zone);
                if !known.is_empty() && self.source.zones.len() < MOST_ZONES {
                    self.source.zones.insert(name, known);
                }
            }
            Part::Other => {}
        }
        Ok(())
    }

    fn keep_event(&mut self) -> Result<(), NoCalendar> {
        let event = std::mem::take(&mut self.event);
        if !event.may_be_in(self.days) {
            return Ok(());
        }
        if event.too_long {
            self.source.too_long += 1;
            return Ok(());
        }
        let text = format!("BEGIN:VEVENT\r\n{}END:VEVENT\r\n", event.text);
        self.kept += text.len();
        if self.source.events.len() == MOST_EVENTS || self.kept > MOST_KEPT {
            return Err(NoCalendar::TooManyEvents);
        }
        self.source.events.push(text);
        Ok(())
    }
}

impl Event {
    fn property(&mut self, name: &str, line: &str, too_long: bool) {
        // Names of properties have no case (RFC 5545, 3.1).
        let name = &*name.to_ascii_uppercase();
        if name != STANDS_FOR && !PROPERTIES.contains(&name) {
            return;
        }
        if too_long || self.text.len() > MOST_KEPT {
            self.too_long = true;
            return;
        }
        match name {
            "DTSTART" | STANDS_FOR => match day_of(line) {
                Some(day) => {
                    self.first = Some(self.first.map_or(day, |first| first.min(day)));
                    self.last = Some(self.last.map_or(day, |last| last.max(day)));
                }
                None => self.unclear = true,
            },
            "DTEND" => self.ends = day_of(line),
            "RRULE" => {
                self.repeats = true;
                let upper = line.to_ascii_uppercase();
                self.until = upper.split_once("UNTIL=").and_then(|(_, until)| day(until));
            }
            "RDATE" => {
                self.repeats = true;
                self.until = None;
                self.unclear = true;
            }
            _ => {}
        }
        self.text.push_str(line);
        self.text.push_str("\r\n");
    }

    /// Whether it may be from one day to another, as far as can be told at a glance; what is not clear may be.
    fn may_be_in(&self, (from, to): (NaiveDate, NaiveDate)) -> bool {
        let (Some(first), Some(last)) = (self.first, self.last) else { return true };
        let longest =
            |day: NaiveDate| day.checked_add_signed(TimeDelta::days(LONGEST_EVENT)).unwrap_or(NaiveDate::MAX);
        let ends = match (self.repeats, self.until) {
            (true, Some(until)) => longest(until),
            (true, None) => NaiveDate::MAX,
            (false, _) => self.ends.map_or(longest(last), |ends| ends.max(last)),
        };
        self.unclear || (first <= to && ends >= from)
    }
}

/// What stands after the first colon of a line without parameters.
fn text_of(line: &str) -> &str {
    line.split_once(':').map_or("", |(_, text)| text.trim())
}

/// What stands after the last colon: names of zones may have some, dates have none.
fn value_of(line: &str) -> &str {
    line.rsplit_once(':').map_or("", |(_, value)| value.trim())
}

fn day_of(line: &str) -> Option<NaiveDate> {
    day(value_of(line))
}

/// The day with which a date or a time begins.
fn day(text: &str) -> Option<NaiveDate> {
    let date = text.get(..8).filter(|date| date.bytes().all(|digit| digit.is_ascii_digit()))?;
    NaiveDate::parse_from_str(date, "%Y%m%d").ok().filter(|date| date.year() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year() -> (NaiveDate, NaiveDate) {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        (day(2026), day(2027))
    }

    fn calendar(events: &str) -> String {
        format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")
    }

    #[test]
    fn what_cannot_be_at_that_time_is_left_behind() {
        for (lines, kept) in [
            ("DTSTART:20260105T160000Z", true),
            ("DTSTART;TZID=America/Denver:20251230T160000\nDTEND:20251231T000000Z", true),
            ("DTSTART:20251228T160000Z\nDTEND:20251229T000000Z", false),
            ("DTSTART:20250105T160000Z\nDURATION:P1D", true),
            ("DTSTART:20241225T160000Z\nDURATION:P1D", false),
            ("DTSTART:20270104T160000Z", false),
            ("DTSTART:20100104T160000Z\nRRULE:FREQ=DAILY", true),
            ("DTSTART:20100104T160000Z\nRRULE:FREQ=DAILY;COUNT=3", true),
            ("DTSTART:20100104T160000Z\nRRULE:FREQ=DAILY;until=20200101T000000Z", false),
            ("DTSTART:20100104T160000Z\nRRULE:FREQ=DAILY;UNTIL=20260101", true),
            ("DTSTART:20100104T160000Z\nRRULE:FREQ=DAILY;UNTIL=20110101\nRDATE:20260105T160000Z", true),
            // Moved away from that time, and into it.
            ("RECURRENCE-ID:20260105T160000Z\nDTSTART:20300105T160000Z", true),
            ("RECURRENCE-ID:20200105T160000Z\nDTSTART:20260105T160000Z\nDTEND:20260106", true),
            ("DTSTART:soon", true),
            ("DTSTART:0001", true),
            ("DTSTART:00010101", false),
            ("SUMMARY:x", true),
        ] {
            let source = Source::read(&calendar(&event(lines)), year()).unwrap();
            assert_eq!(source.events.len(), usize::from(kept), "{lines}");
        }
    }

    #[test]
    fn what_is_kept_says_the_same_again() {
        let text = calendar(
            &("BEGIN:VTIMEZONE\nTZID:Mountain\nX-LIC-LOCATION:America/Denver\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
               END:STANDARD\nEND:VTIMEZONE\n"
                .to_owned()
                + &event(
                    "UID:1\nDTSTART;TZID=Mountain:20260105T160000\nDESCRIPTION:long\nSUMMARY:A\n  da\nBEGIN:VALARM\n\
                     DTSTART:19700101\nEND:VALARM",
                )),
        );
        let source = Source::read(&text, year()).unwrap();
        assert_eq!(
            source.text(),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Mountain\r\nX-LIC-LOCATION:America/Denver\r\n\
             END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Mountain:20260105T160000\r\nSUMMARY:A da\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        assert_eq!(Source::read(&source.text(), year()), Ok(source));
    }

    #[test]
    fn what_is_no_whole_calendar_is_refused() {
        let good = event("DTSTART:20260105");
        for text in [
            String::new(),
            "<html>BEGIN:VCALENDAR</html>".into(),
            calendar(&good).replace("END:VCALENDAR\n", ""),
            calendar(&good).replace("END:VEVENT\n", ""),
            calendar(&good).replace("BEGIN:VEVENT\n", ""),
            calendar("BEGIN:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\nEND:VEVENT\n"),
            good.clone(),
            format!("{}x", calendar(&good)),
            calendar(&"BEGIN:X\n".repeat(100_000)),
        ] {
            assert_eq!(
                Source::read(&text, year()),
                Err(NoCalendar::Broken),
                "{}",
                &text[..text.len().min(200)]
            );
        }
        // A byte order mark, bare line feeds, a blank line at the end, two in one file, and none of the events are common.
        for text in [
            format!("\u{feff}{}\n", calendar(&good)),
            calendar(&good).replace('\n', "\r\n"),
            calendar(&good).repeat(2),
            calendar(""),
        ] {
            assert!(Source::read(&text, year()).is_ok(), "{text}");
        }
    }

    #[test]
    fn whatever_comes_what_is_kept_is_bounded() {
        let at = "DTSTART:20260105";
        let many = calendar(&event(at).repeat(MOST_EVENTS + 1));
        assert_eq!(Source::read(&many, year()), Err(NoCalendar::TooManyEvents));
        let past = calendar(&event("DTSTART:20100105\nDTEND:20100106").repeat(150_000));
        assert_eq!(Source::read(&past, year()).unwrap().events.len(), 0);
        let large = calendar(&" ".repeat(LARGEST));
        assert_eq!(Source::read(&large, year()), Err(NoCalendar::TooLarge));
        let wide = calendar(&event(&format!("{at}\nSUMMARY:{}", "x".repeat(60_000))).repeat(40));
        assert_eq!(Source::read(&wide, year()), Err(NoCalendar::TooManyEvents));
        // A line that never ends, in one piece and folded at each letter; what is not asked for may be as long as it likes.
        for (lines, too_long) in [
            (format!("{at}\nSUMMARY:{}", "x".repeat(9_000_000)), 1),
            (format!("{at}\nSUMMARY:{}", "x\n ".repeat(3_000_000)), 1),
            (format!("{at}\nATTACH:{}", "x\n ".repeat(3_000_000)), 0),
            (format!("{at}\n{}", "SUMMARY:x\n".repeat(900_000)), 1),
        ] {
            let source = Source::read(&calendar(&event(&lines)), year()).unwrap();
            assert_eq!((source.events.len(), source.too_long), (1 - too_long, too_long));
        }
    }
}
