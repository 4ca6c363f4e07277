//! A what-if in words, as the page, the API and the command line all say it.

use super::{EndOfTicket, Ending, Passage, WayOn, WhatIf, Who};
use crate::clock::Timestamp;
use crate::rules::case::rehearsal::{Scene, Told};
use crate::rules::desk::Desk;
use crate::rules::flow::play::Move;
use crate::rules::flow::{DeskClock, FlowCommand};
use crate::rules::script::{Prompt, Then};
use crate::rules::ticket::TicketState;

impl WhatIf {
    /// Who calls, and what the desk's calendar says, in sentences; an instant in the words of `wall`.
    pub fn told(&self, wall: impl Fn(Timestamp) -> String) -> Vec<String> {
        let mut told = vec![self.clock_told(wall), self.who_told()];
        if let Some(number) = self.open_ticket {
            told.push(format!("He has an open ticket, {number}, which he may join."));
        }
        if self.returning {
            told.push("A call from this number was abandoned just before: this one is an emergency.".into());
        }
        let (flow, _) = &self.flow;
        told.push(format!("The voice flow {flow} answers; an emergency follows the policy {}.", self.policy));
        told
    }

    fn clock_told(&self, wall: impl Fn(Timestamp) -> String) -> String {
        match (self.clock, self.resumes) {
            (DeskClock::Support, _) => "The desk itself answers at that time.".into(),
            (DeskClock::OnCall, _) => "Somebody is on call at that time.".into(),
            (DeskClock::Closed, Some(resumes)) => {
                format!("Nobody is on call at that time; cover resumes {}.", wall(resumes))
            }
            (DeskClock::Closed, None) => "Nobody is on call at that time.".into(),
        }
    }

    fn who_told(&self) -> String {
        match &self.who {
            Who::Withheld => "The caller’s number is withheld, or none that can be called.".into(),
            Who::Blocked => "The caller’s number is on the block list.".into(),
            Who::Agent { agent, pages } => {
                let name = self.asked.desk.name_of(agent);
                match pages {
                    0 => format!("{name} calls, an agent, for whom no page waits."),
                    1 => format!("{name} calls, an agent, for whom a page waits."),
                    many => format!("{name} calls, an agent, for whom {many} pages wait."),
                }
            }
            Who::Contact { customer, name } => format!("{name} of {customer} calls."),
            Who::Unknown => "Nobody whom the desk knows calls.".into(),
        }
    }
}

impl Passage {
    /// All that is heard, as one text.
    pub fn heard_told(&self) -> String {
        let words = self.heard.iter().map(|prompt| match prompt {
            Prompt::Say { text, .. } => text.clone(),
            Prompt::Play { url } => format!("[{url}]"),
            Prompt::Pause { seconds } => format!("[{seconds} s]"),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What happens without a word, in order.
    pub fn happens_told(&self) -> Vec<String> {
        let told = |command: &FlowCommand| match command {
            FlowCommand::Recorded { seconds, .. } => format!("message kept, {seconds} s"),
            command => command.to_string(),
        };
        self.commands.iter().map(told).collect()
    }

    /// What is waited for, or how the call ends.
    pub fn then_told(&self) -> String {
        match &self.then {
            Then::Gather { .. } => "waits for keys".into(),
            Then::Record { max_seconds, .. } => format!("records a message of {max_seconds} s at most"),
            Then::Dial { number, ring, .. } => format!("rings {number} for {ring} s"),
            Then::Conference { .. } => "rings who is on call while the caller waits".into(),
            Then::Through | Then::Continue => "goes on".into(),
            Then::Hangup => "hangs up".into(),
            Then::Reject { busy: true } => "does not answer: a busy tone".into(),
            Then::Reject { busy: false } => {
                "does not answer: the tone of a number that is not in service".into()
            }
        }
    }
}

impl WayOn {
    /// What is done.
    pub fn told(&self) -> String {
        let WayOn { made, times, seconds, .. } = self;
        let told = match made {
            Move::Keys(keys) => {
                let (keys, finish) = match keys.strip_suffix('#') {
                    Some(keys) if !keys.is_empty() => (keys, ", then #"),
                    _ => (keys.as_str(), ""),
                };
                format!("presses {keys}{finish}")
            }
            Move::Silence => format!("says and presses nothing, {seconds} s"),
            Move::Speak(seconds) => format!("speaks for {seconds} s"),
            Move::Talk(seconds) => format!("somebody answers, and they talk for {seconds} s"),
            Move::NoAnswer => format!("nobody answers within {seconds} s"),
            Move::HangUp => "hangs up".into(),
        };
        if *times > 1 { format!("{told} ({times} times asked)") } else { told }
    }
}

impl Ending {
    /// What has become of the ticket, in a sentence.
    pub fn told(&self) -> String {
        let Some(EndOfTicket { number, joined, severity, state, callback, .. }) = &self.ticket else {
            return "No ticket.".into();
        };
        let which = if *joined { format!("Joined ticket {number}") } else { format!("Ticket {number}") };
        let state = match state {
            TicketState::Abandoned => ", abandoned: no key and no word",
            TicketState::Resolved => ", resolved",
            TicketState::Open | TicketState::Merged { .. } => "",
        };
        let callback = match callback {
            Some(callback) if callback.confirmed => format!("called back on {}", callback.number),
            Some(callback) => format!("called back on {}, which nobody confirmed", callback.number),
            None => "without a number to call back".into(),
        };
        format!("{which}, severity {severity}{state}; {callback}.")
    }

    /// What happens for it, in words, each with its instant.
    pub fn played(
        &self,
        desk: &Desk,
        wall: impl Fn(Timestamp) -> String,
        numbers: bool,
    ) -> Vec<(Timestamp, Told)> {
        let told = |scene: &Scene| Some((scene.at, scene.told(desk, &wall, numbers)?));
        self.scenes.iter().filter_map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::what_if::Leads;

    #[test]
    fn what_a_caller_does_is_told_as_he_does_it() {
        for (made, times, seconds, told) in [
            (Move::Keys("1".into()), 1, 0, "presses 1"),
            (Move::Keys("1#".into()), 1, 0, "presses 1, then #"),
            (Move::Keys("#".into()), 1, 0, "presses #"),
            (Move::Keys("9".into()), 3, 0, "presses 9 (3 times asked)"),
            (Move::Silence, 3, 24, "says and presses nothing, 24 s (3 times asked)"),
            (Move::Speak(20), 1, 20, "speaks for 20 s"),
            (Move::NoAnswer, 1, 30, "nobody answers within 30 s"),
            (Move::HangUp, 1, 0, "hangs up"),
        ] {
            let way = WayOn { made, times, seconds, to: Leads::Passage(0) };
            assert_eq!(way.told(), told);
        }
    }
}
