//! The people of a desk file: agents, customers and their contacts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AgentKey, CustomerKey, default_language};
use crate::rules::contact::PhoneNumber;
use crate::rules::policy::{MethodKind, Rule, Seconds};
use crate::rules::severity::Severity;
use crate::rules::zone::Zone;

/// Somebody who can be on call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskAgent)]
pub struct Agent {
    /// Unique within the desk; rotas and policies name him by it.
    pub key: AgentKey,
    /// As colleagues and callers hear it.
    pub name: String,
    /// His telephones, the preferred first. At least one takes calls.
    #[serde(rename = "phone", default)]
    pub phones: Vec<Phone>,
    /// For daily mail; never the only way to page him.
    #[serde(default)]
    pub email: Option<String>,
    /// In which times are shown to him; the desk's if absent.
    #[serde(default)]
    pub zone: Option<Zone>,
    /// In which pages are written and spoken, BCP 47.
    #[serde(default = "default_language")]
    pub language: String,
    /// His own notification rules. A severity that has any here replaces its defaults altogether.
    #[serde(rename = "rule", default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<AgentRule>,
}

impl Agent {
    /// His rules for a severity in the order of their times; the defaults if he has none of his own.
    pub fn rules_for(&self, severity: Severity) -> Vec<Rule> {
        let own = self.rules.iter().filter(|rule| rule.severity == severity);
        let mut rules: Vec<Rule> = own.map(|rule| Rule { method: rule.method, after: rule.after }).collect();
        if rules.is_empty() {
            rules.extend(Rule::defaults(severity));
        }
        rules.sort_by_key(|rule| rule.after);
        rules
    }

    /// His numbers that take this method, the preferred first.
    pub fn numbers(&self, method: MethodKind) -> impl Iterator<Item = &PhoneNumber> {
        self.phones.iter().filter(move |phone| phone.methods.contains(&method)).map(|phone| &phone.number)
    }

    /// Whether an emergency's page can reach him: by one of his rules, at a number that is in use.
    pub fn is_reachable(&self, dead: &BTreeSet<(MethodKind, PhoneNumber)>) -> bool {
        self.rules_for(Severity::ONE).iter().any(|rule| {
            self.numbers(rule.method).any(|number| !dead.contains(&(rule.method, number.clone())))
        })
    }

    /// Whether the number is one of his.
    pub fn has_number(&self, number: &PhoneNumber) -> bool {
        self.phones.iter().any(|phone| phone.number == *number)
    }
}

/// One telephone of an agent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgentPhone)]
pub struct Phone {
    /// Its number.
    pub number: PhoneNumber,
    /// What it takes; both if not said.
    #[serde(default = "Phone::both")]
    pub methods: Vec<MethodKind>,
}

impl Phone {
    fn both() -> Vec<MethodKind> {
        vec![MethodKind::Sms, MethodKind::Voice]
    }
}

/// An agent's own notification rule for one severity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentRule {
    /// For pages of this severity.
    pub severity: Severity,
    /// By what.
    pub method: MethodKind,
    /// Since the page began.
    #[serde(default)]
    pub after: Seconds,
}

/// A company that the desk supports.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Unique within the desk.
    pub key: CustomerKey,
    /// As it stands in pages.
    pub name: String,
    /// The people who may ask for support.
    #[serde(rename = "contact", default)]
    pub contacts: Vec<Contact>,
    /// Copied on each Severity 1.
    #[serde(default)]
    pub account_manager: Option<AccountManager>,
    /// The name of its support plan.
    #[serde(default)]
    pub plan: Option<String>,
}

/// An authorised support contact of a customer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerContact)]
pub struct Contact {
    /// As it stands in pages.
    pub name: String,
    /// Numbers that he calls from.
    #[serde(default)]
    pub phones: Vec<PhoneNumber>,
    /// Where mail reaches him.
    #[serde(default)]
    pub email: Option<String>,
    /// In which his calls begin and texts to him are written, BCP 47; that of the line if absent, or if the line does
    /// not offer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// The person at our side who looks after a customer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerManager)]
pub struct AccountManager {
    /// His name.
    pub name: String,
    /// Where mail reaches him.
    pub email: String,
}
