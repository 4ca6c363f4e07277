//! What managers were told of gaps in their rotas, and when to look again.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;

/// Desks whose gaps are to be looked at: the time has come, or another version is in force. With that version.
pub async fn due(tx: &mut Tx, now: Timestamp, most: i64) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(
        "select desk.key, desk.version from desk left join gap_watch on gap_watch.desk = desk.key \
         where gap_watch.due is null or gap_watch.due <= $1 or gap_watch.version <> desk.version \
         order by desk.key limit $2",
        args![now, most],
    )
    .await
}

/// A desk's gaps were looked at.
pub async fn looked(tx: &mut Tx, desk: &str, version: i64, due: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "insert into gap_watch (desk, version, due) values ($1, $2, $3) \
         on conflict (desk) do update set version = $2, due = $3",
        args![desk, version, due],
    )
    .await?;
    Ok(())
}

/// The names of what was told of a desk.
pub async fn told(tx: &mut Tx, desk: &str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = tx.all("select name from gap_notice where desk = $1", args![desk]).await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Takes a notice to tell it by that row of the outbox; false if it is told already.
pub async fn take(
    tx: &mut Tx,
    desk: &str,
    name: &str,
    (sent, now): (&str, Timestamp),
) -> Result<bool, StoreError> {
    let taken = tx
        .execute(
            "insert into gap_notice (desk, name, told_at, sent) values ($1, $2, $3, $4) \
             on conflict (desk, name) do nothing",
            args![desk, name, now, sent],
        )
        .await?;
    Ok(taken == 1)
}

/// What that row of the outbox told reached nobody: its desk is looked at again, as if it had not been told.
pub async fn tell_again(tx: &mut Tx, sent: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "update gap_watch set due = $2 where desk in (select desk from gap_notice where sent = $1)",
        args![sent, now],
    )
    .await?;
    tx.execute("delete from gap_notice where sent = $1", args![sent]).await?;
    Ok(())
}

/// Forgets what was told before.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from gap_notice where told_at < $1", args![before]).await
}
