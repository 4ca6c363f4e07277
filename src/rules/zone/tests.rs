//! Conversions around clock changes; and what tests of other modules need of zones.

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

/// The clock changes of a zone, found by asking for its offset each week and halving; no zone changes back sooner.
pub(crate) fn changes(zone: Zone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let mut early = from;
    for late in (from.0..to.0).step_by(7 * 24 * 3_600_000).skip(1).map(Timestamp).chain([to]) {
        if BOOK.offset(zone, early) != BOOK.offset(zone, late) {
            found.push(BOOK.change_between(zone, early, late));
        }
        early = late;
    }
    found
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

#[test]
fn the_names_that_chrono_knows_are_zones() {
    let strangers: Vec<&str> = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .filter(|name| name.parse::<Zone>().is_err())
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

#[test]
fn an_hour_that_comes_a_second_time_cannot_be_written() {
    let table = [
        ("America/New_York", "2027-11-07T04:59Z", None),
        ("America/New_York", "2027-11-07T05:30Z", None),
        ("America/New_York", "2027-11-07T06:00Z", Some(("2027-11-07T06:00Z", "2027-11-07T07:00Z"))),
        ("America/New_York", "2027-11-07T06:59Z", Some(("2027-11-07T06:00Z", "2027-11-07T07:00Z"))),
        ("America/New_York", "2027-11-07T07:00Z", None),
        ("America/New_York", "2027-03-14T07:00Z", None),
        // By half an hour.
        ("Australia/Lord_Howe", "2027-04-03T15:15Z", Some(("2027-04-03T15:00Z", "2027-04-03T15:30Z"))),
        ("UTC", "2027-11-07T06:30Z", None),
    ];
    for (name, instant, repeats) in table {
        let expected = repeats.map(|(from, to)| (at(from), at(to)));
        assert_eq!(BOOK.repeats(zone(name), at(instant)), expected, "{name} {instant}");
    }
    for (time, twice) in
        [("2027-11-07T00:59", false), ("2027-11-07T01:30", true), ("2027-11-07T02:00", false)]
    {
        assert_eq!(BOOK.comes_twice(zone("America/New_York"), wall(time)), twice, "{time}");
    }
}

proptest! {
    #[test]
    fn what_does_not_repeat_is_written_and_read_as_it_was(
        (zone, at) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))),
    ) {
        let read = BOOK.to_instant(zone, BOOK.to_wall(zone, at));
        match BOOK.repeats(zone, at) {
            None => prop_assert_eq!(read, at),
            Some((from, to)) => {
                prop_assert!(read < at && from <= at && at < to);
                prop_assert_eq!(BOOK.repeats(zone, to), None);
                prop_assert_eq!(BOOK.repeats(zone, Timestamp(from.0 - 1)), None);
            }
        }
    }
}
