//! What time brings: deadlines of tickets and calls, the heartbeat, the sweep, and the auditor's questions.

use futures_util::{StreamExt, stream};

use super::case::Work;
use super::noted;
use super::{ActError, Acts, CarrierHealth, World};
use crate::clock::Timestamp;
use crate::rules::case::Event;
use crate::rules::number_check::REMEMBERED;
use crate::rules::ticket::TicketId;
use crate::store::{
    StoreError, Tx, call, gap_notice, idempotency, inbox, instance, invitation, mute, number_check, openid,
    outbox, recording, session, ticket, token,
};
use std::time::Duration;

/// Deadlines that are looked at in one go.
const BATCH: i64 = 256;

/// How long answers to webhooks and to programs are kept for repetitions.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long what was told of gaps is kept: longer than they are told ahead.
const GAPS_KEPT: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// What the auditor found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Open, unacknowledged emergencies with neither a deadline nor anything in the outbox, which were woken.
    pub forgotten: u64,
    /// Effects that wait longer than they should, and emergencies whose deadline nobody looked at.
    pub overdue: i64,
}

/// What a heartbeat told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// Effects that dead processes held, and that are free now.
    pub freed: u64,
    /// Processes that live, this one included.
    pub living: i64,
}

/// How long a ticket that cannot be dealt with waits for its next turn.
const DEFERRED: Duration = Duration::from_secs(5);

/// Transactions that are under way at once: on SQLite they share their flushes of the disk.
const AT_ONCE: usize = 32;

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
        let tickets = stream::iter(tickets).map(|ticket| self.tick_one(ticket)).buffered(AT_ONCE);
        let calls = stream::iter(calls).map(|(carrier, sid)| {
            let ask = AskAfter { world: self.world(), carrier, sid };
            async { self.store().write(ask_after, ask).await.map_err(ActError::from) }
        });
        // All have their turn; then the first that could not be dealt with is told.
        let ends: Vec<_> = tickets.chain(calls.buffered(AT_ONCE)).collect().await;
        ends.into_iter().collect::<Result<(), ActError>>().map(|()| some)
    }

    /// One that is beyond reading is passed over for a while, so that it does not stand before the others.
    async fn tick_one(&self, ticket: TicketId) -> Result<(), ActError> {
        match self.store().write(tick, Tick { world: self.world(), ticket: ticket.clone() }).await {
            Err(error @ StoreError::Fault(_)) => {
                tracing::error!(ticket.id = %ticket, %error, "a ticket that is due cannot be dealt with");
                if let Err(error) = self.page_unread(&ticket).await {
                    tracing::error!(ticket.id = %ticket, %error, "nor can anybody be told of it");
                }
                Ok(self.store().write(defer, (ticket, self.clock().now() + DEFERRED)).await?)
            }
            end => Ok(end?),
        }
    }

    /// Does what time and changes ask for of rotas, none of which is urgent; true if there was anything.
    pub async fn keep_rotas(&self) -> Result<bool, ActError> {
        let covers = self.keep_covers().await?;
        Ok(self.watch_gaps().await? | covers)
    }

    /// When time asks for something next: a ticket, a call, or the outbox.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, ActError> {
        Ok(self.store().read(next_due, ()).await?)
    }

    /// Says that this process lives, and how it finds the carriers; keeps what it has noted; frees what dead ones held.
    pub async fn beat(&self, carriers: &[CarrierHealth]) -> Result<Beat, ActError> {
        let told = serde_json::to_string(carriers).ok();
        let now = self.clock().now();
        let due = self.0.noted.due(now);
        let input =
            Beating { id: self.0.instance.clone(), node: self.0.node.clone(), told, due: due.clone(), now };
        let beat = self.store().write(beat, input).await?;
        self.0.noted.kept(&due, now);
        Ok(beat)
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
        Some(due) if due <= world.now => work.happen(world, Event::Due)?,
        // Nobody has it, nobody will ever be asked: the auditor woke it.
        None if work.case().is_forgotten() => work.happen(world, Event::Forgotten)?,
        // It was dealt with meanwhile, or the auditor woke it too soon.
        due => return ticket::look_again(tx, id, due).await,
    };
    work.save(tx, world).await?;
    Ok(())
}

async fn defer(tx: &mut Tx, (id, due): &(TicketId, Timestamp)) -> Result<(), StoreError> {
    ticket::look_again(tx, id, Some(*due)).await
}

async fn ask_after(tx: &mut Tx, ask: &AskAfter) -> Result<(), StoreError> {
    super::outcome::ask_after(tx, &ask.world, &ask.carrier, &ask.sid).await
}

async fn next_due(tx: &mut Tx, (): &()) -> Result<Option<Timestamp>, StoreError> {
    let all = [ticket::next_due(tx).await?, call::next_deadline(tx).await?, outbox::next_due(tx).await?];
    Ok(all.into_iter().flatten().min())
}

struct Beating {
    id: String,
    node: String,
    told: Option<String>,
    due: noted::Due,
    now: Timestamp,
}

async fn beat(tx: &mut Tx, Beating { id, node, told, due, now }: &Beating) -> Result<Beat, StoreError> {
    let freed = instance::beat(tx, id, node, told.as_deref(), *now).await?;
    for (carrier, at) in &due.heard {
        instance::keep_heard(tx, carrier, *at).await?;
    }
    for (hash, at) in &due.used {
        token::keep_use(tx, hash, *at).await?;
    }
    Ok(Beat { freed, living: instance::living(tx, *now).await? })
}

async fn stop(tx: &mut Tx, (id,): &(String,)) -> Result<(), StoreError> {
    instance::stop(tx, id).await
}

async fn audit(tx: &mut Tx, now: &Timestamp) -> Result<Audit, StoreError> {
    let late = *now - Duration::from_secs(60);
    Ok(Audit {
        forgotten: ticket::wake_forgotten(tx, *now).await?,
        overdue: outbox::overdue(tx, late).await? + ticket::overdue(tx, late).await?,
    })
}

async fn tidy(tx: &mut Tx, now: &Timestamp) -> Result<(), StoreError> {
    inbox::forget(tx, *now - KEPT).await?;
    idempotency::forget(tx, *now - KEPT).await?;
    recording::forget_links(tx, *now).await?;
    session::forget(tx, *now).await?;
    invitation::forget(tx, *now).await?;
    openid::forget(tx, *now).await?;
    gap_notice::forget(tx, *now - GAPS_KEPT).await?;
    mute::forget(tx, *now).await?;
    number_check::forget(tx, *now - REMEMBERED).await?;
    Ok(())
}
