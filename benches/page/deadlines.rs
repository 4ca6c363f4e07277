//! When time asks for something next, of few deadlines and of many.

use std::sync::Arc;
use std::time::Duration;

use nightbell::args;
use nightbell::clock::SystemClock;
use nightbell::store::{StoreError, Tx};

use crate::carrier::Carrier;
use crate::figures::{Times, now};
use crate::stage::{NIGHT, build, desk, home};

const FEW: i64 = 1_000;
const MANY: i64 = 1_000_000;
const QUESTIONS: usize = 2_000;

/// Open tickets with a deadline each, none of them due.
async fn fill(tx: &mut Tx, (count, first): &(i64, i64)) -> Result<u64, StoreError> {
    let sql = "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) \
               insert into ticket (id, desk, line, number, severity, state, opened_at, next_due, entry_rows, document) \
               select 'ticket' || i, 'desk0', 'line', i, 1 + i % 4, 'open', $2, $2 + (i * 7919) % 86400000, 1, '{}' \
               from n";
    tx.execute(sql, args![*count, *first]).await
}

async fn ask(count: i64) -> Times {
    let (home, carrier) = (home(), Carrier::start(Duration::ZERO));
    let clock = Arc::new(SystemClock::starting_at(NIGHT, 1));
    let (app, _) = build(home.path(), &[desk(0, 1, "")], &carrier.url, clock).await;
    let first = NIGHT + Duration::from_secs(24 * 60 * 60);
    app.acts.store().write(fill, (count, first.0)).await.expect("tickets");
    let mut times = Vec::new();
    for n in 0..QUESTIONS + 200 {
        let began = now();
        assert!(app.acts.next_due().await.expect("an answer").is_some_and(|due| due >= first));
        // The first ones warm it up.
        if n >= 200 {
            times.push(now() - began);
        }
    }
    app.acts.store().close().await;
    times.into_iter().collect()
}

pub async fn run() {
    let (few, many) = (ask(FEW).await, ask(MANY).await);
    let ratio = many.median().as_secs_f64() / few.median().as_secs_f64();
    println!("\ndeadlines: when something is due next (aims: ≤ 1 ms, ratio ≤ 1.5)");
    println!("  of {FEW:>9}: {few}");
    println!("  of {MANY:>9}: {many}");
    println!("  ratio of the medians {ratio:.2}");
}
