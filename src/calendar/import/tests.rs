//! Calendars as people have them, and as nobody should.

use proptest::prelude::*;

use super::*;
use crate::rules::rota::Rota;
use crate::rules::zone::tests::{BOOK, at, zone};

const DESK: &str = r#"
key = "small"
name = "Small"
country = "US"
fictional_numbers = true
hours = { zone = "America/Denver", support = ["Mon-Fri 09:00-17:00"] }
[[line]]
number = "+18025550100"
label = "Emergency line"
flow = "emergency"
carrier = "main"
[[severity]]
level = 1
definition = { en = "all is lost" }
[[agent]]
key = "ada"
name = "Ada Lovelace"
email = "ada@example.com"
phone = [{ number = "+18025550111" }]
[[agent]]
key = "ben"
name = "Ben Nevis"
phone = [{ number = "+18025550112" }]
[[agent]]
key = "cleo-n"
name = "Cleo Nile"
phone = [{ number = "+18025550113" }]
[[agent]]
key = "ben-two"
name = "Ben Bow"
phone = [{ number = "+18025550114" }]
[[rota]]
name = "primary"
layer = [{ agents = ["ada"], every = "week", starts = 2026-01-05, hand_off = "09:00" }]
[[policy]]
name = "nights"
last_resort = ["everyone"]
step = [{ targets = ["rota:primary"] }]
"#;

/// A calendar of these events, each by its lines.
fn calendar(events: &[&str]) -> String {
    let event =
        |lines: &&str| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.trim().replace('\n', "\r\n"));
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{events}END:VCALENDAR\r\n")
}

/// From 1 January to 1 July 2026, in Denver.
fn imported(text: &str) -> Result<Import, NoImport> {
    let desk = Desk::parse(DESK).unwrap();
    let span = (at("2026-01-01T00:00-07:00"), at("2026-07-01T00:00-06:00"));
    read(text, span, &desk, zone("America/Denver"), &BOOK)
}

fn told(import: &Import) -> (Vec<String>, Vec<String>) {
    let wall = |at| BOOK.to_wall(zone("America/Denver"), at).format("%m-%d %H:%M").to_string();
    let shift = |shift: &Proposed| format!("{} {} to {}", shift.agent, wall(shift.from), wall(shift.to));
    let left = |left: &LeftOut| format!("{} {}: {}", left.starts, left.summary, left.why);
    (import.shifts.iter().map(shift).collect(), import.left_out.iter().map(left).collect())
}

