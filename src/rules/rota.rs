//! Who is on call when. A rota is a stack of layers, each a rotation of agents; a later layer lies above the earlier
//! ones and wins wherever it covers. Overrides lie on top of all layers, in their order: each changes what the layers
//! and the overrides before it say.
//!
//! What the rota shows is whom the pager rings: [`Rota::on_call`] and [`Rota::shifts`] are the same function, asked for one instant or
//! from change to change.
//!
//! Hand-offs, restrictions and overrides are times on the rota's wall clock ([`super::zone`]): in a gap they move
//! forward to its end, in a fold they happen at the first of the two. Every boundary is converted in the same way, so
//! that where one shift ends the next begins, and a shift over a clock change is as long as it is.

mod change;
mod difference;
pub mod fairness;
mod resolve;
mod shifts;
mod written;

use std::num::NonZeroU16;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

pub use difference::{Difference, differences};
pub use fairness::nights;
pub use resolve::{OnCall, Place};
pub use shifts::{Gap, Held, Shift};
pub use written::{WrittenLayer, WrittenOverride, WrittenRota};

use super::hours::WeeklySpan;
use super::people::AgentKey;
use super::zone::Zone;

/// Who is on call when. In files and JSON it is a [`WrittenRota`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenRota", into = "WrittenRota")]
pub struct Rota {
    /// The name by which policies call it.
    pub name: String,
    /// The zone of its wall clock.
    pub zone: Zone,
    /// The lowest first; the highest that covers an instant wins.
    pub layers: Vec<Layer>,
    /// In the order in which they were made; the last word counts.
    pub overrides: Vec<Override>,
}

/// A rotation: its agents take turns from `starts` on, without an end or until `ends`. A change with a date is written
/// as two layers: the old one ends on the day on which the new one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// In the order of their turns; the first begins. One may have several turns. Nobody covers an empty layer.
    pub agents: Vec<AgentKey>,
    /// How long a turn is.
    pub every: Turn,
    /// The day from whose hand-off on the layer covers.
    pub starts: NaiveDate,
    /// The day until whose hand-off it covers, later than `starts`; without one it goes on.
    pub ends: Option<NaiveDate>,
    /// When a turn ends and the next begins.
    pub hand_off: HandOff,
    /// The stretches of the week that it covers; all of it if there are none.
    pub only: Vec<WeeklySpan>,
}

/// How long a turn is, in days of the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// So many days.
    Days(NonZeroU16),
    /// So many weeks.
    Weeks(NonZeroU16),
}

/// When turns change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HandOff {
    /// For turns of weeks, the weekday; `None` is that of the layer's start. A layer that starts in mid-week has a
    /// shorter first turn.
    pub weekday: Option<Weekday>,
    /// The time on the wall.
    pub time: NaiveTime,
}

/// A stretch in which someone else is on call than the layers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Its first minute on the rota's wall clock.
    pub from: NaiveDateTime,
    /// The minute before which it ends.
    pub to: NaiveDateTime,
    /// Who is on call.
    pub agent: AgentKey,
    /// In whose place; `None` is in the place of whoever it may be, nobody included.
    pub replaces: Option<AgentKey>,
}

#[cfg(test)]
mod tests;
