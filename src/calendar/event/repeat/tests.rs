use super::*;
use crate::rules::zone::tests::{BOOK, wall, zone};

fn dates(rule: &str, start: &str, early: &str, late: &str) -> Result<String, Why> {
    let start = Moment { zone: zone("America/Denver"), wall: wall(start), all_day: false };
    let found = Rule::read(rule, &start, &BOOK)?.occurrences(
        start.wall,
        (wall(early), wall(late)),
        &Budget::default(),
    )?;
    let each: Vec<String> = found.iter().map(|at| at.format("%m-%d").to_string()).collect();
    Ok(each.join(" "))
}

#[test]
fn rules_fall_on_their_dates() {
    // 5 January 2026 is a Monday.
    let table = [
        ("FREQ=DAILY", "2026-01-05T09:00", "01-05 01-06 01-07 01-08 01-09 01-10 01-11 01-12"),
        ("FREQ=DAILY;INTERVAL=3", "2026-01-05T09:00", "01-05 01-08 01-11"),
        ("FREQ=DAILY;INTERVAL=3", "2025-12-31T09:00", "01-06 01-09 01-12"),
        ("FREQ=DAILY;BYDAY=SA,SU", "2026-01-05T09:00", "01-10 01-11"),
        ("FREQ=DAILY;COUNT=2", "2026-01-05T09:00", "01-05 01-06"),
        // Those before the time that is looked at are counted too.
        ("FREQ=DAILY;COUNT=10", "2025-12-30T09:00", "01-05 01-06 01-07 01-08"),
        ("freq=daily;until=20260107", "2026-01-05T09:00", "01-05 01-06 01-07"),
        // 09:00 in Denver is 16:00 in UTC.
        ("FREQ=DAILY;UNTIL=20260107T160000Z", "2026-01-05T09:00", "01-05 01-06 01-07"),
        ("FREQ=DAILY;UNTIL=20260107T155959Z", "2026-01-05T09:00", "01-05 01-06"),
        ("FREQ=DAILY;UNTIL=20260107T085959", "2026-01-05T09:00", "01-05 01-06"),
        ("FREQ=DAILY;UNTIL=20250107", "2025-01-05T09:00", ""),
        ("FREQ=WEEKLY", "2025-12-08T09:00", "01-05 01-12"),
        ("FREQ=WEEKLY;INTERVAL=2", "2025-12-08T09:00", "01-05"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "2026-01-05T09:00", "01-05 01-07 01-09 01-12"),
        // Where a week begins decides which Sunday is of the second week.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU", "2025-12-30T09:00", ""),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU", "2025-12-30T09:00", "01-11"),
        ("FREQ=MONTHLY", "2025-11-07T09:00", "01-07"),
        ("FREQ=MONTHLY;INTERVAL=2", "2025-11-07T09:00", "01-07"),
        ("FREQ=MONTHLY;INTERVAL=2", "2025-12-07T09:00", ""),
        ("FREQ=MONTHLY;BYMONTHDAY=6,-21,-22", "2025-11-07T09:00", "01-06 01-10 01-11"),
        ("FREQ=MONTHLY;BYDAY=2TU,1MO", "2025-11-07T09:00", "01-05"),
        // The 31st of December was a Wednesday, and the 30th of January is a Friday.
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=7", "2025-11-11T09:00", "01-09"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-16,-22", "2025-11-03T09:00", "01-09"),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-7", "2025-11-09T09:00", "01-10"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=SA,SU;BYSETPOS=-7", "2025-12-07T09:00", ""),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=MO,TU;BYSETPOS=1", "2020-01-06T09:00", "01-05"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-9223372036854775808", "2025-11-09T09:00", ""),
        ("FREQ=MONTHLY;BYDAY=-9223372036854775808MO", "2025-11-09T09:00", ""),
        ("FREQ=MONTHLY;BYMONTHDAY=-9223372036854775808", "2025-11-09T09:00", ""),
        ("FREQ=MONTHLY;BYDAY=-3SU", "2025-11-07T09:00", "01-11"),
        ("FREQ=YEARLY", "2020-01-08T09:00", "01-08"),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=2SU", "2020-01-08T09:00", "01-11"),
        ("FREQ=YEARLY;INTERVAL=4", "2020-01-08T09:00", ""),
    ];
    for (rule, start, expected) in table {
        let found = dates(rule, start, "2026-01-05T00:00", "2026-01-12T12:00");
        assert_eq!(found.as_deref(), Ok(expected), "{rule} from {start}");
    }
}

#[test]
fn the_last_working_day_of_each_month() {
    let rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1";
    let found = dates(rule, "2025-12-31T09:00", "2026-01-01T00:00", "2026-07-01T00:00");
    assert_eq!(found.as_deref(), Ok("01-30 02-27 03-31 04-30 05-29 06-30"));
}

#[test]
fn what_is_not_understood_is_said() {
    for rule in [
        "",
        "INTERVAL=2",
        "FREQ=HOURLY",
        "FREQ=SECONDLY;COUNT=99999999",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;UNTIL=99999999",
        "FREQ=DAILY;BYDAY=",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYDAY=é",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=1,2;BYDAY=MO;BYSETPOS=1",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ",
    ] {
        let found = dates(rule, "2026-01-05T09:00", "2026-01-05T00:00", "2026-01-12T12:00");
        assert_eq!(found, Err(Why::Repeats), "{rule}");
    }
    // Nobody waits while two thousand years of days are counted.
    let long_ago =
        dates("FREQ=DAILY;COUNT=900000", "0001-01-01T09:00", "2026-01-05T00:00", "2026-01-06T00:00");
    assert_eq!(long_ago, Err(Why::Repeats));
    let uncounted = dates("FREQ=DAILY", "0001-01-01T09:00", "2026-01-05T00:00", "2026-01-06T00:00");
    assert_eq!(uncounted.as_deref(), Ok("01-05"));
}

#[test]
fn the_rules_of_a_file_are_not_asked_for_ever() {
    let start = Moment { zone: zone("America/Denver"), wall: wall("2016-01-05T09:00"), all_day: false };
    let days = vec!["MO"; 20_000].join(",");
    let rule =
        Rule::read(&format!("FREQ=MONTHLY;COUNT=9999;BYDAY={days};BYSETPOS=1"), &start, &BOOK).unwrap();
    let span = (wall("2026-01-01T00:00"), wall("2027-01-01T00:00"));
    assert_eq!(rule.occurrences(start.wall, span, &Budget::default()), Err(Why::TooMuch));
    // What people write is far from it: a file of daily rules of a year.
    let rule = Rule::read("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", &start, &BOOK).unwrap();
    let budget = Budget::default();
    for _ in 0..5_000 {
        assert_eq!(rule.occurrences(start.wall, span, &budget).map(|found| found.len()), Ok(261));
    }
}
