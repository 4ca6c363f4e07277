//! The world for stories: a gateway, a carrier and the people's phones, on a clock that is moved by hand. A story reads
//! like a play, runs on both databases, and touches the gateway only as the world does: over HTTP, through the carrier
//! and the API.
//!
//! ```ignore
//! #[tokio::test]
//! async fn an_agent_acknowledges_by_text() {
//!     World::each(async |world| {
//!         let finn = world.caller("+18025550121");          // any number that no agent has
//!         finn.dials_line().await;                          // acts lead to the next silence
//!         finn.hears("Severity 1 means");                   // since he acted last
//!         finn.presses("1").await;
//!         finn.hangs_up().await;
//!         let ada = world.agent("ada");                     // by the desk file's key
//!         ada.receives_text(&["SEV1 #1001"]);               // the next that he has not read, in order
//!         ada.phone_rings();                                // the next call that he has not noticed
//!         ada.replies("ACK").await;
//!         ada.receives_text(&["Yours"]);
//!         world.pass(minutes(5)).await;                     // from due to due
//!         world.ticket(1001).await.is_held_by("ada");
//!         …
//!     }).await;
//! }
//! ```
//!
//! # What the harness sees to
//! - Nothing runs in the background: [`World::settle`] lets gateway and carrier do what is due now, and what that makes
//!   due at the same instant, until both rest. Acts of people settle by themselves. [`World::pass`] lets time pass.
//! - Speech takes no time but where somebody speaks; rings, silences and delays take theirs.
//! - At the end, and by [`World::ends`] before it: a text that nobody read, a call that nobody noticed, a phone off the
//!   hook, a complaint of the carrier's (a document that it could not run, an address without answer) or work that is
//!   due and was left is a failure. What a story does not care about it says: [`Person::reads_all`],
//!   [`Person::ignores_calls`], [`World::forgives_the_carrier`].
//!
//! # The stage
//! The reservations desk, on a Wednesday at 3:00 in the morning of its own zone: Ada is on call by the rota `primary`,
//! Ben by `secondary`; Cleo is the third. [`Scene`] changes hour and desk, and may add a second desk, or a number that
//! is no line.

mod people;
mod scene;
pub mod screen;
mod server;
mod ticket;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use nightbell::act::{Acts, By, Token};
use nightbell::app::simulated::SimClock;
use nightbell::app::{App, Parts, apply_desks, check_desks, known};
use nightbell::clock::{Clock, ManualClock, Timestamp};
use nightbell::config::Config;
use nightbell::engine::Engine;
use nightbell::flows;
use nightbell::id::Ids;
use nightbell::rules::access::Role;
use nightbell::rules::desk::Desk;
use nightbell::rules::policy::MethodKind;
use nightbell::rules::zone::ZoneBook;
use nightbell::simulator::{Direction, Simulator, sign};
use nightbell::store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use people::Person;
pub use scene::Scene;
pub use screen::{PASSWORD, Screen, Stream};
pub use ticket::Ticket;
pub use traffic::{Answer, Webhook};

use server::Server;
use traffic::Traffic;

/// The desk of every story that does not choose another.
pub const RESERVATIONS: &str = include_str!("../../../desks/reservations.toml");

/// The carrier that the desk files name.
const CARRIER: &str = "main";

/// The account at the carrier.
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// The token by which the carrier signs, for stories that forge.
pub const TOKEN: &str = "the-carriers-token";

/// More rounds than this at one instant go round in a circle.
const MOST_ROUNDS: usize = 200;

/// So many seconds.
pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// So many minutes.
pub fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// The world. A clone is the same world.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    clock: ManualClock,
    acts: Acts,
    engine: Engine,
    router: Router,
    traffic: Traffic,
    sim: Simulator,
    desk: Desk,
    /// Where the gateway is, without a slash at the end.
    gateway: String,
    api_token: String,
    client: reqwest::Client,
    seen: Mutex<Seen>,
    at_gateway: Mutex<Option<Server>>,
    at_carrier: Server,
}

/// What the people have noticed.
#[derive(Default)]
struct Seen {
    /// How many texts of each phone were read.
    texts: BTreeMap<String, usize>,
    /// The calls that were noticed, by SID.
    calls: BTreeSet<String>,
    /// How much each phone had heard when its owner acted last: the call, and how many sounds of it.
    heard: BTreeMap<String, (String, usize)>,
    /// The carrier may complain.
    forgiving: bool,
}

impl World {
    /// Plays a story on the usual scene, on both databases.
    pub async fn each(story: impl AsyncFn(World)) {
        Scene::default().play(story).await;
    }

