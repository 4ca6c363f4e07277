//! A case: a ticket with its escalation, its pages and attempts and the callback that is being made. One event goes in,
//! with what must be known ([`Context`]); the case as it is afterwards comes out, with the lines of its timeline and the
//! effects that the shell performs after the commit ([`Decision`]).
//!
//! Every event changes what it is about, and nothing more; then `settle` draws the consequences that
//! are due: attempts by the notification rules, the next step when everybody at this one is spent or the time is up,
//! the reminder, the word to the caller. Time alone is an event that changes nothing, so that the same function serves
//! the timer. What is next due is a property of the case ([`Case::next_due`]), not something that could be forgotten.

mod agent;
mod attempts;
mod caller;
mod carrier;
mod event;
mod hand_over;
mod leg;
mod live;
mod muted;
pub mod rehearsal;
mod settle;
mod stand_down;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use event::{Event, Pictures};
pub use leg::LegInput;

use super::bridge::Bridge;
use super::command::{Command, Speaker};
use super::contact::PhoneNumber;
use super::desk::{AgentKey, Desk};
use super::effect::{Answer, AttemptId, Brief, Effect, Message, Recipient, Spoken};
use super::escalation::{Escalation, Phase, Place};
use super::flow::FlowCommand;
use super::live::Live;
use super::mute::Mutes;
use super::number_plan;
use super::page::{Attempt, Page, Receipt, Sent};
use super::policy::{MethodKind, Policy, Target};
use super::ticket::{Actor, Entry, Happening, Ticket, TicketState, Via};
use super::zone::ZoneBook;
use crate::clock::Timestamp;

/// A ticket and all that is under way for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The ticket.
    pub ticket: Ticket,
    /// The run of the policy, once triage or a person asked for one.
    pub escalation: Option<Escalation>,
    /// The pages of this run, newest last.
    pub pages: Vec<Page>,
    /// Their attempts and the callback's, newest last.
    pub attempts: Vec<Attempt>,
    /// The callback that is being made.
    pub bridge: Option<Bridge>,
    /// The caller who waits on the line to be put through, or did last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Live>,
    /// When agents were last told that the caller wrote.
    #[serde(default)]
    pub texted_at: Option<Timestamp>,
    /// Everybody who was ever paged for it, or took it unasked: their word counts.
    pub paged: BTreeSet<AgentKey>,
    /// At which rows of its timeline it last came into other hands: what was looked at before that is out of date for
    /// whoever disposes of it.
    #[serde(default)]
    pub turn: i64,
    /// At which rows of its timeline a step of its policy last began: who looked before that and sends it to the next
    /// step means the one that has begun.
    #[serde(default)]
    pub stepped: i64,
    /// Pages so far.
    pub page_count: u32,
    /// Attempts so far; their ids derive from it.
    pub attempt_count: u32,
    /// Effects so far; the outbox's ids derive from it.
    pub effect_count: u32,
}

/// In whose hands a case is. Whether its page still waits or which step is being paged makes no difference: nobody has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hands {
    /// Nobody was ever asked.
    Unasked,
    /// Nobody has it, and people are being asked.
    Wanted,
    /// He has it, and owes the caller a call.
    Held(AgentKey),
    /// He has it, and the caller was called back.
    CalledBack(AgentKey),
    /// It is no longer urgent.
    Ended,
    /// It is closed.
    Closed,
}

/// What must be known to decide.
pub struct Context<'a> {
    /// The desk, as it is now.
    pub desk: &'a Desk,
    /// The policy of the ticket's line.
    pub policy: &'a Policy,
    /// Rules of every zone.
    pub book: &'a ZoneBook,
    /// Numbers that a method no longer reaches.
    pub dead: &'a BTreeSet<(MethodKind, PhoneNumber)>,
    /// Who of the desk's agents is muted.
    pub mutes: &'a Mutes,
    /// When somebody is on call again; `None` if somebody is on call now, or the desk is open.
    pub cover_resumes: Option<Timestamp>,
    /// How many carriers there are to turn to.
    pub carriers: usize,
    /// The present.
    pub now: Timestamp,
}

