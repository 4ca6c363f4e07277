//! The store: all SQL, one text for SQLite and PostgreSQL. The rest of Nightbell hands it plain async functions over a
//! [`Tx`] and gets back what they answer once it is durable:
//!
//! ```no_run
//! # use nightbell::{args, store::{Store, StoreError, Tx}};
//! async fn rename(tx: &mut Tx, (id, name): &(String, String)) -> Result<u64, StoreError> {
//!     tx.execute("update desks set name = $2 where id = $1", args![id, name]).await
//! }
//! # async fn example(store: Store) -> Result<(), StoreError> {
//! let rows = store.write(rename, ("d1".into(), "reservations".into())).await?;
//! # Ok(()) }
//! ```
//!
//! Locks are taken in one order everywhere: desk → draft → cover → call → escalation → tickets by id → page → outbox → audit head →
//! accounts, sessions and invitations. Traps that one text for two databases has: `sum(bigint)` is numeric on PostgreSQL, so cast
//! it; `returning` has no order; a yes or no is a number (`select count(*)`, not `exists`); a null that is read as a
//! plain `i64` is an error on PostgreSQL and 0 on SQLite, so read it as an `Option`.

pub mod account;
pub mod audit;
pub mod call;
pub mod cover;
pub mod cover_told;
pub mod desk;
pub mod draft;
mod error;
pub mod feed;
pub mod flow;
pub mod gap_notice;
pub mod idempotency;
pub mod inbox;
pub mod instance;
pub mod invitation;
pub mod leave;
pub mod leave_calendar;
mod migrate;
pub mod mute;
pub mod number_check;
pub mod openid;
pub mod outbox;
mod postgres;
pub mod recording;
pub mod report;
pub mod session;
mod sqlite;
pub mod ticket;
pub mod tickets;
pub mod token;
mod tx;
mod value;
mod wake;
mod work;

use std::path::Path;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::task::TaskTracker;

pub use crate::args;
pub use error::StoreError;
pub use migrate::Schema;
pub use tx::Tx;
pub use value::{Argument, Row, Value, writable};
pub use wake::{Claimed, Wake};
pub use work::Work;

use postgres::Pg;
use sqlite::Lite;
use wake::Wakes;

/// Prepared statements that a connection keeps: enough for every one in the source.
const STATEMENTS: usize = 512;

/// What is chosen when a store is opened, beyond its address. SQLite needs none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Connections to PostgreSQL at most.
    pub connections: u32,
    /// A pooler in transaction mode (PgBouncer) stands before PostgreSQL: statements are not kept there by name, at
    /// about half the speed, and the server's own limits on time are the pooler's to set.
    pub behind_pooler: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { connections: 16, behind_pooler: false }
    }
}

/// The database. Cheap to clone; every clone is the same store.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    wakes: Wakes,
    /// What runs on behalf of callers, who may be gone.
    tasks: TaskTracker,
}

#[derive(Debug, Clone)]
enum Backend {
    Sqlite(Lite),
    Postgres(Pg),
}

impl Store {
    /// Opens `sqlite:path`, a plain path (the file is made if there is none; its folder must exist), or
    /// `postgres://…`. The schema is left as it is: [`Store::migrate`].
    pub async fn open(url: &str, options: &Options) -> Result<Store, StoreError> {
        let wakes = Wakes::default();
        let backend = match Address::parse(url)? {
            Address::Server => Backend::Postgres(Pg::open(url, options, wakes.clone()).await?),
            Address::File(path) => Backend::Sqlite(Lite::open(path, wakes.clone()).await?),
        };
        Ok(Store { backend, wakes, tasks: TaskTracker::new() })
    }

    /// Brings the schema up to date; does nothing where it is.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(lite) => migrate::sqlite(lite).await,
            Backend::Postgres(pg) => migrate::postgres(pg).await,
        }
    }

    /// Whether the schema is the one that this program was built with.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        self.ping().await?;
        Ok(migrate::judge_steps(self.read(migrate::steps_taken, ()).await))
    }

    /// Runs a transaction, again if need be, and answers when what it wrote is durable. Whoever stops waiting stops
    /// nothing: it is finished, and the engine hears of it.
    pub async fn write<F, I, O>(&self, function: F, input: I) -> Result<O, StoreError>
    where
        F: for<'a> Work<'a, I, O> + 'static,
        I: Send + Sync + 'static,
        O: Send + 'static,
    {
        let (job, answer) = work::pack(function, input);
        match &self.backend {
            Backend::Sqlite(lite) => lite.write(job).await,
            Backend::Postgres(pg) => {
                let pg = pg.clone();
                self.tasks.spawn(async move { pg.write(job).await });
            }
        }
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Runs a function on one snapshot of the database, where writing is refused ([`StoreError::Fault`]); its wake-ups
    /// are forgotten.
    pub async fn read<F, I, O>(&self, function: F, input: I) -> Result<O, StoreError>
    where
        F: for<'a> Work<'a, I, O> + 'static,
        I: Send + Sync + 'static,
        O: Send + 'static,
    {
        let (job, answer) = work::pack(function, input);
        let backend = self.backend.clone();
        self.tasks.spawn(async move {
            match backend {
                Backend::Sqlite(lite) => lite.read(job).await,
                Backend::Postgres(pg) => pg.read(job).await,
            }
        });
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// What transactions tell the engine, from now on. There is one listener: a later call takes over; with none, the
    /// news is dropped.
    pub fn wakes(&self) -> UnboundedReceiver<Wake> {
        self.wakes.listen()
    }

    /// Changes after each commit of this process, for whoever shows what stands in the database.
    pub fn commits(&self) -> tokio::sync::watch::Receiver<u64> {
        self.wakes.commits()
    }

    /// Tells the engine of something that stands in no table.
    pub fn announce(&self, wake: Wake) {
        self.wakes.pass_on([wake]);
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(lite) => lite.ping().await?,
            Backend::Postgres(pg) => pg.ping().await?,
        }
        Ok(())
    }

    /// Finishes what is under way and closes the database; later calls answer [`StoreError::Busy`].
    pub async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        match &self.backend {
            Backend::Sqlite(lite) => lite.close().await,
            Backend::Postgres(pg) => pg.close().await,
        }
    }
}

/// Which database an address means.
#[derive(Debug, PartialEq, Eq)]
enum Address<'a> {
    Server,
    File(&'a Path),
}

impl Address<'_> {
    fn parse(url: &str) -> Result<Address<'_>, StoreError> {
        let refuse = |why: &str| {
            Err(StoreError::Fault(format!(
                "{why}; a database's address is sqlite:PATH, a path, or postgres://…"
            )))
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Address::Server);
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        match path {
            "" => refuse("the address is empty"),
            // Each connection would have a database of its own.
            ":memory:" => refuse("a database in memory keeps nothing"),
            _ if path.contains("://") => refuse("this kind of database is not known"),
            _ => Ok(Address::File(Path::new(path))),
        }
    }
}

fn closed() -> StoreError {
    StoreError::Busy("the store is closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, path) in [
            ("sqlite:data/night.db", "data/night.db"),
            ("sqlite:///var/lib/night.db", "/var/lib/night.db"),
            ("night.db", "night.db"),
        ] {
            assert_eq!(Address::parse(url), Ok(Address::File(Path::new(path))), "{url}");
        }
        assert_eq!(Address::parse("postgres://night@db.example.org/night"), Ok(Address::Server));
        for url in ["", "sqlite:", ":memory:", "sqlite::memory:", "mysql://db.example.org/night"] {
            assert!(matches!(Address::parse(url), Err(StoreError::Fault(_))), "{url}");
        }
    }
}
