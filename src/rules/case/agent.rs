//! What agents say, by text, by key, on a page and through the API: one path for every way, and one answer each.

use super::attempts::end_attempt;
use super::{
    Actor, AgentKey, AttemptId, Case, Command, Hand, Happening, Message, MethodKind, Speaker, TicketState,
    Via,
};
use crate::rules::bridge::{Bridge, Stage};
use crate::rules::effect::{Answer, NextAsked, Over};
use crate::rules::escalation::{Phase, Place};
use crate::rules::live::LiveState;
use crate::rules::page::{Page, PageKind, PageState, Planned, Purpose};
use crate::rules::severity::Severity;
use crate::rules::ticket_number::TicketNumber;

impl Case {
    /// Carries out a command on this ticket. `leg` is the call on which the agent is speaking to us, if any.
    pub(super) fn command(
        &mut self,
        hand: &mut Hand<'_>,
        by: &Speaker,
        via: Via,
        command: Command,
        leg: Option<&AttemptId>,
    ) -> Answer {
        let number = self.ticket.number;
        if let Command::Who = command {
            let holder = self.holder().map(|agent| hand.context.desk.name_of(agent));
            return who(hand, Some(number), holder);
        }
        if !via.is_let_in() && !by.agent().is_some_and(|agent| self.may_speak(agent)) {
            let why = "not paged for it".into();
            hand.enter(by.actor(), Happening::AckRefused { via, why });
            return Answer::NotYours { number };
        }
        if !self.is_open() && !matches!(command, Command::Note(_)) {
            return Answer::Closed { number };
        }
        match (command, by) {
            (Command::Escalate, _) => self.escalate(hand, by, via, leg),
            (Command::HandOver { to }, _) => self.hand_over(hand, by, via, &to),
            (Command::Page { agent }, _) => self.page_besides(hand, by, via, &agent),
            (Command::Downgrade { severity, reason }, _) => self.downgrade(hand, by, via, severity, reason),
            (Command::Resolve { note }, _) => self.resolve(hand, by, via, note),
            (Command::Note(text), _) => {
                hand.enter(by.actor(), Happening::Note { text, via: Some(via) });
                Answer::Noted { number }
            }
            (Command::Who | Command::Status | Command::Help, _) => Answer::Help,
            (Command::Acknowledge, Speaker::Agent(agent)) => self.acknowledge(hand, agent, via, leg),
            (Command::Decline, Speaker::Agent(agent)) => self.decline(hand, agent, via, leg),
            (Command::CallCustomer, Speaker::Agent(agent)) => self.call_customer(hand, agent, via, leg),
            (Command::CallbackDone, Speaker::Agent(agent)) => self.callback_done(hand, agent, via),
            // These are about his own telephone, or his own hands.
            (
                Command::Acknowledge | Command::Decline | Command::CallCustomer | Command::CallbackDone,
                Speaker::Account { .. },
            ) => Answer::NotAnAgent { number },
        }
    }

    /// Whether an agent's word about this ticket counts by itself: who was paged for it, or has it.
    pub fn may_speak(&self, agent: &AgentKey) -> bool {
        self.paged.contains(agent) || self.holder() == Some(agent)
    }

    fn acknowledge(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        via: Via,
        leg: Option<&AttemptId>,
    ) -> Answer {
        if self.holder() == Some(agent) {
            return Answer::YoursAlready(self.brief());
        }
        if let Some(taken) = self.already_taken(hand) {
            return taken;
        }
        match self.escalation.as_ref().map(|run| &run.phase) {
            Some(Phase::Waiting { .. } | Phase::Paging { .. }) => {
                self.take(hand, agent, via, leg);
                Answer::Taken(vec![self.brief()])
            }
            // A notice of an abandoned call, or no longer urgent: nothing runs, and it is good to know who sees to it.
            phase => {
                let answer = match phase {
                    Some(_) => Answer::Taken(vec![self.brief()]),
                    None => Answer::Seen { number: self.ticket.number },
                };
                self.note_ack(hand, agent, via);
                self.end_pages(hand, agent, PageState::Acknowledged, leg);
                answer
            }
        }
    }

    /// Who acts on it takes it by that, unless somebody else has it.
    fn make_his(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        via: Via,
        leg: Option<&AttemptId>,
    ) -> Result<(), Answer> {
        match self.acknowledge(hand, agent, via, leg) {
            Answer::Taken(_) | Answer::Seen { .. } | Answer::YoursAlready(_) => Ok(()),
            refusal => Err(refusal),
        }
    }

    fn note_ack(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, via: Via) {
        self.ticket.acked_at.get_or_insert(hand.now());
        // He may have taken it unasked, on a page of ours: his texts count from here on.
        self.paged.insert(agent.clone());
        hand.enter(Actor::Agent(agent.clone()), Happening::Acknowledged { via });
    }

