//! Scripting over HTTP under `/_sim`: what a test or the page does with phones, and faults.
//!
//! ```text
//! GET    /_sim/state                              phones and lines of the page
//! GET    /_sim/events                             the same as server-sent events, one for each change
//! GET    /_sim/calls | messages | errors | delivered
//! GET    /_sim/handsets/{number}                  {call, history, thread}
//! POST   /_sim/handsets/{number}/on-call          {"kind": "voicemail", "after_ms": 20000, "lasts_ms": 30000}
//! POST   /_sim/handsets/{number}/on-text          {"kind": "undelivered", "code": 30003}
//! POST   /_sim/handsets/{number}/dial             {"line": "+1…", "shown": "anonymous"}
//! POST   /_sim/handsets/{number}/press            {"keys": "1"}
//! POST   /_sim/handsets/{number}/speak            {"seconds": 12, "words": "…"}
//! POST   /_sim/handsets/{number}/answer | decline | hang-up
//! POST   /_sim/handsets/{number}/text             {"line": "+1…", "body": "ACK"}
//! GET    /_sim/faults                             those in force
//! POST   /_sim/faults                             {"scope": "messages", "fault": "rate-limited", "times": 2}
//! DELETE /_sim/faults
//! ```
//! There is no login: it is a tool for one's own machine. Other web sites are kept out by the `Origin` that a browser
//! sends, and by the name under which the carrier is addressed.

use std::convert::Infallible;

use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use url::{Host, Url};

use super::Simulator;
use super::fault::Fault;
use super::handset::{CallerFacts, OnCall, OnText, PhoneError};

/// The largest request.
const LARGEST_BODY: usize = 64 * 1024;

/// The addresses under `/_sim`.
pub fn router(sim: Simulator) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/events", get(events))
        .route("/calls", get(async |State(sim): State<Simulator>| Json(sim.calls())))
        .route("/messages", get(async |State(sim): State<Simulator>| Json(sim.messages())))
        .route("/errors", get(async |State(sim): State<Simulator>| Json(sim.errors())))
        .route("/delivered", get(async |State(sim): State<Simulator>| Json(sim.delivered())))
        .route("/handsets/{number}", get(handset))
        .route("/handsets/{number}/on-call", post(on_call))
        .route("/handsets/{number}/on-text", post(on_text))
        .route("/handsets/{number}/dial", post(dial))
        .route("/handsets/{number}/press", post(press))
        .route("/handsets/{number}/speak", post(speak))
        .route("/handsets/{number}/answer", post(answer))
        .route("/handsets/{number}/decline", post(decline))
        .route("/handsets/{number}/hang-up", post(hang_up))
        .route("/handsets/{number}/text", post(text))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(sim.clone(), own_pages_only))
        .with_state(sim)
}

/// Lets in who addresses this machine by its own name, and of browsers' pages only the carrier's own.
pub async fn own_pages_only(State(sim): State<Simulator>, request: Request, next: Next) -> Response {
    let base = sim.read(|world| world.config.base_url.clone());
    if own(request.headers(), &base) {
        next.run(request).await
    } else {
        let words =
            "This page is for the machine that the simulator runs on: open it as 127.0.0.1 or localhost.\n";
        (StatusCode::FORBIDDEN, words).into_response()
    }
}

/// Whether `Host` is an address, localhost or the configured name (so that a name which another site made to point
/// here does not work), and `Origin`, if there is one, is this very page's.
fn own(headers: &HeaderMap, base: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let Some(host) = text(header::HOST) else { return true };
    let Ok(url) = Url::parse(&format!("http://{host}")) else { return false };
    let known = match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => {
            name == "localhost" || Url::parse(base).is_ok_and(|base| base.host_str() == Some(name))
        }
        None => false,
    };
    let same_origin = match text(header::ORIGIN) {
        None => true,
        Some(origin) => origin.split_once("://").is_some_and(|(_, from)| from == host),
    };
    known && same_origin
}

