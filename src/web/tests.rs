//! Webhooks as a carrier posts them, on a database of their own.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use tower::ServiceExt;
use tracing_subscriber::fmt::format::FmtSpan;

use super::*;
use crate::act::{By, Setup, Token};
use crate::clock::{Clock, ManualClock, Timestamp};
use crate::id::Ids;
use crate::rules::case::Case;
use crate::rules::page::AttemptState;
use crate::rules::ticket::{Happening, TicketState};
use crate::rules::zone::ZoneBook;
use crate::store::Wake;
use crate::store::{Options, Store, StoreError, Tx, recording};
use crate::wire::Form;
use crate::wire::signature::{HEADER, sign_form};
use crate::words::Words;

const PUBLIC: &str = "https://pager.example.com";
const TOKEN: &str = "the-carriers-token";
const LINE: &str = "+18025550100";
const CALLER: &str = "+18025550147";

/// A Saturday, three at night at the desk.
const NIGHT: &str = "2026-11-21T08:00:00Z";

/// A gateway with the reservations desk.
pub(in crate::web) struct Gateway {
    pub router: Router,
    pub acts: Acts,
    pub clock: ManualClock,
    pub alive: Arc<AtomicBool>,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(in crate::web) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// The address in an attribute or element, without its fragment, as a carrier would ask for it.
    fn address_after(&self, before: &str) -> String {
        let start = self.body.find(before).unwrap_or_else(|| panic!("{before} in {}", self.body));
        let rest = &self.body[start + before.len()..];
        let address = rest.split(['"', '<', '#']).next().unwrap().replace("&amp;", "&");
        address.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{address}")).to_owned()
    }
}

impl Gateway {
    pub(in crate::web) async fn new() -> Gateway {
        LazyLock::force(&LISTENING);
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(folder.path().join("t.db").to_str().unwrap(), &Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let night = chrono::DateTime::parse_from_rfc3339(NIGHT).unwrap();
        let clock = ManualClock::new(Timestamp::from_chrono(night.to_utc()));
        let flow = crate::flows::shipped("emergency").unwrap();
        let acts = Acts::start(Setup {
            store,
            clock: Arc::new(clock.clone()),
            ids: Ids::from_seed(7),
            book: Arc::new(ZoneBook::bundled()),
            words: Arc::new(Words::load()),
            node: "test".into(),
            carriers: 1,
            flows: vec![flow.into()],
        })
        .await
        .unwrap();
        acts.apply_desk(By::command_line(), include_str!("../../tests/desks/reservations.toml"))
            .await
            .unwrap();
        let alive = Arc::new(AtomicBool::new(true));
        let heart = alive.clone();
        let beats = move || match heart.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err("the engine's heart stopped".to_owned()),
        };
        let access = CarrierAccess {
            tokens: vec!["next".into(), TOKEN.into()],
            profile: Profile { pause: true },
            may_show: [Number::new(LINE)].into(),
        };
        let router = router(Web {
            acts: acts.clone(),
            carriers: [("main".to_owned(), access)].into(),
            public_url: PUBLIC.into(),
            proxies: Vec::new(),
            ready: Arc::new(beats),
        });
        Gateway { router, acts, clock, alive, _folder: folder }
    }

