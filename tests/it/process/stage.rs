//! A carrier in the test, an installation in a folder, and processes of the real program that serve it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use nightbell::app::simulated::SimClock;
use nightbell::clock::{Clock, SystemClock, Timestamp};
use nightbell::simulator::{Account, Handset, Line, MessageView, OnCall, Pace, SimConfig, Simulator};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::gateway::Gateway;
use crate::support::db::FreshPostgres;

pub const LINE: &str = "+18025550100";
/// Paged by the policy's only step.
pub const AGENT: &str = "+18025550111";
/// The last resort.
pub const LAST: &str = "+18025550112";

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "the-carriers-token";

/// A desk without support hours: whoever calls may be an emergency, whenever the test runs.
pub const DESK: &str = r#"
key = "night"
name = "Night Desk"
country = "US"
fictional_numbers = true
callback_countries = ["US"]

[hours]
zone = "America/New_York"

[[line]]
number = "+18025550100"
label = "Emergency line"
flow = "emergency"
carrier = "main"
languages = ["en"]

[[severity]]
level = 1
definition.en = "nothing works at all"

[[agent]]
key = "ada"
name = "Ada Moss"
phone = [{ number = "+18025550111" }]

[[agent]]
key = "ben"
name = "Ben Frost"
phone = [{ number = "+18025550112" }]

[[policy]]
name = "emergencies"
cycles = 2
last_resort = ["agent:ben"]

[[policy.step]]
targets = ["agent:ada"]
delay = "5 min"
"#;

/// The longest that anything may take that is not measured.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a test looks.
const GLANCE: Duration = Duration::from_millis(2);

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

pub const BOTH: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

/// A carrier, and an installation that knows it.
pub struct Stage {
    pub sim: Simulator,
    pub clock: Arc<dyn Clock>,
    /// Where carriers find the gateway.
    pub public: SocketAddr,
    /// Where the carrier's REST begins.
    carrier: SocketAddr,
    folder: TempDir,
    database: Option<FreshPostgres>,
    client: reqwest::Client,
    stop: CancellationToken,
}

/// An address of this machine that no other test has: a process that starts again finds its port free.
fn address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    SocketAddr::from((Ipv4Addr::new(127, 1 + high % 200, low, next), 8080))
}

/// The line, with its addresses at the gateway.
fn line(public: SocketAddr) -> Line {
    let webhook = |kind: &str| Some(format!("http://{public}/webhooks/main/{kind}"));
    Line {
        number: LINE.into(),
        label: "Emergency line".into(),
        account: ACCOUNT.into(),
        voice_url: webhook("voice"),
        sms_url: webhook("sms"),
        status_url: webhook("status"),
        fallback_twiml: None,
    }
}

impl Stage {
    /// An installation with its schema and its desk, and nothing that serves it yet.
    pub async fn set(kind: Kind) -> Stage {
        eprintln!("on {kind:?}");
        let stage = Stage::bare(kind).await;
        stage.expect(&["migrate"]).await;
        stage.write("desk.toml", DESK);
        stage.expect(&["apply", "desk.toml"]).await;
        stage
    }

