//! What is due, is done: attempts by the notification rules, steps of the policy, reminders, receipts that did not
//! come. Runs after every event and at every deadline, until nothing more is due.

use super::{
    Actor, AgentKey, AttemptId, Case, Context, Effect, Hand, Happening, Message, MethodKind, Recipient,
};
use crate::clock::Timestamp;
use crate::rules::effect::Alert;
use crate::rules::escalation::{Escalation, Phase, Place};
use crate::rules::page::{Attempt, AttemptState, Ending, Page, PageKind, PageState, Planned, Purpose};
use crate::rules::policy::{Step, Target};
use crate::rules::severity::Severity;

/// More rounds than any policy needs; what is still due after them is due again at once.
const MOST_ROUNDS: usize = 64;

/// Ended attempts that are kept for late receipts; older ones live on in the timeline.
const KEPT_ATTEMPTS: usize = 40;

impl Case {
    pub(super) fn settle(&mut self, hand: &mut Hand<'_>) {
        for _ in 0..MOST_ROUNDS {
            let acted = self.fire_attempts(hand) | self.advance(hand);
            if !acted {
                break;
            }
        }
        self.ask_for_receipts(hand);
        self.give_up_silent_bridge(hand);
        self.tell_caller_if_due(hand);
        self.forget_old_attempts();
    }

    /// Makes the attempts that are due; a dead method brings the next one forward.
    fn fire_attempts(&mut self, hand: &mut Hand<'_>) -> bool {
        let mut fired = false;
        for index in 0..self.pages.len() {
            while let Some(planned) = self.pages[index].take_due(hand.now()) {
                fired = true;
                let (ordinal, agent) = (self.pages[index].ordinal, self.pages[index].agent.clone());
                if hand.context.is_dead(planned.method, &planned.number) {
                    self.pages[index].bring_forward(hand.now());
                    hand.enter(
                        Actor::Nightbell,
                        Happening::AttemptSkipped { agent, method: planned.method, why: "out of use".into() },
                    );
                } else {
                    self.start_attempt(hand, Purpose::Page(ordinal), &agent, &planned);
                }
            }
        }
        fired
    }

    /// Makes an attempt and asks for it.
    pub(super) fn start_attempt(
        &mut self,
        hand: &mut Hand<'_>,
        purpose: Purpose,
        agent: &AgentKey,
        planned: &Planned,
    ) -> AttemptId {
        self.attempt_count += 1;
        let id: AttemptId = self.ticket.id.child('a', self.attempt_count);
        self.attempts.push(Attempt {
            id: id.clone(),
            ordinal: self.attempt_count,
            agent: agent.clone(),
            purpose,
            method: planned.method,
            number: planned.number.clone(),
            asked_at: hand.now(),
            tried: Vec::new(),
            retries: 0,
            wrong_keys: 0,
            state: AttemptState::Asked,
        });
        hand.enter(
            Actor::Nightbell,
            Happening::AttemptStarted {
                agent: agent.clone(),
                method: planned.method,
                number: self.attempt_count,
            },
        );
        self.ask(hand, &id, hand.now());
        id
    }

    /// Puts an attempt's request in the outbox.
    pub(super) fn ask(&mut self, hand: &mut Hand<'_>, id: &AttemptId, at: Timestamp) {
        let brief = self.brief();
        let notice = |case: &Case, page: u32| {
            case.pages.iter().any(|known| known.ordinal == page && known.kind == PageKind::Notice)
        };
        let Some(attempt) = self.attempts.iter().find(|attempt| attempt.id == *id) else { return };
        let to = Recipient::Agent(attempt.agent.clone(), attempt.number.clone());
        let effect = match (attempt.method, attempt.purpose) {
            (MethodKind::Voice, _) => Effect::Ring {
                to,
                attempt: id.clone(),
                seconds: hand.context.desk.limits.ring.0,
                avoid: attempt.tried.clone(),
                at,
            },
            (MethodKind::Sms, purpose) => Effect::Text {
                to,
                message: match purpose {
                    Purpose::Page(page) if notice(self, page) => Message::AbandonedNotice(brief),
                    _ => Message::Page(brief),
                },
                attempt: Some(id.clone()),
                avoid: attempt.tried.clone(),
                at,
            },
        };
        hand.effect(effect);
    }

