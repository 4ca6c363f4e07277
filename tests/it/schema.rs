//! How a database's schema stands to the program.

use nightbell::args;
use nightbell::store::{Options, Schema, Store, StoreError, Tx};

use crate::support::db::each_database;

async fn take_a_step_of_the_future(tx: &mut Tx, (): &()) -> Result<u64, StoreError> {
    tx.execute(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         select 9999, 'of the future', success, checksum, 0 from _sqlx_migrations where version = 1",
        args![],
    )
    .await
}

#[tokio::test]
async fn a_schema_is_current_or_ahead() {
    each_database(|store| async move {
        assert_eq!(store.schema().await, Ok(Schema::Current));
        store.write(take_a_step_of_the_future, ()).await.unwrap();
        assert_eq!(store.schema().await, Ok(Schema::Ahead));
    })
    .await;
}

#[tokio::test]
async fn an_empty_database_is_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.db");
    let store = Store::open(file.to_str().unwrap(), &Options::default()).await.unwrap();
    assert_eq!(store.schema().await, Ok(Schema::Behind));
    store.migrate().await.unwrap();
    assert_eq!(store.schema().await, Ok(Schema::Current));
    store.close().await;
}
