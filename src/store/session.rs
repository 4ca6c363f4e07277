//! Browsers that are signed in. Only the hashes of their secrets are kept.

use serde::Serialize;
use utoipa::ToSchema;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::account::AccountId;

/// By which a session is named on pages.
pub type SessionId = Id<Session>;

/// By what a browser was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SignedInBy)]
pub enum Means {
    /// By a password, or by the link that chose one.
    Password,
    /// By the provider of identities.
    OpenId,
}

impl Means {
    fn name(self) -> &'static str {
        match self {
            Means::Password => "password",
            Means::OpenId => "openid",
        }
    }
}

impl From<String> for Means {
    fn from(name: String) -> Means {
        if name == Means::OpenId.name() { Means::OpenId } else { Means::Password }
    }
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// Names it.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last asked for something, to the minute.
    pub seen_at: Timestamp,
    /// Until when it is good if nothing more is asked.
    pub expires_at: Timestamp,
    /// The network address from which it was begun.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
    /// By what it was let in.
    #[sqlx(try_from = "String")]
    pub means: Means,
}

/// Begins a session, by the hash of its secret; `half` if a code is still owed.
pub async fn insert(tx: &mut Tx, session: &Session, hash: &str, half: bool) -> Result<(), StoreError> {
    tx.execute(
        "insert into session (id, hash, account, half, created_at, seen_at, expires_at, address, browser, means) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            &session.id,
            hash,
            &session.account,
            half,
            session.created_at,
            session.seen_at,
            session.expires_at,
            session.address.as_deref(),
            session.browser.as_deref(),
            session.means.name(),
        ],
    )
    .await?;
    Ok(())
}

/// The session of a secret's hash, if it is good now: a whole one, or one that owes a code.
pub async fn find(
    tx: &mut Tx,
    hash: &str,
    half: bool,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    tx.opt(
        "select id, account, created_at, seen_at, expires_at, address, browser, means from session \
         where hash = $1 and half = $2 and expires_at > $3",
        args![hash, half, now],
    )
    .await
}

/// It asked for something just now.
pub async fn touch(
    tx: &mut Tx,
    id: &SessionId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute("update session set seen_at = $2, expires_at = $3 where id = $1", args![id, now, expires_at])
        .await?;
    Ok(())
}

/// An account's sessions that are good now, the one that was seen last first.
pub async fn of_account(
    tx: &mut Tx,
    account: &AccountId,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    tx.all(
        "select id, account, created_at, seen_at, expires_at, address, browser, means from session \
         where account = $1 and half = 0 and expires_at > $2 order by seen_at desc, id",
        args![account, now],
    )
    .await
}

/// Ends a session of an account; false if that account has no such one.
pub async fn end(tx: &mut Tx, account: &AccountId, id: &SessionId) -> Result<bool, StoreError> {
    let ended = tx.execute("delete from session where id = $1 and account = $2", args![id, account]).await?;
    Ok(ended == 1)
}

/// Ends every session of an account but one; answers how many.
pub async fn end_others(
    tx: &mut Tx,
    account: &AccountId,
    but: Option<&SessionId>,
) -> Result<u64, StoreError> {
    let but = but.map_or("", SessionId::as_str);
    tx.execute("delete from session where account = $1 and id <> $2", args![account, but]).await
}

/// Forgets sessions that have expired.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from session where expires_at < $1", args![now]).await
}
