//! Naming somebody: a ticket is handed over, or one more agent is paged for it. Nobody has a ticket by another's word:
//! whoever is named is paged, and takes it himself; if he does not, it goes on up the chain.

use super::{AgentKey, Case, Hand, Happening, Speaker, Via};
use crate::rules::effect::Answer;
use crate::rules::escalation::Phase;
use crate::rules::page::PageKind;

impl Case {
    /// It is to be another's. Who had it is told once somebody takes it; one that nobody has is nobody's to hand over,
    /// and the other is paged besides.
    pub(super) fn hand_over(&mut self, hand: &mut Hand<'_>, by: &Speaker, via: Via, to: &AgentKey) -> Answer {
        let number = self.ticket.number;
        match self.holder() {
            _ if hand.context.desk.agent(to).is_none() => return Answer::NoSuchAgent { number },
            None => return self.page_besides(hand, by, via, to),
            Some(holder) if holder == to => {
                return self.already_taken(hand).unwrap_or(Answer::NotAsked { number });
            }
            Some(_) => {}
        }
        hand.enter(by.actor(), Happening::HandedOver { to: to.clone(), via });
        self.start_paging_one(hand, to, self.place_now());
        Answer::HandedOver { number, to: hand.context.desk.name_of(to) }
    }

    /// One more agent is paged, and whoever is being tried goes on being tried.
    pub(super) fn page_besides(
        &mut self,
        hand: &mut Hand<'_>,
        by: &Speaker,
        via: Via,
        agent: &AgentKey,
    ) -> Answer {
        let number = self.ticket.number;
        if hand.context.desk.agent(agent).is_none() {
            return Answer::NoSuchAgent { number };
        }
        if let Some(taken) = self.already_taken(hand) {
            return taken;
        }
        hand.enter(by.actor(), Happening::PagedBesides { agent: agent.clone(), via });
        let place = self.place_now();
        match self.escalation.as_ref().map(|run| &run.phase) {
            Some(Phase::Waiting { .. } | Phase::Paging { .. }) => {
                self.page_agent(hand, agent, PageKind::Emergency, place);
            }
            _ => self.start_paging_one(hand, agent, place),
        }
        Answer::Paged { number, agent: hand.context.desk.name_of(agent) }
    }
}
