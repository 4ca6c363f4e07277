//! Timelines told line by line, and what is counted of them.

use std::time::Duration;

use super::*;
use crate::id::Id;
use crate::rules::contact::PhoneNumber;
use crate::rules::ticket::{Actor, Entry, Happening, KnownContact, Ticket, TicketState, Via};
use crate::rules::ticket_number::TicketNumber;

const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

/// A Wednesday at 3:00 in the morning in New York.
const NIGHT: Timestamp = Timestamp(1_771_401_600_000);

fn at(seconds: u64) -> Timestamp {
    NIGHT + Duration::from_secs(seconds)
}

fn desk() -> Desk {
    Desk::parse(DESK).unwrap()
}

fn ticket(desk: &Desk, caller: &str) -> Ticket {
    let line: PhoneNumber = "+18025550100".parse().unwrap();
    Ticket::open(Id::from_text("01A"), desk, &line, TicketNumber(1001), Some(caller.parse().unwrap()), NIGHT)
}

/// A line of a timeline in short: its second, who, what.
fn line((second, who, what): (u64, &str, &str)) -> Entry {
    let by = match who {
        "caller" => Actor::Caller,
        "nightbell" => Actor::Nightbell,
        "dora" => Actor::Account("dora@example.com".into()),
        agent => Actor::Agent(agent.parse().unwrap()),
    };
    let step = |agents: &str| agents.split('+').map(|agent| agent.parse().unwrap()).collect();
    let what = match what.split_once(' ').unwrap_or((what, "")) {
        ("opened", _) => Happening::Opened { call: "CA1".into() },
        ("texted", _) => Happening::Texted { body: "Help".into() },
        ("missed", _) => Happening::Missed { at: NIGHT },
        ("triaged", level) => {
            Happening::Triaged { severity: level.parse::<u8>().unwrap().try_into().unwrap() }
        }
        ("downgraded", level) => Happening::Downgraded {
            severity: level.parse::<u8>().unwrap().try_into().unwrap(),
            reason: "a typo".into(),
            via: None,
        },
        ("due", second) => Happening::PageDue { at: at(second.parse().unwrap()) },
        ("step", agents) => Happening::StepStarted { cycle: 1, step: 1, agents: step(agents) },
        ("nobody", _) => Happening::NobodyToPage,
        ("abandoned", _) => Happening::Abandoned,
        ("no-number", _) => Happening::NoCallbackNumber,
        ("ack", _) => Happening::Acknowledged { via: Via::Sms },
        ("declined", _) => Happening::Declined { via: Via::Sms },
        ("unreached", _) => Happening::CallbackFailed,
        ("done", _) => Happening::CallbackDone { via: Via::Talk },
        ("transferred", _) => Happening::Transferred { answered: true, seconds: 60 },
        ("handed", to) => Happening::HandedOver { to: to.parse().unwrap(), via: Via::Web },
        ("resolved", _) => Happening::Resolved { via: Via::Sms },
        ("reopened", _) => Happening::Reopened,
        ("pushed", _) => Happening::Pushed,
        (other, _) => panic!("no line is called {other}"),
    };
    Entry { at: at(second), by, what }
}

fn facts(lines: &[(u64, &str, &str)]) -> Facts {
    let timeline: Vec<Entry> = lines.iter().copied().map(line).collect();
    let whole = Facts::of(&ticket(&desk(), "+18025550121"), &timeline);
    // Told in one go or line by line, kept in between: it is the same.
    let mut told = Facts::default();
    for entry in &timeline {
        told.tell(&ticket(&desk(), "+18025550121"), std::slice::from_ref(entry));
        told = serde_json::from_str(&serde_json::to_string(&told).unwrap()).unwrap();
    }
    assert_eq!(told, whole);
    whole
}

