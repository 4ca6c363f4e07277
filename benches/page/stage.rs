//! The gateway in this process, with desks made for it, and the webhooks that a carrier would send it. Its data lies in
//! the build's folder, on the disk that the sources are on: a temporary folder may be in memory.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use nightbell::act::Acts;
use nightbell::app::{App, Parts, Upgrade, apply_desks, check_desks, known, listen, serve, serve_http};
use nightbell::channel::{CarrierConfig, SenderConfig};
use nightbell::clock::{Clock, Timestamp};
use nightbell::config::{Config, LogConfig};
use nightbell::id::Ids;
use nightbell::wire::twiml::Profile;
use nightbell::wire::{Form, Number, signature};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The account at the carrier.
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
/// Its token.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// A Saturday, 03:12 in New York.
pub const NIGHT: Timestamp = Timestamp(1_795_853_520_000);

/// Area codes whose numbers 555-0100 to 555-0199 are nobody's.
const AREAS: &str = "802 603 207 413 860 508 617 978 203 401 518 212 315 716 607 585 914 516 631 718 201 609 732 856 \
                     908 973 215 267 412 484 570 610 717 724 814 302 410 301 240 443 703 540 757 804 304 252 336 704 \
                     828 910 919 803 843 864 229 404 478 678 706 770 912 305 321 352 386 407 561 727 754 772 813 850 \
                     863 904 941 954 205 251 256 334 423 615 731 865 901 931 228 601 662 502 606 859 270 216 234 330";

/// The `n`th number of nobody.
fn number(n: usize) -> String {
    let area = AREAS.split_whitespace().nth(n / 100).expect("an area code");
    format!("+1{area}55501{:02}", n % 100)
}

/// The `n`th line.
pub fn line(n: usize) -> String {
    number(n)
}

/// The `n`th agent's number.
pub fn agent(n: usize) -> String {
    number(300 + n)
}

/// A caller's number; they begin again after some thousands.
pub fn caller(n: usize) -> String {
    number(600 + n % 9000)
}

/// A desk with so many agents, each with a line of his own that pages him alone, by SMS.
pub fn desk(n: usize, agents: usize, on_call: &str) -> String {
    let mut text = format!(
        "key = \"desk{n}\"\nname = \"Desk {n}\"\ncountry = \"US\"\nfictional_numbers = true\n\
         never_urgent = [\"passwords\"]\n[hours]\nzone = \"America/New_York\"\nsupport = []\n{on_call}\n\
         [[severity]]\nlevel = 1\ndefinition.en = \"nothing works, and there is no way around it\"\n"
    );
    for i in n * agents..(n + 1) * agents {
        let (line, phone) = (line(i), agent(i));
        write!(
            text,
            "[[line]]\nnumber = \"{line}\"\nlabel = \"Emergency line\"\nflow = \"emergency\"\ncarrier = \"main\"\n\
             policy = \"p{i}\"\n\
             [[agent]]\nkey = \"a{i}\"\nname = \"Agent {i}\"\n[[agent.phone]]\nnumber = \"{phone}\"\n\
             [[agent.rule]]\nseverity = 1\nmethod = \"sms\"\n\
             [[policy]]\nname = \"p{i}\"\ncycles = 2\nlast_resort = [\"agent:a{i}\"]\n\
             [[policy.step]]\ntargets = [\"agent:a{i}\"]\ndelay = \"30 min\"\n"
        )
        .expect("a string takes everything");
    }
    text
}

