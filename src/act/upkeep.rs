//! What time brings: deadlines of tickets and calls, the heartbeat, the sweep, and the auditor's questions.

use super::case::Work;
use super::{ActError, Acts, World};
use crate::clock::Timestamp;
use crate::rules::case::Event;
use crate::rules::ticket::TicketId;
use crate::store::{StoreError, Tx, call, instance, outbox, recording, ticket};
use std::time::Duration;

/// Deadlines that are looked at in one go.
const BATCH: i64 = 256;

/// How long answers to webhooks are kept for repetitions.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What the auditor found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Open, unacknowledged emergencies with neither a deadline nor anything in the outbox, which were woken.
    pub forgotten: u64,
    /// Effects that wait longer than they should.
    pub overdue: i64,
}

struct Tick {
    world: World,
    ticket: TicketId,
}

struct AskAfter {
    world: World,
    carrier: String,
    sid: String,
}

impl Acts {
    /// Does what time asks for; true if there was anything.
    pub async fn tick(&self) -> Result<bool, ActError> {
        let now = self.clock().now();
        let (tickets, calls) = self.store().read(due, now).await?;
        let some = !tickets.is_empty() || !calls.is_empty();
        for ticket in tickets {
            self.store().write(tick, Tick { world: self.world(), ticket }).await?;
        }
        for (carrier, sid) in calls {
            self.store().write(ask_after, AskAfter { world: self.world(), carrier, sid }).await?;
        }
        Ok(some)
    }

    /// When time asks for something next: a ticket, a call, or the outbox.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, ActError> {
        Ok(self.store().read(next_due, ()).await?)
    }

    /// Says that this process lives, and frees what dead ones held.
    pub async fn beat(&self) -> Result<u64, ActError> {
        let input = (self.0.instance.clone(), self.0.node.clone(), self.clock().now());
        Ok(self.store().write(beat, input).await?)
    }

    /// This process stops: whatever it held is free.
    pub async fn stop(&self) -> Result<(), ActError> {
        Ok(self.store().write(stop, (self.0.instance.clone(),)).await?)
    }

    /// Looks, by questions of its own, for emergencies that were forgotten and effects that wait too long.
    pub async fn audit(&self) -> Result<Audit, ActError> {
        Ok(self.store().write(audit, self.clock().now()).await?)
    }

    /// Forgets what has been kept long enough.
    pub async fn tidy(&self) -> Result<(), ActError> {
        Ok(self.store().write(tidy, self.clock().now()).await?)
    }
}

type Due = (Vec<TicketId>, Vec<(String, String)>);

async fn due(tx: &mut Tx, now: &Timestamp) -> Result<Due, StoreError> {
    Ok((ticket::due(tx, *now, BATCH).await?, call::silent(tx, *now, BATCH).await?))
}

async fn tick(tx: &mut Tx, Tick { world, ticket: id }: &Tick) -> Result<(), StoreError> {
    let mut work = Work::on(ticket::lock(tx, id).await?);
    match work.case().next_due() {
        Some(due) if due <= world.now => {
            work.happen(world, Event::Due)?;
        }
        // Done meanwhile, or the auditor woke it. It is written in any case: a date beside the document that is not
        // the document's would be due for ever.
        Some(_) => work.write_anew(),
        None => {
            work.happen(world, Event::Forgotten)?;
            work.write_anew();
        }
    }
    work.save(tx, world).await?;
    Ok(())
}

async fn ask_after(tx: &mut Tx, ask: &AskAfter) -> Result<(), StoreError> {
    super::outcome::ask_after(tx, &ask.world, &ask.carrier, &ask.sid).await
}

async fn next_due(tx: &mut Tx, (): &()) -> Result<Option<Timestamp>, StoreError> {
    let all = [ticket::next_due(tx).await?, call::next_deadline(tx).await?, outbox::next_due(tx).await?];
    Ok(all.into_iter().flatten().min())
}

async fn beat(tx: &mut Tx, (id, node, now): &(String, String, Timestamp)) -> Result<u64, StoreError> {
    instance::beat(tx, id, node, *now).await
}

async fn stop(tx: &mut Tx, (id,): &(String,)) -> Result<(), StoreError> {
    instance::stop(tx, id).await
}

async fn audit(tx: &mut Tx, now: &Timestamp) -> Result<Audit, StoreError> {
    Ok(Audit {
        forgotten: ticket::wake_forgotten(tx, *now).await?,
        overdue: outbox::overdue(tx, *now - Duration::from_secs(60)).await?,
    })
}

async fn tidy(tx: &mut Tx, now: &Timestamp) -> Result<(), StoreError> {
    call::forget(tx, *now - KEPT).await?;
    recording::forget_links(tx, *now).await?;
    Ok(())
}
