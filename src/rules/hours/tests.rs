//! Calendars of real desks as tables; `properties` holds what must be so for any calendar in any zone.

mod properties;

use std::time::Duration;

use chrono::NaiveDate;

use super::*;
use crate::clock::Timestamp;
use crate::rules::zone::tests::{BOOK, at};

fn calendar(toml: &str) -> Calendar {
    toml::from_str(toml).unwrap()
}

/// A desk with support hours on six days, and holidays with hours of their own.
fn reservations() -> Calendar {
    calendar(
        r#"
        zone = "America/New_York"
        support = ["Mon-Fri 09:00-20:00", "Sat 10:00-18:00"]
        holiday = [
            { name = "New Year's Day", date = "01-01", closed = true },
            { name = "Martin Luther King Day", date = "3rd Monday of January", hours = ["10:00-18:00"] },
            { name = "Memorial Day", date = "last Monday of May", hours = ["10:00-18:00"] },
            { name = "Independence Day", date = "07-04", hours = ["10:00-18:00"] },
            { name = "Thanksgiving", date = "4th Thursday of November", closed = true },
            { name = "Day after", date = "Friday after 4th Thursday of November", hours = ["10:00-18:00"] },
            { name = "Christmas Day", date = "12-25", closed = true },
        ]
        "#,
    )
}

/// A desk with a window outside of which nobody is there.
fn resort() -> Calendar {
    calendar(
        r#"
        zone = "America/Denver"
        support = ["Mon-Fri 09:00-17:00"]
        on_call = ["Mon-Sun 08:00-20:00"]
        holiday = [
            { name = "Closed, but on call", date = 2026-12-25, closed = true },
            { name = "Nobody", date = 2027-01-01, closed = true, on_call = [] },
            { name = "Night watch", date = "2027-01-02", hours = ["12:00-13:00"], on_call = ["18:00-02:00"] },
        ]
        "#,
    )
}

/// How much business time passes from `from` to `to`.
fn business_between(calendar: &Calendar, from: Timestamp, to: Timestamp) -> Duration {
    let support = calendar.covers(&BOOK, from, to).filter(|covered| covered.cover == Cover::Support);
    support.map(|covered| covered.to.since(covered.from)).sum()
}

fn support(until: &str) -> DeskState {
    DeskState::Support { until: at(until) }
}
fn on_call(until: &str) -> DeskState {
    DeskState::OnCall { until: at(until) }
}
fn closed(resumes: &str) -> DeskState {
    DeskState::Closed { resumes: at(resumes) }
}

#[test]
fn a_desk_without_a_window_is_on_call_outside_its_hours() {
    let table = [
        // A plain Monday, its first and last minute.
        ("2026-11-02T08:59-05:00", on_call("2026-11-02T09:00-05:00")),
        ("2026-11-02T09:00-05:00", support("2026-11-02T20:00-05:00")),
        ("2026-11-02T19:59-05:00", support("2026-11-02T20:00-05:00")),
        ("2026-11-02T20:00-05:00", on_call("2026-11-03T09:00-05:00")),
        // Saturday evening to Monday.
        ("2026-11-07T18:00-05:00", on_call("2026-11-09T09:00-05:00")),
        // Thanksgiving and the Friday after.
        ("2026-11-25T21:00-05:00", on_call("2026-11-27T10:00-05:00")),
        ("2026-11-26T12:00-05:00", on_call("2026-11-27T10:00-05:00")),
        ("2026-11-27T09:30-05:00", on_call("2026-11-27T10:00-05:00")),
        ("2026-11-27T10:00-05:00", support("2026-11-27T18:00-05:00")),
        // 4 July 2026 is a Saturday and stays there; in 2027 it gives a Sunday hours.
        ("2026-07-03T10:00-04:00", support("2026-07-03T20:00-04:00")),
        ("2026-07-04T11:00-04:00", support("2026-07-04T18:00-04:00")),
        ("2026-07-06T09:30-04:00", support("2026-07-06T20:00-04:00")),
        ("2027-07-04T11:00-04:00", support("2027-07-04T18:00-04:00")),
        ("2026-05-25T09:30-04:00", on_call("2026-05-25T10:00-04:00")),
        ("2027-01-18T19:00-05:00", on_call("2027-01-19T09:00-05:00")),
    ];
    for (instant, expected) in table {
        assert_eq!(reservations().state_at(&BOOK, at(instant)), expected, "{instant}");
    }
}

