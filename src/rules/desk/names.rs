//! Names in a desk's file that people read, each with its place there.

use super::Desk;
use crate::rules::name;
use crate::rules::written::Misread;

/// Words that have pages beside those of rotas and of policies.
const TAKEN: &[&str] = &["new"];

/// A name in a desk's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// Keys and indices that lead to it.
    pub(super) path: Vec<String>,
    /// What has it.
    kind: Kind,
    text: &'a str,
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Desk,
    Line,
    Agent,
    Rota,
    Policy,
    Holiday,
    Customer,
    Contact,
    AccountManager,
}

impl Named<'_> {
    /// Whether it can be one.
    pub(super) fn check(&self) -> Result<(), Misread> {
        match self.kind {
            Kind::Rota | Kind::Policy => name::check_in_address(self.text, TAKEN),
            _ => name::check(self.text),
        }
    }

    /// Whether the same stands in a desk already.
    pub(super) fn stands_in(&self, desk: &Desk) -> bool {
        desk.names().iter().any(|known| known.kind == self.kind && known.text == self.text)
    }
}

impl Desk {
    /// Its names, in no order that matters.
    pub(super) fn names(&self) -> Vec<Named<'_>> {
        let mut all = Vec::new();
        let mut add = |kind, path: &[&str], text| {
            let path = path.iter().map(|&part| part.to_owned()).collect();
            all.push(Named { path, kind, text });
        };
        let at = |index: usize| index.to_string();
        add(Kind::Desk, &["name"], self.name.as_str());
        for (index, line) in self.lines.iter().enumerate() {
            add(Kind::Line, &["line", &at(index), "label"], &line.label);
        }
        for (index, agent) in self.agents.iter().enumerate() {
            add(Kind::Agent, &["agent", &at(index), "name"], &agent.name);
        }
        for (index, rota) in self.rotas.iter().enumerate() {
            add(Kind::Rota, &["rota", &at(index), "name"], &rota.name);
        }
        for (index, policy) in self.policies.iter().enumerate() {
            add(Kind::Policy, &["policy", &at(index), "name"], &policy.name);
        }
        for (index, holiday) in self.hours.holidays.iter().enumerate() {
            add(Kind::Holiday, &["hours", "holiday", &at(index), "name"], &holiday.name);
        }
        for (index, customer) in self.customers.iter().enumerate() {
            let index = at(index);
            add(Kind::Customer, &["customer", &index, "name"], &customer.name);
            for (place, contact) in customer.contacts.iter().enumerate() {
                add(Kind::Contact, &["customer", &index, "contact", &at(place), "name"], &contact.name);
            }
            if let Some(manager) = &customer.account_manager {
                add(Kind::AccountManager, &["customer", &index, "account_manager", "name"], &manager.name);
            }
        }
        all
    }
}
