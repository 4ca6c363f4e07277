//! The store keeps its promises on both databases.

use nightbell::args;
use nightbell::store::{Store, StoreError, Tx};

use crate::support::db::each_database;

async fn create(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    tx.execute("create table counters (id text primary key, n bigint not null)", args![]).await?;
    tx.execute("insert into counters (id, n) values ($1, $2)", args!["a", 0]).await?;
    Ok(())
}

async fn increment(tx: &mut Tx, id: &String) -> Result<i64, StoreError> {
    let (n,): (i64,) = tx.one("select n from counters where id = $1 /*pg for update*/", args![id]).await?;
    tx.execute("update counters set n = $2 where id = $1", args![id, n + 1]).await?;
    Ok(n + 1)
}

async fn count(tx: &mut Tx, id: &String) -> Result<i64, StoreError> {
    let (n,) = tx.one::<(i64,)>("select n from counters where id = $1", args![id]).await?;
    Ok(n)
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_read_modify_writes_lose_nothing() {
    each_database(|store: Store| async move {
        store.write(create, ()).await.unwrap();
        let all: Vec<_> = (0..200)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.write(increment, "a".to_owned()).await })
            })
            .collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
        assert_eq!(store.read(count, "a".to_owned()).await, Ok(200));
    })
    .await;
}
