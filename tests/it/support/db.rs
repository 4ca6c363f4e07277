//! A fresh database for every test, of both kinds: what a store function does, it does on both.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use nightbell::store::{Options, Store};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

/// Where tests/postgres.sh says that its throw-away server is.
const SERVER: &str = "NIGHTBELL_TEST_POSTGRES";

/// Runs a test on a fresh SQLite file and on a fresh PostgreSQL database, both with the schema in place.
pub async fn each_database<F, R>(test: F)
where
    F: Fn(Store) -> R,
    R: Future<Output = ()>,
{
    let folder = tempfile::tempdir().unwrap();
    eprintln!("on SQLite");
    run(folder.path().join("test.db").to_str().unwrap(), &test).await;

    eprintln!("on PostgreSQL");
    let database = FreshPostgres::create().await;
    run(&database.url, &test).await;
    database.drop().await;
}

async fn run<F, R>(url: &str, test: &F)
where
    F: Fn(Store) -> R,
    R: Future<Output = ()>,
{
    let store = Store::open(url, &Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    test(store.clone()).await;
    store.close().await;
}

/// The same with two stores on each database, as two processes have them: neither hears what the other commits.
pub async fn each_database_twice<F, R>(test: F)
where
    F: Fn(Store, Store) -> R,
    R: Future<Output = ()>,
{
    let test = &test;
    let twice = async |url: &str| {
        let other = Store::open(url, &Options::default()).await.unwrap();
        run(url, &|store| test(store, other.clone())).await;
        other.close().await;
    };
    let folder = tempfile::tempdir().unwrap();
    eprintln!("on SQLite");
    twice(folder.path().join("test.db").to_str().unwrap()).await;

    eprintln!("on PostgreSQL");
    let database = FreshPostgres::create().await;
    twice(&database.url).await;
    database.drop().await;
}

/// A PostgreSQL database of a test's own.
pub struct FreshPostgres {
    pub url: String,
    name: String,
}

impl FreshPostgres {
    /// Copies the template that the first test of the process makes, which has the schema: much quicker than to run
    /// every migration again.
    pub async fn create() -> FreshPostgres {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let process = std::process::id();
        let template = TEMPLATE
            .get_or_init(|| async move {
                let name = format!("nightbell_{process}_template");
                administer(&[format!("create database {name}")]).await;
                let store = Store::open(&url_of(&name), &Options::default()).await.unwrap();
                store.migrate().await.unwrap();
                store.close().await;
                name
            })
            .await;
        let name = format!("nightbell_{process}_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        administer(&[format!("create database {name} template {template}")]).await;
        FreshPostgres { url: url_of(&name), name }
    }

    /// The server is thrown away after the run; dropping what is done with keeps its disk small until then.
    pub async fn drop(self) {
        administer(&[format!("drop database {} with (force)", self.name)]).await;
    }
}

async fn administer(statements: &[String]) {
    let options: PgConnectOptions = server().parse().unwrap();
    let mut conn: PgConnection = options.connect().await.unwrap();
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut conn).await.unwrap();
    }
    conn.close().await.unwrap();
}

fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!("{SERVER} is not set: run tests/run, which starts a PostgreSQL for the tests")
    })
}

/// The server's address with another database's name.
fn url_of(database: &str) -> String {
    let mut url = url::Url::parse(&server()).unwrap();
    url.set_path(database);
    url.into()
}
