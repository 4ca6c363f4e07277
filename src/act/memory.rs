//! A page that needs no database: for a call that could not be written down. What this process holds in memory (the
//! desk, the rota, the hour) is enough to text whoever the first step would page; the ticket, and the page that can be
//! acknowledged, follow once something can be written again.

use super::call::usable_caller_id;
use super::query::first_paged;
use super::{Acts, CallIn, Job, World};
use crate::rules::desk::Desk;
use crate::rules::effect::Message;
use crate::rules::policy::MethodKind;
use crate::store::outbox::LEASE;
use crate::store::{Claimed, Wake};

impl Acts {
    /// Texts everybody whom the first step pages now; once per call and agent, however often it is asked for.
    pub fn page_from_memory(&self, call: &CallIn) {
        let world = self.world();
        let Some(desk) = world.desks.by_line(&call.to) else { return };
        for claimed in unwritten_pages(&world, desk, call) {
            self.store().announce(Wake::Effect(claimed));
        }
    }
}

/// The texts, as rows that nobody else could claim: they stand in no table.
fn unwritten_pages(world: &World, desk: &Desk, call: &CallIn) -> Vec<Claimed> {
    let caller = usable_caller_id(desk, &call.from);
    let page = |agent| {
        let agent = desk.agent(&agent)?;
        let to = agent.numbers(MethodKind::Sms).next()?;
        let message = Message::Unwritten { line: call.to.clone(), caller: caller.clone() };
        let job = Job::Text {
            attempt: None,
            to: to.to_string(),
            from: None,
            body: world.words_for_agent(desk, agent, &message),
            avoid: Vec::new(),
            expires_at: world.now + LEASE,
        };
        Some(Claimed {
            id: format!("memory-{}-{}-{}", call.carrier, call.sid, agent.key),
            fence: 0,
            lease_until: world.now + LEASE,
            asked_at: world.now,
            doubtful: false,
            payload: serde_json::to_string(&job).ok()?,
        })
    };
    first_paged(world, desk, Some(&call.to)).into_iter().filter_map(page).collect()
}
