//! A server of calendars, for tests: HTTP on this machine. It serves what it is told to, knows again what it has served,
//! and can be told to misbehave.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

/// What it does when it is asked.
#[derive(Clone)]
enum Mood {
    Serves(String),
    Answers(u16),
    LeadsTo(String),
}

struct Inner {
    mood: Mood,
    /// Changes with what it serves.
    edition: usize,
    asked: usize,
    unchanged: usize,
}

type Shared = Arc<Mutex<Inner>>;

/// The server, while it runs.
pub struct CalendarServer {
    /// A secret address.
    pub address: String,
    inner: Shared,
}

impl CalendarServer {
    /// Starts one, with an empty calendar.
    pub async fn start() -> CalendarServer {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/private-4f2a/basic.ics", listener.local_addr().unwrap());
        let mood = Mood::Serves(calendar(&[]));
        let inner = Arc::new(Mutex::new(Inner { mood, edition: 0, asked: 0, unchanged: 0 }));
        let router = Router::new().route("/private-4f2a/basic.ics", get(answer)).with_state(inner.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        CalendarServer { address, inner }
    }

    fn is(&self, mood: Mood) {
        let mut inner = self.inner.lock().unwrap();
        inner.mood = mood;
        inner.edition += 1;
    }

    /// From now on it serves a calendar of these events, each by its lines.
    pub fn serves(&self, events: &[&str]) {
        self.is(Mood::Serves(calendar(events)));
    }

    /// From now on it serves a text.
    pub fn serves_text(&self, text: impl Into<String>) {
        self.is(Mood::Serves(text.into()));
    }

    /// From now on it answers with a status alone.
    pub fn answers(&self, status: u16) {
        self.is(Mood::Answers(status));
    }

    /// From now on it leads elsewhere.
    pub fn leads_to(&self, address: &str) {
        self.is(Mood::LeadsTo(address.to_owned()));
    }

    /// How often it was asked since this was asked last, and how often of that nothing had changed.
    pub fn was_asked(&self) -> (usize, usize) {
        let mut inner = self.inner.lock().unwrap();
        (std::mem::take(&mut inner.asked), std::mem::take(&mut inner.unchanged))
    }
}

/// A calendar of these events, each by its lines.
pub fn calendar(events: &[&str]) -> String {
    let event =
        |lines: &&str| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.trim().replace('\n', "\r\n"));
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

async fn answer(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let mut inner = shared.lock().unwrap();
    inner.asked += 1;
    let tag = format!("\"{}\"", inner.edition);
    match inner.mood.clone() {
        Mood::Serves(_) if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == *tag) => {
            inner.unchanged += 1;
            StatusCode::NOT_MODIFIED.into_response()
        }
        Mood::Serves(text) => ([(header::ETAG, tag)], text).into_response(),
        Mood::Answers(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Mood::LeadsTo(address) => Redirect::to(&address).into_response(),
    }
}
