//! What is due, is done: attempts by the notification rules, steps of the policy, reminders, receipts that did not
//! come. Runs after every event and at every deadline, until nothing more is due.

use std::collections::BTreeSet;

use super::{
    Actor, AgentKey, AttemptId, Case, Effect, Hand, Happening, Message, MethodKind, Recipient, TicketState,
};
use crate::clock::Timestamp;
use crate::rules::effect::Alert;
use crate::rules::escalation::{Escalation, Phase, Place};
use crate::rules::page::{Attempt, AttemptState, Ending, Page, PageKind, PageState, Planned, Purpose};
use crate::rules::policy::{Step, Target};
use crate::rules::severity::Severity;

/// More rounds than any policy needs; what is still due after them is due again at once.
const MOST_ROUNDS: usize = 64;

/// Settled attempts that are kept for late receipts; older ones live on in the timeline.
const KEPT_ATTEMPTS: usize = 40;

impl Case {
    pub(super) fn settle(&mut self, hand: &mut Hand<'_>) {
        for _ in 0..MOST_ROUNDS {
            let acted = self.ask_for_receipts(hand)
                | self.fire_attempts(hand)
                | self.give_up_silent_bridge(hand)
                | self.advance(hand);
            if !acted {
                break;
            }
        }
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
                if hand.is_out_of_use(planned.method, &planned.number) {
                    self.hurry(hand, ordinal, None);
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
        let tried = self.doubtful_carriers(hand, purpose);
        self.attempts.push(Attempt {
            id: id.clone(),
            ordinal: self.attempt_count,
            agent: agent.clone(),
            purpose,
            method: planned.method,
            number: planned.number.clone(),
            asked_at: hand.now(),
            tried,
            retries: 0,
            wrong_keys: 0,
            resent: false,
            sids: Vec::new(),
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

    /// Carriers that have not answered another attempt of the same page yet: a new one goes elsewhere, if it can.
    fn doubtful_carriers(&self, hand: &Hand<'_>, purpose: Purpose) -> Vec<String> {
        let mut doubtful: Vec<String> = Vec::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.purpose == purpose) {
            if let AttemptState::Unknown { carrier, .. } = &attempt.state
                && !doubtful.contains(carrier)
            {
                doubtful.push(carrier.clone());
            }
        }
        if doubtful.len() < hand.context.carriers { doubtful } else { Vec::new() }
    }

    /// A way of reaching an agent failed: the next one of his page is due now, unless his phone is about to ring or
    /// the next one would only ask again for what is still being asked for.
    pub(super) fn hurry(&mut self, hand: &Hand<'_>, ordinal: u32, failed: Option<&AttemptId>) {
        let Some(page) = self.pages.iter().find(|page| page.ordinal == ordinal) else { return };
        let Some(next) = page.next_planned().cloned() else { return };
        let one_carrier = hand.context.carriers < 2;
        let covered = self.attempts_of(page).any(|attempt| {
            let same = attempt.method == next.method && attempt.number == next.number;
            let still_asked = match attempt.state {
                AttemptState::Asked => same,
                AttemptState::Unknown { .. } => same && one_carrier,
                _ => false,
            };
            still_asked || (failed != Some(&attempt.id) && attempt.is_ringing(hand.now()))
        });
        let now = hand.now();
        if !covered && let Some(page) = self.pages.iter_mut().find(|page| page.ordinal == ordinal) {
            page.bring_forward(now);
        }
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
                self.start_step(hand, next, next.step == 0 && steps > 0);
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
        // A push or ESC while nobody has it goes on with the same run: whoever was tried before still stands down.
        let since = match &self.escalation {
            Some(run) if matches!(run.phase, Phase::Paging { .. }) => run.since,
            _ => hand.now(),
        };
        self.escalation = Some(Escalation { phase, since, tell_caller_at: Some(tell_at), pushed_at });
        if self.ticket.state == TicketState::Abandoned {
            self.ticket.state = TicketState::Open;
        }
        self.ticket.provisional = false;
        self.start_step(hand, place, false);
    }

    /// Pages a step's people; an empty step leads to the next one at once, and an empty last resort to everybody.
    /// At each new cycle the caller hears that it is still being tried.
    fn start_step(&mut self, hand: &mut Hand<'_>, mut place: Place, new_cycle: bool) {
        let context = hand.context;
        let policy = context.policy;
        let steps = policy.steps.len();
        let mut nobody = false;
        let agents = loop {
            if place.is_last_resort(steps) {
                let agents = context.agents_of(&policy.last_resort);
                break if agents.is_empty() { context.agents_of(&[Target::Everyone]) } else { agents };
            }
            let agents = context.agents_of(&policy.steps[place.step].targets);
            if !agents.is_empty() {
                break agents;
            }
            nobody = true;
            hand.enter(
                Actor::Nightbell,
                Happening::NobodyOnStep { cycle: place.cycle, step: place.step + 1 },
            );
            // An empty rota must not cost the caller the rest of the cycles: the last resort is next at the latest.
            place.step += 1;
        };
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
        if nobody || agents.is_empty() || place.is_last_resort(steps) {
            let number = self.ticket.number;
            let (what, alert) = match nobody || agents.is_empty() {
                true => ("nobody is on call", Alert::NobodyOnCall { number }),
                false => ("nobody has taken it", Alert::NobodyTookIt { number }),
            };
            hand.alert_manager(what, Message::Alert(alert));
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
                && page.kind == kind
                && page.is_open()
                && (page.next_due().is_some()
                    || self.attempts_of(page).any(|attempt| attempt.is_ringing(hand.now())))
        });
        if let Some(index) = busy {
            self.pages[index].place = place;
            return;
        }
        let Some(known) = hand.context.desk.agent(agent) else { return };
        self.end_pages(hand, agent, PageState::Withdrawn, None);
        // A notice can wait until somebody is on call.
        let begins = match kind {
            PageKind::Emergency => hand.now(),
            PageKind::Notice => hand.context.cover_resumes.unwrap_or(hand.now()),
        };
        let severity = if kind == PageKind::Notice { Severity::THREE } else { self.ticket.severity };
        let plan: Vec<Planned> = known
            .rules_for(severity)
            .iter()
            .flat_map(|rule| {
                let due = begins + rule.after.duration();
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
    fn ask_for_receipts(&mut self, hand: &mut Hand<'_>) -> bool {
        let now = hand.now();
        let overdue: Vec<usize> = (0..self.attempts.len())
            .filter(|index| self.receipt_due(&self.attempts[*index]).is_some_and(|due| due <= now))
            .collect();
        for index in &overdue {
            let attempt = &mut self.attempts[*index];
            let (id, purpose) = (attempt.id.clone(), attempt.purpose);
            if let AttemptState::Accepted { carrier, sid, asked_receipt, .. } = &mut attempt.state {
                *asked_receipt = true;
                let (carrier, sid) = (carrier.clone(), sid.clone());
                hand.effect(Effect::AskReceipt { attempt: id.clone(), carrier, sid });
            }
            if let Purpose::Page(ordinal) = purpose {
                self.hurry(hand, ordinal, Some(&id));
            }
        }
        !overdue.is_empty()
    }

    fn give_up_silent_bridge(&mut self, hand: &mut Hand<'_>) -> bool {
        let silent = self.bridge.as_ref().filter(|bridge| bridge.over_at <= hand.now());
        let Some(id) = silent.map(|bridge| bridge.attempt.clone()) else { return false };
        self.bridge_over(hand, &id, None);
        true
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
        let Some(number) = self.caller_number(hand) else { return };
        if !hand.context.is_textable(&number) {
            let why = "the number takes no texts".into();
            return hand.enter(Actor::Nightbell, Happening::CallerNotTextable { why });
        }
        hand.text(Recipient::Caller(number), message);
        hand.enter(Actor::Nightbell, Happening::CallerTold { what: what.into() });
    }

    fn forget_old_attempts(&mut self) {
        let settled = self.attempts.iter().filter(|attempt| attempt.is_settled()).count();
        let mut forget = settled.saturating_sub(KEPT_ATTEMPTS);
        let open: Vec<u32> =
            self.pages.iter().filter(|page| page.is_open()).map(|page| page.ordinal).collect();
        let mut forgotten = |attempt: &Attempt| {
            let old = attempt.is_settled()
                && !matches!(attempt.purpose, Purpose::Page(page) if open.contains(&page));
            let drop = old && forget > 0;
            forget -= usize::from(drop);
            drop
        };
        self.attempts.retain(|attempt| !forgotten(attempt));
        if self.pages.len() > KEPT_ATTEMPTS {
            self.pages.retain(Page::is_open);
        }
    }

    /// Takes back every page but that of `keep`; whoever was already tried in this run is told to stand down.
    /// `spare` is the call on which the agent is speaking to us.
    pub(super) fn withdraw_pages(
        &mut self,
        hand: &mut Hand<'_>,
        keep: Option<&AgentKey>,
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
        let tried: BTreeSet<AgentKey> = others
            .map(|page| &page.agent)
            .filter(|agent| keep != Some(agent) && was_tried(agent))
            .cloned()
            .collect();
        self.end_attempts(hand, |_| true, spare);
        for page in self.pages.iter_mut().filter(|page| page.is_open()) {
            page.state =
                if keep == Some(&page.agent) { PageState::Acknowledged } else { PageState::Withdrawn };
        }
        let by = keep.map(|agent| hand.context.name_of(agent));
        for agent in tried {
            let stand_down = Message::StandDown { number: self.ticket.number, by: by.clone() };
            if hand.text_agent(&agent, stand_down) {
                hand.enter(Actor::Nightbell, Happening::StoodDown { agent });
            }
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

    /// Takes back what has not left, and hangs up what rings.
    fn end_attempts(
        &mut self,
        hand: &mut Hand<'_>,
        of: impl Fn(&Attempt) -> bool,
        spare: Option<&AttemptId>,
    ) {
        for attempt in self.attempts.iter_mut().filter(|attempt| of(attempt)) {
            let of_page = matches!(attempt.purpose, Purpose::Page(_));
            if of_page && spare != Some(&attempt.id) {
                end_attempt(hand, attempt);
            }
        }
    }
}

/// Takes an attempt back if it has not left, and hangs it up if it rings.
pub(super) fn end_attempt(hand: &mut Hand<'_>, attempt: &mut Attempt) {
    if let Some((carrier, sid)) = attempt.live_call() {
        let (carrier, sid) = (carrier.into(), sid.into());
        hand.effect(Effect::HangUp { carrier, sid });
    } else if attempt.is_pending() {
        attempt.state = AttemptState::Ended(Ending::Withdrawn);
        hand.effect(Effect::Withdraw { attempt: attempt.id.clone() });
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
