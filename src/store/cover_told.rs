//! Who was told of requests for cover, and who is still to be.

use super::desk::{method_name, method_named};
use super::ticket::{decode, encode};
use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::cover::{CoverId, Reader, Told};
use crate::rules::people::AgentKey;

/// Somebody was told of a request, by that row of the outbox if any, or is to be told; in the place of what he was told
/// before.
pub async fn put(tx: &mut Tx, cover: &CoverId, told: &Told, sent: Option<&str>) -> Result<(), StoreError> {
    tx.execute(
        "insert into cover_told (cover, reader, what, method, told_at, waits, sent) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (cover, reader) \
         do update set what = $3, method = $4, told_at = $5, waits = $6, sent = $7",
        args![
            cover.as_str(),
            name(&told.reader),
            encode(&told.what, "cover_told")?,
            told.method.map(method_name),
            told.at,
            told.waits,
            sent.map(str::to_owned)
        ],
    )
    .await?;
    Ok(())
}

/// What each was told of a request last, or is to be told, the first first.
pub async fn of(tx: &mut Tx, cover: &CoverId) -> Result<Vec<Told>, StoreError> {
    let rows: Vec<Row> = tx
        .all(
            "select reader, what, method, told_at, waits from cover_told where cover = $1 order by told_at, reader",
            args![cover.as_str()],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

/// What one was told of a request last, or is to be told.
pub async fn of_reader(tx: &mut Tx, cover: &CoverId, reader: &Reader) -> Result<Option<Told>, StoreError> {
    let row: Option<Row> = tx
        .opt(
            "select reader, what, method, told_at, waits from cover_told where cover = $1 and reader = $2",
            args![cover.as_str(), name(reader)],
        )
        .await?;
    row.map(read).transpose()
}

/// Of which requests, of which desks, the time has come to tell whom.
pub async fn due(
    tx: &mut Tx,
    now: Timestamp,
    most: i64,
) -> Result<Vec<(String, CoverId, Reader)>, StoreError> {
    let rows: Vec<(String, String, String)> = tx
        .all(
            "select cover.desk, cover.id, cover_told.reader from cover_told join cover on cover.id = cover_told.cover \
             where cover_told.waits = 1 and cover_told.told_at <= $1 order by cover_told.told_at limit $2",
            args![now, most],
        )
        .await?;
    rows.into_iter().map(|(desk, id, who)| Ok((desk, CoverId::from_text(id), reader(&who)?))).collect()
}

/// Somebody is told nothing of a request.
pub async fn remove(tx: &mut Tx, cover: &CoverId, reader: &Reader) -> Result<(), StoreError> {
    tx.execute(
        "delete from cover_told where cover = $1 and reader = $2",
        args![cover.as_str(), name(reader)],
    )
    .await?;
    Ok(())
}

/// What that row of the outbox told reached nobody: it is to be told by another way.
pub async fn tell_again(tx: &mut Tx, sent: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "update cover_told set waits = 1, told_at = $2, sent = null where sent = $1",
        args![sent, now],
    )
    .await?;
    Ok(())
}

/// What is still to be told of a request is looked at again now: its times are others.
pub async fn look_again(tx: &mut Tx, cover: &CoverId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "update cover_told set told_at = $2 where cover = $1 and waits = 1",
        args![cover.as_str(), now],
    )
    .await?;
    Ok(())
}

/// What an agent of a desk is still to be told is looked at again now: he can be rung at other times.
pub async fn look_again_for(
    tx: &mut Tx,
    desk: &str,
    agent: &AgentKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "update cover_told set told_at = $3 where reader = $2 and waits = 1 \
         and cover in (select id from cover where desk = $1 and ends_at > $3)",
        args![desk, agent.as_str(), now],
    )
    .await?;
    Ok(())
}

type Row = (String, String, Option<String>, Timestamp, i64);

fn read((who, what, method, at, waits): Row) -> Result<Told, StoreError> {
    let method = method.as_deref().and_then(method_named);
    Ok(Told { reader: reader(&who)?, what: decode(&what, "cover_told")?, method, at, waits: waits == 1 })
}

fn name(reader: &Reader) -> &str {
    match reader {
        Reader::Agent(agent) => agent.as_str(),
        Reader::Manager => "",
    }
}

fn reader(name: &str) -> Result<Reader, StoreError> {
    match name {
        "" => Ok(Reader::Manager),
        agent => agent
            .parse()
            .map(Reader::Agent)
            .map_err(|_| StoreError::Fault("cover_told: a row names no agent".into())),
    }
}
