//! What a program was answered that named its request: if it asks again by the same name, it gets the same answer.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;

/// A request that its asker gave a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Who asks: the hash of a token.
    pub asker: String,
    /// What it calls its request.
    pub key: String,
    /// The SHA-256 of what is asked for.
    pub request: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The status of HTTP.
    pub status: u16,
    /// JSON.
    pub body: String,
    /// The entity tag, if it had one.
    pub tag: Option<String>,
}

/// The answer that was given under that name, with the hash of what was asked for then.
pub async fn find(tx: &mut Tx, named: &Named) -> Result<Option<(String, Kept)>, StoreError> {
    let row: Option<(String, i64, String, Option<String>)> = tx
        .opt(
            "select request, status, body, tag from idempotency where asker = $1 and key = $2",
            args![&named.asker, &named.key],
        )
        .await?;
    let kept = |(request, status, body, tag)| {
        let status = u16::try_from(status)
            .map_err(|_| StoreError::Fault("idempotency: a status is none of HTTP".into()))?;
        Ok((request, Kept { status, body, tag }))
    };
    row.map(kept).transpose()
}

/// Keeps an answer; [`StoreError::Conflict`] if the same request was answered at the same moment.
pub async fn keep(tx: &mut Tx, named: &Named, kept: &Kept, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "insert into idempotency (asker, key, request, status, body, tag, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![&named.asker, &named.key, &named.request, kept.status, &kept.body, kept.tag.as_deref(), now],
    )
    .await?;
    Ok(())
}

/// Forgets answers that were given before an instant.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from idempotency where created_at < $1", args![before]).await
}
