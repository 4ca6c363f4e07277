//! Who is on call at an instant, and until when that holds without another look. All arithmetic: no turn is counted
//! from the start of the rota, so that the answer costs the same after ten years.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{HandOff, Layer, Override, Rota, Turn};
use crate::clock::Timestamp;
use crate::rules::hours::{hold, next_edge};
use crate::rules::people::AgentKey;
use crate::rules::zone::ZoneBook;

/// Someone on call, and what part of the rota says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnCall<'a> {
    /// Whom the pager rings.
    pub agent: &'a AgentKey,
    /// Where the rota says so.
    pub place: Place,
}

/// A part of a rota.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The layer of that index, from 0.
    Layer(usize),
    /// The override of that index, from 0.
    Override(usize),
}

impl Rota {
    /// Who is on call at `at`; `None` in a gap.
    pub fn on_call(&self, book: &ZoneBook, at: Timestamp) -> Option<OnCall<'_>> {
        self.resolve(book.to_steady(self.zone, at)).0
    }

    /// Who is on call at `wall` of the steady clock, and the first time after it at which that may change; `None` if it
    /// cannot.
    pub(super) fn resolve(&self, wall: NaiveDateTime) -> (Option<OnCall<'_>>, Option<NaiveDateTime>) {
        let mut until: Option<NaiveDateTime> = None;
        let mut earlier = |edge: Option<NaiveDateTime>| {
            until = until.into_iter().chain(edge).min();
        };
        let mut on_call = None;
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let (agent, edge) = layer.resolve(wall);
            earlier(edge);
            if let Some(agent) = agent {
                on_call = Some(OnCall { agent, place: Place::Layer(index) });
                // What lies below cannot be seen.
                break;
            }
        }
        for (index, change) in self.overrides.iter().enumerate() {
            earlier([change.from, change.to].into_iter().filter(|edge| *edge > wall).min());
            if change.applies(wall, on_call) {
                on_call = Some(OnCall { agent: &change.agent, place: Place::Override(index) });
            }
        }
        (on_call, until)
    }
}

impl Override {
    fn applies(&self, wall: NaiveDateTime, on_call: Option<OnCall<'_>>) -> bool {
        self.from <= wall
            && wall < self.to
            && self
                .replaces
                .as_ref()
                .is_none_or(|replaced| on_call.is_some_and(|held| held.agent == replaced))
    }
}

impl Layer {
    /// Which turn it is on the wall clock, from the first on; before it, negative or none.
    pub(super) fn turn(&self, wall: NaiveDateTime) -> i64 {
        let first = self.hand_off.first(self.starts);
        (wall - first).num_milliseconds() / self.every.length().num_milliseconds()
    }

    /// When that turn begins.
    pub(super) fn turn_begins(&self, turn: i64) -> NaiveDateTime {
        self.hand_off.first(self.starts) + self.every.length() * i32::try_from(turn).unwrap_or(i32::MAX)
    }

    /// Whose turn it is if the layer covers `wall`, and the first time after it at which that may change.
    fn resolve(&self, wall: NaiveDateTime) -> (Option<&AgentKey>, Option<NaiveDateTime>) {
        let begins = self.starts.and_time(self.hand_off.time);
        let ends = self.ends.map(|day| day.and_time(self.hand_off.time));
        if self.agents.is_empty() || ends.is_some_and(|ends| ends <= wall) {
            return (None, None);
        }
        if wall < begins {
            return (None, Some(begins));
        }
        let turn = self.turn(wall);
        let next_turn = self.turn_begins(turn + 1);
        let until = ends.map_or(next_turn, |ends| ends.min(next_turn));
        let agent = usize::try_from(turn).ok().and_then(|turn| self.agents.get(turn % self.agents.len()));
        if self.only.is_empty() {
            return (agent, Some(until));
        }
        let edge = next_edge(&self.only, wall).map_or(until, |edge| edge.min(until));
        (agent.filter(|_| hold(&self.only, wall)), Some(edge))
    }
}

impl HandOff {
    /// The hand-off that the turns of a layer are counted from: on its first day, or on the weekday before.
    fn first(self, starts: NaiveDate) -> NaiveDateTime {
        let back = self.weekday.map_or(0, |weekday| starts.weekday().days_since(weekday));
        (starts - Days::new(u64::from(back))).and_time(self.time)
    }
}

impl Turn {
    /// As a stretch of the wall clock.
    fn length(self) -> TimeDelta {
        TimeDelta::days(match self {
            Turn::Days(count) => i64::from(count.get()),
            Turn::Weeks(count) => 7 * i64::from(count.get()),
        })
    }
}
