//! A calendar that somebody else kept, read as shifts of a desk's agents: for a preview, and then for the rota to take
//! over, as a layer where it is a plain round robin ([`Import::layer`]) or as overrides ([`Import::overrides`]). Whatever
//! cannot be understood is listed with its reason and is not guessed at.
//!
//! The file comes from anywhere: its size, its depth, its events and their repetitions are limited, and a repetition
//! that began long ago costs no more than one that begins now (`repeat`).

mod moment;
mod person;
mod repeat;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use icalendar::parser::{Component, Property, read_calendar, unfold};
use serde::Serialize;

use self::moment::{Moment, Span};
use self::person::People;
use self::repeat::Rule;
use crate::clock::Timestamp;
use crate::rules::desk::{AgentKey, Desk};
use crate::rules::zone::{Zone, ZoneBook};

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// The most events of a file.
const MOST_EVENTS: usize = 2_000;
/// The most shifts that come of it.
const MOST_SHIFTS: usize = 5_000;
/// The most that is listed as left out.
const MOST_LEFT_OUT: usize = 200;
/// How deep its parts may lie in one another: an alarm of an event of the calendar is the third.
const DEEPEST: usize = 5;
/// The longest text that is shown of an event.
const LONGEST_SUMMARY: usize = 120;

/// What came of a calendar.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Import {
    /// In order of time; none of them is cut.
    pub shifts: Vec<Proposed>,
    /// Events that were not understood, each with why; the first of them, if there are very many.
    pub left_out: Vec<LeftOut>,
}

/// A shift that a calendar proposes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Proposed {
    /// Who it seems to be.
    pub agent: AgentKey,
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
    /// What the event is called.
    pub summary: String,
}

/// An event that is none of the proposed shifts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LeftOut {
    /// What it is called.
    pub summary: String,
    /// When it begins, as the calendar says it.
    pub starts: String,
    /// Why.
    pub why: Why,
}

/// Why an event was left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Why {
    /// It names no agent of the desk.
    Nobody,
    /// It names several.
    Several {
        /// Who they are.
        agents: Vec<AgentKey>,
    },
    /// Its times cannot be read, or it ends before it begins.
    NoTime,
    /// Its times are of a zone that is not known.
    NoZone {
        /// What the calendar calls it.
        name: String,
    },
    /// It repeats in a way that is not understood.
    Repeats,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Nobody => f.write_str("it names no agent of this desk"),
            Why::Several { agents } => {
                let agents: Vec<&str> = agents.iter().map(AgentKey::as_str).collect();
                write!(f, "it may mean {}", agents.join(" or "))
            }
            Why::NoTime => f.write_str("its beginning or end cannot be read"),
            Why::NoZone { name } => write!(f, "its times are of `{name}`, which is no IANA time zone"),
            Why::Repeats => {
                f.write_str("it repeats in a way that is not understood; make its shifts by hand")
            }
        }
    }
}

/// Nothing came of a calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoImport {
    /// The file is too large.
    #[error("the file is larger than {} kB: export a shorter time", LARGEST / 1024)]
    TooLarge,
    /// It is none, or broken.
    #[error(
        "this is no iCalendar file: it begins with BEGIN:VCALENDAR and has events between BEGIN:VEVENT and END:VEVENT"
    )]
    NoCalendar,
    /// It has too many events.
    #[error("it has more than {MOST_EVENTS} events: export a shorter time")]
    TooManyEvents,
    /// Too many shifts come of it.
    #[error("more than {MOST_SHIFTS} shifts would come of it: choose a shorter time")]
    TooManyShifts,
}

/// What a calendar says of the desk's agents from `from` to `to`. Times without a zone are of `zone`'s wall clock.
pub fn read(
    text: &str,
    (from, to): (Timestamp, Timestamp),
    desk: &Desk,
    zone: Zone,
    book: &ZoneBook,
) -> Result<Import, NoImport> {
    if text.len() > LARGEST {
        return Err(NoImport::TooLarge);
    }
    let text = unfold(text.trim_start_matches('\u{feff}'));
    check_shape(&text)?;
    let calendar = read_calendar(&text).map_err(|_| NoImport::NoCalendar)?;
    let events: Vec<&Component<'_>> =
        calendar.components.iter().filter(|part| part.name == "VEVENT").collect();
    let moved = moved(&events, zone, book);
    let people = People::of(desk);
    let mut import = Import::default();
    for &event in &events {
        if is(event, "STATUS", "CANCELLED") {
            continue;
        }
        match read_event(event, (from, to), zone, book, &people, &moved) {
            Ok(shifts) => import.shifts.extend(shifts),
            Err(why) if import.left_out.len() < MOST_LEFT_OUT => {
                let starts =
                    event.find_prop("DTSTART").map_or_else(String::new, |starts| shown(starts.val.as_str()));
                import.left_out.push(LeftOut { summary: summary(event), starts, why });
            }
            Err(_) => {}
        }
        if import.shifts.len() > MOST_SHIFTS {
            return Err(NoImport::TooManyShifts);
        }
    }
    import
        .shifts
        .sort_by(|one, other| (one.from, one.to, &one.agent).cmp(&(other.from, other.to, &other.agent)));
    import.shifts.dedup();
    Ok(import)
}

