//! Mutes are made and ended; whom pages pass over because of them is decided by [`crate::rules::case`].

use super::audit::{Note, note};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::mute::{Mute, Unfit, check};
use crate::rules::people::AgentKey;
use crate::store::{StoreError, Tx, cover_told, mute as mutes};

/// Why somebody was not muted.
#[derive(Debug, thiserror::Error)]
pub enum MuteError {
    /// It is none that can be made.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The desk has no such agent.
    #[error("The desk has no such agent.")]
    NoAgent,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl Acts {
    /// Lets pages pass over an agent until an instant, in the place of what was said before. `own` is one's own word.
    pub async fn mute(
        &self,
        by: By,
        desk: &str,
        agent: &AgentKey,
        (until, reason): (Timestamp, &str),
        own: bool,
    ) -> Result<(), MuteError> {
        let now = self.clock().now();
        check(now, until, reason, own)?;
        let known = self.desks().by_key(desk).is_some_and(|desk| desk.agent(agent).is_some());
        if !known {
            return Err(MuteError::NoAgent);
        }
        let mute =
            Mute { agent: agent.clone(), since: now, until, reason: reason.to_owned(), by: by.actor.clone() };
        self.store().write(begin, (by, desk.to_owned(), mute)).await.map_err(ActError::from)?;
        // The next page must know it.
        Ok(self.reload().await?)
    }

    /// Ends an agent's mute; false if he is not muted.
    pub async fn unmute(&self, by: By, desk: &str, agent: &AgentKey) -> Result<bool, ActError> {
        let input = (by, desk.to_owned(), agent.clone(), self.clock().now());
        let ended = self.store().write(end, input).await?;
        self.reload().await?;
        Ok(ended)
    }

    /// Who of a desk's agents is muted now, the first whose mute ends first.
    pub async fn mutes(&self, desk: &str) -> Result<Vec<Mute>, ActError> {
        Ok(self.store().read(of_desk, (desk.to_owned(), self.clock().now())).await?)
    }
}

async fn begin(tx: &mut Tx, (by, desk, mute): &(By, String, Mute)) -> Result<(), StoreError> {
    let before = mutes::lock(tx, desk, &mute.agent).await?.filter(|before| before.until > mute.since);
    mutes::put(tx, desk, mute).await?;
    cover_told::look_again_for(tx, desk, &mute.agent, mute.since).await?;
    let entry = Note {
        desk: Some(desk),
        before: before.as_ref().map(told),
        after: Some(told(mute)),
        ..Note::of("mute.begin", mute.agent.as_str())
    };
    note(tx, by, mute.since, entry).await
}

async fn end(
    tx: &mut Tx,
    (by, desk, agent, now): &(By, String, AgentKey, Timestamp),
) -> Result<bool, StoreError> {
    let Some(before) = mutes::lock(tx, desk, agent).await? else { return Ok(false) };
    mutes::remove(tx, desk, agent).await?;
    cover_told::look_again_for(tx, desk, agent, *now).await?;
    if before.until <= *now {
        return Ok(false);
    }
    let entry =
        Note { desk: Some(desk), before: Some(told(&before)), ..Note::of("mute.end", agent.as_str()) };
    note(tx, by, *now, entry).await?;
    Ok(true)
}

/// In a line; why somebody is muted is nobody's who reads the log.
fn told(mute: &Mute) -> String {
    format!("muted until {}", mute.until)
}

async fn of_desk(tx: &mut Tx, (desk, now): &(String, Timestamp)) -> Result<Vec<Mute>, StoreError> {
    mutes::of_desk(tx, desk, *now).await
}
