//! What an agent's text is about: of which desk, and which of his tickets.

use super::super::World;
use crate::rules::case::Case;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::effect::Answer;
use crate::rules::people::AgentKey;
use crate::rules::ticket::TicketId;
use crate::rules::ticket_number::TicketNumber;
use crate::store::{StoreError, Tx, ticket};
use std::time::Duration;

/// A bare `ACK` takes the pages that were on the agent's screen when he wrote it, not one that came meanwhile.
const READING_TIME: Duration = Duration::from_secs(5);

/// The desk as whose agent somebody writes, and who he is there; none if he is nobody's agent. A line tells the desk,
/// unless it has moved since he was paged from it: he has nothing open there, and has elsewhere. Then, and at any other
/// number, an agent of several means the one that has the ticket whose number he writes, else the one that asked him
/// last.
pub(super) async fn desk<'a>(
    tx: &mut Tx,
    world: &'a World,
    to: Option<&PhoneNumber>,
    from: &PhoneNumber,
    number: Option<TicketNumber>,
) -> Result<Option<(&'a Desk, &'a Agent)>, StoreError> {
    let his = world.desks.agents_by_number(from);
    if his.len() < 2 {
        return Ok(his.first().copied());
    }
    let mut open = Vec::new();
    for (desk, agent) in &his {
        for case in ticket::open_for_agent(tx, desk.key.as_str(), &agent.key).await? {
            open.push((*desk, *agent, case));
        }
    }
    let at_line = to.and_then(|to| world.desks.by_line(to));
    if let Some((desk, agent)) = at_line.and_then(|desk| Some((&**desk, desk.agent_by_number(from)?)))
        && (open.is_empty() || open.iter().any(|(of, _, _)| of.key == desk.key))
    {
        return Ok(Some((desk, agent)));
    }
    if let Some(number) = number {
        let of_number = open.iter().any(|(_, _, case)| case.ticket.number == number);
        open.retain(|(_, _, case)| !of_number || case.ticket.number == number);
        if !of_number {
            for (desk, agent) in &his {
                if ticket::by_number(tx, desk.key.as_str(), number).await?.is_some() {
                    return Ok(Some((desk, agent)));
                }
            }
        }
    }
    let last =
        open.iter().max_by_key(|(_, agent, case)| (case.concerns(&agent.key), case.asked_at(&agent.key)));
    Ok(last.map(|(desk, agent, _)| (*desk, *agent)).or(his.first().copied()))
}

/// A bare `ACK` takes every page of his that nobody has and that he had time to read, newest first, as tickets are
/// locked; a single one in any case. If all of them have just come, he is asked which he means.
pub(super) fn by_bare_acknowledgement(
    world: &World,
    mine: &[Case],
    agent: &AgentKey,
) -> Result<Vec<TicketId>, Answer> {
    let free: Vec<&Case> =
        mine.iter().filter(|case| case.holder().is_none() && case.waits_for(agent)).collect();
    let read = |case: &&&Case| {
        let asked = case.attempts.iter().filter(|attempt| attempt.agent == *agent);
        asked.map(|attempt| attempt.asked_at).min().is_none_or(|at| at + READING_TIME <= world.now)
    };
    let mut meant: Vec<TicketId> = match free.as_slice() {
        [only] => vec![only.ticket.id.clone()],
        [] => mine.iter().take(1).map(|case| case.ticket.id.clone()).collect(),
        several => several.iter().filter(read).map(|case| case.ticket.id.clone()).collect(),
    };
    if meant.is_empty() && !free.is_empty() {
        return Err(Answer::WhichOne(free.iter().map(|case| case.ticket.number).collect()));
    }
    meant.sort_by(|one, other| other.cmp(one));
    Ok(meant)
}

/// The ticket that a command without a number means: the only one that he has or is being asked to take. With another
/// one waiting for him, a bare word could be about either.
pub(super) fn by_bare_word<'a>(mine: &'a [Case], agent: &AgentKey) -> Result<&'a Case, Answer> {
    let his: Vec<&Case> = mine.iter().filter(|case| case.concerns(agent)).collect();
    match (his.as_slice(), mine) {
        ([one], _) => Ok(one),
        ([], [one]) => Ok(one),
        ([], []) => Err(Answer::NoSuchTicket { number: None }),
        ([], all) => Err(Answer::WhichOne(all.iter().map(|case| case.ticket.number).collect())),
        (several, _) => Err(Answer::WhichOne(several.iter().map(|case| case.ticket.number).collect())),
    }
}
