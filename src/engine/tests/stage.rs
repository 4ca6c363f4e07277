//! A desk, a database in a folder, a carrier that obeys the test, and a clock that stands still until it is moved.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fake::Fake;
use crate::act::{Acts, By, CallIn, Missed, Setup, TextIn, TicketView};
use crate::args;
use crate::channel::{Carrier, CarrierConfig, Carriers};
use crate::clock::{Clock, ManualClock, Timestamp};
use crate::engine::Engine;
use crate::fetch::{FetchConfig, Fetcher};
use crate::id::Ids;
use crate::rules::desk::file::DeskFile;
use crate::rules::flow::kept::FlowFile;
use crate::rules::ticket::Happening;
use crate::rules::ticket_number::TicketNumber;
use crate::rules::zone::ZoneBook;
use crate::store::{Options, Store, StoreError, Tx};
use crate::words::Words;

/// Monday, 16 November 2026, ten at night at the desk: Ada is on call, Ben after her.
pub const START: Timestamp = Timestamp(1_794_884_400_000);

/// Ada's telephone, then Ben's.
pub const ADA: &str = "+18025550111";
pub const BEN: &str = "+18025550112";

/// Where the manager is told.
pub const MANAGER: &str = "+18025550141";

pub struct Stage {
    pub clock: ManualClock,
    pub carrier: Arc<Fake>,
    pub store: Store,
    pub acts: Acts,
    pub engine: Engine,
    texts_per_second: f64,
    folder: TempDir,
}

impl Stage {
    pub async fn new() -> Stage {
        Stage::with_rate(100.0).await
    }

    /// With a number that sends so many texts a second.
    pub async fn with_rate(texts_per_second: f64) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        store.migrate().await.unwrap();
        let clock = ManualClock::new(START);
        let carrier = Arc::new(Fake::new(clock.clone()));
        let acts = begin(&store, &clock, "here").await;
        let text = include_str!("../../../tests/desks/reservations.toml");
        let file = DeskFile::read("desk.toml".into(), text.into()).unwrap();
        acts.apply_files(By::command_line(), vec![file]).await.unwrap();
        let engine = engine(&acts, &carrier, &clock, texts_per_second);
        Stage { clock, carrier, store, acts, engine, texts_per_second, folder }
    }

    /// The process is gone with all that it knew; another begins. What it had asked of the carrier may yet be done.
    pub async fn kill_and_begin(&mut self) {
        self.acts = begin(&self.store, &self.clock, "here").await;
        self.engine = engine(&self.acts, &self.carrier, &self.clock, self.texts_per_second);
    }

    /// An earlier process of this machine, to which nobody listens.
    pub async fn earlier_process(&self) -> Acts {
        begin(&open(&self.folder).await, &self.clock, "here").await
    }

    /// Another machine at the same database.
    pub async fn other_machine(&self) -> Engine {
        let acts = begin(&open(&self.folder).await, &self.clock, "there").await;
        engine(&acts, &self.carrier, &self.clock, self.texts_per_second)
    }

    /// A caller's emergency is committed: its pages stand in the outbox.
    pub async fn emergency(&self, sid: &str) {
        let missed = Missed {
            carrier: "main".into(),
            sid: sid.into(),
            from: "+18025550121".into(),
            to: "+18025550100".parse().unwrap(),
            started_at: self.clock.now(),
            seconds: 60,
            recordings: Some(Vec::new()),
        };
        assert!(self.acts.recover_call(missed).await.unwrap());
    }

    /// A call rings at the line; nothing more is heard of it.
    pub async fn call(&self, sid: &str) {
        let call = CallIn {
            forwarded: false,
            carrier: "main".into(),
            sid: sid.into(),
            from: "+18025550121".into(),
            to: "+18025550100".parse().unwrap(),
        };
        self.acts.accept_call(call).await.unwrap();
    }

    pub async fn text(&self, sid: &str, from: &str, body: &str) {
        let text = TextIn {
            pictures: 0,
            word: None,
            written_at: None,
            carrier: "main".into(),
            sid: sid.into(),
            from: from.into(),
            to: "+18025550100".into(),
            body: body.into(),
        };
        self.acts.text_in(text).await.unwrap();
    }

    pub async fn run_due(&self) {
        self.engine.run_due().await.unwrap();
    }

    /// Does what is due at each instant on the way to `START` + `seconds`.
    pub async fn run_until(&self, seconds: u64) {
        let end = at(seconds);
        loop {
            self.run_due().await;
            match self.engine.next_due().await.unwrap().filter(|due| *due <= end) {
                Some(due) => self.clock.set(due.max(self.clock.now() + Duration::from_millis(1))),
                None => break,
            }
        }
        self.clock.set(end);
        self.run_due().await;
    }

    /// Lets the engine run by itself until the token is cancelled.
    pub fn runs(&self) -> (CancellationToken, JoinHandle<()>) {
        let (engine, shutdown) = (self.engine.clone(), CancellationToken::new());
        let until = shutdown.clone();
        (shutdown, tokio::spawn(async move { engine.run(until).await }))
    }

    /// The ticket that was opened as the `nth`, from 1.
    pub async fn ticket(&self, nth: u64) -> TicketView {
        self.acts.ticket("reservations", TicketNumber(1000 + nth)).await.unwrap().unwrap()
    }

    pub async fn has_happened(&self, nth: u64, what: impl Fn(&Happening) -> bool) -> bool {
        self.ticket(nth).await.timeline.iter().any(|entry| what(&entry.what))
    }

    /// The timeline's notes about an attempt.
    pub async fn outcomes(&self, nth: u64, attempt: u32) -> Vec<String> {
        let view = self.ticket(nth).await;
        let outcome = |what: &Happening| match what {
            Happening::AttemptOutcome { number, outcome } if *number == attempt => Some(outcome.clone()),
            _ => None,
        };
        view.timeline.iter().filter_map(|entry| outcome(&entry.what)).collect()
    }

    pub async fn sql(&self, statement: &'static str) -> u64 {
        async fn run(tx: &mut Tx, statement: &&'static str) -> Result<u64, StoreError> {
            tx.execute(statement, args![]).await
        }
        self.store.write(run, statement).await.unwrap()
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        async fn run(tx: &mut Tx, query: &&'static str) -> Result<i64, StoreError> {
            let (count,): (i64,) = tx.one(query, args![]).await?;
            Ok(count)
        }
        self.store.read(run, query).await.unwrap()
    }

    /// When texts were asked for to a number, in seconds since the start.
    pub fn texts_to(&self, number: &str) -> Vec<u64> {
        let texts = self.carrier.texts();
        texts.iter().filter(|(_, order)| order.to.as_str() == number).map(|(at, _)| second(*at)).collect()
    }

    pub fn calls_to(&self, number: &str) -> Vec<u64> {
        let calls = self.carrier.calls();
        calls.iter().filter(|(_, order)| order.to.as_str() == number).map(|(at, _)| second(*at)).collect()
    }
}

