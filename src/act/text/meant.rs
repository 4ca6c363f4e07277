//! What an agent's text is about: of which desk, and which of his tickets.

use std::cmp::Reverse;
use std::time::Duration;

use super::super::World;
use crate::rules::case::Case;
use crate::rules::command::{Command, Parsed, Reply};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::effect::Answer;
use crate::rules::people::AgentKey;
use crate::rules::ticket::TicketId;
use crate::rules::ticket_name::TicketName;
use crate::store::{StoreError, Tx, tickets};

/// A bare `ACK` takes the pages that were on the agent's screen when he wrote it, not one that came meanwhile.
const READING_TIME: Duration = Duration::from_secs(5);

/// An open ticket of somebody who is an agent.
pub(super) struct Open<'a> {
    /// Its desk.
    pub(super) desk: &'a Desk,
    /// Who he is there.
    pub(super) agent: &'a Agent,
    /// The ticket.
    pub(super) case: Case,
}

impl Open<'_> {
    fn concerns_him(&self) -> bool {
        self.case.concerns(&self.agent.key)
    }

    fn waits_for_anyone(&self) -> bool {
        self.case.holder().is_none() && self.case.waits_for(&self.agent.key)
    }
}

/// Somebody who writes as an agent.
pub(super) struct Writer<'a> {
    /// The desk as whose agent he writes.
    pub(super) desk: &'a Desk,
    /// Who he is there.
    pub(super) agent: &'a Agent,
    /// His open tickets, of every desk, newest first.
    pub(super) open: Vec<Open<'a>>,
    /// The open ticket of his that he names, or the question which one he means; none if he names none of his.
    pub(super) named: Option<Result<TicketId, Answer>>,
}

impl Writer<'_> {
    /// His open tickets at the desk, newest first.
    pub(super) fn mine(&self) -> Vec<&Case> {
        let here = self.open.iter().filter(|open| open.desk.key == self.desk.key);
        here.map(|open| &open.case).collect()
    }

    /// Whether a page waits for him.
    pub(super) fn is_asked(&self) -> bool {
        self.open.iter().any(|open| open.case.holder().is_none() && open.case.waits_for(&open.agent.key))
    }
}

/// Who writes, and as whose agent; none if he is nobody's agent. Any sender of a carrier may bring a page, so the number
/// that he answers tells little: an agent of several desks means the one that has the open ticket that he names, else the
/// one that asked him last. Only if nothing of his is open does the line tell.
pub(super) async fn writer<'a>(
    tx: &mut Tx,
    world: &'a World,
    to: Option<&PhoneNumber>,
    from: &PhoneNumber,
    reply: &Reply,
) -> Result<Option<Writer<'a>>, StoreError> {
    let mut his = world.desks.agents_by_number(from);
    let line = to.and_then(|to| world.desks.by_line(to)).map(|desk| &desk.key);
    his.sort_by_key(|(desk, _)| Some(&desk.key) != line);
    let Some(&first) = his.first() else { return Ok(None) };
    let mut open = Vec::new();
    for (desk, agent) in &his {
        let cases = tickets::open_for_agent(tx, desk.key.as_str(), &agent.key).await?;
        open.extend(cases.into_iter().map(|case| Open { desk, agent, case }));
    }
    open.sort_by_key(|open| Reverse(open.case.ticket.opened_at));
    let (mut meant, mut named) = (None, None);
    if let Some(name) = reply.ticket() {
        let found = by_name(&open, name);
        meant = match &found {
            Some(Ok(one)) => Some((one.desk, one.agent)),
            Some(Err(several)) => several.first().map(|one| (one.desk, one.agent)),
            None => desk_of(tx, &his, name).await?,
        };
        named = found.map(|found| match found {
            Ok(one) => Ok(one.case.ticket.id.clone()),
            Err(several) => Err(which_one(&several.iter().map(|one| &one.case).collect::<Vec<_>>())),
        });
    }
    let takes = matches!(reply, Reply::Command(Parsed { command: Command::Acknowledge, .. }));
    let asked_last = || {
        let last = open.iter().max_by_key(|one| {
            // What he has taken already, he does not take again.
            (takes && one.waits_for_anyone(), one.concerns_him(), one.case.asked_at(&one.agent.key))
        });
        last.map(|one| (one.desk, one.agent))
    };
    let (desk, agent) = meant.or_else(asked_last).unwrap_or(first);
    Ok(Some(Writer { desk, agent, open, named }))
}

