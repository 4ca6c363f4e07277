//! What an agent is answered, by text and on the phone.

use super::{Words, one_line};
use crate::rules::command::Verb;
use crate::rules::contact::PhoneNumber;
use crate::rules::severity::Severity;
use crate::rules::ticket_number::TicketNumber;

/// A ticket that an acknowledgement took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken<'a> {
    /// Which.
    pub ticket: TicketNumber,
    /// Whose, or what stands for it.
    pub customer: &'a str,
    /// Where to call back.
    pub callback: Option<&'a PhoneNumber>,
}

/// Who is on call by one rota.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnCall<'a> {
    /// The rota.
    pub rota: &'a str,
    /// The agents' names; none in a gap.
    pub agents: &'a [&'a str],
}

/// An open ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open<'a> {
    /// Which.
    pub ticket: TicketNumber,
    /// How bad it is.
    pub severity: Severity,
    /// Whose, or what stands for it.
    pub customer: &'a str,
    /// Who has it.
    pub holder: Holder<'a>,
}

/// Who has an open ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder<'a> {
    /// Nobody yet.
    Nobody,
    /// This agent, who has not called back yet.
    Taken(&'a str),
    /// This agent, who has.
    CalledBack(&'a str),
}

/// A plain answer about one ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done<'a> {
    /// The next one is paged.
    Declined,
    /// The next step is taken.
    Escalated,
    /// The agent's phone is about to ring.
    Calling,
    /// It cannot, for want of a number.
    CallingNobody,
    /// The callback is noted.
    CallbackDone,
    /// Its severity is this now.
    Downgraded(Severity),
    /// It is closed.
    Resolved,
    /// The note is kept.
    Noted,
    /// Somebody else has it.
    TakenAlready(&'a str),
    /// The agent has no such open ticket.
    NoSuchTicket,
}

/// Said on the phone of an agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spoken<'a> {
    /// After key 1.
    Taken(TicketNumber),
    /// It is somebody else's by now.
    TakenAlready(TicketNumber, &'a str),
    /// After key 4.
    Declined,
    /// After a key without a meaning.
    WrongKey,
    /// After key 3, when there is nothing to hear.
    NoRecording,
    /// After the last silence.
    NoKey,
    /// After key 2.
    CallingCustomer,
    /// When the agent's leg of a callback answers: for this ticket of this customer.
    CallbackPress(TicketNumber, &'a str),
    /// When the customer's leg did not answer.
    CallbackFailed,
}

impl Words {
    /// After an acknowledgement: all the tickets that it took.
    pub fn acknowledged(&self, lang: &str, taken: &[Taken<'_>]) -> String {
        if taken.is_empty() {
            return self.text(lang, "ack-nothing", &[]);
        }
        let one = |taken: &Taken<'_>| {
            let (ticket, customer) = (taken.ticket.to_string(), one_line(taken.customer));
            let values = [("ticket", ticket.as_str()), ("customer", &customer)];
            match taken.callback {
                Some(number) => {
                    let values = [values[0], values[1], ("number", number.as_str())];
                    self.text(lang, "ack-ticket", &values)
                }
                None => self.text(lang, "ack-ticket-no-number", &values),
            }
        };
        let tickets = taken.iter().map(one).collect::<Vec<_>>().join("; ");
        self.text(lang, "ack", &[("tickets", &tickets)])
    }

    /// After any other command about a ticket.
    pub fn done(&self, lang: &str, ticket: TicketNumber, done: Done<'_>) -> String {
        let ticket = ticket.to_string();
        let values = [("ticket", ticket.as_str())];
        match done {
            Done::Declined => self.text(lang, "declined", &values),
            Done::Escalated => self.text(lang, "escalated", &values),
            Done::Calling => self.text(lang, "calling", &values),
            Done::CallingNobody => self.text(lang, "calling-no-number", &values),
            Done::CallbackDone => self.text(lang, "callback-done", &values),
            Done::Downgraded(severity) => {
                self.text(lang, "downgraded", &[values[0], ("severity", &severity.to_string())])
            }
            Done::Resolved => self.text(lang, "resolved", &values),
            Done::Noted => self.text(lang, "noted", &values),
            Done::TakenAlready(agent) => {
                self.text(lang, "taken-already", &[values[0], ("agent", &one_line(agent))])
            }
            Done::NoSuchTicket => self.text(lang, "no-ticket", &values),
        }
    }

    /// A command that several tickets fit.
    pub fn which_ticket(&self, lang: &str, command: Verb, tickets: &[TicketNumber]) -> String {
        let tickets = tickets.iter().map(|ticket| format!("#{ticket}")).collect::<Vec<_>>().join(", ");
        self.text(lang, "which-ticket", &[("command", command.spelling()), ("tickets", &tickets)])
    }

    /// A text that was not understood: what can be said.
    pub fn unclear(&self, lang: &str, nearest: Option<Verb>, ticket: Option<TicketNumber>) -> String {
        let Some(verb) = nearest else { return self.text(lang, "unclear", &[]) };
        let ticket = ticket.map(|ticket| format!(" {ticket}")).unwrap_or_default();
        let command = match verb {
            // These say nothing without their text.
            Verb::Down => format!("DOWN{ticket} 3 and the reason"),
            Verb::Note => format!("NOTE{ticket} and the text"),
            verb => format!("{}{ticket}", verb.spelling()),
        };
        self.text(lang, "unclear-nearest", &[("command", &command)])
    }

    /// Everything that can be said.
    pub fn help(&self, lang: &str) -> String {
        self.text(lang, "help", &[])
    }

    /// Who is on call.
    pub fn who(&self, lang: &str, rotas: &[OnCall<'_>]) -> String {
        if rotas.is_empty() {
            return self.text(lang, "who-no-rota", &[]);
        }
        let one = |rota: &OnCall<'_>| {
            let agents = if rota.agents.is_empty() {
                self.say(lang, "who-nobody", &[])
            } else {
                rota.agents.iter().map(|name| one_line(name)).collect::<Vec<_>>().join(", ")
            };
            self.text(lang, "who-entry", &[("rota", &one_line(rota.rota)), ("agents", &agents)])
        };
        let entries = rotas.iter().map(one).collect::<Vec<_>>().join("; ");
        self.text(lang, "who", &[("entries", &entries)])
    }

    /// How things stand.
    pub fn status(&self, lang: &str, open: &[Open<'_>]) -> String {
        if open.is_empty() {
            return self.text(lang, "status-nothing", &[]);
        }
        let one = |open: &Open<'_>| {
            let (ticket, severity) = (open.ticket.to_string(), open.severity.to_string());
            let customer = one_line(open.customer);
            let values = [("ticket", ticket.as_str()), ("severity", &severity), ("customer", &customer)];
            let with = |agent| [values[0], values[1], values[2], ("agent", agent)];
            match open.holder {
                Holder::Nobody => self.text(lang, "status-entry-waiting", &values),
                Holder::Taken(agent) => self.text(lang, "status-entry-taken", &with(&one_line(agent))),
                Holder::CalledBack(agent) => self.text(lang, "status-entry-called", &with(&one_line(agent))),
            }
        };
        let entries = open.iter().map(one).collect::<Vec<_>>().join("; ");
        self.text(lang, "status", &[("entries", &entries)])
    }

    /// What is said on an agent's phone.
    pub fn spoken(&self, lang: &str, spoken: Spoken<'_>) -> String {
        match spoken {
            Spoken::Taken(ticket) => self.say(lang, "voice-taken", &[("digits", &ticket.spoken())]),
            Spoken::TakenAlready(ticket, agent) => {
                let values = [("digits", ticket.spoken()), ("agent", one_line(agent))];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                self.say(lang, "voice-taken-already", &values)
            }
            Spoken::Declined => self.say(lang, "voice-declined", &[]),
            Spoken::WrongKey => self.say(lang, "voice-wrong-key", &[]),
            Spoken::NoRecording => self.say(lang, "voice-no-recording", &[]),
            Spoken::NoKey => self.say(lang, "voice-no-key", &[]),
            Spoken::CallingCustomer => self.say(lang, "voice-calling-customer", &[]),
            Spoken::CallbackPress(ticket, customer) => {
                let values = [("digits", ticket.spoken()), ("customer", one_line(customer))];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                self.say(lang, "voice-callback-press", &values)
            }
            Spoken::CallbackFailed => self.say(lang, "voice-callback-failed", &[]),
        }
    }
}
