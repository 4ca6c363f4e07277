//! An agent who calls the line: the pages that he is told of, and the one that he takes.

use crate::act::World;
use crate::act::case::Work;
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::command::Command;
use crate::rules::ticket::Via;
use crate::store::{StoreError, Tx, ticket, tickets};

/// What an agent who calls has to do.
#[derive(Default)]
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
    pub(super) fn meant(&self) -> Option<&Case> {
        self.offered.first().filter(|_| self.gone.is_none())
    }

    /// The customer of what he took, or of what he was told of first.
    pub(in crate::act) fn customer(&self) -> Option<&Case> {
        self.took.as_ref().or(self.meant())
    }
}

pub(super) async fn agent_pages(tx: &mut Tx, call: &Call) -> Result<AgentPages, StoreError> {
    let mut pages = AgentPages::default();
    let Some(agent) = call.agent.as_ref().filter(|_| call.ticket.is_none()) else { return Ok(pages) };
    for case in tickets::open_for_agent(tx, &call.desk, agent).await? {
        if call.took.as_ref() == Some(&case.ticket.id) {
            pages.took = Some(case);
        } else if case.waits_for(agent) {
            pages.offered.push(case);
        }
    }
    pages.offered.sort_by_key(|case| call.offered.as_ref() != Some(&case.ticket.id));
    if let (Some(took), None) = (&call.took, &pages.took) {
        pages.took = ticket::read_if_any(tx, took).await?;
    }
    let told = call.offered.as_ref().filter(|told| call.took.as_ref() != Some(*told));
    if let Some(told) = told.filter(|told| !pages.offered.iter().any(|case| case.ticket.id == **told)) {
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
    let (Some(agent), Some(meant)) = (call.agent.clone(), meant) else { return Ok(false) };
    let id = &meant.ticket.id;
    let mut work = Work::on(ticket::lock(tx, id).await?);
    if call.took.as_ref() != Some(id) {
        if !work.case().waits_for(&agent) {
            return Ok(false);
        }
        call.took = Some(id.clone());
    }
    work.happen(world, Event::Command { by: agent.into(), via: Via::Call, command: Command::Acknowledge })?;
    work.save(tx, world).await?;
    Ok(true)
}
