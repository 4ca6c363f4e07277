//! Who is muted.

use std::collections::BTreeMap;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::mute::{Mute, Mutes};
use crate::rules::people::AgentKey;

/// Who is or was muted, by the key of the desk.
pub async fn all(tx: &mut Tx) -> Result<BTreeMap<String, Mutes>, StoreError> {
    let rows: Vec<(String, String, Timestamp)> =
        tx.all("select desk, agent, until_at from mute", args![]).await?;
    let mut all: BTreeMap<String, Vec<(AgentKey, Timestamp)>> = BTreeMap::new();
    for (desk, agent, until) in rows {
        all.entry(desk).or_default().push((key(&agent)?, until));
    }
    Ok(all.into_iter().map(|(desk, mutes)| (desk, mutes.into_iter().collect())).collect())
}

/// A desk's mutes that end after an instant, the first to end first.
pub async fn of_desk(tx: &mut Tx, desk: &str, after: Timestamp) -> Result<Vec<Mute>, StoreError> {
    let rows: Vec<Row> = tx
        .all(
            "select agent, muted_at, until_at, reason, muted_by from mute \
             where desk = $1 and until_at > $2 order by until_at, agent",
            args![desk, after],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// An agent's, over or not; locked until the commit.
pub async fn lock(tx: &mut Tx, desk: &str, agent: &AgentKey) -> Result<Option<Mute>, StoreError> {
    let row: Option<Row> = tx
        .opt(
            "select agent, muted_at, until_at, reason, muted_by from mute \
             where desk = $1 and agent = $2 /*pg for update*/",
            args![desk, agent.as_str()],
        )
        .await?;
    row.map(read).transpose()
}

/// Mutes an agent, in the place of what was before.
pub async fn put(tx: &mut Tx, desk: &str, mute: &Mute) -> Result<(), StoreError> {
    tx.execute(
        "insert into mute (desk, agent, until_at, reason, muted_by, muted_at) values ($1, $2, $3, $4, $5, $6) \
         on conflict (desk, agent) do update set until_at = $3, reason = $4, muted_by = $5, muted_at = $6",
        args![desk, mute.agent.as_str(), mute.until, mute.reason.as_str(), mute.by.as_str(), mute.since],
    )
    .await?;
    Ok(())
}

/// An agent is muted no longer.
pub async fn remove(tx: &mut Tx, desk: &str, agent: &AgentKey) -> Result<bool, StoreError> {
    let removed =
        tx.execute("delete from mute where desk = $1 and agent = $2", args![desk, agent.as_str()]).await?;
    Ok(removed > 0)
}

/// Forgets what was over before an instant.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from mute where until_at < $1", args![before]).await
}

type Row = (String, Timestamp, Timestamp, String, String);

fn read((agent, since, until, reason, by): Row) -> Result<Mute, StoreError> {
    Ok(Mute { agent: key(&agent)?, since, until, reason, by })
}

fn key(agent: &str) -> Result<AgentKey, StoreError> {
    agent.parse().map_err(|_| StoreError::Fault("mute: a row names no agent".into()))
}
