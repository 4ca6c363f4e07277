//! What a rota can take over of an import: a layer where agents take turns that do not change, and overrides always.

use chrono::{NaiveDateTime, TimeDelta};

use super::Import;
use crate::clock::Timestamp;
use crate::rules::desk::AgentKey;
use crate::rules::rota::{HandOff, Layer, Override, Turn};
use crate::rules::zone::{Zone, ZoneBook};

/// A round that is not seen so often is none: two weeks of two people prove nothing.
const ROUNDS: usize = 2;
/// The most agents, or turns of them, that a round has.
const LONGEST_ROUND: usize = 100;

impl Import {
    /// The shifts as overrides of a rota of that zone, in everyone's place; what one agent has on end is one. Where two
    /// shifts overlap, the one that begins later is on call.
    pub fn overrides(&self, zone: Zone, book: &ZoneBook) -> Vec<Override> {
        let mut runs: Vec<(AgentKey, Timestamp, Timestamp)> = Vec::new();
        for shift in &self.shifts {
            match runs.last_mut() {
                Some((agent, _, to)) if *agent == shift.agent && *to == shift.from => *to = shift.to,
                _ => runs.push((shift.agent.clone(), shift.from, shift.to)),
            }
        }
        let made = runs.into_iter().map(|(agent, from, to)| Override {
            from: book.to_wall(zone, from),
            to: book.to_wall(zone, to),
            agent,
            replaces: None,
        });
        made.collect()
    }

    /// The layer that has all of the shifts and goes on in the same way, if they are a round robin of days or weeks: each
    /// begins where the last one ends, at the same time of the day, and the same people follow each other in the same
    /// order, twice at least.
    pub fn layer(&self, zone: Zone, book: &ZoneBook) -> Option<Layer> {
        let (first, last) = (self.shifts.first()?, self.shifts.last()?);
        let start = book.to_wall(zone, first.from);
        let days = |from: NaiveDateTime, to: NaiveDateTime| {
            let whole = to - from;
            let days = whole.num_days();
            (days > 0 && whole == TimeDelta::days(days)).then_some(days)
        };
        let follow = self.shifts.windows(2).all(|pair| pair[0].to == pair[1].from);
        let lengths: Option<Vec<i64>> = self
            .shifts
            .iter()
            .map(|shift| days(book.to_wall(zone, shift.from), book.to_wall(zone, shift.to)))
            .collect();
        let lengths = lengths.filter(|_| follow && last.to > first.from)?;
        // One who has two turns on end may have them as one event.
        let turn = *lengths.iter().min()?;
        let turns = self.shifts.iter().zip(&lengths).map(|(shift, length)| {
            let count = usize::try_from(length / turn).ok().filter(|_| length % turn == 0)?;
            Some(std::iter::repeat_n(&shift.agent, count))
        });
        let turns: Vec<&AgentKey> = turns.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        let repeats = |round: &usize| turns.iter().zip(&turns[*round..]).all(|(one, next)| one == next);
        let round = (1..=(turns.len() / ROUNDS).min(LONGEST_ROUND)).find(repeats)?;
        let every = match (turn % 7 == 0, u16::try_from(turn).ok()?) {
            (true, days) => Turn::Weeks((days / 7).try_into().ok()?),
            (false, days) => Turn::Days(days.try_into().ok()?),
        };
        Some(Layer {
            agents: turns[..round].iter().copied().cloned().collect(),
            every,
            starts: start.date(),
            ends: None,
            hand_off: HandOff { weekday: None, time: start.time() },
            only: Vec::new(),
        })
    }
}