/// A folder for a database.
pub fn home() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// The parts put together, with its data in `home`; and where it will listen.
pub async fn build(
    home: &Path,
    desks: &[String],
    carrier: &str,
    clock: Arc<dyn Clock>,
) -> (App, tokio::net::TcpListener) {
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
    // Together they hold nothing back: a sender may have 1,000 texts a second.
    let senders = (0..8).map(|n| SenderConfig {
        number: Number::new(line(299 - n)),
        texts: true,
        calls: true,
        texts_per_second: 1000.0,
        calls_per_second: 1000.0,
    });
    let config = Config {
        public_url: format!("http://{}", listener.local_addr().expect("its address")),
        data_dir: home.to_owned(),
        log: LogConfig::default(),
        carriers: vec![CarrierConfig {
            name: "main".into(),
            base_url: carrier.to_owned(),
            account: ACCOUNT.into(),
            token: SecretString::from(TOKEN),
            other_token: None,
            senders: senders.collect(),
            may_show: Vec::new(),
            profile: Profile { pause: true, conference: true },
            at_once: 64,
        }],
        ..Config::default()
    };
    let parts = Parts::open(config, Upgrade::Take, clock, Ids::from_system()).await.expect("a database");
    let known = known(&parts.flows, vec!["main".into()]);
    let app = App::build(parts).await.expect("an app");
    let files = desks.iter().map(|text| ("desk.toml".to_owned(), text.clone()));
    apply_desks(&app.acts, check_desks(files, &known).expect("desks")).await.expect("they take effect");
    (app, listener)
}

/// A gateway that serves.
pub struct Gateway {
    /// What can happen.
    pub acts: Acts,
    /// Where it listens.
    pub at: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Gateway {
    /// Serves, with its engine or without one.
    pub fn serve(app: App, listener: tokio::net::TcpListener, with_engine: bool) -> Gateway {
        let (acts, at, stop) =
            (app.acts.clone(), listener.local_addr().expect("its address"), CancellationToken::new());
        let until = stop.clone();
        let serving = tokio::spawn(async move {
            let served = if with_engine {
                serve(app, listener, until).await
            } else {
                serve_http(listener, app.router, until).await
            };
            served.expect("a server that ends well");
        });
        Gateway { acts, at, stop, serving }
    }

    /// Ends it, with what is under way.
    pub async fn stop(self) {
        self.stop.cancel();
        self.serving.await.expect("a server that ends");
        self.acts.store().close().await;
    }

    /// A request of the carrier's, signed.
    pub fn webhook(&self, path: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
        request(self.at, path, pairs)
    }

    /// The first webhook of the `n`th call.
    pub fn rings(&self, n: usize) -> Vec<u8> {
        let (sid, from, to) = (call(n), caller(n), line(n % 10));
        let pairs = call_pairs(&sid, &from, &to, "ringing");
        self.webhook("/webhooks/main/voice", &pairs)
    }

    /// Its caller presses 1: an emergency.
    pub fn presses_one(&self, n: usize) -> Vec<u8> {
        let (sid, from, to) = (call(n), caller(n), line(n % 10));
        let mut pairs = call_pairs(&sid, &from, &to, "in-progress");
        pairs.push(("Digits", "1"));
        self.webhook("/webhooks/main/turn/v/triage/1?asked=keys", &pairs)
    }

    /// Its caller hangs up: the page is due.
    pub fn hangs_up(&self, n: usize) -> Vec<u8> {
        let (sid, from, to) = (call(n), caller(n), line(n % 10));
        let mut pairs = call_pairs(&sid, &from, &to, "completed");
        pairs.push(("CallDuration", "20"));
        self.webhook("/webhooks/main/status", &pairs)
    }
}

/// The SID of the `n`th call.
pub fn call(n: usize) -> String {
    format!("CA{n:032x}")
}

fn call_pairs<'a>(sid: &'a str, from: &'a str, to: &'a str, status: &'a str) -> Vec<(&'a str, &'a str)> {
    // As many as a carrier sends.
    vec![
        ("CallSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", from),
        ("To", to),
        ("CallStatus", status),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
        ("Caller", from),
        ("Called", to),
        ("FromCountry", "US"),
        ("ToCountry", "US"),
        ("FromState", "VT"),
        ("ToState", "VT"),
        ("FromCity", ""),
        ("ToCity", ""),
    ]
}

/// A signed POST of a form, as bytes.
pub fn request(at: SocketAddr, path: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.extend_pairs(pairs).finish();
    let url = format!("http://{at}{path}");
    let signed =
        signature::sign_form(&SecretString::from(TOKEN), &url, &Form::from_pairs(pairs.iter().copied()));
    format!(
        "POST {path} HTTP/1.1\r\nhost: {at}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         x-twilio-signature: {signed}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
