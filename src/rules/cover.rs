//! Cover: an agent asks colleagues to be on call in his place for a part of a shift, or offers a swap for a part of
//! theirs. One of them takes it; a manager approves where the desk wants that; what was agreed becomes overrides of the
//! rota, which keep following the shift beneath ([`follow`]). Whatever happens is decided here, each step once: who
//! comes second is told what became of it.

mod deal;
mod follow;
#[cfg(test)]
mod tests;
mod told;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use deal::{Cannot, Deed};
pub use follow::{Follow, Followed, follow};
pub use told::{CoverNews, Happened, Reader, Told};

use super::people::AgentKey;
use super::rota::{Override, Rota, WrittenOverride};
use super::zone::ZoneBook;
use crate::clock::Timestamp;
use crate::id::Id;

/// By which a request is named in addresses and tables.
pub type CoverId = Id<Cover>;

/// The most characters of a note.
pub const LONGEST_NOTE: usize = 200;

/// How long before its beginning whoever asked is reminded that nobody has taken it.
const REMINDERS: [Duration; 2] = [Duration::from_secs(24 * 60 * 60), Duration::from_secs(2 * 60 * 60)];

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
}

impl Span {
    /// Whether the two have an instant in common.
    pub fn meets(self, other: Span) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Whether all of the other lies in this.
    pub fn holds(self, other: Span) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// A request for cover, or the offer of a swap.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cover {
    /// Its name.
    pub id: CoverId,
    /// The rota of whose shifts it is about.
    pub rota: String,
    /// Whose shift it is.
    pub asker: AgentKey,
    /// For which part of the shift somebody else is to be on call.
    pub span: Span,
    /// In a swap, the part of the other's shift that the asker takes for it.
    pub in_return: Option<Span>,
    /// Who may take it; in a swap, the one whose shift that is.
    pub asked: Vec<AgentKey>,
    /// Of those, who will not.
    pub declined: Vec<AgentKey>,
    /// What the asker says of it, in his own words.
    pub note: String,
    /// Since when he asks.
    pub asked_at: Timestamp,
    /// How it stands.
    pub state: State,
    /// How often it has changed: whoever changes it says which he saw.
    pub step: u32,
}

/// How a request stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody has taken it yet.
    Open,
    /// Somebody has, and a manager is to approve.
    Taken {
        /// Who.
        by: AgentKey,
    },
    /// It is in the rota.
    Agreed {
        /// Who takes the shift.
        by: AgentKey,
        /// Who approved, where the desk wants that.
        approved_by: Option<String>,
        /// The overrides that stand for it, in the words of this program: the first for the span, in a swap the second
        /// for what is given in return.
        written: Vec<WrittenOverride>,
    },
    /// Nothing comes of it any more.
    Over {
        /// Why.
        end: End,
        /// Who had taken it.
        by: Option<AgentKey>,
    },
}

/// Why nothing comes of a request any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The asker, or a manager, took it back.
    Withdrawn,
    /// Nobody who was asked will.
    Declined,
    /// The manager will not have it.
    Refused,
    /// It began before it was agreed.
    Lapsed,
    /// The shift beneath is another's now, and it cannot be told where it went.
    Adrift,
    /// Its overrides were taken out of the rota.
    Undone,
    /// It has been.
    Past,
}

impl Cover {
    /// Who has taken it.
    pub fn taker(&self) -> Option<&AgentKey> {
        match &self.state {
            State::Open => None,
            State::Taken { by } | State::Agreed { by, .. } => Some(by),
            State::Over { by, .. } => by.as_ref(),
        }
    }

    /// Whether it is a swap.
    pub fn is_swap(&self) -> bool {
        self.in_return.is_some()
    }

    /// Whether it waits for somebody: one who takes it, or one who approves.
    pub fn waits(&self) -> bool {
        matches!(self.state, State::Open | State::Taken { .. })
    }

    /// Whether time or a change of the rota may still change it.
    pub fn is_live(&self) -> bool {
        !matches!(self.state, State::Over { .. })
    }

    /// When its first part begins: it must be agreed by then.
    pub fn begins(&self) -> Timestamp {
        self.in_return.map_or(self.span.from, |other| other.from.min(self.span.from))
    }

    /// When its last part ends.
    pub fn ends(&self) -> Timestamp {
        self.in_return.map_or(self.span.to, |other| other.to.max(self.span.to))
    }

    /// The next instant after `now` at which time changes something about it.
    pub fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Open | State::Taken { .. } => {
                let reminders = REMINDERS.into_iter().map(|before| self.begins() - before);
                Some(reminders.filter(|at| *at > now).min().unwrap_or(self.begins()))
            }
            State::Agreed { .. } => Some(self.ends()),
            State::Over { .. } => None,
        }
    }

    /// Each part with the agent whose shift it is: the asker's, and in a swap the other's.
    pub fn parts<'a>(&'a self, taker: &'a AgentKey) -> Vec<(Span, &'a AgentKey, &'a AgentKey)> {
        let own = (self.span, &self.asker, taker);
        let other = self.in_return.map(|span| (span, taker, &self.asker));
        [Some(own), other].into_iter().flatten().collect()
    }

    /// What it writes into the rota if that agent takes it.
    pub fn overrides(&self, taker: &AgentKey, rota: &Rota, book: &ZoneBook) -> Vec<WrittenOverride> {
        let parts = self.parts(taker).into_iter();
        parts.map(|(span, of, by)| stand_in(span, of, by, rota, book)).collect()
    }
}

/// That somebody is on call in another's place.
fn stand_in(span: Span, of: &AgentKey, by: &AgentKey, rota: &Rota, book: &ZoneBook) -> WrittenOverride {
    WrittenOverride::from(Override {
        from: book.to_wall(rota.zone, span.from),
        to: book.to_wall(rota.zone, span.to),
        agent: by.clone(),
        replaces: Some(of.clone()),
    })
}

/// Whether a rota can say when a span begins and ends: in an hour that its wall shows a second time it cannot.
pub fn can_be_written(span: Span, rota: &Rota, book: &ZoneBook) -> bool {
    [span.from, span.to].into_iter().all(|at| book.repeats(rota.zone, at).is_none())
}

/// Whether an agent is on call by a rota at every instant of a span.
pub fn is_on_call(rota: &Rota, agent: &AgentKey, span: Span, book: &ZoneBook) -> bool {
    span.from < span.to && rota.held(book, span.from, span.to).all(|held| held.agent == Some(agent))
}
