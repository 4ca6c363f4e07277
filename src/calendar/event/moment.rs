//! Times as calendars write them: `20260105T090000Z`, `TZID=America/Denver:20260105T090000`, `VALUE=DATE:20260105`,
//! and lengths, `P1DT12H`.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use icalendar::parser::{Component, Property};

use windows_timezones::WindowsTimezone;

use super::{Clocks, Why};
use crate::calendar::source::LONGEST_EVENT;
use crate::clock::Timestamp;
use crate::rules::zone::{Zone, ZoneBook};

/// No event is longer than this.
const LONGEST: TimeDelta = TimeDelta::days(LONGEST_EVENT);

/// The longest name of a zone that is looked up.
const LONGEST_NAME: usize = 200;

/// A time on some wall.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment {
    pub(super) zone: Zone,
    pub(super) wall: NaiveDateTime,
    /// Whether it is a date alone; its time is midnight.
    pub(super) all_day: bool,
}

impl Moment {
    /// Of the value of a property, or of a part of it.
    pub(super) fn read(property: &Property<'_>, text: &str, clocks: Clocks<'_>) -> Result<Moment, Why> {
        let text = text.trim();
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y%m%d")
            && text.len() == 8
        {
            return Ok(Moment { zone: clocks.home, wall: date.and_time(NaiveTime::MIN), all_day: true });
        }
        let (text, zone) = match text.strip_suffix(['Z', 'z']) {
            Some(text) => (text, Zone::utc()),
            None => (text, zone_of(property, clocks)?),
        };
        let wall = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok().filter(|_| text.len() == 15);
        wall.map(|wall| Moment { zone, wall, all_day: false }).ok_or(Why::NoTime)
    }

    /// The instant.
    pub(super) fn instant(&self, book: &ZoneBook) -> Timestamp {
        book.to_instant(self.zone, self.wall)
    }

    /// As the wall of another zone shows it.
    pub(super) fn wall_in(&self, zone: Zone, book: &ZoneBook) -> NaiveDateTime {
        if zone == self.zone { self.wall } else { book.to_wall(zone, self.instant(book)) }
    }
}

fn zone_of(property: &Property<'_>, clocks: Clocks<'_>) -> Result<Zone, Why> {
    let named = property.params.iter().find(|parameter| parameter.key.as_str().eq_ignore_ascii_case("TZID"));
    let Some(name) = named.and_then(|parameter| parameter.val.as_ref()) else { return Ok(clocks.home) };
    let name = name.as_str().trim_matches('"');
    let elsewhere = clocks.zones.get(name).map(String::as_str);
    let known = known(name).or_else(|| known(elsewhere?));
    known.ok_or_else(|| Why::NoZone { name: super::shown(name) })
}

/// The zone of an IANA name, or of one of Windows'.
fn known(name: &str) -> Option<Zone> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    // Some programs put their own name before it: `/example.com/2026a/America/Denver`.
    let parts: Vec<&str> = name.split('/').collect();
    let iana = (0..parts.len()).find_map(|skipped| parts[skipped..].join("/").parse().ok());
    iana.or_else(|| name.parse::<WindowsTimezone>().ok()?.tzdb_id().parse().ok())
}

/// When an event begins and how long it lasts on the wall clock of its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) from: Moment,
    pub(super) length: TimeDelta,
    /// The instant of its end, where that is written: in an hour that the wall of its beginning shows twice, the length
    /// does not tell which of the two is meant.
    pub(super) ends: Option<Timestamp>,
}

impl Span {
    /// Of an event. A date without an end is that day.
    pub(super) fn read(event: &Component<'_>, clocks: Clocks<'_>) -> Result<Span, Why> {
        let starts = event.find_prop("DTSTART").ok_or(Why::NoTime)?;
        let from = Moment::read(starts, starts.val.as_str(), clocks)?;
        let (length, ends) = match (event.find_prop("DTEND"), event.find_prop("DURATION")) {
            (Some(ends), _) => {
                let to = Moment::read(ends, ends.val.as_str(), clocks)?;
                let (starts, ends) = (from.instant(clocks.book), to.instant(clocks.book));
                let length = to.wall_in(from.zone, clocks.book) - from.wall;
                // From the first of the two to the second the wall goes back.
                let passed = TimeDelta::try_milliseconds(ends.0.saturating_sub(starts.0)).unwrap_or_default();
                (if length > TimeDelta::zero() { length } else { passed }, Some(ends))
            }
            (None, Some(length)) => (duration(length.val.as_str()).ok_or(Why::NoTime)?, None),
            (None, None) if from.all_day => (TimeDelta::days(1), None),
            (None, None) => (TimeDelta::zero(), None),
        };
        let fits = length > TimeDelta::zero() && length <= LONGEST;
        if fits { Ok(Span { from, length, ends }) } else { Err(Why::NoTime) }
    }
}

/// `P1W`, `P1DT12H`, `PT90M`; none that goes back.
fn duration(text: &str) -> Option<TimeDelta> {
    let text = text.trim().trim_start_matches('+').strip_prefix('P')?;
    let (days, time) = text.split_once('T').unwrap_or((text, ""));
    let days = parts(days, &[('W', 7 * 86_400), ('D', 86_400)])?;
    let time = parts(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    TimeDelta::try_seconds(days.checked_add(time)?)
}

/// The seconds of numbers with their units.
fn parts(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut seconds = 0_i64;
    let mut rest = text;
    while let Some(end) = rest.find(|letter: char| !letter.is_ascii_digit()) {
        let number: i64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        let (_, each) = units.iter().find(|(known, _)| *known == unit)?;
        seconds = seconds.checked_add(number.checked_mul(*each)?)?;
        rest = &rest[end + unit.len_utf8()..];
    }
    rest.is_empty().then_some(seconds)
}
