//! How people are told what is no page: cover, swaps, gaps. By a text where they take texts, since that wakes nobody; else
//! by a call, which waits for the day.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::contact::PhoneNumber;
use super::desk::{Agent, Desk};
use super::policy::MethodKind;
use super::zone::{Zone, ZoneBook};
use crate::clock::Timestamp;

/// The first hour of the day at which a telephone rings for a notice.
const MORNING: u32 = 8;

/// The hour from which on none rings any more.
const EVENING: u32 = 21;

/// A text wakes nobody.
const METHODS: [MethodKind; 2] = [MethodKind::Sms, MethodKind::Voice];

/// By what somebody is told, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// By a text, or by a call that says it.
    pub method: MethodKind,
    /// Where.
    pub number: PhoneNumber,
}

impl Way {
    /// The way to an agent. What his own notification rules name is what he chose, or all if he has none; what else his
    /// telephones take is for want of that. None if no number of his is in use.
    pub fn to_agent(agent: &Agent, dead: &BTreeSet<(MethodKind, PhoneNumber)>) -> Option<Way> {
        let named = |method| agent.rules.iter().any(|rule| rule.method == method);
        let (chosen, others): (Vec<MethodKind>, Vec<MethodKind>) =
            METHODS.into_iter().partition(|method| agent.rules.is_empty() || named(*method));
        let ways = chosen.into_iter().chain(others).flat_map(|method| {
            agent.numbers(method).map(move |number| Way { method, number: number.clone() })
        });
        ways.into_iter().find(|way| way.is_alive(dead))
    }

    /// The way to a desk's manager. What his telephone takes is known only if it is an agent's as well.
    pub fn to_manager(desk: &Desk, dead: &BTreeSet<(MethodKind, PhoneNumber)>) -> Option<Way> {
        let number = desk.manager.as_ref()?;
        let agent = desk.agent_by_number(number);
        let takes = |method| agent.is_none_or(|agent| agent.numbers(method).any(|his| his == number));
        let ways = METHODS.into_iter().filter(|method| takes(*method));
        ways.map(|method| Way { method, number: number.clone() }).find(|way| way.is_alive(dead))
    }

    fn is_alive(&self, dead: &BTreeSet<(MethodKind, PhoneNumber)>) -> bool {
        !dead.contains(&(self.method, self.number.clone()))
    }
}