fn item(level: u8, state: &str, lines: &[(u64, &str, &str)], now: u64) -> Item {
    let severity = level.try_into().unwrap();
    let record = Record {
        id: Id::from_text("01A"),
        line: "+18025550100".into(),
        number: 1001,
        severity,
        state: state.into(),
        opened_at: NIGHT,
        facts: facts(lines),
    };
    // An hour for an emergency, so that the callback limit of a quarter of one is passed before it.
    let text = DESK.replace("response = \"12 hours\"", "response = \"1 hour\"\nresolution = \"1 day\"");
    Item::new(record, &Desk::parse(&text).unwrap(), &ZoneBook::bundled(), at(now))
}

const EMERGENCY: [(u64, &str, &str); 3] =
    [(0, "caller", "opened"), (20, "caller", "triaged 1"), (40, "nightbell", "step ada")];

fn emergency<'a>(then: &[(u64, &'a str, &'a str)]) -> Vec<(u64, &'a str, &'a str)> {
    EMERGENCY.iter().chain(then).copied().collect()
}

#[test]
fn a_ticket_is_an_emergency_from_when_somebody_says_so() {
    for (lines, since) in [
        (&[(0, "caller", "opened")][..], None),
        (&[(0, "caller", "opened"), (20, "caller", "triaged 1")], Some(20)),
        (&[(0, "caller", "opened"), (20, "caller", "triaged 2")], None),
        // Silence went on as an emergency, and then the caller said that it can wait.
        (&[(20, "caller", "triaged 1"), (20, "nightbell", "due 65"), (30, "caller", "downgraded 3")], None),
        (
            &[(20, "caller", "triaged 1"), (30, "nightbell", "step ada"), (40, "ada", "downgraded 3")],
            Some(20),
        ),
        (&[(9, "nightbell", "abandoned")], None),
        (&[(9, "nightbell", "abandoned"), (9, "nightbell", "step ada")], Some(9)),
        (&[(0, "caller", "texted"), (900, "caller", "pushed")], Some(900)),
        (&[(60, "nightbell", "nobody")], Some(60)),
    ] {
        assert_eq!(facts(lines).emergency_at, since.map(at), "{lines:?}");
    }
}

#[test]
fn who_saw_to_it_before_it_was_an_emergency_did_not_take_that() {
    let told = facts(&[
        (0, "caller", "opened"),
        (9, "nightbell", "abandoned"),
        (30, "ada", "ack"),
        (600, "caller", "pushed"),
        (600, "nightbell", "step ben"),
        (700, "ben", "ack"),
    ]);
    assert_eq!(told.acked.map(|deed| (deed.at, deed.by.as_str().to_owned())), Some((at(700), "ben".into())));
    // Who rings the customer himself has it by that.
    let told = facts(&emergency(&[(90, "ada", "done")]));
    assert_eq!(told.acked.map(|deed| deed.at), Some(at(90)));
}

#[test]
fn who_is_no_agent_may_lower_resolve_and_hand_over() {
    let told = facts(&emergency(&[
        (60, "ada", "ack"),
        (90, "dora", "handed ben"),
        (95, "ben", "ack"),
        (200, "dora", "downgraded 3"),
        (300, "dora", "resolved"),
    ]));
    assert_eq!(told.emergency_at, Some(at(20)));
    assert_eq!(told.asked.len(), 2);
    assert_eq!(told.downgraded.and_then(|lowered| lowered.by).as_deref(), Some("dora@example.com"));
    assert_eq!(told.resolved.map(|done| (done.at, done.by)), Some((at(300), "dora@example.com".into())));
}

#[test]
fn a_report_came_in_by_the_way_of_its_first_line() {
    for (lines, way) in [
        (&[(0, "caller", "opened"), (30, "caller", "texted")][..], Way::Call),
        (&[(0, "caller", "texted"), (30, "caller", "opened")], Way::Text),
        (&[(0, "nightbell", "missed")], Way::Call),
    ] {
        assert_eq!(facts(lines).way, Some(way), "{lines:?}");
    }
    assert_eq!(facts(&[(0, "caller", "opened")]).customer.as_deref(), Some("Lakeside Lodge"));
    let mut known = ticket(&desk(), "+18025550121");
    known.contact = Some(KnownContact { customer: "Other".into(), name: "Gwen".into() });
    assert_eq!(Facts::of(&known, &[]).customer.as_deref(), Some("Other"));
    known.state = TicketState::Resolved;
    let reopened = [(9, "ada", "resolved"), (20, "caller", "reopened")].map(line);
    assert_eq!(Facts::of(&known, &reopened).resolved, None);
}