pub fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

pub fn second(at: Timestamp) -> u64 {
    at.since(START).as_secs()
}

async fn open(folder: &TempDir) -> Store {
    let file = folder.path().join("night.db");
    Store::open(file.to_str().unwrap(), &Options::default()).await.unwrap()
}

async fn begin(store: &Store, clock: &ManualClock, node: &str) -> Acts {
    let text = include_str!("../../../voice-flows/emergency.toml").to_owned();
    Acts::start(Setup {
        store: store.clone(),
        clock: Arc::new(clock.clone()),
        ids: Ids::from_system(),
        book: Arc::new(ZoneBook::bundled()),
        words: Arc::new(Words::load()),
        node: node.into(),
        carriers: vec!["main".into()],
        conferences: Default::default(),
        public_url: "https://pager.example.com".into(),
        flows: vec![FlowFile { text, shipped: true }],
    })
    .await
    .unwrap()
}

fn engine(acts: &Acts, carrier: &Arc<Fake>, clock: &ManualClock, texts_per_second: f64) -> Engine {
    let config: CarrierConfig = toml::from_str(&format!(
        "name = 'main'\nbase_url = 'https://carrier.example.com'\naccount = 'AC1'\ntoken = 'x'\n\
         senders = [{{ number = '+18025550100', texts_per_second = {texts_per_second:?}, calls_per_second = 100.0 }}]"
    ))
    .unwrap();
    let carrier = Arc::clone(carrier) as Arc<dyn Carrier>;
    let carriers = Carriers::assemble(vec![(config, carrier)], Arc::new(clock.clone()));
    let fetcher = Fetcher::new(&FetchConfig::default()).unwrap();
    Engine::new(acts.clone(), Arc::new(carriers), Arc::new(fetcher), "https://pager.example.com")
}
