//! What a page and a webhook cost: `cargo bench --bench page`, or `-- pages webhooks rota deadlines storm` for some of it.
//!
//! Absolute times on a shared machine are noise. Every figure is therefore put beside a bare loop that runs in the same
//! minute, interleaved where it can be, and the ratio is what counts; nothing is asserted. Both sides live in this
//! process and share its runtime, its disk and its load generator, whose cost thus weighs on both.
//!
//! - **pages**: from the commit that makes a page due to the first byte of its request at the carrier, one page at a
//!   time. The real gateway on SQLite (WAL, FULL), real webhooks over HTTP, signed: a call comes in, presses 1, hangs
//!   up, and the hang-up's commit makes the page due. The carrier is a listener of plain threads that notes the time as
//!   soon as `read` gives it a byte. Against it, in turns: the same row written through a store of its own, and reqwest
//!   called with the same form on the line after it. *The instant of the commit* is when the database's thread reports
//!   the COMMIT as done: sqlx tells each statement that ended (target `sqlx::query`), and the one after the row of the
//!   outbox is it. Bias: that word comes some microseconds after the answer was handed to the waiting task, on both
//!   sides alike; how much sooner than the store's answer it is, is printed.
//! - **webhooks**: 64 connections that keep a request under way each, prepared and signed before the clock starts.
//!   *accept* (a new call: ticket, timeline, call, answer) against a bare axum handler that writes the same rows in six
//!   statements through the same store, and so in the same grouped commits; *turn* (the call's key) for itself;
//!   *status repeated* against a bare axum handler that checks the signature. Statements a webhook are counted by the
//!   same words of sqlx, without begin, commit and savepoints, while no engine runs.
//! - **rota**: who is on call by a rota of ten layers, of which nine do not cover the instant; by a thousand such rotas at
//!   one instant, against bare conversions to wall clocks; and all through a year.
//! - **deadlines**: when time asks for something next, of a thousand and of a million tickets.
//! - **storm**: 2,000 tickets of 200 agents fall due while the gateway is away; from its start to the first byte of the
//!   last page. Against it: reqwest with the same forms and the same number of requests under way (64). Once with a
//!   carrier that answers at once, which no network does, and once with one that takes 50 ms.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on ends with the reason")]

mod carrier;
mod deadlines;
mod figures;
mod load;
mod pages;
mod rota;
mod stage;
mod storm;
mod tap;
mod webhooks;

fn main() {
    // `cargo bench` adds --bench.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let wants = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    tap::install();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    println!("{}", figures::machine());
    if wants("rota") {
        rota::run();
    }
    runtime.block_on(async {
        if wants("pages") {
            pages::run().await;
        }
        if wants("webhooks") {
            webhooks::run().await;
        }
        if wants("deadlines") {
            deadlines::run().await;
        }
        if wants("storm") {
            storm::run().await;
        }
    });
    println!("\n{}", figures::machine());
}
