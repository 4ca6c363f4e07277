//! An inbound call, turn by turn. Its first webhook opens the ticket: whatever happens after, the ticket exists.

mod agent;
mod arrival;
mod deed;
mod ticket;
pub(super) mod wait;

use super::answer::{CallAnswer, NextTurn, keep, kept_answer, repeated};
use super::case::Work;
use super::facts::{CallFacts, facts};
use super::{ActError, Acts, World};
use crate::id::Id;
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, Line};
use crate::rules::flow::{FlowCommand, Input, Turn};
use crate::rules::number_plan;
use crate::rules::ticket::TicketId;
use crate::store::call::Ringing;
use crate::store::{StoreError, Tx, call as calls, ticket as cases};

pub(super) use agent::{AgentPages, agent_pages, takes};
pub(super) use arrival::Arrival;
pub(super) use deed::{Deed, goes_on_in, is_engaged};
use ticket::{join, open_ticket};
pub(super) use ticket::{joinable, merge, opened};

/// A call that rings at a line.
#[derive(Clone, Debug)]
pub struct CallIn {
    /// Which carrier brings it.
    pub carrier: String,
    /// The carrier's id of it.
    pub sid: String,
    /// What the network says of the caller, as it came.
    pub from: String,
    /// The line that was dialled.
    pub to: PhoneNumber,
    /// Whether another number forwarded it: then the caller id may be anybody's, and joins nothing.
    pub forwarded: bool,
}

/// What came back at a turn of an inbound call.
#[derive(Clone, Debug)]
pub struct CallTurn {
    /// The call, as the carrier describes it each time.
    pub call: CallIn,
    /// The turn that is answered.
    pub turn: u32,
    /// What came.
    pub input: Input,
    /// Whether the call is over: what is answered is heard by nobody.
    pub is_over: bool,
}

struct Accept {
    world: World,
    call: CallIn,
    ticket: TicketId,
}

struct Go {
    world: World,
    turn: CallTurn,
    ticket: TicketId,
}

/// What became of a turn.
enum Went {
    /// It was answered.
    On(CallAnswer),
    /// The call goes by a version of its flow that this process has not read: nothing was done.
    UnknownFlow(String),
}

struct End {
    world: World,
    carrier: String,
    sid: String,
    seconds: u32,
}

impl Acts {
    /// A call rings: opens its ticket and answers it.
    pub async fn accept_call(&self, call: CallIn) -> Result<CallAnswer, ActError> {
        let world = self.world();
        if world.desks.by_line(&call.to).is_none() {
            return Err(ActError::NoSuchLine);
        }
        let ticket = self.ids().mint(world.now);
        Ok(self.store().write(accept, Accept { world, call, ticket }).await?)
    }

    /// A call goes on. One that we do not know, because its first webhook was lost, begins here.
    pub async fn call_turn(&self, turn: CallTurn) -> Result<CallAnswer, ActError> {
        let version = match self.turn_of(turn.clone()).await? {
            Went::On(answer) => return Ok(answer),
            Went::UnknownFlow(version) => version,
        };
        // It began at another process, by a flow that came into force there a moment ago.
        self.reload().await?;
        match self.turn_of(turn).await? {
            Went::On(answer) => Ok(answer),
            Went::UnknownFlow(_) => {
                let what = format!("version {version} of a voice flow cannot be read");
                Err(StoreError::Fault(what).into())
            }
        }
    }

    async fn turn_of(&self, turn: CallTurn) -> Result<Went, ActError> {
        let world = self.world();
        if world.desks.by_line(&turn.call.to).is_none() {
            return Err(ActError::NoSuchLine);
        }
        let ticket = self.ids().mint(world.now);
        Ok(self.store().write(go_on, Go { world, turn, ticket }).await?)
    }

    /// A call is over; false if we never knew of it.
    pub async fn call_ended(&self, carrier: &str, sid: &str, seconds: u32) -> Result<bool, ActError> {
        let end = End { world: self.world(), carrier: carrier.into(), sid: sid.into(), seconds };
        Ok(self.store().write(ended, end).await?)
    }
}

fn call_key(sid: &str, turn: u32) -> String {
    format!("call {sid} {turn}")
}

async fn accept(tx: &mut Tx, input: &Accept) -> Result<CallAnswer, StoreError> {
    let Accept { world, call, ticket } = input;
    // One statement, so that a call that another transaction wrote in between is seen with its answer.
    match calls::ringing(tx, &call.carrier, &call_key(&call.sid, 0), &call.sid).await? {
        Ringing::Answered(answer) => kept_answer(&answer),
        // It has its ticket: there is nothing left to ask.
        Ringing::Found => Ok(CallAnswer::nothing()),
        Ringing::New => begin(tx, world, call, ticket).await,
    }
}

