//! A caller who waits on the line ([`crate::rules::live`]). Agents are rung by attempts of pages of their own kind, so
//! that acknowledging, declining and standing down are what they are for any page; the escalation rests meanwhile, and its
//! deadline is the end of the wait. Whatever ends the wait without a talk begins the page as if there had been none.

use super::{Actor, AgentKey, AttemptId, Case, Context, Effect, Hand, Happening, MethodKind, Reply, Spoken};
use crate::clock::Timestamp;
use crate::rules::bridge::{Bridge, Stage};
use crate::rules::contact::PhoneNumber;
use crate::rules::escalation::{Phase, Place};
use crate::rules::live::{KEY_PATIENCE, Live, LiveState, Ring, WaitingCall};
use crate::rules::page::{Attempt, AttemptState, Ending, Page, PageKind, PageState, Planned, Purpose};
use crate::rules::policy::Step;
use crate::rules::ticket::Via;
use std::time::Duration;

/// How long the end of the caller's own Dial may take to reach us, before his call is led on.
const REPORT_PATIENCE: Duration = Duration::from_secs(5);

impl Context<'_> {
    /// Whom a caller who waits may be put through to, in the order of the policy: who is not muted and has a telephone
    /// that rings. Nobody where the desk does not want it, or nobody is on call.
    fn live_order(&self) -> Vec<AgentKey> {
        if !self.desk.live_connect.enabled || self.cover_resumes.is_some() {
            return Vec::new();
        }
        let mut order: Vec<AgentKey> = Vec::new();
        for agent in self.policy.steps.iter().flat_map(|step| self.agents_of(&step.targets)) {
            let rings = self.number_of(&agent, MethodKind::Voice).is_some();
            if rings && !self.is_muted(&agent) && !order.contains(&agent) {
                order.push(agent);
            }
        }
        order
    }
}

impl Case {
    /// The telephone that would ring next for a caller who waits, or begins to, on that call; none if none would.
    pub fn next_for_caller(&self, context: &Context<'_>, call: &str) -> Option<PhoneNumber> {
        let agent = match &self.live {
            Some(live) if live.call.sid == call => {
                let waits = live.is_waiting() && context.now < live.until;
                live.order.get(live.rung).filter(|_| waits).cloned()
            }
            _ if self.may_wait() => context.live_order().into_iter().next(),
            _ => None,
        };
        context.number_of(&agent?, MethodKind::Voice)
    }

    /// Whether nobody has it, and somebody is wanted.
    fn may_wait(&self) -> bool {
        let phase = self.escalation.as_ref().map(|run| &run.phase);
        self.is_open() && matches!(phase, None | Some(Phase::Waiting { .. } | Phase::Paging { .. }))
    }

    /// The call by which the caller's own call rings somebody now, and whose telephone that is.
    pub fn rung_by_caller(&self) -> Option<(&AttemptId, &PhoneNumber)> {
        let last = self.live_attempts().last().filter(|attempt| attempt.is_pending());
        last.map(|attempt| (&attempt.id, &attempt.number))
    }

    /// Whether the caller waits on the line.
    pub fn has_caller_waiting(&self) -> bool {
        self.live.as_ref().is_some_and(Live::is_waiting)
    }

    /// The caller waits from now on, and somebody is rung.
    pub(super) fn begin_waiting(
        &mut self,
        hand: &mut Hand<'_>,
        call: WaitingCall,
        conference: bool,
        limit: Duration,
    ) -> Reply {
        let order = hand.context.live_order();
        if order.is_empty() || !self.may_wait() {
            return Reply::None;
        }
        let wanted = hand.context.desk.live_connect;
        let until = hand.now() + limit.min(wanted.limit.duration());
        self.begin_run(hand, Place::FIRST);
        if let Some(run) = &mut self.escalation {
            run.phase = Phase::Paging { place: Place::FIRST, until };
        }
        // He took his time, and the page has left: whoever's telephone rings already may come to him as well.
        for page in self.pages.iter_mut().filter(|page| page.is_open() && page.kind == PageKind::Emergency) {
            page.live = conference;
        }
        hand.enter(Actor::Nightbell, Happening::CallerWaits { agents: order.clone() });
        let all = conference && wanted.ring == Ring::All;
        let (now, state) = (hand.now(), LiveState::Waiting);
        self.live = Some(Live { call, conference, all, order, rung: 0, next_at: now, until, state });
        self.ring_next(hand);
        while all && self.live.as_ref().is_some_and(|live| live.rung < live.order.len()) {
            self.ring_next(hand);
        }
        Reply::None
    }

