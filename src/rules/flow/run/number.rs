//! The dialogue that ends in a callback number: offer the caller id, take digits, check them, read them back, have them
//! confirmed; after so many failures go on with what is known.

use crate::rules::contact::PhoneNumber;
use crate::rules::flow::syntax::CallbackNumber;
use crate::rules::flow::{FlowCommand, Stage};

use super::{Go, PER_DIGIT, Run, keys};

impl<'a> Run<'a> {
    pub(super) fn ask_number(&mut self, number: &CallbackNumber) -> Go<'a> {
        match self.offered() {
            Some(_) => self.say("offer", &number.offer),
            None => self.say("ask", &number.ask),
        }
        Go::Ask(keys(None, PER_DIGIT, Some('#')), Stage::Answer)
    }

    fn ask_confirm(&mut self, number: &CallbackNumber) -> Go<'a> {
        self.say("confirm", &number.confirm);
        Go::Ask(keys(Some(1), PER_DIGIT, None), Stage::Confirm)
    }

    /// The caller id, where it may be offered as the number to call back.
    fn offered(&self) -> Option<&'a PhoneNumber> {
        self.facts.caller_id.as_ref().filter(|_| !self.facts.withheld)
    }

    pub(super) fn number_answer(&mut self, number: &'a CallbackNumber, keys: &str) -> Go<'a> {
        match (&self.position.stage, self.position.callback.clone()) {
            (Stage::Confirm, Some(given)) => self.confirm_answer(number, keys, given),
            _ => self.entry_answer(number, keys),
        }
    }

    fn entry_answer(&mut self, number: &'a CallbackNumber, keys: &str) -> Go<'a> {
        let entry = entry(keys);
        // A caller in a hurry presses 1 twice; no number is that short.
        let yes = ["1", "11", "111"].contains(&entry);
        if let (true, Some(offered)) = (yes, self.offered()) {
            return self.confirmed(number, offered.clone());
        }
        if let Some(given) = self.facts.plan.callable(entry) {
            // Kept at once: a hang-up while it is read back must not lose it.
            self.commands.push(FlowCommand::Callback { number: given.clone(), confirmed: false });
            self.position.callback = Some(given);
            return self.ask_confirm(number);
        }
        if self.failed(number.tries) {
            return self.given_up(number);
        }
        if !entry.is_empty() {
            self.say("invalid", &number.invalid);
        }
        self.ask_number(number)
    }

    fn confirm_answer(&mut self, number: &'a CallbackNumber, keys: &str, given: PhoneNumber) -> Go<'a> {
        if keys == "1" {
            return self.confirmed(number, given);
        }
        let refused = keys == "*" || keys == "2";
        if refused {
            self.position.callback = None;
        }
        if keys.is_empty() || self.failed(number.tries) {
            return self.given_up(number);
        }
        if refused { self.ask_number(number) } else { self.ask_confirm(number) }
    }

    fn confirmed(&mut self, number: &'a CallbackNumber, given: PhoneNumber) -> Go<'a> {
        self.position.callback = Some(given.clone());
        self.commands.push(FlowCommand::Callback { number: given, confirmed: true });
        Go::To(&number.next)
    }

    /// What is known is kept: a number that was read back and not refused, else the caller id.
    fn given_up(&mut self, number: &'a CallbackNumber) -> Go<'a> {
        if self.position.callback.is_none()
            && let Some(offered) = self.offered().cloned()
        {
            self.commands.push(FlowCommand::Callback { number: offered.clone(), confirmed: false });
            self.position.callback = Some(offered);
        }
        self.commands.push(FlowCommand::CallbackGivenUp);
        Go::To(&number.given_up)
    }
}

/// What counts of an entry: what follows the last `*`, without the `#` that ended it.
pub(super) fn entry(keys: &str) -> &str {
    let keys = keys.trim_end_matches('#');
    keys.rsplit('*').next().unwrap_or(keys)
}
