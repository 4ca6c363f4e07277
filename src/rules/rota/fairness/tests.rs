//! Loads as tables, each figure counted by hand; and what must be so of any rota.

use proptest::prelude::*;

use super::super::tests::properties::any_rota;
use super::super::tests::rota;
use super::*;
use crate::rules::hours::WrittenCalendar;
use crate::rules::rota::{Place, Rota};
use crate::rules::zone::tests::{BOOK, at, zone};

fn calendar() -> Calendar {
    let written: WrittenCalendar = toml::from_str(
        "zone = 'America/Denver'\nsupport = []\nholiday = [{ name = 'Christmas', date = '12-25', closed = true }]",
    )
    .unwrap();
    Calendar::try_from(written).unwrap()
}

fn shift(agent: &str, from: &str, to: &str) -> Shift {
    Shift { agent: agent.parse().unwrap(), from: at(from), to: at(to), place: Place::Layer(0) }
}

/// Hours, with the half ones.
fn hours(load: &Load) -> (f64, f64, f64, f64) {
    let hours = |part: Duration| part.as_secs_f64() / 3600.0;
    (hours(load.total), hours(load.nights), hours(load.weekends), hours(load.holidays))
}

#[test]
fn nights_weekends_and_holidays_are_counted_by_the_right_wall_clock() {
    let table = [
        // A weekday's working hours.
        ("2026-11-04T09:00-07:00", "2026-11-04T17:00-07:00", "America/Denver", (8.0, 0.0, 0.0, 0.0)),
        // A night from evening to morning, and from within to within.
        ("2026-11-04T18:00-07:00", "2026-11-05T08:00-07:00", "America/Denver", (14.0, 9.0, 0.0, 0.0)),
        ("2026-11-05T01:00-07:00", "2026-11-05T02:30-07:00", "America/Denver", (1.5, 1.5, 0.0, 0.0)),
        // The same hours are the day of an agent in Tokyo.
        ("2026-11-04T18:00-07:00", "2026-11-05T08:00-07:00", "Asia/Tokyo", (14.0, 2.0, 0.0, 0.0)),
        // A week: seven nights, two days of a weekend.
        ("2026-11-09T09:00-07:00", "2026-11-16T09:00-07:00", "America/Denver", (168.0, 63.0, 48.0, 0.0)),
        // Clocks go forward on Sunday 8 March, and back on Sunday 1 November.
        ("2026-03-07T18:00-07:00", "2026-03-08T09:00-06:00", "America/Denver", (14.0, 8.0, 14.0, 0.0)),
        ("2026-10-31T18:00-06:00", "2026-11-01T09:00-07:00", "America/Denver", (16.0, 10.0, 16.0, 0.0)),
        // Christmas is the desk's day: in Tokyo it begins at four in the afternoon.
        ("2026-12-24T12:00-07:00", "2026-12-26T12:00-07:00", "America/Denver", (48.0, 18.0, 12.0, 24.0)),
        ("2026-12-25T16:00+09:00", "2026-12-25T18:00+09:00", "Asia/Tokyo", (2.0, 0.0, 0.0, 2.0)),
        ("2026-12-25T08:00+09:00", "2026-12-25T15:00+09:00", "Asia/Tokyo", (7.0, 0.0, 0.0, 0.0)),
        // Nothing.
        ("2026-12-25T08:00+09:00", "2026-12-25T08:00+09:00", "Asia/Tokyo", (0.0, 0.0, 0.0, 0.0)),
    ];
    for (from, to, home, expected) in table {
        let loads = loads([shift("ada", from, to)], |_| zone(home), &calendar(), &BOOK);
        assert_eq!(hours(loads.values().next().unwrap()), expected, "{from} to {to} in {home}");
    }
}

#[test]
fn what_follows_on_is_one_shift() {
    let shifts = [
        shift("ada", "2026-11-02T09:00Z", "2026-11-02T12:00Z"),
        shift("ada", "2026-11-02T12:00Z", "2026-11-02T15:00Z"),
        shift("ben", "2026-11-02T15:00Z", "2026-11-02T16:00Z"),
        shift("ada", "2026-11-02T16:00Z", "2026-11-02T17:00Z"),
    ];
    let loads = loads(shifts, |_| zone("UTC"), &calendar(), &BOOK);
    let told: Vec<_> = loads.iter().map(|(agent, load)| (agent.as_str(), load.shifts)).collect();
    assert_eq!(told, [("ada", 2), ("ben", 1)]);
}

