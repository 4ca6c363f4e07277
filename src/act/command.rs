//! Commands of somebody who is signed in, or of a program: what an agent says by text or key, said on a page or through
//! the API, by the same path. An account is the agent of a desk whose e-mail address is its own; whoever is none of the
//! desk's agents hands over, pages somebody and closes as its manager.
//!
//! A tap that comes twice counts once: `once` names what was tapped, and the second gets the first one's answer. Who
//! disposes of a ticket that came into other hands since he looked at it changes nothing: he is told who has it. And who
//! sends one to the next step that has gone there since he looked does not send it one further.

use sha2::{Digest, Sha256};

use super::audit::{Note, note};
use super::case::Work;
use super::{ActError, Acts, By, Origin, Visitor, World};
use crate::rules::access::{Principal, Right};
use crate::rules::account::Email;
use crate::rules::case::{Case, Event, Reply};
use crate::rules::command::{Command, Speaker};
use crate::rules::desk::Desk;
use crate::rules::effect::{Answer, Message};
use crate::rules::people::AgentKey;
use crate::rules::ticket::{TicketId, Via};
use crate::store::{StoreError, Tx, inbox, ticket};

/// As whose the taps stand among what carriers sent. A carrier of that name has other keys.
const INBOX: &str = "signed-in";

/// Who commands.
#[derive(Clone, Debug)]
pub struct Commander {
    /// For the audit log.
    pub by: By,
    /// As agents are told it.
    pub name: String,
    /// By which he may be an agent of a desk; a program that is nobody's has none.
    pub email: Option<Email>,
    /// What he may.
    pub principal: Principal,
    /// By what way he comes: [`Via::Web`] or [`Via::Api`].
    pub via: Via,
}

impl Commander {
    /// Somebody before a page of ours.
    pub fn visiting(visitor: &Visitor, origin: &Origin) -> Commander {
        let account = &visitor.account;
        Commander {
            by: By { actor: account.email.to_string(), address: origin.address.clone() },
            name: account.name.clone(),
            email: Some(account.email.clone()),
            principal: account.principal.clone(),
            via: Via::Web,
        }
    }

    /// Who he is at a desk, if he is one of its agents.
    pub fn agent_at<'a>(&self, desk: &'a Desk) -> Option<&'a AgentKey> {
        self.email.as_ref().and_then(|email| desk.agent_by_email(email)).map(|agent| &agent.key)
    }

    fn speaker(&self, desk: &Desk) -> Speaker {
        match self.agent_at(desk) {
            Some(agent) => Speaker::Agent(agent.clone()),
            None => {
                let key = self.email.as_ref().map_or(&*self.by.actor, Email::as_str);
                Speaker::Account { key: key.to_owned(), name: self.name.clone() }
            }
        }
    }
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// As programs and pages read it.
    pub answer: Answer,
    /// As an agent reads it in a text.
    pub words: String,
}

impl Said {
    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        !self.answer.is_refusal()
    }
}

/// Why a command was not even said.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is none such, or none that he may see.
    #[error("there is no such ticket")]
    NoTicket,
    /// He may not.
    #[error("it needs the role {}", .0.needs())]
    Lacks(Right),
    /// It came into other hands since he looked at it: somebody's, by name, or nobody's.
    #[error("{}; nothing was changed. Look at it as it is now.", match .holder {
        Some(holder) => format!("{holder} has it meanwhile"),
        None => "It has changed hands meanwhile".into(),
    })]
    Passed {
        /// The name of who has it now.
        holder: Option<String>,
    },
    /// It went to another step since he looked at it, and he would send it past that one.
    #[error("It has gone to the next step meanwhile; nothing was changed. Look at it as it is now.")]
    MovedOn,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// What a command about a case asks of whoever says it. His own tickets are those that he has or was paged for.
pub fn right_for(command: &Command, case: &Case, agent: Option<&AgentKey>) -> Right {
    match command {
        Command::Who | Command::Status | Command::Help => Right::See,
        Command::Acknowledge
        | Command::Decline
        | Command::CallCustomer
        | Command::CallbackDone
        | Command::Note(_) => Right::Answer,
        Command::Escalate
        | Command::Downgrade { .. }
        | Command::Resolve { .. }
        | Command::HandOver { .. }
        | Command::Page { .. } => match agent.is_some_and(|agent| case.may_speak(agent)) {
            true => Right::Answer,
            false => Right::Manage,
        },
    }
}