    /// The caller's own call rings the next one, which it was told to do in this turn.
    pub(super) fn caller_rings_next(&mut self, hand: &mut Hand<'_>) -> Reply {
        let before: Vec<AttemptId> = self.live_attempts().map(|attempt| attempt.id.clone()).collect();
        for id in before {
            // Nobody answered it, and it was no call of ours that would say so.
            if let Some(attempt) = self.attempt(&id)
                && attempt.is_pending()
            {
                attempt.state = AttemptState::Ended(Ending::Failed);
            }
        }
        self.ring_next(hand);
        Reply::None
    }

    /// Rings the next one for the caller who waits; false if there is nobody left.
    fn ring_next(&mut self, hand: &mut Hand<'_>) -> bool {
        let Some(live) = self.live.as_mut().filter(|live| live.is_waiting()) else { return false };
        let Some(agent) = live.order.get(live.rung).cloned() else { return false };
        live.rung += 1;
        live.next_at =
            hand.now() + Duration::from_secs(u64::from(hand.context.desk.limits.ring.0)) + KEY_PATIENCE;
        let by_us = live.conference;
        let rings = |attempt: &&Attempt| attempt.agent == agent && attempt.is_ringing(hand.now());
        if by_us && self.live_attempts().any(|attempt| rings(&attempt)) {
            return true;
        }
        let number = hand.context.number_of(&agent, MethodKind::Voice);
        let Some(number) = number.filter(|number| !hand.is_out_of_use(MethodKind::Voice, number)) else {
            return self.ring_next(hand);
        };
        self.end_pages(hand, &agent, PageState::Withdrawn, None);
        self.page_count += 1;
        self.paged.insert(agent.clone());
        let planned = Planned { method: MethodKind::Voice, number, due: hand.now(), fired: true };
        self.pages.push(Page {
            ordinal: self.page_count,
            agent: agent.clone(),
            kind: PageKind::Emergency,
            place: Place::FIRST,
            plan: vec![planned.clone()],
            state: PageState::Open,
            despite_mute: false,
            live: true,
        });
        let id = self.note_attempt(hand, Purpose::Page(self.page_count), &agent, &planned);
        if by_us {
            self.ask(hand, &id, hand.now());
        }
        true
    }

    /// The attempts of the wait that is going on.
    fn live_attempts(&self) -> impl Iterator<Item = &Attempt> {
        let pages = self.pages.iter().filter(|page| page.live && page.is_open());
        let ordinals: Vec<u32> = pages.map(|page| page.ordinal).collect();
        let of_live = move |attempt: &&Attempt| {
            let of_page = matches!(attempt.purpose, Purpose::Page(page) if ordinals.contains(&page));
            of_page && attempt.method == MethodKind::Voice
        };
        self.attempts.iter().filter(of_live)
    }

    /// What is due while a caller waits; true if something was done.
    pub(super) fn advance_waiting(&mut self, hand: &mut Hand<'_>) -> bool {
        let Some(live) = self.live.as_ref().filter(|live| live.is_waiting()) else { return false };
        let phase = self.escalation.as_ref().map(|run| &run.phase);
        let by_rule = matches!(phase, Some(Phase::Paging { until, .. }) if *until == live.until);
        if !self.is_open() || !by_rule || live.until <= hand.now() {
            self.stop_waiting(hand, true);
            return true;
        }
        if !live.conference {
            // His own call says how each one fared.
            return false;
        }
        let may_accept = self.live_attempts().any(|attempt| !attempt.is_over());
        if live.rung < live.order.len() {
            let is_due = !may_accept || live.next_at <= hand.now();
            if is_due {
                self.ring_next(hand);
            }
            return is_due;
        }
        if may_accept {
            return false;
        }
        self.stop_waiting(hand, true);
        true
    }

