//! One-time links: by them people get in for the first time, or again. Only the hashes of their secrets are kept.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::access::{Role, Scope};
use crate::rules::account::Email;

/// A one-time link, by what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first administrator.
    First,
    /// Makes an account for that address, with that role.
    Join {
        /// For whom.
        email: Email,
        /// As what.
        role: Role,
        /// Where.
        scope: Scope,
    },
    /// Lets the account of that address choose a password again.
    Reset {
        /// Whose.
        email: Email,
    },
}

/// Writes a one-time link down, by the hash of its secret, and who made it.
pub async fn insert(
    tx: &mut Tx,
    hash: &str,
    (purpose, made_by): (&Purpose, &str),
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let (name, email, role, desk) = match purpose {
        Purpose::First => ("first", None, None, None),
        Purpose::Join { email, role, scope } => {
            ("join", Some(email.as_str()), Some(role.name()), scope.desk())
        }
        Purpose::Reset { email } => ("reset", Some(email.as_str()), None, None),
    };
    tx.execute(
        "insert into invitation (hash, purpose, email, role, desk, created_at, expires_at, used_at, made_by) \
         values ($1, $2, $3, $4, $5, $6, $7, null, $8)",
        args![hash, name, email, role, desk, now, expires_at, made_by],
    )
    .await?;
    Ok(())
}

/// What a one-time link is for, if it can still be used, and who made it, if that is known.
pub async fn usable(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(Purpose, Option<String>)>, StoreError> {
    type Row = (String, Option<String>, Option<String>, Option<String>, Option<String>);
    let row: Option<Row> = tx
        .opt(
            "select purpose, email, role, desk, made_by from invitation \
             where hash = $1 and used_at is null and expires_at > $2",
            args![hash, now],
        )
        .await?;
    let Some((purpose, email, role, desk, made_by)) = row else { return Ok(None) };
    let email = email.and_then(|email| email.parse::<Email>().ok());
    let role = role.and_then(|role| role.parse::<Role>().ok());
    let purpose = match (&*purpose, email, role) {
        ("first", _, _) => Purpose::First,
        ("join", Some(email), Some(role)) => Purpose::Join { email, role, scope: Scope::of(desk.as_deref()) },
        ("reset", Some(email), _) => Purpose::Reset { email },
        _ => return Err(StoreError::Fault("invitation: a row cannot be read".into())),
    };
    Ok(Some((purpose, made_by)))
}

/// Somebody who was invited and has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub email: Email,
    /// As what.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// Until when he may come.
    pub expires_at: Timestamp,
}

/// Who was invited and may come yet, the newest last.
pub async fn invited(tx: &mut Tx, now: Timestamp) -> Result<Vec<Invited>, StoreError> {
    let rows: Vec<(String, String, Option<String>, Timestamp)> = tx
        .all(
            "select email, role, desk, expires_at from invitation \
             where purpose = 'join' and used_at is null and expires_at > $1 order by expires_at",
            args![now],
        )
        .await?;
    let read = |(email, role, desk, expires_at): (String, String, Option<String>, Timestamp)| {
        let (Ok(email), Ok(role)) = (email.parse(), role.parse()) else {
            return Err(StoreError::Fault("invitation: a row cannot be read".into()));
        };
        Ok(Invited { email, role, scope: Scope::of(desk.as_deref()), expires_at })
    };
    rows.into_iter().map(read).collect()
}

/// As what and where an address is awaited, the oldest invitation first.
pub async fn awaited(tx: &mut Tx, email: &Email, now: Timestamp) -> Result<Vec<(Scope, Role)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = tx
        .all(
            "select role, desk from invitation \
             where email = $1 and purpose = 'join' and used_at is null and expires_at > $2 order by created_at",
            args![email.as_str(), now],
        )
        .await?;
    let read = |(role, desk): (String, Option<String>)| match role.parse() {
        Ok(role) => Ok((Scope::of(desk.as_deref()), role)),
        Err(_) => Err(StoreError::Fault("invitation: a row cannot be read".into())),
    };
    rows.into_iter().map(read).collect()
}

/// Uses a link up; false if somebody was first.
pub async fn use_up(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
    let used = tx
        .execute(
            "update invitation set used_at = $2 where hash = $1 and used_at is null and expires_at > $2",
            args![hash, now],
        )
        .await?;
    Ok(used == 1)
}

/// No link for that address is good any more; answers how many were.
pub async fn retire(tx: &mut Tx, email: &Email, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "update invitation set used_at = $2 where email = $1 and used_at is null and expires_at > $2",
        args![email.as_str(), now],
    )
    .await
}

/// No invitation of that address to that desk is good any more; answers how many were.
pub async fn retire_at(tx: &mut Tx, email: &Email, desk: &str, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "update invitation set used_at = $3 \
         where email = $1 and desk = $2 and purpose = 'join' and used_at is null and expires_at > $3",
        args![email.as_str(), desk, now],
    )
    .await
}

/// Forgets links that have expired.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("delete from invitation where expires_at < $1", args![before]).await
}
