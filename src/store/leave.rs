//! Agents' leave.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::cover::Span;
use crate::rules::leave::{Leave, LeaveId, Origin};

/// Writes an absence down; false if just that one is there already.
pub async fn insert(
    tx: &mut Tx,
    desk: &str,
    leave: &Leave,
    (by, now): (&str, Timestamp),
) -> Result<bool, StoreError> {
    let written = tx
        .execute(
            "insert into leave (id, desk, agent, from_at, to_at, note, noted_by, noted_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (desk, agent, from_at, to_at) do nothing",
            args![
                leave.id.as_str(),
                desk,
                leave.agent.as_str(),
                leave.span.from,
                leave.span.to,
                leave.note.as_str(),
                by,
                now
            ],
        )
        .await?;
    Ok(written == 1)
}

/// A desk's absences that end after an instant, the first to begin first: those behind a place in that order.
pub async fn ending_after(
    tx: &mut Tx,
    desk: &str,
    after: Timestamp,
    (begins, id): (Timestamp, &LeaveId),
    most: i64,
) -> Result<Vec<Leave>, StoreError> {
    let rows: Vec<(String, String, Timestamp, Timestamp, String)> = tx
        .all(
            "select id, agent, from_at, to_at, note from leave where desk = $1 and to_at > $2 \
             and from_at >= $3 and (from_at > $3 or id > $4) order by from_at, id limit $5",
            args![desk, after, begins, id.as_str(), most],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// One of a desk's.
pub async fn get(tx: &mut Tx, desk: &str, id: &LeaveId) -> Result<Option<Leave>, StoreError> {
    let row: Option<(String, String, Timestamp, Timestamp, String)> = tx
        .opt(
            "select id, agent, from_at, to_at, note from leave where id = $1 and desk = $2",
            args![id.as_str(), desk],
        )
        .await?;
    row.map(read).transpose()
}

/// Takes one away.
pub async fn remove(tx: &mut Tx, id: &LeaveId) -> Result<u64, StoreError> {
    tx.execute("delete from leave where id = $1", args![id.as_str()]).await
}

fn read(
    (id, agent, from, to, note): (String, String, Timestamp, Timestamp, String),
) -> Result<Leave, StoreError> {
    let agent = agent.parse().map_err(|_| StoreError::Fault("leave: a row names no agent".into()))?;
    Ok(Leave { id: LeaveId::from_text(id), agent, span: Span { from, to }, note, origin: Origin::Written })
}
