//! One function per thing that can happen: load → decide → save, in one transaction. A webhook is answered with what
//! its transaction committed, and a repetition gets the same answer; what is to be done outside stands in the outbox,
//! and the engine hears of it at the commit.

mod account;
mod answer;
mod apply;
mod audit;
mod board;
mod call;
mod carriers;
mod case;
mod command;
mod cover;
mod dead;
mod desks;
mod doubt;
mod draft;
mod exception;
mod facts;
mod feed;
mod flows;
mod gap_search;
mod gap_watch;
mod history;
mod invitation;
mod job;
mod leave;
mod leave_calendar;
mod leg;
mod memory;
mod mute;
mod noted;
mod notice;
mod number_check;
mod off_thread;
mod once;
mod openid;
mod outcome;
mod password;
mod query;
mod recording;
mod recover;
mod report;
mod session;
mod text;
mod throttle;
mod token;
mod upkeep;
mod what_if;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use crate::store::desk::Version;
pub use crate::store::draft::Draft;
pub use crate::store::flow::Revision;
pub use crate::store::invitation::{Invited, Purpose};
pub use crate::store::leave_calendar::LeaveCalendar;
pub use crate::store::session::{Means, Session, SessionId};
pub use account::ChangeError;
pub use answer::{CallAnswer, NextTurn};
pub use apply::{Applied, ApplyError, Checked};
pub use audit::{AuditPage, By, MOST_ENTRIES};
pub use board::{Board, Node, OpenCase, Watch};
pub use call::{CallIn, CallTurn};
pub use carriers::{CarrierHealth, CarrierTogether, together};
pub use command::{CommandError, Commander, Looked, Said, right_for};
pub use cover::{Asking, CoverError, MOST_COVERS};
pub use dead::{Again, OutOfUse};
pub use desks::Desks;
pub use doubt::Standing;
pub use draft::{DraftError, Drafting, Unfit};
pub use exception::DeclareError;
pub use feed::{FEEDS_SHOWN, Feed, FeedAbout, FeedError, FeedId, FeedShown};
pub use flows::{FlowError, MOST_REVISIONS, Putting, may_put};
pub use gap_search::GAPS_AHEAD;
pub use history::{Past, Unread};
pub use invitation::{InviteError, JoinError, Joining};
pub use job::{Job, Performed};
pub use leave::{Absences, AfterLeave, LeaveError};
pub use leave_calendar::{CalendarGiven, CalendarNews, CalendarRead, CalendarTaken, LEAVE_AHEAD};
pub use mute::MuteError;
pub use number_check::{AgentNumber, GiveCodeError, SendCodeError};
pub use once::{Begun, Kept, Named};
pub use openid::VouchError;
pub use query::{MOST_LISTED, Numbered, TicketPage, TicketView, Wanted, WantedPage};
pub use recover::{Missed, Recorded};
pub use report::After;
pub use session::{Origin, SignIn, SignInError, SignedInNow, Visitor};
pub use text::TextIn;
pub use token::{Bearer, Token, TokenShown, token_id};
pub use upkeep::{Audit, Beat};
pub use what_if::{
    Asked, EndOfTicket, Ending, Leads, Passage, Read as WhatIfRead, Uncovered, Unfit as WhatIfUnfit,
    Wanted as WhatIfWanted, WayOn, WhatIf, Who,
};

use crate::clock::{Clock, Timestamp};
use crate::id::{Id, Ids};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::effect::Message;
use crate::rules::flow::kept::FlowFile;
use crate::rules::policy::MethodKind;
use crate::rules::zone::ZoneBook;
use crate::store::{Store, StoreError};
use crate::words::Words;

/// Effects that this process takes on at a commit, at the most: beyond them they are left for whoever has room.
const MOST_IN_FLIGHT: usize = 64;

/// What acting can run into.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// No desk has this line.
    #[error("no desk has the line that was called")]
    NoSuchLine,
    /// What was asked for does not exist.
    #[error("there is no such {0}")]
    NoSuch(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What every act needs.
#[derive(Clone, Debug)]
pub struct Acts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Ids,
    book: Arc<ZoneBook>,
    words: Arc<Words>,
    desks: RwLock<Arc<Desks>>,
    /// This process, as the leases know it.
    instance: String,
    /// The machine (or its folder) that this process runs on, as the leases know it.
    node: String,
    /// The carriers that there are to turn to, by name.
    carriers: Vec<String>,
    /// Those of them that have conferences.
    conferences: Arc<BTreeSet<String>>,
    /// Where people find our pages.
    public_url: String,
    in_flight: AtomicUsize,
    gate: session::Gate,
    gaps: gap_search::GapSearches,
    /// Calls that are played on paper.
    paper: off_thread::Few,
    /// What is kept with the next heartbeat.
    noted: noted::Noted,
    /// What was in force when the pages that wait were looked at last.
    kept_up: Mutex<crate::store::desk::Generation>,
}