    /// Moves the escalation on, if its time is up or its people are spent.
    fn advance(&mut self, hand: &mut Hand<'_>) -> bool {
        let Some(escalation) = &self.escalation else { return false };
        let now = hand.now();
        let (steps, cycles) = (hand.context.policy.steps.len(), hand.context.policy.cycles);
        match &escalation.phase {
            Phase::Waiting { page_at } if *page_at <= now => {
                self.start_paging(hand, Place::FIRST);
                true
            }
            // The last resort always gets its time: it is where a policy rests that reaches nobody.
            Phase::Paging { place, until }
                if *until <= now || (!place.is_last_resort(steps) && self.is_spent(*place)) =>
            {
                let next = place.next(steps, cycles);
                self.start_step(hand, next);
                true
            }
            Phase::Acknowledged { by, limit, reminded, .. } if *limit <= now && self.bridge.is_none() => {
                let (by, reminded) = (by.clone(), *reminded);
                if reminded {
                    hand.enter(Actor::Nightbell, Happening::CallbackOverdue);
                    let next = escalation.phase.place_after(steps, cycles);
                    self.start_paging(hand, next);
                } else {
                    hand.enter(Actor::Nightbell, Happening::CallbackReminder);
                    hand.text_agent(&by, Message::CallbackReminder(self.brief()));
                    self.remind(hand);
                }
                true
            }
            _ => false,
        }
    }

    fn remind(&mut self, hand: &Hand<'_>) {
        let next = hand.now() + hand.context.desk.limits.callback_limit.duration();
        if let Some(Phase::Acknowledged { limit, reminded, .. }) =
            self.escalation.as_mut().map(|run| &mut run.phase)
        {
            (*limit, *reminded) = (next, true);
        }
    }

    /// Starts a run at a step; who had the ticket before has it no more.
    pub(super) fn start_paging(&mut self, hand: &mut Hand<'_>, place: Place) {
        let tell_at = hand.now() + hand.context.desk.limits.caller_told_after.duration();
        let pushed_at = self.escalation.as_ref().and_then(|run| run.pushed_at);
        let phase = Phase::Paging { place, until: hand.now() };
        self.escalation = Some(Escalation { phase, tell_caller_at: Some(tell_at), pushed_at });
        self.start_step(hand, place);
    }

    /// Pages a step's people; an empty step leads to the next one at once, and an empty last resort to everybody.
    fn start_step(&mut self, hand: &mut Hand<'_>, mut place: Place) {
        let context = hand.context;
        let policy = context.policy;
        let steps = policy.steps.len();
        let agents = loop {
            if place.is_last_resort(steps) {
                let agents = agents_of(context, &policy.last_resort);
                break if agents.is_empty() { agents_of(context, &[Target::Everyone]) } else { agents };
            }
            let agents = agents_of(context, &policy.steps[place.step].targets);
            if !agents.is_empty() {
                break agents;
            }
            hand.enter(
                Actor::Nightbell,
                Happening::NobodyOnStep { cycle: place.cycle, step: place.step + 1 },
            );
            // An empty rota must not cost the caller the rest of the cycles: the last resort is next at the latest.
            place = if place.step + 1 < steps {
                Place { step: place.step + 1, ..place }
            } else {
                Place { step: steps, ..place }
            };
        };
        let new_cycle = place.step == 0 && place.cycle > 1;
        hand.enter(
            Actor::Nightbell,
            match place.is_last_resort(steps) {
                _ if agents.is_empty() => Happening::NobodyToPage,
                true => Happening::LastResort { agents: agents.clone() },
                false => Happening::StepStarted {
                    cycle: place.cycle,
                    step: place.step + 1,
                    agents: agents.clone(),
                },
            },
        );
        if agents.is_empty() || place.is_last_resort(steps) {
            let number = self.ticket.number;
            hand.alert_manager("nobody has taken it", Message::Alert(Alert::NobodyOnCall { number }));
        }
        let delay = policy
            .steps
            .get(place.step)
            .or(policy.steps.last())
            .map_or(Step::default_delay(), |step| step.delay);
        if let Some(run) = &mut self.escalation {
            run.phase = Phase::Paging { place, until: hand.now() + delay.duration() };
            if new_cycle {
                run.tell_caller_at = Some(hand.now());
            }
        }
        for agent in agents {
            self.page_agent(hand, &agent, PageKind::Emergency, place);
        }
    }