    /// The caller waits no more, and nobody accepted: telephones that ring for him stop, and the page begins. `lead_on`:
    /// his call is still where he waits.
    pub(super) fn stop_waiting(&mut self, hand: &mut Hand<'_>, lead_on: bool) {
        let Some(live) = self.live.as_mut().filter(|live| live.is_waiting()) else { return };
        live.state = LiveState::Over { attempt: None, reached: false, met: false };
        let until = live.until;
        if lead_on {
            let call = live.call.clone();
            hand.effect(Effect::LeadOn { call, at: hand.now() });
        }
        hand.enter(Actor::Nightbell, Happening::WaitOver { gave_up: !lead_on });
        let phase = self.escalation.as_ref().map(|run| &run.phase);
        let is_ours = matches!(phase, Some(Phase::Paging { until: known, .. }) if *known == until);
        if is_ours && self.is_open() {
            self.end_live_pages(hand);
            let place = self.first_not_declined(hand.context);
            self.start_paging(hand, place);
        }
    }

    /// Where the page begins after a wait: who would not take it then is not asked at once again.
    fn first_not_declined(&self, context: &Context<'_>) -> Place {
        let may_begin = |step: &Step| {
            let agents = context.agents_of(&step.targets);
            agents.is_empty() || agents.iter().any(|agent| !self.has_declined(agent))
        };
        let step = context.policy.steps.iter().position(may_begin);
        step.map_or(Place::FIRST, |step| Place { step, ..Place::FIRST })
    }

    /// Another run takes the place of the wait: a person sent it on, and its pages go with it.
    pub(super) fn drop_waiting(&mut self, hand: &mut Hand<'_>) {
        let Some(live) = self.live.as_mut().filter(|live| live.is_waiting()) else { return };
        live.state = LiveState::Over { attempt: None, reached: false, met: false };
        hand.effect(Effect::LeadOn { call: live.call.clone(), at: hand.now() });
        hand.enter(Actor::Nightbell, Happening::WaitOver { gave_up: false });
        self.end_live_pages(hand);
    }

    /// Ends what rings for a caller who waits no more: but who is listening may take it still, and whose telephone rings
    /// who is to be paged at once hears it ring on.
    fn end_live_pages(&mut self, hand: &mut Hand<'_>) {
        let first = hand.context.first_paged();
        let live: Vec<(AgentKey, u32)> = self
            .pages
            .iter()
            .filter(|page| page.live && page.is_open())
            .map(|page| (page.agent.clone(), page.ordinal))
            .collect();
        for (agent, ordinal) in live {
            let stays = self.attempts.iter().filter(|attempt| attempt.purpose == Purpose::Page(ordinal)).any(
                |attempt| match attempt.state {
                    AttemptState::Reached { .. } => self.rings_by_us(),
                    AttemptState::Asked | AttemptState::Accepted { .. } => {
                        first.contains(&agent) && self.rings_by_us()
                    }
                    AttemptState::Unknown { .. } | AttemptState::Ended(_) => false,
                },
            );
            if !stays {
                self.end_pages(hand, &agent, PageState::Withdrawn, None);
            }
        }
    }

