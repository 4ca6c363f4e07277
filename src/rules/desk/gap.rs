//! Stretches in which an emergency would not find whom it should, each with its reasons: found before the night in which
//! somebody rings. Looked for from change to change, of the hours and of every rota at once, with whom the pager would
//! ring at each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{Agent, AgentKey, Desk};
use crate::clock::Timestamp;
use crate::rules::hours::{Cover, Exceptions};
use crate::rules::mute::Mutes;
use crate::rules::policy::{Policy, Target};
use crate::rules::rota::Gap;
use crate::rules::zone::ZoneBook;

/// What a desk's cover lacks in a span.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Gaps {
    /// By the policies of its lines, in order of time, each stretch as long as nothing about it changes. In support hours
    /// the desk itself answers, and there are none.
    pub policies: Vec<PolicyGap>,
    /// When nobody is meant to be called: the caller hears when cover resumes, and the page of his emergency waits until
    /// then.
    pub closed: Vec<Gap>,
}

/// A stretch in which an emergency passes over a step of its policy, for want of anybody to page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PolicyGap {
    /// The policy's name.
    pub policy: String,
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
    /// Who is found instead.
    pub found: Found,
    /// Why each step that finds nobody does not, in the order of the steps.
    pub why: Vec<Lack>,
}

impl PolicyGap {
    /// Whether no step finds anybody.
    pub fn is_bare(&self) -> bool {
        matches!(self.found, Found::Nobody | Found::LastResort)
    }
}

/// Who is found in a [`PolicyGap`]; the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Found {
    /// Nobody at all: not even the last resort can be reached.
    Nobody,
    /// The last resort alone, or where it names nobody, everybody.
    LastResort,
    /// Another step has somebody, and the emergency loses no time over the others.
    Step {
        /// The first that has, from 1.
        step: usize,
    },
}

/// Why a step finds nobody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Lack {
    /// Which step, from 1.
    pub step: usize,
    /// The rota that it asks, if it is about one.
    pub rota: Option<String>,
    /// What is wrong there.
    pub reason: Reason,
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Nobody is on call by the rota.
    Hole,
    /// The agent is not of the desk any more.
    Gone {
        /// Who.
        agent: AgentKey,
    },
    /// None of the agent's ways of being paged works.
    Unreachable {
        /// Who.
        agent: AgentKey,
    },
    /// The agent is muted, and somebody else is not.
    Muted {
        /// Who.
        agent: AgentKey,
    },
    /// It names nobody, or a rota that the desk does not have.
    Empty,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: ", self.step)?;
        match (&self.reason, &self.rota) {
            (Reason::Hole, Some(rota)) => write!(f, "the rota {rota} has nobody"),
            (Reason::Gone { agent }, Some(rota)) => {
                write!(f, "{agent}, whom the rota {rota} names, is no agent of the desk")
            }
            (Reason::Gone { agent }, None) => write!(f, "{agent} is no agent of the desk"),
            (Reason::Unreachable { agent }, Some(rota)) => {
                write!(f, "{agent}, who is on call by the rota {rota}, cannot be reached by any telephone")
            }
            (Reason::Unreachable { agent }, None) => write!(f, "{agent} cannot be reached by any telephone"),
            (Reason::Muted { agent }, Some(rota)) => {
                write!(f, "{agent}, who is on call by the rota {rota}, is muted")
            }
            (Reason::Muted { agent }, None) => write!(f, "{agent} is muted"),
            (Reason::Empty, Some(rota)) => write!(f, "there is no rota {rota}"),
            (Reason::Hole | Reason::Empty, None) => f.write_str("it names nobody"),
        }
    }
}

