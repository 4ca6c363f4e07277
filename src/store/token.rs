//! Bearer tokens of the API. Only their hashes are kept.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::access::{Role, Scope};
use crate::rules::account::AccountId;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Who uses it.
    pub name: String,
    /// What it may.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// Whose it is, if it is somebody's: it may no more than he may.
    pub account: Option<AccountId>,
    /// Until when; for ever if `None`.
    pub expires_at: Option<Timestamp>,
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptToken {
    /// By what it is known: its hash. It opens nothing.
    pub hash: String,
    /// The token.
    pub token: Token,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was used last, to the day.
    pub used_at: Option<Timestamp>,
}

/// Lets a token in.
pub async fn insert(tx: &mut Tx, hash: &str, token: &Token, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "insert into token (hash, name, created_at, expires_at, role, desk, account) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            hash,
            &token.name,
            now,
            token.expires_at,
            token.role.name(),
            token.scope.desk(),
            token.account.as_ref().map(AccountId::as_str)
        ],
    )
    .await?;
    Ok(())
}

/// A token that is let in now.
pub async fn find(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<Token>, StoreError> {
    let row: Option<Row> = tx
        .opt(
            "select hash, name, created_at, used_at, expires_at, role, desk, account from token \
             where hash = $1 and (expires_at is null or expires_at > $2)",
            args![hash, now],
        )
        .await?;
    Ok(row.map(kept).transpose()?.map(|kept| kept.token))
}

/// Every token that was not ended, those that are let in no more included; by name, the first made first.
pub async fn all(tx: &mut Tx) -> Result<Vec<KeptToken>, StoreError> {
    let rows: Vec<Row> = tx
        .all(
            "select hash, name, created_at, used_at, expires_at, role, desk, account from token \
             order by name, created_at, hash",
            args![],
        )
        .await?;
    rows.into_iter().map(kept).collect()
}

/// A token was used.
pub async fn keep_use(tx: &mut Tx, hash: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "update token set used_at = $2 where hash = $1 and (used_at is null or used_at < $2)",
        args![hash, at],
    )
    .await?;
    Ok(())
}

/// Ends a token; whether it was there.
pub async fn end(tx: &mut Tx, hash: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("delete from token where hash = $1", args![hash]).await? == 1)
}

type Row = (
    String,
    String,
    Timestamp,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<String>,
    Option<String>,
    Option<AccountId>,
);

/// One from before there were roles is a viewer.
fn kept(row: Row) -> Result<KeptToken, StoreError> {
    let (hash, name, created_at, used_at, expires_at, role, desk, account) = row;
    let role = match role {
        Some(role) => role.parse().map_err(|_| StoreError::Fault("token: a role is none".into()))?,
        None => Role::Viewer,
    };
    let token = Token { name, role, scope: Scope::of(desk.as_deref()), account, expires_at };
    Ok(KeptToken { hash, token, created_at, used_at })
}