/// Refuses what the parser should not be given: it goes one call deeper with each part that lies in another.
fn check_shape(text: &str) -> Result<(), NoImport> {
    let (mut depth, mut events) = (0_usize, 0);
    if !begins(text.trim_start(), "BEGIN:VCALENDAR") {
        return Err(NoImport::NoCalendar);
    }
    for line in text.lines() {
        if begins(line, "BEGIN:") {
            depth += 1;
            events += usize::from(begins(line, "BEGIN:VEVENT"));
        } else if begins(line, "END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return Err(NoImport::NoCalendar);
        }
        if events > MOST_EVENTS {
            return Err(NoImport::TooManyEvents);
        }
    }
    Ok(())
}

fn begins(line: &str, with: &str) -> bool {
    line.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

fn is(event: &Component<'_>, property: &str, value: &str) -> bool {
    event.find_prop(property).is_some_and(|found| found.val.as_str().trim().eq_ignore_ascii_case(value))
}

fn all<'a>(event: &'a Component<'_>, name: &'a str) -> impl Iterator<Item = &'a Property<'a>> {
    event.properties.iter().filter(move |property| property.name == name)
}

fn summary(event: &Component<'_>) -> String {
    event.find_prop("SUMMARY").map_or_else(String::new, |summary| shown(summary.val.as_str()))
}

/// A text of the calendar as it can be shown.
fn shown(text: &str) -> String {
    let plain = text.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.take(LONGEST_SUMMARY).collect()
}

/// Repetitions that stand for themselves elsewhere in the file, by the UID of what repeats: moved, given to somebody
/// else, or called off.
fn moved<'a>(
    events: &'a [&Component<'_>],
    zone: Zone,
    book: &ZoneBook,
) -> BTreeMap<&'a str, BTreeSet<Timestamp>> {
    let mut moved: BTreeMap<&str, BTreeSet<Timestamp>> = BTreeMap::new();
    for event in events {
        let of = event.find_prop("RECURRENCE-ID").and_then(|of| Moment::read(of, of.val.as_str(), zone).ok());
        if let (Some(of), Some(uid)) = (of, event.find_prop("UID")) {
            moved.entry(uid.val.as_str()).or_default().insert(of.instant(book));
        }
    }
    moved
}

fn read_event(
    event: &Component<'_>,
    (from, to): (Timestamp, Timestamp),
    zone: Zone,
    book: &ZoneBook,
    people: &People<'_>,
    moved: &BTreeMap<&str, BTreeSet<Timestamp>>,
) -> Result<Vec<Proposed>, Why> {
    let span = Span::read(event, zone, book)?;
    let repeats = event.find_prop("RRULE").map(|rule| Rule::read(rule.val.as_str(), &span.from, book));
    let mut starts = vec![span.from.wall];
    if let Some(rule) = repeats {
        // A first occurrence counts even where the rule alone would not give it.
        let early = book.to_wall(span.from.zone, from) - span.length;
        let late = book.to_wall(span.from.zone, to);
        starts.extend(rule?.occurrences(span.from.wall, early, late)?);
    }
    for more in all(event, "RDATE") {
        for text in more.val.as_str().split(',') {
            starts.push(Moment::read(more, text, zone)?.wall_in(span.from.zone, book));
        }
    }
    let mut except = BTreeSet::new();
    for property in all(event, "EXDATE") {
        for text in property.val.as_str().split(',') {
            except.insert(Moment::read(property, text, zone)?.instant(book));
        }
    }
    if event.find_prop("RECURRENCE-ID").is_none()
        && let Some(elsewhere) = event.find_prop("UID").and_then(|uid| moved.get(uid.val.as_str()))
    {
        except.extend(elsewhere);
    }
    starts.sort_unstable();
    starts.dedup();
    let instants = starts.into_iter().map(|wall| {
        let zone = span.from.zone;
        (book.to_instant(zone, wall), book.to_instant(zone, wall + span.length))
    });
    let ours =
        instants.filter(|(start, end)| *start < to && *end > from && start < end && !except.contains(start));
    let ours: Vec<(Timestamp, Timestamp)> = ours.collect();
    if ours.is_empty() {
        // Whose it was does not matter.
        return Ok(Vec::new());
    }
    let agent = people.meant(event)?;
    let summary = summary(event);
    let shift = |(from, to)| Proposed { agent: agent.clone(), from, to, summary: summary.clone() };
    Ok(ours.into_iter().map(shift).collect())
}

#[cfg(test)]
mod tests;