#[test]
fn events_become_shifts_by_the_wall_clock_that_they_were_written_for() {
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            "in UTC",
            &["SUMMARY:Ada Lovelace\nDTSTART:20260105T160000Z\nDTEND:20260112T160000Z"],
            &["ada 01-05 09:00 to 01-12 09:00"],
        ),
        (
            "in a zone, with a prefix, quoted, and floating",
            &[
                "SUMMARY:On call: Ben Bow\nDTSTART;TZID=America/New_York:20260105T110000\nDTEND;TZID=America/New_York:20260105T120000",
                "SUMMARY:Ada\nDTSTART;TZID=/example.org/2026a/America/New_York:20260106T110000\nDURATION:PT1H",
                "SUMMARY:Cleo\nDTSTART;TZID=\"Europe/Berlin\":20260107T180000\nDTEND:20260107T190000Z",
                "SUMMARY:cleo-n\nDTSTART:20260108T110000\nDURATION:P1DT30M",
                "SUMMARY:Ada\nDTSTART;TZID=Eastern Standard Time:20260112T110000\nDURATION:PT1H",
            ],
            &[
                "ben-two 01-05 09:00 to 01-05 10:00",
                "ada 01-06 09:00 to 01-06 10:00",
                "cleo-n 01-07 10:00 to 01-07 12:00",
                "cleo-n 01-08 11:00 to 01-09 11:30",
                "ada 01-12 09:00 to 01-12 10:00",
            ],
        ),
        (
            "all day is from midnight to midnight",
            &[
                "SUMMARY:Ada (primary)\nDTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260112",
                "SUMMARY:Cleo Nile\nDTSTART;VALUE=DATE:20260112",
            ],
            &["ada 01-05 00:00 to 01-12 00:00", "cleo-n 01-12 00:00 to 01-13 00:00"],
        ),
        (
            "a repetition keeps its hour over the change of the clocks, without what is excepted, moved or called off",
            &[
                "UID:1\nSUMMARY:Ada\nDTSTART;TZID=America/Denver:20260301T200000\nDTEND;TZID=America/Denver:20260302T080000\n\
                 RRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=America/Denver:20260308T200000",
                "UID:1\nRECURRENCE-ID:20260316T020000Z\nSUMMARY:Cleo\nDTSTART:20260316T030000Z\nDTEND:20260316T140000Z",
                "UID:1\nRECURRENCE-ID;TZID=America/Denver:20260322T200000\nSTATUS:CANCELLED\nSUMMARY:Ada\n\
                 DTSTART;TZID=America/Denver:20260322T200000\nDURATION:PT1H",
            ],
            &[
                "ada 03-01 20:00 to 03-02 08:00",
                "cleo-n 03-15 21:00 to 03-16 08:00",
                "ada 03-29 20:00 to 03-30 08:00",
            ],
        ),
        (
            "more dates, twice the same, and what lies outside",
            &[
                "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:PT1H\nRDATE:20260106T160000Z,20260107T160000Z",
                "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:PT1H",
                "SUMMARY:Ada\nDTSTART:20251105T160000Z\nDURATION:PT1H",
                "SUMMARY:Somebody of old\nDTSTART:20251105T160000Z\nDURATION:PT1H",
                "SUMMARY:Ada\nDTSTART:20251231T160000Z\nDURATION:P1D",
            ],
            &[
                "ada 12-31 09:00 to 01-01 09:00",
                "ada 01-05 09:00 to 01-05 10:00",
                "ada 01-06 09:00 to 01-06 10:00",
                "ada 01-07 09:00 to 01-07 10:00",
            ],
        ),
        (
            "lines are folded, names in whatever case, texts escaped",
            &[
                "summary:never read\nSUMMARY:Primary\\, night\\; ADA\n  LOVELACE\nDTSTART:20260105T160000Z\nDURATION:PT1H",
            ],
            &["ada 01-05 09:00 to 01-05 10:00"],
        ),
    ];
    for (what, events, expected) in table {
        let import = imported(&calendar(events)).unwrap();
        let (shifts, left) = told(&import);
        let again = imported(&import.text).unwrap();
        assert_eq!(again, import, "{what}");
        assert_eq!(
            (shifts, left),
            (expected.iter().map(|line| (*line).to_owned()).collect(), vec![]),
            "{what}"
        );
    }
}

#[test]
fn whom_an_event_means_is_told_by_the_surest_sign() {
    let at = "DTSTART:20260105T160000Z\nDURATION:PT1H";
    let table = [
        ("SUMMARY:On call", "ATTENDEE;CN=X:mailto:ADA@example.com", "ada"),
        ("SUMMARY:Cleo is away", "ATTENDEE;CN=Ada L:mailto:ada@example.com", "ada"),
        ("SUMMARY:On call", "ATTENDEE;ROLE=CHAIR;CN=\"Cleo Nile\":mailto:c@example.org", "cleo-n"),
        ("SUMMARY:ada@example.com", "", "ada"),
        ("SUMMARY:Ben Bow's night", "", "ben-two"),
        ("SUMMARY:Night of Ben Nevis", "", "ben"),
        ("SUMMARY:BEN-TWO", "", "it may mean ben or ben-two"),
        ("SUMMARY:ada or cleo", "", "ada"),
        ("SUMMARY:cleo", "", "cleo-n"),
        ("SUMMARY:Adam", "", "it names no agent of this desk"),
        ("SUMMARY:Ada Lovelace and Cleo Nile", "", "it may mean ada or cleo-n"),
        ("SUMMARY:", "", "it names no agent of this desk"),
        ("LOCATION:Ada", "", "it names no agent of this desk"),
    ];
    for (summary, attendee, meant) in table {
        let import = imported(&calendar(&[&format!("{summary}\n{attendee}\n{at}")])).unwrap();
        let (shifts, left) = (import.shifts.first(), import.left_out.first());
        let found = shifts.map(|shift| shift.agent.to_string()).or(left.map(|left| left.why.to_string()));
        assert_eq!(found.as_deref(), Some(meant), "{summary} {attendee}");
    }
}

