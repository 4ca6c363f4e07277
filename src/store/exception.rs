//! What is declared of desks for a while.

use std::collections::BTreeMap;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::hours::{Exception, ExceptionId, Exceptions};

/// What is declared until some time after an instant, by the key of the desk.
pub async fn all(tx: &mut Tx, after: Timestamp) -> Result<BTreeMap<String, Exceptions>, StoreError> {
    let rows: Vec<(String, ExceptionId, String, Timestamp, Timestamp, String)> = tx
        .all(
            "select desk, id, what, declared_at, until_at, declared_by from desk_exception \
             where ended_at is null and until_at > $1 order by declared_at, id",
            args![after],
        )
        .await?;
    let mut all: BTreeMap<String, Vec<Exception>> = BTreeMap::new();
    for (desk, id, what, since, until, by) in rows {
        all.entry(desk).or_default().push(read((id, what, since, until, by))?);
    }
    Ok(all.into_iter().map(|(desk, all)| (desk, all.into_iter().collect())).collect())
}

/// That what is declared of a desk changes; locks the desk until the commit.
pub async fn change(tx: &mut Tx, desk: &str) -> Result<(), StoreError> {
    tx.execute("update desk set exceptions = exceptions + 1 where key = $1", args![desk]).await?;
    Ok(())
}

/// What is declared of a desk until some time after an instant.
pub async fn of_desk(tx: &mut Tx, desk: &str, after: Timestamp) -> Result<Vec<Exception>, StoreError> {
    let rows: Vec<Row> = tx
        .all(
            "select id, what, declared_at, until_at, declared_by from desk_exception \
             where desk = $1 and ended_at is null and until_at > $2 order by declared_at, id",
            args![desk, after],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// Whether something of that id was ever declared of a desk.
pub async fn is_known(tx: &mut Tx, desk: &str, id: &ExceptionId) -> Result<bool, StoreError> {
    let known: Option<(String,)> =
        tx.opt("select what from desk_exception where id = $1 and desk = $2", args![id, desk]).await?;
    Ok(known.is_some())
}

/// Writes what somebody declares.
pub async fn insert(tx: &mut Tx, desk: &str, exception: &Exception) -> Result<(), StoreError> {
    tx.execute(
        "insert into desk_exception (id, desk, what, declared_at, declared_by, until_at, ended_at, ended_by) \
         values ($1, $2, $3, $4, $5, $6, null, null)",
        args![
            &exception.id,
            desk,
            exception.what.name(),
            exception.since,
            exception.by.as_str(),
            exception.until
        ],
    )
    .await?;
    Ok(())
}

/// Ends what was declared before its time.
pub async fn end(tx: &mut Tx, id: &ExceptionId, at: Timestamp, by: &str) -> Result<(), StoreError> {
    tx.execute("update desk_exception set ended_at = $2, ended_by = $3 where id = $1", args![id, at, by])
        .await?;
    Ok(())
}

type Row = (ExceptionId, String, Timestamp, Timestamp, String);

fn read((id, what, since, until, by): Row) -> Result<Exception, StoreError> {
    let what =
        what.parse().map_err(|_| StoreError::Fault("desk_exception: a row declares nothing".into()))?;
    Ok(Exception { id, what, since, until, by })
}
