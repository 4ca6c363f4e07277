//! The end of pages: nobody is asked any more, and whoever was is told so.

use std::collections::BTreeSet;

use super::{Actor, AgentKey, AttemptId, Case, Hand, Happening, Message};
use crate::rules::effect::Over;
use crate::rules::page::{PageKind, PageState, Purpose};

impl Case {
    /// Takes back every page but that of `keep`. Whoever else may believe that it waits for him is told to stand down:
    /// who was already tried in this run, who passed it on, and who has it; and `why`. `spare` is the call on which the
    /// agent is speaking to us.
    pub(super) fn withdraw_pages(
        &mut self,
        hand: &mut Hand<'_>,
        keep: Option<&AgentKey>,
        why: &Over,
        spare: Option<&AttemptId>,
    ) {
        let since = self.escalation.as_ref().map_or(self.ticket.opened_at, |run| run.since);
        let was_tried = |agent: &AgentKey| {
            self.attempts.iter().any(|attempt| {
                let of_page = matches!(attempt.purpose, Purpose::Page(_));
                of_page && attempt.agent == *agent && attempt.asked_at >= since && attempt.has_left()
            })
        };
        let others = self.pages.iter().filter(|page| page.is_open() && page.kind == PageKind::Emergency);
        let mut concerned: BTreeSet<AgentKey> =
            others.map(|page| &page.agent).filter(|agent| was_tried(agent)).cloned().collect();
        concerned.extend(self.holder().cloned());
        concerned.extend(self.escalation.iter_mut().flat_map(|run| std::mem::take(&mut run.passed_on)));
        self.end_attempts(hand, |_| true, spare);
        for page in self.pages.iter_mut().filter(|page| page.is_open()) {
            page.state =
                if keep == Some(&page.agent) { PageState::Acknowledged } else { PageState::Withdrawn };
        }
        for agent in concerned.into_iter().filter(|agent| keep != Some(agent)) {
            let stand_down = Message::StandDown { number: self.ticket.number, why: why.clone() };
            if hand.text_agent(&agent, stand_down) {
                hand.enter(Actor::Nightbell, Happening::StoodDown { agent });
            }
        }
    }

    /// Why nobody need act on it, as it stands.
    pub(super) fn why_over(&self, hand: &Hand<'_>) -> Over {
        match self.holder() {
            _ if !self.is_open() => Over::Closed,
            Some(holder) => Over::Taken { by: hand.context.desk.name_of(holder) },
            None => Over::Lowered { severity: self.ticket.severity, by: None },
        }
    }

    /// Ends an agent's open pages, with what is under way for them.
    pub(super) fn end_pages(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        state: PageState,
        spare: Option<&AttemptId>,
    ) -> bool {
        let mut ended = false;
        for page in self.pages.iter_mut().filter(|page| page.agent == *agent && page.is_open()) {
            page.state = state;
            ended = true;
        }
        if ended {
            self.end_attempts(hand, |attempt| attempt.agent == *agent, spare);
        }
        ended
    }
}
