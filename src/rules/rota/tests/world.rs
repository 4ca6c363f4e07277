//! Every zone, every clock change from 2020 to 2040, every kind of rotation: whoever was asked for is on call, without a
//! gap or a double that nobody asked for.
//!
//! What is covered. A rota sees nothing of a zone but its offsets, and here nothing of those but what they are within
//! [`AROUND`] of the change; so zones whose clocks change at the same instant between the same offsets, with the same
//! neighbours within that time, are one to it, and one of them is tried. Every such change of every zone meets every
//! kind. Where offsets, time of the day and leap year are new too, all [`HAND_OFFS`] around the change are tried; at
//! the others one of them, another for each, since only the date differs.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{Days, TimeDelta, Timelike};

use super::super::*;
use super::properties::plainly;
use crate::clock::Timestamp;
use crate::rules::written::Moment;
use crate::rules::zone::tests::{BOOK, at, changes};

/// How far from a change its rotas begin and end, at most: two turns of the longest.
const AROUND: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Minutes from the change to the hand-off, by the wall clock that it sets.
const HAND_OFFS: [i64; 11] = [-1440, -90, -60, -45, -30, -15, 0, 30, 60, 90, 150];

/// A kind of rotation, around the hand-off that is tried.
struct Kind {
    what: &'static str,
    /// How many days before and after it are looked at.
    days: u64,
    /// Whether every instant of them has somebody, and each turn another than the one before.
    whole: bool,
    make: fn(hand_off: NaiveDateTime) -> WrittenRota,
}

fn date(wall: NaiveDateTime) -> Moment {
    Moment(wall.date().to_string())
}

/// A layer whose turns change at `hand_off`, from `back` days before it on.
fn layer(agents: &[&str], every: &str, back: u64, hand_off: NaiveDateTime) -> WrittenLayer {
    WrittenLayer {
        agents: agents.iter().map(|agent| (*agent).to_owned()).collect(),
        every: every.into(),
        starts: date(hand_off - Days::new(back)),
        ends: None,
        hand_off: hand_off.format("%H:%M").to_string(),
        only: None,
    }
}

