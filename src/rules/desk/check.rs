//! What a desk file must hold beyond its shape: names that exist, numbers that can be called, and somebody who can be
//! reached whatever happens.

mod unique;

use super::read::WrittenDesk;
use crate::rules::contact::PhoneNumber;
use crate::rules::flow::audio::check_piece;
use crate::rules::number_plan::{NumberPlan, NumberProblem};
use crate::rules::policy::{MethodKind, Target};
use crate::rules::severity::Severity;
use crate::rules::source::{Problem, Source};
use crate::rules::written::Misread;

/// The checks of one desk file.
pub(super) struct Checks<'a> {
    /// The whole file; what it names exists, even where the part that names it is faulty.
    whole: &'a Source<'a>,
    /// The part of the file that `desk` was made of.
    source: &'a Source<'a>,
    desk: &'a WrittenDesk,
    plan: NumberPlan,
    /// What was found.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(whole: &'a Source<'a>, source: &'a Source<'a>, desk: &'a WrittenDesk) -> Checks<'a> {
        let plan = NumberPlan { country: desk.country, fictional: desk.fictional_numbers };
        Checks { whole, source, desk, plan, problems: Vec::new() }
    }

    pub(super) fn run(&mut self) {
        self.desk_itself();
        self.lines();
        self.severities();
        self.agents();
        self.policies();
        self.customers();
        self.audio();
        self.names_are_unique();
        self.numbers_are_unique();
    }

    fn note(&mut self, path: &[&str], what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(self.source.problem(path, what, remedy));
    }

    /// Whether something seems to be missing there only because it could not be read, which is reported already.
    fn has_lost_below(&self, path: &[&str]) -> bool {
        self.source.has_lost_below(self.whole, path)
    }

    fn desk_itself(&mut self) {
        let desk = self.desk;
        for (part, what) in [("line", "line"), ("agent", "agent"), ("policy", "escalation policy")] {
            if !self.whole.has(part) {
                self.note(&[], format!("the desk has no {what}"), format!("write at least one [[{part}]]"));
            }
        }
        self.email(&["email"], desk.email.as_deref());
        if let Some(web) = &desk.web
            && !web.starts_with("https://")
            && !web.starts_with("http://")
        {
            self.note(&["web"], format!("`{web}` is no web address"), "write it with https://");
        }
        if let Some(number) = &desk.main_number {
            self.number(&["main_number"], number);
        }
        if let Some(number) = &desk.manager {
            self.number(&["manager"], number);
        }
        if !(5..=60).contains(&desk.limits.ring.0) {
            self.note(
                &["limits", "ring"],
                "an agent's telephone rings too short or too long",
                "write 5 to 60 seconds: less than it takes a voicemail to answer",
            );
        }
        if !(20..=600).contains(&desk.live_connect.limit.0) {
            self.note(
                &["live_connect", "limit"],
                "a caller would wait too short or too long to be put through",
                "write 20 s to 10 min: after it he leaves his message, and the page begins",
            );
        }
        for (part, span) in [
            ("callback_limit", desk.limits.callback_limit),
            ("caller_told_after", desk.limits.caller_told_after),
            ("push_interval", desk.limits.push_interval),
        ] {
            if span.0 == 0 {
                self.note(&["limits", part], "this wait cannot be zero", "write a minute or more");
            }
        }
    }

    fn lines(&mut self) {
        for (index, line) in self.desk.lines.iter().enumerate() {
            let index = index.to_string();
            let at = |part| ["line", index.as_str(), part];
            self.number(&at("number"), &line.number);
            if line.languages.is_empty() {
                self.note(&at("languages"), "the line speaks no language", "write at least one, like \"en\"");
            }
            for language in &line.languages {
                self.language(&at("languages"), language);
            }
            for (language, voice) in &line.voices {
                let path = ["line", index.as_str(), "voices", language];
                self.language(&path, language);
                let named = |c: char| c.is_alphanumeric() || "-._".contains(c);
                if voice.is_empty() || !voice.chars().all(named) {
                    self.note(
                        &path,
                        format!("`{voice}` is no voice"),
                        "write it as the carrier names it, like \"Polly.Mathieu\"",
                    );
                }
            }
            match &line.policy {
                Some(name) if !self.whole.texts(&["policy", "*", "name"]).contains(&name.as_str()) => {
                    self.note(
                        &at("policy"),
                        format!("there is no policy `{name}`"),
                        "write a [[policy]] of that name, or correct it",
                    );
                }
                None if self.desk.policies.len() > 1 => self.note(
                    &at("number"),
                    "it is not said which of the desk's policies this line follows",
                    "write `policy = \"…\"` in this [[line]]",
                ),
                _ => {}
            }
        }
    }

    fn severities(&mut self) {
        let rules = &self.desk.severities;
        if !rules.iter().any(|rule| rule.level == Severity::ONE) && !self.whole.has("severity") {
            self.note(
                &[],
                "it is not said what a Severity 1 means here",
                "write a [[severity]] with `level = 1` and its `definition`",
            );
        }
        let languages: Vec<&String> = self.desk.lines.iter().flat_map(|line| &line.languages).collect();
        for (index, rule) in rules.iter().enumerate() {
            let index = index.to_string();
            for language in rule.definition.keys() {
                self.language(&["severity", &index, "definition", language], language);
            }
            let spoken = rule.level.is_emergency() || !rule.definition.is_empty();
            let mut wanting: Vec<&str> = languages
                .iter()
                .filter(|language| spoken && !rule.definition.contains_key(**language))
                .map(|language| language.as_str())
                .collect();
            wanting.sort_unstable();
            wanting.dedup();
            for language in wanting {
                self.note(
                    &["severity", &index, "definition"],
                    format!("callers are not told in `{language}` what Severity {} means", rule.level),
                    format!("write `definition.{language} = \"…\"`, or take the language from the lines"),
                );
            }
        }
    }

    fn agents(&mut self) {
        for (index, agent) in self.desk.agents.iter().enumerate() {
            let index = index.to_string();
            let at = |part| ["agent", index.as_str(), part];
            self.email(&at("email"), agent.email.as_deref());
            self.language(&at("language"), &agent.language);
            for (phone_index, phone) in agent.phones.iter().enumerate() {
                let phone_index = phone_index.to_string();
                self.number(&["agent", &index, "phone", &phone_index, "number"], &phone.number);
            }
            if self.has_lost_below(&["agent", &index]) {
                continue;
            }
            if agent.numbers(MethodKind::Voice).next().is_none() {
                self.note(
                    &at("phone"),
                    format!("agent `{}` cannot be called", agent.key),
                    "give him a [[agent.phone]] whose methods include \"voice\": a text alone wakes nobody",
                );
            }
            for (rule_index, rule) in agent.rules.iter().enumerate() {
                if agent.numbers(rule.method).next().is_none() && !agent.phones.is_empty() {
                    let rule_index = rule_index.to_string();
                    self.note(
                        &["agent", &index, "rule", &rule_index, "method"],
                        format!("agent `{}` has no telephone for this rule", agent.key),
                        "add the method to one of his telephones, or take the rule out",
                    );
                }
            }
        }
    }

    fn policies(&mut self) {
        for (index, policy) in self.desk.policies.iter().enumerate() {
            let index = index.to_string();
            let at = |part| ["policy", index.as_str(), part];
            let lost = self.has_lost_below(&["policy", &index]);
            if policy.steps.is_empty() && !lost {
                self.note(&at("step"), "the policy has no step", "write at least one [[policy.step]]");
            }
            if policy.cycles == 0 {
                self.note(&at("cycles"), "the policy is never run", "write `cycles = 1` or more");
            }
            for (step_index, step) in policy.steps.iter().enumerate() {
                let step_index = step_index.to_string();
                if step.targets.is_empty() && !lost {
                    self.note(
                        &["policy", &index, "step", &step_index, "targets"],
                        "the step pages nobody",
                        "name a rota, an agent or everyone",
                    );
                }
                if step.delay.0 < 30 {
                    self.note(
                        &["policy", &index, "step", &step_index, "delay"],
                        "nobody can answer a page before the next step",
                        "write at least 30 seconds",
                    );
                }
                for (target_index, target) in step.targets.iter().enumerate() {
                    let target_index = target_index.to_string();
                    self.target(&["policy", &index, "step", &step_index, "targets", &target_index], target);
                }
            }
            for (target_index, target) in policy.last_resort.iter().enumerate() {
                self.target(&["policy", &index, "last_resort", &target_index.to_string()], target);
            }
            if policy.last_resort.is_empty() && !lost {
                self.note(
                    &at("last_resort"),
                    format!("policy `{}` has no last resort", policy.name),
                    "write `last_resort = [\"everyone\"]`, or name an agent",
                );
            } else if !lost && policy.last_resort.iter().all(|target| matches!(target, Target::Rota(_))) {
                self.note(
                    &at("last_resort"),
                    "a rota can be empty, and then there is nobody left to page",
                    "add an agent or \"everyone\" to the last resort",
                );
            }
        }
    }

    fn target(&mut self, path: &[&str], target: &Target) {
        let (kind, name, known) = match target {
            Target::Everyone => return,
            Target::Rota(name) => ("rota", name.as_str(), self.whole.texts(&["rota", "*", "name"])),
            Target::Agent(key) => ("agent", key.as_str(), self.whole.texts(&["agent", "*", "key"])),
        };
        if !known.contains(&name) {
            let remedy = match known.as_slice() {
                [] => format!("write a [[{kind}]] of that name"),
                known => format!("write one of {}, or add it", known.join(", ")),
            };
            self.note(path, format!("there is no {kind} `{name}`"), remedy);
        }
    }

    fn customers(&mut self) {
        for (index, customer) in self.desk.customers.iter().enumerate() {
            let index = index.to_string();
            let manager = customer.account_manager.as_ref().map(|manager| manager.email.as_str());
            self.email(&["customer", &index, "account_manager", "email"], manager);
            for (contact_index, contact) in customer.contacts.iter().enumerate() {
                let contact_index = contact_index.to_string();
                let at = |part| ["customer", index.as_str(), "contact", contact_index.as_str(), part];
                self.email(&at("email"), contact.email.as_deref());
                if let Some(language) = &contact.language {
                    self.language(&at("language"), language);
                }
                for number in &contact.phones {
                    self.number(&at("phones"), number);
                }
                let lost = self.has_lost_below(&["customer", &index]);
                if contact.phones.is_empty() && contact.email.is_none() && !lost {
                    self.note(
                        &at("name"),
                        "there is no way to recognise this contact",
                        "give him `phones` or an `email`",
                    );
                }
            }
        }
    }

    fn audio(&mut self) {
        for (index, audio) in self.desk.audio.iter().enumerate() {
            let at = index.to_string();
            if self.desk.audio[..index].iter().any(|earlier| earlier.sentence() == audio.sentence()) {
                self.note(
                    &["audio", &at, "step"],
                    "another recording is heard in place of this sentence",
                    "leave one of them",
                );
            }
            self.language(&["audio", &at, "language"], &audio.language);
            if audio.play.is_empty() {
                self.note(&["audio", &at, "play"], "nothing is heard", "write at least one address");
            }
            for (piece, text) in audio.play.iter().enumerate() {
                if let Err(Misread { what, remedy }) = check_piece(text) {
                    self.note(&["audio", &at, "play", &piece.to_string()], what, remedy);
                }
            }
        }
    }

    fn number(&mut self, path: &[&str], number: &PhoneNumber) {
        if let Err(problem) = self.plan.check(number) {
            let remedy = match problem {
                NumberProblem::Fictional => {
                    "write a real number, or `fictional_numbers = true` for a demonstration"
                }
                _ => "write the whole number with + and its country code",
            };
            self.note(path, format!("{number} cannot be called: {problem}"), remedy);
        }
    }

    fn email(&mut self, path: &[&str], address: Option<&str>) {
        let Some(address) = address else { return };
        let fits = address
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
        if !fits || address.contains(char::is_whitespace) {
            self.note(path, format!("`{address}` is no e-mail address"), "write it like ada@example.com");
        }
    }

    fn language(&mut self, path: &[&str], language: &str) {
        if language.parse::<unic_langid::LanguageIdentifier>().is_err() {
            self.note(
                path,
                format!("`{language}` is no language"),
                "write its tag, like \"en\" or \"fr-CA\"",
            );
        }
    }
}
