//! Leave: when agents are away. It changes nobody's shift by itself, for a rota with a hole is worse than an agent who has
//! to be asked; it shows where the two are at odds, and who could be on call instead.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cover::Span;
use super::desk::{Agent, Desk};
use super::people::AgentKey;
use super::rota::fairness::Load;
use super::zone::ZoneBook;
use crate::clock::Timestamp;
use crate::id::Id;

/// By which an absence is named in addresses and tables.
pub type LeaveId = Id<Leave>;

/// An agent's absence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leave {
    /// Its name.
    pub id: LeaveId,
    /// Whose.
    pub agent: AgentKey,
    /// When.
    pub span: Span,
    /// Why, in his own words.
    pub note: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an absence comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Somebody wrote it down, and may take it away.
    Written,
    /// It stands in a calendar that is read again and again.
    Calendar,
}

/// A time at which an agent is away and on call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Conflict {
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
    /// By which rota.
    pub rota: String,
    /// Who.
    pub agent: AgentKey,
}

impl Conflict {
    fn span(&self) -> Span {
        Span { from: self.from, to: self.to }
    }
}

/// Where agents of a desk are away and on call from `from` to `to`, in order of time.
pub fn conflicts(
    desk: &Desk,
    leaves: &[Leave],
    (from, to): (Timestamp, Timestamp),
    book: &ZoneBook,
) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = Vec::new();
    for rota in desk.rotas.iter().filter(|_| !leaves.is_empty()) {
        for held in rota.held(book, from, to) {
            let Some(agent) = held.agent else { continue };
            let meets = |leave: &&Leave| {
                leave.agent == *agent && leave.span.meets(Span { from: held.from, to: held.to })
            };
            for leave in leaves.iter().filter(meets) {
                let (from, to) = (held.from.max(leave.span.from), held.to.min(leave.span.to));
                let goes_on = |last: &&mut Conflict| {
                    last.rota == rota.name && last.agent == *agent && last.from <= from && from <= last.to
                };
                match found.iter_mut().rev().find(goes_on) {
                    Some(last) => last.to = last.to.max(to),
                    None => found.push(Conflict { from, to, rota: rota.name.clone(), agent: agent.clone() }),
                }
            }
        }
    }
    found.sort();
    found
}

