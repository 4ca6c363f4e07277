//! What would happen if that number rang that line at that instant: every way that the call can go, and for each its end
//! whom the pager rings, when and by what. It is no second account of the rules: who calls is made out as for a call that
//! rings ([`super::call::Arrival`]), the flow is told the same facts, what it asks for is the same deed for the same
//! tickets, and [`crate::rules::case::decide`] decides.
//!
//! It happens on paper. What the database knows of the caller is read in one go, where writing is refused, and nothing is
//! written, rung or sent. Tickets, mutes and numbers out of use are known as they are now, whatever the instant.

mod paper;
mod told;
mod walk;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use super::call::{AgentPages, Arrival, CallIn, agent_pages, joinable};
use super::{ActError, Acts, World};
use crate::clock::Timestamp;
use crate::rules::call::Call;
use crate::rules::case::Case;
use crate::rules::case::rehearsal::Scene;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, PolicyGap};
use crate::rules::flow::play::Move;
use crate::rules::flow::{DeskClock, FlowCommand};
use crate::rules::people::AgentKey;
use crate::rules::rota::Gap;
use crate::rules::script::{Prompt, Then};
use crate::rules::severity::Severity;
use crate::rules::ticket::{CallbackNumber, TicketState};
use crate::rules::ticket_number::TicketNumber;
use crate::store::{StoreError, Tx, ticket};
use walk::walk;
pub use wanted::{Read, Unfit, Wanted};

/// Open tickets of a caller that are looked at: he joins one after the other at the most.
const MOST_JOINABLE: usize = 4;

/// The longest span in which cover is looked at: a year.
const LONGEST_SPAN: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The desk, in force or not.
    pub desk: Desk,
    /// One of its lines.
    pub line: PhoneNumber,
    /// What the network says of the caller; empty where he withholds his number.
    pub from: String,
    /// When he rings.
    pub at: Timestamp,
}

/// What would happen.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// What was asked.
    pub asked: Asked,
    /// What the desk's calendar says of the instant.
    pub clock: DeskClock,
    /// When somebody is on call again, if nobody is.
    pub resumes: Option<Timestamp>,
    /// Who calls.
    pub who: Who,
    /// Whether a call from that number was abandoned just before.
    pub returning: bool,
    /// The open ticket that he may join.
    pub open_ticket: Option<TicketNumber>,
    /// The voice flow that answers, and its version.
    pub flow: (String, String),
    /// The policy that an emergency follows.
    pub policy: String,
    /// The severities that a caller can choose or be given, each with the desk's words for it.
    pub severities: Vec<(Severity, Option<String>)>,
    /// All that can be heard, in the order in which it is come to; the call begins with the first.
    pub passages: Vec<Passage>,
    /// What can come of it.
    pub endings: Vec<Ending>,
    /// Whether these are all the ways: not, if the flow has too many to tell.
    pub is_whole: bool,
}

/// Who calls, by what the network says of him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// His number is withheld, or none that can be called.
    Withheld,
    /// It is on the block list.
    Blocked,
    /// An agent, with so many pages that wait for him.
    Agent {
        /// Who.
        agent: AgentKey,
        /// How many.
        pages: usize,
    },
    /// A contact of a customer.
    Contact {
        /// Whose.
        customer: String,
        /// His name.
        name: String,
    },
    /// Nobody whom the desk knows.
    Unknown,
}

/// A part of a call: what is heard and done from one deed of the caller to his next.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// How long after the first ring.
    pub after: Duration,
    /// The steps that are entered, in order.
    pub entered: Vec<String>,
    /// What is heard.
    pub heard: Vec<Prompt>,
    /// What is waited for, or how it ends.
    pub then: Then,
    /// What happens.
    pub commands: Vec<FlowCommand>,
    /// The step that waits for an answer; none once the call is over.
    pub step: Option<String>,
    /// What can be done then.
    pub ways: Vec<WayOn>,
    /// What comes of it, by its index, if the call is over.
    pub ending: Option<usize>,
}

/// One of the things that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct WayOn {
    /// What.
    pub made: Move,
    /// How often, one after the other.
    pub times: u32,
    /// How long all of it takes, in seconds.
    pub seconds: u32,
    /// Where it leads.
    pub to: Leads,
}

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To a part of the call, by its index.
    Passage(usize),
    /// The caller is gone, and that comes of it, by its index.
    Ending(usize),
}

