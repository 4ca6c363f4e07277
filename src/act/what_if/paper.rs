//! A call on paper: the tickets that it is about, as they become in the course of it. Its turns are those of a call that
//! rings: what differs is that time passes only as its caller takes it, and that nothing is written.

use super::Standing;
use crate::act::call::wait::{self, truth};
use crate::act::call::{AgentPages, Deed, goes_on_in, is_engaged, merge, opened, takes};
use crate::act::case::{Work, policy_of};
use crate::act::facts::{CallFacts, facts};
use crate::act::{World, call};
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::call::Call;
use crate::rules::case::rehearsal::{Rehearsal, Staged};
use crate::rules::case::{Case, Event};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, Line};
use crate::rules::flow::play::Move;
use crate::rules::flow::{Flow, Input, Position, Turn, Way};
use crate::rules::script::Then;
use crate::rules::ticket::TicketId;
use crate::store::StoreError;

/// What all paper calls of a what-if stand on.
pub(super) struct Ground<'a> {
    /// The world at the first ring.
    pub(super) world: &'a World,
    pub(super) desk: &'a Desk,
    pub(super) line: &'a Line,
    pub(super) flow: &'a Flow,
    pub(super) standing: &'a Standing,
    /// Numbers that a caller might want to be called back on.
    pub(super) numbers: Vec<PhoneNumber>,
}

/// A call, somewhere on its way.
#[derive(Clone, Debug)]
pub(super) struct Paper<'a> {
    pub(super) call: Call,
    /// How late it is.
    pub(super) at: Timestamp,
    /// The tickets that it has changed.
    pub(super) tickets: Vec<Staged<'a>>,
    /// Which of them is its own.
    pub(super) own: Option<usize>,
    /// How many tickets it has joined.
    joined: usize,
}