/// Who could be on call instead, whoever carries the least by `loads` first: of the rota's agents those who are there, can
/// be reached, and are not on call by another rota at that time.
pub fn could_cover<'a>(
    desk: &'a Desk,
    conflict: &Conflict,
    leaves: &[Leave],
    loads: &BTreeMap<AgentKey, Load>,
    is_reachable: impl Fn(&Agent) -> bool,
    book: &ZoneBook,
) -> Vec<&'a Agent> {
    let Some(rota) = desk.rota(&conflict.rota) else { return Vec::new() };
    let span = conflict.span();
    let of_rota = |agent: &AgentKey| rota.layers.iter().any(|layer| layer.agents.contains(agent));
    let away = |agent: &AgentKey| leaves.iter().any(|leave| leave.agent == *agent && leave.span.meets(span));
    let busy = |agent: &AgentKey| {
        desk.rotas
            .iter()
            .any(|rota| rota.held(book, span.from, span.to).any(|held| held.agent == Some(agent)))
    };
    let free = |agent: &&Agent| {
        let key = &agent.key;
        *key != conflict.agent && of_rota(key) && !away(key) && is_reachable(agent) && !busy(key)
    };
    let mut agents: Vec<&Agent> = desk.agents.iter().filter(free).collect();
    agents.sort_by_key(|agent| loads.get(&agent.key).map(|load| load.total).unwrap_or_default());
    agents
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::rules::zone::tests::{BOOK, at};

    /// Ada's week begins on November 16, Ben's a week later, then Cleo's; by `secondary` Ben's is the first of these.
    const DESK: &str = include_str!("../../tests/desks/reservations.toml");

    fn leave(agent: &str, from: &str, to: &str) -> Leave {
        let span = Span { from: at(from), to: at(to) };
        let (id, agent) = (LeaveId::from_text("l"), agent.parse().unwrap());
        Leave { id, agent, span, note: String::new(), origin: Origin::Written }
    }

    fn told(conflicts: &[Conflict]) -> Vec<String> {
        let time =
            |at| BOOK.to_wall(crate::rules::zone::tests::zone("America/New_York"), at).format("%d %H:%M");
        let told =
            |one: &Conflict| format!("{} {} {} to {}", one.agent, one.rota, time(one.from), time(one.to));
        conflicts.iter().map(told).collect()
    }

    #[test]
    fn who_is_away_and_on_call_is_found_by_every_rota() {
        let desk = Desk::parse(DESK).unwrap();
        let quarter = (at("2026-11-18T06:00-05:00"), at("2026-12-10T00:00-05:00"));
        for (leaves, expected) in [
            (vec![], &[] as &[&str]),
            // Neither of his rotas has him that day.
            (vec![leave("cleo", "2026-11-19T00:00-05:00", "2026-11-20T00:00-05:00")], &[]),
            (
                vec![leave("ada", "2026-11-21T00:00-05:00", "2026-11-30T00:00-05:00")],
                &["ada primary 21 00:00 to 23 09:00"],
            ),
            // Two that touch are one.
            (
                vec![
                    leave("ada", "2026-11-20T00:00-05:00", "2026-11-21T00:00-05:00"),
                    leave("ada", "2026-11-21T00:00-05:00", "2026-11-22T00:00-05:00"),
                ],
                &["ada primary 20 00:00 to 22 00:00"],
            ),
            (
                vec![leave("ben", "2026-11-20T00:00-05:00", "2026-11-24T00:00-05:00")],
                &["ben secondary 20 00:00 to 23 09:00", "ben primary 23 09:00 to 24 00:00"],
            ),
        ] {
            assert_eq!(told(&conflicts(&desk, &leaves, quarter, &BOOK)), expected);
        }
    }

    #[test]
    fn whoever_is_free_and_carries_the_least_could_cover() {
        let desk = Desk::parse(DESK).unwrap();
        let ada = leave("ada", "2026-11-21T00:00-05:00", "2026-11-22T00:00-05:00");
        let quarter = (at("2026-11-18T06:00-05:00"), at("2026-12-10T00:00-05:00"));
        let conflict = conflicts(&desk, std::slice::from_ref(&ada), quarter, &BOOK).remove(0);
        let of = |leaves: &[Leave], loads: &BTreeMap<AgentKey, Load>, dead: &str| {
            let found =
                could_cover(&desk, &conflict, leaves, loads, |agent| agent.key.as_str() != dead, &BOOK);
            found.iter().map(|agent| agent.key.to_string()).collect::<Vec<_>>()
        };
        let none = BTreeMap::new();
        // Ben is on call by the other rota.
        assert_eq!(of(std::slice::from_ref(&ada), &none, ""), ["cleo"]);
        assert_eq!(of(std::slice::from_ref(&ada), &none, "cleo"), [] as [String; 0]);
        let away = leave("cleo", "2026-11-21T12:00-05:00", "2026-11-21T13:00-05:00");
        assert_eq!(of(&[ada.clone(), away], &none, ""), [] as [String; 0]);
        // With nobody on the other rota, the one with less comes first.
        let text = DESK.replace("name = \"secondary\"", "name = \"secondary\"\nzone = \"UTC\"").replacen(
            "starts = 2026-01-05\nhand_off = \"Mon 09:00\"\n\n[[policy]]",
            "starts = 2027-01-05\nhand_off = \"Mon 09:00\"\n\n[[policy]]",
            1,
        );
        let desk = Desk::parse(&text).unwrap();
        let load = |hours: u64| Load { total: Duration::from_secs(hours * 3600), ..Load::default() };
        let loads =
            BTreeMap::from([("ben".parse().unwrap(), load(100)), ("cleo".parse().unwrap(), load(200))]);
        let found = could_cover(&desk, &conflict, &[ada], &loads, |_| true, &BOOK);
        assert_eq!(found.iter().map(|agent| agent.key.as_str()).collect::<Vec<_>>(), ["ben", "cleo"]);
    }
}
