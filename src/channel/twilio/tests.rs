//! The client against a small server of its own: each outcome, and what goes over the wire.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::*;
use crate::wire::{About, Form, FreeText};

const ACCOUNT: &str = "AC00000000000000000000000000000000";

/// One request as the server saw it.
#[derive(Debug, Clone)]
struct Seen {
    method: Method,
    uri: Uri,
    authorization: Option<String>,
    form: Form,
}

type Answer = dyn Fn(&Seen) -> Response + Send + Sync;

#[derive(Clone)]
struct Peer {
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Answer>,
}

impl Peer {
    async fn handle(
        State(peer): State<Peer>,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Response {
        let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let seen = Seen { method, uri, authorization, form: Form::parse(&body) };
        let answer = (peer.answer)(&seen);
        peer.seen.lock().unwrap().push(seen);
        answer
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn form(&self) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        self.seen()[0].form.pairs().map(|(key, value)| (text(key), text(value))).collect()
    }
}

/// A carrier that answers with `answer`, and the client for it.
async fn peer(answer: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> (Peer, Twilio) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let peer = Peer { seen: Arc::default(), answer: Arc::new(answer) };
    let app = Router::new().fallback(Peer::handle).with_state(peer.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (peer, client(&base))
}

fn client(base: &str) -> Twilio {
    let config = toml::from_str(&format!(
        "name = 'first'\nbase_url = '{base}/'\naccount = '{ACCOUNT}'\ntoken = '4711'\n"
    ));
    let short = Duration::from_millis(300);
    Twilio::new(&config.unwrap(), Deadlines { connect: short, answer: short, download: short }).unwrap()
}

fn json(status: u16, body: &'static str) -> Response {
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

fn moved(to: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}

fn text_order() -> TextOrder {
    TextOrder {
        from: Number::new("+18025550100"),
        to: Number::new("+18025550147"),
        body: FreeText::new("Severity 1 & more: ACK 1042?"),
        status_callback: Some("https://pager.example.com/webhooks/first/text/01J-p1#rc=2".into()),
        validity_seconds: 300,
    }
}

fn call_order() -> CallOrder {
    CallOrder {
        from: Number::new("+18025550100"),
        to: Number::new("+18025550147"),
        answered: Answered::Ask("https://pager.example.com/v/1?a=1&b=2".into()),
        status_callback: Some("https://pager.example.com/s/1".into()),
        ring_seconds: 25,
        time_limit_seconds: 600,
    }
}

fn sid(text: &str) -> Sid {
    text.parse().unwrap()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_text_goes_out_as_the_carrier_wants_it() {
    let (peer, twilio) = peer(|_| json(201, r#"{"sid": "SM1", "error_code": null}"#)).await;
    assert_eq!(twilio.send_text(&text_order()).await, Sent::Accepted { sid: sid("SM1") });
    let seen = &peer.seen()[0];
    assert_eq!(
        (&seen.method, seen.uri.path()),
        (&Method::POST, &*format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"))
    );
    let credentials = BASE64_STANDARD.encode(format!("{ACCOUNT}:4711"));
    assert_eq!(seen.authorization.as_deref(), Some(&*format!("Basic {credentials}")));
    assert_eq!(
        peer.form(),
        pairs(&[
            ("To", "+18025550147"),
            ("From", "+18025550100"),
            ("Body", "Severity 1 & more: ACK 1042?"),
            ("StatusCallback", "https://pager.example.com/webhooks/first/text/01J-p1#rc=2"),
            ("ValidityPeriod", "300"),
        ])
    );
}

#[tokio::test]
async fn a_call_goes_out_as_the_carrier_wants_it() {
    let (peer, twilio) = peer(|_| json(201, r#"{"sid": "CA1"}"#)).await;
    assert_eq!(twilio.place_call(&call_order()).await, Sent::Accepted { sid: sid("CA1") });
    assert_eq!(peer.seen()[0].uri.path(), format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"));
    assert_eq!(
        peer.form(),
        pairs(&[
            ("To", "+18025550147"),
            ("From", "+18025550100"),
            ("Url", "https://pager.example.com/v/1?a=1&b=2"),
            ("Timeout", "25"),
            ("TimeLimit", "600"),
            ("StatusCallback", "https://pager.example.com/s/1"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ])
    );
}

#[tokio::test]
async fn a_live_call_is_changed() {
    for (update, form) in [
        (CallUpdate::HangUp, ("Status", "completed")),
        (CallUpdate::Cancel, ("Status", "canceled")),
        (
            CallUpdate::Redirect { url: "https://pager.example.com/v/2".into() },
            ("Url", "https://pager.example.com/v/2"),
        ),
    ] {
        let (peer, twilio) = peer(|_| json(200, r#"{"sid": "CA1"}"#)).await;
        assert_eq!(twilio.update_call(&sid("CA1"), &update).await, Sent::Accepted { sid: sid("CA1") });
        assert_eq!(peer.seen()[0].uri.path(), format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/CA1.json"));
        assert_eq!(peer.form(), pairs(&[form]));
    }
    let (_, twilio) = peer(|_| json(400, r#"{"code": 21220, "message": "Call is not in-progress"}"#)).await;
    let sent = twilio.update_call(&sid("CA1"), &CallUpdate::HangUp).await;
    assert!(matches!(&sent, Sent::Refused(refusal) if refusal.about == About::Call), "{sent:?}");
}

#[tokio::test]
async fn answers_become_outcomes() {
    type Test = fn(&Sent) -> bool;
    let table: [(u16, &str, Test); 4] = [
        (
            400,
            r#"{"code": 21211}"#,
            |sent| matches!(sent, Sent::Refused(refusal) if refusal.about == About::Number),
        ),
        (429, r#"{"code": 20429}"#, |sent| matches!(sent, Sent::Throttled { retry_after: None })),
        (500, "", |sent| matches!(sent, Sent::Unknown { .. })),
        (201, "<html>", |sent| matches!(sent, Sent::Unknown { .. })),
    ];
    for (status, body, expected) in table {
        let (_, twilio) = peer(move |_| json(status, body)).await;
        let sent = twilio.send_text(&text_order()).await;
        assert!(expected(&sent), "{status}: {sent:?}");
    }
    let (_, twilio) = peer(|_| (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "7")]).into_response()).await;
    let waits = Sent::Throttled { retry_after: Some(Duration::from_secs(7)) };
    assert_eq!(twilio.send_text(&text_order()).await, waits);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (peer, twilio) =
        peer(|_| (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/elsewhere")]).into_response()).await;
    let sent = twilio.send_text(&text_order()).await;
    assert!(matches!(&sent, Sent::Refused(refusal) if refusal.about == About::Sender), "{sent:?}");
    assert_eq!(peer.seen().len(), 1);
    assert!(twilio.call(&sid("CA1")).await.is_err());
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn no_connection_is_told_from_no_answer() {
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sent = client(&format!("http://{free}")).send_text(&text_order()).await;
    assert_eq!(sent, Sent::Unreached { why: "no connection".into() });
    let sent = client("http://nowhere.invalid").send_text(&text_order()).await;
    assert_eq!(sent, Sent::Unreached { why: "no connection".into() });
}

/// A server that reads a request and then does `then` with the connection.
async fn raw<F: Future<Output = ()> + Send>(
    then: impl Fn(tokio::net::TcpStream) -> F + Send + 'static,
) -> Twilio {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            then(stream).await;
        }
    });
    client(&base)
}

#[tokio::test]
async fn accepted_and_dropped_is_unknown() {
    let twilio = raw(|stream| async move { drop(stream) }).await;
    assert_eq!(twilio.send_text(&text_order()).await, Sent::Unknown { why: "the connection broke".into() });
    assert_eq!(twilio.call(&sid("CA1")).await, Err(LookUpFailed { why: "the connection broke".into() }));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_unknown() {
    use tokio::io::AsyncWriteExt;
    let twilio = raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 50\r\n\r\n{\"sid\": \"SM").await;
    })
    .await;
    assert_eq!(twilio.send_text(&text_order()).await, Sent::Unknown { why: "the connection broke".into() });
}

#[tokio::test]
async fn a_hang_ends_at_the_deadline_and_is_unknown() {
    let twilio = raw(|mut stream| async move {
        // Until the client gives up.
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    let sent = twilio.place_call(&call_order()).await;
    assert_eq!(sent, Sent::Unknown { why: "no answer within the deadline".into() });
}

const AT: &str = "Fri, 13 Nov 2026 03:00:01 +0000";

/// So many seconds after [`AT`].
fn at(seconds: u64) -> Timestamp {
    let at = chrono::DateTime::parse_from_rfc2822(AT).unwrap();
    Timestamp::from_chrono(at.to_utc()) + Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_text_is_found_by_its_numbers_words_and_time() {
    let entry = |sid: &str, body: &str, direction: &str, created: &str| {
        format!(
            r#"{{"sid": "{sid}", "body": "{body}", "direction": "{direction}", "status": "sent",
                "from": "+18025550100", "to": "+18025550147", "date_created": "{created}"}}"#
        )
    };
    let words = "Severity 1 & more: ACK 1042?";
    let entries = [
        entry("SM1", &format!("{words} "), "outbound-api", AT),
        entry("SM2", "another", "outbound-api", AT),
        entry("SM3", words, "inbound", AT),
        entry("SM4", words, "outbound-api", "Fri, 13 Nov 2026 02:00:00 +0000"),
        entry("SM5", words, "outbound-api", ""),
    ];
    let body = format!(r#"{{"messages": [{}], "next_page_uri": null}}"#, entries.join(","));
    let (peer, twilio) = peer(move |_| body.clone().into_response()).await;
    let found = twilio.find_text(&text_order(), at(2)).await.unwrap();
    assert_eq!(found.entries.iter().map(|text| text.sid.as_str()).collect::<Vec<_>>(), ["SM1", "SM5"]);
    assert!(found.complete);
    assert_eq!(peer.seen()[0].uri.query(), Some("To=%2B18025550147&From=%2B18025550100&PageSize=100"));
    assert!(peer.seen()[0].authorization.is_some());
}

#[tokio::test]
async fn a_list_is_followed_page_by_page_at_the_configured_address() {
    let page = |first: u32, created: &str, next: &str| {
        format!(
            r#"{{"calls": [{{"sid": "CA{first}", "direction": "inbound", "status": "completed", "to": "+18025550100",
                "from": "anonymous", "date_created": "{created}"}},
                {{"sid": "CA{first}x", "direction": "outbound-api", "date_created": "{created}"}}],
                "next_page_uri": {next}}}"#
        )
    };
    let (peer, twilio) = peer(move |seen| {
        let body = match seen.uri.query().unwrap_or("") {
            query if query.contains("Page=1") => page(2, AT, r#""http://elsewhere.example/x?Page=2""#),
            query if query.contains("Page=2") => page(3, "Fri, 13 Nov 2026 01:00:00 +0000", r#""/x?Page=3""#),
            _ => page(1, AT, r#""/2010-04-01/x?Page=1&PageToken=PA1""#),
        };
        body.into_response()
    })
    .await;
    let calls = twilio.inbound_calls(&Number::new("+18025550100"), at(0)).await.unwrap();
    assert_eq!(calls.entries.iter().map(|call| call.sid.as_str()).collect::<Vec<_>>(), ["CA1", "CA2"]);
    assert!(calls.complete);
    let asked: Vec<_> = peer.seen().iter().map(|seen| seen.uri.to_string()).collect();
    let list = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json");
    assert_eq!(
        asked,
        [
            format!("{list}?To=%2B18025550100&PageSize=100"),
            format!("{list}?Page=1&PageToken=PA1"),
            format!("{list}?Page=2"),
        ]
    );
}

#[tokio::test]
async fn a_list_without_end_is_cut_and_says_so() {
    let body = format!(
        r#"{{"messages": [{{"sid": "SM1", "direction": "inbound", "date_created": "{AT}"}}], "next_page_uri": "/x?Page=1"}}"#
    );
    let (peer, twilio) = peer(move |_| body.clone().into_response()).await;
    let texts = twilio.inbound_texts(&Number::new("+18025550100"), at(0)).await.unwrap();
    assert_eq!((texts.entries.len(), texts.complete, peer.seen().len()), (MOST_PAGES, false, MOST_PAGES));
}

#[tokio::test]
async fn one_call_or_text_is_looked_up() {
    let (_, twilio) = peer(|seen| match seen.uri.path().rsplit('/').next() {
        Some("CA1.json") => json(
            200,
            r#"{"sid": "CA1", "status": "no-answer", "direction": "outbound-api",
                "date_created": "Fri, 13 Nov 2026 03:00:01 +0000"}"#,
        ),
        Some("SM1.json") => json(
            200,
            r#"{"sid": "SM1", "status": "undelivered", "error_code": 30006, "direction": "outbound-api",
                "date_created": "Fri, 13 Nov 2026 03:00:01 +0000"}"#,
        ),
        Some("CA2.json") => json(200, "<html>"),
        Some("CA3.json") => json(401, r#"{"code": 20003}"#),
        _ => json(404, r#"{"code": 20404}"#),
    })
    .await;
    let call = twilio.call(&sid("CA1")).await.unwrap().unwrap();
    assert_eq!(call.state, Some(crate::wire::event::CallState::NoAnswer));
    let text = twilio.text(&sid("SM1")).await.unwrap().unwrap();
    assert_eq!(
        (text.state, text.error_code),
        (Some(crate::wire::event::TextState::Undelivered), Some(30006))
    );
    assert_eq!(twilio.call(&sid("CA9")).await, Ok(None));
    assert_eq!(twilio.call(&sid("CA2")).await, Err(not_theirs()));
    assert_eq!(twilio.call(&sid("CA3")).await, Err(LookUpFailed { why: "answered 401".into() }));
}

#[tokio::test]
async fn a_recording_comes_with_credentials_on_the_first_hop_only() {
    let (peer, twilio) = peer(|seen| match seen.uri.path() {
        "/media/1" => b"RIFF....WAVE".to_vec().into_response(),
        path if path.ends_with("/Recordings/RE1.wav") => moved("/media/1"),
        path if path.ends_with("/Recordings/RE2.wav") => moved("http://169.254.169.254/latest"),
        path if path.ends_with("/Recordings/RE3.wav") => moved(seen.uri.path()),
        path if path.ends_with("/Recordings/RE4.wav") => vec![0u8; LARGEST_RECORDING + 1].into_response(),
        _ => json(404, ""),
    })
    .await;
    assert_eq!(twilio.recording(&sid("RE1")).await, Ok(b"RIFF....WAVE".to_vec()));
    let seen: Vec<_> =
        peer.seen().iter().map(|seen| (seen.uri.path().to_owned(), seen.authorization.is_some())).collect();
    let first = format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.wav");
    assert_eq!(seen, [(first, true), ("/media/1".to_owned(), false)]);
    let failed = |why: &str| Err(RecordingFailed::Failed(LookUpFailed { why: why.into() }));
    assert_eq!(twilio.recording(&sid("RE2")).await, failed("it is kept at an address that is not safe"));
    assert_eq!(twilio.recording(&sid("RE3")).await, failed("sent on too often"));
    assert_eq!(twilio.recording(&sid("RE4")).await, Err(RecordingFailed::TooLarge));
    assert_eq!(twilio.recording(&sid("RE9")).await, Err(RecordingFailed::NotThere));
}
