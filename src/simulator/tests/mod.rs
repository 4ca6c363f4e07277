//! The carrier against a gateway of a few lines, over real HTTP, with a clock moved by hand.

mod calls;
mod conferences;
mod control;
mod faults;
mod messages;
mod property;
mod voice;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::*;

/// 2026-11-21T03:00:00Z, a Saturday.
pub(super) const START: i64 = 1_795_230_000_000;
pub(super) const LINE: &str = "+18025550100";
pub(super) const CALLER: &str = "+18025550101";
pub(super) const AGENT: &str = "+18025550102";
pub(super) const SECOND: &str = "+18025550103";
pub(super) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(super) const TOKEN: &str = "first-token";

/// Time that stands still until it is moved.
#[derive(Clone)]
pub(super) struct Hands(watch::Sender<i64>);

impl SimTime for Hands {
    fn now_ms(&self) -> i64 {
        *self.0.borrow()
    }
    fn sleep_until(&self, at_ms: i64) -> BoxFuture<'static, ()> {
        let mut shown = self.0.subscribe();
        Box::pin(async move {
            let _ = shown.wait_for(|now| *now >= at_ms).await;
        })
    }
}

/// A request as the gateway got it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) form: HashMap<String, String>,
    pub(super) signed: bool,
    pub(super) token: String,
}

/// What the gateway answers at a path: one after the other, the last for ever.
type Answers = HashMap<String, Vec<(u16, String)>>;

#[derive(Clone, Default)]
struct Gateway {
    answers: Arc<Mutex<Answers>>,
    requests: Arc<Mutex<Vec<Request>>>,
    base: String,
}

async fn answer(
    State(gateway): State<Gateway>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let form: Form = form_urlencoded::parse(&body).into_owned().collect();
    let signed = sign(TOKEN, &format!("{}{uri}", gateway.base), &form) == text("x-twilio-signature");
    let path = uri.path().to_owned();
    gateway.requests.lock().unwrap().push(Request {
        method: method.to_string(),
        path: path.clone(),
        form: form
            .into_iter()
            .chain(form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned())
            .collect(),
        signed,
        token: text("i-twilio-idempotency-token"),
    });
    let mut answers = gateway.answers.lock().unwrap();
    let (status, words) = match answers.get_mut(&path) {
        Some(list) if list.len() > 1 => list.remove(0),
        Some(list) => list[0].clone(),
        None => (200, "<Response/>".to_owned()),
    };
    let status = StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        return (status, [(header::LOCATION, words)]).into_response();
    }
    if words == "WAV" {
        return ([(header::CONTENT_TYPE, "audio/x-wav")], recording::wav(7).unwrap()).into_response();
    }
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], words).into_response()
}

/// Carrier, gateway and clock.
pub(super) struct Stage {
    pub(super) sim: Simulator,
    pub(super) hands: Hands,
    gateway: Gateway,
    pub(super) rest: String,
    pub(super) client: reqwest::Client,
}

