//! Requests for cover and swaps. Each is one row with its document; the columns beside it are what is searched by.

use super::ticket::{decode, encode};
use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::cover::{Cover, CoverId};

/// A request with the version of its desk that it was last held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The request.
    pub cover: Cover,
    /// The desk's version.
    pub version: i64,
}

/// Writes a new one.
pub async fn insert(tx: &mut Tx, desk: &str, kept: &Kept, due: Option<Timestamp>) -> Result<(), StoreError> {
    let Kept { cover, version } = kept;
    tx.execute(
        "insert into cover (id, desk, document, step, version, live, due, ends_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            cover.id.as_str(),
            desk,
            encode(cover, "cover")?,
            cover.step,
            *version,
            cover.is_live(),
            due,
            cover.ends()
        ],
    )
    .await?;
    Ok(())
}

/// How often one has changed, locked until the commit; none if there is none such.
pub async fn lock(tx: &mut Tx, id: &CoverId) -> Result<Option<i64>, StoreError> {
    let row: Option<(i64,)> =
        tx.opt("select step from cover where id = $1 /*pg for update*/", args![id.as_str()]).await?;
    Ok(row.map(|(step,)| step))
}

/// Writes one as it is from now on.
pub async fn update(tx: &mut Tx, kept: &Kept, due: Option<Timestamp>) -> Result<(), StoreError> {
    let Kept { cover, version } = kept;
    tx.execute(
        "update cover set document = $2, step = $3, version = $4, live = $5, due = $6, ends_at = $7 where id = $1",
        args![
            cover.id.as_str(),
            encode(cover, "cover")?,
            cover.step,
            *version,
            cover.is_live(),
            due,
            cover.ends()
        ],
    )
    .await?;
    Ok(())
}

/// One of a desk's.
pub async fn get(tx: &mut Tx, desk: &str, id: &CoverId) -> Result<Option<Kept>, StoreError> {
    let row: Option<(String, i64)> = tx
        .opt("select document, version from cover where id = $1 and desk = $2", args![id.as_str(), desk])
        .await?;
    row.map(read).transpose()
}

/// Those of a desk that end after an instant, the first to end first.
pub async fn ending_after(
    tx: &mut Tx,
    desk: &str,
    after: Timestamp,
    most: i64,
) -> Result<Vec<Cover>, StoreError> {
    let rows: Vec<(String, i64)> = tx
        .all(
            "select document, version from cover where desk = $1 and ends_at > $2 order by ends_at, id limit $3",
            args![desk, after, most],
        )
        .await?;
    rows.into_iter().map(|row| read(row).map(|kept| kept.cover)).collect()
}

/// Those of a desk that ended by an instant, the last to end first.
pub async fn ended_by(tx: &mut Tx, desk: &str, by: Timestamp, most: i64) -> Result<Vec<Cover>, StoreError> {
    let rows: Vec<(String, i64)> = tx
        .all(
            "select document, version from cover where desk = $1 and ends_at <= $2 order by ends_at desc, id limit $3",
            args![desk, by, most],
        )
        .await?;
    rows.into_iter().map(|row| read(row).map(|kept| kept.cover)).collect()
}

/// Those for which the time has come, with their desks.
pub async fn due(tx: &mut Tx, now: Timestamp, most: i64) -> Result<Vec<(String, CoverId)>, StoreError> {
    let rows: Vec<(String, String)> = tx
        .all(
            "select desk, id from cover where live = 1 and due <= $1 order by due limit $2",
            args![now, most],
        )
        .await?;
    Ok(named(rows))
}

/// Those that were last held against another version of their desk than is in force.
pub async fn overtaken(tx: &mut Tx, most: i64) -> Result<Vec<(String, CoverId)>, StoreError> {
    let rows: Vec<(String, String)> = tx
        .all(
            "select cover.desk, cover.id from desk join cover \
             on cover.desk = desk.key and cover.live = 1 and cover.version < desk.version order by cover.id limit $1",
            args![most],
        )
        .await?;
    Ok(named(rows))
}

fn named(rows: Vec<(String, String)>) -> Vec<(String, CoverId)> {
    rows.into_iter().map(|(desk, id)| (desk, CoverId::from_text(id))).collect()
}

fn read((document, version): (String, i64)) -> Result<Kept, StoreError> {
    Ok(Kept { cover: decode(&document, "cover")?, version })
}
