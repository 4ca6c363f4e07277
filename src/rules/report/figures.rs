//! The figures of a number of tickets, and how tickets are grouped for them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Timelike};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Item, Span, Spread, Verdict, Way};

/// How often a promise was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Promise)]
pub struct Kept {
    /// In time.
    pub kept: usize,
    /// Not in time.
    pub missed: usize,
    /// There is time yet.
    pub running: usize,
}

impl Kept {
    fn of<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Kept {
        let mut all = Kept::default();
        for verdict in verdicts {
            match verdict {
                Verdict::None => {}
                Verdict::Running { .. } => all.running += 1,
                Verdict::Kept { .. } => all.kept += 1,
                Verdict::Missed { .. } => all.missed += 1,
            }
        }
        all
    }

    /// How many promises there were.
    pub fn all(self) -> usize {
        self.kept + self.missed + self.running
    }

    /// How many of a hundred whose time is over were kept, rounded down: a hundred means all.
    pub fn percent(self) -> Option<usize> {
        (self.kept * 100).checked_div(self.kept + self.missed)
    }
}

/// The figures of a number of tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Totals)]
pub struct Figures {
    /// Calls, those that joined an open ticket included.
    pub calls: usize,
    /// Texts that opened a ticket.
    pub texts: usize,
    /// Calls that joined an open ticket.
    pub joined: usize,
    /// Calls that the carrier told of only afterwards.
    #[serde(rename = "missed_calls")]
    pub missed: usize,
    /// Tickets for which somebody was, or was to be, paged.
    pub emergencies: usize,
    /// Tickets of which the caller said that they can wait.
    pub downgraded_by_caller: usize,
    /// Tickets of which an agent said that they are no emergency.
    pub downgraded_by_agent: usize,
    /// Calls that ended before a key or a word.
    pub abandoned: usize,
    /// From the emergency to the acknowledgement.
    pub to_ack: Spread,
    /// From the emergency to the callback.
    pub to_callback: Spread,
    /// Response targets: a person spoke with the caller.
    pub response: Kept,
    /// Callback limits: who took it called back.
    pub callback: Kept,
    /// Resolution targets.
    pub resolution: Kept,
}

impl Figures {
    /// Of these tickets.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Figures {
        let items: Vec<&Item> = items.into_iter().collect();
        let count = |test: fn(&Item) -> bool| items.iter().filter(|item| test(item)).count();
        let own =
            |test: fn(&Item) -> bool| items.iter().filter(|item| item.stands_alone() && test(item)).count();
        Figures {
            calls: count(|item| item.record.facts.way != Some(Way::Text)),
            texts: count(|item| item.record.facts.way == Some(Way::Text)),
            joined: count(|item| !item.stands_alone()),
            missed: count(|item| item.record.facts.missed),
            emergencies: count(|item| item.emergency_at().is_some()),
            downgraded_by_caller: own(|item| is_downgraded(item, false)),
            downgraded_by_agent: own(|item| is_downgraded(item, true)),
            abandoned: own(|item| item.record.facts.abandoned),
            to_ack: Spread::of(items.iter().filter_map(|item| item.to_ack())),
            to_callback: Spread::of(items.iter().filter_map(|item| item.to_callback())),
            response: Kept::of(items.iter().map(|item| &item.response)),
            callback: Kept::of(items.iter().map(|item| &item.callback)),
            resolution: Kept::of(items.iter().map(|item| &item.resolution)),
        }
    }

    /// Tickets that became less urgent, by whoever's word.
    pub fn downgraded(&self) -> usize {
        self.downgraded_by_caller + self.downgraded_by_agent
    }
}

fn is_downgraded(item: &Item, by_agent: bool) -> bool {
    item.record.facts.downgraded.as_ref().is_some_and(|downgrade| downgrade.by.is_some() == by_agent)
}

fn grouped<K: Ord>(items: &[Item], key: impl Fn(&Item) -> K) -> BTreeMap<K, Figures> {
    let mut groups: BTreeMap<K, Vec<&Item>> = BTreeMap::new();
    for item in items {
        groups.entry(key(item)).or_default().push(item);
    }
    groups.into_iter().map(|(key, items)| (key, Figures::of(items))).collect()
}

/// By the key of the desk.
pub fn by_desk(items: &[Item]) -> BTreeMap<String, Figures> {
    grouped(items, |item| item.desk.clone())
}

/// By the key of the desk and the name of the customer, the busiest first; none are callers whom the desk does not know.
pub fn by_customer(items: &[Item]) -> Vec<((String, Option<String>), Figures)> {
    let groups = grouped(items, |item| (item.desk.clone(), item.record.facts.customer.clone()));
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups
        .sort_by_key(|(_, figures)| std::cmp::Reverse((figures.emergencies, figures.calls + figures.texts)));
    groups
}

/// By the hour of the desk's wall at which they were opened: all 24 of them.
pub fn by_hour(items: &[Item]) -> Vec<Figures> {
    let mut groups = grouped(items, |item| item.wall.hour());
    (0..24).map(|hour| groups.remove(&hour).unwrap_or_default()).collect()
}

/// How many emergencies were opened on each day of the week, from Monday, at each hour of the desk's wall.
pub fn by_hour_of_week(items: &[Item]) -> [[usize; 24]; 7] {
    let mut counts = [[0; 24]; 7];
    for item in items.iter().filter(|item| item.emergency_at().is_some()) {
        let day = item.wall.weekday().num_days_from_monday() as usize;
        counts[day][item.wall.hour() as usize] += 1;
    }
    counts
}

/// By the days, weeks or months of a span, each by its first day, the quiet ones included.
pub fn over_time(items: &[Item], span: &Span) -> Vec<(NaiveDate, Figures)> {
    let unit = span.unit();
    let mut groups = grouped(items, |item| unit.start(item.wall.date()));
    span.units().into_iter().map(|start| (start, groups.remove(&start).unwrap_or_default())).collect()
}
