//! Many pages at once: what fell due while the gateway was away leaves when it is back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use nightbell::act::{Acts, CallIn, CallTurn};
use nightbell::clock::{ManualClock, SystemClock};
use nightbell::rules::flow::Input;
use tokio_util::sync::CancellationToken;

use crate::carrier::{Arrival, Carrier};
use crate::figures::now;
use crate::stage::{ACCOUNT, NIGHT, TOKEN, build, call, caller, desk, home, line};

const TICKETS: usize = 2_000;
const DESKS: usize = 10;
const AGENTS_OF_EACH: usize = 20;
/// What the gateway has under way at once.
const AT_ONCE: usize = 64;

async fn emergency(acts: &Acts, n: usize) {
    let to = line(n % (DESKS * AGENTS_OF_EACH)).parse().expect("a number");
    let call = CallIn { carrier: "main".into(), sid: call(n), from: caller(n), to, forwarded: false };
    let sid = call.sid.clone();
    acts.accept_call(call.clone()).await.expect("a ticket");
    acts.call_turn(CallTurn { call, turn: 1, input: Input::Keys("1".into()), is_over: false })
        .await
        .expect("a turn");
    assert!(acts.call_ended("main", &sid, 20).await.expect("an end"), "a call that is known");
}

/// The attempt that a request is about.
fn attempt(form: &str) -> String {
    let pairs = form_urlencoded::parse(form.as_bytes());
    let mut reports = pairs.filter(|(key, _)| key == "StatusCallback");
    reports.next().map(|(_, url)| url.into_owned()).unwrap_or_default()
}

async fn storm(delay: Duration) {
    let mut carrier = Carrier::start(delay);
    let home = home();
    // Nobody is on call before eight: the emergencies of the night wait.
    let desks: Vec<String> =
        (0..DESKS).map(|n| desk(n, AGENTS_OF_EACH, "on_call = [\"Mon-Sun 08:00-20:00\"]")).collect();
    let (app, _) = build(home.path(), &desks, &carrier.url, Arc::new(ManualClock::new(NIGHT))).await;
    stream::iter(0..TICKETS).for_each_concurrent(AT_ONCE, |n| emergency(&app.acts, n)).await;
    app.acts.store().close().await;
    drop(app);

    let morning = SystemClock::starting_at(NIGHT + Duration::from_secs(5 * 60 * 60), 1);
    let (app, _) = build(home.path(), &[], &carrier.url, Arc::new(morning)).await;
    let stop = CancellationToken::new();
    let began = now();
    let running = tokio::spawn({
        let (engine, stop) = (app.engine.clone(), stop.clone());
        async move { engine.run(stop).await }
    });
    let mut known = BTreeSet::new();
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut again = 0;
    while arrivals.len() < TICKETS {
        let arrival = carrier.next().await;
        if known.insert(attempt(&arrival.form)) {
            arrivals.push(arrival);
        } else {
            again += 1;
        }
    }
    let (first, last) =
        (arrivals[0].at - began, arrivals.iter().map(|arrival| arrival.at).max().expect("one") - began);
    stop.cancel();
    running.await.expect("an engine that ends");
    app.acts.store().close().await;
    carrier.forget();

    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", carrier.url);
    let forms: Vec<Vec<(String, String)>> = arrivals
        .iter()
        .map(|arrival| form_urlencoded::parse(arrival.form.as_bytes()).into_owned().collect())
        .collect();
    let began = now();
    let sent = stream::iter(&forms).for_each_concurrent(AT_ONCE, async |form| {
        let sending = http.post(&url).basic_auth(ACCOUNT, Some(TOKEN)).form(form).send();
        sending.await.expect("an answer").bytes().await.expect("its body");
    });
    sent.await;
    let bare = now() - began;

    let a_second = |took: Duration| TICKETS as f64 / took.as_secs_f64();
    println!("  a carrier that takes {} ms", delay.as_millis());
    println!(
        "    nightbell      {:.0} pages/s: the first after {:.0} ms, the last after {:.0} ms; {again} were sent again",
        a_second(last),
        first.as_secs_f64() * 1000.0,
        last.as_secs_f64() * 1000.0,
    );
    println!("    reqwest, bare  {:.0} requests/s, {:.0} ms", a_second(bare), bare.as_secs_f64() * 1000.0);
    println!("    ratio {:.2} (aim ≥ 0.8)", a_second(last) / a_second(bare));
}

pub async fn run() {
    println!("\nstorm: {TICKETS} pages to {} agents, {AT_ONCE} requests at once", DESKS * AGENTS_OF_EACH);
    storm(Duration::ZERO).await;
    storm(Duration::from_millis(50)).await;
}
