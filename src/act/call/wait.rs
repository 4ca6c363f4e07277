//! A caller who waits on the line to be put through to who is on call.

use super::{AgentPages, line_of};
use crate::act::answer::CallAnswer;
use crate::act::case::Work;
use crate::act::facts::{CallFacts, facts};
use crate::act::{ActError, Acts, World};
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::desk::Desk;
use crate::rules::flow::{FlowCommand, Input, Turn};
use crate::rules::live::WaitingCall;
use crate::rules::script::{Script, Then};
use crate::store::{StoreError, Tx, call as calls, ticket as cases};
use std::time::Duration;

struct Asked {
    world: World,
    carrier: String,
    sid: String,
}

struct CameIn {
    world: World,
    carrier: String,
    conference: String,
    call: String,
}

impl Acts {
    /// What a caller hears who waits, as the lead of an answer without an end; nothing if nobody waits on that call.
    pub async fn waiting_words(&self, carrier: &str, sid: &str) -> Result<CallAnswer, ActError> {
        let asked = Asked { world: self.world(), carrier: carrier.into(), sid: sid.into() };
        Ok(self.store().read(waiting_words, asked).await?)
    }

    /// A call came into the conference in which a caller waits, which has the name of his call.
    pub async fn came_in(&self, carrier: &str, conference: &str, call: &str) -> Result<(), ActError> {
        let came = CameIn {
            world: self.world(),
            carrier: carrier.into(),
            conference: conference.into(),
            call: call.into(),
        };
        Ok(self.store().write(came_in, came).await?)
    }

    /// Whether a caller's call is still where that turn of it is to come.
    pub async fn expects_turn(&self, carrier: &str, sid: &str, turn: u32) -> Result<bool, ActError> {
        Ok(self.store().read(expects_turn, (carrier.to_owned(), sid.to_owned(), turn)).await?)
    }
}

async fn waiting_words(tx: &mut Tx, asked: &Asked) -> Result<CallAnswer, StoreError> {
    let Asked { world, carrier, sid } = asked;
    let Some(call) = calls::read(tx, carrier, sid).await? else { return Ok(CallAnswer::nothing()) };
    let (Some(position), Some(id)) = (&call.position, &call.ticket) else { return Ok(CallAnswer::nothing()) };
    let Some(case) = cases::read_if_any(tx, id).await?.filter(Case::has_caller_waiting) else {
        return Ok(CallAnswer::nothing());
    };
    let Some(flow) = world.desks.flow_version(&call.flow_version) else { return Ok(CallAnswer::nothing()) };
    let (desk, line) = line_of(world, &call.line)?;
    let pages = AgentPages::default();
    let known = CallFacts { blocked: false, joinable: None, pages: &pages, case: Some(&case) };
    let lead = facts(world, desk, line, &call, &known, |facts| flow.waiting(position, facts));
    let script = Script { lead, ..Script::default() };
    Ok(CallAnswer { script, next: None, voices: line.voices.clone() })
}

async fn came_in(tx: &mut Tx, came: &CameIn) -> Result<(), StoreError> {
    let CameIn { world, carrier, conference, call } = came;
    let waits = calls::read(tx, carrier, conference).await?;
    let Some(id) = waits.and_then(|waits| waits.ticket) else { return Ok(()) };
    let mut work = Work::on(cases::lock(tx, &id).await?);
    work.happen(world, Event::CameIn { call: call.clone() })?;
    work.save(tx, world).await?;
    Ok(())
}

async fn expects_turn(tx: &mut Tx, (carrier, sid, turn): &(String, String, u32)) -> Result<bool, StoreError> {
    let call = calls::read(tx, carrier, sid).await?;
    Ok(call.is_some_and(|call| call.deadline.is_some() && call.position.is_some() && call.turn == *turn))
}

/// What came of the wait: by who came, and not by what a carrier says of a conference, which is `answered` always.
pub(in crate::act) fn truth(world: &World, desk: &Desk, input: &Input, case: &Case, call: &Call) -> Input {
    let live = case.live.as_ref().filter(|live| live.call.sid == call.sid);
    let enough = desk.limits.min_callback_talk.duration();
    let accepted = live.is_some_and(|live| live.has_met(world.now, enough));
    match input {
        Input::Dialled { seconds, .. } => Input::Dialled { answered: accepted, seconds: *seconds },
        Input::Continue if accepted => Input::Dialled { answered: true, seconds: 0 },
        input => input.clone(),
    }
}

/// Lets the caller wait, or his call ring the next one, if the turn asks for that. Where it comes to nothing after all,
/// the call goes on at once.
pub(in crate::act) fn begin(
    world: &World,
    call: &Call,
    work: Option<&mut Work>,
    turn: &mut Turn,
) -> Result<(), StoreError> {
    let limit = turn.commands.iter().find_map(|command| match command {
        FlowCommand::Connect { limit } => Some(*limit),
        _ => None,
    });
    let Some(limit) = limit else { return Ok(()) };
    let (Some(work), Some(position)) = (work, &turn.position) else {
        turn.script.then = Then::Continue;
        return Ok(());
    };
    let waits =
        |case: &Case| case.live.as_ref().is_some_and(|live| live.is_waiting() && live.call.sid == call.sid);
    let event = match waits(work.case()) {
        true => Event::RingsNext,
        false => Event::Waits {
            call: WaitingCall {
                carrier: call.carrier.clone(),
                sid: call.sid.clone(),
                version: call.flow_version.clone(),
                step: position.step.clone(),
                turn: call.turn + 1,
            },
            conference: world.conferences.contains(&call.carrier),
            limit: Duration::from_secs(limit.into()),
        },
    };
    // What was chosen comes first: from here on the call changes its course no more.
    let chosen = |command: &FlowCommand| matches!(command, FlowCommand::Triage { .. });
    let (first, rest) = std::mem::take(&mut turn.commands).into_iter().partition(chosen);
    turn.commands = rest;
    let first: Vec<FlowCommand> = first;
    for command in first {
        work.happen(world, Event::Flow(command))?;
    }
    work.happen(world, event)?;
    let case = work.case();
    let rung = case.rung_by_caller().filter(|_| waits(case));
    match (&mut turn.script.then, rung) {
        (Then::Conference { .. }, _) if waits(case) => {}
        (Then::Dial { number, screen, .. }, Some((attempt, telephone))) => {
            *number = telephone.clone();
            *screen = Some(attempt.as_str().to_owned());
        }
        (then, _) => *then = Then::Continue,
    }
    Ok(())
}
