//! What a manager declares by text: who is one by the number that the desk's file names, or as an agent whose account
//! keeps the desk.

use super::super::job::send_text;
use super::super::{By, World, exception};
use super::Input;
use crate::id::Id;
use crate::rules::access::Right;
use crate::rules::account::Email;
use crate::rules::command::declaration::{self, Declaration, Wanted};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::effect::{Message, ToManager};
use crate::rules::hours::Exception;
use crate::rules::hours::exception::{Unfit, check};
use crate::store::{StoreError, Tx, account};

/// Somebody who keeps a desk.
struct Manager<'a> {
    desk: &'a Desk,
    by: By,
}

/// Whoever wrote, and is answered.
struct Writer<'a> {
    input: &'a Input,
    from: &'a PhoneNumber,
    language: &'a str,
}

impl Writer<'_> {
    async fn is_told(&self, tx: &mut Tx, desk: &Desk, answer: ToManager) -> Result<(), StoreError> {
        let Input { world, text, .. } = self.input;
        let message = Message::ToManager(answer);
        let body = world.words.message(self.language, &desk.name, &world.book, desk.zone(), &message);
        let id = format!("answer-{}-{}", text.carrier, text.sid);
        send_text(tx, world, &id, self.from, Some(text.to.clone()), body).await
    }
}

/// Somebody wrote; false if he declares nothing, or keeps no desk.
pub(super) async fn text(tx: &mut Tx, input: &Input, from: &PhoneNumber) -> Result<bool, StoreError> {
    let Input { world, text, ticket, .. } = input;
    let Some(Declaration { what, desk: named }) = declaration::read(&text.body) else { return Ok(false) };
    let his = managed(tx, world, from).await?;
    let Some(first) = his.first() else { return Ok(false) };
    let line = text.to.parse().ok().and_then(|to| world.desks.by_line(&to)).map(|desk| &desk.key);
    let meant = match (&named, his.as_slice()) {
        (Some(key), _) => his.iter().find(|one| one.desk.key.as_str() == key),
        (None, [only]) => Some(only),
        (None, several) => several.iter().find(|one| Some(&one.desk.key) == line),
    };
    let writer =
        Writer { input, from, language: first.desk.agent_by_number(from).map_or("en", |his| &his.language) };
    let Some(Manager { desk, by }) = meant else {
        let desks = his.iter().map(|one| one.desk.key.to_string()).collect();
        writer.is_told(tx, first.desk, ToManager::WhichDesk { desks }).await?;
        return Ok(true);
    };
    let (key, now) = (desk.key.as_str(), world.now);
    match what {
        // Whatever it was about is over, or was said otherwise since.
        _ if text.is_stale(now) => writer.is_told(tx, desk, ToManager::TooLate).await?,
        Wanted::Unclear => writer.is_told(tx, desk, ToManager::Unclear).await?,
        Wanted::Normal => {
            let ended = exception::end(tx, by, key, None, now).await?;
            writer.is_told(tx, desk, ToManager::Normal { was: !ended.is_empty() }).await?;
            exception::note_end(tx, by, key, &ended, now).await?;
        }
        Wanted::Declare(what, until) => {
            let until = until.instant(desk.zone(), &world.book, now);
            match check(now, until) {
                Err(Unfit::Over) => writer.is_told(tx, desk, ToManager::Over).await?,
                Err(Unfit::TooLong) => writer.is_told(tx, desk, ToManager::TooLong).await?,
                Ok(()) => {
                    let id = Id::from_text(ticket.as_str());
                    let declared = Exception { id, what, since: now, until, by: by.actor.clone() };
                    let was = exception::begin(tx, by, key, &declared).await?;
                    writer.is_told(tx, desk, ToManager::Declared { what, until }).await?;
                    exception::note_begin(tx, by, key, &declared, was).await?;
                }
            }
        }
    }
    Ok(true)
}

/// The desks that whoever has that number keeps.
async fn managed<'a>(
    tx: &mut Tx,
    world: &'a World,
    from: &PhoneNumber,
) -> Result<Vec<Manager<'a>>, StoreError> {
    let mut his = Vec::new();
    for desk in world.desks.all() {
        let actor = if desk.manager.as_ref() == Some(from) {
            Some("the desk's manager".to_owned())
        } else {
            let email = desk.agent_by_number(from).and_then(|agent| agent.email.as_deref());
            match email.and_then(|email| email.parse::<Email>().ok()) {
                Some(email) => keeper(tx, &email, desk.key.as_str()).await?,
                None => None,
            }
        };
        if let Some(actor) = actor {
            his.push(Manager { desk, by: By { actor: format!("{actor} by text"), address: None } });
        }
    }
    Ok(his)
}

/// The address of an account that keeps a desk, if it does.
async fn keeper(tx: &mut Tx, email: &Email, desk: &str) -> Result<Option<String>, StoreError> {
    let account = account::by_email(tx, email).await?.map(|kept| kept.account);
    let keeps = account.filter(|his| his.disabled_at.is_none() && his.principal.may(Right::Manage, desk));
    Ok(keeps.map(|his| his.email.to_string()))
}
