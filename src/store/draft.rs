//! Drafts: edits of desks' files that are not in force yet.

use super::ticket::{decode, encode};
use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::desk::edit::Edit;

/// A draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// In the order in which they are made.
    pub edits: Vec<Edit>,
    /// Another one after every change.
    pub revision: String,
    /// When it was begun.
    pub began_at: Timestamp,
    /// By whom.
    pub began_by: String,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// A desk's draft, if it has one.
pub async fn of_desk(tx: &mut Tx, desk: &str) -> Result<Option<Draft>, StoreError> {
    let row: Option<(String, String, Timestamp, String, Timestamp, String)> = tx
        .opt(
            "select edits, revision, began_at, began_by, changed_at, changed_by from draft where desk = $1",
            args![desk],
        )
        .await?;
    row.map(|(edits, revision, began_at, began_by, changed_at, changed_by)| {
        Ok(Draft { edits: decode(&edits, "draft")?, revision, began_at, began_by, changed_at, changed_by })
    })
    .transpose()
}

/// Writes a desk's draft as it is from now on.
pub async fn put(tx: &mut Tx, desk: &str, draft: &Draft) -> Result<(), StoreError> {
    tx.execute(
        "insert into draft (desk, edits, revision, began_at, began_by, changed_at, changed_by) \
         values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (desk) do update set edits = $2, revision = $3, changed_at = $6, changed_by = $7",
        args![
            desk,
            encode(&draft.edits, "draft")?,
            draft.revision.as_str(),
            draft.began_at,
            draft.began_by.as_str(),
            draft.changed_at,
            draft.changed_by.as_str()
        ],
    )
    .await?;
    Ok(())
}

/// Forgets a desk's draft.
pub async fn remove(tx: &mut Tx, desk: &str) -> Result<(), StoreError> {
    tx.execute("delete from draft where desk = $1", args![desk]).await?;
    Ok(())
}
