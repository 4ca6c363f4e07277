//! A desk: a support team with its lines, hours, people and policies, as one TOML file describes it. The types are the
//! file's own shape and are kept in the database in that shape (as JSON); [`Desk::parse`] lets in only files in which
//! every name is known and somebody can be reached.

mod check;
pub mod edit;
pub mod export;
pub mod file;
mod gap;
pub mod import;
mod names;
mod people;
pub mod plan;
mod read;
mod target;
#[cfg(test)]
mod tests;
pub mod warn;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use gap::{Found, Gaps, Lack, PolicyGap, Reason};
pub use people::{AccountManager, Agent, AgentRule, Contact, Customer, Phone};
pub use read::WrittenDesk;
pub use target::{NotAResponseTarget, ResponseTarget, TargetClock, TargetUnit};

pub use super::people::{AgentKey, Key};

use super::account::Email;
use super::contact::PhoneNumber;
use super::flow::{Audio, Plan};
use super::hours::Calendar;
use super::live::LiveConnect;
use super::number_plan::{Country, NumberPlan};
use super::policy::{Limits, Policy, Target};
use super::rota::Rota;
use super::severity::Severity;
use super::zone::{Zone, ZoneBook};
use crate::clock::Timestamp;

/// A desk's short name in its installation.
pub type DeskKey = Key<Desk>;
/// A customer's short name within its desk.
pub type CustomerKey = Key<Customer>;

fn default_language() -> String {
    "en".to_owned()
}

fn default_languages() -> Vec<String> {
    vec![default_language()]
}

/// A support team.
pub type Desk = DeskOf<Calendar, Rota>;

/// A desk whose hours and rotas are read ([`Desk`]) or still texts, as its file holds them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Desk, description = "A support team, as its file describes it.")]
pub struct DeskOf<Hours, OneRota> {
    /// Unique in the installation.
    pub key: DeskKey,
    /// As callers hear it.
    pub name: String,
    /// By whose plan callers' national numbers are read, e.g. `US`.
    pub country: Country,
    /// Whether numbers that the plan reserves for fiction (+1 … 555-01xx) are taken for real ones: for demonstrations
    /// and tests only.
    #[serde(default)]
    pub fictional_numbers: bool,
    /// Where the written way leads: e-mail.
    #[serde(default)]
    pub email: Option<String>,
    /// Where the written way leads: the web.
    #[serde(default)]
    pub web: Option<String>,
    /// The number of the daytime desk.
    #[serde(default)]
    pub main_number: Option<PhoneNumber>,
    /// Where the manager is told at once, by text, what cannot wait: a dead contact method, a step without anybody.
    #[serde(default)]
    pub manager: Option<PhoneNumber>,
    /// What is turned away to the written way and the support hours, as it is said: "password resets".
    #[serde(default)]
    pub never_urgent: Vec<String>,
    /// Numbers whose calls are rejected.
    #[serde(default)]
    pub blocked: Vec<PhoneNumber>,
    /// Countries to which a callback may be dialled; the desk's own alone if empty.
    #[serde(default)]
    pub callback_countries: Vec<Country>,
    /// Its waits.
    #[serde(default)]
    pub limits: Limits,
    /// Its choices.
    #[serde(default)]
    pub options: Options,
    /// Whether emergencies are put straight through.
    #[serde(default)]
    pub live_connect: LiveConnect,
    /// When it is there.
    pub hours: Hours,
    /// Its telephone numbers.
    #[serde(rename = "line", default)]
    pub lines: Vec<Line>,
    /// What each severity means here and how soon it is answered.
    #[serde(rename = "severity", default)]
    pub severities: Vec<SeverityRule>,
    /// Who can be on call.
    #[serde(rename = "agent", default)]
    pub agents: Vec<Agent>,
    /// Who is on call when.
    #[serde(rename = "rota", default = "Vec::new")]
    pub rotas: Vec<OneRota>,
    /// Its escalation policies.
    #[serde(rename = "policy", default)]
    pub policies: Vec<Policy>,
    /// Whom it supports.
    #[serde(rename = "customer", default)]
    pub customers: Vec<Customer>,
    /// Recordings of its own that are heard in place of sentences of its voice flows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audio: Vec<Audio>,
}

