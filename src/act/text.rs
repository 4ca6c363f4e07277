//! Texts that come in: agents' commands, and what callers write.

use super::call::{known_contact, open_cases, usable_caller_id};
use super::case::Work;
use super::job::Job;
use super::{ActError, Acts, World};
use crate::clock::Timestamp;
use crate::rules::case::{Case, Event, Reply};
use crate::rules::command::{self, Command, Parsed, Reserved};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::effect::{Alert, Answer, Message};
use crate::rules::number_plan;
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::rules::severity::Severity;
use crate::rules::ticket::{Ticket, TicketId, TicketState, Via};
use crate::store::{StoreError, Tx, desk as desks, inbox, ticket};
use std::time::Duration;

/// A bare `ACK` takes the pages that were on the agent's screen when he wrote it, not one that came meanwhile.
const READING_TIME: Duration = Duration::from_secs(5);

/// What an agent wrote longer ago, while we were away, is not obeyed any more.
const STALE_AFTER: Duration = Duration::from_secs(2 * 60);

/// By how much a carrier's clock, which tells whole seconds, may differ from ours.
const CARRIERS_CLOCK: Duration = Duration::from_secs(10);

/// How often an agent is told that he was not understood.
const UNCLEAR_ONCE_IN: Duration = Duration::from_secs(2 * 60);

/// How long the answer to a text is worth sending.
const ANSWER_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A text that came in.
#[derive(Clone, Debug)]
pub struct TextIn {
    /// Which carrier brought it.
    pub carrier: String,
    /// The carrier's id of it.
    pub sid: String,
    /// Who wrote, as it came.
    pub from: String,
    /// The number that was written to: a line, or a sender of pages.
    pub to: String,
    /// What was written.
    pub body: String,
    /// When, if it was found at the carrier afterwards; now, for one that comes by itself.
    pub written_at: Option<Timestamp>,
}

impl TextIn {
    fn is_stale(&self, now: Timestamp) -> bool {
        self.written_at.is_some_and(|at| at + STALE_AFTER < now)
    }
}

struct Input {
    world: World,
    text: TextIn,
    ticket: TicketId,
}

impl Acts {
    /// A text came in: an agent's command, or a caller's words.
    pub async fn text_in(&self, text: TextIn) -> Result<(), ActError> {
        let world = self.world();
        let ticket = self.ids().mint(world.now);
        Ok(self.store().write(text_in, Input { world, text, ticket }).await?)
    }
}

async fn text_in(tx: &mut Tx, input: &Input) -> Result<(), StoreError> {
    let Input { world, text, .. } = input;
    let key = format!("text {}", text.sid);
    if inbox::answered(tx, &text.carrier, &key).await?.is_some() {
        return Ok(());
    }
    inbox::answer(tx, &text.carrier, &key, "", world.now).await?;
    let Some(from) = number_plan::caller_id(&text.from) else {
        tracing::warn!(text.sid = text.sid, "a text from a sender that is no telephone number was dropped");
        return Ok(());
    };
    let to: Option<PhoneNumber> = text.to.parse().ok();
    let at_line = to.as_ref().and_then(|to| world.desks.by_line(to));
    if let Some((desk, agent)) = who_writes(tx, &world.desks.agents_by_number(&from, at_line)).await? {
        return agent_text(tx, world, text, desk, agent, &from).await;
    }
    match at_line.or_else(|| world.desks.only()) {
        Some(desk) => caller_text(tx, input, desk, from).await,
        None => {
            tracing::warn!(
                text.sid = text.sid,
                "a text from nobody known to a number of no desk was dropped"
            );
            Ok(())
        }
    }
}

/// As whose agent somebody writes who may be several desks': of the line's desk, unless he has nothing open there and
/// has at another. A line may have moved since he was paged from it.
async fn who_writes<'a>(
    tx: &mut Tx,
    agents: &[(&'a Desk, &'a Agent)],
) -> Result<Option<(&'a Desk, &'a Agent)>, StoreError> {
    if agents.len() > 1 {
        for (desk, agent) in agents {
            if !open_cases(tx, desk.key.as_str(), &agent.key).await?.is_empty() {
                return Ok(Some((desk, agent)));
            }
        }
    }
    Ok(agents.first().copied())
}

