//! An emergency at some instant, played to its end without anybody answering: who would be texted and called, when, and
//! at which number. It is decided by [`decide`] itself, event by event, and not by a second account of the same rules;
//! the carriers of the play take everything at once, deliver every text, and every telephone rings out. What a caller does
//! meanwhile, whom a what-if has on the line, happens between ([`Staged`]). `told` says it in words.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Context, Decision, Effect, Event, decide};
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::effect::AttemptId;
use crate::rules::flow::FlowCommand;
use crate::rules::hours::Exceptions;
use crate::rules::mute::Mutes;
use crate::rules::page::{Ending, Receipt, Sent};
use crate::rules::people::AgentKey;
use crate::rules::policy::{MethodKind, Policy};
use crate::rules::ticket::{Entry, Happening, Ticket};
use crate::rules::ticket_number::TicketNumber;
use crate::rules::zone::ZoneBook;

pub use told::{Told, after};

/// More than the longest policy that anybody would write needs.
const MOST_EVENTS: usize = 4000;

/// The lines that are told, at the most.
const MOST_LINES: usize = 400;

/// What the play is played with.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal<'a> {
    /// The desk, in force or as a draft would have it.
    pub desk: &'a Desk,
    /// One of its policies.
    pub policy: &'a Policy,
    /// Rules of every zone.
    pub book: &'a ZoneBook,
    /// Numbers that a method no longer reaches.
    pub dead: &'a BTreeSet<(MethodKind, PhoneNumber)>,
    /// Who of the desk's agents is muted.
    pub mutes: &'a Mutes,
    /// What is declared of the desk.
    pub exceptions: &'a Exceptions,
    /// How many carriers there are to turn to.
    pub carriers: usize,
}

/// Something that would happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
    /// The number that is texted or called, if it is one of those.
    pub number: Option<PhoneNumber>,
}

/// What would happen until the policy begins again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Play {
    /// In order.
    pub scenes: Vec<Scene>,
    /// When it begins again from its first step; none if that is further off than the play goes.
    pub again: Option<Timestamp>,
}

impl<'a> Rehearsal<'a> {
    /// What would happen if the page of a Severity 1 were due at that instant.
    pub fn at(&self, start: Timestamp) -> Play {
        let Some(line) = self.desk.lines.first() else { return Play::default() };
        let id = Id::from_text("rehearsal");
        let ticket = Ticket::open(id, self.desk, &line.number, TicketNumber(1), None, start);
        let mut staged = self.stage(Case::open(ticket), start);
        staged.happen(start, Event::Flow(FlowCommand::Page));
        staged.play_out()
    }

    /// A case that is played from an instant on, with what others do to it in between.
    pub fn stage(self, case: Case, now: Timestamp) -> Staged<'a> {
        Staged {
            by: self,
            case,
            now,
            coming: BTreeMap::new(),
            events: 0,
            play: Play::default(),
            was_last_resort: false,
        }
    }

    /// Whom that page would reach first, in order.
    pub fn first_paged(&self, at: Timestamp) -> Vec<AgentKey> {
        self.context(at).first_paged()
    }

    fn context(&self, now: Timestamp) -> Context<'a> {
        let Rehearsal { desk, policy, book, dead, mutes, exceptions, carriers } = *self;
        let cover_resumes = desk.hours.met(exceptions).cover_resumes(book, now);
        Context { desk, policy, book, dead, mutes, exceptions, cover_resumes, carriers, now }
    }
}

/// A case that is being played.
#[derive(Clone, Debug)]
pub struct Staged<'a> {
    by: Rehearsal<'a>,
    case: Case,
    now: Timestamp,
    /// What the carriers of the play are going to say, and when.
    coming: BTreeMap<(Timestamp, usize), Event>,
    /// Events so far.
    events: usize,
    play: Play,
    was_last_resort: bool,
}