    async fn open(store: Store, scene: &Scene) -> World {
        let desk = Desk::parse(&scene.desk).unwrap();
        let start = ZoneBook::bundled().to_instant(desk.zone(), scene.at);
        let clock = ManualClock::new(start);
        let at_gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at_carrier = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = format!("http://{}", at_gateway.local_addr().unwrap());
        let rest = format!("http://{}", at_carrier.local_addr().unwrap());
        let (at_the_gateway, at_the_carrier) = scene.contract(&desk, &gateway, rest);
        let sim = Simulator::new(at_the_carrier, Arc::new(SimClock(Arc::new(clock.clone()))));
        let config =
            Config { public_url: gateway.clone(), carriers: vec![at_the_gateway], ..Config::default() };
        let parts = Parts {
            config,
            store,
            node: "story".into(),
            clock: Arc::new(clock.clone()),
            ids: Ids::from_seed(1),
            flows: flows::load_all(None).unwrap(),
        };
        let known = known(&parts.flows, vec![CARRIER.to_owned()]);
        let App { acts, engine, router, .. } = App::build(parts).await.unwrap();
        let texts = [&scene.desk].into_iter().chain(&scene.other_desk);
        let files = texts.map(|text| ("a desk of the story".to_owned(), text.clone()));
        apply_desks(&acts, check_desks(files, &known).unwrap()).await.unwrap();
        let api_token = acts
            .create_token(By::command_line(), Token { role: Role::Agent, ..Token::viewer("story") })
            .await
            .unwrap();
        let traffic = Traffic::default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let at_gateway = Mutex::new(Some(Server::on(at_gateway, traffic.watch(router.clone()))));
        let at_carrier = Server::on(at_carrier, sim.router());
        let seen = Mutex::default();
        World(Arc::new(Inner {
            clock,
            acts,
            engine,
            router,
            traffic,
            sim,
            desk,
            gateway,
            api_token,
            client,
            seen,
            at_gateway,
            at_carrier,
        }))
    }

    fn close(&self) {
        self.0.sim.close();
        self.0.at_carrier.stop.cancel();
        if let Some(server) = &*self.0.at_gateway.lock().unwrap() {
            server.stop.cancel();
        }
    }

    // ---- The people.

    /// Whoever has that number and is no agent.
    pub fn caller(&self, number: &str) -> Person {
        Person::new(self, number, number)
    }

    /// The agent of that key, with his first phone that takes calls.
    pub fn agent(&self, key: &str) -> Person {
        let agent = self.0.desk.agent(&key.parse().unwrap());
        let agent = agent.unwrap_or_else(|| panic!("the desk has no agent `{key}`"));
        let number = agent.numbers(MethodKind::Voice).next().unwrap();
        Person::new(self, key, number.as_str())
    }

    /// The desk's first line.
    pub fn line(&self) -> &str {
        self.0.desk.lines[0].number.as_str()
    }

    // ---- What can be asked.

    /// A ticket as the API shows it; the only one of its number.
    pub async fn ticket(&self, number: u64) -> Ticket {
        self.ticket_at(&format!("/api/v1/tickets/{number}")).await
    }

    /// The ticket to which a line gave a number that others have given as well.
    pub async fn ticket_of(&self, line: &str, number: u64) -> Ticket {
        self.ticket_at(&format!("/api/v1/tickets/{number}?line={}", line.replace('+', "%2B"))).await
    }

    async fn ticket_at(&self, path: &str) -> Ticket {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        Ticket::new(body)
    }

    /// The numbers of all tickets, newest first.
    pub async fn tickets(&self) -> Vec<u64> {
        let (status, body) = self.get("/api/v1/tickets").await;
        assert_eq!(status, 200, "{body}");
        body["tickets"].as_array().unwrap().iter().map(|ticket| ticket["number"].as_u64().unwrap()).collect()
    }

