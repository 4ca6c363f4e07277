//! Numbers of agents are verified: a code goes out by text or by a call, and whoever it reached gives it back on a page.
//! Six digits are guessed at once from a fast hash, so the code is kept by the one that passwords are kept by, which also
//! compares in constant time; a try is counted before it is judged.

use secrecy::SecretString;

use super::audit::{Note, note};
use super::job::Job;
use super::{ActError, Acts, By, World};
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::contact::PhoneNumber;
use crate::rules::effect::Message;
use crate::rules::number_check::{Awaited, CODES, GOOD_FOR, Sent, TRIES, Verified, digits, read};
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::store::number_check::{self as checks, Whose};
use crate::store::{StoreError, Tx, desk as desks};

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendCodeError {
    /// It is no number of that agent.
    #[error("It is no number of this agent any more.")]
    NoNumber,
    /// It does not take what was asked for.
    #[error("This telephone is not for that, by the file of the desk.")]
    NotTaken,
    /// It gets none.
    #[error(
        "That way of reaching it is out of use. Use it again first; whoever replied STOP sends START to the line."
    )]
    OutOfUse,
    /// One was sent just now.
    #[error("A code was sent just now; the next may be sent at {0}.")]
    Later(Timestamp),
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// Why a number was not verified.
#[derive(Debug, thiserror::Error)]
pub enum GiveCodeError {
    /// It is another code.
    #[error("That is not the code. Look at the newest text, or have another sent.")]
    Wrong,
    /// There is none to give: it is too old, was tried too often, or another agent's.
    #[error(
        "This code is good no longer: it was used, tried too often, or is older than 10 minutes. Have another sent."
    )]
    Over,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// An agent's number.
#[derive(Clone, Debug)]
pub struct AgentNumber {
    /// The key of the desk.
    pub desk: String,
    /// Whose it is.
    pub agent: AgentKey,
    /// The number.
    pub number: PhoneNumber,
}

impl AgentNumber {
    fn whose(&self) -> Whose<'_> {
        Whose { desk: &self.desk, agent: &self.agent, number: &self.number }
    }
}

struct Send {
    world: World,
    by: By,
    of: AgentNumber,
    method: MethodKind,
    code: String,
    hash: String,
    /// For the outbox.
    id: String,
}

impl Acts {
    /// Sends a code to an agent's number by a way that it takes, in the place of the one before.
    pub async fn send_code(&self, by: By, of: AgentNumber, method: MethodKind) -> Result<(), SendCodeError> {
        let world = self.world();
        let known = world.desks.by_key(&of.desk).and_then(|desk| desk.agent(&of.agent));
        let agent = known.filter(|agent| agent.has_number(&of.number)).ok_or(SendCodeError::NoNumber)?;
        if !agent.numbers(method).any(|number| *number == of.number) {
            return Err(SendCodeError::NotTaken);
        }
        if world.dead().contains(&(method, of.number.clone())) {
            return Err(SendCodeError::OutOfUse);
        }
        // Before the work of hashing; the transaction asks again.
        let before = self.store().read(sent, of.clone()).await.map_err(ActError::from)?;
        Sent::again(before, world.now).map_err(SendCodeError::Later)?;
        let code = digits(self.ids().below(CODES));
        let hash = self.hash_password(SecretString::from(code.clone())).await?;
        let id: Id<Send> = self.ids().mint(world.now);
        let send = Send { world, by, of, method, code, hash, id: format!("code-{id}") };
        let sent = self.store().write(send_code, send).await.map_err(ActError::from)?;
        sent.map_err(SendCodeError::Later)
    }

    /// Verifies an agent's number by the code that was sent there.
    pub async fn give_number_code(&self, by: By, of: AgentNumber, code: &str) -> Result<(), GiveCodeError> {
        // What is no code costs no try.
        let code = read(code).ok_or(GiveCodeError::Wrong)?;
        let now = self.clock().now();
        let taken = self.store().write(take_try, (of.clone(), now)).await.map_err(ActError::from)?;
        let hash = taken.ok_or(GiveCodeError::Over)?;
        if !self.is_hashed(&code, &hash).await? {
            return Err(GiveCodeError::Wrong);
        }
        let verified = self.store().write(verify, (by, of, hash, now)).await.map_err(ActError::from)?;
        if verified { Ok(()) } else { Err(GiveCodeError::Over) }
    }

