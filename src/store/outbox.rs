//! What is to be done outside: claimed with a lease and a fence, finished only by who holds it.

use std::time::Duration;

use super::{Claimed, StoreError, Tx, Wake};
use crate::args;
use crate::clock::Timestamp;

/// How long a claim holds without being finished: longer than any request to a carrier may take.
pub const LEASE: Duration = Duration::from_secs(30);

/// A row to be written.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Unique; derived from what the effect belongs to.
    pub id: &'a str,
    /// The ticket it belongs to, if any.
    pub ticket: Option<&'a str>,
    /// The attempt it belongs to, if any.
    pub attempt: Option<&'a str>,
    /// What to do, as JSON.
    pub payload: &'a str,
    /// 1 is served first.
    pub rank: u8,
    /// Not before this instant.
    pub due: Timestamp,
}

/// Writes a row; with an owner it is born claimed, and the engine hears of it at the commit.
pub async fn insert(
    tx: &mut Tx,
    row: &New<'_>,
    owner: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let claimed = owner.filter(|_| row.due <= now);
    let lease_until = if claimed.is_some() { now + LEASE } else { Timestamp(0) };
    tx.execute(
        "insert into outbox (id, ticket_id, attempt_id, payload, rank, due, lease_owner, lease_until, fence, doubtful, \
         created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)",
        args![
            row.id,
            row.ticket,
            row.attempt,
            row.payload,
            row.rank,
            row.due,
            claimed,
            lease_until,
            claimed.is_some(),
            now
        ],
    )
    .await?;
    tx.wake(match claimed {
        Some(_) => Wake::Effect(Claimed {
            id: row.id.to_owned(),
            fence: 1,
            lease_until,
            asked_at: now,
            doubtful: false,
            payload: row.payload.to_owned(),
        }),
        None => Wake::Due(row.due),
    });
    Ok(())
}

/// Claims what is due, most urgent first, newest first within a rank.
pub async fn claim(tx: &mut Tx, owner: &str, now: Timestamp, limit: i64) -> Result<Vec<Claimed>, StoreError> {
    let mut claimed: Vec<Claimed> = Vec::new();
    for rank in 1..=4_u8 {
        let left = limit - i64::try_from(claimed.len()).unwrap_or(limit);
        if left <= 0 {
            break;
        }
        let rows: Vec<(String, i64, Timestamp, i64, String)> = tx
            .all(
                "with due as materialized (select id from outbox where rank = $1 and due <= $2 and lease_until <= $2 \
                 order by due desc limit $3 /*pg for update skip locked*/) \
                 update outbox set lease_owner = $4, lease_until = $5, fence = fence + 1, \
                 doubtful = case when lease_until > 0 then 1 else doubtful end \
                 where id in (select id from due) returning id, fence, created_at, doubtful, payload",
                args![rank, now, left, owner, now + LEASE],
            )
            .await?;
        claimed.extend(rows.into_iter().map(|(id, fence, asked_at, doubtful, payload)| Claimed {
            id,
            fence,
            lease_until: now + LEASE,
            asked_at,
            doubtful: doubtful == 1,
            payload,
        }));
    }
    Ok(claimed)
}

/// Removes what is done; false if it was not ours any more.
pub async fn finish(tx: &mut Tx, id: &str, fence: i64) -> Result<bool, StoreError> {
    Ok(tx.execute("delete from outbox where id = $1 and fence = $2", args![id, fence]).await? == 1)
}

/// Gives back what was claimed and not done, to be done not before an instant.
pub async fn postpone(tx: &mut Tx, id: &str, fence: i64, due: Timestamp) -> Result<bool, StoreError> {
    let ours = tx
        .execute(
            "update outbox set due = $3, lease_owner = null, lease_until = 0 where id = $1 and fence = $2",
            args![id, fence, due],
        )
        .await?;
    tx.wake(Wake::Due(due));
    Ok(ours == 1)
}

/// Puts a row away that nobody can carry out, for a person to look at; answers its attempt, if it belongs to one.
pub async fn quarantine(tx: &mut Tx, id: &str, fence: i64) -> Result<Option<String>, StoreError> {
    let row: Option<(Option<String>,)> = tx
        .opt(
            "update outbox set due = $3, lease_owner = null, lease_until = 0 where id = $1 and fence = $2 \
             returning attempt_id",
            args![id, fence, Timestamp::NEVER],
        )
        .await?;
    Ok(row.and_then(|(attempt,)| attempt))
}

/// Takes back an attempt's request, if nobody has claimed it yet; false if it may be on its way.
pub async fn withdraw(tx: &mut Tx, attempt: &str, now: Timestamp) -> Result<bool, StoreError> {
    let taken_back = tx
        .execute("delete from outbox where attempt_id = $1 and lease_until <= $2", args![attempt, now])
        .await?;
    Ok(taken_back > 0)
}

/// When the next unclaimed row falls due, or a lease runs out.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let (mut next,): (Option<Timestamp>,) =
        tx.one("select min(lease_until) from outbox where lease_until > 0", args![]).await?;
    // One query per rank: each looks at the head of an index.
    for rank in 1..=4_u8 {
        let (due,): (Option<Timestamp>,) =
            tx.one("select min(due) from outbox where rank = $1 and lease_until = 0", args![rank]).await?;
        next = [next, due].into_iter().flatten().min();
    }
    // What was put away is never due.
    Ok(next.filter(|due| *due < Timestamp::NEVER))
}

/// How many rows have been waiting since before an instant without being claimed.
pub async fn overdue(tx: &mut Tx, before: Timestamp) -> Result<i64, StoreError> {
    let mut count = 0;
    for rank in 1..=4_u8 {
        let (of_rank,): (i64,) = tx
            .one(
                "select count(*) from outbox where rank = $1 and due <= $2 and lease_until <= $2",
                args![rank, before],
            )
            .await?;
        count += of_rank;
    }
    Ok(count)
}
