//! What somebody writes who is no agent: it joins his open ticket, or opens a normal one.

use super::super::World;
use super::super::call::usable_caller_id;
use super::super::case::Work;
use super::Input;
use crate::rules::case::{Case, Event};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::severity::Severity;
use crate::rules::ticket::{Actor, Ticket};
use crate::store::{StoreError, Tx, desk as desks, inbox, ticket, tickets};
use std::time::Duration;

/// By how much a carrier's clock, which tells whole seconds, may differ from ours.
const CARRIERS_CLOCK: Duration = Duration::from_secs(10);

/// How often somebody's texts that open tickets are answered.
const ANSWERED_ONCE_IN: Duration = Duration::from_secs(24 * 60 * 60);

/// The desk to which somebody writes who is no agent: the one that has his open ticket, as any sender of a carrier may
/// have brought him its receipt; that of the line first, then that of his newest. Without one, the desk of the line, or
/// the only one there is.
pub(super) async fn desk<'a>(
    tx: &mut Tx,
    world: &'a World,
    to: Option<&PhoneNumber>,
    from: &PhoneNumber,
) -> Result<Option<&'a Desk>, StoreError> {
    let at_line = to.and_then(|to| world.desks.by_line(to)).or_else(|| world.desks.only());
    let first = at_line.map_or("", |desk| desk.key.as_str());
    let his = tickets::desk_of_caller(tx, from, first).await?;
    let his = his.and_then(|key| world.desks.by_key(&key));
    Ok(his.or(at_line).map(|desk| &**desk))
}

/// Somebody who is no agent wrote.
pub(super) async fn text(
    tx: &mut Tx,
    input: &Input,
    desk: &Desk,
    from: PhoneNumber,
) -> Result<(), StoreError> {
    let Input { world, text, ticket: id, .. } = input;
    let body = text.body.clone();
    let to: Option<PhoneNumber> = text.to.parse().ok();
    let Some(line) = to.and_then(|to| desk.line(&to)).or(desk.lines.first()) else { return Ok(()) };
    // What came before the line was ours was for somebody else.
    let since = desks::line_since(tx, &line.number).await?;
    if text.written_at.is_some_and(|at| since.is_none_or(|since| at + CARRIERS_CLOCK < since)) {
        return Ok(());
    }
    if desk.is_blocked(&from) {
        tracing::info!(
            desk = desk.key.as_str(),
            text.sid = text.sid,
            "a text from a blocked number was dropped"
        );
        return Ok(());
    }
    let pictures = text.pictures_by(Actor::Caller);
    if let Some(open) = tickets::open_for_caller(tx, desk.key.as_str(), &from, None).await? {
        let mut work = Work::on(ticket::lock(tx, &open.ticket.id).await?);
        if pictures.is_none() || !body.trim().is_empty() {
            work.happen(world, Event::Texted { body })?;
        }
        if let Some(came) = pictures {
            work.happen(world, came)?;
        }
        work.save(tx, world).await?;
        return Ok(());
    }
    let once = format!("answered {from}");
    let answer = usable_caller_id(desk, &text.from).is_some()
        && inbox::once_in(tx, &text.carrier, &once, ANSWERED_ONCE_IN, world.now).await?;
    let number = ticket::next_number(tx, &line.number).await?;
    let opened = Ticket::open(id.clone(), desk, &line.number, number, Some(from), world.now);
    let ticket = Ticket { severity: Severity::THREE, provisional: false, ..opened };
    let mut work = Work::on_new(Case::open(ticket));
    work.happen(world, Event::Wrote { body, answer })?;
    if let Some(came) = pictures {
        work.happen(world, came)?;
    }
    work.save(tx, world).await?;
    Ok(())
}
