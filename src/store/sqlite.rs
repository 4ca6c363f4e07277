//! SQLite: one task owns the one writing connection and commits in groups, so that up to [`GROUP`] transactions share
//! one flush of the disk; reads have a pool of their own that cannot write. SQLite lets one writer in at a time: a pool of
//! writers makes them stumble over each other's locks for hundreds of milliseconds.

use std::path::Path;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Pool, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::STATEMENTS;
use super::error::{Failure, StoreError};
use super::tx::{Conn, Tx};
use super::wake::{Wake, Wakes};
use super::work::{Job, attempt};

/// The most transactions that share a commit.
const GROUP: usize = 256;
/// The most that wait for the writer; more wait to be let into the queue.
const QUEUE: usize = 4 * GROUP;
/// Readers at once.
const READERS: u32 = 4;
/// How long a lock that another process holds is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(4);
/// Older ones can corrupt a write-ahead log that two connections reset at once (<https://sqlite.org/wal.html>).
const OLDEST: (u32, u32, u32) = (3, 51, 3);

#[derive(Debug, Clone)]
pub(super) struct Lite {
    queue: mpsc::Sender<Message>,
    readers: Pool<Sqlite>,
    options: SqliteConnectOptions,
}

enum Message {
    Write(Box<dyn Job>),
    /// Finish what is queued, then close.
    Stop(oneshot::Sender<()>),
}

impl Lite {
    pub(super) async fn open(path: &Path, wakes: Wakes) -> Result<Lite, Failure> {
        let judge = |error: sqlx::Error| {
            Failure::fault(format!("{}: {}", path.display(), Failure::of(&error, "").error))
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(LOCK_WAIT)
            .statement_cache_capacity(STATEMENTS);
        let writer = forever(1).connect_with(options.clone()).await.map_err(judge)?;
        let (version,): (String,) =
            sqlx::query_as("select sqlite_version()").fetch_one(&writer).await.map_err(judge)?;
        if !new_enough(&version) {
            let (major, minor, patch) = OLDEST;
            return Err(Failure::fault(format!(
                "SQLite {version} can corrupt its log; {major}.{minor}.{patch} or newer is needed"
            )));
        }
        let readers =
            forever(READERS).connect_with(options.clone().pragma("query_only", "on")).await.map_err(judge)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(serve(writer, waiting, wakes));
        Ok(Lite { queue, readers, options })
    }

    pub(super) async fn write(&self, job: Box<dyn Job>) {
        if let Err(mpsc::error::SendError(Message::Write(job))) = self.queue.send(Message::Write(job)).await {
            job.answer(Err(StoreError::Busy("the store is closed".into())));
        }
    }

    /// One snapshot for all that the job reads.
    pub(super) async fn read(&self, mut job: Box<dyn Job>) {
        let end = match self.readers.acquire().await {
            Err(error) => Err(Failure::of(&error, "")),
            Ok(conn) => {
                let mut tx = Tx::new(Conn::Sqlite(conn));
                let end = match tx.control("begin").await {
                    Ok(()) => attempt(job.as_mut(), &mut tx).await,
                    Err(failure) => Err(failure),
                };
                if tx.control("rollback").await.is_err() {
                    tx.discard();
                }
                end
            }
        };
        job.answer(end.map(|_| ()).map_err(StoreError::from));
    }

    pub(super) async fn ping(&self) -> Result<(), Failure> {
        let ask = sqlx::query("select 1").execute(&self.readers);
        ask.await.map(|_| ()).map_err(|error| Failure::of(&error, ""))
    }

    /// A writing connection of its own, for migrations.
    pub(super) async fn connect(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.options.connect().await
    }

    pub(super) async fn close(&self) {
        // The readers first: the last connection to close folds the log into the file, and must be one that may write.
        self.readers.close().await;
        let (stopped, wait) = oneshot::channel();
        if self.queue.send(Message::Stop(stopped)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

/// A pool whose connections are kept: a file does not go away, and opening one costs its page cache.
fn forever(connections: u32) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(LOCK_WAIT)
}

fn new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST
}

/// The writer: takes what waits, up to a group, commits it, answers; until nobody can ask any more.
async fn serve(pool: Pool<Sqlite>, mut waiting: mpsc::Receiver<Message>, wakes: Wakes) {
    let mut conn = None;
    let mut messages = Vec::with_capacity(GROUP);
    let mut stopped = Vec::new();
    while waiting.recv_many(&mut messages, GROUP).await > 0 {
        let mut group = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Write(job) => group.push(job),
                Message::Stop(answer) => {
                    waiting.close();
                    stopped.push(answer);
                }
            }
        }
        if conn.is_none() {
            match pool.acquire().await {
                Ok(opened) => conn = Some(Tx::new(Conn::Sqlite(opened))),
                Err(error) => tell_all(group.drain(..), &Failure::of(&error, "").error),
            }
        }
        if let Some(tx) = &mut conn
            && !write_group(tx, group, &wakes).await
        {
            tx.discard();
            conn = None;
        }
    }
    drop(conn);
    pool.close().await;
    for answer in stopped {
        let _ = answer.send(());
    }
}