#[test]
fn a_response_in_time_is_kept_and_another_is_missed_for_a_reason() {
    const HOUR: u64 = 3_600;
    let shown = |verdict: &Verdict| match verdict.why() {
        Some(why) => why.words(|at| (at.since(NIGHT).as_secs()).to_string()),
        None => verdict.name().to_owned(),
    };
    for (lines, now, response) in [
        (emergency(&[(100, "ada", "ack"), (200, "ada", "done")]), 5 * HOUR, "kept"),
        (emergency(&[(100, "ada", "ack"), (HOUR, "ada", "done")]), 5 * HOUR, "kept"),
        (emergency(&[(100, "ada", "resolved")]), 5 * HOUR, "kept"),
        (vec![(0, "caller", "opened"), (30, "caller", "transferred")], 5 * HOUR, "kept"),
        (emergency(&[(100, "ada", "ack")]), 200, "running"),
        (emergency(&[(100, "ada", "ack")]), 2 * HOUR, "taken in time, not called back"),
        (
            emergency(&[(100, "ada", "ack"), (4_000, "ada", "done")]),
            2 * HOUR,
            "taken in time, called back late",
        ),
        (
            emergency(&[(100, "ada", "ack"), (900, "ada", "unreached"), (5_000, "ada", "unreached")]),
            2 * HOUR,
            "the caller was not reached, at one try",
        ),
        (
            emergency(&[(30, "nightbell", "no-number"), (100, "ada", "ack")]),
            2 * HOUR,
            "there was no number to call back",
        ),
        (emergency(&[(4_000, "ada", "ack"), (4_100, "ada", "done")]), 2 * HOUR, "nobody answered until 4000"),
        (emergency(&[]), 2 * HOUR, "nobody has answered"),
        (vec![(0, "caller", "opened"), (20, "nightbell", "nobody")], 2 * HOUR, "nobody was on call"),
        (
            vec![
                (20, "caller", "triaged 1"),
                (20, "nightbell", "due 9000"),
                (9_000, "nightbell", "step ada"),
            ],
            3 * HOUR,
            "the desk was closed until 9000",
        ),
        (vec![(0, "nightbell", "abandoned")], 2 * HOUR, ""),
    ] {
        assert_eq!(shown(&item(1, "open", &lines, now).response), response, "{lines:?}");
    }
    // Nothing is promised for a question; and what joined another ticket is that one's.
    assert_eq!(item(4, "open", &EMERGENCY, 5 * HOUR).response, Verdict::None);
    assert_eq!(item(1, "merged", &EMERGENCY, 5 * HOUR).response, Verdict::None);
    // By its severity now: a day of business hours, not an hour of the clock.
    let lowered = emergency(&[(100, "ada", "downgraded 3")]);
    assert_eq!(item(3, "open", &lowered, 2 * HOUR).response.name(), "running");
    let late = item(3, "open", &lowered, 30 * 24 * HOUR).response;
    assert_eq!(shown(&late), "nobody has answered");
    assert_eq!(
        shown(&item(3, "open", &[(0, "caller", "texted")], 30 * 24 * HOUR).response),
        "nobody took it up"
    );
    let resolved = emergency(&[(100, "ada", "ack"), (25 * HOUR, "ada", "resolved")]);
    assert_eq!(shown(&item(1, "resolved", &resolved, 26 * HOUR).resolution), "not resolved in time");
}