async fn begin(
    tx: &mut Tx,
    world: &World,
    incoming: &CallIn,
    ticket_id: &TicketId,
) -> Result<CallAnswer, StoreError> {
    let (desk, line) = line_of(world, &incoming.to)?;
    let flow = world.desks.flow_for(&line.flow)?;
    let arrival = Arrival::of(desk, line, flow, incoming, world.now);
    let returning = arrival.is_returning(tx, desk).await?;
    let opens_a_ticket = arrival.opens_a_ticket();
    let Arrival { call, blocked } = arrival;
    let mut call = Call { returning, ..call };
    let mut work = None;
    let joinable = joinable(tx, desk, &call).await?;
    if opens_a_ticket {
        work = Some(open_ticket(tx, world, desk, &mut call, ticket_id).await?);
    } else if blocked {
        tracing::info!(desk = desk.key.as_str(), call.sid = call.sid, "a blocked caller was rejected");
    }
    let pages = agent_pages(tx, &call).await?;
    let case = work.as_ref().map(Work::case);
    let known = CallFacts { blocked, joinable: joinable.as_ref(), pages: &pages, case };
    let turn = facts(world, desk, line, &call, &known, |facts| flow.begin(facts));
    let answer = carry_out(tx, world, &mut call, work, ticket_id, joinable, &pages, turn).await?;
    calls::insert(tx, &call).await?;
    keep(tx, world, &call.carrier, &call_key(&call.sid, 0), &answer).await?;
    Ok(answer)
}

async fn go_on(tx: &mut Tx, input: &Go) -> Result<Went, StoreError> {
    let Go { world, turn: CallTurn { call: incoming, turn, input, is_over }, ticket: ticket_id } = input;
    let key = call_key(&incoming.sid, *turn);
    if let Some(known) = repeated(tx, &incoming.carrier, &key).await? {
        return Ok(Went::On(known));
    }
    let Some(mut call) = calls::lock(tx, &incoming.carrier, &incoming.sid).await? else {
        let answer = begin(tx, world, incoming, ticket_id).await?;
        if *turn > 0 {
            // A repetition of this turn must not be taken for an answer to what it begins with.
            keep(tx, world, &incoming.carrier, &key, &answer).await?;
        }
        return Ok(Went::On(answer));
    };
    let position = match call.position.clone() {
        Some(position) if *turn == call.turn => position,
        // A stale turn, or one from nowhere: the present answer again.
        _ => {
            let present =
                repeated(tx, &call.carrier, &call_key(&call.sid, call.turn.saturating_sub(1))).await?;
            return Ok(Went::On(present.unwrap_or(CallAnswer::nothing())));
        }
    };
    let Some(flow) = world.desks.flow_version(&call.flow_version) else {
        return Ok(Went::UnknownFlow(call.flow_version));
    };
    let (desk, line) = line_of(world, &call.line)?;
    call.engaged |= is_engaged(input);
    let joinable = joinable(tx, desk, &call).await?;
    let mut work = match &call.ticket {
        Some(id) => Some(Work::on(cases::lock(tx, id).await?)),
        None => None,
    };
    if let Some(work) = work.as_mut().filter(|_| *is_over && flow.waits_live(&position)) {
        work.happen(world, Event::CallerLeft { call: call.sid.clone() })?;
    }
    let pages = agent_pages(tx, &call).await?;
    let case = work.as_ref().map(Work::case);
    let known = CallFacts { blocked: false, joinable: joinable.as_ref(), pages: &pages, case };
    let told = match case.filter(|_| flow.waits_live(&position)) {
        Some(case) => wait::truth(world, desk, input, case, &call),
        None => input.clone(),
    };
    let turn = facts(world, desk, line, &call, &known, |facts| flow.step(&position, &told, facts));
    let answer = carry_out(tx, world, &mut call, work, ticket_id, joinable, &pages, turn).await?;
    calls::update(tx, &call).await?;
    keep(tx, world, &call.carrier, &key, &answer).await?;
    Ok(Went::On(answer))
}

