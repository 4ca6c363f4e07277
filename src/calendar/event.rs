//! An event of a calendar: when it is, how often, and what it says of itself. Whatever cannot be understood is told with
//! its reason and is not guessed at.
//!
//! Its zones are told by their IANA names, by what the file says that they are called elsewhere (X-LIC-LOCATION), or by
//! the names that Windows gives them (Unicode CLDR, windowsZones.xml).

mod moment;
mod repeat;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use chrono::TimeDelta;
use icalendar::parser::{Component, Property, read_calendar_simple};

use self::moment::{Moment, Span};
use self::repeat::{Budget, Rule};
use super::source::{NoCalendar, Source};
use crate::clock::Timestamp;
use crate::rules::desk::AgentKey;
use crate::rules::zone::{Zone, ZoneBook};

/// The longest text that is shown of an event.
const LONGEST_SUMMARY: usize = 120;

/// An event that does not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// What it is called.
    pub summary: String,
    /// When it begins, as the calendar says it.
    pub starts: String,
    /// Why.
    pub why: Why,
}

/// Why an event does not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// It names no agent of the desk.
    Nobody,
    /// It names several.
    Several {
        /// Who they are.
        agents: Vec<AgentKey>,
    },
    /// It says that who has it is free.
    Free,
    /// It is shorter than a day, and only whole days count.
    Short,
    /// Its times cannot be read, or it ends before it begins.
    NoTime,
    /// The clock goes forward over all of it.
    Skipped,
    /// It begins or ends in the second of two hours that the rota's clock shows alike.
    Twice,
    /// Its times are of a zone that is not known.
    NoZone {
        /// What the calendar calls it.
        name: String,
    },
    /// It repeats in a way that is not understood.
    Repeats,
    /// The file repeats more than is read of one.
    TooMuch,
    /// It is written in a way that is not understood.
    Broken,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Nobody => f.write_str("it names no agent of this desk"),
            Why::Several { agents } => {
                let agents: Vec<&str> = agents.iter().map(AgentKey::as_str).collect();
                write!(f, "it may mean {}", agents.join(" or "))
            }
            Why::Free => f.write_str("it is marked as free"),
            Why::Short => f.write_str("it is shorter than a day"),
            Why::NoTime => f.write_str("its beginning or end cannot be read"),
            Why::Skipped => f.write_str("the clock goes forward over it, and nothing of it is left"),
            Why::Twice => f.write_str(
                "the clock goes back, and it begins or ends in the hour that comes twice, the second time, which no time of \
                 a rota says; write it by hand",
            ),
            Why::NoZone { name } => {
                write!(f, "its times are of `{name}`, which is no time zone that is known")
            }
            Why::Repeats => {
                f.write_str("it repeats in a way that is not understood; write its times by hand")
            }
            Why::TooMuch => f.write_str("the file has more repetitions than are read; export a shorter time"),
            Why::Broken => f.write_str("written in a way that is not understood, or too long"),
        }
    }
}

/// By which clocks the times of a calendar are.
#[derive(Clone, Copy)]
pub(super) struct Clocks<'a> {
    /// Of times that name none.
    pub(super) home: Zone,
    pub(super) book: &'a ZoneBook,
    /// What the file calls zones, and what they are called elsewhere.
    zones: &'a BTreeMap<String, String>,
}

/// When an event is.
pub(super) struct Times {
    pub(super) spans: Vec<(Timestamp, Timestamp)>,
    /// Occurrences of which a clock change leaves nothing.
    pub(super) skipped: Vec<LeftOut>,
}

impl Times {
    /// Whether it is at another time.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.skipped.is_empty()
    }
}

/// The events of a file.
pub(super) struct Events<'a> {
    all: Vec<Component<'a>>,
    clocks: Clocks<'a>,
    /// Repetitions that stand for themselves elsewhere in the file, by the UID of what repeats: moved, given to somebody
    /// else, or called off.
    moved: BTreeMap<String, BTreeSet<Timestamp>>,
    budget: Budget,
    /// How many could not be read.
    broken: usize,
}

impl<'a> Events<'a> {
    pub(super) fn of(source: &'a Source, home: Zone, book: &'a ZoneBook) -> Events<'a> {
        let clocks = Clocks { home, book, zones: &source.zones };
        // One by one: what is wrong with one is its own.
        let parsed =
            source.events.iter().map(|text| read_calendar_simple(text).ok().and_then(|mut all| all.pop()));
        let all: Vec<Component<'a>> = parsed.flatten().filter(|event| event.name == "VEVENT").collect();
        let broken = source.too_long + source.events.len() - all.len();
        let mut moved: BTreeMap<String, BTreeSet<Timestamp>> = BTreeMap::new();
        for event in &all {
            let of = event.find_prop("RECURRENCE-ID");
            let of = of.and_then(|of| Moment::read(of, of.val.as_str(), clocks).ok());
            if let (Some(of), Some(uid)) = (of, event.find_prop("UID")) {
                moved.entry(uid.val.as_str().to_owned()).or_default().insert(of.instant(book));
            }
        }
        Events { all, clocks, moved, budget: Budget::default(), broken }
    }

    /// What is told of those that could not be read.
    pub(super) fn unread(&self) -> Vec<LeftOut> {
        let summary = match self.broken {
            0 => return Vec::new(),
            1 => "An event".to_owned(),
            some => format!("{some} events"),
        };
        vec![LeftOut { summary, starts: String::new(), why: Why::Broken }]
    }

    /// Those that were not called off.
    pub(super) fn all(&self) -> impl Iterator<Item = Event<'_>> {
        let all = self.all.iter().map(|written| Event { written, of: self });
        all.filter(|event| !event.says("STATUS", "CANCELLED"))
    }
}

