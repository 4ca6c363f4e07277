//! What a desk's new text would change: which of its parts, in a few words, and which of its lines, as a unified diff.

use std::fmt;

use super::Desk;
use crate::rules::diff::unified;
use crate::rules::flow::Audio;
use serde::Serialize;
use utoipa::ToSchema;

/// What a desk's new text would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The desk's key.
    pub desk: String,
    /// The version that is in force; 0 if there is no such desk yet.
    pub version: i64,
    /// The version that it would be then: the same, if nothing changes.
    pub next: i64,
    /// The parts that would be others.
    pub changes: Vec<Change>,
    /// The lines of the text that would be others, as a unified diff; empty if there are none.
    pub diff: String,
}

/// One part of a desk that would be another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PartChange)]
pub struct Change {
    /// What it is, as the file names it: `agent`, `rota`, `hours`.
    #[schema(value_type = String)]
    pub part: &'static str,
    /// Which, where there are several: its key, name or number.
    pub name: Option<String>,
    /// What becomes of it.
    pub how: How,
}

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartHow)]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
    /// Those of the kind stand in another order.
    Reordered,
}

impl Plan {
    /// What a text changes, which means `desk`, where `before` is in force: its version, the desk and its text.
    pub fn of(before: Option<(i64, &Desk, &str)>, desk: &Desk, text: &str) -> Plan {
        let (version, old) = before.map_or((0, ""), |(version, _, old)| (version, old));
        let changes = match before {
            Some((_, before, _)) => changes(before, desk),
            None => vec![Change { part: "desk", name: None, how: How::Added }],
        };
        let diff = diff(version, old, text);
        let next = if changes.is_empty() && diff.is_empty() { version } else { version + 1 };
        Plan { desk: desk.key.as_str().to_owned(), version, next, changes, diff }
    }
}

/// Changes in words, a line each.
pub fn summary_of(changes: &[Change]) -> String {
    match changes {
        [] => "the same desk in other words".to_owned(),
        changes => changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn diff(version: i64, old: &str, new: &str) -> String {
    let names = match version {
        0 => ("nothing".to_owned(), "version 1".to_owned()),
        version => (format!("version {version}"), format!("version {}", version + 1)),
    };
    unified((&names.0, old), (&names.1, new))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { desk, version, next, changes, diff } = self;
        match (version, next) {
            (0, _) => writeln!(f, "{desk}: would be a new desk")?,
            (version, next) if version == next => {
                return writeln!(f, "{desk}: nothing would change, version {version} is in force");
            }
            (version, next) => writeln!(f, "{desk}: version {version} would become version {next}")?,
        }
        for line in summary_of(changes).lines() {
            writeln!(f, "  {line}")?;
        }
        f.write_str(diff)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.part)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        let how = match self.how {
            How::Added => "added",
            How::Removed => "removed",
            How::Changed => "changed",
            How::Reordered => "in another order",
        };
        write!(f, ": {how}")
    }
}

/// The parts in which two desks differ.
pub fn changes(before: &Desk, after: &Desk) -> Vec<Change> {
    let mut found = Found(Vec::new());
    // Whatever is not compared below.
    let elsewhere = Desk {
        hours: after.hours.clone(),
        limits: after.limits,
        options: after.options,
        live_connect: after.live_connect,
        lines: after.lines.clone(),
        severities: after.severities.clone(),
        agents: after.agents.clone(),
        rotas: after.rotas.clone(),
        policies: after.policies.clone(),
        customers: after.customers.clone(),
        audio: after.audio.clone(),
        ..before.clone()
    };
    for (part, same) in [
        ("desk", elsewhere == *after),
        ("hours", before.hours == after.hours),
        ("limits", before.limits == after.limits),
        ("options", before.options == after.options),
        ("live_connect", before.live_connect == after.live_connect),
    ] {
        if !same {
            found.note(part, None, How::Changed);
        }
    }
    found.compare("line", &before.lines, &after.lines, |line| line.number.to_string());
    found.compare("severity", &before.severities, &after.severities, |rule| u8::from(rule.level).to_string());
    found.compare("agent", &before.agents, &after.agents, |agent| agent.key.to_string());
    found.compare("rota", &before.rotas, &after.rotas, |rota| rota.name.clone());
    found.compare("policy", &before.policies, &after.policies, |policy| policy.name.clone());
    found.compare("customer", &before.customers, &after.customers, |customer| customer.key.to_string());
    found.compare("audio", &before.audio, &after.audio, Audio::sentence);
    found.0
}

