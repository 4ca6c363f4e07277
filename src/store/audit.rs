//! The audit log's chain.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::audit::{AuditEntry, Head, Link};

/// The newest entry. Nobody else adds one until the commit.
pub async fn lock_head(tx: &mut Tx) -> Result<Head, StoreError> {
    let (ordinal, hash) =
        tx.one("select ordinal, hash from audit_head where one = 1 /*pg for update*/", args![]).await?;
    Ok(Head { ordinal, hash })
}

/// The newest entry as it is now.
pub async fn head(tx: &mut Tx) -> Result<Head, StoreError> {
    let (ordinal, hash) = tx.one("select ordinal, hash from audit_head where one = 1", args![]).await?;
    Ok(Head { ordinal, hash })
}

/// Adds an entry behind the head, which is locked.
pub async fn append(tx: &mut Tx, link: &Link) -> Result<(), StoreError> {
    let Link { entry, previous, hash } = link;
    tx.execute(
        "insert into audit (ordinal, at, actor, address, action, desk, subject, before, after, previous, hash) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            entry.ordinal,
            entry.at,
            &entry.actor,
            entry.address.as_deref(),
            &entry.action,
            entry.desk.as_deref(),
            &entry.subject,
            entry.before.as_deref(),
            entry.after.as_deref(),
            previous,
            hash,
        ],
    )
    .await?;
    tx.execute("update audit_head set ordinal = $1, hash = $2 where one = 1", args![entry.ordinal, hash])
        .await?;
    Ok(())
}

/// Entries after an ordinal, oldest first.
pub async fn after(tx: &mut Tx, ordinal: i64, most: i64) -> Result<Vec<Link>, StoreError> {
    let rows: Vec<LinkRow> = tx
        .all(
            "select ordinal, at, actor, address, action, desk, subject, before, after, previous, hash from audit \
             where ordinal > $1 order by ordinal limit $2",
            args![ordinal, most],
        )
        .await?;
    Ok(rows.into_iter().map(Link::from).collect())
}

/// Entries before an ordinal, newest first.
pub async fn before(tx: &mut Tx, ordinal: i64, most: i64) -> Result<Vec<AuditEntry>, StoreError> {
    let rows: Vec<LinkRow> = tx
        .all(
            "select ordinal, at, actor, address, action, desk, subject, before, after, previous, hash from audit \
             where ordinal < $1 order by ordinal desc limit $2",
            args![ordinal, most],
        )
        .await?;
    Ok(rows.into_iter().map(|row| Link::from(row).entry).collect())
}

/// Entries of a desk before an ordinal, newest first.
pub async fn before_of_desk(
    tx: &mut Tx,
    desk: &str,
    ordinal: i64,
    most: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let rows: Vec<LinkRow> = tx
        .all(
            "select ordinal, at, actor, address, action, desk, subject, before, after, previous, hash from audit \
             where desk = $1 and ordinal < $2 order by ordinal desc limit $3",
            args![desk, ordinal, most],
        )
        .await?;
    Ok(rows.into_iter().map(|row| Link::from(row).entry).collect())
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    ordinal: i64,
    at: Timestamp,
    actor: String,
    address: Option<String>,
    action: String,
    desk: Option<String>,
    subject: String,
    before: Option<String>,
    after: Option<String>,
    previous: String,
    hash: String,
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Link {
        let entry = AuditEntry {
            action: row.action,
            actor: row.actor,
            address: row.address,
            after: row.after,
            at: row.at,
            before: row.before,
            desk: row.desk,
            ordinal: row.ordinal,
            subject: row.subject,
        };
        Link { entry, previous: row.previous, hash: row.hash }
    }
}
