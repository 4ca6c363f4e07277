//! What being on call costs each agent: hours, nights, weekends, holidays, and whom it asks too much of. Counted from
//! shifts, wherever they come from: [`Rota::shifts`](super::Rota::shifts) of what is in force, of a draft, or of one
//! version after another, for what has been.
//!
//! A night and a weekend are those of the agent's own wall clock, since that is where he sleeps; a holiday is the desk's.
//! All are counted to the millisecond over clock changes: a night in which the clock goes back has an hour more.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use serde::Serialize;

use super::Shift;
use crate::clock::Timestamp;
use crate::rules::hours::Calendar;
use crate::rules::people::AgentKey;
use crate::rules::zone::{Zone, ZoneBook};

/// From ten in the evening, in hours from the midnight before.
const NIGHT_BEGINS: i64 = 22;
/// To seven in the morning after.
const NIGHT_ENDS: i64 = 24 + 7;

/// What one agent carries in a span. The parts overlap: a Sunday night is of the weekend as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Load {
    /// All of it.
    pub total: Duration,
    /// Between 22:00 and 07:00 of his wall clock.
    pub nights: Duration,
    /// On Saturdays and Sundays of his wall clock.
    pub weekends: Duration,
    /// On days that are holidays of the desk, in the desk's zone.
    pub holidays: Duration,
    /// How often he was called to it: what follows on without a pause is one shift.
    pub shifts: u32,
}

/// Too much asked of somebody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Overload {
    /// On call for more days on end than anybody should be, by any of the rotas.
    TooLong {
        /// Who.
        agent: AgentKey,
        /// The first instant of the run.
        from: Timestamp,
        /// The instant before which it ends.
        to: Timestamp,
        /// Its days on his wall clock, begun ones included.
        days: u32,
    },
    /// On call by two rotas at once.
    Twice {
        /// Who.
        agent: AgentKey,
        /// The names of the two, in the order in which the desk has them.
        rotas: [String; 2],
        /// The first instant of both.
        from: Timestamp,
        /// The instant before which one of them ends.
        to: Timestamp,
    },
}

/// What each agent carries by `shifts`, which come in order, rota after rota. Who has none is not in it.
pub fn loads(
    shifts: impl IntoIterator<Item = Shift>,
    zone_of: impl Fn(&AgentKey) -> Zone,
    calendar: &Calendar,
    book: &ZoneBook,
) -> BTreeMap<AgentKey, Load> {
    let mut loads: BTreeMap<AgentKey, Load> = BTreeMap::new();
    let mut ends: BTreeMap<AgentKey, Timestamp> = BTreeMap::new();
    for shift in shifts {
        let zone = zone_of(&shift.agent);
        let load = loads.entry(shift.agent.clone()).or_default();
        load.total += shift.to.since(shift.from);
        load.nights += within(book, zone, &shift, night);
        load.weekends += within(book, zone, &shift, weekend);
        load.holidays += within(book, calendar.zone, &shift, |date| {
            calendar.holiday(date).is_some().then(|| whole_day(date))
        });
        if ends.insert(shift.agent, shift.to) != Some(shift.from) {
            load.shifts += 1;
        }
    }
    loads
}

/// What the rotas of one desk ask too much of whom, in order of time. Each rota comes with its name and its shifts, in
/// order. Who has less than a day between two shifts is on call on end, and too long if that lasts more than `most_days`
/// by his wall clock.
pub fn overloads(
    rotas: &[(&str, Vec<Shift>)],
    most_days: u16,
    zone_of: impl Fn(&AgentKey) -> Zone,
    book: &ZoneBook,
) -> Vec<Overload> {
    let mut by_agent: BTreeMap<&AgentKey, Vec<(&Shift, usize)>> = BTreeMap::new();
    for (rota, (_, shifts)) in rotas.iter().enumerate() {
        for shift in shifts {
            by_agent.entry(&shift.agent).or_default().push((shift, rota));
        }
    }
    let mut found = Vec::new();
    for (agent, mut shifts) in by_agent {
        shifts.sort_by_key(|(shift, rota)| (shift.from, *rota));
        found.extend(runs(agent, &shifts, most_days, zone_of(agent), book));
        found.extend(doubles(agent, &shifts, rotas));
    }
    found.sort_by_key(|overload| match overload {
        Overload::TooLong { from, .. } | Overload::Twice { from, .. } => *from,
    });
    found
}