/// Carries out what a turn of the flow asks for, and says how the call goes on.
#[expect(clippy::too_many_arguments, reason = "the parts of one turn, each loaded where its lock is due")]
async fn carry_out(
    tx: &mut Tx,
    world: &World,
    call: &mut Call,
    mut work: Option<Work>,
    ticket_id: &TicketId,
    mut joinable: Option<Case>,
    pages: &AgentPages,
    mut turn: Turn,
) -> Result<CallAnswer, StoreError> {
    goes_on_in(call, &turn);
    // Who waits to be put through is not paged for as well, whatever else this turn brings.
    wait::begin(world, call, work.as_mut(), &mut turn)?;
    // A page that he was told of and did not get is kept in mind: the next turn says who has it.
    let mut too_late = false;
    for command in turn.commands {
        match Deed::of(command, work.is_some()) {
            Deed::Nothing => {}
            Deed::Open => {
                let desk = world.desk(&call.desk)?.clone();
                if work.is_none() {
                    work = Some(open_ticket(tx, world, &desk, call, ticket_id).await?);
                }
                call.engaged = true;
            }
            Deed::Join => {
                work = match (work, joinable.take()) {
                    (Some(mine), Some(other)) => Some(join(tx, world, call, mine, &other.ticket.id).await?),
                    // It was closed meanwhile: the call keeps its own.
                    (work, _) => work,
                };
            }
            Deed::Take => too_late = !agent::take(tx, world, call, pages.meant()).await?,
            Deed::TakeCustomer => {
                agent::take(tx, world, call, pages.customer()).await?;
            }
            Deed::Talked { answered, seconds } => {
                if let (Some(agent), Some(took)) = (call.agent.clone(), &call.took) {
                    let mut taken = Work::on(cases::lock(tx, took).await?);
                    taken.happen(world, Event::Talked { agent, answered, seconds })?;
                    taken.save(tx, world).await?;
                }
            }
            Deed::Tell(command) => {
                if let FlowCommand::Recorded { recording: sid, seconds } = &command
                    && let Some(id) = &call.ticket
                {
                    super::recording::note(tx, world, &call.carrier, sid, id, *seconds).await?;
                }
                if let Some(work) = &mut work {
                    work.happen(world, Event::Flow(command))?;
                }
            }
        }
    }
    if let Some(mut work) = work {
        work.speaks(world, &call.language)?;
        work.save(tx, world).await?;
    }
    let next = turn.position.as_ref().map(|position| NextTurn::Flow {
        version: call.flow_version.clone(),
        step: position.step.clone(),
        turn: call.turn + 1,
    });
    call.position = turn.position;
    if !too_late {
        call.offered = pages.offered.first().map(|case| case.ticket.id.clone());
    }
    call.turn += 1;
    call.deadline = Some(turn.script.deadline(world.now));
    let (_, line) = line_of(world, &call.line)?;
    Ok(CallAnswer { script: turn.script, next, voices: line.voices.clone() })
}

async fn ended(tx: &mut Tx, end: &End) -> Result<bool, StoreError> {
    is_over(tx, &end.world, &end.carrier, &end.sid, end.seconds).await
}

/// An inbound call is over, whoever says so; false if it is not known.
pub(super) async fn is_over(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    sid: &str,
    seconds: u32,
) -> Result<bool, StoreError> {
    let Some(mut call) = calls::lock(tx, carrier, sid).await? else { return Ok(false) };
    if call.deadline.is_none() {
        return Ok(true);
    }
    call.deadline = None;
    call.position = None;
    if let Some(id) = &call.ticket {
        let mut work = Work::on(cases::lock(tx, id).await?);
        work.happen(world, Event::CallerLeft { call: call.sid.clone() })?;
        let event = Event::CallEnded { engaged: call.engaged, returning: call.returning, seconds };
        work.happen(world, event)?;
        work.save(tx, world).await?;
    }
    calls::update(tx, &call).await?;
    Ok(true)
}

pub(super) fn line_of<'a>(
    world: &'a World,
    number: &PhoneNumber,
) -> Result<(&'a Desk, &'a Line), StoreError> {
    let desk = world.desks.by_line(number);
    let found = desk.and_then(|desk| Some((&**desk, desk.line(number)?)));
    found.ok_or_else(|| StoreError::Fault("the line's desk is not loaded".into()))
}

/// The caller id, if it is a real number that may be called back.
pub(super) fn usable_caller_id(desk: &Desk, from: &str) -> Option<PhoneNumber> {
    let number = number_plan::caller_id(from)?;
    desk.number_plan().is_dialable_caller_id(&number).then_some(number)
}

/// The id of the ticket that an attempt belongs to.
pub(super) fn ticket_of(attempt: &str) -> TicketId {
    Id::from_text(attempt.split('-').next().unwrap_or(attempt))
}
