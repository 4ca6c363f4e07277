//! The one path by which a case changes: events go through the core, and what follows is written beside it.

use super::answer::NextTurn;
use super::job::{Job, TEXT_LIFETIME};
use super::{World, dead};
use crate::clock::Timestamp;
use crate::rules::case::{Case, Context, Decision, Event, Hands, Reply, decide};
use crate::rules::desk::Desk;
use crate::rules::effect::{Effect, Message, Recipient};
use crate::rules::escalation::Place;
use crate::rules::live::WaitingCall;
use crate::rules::page::AttemptState;
use crate::rules::policy::Policy;
use crate::rules::ticket::Entry;
use crate::store::ticket::Loaded;
use crate::store::{StoreError, Tx, outbox, ticket};
use std::time::Duration;

/// A page that is older than this is no page any more: it is not delivered, and the next attempt is under way.
const PAGE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The turn of a call of ours that is led on from where it found nobody: no other has its number.
const TURN_ALONE: u32 = 1000;

/// A case while a transaction works on it.
pub(super) struct Work {
    loaded: Loaded,
    /// In whose hands it was.
    hands: Hands,
    /// At which step it was.
    step: Option<(Place, Timestamp)>,
    is_new: bool,
    changed: bool,
    entries: Vec<Entry>,
    effects: Vec<Effect>,
    /// The job whose outcome is being recorded: what is looked for is what was asked for.
    pub(super) origin: Option<Job>,
    /// The number that the agent wrote to, from which the answer comes.
    pub(super) answer_from: Option<String>,
}

impl Work {
    /// On a ticket that this transaction opens.
    pub(super) fn on_new(case: Case) -> Work {
        Work::new(Loaded { case, entry_rows: 1, paged: Default::default(), facts: None }, true)
    }

    /// On a case that was read and locked.
    pub(super) fn on(loaded: Loaded) -> Work {
        Work::new(loaded, false)
    }

    fn new(loaded: Loaded, is_new: bool) -> Work {
        Work {
            hands: loaded.case.hands(),
            step: loaded.case.step(),
            loaded,
            is_new,
            changed: is_new,
            entries: Vec::new(),
            effects: Vec::new(),
            origin: None,
            answer_from: None,
        }
    }

    /// The case as it is now.
    pub(super) fn case(&self) -> &Case {
        &self.loaded.case
    }

    /// Lets an event happen.
    pub(super) fn happen(&mut self, world: &World, event: Event) -> Result<Reply, StoreError> {
        let before = &self.loaded.case;
        let desk = world.desk(&before.ticket.desk)?;
        let context = context(world, desk, before)?;
        let Decision { case, entries, effects, reply } = decide(&context, before.clone(), event);
        self.changed |= !entries.is_empty() || !effects.is_empty() || case != *before;
        self.loaded.case = case;
        self.entries.extend(entries);
        self.effects.extend(effects);
        Ok(reply)
    }

    /// Its caller goes on in another language than he did.
    pub(super) fn speaks(&mut self, world: &World, language: &str) -> Result<(), StoreError> {
        if self.case().ticket.language != language {
            self.happen(world, Event::Speaks { language: language.to_owned() })?;
        }
        Ok(())
    }

    /// What became of it, for who writes nothing: the case as it is now, the lines of its timeline, and what was to be
    /// performed.
    pub(super) fn on_paper(self) -> (Case, Vec<Entry>, Vec<Effect>) {
        (self.loaded.case, self.entries, self.effects)
    }

    /// Writes what changed.
    pub(super) async fn save(mut self, tx: &mut Tx, world: &World) -> Result<Case, StoreError> {
        if !self.changed {
            return Ok(self.loaded.case);
        }
        let effects = std::mem::take(&mut self.effects);
        let first = self.loaded.case.effect_count;
        self.loaded.case.effect_count += u32::try_from(effects.len()).unwrap_or(u32::MAX);
        if self.is_new {
            ticket::insert(tx, &self.loaded.case, &self.entries).await?;
        } else {
            if self.loaded.case.hands() != self.hands {
                self.loaded.case.turn = self.loaded.rows_after(&self.entries);
            }
            let step = self.loaded.case.step();
            if step.is_some() && step != self.step {
                self.loaded.case.stepped = self.loaded.rows_after(&self.entries);
            }
            ticket::update(tx, &self.loaded, &self.entries).await?;
        }
        if let Some(due) = self.loaded.case.next_due() {
            tx.wake(crate::store::Wake::Due(due));
        }
        for (ordinal, effect) in (first + 1..).zip(effects) {
            self.write_effect(tx, world, ordinal, effect).await?;
        }
        Ok(self.loaded.case)
    }

