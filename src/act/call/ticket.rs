//! The ticket of a call: its own, or an open one that the caller joins.

use crate::act::World;
use crate::act::case::Work;
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::desk::Desk;
use crate::rules::ticket::{Ticket, TicketId};
use crate::rules::ticket_number::TicketNumber;
use crate::store::{StoreError, Tx, recording, ticket, tickets};

/// Opens the ticket of a call.
pub(super) async fn open_ticket(
    tx: &mut Tx,
    world: &World,
    desk: &Desk,
    call: &mut Call,
    id: &TicketId,
) -> Result<Work, StoreError> {
    let number = ticket::next_number(tx, &call.line).await?;
    opened(world, desk, call, id, number)
}

/// The ticket of a call, by the number that its line gave it.
pub(in crate::act) fn opened(
    world: &World,
    desk: &Desk,
    call: &mut Call,
    id: &TicketId,
    number: TicketNumber,
) -> Result<Work, StoreError> {
    let opened = Ticket::open(id.clone(), desk, &call.line, number, call.caller_id.clone(), world.now);
    let ticket = Ticket { language: call.language.clone(), ..opened };
    call.ticket = Some(id.clone());
    let mut work = Work::on_new(Case::open(ticket));
    work.happen(world, Event::Called { call: call.sid.clone() })?;
    Ok(work)
}

/// The call's provisional ticket merges into the one that the caller chose.
pub(super) async fn join(
    tx: &mut Tx,
    world: &World,
    call: &mut Call,
    mut mine: Work,
    other: &TicketId,
) -> Result<Work, StoreError> {
    // Newest first, as everywhere: the other is older.
    let mut joined = Work::on(ticket::lock(tx, other).await?);
    if !merge(world, call, &mut mine, &mut joined)? {
        return Ok(mine);
    }
    let mine = mine.save(tx, world).await?;
    recording::hand_over(tx, &mine.ticket.id, other).await?;
    Ok(joined)
}

/// What that does to the two of them; false if the other was closed meanwhile, and the call keeps its own.
pub(in crate::act) fn merge(
    world: &World,
    call: &mut Call,
    mine: &mut Work,
    joined: &mut Work,
) -> Result<bool, StoreError> {
    if !joined.case().is_open() {
        return Ok(false);
    }
    joined.happen(world, Event::Absorb(Box::new(mine.case().ticket.clone())))?;
    mine.happen(world, Event::MergedInto(Box::new(joined.case().ticket.clone())))?;
    call.ticket = Some(joined.case().ticket.id.clone());
    Ok(true)
}

/// The open ticket that this caller may join: by a real number that is neither a line of ours nor withheld.
pub(in crate::act) async fn joinable(
    tx: &mut Tx,
    desk: &Desk,
    call: &Call,
) -> Result<Option<Case>, StoreError> {
    let Some(number) = call.caller_id.as_ref().filter(|_| call.agent.is_none()) else { return Ok(None) };
    if call.forwarded || desk.line(number).is_some() {
        return Ok(None);
    }
    tickets::open_for_caller(tx, &call.desk, number, call.ticket.as_ref()).await
}
