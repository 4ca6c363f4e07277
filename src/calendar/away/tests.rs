//! Calendars of absences, and of everything else in somebody's life.

use super::*;
use crate::rules::zone::tests::{BOOK, at, zone};

fn calendar(events: &[&str]) -> String {
    let event = |lines: &&str| format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n");
    format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.iter().map(event).collect::<String>())
}

/// In the first half of 2026, to somebody in Denver.
fn away(text: &str, counts: Counts) -> Result<Away, NotAway> {
    let span = (at("2026-01-01T00:00-07:00"), at("2026-07-01T00:00-06:00"));
    read(text, span, counts, zone("America/Denver"), &BOOK)
}

fn told(away: &Away) -> (Vec<String>, Vec<String>) {
    let wall = |at| BOOK.to_wall(zone("America/Denver"), at).format("%m-%d %H:%M").to_string();
    let absences = away.absences.iter().map(|absence| {
        format!("{} to {}: {}", wall(absence.span.from), wall(absence.span.to), absence.summary)
    });
    let left = away.left_out.iter().map(|left| format!("{} {}: {}", left.starts, left.summary, left.why));
    (absences.collect(), left.collect())
}

#[test]
fn whatever_he_is_busy_with_counts() {
    let text = calendar(&[
        "SUMMARY:Sea\nDTSTART;VALUE=DATE:20260306\nDTEND;VALUE=DATE:20260310",
        "SUMMARY:Dentist\nDTSTART;TZID=Europe/Berlin:20260105T100000\nDURATION:PT1H",
        "SUMMARY:Course\nDTSTART;VALUE=DATE:20260130\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2",
        "SUMMARY:Birthday\nTRANSP:TRANSPARENT\nDTSTART;VALUE=DATE:20260401",
        "SUMMARY:From the hut\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\nDTSTART;VALUE=DATE:20260402",
        "SUMMARY:Out\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nDTSTART:20260403T180000Z\nDTEND:20260404T180000Z",
        "SUMMARY:Called off\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260405",
        "SUMMARY:Long ago\nTRANSP:TRANSPARENT\nDTSTART;VALUE=DATE:20200405\nDTEND;VALUE=DATE:20200406",
        "SUMMARY:Odd\nDTSTART;TZID=Mars/Olympus:20260405T100000\nDURATION:PT1H",
    ]);
    let free = ["20260401 Birthday: it is marked as free", "20260402 From the hut: it is marked as free"];
    let odd = "20260405T100000 Odd: its times are of `Mars/Olympus`, which is no time zone that is known";
    let (absences, left) = told(&away(&text, Counts::Busy).unwrap());
    assert_eq!(
        absences,
        [
            "01-05 02:00 to 01-05 03:00: Dentist",
            "01-30 00:00 to 01-31 00:00: Course",
            "02-27 00:00 to 02-28 00:00: Course",
            // Of days, on his clock, over the change of it.
            "03-06 00:00 to 03-10 00:00: Sea",
            "04-03 12:00 to 04-04 12:00: Out",
        ]
    );
    assert_eq!(left, [free[0], free[1], odd]);
    let (absences, left) = told(&away(&text, Counts::WholeDays).unwrap());
    assert_eq!(absences.len(), 4);
    assert_eq!(left, ["20260105T100000 Dentist: it is shorter than a day", free[0], free[1], odd]);
}

#[test]
fn zones_are_known_by_many_names() {
    for (name, berlin) in [
        ("Europe/Berlin", true),
        ("/example.org/2026a/Europe/Berlin", true),
        ("W. Europe Standard Time", true),
        ("Home", true),
        ("\"W. Europe Standard Time\"", true),
        ("\"(UTC+01:00) Home\"", true),
        ("Nowhere", false),
        ("Moon Standard Time", false),
    ] {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Home\nX-LIC-LOCATION:Europe/Berlin\nEND:VTIMEZONE\n\
             BEGIN:VTIMEZONE\nTZID:(UTC+01:00) Home\nX-LIC-LOCATION:W. Europe Standard Time\nEND:VTIMEZONE\n\
             BEGIN:VTIMEZONE\nTZID:Nowhere\nEND:VTIMEZONE\n\
             BEGIN:VEVENT\nDTSTART;TZID={name}:20260105T100000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        let found = away(&text, Counts::Busy).unwrap();
        let span = found.absences.first().map(|absence| absence.span.from);
        assert_eq!(span, berlin.then(|| at("2026-01-05T10:00+01:00")), "{name}: {found:?}");
    }
}

