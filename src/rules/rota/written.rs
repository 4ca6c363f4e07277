//! A rota as a person writes it in a desk file:
//!
//! ```toml
//! [[rota]]
//! name = "primary"
//! zone = "America/Denver" # without it, the desk's
//!
//! [[rota.layer]]
//! agents = ["ada", "ben", "cleo"]
//! every = "week" # or "day", "3 days", "2 weeks"
//! starts = 2026-01-05
//! ends = 2026-12-07 # until its hand-off on that day; without it, for good
//! hand_off = "09:00" # for weeks also "Mon 09:00"
//! only = ["Mon-Fri 18:00-08:00"] # without it, always
//!
//! [[rota.override]]
//! from = 2026-11-26T18:00
//! to = 2026-11-27T09:00
//! agent = "cleo"
//! replaces = "ada" # without it, whoever it may be
//! ```

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HandOff, Layer, Override, Rota, Turn};
use crate::rules::hours::{WeeklySpan, weekday};
use crate::rules::people::AgentKey;
use crate::rules::written::{Fault, Faults, Misread, Moment, in_one_text};
use crate::rules::zone::Zone;

/// A rota before it is read: texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskRota)]
pub struct WrittenRota {
    /// The name by which policies call it.
    pub name: String,
    /// An IANA zone name; left out, the desk's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The lowest first.
    #[serde(default)]
    pub layer: Vec<WrittenLayer>,
    /// In the order in which they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub r#override: Vec<WrittenOverride>,
}

/// A layer before it is read: texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotaLayer)]
pub struct WrittenLayer {
    /// Agents' short names.
    pub agents: Vec<String>,
    /// `day`, `week`, `3 days`, `2 weeks`.
    pub every: String,
    /// A date.
    pub starts: Moment,
    /// A later date; left out, the layer has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Moment>,
    /// `09:00` or `Mon 09:00`.
    pub hand_off: String,
    /// Weekly stretches; left out, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<String>>,
}

/// An override before it is read: texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotaOverride)]
pub struct WrittenOverride {
    /// A date with its time, on the rota's wall clock.
    pub from: Moment,
    /// A date with its time, on the rota's wall clock.
    pub to: Moment,
    /// An agent's short name.
    pub agent: String,
    /// An agent's short name; left out, everyone's place is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

impl WrittenRota {
    /// The rota, or everything that is wrong with it; paths begin below its `[[rota]]`. `is_agent` knows the desk's
    /// agents, `desk_zone` is for a rota without a zone of its own.
    pub fn read(&self, desk_zone: Zone, is_agent: &dyn Fn(&AgentKey) -> bool) -> Result<Rota, Vec<Fault>> {
        self.read_in(Some(desk_zone), is_agent)
    }

    fn read_in(
        &self,
        desk_zone: Option<Zone>,
        is_agent: &dyn Fn(&AgentKey) -> bool,
    ) -> Result<Rota, Vec<Fault>> {
        let mut faults = Faults::default();
        if self.name.trim().is_empty() {
            faults.note(&["name"], "the rota has no name", "write one, like \"primary\"");
        }
        let zone = match &self.zone {
            Some(name) => faults.take(&["zone"], name.parse()),
            None => desk_zone,
        };
        if zone.is_none() && self.zone.is_none() {
            faults.note(&["zone"], "the rota has no zone", "write an IANA name, like America/New_York");
        }
        if self.layer.is_empty() {
            faults.note(&["layer"], "the rota has no layer", "write at least one [[rota.layer]]");
        }
        let mut layers = Vec::with_capacity(self.layer.len());
        for (index, layer) in self.layer.iter().enumerate() {
            match layer.read(is_agent) {
                Ok(layer) => layers.push(layer),
                Err(within) => faults.note_within(&["layer", &index.to_string()], within),
            }
        }
        let mut overrides = Vec::with_capacity(self.r#override.len());
        for (index, written) in self.r#override.iter().enumerate() {
            match written.read(is_agent) {
                Ok(read) => overrides.push(read),
                Err(within) => faults.note_within(&["override", &index.to_string()], within),
            }
        }
        faults.finish(zone.map(|zone| Rota { name: self.name.clone(), zone, layers, overrides }))
    }
}

impl WrittenLayer {
    /// Everything that is wrong with it, if anything is.
    pub fn check(&self, is_agent: &dyn Fn(&AgentKey) -> bool) -> Result<(), Vec<Fault>> {
        self.read(is_agent).map(|_| ())
    }

    /// The same layer in the words in which this program would write it.
    pub fn plain(&self) -> WrittenLayer {
        self.layer().map_or_else(|| self.clone(), WrittenLayer::from)
    }

    /// What it says, whoever its agents are; none if it says nothing that can be.
    pub(super) fn layer(&self) -> Option<Layer> {
        self.read(&|_| true).ok()
    }

