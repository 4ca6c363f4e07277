//! Leave is written down and taken away; from calendars it comes by `leave_calendar`. What it means for rotas is
//! [`crate::rules::leave`]'s.

use super::audit::{Note, note};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::cover::{LONGEST_NOTE, Span};
use crate::rules::leave::{Leave, LeaveId, Origin};
use crate::rules::people::AgentKey;
use crate::store::{StoreError, Tx, leave as leaves, leave_calendar as calendars};

/// The most absences that are looked at.
const MOST: u16 = 1000;

/// The longest absence, in days: beyond it somebody is no agent of the desk any more.
const LONGEST: i64 = 400;

/// A place in a list of absences: behind that one.
pub type AfterLeave = (Timestamp, LeaveId);

/// The absences of a desk's agents that are not over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absences {
    /// The first to begin first.
    pub coming: Vec<Leave>,
    /// Whether there are more, which begin later than these.
    pub more: bool,
}

/// Why an absence was not written down.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// It ends before it begins.
    #[error("It ends before it begins.")]
    Backwards,
    /// It is over.
    #[error("That is over already.")]
    Over,
    /// It is too long.
    #[error("Write {LONGEST} days at most.")]
    TooLong,
    /// The note is too long.
    #[error("Write {LONGEST_NOTE} characters at most.")]
    LongNote,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

struct Add {
    by: By,
    desk: String,
    leave: Leave,
    now: Timestamp,
}

impl Acts {
    /// Writes down that an agent of a desk is away.
    pub async fn add_leave(
        &self,
        by: By,
        desk: &str,
        (agent, span, note): (AgentKey, Span, String),
    ) -> Result<(), LeaveError> {
        let now = self.clock().now();
        if span.to <= span.from {
            return Err(LeaveError::Backwards);
        }
        if span.to <= now {
            return Err(LeaveError::Over);
        }
        if span.to.0 - span.from.0 > LONGEST * 24 * 60 * 60 * 1000 {
            return Err(LeaveError::TooLong);
        }
        if note.chars().count() > LONGEST_NOTE {
            return Err(LeaveError::LongNote);
        }
        let leave = Leave { id: self.ids().mint(now), agent, span, note, origin: Origin::Written };
        let add = Add { by, desk: desk.to_owned(), leave, now };
        Ok(self.store().write(add_leave, add).await.map_err(ActError::from)?)
    }

    /// Takes an absence away; whose it was, or none if there is none such.
    pub async fn remove_leave(&self, by: By, desk: &str, id: &LeaveId) -> Result<Option<AgentKey>, ActError> {
        let input = (by, desk.to_owned(), id.clone(), self.clock().now());
        Ok(self.store().write(remove_leave, input).await?)
    }

    /// The absences of a desk's agents that are not over, written down or from calendars.
    pub async fn leaves(&self, desk: &str) -> Result<Absences, ActError> {
        self.leaves_after(desk, None, MOST).await
    }

    /// So many of them at the most, behind a place.
    pub async fn leaves_after(
        &self,
        desk: &str,
        after: Option<AfterLeave>,
        most: u16,
    ) -> Result<Absences, ActError> {
        let after = after.unwrap_or((Timestamp(i64::MIN), LeaveId::from_text("")));
        Ok(self.store().read(coming, (desk.to_owned(), self.clock().now(), after, most)).await?)
    }

    /// An absence of a desk's agent.
    pub async fn leave(&self, desk: &str, id: &LeaveId) -> Result<Option<Leave>, ActError> {
        Ok(self.store().read(one, (desk.to_owned(), id.clone())).await?)
    }
}

async fn add_leave(tx: &mut Tx, add: &Add) -> Result<(), StoreError> {
    let Add { by, desk, leave, now } = add;
    if leaves::insert(tx, desk, leave, (&by.actor, *now)).await? {
        let entry = Note {
            desk: Some(desk),
            after: Some(told(leave)),
            ..Note::of("leave.add", leave.agent.as_str())
        };
        note(tx, by, *now, entry).await?;
    }
    Ok(())
}

async fn remove_leave(
    tx: &mut Tx,
    (by, desk, id, now): &(By, String, LeaveId, Timestamp),
) -> Result<Option<AgentKey>, StoreError> {
    let Some(leave) = leaves::get(tx, desk, id).await? else { return Ok(None) };
    // Of two who take it away at once, one does.
    if leaves::remove(tx, id).await? == 0 {
        return Ok(None);
    }
    let entry = Note {
        desk: Some(desk),
        before: Some(told(&leave)),
        ..Note::of("leave.remove", leave.agent.as_str())
    };
    note(tx, by, *now, entry).await?;
    Ok(Some(leave.agent))
}

/// In a line; what he says of it is nobody's who reads the log.
fn told(leave: &Leave) -> String {
    format!("{} to {}", leave.span.from, leave.span.to)
}

async fn one(tx: &mut Tx, (desk, id): &(String, LeaveId)) -> Result<Option<Leave>, StoreError> {
    match leaves::get(tx, desk, id).await? {
        Some(written) => Ok(Some(written)),
        None => Ok(of_calendars(tx, desk).await?.into_iter().find(|leave| leave.id == *id)),
    }
}

/// What calendars say.
async fn of_calendars(tx: &mut Tx, desk: &str) -> Result<Vec<Leave>, StoreError> {
    let mut found = Vec::new();
    for calendar in calendars::of_desk(tx, desk).await? {
        found.extend((0..).zip(&calendar.spans).map(|(place, span)| Leave {
            id: calendar.id.child('l', place),
            agent: calendar.agent.clone(),
            span: *span,
            note: String::new(),
            origin: Origin::Calendar,
        }));
    }
    Ok(found)
}

async fn coming(
    tx: &mut Tx,
    (desk, now, after, most): &(String, Timestamp, AfterLeave, u16),
) -> Result<Absences, StoreError> {
    let (begins, id) = after;
    let mut coming = leaves::ending_after(tx, desk, *now, (*begins, id), i64::from(*most) + 1).await?;
    let follows = |leave: &Leave| leave.span.to > *now && (leave.span.from, &leave.id) > (*begins, id);
    coming.extend(of_calendars(tx, desk).await?.into_iter().filter(follows));
    coming.sort_by(|one, other| (one.span.from, &one.id).cmp(&(other.span.from, &other.id)));
    let more = coming.len() > usize::from(*most);
    coming.truncate((*most).into());
    Ok(Absences { coming, more })
}
