//! What must be so for any rota, in any zone, at any clock change.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, TimeDelta};
use proptest::prelude::*;

use super::super::*;
use crate::clock::Timestamp;
use crate::rules::written::Moment;
use crate::rules::zone::tests::{BOOK, any_instant, any_zone, at, changes};

fn any_layer(around: NaiveDate) -> impl Strategy<Value = WrittenLayer> {
    let agents = prop::collection::vec(prop::sample::select(vec!["ada", "ben", "cleo", "dora"]), 1..5);
    let turns = [("day", ""), ("3 days", ""), ("week", ""), ("week", "Thu "), ("2 weeks", "Sun ")];
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let span = (prop::sample::select(vec!["Mon-Fri ", "Sat-Sun ", "", "Wed "]), 0..1440u32, 1..1440u32)
        .prop_map(move |(days, start, long)| {
            format!("{days}{}-{}", time(start), time((start + long) % 1440))
        });
    let only = prop::option::of(prop::collection::vec(span, 1..4));
    // Some end before they are looked at, some while, some after.
    let long = prop::option::of(1..905u64);
    (agents, prop::sample::select(turns.to_vec()), 0..240u32, 0..900u64, long, only).prop_map(
        move |(agents, (every, weekday), minutes, back, long, only)| {
            let starts = around + Days::new(3) - Days::new(back);
            let near = long.map(|long| if long % 2 == 0 { back.max(1) + long % 3 } else { long });
            WrittenLayer {
                agents: agents.into_iter().map(String::from).collect(),
                every: every.into(),
                starts: Moment(starts.to_string()),
                ends: near.map(|long| Moment((starts + Days::new(long)).to_string())),
                // In the small hours, where clocks change.
                hand_off: format!("{weekday}{}", time(minutes)),
                only,
            }
        },
    )
}

fn any_override(around: NaiveDate) -> impl Strategy<Value = WrittenOverride> {
    let agent = || prop::sample::select(vec!["ada", "ben", "eve"]);
    (0..12_000i64, 1..6000i64, agent(), prop::option::of(agent())).prop_map(
        move |(from, long, agent, replaces)| {
            let start = (around - Days::new(2)).and_time(NaiveTime::MIN) + TimeDelta::minutes(from);
            let end = start + TimeDelta::minutes(long);
            let text = |wall: NaiveDateTime| Moment(wall.format("%Y-%m-%dT%H:%M").to_string());
            WrittenOverride {
                from: text(start),
                to: text(end),
                agent: agent.into(),
                replaces: replaces.filter(|replaced| *replaced != agent).map(String::from),
            }
        },
    )
}

/// Any rota, with an instant at which much of it may change.
pub(in super::super) fn any_rota() -> impl Strategy<Value = (Rota, Timestamp)> {
    any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))).prop_flat_map(|(zone, start)| {
        let start = Timestamp(start.0 - start.0.rem_euclid(60_000));
        let around = BOOK.date(zone, start);
        let layers = prop::collection::vec(any_layer(around), 1..4);
        let overrides = prop::collection::vec(any_override(around), 0..4);
        (layers, overrides).prop_map(move |(layer, r#override)| {
            let written = WrittenRota { name: "r".into(), zone: None, layer, r#override };
            (written.read(zone, &|_| true).unwrap(), start)
        })
    })
}