    async fn write_effect(
        &self,
        tx: &mut Tx,
        world: &World,
        ordinal: u32,
        effect: Effect,
    ) -> Result<(), StoreError> {
        let now = world.now;
        let (job, due) = match effect {
            Effect::Text { to, message, attempt, avoid, at } => {
                let lifetime = if attempt.is_some() { PAGE_LIFETIME } else { TEXT_LIFETIME };
                let body = self.words_for(world, &to, &message)?;
                let from = self.answer_from.clone().filter(|_| matches!(message, Message::Answer(_)));
                let to = to.number().to_string();
                (Job::Text { attempt, to, from, body, avoid, expires_at: at + lifetime }, at)
            }
            Effect::Ring { to, attempt, seconds, from, avoid, at } => {
                let from = from.map(|number| number.to_string());
                (Job::Ring { attempt, to: to.number().to_string(), seconds, from, avoid }, at)
            }
            Effect::LeadOn { call: WaitingCall { carrier, sid, version, step, turn }, at } => {
                (Job::LeadOn { carrier, sid, next: NextTurn::Flow { version, step, turn } }, at)
            }
            Effect::LeadAgentOn { carrier, sid, attempt, at } => {
                let next = NextTurn::Leg { attempt: attempt.as_str().to_owned(), turn: TURN_ALONE };
                (Job::LeadOn { carrier, sid, next }, at)
            }
            Effect::HangUp { carrier, sid } => (Job::HangUp { carrier, sid }, now),
            Effect::Withdraw { attempt } => {
                outbox::withdraw(tx, attempt.as_str(), now).await?;
                return Ok(());
            }
            Effect::LookUp { attempt, at } => match self.look_up(&attempt) {
                Some(job) => (job, at),
                None => return Ok(()),
            },
            Effect::AskReceipt { attempt, carrier, sid } => {
                let case = &self.loaded.case;
                let Some(known) = case.attempts.iter().find(|known| known.id == attempt) else {
                    return Ok(());
                };
                (Job::AskReceipt { method: known.method, attempt, carrier, sid }, now)
            }
            Effect::MarkMethod { number, method, why } => {
                let cause = format!("{}-e{ordinal}", self.loaded.case.ticket.id);
                return dead::out_of_use(tx, world, &cause, &number, method, &why).await;
            }
        };
        let case = &self.loaded.case;
        let id = format!("{}-e{ordinal}", case.ticket.id);
        let ticket = &case.ticket;
        job.write(tx, world, &id, Some(&ticket.id), ticket.severity.into(), due).await
    }

    /// The look-up of what the recorded job asked for.
    fn look_up(&self, attempt: &crate::rules::effect::AttemptId) -> Option<Job> {
        let known = self.loaded.case.attempts.iter().find(|known| known.id == *attempt)?;
        match self.origin.clone()? {
            again @ Job::LookUp { .. } => Some(again),
            of @ (Job::Text { .. } | Job::Ring { .. }) => {
                let AttemptState::Unknown { carrier, .. } = &known.state else { return None };
                Some(Job::LookUp { of: Box::new(of), carrier: carrier.clone(), since: known.asked_at })
            }
            _ => None,
        }
    }

    fn words_for(&self, world: &World, to: &Recipient, message: &Message) -> Result<String, StoreError> {
        let ticket = &self.loaded.case.ticket;
        let desk = world.desk(&ticket.desk)?;
        if let Recipient::Agent(agent, _) = to
            && let Some(agent) = desk.agent(agent)
        {
            return Ok(world.words_for_agent(desk, agent, message));
        }
        let language = match to {
            Recipient::Caller(_) => ticket.language.as_str(),
            Recipient::Agent(..) | Recipient::Manager(_) => "en",
        };
        Ok(world.words.message(language, &desk.name, &world.book, desk.zone(), message))
    }
}

/// What must be known to decide about a case.
pub(super) fn context<'a>(world: &'a World, desk: &'a Desk, case: &Case) -> Result<Context<'a>, StoreError> {
    Ok(context_by(world, desk, policy_of(desk, case)?))
}

/// The same, about any case that follows that policy.
pub(super) fn context_by<'a>(world: &'a World, desk: &'a Desk, policy: &'a Policy) -> Context<'a> {
    Context {
        desk,
        policy,
        book: &world.book,
        dead: world.dead(),
        mutes: world.desks.mutes_of(desk.key.as_str()),
        exceptions: world.desks.exceptions_of(desk.key.as_str()),
        cover_resumes: cover_resumes(world, desk),
        carriers: world.carriers,
        now: world.now,
    }
}

/// The policy that a case follows.
pub(super) fn policy_of<'a>(desk: &'a Desk, case: &Case) -> Result<&'a Policy, StoreError> {
    let of_line = desk.line(&case.ticket.line).and_then(|line| desk.policy_of(line));
    of_line
        .or(desk.policies.first())
        .ok_or_else(|| StoreError::Fault(format!("desk {} has no policy", desk.key.as_str())))
}

/// When somebody is there again; none if somebody is there now.
pub(super) fn cover_resumes(world: &World, desk: &Desk) -> Option<Timestamp> {
    let exceptions = world.desks.exceptions_of(desk.key.as_str());
    desk.hours.met(exceptions).cover_resumes(&world.book, world.now)
}