/// Writes a group and answers all of it; false if the connection is no longer to be used.
async fn write_group(tx: &mut Tx, mut group: Vec<Box<dyn Job>>, wakes: &Wakes) -> bool {
    match together(tx, &mut group).await {
        Ok(ends) => answer_each(group, ends, wakes),
        // Only a commit can meet a constraint here, one that was deferred. Whose it is shows when each runs alone.
        Err(failure) if matches!(failure.error, StoreError::Conflict(_)) && group.len() > 1 => {
            give_up(tx).await;
            for job in group {
                let mut alone = vec![job];
                match together(tx, &mut alone).await {
                    Ok(ends) => answer_each(alone, ends, wakes),
                    Err(failure) => {
                        give_up(tx).await;
                        tell_all(alone, &failure.error);
                    }
                }
            }
        }
        Err(failure) => {
            give_up(tx).await;
            tell_all(group, &failure.error);
            return !failure.broken;
        }
    }
    true
}

/// Runs every job in one transaction, each in a savepoint, and commits. Answers how each ended; an error is the whole
/// group's, and nothing of it was kept.
async fn together(
    tx: &mut Tx,
    group: &mut [Box<dyn Job>],
) -> Result<Vec<Result<Vec<Wake>, Failure>>, Failure> {
    // Each statement is a trip to the connection's thread: a job alone needs no savepoint, a savepoint that was rolled
    // back to still stands for the next job, and the commit releases the last one.
    if let [job] = group {
        tx.control("begin immediate").await?;
        let end = attempt(job.as_mut(), tx).await;
        match end {
            Ok(_) => tx.control("commit").await?,
            Err(_) => give_up(tx).await,
        }
        return Ok(vec![end]);
    }
    tx.control("begin immediate; savepoint one").await?;
    let mut ends = Vec::with_capacity(group.len());
    for job in group {
        let end = attempt(job.as_mut(), tx).await;
        let next = if end.is_ok() { "release one; savepoint one" } else { "rollback to one" };
        // A full disk or a failed read makes SQLite roll back everything at once, and the savepoint is gone with it.
        tx.control(next).await.map_err(|failure| Failure::lost_group(&failure))?;
        ends.push(end);
    }
    tx.control("commit").await?;
    Ok(ends)
}

/// Rolls back what there is, if SQLite has not done so by itself.
async fn give_up(tx: &mut Tx) {
    let _ = tx.control("rollback").await;
}

fn answer_each(group: Vec<Box<dyn Job>>, ends: Vec<Result<Vec<Wake>, Failure>>, wakes: &Wakes) {
    for (job, end) in group.into_iter().zip(ends) {
        let end = end.map(|news| wakes.pass_on(news)).map_err(StoreError::from);
        job.answer(end);
    }
}

fn tell_all(group: impl IntoIterator<Item = Box<dyn Job>>, error: &StoreError) {
    for job in group {
        job.answer(Err(error.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_can_corrupt_a_log_are_refused() {
        for (version, good) in [
            ("3.51.3", true),
            ("3.51.2", false),
            ("3.52.0", true),
            ("3.9.9", false),
            ("4.0.0", true),
            ("", false),
        ] {
            assert_eq!(new_enough(version), good, "{version}");
        }
    }
}