    /// An installation with a configuration and an empty database.
    pub async fn bare(kind: Kind) -> Stage {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (carrier, public) = (listener.local_addr().unwrap(), address());
        let config = SimConfig {
            base_url: format!("http://{carrier}"),
            accounts: vec![Account {
                sid: ACCOUNT.into(),
                tokens: vec![TOKEN.into()],
                caller_ids: Vec::new(),
            }],
            lines: vec![line(public)],
            phones: Vec::new(),
            pace: Pace::instant(),
        };
        let sim = Simulator::new(config, Arc::new(SimClock(clock.clone())));
        let stop = CancellationToken::new();
        tokio::spawn({
            let (sim, stop) = (sim.clone(), stop.clone());
            async move { sim.run(stop).await }
        });
        tokio::spawn(nightbell::app::serve_http(listener, sim.router(), stop.clone()));
        for phone in [AGENT, LAST] {
            sim.handset(phone).on_call(OnCall::Busy);
        }
        let database = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(FreshPostgres::create().await),
        };
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage { sim, clock, public, carrier, folder, database, client, stop };
        stage.configure("nightbell.toml", public, "data");
        stage
    }

    /// Writes a configuration of a process that listens there and keeps its files there.
    fn configure(&self, file: &str, listen: SocketAddr, data: &str) {
        let Stage { public, carrier, .. } = self;
        let database =
            self.database.as_ref().map(|made| format!("database_url = {:?}\n", made.url)).unwrap_or_default();
        let config = format!(
            r#"listen = "{listen}"
public_url = "http://{public}"
data_dir = "{data}"
{database}
[[carrier]]
name = "main"
base_url = "http://{carrier}"
account = "{ACCOUNT}"
token = "{TOKEN}"
senders = [{{ number = "{LINE}", texts_per_second = 100, calls_per_second = 100 }}]
profile = {{ pause = true, conference = true }}
"#
        );
        self.write(file, &config);
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
        command.current_dir(self.folder.path()).env_remove("NIGHTBELL_CONFIG").kill_on_drop(true);
        command
    }

    /// Carries out a command to its end.
    pub async fn command_of(&self, args: &[&str]) -> Output {
        self.command().args(args).stdin(Stdio::null()).output().await.unwrap()
    }

    /// Carries out a command that must succeed; answers what it printed.
    pub async fn expect(&self, args: &[&str]) -> String {
        let output = self.command_of(args).await;
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {}\n{told}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the server; it may not be ready yet.
    pub fn start(&self) -> Gateway {
        self.start_with("nightbell.toml", self.public)
    }

    /// Starts a further server on the same database, as on another machine.
    pub fn start_replica(&self, name: &str) -> Gateway {
        let (file, listen) = (format!("{name}.toml"), address());
        self.configure(&file, listen, name);
        self.start_with(&file, listen)
    }

    fn start_with(&self, config: &str, address: SocketAddr) -> Gateway {
        let mut command = self.command();
        command.args(["--config", config, "serve"]);
        Gateway::start(command, address, self.clock.now(), self.path(&format!("{config}.log")))
    }

    /// Waits until a server says that it is ready.
    pub async fn ready(&self, gateway: &Gateway) {
        let address = format!("http://{}/readyz", gateway.address);
        let ask = async || {
            let answer = self.client.get(&address).send().await;
            answer.is_ok_and(|answer| answer.status().is_success()).then_some(())
        };
        self.until_asked("the server to be ready", gateway, ask).await;
    }

    /// What the API answers: status and body.
    pub async fn api(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = self.client.get(format!("http://{}/api/v1{path}", self.public));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    /// Looks until there is something to see.
    pub async fn until<T>(&self, what: &str, gateway: &Gateway, look: impl Fn() -> Option<T>) -> T {
        self.until_asked(what, gateway, async || look()).await
    }

    pub async fn until_asked<T>(
        &self,
        what: &str,
        gateway: &Gateway,
        look: impl AsyncFn() -> Option<T>,
    ) -> T {
        let end = self.clock.now() + PATIENCE;
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            assert!(
                self.clock.now() < end,
                "waited in vain for {what}\n{}\n{}",
                self.last_heard(),
                gateway.log()
            );
            self.pass(GLANCE).await;
        }
    }

    /// What the carrier did last, for who wonders why a test failed.
    fn last_heard(&self) -> String {
        let told = self.sim.delivered();
        let told = told.iter().rev().take(8).rev().map(|told| format!("{} {:?}", told.url, told.status));
        let calls = self.sim.calls();
        let calls = calls
            .iter()
            .rev()
            .take(6)
            .rev()
            .map(|call| format!("{} from {} to {}: {:?}", call.sid, call.from, call.to, call.status));
        let texts = self.sim.messages();
        let texts = texts.iter().rev().take(4).rev().map(|text| format!("to {}: {}", text.to, text.body));
        told.chain(calls).chain(texts).collect::<Vec<_>>().join("\n")
    }

    pub async fn pass(&self, span: Duration) {
        self.clock.sleep_until(self.clock.now() + span).await;
    }

    /// Looks while no gateway runs.
    pub async fn until_alone<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let end = self.clock.now() + PATIENCE;
        loop {
            if let Some(seen) = look() {
                return seen;
            }
            assert!(self.clock.now() < end, "waited in vain for {what}");
            self.pass(GLANCE).await;
        }
    }

    /// Waits until the server has had time for a look at everything that is due, and the carrier for telling it, and
    /// nothing new came of that.
    pub async fn settled(&self, gateway: &Gateway) {
        let seen = || {
            (
                self.sim.messages().len(),
                self.sim.calls().len(),
                self.sim.delivered().len(),
                self.sim.next_due(),
            )
        };
        let mut before = seen();
        loop {
            self.pass(Duration::from_millis(1_200)).await;
            self.ready(gateway).await;
            let now = seen();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// What the carrier signs a form with.
    pub fn sign(&self, path: &str, form: &[(String, String)]) -> String {
        nightbell::simulator::sign(TOKEN, &format!("http://{}{path}", self.public), form)
    }

    /// Has the carrier answer with this while the gateway cannot be reached.
    pub fn host_fallback(&self, twiml: &str) {
        let line = Line { fallback_twiml: Some(twiml.to_owned()), ..self.line() };
        self.sim.put_line(line);
    }

    fn line(&self) -> Line {
        line(self.public)
    }

    /// A customer calls, says that it is an emergency, and hangs up at the next question; the call's SID. Whatever the
    /// gateway does meanwhile is the caller's to bear.
    pub async fn emergency(&self, caller: &str, gateway: &Gateway) -> String {
        let call = self.emergency_until_asked(caller, gateway).await;
        // A line that died is hung up already.
        let _ = self.phone(caller).hang_up();
        call
    }

    /// The same, but he stays on the line at the question for his number.
    pub async fn emergency_until_asked(&self, caller: &str, gateway: &Gateway) -> String {
        let call = self.phone(caller).dial(LINE).unwrap();
        self.report(caller, gateway).await;
        call
    }

    /// Whoever has dialled says that it is an emergency, and stays on the line at the question for his number.
    pub async fn report(&self, caller: &str, gateway: &Gateway) {
        let phone = self.phone(caller);
        let asked = |times: usize| {
            let phone = &phone;
            move || phone.call().is_none_or(|call| call.listening && call.said().len() >= times).then_some(())
        };
        self.until("the question whether it is an emergency", gateway, asked(1)).await;
        let heard = phone.call().map_or(0, |call| call.said().len());
        // A line that died takes no keys.
        let _ = phone.press("1");
        self.until("the question for a number", gateway, asked(heard + 1)).await;
    }

    /// The texts to somebody that are about a caller's ticket: they name him by his number.
    pub fn texts_about(&self, to: &str, caller: &str) -> Vec<MessageView> {
        let national = caller.trim_start_matches("+1");
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let texts = self.sim.messages().into_iter().filter(|text| !text.inbound && text.to == to);
        texts.filter(|text| digits(&text.body).contains(national)).collect()
    }

    /// Waits for the page by text about a caller, and says when it came to the carrier.
    pub async fn page_about(&self, caller: &str, gateway: &Gateway) -> Timestamp {
        let first = || self.texts_about(AGENT, caller).first().map(|text| Timestamp(text.created_ms));
        self.until(&format!("the page about {caller}"), gateway, first).await
    }

    pub fn phone(&self, number: &str) -> Handset {
        self.sim.handset(number)
    }

    /// Takes the installation away.
    pub async fn strike(self) {
        self.stop.cancel();
        if let Some(database) = self.database {
            database.drop().await;
        }
    }
}