    /// The agent has it from now on: everybody else is left alone, and the caller hears who it is.
    pub(super) fn take(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, via: Via, leg: Option<&AttemptId>) {
        let place = self.place_now();
        self.note_ack(hand, agent, via);
        let why = Over::Taken { by: hand.context.desk.name_of(agent) };
        self.withdraw_pages(hand, Some(agent), &why, leg);
        if let Some(run) = &mut self.escalation {
            let limit = hand.now() + hand.context.desk.limits.callback_limit.duration();
            run.phase =
                Phase::Acknowledged { by: agent.clone(), at: hand.now(), place, limit, reminded: false };
            run.tell_caller_at = None;
        }
        let talks = self.live.as_ref().is_some_and(|live| matches!(live.state, LiveState::Talking { .. }));
        if hand.context.desk.options.tell_caller_who && !talks {
            let by = hand.context.desk.name_of(agent);
            self.tell_caller(hand, "who has it", Message::TakenBy { number: self.ticket.number, by });
        }
    }

    /// Where in the policy it stands.
    pub(super) fn place_now(&self) -> Place {
        match self.escalation.as_ref().map(|run| &run.phase) {
            Some(
                Phase::Paging { place, .. }
                | Phase::Acknowledged { place, .. }
                | Phase::CalledBack { place, .. },
            ) => *place,
            _ => Place::FIRST,
        }
    }

    fn decline(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        via: Via,
        leg: Option<&AttemptId>,
    ) -> Answer {
        let number = self.ticket.number;
        if self.holder() == Some(agent) {
            return self.escalate(hand, &Speaker::from(agent.clone()), via, leg);
        }
        let was_asked = self.end_pages(hand, agent, PageState::Declined, leg);
        if was_asked {
            hand.enter(Actor::Agent(agent.clone()), Happening::Declined { via });
        }
        if let Some(run) = &mut self.escalation {
            // He wants to hear no more of it.
            run.passed_on.remove(agent);
        }
        if let Some(taken) = self.already_taken(hand) {
            return taken;
        }
        match self.escalation.as_ref().map(|run| &run.phase) {
            Some(Phase::Paging { .. }) => Answer::Declined { number, next: self.next_asked(hand, agent) },
            // The notice of an abandoned call, which nobody else gets.
            None if was_asked => Answer::Seen { number },
            _ => Answer::NotAsked { number },
        }
    }

    /// Who is asked after this agent: what follows from his word is drawn first.
    fn next_asked(&mut self, hand: &mut Hand<'_>, agent: &AgentKey) -> NextAsked {
        self.settle(hand);
        let is_asked = |page: &&Page| page.kind == PageKind::Emergency && self.may_be_answered(page);
        let mut asked = self.pages.iter().filter(is_asked).peekable();
        let begins_again = self.escalation.as_ref().and_then(|run| run.phase.deadline());
        match begins_again {
            Some(at) if asked.peek().is_none() => NextAsked::Nobody(at),
            _ if asked.all(|page| page.agent == *agent) => NextAsked::YouAgain,
            _ => NextAsked::Others,
        }
    }

    /// Who has it, and since when; none if nobody does.
    pub(super) fn already_taken(&self, hand: &Hand<'_>) -> Option<Answer> {
        let (by, at) = self.escalation.as_ref()?.phase.held()?;
        Some(Answer::AlreadyTaken { number: self.ticket.number, by: hand.context.desk.name_of(by), at })
    }

    fn escalate(&mut self, hand: &mut Hand<'_>, by: &Speaker, via: Via, leg: Option<&AttemptId>) -> Answer {
        hand.enter(by.actor(), Happening::Escalated { via });
        if let Some(agent) = by.agent() {
            self.end_pages(hand, agent, PageState::Declined, leg);
        }
        self.next_step(hand);
        if let (Some(run), Some(agent)) = (&mut self.escalation, by.agent()) {
            run.passed_on.insert(agent.clone());
        }
        Answer::Escalated { number: self.ticket.number }
    }

    /// Starts the run again at the step after the one where it stands.
    pub(super) fn next_step(&mut self, hand: &mut Hand<'_>) {
        let policy = hand.context.policy;
        let place = self
            .escalation
            .as_ref()
            .map_or(Place::FIRST, |run| run.phase.place_after(policy.steps.len(), policy.cycles));
        self.start_paging(hand, place);
    }