#[test]
fn what_overlaps_or_touches_is_one_absence() {
    let text = calendar(&[
        "DTSTART;VALUE=DATE:20260309",
        "DTSTART;VALUE=DATE:20260306\nDTEND;VALUE=DATE:20260308",
        "DTSTART:20260307T100000Z\nDURATION:PT1H",
        "DTSTART;VALUE=DATE:20260308",
        "DTSTART;VALUE=DATE:20260311",
    ]);
    let spans = away(&text, Counts::Busy).unwrap().spans();
    let expected = [
        (at("2026-03-06T00:00-07:00"), at("2026-03-10T00:00-06:00")),
        (at("2026-03-11T00:00-06:00"), at("2026-03-12T00:00-06:00")),
    ];
    assert_eq!(spans, expected.map(|(from, to)| Span { from, to }));
}

/// What nobody should have to read, and what must be answered all the same, soon and in little memory. What is soon is not
/// measured here: each of them would take minutes or end the process if its work were not bounded.
#[test]
fn hostile_files_are_answered() {
    let at = "DTSTART:20260105T160000Z\nDURATION:PT1H";
    let years = "DTSTART:00010101T000000Z\nDURATION:PT1H";
    let many = |event: &str, count: usize| calendar(&vec![event; count]);
    let dates = vec!["20260105T160000Z"; 3_800].join(",");
    let days = vec!["MO"; 20_000].join(",");
    let letter = |letter: char| if letter == '\n' { "\n".into() } else { format!("{letter}\n ") };
    let folded: String = calendar(&[at]).chars().map(letter).collect();
    for (what, text, expected) in [
        ("a hundred thousand events", many(at, 100_000), Err(NotAway::NoCalendar(NoCalendar::TooManyEvents))),
        ("of long ago", many("DTSTART:20100101\nDTEND:20100102", 100_000), Ok((0, 0))),
        ("daily since the year one", many(&format!("{years}\nRRULE:FREQ=DAILY"), 5), Ok((181, 0))),
        ("for ever", many(&format!("{at}\nRRULE:FREQ=DAILY"), 100), Err(NotAway::TooMany)),
        (
            "counted from the year one",
            many(&format!("{years}\nRRULE:FREQ=DAILY;COUNT=999999999"), 1_000),
            Ok((0, MOST_LEFT_OUT)),
        ),
        ("each second", many(&format!("{at}\nRRULE:FREQ=SECONDLY"), 1_000), Ok((0, MOST_LEFT_OUT))),
        (
            "rules as long as books",
            many(&format!("{years}\nRRULE:FREQ=MONTHLY;BYDAY={days};BYSETPOS=-1"), 30),
            Ok((0, 30)),
        ),
        ("the same exception again and again", many(&format!("{at}\nEXDATE:{dates}"), 30), Ok((0, 0))),
        (
            "a zone of many parts",
            many(&format!("DTSTART;TZID={}:20260105T160000\nDURATION:PT1H", "a/".repeat(32_000)), 30),
            Ok((0, 30)),
        ),
        ("folded at each letter", folded, Ok((1, 0))),
        ("wrong letters", many(&format!("{at}\nSUMMARY:\u{fffd}\0\u{202e}\u{7f}"), 2), Ok((1, 0))),
        (
            "an end that never comes",
            format!("{at}\n").repeat(100_000),
            Err(NotAway::NoCalendar(NoCalendar::Broken)),
        ),
    ] {
        let answer = away(&text, Counts::Busy).map(|away| (away.absences.len(), away.left_out.len()));
        assert_eq!(answer, expected, "{what}");
    }
}