/// With what [`Acts`] begin.
#[derive(Debug)]
pub struct Setup {
    /// The database, migrated.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and chance.
    pub ids: Ids,
    /// Rules of every zone.
    pub book: Arc<ZoneBook>,
    /// What is said and sent.
    pub words: Arc<Words>,
    /// A name for this machine that survives a restart.
    pub node: String,
    /// The carriers that there are, by name.
    pub carriers: Vec<String>,
    /// Those of them that have conferences.
    pub conferences: BTreeSet<String>,
    /// Where people find our pages, without a slash at its end.
    pub public_url: String,
    /// The voice flows of the program and of its folder.
    pub flows: Vec<FlowFile>,
}

/// What one transaction knows of the world: it may run more than once, and sees the same world each time.
#[derive(Clone, Debug)]
struct World {
    desks: Arc<Desks>,
    book: Arc<ZoneBook>,
    words: Arc<Words>,
    carriers: usize,
    /// The carriers that have conferences.
    conferences: Arc<BTreeSet<String>>,
    /// Where people find our pages.
    public_url: String,
    now: Timestamp,
    /// Who performs the effects at once; none if this process has its hands full.
    owner: Option<String>,
}

impl Acts {
    /// Loads the desks and voice flows, and says to the other processes that this one lives.
    pub async fn start(mut setup: Setup) -> Result<Acts, ActError> {
        let flows = std::mem::take(&mut setup.flows);
        let acts = Acts::new(setup);
        acts.begin(flows).await?;
        Ok(acts)
    }

    /// For a command that looks in, perhaps while a server runs: sees the same, but is no process that performs anything,
    /// frees nothing that one holds, and writes nothing down of itself.
    pub async fn visit(mut setup: Setup) -> Result<Acts, ActError> {
        let flows = std::mem::take(&mut setup.flows);
        let acts = Acts::new(setup);
        acts.look_in(flows).await?;
        Ok(acts)
    }

    fn new(setup: Setup) -> Acts {
        let instance: Id<Acts> = setup.ids.mint(setup.clock.now());
        Acts(Arc::new(Inner {
            store: setup.store,
            clock: setup.clock,
            ids: setup.ids,
            book: setup.book,
            words: setup.words,
            desks: RwLock::new(Arc::new(Desks::default())),
            instance: instance.as_str().to_owned(),
            node: setup.node,
            carriers: setup.carriers,
            conferences: Arc::new(setup.conferences),
            public_url: setup.public_url,
            in_flight: AtomicUsize::new(0),
            gate: session::Gate::default(),
            gaps: gap_search::GapSearches::default(),
            paper: off_thread::Few::at_once(1),
            noted: noted::Noted::default(),
            kept_up: Mutex::default(),
        }))
    }

    /// The store beneath.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Chance.
    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// The desks as they are now.
    pub fn desks(&self) -> Arc<Desks> {
        self.0.desks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Rules of every zone.
    pub fn book(&self) -> &ZoneBook {
        &self.0.book
    }

    /// What is said and sent.
    pub fn words(&self) -> &Words {
        &self.0.words
    }

    /// The engine took an effect on.
    pub fn taken_on(&self) {
        self.0.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// The engine is done with an effect.
    pub fn let_go(&self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many more effects this process may take on.
    pub fn room(&self) -> usize {
        MOST_IN_FLIGHT.saturating_sub(self.0.in_flight.load(Ordering::Relaxed))
    }

    fn world(&self) -> World {
        let inner = &self.0;
        let room = self.room() > 0;
        World {
            desks: self.desks(),
            book: inner.book.clone(),
            words: inner.words.clone(),
            carriers: inner.carriers.len(),
            conferences: inner.conferences.clone(),
            public_url: inner.public_url.clone(),
            now: inner.clock.now(),
            owner: room.then(|| inner.instance.clone()),
        }
    }
}

impl World {
    fn desk(&self, key: &str) -> Result<&Arc<Desk>, StoreError> {
        self.desks.by_key(key).ok_or_else(|| StoreError::Fault(format!("desk {key} is not loaded")))
    }

    /// A text to an agent: in his language, with his own zone's times.
    fn words_for_agent(&self, desk: &Desk, agent: &Agent, message: &Message) -> String {
        let zone = agent.zone.unwrap_or(desk.zone());
        self.words.message(&agent.language, &desk.name, &self.book, zone, message)
    }

    fn dead(&self) -> &BTreeSet<(MethodKind, PhoneNumber)> {
        &self.desks.dead
    }
}