impl Stage {
    pub(super) async fn new() -> Stage {
        Stage::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut SimConfig)) -> Stage {
        let at_gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at_carrier = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", at_gateway.local_addr().unwrap());
        let rest = format!("http://{}", at_carrier.local_addr().unwrap());
        let gateway = Gateway { base: base.clone(), ..Gateway::default() };
        let app = Router::new().fallback(answer).with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(at_gateway, app).await });
        let hands = Hands(watch::Sender::new(START));
        let mut config = SimConfig {
            base_url: rest.clone(),
            accounts: vec![Account {
                sid: ACCOUNT.into(),
                tokens: vec![TOKEN.into(), "second-token".into()],
                caller_ids: vec!["+18025550199".into()],
            }],
            lines: vec![Line {
                number: LINE.into(),
                label: "Emergency".into(),
                account: ACCOUNT.into(),
                voice_url: Some(format!("{base}/voice")),
                sms_url: Some(format!("{base}/sms")),
                status_url: Some(format!("{base}/status")),
                fallback_twiml: None,
            }],
            phones: vec![
                Phone { name: "Casey".into(), number: CALLER.into(), role: Role::Caller },
                Phone { name: "Alex <b>".into(), number: AGENT.into(), role: Role::Agent },
            ],
            pace: Pace::instant(),
        };
        change(&mut config);
        let sim = Simulator::new(config, Arc::new(hands.clone()));
        let router = sim.router();
        tokio::spawn(async move { axum::serve(at_carrier, router).await });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Stage { sim, hands, gateway, rest, client }
    }

    /// What the gateway answers at a path from now on.
    pub(super) fn answers(&self, path: &str, twiml: &[&str]) {
        let list = twiml.iter().map(|verbs| (200, format!("<Response>{verbs}</Response>"))).collect();
        self.gateway.answers.lock().unwrap().insert(path.into(), list);
    }

    /// The same, with status and raw body.
    pub(super) fn answers_raw(&self, path: &str, answers: &[(u16, &str)]) {
        let list = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        self.gateway.answers.lock().unwrap().insert(path.into(), list);
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.gateway.base)
    }

    /// Everything that the gateway got at a path.
    pub(super) fn got(&self, path: &str) -> Vec<Request> {
        self.gateway.requests.lock().unwrap().iter().filter(|r| r.path == path).cloned().collect()
    }

    /// One field of everything that the gateway got at a path.
    pub(super) fn got_field(&self, path: &str, field: &str) -> Vec<String> {
        self.got(path).iter().map(|r| r.form.get(field).cloned().unwrap_or_default()).collect()
    }

    /// Lets time pass, doing what falls due at its instant.
    pub(super) async fn pass(&self, ms: i64) {
        let until = self.hands.now_ms() + ms;
        self.sim.run_due().await;
        while let Some(due) = self.sim.next_due().filter(|due| *due <= until) {
            self.hands.0.send_replace(due.max(self.hands.now_ms()));
            self.sim.run_due().await;
        }
        self.hands.0.send_replace(until);
        self.sim.run_due().await;
    }

    pub(super) fn at(&self, resource: &str) -> String {
        format!("{}/2010-04-01/Accounts/{ACCOUNT}/{resource}", self.rest)
    }

    /// Posts to the REST interface; status and JSON.
    pub(super) async fn post(&self, resource: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let sent =
            self.client.post(self.at(resource)).basic_auth(ACCOUNT, Some(TOKEN)).form(form).send().await;
        let answer = sent.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(super) async fn get(&self, resource: &str) -> (u16, Value) {
        let sent = self.client.get(self.at(resource)).basic_auth(ACCOUNT, Some(TOKEN)).send().await;
        let answer = sent.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Texts the agent over REST.
    pub(super) async fn page(&self, body: &str) -> String {
        let callback = self.url("/receipt");
        let form = [("To", AGENT), ("From", LINE), ("Body", body), ("StatusCallback", callback.as_str())];
        let (status, json) = self.post("Messages.json", &form).await;
        assert_eq!(status, 201, "{json}");
        json["sid"].as_str().unwrap().to_owned()
    }

    /// Calls a number over REST, with all progress told.
    pub(super) async fn call(&self, to: &str, more: &[(&str, &str)]) -> String {
        let (url, told) = (self.url("/page"), self.url("/progress"));
        let mut form =
            vec![("To", to), ("From", LINE), ("Url", url.as_str()), ("StatusCallback", told.as_str())];
        for event in ["initiated", "ringing", "answered", "completed"] {
            form.push(("StatusCallbackEvent", event));
        }
        form.extend_from_slice(more);
        let (status, json) = self.post("Calls.json", &form).await;
        assert_eq!((status, json["status"].as_str()), (201, Some("queued")), "{json}");
        json["sid"].as_str().unwrap().to_owned()
    }
}
