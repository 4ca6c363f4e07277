//! An agent who calls the line: the pages that he is told of, and the one that he takes.

use crate::act::World;
use crate::act::case::Work;
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::command::Command;
use crate::rules::people::AgentKey;
use crate::rules::ticket::{TicketId, Via};
use crate::store::{StoreError, Tx, ticket, tickets};

/// What an agent who calls has to do.
#[derive(Clone, Debug, Default)]
pub(in crate::act) struct AgentPages {
    /// What he can take, or took before and has not called back: newest first, but what he was told of first stays so.
    pub(in crate::act) offered: Vec<Case>,
    /// What he took in this call: the customer whom he is put through to.
    pub(in crate::act) took: Option<Case>,
    /// What he was told of and can take no more: somebody else has it, or it is closed.
    pub(in crate::act) gone: Option<Case>,
}

impl AgentPages {
    /// What his key means: what he was told of first, and nothing that came or remained in its place.
    pub(in crate::act) fn meant(&self) -> Option<&Case> {
        self.offered.first().filter(|_| self.gone.is_none())
    }

    /// By the open tickets for which he was paged, newest first.
    pub(in crate::act) fn of(call: &Call, agent: &AgentKey, open: Vec<Case>) -> AgentPages {
        let mut pages = AgentPages::default();
        for case in open {
            if call.took.as_ref() == Some(&case.ticket.id) {
                pages.took = Some(case);
            } else if case.waits_for(agent) {
                pages.offered.push(case);
            }
        }
        pages.offered.sort_by_key(|case| call.offered.as_ref() != Some(&case.ticket.id));
        pages
    }

    /// What he was told of, if it is not among them.
    pub(in crate::act) fn lacks<'a>(&self, call: &'a Call) -> Option<&'a TicketId> {
        let told = call.offered.as_ref().filter(|told| call.took.as_ref() != Some(*told));
        told.filter(|told| !self.offered.iter().any(|case| case.ticket.id == **told))
    }

    /// The customer of what he took, or of what he was told of first.
    pub(in crate::act) fn customer(&self) -> Option<&Case> {
        self.took.as_ref().or(self.meant())
    }
}

pub(in crate::act) async fn agent_pages(tx: &mut Tx, call: &Call) -> Result<AgentPages, StoreError> {
    let Some(agent) = call.agent.as_ref().filter(|_| call.ticket.is_none()) else {
        return Ok(AgentPages::default());
    };
    let open = tickets::open_for_agent(tx, &call.desk, agent).await?;
    let mut pages = AgentPages::of(call, agent, open);
    if let Some(took) = call.took.as_ref().filter(|_| pages.took.is_none()) {
        pages.took = ticket::read_if_any(tx, took).await?;
    }
    if let Some(told) = pages.lacks(call) {
        pages.gone = ticket::read_if_any(tx, told).await?;
    }
    Ok(pages)
}

/// An agent who calls takes a ticket: it is his now, and nothing else is rung. If he wants the customer, the flow itself
/// puts him through. False if it is not: somebody was quicker, or there is none.
pub(super) async fn take(
    tx: &mut Tx,
    world: &World,
    call: &mut Call,
    meant: Option<&Case>,
) -> Result<bool, StoreError> {
    let Some(meant) = meant else { return Ok(false) };
    let mut work = Work::on(ticket::lock(tx, &meant.ticket.id).await?);
    if !takes(world, call, &mut work)? {
        return Ok(false);
    }
    work.save(tx, world).await?;
    Ok(true)
}

/// What that does to the ticket; false if it is not his to take any more.
pub(in crate::act) fn takes(world: &World, call: &mut Call, work: &mut Work) -> Result<bool, StoreError> {
    let Some(agent) = call.agent.clone() else { return Ok(false) };
    let id = &work.case().ticket.id;
    if call.took.as_ref() != Some(id) {
        if !work.case().waits_for(&agent) {
            return Ok(false);
        }
        call.took = Some(id.clone());
    }
    work.happen(world, Event::Command { by: agent.into(), via: Via::Call, command: Command::Acknowledge })?;
    Ok(true)
}