/// What comes of a call, if nobody answers a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// The ticket as it is at the end of the call; none, if the call has none.
    pub ticket: Option<EndOfTicket>,
    /// What happens for it, or for a page that an agent took in the call: from the first ring on, in order.
    pub scenes: Vec<Scene>,
    /// When its policy begins again.
    pub again: Option<Timestamp>,
}

/// A ticket at the end of its call.
#[derive(Clone, Debug, PartialEq)]
pub struct EndOfTicket {
    /// Its number: the line's next, or that of the one that was joined.
    pub number: TicketNumber,
    /// Whether it is one that was open before.
    pub joined: bool,
    /// Its severity.
    pub severity: Severity,
    /// Its state.
    pub state: TicketState,
    /// Where the caller is called back.
    pub callback: Option<CallbackNumber>,
    /// In which language he is written to.
    pub language: String,
}

/// The stretches of a span in which an emergency on a line would reach nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncovered {
    /// When no step of its policy finds anybody, each with the reasons.
    pub gaps: Vec<PolicyGap>,
    /// When nobody is meant to be called: the page waits.
    pub closed: Vec<Gap>,
}

/// What the database knows of a call that rings.
#[derive(Clone, Debug)]
struct Standing {
    call: Call,
    blocked: bool,
    /// The tickets that he may join, the first of them first; then the next, if he has joined that one.
    joinable: Vec<Case>,
    pages: AgentPages,
    /// The number that his ticket would get.
    number: TicketNumber,
}

impl Acts {
    /// What would happen if it rang.
    pub async fn what_if(&self, asked: Asked) -> Result<WhatIf, ActError> {
        let now = self.world();
        let world = World { desks: Arc::new(now.desks.with(&asked.desk)), now: asked.at, owner: None, ..now };
        let Some(line) = asked.desk.line(&asked.line) else { return Err(ActError::NoSuchLine) };
        let incoming = CallIn {
            carrier: line.carrier.clone(),
            sid: "what-if".into(),
            from: asked.from.clone(),
            to: asked.line.clone(),
            forwarded: false,
        };
        let standing = self.store().read(stand, (world.clone(), incoming)).await?;
        // All the ways of a large flow take their time, which no call is to wait for.
        Ok(self.0.paper.work(move || walk(&world, asked, &standing)).await?)
    }

    /// The stretches of a span in which an emergency on a line of a desk, in force or not, would reach nobody.
    pub async fn uncovered(
        &self,
        desk: &Desk,
        line: &PhoneNumber,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Uncovered, ActError> {
        let line = desk.line(line).ok_or(ActError::NoSuchLine)?;
        let policy = desk.policy_of(line).or(desk.policies.first()).map(|policy| policy.name.as_str());
        let gaps = self.gaps(desk, from, to).await?;
        let bare = |gap: &PolicyGap| Some(gap.policy.as_str()) == policy && gap.is_bare();
        let closed = gaps.closed;
        Ok(Uncovered { gaps: gaps.policies.into_iter().filter(bare).collect(), closed })
    }
}

async fn stand(tx: &mut Tx, (world, incoming): &(World, CallIn)) -> Result<Standing, StoreError> {
    let (desk, line) = super::call::line_of(world, &incoming.to)?;
    let flow = world.desks.flow_for(&line.flow)?;
    let arrival = Arrival::of(desk, line, flow, incoming, world.now);
    let returning = arrival.is_returning(tx, desk).await?;
    let Arrival { call, blocked } = arrival;
    let call = Call { returning, ..call };
    let mut open: Vec<Case> = Vec::new();
    while open.len() < MOST_JOINABLE {
        // Who has joined one may join the next older one.
        let joined = Call { ticket: open.last().map(|case| case.ticket.id.clone()), ..call.clone() };
        match joinable(tx, desk, &joined).await? {
            Some(case) => open.push(case),
            None => break,
        }
    }
    let pages = agent_pages(tx, &call).await?;
    // A line that is not in force yet has given no number.
    let number = ticket::coming_number(tx, &line.number).await?.unwrap_or(TicketNumber(1001));
    Ok(Standing { call, blocked, joinable: open, pages, number })
}
