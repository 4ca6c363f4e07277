//! Rotas as tables; `properties` holds what must be so for any rota in any zone at any clock change.

pub(super) mod properties;

use super::*;
use crate::clock::Timestamp;
use crate::rules::zone::tests::{BOOK, at, zone};

pub(super) fn rota(toml: &str) -> Rota {
    let written: WrittenRota = toml::from_str(toml).unwrap();
    written.read(zone("America/Denver"), &|_| true).unwrap()
}

fn who(rota: &Rota, instant: &str) -> String {
    rota.on_call(&BOOK, at(instant)).map_or("-".into(), |on_call| on_call.agent.to_string())
}

#[test]
fn agents_take_turns() {
    let table: &[(&str, &[(&str, &str)])] = &[
        (
            "every = 'week'\nhand_off = '09:00'",
            &[
                ("2026-01-05T08:59-07:00", "-"),
                ("2026-01-05T09:00-07:00", "ada"),
                ("2026-01-12T08:59-07:00", "ada"),
                ("2026-01-12T09:00-07:00", "ben"),
                ("2026-01-19T09:00-07:00", "cleo"),
                ("2026-01-26T09:00-07:00", "ada"),
                // In summer the hand-off is at the same time on the wall.
                ("2026-06-29T08:59-06:00", "ada"),
                ("2026-06-29T09:00-06:00", "ben"),
                // After ten years.
                ("2036-01-07T08:59-07:00", "cleo"),
            ],
        ),
        (
            // The start is a Monday in the middle of Friday's turn.
            "every = 'week'\nhand_off = 'Fri 17:30'",
            &[
                ("2026-01-05T17:29-07:00", "-"),
                ("2026-01-05T17:30-07:00", "ada"),
                ("2026-01-09T17:30-07:00", "ben"),
                ("2026-01-16T17:29-07:00", "ben"),
                ("2026-01-16T17:30-07:00", "cleo"),
            ],
        ),
        (
            "every = 'day'\nhand_off = '00:00'",
            &[
                ("2026-01-05T00:00-07:00", "ada"),
                ("2026-01-06T00:00-07:00", "ben"),
                ("2026-01-07T23:59-07:00", "cleo"),
                ("2026-01-08T00:00-07:00", "ada"),
            ],
        ),
        (
            "every = '3 days'\nhand_off = '12:00'",
            &[
                ("2026-01-08T11:59-07:00", "ada"),
                ("2026-01-08T12:00-07:00", "ben"),
                ("2026-01-11T12:00-07:00", "cleo"),
                ("2026-01-14T12:00-07:00", "ada"),
            ],
        ),
        (
            "every = '2 weeks'\nhand_off = 'Mon 09:00'",
            &[
                ("2026-01-19T08:59-07:00", "ada"),
                ("2026-01-19T09:00-07:00", "ben"),
                ("2026-02-02T09:00-07:00", "cleo"),
            ],
        ),
        (
            // Nights; the one that begins on Friday runs into Saturday.
            "every = 'week'\nhand_off = '09:00'\nonly = ['Mon-Fri 18:00-08:00']",
            &[
                ("2026-01-05T12:00-07:00", "-"),
                ("2026-01-05T18:00-07:00", "ada"),
                ("2026-01-10T07:59-07:00", "ada"),
                ("2026-01-10T08:00-07:00", "-"),
                ("2026-01-12T07:59-07:00", "-"),
                ("2026-01-12T18:00-07:00", "ben"),
            ],
        ),
    ];
    for (layer, expected) in table {
        let rota = rota(&format!(
            "name = 'r'\n[[layer]]\nagents = ['ada', 'ben', 'cleo']\nstarts = 2026-01-05\n{layer}"
        ));
        for (instant, agent) in *expected {
            assert_eq!(who(&rota, instant), *agent, "{layer} at {instant}");
        }
    }
}

