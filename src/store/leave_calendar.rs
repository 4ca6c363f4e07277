//! Calendars from which agents' leave is taken.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::cover::Span;
use crate::rules::people::AgentKey;

/// By which a calendar is named in tables.
pub type LeaveCalendarId = Id<LeaveCalendar>;

/// An agent's calendar of absences.
#[derive(Clone)]
pub struct LeaveCalendar {
    /// Its name.
    pub id: LeaveCalendarId,
    /// At which desk.
    pub desk: String,
    /// Whose.
    pub agent: AgentKey,
    /// Where it is read.
    pub address: SecretString,
    /// Whether events shorter than a day count for nothing.
    pub whole_days: bool,
    /// When he is away, as it was read last, in order of time.
    pub spans: Vec<Span>,
    /// The server's ETag of what was read.
    pub tag: Option<String>,
    /// The server's Last-Modified of it.
    pub modified: Option<String>,
    /// When it was last read well.
    pub read_at: Timestamp,
    /// When all of it was last read.
    pub whole_at: Timestamp,
    /// Since when it cannot be read, and why.
    pub failed: Option<(Timestamp, String)>,
    /// When it is read next.
    pub due: Timestamp,
    /// How often it has changed.
    pub step: i64,
}

impl LeaveCalendar {
    /// The server's name: as much of the address as may be shown.
    pub fn host(&self) -> &str {
        let rest = self.address.expose_secret().split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }
}

impl fmt::Debug for LeaveCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaveCalendar")
            .field("desk", &self.desk)
            .field("agent", &self.agent)
            .finish_non_exhaustive()
    }
}

#[derive(FromRow)]
struct Written {
    id: String,
    desk: String,
    agent: String,
    address: String,
    whole_days: i64,
    absences: String,
    tag: Option<String>,
    modified: Option<String>,
    read_at: Timestamp,
    whole_at: Timestamp,
    failed_since: Option<Timestamp>,
    failure: String,
    due: Timestamp,
    step: i64,
}

fn read(row: Written) -> Result<LeaveCalendar, StoreError> {
    let fault = |what: &str| StoreError::Fault(format!("leave_calendar {}: {what}", row.id));
    Ok(LeaveCalendar {
        agent: row.agent.parse().map_err(|_| fault("the row names no agent"))?,
        spans: serde_json::from_str(&row.absences).map_err(|_| fault("the absences cannot be read"))?,
        id: LeaveCalendarId::from_text(row.id),
        desk: row.desk,
        address: row.address.into(),
        whole_days: row.whole_days != 0,
        tag: row.tag,
        modified: row.modified,
        read_at: row.read_at,
        whole_at: row.whole_at,
        failed: row.failed_since.map(|since| (since, row.failure)),
        due: row.due,
        step: row.step,
    })
}

fn written(spans: &[Span]) -> Result<String, StoreError> {
    let fault = |error| StoreError::Fault(format!("leave_calendar: absences cannot be written: {error}"));
    serde_json::to_string(spans).map_err(fault)
}

/// Writes one down, in the place of the agent's former one.
pub async fn put(
    tx: &mut Tx,
    calendar: &LeaveCalendar,
    (by, now): (&str, Timestamp),
) -> Result<(), StoreError> {
    tx.execute(
        "insert into leave_calendar (id, desk, agent, address, whole_days, absences, tag, modified, read_at, whole_at, \
         failure, due, step, noted_by, noted_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13, $14) \
         on conflict (desk, agent) do update set id = $1, address = $4, whole_days = $5, absences = $6, tag = $7, \
         modified = $8, read_at = $9, whole_at = $10, failed_since = null, failure = '', due = $11, step = $12, \
         noted_by = $13, noted_at = $14",
        args![
            &calendar.id,
            calendar.desk.as_str(),
            calendar.agent.as_str(),
            calendar.address.expose_secret(),
            calendar.whole_days,
            written(&calendar.spans)?,
            calendar.tag.as_deref(),
            calendar.modified.as_deref(),
            calendar.read_at,
            calendar.whole_at,
            calendar.due,
            calendar.step,
            by,
            now
        ],
    )
    .await?;
    Ok(())
}

/// A desk's.
pub async fn of_desk(tx: &mut Tx, desk: &str) -> Result<Vec<LeaveCalendar>, StoreError> {
    let rows: Vec<Written> = tx
        .all(
            "select id, desk, agent, address, whole_days, absences, tag, modified, read_at, whole_at, failed_since, \
             failure, due, step from leave_calendar where desk = $1 order by agent",
            args![desk],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// An agent's, to change it.
pub async fn lock(tx: &mut Tx, desk: &str, agent: &AgentKey) -> Result<Option<LeaveCalendar>, StoreError> {
    let row: Option<Written> = tx
        .opt(
            "select id, desk, agent, address, whole_days, absences, tag, modified, read_at, whole_at, failed_since, \
             failure, due, step from leave_calendar where desk = $1 and agent = $2 /*pg for update*/",
            args![desk, agent.as_str()],
        )
        .await?;
    row.map(read).transpose()
}

/// Those that are to be read, to take them; those that somebody else is taking are passed over.
pub async fn due(tx: &mut Tx, now: Timestamp, most: i64) -> Result<Vec<LeaveCalendar>, StoreError> {
    let rows: Vec<Written> = tx
        .all(
            "select id, desk, agent, address, whole_days, absences, tag, modified, read_at, whole_at, failed_since, \
             failure, due, step from leave_calendar where due <= $1 order by due, id limit $2 \
             /*pg for update skip locked*/",
            args![now, most],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// Writes down what was read, or why nothing was, if it is as it was seen; `calendar.step` is the one that was seen.
/// False if it has changed since, or is no more.
pub async fn change(tx: &mut Tx, calendar: &LeaveCalendar) -> Result<bool, StoreError> {
    let (since, failure) = match &calendar.failed {
        Some((since, why)) => (Some(*since), why.as_str()),
        None => (None, ""),
    };
    let changed = tx
        .execute(
            "update leave_calendar set absences = $3, tag = $4, modified = $5, read_at = $6, whole_at = $7, \
             failed_since = $8, failure = $9, due = $10, step = step + 1 where id = $1 and step = $2",
            args![
                &calendar.id,
                calendar.step,
                written(&calendar.spans)?,
                calendar.tag.as_deref(),
                calendar.modified.as_deref(),
                calendar.read_at,
                calendar.whole_at,
                since,
                failure,
                calendar.due
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Takes one away.
pub async fn remove(tx: &mut Tx, id: &LeaveCalendarId) -> Result<u64, StoreError> {
    tx.execute("delete from leave_calendar where id = $1", args![id]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_server_is_shown() {
        for (address, host) in [
            ("https://calendar.example.com/private-4f2a/basic.ics", "calendar.example.com"),
            ("https://calendar.example.com:8443?key=4f2a", "calendar.example.com:8443"),
            ("https://calendar.example.com#4f2a", "calendar.example.com"),
            ("", ""),
        ] {
            let calendar = LeaveCalendar {
                id: LeaveCalendarId::from_text("c"),
                desk: "night".into(),
                agent: "ada".parse().unwrap(),
                address: address.to_owned().into(),
                whole_days: false,
                spans: Vec::new(),
                tag: None,
                modified: None,
                read_at: Timestamp(0),
                whole_at: Timestamp(0),
                failed: None,
                due: Timestamp(0),
                step: 0,
            };
            assert_eq!(calendar.host(), host);
            assert!(!format!("{calendar:?}").contains("4f2a"));
        }
    }
}
