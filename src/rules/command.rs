//! What agents answer to a page: the grammar of their texts, and the keys of a voice page.
//!
//! A false acknowledgement silences an emergency, a false "unclear" costs one more text: so the grammar is tolerant of
//! form (case, spaces, punctuation, emoji, quoted originals, signatures, where the ticket's number stands) and strict in
//! substance. A word that is neither the command nor a known courtesy makes the whole text unclear: "can't ack" has no
//! way to be taken for `ACK`.
//!
//! Words that carriers reserve (telephony.md, section 2) are never commands: alone they are told apart as
//! [`Reply::Reserved`]. A carrier acts on such a word only if it is the whole text; so do we, or a "Help!" above a
//! caller's report would be left to a carrier that leaves it to us.

pub mod declaration;
mod own_words;
mod vocabulary;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::people::AgentKey;
use super::severity::Severity;
use super::ticket::Actor;
use super::ticket_name::TicketName;
use super::ticket_number::TicketNumber;
use own_words::{Token, own_text, tokens};
pub use vocabulary::Verb;

/// Who says something about a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Speaker {
    /// An agent of its desk.
    Agent(AgentKey),
    /// Somebody who is signed in and is none of the desk's agents, or a program.
    Account {
        /// The account's e-mail address, or what the program is called.
        key: String,
        /// As agents are told it.
        name: String,
    },
}

impl Speaker {
    /// The agent, if it is one.
    pub fn agent(&self) -> Option<&AgentKey> {
        match self {
            Speaker::Agent(agent) => Some(agent),
            Speaker::Account { .. } => None,
        }
    }

    /// As he stands in a timeline.
    pub fn actor(&self) -> Actor {
        match self {
            Speaker::Agent(agent) => Actor::Agent(agent.clone()),
            Speaker::Account { key, .. } => Actor::Account(key.clone()),
        }
    }
}

impl From<AgentKey> for Speaker {
    fn from(agent: AgentKey) -> Speaker {
        Speaker::Agent(agent)
    }
}

/// What is asked for about a ticket: by text, by key, on a page or through the API.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Command {
    /// He takes it.
    Acknowledge,
    /// He does not take it: the next one now.
    Decline,
    /// The next step now.
    Escalate,
    /// Ring him and connect the customer.
    CallCustomer,
    /// He has spoken with the customer.
    CallbackDone,
    /// It is no emergency, or a lesser one.
    Downgrade {
        /// 2, 3 or 4.
        severity: Severity,
        /// Why; never empty.
        reason: String,
    },
    /// It is solved.
    Resolve {
        /// How, if he said so.
        note: Option<String>,
    },
    /// An entry for the timeline; never empty.
    Note(String),
    /// It is to be another's, who is paged for it and has to take it.
    HandOver {
        /// Who is to have it.
        to: AgentKey,
    },
    /// Somebody is paged besides those whose turn it is.
    Page {
        /// Who.
        agent: AgentKey,
    },
    /// Who is on call, and who has what.
    Who,
    /// How things stand.
    Status,
    /// What can be said.
    Help,
}

/// A command, and the ticket it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// What is asked for.
    pub command: Command,
    /// For which ticket; `None` means all that this agent was paged for.
    pub ticket: Option<TicketName>,
}

/// A word that the carrier acts on by itself when it is the whole text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reserved {
    /// The carrier sends this number nothing more.
    OptOut,
    /// The carrier sends again.
    OptIn,
    /// The carrier answers with its own help.
    Info,
}

/// What a text was taken for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// A command.
    Command(Parsed),
    /// One of the carrier's own words, alone.
    Reserved(Reserved),
    /// Not understood: answered with what can be said, and the escalation goes on.
    Unclear {
        /// What may have been meant, to be offered and never to be done.
        nearest: Option<Verb>,
        /// The ticket that was named, if one was.
        ticket: Option<TicketName>,
    },
}

impl Reply {
    /// The ticket that it names.
    pub fn ticket(&self) -> Option<TicketName> {
        match self {
            Reply::Command(Parsed { ticket, .. }) | Reply::Unclear { ticket, .. } => *ticket,
            Reply::Reserved(_) => None,
        }
    }
}

