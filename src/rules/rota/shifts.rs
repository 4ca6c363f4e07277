//! The rota as a calendar shows it: shifts, gaps and changes. Found by asking [`Rota::resolve`] again at each instant up
//! to which its last answer holds, so that they cannot disagree with whom the pager rings.

use std::time::Duration;

use serde::Serialize;

use super::{Place, Rota};
use crate::clock::Timestamp;
use crate::rules::people::AgentKey;
use crate::rules::zone::ZoneBook;

/// A stretch in which one agent is on call by one part of the rota.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shift {
    /// Who is on call.
    pub agent: AgentKey,
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
    /// What part of the rota says so.
    pub place: Place,
}

/// A stretch in which nobody is on call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Gap {
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
}

/// A stretch of a rota, with whoever is on call in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held<'a> {
    /// `None` in a gap.
    pub agent: Option<&'a AgentKey>,
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
}

/// How far [`Rota::next_change`] looks: past a year's turn.
const A_YEAR: Duration = Duration::from_secs(400 * 24 * 60 * 60);

impl Rota {
    /// The shifts from `from` to `to`, in order; the first and the last are cut there. Turns of one agent that follow
    /// each other in one layer are one shift.
    pub fn shifts(&self, book: &ZoneBook, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Shift> {
        self.stretches(book, from, to).filter_map(|stretch| {
            let (agent, place) = stretch.held?;
            Some(Shift { agent: agent.clone(), from: stretch.from, to: stretch.to, place })
        })
    }

    /// The stretches from `from` to `to` in which nobody is on call, in order; the first and the last are cut there.
    pub fn gaps(&self, book: &ZoneBook, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Gap> {
        self.stretches(book, from, to)
            .filter(|stretch| stretch.held.is_none())
            .map(|stretch| Gap { from: stretch.from, to: stretch.to })
    }

    /// Shifts and gaps from `from` to `to`, each end the next beginning; the first and the last are cut there.
    pub fn held(&self, book: &ZoneBook, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Held<'_>> {
        self.stretches(book, from, to).map(|stretch| Held {
            agent: stretch.agent(),
            from: stretch.from,
            to: stretch.to,
        })
    }

    /// The first instant after `at` at which someone else is on call, or nobody, or somebody at last; `None` if that
    /// does not come within 400 days.
    pub fn next_change(&self, book: &ZoneBook, at: Timestamp) -> Option<Timestamp> {
        let mut stretches = self.stretches(book, at, at + A_YEAR);
        let now = stretches.next()?.agent();
        stretches.find(|stretch| stretch.agent() != now).map(|stretch| stretch.from)
    }

    /// Everything from `from` to `to`, gaps included, each end the next beginning.
    fn stretches(
        &self,
        book: &ZoneBook,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Stretch<'_>> {
        let mut pieces = self.pieces(book, from, to).peekable();
        std::iter::from_fn(move || {
            let mut stretch = pieces.next()?;
            while let Some(next) = pieces.next_if(|next| next.held == stretch.held) {
                stretch.to = next.to;
            }
            Some(stretch)
        })
    }

    /// The same, cut wherever an answer of [`Rota::resolve`] ends.
    fn pieces(&self, book: &ZoneBook, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Stretch<'_>> {
        let mut at = from;
        std::iter::from_fn(move || {
            if at >= to {
                return None;
            }
            let (on_call, until) = self.resolve(book.to_steady(self.zone, at));
            let end = until.map_or(to, |wall| book.to_instant(self.zone, wall).min(to));
            let piece = Stretch { held: on_call.map(|held| (held.agent, held.place)), from: at, to: end };
            at = end;
            Some(piece)
        })
    }
}

/// A stretch of the rota with one answer.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    held: Option<(&'a AgentKey, Place)>,
    from: Timestamp,
    to: Timestamp,
}

impl<'a> Stretch<'a> {
    fn agent(&self) -> Option<&'a AgentKey> {
        self.held.map(|(agent, _)| agent)
    }
}