/// The runs that are too long.
fn runs(
    agent: &AgentKey,
    shifts: &[(&Shift, usize)],
    most_days: u16,
    zone: Zone,
    book: &ZoneBook,
) -> Vec<Overload> {
    let wall = |at| book.to_wall(zone, at);
    let day = TimeDelta::days(1);
    let mut runs: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (shift, _) in shifts {
        match runs.last_mut() {
            Some((_, to)) if wall(shift.from) - wall(*to) < day => *to = shift.to.max(*to),
            _ => runs.push((shift.from, shift.to)),
        }
    }
    let long = runs.into_iter().filter_map(|(from, to)| {
        let length = wall(to) - wall(from);
        let days = length.num_days() + i64::from(length > TimeDelta::days(length.num_days()));
        let days = u32::try_from(days).unwrap_or(0);
        let agent = agent.clone();
        (days > u32::from(most_days)).then_some(Overload::TooLong { agent, from, to, days })
    });
    long.collect()
}

/// The stretches with two rotas at once.
fn doubles(agent: &AgentKey, shifts: &[(&Shift, usize)], rotas: &[(&str, Vec<Shift>)]) -> Vec<Overload> {
    let mut together: Vec<([usize; 2], Timestamp, Timestamp)> = Vec::new();
    let mut running: Vec<(&Shift, usize)> = Vec::new();
    for &(shift, rota) in shifts {
        running.retain(|(other, _)| other.to > shift.from);
        for &(other, of) in running.iter().filter(|(_, of)| *of != rota) {
            let (pair, to) = ([of.min(rota), of.max(rota)], other.to.min(shift.to));
            // One of the two may come in parts that follow on each other.
            match together.iter_mut().rev().find(|(before, ..)| *before == pair) {
                Some((_, _, end)) if *end == shift.from => *end = to,
                _ => together.push((pair, shift.from, to)),
            }
        }
        running.push((shift, rota));
    }
    let name = |rota: usize| rotas.get(rota).map_or_else(String::new, |(name, _)| (*name).to_owned());
    let twice = together.into_iter().map(|(pair, from, to)| Overload::Twice {
        agent: agent.clone(),
        rotas: pair.map(name),
        from,
        to,
    });
    twice.collect()
}

/// How much of a shift lies in the stretches of the wall clock that `of` gives to dates. They must not overlap.
fn within(
    book: &ZoneBook,
    zone: Zone,
    shift: &Shift,
    of: impl Fn(NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)>,
) -> Duration {
    parts(book, zone, (shift.from, shift.to), of).map(|(from, to)| to.since(from)).sum()
}

/// The parts of a span that lie in the stretches of the wall clock that `of` gives to dates.
fn parts(
    book: &ZoneBook,
    zone: Zone,
    (from, to): (Timestamp, Timestamp),
    of: impl Fn(NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)>,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    // A stretch may reach into the morning after its date.
    let first = book.date(zone, from) - Days::new(1);
    let dates = first.iter_days().take_while(move |date| book.day_start(zone, *date) < to);
    let stretches = dates.filter_map(of).map(move |(begins, ends)| {
        (book.to_instant(zone, begins).max(from), book.to_instant(zone, ends).min(to))
    });
    stretches.filter(|(from, to)| from < to)
}

/// The nights of a span, by the wall clock of a zone.
pub fn nights(
    book: &ZoneBook,
    zone: Zone,
    span: (Timestamp, Timestamp),
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    parts(book, zone, span, night)
}

/// The night that a time on an agent's wall is in, by the day on which it begins; none by day.
pub fn night_of(wall: NaiveDateTime) -> Option<NaiveDate> {
    let before = wall.date() - Days::new(1);
    [before, wall.date()]
        .into_iter()
        .find(|date| night(*date).is_some_and(|(from, to)| from <= wall && wall < to))
}

fn night(date: NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let midnight = date.and_time(NaiveTime::MIN);
    Some((midnight + TimeDelta::hours(NIGHT_BEGINS), midnight + TimeDelta::hours(NIGHT_ENDS)))
}

fn weekend(date: NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)> {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun).then(|| whole_day(date))
}

fn whole_day(date: NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
    (date.and_time(NaiveTime::MIN), (date + Days::new(1)).and_time(NaiveTime::MIN))
}

#[cfg(test)]
mod tests;
