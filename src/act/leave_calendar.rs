//! Leave from calendars: an address is kept, what was read there stands until something else is read, and whoever reads it
//! again does so for all processes. [`crate::engine`] reads; what is in the calendar comes here as spans alone, since what
//! somebody calls his absences is his own.

use std::time::Duration;

use secrecy::SecretString;

use super::audit::{Note, note};
use super::{ActError, Acts, By, World};
use crate::clock::Timestamp;
use crate::rules::cover::Span;
use crate::rules::people::AgentKey;
use crate::rules::zone::Zone;
use crate::store::leave_calendar::{self as calendars, LeaveCalendar};
use crate::store::{StoreError, Tx};

/// How far ahead calendars are read: further than leave is held against rotas.
pub const LEAVE_AHEAD: Duration = Duration::from_secs(366 * A_DAY);

const A_DAY: u64 = 24 * 60 * 60;

/// How often a calendar is read.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// How soon it is tried again while it cannot be read, and how soon after a day of it.
const AGAIN: Duration = Duration::from_secs(15 * 60);
const AGAIN_AT_LAST: Duration = Duration::from_secs(6 * 60 * 60);

/// How often all of it is read, whether it has changed or not: what repeats comes nearer by itself.
const WHOLE: Duration = Duration::from_secs(7 * A_DAY);

/// How long whoever took a calendar has for it.
const LEASE: Duration = Duration::from_secs(2 * 60);

/// How soon it is looked whether an agent is back who is none of the desk's.
const GONE: Duration = Duration::from_secs(A_DAY);

/// Calendars that one process reads at once: servers may be slow, and people at pages wait for the same way out.
const BATCH: i64 = 4;

/// The most absences that are named in the log.
const MOST_TOLD: usize = 20;

/// A calendar that somebody enters, as it was read.
#[derive(Clone, Debug)]
pub struct CalendarGiven {
    /// Whose.
    pub agent: AgentKey,
    /// Where it is.
    pub address: SecretString,
    /// Whether events shorter than a day count for nothing.
    pub whole_days: bool,
    /// What was read of it.
    pub read: CalendarRead,
}

/// What was read of a calendar.
#[derive(Clone, Debug, Default)]
pub struct CalendarRead {
    /// When he is away, in order of time.
    pub spans: Vec<Span>,
    /// The server's ETag.
    pub tag: Option<String>,
    /// The server's Last-Modified.
    pub modified: Option<String>,
}

/// A calendar that this process has taken to read it.
#[derive(Clone, Debug)]
pub struct CalendarTaken {
    /// As it is, its marks left out if all of it is to be read.
    pub calendar: LeaveCalendar,
    /// The agent's zone.
    pub zone: Zone,
    /// From when to when.
    pub span: (Timestamp, Timestamp),
}

/// What came of reading one.
#[derive(Clone, Debug)]
pub enum CalendarNews {
    /// It is as it was.
    Unchanged,
    /// It is this.
    Read(CalendarRead),
    /// It could not be read: why.
    Failed(String),
}

struct Keep {
    by: By,
    calendar: LeaveCalendar,
    now: Timestamp,
}

impl Acts {
    /// Keeps an agent's calendar, in the place of his former one.
    pub async fn keep_calendar(&self, by: By, desk: &str, given: CalendarGiven) -> Result<(), ActError> {
        let now = self.clock().now();
        let CalendarRead { spans, tag, modified } = given.read;
        let calendar = LeaveCalendar {
            id: self.ids().mint(now),
            desk: desk.to_owned(),
            agent: given.agent,
            address: given.address,
            whole_days: given.whole_days,
            spans,
            tag,
            modified,
            read_at: now,
            whole_at: now,
            failed: None,
            due: now + EVERY,
            step: 0,
        };
        Ok(self.store().write(keep, Keep { by, calendar, now }).await?)
    }

    /// Forgets an agent's calendar, and the leave that came of it; false if there is none.
    pub async fn forget_calendar(&self, by: By, desk: &str, agent: &AgentKey) -> Result<bool, ActError> {
        let input = (by, desk.to_owned(), agent.clone(), self.clock().now());
        Ok(self.store().write(forget, input).await?)
    }

    /// Has an agent's calendar read soon; false if there is none.
    pub async fn hasten_calendar(&self, desk: &str, agent: &AgentKey) -> Result<bool, ActError> {
        let input = (desk.to_owned(), agent.clone(), self.clock().now());
        Ok(self.store().write(hasten, input).await?)
    }

    /// The calendars of a desk's agents.
    pub async fn leave_calendars(&self, desk: &str) -> Result<Vec<LeaveCalendar>, ActError> {
        Ok(self.store().read(of_desk, (desk.to_owned(),)).await?)
    }

    /// Takes calendars whose time has come, so that nobody else reads them meanwhile.
    pub async fn take_calendars(&self) -> Result<Vec<CalendarTaken>, ActError> {
        Ok(self.store().write(take, self.world()).await?)
    }

    /// Writes down what came of a calendar that was taken; false if somebody has changed it since.
    pub async fn read_calendar(&self, taken: CalendarTaken, news: CalendarNews) -> Result<bool, ActError> {
        Ok(self.store().write(write_news, (taken, news, self.clock().now())).await?)
    }
}