#[test]
fn what_is_not_understood_is_listed_with_its_reason() {
    let import = imported(&calendar(&[
        "SUMMARY:Ada\nDTSTART;TZID=Mars/Olympus:20260105T090000\nDURATION:PT1H",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRRULE:FREQ=WEEKLY",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDTEND:20260105T150000Z",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:-PT1H",
        "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:P99999999999999999W",
        "SUMMARY:Ada\nDTSTART:today\nDURATION:PT1H",
        "SUMMARY:Ada",
        "SUMMARY:Zoe\\nand all\nDTSTART:20260105T160000Z\nDURATION:PT1H",
        // An hour that no clock in New York shows.
        "SUMMARY:Ada\nDTSTART;TZID=America/New_York:20260308T020000\nDTEND;TZID=America/New_York:20260308T030000",
        "SUMMARY:Ada\nDTSTART;TZID=America/New_York:20260208T020000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYMONTHDAY=8;COUNT=2\nEXDATE;TZID=America/New_York:20260208T020000",
    ]))
    .unwrap();
    assert_eq!(
        told(&import).1,
        [
            "20260105T090000 Ada: its times are of `Mars/Olympus`, which is no time zone that is known",
            "20260105T160000Z Ada: it repeats in a way that is not understood; write its times by hand",
            "20260105T160000Z Ada: it repeats in a way that is not understood; write its times by hand",
            "20260105T160000Z Ada: it repeats in a way that is not understood; write its times by hand",
            "20260105T160000Z Ada: its beginning or end cannot be read",
            "20260105T160000Z Ada: its beginning or end cannot be read",
            "20260105T160000Z Ada: its beginning or end cannot be read",
            "20260105T160000Z Ada: its beginning or end cannot be read",
            "today Ada: its beginning or end cannot be read",
            " Ada: its beginning or end cannot be read",
            "20260105T160000Z Zoe and all: it names no agent of this desk",
            "20260308T020000 Ada: the clock goes forward over it, and nothing of it is left",
            "20260308T020000 Ada: the clock goes forward over it, and nothing of it is left",
        ]
    );
    assert_eq!(import.shifts, []);
}

#[test]
fn in_the_hour_that_comes_twice_the_instant_is_kept_or_it_is_told() {
    // In Denver the wall shows 01:00 to 02:00 twice on 1 November 2026: from 07:00 and from 08:00 by UTC.
    let span = (at("2026-10-01T00:00-06:00"), at("2026-12-01T00:00-07:00"));
    let desk = Desk::parse(DESK).unwrap();
    let denver = zone("America/Denver");
    let twice = "the hour that comes twice, the second time";
    let first = "DTSTART:20261101T070000Z";
    for (what, lines, expected) in [
        (
            "it ends at the first",
            "DTSTART;TZID=America/Denver:20261031T200000\nDTEND:20261101T073000Z",
            Ok("20:00 to 01:30"),
        ),
        (
            "it ends at the second",
            "DTSTART;TZID=America/Denver:20261031T200000\nDTEND:20261101T083000Z",
            Err("20261031T200000-0600"),
        ),
        ("it begins at the first", "DTSTART:20261101T073000Z\nDTEND:20261101T140000Z", Ok("01:30 to 07:00")),
        (
            "it begins at the second",
            "DTSTART:20261101T083000Z\nDTEND:20261101T140000Z",
            Err("20261101T013000-0700"),
        ),
        ("it lies in the second", "DTSTART:20261101T081500Z\nDURATION:PT30M", Err("20261101T011500-0700")),
        (
            "from the first to the second",
            "DTSTART;TZID=America/Denver:20261101T013000\nDTEND:20261101T081500Z",
            Err("20261101T013000-0600"),
        ),
        ("over both", &*format!("{first}\nDTEND:20261101T090000Z"), Ok("01:00 to 02:00")),
        (
            "once more in the second",
            "DTSTART;TZID=America/Denver:20261030T013000\nDTEND;TZID=America/Denver:20261030T014500\nRDATE:20261101T083000Z",
            Err("20261101T013000-0700"),
        ),
    ] {
        let text = calendar(&[&format!("SUMMARY:Ada\n{lines}")]);
        let import = read(&text, span, &desk, denver, &BOOK).unwrap();
        let (shifts, left) = told(&import);
        match expected {
            Ok(expected) => {
                let [shift] = &import.shifts[..] else { panic!("{what}: {shifts:?} {left:?}") };
                let (from, to) = (BOOK.to_wall(denver, shift.from), BOOK.to_wall(denver, shift.to));
                assert_eq!(format!("{} to {}", from.format("%H:%M"), to.format("%H:%M")), expected, "{what}");
                assert_eq!(left, Vec::<String>::new(), "{what}");
                // As a rota it says to the instant what the calendar said.
                let overrides = import.overrides(denver, &BOOK);
                let rota = Rota { name: "r".into(), zone: denver, layers: vec![], overrides };
                let on_call = |at: i64| rota.on_call(&BOOK, Timestamp(at)).is_some();
                let around = [shift.from.0 - 1, shift.from.0, shift.to.0 - 1, shift.to.0];
                assert_eq!(around.map(on_call), [false, true, true, false], "{what}");
            }
            Err(starts) => {
                let [.., left] = &left[..] else { panic!("{what}: {shifts:?}") };
                assert!(
                    left.starts_with(&format!("{starts} Ada: ")) && left.contains(twice),
                    "{what}: {left}"
                );
            }
        }
    }
}

