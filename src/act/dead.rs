//! Ways of reaching people that work no longer, whoever finds it out: a carrier that refuses or cannot deliver, or the
//! owner of the telephone by his STOP. They are passed over at once in this process and soon in all others, and managers
//! are told once.

use std::collections::BTreeSet;

use super::job::send_text;
use super::{Acts, Desks, World};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk, Gaps};
use crate::rules::effect::{Alert, Message};
use crate::rules::policy::MethodKind;
use crate::rules::severity::Severity;
use crate::store::{StoreError, Tx, desk};

impl Desks {
    /// Whether an emergency's page can reach an agent: by one of his rules, at a number that is in use.
    pub fn is_reachable(&self, agent: &Agent) -> bool {
        agent.rules_for(Severity::ONE).iter().any(|rule| {
            agent.numbers(rule.method).any(|number| !self.dead.contains(&(rule.method, number.clone())))
        })
    }
}

impl Acts {
    /// What the cover of a desk, in force or not, lacks from `from` to `to`, by what is known now of its agents' ways of
    /// being reached.
    pub fn gaps(&self, desk: &Desk, from: Timestamp, to: Timestamp) -> Gaps {
        let desks = self.desks();
        desk.gaps(self.book(), (from, to), |agent| desks.is_reachable(agent))
    }

    /// The next page must not try what was just found out of use, and may try again what is in use again. If it cannot
    /// be read now, the sweep reads it later.
    pub(super) async fn read_dead_again(&self) {
        if let Err(error) = self.reload_if_changed().await {
            tracing::warn!(%error, "what is out of use was not read again");
        }
    }
}

/// Passes over a way of reaching somebody from now on. If that is news, the managers of the desks whose agent it reached
/// are told, each once; `cause` names what found it out, uniquely.
pub(super) async fn out_of_use(
    tx: &mut Tx,
    world: &World,
    cause: &str,
    number: &PhoneNumber,
    method: MethodKind,
    why: &str,
) -> Result<(), StoreError> {
    if !desk::mark_dead(tx, number, method, why, world.now).await? {
        return Ok(());
    }
    let mut told = BTreeSet::new();
    for (desk, agent) in world.desks.agents_by_number(number) {
        let Some(manager) = &desk.manager else { continue };
        if !told.insert(manager) {
            continue;
        }
        let alert = Alert::MethodDead { agent: agent.name.clone(), method, why: why.to_owned() };
        let body = world.words.message("en", &desk.name, &world.book, desk.zone(), &Message::Alert(alert));
        let id = format!("{cause}-{}", desk.key.as_str());
        send_text(tx, world, &id, manager, None, body).await?;
    }
    Ok(())
}
