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

/// In the place of a status while a request is still being carried out.
const UNDER_WAY: u16 = 0;

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

impl Kept {
    /// That a request is still being carried out.
    pub fn under_way() -> Kept {
        Kept { status: UNDER_WAY, body: String::new(), tag: None }
    }

    /// Whether it is one, and not only that its request is still being carried out.
    pub fn is_given(&self) -> bool {
        self.status != UNDER_WAY
    }
}

/// Writes the answer down of a request that was under way.
pub async fn answer(tx: &mut Tx, named: &Named, kept: &Kept) -> Result<(), StoreError> {
    tx.execute(
        "update idempotency set status = $1, body = $2, tag = $3 where asker = $4 and key = $5 and request = $6",
        args![kept.status, &kept.body, kept.tag.as_deref(), &named.asker, &named.key, &named.request],
    )
    .await?;
    Ok(())
}

/// Begins a request anew that was under way since before an instant; false if it was not.
pub async fn take_over(
    tx: &mut Tx,
    named: &Named,
    before: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = tx
        .execute(
            "update idempotency set created_at = $1 \
             where asker = $2 and key = $3 and status = $4 and created_at < $5",
            args![now, &named.asker, &named.key, UNDER_WAY, before],
        )
        .await?;
    Ok(taken > 0)
}

/// Forgets a request of which nothing came.
pub async fn release(tx: &mut Tx, named: &Named) -> Result<(), StoreError> {
    tx.execute(
        "delete from idempotency where asker = $1 and key = $2 and status = $3",
        args![&named.asker, &named.key, UNDER_WAY],
    )
    .await?;
    Ok(())
}

/// Forgets answers that were given before an instant.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from idempotency where created_at < $1", args![before]).await
}