#[test]
fn what_is_no_calendar_or_too_much_of_one_is_refused() {
    let event = "SUMMARY:Ada\nDTSTART:20260105T160000Z\nDURATION:PT1H";
    let daily = format!("{event}\nRRULE:FREQ=DAILY");
    let deep = format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:X\r\n".repeat(100_000));
    for (what, text, refused) in [
        ("nothing", String::new(), NoCalendar::Broken.into()),
        ("a page", "<html>BEGIN:VCALENDAR</html>".to_owned(), NoCalendar::Broken.into()),
        ("half of one", calendar(&[event]).replace("END:VCALENDAR\r\n", ""), NoCalendar::Broken.into()),
        ("one that is deep", deep, NoCalendar::Broken.into()),
        ("a large one", calendar(&[event]) + &" ".repeat(LARGEST), NoCalendar::TooLarge.into()),
        ("many events", calendar(&vec![event; 6_000]), NoCalendar::TooManyEvents.into()),
        ("many repetitions", calendar(&vec![&*daily; 40]), NoImport::TooManyShifts),
    ] {
        assert_eq!(imported(&text).unwrap_err(), refused, "{what}");
    }
    // What names nobody does not fill pages.
    let strangers =
        imported(&calendar(&vec!["SUMMARY:Zoe\nDTSTART:20260105T160000Z\nDURATION:PT1H"; 500])).unwrap();
    assert_eq!(strangers.left_out.len(), MOST_LEFT_OUT);
    // A byte order mark, bare line feeds and an alarm are common.
    let common = calendar(&[&format!("{event}\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nEND:VALARM")]);
    let common = format!("\u{feff}{}", common.replace("\r\n", "\n"));
    assert_eq!(imported(&common).unwrap().shifts.len(), 1);
}

