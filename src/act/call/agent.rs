//! An agent who calls the line: the pages that he is told of, and the one that he takes.

use crate::act::World;
use crate::act::case::Work;
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::command::Command;
use crate::rules::ticket::Via;
use crate::store::{StoreError, Tx, ticket};

/// What an agent who calls has to do.
#[derive(Default)]
pub(in crate::act) struct AgentPages {
    /// What he can take, or took before and has not called back: newest first, but what he was told of first stays so.
    pub(in crate::act) offered: Vec<Case>,
    /// What he took in this call: the customer whom he is put through to.
    pub(in crate::act) took: Option<Case>,
}

impl AgentPages {
    /// The customer of what he took, or of what he was told of first.
    pub(in crate::act) fn customer(&self) -> Option<&Case> {
        self.took.as_ref().or(self.offered.first())
    }
}

pub(super) async fn agent_pages(tx: &mut Tx, call: &Call) -> Result<AgentPages, StoreError> {
    let mut pages = AgentPages::default();
    let Some(agent) = call.agent.as_ref().filter(|_| call.ticket.is_none()) else { return Ok(pages) };
    for case in ticket::open_for_agent(tx, &call.desk, agent).await? {
        if call.took.as_ref() == Some(&case.ticket.id) {
            pages.took = Some(case);
        } else if case.waits_for(agent) {
            pages.offered.push(case);
        }
    }
    pages.offered.sort_by_key(|case| call.offered.as_ref() != Some(&case.ticket.id));
    Ok(pages)
}

/// An agent who calls takes a ticket: it is his now, and nothing else is rung. If he wants the customer, the flow itself
/// puts him through.
pub(super) async fn take(
    tx: &mut Tx,
    world: &World,
    call: &mut Call,
    meant: Option<&Case>,
) -> Result<(), StoreError> {
    let (Some(agent), Some(meant)) = (call.agent.clone(), meant) else { return Ok(()) };
    call.took = Some(meant.ticket.id.clone());
    let mut work = Work::on(ticket::lock(tx, &meant.ticket.id).await?);
    work.happen(world, Event::Command { agent, via: Via::Call, command: Command::Acknowledge })?;
    work.save(tx, world).await?;
    Ok(())
}
