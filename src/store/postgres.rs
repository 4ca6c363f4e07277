//! PostgreSQL: a pool, and each transaction in a task of its own, so that a caller who hangs up cannot lose the wake-up
//! that follows its commit. Transactions run READ COMMITTED and are run again on what passes by itself. A commit whose
//! answer was lost is run again too; the unique key of what was accepted answers the second run.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Pool, Postgres};

use super::error::{Failure, StoreError};
use super::tx::{Conn, Tx};
use super::wake::{Wake, Wakes};
use super::work::{Job, attempt};
use super::{Options, STATEMENTS};
use crate::clock;
use crate::id::Ids;

/// How long a transaction is tried again and again before its caller is told to.
const PATIENCE: Duration = Duration::from_secs(5);
/// The first wait between two tries, at most; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(4);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_millis(250);
/// How long a connection may lie idle and be trusted unasked.
const TRUSTED: Duration = Duration::from_secs(1);
/// How long a connection that lay idle may take to say that it lives: behind a proxy that froze, all of them are dead.
const SILENCE: Duration = Duration::from_millis(500);
/// What the server enforces by itself, in milliseconds: below the deadline in tx.rs, so that it is the server who ends
/// a slow statement, and so that a node that died holding a lock holds it no longer than this.
const SERVER_LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "4000"),
    ("lock_timeout", "2000"),
    ("idle_in_transaction_session_timeout", "10000"),
];

#[derive(Debug, Clone)]
pub(super) struct Pg {
    pool: Pool<Postgres>,
    options: PgConnectOptions,
    /// Whether statements are prepared under a name: PgBouncer before 1.21 in transaction mode runs the wrong one.
    named: bool,
    wakes: Wakes,
    jitter: Arc<Ids>,
}

impl Pg {
    pub(super) async fn open(url: &str, how: &Options, wakes: Wakes) -> Result<Pg, Failure> {
        let judge = |error: sqlx::Error| Failure::of(&error, "");
        let options: PgConnectOptions = url.parse().map_err(judge)?;
        let options = options.statement_cache_capacity(STATEMENTS);
        // A pooler refuses parameters that it does not know.
        let limited =
            if how.behind_pooler { options.clone() } else { options.clone().options(SERVER_LIMITS) };
        let pool = PgPoolOptions::new()
            .max_connections(how.connections.max(1))
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|conn, idle| {
                Box::pin(async move {
                    if idle.idle_for > TRUSTED {
                        let silent = |_| sqlx::Error::Io(io::ErrorKind::TimedOut.into());
                        tokio::time::timeout(SILENCE, conn.ping()).await.map_err(silent)??;
                    }
                    Ok(true)
                })
            })
            .connect_with(limited)
            .await
            .map_err(judge)?;
        Ok(Pg { pool, options, named: !how.behind_pooler, wakes, jitter: Arc::new(Ids::from_system()) })
    }

    pub(super) async fn write(&self, mut job: Box<dyn Job>) {
        // A standby refuses to write, and so may lead to the new primary when asked again.
        let began = "begin isolation level read committed read write";
        // Somebody wrote the same key a moment earlier, a repeated webhook perhaps: the second run sees what he wrote.
        let collided = AtomicBool::new(false);
        let met = |error: &StoreError| {
            matches!(error, StoreError::Conflict(_)) && !collided.swap(true, Ordering::Relaxed)
        };
        let end = self.until_done(job.as_mut(), began, |failure| failure.again || met(&failure.error)).await;
        job.answer(end.map(|news| self.wakes.pass_on(news)).map_err(StoreError::from));
    }

    /// One snapshot for all that the job reads.
    pub(super) async fn read(&self, mut job: Box<dyn Job>) {
        let began = "begin isolation level repeatable read read only";
        let end = self.until_done(job.as_mut(), began, |failure| failure.again && !failure.read_only).await;
        job.answer(end.map(|_| ()).map_err(|failure| match failure.error {
            StoreError::Busy(why) if failure.read_only => StoreError::Fault(why),
            error => error,
        }));
    }

    async fn until_done(
        &self,
        job: &mut dyn Job,
        begin: &'static str,
        again: impl Fn(&Failure) -> bool,
    ) -> Result<Vec<Wake>, Failure> {
        let end_of_patience = clock::monotonic() + PATIENCE;
        let mut longest = FIRST_WAIT;
        loop {
            match self.once(job, begin).await {
                Err(failure) if again(&failure) && clock::monotonic() < end_of_patience => {
                    self.pause(longest).await;
                    longest = (longest * 2).min(LONGEST_WAIT);
                }
                end => return end,
            }
        }
    }

    async fn once(&self, job: &mut dyn Job, begin: &'static str) -> Result<Vec<Wake>, Failure> {
        let conn = self.pool.acquire().await.map_err(|error| Failure::of(&error, ""))?;
        let mut tx = Tx::new(Conn::Postgres { conn, named: self.named });
        let end = async {
            tx.control(begin).await?;
            let end = attempt(job, &mut tx).await;
            match end {
                Ok(_) => tx.control("commit").await?,
                Err(ref failure) if failure.broken => {}
                // What the caller is told is why it was rolled back; a connection that cannot even do that is closed.
                Err(_) if tx.control("rollback").await.is_err() => tx.discard(),
                Err(_) => {}
            }
            end
        }
        .await;
        if end.as_ref().is_err_and(|failure| failure.broken) {
            tx.discard();
        }
        end
    }

    /// Waits a random part of `longest`, so that those who collided do not meet again.
    #[expect(
        clippy::disallowed_methods,
        reason = "a lock in a real database is not freed by a Clock that was moved"
    )]
    async fn pause(&self, longest: Duration) {
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        tokio::time::sleep(Duration::from_micros(self.jitter.below(micros))).await;
    }

    pub(super) async fn ping(&self) -> Result<(), Failure> {
        let ask = sqlx::raw_sql("select 1").execute(&self.pool);
        match tokio::time::timeout(PATIENCE, ask).await {
            Ok(answer) => answer.map(|_| ()).map_err(|error| Failure::of(&error, "")),
            Err(_) => Err(Failure::lost("the server did not answer in time")),
        }
    }

    /// A connection of its own without the limits of the others, for migrations.
    pub(super) async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        self.options.connect().await
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// What PostgreSQL reads of a text that both databases share: `/*pg for update*/` becomes `for update`.
pub(super) fn uncover(sql: &str) -> Cow<'_, str> {
    if !sql.contains("/*pg ") {
        return Cow::Borrowed(sql);
    }
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, covered)) = rest.split_once("/*pg ") {
        out.push_str(before);
        let (bare, after) = covered.split_once("*/").unwrap_or((covered, ""));
        out.push_str(bare);
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_is_uncovered() {
        for (shared, own) in [
            ("select 1", "select 1"),
            ("select 1 /* a remark */", "select 1 /* a remark */"),
            (
                "select a from t limit $1 /*pg for update skip locked*/",
                "select a from t limit $1 for update skip locked",
            ),
            ("a /*pg b */c/*pg d*/", "a b cd"),
        ] {
            assert_eq!(uncover(shared), own);
        }
    }
}
