//! Whose numbers are verified, and the codes by which they are.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::number_check::{Awaited, Sent, Verified};
use crate::rules::people::AgentKey;

/// An agent's number at a desk.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The key of the desk.
    pub desk: &'a str,
    /// Whose it is.
    pub agent: &'a AgentKey,
    /// The number.
    pub number: &'a PhoneNumber,
}

/// How many codes were sent there lately, and when the last; none if that is forgotten.
pub async fn sent(tx: &mut Tx, whose: Whose<'_>) -> Result<Option<Sent>, StoreError> {
    let row: Option<(i64, Timestamp)> = tx
        .opt(
            "select sent, sent_at from number_code where desk = $1 and agent = $2 and number = $3",
            args![whose.desk, whose.agent.as_str(), whose.number.as_str()],
        )
        .await?;
    Ok(row.map(|(count, last)| Sent { count: u32::try_from(count).unwrap_or(u32::MAX), last }))
}

/// A code is awaited, in the place of the one before.
pub async fn put(
    tx: &mut Tx,
    whose: Whose<'_>,
    (hash, sent): (&str, Sent),
    (expires_at, tries): (Timestamp, u32),
) -> Result<(), StoreError> {
    tx.execute(
        "insert into number_code (desk, agent, number, hash, sent_at, sent, expires_at, tries) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (desk, agent, number) \
         do update set hash = $4, sent_at = $5, sent = $6, expires_at = $7, tries = $8",
        args![
            whose.desk,
            whose.agent.as_str(),
            whose.number.as_str(),
            hash,
            sent.last,
            i64::from(sent.count),
            expires_at,
            i64::from(tries)
        ],
    )
    .await?;
    Ok(())
}

/// Takes a try: the hash of the code that is awaited; none if there is none, or none is left to try.
pub async fn take_try(tx: &mut Tx, whose: Whose<'_>, now: Timestamp) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .opt(
            "update number_code set tries = tries - 1 where desk = $1 and agent = $2 and number = $3 \
             and tries > 0 and expires_at > $4 and hash <> '' returning hash",
            args![whose.desk, whose.agent.as_str(), whose.number.as_str(), now],
        )
        .await?;
    Ok(row.map(|(hash,)| hash))
}

/// Uses a code up; false if another one is awaited by now, or it was used.
pub async fn use_up(tx: &mut Tx, whose: Whose<'_>, hash: &str) -> Result<bool, StoreError> {
    let used = tx
        .execute(
            "update number_code set hash = '' where desk = $1 and agent = $2 and number = $3 and hash = $4",
            args![whose.desk, whose.agent.as_str(), whose.number.as_str(), hash],
        )
        .await?;
    Ok(used == 1)
}

/// A number is verified from now on.
pub async fn verify(tx: &mut Tx, whose: Whose<'_>, (by, now): (&str, Timestamp)) -> Result<(), StoreError> {
    tx.execute(
        "insert into verified_number (desk, agent, number, verified_at, verified_by) values ($1, $2, $3, $4, $5) \
         on conflict (desk, agent, number) do update set verified_at = $4, verified_by = $5",
        args![whose.desk, whose.agent.as_str(), whose.number.as_str(), now, by],
    )
    .await?;
    Ok(())
}

/// A desk's verified numbers.
pub async fn verified(tx: &mut Tx, desk: &str) -> Result<Vec<Verified>, StoreError> {
    let rows: Vec<(String, String, Timestamp)> =
        tx.all("select agent, number, verified_at from verified_number where desk = $1", args![desk]).await?;
    let read = |(agent, number, at): (String, String, Timestamp)| {
        Some(Verified { agent: agent.parse().ok()?, number: number.parse().ok()?, at })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// An agent's numbers at which a code is awaited.
pub async fn awaited(
    tx: &mut Tx,
    desk: &str,
    agent: &AgentKey,
    now: Timestamp,
) -> Result<Vec<Awaited>, StoreError> {
    let rows: Vec<(String, Timestamp, i64)> = tx
        .all(
            "select number, expires_at, tries from number_code \
             where desk = $1 and agent = $2 and expires_at > $3 and hash <> ''",
            args![desk, agent.as_str(), now],
        )
        .await?;
    let read = |(number, until, tries): (String, Timestamp, i64)| {
        Some(Awaited { number: number.parse().ok()?, until, tries: u32::try_from(tries).ok()? })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Forgets the numbers that a desk has no longer for the same agent: whoever has them next shows it anew.
pub async fn keep_only(tx: &mut Tx, desk: &Desk) -> Result<(), StoreError> {
    let key = desk.key.as_str();
    for Verified { agent, number, .. } in verified(tx, key).await? {
        if desk.agent(&agent).is_some_and(|agent| agent.has_number(&number)) {
            continue;
        }
        for sql in [
            "delete from verified_number where desk = $1 and agent = $2 and number = $3",
            "delete from number_code where desk = $1 and agent = $2 and number = $3",
        ] {
            tx.execute(sql, args![key, agent.as_str(), number.as_str()]).await?;
        }
    }
    Ok(())
}

/// Forgets codes that were sent before an instant.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from number_code where sent_at < $1", args![before]).await
}