/// What was looked at when a command was given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looked<'a> {
    /// What tells one tap from the next: the state that was looked at, or a program's own key.
    pub once: Option<&'a str>,
    /// The state that was looked at: the rows of the ticket's timeline.
    pub seen: Option<i64>,
}

/// Whether a command is right only for a ticket in the hands in which it was seen. Taking one, calling back and noting
/// take nothing from anybody; and who has it himself may call, lower and close it, by whatever way he took it.
fn disposes(command: &Command, is_his: bool) -> bool {
    match command {
        Command::Acknowledge
        | Command::CallbackDone
        | Command::Note(_)
        | Command::Who
        | Command::Status
        | Command::Help => false,
        Command::CallCustomer | Command::Downgrade { .. } | Command::Resolve { .. } => !is_his,
        Command::Decline | Command::Escalate | Command::HandOver { .. } | Command::Page { .. } => true,
    }
}

struct Input {
    world: World,
    who: Commander,
    ticket: TicketId,
    command: Command,
    once: Option<String>,
    seen: Option<i64>,
}

impl Acts {
    /// Carries out a command on a ticket: the same command of the same person with the same `once` is carried out once,
    /// and one that disposes of a ticket only if it is in the hands, and the next step is
    /// begun only from the one, in which it was seen.
    pub async fn command_by(
        &self,
        who: Commander,
        ticket: &TicketId,
        command: Command,
        looked: Looked<'_>,
    ) -> Result<Said, CommandError> {
        let once = looked.once.map(|once| {
            let whole = format!("{}\n{}\n{once}\n{command:?}", who.by.actor, ticket);
            format!("command {}", hex::encode(Sha256::digest(whole)))
        });
        let input =
            Input { world: self.world(), who, ticket: ticket.clone(), command, once, seen: looked.seen };
        self.store().write(obey, input).await.map_err(ActError::from)?
    }
}

async fn obey(tx: &mut Tx, input: &Input) -> Result<Result<Said, CommandError>, StoreError> {
    let Input { world, who, ticket, command, once, seen } = input;
    let Some(loaded) = ticket::lock_if_any(tx, ticket).await? else { return Ok(Err(CommandError::NoTicket)) };
    let key = loaded.case.ticket.desk.clone();
    if !who.principal.may(Right::See, &key) {
        return Ok(Err(CommandError::NoTicket));
    }
    let desk = world.desk(&key)?.clone();
    // The ticket is locked: the first tap is over.
    if let Some(once) = once
        && let Some(answer) = inbox::answered(tx, INBOX, once).await?
    {
        return Ok(Ok(said(world, &desk, ticket::decode(&answer, "inbox")?)));
    }
    let me = who.agent_at(&desk);
    let right = right_for(command, &loaded.case, me);
    if !who.principal.may(right, &key) {
        return Ok(Err(CommandError::Lacks(right)));
    }
    let holder = loaded.case.holder();
    let is_his = holder.is_some() && holder == me;
    let is_old = seen.is_some_and(|seen| seen < loaded.case.turn);
    if is_old && loaded.case.is_open() && disposes(command, is_his) {
        return Ok(Err(CommandError::Passed { holder: holder.map(|agent| desk.name_of(agent)) }));
    }
    let is_past = seen.is_some_and(|seen| seen < loaded.case.moved());
    if is_past && loaded.case.is_open() && *command == Command::Escalate {
        return Ok(Err(CommandError::MovedOn));
    }
    let before = condition(&loaded.case);
    let mut work = Work::on(loaded);
    let event = Event::Command { by: who.speaker(&desk), via: who.via, command: command.clone() };
    let Reply::Answer(answer) = work.happen(world, event)? else {
        return Err(StoreError::Fault("a command got no answer".into()));
    };
    let case = work.save(tx, world).await?;
    if !answer.is_refusal() {
        if let Some(once) = once {
            inbox::answer(tx, INBOX, once, &ticket::encode(&answer, "inbox")?, world.now).await?;
        }
        let subject = format!("#{}", case.ticket.number);
        let entry = Note {
            desk: Some(&key),
            before: Some(before),
            after: Some(format!("{}: {}", deed(command), condition(&case))),
            ..Note::of("ticket.command", &subject)
        };
        note(tx, &who.by, world.now, entry).await?;
    }
    Ok(Ok(said(world, &desk, answer)))
}