/// What follows from an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The case as it is now.
    pub case: Case,
    /// New lines of the timeline.
    pub entries: Vec<Entry>,
    /// What the shell performs after the commit.
    pub effects: Vec<Effect>,
    /// What whoever caused it is answered.
    pub reply: Reply,
}

/// What whoever caused an event is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reply {
    /// Nothing.
    #[default]
    None,
    /// To an agent's command.
    Answer(Answer),
    /// On an agent's phone.
    Spoken(Spoken),
}

/// Decides what follows from an event. Total: an event that makes no sense any more (late, repeated, about an attempt
/// that is forgotten) changes nothing.
pub fn decide(context: &Context<'_>, mut case: Case, event: Event) -> Decision {
    let mut hand = Hand { context, entries: Vec::new(), effects: Vec::new() };
    let reply = case.apply(&mut hand, event);
    case.settle(&mut hand);
    Decision { case, entries: hand.entries, effects: hand.effects, reply }
}

/// Collects what a decision brings while it is being made.
struct Hand<'a> {
    context: &'a Context<'a>,
    entries: Vec<Entry>,
    effects: Vec<Effect>,
}

impl Hand<'_> {
    fn now(&self) -> Timestamp {
        self.context.now
    }

    fn enter(&mut self, by: Actor, what: Happening) {
        self.entries.push(Entry { at: self.context.now, by, what });
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// A text whose outcome nobody waits for.
    fn text(&mut self, to: Recipient, message: Message) {
        self.effect(Effect::Text { to, message, attempt: None, avoid: Vec::new(), at: self.context.now });
    }

    /// A text to an agent at the first number that takes texts; false if there is none.
    fn text_agent(&mut self, agent: &AgentKey, message: Message) -> bool {
        let number = self.context.number_of(agent, MethodKind::Sms);
        let Some(number) = number.filter(|number| !self.is_out_of_use(MethodKind::Sms, number)) else {
            return false;
        };
        self.text(Recipient::Agent(agent.clone(), number), message);
        true
    }

    /// Whether a way of reaching somebody was given up: before, or by this very decision.
    fn is_out_of_use(&self, method: MethodKind, number: &PhoneNumber) -> bool {
        let by_this = |effect: &Effect| matches!(effect, Effect::MarkMethod { number: dead, method: by, .. } if dead == number && *by == method);
        self.context.is_dead(method, number) || self.effects.iter().any(by_this)
    }

    /// The name by which agents are told of him.
    fn name_of(&self, speaker: &Speaker) -> String {
        match speaker {
            Speaker::Agent(agent) => self.context.desk.name_of(agent),
            Speaker::Account { name, .. } => name.clone(),
        }
    }

    fn alert_manager(&mut self, what: impl Into<String>, message: Message) {
        if let Some(manager) = &self.context.desk.manager {
            self.text(Recipient::Manager(manager.clone()), message);
            self.enter(Actor::Nightbell, Happening::ManagerTold { what: what.into() });
        }
    }
}

impl Context<'_> {
    /// The agent's first number that this method still reaches.
    fn number_of(&self, agent: &AgentKey, method: MethodKind) -> Option<PhoneNumber> {
        let agent = self.desk.agent(agent)?;
        agent.numbers(method).find(|number| !self.is_dead(method, number)).cloned()
    }

    fn is_dead(&self, method: MethodKind, number: &PhoneNumber) -> bool {
        self.dead.contains(&(method, number.clone()))
    }

    /// Whether a number that nobody confirmed may be called or texted: it costs no fortune and is of an allowed
    /// country, or the desk file names it.
    fn may_reach(&self, number: &PhoneNumber) -> bool {
        let plan = self.desk.number_plan();
        plan.may_call_back(number, self.desk.allowed_countries()).is_ok()
            || self.desk.contact_by_number(number).is_some()
    }

    /// Whether a caller's number may be texted: all but those known not to take texts.
    fn is_textable(&self, number: &PhoneNumber) -> bool {
        !self.is_dead(MethodKind::Sms, number) && number_plan::kind(number).may_take_texts()
    }

    fn agents_of(&self, targets: &[Target]) -> Vec<AgentKey> {
        self.desk.agents_of(targets, self.book, self.now)
    }

    /// Everybody who would be paged first now if nobody were muted, in order.
    fn first_on_call(&self) -> Vec<AgentKey> {
        self.desk.first_on_call(self.policy, self.book, self.now)
    }
}

