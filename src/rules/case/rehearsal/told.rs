//! A play in words: for the pages of policies, and for what-ifs on a page, in the API and at the command line.

use super::Scene;
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::rules::ticket::Happening;

/// A scene in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In words.
    pub words: String,
    /// A step, and not one of its attempts.
    pub step: bool,
    /// Whether it is as nobody wants it.
    pub warn: bool,
}

impl Scene {
    /// Whether it is a part of a play.
    pub fn is_told(&self) -> bool {
        matches!(
            self.what,
            Happening::PageDue { .. }
                | Happening::CallerWaits { .. }
                | Happening::WaitOver { .. }
                | Happening::StepStarted { .. }
                | Happening::NobodyOnStep { .. }
                | Happening::LastResort { .. }
                | Happening::NobodyToPage
                | Happening::PassedOver { .. }
                | Happening::PagedDespiteMute { .. }
                | Happening::AttemptStarted { .. }
                | Happening::AttemptSkipped { .. }
                | Happening::ManagerTold { .. }
                | Happening::CallerTold { .. }
        )
    }

    /// The scene in words, with an instant in those of `wall`, and with people's numbers or without (`numbers`); none if
    /// it is no part of a play.
    pub fn told(&self, desk: &Desk, wall: impl Fn(Timestamp) -> String, numbers: bool) -> Option<Told> {
        let number = self.number.as_ref().filter(|_| numbers);
        let number = number.map(|number| format!(" at {number}")).unwrap_or_default();
        let (words, step, warn) = match &self.what {
            Happening::PageDue { at } if *at <= self.at + desk.limits.triage_grace.duration() => {
                let within = at.since(self.at).as_secs();
                (format!("An emergency: the page leaves within {within} s"), false, false)
            }
            Happening::PageDue { at } => {
                (format!("The desk is closed: the page waits until {}", wall(*at)), true, false)
            }
            Happening::CallerWaits { agents } => (
                format!("The caller waits on the line while these are rung: {}", names(desk, agents)),
                true,
                false,
            ),
            Happening::WaitOver { .. } => ("He waits no more, and nobody came".into(), true, false),
            Happening::StepStarted { cycle, step, agents } => {
                (format!("Round {cycle}, step {step}: {}", names(desk, agents)), true, false)
            }
            Happening::NobodyOnStep { cycle, step } => {
                (format!("Round {cycle}, step {step} finds nobody: the next one at once"), true, true)
            }
            Happening::LastResort { agents } => {
                (format!("Last resort: {}", names(desk, agents)), true, false)
            }
            Happening::NobodyToPage => ("There is nobody to page".into(), true, true),
            Happening::PassedOver { agents } => {
                (format!("Muted, and passed over: {}", names(desk, agents)), false, true)
            }
            Happening::PagedDespiteMute { agent } => {
                (format!("{} is muted, and paged all the same", desk.name_of(agent)), false, true)
            }
            Happening::AttemptStarted { agent, method: by, .. } => {
                (format!("{} to {}{number}", by.word(), desk.name_of(agent)), false, false)
            }
            Happening::AttemptSkipped { agent, method: by, why } => {
                (format!("{} to {} is left out: {why}", by.word(), desk.name_of(agent)), false, true)
            }
            Happening::ManagerTold { what } => (format!("The manager is told: {what}"), false, false),
            Happening::CallerTold { what } => (format!("The caller is told: {what}"), false, false),
            _ => return None,
        };
        Some(Told { words, step, warn })
    }
}

fn names(desk: &Desk, agents: &[AgentKey]) -> String {
    agents.iter().map(|agent| desk.name_of(agent)).collect::<Vec<_>>().join(", ")
}

/// Minutes and seconds since a beginning, with hours where they are needed: `5:00`, `1:02:10`.
pub fn after(start: Timestamp, at: Timestamp) -> String {
    let seconds = at.since(start).as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_hours_where_they_are_needed() {
        for (seconds, told) in [(0, "0:00"), (300, "5:00"), (3599, "59:59"), (3730, "1:02:10")] {
            assert_eq!(after(Timestamp(0), Timestamp(seconds * 1000)), told);
        }
    }
}