/// Reads a text that an agent sent.
pub fn parse(body: &str) -> Reply {
    if let Some(reserved) = vocabulary::reserved(&body.trim().to_lowercase()) {
        return Reply::Reserved(reserved);
    }
    let own = own_text(body);
    let first = tokens(own.first);
    if first.is_empty() && own.first.contains('?') {
        return Reply::Command(Parsed { command: Command::Help, ticket: None });
    }
    match read(&own, &first) {
        Some(parsed) => Reply::Command(parsed),
        None => Reply::Unclear { nearest: vocabulary::nearest(&first), ticket: only_ticket(&first) },
    }
}

/// The one number that stands in the text, if there is exactly one that cannot be a key.
fn only_ticket(tokens: &[Token]) -> Option<TicketName> {
    let mut numbers = tokens.iter().filter_map(|token| match token {
        Token::Number { name, marked } if *marked || name.number.0 > 9 => Some(*name),
        _ => None,
    });
    numbers.next().filter(|_| numbers.next().is_none())
}

fn read(own: &own_words::Own<'_>, first: &[Token]) -> Option<Parsed> {
    let words: Vec<&Token> = first.iter().filter(|token| !vocabulary::is_ticket_label(token)).collect();
    let Some(at) =
        words.iter().position(|token| matches!(token, Token::Word(word) if Verb::of(word).is_some()))
    else {
        return read_keys(own, &words);
    };
    let Token::Word(word) = words[at] else { return None };
    let verb = Verb::of(word)?;
    let before = leading_ticket(&words[..at])?;
    if verb.takes_text() {
        // "I will resolve it" promises, and does nothing yet.
        let promise = |token: &Token| matches!(token, Token::Word(word) if !vocabulary::is_greeting(word));
        if words[..at].iter().any(|token| promise(token)) {
            return None;
        }
        return read_text(verb, before, own, word);
    }
    let rest = &words[at + 1..];
    if verb.only_asks() {
        return Some(Parsed { command: verb.bare()?, ticket: before.or(only_number(rest)?) });
    }
    let courteous = rest.iter().all(|token| match token {
        Token::Word(word) => {
            vocabulary::is_courtesy(word) || (verb == Verb::Decline && Verb::of(word).is_none())
        }
        Token::Number { .. } => true,
        Token::Odd => false,
    });
    let doubtful = own.asks() || (verb != Verb::Decline && own.tail_doubts());
    let ticket = match (before, only_number(rest)?) {
        (Some(_), Some(_)) => return None,
        (before, after) => before.or(after),
    };
    (courteous && !doubtful).then_some(())?;
    Some(Parsed { command: verb.bare()?, ticket })
}

/// The ticket that stands before the command; `None` if something else than a greeting stands there.
fn leading_ticket(before: &[&Token]) -> Option<Option<TicketName>> {
    let polite = before.iter().all(|token| match token {
        Token::Word(word) => vocabulary::is_opening(word),
        Token::Number { .. } => true,
        Token::Odd => false,
    });
    if polite { only_number(before) } else { None }
}

/// The number among the tokens; `None` if there are several.
fn only_number(tokens: &[&Token]) -> Option<Option<TicketName>> {
    let mut numbers = tokens.iter().filter_map(|token| match token {
        Token::Number { name, .. } => Some(*name),
        _ => None,
    });
    let number = numbers.next();
    numbers.next().is_none().then_some(number)
}

/// A text that is nothing but keys of the voice page: `1`, `1 1042`, `1042 1`.
fn read_keys(own: &own_words::Own<'_>, words: &[&Token]) -> Option<Parsed> {
    if own.asks() || own.tail_doubts() {
        return None;
    }
    let key = |token: &Token| match token {
        Token::Number { name: TicketName { number, line: None }, marked: false } => match number {
            TicketNumber(1) => Some(Command::Acknowledge),
            TicketNumber(2) => Some(Command::CallCustomer),
            TicketNumber(4) => Some(Command::Decline),
            _ => None,
        },
        _ => None,
    };
    let ticket = |token: &Token| match token {
        Token::Number { name, .. } => Some(*name),
        _ => None,
    };
    match words {
        [only] => Some(Parsed { command: key(only)?, ticket: None }),
        [a, b] => match (key(a), key(b)) {
            (Some(command), _) => Some(Parsed { command, ticket: Some(ticket(b)?) }),
            (None, Some(command)) => Some(Parsed { command, ticket: Some(ticket(a)?) }),
            (None, None) => None,
        },
        _ => None,
    }
}