    fn call_customer(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        via: Via,
        leg: Option<&AttemptId>,
    ) -> Answer {
        let number = self.ticket.number;
        if self.ticket.callback.is_none() {
            return Answer::NoCallbackNumber { number };
        }
        if let Err(refusal) = self.make_his(hand, agent, via, leg) {
            return refusal;
        }
        if leg.is_none() && self.bridge.as_ref().is_some_and(|bridge| bridge.agent == *agent) {
            return Answer::Ringing { number };
        }
        self.drop_bridge(hand);
        let (attempt, stage) = match leg {
            Some(leg) => (leg.clone(), Stage::Customer),
            None => {
                // He asks for the call himself: a phone that failed before is better than none.
                let known = hand.context.desk.agent(agent);
                let first = || known.and_then(|agent| agent.numbers(MethodKind::Voice).next().cloned());
                let Some(phone) = hand.context.number_of(agent, MethodKind::Voice).or_else(first) else {
                    return Answer::NoCallbackNumber { number };
                };
                let planned =
                    Planned { method: MethodKind::Voice, number: phone, due: hand.now(), fired: true };
                (self.start_attempt(hand, Purpose::Callback, agent, &planned), Stage::Agent)
            }
        };
        let over_at = hand.now() + stage.patience();
        self.bridge = Some(Bridge { agent: agent.clone(), attempt, stage, over_at });
        hand.enter(Actor::Agent(agent.clone()), Happening::CallbackStarted { agent: agent.clone() });
        Answer::Ringing { number }
    }

    /// A callback that is not connected yet is given up: another takes its place, or nobody waits for it.
    fn drop_bridge(&mut self, hand: &mut Hand<'_>) {
        let Some(bridge) = self.bridge.take() else { return };
        if bridge.stage == Stage::Agent
            && let Some(attempt) = self.attempt(&bridge.attempt)
        {
            end_attempt(hand, attempt);
        }
    }

    fn callback_done(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, via: Via) -> Answer {
        let number = self.ticket.number;
        if let Err(refusal) = self.make_his(hand, agent, via, None) {
            return refusal;
        }
        self.called_back(hand, agent, via);
        Answer::CalledBack { number }
    }

    /// The caller was called back: the promise is kept, and nothing more is due.
    /// Whoever has the ticket keeps it: his colleague may have been on the telephone when he took it.
    pub(super) fn called_back(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, via: Via) {
        let place = self.place_now();
        let held = self.escalation.as_ref().and_then(|run| run.phase.held());
        let (by, at) = held.map_or((agent.clone(), hand.now()), |(by, at)| (by.clone(), at));
        if self.ticket.called_back_at.is_none() {
            self.ticket.called_back_at = Some(hand.now());
        }
        hand.enter(Actor::Agent(agent.clone()), Happening::CallbackDone { via });
        if self.is_open() && !self.has_ended() {
            if self.holder().is_none() {
                let why = Over::Taken { by: hand.context.desk.name_of(&by) };
                self.withdraw_pages(hand, Some(&by), &why, None);
            }
            if let Some(run) = &mut self.escalation {
                run.phase = Phase::CalledBack { by, at, place };
                run.tell_caller_at = None;
            }
        }
    }

    /// Whether the run is over by a person's word.
    pub(super) fn has_ended(&self) -> bool {
        self.escalation.as_ref().is_some_and(|run| run.phase == Phase::Ended)
    }

    fn downgrade(
        &mut self,
        hand: &mut Hand<'_>,
        by: &Speaker,
        via: Via,
        severity: Severity,
        reason: String,
    ) -> Answer {
        let number = self.ticket.number;
        if severity <= self.ticket.severity {
            return Answer::NotLower { number, severity: self.ticket.severity };
        }
        self.ticket.severity = severity;
        self.ticket.provisional = false;
        hand.enter(by.actor(), Happening::Downgraded { severity, reason, via: Some(via) });
        self.stop_paging(hand, by);
        Answer::Downgraded { number, severity }
    }

    fn resolve(&mut self, hand: &mut Hand<'_>, by: &Speaker, via: Via, note: Option<String>) -> Answer {
        if let Some(text) = note {
            hand.enter(by.actor(), Happening::Note { text, via: Some(via) });
        }
        self.ticket.state = TicketState::Resolved;
        self.ticket.resolved_at = Some(hand.now());
        hand.enter(by.actor(), Happening::Resolved { via });
        self.stop_paging(hand, by);
        Answer::Resolved { number: self.ticket.number }
    }

    /// No page any more, by this person's word.
    fn stop_paging(&mut self, hand: &mut Hand<'_>, by: &Speaker) {
        let why = match self.is_open() {
            true => Over::Lowered { severity: self.ticket.severity, by: Some(hand.name_of(by)) },
            false => Over::Closed,
        };
        self.withdraw_pages(hand, by.agent(), &why, None);
        if self.bridge.as_ref().is_some_and(|bridge| bridge.stage == Stage::Agent) {
            self.drop_bridge(hand);
        }
        if let Some(run) = &mut self.escalation {
            run.phase = Phase::Ended;
            run.tell_caller_at = None;
        }
    }
}

/// Who is on call now, and who has a ticket.
fn who(hand: &Hand<'_>, number: Option<TicketNumber>, holder: Option<String>) -> Answer {
    let on_call = hand.context.first_paged().iter().map(|agent| hand.context.desk.name_of(agent)).collect();
    Answer::Who { number, holder, on_call }
}
