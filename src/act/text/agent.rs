//! What agents write: their commands are carried out and answered, and so is what is none.

use sha2::{Digest, Sha256};

use super::super::case::Work;
use super::super::job::send_text;
use super::super::{World, query};
use super::meant::{self, Open, Writer};
use super::{Input, TextIn};
use crate::rules::case::{self, Case, Event};
use crate::rules::command::{Command, Parsed, Reply, Verb};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::effect::{Answer, Message};
use crate::rules::people::AgentKey;
use crate::rules::ticket::{Actor, TicketId, Via};
use crate::store::{StoreError, Tx, inbox, ticket};
use std::time::Duration;

/// How often an agent is told of the same words that they were not understood, and how many different ones are answered
/// in that time: two machines that answer each other would never stop, and a person who tries again at night must not
/// take silence for success.
const UNCLEAR_ONCE_IN: Duration = Duration::from_secs(2 * 60);
const MOST_UNCLEAR: u8 = 3;

/// An agent wrote.
pub(super) async fn text(
    tx: &mut Tx,
    input: &Input,
    writer: Writer<'_>,
    from: &PhoneNumber,
) -> Result<(), StoreError> {
    let Input { world, text, reply, .. } = input;
    let (desk, agent) = (writer.desk, writer.agent);
    let mine = writer.mine();
    let only_pictures = text.pictures > 0 && text.body.trim().is_empty();
    let bare = meant::by_bare_word(&mine, &agent.key);
    let mut about: Vec<TicketId> = bare.iter().map(|case| case.ticket.id.clone()).collect();
    let answer = match reply {
        // What he wrote while we were away was about what he knew then; what is open now, he is told.
        Reply::Command(_) if text.is_stale(world.now) => Some(status(&writer.open)),
        Reply::Command(parsed) => Some(match tickets_of(tx, world, &writer, bare, parsed).await? {
            Ok(tickets) => {
                about = tickets;
                obey(tx, world, &agent.key, &about, &parsed.command, &text.to).await?
            }
            Err(answer) => answer,
        }),
        _ if only_pictures => Some(match bare {
            Ok(case) => Answer::Noted { number: case.ticket.number },
            Err(answer) => answer,
        }),
        Reply::Unclear { nearest, .. } => unclear(tx, world, text, from, &writer.open, *nearest).await?,
        Reply::Reserved(_) => unclear(tx, world, text, from, &writer.open, None).await?,
    };
    keep_pictures(tx, world, text, &agent.key, &about).await?;
    let Some(answer) = answer else { return Ok(()) };
    let body = world.words_for_agent(desk, agent, &Message::Answer(answer));
    let id = format!("answer-{}-{}", text.carrier, text.sid);
    send_text(tx, world, &id, from, Some(text.to.clone()), body).await
}

