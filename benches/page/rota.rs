//! Who is on call by a rota of ten layers; by a thousand of them at once; and a year of what one shows.
//!
//! Beside the latter two stands a bare loop: for each instant that is asked about, one conversion to the wall clock and
//! ten divisions, which is what ten layers come down to.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use nightbell::clock::Timestamp;
use nightbell::rules::desk::Desk;
use nightbell::rules::rota::Rota;
use nightbell::rules::zone::ZoneBook;
use nightbell::zones;

use crate::figures::{Times, now};
use crate::stage::{NIGHT, desk};

const QUESTIONS: i64 = 20_000;
const ROTAS: usize = 1_000;
const LAYERS: u64 = 10;
const TURNS: usize = 50;
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub fn run() {
    let mut text = desk(0, 10, "");
    text.push_str("[[rota]]\nname = \"primary\"\n");
    for layer in 0..10 {
        write!(
            text,
            "[[rota.layer]]\nagents = [\"a{layer}\", \"a{}\", \"a{}\"]\nevery = \"week\"\nstarts = 2026-01-05\n\
             hand_off = \"Mon 09:00\"\n",
            (layer + 1) % 10,
            (layer + 2) % 10
        )
        .expect("a string takes everything");
        // All but the lowest cover an hour of working days.
        if layer > 0 {
            writeln!(text, "only = [\"Mon-Fri {layer:02}:00-{layer:02}:30\"]").expect("the same");
        }
    }
    let desk = Desk::parse(&text).expect("a desk");
    let (rota, book) = (desk.rota("primary").expect("its rota"), zones::load());
    // On a Saturday night all ten are looked at.
    let times: Times = (0..QUESTIONS)
        .map(|n| {
            let at = NIGHT + Duration::from_secs(n.unsigned_abs() % 3600);
            let began = now();
            assert!(black_box(rota.on_call(&book, black_box(at))).is_some());
            now() - began
        })
        .collect();
    let days: Times = (0..QUESTIONS)
        .map(|n| {
            let at = Timestamp(NIGHT.0 + n * 11 * 60_000);
            let began = now();
            assert!(black_box(rota.on_call(&book, black_box(at))).is_some());
            now() - began
        })
        .collect();
    let micros = |times: &Times, share| times.at(share).as_secs_f64() * 1e6;
    println!("\nrota: who is on call by ten layers (aim ≤ 50 µs)");
    println!(
        "  all ten looked at:   median {:.2} µs, p99 {:.2} µs",
        micros(&times, 0.5),
        micros(&times, 0.99)
    );
    println!("  five months of it:   median {:.2} µs, p99 {:.2} µs", micros(&days, 0.5), micros(&days, 0.99));
    many(rota, &book);
}

/// A thousand rotas at an instant, and a year of one, in turns with the bare loop.
fn many(rota: &Rota, book: &ZoneBook) {
    let rotas = vec![rota.clone(); ROTAS];
    let (mut at_once, mut bare, mut year, mut bare_year) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut shifts = 0;
    for turn in 0..TURNS {
        let at = NIGHT + Duration::from_secs(turn as u64 * 47 * 60);
        at_once.push(took(|| {
            for rota in &rotas {
                assert!(black_box(rota.on_call(book, black_box(at))).is_some());
            }
        }));
        bare.push(took(|| bare_loop(book, rota, at, ROTAS)));
        year.push(took(|| shifts = black_box(rota.shifts(book, at, at + A_YEAR).count())));
        bare_year.push(took(|| bare_loop(book, rota, at, shifts)));
    }
    let of = |times: Vec<Duration>| times.into_iter().collect::<Times>();
    let (at_once, bare, year, bare_year) = (of(at_once), of(bare), of(year), of(bare_year));
    let ratio = |one: &Times, other: &Times| one.median().as_secs_f64() / other.median().as_secs_f64();
    println!("  {ROTAS} rotas of ten layers at an instant (aim ≤ 50 ms): {at_once}");
    println!("    bare loop: {bare}; ratio of the medians {:.1}", ratio(&at_once, &bare));
    println!("  a year of one of them, {shifts} shifts (aim ≤ 20 ms): {year}");
    println!("    bare loop of as many: {bare_year}; ratio of the medians {:.1}", ratio(&year, &bare_year));
}

fn took(work: impl FnOnce()) -> Duration {
    let began = now();
    work();
    now() - began
}

fn bare_loop(book: &ZoneBook, rota: &Rota, at: Timestamp, count: usize) {
    for n in 0..count {
        let wall = book.to_steady(rota.zone, black_box(at + Duration::from_secs(n as u64)));
        let day = wall.and_utc().timestamp().unsigned_abs() / 86_400;
        black_box((0..LAYERS).map(|layer| (day + layer) / black_box(7) % 3).sum::<u64>());
    }
}