    /// Opens a page for an agent, unless one is still being worked through.
    pub(super) fn page_agent(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, kind: PageKind, place: Place) {
        let busy = self.pages.iter().position(|page| {
            page.agent == *agent
                && page.is_open()
                && (page.next_due().is_some() || self.attempts_of(page).any(|attempt| !attempt.is_over()))
        });
        if let Some(index) = busy {
            self.pages[index].place = place;
            return;
        }
        for page in self.pages.iter_mut().filter(|page| page.agent == *agent && page.is_open()) {
            page.state = PageState::Withdrawn;
        }
        let Some(known) = hand.context.desk.agent(agent) else { return };
        let severity = if kind == PageKind::Notice { Severity::THREE } else { self.ticket.severity };
        let plan: Vec<Planned> = known
            .rules_for(severity)
            .iter()
            .flat_map(|rule| {
                let due = hand.now() + rule.after.duration();
                known.numbers(rule.method).map(move |number| Planned {
                    method: rule.method,
                    number: number.clone(),
                    due,
                    fired: false,
                })
            })
            .collect();
        self.page_count += 1;
        self.paged.insert(agent.clone());
        self.pages.push(Page {
            ordinal: self.page_count,
            agent: agent.clone(),
            kind,
            place,
            plan,
            state: PageState::Open,
        });
    }

