//! Desks, their lines, and the ways of reaching people that work no longer.

use std::collections::BTreeSet;

use super::ticket::{decode, encode};
use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, DeskKey};
use crate::rules::policy::MethodKind;

/// Where a version of a desk comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who brings it into force.
    pub by: String,
    /// What it changes, in lines that people read, if that is known.
    pub changes: Option<String>,
}

/// Writes a desk as it is from now on; answers its version. Its lines are its own after [`take_lines`].
pub async fn put(
    tx: &mut Tx,
    desk: &Desk,
    source: &str,
    origin: &Origin,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let key = desk.key.as_str();
    let (version,): (i64,) = tx
        .one(
            "insert into desk (key, version, document, applied_at) values ($1, 1, $2, $3) \
             on conflict (key) do update set version = desk.version + 1, document = $2, applied_at = $3 \
             returning version",
            args![key, encode(desk, "desk")?, now],
        )
        .await?;
    tx.execute(
        "insert into desk_version (desk, version, source, applied_at, applied_by, changes) \
         values ($1, $2, $3, $4, $5, $6)",
        args![key, version, source, now, origin.by.as_str(), origin.changes.as_deref()],
    )
    .await?;
    Ok(version)
}

/// A version of a desk, but for its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Version {
    /// Counted from 1.
    pub version: i64,
    /// Since when it was in force.
    pub applied_at: Timestamp,
    /// Who brought it into force, if that was written down.
    pub applied_by: Option<String>,
    /// What it changed, if that is known.
    pub changes: Option<String>,
}

/// The versions of a desk before that one, the newest first.
pub async fn versions(tx: &mut Tx, desk: &str, before: i64, most: i64) -> Result<Vec<Version>, StoreError> {
    tx.all(
        "select version, applied_at, applied_by, changes from desk_version \
         where desk = $1 and version < $2 order by version desc limit $3",
        args![desk, before, most],
    )
    .await
}

/// A desk's version, locked until the commit; 0 if there is no such desk.
pub async fn lock(tx: &mut Tx, key: &DeskKey) -> Result<i64, StoreError> {
    let row: Option<(i64,)> =
        tx.opt("select version from desk where key = $1 /*pg for update*/", args![key.as_str()]).await?;
    Ok(row.map_or(0, |(version,)| version))
}

/// The text of a desk's version, as it was written.
pub async fn source(tx: &mut Tx, key: &str, version: i64) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .opt("select source from desk_version where desk = $1 and version = $2", args![key, version])
        .await?;
    Ok(row.map(|(source,)| source))
}

/// The version of a desk that is in force, with its text.
pub async fn current_source(tx: &mut Tx, key: &str) -> Result<Option<(i64, String)>, StoreError> {
    tx.opt(
        "select desk.version, desk_version.source from desk join desk_version \
         on desk_version.desk = desk.key and desk_version.version = desk.version where desk.key = $1",
        args![key],
    )
    .await
}

/// Since when a desk is as it is.
pub async fn applied_at(tx: &mut Tx, key: &str) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(Timestamp,)> = tx.opt("select applied_at from desk where key = $1", args![key]).await?;
    Ok(row.map(|(at,)| at))
}

/// A desk as it is in force.
#[derive(Clone, Debug)]
pub struct Current {
    /// Its version.
    pub version: i64,
    /// The text that was applied.
    pub source: String,
    /// What was read out of it.
    pub desk: Desk,
}

/// A desk as it is in force, if there is one.
pub async fn current(tx: &mut Tx, key: &str) -> Result<Option<Current>, StoreError> {
    let row: Option<(i64, String, String)> = tx
        .opt(
            "select desk.version, desk_version.source, desk.document from desk join desk_version \
             on desk_version.desk = desk.key and desk_version.version = desk.version where desk.key = $1",
            args![key],
        )
        .await?;
    let current = |(version, source, document): (i64, String, String)| {
        Ok(Current { version, source, desk: decode(&document, "desk")? })
    };
    row.map(current).transpose()
}

/// A version of a desk that was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Which.
    pub version: i64,
    /// Since when.
    pub applied_at: Timestamp,
    /// Its text.
    pub source: String,
}

/// What was in force at a desk from an instant on, the oldest first.
pub async fn since(tx: &mut Tx, desk: &str, from: Timestamp) -> Result<Vec<InForce>, StoreError> {
    let rows: Vec<(i64, Timestamp, String)> = tx
        .all(
            "select version, applied_at, source from desk_version where desk = $1 and version >= \
             (select coalesce(max(version), 1) from desk_version where desk = $1 and applied_at <= $2) \
             order by version",
            args![desk, from],
        )
        .await?;
    let in_force = |(version, applied_at, source)| InForce { version, applied_at, source };
    Ok(rows.into_iter().map(in_force).collect())
}