    pub(in crate::web) async fn send(&self, request: Request) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(in crate::web) async fn get(&self, address: &str, token: Option<&str>) -> Answer {
        let mut request = Request::get(address);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A form with its carrier's signature.
    async fn post(&self, address: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.post_bytes(address, body.into_bytes()).await
    }

    async fn post_bytes(&self, address: &str, body: Vec<u8>) -> Answer {
        let signature = sign_form(&TOKEN.into(), &format!("{PUBLIC}{address}"), &Form::parse(&body));
        self.post_signed(address, body, Some(&signature)).await
    }

    async fn post_signed(&self, address: &str, body: Vec<u8>, signature: Option<&str>) -> Answer {
        let mut request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "forged.example.org");
        if let Some(signature) = signature {
            request = request.header(HEADER, signature);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A turn of the call `CA1` from the usual caller.
    async fn call(&self, address: &str, more: &[(&str, &str)]) -> Answer {
        self.post(address, &[&call_form("CA1"), more].concat()).await
    }

    pub(in crate::web) async fn cases(&self) -> Vec<Case> {
        self.acts.tickets(None, Timestamp::NEVER).await.unwrap().cases
    }

    async fn timeline(&self) -> Vec<Happening> {
        let number = self.cases().await[0].ticket.number;
        let view = self.acts.ticket(None, number).await.unwrap().unwrap();
        view.timeline.into_iter().map(|entry| entry.what).collect()
    }
}

fn call_form(sid: &str) -> [(&str, &str); 6] {
    [
        ("CallSid", sid),
        ("AccountSid", "AC1"),
        ("From", CALLER),
        ("To", LINE),
        ("CallStatus", "in-progress"),
        ("Direction", "inbound"),
    ]
}

const VOICE: &str = "/webhooks/main/voice";

#[tokio::test]
async fn a_call_opens_its_ticket_and_is_led_on() {
    let gateway = Gateway::new().await;
    let first = gateway.call(VOICE, &[]).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.headers[header::CONTENT_TYPE], "text/xml; charset=utf-8");
    assert!(first.body.starts_with("<?xml"), "{}", first.body);
    assert_eq!(gateway.cases().await.len(), 1);

    let keyed = first.address_after("<Gather input=\"dtmf\" action=\"");
    assert!(keyed.starts_with("/webhooks/main/turn/"), "{keyed}");
    let second = gateway.call(&keyed, &[("Digits", "1")]).await;
    assert_eq!(second.status, StatusCode::OK);
    assert!(!gateway.cases().await[0].ticket.provisional, "{}", second.body);

    for (address, more, before) in [
        (VOICE, &[] as &[_], &first),
        (&keyed, &[("Digits", "1")], &second),
        (&keyed, &[("Digits", "2")], &second),
    ] {
        assert_eq!(gateway.call(address, more).await.body, before.body);
    }
    assert_eq!(gateway.cases().await.len(), 1);
}

#[tokio::test]
async fn silence_counts_the_same_whichever_way_a_carrier_reports_it() {
    let mut heard = Vec::new();
    for (before, more) in [
        ("<Gather input=\"dtmf\" action=\"", &[("Digits", "")] as &[_]),
        ("<Redirect>", &[]),
        // Some carriers send along what an earlier step brought.
        ("<Redirect>", &[("Digits", "2")]),
    ] {
        let gateway = Gateway::new().await;
        let first = gateway.call(VOICE, &[]).await;
        let address = first.address_after(before);
        heard.push(gateway.call(&address, more).await.body);
    }
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[0], heard[2]);
}

