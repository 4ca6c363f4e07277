//! What a manager wants to know of a stretch of time: how many calls and emergencies there were, how long callers
//! waited for a person and for their callback, and which promises were kept, and why not the others. Pure: in come the
//! [`Record`]s of the tickets that were opened in a [`Span`], out come figures. What a ticket's timeline says is told
//! line by line as it happens ([`Facts`]) and kept beside the ticket, so that a year is counted without reading a
//! timeline.
//!
//! A call that joined another ticket is a call and nothing more: the ticket that carries on is counted. Times are
//! counted for emergencies, from the moment since which each is one, and by the desk's wall clock for hours and days.

mod agents;
mod facts;
mod figures;
mod span;
mod spread;
mod target;
#[cfg(test)]
mod tests;

use chrono::NaiveDateTime;
use std::time::Duration;

pub use agents::{AgentFigures, by_agent, nights_woken};
pub use facts::{Deed, Downgrade, Facts, Resolution, Way};
pub use figures::{Figures, Kept, by_customer, by_desk, by_hour, by_hour_of_week, over_time};
pub use span::{Choice, NotASpan, Span, Unit};
pub use spread::{BUCKETS, Spread, buckets};
pub use target::{Reason, Verdict};

use super::desk::Desk;
use super::severity::Severity;
use super::ticket::TicketId;
use super::zone::ZoneBook;
use crate::clock::Timestamp;

/// A ticket as reports know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its identity.
    pub id: TicketId,
    /// The number that was called, in E.164.
    pub line: String,
    /// What people call it.
    pub number: i64,
    /// How bad it is now.
    pub severity: Severity,
    /// Where it stands: `open`, `abandoned`, `resolved` or `merged`.
    pub state: String,
    /// When the first webhook came.
    pub opened_at: Timestamp,
    /// What its timeline says.
    pub facts: Facts,
}

/// A record with what the desk's file makes of it: its hour on the wall, and which promises were kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The ticket.
    pub record: Record,
    /// The key of its desk.
    pub desk: String,
    /// When it was opened, on the desk's wall.
    pub wall: NaiveDateTime,
    /// Whether a person spoke with the caller in time, by the severity's response target.
    pub response: Verdict,
    /// Whether the agent who took the emergency called back within the desk's limit.
    pub callback: Verdict,
    /// Whether it was resolved in time, by the severity's resolution target.
    pub resolution: Verdict,
}

impl Item {
    /// By the desk's file as it is now.
    pub fn new(record: Record, desk: &Desk, book: &ZoneBook, now: Timestamp) -> Item {
        let of = |judge: fn(&Record, &Desk, &ZoneBook, Timestamp) -> Verdict| judge(&record, desk, book, now);
        Item {
            desk: desk.key.as_str().to_owned(),
            wall: book.to_wall(desk.zone(), record.opened_at),
            response: of(target::response),
            callback: of(target::callback),
            resolution: of(target::resolution),
            record,
        }
    }

    /// Whether it is a ticket of its own, and no call that joined another one.
    pub fn stands_alone(&self) -> bool {
        self.record.state != "merged"
    }

    /// Since when it is an emergency, if it is one.
    pub fn emergency_at(&self) -> Option<Timestamp> {
        self.record.facts.emergency_at.filter(|_| self.stands_alone())
    }

    /// How long an emergency waited until somebody had it.
    pub fn to_ack(&self) -> Option<Duration> {
        Some(self.record.facts.acked.as_ref()?.at.since(self.emergency_at()?))
    }

    /// How long an emergency waited until its caller was called back.
    pub fn to_callback(&self) -> Option<Duration> {
        Some(self.record.facts.called_back.as_ref()?.at.since(self.emergency_at()?))
    }
}
