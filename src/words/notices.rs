//! What agents, callers and managers are told unasked.

use super::{Words, one_line, one_sentence};
use crate::rules::contact::PhoneNumber;
use crate::rules::policy::MethodKind;
use crate::rules::ticket_number::TicketNumber;

/// A notice to an agent who was paged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToAgent<'a> {
    /// Somebody else has it.
    StandDown(&'a str),
    /// It is closed.
    StandDownClosed,
    /// He has not called back.
    CallbackReminder {
        /// Whose ticket it is.
        customer: &'a str,
        /// Where to call back.
        callback: Option<&'a PhoneNumber>,
        /// Minutes until it is paged again.
        minutes: u32,
    },
    /// His talk with the customer was too short to count.
    ReachedThem,
}

/// A notice to a caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToCaller<'a> {
    /// His ticket's number.
    Receipt,
    /// His ticket's number, and that somebody is being called out.
    ReceiptOfEmergency,
    /// Nobody has answered yet.
    StillTrying,
    /// Somebody has it and will call; by name, if the desk wants that.
    Taken(Option<&'a str>),
    /// His text became a ticket; urgent matters call this line.
    UrgentCall(&'a PhoneNumber),
    /// The call comes from a number that he does not know.
    CallingFrom(&'a PhoneNumber),
}

/// A notice to a manager.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToManager<'a> {
    /// An agent was not reached by this method.
    Undelivered(&'a str, MethodKind),
    /// A rota had nobody.
    RotaEmpty(&'a str),
    /// All cycles are over.
    Exhausted {
        /// Whose ticket it is.
        customer: &'a str,
        /// How many cycles there were.
        cycles: u32,
    },
    /// The account manager's copy of a Severity 1.
    Copy {
        /// Whose ticket it is.
        customer: &'a str,
        /// The caller's words.
        what: &'a str,
    },
}

impl Words {
    /// To an agent, about a ticket.
    pub fn to_agent(&self, lang: &str, ticket: TicketNumber, notice: ToAgent<'_>) -> String {
        let ticket = ticket.to_string();
        let values = [("ticket", ticket.as_str())];
        match notice {
            ToAgent::StandDown(agent) => {
                self.text(lang, "stand-down", &[values[0], ("agent", &one_line(agent))])
            }
            ToAgent::StandDownClosed => self.text(lang, "stand-down-closed", &values),
            ToAgent::CallbackReminder { customer, callback, minutes } => {
                let (customer, minutes) = (one_line(customer), minutes.to_string());
                let values = [values[0], ("customer", customer.as_str()), ("minutes", &minutes)];
                match callback {
                    Some(number) => {
                        let values = [values[0], values[1], values[2], ("number", number.as_str())];
                        self.text(lang, "callback-reminder", &values)
                    }
                    None => self.text(lang, "callback-reminder-no-number", &values),
                }
            }
            ToAgent::ReachedThem => self.text(lang, "reached-them", &values),
        }
    }

    /// To a caller, from a desk, about his ticket.
    pub fn to_caller(&self, lang: &str, desk: &str, ticket: TicketNumber, notice: ToCaller<'_>) -> String {
        let (desk, ticket) = (one_line(desk), ticket.to_string());
        let values = [("desk", desk.as_str()), ("ticket", &ticket)];
        match notice {
            ToCaller::Receipt => self.text(lang, "receipt", &values),
            ToCaller::ReceiptOfEmergency => self.text(lang, "receipt-emergency", &values),
            ToCaller::StillTrying => self.text(lang, "still-trying", &values),
            ToCaller::Taken(Some(agent)) => {
                self.text(lang, "taken-by", &[values[0], values[1], ("agent", &one_line(agent))])
            }
            ToCaller::Taken(None) => self.text(lang, "taken", &values),
            ToCaller::UrgentCall(line) => {
                self.text(lang, "text-urgent", &[values[0], values[1], ("number", line.as_str())])
            }
            ToCaller::CallingFrom(number) => {
                self.text(lang, "caller-id-differs", &[values[0], values[1], ("number", number.as_str())])
            }
        }
    }

    /// To a caller of a closed desk; `when` is already in his language.
    pub fn closed_resumes(&self, lang: &str, desk: &str, when: &str) -> String {
        self.text(lang, "closed-resumes", &[("desk", &one_line(desk)), ("when", &one_line(when))])
    }

    /// To a manager, about a ticket.
    pub fn to_manager(&self, lang: &str, ticket: TicketNumber, notice: ToManager<'_>) -> String {
        let ticket = ticket.to_string();
        let ticket = ("ticket", ticket.as_str());
        match notice {
            ToManager::Undelivered(agent, MethodKind::Sms) => {
                self.text(lang, "undelivered-sms", &[ticket, ("agent", &one_line(agent))])
            }
            ToManager::Undelivered(agent, MethodKind::Voice) => {
                self.text(lang, "undelivered-voice", &[ticket, ("agent", &one_line(agent))])
            }
            ToManager::RotaEmpty(rota) => self.text(lang, "rota-empty", &[ticket, ("rota", &one_line(rota))]),
            ToManager::Exhausted { customer, cycles } => {
                let (customer, cycles) = (one_line(customer), cycles.to_string());
                self.text(lang, "exhausted", &[ticket, ("customer", &customer), ("cycles", &cycles)])
            }
            ToManager::Copy { customer, what } => {
                let (customer, what) = (one_line(customer), one_sentence(what));
                self.text(lang, "account-manager", &[ticket, ("customer", &customer), ("what", &what)])
            }
        }
    }

    /// To a manager: an agent's telephone takes no more texts.
    pub fn opted_out(&self, lang: &str, agent: &str) -> String {
        self.text(lang, "opted-out", &[("agent", &one_line(agent))])
    }
}
