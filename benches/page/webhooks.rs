//! Webhooks a second, and what each costs the database.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use nightbell::args;
use nightbell::clock::SystemClock;
use nightbell::rules::ticket_number::TicketNumber;
use nightbell::store::{Options, Store, StoreError, Tx};
use nightbell::wire::signature::{SignedBody, verify};
use nightbell::wire::{Form, signature};
use secrecy::SecretString;

use crate::carrier::Carrier;
use crate::load::{CONNECTIONS, Client, Loaded, post_all};
use crate::stage::{ACCOUNT, Gateway, NIGHT, TOKEN, build, desk, home, request};
use crate::tap;

const ROUNDS: usize = 5;
const CALLS: usize = 1_500;
const REPEATED: usize = 6_000;

/// The texts of one call as the gateway wrote them, to be written again by the bare handler.
#[derive(Clone, Debug)]
struct Rows {
    ticket: String,
    entries: String,
    call: String,
    answer: String,
}

async fn rows(tx: &mut Tx, (): &()) -> Result<Rows, StoreError> {
    let (ticket,): (String,) = tx.one("select document from ticket limit 1", args![]).await?;
    let (entries,): (String,) = tx.one("select entries from ticket_entry limit 1", args![]).await?;
    let (call,): (String,) = tx.one("select document from call limit 1", args![]).await?;
    let (answer,): (String,) = tx.one("select answer from inbox limit 1", args![]).await?;
    Ok(Rows { ticket, entries, call, answer })
}

/// What a bare handler needs to have its rows refer to.
async fn bare_desk(tx: &mut Tx, (): &()) -> Result<(), StoreError> {
    tx.execute("insert into desk (key, version, document, applied_at) values ('desk0', 1, '', 0)", args![])
        .await?;
    tx.execute("insert into line (number, desk, last_ticket) values ('line', 'desk0', 1000)", args![])
        .await?;
    Ok(())
}

/// A call's rows in six statements.
async fn bare_accept(tx: &mut Tx, (n, rows): &(i64, Arc<Rows>)) -> Result<(), StoreError> {
    let (id, now) = (format!("01BARE{n:020}"), NIGHT);
    let key = format!("call CA{n:032x} 0");
    let known: Option<(String,)> =
        tx.opt("select answer from inbox where carrier = $1 and key = $2", args!["main", &key]).await?;
    assert!(known.is_none(), "each call is new");
    let line = "update line set last_ticket = last_ticket + 1 where number = $1 returning last_ticket";
    let (number,): (i64,) = tx.one(line, args!["line"]).await?;
    tx.execute(
        "insert into ticket (id, desk, line, number, severity, state, caller_id, callback_number, holder, opened_at, \
         acked_at, called_back_at, resolved_at, next_due, entry_rows, document) \
         values ($1, 'desk0', 'line', $2, 1, 'open', $3, null, null, $4, null, null, null, null, 1, $5)",
        args![&id, number, format!("+1{n:010}"), now, &rows.ticket],
    )
    .await?;
    let entry = "insert into ticket_entry (ticket_id, ordinal, entries) values ($1, 1, $2)";
    tx.execute(entry, args![&id, &rows.entries]).await?;
    tx.execute(
        "insert into call (carrier, sid, desk, ticket_id, deadline, document) values ('main', $1, 'desk0', $2, $3, $4)",
        args![format!("CA{n:032x}"), &id, now, &rows.call],
    )
    .await?;
    tx.execute(
        "insert into inbox (carrier, key, received_at, answer) values ('main', $1, $2, $3)",
        args![&key, now, &rows.answer],
    )
    .await?;
    Ok(())
}