fn of(layer: Vec<WrittenLayer>, r#override: Vec<WrittenOverride>) -> WrittenRota {
    WrittenRota { name: "r".into(), zone: None, layer, r#override }
}

fn change(from: NaiveDateTime, minutes: i64, agent: &str, replaces: Option<&str>) -> WrittenOverride {
    let text = |wall: NaiveDateTime| Moment(wall.format("%Y-%m-%dT%H:%M").to_string());
    WrittenOverride {
        from: text(from),
        to: text(from + TimeDelta::minutes(minutes)),
        agent: agent.into(),
        replaces: replaces.map(String::from),
    }
}

const THREE: &[&str] = &["ada", "ben", "cleo"];

const KINDS: &[Kind] = &[
    Kind { what: "days", days: 2, whole: true, make: |at| of(vec![layer(THREE, "day", 3, at)], vec![]) },
    Kind { what: "weeks", days: 8, whole: true, make: |at| of(vec![layer(THREE, "week", 14, at)], vec![]) },
    Kind { what: "3 days", days: 4, whole: true, make: |at| of(vec![layer(THREE, "3 days", 6, at)], vec![]) },
    Kind {
        what: "2 weeks",
        days: 15,
        whole: true,
        make: |at| of(vec![layer(THREE, "2 weeks", 28, at)], vec![]),
    },
    Kind {
        what: "weeks from a weekday, begun between",
        days: 8,
        whole: true,
        make: |at| {
            let weekly = layer(THREE, "week", 17, at);
            of(vec![WrittenLayer { hand_off: at.format("%a %H:%M").to_string(), ..weekly }], vec![])
        },
    },
    Kind {
        // The stretch begins at the hand-off, ends an hour after it, and another ends where it begins.
        what: "restricted",
        days: 2,
        whole: false,
        make: |at| {
            let hour = (at + TimeDelta::minutes(60)).format("%H:%M");
            let before = (at - TimeDelta::minutes(45)).format("%H:%M");
            let at_all = at.format("%H:%M");
            let only = Some(vec![format!("{at_all}-{hour}"), format!("{before}-{at_all}")]);
            of(vec![WrittenLayer { only, ..layer(THREE, "day", 3, at) }], vec![])
        },
    },
    Kind {
        // What the upper layer leaves free, the lower one has.
        what: "restricted, over a whole one",
        days: 2,
        whole: false,
        make: |at| {
            let only = Some(vec![format!("{}-{:02}:00", at.format("%H:%M"), (at.hour() + 5) % 24)]);
            let upper = WrittenLayer { only, ..layer(&["dora", "eve"], "week", 7, at) };
            of(vec![layer(THREE, "day", 3, at), upper], vec![])
        },
    },
    Kind {
        what: "overrides that begin, end and lie within",
        days: 2,
        whole: false,
        make: |at| {
            let overrides = vec![
                change(at, 45, "dora", None),
                change(at - TimeDelta::minutes(30), 30, "eve", None),
                change(at + TimeDelta::minutes(15), 180, "fred", Some("ada")),
                change(at + TimeDelta::minutes(20), 10, "gil", Some("dora")),
            ];
            of(vec![layer(THREE, "day", 3, at)], overrides)
        },
    },
    Kind {
        what: "a layer that ends where another starts",
        days: 2,
        whole: true,
        make: |at| {
            let old = WrittenLayer { ends: Some(date(at)), ..layer(THREE, "day", 3, at) };
            of(vec![old, layer(&["dora", "eve"], "day", 0, at)], vec![])
        },
    },
];

/// A clock change, and the changes near it, as a rota can tell it from others.
type Seen = Vec<(Timestamp, i32, i32)>;

#[test]
fn at_every_clock_change_of_the_world_whoever_was_asked_for_is_on_call() {
    let (from, to) = (at("2020-01-01T00:00Z"), at("2041-01-01T00:00Z"));
    let mut seen: BTreeSet<Seen> = BTreeSet::new();
    let mut sorts: BTreeSet<(i32, i32, NaiveTime, bool)> = BTreeSet::new();
    let mut tried = 0_usize;
    for zone in Zone::all() {
        let changes = changes(zone, from, to);
        let all: Seen =
            changes.iter().map(|&at| (at, seconds(zone, Timestamp(at.0 - 1)), seconds(zone, at))).collect();
        for &(at, before, after) in &all {
            let near = all.iter().filter(|(other, ..)| *other > at - AROUND && *other < at + AROUND);
            if !seen.insert(near.copied().chain([(at, before, after)]).collect()) {
                continue;
            }
            let wall = BOOK.to_wall(zone, at);
            let is_new = sorts.insert((before, after, wall.time(), wall.date().leap_year()));
            for (index, kind) in KINDS.iter().enumerate() {
                for (nth, minutes) in HAND_OFFS.into_iter().enumerate() {
                    if is_new || nth == (seen.len() + index) % HAND_OFFS.len() {
                        tried += 1;
                        try_one(zone, at, kind, wall + TimeDelta::minutes(minutes));
                    }
                }
            }
        }
    }
    assert!(sorts.len() > 100, "the world has many clocks: {}", sorts.len());
    assert!(seen.len() > 1_000 && tried > 20_000, "and they change often: {}, {tried}", seen.len());
}

fn seconds(zone: Zone, at: Timestamp) -> i32 {
    BOOK.offset(zone, at).local_minus_utc()
}

fn try_one(zone: Zone, change: Timestamp, kind: &Kind, hand_off: NaiveDateTime) {
    let rota = (kind.make)(hand_off).read(zone, &|_| true).unwrap();
    let context = || format!("{zone}, {change}, {} at {hand_off}", kind.what);
    let span = Duration::from_secs(kind.days * 24 * 60 * 60);
    let (from, to) = (change - span, change + span);
    let held: Vec<Held<'_>> = rota.held(&BOOK, from, to).collect();
    // All of the time is there once.
    assert_eq!((held[0].from, held[held.len() - 1].to), (from, to), "{}", context());
    for pair in held.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "{}", context());
        assert!(pair[0].from < pair[0].to, "{}", context());
        assert!(!kind.whole || pair[0].agent != pair[1].agent, "{}", context());
    }
    assert!(!kind.whole || held.iter().all(|held| held.agent.is_some()), "{}", context());
    // And whoever the plain rules say has it: where it changes hands, and all around the clock change.
    let edges = held.iter().flat_map(|held| [held.from.0, held.to.0 - 1]);
    let around = [-121, -61, -31, -1, 0, 29, 59, 89, 119, 181].map(|minutes| change.0 + minutes * 60_000);
    for now in edges.chain(around).map(Timestamp) {
        let wall = BOOK.to_wall(zone, now);
        // A wall clock that is kept from going back by hand; no zone changes it twice within two days.
        let is_after = now >= change && now.since(change).as_secs() < 2 * 24 * 60 * 60;
        let steady = if is_after {
            wall.max(BOOK.to_wall(zone, Timestamp(change.0 - 1)))
        } else {
            steady_far(zone, now)
        };
        let expected = plainly(&rota, steady);
        let rings = rota.on_call(&BOOK, now).map(|on_call| (on_call.agent, on_call.place));
        assert_eq!(rings, expected, "{} at {now}", context());
        let shown = held.iter().find(|held| held.from <= now && now < held.to).map(|held| held.agent);
        assert_eq!(shown, Some(expected.map(|(agent, _)| agent)), "{} at {now}", context());
    }
}

/// The steady clock at an instant that is not just after the change that is looked at.
fn steady_far(zone: Zone, now: Timestamp) -> NaiveDateTime {
    let wall = BOOK.to_wall(zone, now);
    let hours = (1..=24).map(|hours| BOOK.to_wall(zone, Timestamp(now.0 - hours * 3_600_000)));
    hours.fold(wall, NaiveDateTime::max)
}