/// A telephone number of a desk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskLine)]
pub struct Line {
    /// What callers dial.
    pub number: PhoneNumber,
    /// What people call it: "Emergency line".
    pub label: String,
    /// The voice flow that answers it.
    pub flow: String,
    /// The carrier of that name in the configuration.
    pub carrier: String,
    /// Offered to the caller in this order, BCP 47.
    #[serde(default = "default_languages")]
    pub languages: Vec<String>,
    /// The escalation policy of its emergencies; may be left out if the desk has only one.
    #[serde(default)]
    pub policy: Option<String>,
    /// By language: the carrier's name of the voice that speaks it here, like `Polly.Mathieu`; a natural one where none
    /// is named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub voices: BTreeMap<String, String>,
}

impl Line {
    /// The language in which it is answered until the caller chooses another.
    pub fn first_language(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }
}

/// What a severity means at this desk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityRule {
    /// Which.
    pub level: Severity,
    /// By language: how the desk tells a caller what it means.
    #[serde(default)]
    pub definition: BTreeMap<String, String>,
    /// How soon a person answers.
    #[serde(default)]
    pub response: Option<ResponseTarget>,
    /// How soon it is solved.
    #[serde(default)]
    pub resolution: Option<ResponseTarget>,
}

/// What a desk may choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = DeskOptions)]
pub struct Options {
    /// Whether the caller is told the name of who took his ticket.
    pub tell_caller_who: bool,
    /// Whether the caller is texted his ticket's number.
    pub text_receipts: bool,
    /// What an abandoned call leads to.
    pub abandoned: Abandoned,
    /// Whether a manager approves what agents agree among themselves about cover and swaps, before it counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cover_needs_approval: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tell_caller_who: true,
            text_receipts: true,
            abandoned: Abandoned::OneSms,
            cover_needs_approval: false,
        }
    }
}

/// What follows a call that ended before any key or speech.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Abandoned {
    /// One text to the first on call; no escalation.
    #[default]
    OneSms,
    /// The same as an emergency.
    FullPage,
}

/// What a caller may key in a voice flow: by the desk's country, and the countries that it calls back.
impl Plan for Desk {
    fn callable(&self, keyed: &str) -> Option<PhoneNumber> {
        let plan = self.number_plan();
        let number = plan.parse_dialled(keyed).ok()?;
        plan.may_call_back(&number, self.allowed_countries()).ok().map(|()| number)
    }

    fn spoken(&self, number: &PhoneNumber) -> String {
        self.number_plan().read_back(number).digits()
    }
}

impl Desk {
    /// The zone of its hours and deadlines.
    pub fn zone(&self) -> Zone {
        self.hours.zone
    }

    /// The number plan as it sees it.
    pub fn number_plan(&self) -> NumberPlan {
        NumberPlan { country: self.country, fictional: self.fictional_numbers }
    }

    /// The rota of that name.
    pub fn rota(&self, name: &str) -> Option<&Rota> {
        self.rotas.iter().find(|rota| rota.name == name)
    }

    /// The agents whom targets mean at an instant: each once, in order, and only those whom the desk has.
    pub fn agents_of(&self, targets: &[Target], book: &ZoneBook, at: Timestamp) -> Vec<AgentKey> {
        let mut agents: Vec<AgentKey> = Vec::new();
        for target in targets {
            let meant: Vec<AgentKey> = match target {
                Target::Rota(name) => {
                    let on_call = self.rota(name).and_then(|rota| rota.on_call(book, at));
                    on_call.map(|found| found.agent.clone()).into_iter().collect()
                }
                Target::Agent(agent) => vec![agent.clone()],
                Target::Everyone => self.agents.iter().map(|agent| agent.key.clone()).collect(),
            };
            for agent in meant {
                if self.agent(&agent).is_some() && !agents.contains(&agent) {
                    agents.push(agent);
                }
            }
        }
        agents
    }