    /// A desk's verified numbers.
    pub async fn verified_numbers(&self, desk: &str) -> Result<Vec<Verified>, ActError> {
        Ok(self.store().read(verified, (desk.to_owned(),)).await?)
    }

    /// An agent's numbers at which a code is awaited now.
    pub async fn awaited_codes(&self, desk: &str, agent: &AgentKey) -> Result<Vec<Awaited>, ActError> {
        let input = (desk.to_owned(), agent.clone(), self.clock().now());
        Ok(self.store().read(awaited, input).await?)
    }
}

async fn sent(tx: &mut Tx, of: &AgentNumber) -> Result<Option<Sent>, StoreError> {
    checks::sent(tx, of.whose()).await
}

async fn send_code(tx: &mut Tx, send: &Send) -> Result<Result<(), Timestamp>, StoreError> {
    let Send { world, by, of, method, code, hash, id } = send;
    let desk = world.desk(&of.desk)?;
    // Two taps of one finger wait for each other here, and send one.
    desks::lock(tx, &desk.key).await?;
    let sent = match Sent::again(checks::sent(tx, of.whose()).await?, world.now) {
        Ok(sent) => sent,
        Err(next) => return Ok(Err(next)),
    };
    checks::put(tx, of.whose(), (hash, sent), (world.now + GOOD_FOR, TRIES)).await?;
    let Some(agent) = desk.agent(&of.agent) else { return Ok(Ok(())) };
    let (to, avoid, expires_at) = (of.number.to_string(), Vec::new(), world.now + GOOD_FOR);
    let (job, way) = match method {
        MethodKind::Sms => {
            let body = world.words_for_agent(desk, agent, &Message::NumberCode { code: code.clone() });
            (Job::Text { attempt: None, to, from: None, body, avoid, expires_at }, "by text")
        }
        MethodKind::Voice => {
            let language = agent.language.clone();
            let words = world.words.number_code_aloud(&language, &desk.name, code);
            (Job::Say { to, seconds: desk.limits.ring.0, language, words, avoid, expires_at }, "by a call")
        }
    };
    job.write(tx, world, id, None, 1, world.now).await?;
    let entry = Note {
        desk: Some(&of.desk),
        after: Some(way.into()),
        ..Note::of("number.send_code", of.agent.as_str())
    };
    note(tx, by, world.now, entry).await?;
    Ok(Ok(()))
}

async fn take_try(tx: &mut Tx, (of, now): &(AgentNumber, Timestamp)) -> Result<Option<String>, StoreError> {
    checks::take_try(tx, of.whose(), *now).await
}

async fn verify(
    tx: &mut Tx,
    (by, of, hash, now): &(By, AgentNumber, String, Timestamp),
) -> Result<bool, StoreError> {
    let Ok(key) = of.desk.parse() else { return Ok(false) };
    // Whoever takes the number out of the desk's file comes before or after.
    desks::lock(tx, &key).await?;
    let desk = desks::current(tx, &of.desk).await?.map(|current| current.desk);
    let agent = desk.as_ref().and_then(|desk| desk.agent(&of.agent));
    let place = agent.and_then(|agent| agent.phones.iter().position(|phone| phone.number == of.number));
    let Some(place) = place else { return Ok(false) };
    if !checks::use_up(tx, of.whose(), hash).await? {
        return Ok(false);
    }
    checks::verify(tx, of.whose(), (&by.actor, *now)).await?;
    let entry = Note {
        desk: Some(&of.desk),
        after: Some(format!("telephone {}", place + 1)),
        ..Note::of("number.verify", of.agent.as_str())
    };
    note(tx, by, *now, entry).await?;
    Ok(true)
}

async fn verified(tx: &mut Tx, (desk,): &(String,)) -> Result<Vec<Verified>, StoreError> {
    checks::verified(tx, desk).await
}

async fn awaited(
    tx: &mut Tx,
    (desk, agent, now): &(String, AgentKey, Timestamp),
) -> Result<Vec<Awaited>, StoreError> {
    checks::awaited(tx, desk, agent, *now).await
}
