//! Inbound calls between two of their turns.

use super::ticket::{decode, encode};
use super::{StoreError, Tx, Wake};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::call::Call;

/// A call, locked until the commit, if it is known.
pub async fn lock(tx: &mut Tx, carrier: &str, sid: &str) -> Result<Option<Call>, StoreError> {
    let row: Option<(String, Option<Timestamp>)> = tx
        .opt(
            "select document, deadline from call where carrier = $1 and sid = $2 /*pg for update*/",
            args![carrier, sid],
        )
        .await?;
    let Some((document, deadline)) = row else { return Ok(None) };
    // The column's: a start doubts all calls at once, without reading them.
    Ok(Some(Call { deadline, ..decode(&document, "call")? }))
}

/// A call as it is, if it is known.
pub async fn read(tx: &mut Tx, carrier: &str, sid: &str) -> Result<Option<Call>, StoreError> {
    let row: Option<(String, Option<Timestamp>)> = tx
        .opt("select document, deadline from call where carrier = $1 and sid = $2", args![carrier, sid])
        .await?;
    let Some((document, deadline)) = row else { return Ok(None) };
    Ok(Some(Call { deadline, ..decode(&document, "call")? }))
}

/// Writes a new call; [`StoreError::Conflict`] if it is known.
pub async fn insert(tx: &mut Tx, call: &Call) -> Result<(), StoreError> {
    tx.execute(
        "insert into call (carrier, sid, desk, ticket_id, deadline, document) values ($1, $2, $3, $4, $5, $6)",
        args![
            &call.carrier,
            &call.sid,
            call.desk.as_str(),
            call.ticket.as_ref(),
            call.deadline,
            encode(call, "call")?
        ],
    )
    .await?;
    wake(tx, call);
    Ok(())
}

/// Writes a call as it is now.
pub async fn update(tx: &mut Tx, call: &Call) -> Result<(), StoreError> {
    tx.execute(
        "update call set ticket_id = $3, deadline = $4, document = $5 where carrier = $1 and sid = $2",
        args![&call.carrier, &call.sid, call.ticket.as_ref(), call.deadline, encode(call, "call")?],
    )
    .await?;
    wake(tx, call);
    Ok(())
}

fn wake(tx: &mut Tx, call: &Call) {
    if let Some(deadline) = call.deadline {
        tx.wake(Wake::Due(deadline));
    }
}

/// Calls of which nothing was heard in time.
pub async fn silent(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<(String, String)>, StoreError> {
    tx.all("select carrier, sid from call where deadline <= $1 order by deadline limit $2", args![now, limit])
        .await
}

/// Every call that is not known to be over gets a new deadline: after a start nothing was heard for a while.
pub async fn doubt_all(tx: &mut Tx, deadline: Timestamp) -> Result<u64, StoreError> {
    tx.execute("update call set deadline = $1 where deadline > $1", args![deadline]).await
}

/// When the next call counts as silent.
pub async fn next_deadline(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let (deadline,): (Option<Timestamp>,) =
        tx.one("select min(deadline) from call where deadline is not null", args![]).await?;
    Ok(deadline)
}

/// Whether a carrier's call still goes on, as far as we know; none if it is unknown.
pub async fn is_open(tx: &mut Tx, carrier: &str, sid: &str) -> Result<Option<bool>, StoreError> {
    let row: Option<(Option<Timestamp>,)> =
        tx.opt("select deadline from call where carrier = $1 and sid = $2", args![carrier, sid]).await?;
    Ok(row.map(|(deadline,)| deadline.is_some()))
}

/// What is known of a call that rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ringing {
    /// Nothing.
    New,
    /// Its first webhook came before, and got this answer.
    Answered(String),
    /// It was found at the carrier before it came to us.
    Found,
}

/// What is known of a call whose first webhook has this key.
pub async fn ringing(tx: &mut Tx, carrier: &str, key: &str, sid: &str) -> Result<Ringing, StoreError> {
    let (answer, calls): (Option<String>, i64) = tx
        .one(
            "select (select answer from inbox where carrier = $1 and key = $2), \
             (select count(*) from call where carrier = $1 and sid = $3)",
            args![carrier, key, sid],
        )
        .await?;
    Ok(match answer {
        Some(answer) => Ringing::Answered(answer),
        None if calls > 0 => Ringing::Found,
        None => Ringing::New,
    })
}