/// What he is answered whose text was none of the commands; nothing, if he was told so just now.
async fn unclear(
    tx: &mut Tx,
    world: &World,
    text: &TextIn,
    from: &PhoneNumber,
    open: &[Open<'_>],
    nearest: Option<Verb>,
) -> Result<Option<Answer>, StoreError> {
    if !may_be_told_again(tx, world, text, from).await? {
        return Ok(None);
    }
    // "No", after everything is over.
    let idle = open.is_empty() && nearest.is_some_and(|verb| !verb.only_asks());
    Ok(Some(match idle {
        true => Answer::NoSuchTicket { number: None },
        false => Answer::Unclear { perhaps: nearest.map(|verb| verb.spelling().to_owned()) },
    }))
}

/// Whether he may be told that he was not understood; he is, then.
async fn may_be_told_again(
    tx: &mut Tx,
    world: &World,
    text: &TextIn,
    from: &PhoneNumber,
) -> Result<bool, StoreError> {
    let words = hex::encode(Sha256::digest(text.body.trim().to_lowercase()));
    let same = format!("unclear {from} {words}");
    if !inbox::once_in(tx, &text.carrier, &same, UNCLEAR_ONCE_IN, world.now).await? {
        return Ok(false);
    }
    for nth in 1..=MOST_UNCLEAR {
        let one_of_few = format!("unclear {from} {nth}");
        if inbox::once_in(tx, &text.carrier, &one_of_few, UNCLEAR_ONCE_IN, world.now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The tickets that a command is about; or the answer, if it is about none or could be about several.
async fn tickets_of(
    tx: &mut Tx,
    world: &World,
    writer: &Writer<'_>,
    bare: Result<&Case, Answer>,
    parsed: &Parsed,
) -> Result<Result<Vec<TicketId>, Answer>, StoreError> {
    let (desk, mine) = (writer.desk, writer.mine());
    Ok(match (&parsed.command, parsed.ticket) {
        (Command::Help, _) => Err(Answer::Help),
        (Command::Status, _) => Err(status(&writer.open)),
        (Command::Who, None) if mine.len() != 1 => Err(who(world, desk)),
        // Numbers are unique on a line alone: what he was paged for is what he means.
        (_, Some(name)) => match &writer.named {
            Some(named) => named.clone().map(|id| vec![id]),
            None => {
                let known = meant::at_desk(tx, desk, name).await?;
                known.map(|id| vec![id]).ok_or(Answer::NoSuchTicket { number: Some(name.number) })
            }
        },
        (Command::Acknowledge, None) => meant::by_bare_acknowledgement(world, &mine, &writer.agent.key),
        (_, None) => bare.map(|case| vec![case.ticket.id.clone()]),
    })
}

/// Carries out an agent's command on the tickets that it means.
async fn obey(
    tx: &mut Tx,
    world: &World,
    agent: &AgentKey,
    tickets: &[TicketId],
    command: &Command,
    written_to: &str,
) -> Result<Answer, StoreError> {
    let mut taken = Vec::new();
    let mut last = Answer::NoSuchTicket { number: None };
    for id in tickets {
        let mut work = Work::on(ticket::lock(tx, id).await?);
        work.answer_from = Some(written_to.to_owned());
        let event = Event::Command { by: agent.clone().into(), via: Via::Sms, command: command.clone() };
        if let case::Reply::Answer(answer) = work.happen(world, event)? {
            match answer {
                Answer::Taken(briefs) => taken.extend(briefs),
                other => last = other,
            }
        }
        work.save(tx, world).await?;
    }
    Ok(if taken.is_empty() { last } else { Answer::Taken(taken) })
}

/// The pictures that came with his text are noted on the tickets that it is about, if he may speak about them.
async fn keep_pictures(
    tx: &mut Tx,
    world: &World,
    text: &TextIn,
    agent: &AgentKey,
    about: &[TicketId],
) -> Result<(), StoreError> {
    let Some(came) = text.pictures_by(Actor::Agent(agent.clone())) else { return Ok(()) };
    let mut noted = false;
    for id in about {
        let mut work = Work::on(ticket::lock(tx, id).await?);
        if work.case().may_speak(agent) {
            work.happen(world, came.clone())?;
            work.save(tx, world).await?;
            noted = true;
        }
    }
    if !noted {
        tracing::warn!(
            text.sid = text.sid,
            "an agent's pictures are about no ticket and stay at the carrier"
        );
    }
    Ok(())
}

fn status(open: &[Open<'_>]) -> Answer {
    let name = |one: &Open<'_>| one.case.holder().map(|holder| one.desk.name_of(holder));
    Answer::Status(open.iter().map(|one| (one.case.brief(), name(one))).collect())
}

fn who(world: &World, desk: &Desk) -> Answer {
    let on_call = query::first_paged(world, desk, None);
    let names = on_call.iter().map(|agent| desk.name_of(agent)).collect();
    Answer::Who { number: None, holder: None, on_call: names }
}
