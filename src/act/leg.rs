//! Our calls to agents, turn by turn.

use super::answer::{CallAnswer, NextTurn, keep, repeated};
use super::call::ticket_of;
use super::case::Work;
use super::{ActError, Acts, World};
use crate::id::Id;
use crate::rules::case::{Event, LegInput, Reply};
use crate::rules::effect::{AttemptId, Spoken};
use crate::rules::page::Receipt;
use crate::rules::script::Then;
use crate::store::{StoreError, Tx, recording, ticket};
use std::time::Duration;

/// How long a recording may be played at an unguessable address.
const LINK_LIFETIME: Duration = Duration::from_secs(10 * 60);

struct Turn {
    world: World,
    carrier: String,
    sid: String,
    attempt: AttemptId,
    turn: u32,
    input: LegInput,
    secret: String,
}

struct Heard {
    world: World,
    carrier: String,
    attempt: AttemptId,
    sid: String,
    receipt: Receipt,
}

impl Acts {
    /// An agent's phone answered, sent keys, or a talk ended; says what the agent hears.
    pub async fn leg_turn(
        &self,
        carrier: &str,
        sid: &str,
        attempt: &str,
        turn: u32,
        input: LegInput,
    ) -> Result<CallAnswer, ActError> {
        let turn = Turn {
            world: self.world(),
            carrier: carrier.into(),
            sid: sid.into(),
            attempt: Id::from_text(attempt),
            turn,
            input,
            secret: self.ids().secret(),
        };
        Ok(self.store().write(leg_turn, turn).await?)
    }

    /// A carrier reports what became of a text or call of ours.
    pub async fn receipt(
        &self,
        carrier: &str,
        attempt: &str,
        sid: &str,
        receipt: Receipt,
    ) -> Result<(), ActError> {
        let heard = Heard {
            world: self.world(),
            carrier: carrier.into(),
            attempt: Id::from_text(attempt),
            sid: sid.into(),
            receipt,
        };
        let out_of_use = heard.receipt.ends_the_method();
        self.store().write(heard_of, heard).await?;
        if out_of_use {
            self.read_dead_again().await;
        }
        Ok(())
    }
}

async fn leg_turn(tx: &mut Tx, input: &Turn) -> Result<CallAnswer, StoreError> {
    let Turn { world, carrier, sid, attempt, turn, input, secret } = input;
    let key = format!("leg {sid} {turn}");
    if let Some(known) = repeated(tx, carrier, &key).await? {
        return Ok(known);
    }
    let Some(loaded) = ticket::lock_if_any(tx, &ticket_of(attempt.as_str())).await? else {
        return Ok(CallAnswer::nothing());
    };
    let mut work = Work::on(loaded);
    // That it asks for its next words says that it was answered, whatever status callback is still on its way.
    let answered = Event::Receipt {
        attempt: attempt.clone(),
        carrier: carrier.clone(),
        sid: sid.clone(),
        receipt: Receipt::Answered,
    };
    work.happen(world, answered)?;
    let reply = work.happen(world, Event::Leg { attempt: attempt.clone(), input: input.clone() })?;
    let spoken = match reply {
        Reply::Spoken(spoken) => spoken,
        Reply::None | Reply::Answer(_) => Spoken::Goodbye,
    };
    let case = work.save(tx, world).await?;
    let play = match &spoken {
        Spoken::Recording { recording: Some(recording), .. } => {
            let expires = world.now + LINK_LIFETIME;
            let linked = recording::link(tx, &case.ticket.id, recording, secret, expires).await?;
            linked.then(|| format!("/recordings/{secret}.wav"))
        }
        _ => None,
    };
    let desk = world.desk(&case.ticket.desk)?;
    let agent = case.attempts.iter().find(|known| known.id == *attempt).map(|known| known.agent.clone());
    let agent = agent.and_then(|agent| desk.agent(&agent));
    let language = agent.map_or("en", |agent| agent.language.as_str());
    let zone = agent.and_then(|agent| agent.zone).unwrap_or(desk.zone());
    let script = world.words.spoken(language, &desk.name, &world.book, zone, &spoken, play.as_deref());
    let goes_on = !matches!(script.then, Then::Hangup | Then::Through);
    let next = goes_on.then(|| NextTurn::Leg { attempt: attempt.as_str().to_owned(), turn: turn + 1 });
    let voices = desk.line(&case.ticket.line).map(|line| line.voices.clone()).unwrap_or_default();
    let answer = CallAnswer { script, next, voices };
    keep(tx, world, carrier, &key, &answer).await?;
    Ok(answer)
}

async fn heard_of(tx: &mut Tx, heard: &Heard) -> Result<(), StoreError> {
    let Heard { world, carrier, attempt, sid, receipt } = heard;
    let Some(loaded) = ticket::lock_if_any(tx, &ticket_of(attempt.as_str())).await? else { return Ok(()) };
    let mut work = Work::on(loaded);
    let event = Event::Receipt {
        attempt: attempt.clone(),
        carrier: carrier.clone(),
        sid: sid.clone(),
        receipt: receipt.clone(),
    };
    work.happen(world, event)?;
    work.save(tx, world).await?;
    Ok(())
}