impl Case {
    /// A case whose ticket was opened this moment.
    pub fn open(ticket: Ticket) -> Case {
        Case {
            ticket,
            escalation: None,
            pages: Vec::new(),
            attempts: Vec::new(),
            bridge: None,
            live: None,
            texted_at: None,
            paged: BTreeSet::new(),
            turn: 0,
            stepped: 0,
            page_count: 0,
            attempt_count: 0,
            effect_count: 0,
        }
    }

    fn apply(&mut self, hand: &mut Hand<'_>, event: Event) -> Reply {
        match event {
            Event::Due => Reply::None,
            Event::Called { call } => self.called(hand, call),
            Event::Flow(command) => self.flow_asks(hand, command),
            Event::Waits { call, conference, limit } => self.begin_waiting(hand, call, conference, limit),
            Event::RingsNext => self.caller_rings_next(hand),
            Event::CameIn { call } => self.came_in(hand, &call),
            Event::CallerLeft { call } => self.caller_left(hand, &call),
            Event::CallEnded { engaged, returning, seconds } => {
                self.call_ended(hand, engaged, returning, seconds)
            }
            Event::Wrote { body, answer } => self.wrote(hand, body, answer),
            Event::Texted { body } => self.caller_texted(hand, body),
            Event::Pictures { by, pictures } => self.pictures_came(hand, by, pictures),
            Event::Speaks { language } => {
                self.ticket.language = language;
                Reply::None
            }
            Event::Talked { agent, answered, seconds } => {
                if self.may_speak(&agent) {
                    self.talked(hand, &agent, Some((answered, seconds)));
                }
                Reply::None
            }
            Event::Forgotten => self.forgotten(hand),
            Event::Missed { at } => {
                hand.enter(Actor::Carrier, Happening::Missed { at });
                Reply::None
            }
            Event::Transcribed { text } => self.transcribed(hand, text),
            Event::RecordingKept { recording, bytes } => self.recording_kept(hand, recording, bytes),
            Event::Absorb(ticket) => self.absorb(hand, &ticket),
            Event::MergedInto(ticket) => self.merged_into(hand, &ticket),
            Event::Command { by, via, command } => Reply::Answer(self.command(hand, &by, via, command, None)),
            Event::Leg { attempt, input } => {
                self.leg(hand, &attempt, input).map_or(Reply::None, Reply::Spoken)
            }
            Event::Sent { attempt, outcome } => self.sent(hand, &attempt, outcome),
            Event::Receipt { attempt, carrier, sid, receipt } => {
                self.receipt(hand, &attempt, carrier, sid, receipt)
            }
        }
    }

    /// When time alone changes something next; `None` if nothing is under way.
    pub fn next_due(&self) -> Option<Timestamp> {
        let escalation = self.escalation.as_ref();
        // While he is being put through to the caller, an agent is not reminded to call.
        let phase = escalation.filter(|_| !self.is_calling_back()).and_then(|run| run.phase.deadline());
        let caller = escalation.and_then(|run| run.tell_caller_at);
        let bridge = self.bridge.as_ref().map(|bridge| bridge.over_at);
        let pages = self.pages.iter().filter_map(Page::next_due).min();
        let receipts = self.attempts.iter().filter_map(|attempt| self.receipt_due(attempt)).min();
        [phase, caller, bridge, pages, receipts, self.waiting_due()].into_iter().flatten().min()
    }