#[test]
fn a_desk_with_a_window_is_closed_outside_it() {
    let table = [
        ("2026-12-22T07:59-07:00", closed("2026-12-22T08:00-07:00")),
        ("2026-12-22T08:00-07:00", on_call("2026-12-22T09:00-07:00")),
        ("2026-12-22T09:00-07:00", support("2026-12-22T17:00-07:00")),
        ("2026-12-22T17:00-07:00", on_call("2026-12-22T20:00-07:00")),
        ("2026-12-22T20:00-07:00", closed("2026-12-23T08:00-07:00")),
        // A holiday changes the support hours, never the window.
        ("2026-12-25T09:30-07:00", on_call("2026-12-25T20:00-07:00")),
        // Unless it lists its own.
        ("2027-01-01T12:00-07:00", closed("2027-01-02T12:00-07:00")),
        ("2027-01-02T12:00-07:00", support("2027-01-02T13:00-07:00")),
        ("2027-01-02T13:00-07:00", closed("2027-01-02T18:00-07:00")),
        ("2027-01-02T18:00-07:00", on_call("2027-01-03T02:00-07:00")),
        ("2027-01-03T02:00-07:00", closed("2027-01-03T08:00-07:00")),
    ];
    for (instant, expected) in table {
        assert_eq!(resort().state_at(&BOOK, at(instant)), expected, "{instant}");
    }
}

#[test]
fn stretches_run_over_midnight_and_clock_changes() {
    let bar = calendar(
        r#"
        zone = "America/New_York"
        support = ["Fri-Sun 20:00-02:30"]
        holiday = [{ name = "Rest", date = "2026-05-02", closed = true }]
        "#,
    );
    let table = [
        ("2026-04-25T01:00-04:00", support("2026-04-25T02:30-04:00")),
        ("2026-04-25T02:30-04:00", on_call("2026-04-25T20:00-04:00")),
        // Friday's evening stops at the holiday's midnight, and its own evening does not begin.
        ("2026-05-01T21:00-04:00", support("2026-05-02T00:00-04:00")),
        ("2026-05-02T01:00-04:00", on_call("2026-05-03T20:00-04:00")),
        // 02:30 does not exist: the end is where the gap ends.
        ("2026-03-08T01:30-05:00", support("2026-03-08T03:00-04:00")),
        // The hour from 01:00 comes twice: five and a half hours written, six and a half long.
        ("2026-10-31T21:00-04:00", support("2026-11-01T02:30-05:00")),
    ];
    for (instant, expected) in table {
        assert_eq!(bar.state_at(&BOOK, at(instant)), expected, "{instant}");
    }
    let night = business_between(&bar, at("2026-10-31T19:00-04:00"), at("2026-11-01T12:00-05:00"));
    assert_eq!(night, Duration::from_secs(7 * 3600 + 1800));
}

#[test]
fn what_a_gap_skips_as_a_whole_never_comes() {
    let owl = calendar("zone = 'America/New_York'\nsupport = ['Sun 02:10-02:50']");
    let week_before = at("2026-03-01T12:00-05:00");
    assert_eq!(owl.next_support(&BOOK, week_before), at("2026-03-15T02:10-04:00"));
    let state = owl.state_at(&BOOK, at("2026-03-08T03:00-04:00"));
    assert_eq!(state, on_call("2026-03-15T02:10-04:00"));
}

#[test]
fn some_desks_never_change() {
    let always = calendar("zone = 'UTC'\nsupport = ['Mon-Sun 00:00-24:00']");
    let now = at("2026-11-21T12:00Z");
    assert_eq!(always.state_at(&BOOK, now), DeskState::Support { until: Timestamp::NEVER });
    assert_eq!(always.add_business(&BOOK, now, Duration::from_secs(60)), now + Duration::from_secs(60));

    let pagers_alone = calendar("zone = 'UTC'");
    assert_eq!(pagers_alone.state_at(&BOOK, now), DeskState::OnCall { until: Timestamp::NEVER });
    assert_eq!(pagers_alone.next_support(&BOOK, now), Timestamp::NEVER);
    assert_eq!(pagers_alone.next_cover(&BOOK, now), now);
    assert_eq!(pagers_alone.add_business(&BOOK, now, Duration::from_secs(60)), Timestamp::NEVER);

    // Its one day of support comes after eight years without a leap day.
    let leap =
        calendar("zone = 'UTC'\nholiday = [{ name = 'Leap', date = '02-29', hours = ['09:00-10:00'] }]");
    assert_eq!(leap.next_support(&BOOK, at("2096-03-01T00:00Z")), at("2104-02-29T09:00Z"));
    let far =
        calendar("zone = 'UTC'\nholiday = [{ name = 'Once', date = '2525-06-01', hours = ['09:00-10:00'] }]");
    assert_eq!(far.next_support(&BOOK, now), at("2525-06-01T09:00Z"));
    assert_eq!(far.next_support(&BOOK, at("2525-06-01T10:00Z")), Timestamp::NEVER);
}