/// What went wrong, for whoever scripts the phones.
impl IntoResponse for PhoneError {
    fn into_response(self) -> Response {
        let status = match self {
            PhoneError::NotAPhone | PhoneError::BadKeys => StatusCode::BAD_REQUEST,
            PhoneError::NoSuchLine => StatusCode::NOT_FOUND,
            PhoneError::InACall | PhoneError::NoCall | PhoneError::NotRinging => StatusCode::CONFLICT,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

fn snapshot(sim: &Simulator) -> Value {
    sim.read(|world| {
        let lines: Vec<Value> = world
            .config
            .lines
            .iter()
            .map(|line| json!({ "label": line.label, "number": line.number }))
            .collect();
        json!({ "now_ms": world.now, "phones": world.phone_views(), "lines": lines })
    })
}

async fn state(State(sim): State<Simulator>) -> Json<Value> {
    Json(snapshot(&sim))
}

async fn events(State(sim): State<Simulator>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut changed = sim.shared.changed.subscribe();
    changed.mark_changed();
    let snapshots = stream::unfold((sim, changed), |(sim, mut changed)| async move {
        tokio::select! {
            () = sim.shared.closed.cancelled() => return None,
            change = changed.changed() => change.ok()?,
        }
        let event = Event::default().event("state").data(snapshot(&sim).to_string());
        Some((Ok(event), (sim, changed)))
    });
    Sse::new(snapshots).keep_alive(KeepAlive::default())
}

async fn handset(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
) -> Result<Json<Value>, PhoneError> {
    sim.read(|world| world.check_phone(&number))?;
    let phone = sim.handset(&number);
    Ok(Json(json!({ "call": phone.call(), "history": phone.history(), "thread": phone.thread() })))
}

async fn on_call(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
    Json(behaviour): Json<OnCall>,
) -> Result<StatusCode, PhoneError> {
    sim.read(|world| world.check_phone(&number))?;
    sim.handset(&number).on_call(behaviour);
    Ok(StatusCode::NO_CONTENT)
}

async fn on_text(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
    Json(behaviour): Json<OnText>,
) -> Result<StatusCode, PhoneError> {
    sim.read(|world| world.check_phone(&number))?;
    sim.handset(&number).on_text(behaviour);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct DialOrder {
    line: String,
    #[serde(default)]
    shown: Option<String>,
    #[serde(default)]
    stir_verstat: Option<String>,
    #[serde(default)]
    forwarded_from: Option<String>,
    #[serde(default)]
    caller_name: Option<String>,
}

async fn dial(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
    Json(order): Json<DialOrder>,
) -> Result<Json<Value>, PhoneError> {
    let facts = CallerFacts {
        shown: order.shown,
        stir_verstat: order.stir_verstat,
        forwarded_from: order.forwarded_from,
        caller_name: order.caller_name,
    };
    let sid = sim.handset(&number).dial_as(&order.line, facts)?;
    Ok(Json(json!({ "sid": sid })))
}

#[derive(Deserialize)]
struct PressOrder {
    keys: String,
}

async fn press(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
    Json(order): Json<PressOrder>,
) -> Result<StatusCode, PhoneError> {
    sim.handset(&number).press(&order.keys)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct SpeakOrder {
    seconds: u32,
    #[serde(default)]
    words: String,
}

async fn speak(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
    Json(order): Json<SpeakOrder>,
) -> Result<StatusCode, PhoneError> {
    sim.handset(&number).speak(order.seconds, &order.words)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn answer(State(sim): State<Simulator>, Path(number): Path<String>) -> Result<StatusCode, PhoneError> {
    sim.handset(&number).answer()?;
    Ok(StatusCode::NO_CONTENT)
}

async fn decline(State(sim): State<Simulator>, Path(number): Path<String>) -> Result<StatusCode, PhoneError> {
    sim.handset(&number).decline()?;
    Ok(StatusCode::NO_CONTENT)
}

async fn hang_up(State(sim): State<Simulator>, Path(number): Path<String>) -> Result<StatusCode, PhoneError> {
    sim.handset(&number).hang_up()?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct TextOrder {
    line: String,
    body: String,
}

async fn text(
    State(sim): State<Simulator>,
    Path(number): Path<String>,
    Json(order): Json<TextOrder>,
) -> Result<Json<Value>, PhoneError> {
    let sid = sim.handset(&number).text(&order.line, &order.body)?;
    Ok(Json(json!({ "sid": sid })))
}

async fn faults(State(sim): State<Simulator>) -> Json<Vec<Fault>> {
    Json(sim.faults())
}

async fn add_fault(State(sim): State<Simulator>, Json(fault): Json<Fault>) -> StatusCode {
    sim.fault(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(sim): State<Simulator>) -> StatusCode {
    sim.clear_faults();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_other_sites_out() {
        for (host, origin, base, let_in) in [
            ("127.0.0.1:8090", None, "", true),
            ("127.0.0.1:8090", Some("http://127.0.0.1:8090"), "", true),
            ("localhost:8090", Some("http://localhost:8090"), "", true),
            ("[::1]:8090", Some("http://[::1]:8090"), "", true),
            ("127.0.0.1:8090", Some("http://127.0.0.1:9999"), "", false),
            ("127.0.0.1:8090", Some("https://example.com"), "", false),
            ("127.0.0.1:8090", Some("null"), "", false),
            ("rebound.example.com", Some("http://rebound.example.com"), "", false),
            ("sim.example.com", Some("http://sim.example.com"), "http://sim.example.com", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(own(&headers, base), let_in, "{host} {origin:?}");
        }
    }
}
