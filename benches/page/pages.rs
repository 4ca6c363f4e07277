//! From the commit that makes a page due to the first byte of its request at the carrier.

use std::sync::Arc;
use std::time::Duration;

use nightbell::args;
use nightbell::clock::{SystemClock, Timestamp};
use nightbell::store::{Options, Store, StoreError, Tx};

use crate::carrier::Carrier;
use crate::figures::{Times, now, pause};
use crate::load::Client;
use crate::stage::{ACCOUNT, Gateway, NIGHT, TOKEN, agent, build, desk, home, line};
use crate::tap;

const PAGES: usize = 300;
/// Lets one page come to rest before the next begins.
const REST: Duration = Duration::from_millis(15);

/// A row like a page's, which nobody performs.
async fn write_row(tx: &mut Tx, (id, payload): &(String, String)) -> Result<(), StoreError> {
    let due = Timestamp(i64::MAX);
    let sql = "insert into outbox (id, ticket_id, attempt_id, payload, rank, due, lease_owner, lease_until, fence, \
               doubtful, created_at) values ($1, null, null, $2, 1, $3, null, 0, 0, 0, 0)";
    tx.execute(sql, args![id, payload, due]).await?;
    Ok(())
}

pub async fn run() {
    let mut carrier = Carrier::start(Duration::ZERO);
    let (home, bare_home) = (home(), home());
    let clock = Arc::new(SystemClock::starting_at(NIGHT, 1));
    let (app, listener) = build(home.path(), &[desk(0, 10, "")], &carrier.url, clock).await;
    let gateway = Gateway::serve(app, listener, true);
    let mut client = Client::connect(gateway.at).await;

    let bare = bare_home.path().join("bare.db");
    let bare = Store::open(&bare.display().to_string(), &Options::default()).await.expect("a database");
    bare.migrate().await.expect("its schema");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", carrier.url);

    let (mut ours, mut theirs, mut after_answer, mut hook_early) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    tap::open();
    for n in 0..PAGES {
        client.post(&gateway.rings(n)).await;
        client.post(&gateway.presses_one(n)).await;
        pause(REST).await;
        tap::take();
        client.post(&gateway.hangs_up(n)).await;
        let answered = now();
        let page = carrier.next().await;
        let committed = tap::commit_of_page(&tap::take()).expect("the page's commit");
        ours.push(page.at - committed);
        after_answer.push(page.at.saturating_duration_since(answered));
        pause(REST).await;

        tap::take();
        bare.write(write_row, (format!("row{n}"), page.form.clone())).await.expect("a row");
        let stored = now();
        let (to, from, report) = (agent(0), line(0), format!("{url}/attempt/{n}"));
        let form = [
            ("To", to.as_str()),
            ("From", &from),
            ("Body", &page.form[..160]),
            ("ValidityPeriod", "600"),
            ("StatusCallback", &report),
        ];
        let sending = http.post(&url).basic_auth(ACCOUNT, Some(TOKEN)).form(&form).send();
        sending.await.expect("an answer");
        let arrival = carrier.next().await;
        let committed = tap::commit_of_page(&tap::take()).expect("the row's commit");
        theirs.push(arrival.at - committed);
        hook_early.push(stored.saturating_duration_since(committed));
        pause(REST).await;
    }
    tap::close();
    gateway.stop().await;
    bare.close().await;

    let (ours, theirs): (Times, Times) = (ours.into_iter().collect(), theirs.into_iter().collect());
    let (after, hook): (Times, Times) =
        (after_answer.into_iter().collect(), hook_early.into_iter().collect());
    let more = |share| (ours.at(share).as_secs_f64() - theirs.at(share).as_secs_f64()) * 1000.0;
    println!("\npages: from the commit to the first byte at the carrier, {PAGES} pages one at a time");
    println!("  nightbell      {ours}   (aims: median ≤ 20 ms, p99 ≤ 100 ms)");
    println!("  reqwest, bare  {theirs}");
    println!("  more           median {:+.2} ms (aim ≤ 2), p99 {:+.2} ms (aim ≤ 20)", more(0.5), more(0.99));
    println!("  after the webhook was answered: {after}");
    println!("  the commit was told before the store answered by: {hook}");
}