impl Staged<'_> {
    /// The case as it is now.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// What happened so far.
    pub fn scenes(&self) -> &[Scene] {
        &self.play.scenes
    }

    /// Lets an event happen.
    pub fn happen(&mut self, now: Timestamp, event: Event) {
        self.now = self.now.max(now);
        let decided = decide(&self.by.context(self.now), self.case.clone(), event);
        let Decision { case, entries, effects, .. } = decided;
        self.take_in(self.now, case, entries, effects);
    }

    /// Takes in what was decided elsewhere: the case as it is now, the lines of its timeline, and what is performed.
    pub fn take_in(&mut self, now: Timestamp, case: Case, entries: Vec<Entry>, effects: Vec<Effect>) {
        self.now = self.now.max(now);
        self.case = case;
        self.events += 1;
        for entry in entries {
            match &entry.what {
                Happening::LastResort { .. } | Happening::NobodyToPage => self.was_last_resort = true,
                Happening::StepStarted { .. } | Happening::NobodyOnStep { .. } if self.was_last_resort => {
                    self.play.again = Some(self.now);
                    return;
                }
                // What carriers say is made up.
                Happening::AttemptOutcome { .. } => continue,
                _ => {}
            }
            let number = match &entry.what {
                Happening::AttemptStarted { number, .. } => {
                    let attempt = self.case.attempts.iter().find(|attempt| attempt.ordinal == *number);
                    attempt.map(|attempt| attempt.number.clone())
                }
                _ => None,
            };
            self.play.scenes.push(Scene { at: entry.at, what: entry.what, number });
        }
        for (index, effect) in effects.into_iter().enumerate() {
            for (step, (at, event)) in answers(effect).into_iter().flatten().enumerate() {
                // Unique, and in the order in which they were asked for.
                self.coming.insert((at.max(self.now), (self.events * 64 + index) * 2 + step), event);
            }
        }
    }

    /// Lets time pass until an instant, with all that is due by then.
    pub fn pass(&mut self, until: Timestamp) {
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            self.go_on(due);
        }
        self.now = self.now.max(until);
    }

    /// Plays on until the policy begins again, or nothing more happens by itself.
    pub fn play_out(mut self) -> Play {
        while let Some(due) = self.next_due() {
            self.go_on(due);
        }
        self.play
    }

    /// When something happens next by itself; none if nothing does, or the play has gone as far as it goes.
    pub fn next_due(&self) -> Option<Timestamp> {
        let is_over =
            self.play.again.is_some() || self.events >= MOST_EVENTS || self.play.scenes.len() >= MOST_LINES;
        let said = self.coming.first_key_value().map(|((at, _), _)| *at);
        let next = [self.case.next_due(), said].into_iter().flatten().min();
        next.filter(|_| !is_over).map(|due| due.max(self.now))
    }

    fn go_on(&mut self, due: Timestamp) {
        let event = match self.coming.first_entry() {
            Some(entry) if entry.key().0 <= due => entry.remove(),
            _ => Event::Due,
        };
        self.happen(due, event);
    }
}

/// What the carriers of the play say to a request, and what they report of it.
fn answers(effect: Effect) -> Option<[(Timestamp, Event); 2]> {
    let taken = |attempt: &AttemptId| Event::Sent {
        attempt: attempt.clone(),
        outcome: Sent::Accepted { carrier: CARRIER.into(), sid: attempt.as_str().into() },
    };
    let report = |attempt: AttemptId, receipt: Receipt| Event::Receipt {
        sid: attempt.as_str().into(),
        attempt,
        carrier: CARRIER.into(),
        receipt,
    };
    match effect {
        Effect::Text { attempt: Some(attempt), at, .. } => {
            Some([(at, taken(&attempt)), (at, report(attempt, Receipt::Delivered))])
        }
        Effect::Ring { attempt, seconds, at, .. } => {
            let over = at + std::time::Duration::from_secs(seconds.into());
            Some([(at, taken(&attempt)), (over, report(attempt, Receipt::Ended(Ending::NoAnswer)))])
        }
        _ => None,
    }
}