#[test]
fn the_first_holiday_listed_counts() {
    let desk = calendar(
        r#"
        zone = "UTC"
        support = ["09:00-17:00"]
        holiday = [
            { name = "Inventory", date = "2026-12-25", hours = ["08:00-09:00"] },
            { name = "Christmas Day", date = "12-25", closed = true },
        ]
        "#,
    );
    assert_eq!(desk.state_at(&BOOK, at("2026-12-25T08:00Z")), support("2026-12-25T09:00Z"));
    assert_eq!(desk.state_at(&BOOK, at("2027-12-25T08:00Z")), on_call("2027-12-26T09:00Z"));
    let christmas = NaiveDate::from_ymd_opt(2026, 12, 25).unwrap();
    assert_eq!(desk.holiday(christmas).unwrap().name, "Inventory");
}

#[test]
fn business_time_stops_outside_support_hours() {
    let hours = |count: u64| Duration::from_secs(count * 3600);
    let table = [
        // Wednesday evening, over Thanksgiving, into the short Friday and Saturday.
        ("2026-11-25T19:00-05:00", 1, "2026-11-25T20:00-05:00"),
        ("2026-11-25T19:00-05:00", 2, "2026-11-27T11:00-05:00"),
        ("2026-11-25T19:00-05:00", 10, "2026-11-28T11:00-05:00"),
        ("2026-11-26T03:00-05:00", 8, "2026-11-27T18:00-05:00"),
        ("2026-11-26T03:00-05:00", 0, "2026-11-26T03:00-05:00"),
    ];
    for (from, span, expected) in table {
        let due = reservations().add_business(&BOOK, at(from), hours(span));
        assert_eq!(due, at(expected), "{from} + {span} h");
        assert_eq!(business_between(&reservations(), at(from), due), hours(span), "{from}");
    }
}

#[test]
fn holidays_fall_on_the_days_that_they_name() {
    let table: &[(&str, &[&str])] = &[
        ("12-25", &["2025-12-25", "2026-12-25"]),
        ("2026-12-24", &["2026-12-24"]),
        ("4th Thursday of November", &["2025-11-27", "2026-11-26"]),
        ("Friday after 4th Thursday of November", &["2025-11-28", "2026-11-27"]),
        ("last Monday of May", &["2025-05-26", "2026-05-25"]),
        ("third Mon of jan", &["2025-01-20", "2026-01-19"]),
        ("5th Friday of January", &["2025-01-31", "2026-01-30"]),
        ("Wed after 12-25", &["2025-01-01", "2025-12-31", "2026-12-30"]),
        ("Thursday after 12-25", &["2026-01-01", "2026-12-31"]),
        ("02-29", &[]),
        ("Easter", &["2025-04-20", "2026-04-05"]),
        ("2 days before Easter", &["2025-04-18", "2026-04-03"]),
        ("1 day after Easter", &["2025-04-21", "2026-04-06"]),
        ("Thursday after 36 days after easter", &["2025-05-29", "2026-05-14"]),
    ];
    let year = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    for (text, days) in table {
        let rule: DayRule = text.parse().unwrap();
        let found = year.iter_days().take(730).filter(|day| rule.is(*day)).map(|day| day.to_string());
        assert_eq!(found.collect::<Vec<_>>(), *days, "{text}");
        assert_eq!(rule.to_string().parse::<DayRule>().unwrap(), rule, "{text}");
    }
    for bad in [
        "",
        "Christmas",
        "13-01",
        "02-30",
        "6th Monday of May",
        "4th Thursday",
        "Foo after 12-25",
        "5",
        "81 days after Easter",
        "0 days before Easter",
        "days after Easter",
        "-1 days after Easter",
    ] {
        assert!(bad.parse::<DayRule>().is_err(), "{bad}");
    }
}

#[test]
fn a_rule_says_when_it_comes_next() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    for (rule, from, next) in [
        ("12-25", "2026-12-25", Some("2026-12-25")),
        ("12-25", "2026-12-26", Some("2027-12-25")),
        ("02-29", "2026-11-22", Some("2028-02-29")),
        ("5th Monday of February", "2026-11-22", Some("2044-02-29")),
        ("2 days before Easter", "2026-11-22", Some("2027-03-26")),
        ("2026-12-24", "2026-11-22", Some("2026-12-24")),
        ("2026-11-21", "2026-11-22", None),
        ("Monday after 2026-11-20", "2026-11-22", Some("2026-11-23")),
        ("Monday after 2026-11-20", "2026-11-24", None),
        ("2525-06-01", "2026-11-22", Some("2525-06-01")),
    ] {
        let rule: DayRule = rule.parse().unwrap();
        assert_eq!(rule.next(day(from)), next.map(day), "{rule} from {from}");
    }
}