/// From when on a telephone may ring for a notice: at once by day, else in the morning; but at once if it should be known
/// by an instant before that.
pub fn may_ring(now: Timestamp, by: Option<Timestamp>, zone: Zone, book: &ZoneBook) -> Timestamp {
    let wall = book.to_wall(zone, now);
    let date = match wall.hour() {
        MORNING..EVENING => return now,
        ..MORNING => Some(wall.date()),
        _ => wall.date().checked_add_days(Days::new(1)),
    };
    let morning = |date| NaiveDateTime::new(date, NaiveTime::MIN) + TimeDelta::hours(MORNING.into());
    let morning = date.map_or(now, |date| book.to_instant(zone, morning(date)));
    if by.is_some_and(|by| by <= morning) { now } else { morning }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::zone::tests::{BOOK, at, zone};

    const FILE: &str = include_str!("../../tests/desks/reservations.toml");
    const PHONE: &str = "[[agent.phone]]\nnumber = \"+18025550111\"\n";

    fn desk(instead: &str) -> Desk {
        let file = FILE.replace(PHONE, instead);
        assert!(instead == PHONE || file != FILE);
        Desk::parse(&file).unwrap()
    }

    /// Methods, with their numbers.
    type OutOfUse<'a> = &'a [(MethodKind, &'a str)];

    fn told(way: Option<Way>) -> String {
        way.map_or("nothing".into(), |way| format!("{:?} {}", way.method, way.number))
    }

    fn dead(methods: OutOfUse<'_>) -> BTreeSet<(MethodKind, PhoneNumber)> {
        methods.iter().map(|(method, number)| (*method, number.parse().unwrap())).collect()
    }

    #[test]
    fn an_agent_is_told_by_what_he_chose() {
        let (text, call) = (MethodKind::Sms, MethodKind::Voice);
        let calls_only = "[[agent.phone]]\nnumber = \"+18025550111\"\nmethods = [\"voice\"]\n";
        let second = format!("{calls_only}[[agent.phone]]\nnumber = \"+18025550115\"\n");
        let rule = |method| format!("{PHONE}[[agent.rule]]\nseverity = 1\nmethod = \"{method}\"\n");
        let (by_call, by_text) = (rule("voice"), rule("sms"));
        let (one, two) = ("+18025550111", "+18025550115");
        let table: &[(&str, OutOfUse<'_>, &str)] = &[
            (PHONE, &[], "Sms +18025550111"),
            (PHONE, &[(text, one)], "Voice +18025550111"),
            (PHONE, &[(text, one), (call, one)], "nothing"),
            (calls_only, &[], "Voice +18025550111"),
            (calls_only, &[(call, one)], "nothing"),
            (&second, &[], "Sms +18025550115"),
            (&second, &[(text, two)], "Voice +18025550111"),
            (&second, &[(text, two), (call, one)], "Voice +18025550115"),
            (&by_call, &[], "Voice +18025550111"),
            (&by_call, &[(call, one)], "Sms +18025550111"),
            (&by_text, &[], "Sms +18025550111"),
            (&by_text, &[(text, one)], "Voice +18025550111"),
        ];
        for (phones, out_of_use, expected) in table {
            let desk = desk(phones);
            let ada = desk.agent(&"ada".parse().unwrap()).unwrap();
            assert_eq!(told(Way::to_agent(ada, &dead(out_of_use))), *expected, "{phones} {out_of_use:?}");
        }
    }

    #[test]
    fn a_manager_is_told_by_what_his_number_takes() {
        let manager = "+18025550141";
        let his =
            |methods| format!("[[agent.phone]]\nnumber = \"{manager}\"\nmethods = [{methods}]\n{PHONE}");
        let calls_only = his("\"voice\"");
        let table: &[(&str, OutOfUse<'_>, &str)] = &[
            (PHONE, &[], "Sms +18025550141"),
            (PHONE, &[(MethodKind::Sms, manager)], "Voice +18025550141"),
            (&calls_only, &[], "Voice +18025550141"),
            (&calls_only, &[(MethodKind::Voice, manager)], "nothing"),
        ];
        for (phones, out_of_use, expected) in table {
            assert_eq!(told(Way::to_manager(&desk(phones), &dead(out_of_use))), *expected, "{phones}");
        }
    }

    #[test]
    fn no_telephone_rings_at_night_unless_morning_is_too_late() {
        for (now, by, expected) in [
            ("2026-11-18T08:00-05:00", None, "2026-11-18T08:00-05:00"),
            ("2026-11-18T20:59-05:00", None, "2026-11-18T20:59-05:00"),
            ("2026-11-18T21:00-05:00", None, "2026-11-19T08:00-05:00"),
            ("2026-11-18T03:00-05:00", None, "2026-11-18T08:00-05:00"),
            ("2026-11-18T03:00-05:00", Some("2026-11-18T09:00-05:00"), "2026-11-18T08:00-05:00"),
            ("2026-11-18T03:00-05:00", Some("2026-11-18T08:00-05:00"), "2026-11-18T03:00-05:00"),
            ("2026-11-18T03:00-05:00", Some("2026-11-18T02:00-05:00"), "2026-11-18T03:00-05:00"),
            // The clock goes back in that night, and forward in the other.
            ("2026-10-31T22:00-04:00", None, "2026-11-01T08:00-05:00"),
            ("2027-03-13T22:00-05:00", None, "2027-03-14T08:00-04:00"),
        ] {
            let found = may_ring(at(now), by.map(at), zone("America/New_York"), &BOOK);
            assert_eq!(found, at(expected), "{now} {by:?}");
        }
    }
}
