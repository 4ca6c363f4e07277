//! Which processes are alive, so that the claims of a dead one are free; and what they keep for those after them.

use std::time::Duration;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;

/// Unheard for so long, a process counts as dead.
pub const DEAD_AFTER: Duration = Duration::from_secs(5);

/// A process starts: the claims of the node's earlier processes are void.
pub async fn start(tx: &mut Tx, id: &str, node: &str, now: Timestamp) -> Result<u64, StoreError> {
    let freed = tx
        .execute(
            "update outbox set lease_until = 0, lease_owner = null, doubtful = 1 where lease_until > 0 \
             and lease_owner in (select id from instance where node = $1)",
            args![node],
        )
        .await?;
    tx.execute("delete from instance where node = $1", args![node]).await?;
    tx.execute("insert into instance (id, node, beat) values ($1, $2, $3)", args![id, node, now]).await?;
    Ok(freed)
}

/// A process lives, and says how it finds the carriers; the claims of those that do not live are void, however long they
/// are gone.
pub async fn beat(
    tx: &mut Tx,
    id: &str,
    node: &str,
    carriers: Option<&str>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(
        "insert into instance (id, node, beat, carriers) values ($1, $2, $3, $4) \
         on conflict (id) do update set beat = $3, carriers = $4",
        args![id, node, now, carriers],
    )
    .await?;
    tx.execute("delete from instance where beat < $1 and id <> $2", args![now - DEAD_AFTER, id]).await?;
    // What is held by nobody that is known is free as well: a server may commit what a process asked of it after that
    // process has died, and after the next one has begun and has freed what it then saw.
    tx.execute(
        "update outbox set lease_until = 0, lease_owner = null, doubtful = 1 where lease_until > 0 \
         and lease_owner not in (select id from instance)",
        args![],
    )
    .await
}

/// A process stops: it holds nothing any more.
pub async fn stop(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.execute(
        "update outbox set lease_until = 0, lease_owner = null, doubtful = 1 where lease_until > 0 and lease_owner = $1",
        args![id],
    )
    .await?;
    tx.execute("delete from instance where id = $1", args![id]).await?;
    Ok(())
}

/// A process: its id, its node's name, when it was heard last, and how it finds the carriers.
pub type Row = (String, String, Timestamp, Option<String>);

/// Every process that is known.
pub async fn all(tx: &mut Tx) -> Result<Vec<Row>, StoreError> {
    tx.all("select id, node, beat, carriers from instance order by node, id", args![]).await
}

/// How many processes live.
pub async fn living(tx: &mut Tx, now: Timestamp) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        tx.one("select count(*) from instance where beat >= $1", args![now - DEAD_AFTER]).await?;
    Ok(count)
}

/// A carrier was heard of: by the process that heard of it last.
pub async fn keep_heard(tx: &mut Tx, carrier: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "insert into carrier_heard (carrier, heard_at) values ($1, $2) \
         on conflict (carrier) do update set heard_at = $2 where carrier_heard.heard_at < $2",
        args![carrier, at],
    )
    .await?;
    Ok(())
}

/// When each carrier was heard of last, as far as that is kept.
pub async fn heard(tx: &mut Tx) -> Result<Vec<(String, Timestamp)>, StoreError> {
    tx.all("select carrier, heard_at from carrier_heard order by carrier", args![]).await
}
