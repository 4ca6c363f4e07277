//! Ways of reaching people that work no longer, whoever finds it out: a carrier that refuses or cannot deliver, or the
//! owner of the telephone by his STOP. They are passed over at once in this process and soon in all others, and managers
//! are told once.

use std::collections::BTreeSet;

use super::audit::{Note, note};
use super::job::send_text;
use super::{ActError, Acts, By, Desks, World};
use crate::clock::Timestamp;
use crate::rules::case::rehearsal::{Play, Rehearsal};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::effect::{Alert, Message};
use crate::rules::people::AgentKey;
use crate::rules::policy::{MethodKind, Policy};
use crate::store::{StoreError, Tx, desk};

impl Desks {
    /// Whether an emergency's page can reach an agent: by one of his rules, at a number that is in use.
    pub fn is_reachable(&self, agent: &Agent) -> bool {
        agent.is_reachable(&self.dead)
    }
}

impl Acts {
    /// What would happen if the page of a Severity 1 were due at that instant and nobody answered, by a policy of a desk
    /// that is in force or not, and by what is known now of its agents' ways of being reached.
    pub fn rehearse(&self, desk: &Desk, policy: &Policy, at: Timestamp) -> Play {
        self.rehearsal(&self.desks(), desk, policy).at(at)
    }

    /// Whom such a page would reach first, if it were due now.
    pub fn first_paged(&self, desk: &Desk, policy: &Policy) -> Vec<AgentKey> {
        self.rehearsal(&self.desks(), desk, policy).first_paged(self.clock().now())
    }

    fn rehearsal<'a>(&'a self, desks: &'a Desks, desk: &'a Desk, policy: &'a Policy) -> Rehearsal<'a> {
        let (mutes, carriers) = (desks.mutes_of(desk.key.as_str()), self.0.carriers.len());
        Rehearsal { desk, policy, book: self.book(), dead: &desks.dead, mutes, carriers }
    }

    /// Of some numbers, the ways by which they are passed over, each with why and since when.
    pub async fn out_of_use(&self, numbers: &[PhoneNumber]) -> Result<Vec<OutOfUse>, ActError> {
        let desks = self.desks();
        let dead = desks.dead.iter().filter(|(_, number)| numbers.contains(number)).cloned();
        Ok(self.store().read(whys, dead.collect()).await?)
    }

    /// Uses a way of reaching an agent again, as a manager of his desk says; false if it is in use, or is none of his.
    pub async fn use_again(&self, by: By, desk: &str, asked: Again) -> Result<bool, ActError> {
        let known = self.desks().by_key(desk).cloned();
        let is_his = known.is_some_and(|desk| {
            desk.agent(&asked.agent)
                .is_some_and(|agent| agent.numbers(asked.method).any(|his| *his == asked.number))
        });
        if !is_his {
            return Ok(false);
        }
        let revive = Revive { by, desk: desk.to_owned(), asked, now: self.clock().now() };
        let revived = self.store().write(revive_method, revive).await?;
        self.reload_if_changed().await?;
        Ok(revived)
    }

    /// The next page must not try what was just found out of use, and may try again what is in use again. If it cannot
    /// be read now, the sweep reads it later.
    pub(super) async fn read_dead_again(&self) {
        if let Err(error) = self.reload_if_changed().await {
            tracing::warn!(%error, "what is out of use was not read again");
        }
    }
}

/// A way of reaching somebody that is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfUse {
    /// The number.
    pub number: PhoneNumber,
    /// By what way.
    pub method: MethodKind,
    /// In the carrier's words, or ours.
    pub why: String,
    /// When that was found out.
    pub since: Timestamp,
}

/// A way of reaching an agent that is to be used again.
#[derive(Clone, Debug)]
pub struct Again {
    /// Whom.
    pub agent: AgentKey,
    /// At which of his numbers.
    pub number: PhoneNumber,
    /// By what way.
    pub method: MethodKind,
}

struct Revive {
    by: By,
    desk: String,
    asked: Again,
    now: Timestamp,
}

async fn whys(tx: &mut Tx, dead: &Vec<(MethodKind, PhoneNumber)>) -> Result<Vec<OutOfUse>, StoreError> {
    let mut found = Vec::with_capacity(dead.len());
    for (method, number) in dead {
        // It may be in use again by now.
        if let Some((why, since)) = desk::why_dead(tx, number, *method).await? {
            found.push(OutOfUse { number: number.clone(), method: *method, why, since });
        }
    }
    Ok(found)
}

async fn revive_method(tx: &mut Tx, revive: &Revive) -> Result<bool, StoreError> {
    let Revive { by, desk: key, asked, now } = revive;
    let Some((why, _)) = desk::why_dead(tx, &asked.number, asked.method).await? else { return Ok(false) };
    desk::revive(tx, &asked.number, asked.method).await?;
    let what = format!("{}s", asked.method.word());
    let entry = Note {
        desk: Some(key),
        before: Some(format!("{what} out of use: {why}")),
        after: Some(format!("{what} in use again")),
        ..Note::of("method.use_again", asked.agent.as_str())
    };
    note(tx, by, *now, entry).await?;
    Ok(true)
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