#[test]
fn a_layer_ends_at_its_hand_off_and_the_next_takes_over() {
    // Whether the old layer or the new one lies above, and whatever it covers: one day's hand-off is where it changes.
    let old = "[[layer]]\nagents = ['ada', 'ben']\nevery = 'week'\nstarts = 2026-01-05\nends = 2026-02-04\n";
    let new = "[[layer]]\nagents = ['cleo']\nevery = 'day'\nstarts = 2026-02-04\nhand_off = '17:00'\n";
    let table: &[(&str, &[(&str, &str)])] = &[
        (
            "hand_off = 'Mon 17:00'\n",
            &[
                ("2026-02-03T12:00-07:00", "ada"),
                ("2026-02-04T16:59-07:00", "ada"),
                ("2026-02-04T17:00-07:00", "cleo"),
                ("2036-02-04T17:00-07:00", "cleo"),
            ],
        ),
        (
            // It ends in the middle of what it covers.
            "hand_off = '17:00'\nonly = ['Wed 12:00-20:00']\n",
            &[("2026-02-04T16:59-07:00", "ada"), ("2026-02-04T17:00-07:00", "cleo")],
        ),
        (
            // Its own hand-off is another than that of the layer that follows: what nobody was asked to cover is a gap.
            "hand_off = '09:00'\n",
            &[
                ("2026-02-04T08:59-07:00", "ada"),
                ("2026-02-04T09:00-07:00", "-"),
                ("2026-02-04T17:00-07:00", "cleo"),
            ],
        ),
    ];
    for (rest, expected) in table {
        for layers in [format!("{old}{rest}{new}"), format!("{new}{old}{rest}")] {
            let rota = rota(&format!("name = 'r'\n{layers}"));
            for (instant, agent) in *expected {
                assert_eq!(who(&rota, instant), *agent, "{layers} at {instant}");
            }
        }
    }
    let ended = rota(&format!("name = 'r'\n{old}hand_off = '09:00'"));
    assert_eq!(ended.next_change(&BOOK, at("2026-02-03T00:00Z")), Some(at("2026-02-04T09:00-07:00")));
    assert_eq!(ended.next_change(&BOOK, at("2026-02-05T00:00Z")), None);
}

/// Weekly turns; above them dora on weekend days; swaps on top.
const LAYERED: &str = r#"
    name = "primary"
    [[layer]]
    agents = ["ada", "ben"]
    every = "week"
    starts = 2026-11-02
    ends = 2027-06-07
    hand_off = "09:00"
    [[layer]]
    agents = ["dora"]
    every = "week"
    starts = "2026-11-09"
    hand_off = "00:00"
    only = ["Sat-Sun 08:00-20:00"]
    [[override]]
    from = 2026-11-20T12:00:00
    to = "2026-11-22T12:00"
    agent = "eve"
    [[override]]
    from = "2026-11-21 09:00"
    to = 2026-11-21T10:00:00
    agent = "fred"
    replaces = "eve"
    [[override]]
    from = 2026-11-16T00:00:00
    to = 2026-11-23T00:00:00
    agent = "gil"
    replaces = "ada"
"#;

#[test]
fn higher_layers_win_and_overrides_lie_on_top() {
    let rota = rota(LAYERED);
    let table = [
        ("2026-11-07T12:00-07:00", "ada", Place::Layer(0)),
        ("2026-11-14T07:59-07:00", "ben", Place::Layer(0)),
        ("2026-11-14T08:00-07:00", "dora", Place::Layer(1)),
        ("2026-11-14T20:00-07:00", "ben", Place::Layer(0)),
        ("2026-11-16T08:59-07:00", "ben", Place::Layer(0)),
        ("2026-11-16T09:00-07:00", "gil", Place::Override(2)),
        ("2026-11-20T12:00-07:00", "eve", Place::Override(0)),
        ("2026-11-21T09:00-07:00", "fred", Place::Override(1)),
        ("2026-11-21T10:00-07:00", "eve", Place::Override(0)),
        ("2026-11-22T12:00-07:00", "dora", Place::Layer(1)),
        ("2026-11-22T20:00-07:00", "gil", Place::Override(2)),
        ("2026-11-23T00:00-07:00", "ada", Place::Layer(0)),
    ];
    for (instant, agent, place) in table {
        let on_call = rota.on_call(&BOOK, at(instant)).unwrap();
        assert_eq!((on_call.agent.as_str(), on_call.place), (agent, place), "{instant}");
    }
}

