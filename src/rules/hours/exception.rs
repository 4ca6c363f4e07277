//! What a manager declares for a while, otherwise than the desk's file has it: that the daytime desk is closed today,
//! that nobody is on call, that everyone is. It ends by itself, as hours do: nothing has to happen at its end. How the
//! desk is met is asked of [`Met`] alone, by calls, pages, drawings and searches alike.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Calendar, Cover, Covered, DeskState};
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::zone::ZoneBook;

/// The longest for which something is declared; what lasts longer belongs into the desk's file.
pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Identifies an exception.
pub type ExceptionId = Id<Exception>;

/// What can be declared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhatIsDeclared)]
pub enum Declared {
    /// The daytime desk is not there: in its hours, too, calls go to whoever is on call.
    DeskClosed,
    /// Nobody is there, neither the desk nor anybody on call: callers are told until when, and emergencies are paged then.
    Nobody,
    /// The daytime desk answers.
    DeskOpen,
    /// Everyone is on call: the first step of an emergency pages all of the desk's agents at once.
    Everyone,
}

impl Declared {
    /// All of them.
    pub const ALL: [Declared; 4] =
        [Declared::DeskClosed, Declared::Nobody, Declared::DeskOpen, Declared::Everyone];

    /// As it stands in the database, in forms and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Declared::DeskClosed => "desk_closed",
            Declared::Nobody => "nobody",
            Declared::DeskOpen => "desk_open",
            Declared::Everyone => "everyone",
        }
    }

    /// Whether one takes the other's place: when the desk is there is one thing, whom an emergency pages another.
    pub fn replaces(self, other: Declared) -> bool {
        (self == Declared::Everyone) == (other == Declared::Everyone)
    }

    /// What callers meet while it is in force, where they would else meet `written`.
    fn cover(self, written: Cover) -> Cover {
        match (self, written) {
            (Declared::DeskClosed, Cover::Support) => Cover::OnCall,
            (Declared::Nobody, _) => Cover::Closed,
            (Declared::DeskOpen, _) => Cover::Support,
            (Declared::DeskClosed | Declared::Everyone, written) => written,
        }
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Declared::DeskClosed => "the daytime desk is closed",
            Declared::Nobody => "nobody is on call",
            Declared::DeskOpen => "the daytime desk is open",
            Declared::Everyone => "everyone is on call",
        })
    }
}

/// A word for nothing that can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is declared is desk_closed, nobody, desk_open or everyone")]
pub struct NotDeclared;

impl FromStr for Declared {
    type Err = NotDeclared;

    fn from_str(text: &str) -> Result<Declared, NotDeclared> {
        Declared::ALL.into_iter().find(|what| what.name() == text).ok_or(NotDeclared)
    }
}

/// Something that was declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exception {
    /// Which it is.
    pub id: ExceptionId,
    /// What.
    pub what: Declared,
    /// Since when.
    pub since: Timestamp,
    /// The instant from which on everything is as usual.
    pub until: Timestamp,
    /// Who said so, as the audit log names him.
    pub by: String,
}

impl Exception {
    /// Whether it is in force at an instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at && at < self.until
    }
}

/// Why something cannot be declared so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is over.
    #[error("That is over already: write a time to come.")]
    Over,
    /// It is too long.
    #[error("Write 7 days at most: what lasts longer belongs into the desk's hours.")]
    TooLong,
}

/// Whether something may be declared until an instant.
pub fn check(now: Timestamp, until: Timestamp) -> Result<(), Unfit> {
    match until {
        _ if until <= now => Err(Unfit::Over),
        _ if until > now + LONGEST => Err(Unfit::TooLong),
        _ => Ok(()),
    }
}

/// What is declared of a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions(Vec<Exception>);

impl FromIterator<Exception> for Exceptions {
    fn from_iter<T: IntoIterator<Item = Exception>>(all: T) -> Exceptions {
        Exceptions(all.into_iter().collect())
    }
}

impl Exceptions {
    /// Nothing is.
    pub const NONE: Exceptions = Exceptions(Vec::new());

    /// What is in force at an instant.
    pub fn at(&self, at: Timestamp) -> impl Iterator<Item = &Exception> {
        self.0.iter().filter(move |one| one.holds(at))
    }

    /// What is in force of the desk's hours at an instant.
    pub fn of_hours(&self, at: Timestamp) -> Option<&Exception> {
        self.at(at).find(|one| one.what != Declared::Everyone)
    }

    /// Whether everyone is on call at an instant.
    pub fn is_everyone(&self, at: Timestamp) -> bool {
        self.at(at).any(|one| one.what == Declared::Everyone)
    }

    /// When something begins or ends next, after an instant.
    pub fn next_edge(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.iter().flat_map(|one| [one.since, one.until]).filter(|edge| *edge > after).min()
    }