impl<'a> Ground<'a> {
    pub(super) fn new(world: &'a World, standing: &'a Standing) -> Result<Ground<'a>, StoreError> {
        let (desk, line) = call::line_of(world, &standing.call.line)?;
        let flow = world.desks.flow_for(&line.flow)?;
        let numbers = [standing.call.caller_id.as_ref(), desk.main_number.as_ref(), Some(&line.number)];
        let numbers = numbers.into_iter().flatten().cloned().collect();
        Ok(Ground { world, desk, line, flow, standing, numbers })
    }

    /// The first turn of the call, and what can be done after it.
    pub(super) fn ring(&self) -> Result<(Paper<'a>, Turn, Vec<Way>), StoreError> {
        let call = self.standing.call.clone();
        let at = call.started_at;
        let mut paper = Paper { call, at, tickets: Vec::new(), own: None, joined: 0 };
        if paper.call.agent.is_none() && !self.standing.blocked {
            self.open(&mut paper)?;
        }
        let (turn, ways) = self.turn(&mut paper, None)?;
        Ok((paper, turn, ways))
    }

    /// The turn that follows an answer, and what can be done after it.
    pub(super) fn answer(
        &self,
        paper: &mut Paper<'a>,
        position: &Position,
        input: &Input,
    ) -> Result<(Turn, Vec<Way>), StoreError> {
        paper.call.engaged |= is_engaged(input);
        self.turn(paper, Some((position, input)))
    }

    /// The call is over.
    pub(super) fn end(&self, paper: &mut Paper<'a>) {
        let Some(own) = paper.own else { return };
        paper.tickets[own].happen(paper.at, Event::CallerLeft { call: paper.call.sid.clone() });
        let Call { engaged, returning, started_at, .. } = paper.call;
        let seconds = u32::try_from(paper.at.since(started_at).as_secs()).unwrap_or(u32::MAX);
        paper.tickets[own].happen(paper.at, Event::CallEnded { engaged, returning, seconds });
    }

    fn turn(
        &self,
        paper: &mut Paper<'a>,
        answered: Option<(&Position, &Input)>,
    ) -> Result<(Turn, Vec<Way>), StoreError> {
        let world = self.world_at(paper.at);
        let pages = self.pages(paper);
        let case = paper.own.map(|own| paper.tickets[own].case().clone());
        let known = CallFacts {
            blocked: self.standing.blocked,
            joinable: self.joinable(paper),
            pages: &pages,
            case: case.as_ref(),
        };
        let told = answered.map(|(position, input)| match &case {
            Some(case) if self.flow.waits_live(position) => {
                (position, truth(&world, self.desk, input, case, &paper.call))
            }
            _ => (position, input.clone()),
        });
        let (mut turn, mut ways) = facts(&world, self.desk, self.line, &paper.call, &known, |facts| {
            let turn = match &told {
                None => self.flow.begin(facts),
                Some((position, input)) => self.flow.step(position, input, facts),
            };
            let ways = self.flow.ways(&turn, facts, &self.numbers);
            (turn, ways)
        });
        self.carry_out(&world, paper, &pages, &mut turn)?;
        if let Then::Dial { screen: Some(_), .. } = &turn.script.then {
            // Nobody answers a page: not even where the caller is to be put through.
            ways.retain(|way| !matches!(way.made, Move::Talk(_)));
        }
        Ok((turn, ways))
    }

    /// As [`crate::act::call`] does it, but for the writing.
    fn carry_out(
        &self,
        world: &World,
        paper: &mut Paper<'a>,
        pages: &AgentPages,
        turn: &mut Turn,
    ) -> Result<(), StoreError> {
        goes_on_in(&mut paper.call, turn);
        if let Some(own) = paper.own {
            let mut work = Work::on_new(paper.tickets[own].case().clone());
            wait::begin(world, &paper.call, Some(&mut work), turn)?;
            paper.take_in(own, work);
        }
        let mut too_late = false;
        for command in turn.commands.iter().cloned() {
            match Deed::of(command, paper.own.is_some()) {
                Deed::Nothing => {}
                Deed::Open => {
                    if paper.own.is_none() {
                        self.open(paper)?;
                    }
                    paper.call.engaged = true;
                }
                Deed::Join => self.join(world, paper)?,
                Deed::Take => too_late = !self.take(world, paper, pages.meant())?,
                Deed::TakeCustomer => {
                    self.take(world, paper, pages.customer())?;
                }
                Deed::Talked { answered, seconds } => {
                    let took = paper.call.took.as_ref().and_then(|took| paper.ticket(took));
                    if let (Some(agent), Some(took)) = (paper.call.agent.clone(), took) {
                        paper.tickets[took].happen(paper.at, Event::Talked { agent, answered, seconds });
                    }
                }
                Deed::Tell(command) => {
                    if let Some(own) = paper.own {
                        paper.tickets[own].happen(paper.at, Event::Flow(command));
                    }
                }
            }
        }
        if let Some(own) = paper.own {
            let mut work = Work::on_new(paper.tickets[own].case().clone());
            work.speaks(world, &paper.call.language)?;
            paper.take_in(own, work);
        }
        paper.call.position.clone_from(&turn.position);
        if !too_late {
            paper.call.offered = pages.offered.first().map(|case| case.ticket.id.clone());
        }
        paper.call.turn += 1;
        Ok(())
    }

    fn open(&self, paper: &mut Paper<'a>) -> Result<(), StoreError> {
        let (world, id) = (self.world_at(paper.at), Id::from_text("what-if"));
        let work = opened(&world, self.desk, &mut paper.call, &id, self.standing.number)?;
        let own = self.stage(paper, work.case().clone())?;
        paper.take_in(own, work);
        paper.own = Some(own);
        Ok(())
    }

    fn join(&self, world: &World, paper: &mut Paper<'a>) -> Result<(), StoreError> {
        let (Some(own), Some(other)) = (paper.own, self.joinable(paper).cloned()) else { return Ok(()) };
        let mut mine = Work::on_new(paper.tickets[own].case().clone());
        let mut joined = Work::on_new(other);
        if merge(world, &mut paper.call, &mut mine, &mut joined)? {
            paper.take_in(own, mine);
            let other = self.stage(paper, joined.case().clone())?;
            paper.take_in(other, joined);
            paper.own = Some(other);
            paper.joined += 1;
        }
        Ok(())
    }

    fn take(&self, world: &World, paper: &mut Paper<'a>, meant: Option<&Case>) -> Result<bool, StoreError> {
        let Some(meant) = meant else { return Ok(false) };
        let mut work = Work::on_new(meant.clone());
        if !takes(world, &mut paper.call, &mut work)? {
            return Ok(false);
        }
        let taken = match paper.ticket(&meant.ticket.id) {
            Some(taken) => taken,
            None => self.stage(paper, work.case().clone())?,
        };
        paper.take_in(taken, work);
        Ok(true)
    }

    /// The open ticket that the caller may join now.
    fn joinable(&self, paper: &Paper<'_>) -> Option<&'a Case> {
        self.standing.joinable.get(paper.joined)
    }

    /// The pages of an agent who calls, as they are by now.
    fn pages(&self, paper: &Paper<'_>) -> AgentPages {
        let call = &paper.call;
        let Some(agent) = call.agent.as_ref().filter(|_| call.ticket.is_none()) else {
            return AgentPages::default();
        };
        let by_now = |case: &Case| match paper.ticket(&case.ticket.id) {
            Some(changed) => paper.tickets[changed].case().clone(),
            None => case.clone(),
        };
        let all: Vec<Case> = self.standing.pages.offered.iter().map(by_now).collect();
        let find = |id: &TicketId| all.iter().find(|case| case.ticket.id == *id).cloned();
        let open = all.iter().filter(|case| case.is_open()).cloned().collect();
        let mut pages = AgentPages::of(call, agent, open);
        if pages.took.is_none() {
            pages.took = call.took.as_ref().and_then(find);
        }
        pages.gone = pages.lacks(call).and_then(find);
        pages
    }

    fn stage(&self, paper: &mut Paper<'a>, case: Case) -> Result<usize, StoreError> {
        let world = self.world;
        let rehearsal = Rehearsal {
            desk: self.desk,
            policy: policy_of(self.desk, &case)?,
            book: &world.book,
            dead: world.dead(),
            mutes: world.desks.mutes_of(self.desk.key.as_str()),
            exceptions: world.desks.exceptions_of(self.desk.key.as_str()),
            carriers: world.carriers,
        };
        paper.tickets.push(rehearsal.stage(case, paper.at));
        Ok(paper.tickets.len() - 1)
    }

    fn world_at(&self, at: Timestamp) -> World {
        World { now: at, ..self.world.clone() }
    }
}

impl Paper<'_> {
    /// Time passes, with all that is due by then.
    pub(super) fn pass(&mut self, until: Timestamp) {
        self.at = self.at.max(until);
        for ticket in &mut self.tickets {
            ticket.pass(until);
        }
    }

    /// Nobody comes to a caller who waits to be put through: time passes until he is led on.
    pub(super) fn wait_out(&mut self) {
        let Some(own) = self.own else { return };
        while self.tickets[own].case().has_caller_waiting()
            && let Some(due) = self.tickets[own].next_due()
        {
            self.pass(due);
        }
    }

    /// Whether its own ticket is one that it has joined.
    pub(super) fn has_joined(&self) -> bool {
        self.joined > 0
    }

    fn ticket(&self, id: &TicketId) -> Option<usize> {
        self.tickets.iter().position(|ticket| ticket.case().ticket.id == *id)
    }

    fn take_in(&mut self, ticket: usize, work: Work) {
        let (case, entries, effects) = work.on_paper();
        self.tickets[ticket].take_in(self.at, case, entries, effects);
    }
}
