//! Stretches in which an emergency would find nobody on call: no step of the policy has anybody, and only its last
//! resort is left.

use super::Desk;
use crate::clock::Timestamp;
use crate::rules::hours::DeskState;
use crate::rules::policy::{Policy, Target};
use crate::rules::rota::{Gap, Rota};
use crate::rules::zone::ZoneBook;

impl Desk {
    /// The first stretch from `from` to `to` of the desk's on-call time in which no step of a policy finds anybody; it is
    /// cut there. In support hours the desk itself answers, and when it is closed nobody is meant to be called.
    pub fn first_gap(&self, policy: &Policy, book: &ZoneBook, from: Timestamp, to: Timestamp) -> Option<Gap> {
        let rotas = self.rotas_of(policy);
        let mut at = from;
        let mut begun = None;
        while at < to {
            let (is_on_call, until) = match self.hours.state_at(book, at) {
                DeskState::OnCall { until } => (true, until),
                DeskState::Support { until } | DeskState::Closed { resumes: until } => (false, until),
            };
            let nobody =
                || policy.steps.iter().all(|step| self.agents_of(&step.targets, book, at).is_empty());
            if is_on_call && nobody() {
                begun = begun.or(Some(at));
            } else if let Some(from) = begun {
                return Some(Gap { from, to: at });
            }
            let changes = rotas.iter().filter_map(|rota| rota.next_change(book, at));
            at = changes.fold(until, Timestamp::min);
        }
        begun.map(|from| Gap { from, to })
    }

    /// The rotas that a policy's steps page by, each once, in their order.
    pub fn rotas_of(&self, policy: &Policy) -> Vec<&Rota> {
        let mut rotas: Vec<&Rota> = Vec::new();
        for target in policy.steps.iter().flat_map(|step| &step.targets) {
            if let Target::Rota(name) = target
                && let Some(rota) = self.rota(name)
                && rotas.iter().all(|known| known.name != rota.name)
            {
                rotas.push(rota);
            }
        }
        rotas
    }
}