fn said(world: &World, desk: &Desk, answer: Answer) -> Said {
    let message = Message::Answer(answer.clone());
    let words = world.words.message("en", &desk.name, &world.book, desk.zone(), &message);
    Said { answer, words }
}

/// How a ticket stands, as the audit log tells it.
fn condition(case: &Case) -> String {
    let holder = case.holder().map_or("nobody", AgentKey::as_str);
    format!("{}, severity {}, {holder} has it", case.ticket.state.name(), case.ticket.severity)
}

/// A command as the audit log tells it: without anybody's own words, which stand in the timeline.
fn deed(command: &Command) -> String {
    match command {
        Command::Acknowledge => "acknowledge".into(),
        Command::Decline => "decline".into(),
        Command::Escalate => "next step".into(),
        Command::CallCustomer => "call the customer".into(),
        Command::CallbackDone => "called back".into(),
        Command::Downgrade { severity, .. } => format!("downgrade to severity {severity}"),
        Command::Resolve { .. } => "resolve".into(),
        Command::Note(_) => "note".into(),
        Command::HandOver { to } => format!("hand over to {to}"),
        Command::Page { agent } => format!("page {agent}"),
        Command::Who | Command::Status | Command::Help => "ask".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::severity::Severity;

    #[test]
    fn taking_is_for_agents_and_disposing_of_others_tickets_for_managers() {
        let ada: AgentKey = "ada".parse().unwrap();
        let ben: AgentKey = "ben".parse().unwrap();
        let case = case_of(&ada);
        let page = Command::Page { agent: ben.clone() };
        let down = Command::Downgrade { severity: Severity::THREE, reason: "no".into() };
        for (command, of_ada, of_ben, of_nobody) in [
            (Command::Acknowledge, Right::Answer, Right::Answer, Right::Answer),
            (Command::Note("x".into()), Right::Answer, Right::Answer, Right::Answer),
            (Command::CallbackDone, Right::Answer, Right::Answer, Right::Answer),
            (Command::Escalate, Right::Answer, Right::Manage, Right::Manage),
            (Command::Resolve { note: None }, Right::Answer, Right::Manage, Right::Manage),
            (page, Right::Answer, Right::Manage, Right::Manage),
            (Command::HandOver { to: ben.clone() }, Right::Answer, Right::Manage, Right::Manage),
            (down, Right::Answer, Right::Manage, Right::Manage),
            (Command::Who, Right::See, Right::See, Right::See),
        ] {
            assert_eq!(right_for(&command, &case, Some(&ada)), of_ada, "{command:?}");
            assert_eq!(right_for(&command, &case, Some(&ben)), of_ben, "{command:?}");
            assert_eq!(right_for(&command, &case, None), of_nobody, "{command:?}");
        }
    }

    #[test]
    fn what_takes_nothing_from_anybody_needs_no_fresh_look() {
        let ben: AgentKey = "ben".parse().unwrap();
        let down = Command::Downgrade { severity: Severity::THREE, reason: "no".into() };
        for (command, of_his, of_others) in [
            (Command::Acknowledge, false, false),
            (Command::CallbackDone, false, false),
            (Command::Note("x".into()), false, false),
            (Command::Who, false, false),
            (Command::CallCustomer, false, true),
            (Command::Resolve { note: None }, false, true),
            (down, false, true),
            (Command::Decline, true, true),
            (Command::Escalate, true, true),
            (Command::Page { agent: ben.clone() }, true, true),
            (Command::HandOver { to: ben }, true, true),
        ] {
            assert_eq!(
                (disposes(&command, true), disposes(&command, false)),
                (of_his, of_others),
                "{command:?}"
            );
        }
    }

    /// A case for which that agent was paged.
    fn case_of(agent: &AgentKey) -> Case {
        let desk = Desk::parse(include_str!("../../tests/desks/reservations.toml")).unwrap();
        let (line, now) = (desk.lines[0].number.clone(), crate::clock::Timestamp(0));
        let number = crate::rules::ticket_number::TicketNumber(1001);
        let id = TicketId::from_text("T".to_owned());
        let mut case = Case::open(crate::rules::ticket::Ticket::open(id, &desk, &line, number, None, now));
        case.paged.insert(agent.clone());
        case
    }
}
