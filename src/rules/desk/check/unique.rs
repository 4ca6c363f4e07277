//! Names and numbers that may stand only once.

use std::collections::BTreeMap;

use super::Checks;
use crate::rules::contact::PhoneNumber;

impl Checks<'_> {
    pub(super) fn names_are_unique(&mut self) {
        let desk = self.desk;
        let tables: [(&str, &str, Vec<String>); 5] = [
            ("agent", "key", desk.agents.iter().map(|agent| agent.key.to_string()).collect()),
            ("rota", "name", desk.rotas.iter().map(|rota| rota.name.clone()).collect()),
            ("policy", "name", desk.policies.iter().map(|policy| policy.name.clone()).collect()),
            ("customer", "key", desk.customers.iter().map(|customer| customer.key.to_string()).collect()),
            ("severity", "level", desk.severities.iter().map(|rule| rule.level.to_string()).collect()),
        ];
        for (table, part, names) in tables {
            for (index, name) in names.iter().enumerate() {
                if let Some(first) = names[..index].iter().position(|earlier| earlier == name) {
                    let first = self.source.line_of(&[table, &first.to_string(), part]);
                    self.note(
                        &[table, &index.to_string(), part],
                        format!("there is another {table} `{name}` in line {first}"),
                        "give each its own",
                    );
                }
            }
        }
    }

    /// Each number has one meaning: a call from it, or to it, must lead to one thing.
    pub(super) fn numbers_are_unique(&mut self) {
        let desk = self.desk;
        let mut places: Vec<(Vec<String>, &PhoneNumber)> = Vec::new();
        let mut add =
            |path: &[&str], number| places.push((path.iter().map(|&part| part.to_owned()).collect(), number));
        for (index, line) in desk.lines.iter().enumerate() {
            add(&["line", &index.to_string(), "number"], &line.number);
        }
        for (index, agent) in desk.agents.iter().enumerate() {
            for (phone_index, phone) in agent.phones.iter().enumerate() {
                add(
                    &["agent", &index.to_string(), "phone", &phone_index.to_string(), "number"],
                    &phone.number,
                );
            }
        }
        for (index, customer) in desk.customers.iter().enumerate() {
            // Colleagues may share a telephone.
            let mut shared = Vec::new();
            for (contact_index, contact) in customer.contacts.iter().enumerate() {
                for (number_index, number) in contact.phones.iter().enumerate() {
                    if !shared.contains(&number) {
                        shared.push(number);
                        let at = [index, contact_index, number_index].map(|index| index.to_string());
                        add(&["customer", &at[0], "contact", &at[1], "phones", &at[2]], number);
                    }
                }
            }
        }
        for (index, number) in desk.blocked.iter().enumerate() {
            add(&["blocked", &index.to_string()], number);
        }
        let mut seen: BTreeMap<&PhoneNumber, usize> = BTreeMap::new();
        for (path, number) in &places {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let line = self.source.line_of(&path);
            if let Some(first) = seen.get(number) {
                let what = format!("the number {number} stands in line {first} as well");
                self.note(&path, what, "let each number stand for one line, agent or contact");
            } else {
                seen.insert(number, line);
            }
        }
    }
}