#[test]
fn shifts_gaps_and_changes_are_what_the_pager_follows() {
    let rota = rota(LAYERED);
    let (from, to) = (at("2026-11-01T00:00-07:00"), at("2026-11-17T00:00-07:00"));
    let shown: Vec<String> = rota
        .shifts(&BOOK, from, to)
        .map(|shift| {
            let local = |at| BOOK.to_local(rota.zone, at).format("%d %H:%M").to_string();
            format!("{} {} to {}", shift.agent, local(shift.from), local(shift.to))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "ada 02 09:00 to 09 09:00",
            "ben 09 09:00 to 14 08:00",
            "dora 14 08:00 to 14 20:00",
            "ben 14 20:00 to 15 08:00",
            "dora 15 08:00 to 15 20:00",
            "ben 15 20:00 to 16 09:00",
            "gil 16 09:00 to 17 00:00",
        ]
    );
    let gaps: Vec<Gap> = rota.gaps(&BOOK, from, to).collect();
    assert_eq!(gaps, [Gap { from, to: at("2026-11-02T09:00-07:00") }]);
    assert_eq!(rota.next_change(&BOOK, from), Some(at("2026-11-02T09:00-07:00")));
    assert_eq!(rota.next_change(&BOOK, at("2026-11-02T09:00-07:00")), Some(at("2026-11-09T09:00-07:00")));
    assert_eq!(rota.shifts(&BOOK, to, from).count(), 0);
}

#[test]
fn one_agent_alone_never_changes() {
    let alone = rota(
        "name = 'r'\n[[layer]]\nagents = ['ada']\nevery = 'day'\nstarts = 2026-01-05\nhand_off = '09:00'",
    );
    let from = at("2026-02-01T00:00Z");
    assert_eq!(alone.next_change(&BOOK, from), None);
    assert_eq!(alone.shifts(&BOOK, from, at("2026-03-01T00:00Z")).count(), 1);
    let nobody = Rota { layers: vec![], ..alone };
    assert_eq!(nobody.on_call(&BOOK, from), None);
    assert_eq!(nobody.next_change(&BOOK, from), None);
    let gaps: Vec<Gap> = nobody.gaps(&BOOK, from, Timestamp::NEVER).collect();
    assert_eq!(gaps, [Gap { from, to: Timestamp::NEVER }]);
}

#[test]
fn shifts_over_clock_changes_are_as_long_as_they_are() {
    let nights = rota(
        "name = 'r'\n[[layer]]\nagents = ['ada', 'ben']\nevery = 'day'\nstarts = 2026-01-01\nhand_off = '02:30'",
    );
    let hours = |from, to| -> Vec<i64> {
        nights.shifts(&BOOK, at(from), at(to)).map(|shift| (shift.to.0 - shift.from.0) / 60_000).collect()
    };
    // 02:30 does not exist on 8 March: that hand-off is at 03:00.
    assert_eq!(hours("2026-03-07T02:30-07:00", "2026-03-09T02:30-06:00"), [23 * 60 + 30, 23 * 60 + 30]);
    let hand_off = nights.next_change(&BOOK, at("2026-03-07T12:00-07:00"));
    assert_eq!(hand_off, Some(at("2026-03-08T03:00-06:00")));
    // On 1 November the night has 25 hours; a hand-off in the hour that comes twice is at the first.
    assert_eq!(hours("2026-10-31T02:30-06:00", "2026-11-01T02:30-07:00"), [25 * 60]);
    let early = rota(
        "name = 'r'\n[[layer]]\nagents = ['ada', 'ben']\nevery = 'day'\nstarts = 2026-01-01\nhand_off = '01:30'",
    );
    let hand_off = early.next_change(&BOOK, at("2026-10-31T12:00-06:00"));
    assert_eq!(hand_off, Some(at("2026-11-01T01:30-06:00")));
    assert_eq!(early.next_change(&BOOK, hand_off.unwrap()), Some(at("2026-11-02T01:30-07:00")));
}

