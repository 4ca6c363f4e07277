//! What each agent did: for who keeps the desk, and for nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Deed, Item, Spread};
use crate::rules::people::AgentKey;
use crate::rules::rota::fairness::night_of;
use crate::rules::zone::{Zone, ZoneBook};

/// What an agent did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentFigures {
    /// Emergencies that he was asked to take.
    pub asked: usize,
    /// Of those, the ones that he took first.
    pub taken: usize,
    /// The ones that he declined or passed on.
    pub declined: usize,
    /// The ones whose callers he called back first.
    pub called_back: usize,
    /// From when he was asked to when he took it.
    pub to_ack: Spread,
    /// From when he took it to his callback.
    pub to_callback: Spread,
}

#[derive(Default)]
struct Seen {
    figures: AgentFigures,
    to_ack: Vec<Duration>,
    to_callback: Vec<Duration>,
}

/// By the key of the desk and the agent's, for whoever was asked or did anything.
pub fn by_agent(items: &[Item]) -> BTreeMap<(String, AgentKey), AgentFigures> {
    let mut all: BTreeMap<(String, AgentKey), Seen> = BTreeMap::new();
    for item in items.iter().filter(|item| item.emergency_at().is_some()) {
        let facts = &item.record.facts;
        let mut of = |agent: &AgentKey, note: &dyn Fn(&mut Seen)| {
            note(all.entry((item.desk.clone(), agent.clone())).or_default());
        };
        for agent in facts.asked.keys() {
            of(agent, &|seen| seen.figures.asked += 1);
        }
        for agent in &facts.declined {
            of(agent, &|seen| seen.figures.declined += 1);
        }
        if let Some(Deed { at, by, .. }) = &facts.acked {
            let wait = facts.asked.get(by).map(|asked| at.since(*asked));
            of(by, &|seen| {
                seen.figures.taken += 1;
                seen.to_ack.extend(wait);
            });
        }
        if let Some(Deed { at, by, .. }) = &facts.called_back {
            let taken = facts.acked.as_ref().filter(|acked| acked.by == *by);
            let wait = taken.map(|acked| at.since(acked.at));
            of(by, &|seen| {
                seen.figures.called_back += 1;
                seen.to_callback.extend(wait);
            });
        }
    }
    let figures = |seen: Seen| AgentFigures {
        to_ack: Spread::of(seen.to_ack.into_iter()),
        to_callback: Spread::of(seen.to_callback.into_iter()),
        ..seen.figures
    };
    all.into_iter().map(|(key, seen)| (key, figures(seen))).collect()
}

/// In how many nights of his own wall clock an agent was paged for an emergency, however often in each.
pub fn nights_woken(items: &[Item], agent: &AgentKey, zone: Zone, book: &ZoneBook) -> usize {
    let emergencies = items.iter().filter(|item| item.emergency_at().is_some());
    let asked = emergencies.filter_map(|item| item.record.facts.asked.get(agent));
    let nights: BTreeSet<_> = asked.filter_map(|at| night_of(book.to_wall(zone, *at))).collect();
    nights.len()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::night_of;

    #[test]
    fn a_night_is_that_of_the_day_on_which_it_begins() {
        for (at, night) in [
            ("2026-11-18 21:59", None),
            ("2026-11-18 22:00", Some("2026-11-18")),
            ("2026-11-19 00:00", Some("2026-11-18")),
            ("2026-11-19 06:59", Some("2026-11-18")),
            ("2026-11-19 07:00", None),
            ("2026-11-19 12:00", None),
        ] {
            let wall = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").unwrap();
            assert_eq!(night_of(wall).map(|date| date.to_string()).as_deref(), night, "{at}");
        }
    }
}