async fn bare_server(store: Store, rows: Rows) -> SocketAddr {
    let (rows, calls) = (Arc::new(rows), Arc::new(AtomicI64::new(0)));
    let tokens = Arc::new([SecretString::from(TOKEN)]);
    let accept = async move |_body: Bytes| {
        let n = calls.fetch_add(1, Ordering::Relaxed);
        store.write(bare_accept, (n, rows.clone())).await.expect("rows");
        rows.answer.clone()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("its address");
    let check = async move |headers: HeaderMap, body: Bytes| {
        let form = Form::parse(&body);
        let signed = headers.get(signature::HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let url = format!("http://{at}/status");
        if verify(tokens.as_slice(), &url, SignedBody::Form(&form), signed) {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::FORBIDDEN
        }
    };
    let router = Router::new().route("/accept", post(accept)).route("/status", post(check));
    tokio::spawn(axum::serve(listener, router).into_future());
    at
}

/// Statements of one webhook, the words of each.
async fn statements(client: &mut Client, request: &[u8]) -> Vec<String> {
    tap::take();
    client.post(request).await;
    tap::take().into_iter().filter(|told| !told.is_control()).map(|told| told.words).collect()
}

async fn count_statements() {
    let (home, carrier) = (home(), Carrier::start(Duration::ZERO));
    let clock = Arc::new(SystemClock::starting_at(NIGHT, 1));
    let (app, listener) = build(home.path(), &[desk(0, 10, "")], &carrier.url, clock).await;
    let gateway = Gateway::serve(app, listener, false);
    let mut client = Client::connect(gateway.at).await;
    tap::open();
    println!("  statements a webhook, besides begin and commit (aim ≤ 8)");
    let mut count = async |what: &str, request: Vec<u8>| {
        let all = statements(&mut client, &request).await;
        println!("    {what:<28}{:>3}", all.len());
        if std::env::var_os("STATEMENTS").is_some() {
            println!("      {}", all.join("\n      "));
        }
    };
    count("a call rings", gateway.rings(0)).await;
    count("the same again", gateway.rings(0)).await;
    count("its caller presses 1", gateway.presses_one(0)).await;
    count("its caller hangs up", gateway.hangs_up(0)).await;
    let (_, attempt) = attempt_of(&gateway, 1001).await;
    let delivered = delivered(gateway.at, &format!("/webhooks/main/attempt/{attempt}"));
    count("a page was delivered", delivered.clone()).await;
    count("the same again", delivered).await;
    tap::close();
    gateway.stop().await;
}

fn delivered(at: SocketAddr, path: &str) -> Vec<u8> {
    let sid = format!("SM{:032x}", 1);
    let pairs = [
        ("MessageSid", sid.as_str()),
        ("SmsSid", &sid),
        ("AccountSid", ACCOUNT),
        ("From", "+18025550199"),
        ("To", "+12075550100"),
        ("MessageStatus", "delivered"),
        ("SmsStatus", "delivered"),
        ("ApiVersion", "2010-04-01"),
    ];
    request(at, path, &pairs)
}

async fn attempt_of(gateway: &Gateway, number: u64) -> (nightbell::act::TicketView, String) {
    let view =
        gateway.acts.ticket("desk0", TicketNumber(number)).await.expect("an answer").expect("a ticket");
    let attempt = view.case.attempts.first().expect("an attempt").id.as_str().to_owned();
    (view, attempt)
}

/// The round whose rate lies in the middle.
fn middle(mut rounds: Vec<Loaded>) -> Loaded {
    rounds.sort_by(|a, b| a.a_second.total_cmp(&b.a_second));
    rounds.swap_remove(rounds.len() / 2)
}

pub async fn run() {
    println!(
        "\nwebhooks: {CONNECTIONS} connections, SQLite with synchronous = FULL, the middle of {ROUNDS} rounds"
    );
    count_statements().await;
    let (home, bare_home, carrier) = (home(), home(), Carrier::start(Duration::ZERO));
    let clock = Arc::new(SystemClock::starting_at(NIGHT, 1));
    let (app, listener) = build(home.path(), &[desk(0, 10, "")], &carrier.url, clock).await;
    let gateway = Gateway::serve(app, listener, true);
    let mut client = Client::connect(gateway.at).await;
    for step in [gateway.rings(0), gateway.presses_one(0)] {
        client.post(&step).await;
    }
    let rows = gateway.acts.store().read(rows, ()).await.expect("the first call's rows");
    client.post(&gateway.hangs_up(0)).await;
    let (_, attempt) = attempt_of(&gateway, 1001).await;
    let bare = bare_home.path().join("bare.db");
    let bare = Store::open(&bare.display().to_string(), &Options::default()).await.expect("a database");
    bare.migrate().await.expect("its schema");
    bare.write(bare_desk, ()).await.expect("a desk");
    let bare_at = bare_server(bare.clone(), rows).await;

    let mut all: BTreeMap<&str, Vec<Loaded>> = BTreeMap::new();
    for round in 0..ROUNDS {
        let calls = 1 + round * CALLS..1 + (round + 1) * CALLS;
        let rings: Vec<_> = calls.clone().map(|n| gateway.rings(n)).collect();
        let same = rings.iter().map(|request| moved(request, "/accept")).collect();
        let presses = calls.map(|n| gateway.presses_one(n)).collect();
        all.entry("accept").or_default().push(post_all(gateway.at, rings).await);
        all.entry("bare accept").or_default().push(post_all(bare_at, same).await);
        all.entry("turn").or_default().push(post_all(gateway.at, presses).await);
        let path = format!("/webhooks/main/attempt/{attempt}");
        let repeated = vec![delivered(gateway.at, &path); REPEATED];
        all.entry("repeated").or_default().push(post_all(gateway.at, repeated).await);
        let checked = vec![delivered(bare_at, "/status"); REPEATED];
        all.entry("bare check").or_default().push(post_all(bare_at, checked).await);
    }
    gateway.stop().await;
    bare.close().await;

    let all: BTreeMap<&str, Loaded> = all.into_iter().map(|(what, rounds)| (what, middle(rounds))).collect();
    for (what, against, aim) in [
        ("accept", Some("bare accept"), "aims: ≥ 0.7 of the requests, p99 ≤ 2×"),
        ("turn", None, ""),
        ("repeated", Some("bare check"), "aim: ≥ 0.8 of the requests"),
    ] {
        let ours = &all[what];
        println!("  {what:<12}{:>6.0}/s, {}", ours.a_second, ours.times);
        let Some(theirs) = against.map(|against| &all[against]) else { continue };
        println!("    bare      {:>6.0}/s, {}", theirs.a_second, theirs.times);
        let p99 = ours.times.at(0.99).as_secs_f64() / theirs.times.at(0.99).as_secs_f64();
        println!(
            "    ratio     {:>6.2} of the requests, p99 {p99:.1}×   ({aim})",
            ours.a_second / theirs.a_second
        );
    }
}

/// The same request to another path.
fn moved(request: &[u8], path: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    let (_, rest) = text.split_once(" HTTP/1.1").expect("a request");
    format!("POST {path} HTTP/1.1{rest}").into_bytes()
}
