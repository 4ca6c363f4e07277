//! Texts that come in: the carrier's own words, agents' commands, and what callers write.

mod agent;
mod caller;
mod manager;
mod meant;

use super::{ActError, Acts, World, dead};
use crate::clock::Timestamp;
use crate::rules::case::{Event, Pictures};
use crate::rules::command::{self, Reply, Reserved, declaration};
use crate::rules::contact::PhoneNumber;
use crate::rules::number_plan;
use crate::rules::policy::MethodKind;
use crate::rules::ticket::{Actor, TicketId};
use crate::store::{StoreError, Tx, desk as desks, inbox};
use std::time::Duration;

/// What an agent wrote longer ago, while we were away, is not obeyed any more.
const STALE_AFTER: Duration = Duration::from_secs(2 * 60);

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
    /// How many pictures (or other files) came with it; they stay at the carrier.
    pub pictures: u32,
    /// The carrier's own word that it was for the carrier, if the carrier says so: it may know more words than we do.
    pub word: Option<Reserved>,
    /// When, if it was found at the carrier afterwards; now, for one that comes by itself.
    pub written_at: Option<Timestamp>,
}

impl TextIn {
    fn is_stale(&self, now: Timestamp) -> bool {
        self.written_at.is_some_and(|at| at + STALE_AFTER < now)
    }

    /// The carrier's own word that it is: the carrier has acted on it, and we only have to know.
    fn carriers_word(&self, reply: &Reply) -> Option<Reserved> {
        self.word.or(match reply {
            Reply::Reserved(word) => Some(*word),
            Reply::Command(_) | Reply::Unclear { .. } => None,
        })
    }

    /// That its pictures came, if any did.
    fn pictures_by(&self, by: Actor) -> Option<Event> {
        let (count, carrier, text) = (self.pictures, self.carrier.clone(), self.sid.clone());
        (count > 0).then_some(Event::Pictures { by, pictures: Pictures { count, carrier, text } })
    }
}

struct Input {
    world: World,
    text: TextIn,
    /// What it was taken for, if an agent wrote it.
    reply: Reply,
    ticket: TicketId,
}

impl Acts {
    /// Whether a carrier's text came before.
    pub async fn is_text_known(&self, carrier: &str, sid: &str) -> Result<bool, ActError> {
        Ok(self.store().read(is_known, (carrier.to_owned(), sid.to_owned())).await?)
    }

    /// A text came in: an agent's command, or a caller's words.
    pub async fn text_in(&self, text: TextIn) -> Result<(), ActError> {
        let world = self.world();
        let ticket = self.ids().mint(world.now);
        let reply = command::parse(&text.body);
        let word = text.carriers_word(&reply);
        let declares = declaration::read(&text.body).is_some();
        self.store().write(text_in, Input { world, text, reply, ticket }).await?;
        if matches!(word, Some(Reserved::OptOut | Reserved::OptIn)) {
            self.read_dead_again().await;
        }
        if declares && let Err(error) = self.keep_up().await {
            tracing::warn!(%error, "what was declared by text was not read; it is soon");
        }
        Ok(())
    }
}

fn text_key(sid: &str) -> String {
    format!("text {sid}")
}

async fn is_known(tx: &mut Tx, (carrier, sid): &(String, String)) -> Result<bool, StoreError> {
    Ok(inbox::answered(tx, carrier, &text_key(sid)).await?.is_some())
}

async fn text_in(tx: &mut Tx, input: &Input) -> Result<(), StoreError> {
    let Input { world, text, reply, .. } = input;
    if !inbox::once(tx, &text.carrier, &text_key(&text.sid), world.now).await? {
        return Ok(());
    }
    let Some(from) = number_plan::caller_id(&text.from) else {
        tracing::warn!(text.sid = text.sid, "a text from a sender that is no telephone number was dropped");
        return Ok(());
    };
    let word = text.carriers_word(reply);
    if text.pictures > 0 && matches!(word, Some(Reserved::OptOut | Reserved::OptIn)) {
        tracing::warn!(text.sid = text.sid, "pictures beside a word for the carrier stay at the carrier");
    }
    match word {
        Some(Reserved::OptOut) => {
            let cause = format!("alert-{}-{}", text.carrier, text.sid);
            return dead::out_of_use(tx, world, &cause, &from, MethodKind::Sms, "opted out by text").await;
        }
        Some(Reserved::OptIn) => {
            desks::revive(tx, &from, MethodKind::Sms).await?;
            // "Yes" is no answer to a page, and must not look like one to who gave it.
            return match meant::writer(tx, world, text.to.parse().ok().as_ref(), &from, reply).await? {
                Some(writer) if writer.is_asked() => agent::text(tx, input, writer, &from).await,
                _ => Ok(()),
            };
        }
        // With pictures, it is for us as well.
        Some(Reserved::Info) if text.pictures == 0 => return Ok(()),
        Some(Reserved::Info) | None => {}
    }
    if manager::text(tx, input, &from).await? {
        return Ok(());
    }
    let to: Option<PhoneNumber> = text.to.parse().ok();
    if let Some(writer) = meant::writer(tx, world, to.as_ref(), &from, reply).await? {
        return agent::text(tx, input, writer, &from).await;
    }
    match caller::desk(tx, world, to.as_ref(), &from).await? {
        Some(desk) => caller::text(tx, input, desk, from).await,
        None => {
            tracing::warn!(
                text.sid = text.sid,
                "a text to a number of no desk, from nobody who has a ticket, was dropped"
            );
            Ok(())
        }
    }
}
