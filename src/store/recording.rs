//! Recordings, once they are fetched from their carriers, and the addresses at which they may be played.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::ticket::TicketId;

/// Knows of a recording; does nothing if it is known.
pub async fn insert(
    tx: &mut Tx,
    carrier: &str,
    sid: &str,
    ticket: &TicketId,
    seconds: u32,
) -> Result<bool, StoreError> {
    let new = tx
        .execute(
            "insert into recording (carrier, sid, ticket_id, seconds) values ($1, $2, $3, $4) \
             on conflict (carrier, sid) do nothing",
            args![carrier, sid, ticket, seconds],
        )
        .await?;
    Ok(new == 1)
}

/// Keeps what was fetched.
pub async fn keep(
    tx: &mut Tx,
    carrier: &str,
    sid: &str,
    content: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let kept = tx
        .execute(
            "update recording set content = $3, fetched_at = $4 where carrier = $1 and sid = $2 and fetched_at is null",
            args![carrier, sid, content, now],
        )
        .await?;
    Ok(kept == 1)
}

/// The ticket that a recording belongs to.
pub async fn ticket(tx: &mut Tx, carrier: &str, sid: &str) -> Result<Option<TicketId>, StoreError> {
    let row: Option<(TicketId,)> = tx
        .opt("select ticket_id from recording where carrier = $1 and sid = $2", args![carrier, sid])
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Moves a ticket's recordings to the one that carries on for it.
pub async fn hand_over(tx: &mut Tx, from: &TicketId, to: &TicketId) -> Result<(), StoreError> {
    tx.execute("update recording set ticket_id = $2 where ticket_id = $1", args![from, to]).await?;
    Ok(())
}

/// Lets a recording be played at an unguessable address until an instant, if it has been fetched.
pub async fn link(
    tx: &mut Tx,
    ticket: &TicketId,
    sid: &str,
    secret: &str,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let linked = tx
        .execute(
            "insert into recording_link (secret, carrier, sid, expires_at) \
             select $3, carrier, sid, $4 from recording where ticket_id = $1 and sid = $2 and fetched_at is not null",
            args![ticket, sid, secret, expires_at],
        )
        .await?;
    Ok(linked == 1)
}

/// A recording of a ticket, if it has been fetched.
pub async fn of_ticket(tx: &mut Tx, ticket: &TicketId, sid: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Option<Vec<u8>>,)> = tx
        .opt(
            "select content from recording where ticket_id = $1 and sid = $2 order by carrier limit 1",
            args![ticket, sid],
        )
        .await?;
    Ok(row.and_then(|(content,)| content))
}

/// What may be played at an address now: a WAV file.
pub async fn play(tx: &mut Tx, secret: &str, now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> = tx
        .opt(
            "select recording.content from recording_link join recording on recording.carrier = recording_link.carrier \
             and recording.sid = recording_link.sid where recording_link.secret = $1 and recording_link.expires_at > $2",
            args![secret, now],
        )
        .await?;
    Ok(row.map(|(content,)| content))
}

/// Forgets addresses that play nothing any more.
pub async fn forget_links(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from recording_link where expires_at <= $1", args![now]).await
}
