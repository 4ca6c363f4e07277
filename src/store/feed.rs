//! Calendar feeds. Only the hashes of their addresses are kept.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::account::AccountId;

/// The id of a feed.
pub type FeedId = Id<Feed>;

/// A feed that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Feed {
    /// Names it on pages.
    pub id: FeedId,
    /// The desk's key.
    pub desk: String,
    /// The rota's name, if it is of everybody's shifts by one.
    pub rota: Option<String>,
    /// The agent's key, if it is of one agent's shifts.
    pub agent: Option<String>,
    /// Whose account made it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Timestamp,
    /// When a program last read it, to the hour.
    pub last_used_at: Option<Timestamp>,
}

/// Writes a new feed.
pub async fn insert(tx: &mut Tx, hash: &str, feed: &Feed) -> Result<(), StoreError> {
    tx.execute(
        "insert into feed (id, hash, desk, rota, agent, created_by, created_at, ended_at, last_used_at) \
         values ($1, $2, $3, $4, $5, $6, $7, null, null)",
        args![
            &feed.id,
            hash,
            feed.desk.as_str(),
            feed.rota.as_deref(),
            feed.agent.as_deref(),
            &feed.created_by,
            feed.created_at
        ],
    )
    .await?;
    Ok(())
}

/// The feed at an address.
pub async fn find(tx: &mut Tx, hash: &str) -> Result<Option<Feed>, StoreError> {
    tx.opt(
        "select id, desk, rota, agent, created_by, created_at, last_used_at from feed \
         where hash = $1 and ended_at is null",
        args![hash],
    )
    .await
}

/// One of a desk's feeds.
pub async fn by_id(tx: &mut Tx, desk: &str, id: &FeedId) -> Result<Option<Feed>, StoreError> {
    tx.opt(
        "select id, desk, rota, agent, created_by, created_at, last_used_at from feed \
         where id = $1 and desk = $2 and ended_at is null",
        args![id, desk],
    )
    .await
}

/// A desk's feeds that were made before an instant, the newest first: of one account, or of all.
pub async fn of_desk(
    tx: &mut Tx,
    desk: &str,
    of: Option<&AccountId>,
    before: Timestamp,
    most: i64,
) -> Result<Vec<Feed>, StoreError> {
    tx.all(
        "select id, desk, rota, agent, created_by, created_at, last_used_at from feed \
         where desk = $1 and ended_at is null and created_at < $2 and coalesce($3, created_by) = created_by \
         order by created_at desc limit $4",
        args![desk, before, of.map(AccountId::as_str), most],
    )
    .await
}

/// How many feeds of a desk an account has.
pub async fn count(tx: &mut Tx, desk: &str, of: &AccountId) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from feed where desk = $1 and ended_at is null and created_by = $2",
            args![desk, of],
        )
        .await?;
    Ok(count)
}

/// Ends a feed; whether it had not ended before.
pub async fn end(tx: &mut Tx, id: &FeedId, now: Timestamp) -> Result<bool, StoreError> {
    let ended = tx
        .execute("update feed set ended_at = $2 where id = $1 and ended_at is null", args![id, now])
        .await?;
    Ok(ended == 1)
}

/// Notes that a program has read a feed.
pub async fn used(tx: &mut Tx, id: &FeedId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("update feed set last_used_at = $2 where id = $1", args![id, now]).await?;
    Ok(())
}