async fn agent_text(
    tx: &mut Tx,
    world: &World,
    text: &TextIn,
    desk: &Desk,
    agent: &Agent,
    from: &PhoneNumber,
) -> Result<(), StoreError> {
    let answer = match command::parse(&text.body) {
        // What he wrote while we were away was about what he knew then; what is open now, he is told.
        command::Reply::Command(_) if text.is_stale(world.now) => status(tx, desk, &agent.key).await?,
        command::Reply::Command(parsed) => obey(tx, world, desk, &agent.key, parsed, &text.to).await?,
        command::Reply::Unclear { nearest, .. } => {
            // Two machines that answer each other would never stop.
            let window = world.now.0 / i64::try_from(UNCLEAR_ONCE_IN.as_millis()).unwrap_or(i64::MAX);
            let once = format!("unclear {from} {window}");
            if inbox::answered(tx, &text.carrier, &once).await?.is_some() {
                return Ok(());
            }
            inbox::answer(tx, &text.carrier, &once, "", world.now).await?;
            Answer::Unclear { perhaps: nearest.map(|verb| verb.spelling().to_owned()) }
        }
        // The carrier answers these by itself; we only have to know.
        command::Reply::Reserved(Reserved::OptOut) => {
            return opted_out(tx, world, text, desk, agent, from).await;
        }
        command::Reply::Reserved(Reserved::OptIn) => {
            desks::revive(tx, from, MethodKind::Sms).await?;
            return Ok(());
        }
        command::Reply::Reserved(Reserved::Info) => return Ok(()),
    };
    let zone = agent.zone.unwrap_or(desk.zone());
    let body = world.words.message(&agent.language, &desk.name, &world.book, zone, &Message::Answer(answer));
    let id = format!("answer-{}-{}", text.carrier, text.sid);
    send(tx, world, &id, from, Some(text.to.clone()), body).await
}

async fn send(
    tx: &mut Tx,
    world: &World,
    id: &str,
    to: &PhoneNumber,
    from: Option<String>,
    body: String,
) -> Result<(), StoreError> {
    let job = Job::Text {
        attempt: None,
        to: to.to_string(),
        from,
        body,
        avoid: Vec::new(),
        expires_at: world.now + ANSWER_LIFETIME,
    };
    job.write(tx, world, id, None, 1, world.now).await
}

/// The agent's phone gets no texts any more: he is paged by voice from now on, and the manager knows.
async fn opted_out(
    tx: &mut Tx,
    world: &World,
    text: &TextIn,
    desk: &Desk,
    agent: &Agent,
    from: &PhoneNumber,
) -> Result<(), StoreError> {
    desks::mark_dead(tx, from, MethodKind::Sms, "opted out by text", world.now).await?;
    let Some(manager) = &desk.manager else { return Ok(()) };
    let alert = Alert::MethodDead {
        agent: agent.name.clone(),
        method: MethodKind::Sms,
        why: "opted out by text".into(),
    };
    let body = world.words.message("en", &desk.name, &world.book, desk.zone(), &Message::Alert(alert));
    let id = format!("alert-{}-{}", text.carrier, text.sid);
    send(tx, world, &id, manager, None, body).await
}

/// Carries out an agent's command on the tickets that it means.
async fn obey(
    tx: &mut Tx,
    world: &World,
    desk: &Desk,
    agent: &AgentKey,
    parsed: Parsed,
    written_to: &str,
) -> Result<Answer, StoreError> {
    let mine = open_cases(tx, desk.key.as_str(), agent).await?;
    let meant = match (&parsed.command, parsed.ticket) {
        (Command::Help, _) => return Ok(Answer::Help),
        (Command::Status, _) => return Ok(status_of(desk, &mine)),
        (Command::Who, None) if mine.len() != 1 => return Ok(who(world, desk)),
        // Numbers are unique on a line alone: what he was paged for is what he means.
        (_, Some(number)) => match mine.iter().find(|case| case.ticket.number == number) {
            Some(case) => vec![case.ticket.id.clone()],
            None => match ticket::by_number(tx, desk.key.as_str(), number).await? {
                Some(id) => vec![id],
                None => return Ok(Answer::NoSuchTicket { number: Some(number) }),
            },
        },
        (Command::Acknowledge, None) => match acknowledged_by_bare_word(world, &mine, agent) {
            Ok(meant) => meant,
            Err(answer) => return Ok(answer),
        },
        (_, None) => match meant_by_bare_word(&mine, agent) {
            Ok(one) => vec![one],
            Err(answer) => return Ok(answer),
        },
    };
    let mut taken = Vec::new();
    let mut last = Answer::NoSuchTicket { number: None };
    for id in meant {
        let mut work = Work::on(ticket::lock(tx, &id).await?);
        work.answer_from = Some(written_to.to_owned());
        let event = Event::Command { agent: agent.clone(), via: Via::Sms, command: parsed.command.clone() };
        if let Reply::Answer(answer) = work.happen(world, event)? {
            match answer {
                Answer::Taken(briefs) => taken.extend(briefs),
                other => last = other,
            }
        }
        work.save(tx, world).await?;
    }
    Ok(if taken.is_empty() { last } else { Answer::Taken(taken) })
}

fn name_of(desk: &Desk, agent: &AgentKey) -> String {
    desk.agent(agent).map_or_else(|| agent.to_string(), |agent| agent.name.clone())
}

