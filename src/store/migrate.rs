//! The schema's steps from migrations/, which are part of the binary: one text for both databases.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, Migrator};

use super::error::{Failure, StoreError};
use super::postgres::{Pg, uncover};
use super::sqlite::Lite;

/// As they are written, which is as SQLite reads them.
static STEPS: Migrator = sqlx::migrate!();

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
