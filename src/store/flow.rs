//! Voice flows: their texts by version, what is in force under each name, and everything that was.

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::flow::kept::{InForce, Origin};

/// Remembers a version's text, so that calls can go on by it.
pub async fn remember(
    tx: &mut Tx,
    version: &str,
    name: &str,
    source: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "insert into flow_version (version, name, source, first_seen) values ($1, $2, $3, $4) \
         on conflict (version) do nothing",
        args![version, name, source, now],
    )
    .await?;
    Ok(())
}

/// Every version of every flow, with its text.
pub async fn sources(tx: &mut Tx) -> Result<Vec<(String, String)>, StoreError> {
    tx.all("select version, source from flow_version", args![]).await
}

/// What is in force: names and versions.
pub async fn in_force(tx: &mut Tx) -> Result<Vec<(String, String)>, StoreError> {
    tx.all("select name, version from flow", args![]).await
}

type Row = (i64, String, String, Option<String>);

fn read((revision, version, origin, offered): Row) -> Result<InForce, StoreError> {
    let origin = origin.parse().map_err(|_| StoreError::Fault(format!("flow: `{origin}` is no origin")))?;
    Ok(InForce { revision, version, origin, offered })
}

/// What is in force under a name.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<InForce>, StoreError> {
    let row: Option<Row> =
        tx.opt("select revision, version, origin, offered from flow where name = $1", args![name]).await?;
    row.map(read).transpose()
}

/// The same, locked until the commit.
pub async fn lock(tx: &mut Tx, name: &str) -> Result<Option<InForce>, StoreError> {
    let row: Option<Row> = tx
        .opt(
            "select revision, version, origin, offered from flow where name = $1 /*pg for update*/",
            args![name],
        )
        .await?;
    row.map(read).transpose()
}

/// A version that comes into force.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Under that name.
    pub name: &'a str,
    /// Which; remembered already.
    pub version: &'a str,
    /// From where.
    pub origin: Origin,
    /// The version that a file brought last.
    pub offered: Option<&'a str>,
    /// Who brings it.
    pub by: &'a str,
    /// Why, if he says so.
    pub why: Option<&'a str>,
}

/// Brings a version into force above a revision (0: nothing was in force under that name); answers its revision. None if
/// another is in force by now.
pub async fn bring(
    tx: &mut Tx,
    new: &New<'_>,
    above: i64,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let (newest,): (i64,) = tx
        .one("select coalesce(max(revision), 0) from flow_revision where name = $1", args![new.name])
        .await?;
    let revision = newest + 1;
    let put = match above {
        0 => {
            tx.execute(
                "insert into flow (name, revision, version, origin, offered) values ($1, $2, $3, $4, $5) \
                 on conflict (name) do nothing",
                args![new.name, revision, new.version, new.origin.name(), new.offered],
            )
            .await?
        }
        above => {
            tx.execute(
                "update flow set revision = $2, version = $3, origin = $4, offered = $5 \
                 where name = $1 and revision = $6",
                args![new.name, revision, new.version, new.origin.name(), new.offered, above],
            )
            .await?
        }
    };
    if put == 0 {
        return Ok(None);
    }
    tx.execute(
        "insert into flow_revision (name, revision, version, origin, brought_at, brought_by, why) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![new.name, revision, new.version, new.origin.name(), now, new.by, new.why],
    )
    .await?;
    Ok(Some(revision))
}

/// Writes down which version a file brought last, where that version is in force already.
pub async fn offered(tx: &mut Tx, name: &str, version: &str) -> Result<(), StoreError> {
    tx.execute("update flow set offered = $2 where name = $1", args![name, version]).await?;
    Ok(())
}

/// What a machine's file of that flow said when it looked last.
pub async fn seen(tx: &mut Tx, node: &str, name: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        tx.opt("select version from flow_seen where node = $1 and name = $2", args![node, name]).await?;
    Ok(row.map(|(version,)| version))
}

/// Writes down what it says.
pub async fn see(tx: &mut Tx, node: &str, name: &str, version: &str) -> Result<(), StoreError> {
    tx.execute(
        "insert into flow_seen (node, name, version) values ($1, $2, $3) \
         on conflict (node, name) do update set version = $3",
        args![node, name, version],
    )
    .await?;
    Ok(())
}

/// What was in force under a name, but for its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Revision {
    /// Counted from 1.
    pub revision: i64,
    /// By its text.
    pub version: String,
    /// From where it came: a name of [`Origin`].
    pub origin: String,
    /// Since when it was in force.
    pub brought_at: Timestamp,
    /// Who brought it, if that was written down.
    pub brought_by: Option<String>,
    /// Why, if he said so.
    pub why: Option<String>,
}

/// What was in force under a name before that revision, the newest first.
pub async fn revisions(tx: &mut Tx, name: &str, before: i64, most: i64) -> Result<Vec<Revision>, StoreError> {
    tx.all(
        "select revision, version, origin, brought_at, brought_by, why from flow_revision \
         where name = $1 and revision < $2 order by revision desc limit $3",
        args![name, before, most],
    )
    .await
}

/// The text of a revision.
pub async fn source(tx: &mut Tx, name: &str, revision: i64) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .opt(
            "select flow_version.source from flow_revision join flow_version \
             on flow_version.version = flow_revision.version \
             where flow_revision.name = $1 and flow_revision.revision = $2",
            args![name, revision],
        )
        .await?;
    Ok(row.map(|(source,)| source))
}