    /// Asks the gateway, with a token: status and JSON.
    pub async fn get(&self, path: &str) -> (u16, serde_json::Value) {
        let world = &self.0;
        let asked = world.client.get(format!("{}{path}", world.gateway)).bearer_auth(&world.api_token).send();
        let answer = asked.await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The carrier, for faults, and for what it was asked and told.
    pub fn carrier(&self) -> &Simulator {
        &self.0.sim
    }

    /// Posts a form to the gateway as a carrier would: status and body. The signature is the right one, unless another
    /// is given.
    pub async fn post(&self, path: &str, form: &[(&str, &str)], signature: Option<&str>) -> (u16, String) {
        let url = format!("{}{path}", self.0.gateway);
        let pairs: Vec<(String, String)> =
            form.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let right = sign(TOKEN, &url, &pairs);
        let post = self.0.client.post(url).form(form);
        let answer = post.header("X-Twilio-Signature", signature.unwrap_or(&right)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Where the gateway is, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.0.gateway
    }

    /// What can happen, for who is let in.
    pub fn acts(&self) -> &Acts {
        &self.0.acts
    }

    /// Everything that is served, for who reads on while the story goes on.
    pub fn router(&self) -> Router {
        self.0.router.clone()
    }

    /// The engine, for recovery.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Brings desk files into force, all together: their names and texts.
    pub async fn applies(&self, files: &[(&str, &str)]) {
        let known = known(&flows::load_all(None).unwrap(), vec![CARRIER.to_owned()]);
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        apply_desks(&self.0.acts, check_desks(files, &known).unwrap()).await.unwrap();
    }

    // ---- Time.

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Lets gateway and carrier do what is due now, until both rest. Time stands still.
    pub async fn settle(&self) {
        let Inner { engine, sim, .. } = &*self.0;
        for _ in 0..MOST_ROUNDS {
            engine.run_due().await.unwrap();
            let before = sim.delivered().len();
            sim.run_due().await;
            let quiet = sim.delivered().len() == before;
            if quiet && self.next_due().await.is_none_or(|due| due > self.now()) {
                self.carrier_is_content();
                return;
            }
        }
        panic!("at {} gateway and carrier went round in a circle: {}", self.now(), self.due_now().await);
    }

    /// When something happens next by itself.
    pub async fn next_due(&self) -> Option<Timestamp> {
        let engine = self.0.engine.next_due().await.unwrap();
        let carrier = self.0.sim.next_due().map(Timestamp);
        engine.into_iter().chain(carrier).min()
    }

    /// Lets time pass, from due to due.
    pub async fn pass(&self, span: Duration) {
        let until = self.now() + span;
        self.settle().await;
        while let Some(due) = self.next_due().await.filter(|due| *due <= until) {
            self.0.clock.set(due.max(self.now()));
            self.settle().await;
        }
        self.0.clock.set(until);
        self.settle().await;
    }

    /// Sets the clock, back perhaps, without anything in between; then what is due is done.
    pub async fn clock_jumps_to(&self, at: Timestamp) {
        self.0.clock.set(at);
        self.settle().await;
    }

    // ---- Trouble.

    /// The gateway's address answers nobody from now on.
    pub async fn gateway_goes_away(&self) {
        let server = self.0.at_gateway.lock().unwrap().take();
        let address = server.unwrap().end().await;
        // Its place is kept for it.
        let gone = Server { address, stop: CancellationToken::new(), task: tokio::spawn(async {}) };
        *self.0.at_gateway.lock().unwrap() = Some(gone);
    }

    /// The gateway's address answers again.
    pub async fn gateway_comes_back(&self) {
        let server = self.0.at_gateway.lock().unwrap().take();
        let server =
            Server::start(server.unwrap().address, self.0.traffic.watch(self.0.router.clone())).await;
        *self.0.at_gateway.lock().unwrap() = Some(server);
    }

    // ---- The end.

    /// Lets the carrier complain from now on: for stories in which it has reason to.
    pub fn forgives_the_carrier(&self) {
        self.0.seen.lock().unwrap().forgiving = true;
    }

    fn carrier_is_content(&self) {
        if self.0.seen.lock().unwrap().forgiving {
            return;
        }
        let errors = self.0.sim.errors();
        assert!(errors.is_empty(), "the carrier complains: {errors:#?}");
    }

    async fn due_now(&self) -> String {
        let engine = self.0.engine.next_due().await.unwrap().filter(|due| *due <= self.now());
        let carrier = self.0.sim.next_due().filter(|due| *due <= self.now().0);
        format!("due at the gateway: {engine:?}, at the carrier: {:?}", carrier.map(Timestamp))
    }

    /// Fails if anything happened that nobody noticed, or is still going on. A story may ask before its end.
    pub async fn ends(&self) {
        let mut amiss = String::new();
        let sim = &self.0.sim;
        {
            let seen = self.0.seen.lock().unwrap();
            let mut phones: BTreeSet<String> =
                sim.messages().into_iter().filter(|text| !text.inbound).map(|text| text.to).collect();
            for call in sim.calls() {
                phones.insert(call.phone.clone());
                if call.direction != Direction::Inbound && !seen.calls.contains(&call.sid) {
                    writeln!(amiss, "  a call to {} that nobody noticed ({:?})", call.phone, call.status)
                        .unwrap();
                }
                if !call.status.is_final() {
                    writeln!(amiss, "  {} is still in a call", call.phone).unwrap();
                }
            }
            for phone in phones {
                let read = seen.texts.get(&phone).copied().unwrap_or(0);
                for text in people::texts_of(sim, &phone).into_iter().skip(read) {
                    writeln!(amiss, "  a text to {phone} that nobody read: {}", text.body).unwrap();
                }
            }
        }
        if self.next_due().await.is_some_and(|due| due <= self.now()) {
            writeln!(amiss, "  {}", self.due_now().await).unwrap();
        }
        assert!(amiss.is_empty(), "at {}:\n{amiss}", self.now());
        self.carrier_is_content();
    }
}