/// The open ticket of that name, or all that it may be; none if there is none. Of several, he means the one that he has
/// or is being asked to take, if that is a single one.
fn by_name<'a, 'b>(
    open: &'a [Open<'b>],
    name: TicketName,
) -> Option<Result<&'a Open<'b>, Vec<&'a Open<'b>>>> {
    let fits = |one: &&Open<'_>| name.fits(one.case.ticket.number, &one.case.ticket.line);
    let named: Vec<&Open<'_>> = open.iter().filter(fits).collect();
    let concern: Vec<&Open<'_>> = named.iter().copied().filter(|one| one.concerns_him()).collect();
    match (named.as_slice(), concern.as_slice()) {
        ([], _) => None,
        ([one], _) | (_, [one]) => Some(Ok(one)),
        _ => Some(Err(named)),
    }
}

/// The first of his desks that has a ticket of that name, whosever it is.
async fn desk_of<'a>(
    tx: &mut Tx,
    his: &[(&'a Desk, &'a Agent)],
    name: TicketName,
) -> Result<Option<(&'a Desk, &'a Agent)>, StoreError> {
    if his.len() > 1 {
        for (desk, agent) in his {
            if at_desk(tx, desk, name).await?.is_some() {
                return Ok(Some((desk, agent)));
            }
        }
    }
    Ok(None)
}

/// A desk's ticket of that name, whosever it is; the newest, if it may be several.
pub(super) async fn at_desk(
    tx: &mut Tx,
    desk: &Desk,
    name: TicketName,
) -> Result<Option<TicketId>, StoreError> {
    if name.line.is_none() {
        return tickets::by_number(tx, desk.key.as_str(), name.number).await;
    }
    for line in desk.lines.iter().filter(|line| name.fits(name.number, &line.number)) {
        let found =
            tickets::all_by_number(tx, Some(desk.key.as_str()), Some(&line.number), name.number).await?;
        if let Some((id, _)) = found.into_iter().next() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The question which of several tickets he means, with names that tell them apart.
fn which_one(several: &[&Case]) -> Answer {
    let tickets: Vec<_> = several.iter().map(|case| (case.ticket.number, &case.ticket.line)).collect();
    let names = TicketName::of_each(&tickets).into_iter();
    Answer::WhichOne(names.zip(several.iter().map(|case| case.brief())).collect())
}

/// A bare `ACK` takes every page of his that nobody has and that he had time to read, newest first, as tickets are
/// locked; a single one in any case. If all of them have just come, he is asked which he means.
pub(super) fn by_bare_acknowledgement(
    world: &World,
    mine: &[&Case],
    agent: &AgentKey,
) -> Result<Vec<TicketId>, Answer> {
    let free: Vec<&Case> =
        mine.iter().copied().filter(|case| case.holder().is_none() && case.waits_for(agent)).collect();
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
        return Err(which_one(&free));
    }
    meant.sort_by(|one, other| other.cmp(one));
    Ok(meant)
}

/// The ticket that a command without a number means: the only one that he has or is being asked to take. With another
/// one waiting for him, a bare word could be about either.
pub(super) fn by_bare_word<'a>(mine: &[&'a Case], agent: &AgentKey) -> Result<&'a Case, Answer> {
    let his: Vec<&Case> = mine.iter().copied().filter(|case| case.concerns(agent)).collect();
    match (his.as_slice(), mine) {
        ([one], _) => Ok(one),
        ([], [one]) => Ok(one),
        ([], []) => Err(Answer::NoSuchTicket { number: None }),
        ([], several) | (several, _) => Err(which_one(several)),
    }
}