#[tokio::test]
async fn a_forged_webhook_changes_nothing_and_is_told_nothing() {
    let gateway = Gateway::new().await;
    let form = |pairs: &[(&str, &str)]| {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
    };
    let body = form(&call_form("CA1"));
    let sign = |token: &str, url: &str| sign_form(&token.into(), url, &Form::parse(&body));
    let good = sign(TOKEN, &format!("{PUBLIC}{VOICE}"));
    let other = sign("54321", &format!("{PUBLIC}{VOICE}"));
    let host = sign(TOKEN, &format!("https://forged.example.org{VOICE}"));
    for (why, address, body, signature) in [
        ("no signature", VOICE, body.clone(), None),
        ("an empty one", VOICE, body.clone(), Some("")),
        ("no base64", VOICE, body.clone(), Some("é?")),
        ("another token", VOICE, body.clone(), Some(&*other)),
        ("the host's name", VOICE, body.clone(), Some(&*host)),
        ("another form", VOICE, form(&call_form("CA2")), Some(&*good)),
        ("a longer address", "/webhooks/main/voice?again=1", body.clone(), Some(&*good)),
        ("another address", "/webhooks/main/turn/v/s/1", body.clone(), Some(&*good)),
        (
            "a text",
            "/webhooks/main/sms",
            form(&[("MessageSid", "SM1"), ("From", CALLER), ("To", LINE)]),
            Some(&*good),
        ),
    ] {
        let answer = gateway.post_signed(address, body, signature).await;
        assert_eq!((answer.status, &*answer.body), (StatusCode::FORBIDDEN, ""), "{why}");
    }
    assert!(gateway.cases().await.is_empty());
    assert_eq!(gateway.post_signed(VOICE, body, Some(&good)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_webhook_is_refused() {
    let gateway = Gateway::new().await;
    let padded = |length: usize| {
        let mut body = b"CallSid=CA1&AccountSid=AC1&From=%2B18025550147&To=%2B18025550100&Pad=".to_vec();
        body.resize(length, b'a');
        body
    };
    assert_eq!(
        gateway.post_bytes(VOICE, padded(LARGEST_FORM + 1)).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert!(gateway.cases().await.is_empty());
    assert_eq!(gateway.post_bytes(VOICE, padded(LARGEST_FORM)).await.status, StatusCode::OK);

    let form = call_form("CA2");
    assert_eq!(gateway.post("/webhooks/other/voice", &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(gateway.post("/webhooks/main/other", &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(gateway.get(VOICE, None).await.status, StatusCode::METHOD_NOT_ALLOWED);
    for (address, body) in [
        (VOICE, "AccountSid=AC1&To=%2B18025550100"),
        (VOICE, "CallSid=CA2&AccountSid=AC1"),
        ("/webhooks/main/turn/v/s/1", "CallSid=CA2"),
        ("/webhooks/main/turn/v/s/x", "CallSid=CA2&AccountSid=AC1&To=%2B18025550100"),
        ("/webhooks/main/leg/01J-a1/0", "AccountSid=AC1"),
        ("/webhooks/main/sms", "From=%2B18025550147&To=%2B18025550100"),
        ("/webhooks/main/status", "CallSid=CA2"),
        ("/webhooks/main/attempt/01J-a1", "MessageSid=SM1"),
        ("/webhooks/main/recording", "CallSid=CA2&RecordingStatus=completed"),
        ("/webhooks/main/transcript", "CallSid=CA2"),
    ] {
        let answer = gateway.post_bytes(address, body.into()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address} {body}");
    }
    assert_eq!(gateway.cases().await.len(), 1);
}

#[tokio::test]
async fn a_text_in_any_bytes_is_kept() {
    let gateway = Gateway::new().await;
    let body =
        b"MessageSid=SM1&From=%2B18025550147&To=%2B18025550100&Body=caf%e9%00+is+down%f0%9f%92%a5".to_vec();
    for _ in 0..2 {
        let answer = gateway.post_bytes("/webhooks/main/sms", body.clone()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.ends_with("<Response></Response>"), "{}", answer.body);
    }
    let cases = gateway.cases().await;
    assert_eq!(cases.len(), 1);
    assert!(gateway.timeline().await.iter().any(
        |happened| matches!(happened, Happening::Texted { body } if body == "caf\u{FFFD}\u{FFFD} is down💥")
    ));
}

#[tokio::test]
async fn a_line_of_nobody_is_told_so() {
    let gateway = Gateway::new().await;
    for to in ["+18025550198", "sip:desk@example.org"] {
        let form = [("CallSid", "CA9"), ("AccountSid", "AC1"), ("From", CALLER), ("To", to)];
        let answer = gateway.post(VOICE, &form).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("not in use for support"), "{}", answer.body);
        assert!(answer.body.ends_with("<Hangup/></Response>"), "{}", answer.body);
    }
    assert!(gateway.cases().await.is_empty());
}

#[tokio::test]
async fn the_end_of_a_call_is_heard_once() {
    let gateway = Gateway::new().await;
    gateway.call(VOICE, &[]).await;
    let status = "/webhooks/main/status";
    assert_eq!(gateway.call(status, &[]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(gateway.cases().await[0].ticket.state, TicketState::Open);
    let end = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("CallDuration", "9"),
        ("From", CALLER),
        ("To", LINE),
    ];
    for _ in 0..2 {
        assert_eq!(gateway.post(status, &end).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(gateway.cases().await[0].ticket.state, TicketState::Abandoned);
    let ends = |happened: &&Happening| matches!(happened, Happening::CallEnded { .. });
    assert_eq!(gateway.timeline().await.iter().filter(ends).count(), 1);
}

#[tokio::test]
async fn a_call_that_ended_before_it_was_heard_of_has_its_ticket() {
    let gateway = Gateway::new().await;
    // What began before the desk was ours is not ours to page.
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(60));
    let end = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("CallDuration", "40"),
        ("From", CALLER),
        ("To", LINE),
    ];
    gateway.post("/webhooks/main/status", &end).await;
    assert_eq!(gateway.cases().await.len(), 1);
    assert!(gateway.timeline().await.iter().any(|happened| matches!(happened, Happening::Missed { .. })));
    // Its first webhook comes after all, with what the carrier's fallback recorded.
    let late = gateway.call(VOICE, &[("RecordingSid", "RE1"), ("RecordingDuration", "12")]).await;
    assert_eq!(late.status, StatusCode::OK);
    assert!(late.body.contains("<Hangup/>"), "{}", late.body);
    let cases = gateway.cases().await;
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].ticket.recordings, ["RE1"]);
}

#[tokio::test]
async fn a_caller_is_never_left_without_a_word() {
    let gateway = Gateway::new().await;
    let first = gateway.call(VOICE, &[]).await;
    let mut address = first.address_after("<Gather input=\"dtmf\" action=\"");
    gateway.acts.store().close().await;

    let mut answer = gateway.call(&address, &[("Digits", "1")]).await;
    for again in 1..=6 {
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            answer.body.contains("stay on the line") && answer.body.contains("<Pause"),
            "{}",
            answer.body
        );
        address = answer.address_after("<Redirect>");
        // A redirect brings no keys: they travel in the address.
        assert!(address.contains("asked=keys&Digits=1"), "{address}");
        assert!(address.ends_with(&format!("&again={again}")), "{address}");
        answer = gateway.call(&address, &[]).await;
    }
    // The policy's last resort is everyone: the first of them is rung.
    assert!(answer.body.contains("<Number>+18025550111</Number>"), "{}", answer.body);

    let after = answer.address_after("<Dial action=\"");
    let talked = gateway.call(&after, &[("DialCallStatus", "completed"), ("DialCallDuration", "60")]).await;
    assert!(talked.body.ends_with("<Response><Hangup/></Response>"), "{}", talked.body);
    let message = gateway.call(&after, &[("DialCallStatus", "no-answer")]).await;
    let recorded = message.address_after("<Record action=\"");
    let thanks = gateway.call(&recorded, &[("RecordingSid", "RE1"), ("RecordingDuration", "9")]).await;
    assert!(
        thanks.body.contains("Thank you") && thanks.body.ends_with("<Hangup/></Response>"),
        "{}",
        thanks.body
    );
}

#[tokio::test]
async fn a_call_that_could_not_be_written_down_is_kept_in_mind() {
    let gateway = Gateway::new().await;
    // The line's flow is not there, so that a call fails each time; its ticket needs no flow.
    let desk = include_str!("../../tests/desks/reservations.toml").replace("\"emergency\"", "\"lost\"");
    gateway.acts.apply_desk(By::command_line(), &desk).await.unwrap();
    let mut wakes = gateway.acts.store().wakes();
    let rung = gateway.call(&format!("{VOICE}?again=6"), &[]).await;
    assert!(rung.body.contains("<Dial"), "{}", rung.body);
    // Whoever is on call is texted at once, from memory.
    let Some(Wake::Effect(text)) = wakes.recv().await else { panic!("nobody was texted") };
    assert!(text.payload.contains(CALLER) && text.id.starts_with("memory-main-"), "{}", text.id);
    // What is committed next is its ticket, whose page is due.
    wakes.recv().await.unwrap();
    assert_eq!(gateway.cases().await.len(), 1);
    assert!(gateway.timeline().await.iter().any(|happened| matches!(happened, Happening::Missed { .. })));
}

#[tokio::test]
async fn without_a_database_everything_else_is_put_off() {
    let gateway = Gateway::new().await;
    gateway.acts.store().close().await;
    let leg = gateway.call("/webhooks/main/leg/01J-a1/1?asked=keys&again=6", &[("Digits", "1")]).await;
    assert!(leg.body.contains("was not taken") && leg.body.ends_with("<Hangup/></Response>"), "{}", leg.body);
    for (address, form) in [
        ("sms", &[("MessageSid", "SM1"), ("From", CALLER), ("To", LINE), ("Body", "help")] as &[_]),
        ("status", &[("CallSid", "CA1"), ("CallStatus", "completed"), ("From", CALLER), ("To", LINE)]),
        ("attempt/01J-a1", &[("MessageSid", "SM1"), ("MessageStatus", "delivered")]),
        ("recording", &[("RecordingSid", "RE1"), ("CallSid", "CA1"), ("RecordingStatus", "completed")]),
        ("transcript", &[("TranscriptionSid", "TR1"), ("CallSid", "CA1"), ("TranscriptionText", "help")]),
    ] {
        let answer = gateway.post(&format!("/webhooks/main/{address}"), form).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
    }
    assert_eq!(gateway.get("/healthz", None).await.status, StatusCode::OK);
    assert_eq!(gateway.get("/readyz", None).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(gateway.get("/api/v1/tickets", Some("nbt_x")).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// Calls, says that it is an emergency, and lets the page go out.
async fn paged(gateway: &Gateway) -> Case {
    let first = gateway.call(VOICE, &[]).await;
    gateway.call(&first.address_after("<Gather input=\"dtmf\" action=\""), &[("Digits", "1")]).await;
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(45));
    gateway.acts.tick().await.unwrap();
    gateway.cases().await.remove(0)
}

#[tokio::test]
async fn what_became_of_a_page_is_noted_once_and_in_any_order() {
    let gateway = Gateway::new().await;
    let case = paged(&gateway).await;
    let [text, call] = &case.attempts[..] else { panic!("{:?}", case.attempts) };
    let report =
        |state: &'static str| [("MessageSid", "SM7"), ("MessageStatus", state), ("ErrorCode", "30003")];
    let address = format!("/webhooks/main/attempt/{}", text.id);
    for state in ["queued", "delivered", "sent", "undelivered", "delivered"] {
        assert_eq!(gateway.post(&address, &report(state)).await.status, StatusCode::NO_CONTENT, "{state}");
    }
    let address = format!("/webhooks/main/attempt/{}", call.id);
    for state in ["initiated", "ringing", "no-answer"] {
        gateway.post(&address, &[("CallSid", "CA7"), ("CallStatus", state)]).await;
    }
    let states: Vec<AttemptState> =
        gateway.cases().await[0].attempts.iter().map(|attempt| attempt.state.clone()).collect();
    assert_eq!(
        states,
        [
            AttemptState::Reached { carrier: "main".into(), sid: "SM7".into() },
            AttemptState::Ended(crate::rules::page::Ending::NoAnswer),
        ]
    );
}

#[tokio::test]
async fn an_agents_key_takes_the_ticket() {
    let gateway = Gateway::new().await;
    let case = paged(&gateway).await;
    let leg = |turn: &str| format!("/webhooks/main/leg/{}/{turn}", case.attempts[1].id);
    let form = [("CallSid", "CA7"), ("AccountSid", "AC1"), ("From", LINE), ("To", "+18025550111")];
    let answered = gateway.post(&leg("0"), &form).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(gateway.cases().await[0].holder(), None);
    let keyed = [&form[..], &[("Digits", "1")]].concat();
    let taken = gateway.post(&leg("1?asked=keys"), &keyed).await;
    let holder = gateway.cases().await[0].holder().cloned();
    assert_eq!(holder.as_ref(), Some(&case.attempts[1].agent));
    assert_eq!(gateway.post(&leg("1?asked=keys"), &keyed).await.body, taken.body);
    // A call of ours that nobody knows of is ended.
    let strange = [("CallSid", "CA8"), ("AccountSid", "AC1"), ("From", LINE), ("To", "+18025550111")];
    let strange = gateway.post("/webhooks/main/leg/nobody-a1/0", &strange).await;
    assert!(strange.body.ends_with("<Response><Hangup/></Response>"), "{}", strange.body);
}

#[tokio::test]
async fn recordings_find_their_ticket_or_are_sent_again() {
    let gateway = Gateway::new().await;
    let made = [
        ("RecordingSid", "RE1"),
        ("CallSid", "CA1"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "9"),
    ];
    let address = "/webhooks/main/recording";
    assert_eq!(gateway.post(address, &made).await.status, StatusCode::SERVICE_UNAVAILABLE);
    gateway.call(VOICE, &[]).await;
    for _ in 0..2 {
        assert_eq!(gateway.post(address, &made).await.status, StatusCode::NO_CONTENT);
    }
    let absent = [("RecordingSid", "RE2"), ("CallSid", "CA1"), ("RecordingStatus", "absent")];
    assert_eq!(gateway.post(address, &absent).await.status, StatusCode::NO_CONTENT);
    assert_eq!(gateway.cases().await[0].ticket.recordings, ["RE1"]);

    let words = [("TranscriptionSid", "TR1"), ("CallSid", "CA1"), ("TranscriptionText", "the site is down")];
    for _ in 0..2 {
        assert_eq!(gateway.post("/webhooks/main/transcript", &words).await.status, StatusCode::NO_CONTENT);
    }
    let transcripts = |happened: &&Happening| matches!(happened, Happening::Transcript { .. });
    assert_eq!(gateway.timeline().await.iter().filter(transcripts).count(), 1);
}

async fn link(
    tx: &mut Tx,
    (id, now): &(crate::rules::ticket::TicketId, Timestamp),
) -> Result<bool, StoreError> {
    recording::insert(tx, "main", "RE1", id, 1).await?;
    recording::keep(tx, "main", "RE1", b"RIFF", *now).await?;
    recording::link(tx, id, "RE1", "f00", *now + std::time::Duration::from_secs(600)).await
}

#[tokio::test]
async fn a_recording_is_played_while_its_address_is_young() {
    let gateway = Gateway::new().await;
    gateway.call(VOICE, &[]).await;
    let id = gateway.cases().await[0].ticket.id.clone();
    assert!(gateway.acts.store().write(link, (id, gateway.clock.now())).await.unwrap());
    let played = gateway.get("/recordings/f00.wav", None).await;
    assert_eq!((played.status, &*played.body), (StatusCode::OK, "RIFF"));
    assert_eq!(played.headers[header::CONTENT_TYPE], "audio/wav");
    assert_eq!(played.headers[header::CACHE_CONTROL], "no-store");
    for address in ["/recordings/f00", "/recordings/f01.wav", "/recordings/.wav"] {
        assert_eq!(gateway.get(address, None).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(600));
    assert_eq!(gateway.get("/recordings/f00.wav", None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_monitor_learns_whether_it_works() {
    let gateway = Gateway::new().await;
    let ready = gateway.get("/readyz", None).await;
    assert_eq!((ready.status, &*ready.body), (StatusCode::OK, r#"{"status":"ready"}"#));
    gateway.alive.store(false, Ordering::Relaxed);
    let not = gateway.get("/readyz", None).await;
    let body = r#"{"status":"not ready","why":"the engine's heart stopped"}"#;
    assert_eq!((not.status, &*not.body), (StatusCode::SERVICE_UNAVAILABLE, body));
    let alive = gateway.get("/healthz", None).await;
    assert_eq!((alive.status, &*alive.body), (StatusCode::OK, r#"{"status":"alive"}"#));
    assert_eq!(alive.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(!alive.headers.contains_key(header::SERVER));
}

/// What a test logs, to be read by it: each test runs on a thread of its own.
struct Log;

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// One subscriber for the whole process, from before the first line that the web could log: a line that is met while
/// there is none may stay silent for good.
static LISTENING: LazyLock<()> = LazyLock::new(|| {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::FULL)
        .without_time()
        .with_ansi(false)
        .with_writer(|| Log)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
});

impl Log {
    fn read() -> String {
        LOGGED.with_borrow(|bytes| String::from_utf8(bytes.clone()).unwrap())
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_private_reaches_the_log() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    gateway.get("/api/v1/tickets?desk=reservations", Some(&token)).await;
    gateway.get("/recordings/5ec3e7.wav", None).await;
    let first = gateway.call(VOICE, &[]).await;
    let keyed = first.address_after("<Gather input=\"dtmf\" action=\"");
    gateway.post_signed(&keyed, b"CallSid=CA1&Digits=8025550147".to_vec(), Some("forged")).await;
    let strange = [("CallSid", "CA3"), ("AccountSid", "AC1"), ("From", CALLER), ("To", "+18025550198")];
    gateway.post(VOICE, &strange).await;
    gateway.post(VOICE, &strange).await;
    gateway.acts.store().close().await;
    gateway.call(&keyed, &[("Digits", "8025550147")]).await;
    let text = [("MessageSid", "SM1"), ("From", CALLER), ("To", LINE), ("Body", "the safe word")];
    gateway.post("/webhooks/main/sms", &text).await;

    let log = Log::read();
    for told in ["no desk owns", "was refused", "asked to stay", "put off", "/recordings/{file}"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    assert_eq!(log.matches("no desk owns").count(), 1, "{log}");
    for private in ["8025550", "safe word", "5ec3e7", TOKEN, &token, "nbt_"] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}

#[tokio::test]
async fn a_panic_is_a_failure_like_any_other() {
    let broken = async { if true { panic!("poison") } else { Ok(()) } };
    assert!(matches!(hold::in_time(broken).await, Err(hold::Failure::Panicked)));
}

#[test]
fn the_fallback_rings_and_records_without_us() {
    let desk = crate::rules::desk::Desk::parse(include_str!("../../tests/desks/reservations.toml")).unwrap();
    let document = fallback::document(&desk, &desk.lines[0], PUBLIC).unwrap();
    insta::assert_snapshot!(document.replace("><", ">\n<"), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say language="en-US">We are sorry, our system has a problem. We are calling somebody for you now. Please stay on the line.</Say>
    <Dial timeout="25">
    <Number>+18025550111</Number>
    </Dial>
    <Say language="en-US">We are sorry, our system has a problem. After the tone, please say who you are, at which number we can reach you, and what is wrong. It is recorded, and somebody will be told as soon as the system is back. You may hang up when you are done.</Say>
    <Record action="https://pager.example.com/webhooks/main/voice#rc=2&amp;rt=4000&amp;rp=all" maxLength="180" timeout="8" finishOnKey="" playBeep="true" recordingStatusCallback="https://pager.example.com/webhooks/main/recording#rc=2&amp;rt=4000&amp;rp=all" recordingStatusCallbackEvent="completed absent"/>
    <Redirect>https://pager.example.com/webhooks/main/voice#rc=2&amp;rt=4000&amp;rp=all</Redirect>
    </Response>
    "##);
    let mut desk = desk;
    desk.policies[0].last_resort = vec![crate::rules::policy::Target::Rota("primary".into())];
    assert!(!fallback::document(&desk, &desk.lines[0], PUBLIC).unwrap().contains("Dial"));
}
