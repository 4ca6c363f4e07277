//! Browsers that were sent to the provider of identities and are not back yet. Only the hashes of their secrets are
//! kept.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;

/// A browser is sent away, by the hash of its secret, and goes on to that path of ours when it is back.
pub async fn insert(tx: &mut Tx, hash: &str, next: &str, expires_at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "insert into openid_sign_in (hash, next, expires_at) values ($1, $2, $3)",
        args![hash, next, expires_at],
    )
    .await?;
    Ok(())
}

/// It is back: where it goes on to. None if it was back before, was away for too long, or was never sent.
pub async fn take(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .opt(
            "delete from openid_sign_in where hash = $1 and expires_at > $2 returning next",
            args![hash, now],
        )
        .await?;
    Ok(row.map(|(next,)| next))
}

/// Forgets those who did not come back.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from openid_sign_in where expires_at < $1", args![now]).await
}