    fn read(&self, is_agent: &dyn Fn(&AgentKey) -> bool) -> Result<Layer, Vec<Fault>> {
        let mut faults = Faults::default();
        if self.agents.is_empty() {
            faults.note(&["agents"], "the layer has no agents", "list at least one, or leave the layer out");
        }
        let agents = faults.take_each(&["agents"], &self.agents, |text| agent(text, is_agent));
        let every = faults.take(&["every"], self.every.parse::<Turn>());
        let starts = faults.take(&["starts"], self.starts.date());
        let ends = self.ends.as_ref().and_then(|ends| faults.take(&["ends"], ends.date()));
        if starts.zip(ends).is_some_and(|(starts, ends)| ends <= starts) {
            faults.note(
                &["ends"],
                "the layer ends before it covers anything",
                "write a day later than `starts`, or leave the layer out",
            );
        }
        let hand_off = faults.take(&["hand_off"], self.hand_off.parse::<HandOff>());
        let only =
            faults.take_each(&["only"], self.only.as_deref().unwrap_or_default(), str::parse::<WeeklySpan>);
        if self.only.as_ref().is_some_and(Vec::is_empty) {
            faults.note(
                &["only"],
                "the layer never covers",
                "list its stretches, or leave `only` out for always",
            );
        }
        if let (Some(Turn::Days(_)), Some(HandOff { weekday: Some(_), .. })) = (every, hand_off) {
            faults.note(
                &["hand_off"],
                "a turn of days cannot change on one weekday",
                "write the time alone, or `every` in weeks",
            );
        }
        let whole = every.zip(starts).zip(hand_off);
        faults.finish(whole.map(|((every, starts), hand_off)| Layer {
            agents,
            every,
            starts,
            ends,
            hand_off,
            only,
        }))
    }
}

impl WrittenOverride {
    /// Everything that is wrong with it, if anything is.
    pub fn check(&self, is_agent: &dyn Fn(&AgentKey) -> bool) -> Result<(), Vec<Fault>> {
        self.read(is_agent).map(|_| ())
    }

    /// The same override in the words in which this program would write it.
    pub fn plain(&self) -> WrittenOverride {
        self.read(&|_| true).map_or_else(|_| self.clone(), WrittenOverride::from)
    }

    fn read(&self, is_agent: &dyn Fn(&AgentKey) -> bool) -> Result<Override, Vec<Fault>> {
        let mut faults = Faults::default();
        let from = faults.take(&["from"], self.from.wall());
        let to = faults.take(&["to"], self.to.wall());
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            faults.note(&["to"], "the override ends before it begins", "write a `to` later than `from`");
        }
        let by = faults.take(&["agent"], agent(&self.agent, is_agent));
        let replaces =
            self.replaces.as_ref().and_then(|replaced| faults.take(&["replaces"], agent(replaced, is_agent)));
        if by.is_some() && by == replaces {
            faults.note(&["replaces"], "the override changes nothing", "name two different agents");
        }
        let whole = from.zip(to).zip(by);
        faults.finish(whole.map(|((from, to), agent)| Override { from, to, agent, replaces }))
    }
}

fn agent(text: &str, is_agent: &dyn Fn(&AgentKey) -> bool) -> Result<AgentKey, Misread> {
    let key: AgentKey = text.parse()?;
    if is_agent(&key) {
        Ok(key)
    } else {
        Err(Misread::new(text, "no agent of this desk", "add the agent, or correct the name"))
    }
}

impl FromStr for Turn {
    type Err = Misread;
    fn from_str(text: &str) -> Result<Turn, Misread> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (count, unit) = match words[..] {
            [unit] => (Some(NonZeroU16::MIN), unit),
            [count, unit] => (count.parse().ok(), unit),
            _ => (None, ""),
        };
        match (count, unit) {
            (Some(count), "day" | "days") => Ok(Turn::Days(count)),
            (Some(count), "week" | "weeks") => Ok(Turn::Weeks(count)),
            _ => Err(Misread::new(text, "no length of a turn", "write day, week, 3 days or 2 weeks")),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Turn::Days(NonZeroU16::MIN) => f.write_str("day"),
            Turn::Days(count) => write!(f, "{count} days"),
            Turn::Weeks(NonZeroU16::MIN) => f.write_str("week"),
            Turn::Weeks(count) => write!(f, "{count} weeks"),
        }
    }
}

impl FromStr for HandOff {
    type Err = Misread;
    fn from_str(text: &str) -> Result<HandOff, Misread> {
        let (day, time) = match text.trim().split_once(' ') {
            Some((day, time)) => (Some(weekday(day)?), time.trim()),
            None => (None, text.trim()),
        };
        match NaiveTime::parse_from_str(time, "%H:%M") {
            Ok(time) => Ok(HandOff { weekday: day, time }),
            Err(_) => Err(Misread::new(time, "no time of day", "write it like 09:00")),
        }
    }
}

impl fmt::Display for HandOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(weekday) = self.weekday {
            write!(f, "{weekday} ")?;
        }
        write!(f, "{}", self.time.format("%H:%M"))
    }
}

impl TryFrom<WrittenRota> for Rota {
    type Error = String;
    fn try_from(written: WrittenRota) -> Result<Rota, String> {
        written.read_in(None, &|_| true).map_err(in_one_text)
    }
}

impl From<Rota> for WrittenRota {
    fn from(rota: Rota) -> WrittenRota {
        WrittenRota {
            name: rota.name,
            zone: Some(rota.zone.into()),
            layer: rota.layers.into_iter().map(WrittenLayer::from).collect(),
            r#override: rota.overrides.into_iter().map(WrittenOverride::from).collect(),
        }
    }
}

impl From<Layer> for WrittenLayer {
    fn from(layer: Layer) -> WrittenLayer {
        WrittenLayer {
            agents: layer.agents.into_iter().map(String::from).collect(),
            every: layer.every.to_string(),
            starts: Moment(layer.starts.to_string()),
            ends: layer.ends.map(|ends| Moment(ends.to_string())),
            hand_off: layer.hand_off.to_string(),
            only: (!layer.only.is_empty()).then(|| layer.only.iter().map(WeeklySpan::to_string).collect()),
        }
    }
}

impl From<Override> for WrittenOverride {
    fn from(made: Override) -> WrittenOverride {
        WrittenOverride {
            from: Moment(made.from.format("%Y-%m-%dT%H:%M:%S").to_string()),
            to: Moment(made.to.format("%Y-%m-%dT%H:%M:%S").to_string()),
            agent: made.agent.into(),
            replaces: made.replaces.map(String::from),
        }
    }
}
