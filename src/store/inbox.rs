//! What carriers sent, with the answer that it got: it tells a repeated webhook from a new one.

use std::time::Duration;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;

/// The answer that a webhook got before, if it came before.
pub async fn answered(tx: &mut Tx, carrier: &str, key: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        tx.opt("select answer from inbox where carrier = $1 and key = $2", args![carrier, key]).await?;
    Ok(row.map(|(answer,)| answer))
}

/// Keeps the answer to a webhook; [`StoreError::Conflict`] if another replica was quicker.
pub async fn answer(
    tx: &mut Tx,
    carrier: &str,
    key: &str,
    answer: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "insert into inbox (carrier, key, received_at, answer) values ($1, $2, $3, $4)",
        args![carrier, key, now, answer],
    )
    .await?;
    Ok(())
}

/// Whether what may happen once may happen now; it has, then. Known for as long as answers are.
pub async fn once(tx: &mut Tx, carrier: &str, key: &str, now: Timestamp) -> Result<bool, StoreError> {
    let noted = tx
        .execute(
            "insert into inbox (carrier, key, received_at, answer) values ($1, $2, $3, '') \
             on conflict (carrier, key) do nothing",
            args![carrier, key, now],
        )
        .await?;
    Ok(noted > 0)
}

/// Whether what may happen once in so long may happen now; it has, then. Known for as long as answers are.
pub async fn once_in(
    tx: &mut Tx,
    carrier: &str,
    key: &str,
    span: Duration,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let noted = tx
        .execute(
            "insert into inbox (carrier, key, received_at, answer) values ($1, $2, $3, '') \
             on conflict (carrier, key) do update set received_at = $3 where inbox.received_at <= $4",
            args![carrier, key, now, now - span],
        )
        .await?;
    Ok(noted > 0)
}

/// Forgets what came before an instant.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from inbox where received_at < $1", args![before]).await
}
