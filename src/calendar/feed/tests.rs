//! The feed as text; and that what it says is what the pager goes by, read back by our own import.

use super::*;
use crate::calendar::import;
use crate::rules::zone::tests::{BOOK, at};

const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

fn desk() -> Desk {
    Desk::parse(DESK).unwrap()
}

#[test]
fn a_feed_says_what_the_pager_goes_by() {
    let desk = desk();
    let rota = &desk.rotas[0];
    let now = at("2026-06-10T12:34Z");
    let text = write(&desk, About::Rota(rota), &BOOK, now, at("2026-06-01T08:00Z"));
    let span = (now, now + Duration::from_secs(180 * 24 * 60 * 60));
    let read = import::read(&text, span, &desk, rota.zone, &BOOK).unwrap();
    assert_eq!(read.left_out, []);
    let told: Vec<_> = read.shifts.iter().map(|shift| (&shift.agent, shift.from, shift.to)).collect();
    let shifts: Vec<Shift> = rota.shifts(&BOOK, span.0 - MARGIN, span.1 + MARGIN).collect();
    let shifts = shifts.iter().filter(|shift| shift.from < span.1 && shift.to > span.0);
    let expected: Vec<_> = shifts.map(|shift| (&shift.agent, shift.from, shift.to)).collect();
    assert_eq!(told, expected);
    assert!(told.len() > 20, "{}", told.len());
    // One agent's feed has his shifts of all rotas, under the same UIDs.
    let agent = &rota.layers[0].agents[0];
    let his = write(&desk, About::Agent(agent), &BOOK, now, at("2026-06-01T08:00Z"));
    let uids = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let (all, his_own) = (uids(&text), uids(&his));
    assert!(his_own.iter().filter(|uid| all.contains(uid)).count() > 5);
    assert!(his_own.len() > his_own.iter().filter(|uid| all.contains(uid)).count(), "the other rota's too");
}

#[test]
fn a_feed_stays_the_same_until_something_changes() {
    let desk = desk();
    let rota = &desk.rotas[0];
    let changed = at("2026-06-01T08:00Z");
    let of = |now: &str, changed| write(&desk, About::Rota(rota), &BOOK, at(now), changed);
    let text = of("2026-06-10T00:00Z", changed);
    assert_eq!(text, of("2026-06-10T23:59Z", changed));
    assert_ne!(text, of("2026-06-10T23:59Z", at("2026-06-10T12:00Z")));
    let uids = |text: &str| {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (today, tomorrow) = (uids(&text), uids(&of("2026-06-11T00:00Z", changed)));
    let kept = tomorrow.iter().filter(|uid| today.contains(uid)).count();
    assert!(kept + 1 >= today.len(), "{kept} of {}", today.len());
    let mut once = today.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), today.len(), "each UID is one shift's");
}

#[test]
fn lines_are_those_of_the_standard_whatever_names_hold() {
    let mut desk = desk();
    desk.name = "Nights; \"all\", of\r\nthem\\n".into();
    desk.agents[0].name =
        "Zoë\rEND:VCALENDAR,\u{7}; 夜の係 with a name that is longer than any line of a calendar may be"
            .into();
    let text =
        write(&desk, About::Rota(&desk.rotas[0]), &BOOK, at("2026-06-10T00:00Z"), at("2026-06-01T08:00Z"));
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Nightbell//On call//EN\r\n"),
        "{text}"
    );
    assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"), "{text}");
    assert_eq!(text.matches("END:VCALENDAR\r\n").count(), 1);
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains("SUMMARY:Zoë END:VCALENDAR\\, \\; 夜の係 with"), "{unfolded}");
    for named in ["X-WR-CALNAME", "NAME;VALUE=TEXT"] {
        let name = format!(r#"{named}:On call: primary (Nights\; "all"\, of  them\\n)"#);
        assert!(unfolded.contains(&name), "{unfolded}");
    }
    assert!(unfolded.contains("DTSTAMP:20260601T080000Z\r\n"));
    assert!(unfolded.contains("LAST-MODIFIED:20260601T080000Z\r\n"));
}
