//! The schema's steps from migrations/, which are part of the binary: one text for both databases.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, Migrator};

use super::error::{Failure, StoreError};
use super::postgres::{Pg, uncover};
use super::sqlite::Lite;
use super::{Tx, args};

/// As they are written, which is as SQLite reads them.
static STEPS: Migrator = sqlx::migrate!();

/// How a database's schema stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It lacks steps that this program needs.
    Behind,
    /// It is the one that this program was built with.
    Current,
    /// It has steps that this program does not know.
    Ahead,
}

/// Compares the steps that were taken with ours; `taken` fails where none ever was.
pub(super) fn judge_steps(taken: Result<Vec<(i64,)>, StoreError>) -> Schema {
    let taken: Vec<i64> = taken.unwrap_or_default().into_iter().map(|(version,)| version).collect();
    if taken.iter().any(|version| STEPS.iter().all(|step| step.version != *version)) {
        Schema::Ahead
    } else if STEPS.iter().all(|step| taken.contains(&step.version)) {
        Schema::Current
    } else {
        Schema::Behind
    }
}

pub(super) async fn steps_taken(tx: &mut Tx, (): &()) -> Result<Vec<(i64,)>, StoreError> {
    tx.all("select version from _sqlx_migrations", args![]).await
}

pub(super) async fn sqlite(lite: &Lite) -> Result<(), StoreError> {
    let mut conn = lite.connect().await.map_err(judge)?;
    STEPS.run_direct(None, &mut conn, false).await.map_err(explain)
}

pub(super) async fn postgres(pg: &Pg) -> Result<(), StoreError> {
    let mut conn = pg.connect().await.map_err(judge)?;
    // The checksum stays that of the file, so that both databases agree on what a step is.
    let uncovered = |step: &Migration| Migration {
        sql: AssertSqlSafe(uncover(step.sql.as_str()).into_owned()).into_sql_str(),
        ..step.clone()
    };
    let steps =
        Migrator { migrations: Cow::Owned(STEPS.iter().map(uncovered).collect()), ..Migrator::DEFAULT };
    steps.run_direct(None, &mut conn, false).await.map_err(explain)
}

fn judge(error: sqlx::Error) -> StoreError {
    Failure::of(&error, "").error
}

fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => Failure::of(&error, "migrations").error,
        MigrateError::ExecuteMigration(error, version) => {
            Failure::of(&error, &format!("migration {version}")).error
        }
        MigrateError::VersionMissing(version) => StoreError::Fault(format!(
            "the database has step {version} of the schema, which this version of Nightbell does not know"
        )),
        other => StoreError::Fault(format!("the schema could not be brought up to date: {other}")),
    }
}