/// `NOTE`, `RESOLVE` and `DOWN`, whose rest is the agent's own text.
fn read_text(verb: Verb, before: Option<TicketName>, own: &own_words::Own<'_>, word: &str) -> Option<Parsed> {
    let mut rest = own.after(word)?;
    let mut severity = None;
    let mut ticket = before;
    if verb == Verb::Down {
        // The ticket may stand on either side of the severity.
        take_ticket(&mut ticket, &mut rest);
        severity = Some(take_severity(&mut rest)?);
    }
    take_ticket(&mut ticket, &mut rest);
    let text = own_words::join(rest, own.tail);
    let command = match verb {
        Verb::Down => Command::Downgrade {
            severity: severity?,
            reason: Some(text).filter(|text| text.contains(char::is_alphanumeric))?,
        },
        Verb::Note => {
            Command::Note(Some(text).filter(|text| text.contains(|c: char| !c.is_ascii_punctuation()))?)
        }
        _ => {
            // "RESOLVE?", "RESOLVE not yet" and "RESOLVE when DNS is back" resolve nothing.
            let opening = tokens(&text).into_iter().next();
            let doubtful = matches!(&opening, Some(Token::Word(word))
                if vocabulary::is_doubt(word) || vocabulary::postpones(word))
                || tokens(&text)
                    .iter()
                    .any(|token| matches!(token, Token::Word(word) if vocabulary::is_promise(word)));
            if doubtful || (opening.is_none() && own.asks()) {
                return None;
            }
            Command::Resolve { note: opening.map(|_| text) }
        }
    };
    Some(Parsed { command, ticket })
}

/// Takes a ticket's number off the front: marked with `#`, or of four digits or more, so that "NOTE 5 rooms" and
/// "NOTE 500 errors" stay whole.
fn take_ticket(ticket: &mut Option<TicketName>, rest: &mut &str) {
    if ticket.is_some() {
        return;
    }
    let unlabelled = own_words::skip_label(rest);
    let digits_at = unlabelled.strip_prefix('#');
    let from = digits_at.unwrap_or(unlabelled);
    let end = |stays: fn(char) -> bool| from.find(|c| !stays(c)).unwrap_or(from.len());
    let digits = end(|c| c.is_ascii_digit());
    // With the end of its line's number, if that stands there.
    for end in [end(|c| c.is_ascii_digit() || c == '/'), digits] {
        let (name, after) = from.split_at(end);
        let apart = !after.starts_with(char::is_alphanumeric);
        if apart
            && (digits_at.is_some() || digits >= 4)
            && let Ok(name) = name.parse()
        {
            *ticket = Some(name);
            *rest = own_words::trim_lead(after);
            return;
        }
    }
}

/// Takes `3`, `to 3`, `sev3`, `S 3`, `severity 3` off the front; only severities that are less than an emergency.
fn take_severity(rest: &mut &str) -> Option<Severity> {
    let mut from = *rest;
    for word in ["to", "severity", "sev", "s"] {
        if let Some(after) = own_words::strip_word(from, word) {
            from = own_words::trim_lead(after);
        }
    }
    let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
    let (digits, after) = from.split_at(end);
    let severity = Severity::try_from(digits.parse::<u8>().ok()?).ok()?;
    if severity.is_emergency() || after.starts_with(char::is_alphanumeric) {
        return None;
    }
    *rest = own_words::trim_lead(after);
    Some(severity)
}

/// What a key of a voice page means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VoiceKey {
    /// 1 acknowledges, 2 calls the customer now, 4 declines.
    Do(Command),
    /// 3: the caller's recording.
    HearMessage,
    /// `*`: the page again.
    Again,
    /// No key came.
    Silence,
    /// No meaning; the page is said again.
    Wrong,
}

impl VoiceKey {
    /// The meaning of the keys that one turn brought.
    pub fn of(keys: &str) -> VoiceKey {
        match keys.trim() {
            "" => VoiceKey::Silence,
            "1" => VoiceKey::Do(Command::Acknowledge),
            "2" => VoiceKey::Do(Command::CallCustomer),
            "3" => VoiceKey::HearMessage,
            "4" => VoiceKey::Do(Command::Decline),
            "*" => VoiceKey::Again,
            _ => VoiceKey::Wrong,
        }
    }
}
