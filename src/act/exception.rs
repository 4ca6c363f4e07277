//! What managers declare for a while is written down and ended here; what it means for callers and pages is told by
//! [`crate::rules::hours::Met`] and [`crate::rules::policy::Policy::targets`]. It ends by itself, without anything that
//! would have to happen then.

use super::audit::{Note, note};
use super::case::{Work, context};
use super::{ActError, Acts, By, World};
use crate::clock::Timestamp;
use crate::rules::case::Event;
use crate::rules::hours::exception::{Unfit, check};
use crate::rules::hours::{Declared, Exception, ExceptionId};
use crate::rules::ticket::TicketId;
use crate::store::{StoreError, Tx, exception as exceptions, ticket};

/// Emergencies that wait, of which those are looked for that are due at another time: more than wait at any desk.
const MOST_WAITING: i64 = 1000;

/// Why nothing was declared.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// It cannot be.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// There is no such desk.
    #[error("There is no such desk.")]
    NoDesk,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

struct Again {
    world: World,
    ticket: TicketId,
}

impl Acts {
    /// Declares something of a desk from now on until an instant, in the place of what it contradicts.
    pub async fn declare(
        &self,
        by: By,
        desk: &str,
        what: Declared,
        until: Timestamp,
    ) -> Result<Exception, DeclareError> {
        let now = self.clock().now();
        check(now, until)?;
        if self.desks().by_key(desk).is_none() {
            return Err(DeclareError::NoDesk);
        }
        let id = self.ids().mint(now);
        let exception = Exception { id, what, since: now, until, by: by.actor.clone() };
        let input = (by, desk.to_owned(), exception.clone());
        self.store().write(begin_one, input).await.map_err(ActError::from)?;
        // The next call must know it.
        self.keep_up().await?;
        Ok(exception)
    }

    /// Ends what was declared of a desk, unless it is over already; false if it was never declared.
    pub async fn end_declared(&self, by: By, desk: &str, id: &ExceptionId) -> Result<bool, ActError> {
        let input = (by, desk.to_owned(), id.clone(), self.clock().now());
        let ended = self.store().write(end_one, input).await?;
        self.keep_up().await?;
        Ok(ended)
    }

    /// What is declared of a desk now, the oldest first.
    pub fn declared(&self, desk: &str) -> Vec<Exception> {
        self.desks().exceptions_of(desk).at(self.clock().now()).cloned().collect()
    }

    /// Pages that wait for somebody to be there are due by what is known of that now: earlier, later, or at once.
    pub async fn move_waiting(&self) -> Result<(), ActError> {
        let world = self.world();
        let moved = self.store().read(moved, world.clone()).await?;
        for ticket in moved {
            self.store().write(again, Again { world: world.clone(), ticket }).await?;
        }
        Ok(())
    }
}

async fn moved(tx: &mut Tx, world: &World) -> Result<Vec<TicketId>, StoreError> {
    let mut moved = Vec::new();
    for case in ticket::due_later(tx, world.now, MOST_WAITING).await? {
        let Some(desk) = world.desks.by_key(&case.ticket.desk) else { continue };
        if case.is_due_otherwise(&context(world, desk, &case)?) {
            moved.push(case.ticket.id);
        }
    }
    Ok(moved)
}

async fn again(tx: &mut Tx, Again { world, ticket: id }: &Again) -> Result<(), StoreError> {
    let mut work = Work::on(ticket::lock(tx, id).await?);
    work.happen(world, Event::Due)?;
    work.save(tx, world).await?;
    Ok(())
}

async fn begin_one(tx: &mut Tx, (by, desk, exception): &(By, String, Exception)) -> Result<(), StoreError> {
    let was = begin(tx, by, desk, exception).await?;
    note_begin(tx, by, desk, exception, was).await
}

async fn end_one(
    tx: &mut Tx,
    (by, desk, id, now): &(By, String, ExceptionId, Timestamp),
) -> Result<bool, StoreError> {
    let ended = end(tx, by, desk, Some(id), *now).await?;
    note_end(tx, by, desk, &ended, *now).await?;
    Ok(!ended.is_empty() || exceptions::is_known(tx, desk, id).await?)
}

/// Writes down what somebody declares, which takes the place of what it contradicts; that is answered, in a line.
pub(super) async fn begin(
    tx: &mut Tx,
    by: &By,
    desk: &str,
    exception: &Exception,
) -> Result<Option<String>, StoreError> {
    exceptions::change(tx, desk).await?;
    let mut was = None;
    for old in exceptions::of_desk(tx, desk, exception.since).await? {
        if exception.what.replaces(old.what) {
            exceptions::end(tx, &old.id, exception.since, &by.actor).await?;
            was = Some(told(&old));
        }
    }
    exceptions::insert(tx, desk, exception).await?;
    Ok(was)
}

/// The same in the audit log.
pub(super) async fn note_begin(
    tx: &mut Tx,
    by: &By,
    desk: &str,
    exception: &Exception,
    was: Option<String>,
) -> Result<(), StoreError> {
    let entry = Note {
        desk: Some(desk),
        before: was,
        after: Some(told(exception)),
        ..Note::of("exception.declare", desk)
    };
    note(tx, by, exception.since, entry).await
}

/// Ends one thing that was declared of a desk, or all that is; answers what.
pub(super) async fn end(
    tx: &mut Tx,
    by: &By,
    desk: &str,
    which: Option<&ExceptionId>,
    now: Timestamp,
) -> Result<Vec<Exception>, StoreError> {
    exceptions::change(tx, desk).await?;
    let mut ended = exceptions::of_desk(tx, desk, now).await?;
    ended.retain(|one| which.is_none_or(|id| one.id == *id));
    for one in &ended {
        exceptions::end(tx, &one.id, now, &by.actor).await?;
    }
    Ok(ended)
}

/// The same in the audit log.
pub(super) async fn note_end(
    tx: &mut Tx,
    by: &By,
    desk: &str,
    ended: &[Exception],
    now: Timestamp,
) -> Result<(), StoreError> {
    for one in ended {
        let entry = Note { desk: Some(desk), before: Some(told(one)), ..Note::of("exception.end", desk) };
        note(tx, by, now, entry).await?;
    }
    Ok(())
}

/// In a line.
fn told(exception: &Exception) -> String {
    format!("{} until {}", exception.what, exception.until)
}