/// The changes that were found.
struct Found(Vec<Change>);

impl Found {
    fn note(&mut self, part: &'static str, name: Option<String>, how: How) {
        self.0.push(Change { part, name, how });
    }

    /// Compares parts of one kind by their names, which are unique in a file.
    fn compare<T: PartialEq>(
        &mut self,
        part: &'static str,
        before: &[T],
        after: &[T],
        name: impl Fn(&T) -> String,
    ) {
        let named = |all: &[T]| -> Vec<String> { all.iter().map(&name).collect() };
        let (old, new) = (named(before), named(after));
        for (one, is_now) in new.iter().zip(after) {
            match old.iter().position(|known| known == one) {
                None => self.note(part, Some(one.clone()), How::Added),
                Some(index) if before.get(index) != Some(is_now) => {
                    self.note(part, Some(one.clone()), How::Changed);
                }
                Some(_) => {}
            }
        }
        for gone in old.iter().filter(|one| !new.contains(one)) {
            self.note(part, Some(gone.clone()), How::Removed);
        }
        let stayed = old.iter().filter(|one| new.contains(one));
        if !stayed.eq(new.iter().filter(|one| old.contains(one))) {
            self.note(part, None, How::Reordered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

    fn plan(text: &str) -> Plan {
        let (before, after) = (Desk::parse(DESK).unwrap(), Desk::parse(text).unwrap());
        Plan::of(Some((3, &before, DESK)), &after, text)
    }

    #[test]
    fn the_parts_that_would_be_others_are_told() {
        let rename = |from: &str, to: &str| {
            assert!(DESK.contains(from), "{from}");
            DESK.replace(from, to)
        };
        for (text, told) in [
            (rename("name = \"Reservations Support\"", "name = \"Bookings\""), &["desk: changed"] as &[_]),
            (rename("Ada Moss", "Ada Marsh"), &["agent ada: changed"]),
            (
                rename("number = \"+18025550100\"", "number = \"+18025550190\""),
                &["line +18025550190: added", "line +18025550100: removed"],
            ),
            (rename("Mon-Fri 09:00-20:00", "Mon-Fri 09:00-19:00"), &["hours: changed"]),
            (format!("# Kept by Dora.\n{DESK}"), &[]),
        ] {
            let plan = plan(&text);
            let changes: Vec<String> = plan.changes.iter().map(ToString::to_string).collect();
            assert_eq!(changes, told);
            assert_eq!((plan.version, plan.next), (3, 4));
            assert!(plan.diff.starts_with("--- version 3\n+++ version 4\n@@ "), "{}", plan.diff);
        }
    }

    #[test]
    fn an_order_is_a_change_and_the_same_text_is_none() {
        let before = Desk::parse(DESK).unwrap();
        let mut turned = before.clone();
        turned.rotas.reverse();
        let told: Vec<String> = changes(&before, &turned).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["rota: in another order"]);
        let same = plan(DESK);
        assert_eq!((same.next, same.diff.as_str()), (3, ""));
        assert_eq!(same.to_string(), "reservations: nothing would change, version 3 is in force\n");
    }

    #[test]
    fn a_new_desk_is_all_new() {
        let desk = Desk::parse(DESK).unwrap();
        let plan = Plan::of(None, &desk, DESK);
        assert_eq!((plan.version, plan.next), (0, 1));
        let told = plan.to_string();
        assert!(
            told.starts_with(
                "reservations: would be a new desk\n  desk: added\n--- nothing\n+++ version 1\n"
            )
        );
    }
}