impl Desk {
    /// What the desk's cover lacks from `from` to `to`; the first and the last stretches are cut there. `is_reachable`
    /// knows whether an emergency's page can reach an agent, `mutes` who is passed over all the same for a while, and
    /// `exceptions` what is declared of the hours.
    pub fn gaps(
        &self,
        book: &ZoneBook,
        (from, to): (Timestamp, Timestamp),
        is_reachable: impl Fn(&Agent) -> bool,
        mutes: &Mutes,
        exceptions: &Exceptions,
    ) -> Gaps {
        let policies = self.policies_in_use();
        let reachable = self.agents.iter().map(|agent| (&agent.key, is_reachable(agent))).collect();
        let rotas: BTreeSet<&str> = policies.iter().flat_map(|policy| rotas_named(policy)).collect();
        let rotas = rotas.into_iter().filter_map(|name| self.rota(name));
        let mut now = Now { at: from, mutes, exceptions, reachable, on_call: BTreeMap::new() };
        let mut tracks: Vec<_> = rotas.map(|rota| (rota, rota.held(book, from, to).peekable())).collect();
        let mut gaps = Gaps::default();
        for hours in self.hours.met(exceptions).covers(book, from, to) {
            if hours.cover == Cover::Closed {
                gaps.closed.push(Gap { from: hours.from, to: hours.to });
            }
            let mut at = hours.from;
            while at < hours.to {
                let edges = [mutes.next_end(at), exceptions.next_edge(at)];
                let mut until = edges.into_iter().flatten().fold(hours.to, Timestamp::min);
                now.at = at;
                for (rota, track) in &mut tracks {
                    while track.next_if(|held| held.to <= at).is_some() {}
                    if let Some(held) = track.peek() {
                        until = until.min(held.to);
                        now.on_call.insert(&rota.name, held.agent);
                    }
                }
                if hours.cover == Cover::OnCall {
                    let found = policies.iter().filter_map(|policy| now.gap(policy, at, until));
                    found.for_each(|gap| gaps.add(gap));
                }
                at = until;
            }
        }
        gaps.policies.sort_by_key(|gap| gap.from);
        gaps
    }

    /// The policies that the desk's lines follow, each once, in the order of the lines.
    fn policies_in_use(&self) -> Vec<&Policy> {
        let mut policies: Vec<&Policy> = Vec::new();
        for policy in self.lines.iter().filter_map(|line| self.policy_of(line)) {
            if policies.iter().all(|known| known.name != policy.name) {
                policies.push(policy);
            }
        }
        policies
    }
}

impl Gaps {
    /// What of it lies between two instants, cut there.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Gaps {
        let cut = |start: Timestamp, end: Timestamp| (start.max(from), end.min(to));
        let policies = self.policies.iter().filter_map(|gap| {
            let (from, to) = cut(gap.from, gap.to);
            (from < to).then(|| PolicyGap { from, to, ..gap.clone() })
        });
        let closed = self.closed.iter().filter_map(|gap| {
            let (from, to) = cut(gap.from, gap.to);
            (from < to).then_some(Gap { from, to })
        });
        Gaps { policies: policies.collect(), closed: closed.collect() }
    }

    /// Whether these have all of a stretch already in which nobody is found: by the same policy, none of its steps found
    /// anybody then, whatever the reasons, and nobody better was found instead.
    pub fn have(&self, gap: &PolicyGap) -> bool {
        let bare = self.policies.iter().filter(|old| old.is_bare() && old.policy == gap.policy);
        // They come in order of their beginnings.
        let covered = bare
            .filter(|old| old.found <= gap.found)
            .fold(gap.from, |covered, old| if old.from <= covered { covered.max(old.to) } else { covered });
        gap.to <= covered
    }

    /// Adds a stretch, or lengthens the one that it goes on.
    fn add(&mut self, gap: PolicyGap) {
        let last = self.policies.iter_mut().rev().find(|last| last.policy == gap.policy);
        match last.filter(|last| last.to == gap.from && last.found == gap.found && last.why == gap.why) {
            Some(last) => last.to = gap.to,
            None => self.policies.push(gap),
        }
    }
}

/// The rotas that a policy's steps and its last resort name.
fn rotas_named(policy: &Policy) -> impl Iterator<Item = &str> {
    let targets = policy.steps.iter().flat_map(|step| &step.targets).chain(&policy.last_resort);
    targets.filter_map(|target| match target {
        Target::Rota(name) => Some(name.as_str()),
        Target::Agent(_) | Target::Everyone => None,
    })
}