/// What the play's carrier is called; nobody sees it.
const CARRIER: &str = "rehearsal";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::zone::tests::{BOOK, at};

    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

    /// The play, with seconds since its beginning.
    fn told(desk: &str, dead: &[&str], start: &str) -> Vec<String> {
        let desk = Desk::parse(desk).unwrap_or_else(|problems| panic!("{problems:?}"));
        let dead = dead.iter().map(|number| (MethodKind::Sms, number.parse().unwrap())).collect();
        let (policy, mutes, exceptions) = (&desk.policies[0], &Mutes::NONE, &Exceptions::NONE);
        let rehearsal =
            Rehearsal { desk: &desk, policy, book: &BOOK, dead: &dead, mutes, exceptions, carriers: 1 };
        let start = at(start);
        let play = rehearsal.at(start);
        let line = |scene: &Scene| {
            let number = scene.number.as_ref().map(|number| format!(" {number}")).unwrap_or_default();
            let what = match &scene.what {
                Happening::AttemptStarted { agent, method, .. } => format!("{agent} {method:?}"),
                Happening::AttemptSkipped { agent, method, .. } => format!("{agent} {method:?} skipped"),
                Happening::StepStarted { cycle, step, .. } => format!("step {cycle}.{step}"),
                Happening::NobodyOnStep { cycle, step } => format!("nobody on {cycle}.{step}"),
                other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
            };
            format!("{} {what}{number}", scene.at.since(start).as_secs())
        };
        let again = play.again.map(|again| format!("{} again", again.since(start).as_secs()));
        play.scenes.iter().map(line).chain(again).collect()
    }

    #[test]
    fn an_emergency_at_night_goes_through_its_policy() {
        let lines = told(DESK, &[], "2026-11-18T06:06-05:00");
        assert_eq!(
            lines[..9],
            [
                "0 step 1.1",
                "0 ada Sms +18025550111",
                "0 ada Voice +18025550111",
                "120 ada Voice +18025550111",
                "300 step 1.2",
                "300 ben Sms +18025550112",
                "300 ben Voice +18025550112",
                "420 ben Voice +18025550112",
                "600 step 2.1",
            ]
        );
        assert_eq!(lines[lines.len() - 1], "1500 again");
        assert!(lines.contains(&"1200 LastResort".to_owned()), "{lines:#?}");
        assert!(lines.contains(&"1200 cleo Voice +18025550114".to_owned()), "{lines:#?}");
    }

    #[test]
    fn what_is_out_of_use_or_empty_is_passed_over_and_a_closed_desk_waits() {
        let lines = told(DESK, &["+18025550111"], "2026-11-18T06:06-05:00");
        assert_eq!(lines[..3], ["0 step 1.1", "0 ada Sms skipped", "0 ada Voice +18025550111"]);
        let later = DESK.replace("starts = 2026-01-05", "starts = 2030-01-07");
        let lines = told(&later, &[], "2026-11-18T06:06-05:00");
        assert_eq!(lines[..4], ["0 nobody on 1.1", "0 nobody on 1.2", "0 LastResort", "0 ManagerTold"]);
        let closed = DESK.replace(
            "[[hours.holiday]]\nname = \"Martin",
            "on_call = [\"Mon-Sun 08:00-22:00\"]\n\n[[hours.holiday]]\nname = \"Martin",
        );
        let lines = told(&closed, &[], "2026-11-18T06:06-05:00");
        assert_eq!(lines[..2], ["0 PageDue", "6840 step 1.1"]);
    }

    #[test]
    fn a_play_ends_whatever_the_policy() {
        let long = DESK.replace("cycles = 2", "cycles = 4000000000");
        assert!(told(&long, &[], "2026-11-18T06:06-05:00").len() <= MOST_LINES + 16);
    }
}