/// Gives a desk its lines; [`StoreError::Conflict`] if another desk has one of them.
pub async fn take_lines(tx: &mut Tx, desk: &Desk, now: Timestamp) -> Result<(), StoreError> {
    let key = desk.key.as_str();
    for line in &desk.lines {
        let (owner,): (String,) = tx
            .one(
                "insert into line (number, desk, last_ticket, since) values ($1, $2, 1000, $3) \
                 on conflict (number) do update set number = line.number returning desk",
                args![line.number.as_str(), key, now],
            )
            .await?;
        // A line that its old desk no longer names is free to go.
        let owned = owner != key && {
            let document: Option<(String,)> =
                tx.opt("select document from desk where key = $1", args![owner.as_str()]).await?;
            let other: Option<Desk> = document.map(|(text,)| decode(&text, "desk")).transpose()?;
            other.is_some_and(|other| other.line(&line.number).is_some())
        };
        if owner != key && !owned {
            tx.execute("update line set desk = $2 where number = $1", args![line.number.as_str(), key])
                .await?;
        }
        if owned {
            return Err(StoreError::Conflict(format!("line: {owner} has a line of this desk")));
        }
    }
    Ok(())
}

/// Since when a line is some desk's of ours, whichever; none if it is nobody's.
pub async fn line_since(tx: &mut Tx, line: &PhoneNumber) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(Option<Timestamp>,)> =
        tx.opt("select since from line where number = $1", args![line.as_str()]).await?;
    Ok(row.and_then(|(since,)| since))
}

/// Every desk with its version.
pub async fn all(tx: &mut Tx) -> Result<Vec<(Desk, i64)>, StoreError> {
    let rows: Vec<(String, i64)> = tx.all("select document, version from desk order by key", args![]).await?;
    rows.iter().map(|(document, version)| Ok((decode(document, "desk")?, *version))).collect()
}

/// What changes whenever a desk, a flow, a dead method or a mute does.
pub async fn generation(tx: &mut Tx) -> Result<Generation, StoreError> {
    tx.one(
        "select (select count(*) from desk_version), \
         (select cast(coalesce(sum(revision), 0) as bigint) from flow), \
         (select count(*) from dead_method), (select cast(coalesce(max(since), 0) as bigint) from dead_method), \
         (select count(*) from mute), (select cast(coalesce(max(muted_at), 0) as bigint) from mute)",
        args![],
    )
    .await
}

/// Counts of what is in force, to be compared with what they were.
pub type Generation = (i64, i64, i64, i64, i64, i64);

/// Passes over a way of reaching somebody from now on; false if it is passed over already.
pub async fn mark_dead(
    tx: &mut Tx,
    number: &PhoneNumber,
    method: MethodKind,
    why: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let marked = tx
        .execute(
            "insert into dead_method (number, method, why, since) values ($1, $2, $3, $4) \
             on conflict (number, method) do nothing",
            args![number.as_str(), method_name(method), why, now],
        )
        .await?;
    Ok(marked > 0)
}

/// Uses a way of reaching somebody again.
pub async fn revive(tx: &mut Tx, number: &PhoneNumber, method: MethodKind) -> Result<bool, StoreError> {
    let revived = tx
        .execute(
            "delete from dead_method where number = $1 and method = $2",
            args![number.as_str(), method_name(method)],
        )
        .await?;
    Ok(revived > 0)
}

/// Every way of reaching somebody that is passed over.
pub async fn dead_methods(tx: &mut Tx) -> Result<BTreeSet<(MethodKind, PhoneNumber)>, StoreError> {
    let rows: Vec<(String, String)> = tx.all("select number, method from dead_method", args![]).await?;
    let known = |(number, method): (String, String)| {
        let method = method_named(&method)?;
        Some((method, number.parse().ok()?))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Why a way of reaching somebody is passed over, and since when; none if it is not.
pub async fn why_dead(
    tx: &mut Tx,
    number: &PhoneNumber,
    method: MethodKind,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    tx.opt(
        "select why, since from dead_method where number = $1 and method = $2",
        args![number.as_str(), method_name(method)],
    )
    .await
}

pub(super) fn method_name(method: MethodKind) -> &'static str {
    match method {
        MethodKind::Sms => "sms",
        MethodKind::Voice => "voice",
    }
}

pub(super) fn method_named(name: &str) -> Option<MethodKind> {
    [MethodKind::Sms, MethodKind::Voice].into_iter().find(|method| method_name(*method) == name)
}