/// The rules in the plainest words, and slow: turns counted one by one, every layer looked at.
fn plainly(rota: &Rota, wall: NaiveDateTime) -> Option<(&AgentKey, Place)> {
    let mut held = None;
    for (index, layer) in rota.layers.iter().enumerate() {
        let mut hand_off = layer.starts.and_time(layer.hand_off.time);
        let over = layer.ends.is_some_and(|ends| wall >= ends.and_time(layer.hand_off.time));
        if wall < hand_off || over {
            continue;
        }
        let step = match layer.every {
            Turn::Days(count) => u64::from(count.get()),
            Turn::Weeks(count) => u64::from(count.get()) * 7,
        };
        while layer.hand_off.weekday.is_some_and(|weekday| hand_off.weekday() != weekday) {
            hand_off = hand_off - Days::new(1);
        }
        let mut turn = 0;
        while hand_off + Days::new(step) <= wall {
            hand_off = hand_off + Days::new(step);
            turn += 1;
        }
        let within = |date: NaiveDate| {
            layer.only.iter().filter_map(|span| span.on(date)).any(|span| span.holds(date, wall))
        };
        if layer.only.is_empty() || within(wall.date()) || within(wall.date() - Days::new(1)) {
            held = Some((&layer.agents[turn % layer.agents.len()], Place::Layer(index)));
        }
    }
    for (index, made) in rota.overrides.iter().enumerate() {
        let meant = made.replaces.is_none() || made.replaces.as_ref() == held.map(|(agent, _)| agent);
        if made.from <= wall && wall < made.to && meant {
            held = Some((&made.agent, Place::Override(index)));
        }
    }
    held
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What is shown, whom the pager rings, and the plain rules on a wall clock that is kept from going back by hand.
    #[test]
    fn what_the_rota_shows_is_whom_the_pager_rings((rota, start) in any_rota()) {
        let end = Timestamp(start.0 + 3 * 24 * 3_600_000);
        let shifts: Vec<Shift> = rota.shifts(&BOOK, start, end).collect();
        let gaps: Vec<Gap> = rota.gaps(&BOOK, start, end).collect();

        // Together they fill the time, once.
        let mut covered: Vec<(Timestamp, Timestamp)> = shifts.iter().map(|shift| (shift.from, shift.to)).collect();
        covered.extend(gaps.iter().map(|gap| (gap.from, gap.to)));
        covered.sort_unstable();
        prop_assert_eq!(covered.first().map(|first| first.0), Some(start));
        prop_assert_eq!(covered.last().map(|last| last.1), Some(end));
        prop_assert!(covered.iter().all(|(from, to)| from < to));
        prop_assert!(covered.windows(2).all(|pair| pair[0].1 == pair[1].0));

        let mut latest = NaiveDateTime::MIN;
        for minute in -240..3 * 1440 {
            let now = Timestamp(start.0 + minute * 60_000);
            latest = latest.max(BOOK.to_wall(rota.zone, now));
            if minute < 0 || minute % 7 != 0 && !covered.iter().any(|(from, _)| now.since(*from).as_secs() < 120) {
                continue;
            }
            let rings = rota.on_call(&BOOK, now).map(|on_call| (on_call.agent, on_call.place));
            prop_assert_eq!(rings, plainly(&rota, latest), "{}", now);
            let shown = shifts.iter().find(|shift| shift.from <= now && now < shift.to);
            prop_assert_eq!(rings, shown.map(|shift| (&shift.agent, shift.place)), "{}", now);
        }
    }

    #[test]
    fn the_next_change_is_the_first((rota, start) in any_rota()) {
        let agent = |at| rota.on_call(&BOOK, at).map(|on_call| on_call.agent);
        match rota.next_change(&BOOK, start) {
            Some(change) => {
                prop_assert!(change > start);
                prop_assert_ne!(agent(change), agent(start));
                prop_assert_eq!(agent(Timestamp(change.0 - 1)), agent(start));
                let shown = rota.shifts(&BOOK, start, change);
                let mut agents: Vec<AgentKey> = shown.map(|shift| shift.agent).collect();
                agents.dedup();
                prop_assert!(agents.len() <= 1, "{:?}", agents);
            }
            None => {
                let year = rota.shifts(&BOOK, start, Timestamp(start.0 + 399 * 24 * 3_600_000));
                let agents: Vec<AgentKey> = year.map(|shift| shift.agent).collect();
                prop_assert!(agents.iter().all(|other| Some(other) == agent(start)));
            }
        }
    }
}

/// Every kind of clock change that there is from 2020 to 2040, at hand-offs all around it: turns follow each other
/// without a gap, without a double, each as long as the wall clock says. Zones that change alike are looked at once a
/// change, so that the whole world takes seconds.
#[test]
fn hand_offs_at_every_clock_change_leave_no_gap_and_no_double() {
    let (from, to) = (at("2020-01-01T00:00Z"), at("2041-01-01T00:00Z"));
    let mut kinds: BTreeMap<(i32, i32, NaiveTime, bool), (Zone, Timestamp)> = BTreeMap::new();
    for zone in Zone::all() {
        for change in changes(zone, from, to) {
            let before = BOOK.offset(zone, Timestamp(change.0 - 1)).local_minus_utc();
            let after = BOOK.offset(zone, change).local_minus_utc();
            let wall = BOOK.to_wall(zone, change);
            let leap = wall.year() % 4 == 0;
            kinds.insert((before, after, wall.time(), leap), (zone, change));
        }
    }
    assert!(kinds.len() > 100, "the world has many clocks: {}", kinds.len());
    for ((before, after, ..), (zone, change)) in kinds {
        let date = BOOK.to_wall(zone, Timestamp(change.0 - 1)).date();
        for (every, days) in [("day", 1), ("week", 7)] {
            for minutes in (-90..=150).step_by(15) {
                let hand_off = BOOK.to_wall(zone, change) + TimeDelta::minutes(minutes);
                let rota = WrittenRota {
                    name: "r".into(),
                    zone: None,
                    layer: vec![WrittenLayer {
                        agents: ["ada", "ben", "cleo"].map(String::from).to_vec(),
                        every: every.into(),
                        starts: Moment((hand_off.date() - Days::new(3 * days)).to_string()),
                        ends: None,
                        hand_off: hand_off.format("%H:%M").to_string(),
                        only: None,
                    }],
                    r#override: vec![],
                };
                let rota = rota.read(zone, &|_| true).unwrap();
                let span = 2 * days as i64 * 24 * 3_600_000;
                let shifts: Vec<Shift> =
                    rota.shifts(&BOOK, Timestamp(change.0 - span), Timestamp(change.0 + span)).collect();
                let context = format!("{zone}, {date}, every {every} at {hand_off}");
                assert!((4..=6).contains(&shifts.len()), "{context}: {shifts:?}");
                for pair in shifts.windows(2) {
                    assert_eq!(pair[0].to, pair[1].from, "{context}");
                    assert_ne!(pair[0].agent, pair[1].agent, "{context}");
                }
                for whole in &shifts[1..shifts.len() - 1] {
                    let longer = (whole.to.0 - whole.from.0) / 1000 - days as i64 * 86_400;
                    assert!(
                        longer.abs() <= i64::from((before - after).abs()),
                        "{context}: {longer} s longer"
                    );
                }
            }
        }
    }
}
