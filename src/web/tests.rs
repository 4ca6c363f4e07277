//! Webhooks as a carrier posts them, on a database of their own.

mod calls;
mod doors;
mod gaps;
mod held;
mod logs;
mod pages;

use std::cell::RefCell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use tower::ServiceExt;
use tracing_subscriber::fmt::format::FmtSpan;

use super::*;
use crate::act::{By, MOST_LISTED, Setup, Token, Wanted};
use crate::args;
use crate::clock::{Clock, ManualClock, Timestamp};
use crate::fetch::FetchConfig;
use crate::id::Ids;
use crate::rules::case::Case;
use crate::rules::desk::file::DeskFile;
use crate::rules::page::AttemptState;
use crate::rules::ticket::{Happening, TicketState};
use crate::rules::zone::ZoneBook;
use crate::store::Wake;
use crate::store::{Options, Store, StoreError, Tx, recording};
use crate::wire::Form;
use crate::wire::signature::{HEADER, sign_form};
use crate::words::Words;

const DESK: &str = include_str!("../../tests/desks/reservations.toml");
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
        LazyLock::force(&logs::LISTENING);
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(folder.path().join("t.db").to_str().unwrap(), &Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let night = chrono::DateTime::parse_from_rfc3339(NIGHT).unwrap();
        let clock = ManualClock::new(Timestamp::from_chrono(night.to_utc()));
        let acts = Acts::start(Setup {
            store,
            clock: Arc::new(clock.clone()),
            ids: Ids::from_seed(7),
            book: Arc::new(ZoneBook::bundled()),
            words: Arc::new(Words::load()),
            node: "test".into(),
            carriers: vec!["main".into()],
            conferences: ["main".to_owned()].into(),
            public_url: "https://pager.example.com".into(),
            flows: crate::flows::load_all(None).unwrap(),
        })
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
            profile: Profile { pause: true, conference: true },
            may_show: [Number::new(LINE)].into(),
            api: String::new(),
            account: String::new(),
            senders: Vec::new(),
        };
        let router = router(Web {
            acts: acts.clone(),
            carriers: [("main".to_owned(), access)].into(),
            public_url: PUBLIC.into(),
            proxies: Vec::new(),
            openid: None,
            fetcher: Arc::new(Fetcher::new(&FetchConfig::default()).unwrap()),
            ready: Arc::new(beats),
            health: Arc::new(Vec::new),
            closing: CancellationToken::new(),
        });
        let gateway = Gateway { router, acts, clock, alive, _folder: folder };
        gateway.apply(DESK).await;
        gateway
    }

    /// Brings a desk file into force.
    pub(in crate::web) async fn apply(&self, text: &str) {
        let file = DeskFile::read("desk.toml".into(), text.into()).unwrap();
        self.acts.apply_files(By::command_line(), vec![file]).await.unwrap();
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
        self.acts.wanted_tickets(Wanted::all(None), MOST_LISTED).await.unwrap().cases
    }

    /// What waits to be done outside.
    async fn outbox(&self) -> Vec<String> {
        async fn payloads(tx: &mut Tx, (): &()) -> Result<Vec<String>, StoreError> {
            let rows: Vec<(String,)> = tx.all("select payload from outbox", args![]).await?;
            Ok(rows.into_iter().map(|(payload,)| payload).collect())
        }
        self.acts.store().read(payloads, ()).await.unwrap()
    }

    async fn timeline(&self) -> Vec<Happening> {
        let number = self.cases().await[0].ticket.number;
        let view = self.acts.ticket("reservations", number).await.unwrap().unwrap();
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
