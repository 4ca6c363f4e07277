//! The walk through the policy: a step's people are paged, and when its time is up or they are spent, the next one's.

use std::time::Duration;

use super::muted::Sorted;
use super::{Actor, AgentKey, Case, Hand, Happening, Message, TicketState};
use crate::clock::Timestamp;
use crate::rules::desk::Agent;
use crate::rules::effect::Alert;
use crate::rules::escalation::{Escalation, Phase, Place};
use crate::rules::page::{Attempt, Page, PageKind, PageState, Planned};
use crate::rules::policy::Step;
use crate::rules::severity::Severity;

impl Hand<'_> {
    /// How long a step's people have; the last resort has as long as the last step.
    fn delay_at(&self, place: Place) -> Duration {
        let steps = &self.context.policy.steps;
        let step = steps.get(place.step).or(steps.last());
        step.map_or(Step::default_delay(), |step| step.delay).duration()
    }
}

impl Case {
    /// Moves the escalation on, if its time is up or its people are spent.
    pub(super) fn advance(&mut self, hand: &mut Hand<'_>) -> bool {
        if self.has_caller_waiting() {
            // The policy rests while a caller waits.
            return false;
        }
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
                let (place, next) = (*place, place.next(steps, cycles));
                if let Some(run) = &mut self.escalation {
                    run.in_vain |= place.is_last_resort(steps);
                }
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
        self.begin_run(hand, place);
        self.start_step(hand, place, false);
    }

    /// Starts a run in which one agent is paged instead of a step's people; it goes on to the next step if he does not
    /// take it.
    pub(super) fn start_paging_one(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, place: Place) {
        self.begin_run(hand, place);
        if let Some(run) = &mut self.escalation {
            run.phase = Phase::Paging { place, until: hand.now() + hand.delay_at(place) };
        }
        self.page_agent(hand, agent, PageKind::Emergency, place);
    }

    pub(super) fn begin_run(&mut self, hand: &mut Hand<'_>, place: Place) {
        if self.has_caller_waiting() {
            self.drop_waiting(hand);
        }
        let tell_at = hand.now() + hand.context.desk.limits.caller_told_after.duration();
        let phase = Phase::Paging { place, until: hand.now() };
        let mut run = Escalation::new(phase, hand.now());
        run.tell_caller_at = Some(tell_at);
        if let Some(before) = self.escalation.take() {
            // A push or ESC while nobody has it goes on with the same run: whoever was tried before still stands down.
            if let Phase::Paging { place, .. } = before.phase {
                run.since = before.since;
                run.in_vain = before.in_vain || place.is_last_resort(hand.context.policy.steps.len());
            }
            run.pushed_at = before.pushed_at;
            run.passed_on.extend(before.phase.held().map(|(holder, _)| holder.clone()));
            run.passed_on.extend(before.passed_on);
        }
        self.escalation = Some(run);
        if self.ticket.state == TicketState::Abandoned {
            self.ticket.state = TicketState::Open;
        }
        self.ticket.provisional = false;
    }

    /// Pages a step's people; an empty step leads to the next one at once, and an empty last resort to everybody.
    /// At each new cycle the caller hears that it is still being tried.
    fn start_step(&mut self, hand: &mut Hand<'_>, mut place: Place, new_cycle: bool) {
        let context = hand.context;
        let policy = context.policy;
        let steps = policy.steps.len();
        let begins = place.cycle == 1 && place.step == 0;
        let mut nobody = false;
        let agents = loop {
            let Sorted { paged, muted } = match policy.steps.get(place.step) {
                Some(step) => self.spare_muted(hand, context.agents_of(&step.targets)),
                None => self.spare_muted_of_last_resort(hand),
            };
            let all_are_muted = paged.is_empty() && !muted.is_empty();
            if !muted.is_empty() {
                hand.enter(Actor::Nightbell, Happening::PassedOver { agents: muted });
            }
            if !paged.is_empty() || place.is_last_resort(steps) {
                break paged;
            }
            if !all_are_muted {
                nobody = true;
                hand.enter(
                    Actor::Nightbell,
                    Happening::NobodyOnStep { cycle: place.cycle, step: place.step + 1 },
                );
            }
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
                // From the first step to here without asking anybody.
                false if begins => ("everybody on call is muted", Alert::EverybodyMuted { number }),
                false => ("nobody has taken it", Alert::NobodyTookIt { number }),
            };
            hand.alert_manager(what, Message::Alert(alert));
        }
        if let Some(run) = &mut self.escalation {
            run.phase = Phase::Paging { place, until: hand.now() + hand.delay_at(place) };
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
        // Whoever is passed over does not come here: it goes to nobody else, or a person named him.
        let despite_mute = kind == PageKind::Emergency && hand.context.is_muted(agent);
        let Some(known) = hand.context.desk.agent(agent) else { return };
        if let Some(index) = busy {
            self.pages[index].place = place;
            self.pages[index].despite_mute |= despite_mute;
            if self.pages[index].live {
                // His telephone rang for a caller who waited: that counts as the first of his rules that rings it.
                let plan = plan_of(known, self.ticket.severity, hand.now());
                let rung = |planned: &Planned| {
                    planned.due <= hand.now()
                        && self.pages[index]
                            .plan
                            .iter()
                            .any(|known| known.number == planned.number && known.method == planned.method)
                };
                let rest: Vec<Planned> = plan.into_iter().filter(|planned| !rung(planned)).collect();
                self.pages[index].plan.extend(rest);
                self.pages[index].live = false;
            }
            return;
        }
        self.end_pages(hand, agent, PageState::Withdrawn, None);
        // A notice can wait until somebody is on call.
        let begins = match kind {
            PageKind::Emergency => hand.now(),
            PageKind::Notice => hand.context.cover_resumes.unwrap_or(hand.now()),
        };
        let severity = if kind == PageKind::Notice { Severity::THREE } else { self.ticket.severity };
        let plan = plan_of(known, severity, begins);
        if despite_mute {
            hand.enter(Actor::Nightbell, Happening::PagedDespiteMute { agent: agent.clone() });
        }
        self.page_count += 1;
        self.paged.insert(agent.clone());
        self.pages.push(Page {
            ordinal: self.page_count,
            agent: agent.clone(),
            kind,
            place,
            plan,
            state: PageState::Open,
            despite_mute,
            live: false,
        });
    }

    /// Whether nobody at this step can still answer: all declined, or could not be reached by any method.
    fn is_spent(&self, place: Place) -> bool {
        self.pages.iter().filter(|page| page.place == place).all(|page| !self.may_be_answered(page))
    }

    /// Whether a page waits for its agent's word, and may yet reach him or has.
    pub(super) fn may_be_answered(&self, page: &Page) -> bool {
        page.is_open() && (page.next_due().is_some() || !self.attempts_of(page).all(Attempt::has_failed))
    }
}

/// An agent's notification rules, with their instants.
fn plan_of(agent: &Agent, severity: Severity, begins: Timestamp) -> Vec<Planned> {
    let rules = agent.rules_for(severity);
    let planned = rules.iter().flat_map(|rule| {
        let due = begins + rule.after.duration();
        agent.numbers(rule.method).map(move |number| Planned {
            method: rule.method,
            number: number.clone(),
            due,
            fired: false,
        })
    });
    planned.collect()
}
