//! What a ticket's timeline says, as far as reports count it: told line by line ([`Facts::tell`]), and small enough to be
//! written with every change of the ticket.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::rules::people::AgentKey;
use crate::rules::severity::Severity;
use crate::rules::ticket::{Actor, Entry, Happening, Ticket, Via};

/// By what way a report came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A call.
    Call,
    /// A text.
    Text,
}

impl Way {
    /// The word for it in files and the API.
    pub fn name(self) -> &'static str {
        match self {
            Way::Call => "call",
            Way::Text => "text",
        }
    }
}

/// What an agent did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: AgentKey,
    /// By what way his word came.
    pub via: Via,
}

/// Somebody said that it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// An agent's key, or the account or program.
    pub by: String,
    /// By what way his word came.
    pub via: Via,
}

/// Somebody said that it is less urgent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downgrade {
    /// When.
    pub at: Timestamp,
    /// Who saw to it: an agent's key, or the account or program; none if the caller said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// To what.
    pub severity: Severity,
    /// Why, in his words, or the voice flow's.
    pub reason: String,
}

/// What the timeline says so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// How it came in, once the first line is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// The customer's name, if the caller is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Whether the carrier told of the call only afterwards: nobody was there to answer it.
    #[serde(skip_serializing_if = "is_not")]
    pub missed: bool,
    /// Whether it ended before a key or a word.
    #[serde(skip_serializing_if = "is_not")]
    pub abandoned: bool,
    /// Since when it is an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_at: Option<Timestamp>,
    /// When its page was to leave, by the last word about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_due: Option<Timestamp>,
    /// Who was asked to take it, and when first.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub asked: BTreeMap<AgentKey, Timestamp>,
    /// Who would not take it, or passed it on.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub declined: BTreeSet<AgentKey>,
    /// When a step first found nobody on call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nobody_at: Option<Timestamp>,
    /// Who took it first; of an emergency, since it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acked: Option<Deed>,
    /// Who called back first; of an emergency, since it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called_back: Option<Deed>,
    /// When each callback that did not reach the caller ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreached: Vec<Timestamp>,
    /// Whether there is no number to call back.
    #[serde(skip_serializing_if = "is_not")]
    pub no_number: bool,
    /// When the daytime desk spoke with the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred_at: Option<Timestamp>,
    /// The last time that it became less urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downgraded: Option<Downgrade>,
    /// Who resolved it, last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Resolution>,
}

/// More callbacks in vain than this are not told apart.
const MOST_UNREACHED: usize = 20;

/// Who of us it was, as files and the API call him.
fn name_of(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Agent(agent) => Some(agent.as_str().to_owned()),
        Actor::Account(name) => Some(name.clone()),
        Actor::Caller | Actor::Nightbell | Actor::Carrier => None,
    }
}

fn is_not(yes: &bool) -> bool {
    !yes
}

impl Facts {
    /// What a whole timeline says.
    pub fn of(ticket: &Ticket, timeline: &[Entry]) -> Facts {
        let mut facts = Facts::default();
        facts.tell(ticket, timeline);
        facts
    }

    /// Adds what happened next. The ticket is as it is afterwards.
    pub fn tell(&mut self, ticket: &Ticket, entries: &[Entry]) {
        self.customer = ticket.contact.as_ref().map(|contact| contact.customer.clone());
        entries.iter().for_each(|entry| self.line(entry));
        self.no_number &= ticket.callback.is_none();
    }

    fn line(&mut self, Entry { at, by, what }: &Entry) {
        let at = *at;
        let deed = |via: &Via| match by {
            Actor::Agent(agent) => Some(Deed { at, by: agent.clone(), via: *via }),
            _ => None,
        };
        match what {
            // What comes later by another way joins it.
            Happening::Opened { .. } => {
                self.way.get_or_insert(Way::Call);
            }
            Happening::Texted { .. } => {
                self.way.get_or_insert(Way::Text);
            }
            Happening::Missed { .. } => {
                self.way.get_or_insert(Way::Call);
                self.missed = true;
            }
            Happening::Abandoned => self.abandoned = true,
            Happening::Triaged { severity } if severity.is_emergency() => self.begin(at),
            Happening::Triaged { .. } => self.take_back(),
            Happening::Pushed => self.begin(at),
            Happening::PageDue { at: due } => {
                self.begin(at);
                self.page_due = Some(*due);
            }
            Happening::StepStarted { agents, .. }
            | Happening::LastResort { agents }
            | Happening::CallerWaits { agents } => {
                self.begin(at);
                for agent in agents {
                    self.asked.entry(agent.clone()).or_insert(at);
                }
            }
            Happening::NobodyOnStep { .. } | Happening::NobodyToPage => {
                self.begin(at);
                self.nobody_at.get_or_insert(at);
            }
            Happening::NoCallbackNumber => self.no_number = true,
            Happening::Acknowledged { via } => self.acked = self.acked.take().or_else(|| deed(via)),
            Happening::Declined { .. } | Happening::Escalated { .. } => {
                if let Actor::Agent(agent) = by {
                    self.declined.insert(agent.clone());
                }
            }
            Happening::CallbackFailed if self.unreached.len() < MOST_UNREACHED => self.unreached.push(at),
            Happening::CallbackDone { via } => {
                // Who rings the customer himself has it by that.
                self.acked = self.acked.take().or_else(|| deed(via));
                self.called_back = self.called_back.take().or_else(|| deed(via));
            }
            Happening::Transferred { answered: true, .. } => {
                self.transferred_at.get_or_insert(at);
            }
            Happening::HandedOver { to: agent, .. } | Happening::PagedBesides { agent, .. } => {
                self.asked.entry(agent.clone()).or_insert(at);
            }
            Happening::Downgraded { severity, reason, .. } => {
                if *by == Actor::Caller {
                    self.take_back();
                }
                let (by, severity, reason) = (name_of(by), *severity, reason.clone());
                self.downgraded = Some(Downgrade { at, by, severity, reason });
            }
            Happening::Resolved { via } => {
                self.resolved = name_of(by).map(|by| Resolution { at, by, via: *via });
            }
            Happening::Reopened => self.resolved = None,
            _ => {}
        }
    }

    /// It is an emergency from now on. Who dealt with it before did not deal with that.
    fn begin(&mut self, at: Timestamp) {
        if self.emergency_at.is_none() {
            self.emergency_at = Some(at);
            (self.acked, self.called_back) = (None, None);
        }
    }

    /// The caller says that it is none after all; whom it woke already, it woke for an emergency.
    fn take_back(&mut self) {
        if self.asked.is_empty() {
            (self.emergency_at, self.page_due) = (None, None);
        }
    }
}
