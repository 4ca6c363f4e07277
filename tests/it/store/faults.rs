//! What a database does to its users: fills up, is locked, goes away, ties two of them into a knot.

use futures_util::FutureExt;
use futures_util::future::join_all;
use nightbell::args;
use nightbell::store::{Options, Store, StoreError, Tx};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::{add_counter, counters, increment, value_of, with_tables};
use crate::support::db::{FreshPostgres, each_database};

/// SQLite alone has a file that can be full: its last page stands in for the disk's.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_makes_everybody_try_again_and_keeps_no_half() {
    async fn no_more_pages(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
        // The pragma cannot go below what is there, so this leaves no page to spare.
        tx.all::<(i64,)>("pragma max_page_count = 1", args![]).await.map(|_| ())
    }
    async fn fill(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
        add_counter(tx, id).await?;
        let id = format!("{id}{}", "x".repeat(100_000));
        add_counter(tx, &id).await
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("full.db");
    let store = with_tables(Store::open(file.to_str().unwrap(), &Options::default()).await.unwrap()).await;
    store.write(no_more_pages, ()).await.unwrap();

    let mut kept = vec!["first".to_owned()];
    let ids = || (0..50).map(|n| format!("{n:02}"));
    let ends = join_all(ids().enumerate().map(|(n, id)| {
        if n == 20 { store.write(fill, id).boxed() } else { store.write(add_counter, id).boxed() }
    }))
    .await;
    assert!(matches!(&ends[20], Err(StoreError::Busy(_))), "{:?}", ends[20]);
    for (id, end) in ids().zip(ends) {
        match end {
            Ok(()) => kept.push(id),
            Err(StoreError::Busy(_)) => {}
            Err(other) => panic!("{id}: {other}"),
        }
    }
    kept.sort();
    assert_eq!(store.read(counters, ()).await, Ok(kept));
    // It goes on by itself as soon as there is room.
    assert_eq!(store.write(increment, "first".to_owned()).await, Ok(1));
    store.close().await;
}

/// The wait for the lock is the store's own, and real.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_another_process_holds_means_try_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("held.db");
    let store = with_tables(Store::open(file.to_str().unwrap(), &Options::default()).await.unwrap()).await;
    let mut other = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::raw_sql("begin immediate").execute(&mut other).await.unwrap();
    let ends = join_all((0..3).map(|_| store.write(increment, "first".to_owned()))).await;
    assert!(ends.iter().all(|end| matches!(end, Err(StoreError::Busy(_)))), "{ends:?}");
    assert_eq!(store.read(value_of, "first".to_owned()).await, Ok(Some(0)), "readers wait for nobody");
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    assert_eq!(store.write(increment, "first".to_owned()).await, Ok(1));
    other.close().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_postgres_is_met_by_trying_again() {
    async fn end_all_connections(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
        let others = "select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()) ended";
        tx.one::<(i64,)>(others, args![]).await.map(|_| ())
    }
    let database = FreshPostgres::create().await;
    let store = with_tables(Store::open(&database.url, &Options::default()).await.unwrap()).await;
    let other = Store::open(&database.url, &Options::default()).await.unwrap();
    for round in 1..=3 {
        // As many connections as the pool may have, all of them dead at the next round.
        join_all((0..32).map(|_| store.write(increment, "first".to_owned()))).await;
        other.read(end_all_connections, ()).await.unwrap();
        assert_eq!(store.write(increment, "first".to_owned()).await, Ok(round * 33));
        assert!(store.read(counters, ()).await.is_ok());
    }
    store.close().await;
    other.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_behind_a_pooler_keeps_no_statements() {
    async fn kept(tx: &mut Tx, _: &()) -> Result<i64, StoreError> {
        let (n,) = tx.one("select count(*) from pg_prepared_statements where name <> ''", args![]).await?;
        Ok(n)
    }
    let database = FreshPostgres::create().await;
    for (behind_pooler, some) in [(true, false), (false, true)] {
        let store = Store::open(&database.url, &Options { connections: 1, behind_pooler }).await.unwrap();
        if behind_pooler {
            with_tables(store.clone()).await;
        }
        store.write(increment, "first".to_owned()).await.unwrap();
        assert_eq!(store.read(kept, ()).await.unwrap() > 0, some);
        store.close().await;
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlocks_are_untied() {
    /// Takes two counters in the order given, which is the mistake that the one order of locks forbids.
    async fn both(tx: &mut Tx, order: &[&'static str; 2]) -> Result<(), StoreError> {
        for id in order {
            increment(tx, &(*id).to_owned()).await?;
        }
        Ok(())
    }
    each_database(|store| async move {
        let store = with_tables(store).await;
        store.write(add_counter, "second".to_owned()).await.unwrap();
        let orders = [["first", "second"], ["second", "first"]];
        let ends = join_all((0..10).map(|n| store.write(both, orders[n % 2]))).await;
        let done = ends.iter().filter(|end| end.is_ok()).count();
        assert!(ends.iter().all(|end| matches!(end, Ok(()) | Err(StoreError::Busy(_)))), "{ends:?}");
        assert_eq!(store.read(value_of, "first".to_owned()).await, Ok(i64::try_from(done).ok()));
        assert_eq!(store.read(value_of, "second".to_owned()).await, Ok(i64::try_from(done).ok()));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("no-such-folder/night.db");
    let error = Store::open(file.to_str().unwrap(), &Options::default()).await.unwrap_err();
    assert!(error.to_string().contains("no-such-folder/night.db: "), "{error}");
}