#[test]
fn a_callback_is_due_a_quarter_of_an_hour_after_the_acknowledgement() {
    for (lines, now, callback) in [
        (emergency(&[(100, "ada", "ack"), (1_000, "ada", "done")]), 5_000, "kept"),
        (emergency(&[(100, "ada", "ack"), (1_001, "ada", "done")]), 5_000, "missed"),
        (emergency(&[(100, "ada", "ack")]), 1_000, "running"),
        (emergency(&[(100, "ada", "ack")]), 1_001, "missed"),
        // By his word it was none, or is over.
        (emergency(&[(100, "ada", "ack"), (900, "ada", "downgraded 3")]), 5_000, ""),
        (emergency(&[(100, "ada", "ack"), (900, "ada", "resolved")]), 5_000, ""),
        (emergency(&[(100, "ada", "ack"), (1_200, "ada", "resolved")]), 5_000, "missed"),
        (emergency(&[]), 5_000, ""),
    ] {
        assert_eq!(item(1, "open", &lines, now).callback.name(), callback, "{lines:?}");
    }
}

#[test]
fn figures_count_each_ticket_once() {
    let items = [
        item(
            1,
            "resolved",
            &emergency(&[(80, "ada", "ack"), (320, "ada", "done"), (900, "ada", "resolved")]),
            9_000,
        ),
        item(
            1,
            "open",
            &emergency(&[(100, "ada", "declined"), (340, "nightbell", "step ben"), (620, "ben", "ack")]),
            9_000,
        ),
        item(3, "open", &emergency(&[(70, "ada", "ack"), (90, "ada", "downgraded 3")]), 9_000),
        item(3, "open", &[(0, "caller", "opened"), (20, "caller", "downgraded 3")], 9_000),
        item(1, "abandoned", &[(0, "caller", "opened"), (9, "nightbell", "abandoned")], 9_000),
        item(1, "merged", &EMERGENCY, 9_000),
        item(3, "open", &[(0, "caller", "texted")], 9_000),
    ];
    let figures = Figures::of(&items);
    assert_eq!((figures.calls, figures.texts, figures.joined), (6, 1, 1));
    assert_eq!((figures.emergencies, figures.abandoned), (3, 1));
    assert_eq!((figures.downgraded_by_caller, figures.downgraded_by_agent, figures.downgraded()), (1, 1, 2));
    let told = |wait: Option<Duration>| wait.map(|wait| wait.as_secs());
    assert_eq!(
        (figures.to_ack.count, told(figures.to_ack.median), told(figures.to_ack.ninetieth)),
        (3, Some(60), Some(600))
    );
    assert_eq!((figures.to_callback.count, told(figures.to_callback.median)), (1, Some(300)));
    assert_eq!(figures.response, Kept { kept: 1, missed: 1, running: 3 });
    assert_eq!(
        (figures.callback, figures.callback.percent()),
        (Kept { kept: 1, missed: 1, running: 0 }, Some(50))
    );

    let agents = by_agent(&items);
    let of = |agent: &str| agents[&("reservations".to_owned(), agent.parse().unwrap())];
    let ada = of("ada");
    assert_eq!((ada.asked, ada.taken, ada.declined, ada.called_back), (3, 2, 1, 1));
    assert_eq!((told(ada.to_ack.median), told(ada.to_callback.median)), (Some(30), Some(240)));
    assert_eq!((of("ben").asked, told(of("ben").to_ack.median)), (1, Some(280)));

    // All at three in the morning of a Wednesday, on the wall.
    let hours = by_hour(&items);
    assert_eq!((hours[3].emergencies, hours[3].calls, hours[8]), (3, 6, Figures::default()));
    assert_eq!(by_hour_of_week(&items)[2][3], 3);
    let span = Span::of("2026-02-16".parse().unwrap(), "2026-02-22".parse().unwrap()).unwrap();
    let course: Vec<usize> = over_time(&items, &span).iter().map(|(_, figures)| figures.calls).collect();
    assert_eq!(course, [0, 0, 6, 0, 0, 0, 0]);
    let customers = by_customer(&items);
    assert_eq!(customers[0].0, ("reservations".to_owned(), Some("Lakeside Lodge".to_owned())));
    assert_eq!(by_desk(&items)["reservations"], figures);
}