#[test]
fn every_fault_is_found_with_its_part() {
    let written: WrittenRota = toml::from_str(
        r#"
        name = " "
        zone = "Mountain"
        [[layer]]
        agents = []
        every = "0 days"
        starts = 2026-01-05
        hand_off = "9"
        only = []
        [[layer]]
        agents = ["ada", "zoe", "Ben"]
        every = "3 days"
        starts = "tomorrow"
        ends = "never"
        hand_off = "Mon 09:00"
        only = ["Mon-Fri"]
        [[layer]]
        agents = ["ada"]
        every = "day"
        starts = 2026-01-05
        ends = 2026-01-05
        hand_off = "09:00"
        [[override]]
        from = 2026-01-05T09:00:00
        to = 2026-01-05T09:00:00
        agent = "zoe"
        [[override]]
        from = "-262143-01-01T00:00"
        to = "+262142-12-31T00:00"
        agent = "ada"
        [[override]]
        from = "soon"
        to = 2026-01-05
        agent = "ada"
        replaces = "ada"
        "#,
    )
    .unwrap();
    let faults = written.read(zone("UTC"), &|agent| agent.as_str() != "zoe").unwrap_err();
    let paths: Vec<String> = faults.iter().map(|fault| fault.path.join(".")).collect();
    assert_eq!(
        paths,
        [
            "name",
            "zone",
            "layer.0.agents",
            "layer.0.every",
            "layer.0.hand_off",
            "layer.0.only",
            "layer.1.agents.1",
            "layer.1.agents.2",
            "layer.1.starts",
            "layer.1.ends",
            "layer.1.only.0",
            "layer.1.hand_off",
            "layer.2.ends",
            "override.0.to",
            "override.0.agent",
            "override.1.from",
            "override.1.to",
            "override.2.from",
            "override.2.to",
            "override.2.replaces",
        ]
    );
    assert!(faults.iter().all(|fault| !fault.what.is_empty() && !fault.remedy.is_empty()));
    let bare: WrittenRota = toml::from_str("name = 'r'").unwrap();
    assert_eq!(bare.read(zone("UTC"), &|_| true).unwrap_err()[0].path, ["layer"]);
}

#[test]
fn what_is_read_is_written_again() {
    let rota = rota(LAYERED);
    let toml = toml::to_string(&rota).unwrap();
    assert_eq!(toml::from_str::<Rota>(&toml).unwrap(), rota);
    let json = serde_json::to_string(&rota).unwrap();
    assert_eq!(serde_json::from_str::<Rota>(&json).unwrap(), rota);
    for turn in ["day", "week", "3 days", "2 weeks"] {
        assert_eq!(turn.parse::<Turn>().unwrap().to_string(), turn);
    }
    for bad in ["", "0 days", "-1 days", "month", "1.5 weeks", "2  fast weeks"] {
        assert!(bad.parse::<Turn>().is_err(), "{bad}");
    }
}

#[test]
fn at_the_calendar_s_ends_there_is_an_answer() {
    let a_year = std::time::Duration::from_secs(366 * 24 * 60 * 60);
    for rota in [
        rota(LAYERED),
        rota(
            "name = 'r'\nlayer = [{ agents = ['ada', 'ben'], every = 'day', starts = 2026-01-05, hand_off = '09:00' }]",
        ),
    ] {
        for end in [
            at("0000-01-01T00:00Z"),
            at("9891-12-31T00:00Z"),
            at("9999-06-01T00:00Z"),
            Timestamp(-250_000_000_000_000),
            Timestamp(250_000_000_000_000),
            Timestamp(i64::MIN),
            Timestamp::NEVER,
        ] {
            for (from, to) in [(end - a_year, end), (end, end + a_year)] {
                let mut next = from;
                for held in rota.held(&BOOK, from, to) {
                    assert!(held.from == next && held.to > held.from && held.to <= to, "{from} {held:?}");
                    next = held.to;
                }
                assert_eq!(next, to, "{from}");
            }
        }
    }
}