    pub(super) fn attempts_of<'a>(&'a self, page: &'a Page) -> impl Iterator<Item = &'a Attempt> + 'a {
        let purpose = Purpose::Page(page.ordinal);
        self.attempts.iter().filter(move |attempt| attempt.purpose == purpose)
    }

    /// Whether nobody at this step can still answer: all declined, or could not be reached by any method.
    fn is_spent(&self, place: Place) -> bool {
        self.pages.iter().filter(|page| page.place == place).all(|page| match page.state {
            PageState::Open => page.next_due().is_none() && self.attempts_of(page).all(Attempt::has_failed),
            _ => true,
        })
    }

    /// A receipt that does not come: the carrier is asked, and the next method does not wait for the answer.
    fn ask_for_receipts(&mut self, hand: &mut Hand<'_>) {
        let now = hand.now();
        let mut overdue = Vec::new();
        for attempt in &mut self.attempts {
            if attempt.receipt_due().is_some_and(|due| due <= now)
                && let AttemptState::Accepted { carrier, sid, asked_receipt, .. } = &mut attempt.state
            {
                *asked_receipt = true;
                overdue.push(attempt.purpose);
                hand.effects.push(Effect::AskReceipt {
                    attempt: attempt.id.clone(),
                    carrier: carrier.clone(),
                    sid: sid.clone(),
                });
            }
        }
        for purpose in overdue {
            if let Purpose::Page(ordinal) = purpose
                && let Some(page) = self.pages.iter_mut().find(|page| page.ordinal == ordinal)
            {
                page.bring_forward(now);
            }
        }
        self.fire_attempts(hand);
    }

    fn give_up_silent_bridge(&mut self, hand: &mut Hand<'_>) {
        if self.bridge.as_ref().is_some_and(|bridge| bridge.over_at <= hand.now()) {
            self.bridge_over(hand, None);
        }
    }

    fn tell_caller_if_due(&mut self, hand: &mut Hand<'_>) {
        let Some(run) = &mut self.escalation else { return };
        if run.tell_caller_at.is_none_or(|at| at > hand.now()) {
            return;
        }
        run.tell_caller_at = None;
        if matches!(run.phase, Phase::Paging { .. }) {
            self.tell_caller(hand, "still being tried", Message::StillTrying { number: self.ticket.number });
        }
    }

    /// Texts the caller, where that is possible.
    pub(super) fn tell_caller(&self, hand: &mut Hand<'_>, what: &str, message: Message) {
        let Some(callback) = &self.ticket.callback else { return };
        if !hand.context.is_textable(&callback.number) {
            let why = "the number takes no texts".into();
            return hand.enter(Actor::Nightbell, Happening::CallerNotTextable { why });
        }
        hand.text(Recipient::Caller(callback.number.clone()), message);
        hand.enter(Actor::Nightbell, Happening::CallerTold { what: what.into() });
    }

    fn forget_old_attempts(&mut self) {
        let over = self.attempts.iter().filter(|attempt| attempt.is_over()).count();
        let mut forget = over.saturating_sub(KEPT_ATTEMPTS);
        let open: Vec<u32> =
            self.pages.iter().filter(|page| page.is_open()).map(|page| page.ordinal).collect();
        let mut forgotten = |attempt: &Attempt| {
            let old =
                attempt.is_over() && !matches!(attempt.purpose, Purpose::Page(page) if open.contains(&page));
            let drop = old && forget > 0;
            forget -= usize::from(drop);
            drop
        };
        self.attempts.retain(|attempt| !forgotten(attempt));
        if self.pages.len() > KEPT_ATTEMPTS {
            self.pages.retain(Page::is_open);
        }
    }

    /// Takes back every page but that of `keep`; whoever was already tried is told to stand down.
    /// `spare` is the call on which the agent is speaking to us.
    pub(super) fn withdraw_pages(
        &mut self,
        hand: &mut Hand<'_>,
        keep: Option<&AgentKey>,
        spare: Option<&AttemptId>,
    ) {
        let mut tried = std::collections::BTreeSet::new();
        for attempt in &mut self.attempts {
            let Purpose::Page(ordinal) = attempt.purpose else { continue };
            let page = self.pages.iter().find(|page| page.ordinal == ordinal);
            if attempt.is_over() && page.is_none_or(|page| !page.is_open()) {
                continue;
            }
            let pending = attempt.is_pending();
            // A page that was withdrawn, answered or declined before needs no word any more.
            if !pending && page.is_some_and(|page| page.is_open() && page.kind == PageKind::Emergency) {
                tried.insert(attempt.agent.clone());
            }
            if spare == Some(&attempt.id) || attempt.is_over() {
                continue;
            }
            if let Some((carrier, sid)) = attempt.live_call() {
                hand.effects.push(Effect::HangUp {
                    attempt: attempt.id.clone(),
                    carrier: carrier.into(),
                    sid: sid.into(),
                });
            } else if pending {
                hand.effects.push(Effect::Withdraw { attempt: attempt.id.clone() });
                attempt.state = AttemptState::Ended(Ending::Withdrawn);
            }
        }
        for page in self.pages.iter_mut().filter(|page| page.is_open()) {
            page.state =
                if keep == Some(&page.agent) { PageState::Acknowledged } else { PageState::Withdrawn };
        }
        let by = keep.map(|agent| hand.context.name_of(agent));
        for agent in tried.iter().filter(|agent| keep != Some(agent)) {
            hand.text_agent(agent, Message::StandDown { number: self.ticket.number, by: by.clone() });
            hand.enter(Actor::Nightbell, Happening::StoodDown { agent: agent.clone() });
        }
    }
}

impl Page {
    fn take_due(&mut self, now: Timestamp) -> Option<Planned> {
        if !self.is_open() {
            return None;
        }
        let next = self.plan.iter_mut().find(|planned| !planned.fired && planned.due <= now)?;
        next.fired = true;
        Some(next.clone())
    }
}

/// The agents whom targets mean at this instant: each once, in order, and only those that the desk still has.
pub(super) fn agents_of(context: &Context<'_>, targets: &[Target]) -> Vec<AgentKey> {
    let mut agents: Vec<AgentKey> = Vec::new();
    for target in targets {
        let meant = match target {
            Target::Rota(name) => context.on_call(name),
            Target::Agent(agent) => vec![agent.clone()],
            Target::Everyone => context.desk.agents.iter().map(|agent| agent.key.clone()).collect(),
        };
        for agent in meant {
            if context.desk.agent(&agent).is_some() && !agents.contains(&agent) {
                agents.push(agent);
            }
        }
    }
    agents
}