    fn cover(&self, written: Cover, at: Timestamp) -> Cover {
        self.of_hours(at).map_or(written, |one| one.what.cover(written))
    }
}

/// The hours of a desk as callers meet them: as they are written, with what is declared.
#[derive(Clone, Copy, Debug)]
pub struct Met<'a> {
    calendar: &'a Calendar,
    exceptions: &'a Exceptions,
}

impl Calendar {
    /// These hours as callers meet them while that is declared.
    pub fn met<'a>(&'a self, exceptions: &'a Exceptions) -> Met<'a> {
        Met { calendar: self, exceptions }
    }
}

impl Met<'_> {
    /// What a caller meets at `at`.
    pub fn state_at(&self, book: &ZoneBook, at: Timestamp) -> DeskState {
        let (cover, mut ends) = self.stretch(book, at);
        // What is declared may part what is one stretch to a caller, or make one of several.
        while self.exceptions.next_edge(at).is_some() && ends < Timestamp::NEVER {
            let (next, to) = self.stretch(book, ends);
            if next != cover {
                break;
            }
            ends = to;
        }
        match cover {
            Cover::Support => DeskState::Support { until: ends },
            Cover::OnCall => DeskState::OnCall { until: ends },
            Cover::Closed => DeskState::Closed { resumes: ends },
        }
    }

    /// What is met at `at`, and for how long neither the written hours nor what is declared change.
    fn stretch(&self, book: &ZoneBook, at: Timestamp) -> (Cover, Timestamp) {
        let (written, until) = match self.calendar.state_at(book, at) {
            DeskState::Support { until } => (Cover::Support, until),
            DeskState::OnCall { until } => (Cover::OnCall, until),
            DeskState::Closed { resumes } => (Cover::Closed, resumes),
        };
        let edge = self.exceptions.next_edge(at);
        (self.exceptions.cover(written, at), edge.map_or(until, |edge| edge.min(until)))
    }

    /// When somebody is there again; none if somebody is there at `at`.
    pub fn cover_resumes(&self, book: &ZoneBook, at: Timestamp) -> Option<Timestamp> {
        match self.state_at(book, at) {
            DeskState::Closed { resumes } => Some(resumes),
            DeskState::Support { .. } | DeskState::OnCall { .. } => None,
        }
    }

    /// What callers meet from `from` to `to`, each stretch's end the next one's beginning; the first and the last are
    /// cut there.
    pub fn covers(&self, book: &ZoneBook, from: Timestamp, to: Timestamp) -> Vec<Covered> {
        let mut met: Vec<Covered> = Vec::new();
        for written in self.calendar.covers(book, from, to) {
            let mut at = written.from;
            while at < written.to {
                let edge = self.exceptions.next_edge(at);
                let end = edge.map_or(written.to, |edge| edge.min(written.to));
                let cover = self.exceptions.cover(written.cover, at);
                match met.last_mut() {
                    Some(last) if last.cover == cover => last.to = end,
                    _ => met.push(Covered { cover, from: at, to: end }),
                }
                at = end;
            }
        }
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::desk::Desk;
    use crate::rules::zone::tests::{BOOK, at};

    /// Support Mon–Fri 9:00–20:00, Sat 10:00–18:00; on call always else.
    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

    fn declared(all: &[(Declared, &str, &str)]) -> Exceptions {
        let one = |(what, since, until): &(Declared, &str, &str)| Exception {
            id: Id::from_text("x"),
            what: *what,
            since: at(since),
            until: at(until),
            by: "mona".into(),
        };
        all.iter().map(one).collect()
    }

    fn told(state: DeskState) -> String {
        match state {
            DeskState::Support { until } => format!("support until {until}"),
            DeskState::OnCall { until } => format!("on call until {until}"),
            DeskState::Closed { resumes } => format!("closed until {resumes}"),
        }
    }

    /// What is declared, from when until when.
    type Stretches<'a> = &'a [(Declared, &'a str, &'a str)];

    #[test]
    fn what_is_declared_is_met_until_its_end() {
        let desk = Desk::parse(DESK).unwrap();
        let window = DESK.replace(
            "[[hours.holiday]]\nname = \"Martin",
            "on_call = [\"Mon-Sun 08:00-22:00\"]\n\n[[hours.holiday]]\nname = \"Martin",
        );
        let window = Desk::parse(&window).unwrap();
        let (closed, nobody) = (Declared::DeskClosed, Declared::Nobody);
        let (open, everyone) = (Declared::DeskOpen, Declared::Everyone);
        // A Wednesday; the desk answers from 9:00 to 20:00, five hours behind UTC.
        let table: &[(&Desk, Stretches<'_>, &str, &str)] = &[
            (&desk, &[], "2026-11-18T12:00-05:00", "support until 2026-11-19T01:00:00.000Z"),
            // Closed today: one stretch of on-call, from before it until the next day's hours.
            (
                &desk,
                &[(closed, "2026-11-18T07:00-05:00", "2026-11-19T00:00-05:00")],
                "2026-11-18T08:00-05:00",
                "on call until 2026-11-19T14:00:00.000Z",
            ),
            // Over in the middle of the hours: the desk answers again.
            (
                &desk,
                &[(closed, "2026-11-18T07:00-05:00", "2026-11-18T12:00-05:00")],
                "2026-11-18T11:59-05:00",
                "on call until 2026-11-18T17:00:00.000Z",
            ),
            (
                &desk,
                &[(closed, "2026-11-18T07:00-05:00", "2026-11-18T12:00-05:00")],
                "2026-11-18T12:00-05:00",
                "support until 2026-11-19T01:00:00.000Z",
            ),
            (
                &desk,
                &[(nobody, "2026-11-18T03:00-05:00", "2026-11-18T06:00-05:00")],
                "2026-11-18T03:00-05:00",
                "closed until 2026-11-18T11:00:00.000Z",
            ),
            // Nobody until an hour at which nobody is there anyway: it resumes with the window.
            (
                &window,
                &[(nobody, "2026-11-18T03:00-05:00", "2026-11-18T06:00-05:00")],
                "2026-11-18T03:00-05:00",
                "closed until 2026-11-18T13:00:00.000Z",
            ),
            (
                &window,
                &[(nobody, "2026-11-18T03:00-05:00", "2026-11-18T10:00-05:00")],
                "2026-11-18T03:00-05:00",
                "closed until 2026-11-18T15:00:00.000Z",
            ),
            (
                &desk,
                &[(open, "2026-11-18T19:00-05:00", "2026-11-18T22:00-05:00")],
                "2026-11-18T19:30-05:00",
                "support until 2026-11-19T03:00:00.000Z",
            ),
            // Whom an emergency pages is another thing.
            (
                &desk,
                &[(everyone, "2026-11-18T03:00-05:00", "2026-11-18T06:00-05:00")],
                "2026-11-18T03:00-05:00",
                "on call until 2026-11-18T14:00:00.000Z",
            ),
        ];
        for (desk, all, time, expected) in table {
            let exceptions = declared(all);
            let state = desk.hours.met(&exceptions).state_at(&BOOK, at(time));
            assert_eq!(told(state), *expected, "{all:?} {time}");
        }
    }

    #[test]
    fn stretches_and_instants_tell_the_same() {
        let desk = Desk::parse(DESK).unwrap();
        let hour = Duration::from_secs(60 * 60);
        let (from, to) = (at("2026-11-13T00:00-05:00"), at("2026-11-23T00:00-05:00"));
        for what in Declared::ALL {
            for (since, until) in [
                ("2026-11-14T12:30-05:00", "2026-11-18T12:30-05:00"),
                ("2026-11-16T09:00-05:00", "2026-11-16T20:00-05:00"),
                ("2026-11-10T09:00-05:00", "2026-11-13T10:00-05:00"),
            ] {
                let exceptions = declared(&[(what, since, until)]);
                let met = desk.hours.met(&exceptions);
                let covers = met.covers(&BOOK, from, to);
                assert!(
                    covers.windows(2).all(|two| two[0].to == two[1].from && two[0].cover != two[1].cover)
                );
                assert_eq!((covers[0].from, covers[covers.len() - 1].to), (from, to));
                let mut now = from;
                while now < to {
                    let stretch = covers.iter().find(|one| one.from <= now && now < one.to).unwrap();
                    let (cover, ends) = match met.state_at(&BOOK, now) {
                        DeskState::Support { until } => (Cover::Support, until),
                        DeskState::OnCall { until } => (Cover::OnCall, until),
                        DeskState::Closed { resumes } => (Cover::Closed, resumes),
                    };
                    assert_eq!(cover, stretch.cover, "{what:?} {now}");
                    assert!(ends == stretch.to || stretch.to == to, "{what:?} {now} {ends}");
                    now = now + hour;
                }
            }
        }
    }

    #[test]
    fn it_has_an_end_and_a_name() {
        let now = Timestamp(1_795_000_000_000);
        for (until, verdict) in [
            (now + Duration::from_secs(60), Ok(())),
            (now + LONGEST, Ok(())),
            (now, Err(Unfit::Over)),
            (now + LONGEST + Duration::from_secs(1), Err(Unfit::TooLong)),
            (Timestamp::NEVER, Err(Unfit::TooLong)),
        ] {
            assert_eq!(check(now, until), verdict, "{until}");
        }
        for what in Declared::ALL {
            assert_eq!(what.name().parse(), Ok(what));
            assert_eq!(serde_json::to_value(what).unwrap(), what.name());
            assert!(
                what.replaces(what)
                    && Declared::ALL.iter().filter(|other| what.replaces(**other)).count() % 2 == 1
            );
        }
        assert_eq!("closed".parse::<Declared>(), Err(NotDeclared));
    }
}