fn told(overloads: &[Overload]) -> Vec<String> {
    let wall = |at| BOOK.to_wall(zone("America/Denver"), at).format("%m-%d %H:%M").to_string();
    let each = overloads.iter().map(|overload| match overload {
        Overload::TooLong { agent, from, to, days } => {
            format!("{agent} {days} days {} to {}", wall(*from), wall(*to))
        }
        Overload::Twice { agent, rotas, from, to } => {
            format!("{agent} {} and {} {} to {}", rotas[0], rotas[1], wall(*from), wall(*to))
        }
    });
    each.collect()
}

#[test]
fn who_is_on_call_too_long_or_twice_is_found() {
    let of = |agents: &str, rest: &str| rota(&format!("name = 'r'\n[[layer]]\nagents = {agents}\n{rest}"));
    let weekly = "every = 'week'\nstarts = 2026-10-26\nhand_off = '09:00'";
    let nights = "every = 'week'\nstarts = 2026-10-26\nhand_off = '09:00'\nonly = ['18:00-08:00']";
    let table: &[(&str, &[&Rota], u16, &[&str])] = &[
        ("a week is a week, also where clocks go back", &[&of("['ada', 'ben']", weekly)], 7, &[]),
        (
            "two turns that follow each other, and none of one turn",
            &[&of("['ada', 'ada', 'ben']", weekly)],
            7,
            &["ada 14 days 10-26 09:00 to 11-09 09:00"],
        ),
        (
            "nights of two weeks are on end, though there are days between",
            &[&of("['ada', 'ada', 'ben']", nights)],
            7,
            &["ada 14 days 10-26 18:00 to 11-09 08:00"],
        ),
        (
            "two rotas add up, and are two at once where they overlap",
            &[&of("['ada', 'ben']", weekly), &of("['ben', 'ada']", &weekly.replace("09:00", "12:00"))],
            7,
            &[
                "ada 21 days 10-26 09:00 to 11-16 00:00",
                "ben r0 and r1 11-02 09:00 to 11-02 12:00",
                "ada r0 and r1 11-09 09:00 to 11-09 12:00",
                "ben 21 days 10-26 12:00 to 11-16 00:00",
            ],
        ),
    ];
    for (what, rotas, most, expected) in table {
        let (from, to) = (at("2026-10-20T00:00-06:00"), at("2026-11-16T00:00-07:00"));
        let names = ["r0", "r1"];
        let shifts = |rota: &Rota| rota.shifts(&BOOK, from, to).collect::<Vec<_>>();
        let rotas: Vec<_> = names.into_iter().zip(rotas.iter().map(|rota| shifts(rota))).collect();
        let found = overloads(&rotas, *most, |_| zone("America/Denver"), &BOOK);
        let mut expected = expected.to_vec();
        let mut found = told(&found);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn parts_are_no_more_than_the_whole_and_all_of_it_is_shared((rota, start) in any_rota(), home in 0..600usize) {
        let end = Timestamp(start.0 + 20 * 24 * 3_600_000);
        let shifts: Vec<Shift> = rota.shifts(&BOOK, start, end).collect();
        let home = Zone::all().nth(home % Zone::all().len()).unwrap();
        let loads = loads(shifts.clone(), |_| home, &calendar(), &BOOK);
        let mut total = Duration::ZERO;
        for load in loads.values() {
            prop_assert!(load.nights <= load.total && load.weekends <= load.total && load.holidays <= load.total);
            prop_assert!(load.shifts > 0);
            total += load.total;
        }
        let gaps: Duration = rota.gaps(&BOOK, start, end).map(|gap| gap.to.since(gap.from)).sum();
        prop_assert_eq!(total + gaps, end.since(start));
        // Cut anywhere, it adds up to the same.
        let cut = Timestamp(start.0 + 9 * 24 * 3_600_000 + 1_234_567);
        let halves = rota.shifts(&BOOK, start, cut).chain(rota.shifts(&BOOK, cut, end));
        prop_assert_eq!(super::loads(halves, |_| home, &calendar(), &BOOK), loads);
    }
}