/// A bare `ACK` takes every page of his that nobody has and that he had time to read, newest first, as tickets are
/// locked; a single one in any case. If all of them have just come, he is asked which he means.
fn acknowledged_by_bare_word(
    world: &World,
    mine: &[Case],
    agent: &AgentKey,
) -> Result<Vec<TicketId>, Answer> {
    let free: Vec<&Case> =
        mine.iter().filter(|case| case.holder().is_none() && case.waits_for(agent)).collect();
    let read = |case: &&&Case| {
        let asked = case.attempts.iter().filter(|attempt| attempt.agent == *agent);
        asked.map(|attempt| attempt.asked_at).min().is_none_or(|at| at + READING_TIME <= world.now)
    };
    let mut meant: Vec<TicketId> = match free.as_slice() {
        [only] => vec![only.ticket.id.clone()],
        [] => mine.iter().take(1).map(|case| case.ticket.id.clone()).collect(),
        several => several.iter().filter(read).map(|case| case.ticket.id.clone()).collect(),
    };
    if meant.is_empty() && !free.is_empty() {
        return Err(Answer::WhichOne(free.iter().map(|case| case.ticket.number).collect()));
    }
    meant.sort_by(|one, other| other.cmp(one));
    Ok(meant)
}

/// The ticket that a command without a number means: the only one that he has or is being asked to take. With another
/// one waiting for him, a bare word could be about either.
fn meant_by_bare_word(mine: &[Case], agent: &AgentKey) -> Result<TicketId, Answer> {
    let his = |case: &&Case| case.holder() == Some(agent) || case.waits_for(agent);
    let his: Vec<&Case> = mine.iter().filter(his).collect();
    match (his.as_slice(), mine) {
        ([one], _) => Ok(one.ticket.id.clone()),
        ([], [one]) => Ok(one.ticket.id.clone()),
        ([], []) => Err(Answer::NoSuchTicket { number: None }),
        ([], all) => Err(Answer::WhichOne(all.iter().map(|case| case.ticket.number).collect())),
        (several, _) => Err(Answer::WhichOne(several.iter().map(|case| case.ticket.number).collect())),
    }
}

async fn status(tx: &mut Tx, desk: &Desk, agent: &AgentKey) -> Result<Answer, StoreError> {
    Ok(status_of(desk, &open_cases(tx, desk.key.as_str(), agent).await?))
}

fn status_of(desk: &Desk, mine: &[Case]) -> Answer {
    let name = |case: &Case| case.holder().map(|holder| name_of(desk, holder));
    Answer::Status(mine.iter().map(|case| (case.brief(), name(case))).collect())
}

fn who(world: &World, desk: &Desk) -> Answer {
    let on_call = super::query::first_on_call(world, desk, None);
    let names = on_call.iter().map(|agent| name_of(desk, agent)).collect();
    Answer::Who { number: None, holder: None, on_call: names }
}

/// Somebody who is no agent wrote: it joins his open ticket, or opens a normal one and is answered once a day.
async fn caller_text(tx: &mut Tx, input: &Input, desk: &Desk, from: PhoneNumber) -> Result<(), StoreError> {
    let Input { world, text, ticket: id } = input;
    let body = text.body.clone();
    // The carrier's own words: it has acted on them, and we only have to know.
    if let command::Reply::Reserved(word) = command::parse(&body) {
        match word {
            Reserved::OptOut => {
                desks::mark_dead(tx, &from, MethodKind::Sms, "opted out by text", world.now).await?;
            }
            Reserved::OptIn => {
                desks::revive(tx, &from, MethodKind::Sms).await?;
            }
            Reserved::Info => {}
        }
        return Ok(());
    }
    // What came before this desk was ours was for somebody else.
    let since = desks::since(tx, desk.key.as_str()).await?;
    if text.written_at.is_some_and(|at| since.is_none_or(|since| at + CARRIERS_CLOCK < since)) {
        return Ok(());
    }
    if desk.is_blocked(&from) {
        tracing::info!(
            desk = desk.key.as_str(),
            text.sid = text.sid,
            "a text from a blocked number was dropped"
        );
        return Ok(());
    }
    if let Some(open) = ticket::open_for_caller(tx, desk.key.as_str(), &from, None).await? {
        let mut work = Work::on(ticket::lock(tx, &open.ticket.id).await?);
        work.happen(world, Event::Texted { body })?;
        work.save(tx, world).await?;
        return Ok(());
    }
    let Some(line) = text.to.parse().ok().and_then(|to| desk.line(&to)).or(desk.lines.first()) else {
        return Ok(());
    };
    let once = format!("answered {from}");
    let answered = inbox::answered(tx, &text.carrier, &once).await?.is_some();
    let answerable = usable_caller_id(desk, &text.from).is_some() && !answered;
    let ticket = Ticket {
        id: id.clone(),
        desk: desk.key.as_str().to_owned(),
        line: line.number.clone(),
        number: ticket::next_number(tx, &line.number).await?,
        severity: Severity::THREE,
        provisional: false,
        state: TicketState::Open,
        contact: known_contact(desk, Some(&from)),
        caller_id: Some(from),
        callback: None,
        language: line.languages.first().cloned().unwrap_or_else(|| "en".into()),
        what: None,
        recordings: Vec::new(),
        opened_at: world.now,
        acked_at: None,
        called_back_at: None,
        resolved_at: None,
    };
    let mut work = Work::on_new(Case::open(ticket));
    work.happen(world, Event::Wrote { body, answer: answerable })?;
    work.save(tx, world).await?;
    if answerable {
        inbox::answer(tx, &text.carrier, &once, "", world.now).await?;
    }
    Ok(())
}