/// One of them.
pub(super) struct Event<'a> {
    written: &'a Component<'a>,
    of: &'a Events<'a>,
}

impl Event<'_> {
    /// The first text of a property.
    pub(super) fn text(&self, property: &str) -> Option<&str> {
        self.written.find_prop(property).map(|found| found.val.as_str())
    }

    /// Every property of that name.
    pub(super) fn each<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Property<'b>> {
        self.written.properties.iter().filter(move |property| property.name == name)
    }

    fn says(&self, property: &str, value: &str) -> bool {
        self.text(property).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    }

    /// Whether it says that who has it is free.
    pub(super) fn is_free(&self) -> bool {
        let busy = "X-MICROSOFT-CDO-BUSYSTATUS";
        self.says("TRANSP", "TRANSPARENT") || self.says(busy, "FREE") || self.says(busy, "WORKINGELSEWHERE")
    }

    /// Whether it lasts a day or longer.
    pub(super) fn is_of_whole_days(&self) -> bool {
        let span = Span::read(self.written, self.of.clocks);
        span.is_ok_and(|span| span.from.all_day || span.length >= TimeDelta::days(1))
    }

    /// What it is called, as it can be shown.
    pub(super) fn summary(&self) -> String {
        self.text("SUMMARY").map_or_else(String::new, shown)
    }

    /// It does not count.
    pub(super) fn left_out(&self, why: Why) -> LeftOut {
        let starts = self.text("DTSTART").map_or_else(String::new, shown);
        LeftOut { summary: self.summary(), starts, why }
    }

    /// When it is, as far as it has an instant between the two; none of it is cut.
    pub(super) fn times(&self, (from, to): (Timestamp, Timestamp)) -> Result<Times, Why> {
        let clocks = self.of.clocks;
        let book = clocks.book;
        let span = Span::read(self.written, clocks)?;
        let zone = span.from.zone;
        let mut rules = self.each("RRULE");
        let rule = rules.next();
        if rules.next().is_some() || self.each("EXRULE").next().is_some() {
            return Err(Why::Repeats);
        }
        let at = |wall| (wall, book.to_instant(zone, wall));
        let first = at(span.from.wall);
        let mut starts = vec![first];
        if let Some(rule) = rule {
            let rule = Rule::read(rule.val.as_str(), &span.from, book)?;
            // A first occurrence counts even where the rule alone would not give it.
            let early = book.to_wall(zone, from) - span.length;
            let late = book.to_wall(zone, to);
            starts.extend(
                rule.occurrences(span.from.wall, (early, late), &self.of.budget)?.into_iter().map(at),
            );
        }
        for more in self.each("RDATE") {
            for text in more.val.as_str().split(',') {
                let more = Moment::read(more, text, clocks)?;
                starts.push((more.wall_in(zone, book), more.instant(book)));
            }
        }
        let mut except = BTreeSet::new();
        for property in self.each("EXDATE") {
            for text in property.val.as_str().split(',') {
                except.insert(Moment::read(property, text, clocks)?.instant(book));
            }
        }
        if self.text("RECURRENCE-ID").is_none()
            && let Some(elsewhere) = self.text("UID").and_then(|uid| self.of.moved.get(uid))
        {
            except.extend(elsewhere);
        }
        starts.sort_unstable();
        starts.dedup();
        let mut times = Times { spans: Vec::new(), skipped: Vec::new() };
        for (wall, start) in starts {
            let end = match span.ends {
                Some(end) if (wall, start) == first => end,
                // It begins where the wall shows what it has shown before: so does what follows within that hour.
                _ if book.repeats(zone, start).is_some() => {
                    book.to_instant(zone, wall + span.length).max(start + passed(span.length))
                }
                _ => book.to_instant(zone, wall + span.length),
            };
            if start >= to || end <= from || except.contains(&start) {
                continue;
            }
            if start < end {
                times.spans.push((start, end));
            } else {
                let starts = wall.format("%Y%m%dT%H%M%S").to_string();
                times.skipped.push(LeftOut { starts, ..self.left_out(Why::Skipped) });
            }
        }
        Ok(times)
    }
}

/// A length of time that is none below zero.
fn passed(length: TimeDelta) -> Duration {
    length.to_std().unwrap_or_default()
}

/// What may be of a calendar between two instants, by any clock.
pub(super) fn between(
    text: &str,
    (from, to): (Timestamp, Timestamp),
    book: &ZoneBook,
) -> Result<Source, NoCalendar> {
    let day = |at| book.date(Zone::utc(), at);
    Source::read(text, (day(from), day(to)))
}

/// A text of the calendar as it can be shown.
fn shown(text: &str) -> String {
    let plain = text.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.take(LONGEST_SUMMARY).collect()
}