    fn is_calling_back(&self) -> bool {
        let phase = self.escalation.as_ref().map(|run| &run.phase);
        self.bridge.is_some() && matches!(phase, Some(Phase::Acknowledged { .. }))
    }

    /// When the carrier is asked what became of an attempt that somebody waits for.
    fn receipt_due(&self, attempt: &Attempt) -> Option<Timestamp> {
        attempt.receipt_due().filter(|_| self.is_wanted(attempt))
    }

    /// Whether somebody still has to act: what is shown as open.
    pub fn is_open(&self) -> bool {
        matches!(self.ticket.state, TicketState::Open | TicketState::Abandoned)
    }

    /// Whether this agent has something to do: take it, or call back what he took.
    pub fn waits_for(&self, agent: &AgentKey) -> bool {
        let phase = self.escalation.as_ref().map(|run| &run.phase);
        self.is_open()
            && match phase {
                None => self.pages.iter().any(|page| page.agent == *agent && page.is_open()),
                Some(Phase::Waiting { .. } | Phase::Paging { .. }) => self.paged.contains(agent),
                Some(Phase::Acknowledged { by, .. }) => by == agent,
                Some(Phase::CalledBack { .. } | Phase::Ended) => false,
            }
    }

    /// Whether this agent has it, or is being asked to take it.
    pub fn concerns(&self, agent: &AgentKey) -> bool {
        self.holder() == Some(agent) || self.waits_for(agent)
    }

    /// When this agent was last asked for, as far as that is still known.
    pub fn asked_at(&self, agent: &AgentKey) -> Option<Timestamp> {
        let his = self.attempts.iter().filter(|attempt| attempt.agent == *agent);
        his.map(|attempt| attempt.asked_at).max()
    }

    /// Whether it is an emergency that nobody has, and for which time alone will never do anything: by the rules there
    /// is none once its call is over.
    pub fn is_forgotten(&self) -> bool {
        self.ticket.state == TicketState::Open
            && self.ticket.severity.is_emergency()
            && self.holder().is_none()
            && self.next_due().is_none()
    }

    /// Who has it.
    pub fn holder(&self) -> Option<&AgentKey> {
        self.escalation.as_ref().and_then(|run| run.phase.held()).map(|(by, _)| by)
    }

    /// In whose hands it is.
    pub fn hands(&self) -> Hands {
        if !self.is_open() {
            return Hands::Closed;
        }
        match self.escalation.as_ref().map(|run| &run.phase) {
            None => Hands::Unasked,
            Some(Phase::Waiting { .. } | Phase::Paging { .. }) => Hands::Wanted,
            Some(Phase::Acknowledged { by, .. }) => Hands::Held(by.clone()),
            Some(Phase::CalledBack { by, .. }) => Hands::CalledBack(by.clone()),
            Some(Phase::Ended) => Hands::Ended,
        }
    }

    /// At which step people are being tried, and until when: not the same once another has begun, or this one again.
    pub fn step(&self) -> Option<(Place, Timestamp)> {
        match self.escalation.as_ref()?.phase {
            Phase::Paging { place, until } => Some((place, until)),
            _ => None,
        }
    }

    /// At which rows of its timeline it last came into other hands or to another step.
    pub fn moved(&self) -> i64 {
        self.turn.max(self.stepped)
    }

    /// What an agent needs to know of it.
    pub fn brief(&self) -> Brief {
        let ticket = &self.ticket;
        Brief {
            number: ticket.number,
            severity: ticket.severity,
            customer: ticket.contact.as_ref().map(|contact| contact.customer.clone()),
            callback: ticket.callback.clone(),
            what: ticket.what.clone(),
            recording: !ticket.recordings.is_empty(),
        }
    }

    fn attempt(&mut self, id: &AttemptId) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.id == *id)
    }
}