fn weeks(agents: &[&str], start: &str, length: &str) -> String {
    let first = chrono::NaiveDate::parse_from_str(start, "%Y%m%d").unwrap();
    let days: u64 = length.parse().unwrap();
    let events: Vec<String> = (0..)
        .zip(agents)
        .map(|(turn, agent)| {
            let day = (first + chrono::Days::new(turn * days)).format("%Y%m%d");
            format!("SUMMARY:{agent}\nDTSTART;TZID=America/Denver:{day}T090000\nDURATION:P{days}D")
        })
        .collect();
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn turns_that_do_not_change_are_a_layer() {
    let denver = zone("America/Denver");
    /// Who takes turns, how long one is, and from when on.
    type Turns = Option<(&'static str, &'static str, &'static str)>;
    let table: &[(&str, String, Turns)] = &[
        (
            "weeks, over the change of the clocks",
            weeks(&["ada", "cleo", "ada", "cleo", "ada"], "20260216", "7"),
            Some(("ada cleo-n", "week", "2026-02-16")),
        ),
        (
            "days of three",
            weeks(&["ada", "cleo", "Ben Bow", "ada", "cleo", "Ben Bow"], "20260105", "1"),
            Some(("ada cleo-n ben-two", "day", "2026-01-05")),
        ),
        (
            "three days",
            weeks(&["ada", "cleo", "ada", "cleo"], "20260105", "3"),
            Some(("ada cleo-n", "3 days", "2026-01-05")),
        ),
        ("one alone", weeks(&["ada", "ada"], "20260105", "14"), Some(("ada", "2 weeks", "2026-01-05"))),
        ("too few to tell", weeks(&["ada", "cleo", "ada"], "20260105", "7"), None),
        ("out of order", weeks(&["ada", "cleo", "ada", "ada", "cleo"], "20260105", "7"), None),
        (
            "a day between",
            weeks(&["ada", "cleo", "ada", "cleo"], "20260105", "7").replace("P7D", "P6D"),
            None,
        ),
    ];
    for (what, text, expected) in table {
        let import = imported(text).unwrap();
        assert_eq!(import.left_out, [], "{what}");
        let layer = import.layer(denver, &BOOK);
        let told = layer.as_ref().map(|layer| {
            let agents: Vec<&str> = layer.agents.iter().map(AgentKey::as_str).collect();
            (agents.join(" "), layer.every.to_string(), layer.starts.to_string())
        });
        let expected = expected.map(|(agents, every, starts)| (agents.into(), every.into(), starts.into()));
        assert_eq!(told, expected, "{what}");
        let Some(layer) = layer else { continue };
        // As a rota it says what the calendar said.
        let rota = Rota { name: "r".into(), zone: denver, layers: vec![layer], overrides: vec![] };
        for shift in &import.shifts {
            for at in [shift.from, Timestamp(shift.to.0 - 1)] {
                assert_eq!(
                    rota.on_call(&BOOK, at).map(|on_call| on_call.agent),
                    Some(&shift.agent),
                    "{what} {at}"
                );
            }
        }
    }
}

#[test]
fn everything_else_becomes_overrides() {
    let text = calendar(&[
        "SUMMARY:Ada\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=3",
        "SUMMARY:Cleo\nDTSTART:20260108T070000Z\nDURATION:PT90M",
    ]);
    let made = imported(&text).unwrap().overrides(zone("America/Denver"), &BOOK);
    let told: Vec<String> =
        made.iter().map(|made| format!("{} {} {}", made.agent, made.from, made.to)).collect();
    assert_eq!(
        told,
        ["ada 2026-01-05 00:00:00 2026-01-08 00:00:00", "cleo-n 2026-01-08 00:00:00 2026-01-08 01:30:00"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever it is given, it answers.
    #[test]
    fn spoilt_calendars_are_refused_or_read(at in any::<prop::sample::Index>(), length in 0..40usize, put in "[A-Z0-9:;,=\\r\\n é\"-]{0,30}") {
        let text = calendar(&[
            "UID:1\nSUMMARY:Ada\nDTSTART;TZID=America/Denver:20260301T200000\nDTEND;TZID=America/Denver:20260302T080000\n\
             RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;UNTIL=20260601T000000Z\nEXDATE;TZID=America/Denver:20260308T200000",
            "UID:1\nRECURRENCE-ID:20260316T020000Z\nSUMMARY:Cleo\nDTSTART;VALUE=DATE:20260316\nDURATION:P1DT12H",
        ]);
        let mut text: Vec<char> = text.chars().collect();
        let at = at.index(text.len());
        let end = (at + length).min(text.len());
        text.splice(at..end, put.chars());
        if let Ok(import) = imported(&text.into_iter().collect::<String>()) {
            prop_assert!(import.shifts.iter().all(|shift| shift.from < shift.to));
            import.layer(zone("America/Denver"), &BOOK);
            for made in import.overrides(zone("America/Denver"), &BOOK) {
                prop_assert!(made.from < made.to);
            }
        }
    }
}
