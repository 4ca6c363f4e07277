//! Mutes in the walk through the policy. Who is muted is passed over as if he could not be reached, and the next one is
//! asked at once. But no emergency goes to nobody because of a mute: it counts only while somebody else is left whom the
//! policy names, who can be reached, is not muted and has not declined; and only until everybody was tried once in vain.
//! Who is named by a person is paged in any case.

use super::{AgentKey, Case, Context, Hand};
use crate::rules::page::{Page, PageKind, PageState};
use crate::rules::policy::Target;

impl Context<'_> {
    /// Whether an agent is passed over, if anybody is.
    pub(super) fn is_muted(&self, agent: &AgentKey) -> bool {
        self.mutes.until(agent, self.now).is_some()
    }

    /// Whether a page would reach an agent, and may wake him.
    fn is_awake(&self, agent: &AgentKey) -> bool {
        !self.is_muted(agent) && self.desk.agent(agent).is_some_and(|agent| agent.is_reachable(self.dead))
    }

    /// Whom the last resort means: everybody, if it finds nobody.
    pub(super) fn last_resort(&self) -> Vec<AgentKey> {
        let agents = self.agents_of(&self.policy.last_resort);
        if agents.is_empty() { self.agents_of(&[Target::Everyone]) } else { agents }
    }

    /// Whom the policy names and who is awake, in its order.
    fn awake(&self) -> impl Iterator<Item = AgentKey> {
        let steps = self.policy.steps.iter().flat_map(|step| self.agents_of(&step.targets));
        steps.chain(self.last_resort()).filter(|agent| self.is_awake(agent))
    }

    /// Everybody whom a new emergency pages first now, in order: who is muted is passed over, as `Case::spare_muted` and
    /// `Case::spare_muted_of_last_resort` pass him over.
    pub fn first_paged(&self) -> Vec<AgentKey> {
        if self.awake().next().is_none() {
            return self.first_on_call();
        }
        let spared = |agents: Vec<AgentKey>| -> Vec<AgentKey> {
            agents.into_iter().filter(|agent| !self.is_muted(agent)).collect()
        };
        let steps = self.policy.steps.iter().map(|step| spared(self.agents_of(&step.targets)));
        let mut found = steps.filter(|agents| !agents.is_empty());
        found.next().unwrap_or_else(|| {
            let all = self.last_resort();
            if all.iter().any(|agent| self.is_awake(agent)) { spared(all) } else { all }
        })
    }

    /// Who is told of what nobody is woken for: the first on call, or who comes after him if he is muted.
    pub(super) fn first_to_notice(&self) -> Option<AgentKey> {
        let first = self.first_on_call().into_iter().next();
        let other = first.as_ref().filter(|first| self.is_muted(first)).and_then(|_| self.awake().next());
        other.or(first)
    }
}

/// Some agents, by whether they are paged.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) paged: Vec<AgentKey>,
    pub(super) muted: Vec<AgentKey>,
}

impl Case {
    /// Whether mutes count for this ticket now.
    fn honours_mutes(&self, context: &Context<'_>) -> bool {
        let in_vain = self.escalation.as_ref().is_some_and(|run| run.in_vain);
        !in_vain && context.awake().any(|agent| !self.has_declined(&agent))
    }

    /// Whether an agent was asked and will not take it.
    pub(super) fn has_declined(&self, agent: &AgentKey) -> bool {
        let last = self.pages.iter().rfind(|page| page.agent == *agent);
        last.is_some_and(|page| page.state == PageState::Declined)
    }

    /// Who of a step's people is paged, and who is passed over.
    pub(super) fn spare_muted(&self, hand: &Hand<'_>, agents: Vec<AgentKey>) -> Sorted {
        let context = hand.context;
        if !agents.iter().any(|agent| context.is_muted(agent)) || !self.honours_mutes(context) {
            return Sorted { paged: agents, muted: Vec::new() };
        }
        let (muted, paged) = agents.into_iter().partition(|agent| context.is_muted(agent));
        Sorted { paged, muted }
    }

    /// The same of the last resort, behind which there is nobody: it keeps somebody who is awake, or all.
    pub(super) fn spare_muted_of_last_resort(&self, hand: &Hand<'_>) -> Sorted {
        let all = hand.context.last_resort();
        let sorted = self.spare_muted(hand, all.clone());
        let is_left = |agent: &AgentKey| hand.context.is_awake(agent) && !self.has_declined(agent);
        match sorted.paged.iter().any(is_left) {
            true => sorted,
            false => Sorted { paged: all, muted: Vec::new() },
        }
    }

    /// Whether a page's next attempt is left out, since its agent was muted after it began.
    pub(super) fn is_silenced(&self, hand: &Hand<'_>, page: &Page) -> bool {
        let may_be = page.kind == PageKind::Emergency && !page.despite_mute;
        may_be && hand.context.is_muted(&page.agent) && self.honours_mutes(hand.context)
    }
}
