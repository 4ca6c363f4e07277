//! Who is on call by a rota of ten layers, by a thousand of them, and all through a year.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use nightbell::clock::Timestamp;
use nightbell::rules::desk::Desk;
use nightbell::rules::rota::Rota;
use nightbell::rules::zone::{Zone, ZoneBook};
use nightbell::zones;

use crate::figures::{Times, now};
use crate::stage::{NIGHT, desk};

const QUESTIONS: i64 = 20_000;
const LAYERS: usize = 10;
const ROTAS: usize = 1_000;
const ROUNDS: usize = 200;
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
const ZONES: [&str; 5] =
    ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"];

/// A rota of ten layers on a zone's clock, of which all but the lowest cover a half hour of working days.
fn write_rota(text: &mut String, name: &str, zone: &str) {
    let wrote = write!(text, "[[rota]]\nname = \"{name}\"\nzone = \"{zone}\"\n");
    wrote.expect("a string takes everything");
    for layer in 0..LAYERS {
        write!(
            text,
            "[[rota.layer]]\nagents = [\"a{layer}\", \"a{}\", \"a{}\"]\nevery = \"week\"\nstarts = 2026-01-05\n\
             hand_off = \"Mon 09:00\"\n",
            (layer + 1) % LAYERS,
            (layer + 2) % LAYERS
        )
        .expect("the same");
        if layer > 0 {
            writeln!(text, "only = [\"Mon-Fri {layer:02}:00-{layer:02}:30\"]").expect("the same");
        }
    }
}

/// So many rotas, on the clocks of five zones in turn.
fn rotas(count: usize) -> Vec<Rota> {
    let mut text = desk(0, LAYERS, "");
    for n in 0..count {
        write_rota(&mut text, &format!("rota{n}"), ZONES[n % ZONES.len()]);
    }
    Desk::parse(&text).expect("a desk").rotas
}

fn micros(times: &Times, share: f64) -> f64 {
    times.at(share).as_secs_f64() * 1e6
}

/// How long something takes, many times.
fn timed(rounds: usize, mut once: impl FnMut(usize)) -> Times {
    (0..rounds)
        .map(|round| {
            let began = now();
            once(round);
            now() - began
        })
        .collect()
}

pub fn run() {
    let book = zones::load();
    one(&book);
    thousand(&book);
    year(&book);
}

fn one(book: &ZoneBook) {
    let rota = &rotas(1)[0];
    let ask = |n: i64, step: i64| {
        let at = Timestamp(NIGHT.0 + n * step);
        assert!(black_box(rota.on_call(book, black_box(at))).is_some());
    };
    // On a Saturday night all ten are looked at.
    let times: Times = timed(QUESTIONS as usize, |n| ask(n as i64 % 3600, 1000));
    let days: Times = timed(QUESTIONS as usize, |n| ask(n as i64, 11 * 60_000));
    println!("\nrota: who is on call by ten layers (aim ≤ 50 µs)");
    for (told, times) in [("all ten looked at:", times), ("five months of it:", days)] {
        println!("  {told:20} median {:.2} µs, p99 {:.2} µs", micros(&times, 0.5), micros(&times, 0.99));
    }
}

/// At one instant each; against it: as many wall clocks as there are layers, and nothing else.
fn thousand(book: &ZoneBook) {
    let rotas = rotas(ROTAS);
    let at = |round: usize| Timestamp(NIGHT.0 + round as i64 * 97 * 60_000);
    let zone = |n: usize| -> Zone { ZONES[n % ZONES.len()].parse().expect("a zone") };
    let zones: Vec<Zone> = (0..ROTAS * LAYERS).map(zone).collect();
    let (mut asked, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let began = now();
        for rota in &rotas {
            assert!(black_box(rota.on_call(book, black_box(at(round)))).is_some());
        }
        let half = now();
        for zone in &zones {
            black_box(book.to_wall(*zone, black_box(at(round))));
        }
        asked.push(half - began);
        bare.push(now() - half);
    }
    let (asked, bare): (Times, Times) = (asked.into_iter().collect(), bare.into_iter().collect());
    println!("\nrota: {ROTAS} rotas of {LAYERS} layers at one instant (aim ≤ 50 ms)\n  {asked}");
    println!("  against {} wall clocks: {bare}; ratio {:.2}", zones.len(), ratio(&asked, &bare));
}

/// The final schedule of a year; against it: the wall clocks of as many instants as it has shifts.
fn year(book: &ZoneBook) {
    let rota = &rotas(1)[0];
    let zone: Zone = ZONES[0].parse().expect("a zone");
    let (from, to) = (NIGHT, NIGHT + YEAR);
    let count = rota.shifts(book, from, to).count();
    let schedule = timed(ROUNDS, |_| assert_eq!(black_box(rota.shifts(book, from, to)).count(), count));
    let bare = timed(ROUNDS, |_| {
        for n in 0..count {
            black_box(book.to_wall(zone, black_box(Timestamp(from.0 + n as i64 * 60_000))));
        }
    });
    println!("\nrota: a year of one rota of {LAYERS} layers, {count} shifts (aim ≤ 20 ms)\n  {schedule}");
    println!("  against as many wall clocks: {bare}; ratio {:.2}", ratio(&schedule, &bare));
}

fn ratio(one: &Times, other: &Times) -> f64 {
    one.median().as_secs_f64() / other.median().as_secs_f64()
}
