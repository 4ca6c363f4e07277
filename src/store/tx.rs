//! A transaction that is under way, the same on both databases: one SQL text with `$n`, and a few arguments.

use std::future::Future;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use super::error::{Failure, StoreError};
use super::postgres::uncover;
use super::value::{Row, Value, bind};
use super::wake::Wake;

/// The longest that one statement may take on PostgreSQL, as seen from here: a server that is frozen says nothing.
const STATEMENT_DEADLINE: Duration = Duration::from_secs(5);

/// A transaction under way. It owns its connection, so it has neither a lifetime nor a driver's name, and it refuses
/// everything after its first error, so that nobody can half-finish what one database would undo and the other keep.
///
/// Use it from a plain function, `async fn accept_call(tx: &mut Tx, input: &AcceptCall) -> Result<Answer, StoreError>`,
/// that awaits nothing but its `Tx`, may run more than once, and takes ids, time and chance from its input.
///
/// A read that leads to a write ends in `/*pg for update*/`: SQLite has one writer and skips the comment, on
/// PostgreSQL the lock keeps two such transactions from overwriting each other.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    failed: Option<Failure>,
    wakes: Vec<Wake>,
}

/// The connection beneath.
#[derive(Debug)]
pub(super) enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres {
        conn: PoolConnection<Postgres>,
        /// Whether statements are prepared under a name and kept; not through a transaction pooler.
        named: bool,
    },
}

impl Tx {
    /// Runs a statement; answers how many rows it wrote.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, StoreError> {
        self.refuse_after_failure()?;
        let done = match &mut self.conn {
            Conn::Sqlite(conn) => async {
                let args = bind::<Sqlite>(args).map_err(sqlx::Error::Encode)?;
                Ok(sqlx::query_with(sql, args).execute(&mut **conn).await?.rows_affected())
            }
            .await
            .map_err(|error: sqlx::Error| Failure::of(&error, sql)),
            Conn::Postgres { conn, named } => {
                within_deadline(sql, async {
                    let args = bind::<Postgres>(args).map_err(sqlx::Error::Encode)?;
                    let query = sqlx::query_with(AssertSqlSafe(uncover(sql)), args).persistent(*named);
                    Ok(query.execute(&mut **conn).await?.rows_affected())
                })
                .await
            }
        };
        self.remember(done)
    }

    /// Every row that a statement answers.
    pub async fn all<T: Row>(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<T>, StoreError> {
        self.refuse_after_failure()?;
        let rows = match &mut self.conn {
            Conn::Sqlite(conn) => async {
                let args = bind::<Sqlite>(args).map_err(sqlx::Error::Encode)?;
                sqlx::query_as_with(sql, args).fetch_all(&mut **conn).await
            }
            .await
            .map_err(|error: sqlx::Error| Failure::of(&error, sql)),
            Conn::Postgres { conn, named } => {
                within_deadline(sql, async {
                    let args = bind::<Postgres>(args).map_err(sqlx::Error::Encode)?;
                    let query = sqlx::query_as_with(AssertSqlSafe(uncover(sql)), args).persistent(*named);
                    query.fetch_all(&mut **conn).await
                })
                .await
            }
        };
        self.remember(rows)
    }

    /// The row that a statement answers, if it answers one. A statement that may find several says `limit 1`.
    pub async fn opt<T: Row>(
        &mut self,
        sql: &'static str,
        args: Vec<Value>,
    ) -> Result<Option<T>, StoreError> {
        let mut rows = self.all(sql, args).await?;
        if rows.len() > 1 {
            return self
                .remember(Err(Failure::fault(format!("one row was asked for, several came: `{sql}`"))));
        }
        Ok(rows.pop())
    }

    /// The row that must be there; [`StoreError::NotFound`] if it is not, which ends the transaction as any error does.
    pub async fn one<T: Row>(&mut self, sql: &'static str, args: Vec<Value>) -> Result<T, StoreError> {
        match self.opt(sql, args).await? {
            Some(row) => Ok(row),
            None => self.remember(Err(Failure::not_found())),
        }
    }

    /// Tells the engine, once this is committed.
    pub fn wake(&mut self, wake: Wake) {
        self.wakes.push(wake);
    }

    pub(super) fn new(conn: Conn) -> Tx {
        Tx { conn, failed: None, wakes: Vec::new() }
    }

    /// A statement of the store itself (begin, savepoint, commit …), whether or not the transaction failed.
    pub(super) async fn control(&mut self, sql: &'static str) -> Result<(), Failure> {
        match &mut self.conn {
            Conn::Sqlite(conn) => sqlx::raw_sql(sql)
                .execute(&mut **conn)
                .await
                .map(|_| ())
                .map_err(|error| Failure::of(&error, sql)),
            Conn::Postgres { conn, .. } => {
                within_deadline(sql, async { sqlx::raw_sql(sql).execute(&mut **conn).await.map(|_| ()) })
                    .await
            }
        }
    }

    /// What went wrong and what is to be told, as if the transaction had just begun again.
    pub(super) fn reset(&mut self) -> (Option<Failure>, Vec<Wake>) {
        (self.failed.take(), std::mem::take(&mut self.wakes))
    }

    /// The connection goes nowhere any more: closes it instead of giving it back.
    pub(super) fn discard(&mut self) {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.close_on_drop(),
            Conn::Postgres { conn, .. } => conn.close_on_drop(),
        }
    }

    fn refuse_after_failure(&self) -> Result<(), StoreError> {
        self.failed.as_ref().map_or(Ok(()), |failure| Err(failure.error.clone()))
    }

    fn remember<T>(&mut self, done: Result<T, Failure>) -> Result<T, StoreError> {
        done.map_err(|failure| {
            let error = failure.error.clone();
            self.failed = Some(failure);
            error
        })
    }
}

async fn within_deadline<T>(
    sql: &'static str,
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(STATEMENT_DEADLINE, statement).await {
        Ok(done) => done.map_err(|error| Failure::of(&error, sql)),
        Err(_) => Err(Failure::lost("the server did not answer in time")),
    }
}
