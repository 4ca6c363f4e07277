//! How calls in support hours reach the daytime desk, and how blocked callers are turned away: `[daytime]` and
//! `turn_away` of a desk's file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules::policy::Seconds;

/// How a call is put through to the daytime desk, and what follows if nobody there picks up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = DeskDaytime)]
pub struct Daytime {
    /// How long its telephone rings, if the voice flow does not say.
    pub ring: Seconds,
    /// How long a talk may last, if the voice flow does not say; as long as the carrier allows, if nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Seconds>,
    /// What follows if nobody picks up.
    pub unanswered: Unanswered,
}

impl Default for Daytime {
    fn default() -> Daytime {
        Daytime { ring: Seconds(30), limit: None, unanswered: Unanswered::OnCall }
    }
}

impl Daytime {
    /// The shortest and the longest ring, in seconds: what carriers take.
    pub const RING: std::ops::RangeInclusive<u32> = 5..=120;
    /// The shortest and the longest talk, in seconds.
    pub const LIMIT: std::ops::RangeInclusive<u32> = 10..=14_400;

    /// Whether it is as if the file said nothing of it.
    pub fn is_usual(&self) -> bool {
        *self == Daytime::default()
    }
}

/// What follows if nobody at the daytime desk picks up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DaytimeUnanswered)]
pub enum Unanswered {
    /// The caller is asked whether it is an emergency, as at night.
    #[default]
    OnCall,
    /// He leaves a message for the desk; whoever is on call is paged only if he says that it cannot wait.
    Ticket,
}

/// How a blocked caller is turned away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnAway {
    /// The carrier says that the number is not in service.
    #[default]
    Refused,
    /// A busy tone.
    Busy,
    /// The call is answered, and one sentence is said.
    Sentence,
}

impl TurnAway {
    /// Whether it is as if the file said nothing of it.
    pub fn is_usual(&self) -> bool {
        *self == TurnAway::default()
    }
}
