//! Rows that are not what they seem: claimed before by somebody who never said what came of it, overtaken by events, or
//! beyond reading.

use std::collections::BTreeSet;

use super::call::ticket_of;
use super::case::Work;
use super::job::send_text;
use super::query::first_paged;
use super::{ActError, Acts, World};
use crate::rules::case::Event;
use crate::rules::effect::{AttemptId, Brief, Message};
use crate::rules::page::Sent;
use crate::rules::policy::MethodKind;
use crate::rules::severity::Severity;
use crate::rules::ticket::TicketId;
use crate::store::{Claimed, StoreError, Tx, inbox, outbox, ticket, tickets};

/// How an attempt stands whose row is claimed again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// No carrier is known to have it, and it was not taken back: it is still to be sent.
    pub is_pending: bool,
    /// Texts and calls that are other attempts' to the same agent, over or not, by the carriers' ids.
    pub others: BTreeSet<String>,
}

struct Unread {
    world: World,
    ticket: TicketId,
}

struct Poison {
    world: World,
    attempt: AttemptId,
}

impl Acts {
    /// How an attempt stands; one that is forgotten is not to be sent.
    pub async fn standing(&self, attempt: &AttemptId) -> Result<Standing, ActError> {
        Ok(self.store().read(standing, attempt.clone()).await?)
    }

    /// Puts a row away that nobody can carry out. An attempt that it belonged to is asked for again, in new words, so
    /// that its agent is paged all the same.
    pub async fn quarantine(&self, claimed: &Claimed) -> Result<(), ActError> {
        let attempt = self.store().write(put_away, (claimed.id.clone(), claimed.fence)).await?;
        if let Some(attempt) = attempt {
            // A transaction of its own: whatever is wrong with the ticket, the row is out of the way.
            let poison = Poison { world: self.world(), attempt: AttemptId::from_text(attempt) };
            self.store().write(ask_again, poison).await?;
        }
        Ok(())
    }

    /// Texts whoever is on call, once, that there is an emergency whose ticket cannot be read: its number is all that
    /// is known of it.
    pub(super) async fn page_unread(&self, ticket: &TicketId) -> Result<(), ActError> {
        let unread = Unread { world: self.world(), ticket: ticket.clone() };
        Ok(self.store().write(page_unread, unread).await?)
    }
}

async fn standing(tx: &mut Tx, attempt: &AttemptId) -> Result<Standing, StoreError> {
    let Some(case) = ticket::read_if_any(tx, &ticket_of(attempt.as_str())).await? else {
        return Ok(Standing::default());
    };
    let Some(known) = case.attempts.iter().find(|known| known.id == *attempt) else {
        return Ok(Standing::default());
    };
    let mut others = BTreeSet::new();
    for other in tickets::open_for_agent(tx, &case.ticket.desk, &known.agent).await? {
        for one in other.attempts.iter().filter(|one| one.id != *attempt) {
            others.extend(one.sids.iter().cloned());
        }
    }
    Ok(Standing { is_pending: known.is_pending(), others })
}

async fn put_away(tx: &mut Tx, (id, fence): &(String, i64)) -> Result<Option<String>, StoreError> {
    outbox::quarantine(tx, id, *fence).await
}

async fn ask_again(tx: &mut Tx, Poison { world, attempt }: &Poison) -> Result<(), StoreError> {
    let Some(loaded) = ticket::lock_if_any(tx, &ticket_of(attempt.as_str())).await? else { return Ok(()) };
    let mut work = Work::on(loaded);
    let outcome = Sent::NotYet { carrier: "the outbox".into(), why: "its row cannot be read".into() };
    work.happen(world, Event::Sent { attempt: attempt.clone(), outcome })?;
    work.save(tx, world).await?;
    Ok(())
}

async fn page_unread(tx: &mut Tx, Unread { world, ticket: id }: &Unread) -> Result<(), StoreError> {
    let Some((desk, number)) = ticket::unread_emergency(tx, id).await? else { return Ok(()) };
    let desk = world.desk(&desk)?;
    if !inbox::once(tx, "", &format!("unread {id}"), world.now).await? {
        return Ok(());
    }
    let brief = Brief {
        number,
        severity: Severity::ONE,
        customer: None,
        callback: None,
        what: None,
        recording: false,
    };
    for key in first_paged(world, desk, None) {
        let Some(agent) = desk.agent(&key) else { continue };
        let Some(to) = agent.numbers(MethodKind::Sms).next() else { continue };
        let body = world.words_for_agent(desk, agent, &Message::Page(brief.clone()));
        send_text(tx, world, &format!("unread-{id}-{key}"), to, None, body).await?;
    }
    Ok(())
}
