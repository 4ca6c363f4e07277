//! Bearer tokens of the API. Only their hashes are kept.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;

/// Lets a token in until it expires, or for ever.
pub async fn insert(
    tx: &mut Tx,
    hash: &str,
    name: &str,
    now: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "insert into token (hash, name, created_at, expires_at) values ($1, $2, $3, $4)",
        args![hash, name, now, expires_at],
    )
    .await?;
    Ok(())
}

/// The name of a token that is let in now.
pub async fn name_of(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .opt(
            "select name from token where hash = $1 and (expires_at is null or expires_at > $2)",
            args![hash, now],
        )
        .await?;
    Ok(row.map(|(name,)| name))
}