    fn rings_by_us(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.conference)
    }

    /// Whether a key on this call puts its agent through to the caller.
    pub(super) fn is_for_waiting(&self, id: &AttemptId) -> bool {
        let Some(live) = self.live.as_ref().filter(|live| live.is_waiting()) else { return false };
        let at_his_carrier =
            |attempt: &Attempt| attempt.live_call().is_some_and(|(carrier, _)| carrier == live.call.carrier);
        self.live_attempts().any(|attempt| attempt.id == *id && at_his_carrier(attempt))
    }

    /// Somebody accepts: he has the ticket, all other telephones stop, and he goes to the caller.
    pub(super) fn accept_waiting(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, id: &AttemptId) -> Spoken {
        let Some(live) = self.live.as_mut().filter(|live| live.is_waiting()) else { return Spoken::Goodbye };
        let since = hand.now();
        live.state =
            LiveState::Talking { attempt: id.clone(), agent: agent.clone(), since, met: !live.conference };
        let (conference, name) = (live.conference, live.call.sid.clone());
        self.take(hand, agent, Via::Key, Some(id));
        let stage = Stage::Customer;
        let over_at = since + stage.patience();
        self.bridge = Some(Bridge { agent: agent.clone(), attempt: id.clone(), stage, over_at });
        hand.enter(Actor::Agent(agent.clone()), Happening::CallbackStarted { agent: agent.clone() });
        if conference { Spoken::JoinCaller { conference: name } } else { Spoken::Through }
    }

    /// Somebody came into the conference: the talk begins when it is the agent.
    pub(super) fn came_in(&mut self, hand: &Hand<'_>, sid: &str) -> Reply {
        let on = match self.live.as_ref().map(|live| &live.state) {
            Some(LiveState::Talking { attempt, met: false, .. }) => attempt.clone(),
            _ => return Reply::None,
        };
        let is_agents = self
            .attempts
            .iter()
            .any(|attempt| attempt.id == on && attempt.sids.iter().any(|known| known == sid));
        if let Some(Live { state: LiveState::Talking { since, met, .. }, .. }) = &mut self.live
            && is_agents
        {
            (*since, *met) = (hand.now(), true);
        }
        Reply::None
    }

    /// The caller's call is over: he waits no more, or the talk is over. An agent who was on his way to him finds nobody.
    pub(super) fn caller_left(&mut self, hand: &mut Hand<'_>, sid: &str) -> Reply {
        if self.live.as_ref().is_none_or(|live| live.call.sid != sid) {
            return Reply::None;
        }
        self.stop_waiting(hand, false);
        let Some(Live { state: LiveState::Talking { attempt, met, .. }, .. }) = &self.live else {
            return Reply::None;
        };
        let (attempt, met) = (attempt.clone(), *met);
        self.end_live_talk(hand, &attempt);
        if !met
            && let Some(attempt) = self.attempt(&attempt)
            && let Some((carrier, sid)) = attempt.live_call()
        {
            let (carrier, sid, id) = (carrier.to_owned(), sid.to_owned(), attempt.id.clone());
            hand.effect(Effect::LeadAgentOn { carrier, sid, attempt: id, at: hand.now() + REPORT_PATIENCE });
        }
        Reply::None
    }

    /// The caller's flow goes on from where he waited.
    pub(super) fn caller_goes_on(&mut self, hand: &mut Hand<'_>) -> Reply {
        self.stop_waiting_here(hand);
        if let Some(Live { state: LiveState::Talking { attempt, .. }, .. }) = &self.live {
            let attempt = attempt.clone();
            self.end_live_talk(hand, &attempt);
        }
        Reply::None
    }

    fn stop_waiting_here(&mut self, hand: &mut Hand<'_>) {
        let effects = hand.effects.len();
        self.stop_waiting(hand, true);
        // He is led on by this very turn.
        let own = |effect: &Effect| matches!(effect, Effect::LeadOn { .. });
        if let Some(index) = hand.effects.iter().skip(effects).position(own) {
            hand.effects.remove(effects + index);
        }
    }

    /// Whether this call is, or was, the one on which somebody accepted the caller who waited.
    pub(super) fn was_accepted_on(&self, id: &AttemptId) -> bool {
        match self.live.as_ref().map(|live| &live.state) {
            Some(LiveState::Talking { attempt, .. } | LiveState::Over { attempt: Some(attempt), .. }) => {
                attempt == id
            }
            _ => false,
        }
    }

    /// The talk with the caller who waited is over, by whoever says so first: true if it counts as the callback. A caller
    /// who is still in the conference goes on.
    pub(super) fn end_live_talk(&mut self, hand: &mut Hand<'_>, id: &AttemptId) -> bool {
        let enough = hand.context.desk.limits.min_callback_talk.duration();
        let Some(live) = &mut self.live else { return false };
        let (agent, since) = match &live.state {
            LiveState::Talking { attempt, agent, since, .. } if attempt == id => (agent.clone(), *since),
            LiveState::Over { reached, .. } => return *reached,
            _ => return false,
        };
        let (call, conference, met) = (live.call.clone(), live.conference, live.has_met(hand.now(), enough));
        self.bridge.take_if(|bridge| bridge.attempt == *id);
        let seconds = u32::try_from(hand.now().since(since).as_secs()).unwrap_or(u32::MAX);
        let reached = self.talked(hand, &agent, met.then_some((true, seconds)));
        if let Some(live) = &mut self.live {
            live.state = LiveState::Over { attempt: Some(id.clone()), reached, met };
        }
        if conference {
            hand.effect(Effect::LeadOn { call, at: hand.now() + REPORT_PATIENCE });
        }
        reached
    }

    /// When the wait wants something by time alone.
    pub(super) fn waiting_due(&self) -> Option<Timestamp> {
        self.live.as_ref().and_then(Live::next_due)
    }
}