/// Whom pages would reach at the instant that the walk has come to.
struct Now<'a> {
    at: Timestamp,
    mutes: &'a Mutes,
    exceptions: &'a Exceptions,
    /// Every agent of the desk.
    reachable: BTreeMap<&'a AgentKey, bool>,
    /// By rota.
    on_call: BTreeMap<&'a str, Option<&'a AgentKey>>,
}

impl Now<'_> {
    /// What a policy lacks, if it lacks anything.
    fn gap(&self, policy: &Policy, from: Timestamp, to: Timestamp) -> Option<PolicyGap> {
        let everyone = self.exceptions.is_everyone(self.at);
        // A mute counts only while it leaves somebody (`case::muted`).
        let mutes = (0..policy.steps.len())
            .any(|step| self.lacks(&policy.targets(step, everyone), 0, true).is_none())
            || self.last_resort_finds(policy, true);
        let mut why = Vec::new();
        let mut first = None;
        for index in 0..policy.steps.len() {
            let lacks = self.lacks(&policy.targets(index, everyone), index + 1, mutes);
            match lacks {
                None => first = first.or(Some(Found::Step { step: index + 1 })),
                Some(lacks) => why.extend(lacks),
            }
        }
        // The last resort is always paged, whoever is muted.
        let last_resort = || match self.last_resort_finds(policy, false) {
            true => Found::LastResort,
            false => Found::Nobody,
        };
        let found = || first.unwrap_or_else(last_resort);
        (!why.is_empty() || first.is_none()).then(|| PolicyGap {
            policy: policy.name.clone(),
            from,
            to,
            found: found(),
            why,
        })
    }

    /// Whether the last resort finds somebody; where it names nobody, it means everybody.
    fn last_resort_finds(&self, policy: &Policy, mutes: bool) -> bool {
        let is_somebody =
            |lack: &Lack| matches!(lack.reason, Reason::Unreachable { .. } | Reason::Muted { .. });
        match self.lacks(&policy.last_resort, 0, mutes) {
            None => true,
            Some(lacks) if lacks.iter().any(is_somebody) => false,
            Some(_) => self.lacks(&[Target::Everyone], 0, mutes).is_none(),
        }
    }

    /// Why targets find nobody; `None` if they find somebody. Who is muted is nobody, if `mutes` count.
    fn lacks(&self, targets: &[Target], step: usize, mutes: bool) -> Option<Vec<Lack>> {
        let mut lacks = Vec::new();
        for target in targets {
            let lack = |reason| Lack {
                step,
                rota: match target {
                    Target::Rota(name) => Some(name.clone()),
                    Target::Agent(_) | Target::Everyone => None,
                },
                reason,
            };
            match target {
                Target::Everyone => {
                    for agent in self.reachable.keys() {
                        lacks.push(lack(self.lack_of(agent, mutes)?));
                    }
                }
                Target::Agent(agent) => lacks.push(lack(self.lack_of(agent, mutes)?)),
                Target::Rota(name) => lacks.push(lack(match self.on_call.get(name.as_str()) {
                    None => Reason::Empty,
                    Some(None) => Reason::Hole,
                    Some(Some(agent)) => self.lack_of(agent, mutes)?,
                })),
            }
        }
        if lacks.is_empty() {
            lacks.push(Lack { step, rota: None, reason: Reason::Empty });
        }
        Some(lacks)
    }

    /// Why a page does not reach an agent; `None` if it does.
    fn lack_of(&self, agent: &AgentKey, mutes: bool) -> Option<Reason> {
        match self.reachable.get(agent) {
            Some(true) if mutes && self.mutes.until(agent, self.at).is_some() => {
                Some(Reason::Muted { agent: agent.clone() })
            }
            Some(true) => None,
            Some(false) => Some(Reason::Unreachable { agent: agent.clone() }),
            None => Some(Reason::Gone { agent: agent.clone() }),
        }
    }
}

#[cfg(test)]
mod tests;