    /// Whom a policy pages first at an instant if nobody is muted: the first of its steps that finds somebody, else its last resort, else
    /// everybody.
    pub fn first_on_call(&self, policy: &Policy, book: &ZoneBook, at: Timestamp) -> Vec<AgentKey> {
        let steps = policy.steps.iter().map(|step| &step.targets[..]);
        let everybody = [Target::Everyone];
        let all = steps.chain([&policy.last_resort[..], &everybody[..]]);
        let mut found = all.map(|targets| self.agents_of(targets, book, at));
        found.find(|agents| !agents.is_empty()).unwrap_or_default()
    }

    /// The agent of that key.
    pub fn agent(&self, key: &AgentKey) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.key == *key)
    }

    /// The name by which colleagues and callers know an agent; the key if he is gone from the desk.
    pub fn name_of(&self, agent: &AgentKey) -> String {
        self.agent(agent).map_or_else(|| agent.to_string(), |agent| agent.name.clone())
    }

    /// The zone of an agent's own wall clock: the desk's, unless he lives by another.
    pub fn zone_of(&self, agent: &AgentKey) -> Zone {
        self.agent(agent).and_then(|agent| agent.zone).unwrap_or(self.zone())
    }

    /// The agent who has that e-mail address; nobody if several share it.
    pub fn agent_by_email(&self, email: &Email) -> Option<&Agent> {
        let has = |agent: &&Agent| {
            agent.email.as_deref().and_then(|text| text.parse::<Email>().ok()).as_ref() == Some(email)
        };
        let mut found = self.agents.iter().filter(has);
        found.next().filter(|_| found.next().is_none())
    }

    /// The agent whose telephone has that number.
    pub fn agent_by_number(&self, number: &PhoneNumber) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.has_number(number))
    }

    /// The contact who calls from that number, with his customer.
    pub fn contact_by_number(&self, number: &PhoneNumber) -> Option<(&Customer, &Contact)> {
        self.customers.iter().find_map(|customer| {
            let contact = customer.contacts.iter().find(|contact| contact.phones.contains(number))?;
            Some((customer, contact))
        })
    }

    /// The customer of that key.
    pub fn customer(&self, key: &CustomerKey) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.key == *key)
    }

    /// The languages that a line offers, in its order, but first that of who calls, an agent or a known contact, if it
    /// is among them. (A caller id may be somebody else's: whoever calls may choose another by key.)
    pub fn languages_for(&self, line: &Line, caller: Option<&PhoneNumber>) -> Vec<String> {
        let own = caller.and_then(|number| match self.agent_by_number(number) {
            Some(agent) => Some(agent.language.as_str()),
            None => self.contact_by_number(number)?.1.language.as_deref(),
        });
        let mut languages = line.languages.clone();
        let spoken = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let first = own.and_then(|own| {
            let same = languages.iter().position(|offered| offered == own);
            same.or_else(|| languages.iter().position(|offered| spoken(offered) == spoken(own)))
        });
        if let Some(first) = first {
            languages[..=first].rotate_right(1);
        }
        languages
    }

    /// The language in which a call or a text from that number to a line begins.
    pub fn language_for(&self, line: &PhoneNumber, caller: Option<&PhoneNumber>) -> String {
        let first = self.line(line).and_then(|line| self.languages_for(line, caller).into_iter().next());
        first.unwrap_or_else(default_language)
    }

    /// The line of that number.
    pub fn line(&self, number: &PhoneNumber) -> Option<&Line> {
        self.lines.iter().find(|line| line.number == *number)
    }

    /// The policy of that name.
    pub fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// The policy of a line's emergencies.
    pub fn policy_of(&self, line: &Line) -> Option<&Policy> {
        match &line.policy {
            Some(name) => self.policy(name),
            None => self.policies.first(),
        }
    }

    /// What a severity means here.
    pub fn severity(&self, severity: Severity) -> Option<&SeverityRule> {
        self.severities.iter().find(|rule| rule.level == severity)
    }

    /// Whether calls from that number are rejected.
    pub fn is_blocked(&self, number: &PhoneNumber) -> bool {
        self.blocked.contains(number)
    }

    /// Countries to which a callback may be dialled.
    pub fn allowed_countries(&self) -> &[Country] {
        if self.callback_countries.is_empty() {
            std::slice::from_ref(&self.country)
        } else {
            &self.callback_countries
        }
    }
}
