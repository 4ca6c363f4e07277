//! Who is on call by a rota of ten layers.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use nightbell::clock::Timestamp;
use nightbell::rules::desk::Desk;
use nightbell::zones;

use crate::figures::{Times, now};
use crate::stage::{NIGHT, desk};

const QUESTIONS: i64 = 20_000;

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
}