#[test]
fn stretches_are_read_and_written() {
    let table = [
        ("Mon-Fri 09:00-20:00", "Mon-Fri 09:00-20:00"),
        ("sat 9:00 - 18:00", "Sat 09:00-18:00"),
        ("Saturday,Sunday 10:00-18:00", "Sat-Sun 10:00-18:00"),
        ("Sat-Mon 20:00-02:00", "Mon,Sat-Sun 20:00-02:00"),
        ("08:00-20:00", "Mon-Sun 08:00-20:00"),
        ("Mon, Wed 00:00-24:00", "Mon,Wed 00:00-24:00"),
        ("Mon 20:00-00:00", "Mon 20:00-24:00"),
    ];
    for (text, written) in table {
        let span: WeeklySpan = text.parse().unwrap();
        assert_eq!(span.to_string(), written);
        assert_eq!(written.parse::<WeeklySpan>().unwrap(), span);
    }
    let table = [
        ("Mon-Fri", "is no stretch of time"),
        ("Mon 09:00", "is no stretch of time"),
        ("Mon 09:00-09:00", "it ends when it begins"),
        ("Mon 24:00-25:00", "`25:00` is no time of day"),
        ("Mon 24:00-02:00", "`24:00` is no beginning"),
        ("Mon 9-17", "`9` is no time of day"),
        ("Mon 09:60-17:00", "`09:60` is no time of day"),
        ("Mon 09:00-17:00:00", "is no time of day"),
        ("Mo-Fr 09:00-17:00", "`Mo` is no weekday"),
        ("Mon,, 09:00-17:00", "`` is no weekday"),
        ("", "is no stretch of time"),
    ];
    for (text, complaint) in table {
        let error = text.parse::<WeeklySpan>().unwrap_err();
        assert!(error.what.contains(complaint), "{text}: {}", error.what);
    }
}

#[test]
fn every_fault_is_found_with_its_part() {
    let written: WrittenCalendar = toml::from_str(
        r#"
        zone = "America/NewYork"
        support = ["Mon-Fri 09:00-20:00", "Sat 25:00-26:00"]
        on_call = ["Never"]
        [[holiday]]
        name = "A"
        date = "Someday"
        [[holiday]]
        name = "B"
        date = 2026-12-25
        closed = true
        hours = ["10:00-18:00", "10-18"]
        on_call = ["Sat 10:00-18:00"]
        "#,
    )
    .unwrap();
    let faults = written.read().unwrap_err();
    let paths: Vec<String> = faults.iter().map(|fault| fault.path.join(".")).collect();
    assert_eq!(
        paths,
        [
            "zone",
            "support.1",
            "on_call.0",
            "holiday.0.date",
            "holiday.0.name",
            "holiday.1.hours.1",
            "holiday.1.on_call.0",
            "holiday.1.closed"
        ]
    );
    assert!(faults.iter().all(|fault| !fault.what.is_empty() && !fault.remedy.is_empty()));

    let nobody: WrittenCalendar = toml::from_str("zone = 'UTC'\non_call = []").unwrap();
    assert_eq!(nobody.read().unwrap_err()[0].path, ["on_call"]);
}

#[test]
fn what_is_read_is_written_again() {
    for calendar in [reservations(), resort()] {
        let toml = toml::to_string(&calendar).unwrap();
        assert_eq!(toml::from_str::<Calendar>(&toml).unwrap(), calendar);
        let json = serde_json::to_string(&calendar).unwrap();
        assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
    }
}

#[test]
fn at_the_calendar_s_ends_there_is_an_answer() {
    // What can be written as RFC 3339, the calendar's own ends (in the years -5952 and 9892), and all that a number holds.
    let ends = [
        at("0000-01-01T00:00Z"),
        at("9891-12-31T00:00Z"),
        at("9999-06-01T00:00Z"),
        at("9999-12-31T00:00Z"),
        Timestamp(-250_000_000_000_000),
        Timestamp(250_000_000_000_000),
        Timestamp(i64::MIN),
        Timestamp::NEVER,
    ];
    let a_year = Duration::from_secs(366 * 24 * 60 * 60);
    let mut east = reservations();
    east.zone = "Pacific/Kiritimati".parse().unwrap();
    for calendar in [reservations(), resort(), east] {
        for (from, to) in ends.iter().flat_map(|end| [(*end - a_year, *end), (*end, *end + a_year)]) {
            let mut end = from;
            for covered in calendar.covers(&BOOK, from, to) {
                assert!(covered.from == end && covered.to > end && covered.to <= to, "{from} {covered:?}");
                end = covered.to;
            }
            assert_eq!(end, to, "{from}");
            for instant in [from, to] {
                let _ = calendar.cover_resumes(&BOOK, instant);
                assert!(calendar.next_support(&BOOK, instant) >= instant);
                assert!(calendar.next_cover(&BOOK, instant) >= instant);
                assert!(calendar.add_business(&BOOK, instant, Duration::from_secs(3600)) >= instant);
            }
        }
    }
}