async fn keep(tx: &mut Tx, Keep { by, calendar, now }: &Keep) -> Result<(), StoreError> {
    let was = calendars::lock(tx, &calendar.desk, &calendar.agent).await?;
    calendars::put(tx, calendar, (&by.actor, *now)).await?;
    let entry = Note {
        desk: Some(&calendar.desk),
        before: was.as_ref().map(told),
        after: Some(told(calendar)),
        ..Note::of("leave.calendar", calendar.agent.as_str())
    };
    note(tx, by, *now, entry).await
}

async fn forget(
    tx: &mut Tx,
    (by, desk, agent, now): &(By, String, AgentKey, Timestamp),
) -> Result<bool, StoreError> {
    let Some(calendar) = calendars::lock(tx, desk, agent).await? else { return Ok(false) };
    calendars::remove(tx, &calendar.id).await?;
    let entry = Note {
        desk: Some(desk),
        before: Some(told(&calendar)),
        ..Note::of("leave.calendar_forget", agent.as_str())
    };
    note(tx, by, *now, entry).await?;
    Ok(true)
}

async fn hasten(tx: &mut Tx, (desk, agent, now): &(String, AgentKey, Timestamp)) -> Result<bool, StoreError> {
    let Some(calendar) = calendars::lock(tx, desk, agent).await? else { return Ok(false) };
    calendars::change(tx, &LeaveCalendar { due: calendar.due.min(*now), ..calendar }).await
}

async fn of_desk(tx: &mut Tx, (desk,): &(String,)) -> Result<Vec<LeaveCalendar>, StoreError> {
    calendars::of_desk(tx, desk).await
}

/// Which server, and what counts: the rest of the address is a secret.
fn told(calendar: &LeaveCalendar) -> String {
    let counts = if calendar.whole_days { "whole days" } else { "whatever is busy" };
    format!("{}, {counts}", calendar.host())
}

async fn take(tx: &mut Tx, world: &World) -> Result<Vec<CalendarTaken>, StoreError> {
    let now = world.now;
    let mut taken = Vec::new();
    for calendar in calendars::due(tx, now, BATCH).await? {
        let desk = world.desks.by_key(&calendar.desk);
        let zone = desk.and_then(|desk| Some(desk.agent(&calendar.agent)?.zone.unwrap_or(desk.zone())));
        let due = now + if zone.is_some() { LEASE } else { GONE };
        let mut calendar = LeaveCalendar { due, ..calendar };
        calendars::change(tx, &calendar).await?;
        calendar.step += 1;
        let Some(zone) = zone else { continue };
        if calendar.whole_at + WHOLE <= now {
            (calendar.tag, calendar.modified) = (None, None);
        }
        taken.push(CalendarTaken { calendar, zone, span: (now, now + LEAVE_AHEAD) });
    }
    Ok(taken)
}

async fn write_news(
    tx: &mut Tx,
    (taken, news, now): &(CalendarTaken, CalendarNews, Timestamp),
) -> Result<bool, StoreError> {
    let now = *now;
    let was = &taken.calendar;
    let well = LeaveCalendar { read_at: now, failed: None, due: now + EVERY, ..was.clone() };
    let calendar = match news {
        CalendarNews::Unchanged => well,
        CalendarNews::Read(CalendarRead { spans, tag, modified }) => LeaveCalendar {
            spans: spans.clone(),
            tag: tag.clone(),
            modified: modified.clone(),
            whole_at: now,
            ..well
        },
        CalendarNews::Failed(why) => {
            let since = was.failed.as_ref().map_or(now, |(since, _)| *since);
            let again = if since + Duration::from_secs(A_DAY) <= now { AGAIN_AT_LAST } else { AGAIN };
            // The marks may have been left out to read all of it.
            LeaveCalendar { failed: Some((since, why.clone())), due: now + again, ..was.clone() }
        }
    };
    if !calendars::change(tx, &calendar).await? {
        return Ok(false);
    }
    let (gone, new) = changes(was, &calendar, now);
    if !gone.is_empty() || !new.is_empty() {
        let entry = Note {
            desk: Some(&was.desk),
            before: list(&gone),
            after: list(&new),
            ..Note::of("leave.calendar_change", was.agent.as_str())
        };
        note(tx, &By::time(), now, entry).await?;
    }
    Ok(true)
}

/// Absences that are no more, and that are new, as far as the one could know of them and the other still counts.
fn changes(was: &LeaveCalendar, is: &LeaveCalendar, now: Timestamp) -> (Vec<Span>, Vec<Span>) {
    let horizon = was.whole_at + LEAVE_AHEAD;
    let missing = |of: &[Span], from: &[Span]| -> Vec<Span> {
        let counts = |span: &&Span| span.to > now && span.from < horizon && !from.contains(span);
        of.iter().filter(counts).copied().collect()
    };
    (missing(&was.spans, &is.spans), missing(&is.spans, &was.spans))
}

fn list(spans: &[Span]) -> Option<String> {
    let each = spans.iter().take(MOST_TOLD).map(|span| format!("{} to {}", span.from, span.to));
    let mut told: Vec<String> = each.collect();
    if spans.len() > MOST_TOLD {
        told.push(format!("and {} more", spans.len() - MOST_TOLD));
    }
    (!told.is_empty()).then(|| told.join("; "))
}
