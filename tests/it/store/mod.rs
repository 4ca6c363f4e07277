//! The store keeps its promises, on both databases.

mod agents;
mod domain;
mod faults;
mod outbox;
mod plans;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use nightbell::args;
use nightbell::clock::Timestamp;
use nightbell::id::Id;
use nightbell::store::{Claimed, Options, Store, StoreError, Tx, Wake};
use tokio::sync::Semaphore;

use crate::support::db::{FreshPostgres, each_database};

/// A table to play with: counters, and notes that belong to one.
async fn create_tables(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    tx.execute("create table counters (id text constraint one_each primary key, n bigint not null)", args![])
        .await?;
    tx.execute(
        "create table notes (
            id text primary key,
            counter text not null references counters (id) deferrable initially deferred
        )",
        args![],
    )
    .await?;
    add_counter(tx, &"first".to_owned()).await
}

async fn add_counter(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
    tx.execute("insert into counters (id, n) values ($1, $2)", args![id, 0]).await?;
    Ok(())
}

async fn increment(tx: &mut Tx, id: &String) -> Result<i64, StoreError> {
    let (n,): (i64,) = tx.one("select n from counters where id = $1 /*pg for update*/", args![id]).await?;
    tx.execute("update counters set n = $2 where id = $1", args![id, n + 1]).await?;
    Ok(n + 1)
}

async fn value_of(tx: &mut Tx, id: &String) -> Result<Option<i64>, StoreError> {
    let row: Option<(i64,)> = tx.opt("select n from counters where id = $1", args![id]).await?;
    Ok(row.map(|(n,)| n))
}

async fn counters(tx: &mut Tx, _: &()) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = tx.all("select id from counters order by id", args![]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How the transaction of a [`Step`] goes wrong, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Well,
    Returns,
    Panics,
    Conflicts,
    /// Goes on after a conflict as if nothing had been.
    Swallows,
    /// Breaks a constraint that is looked at only when it commits.
    Dangles,
}

struct Step {
    id: String,
    turn: Turn,
    /// It waits here before it ends, holding its transaction open.
    gate: Option<Arc<Semaphore>>,
}

impl Step {
    fn new(id: impl Into<String>, turn: Turn) -> Step {
        Step { id: id.into(), turn, gate: None }
    }
}

/// Adds a counter and wakes the engine with its id; then takes its turn.
async fn step(tx: &mut Tx, input: &Step) -> Result<String, StoreError> {
    let wake = Claimed {
        id: input.id.clone(),
        fence: 1,
        lease_until: Timestamp(0),
        asked_at: Timestamp(0),
        doubtful: false,
        payload: "{}".into(),
    };
    tx.wake(Wake::Effect(wake));
    add_counter(tx, &input.id).await?;
    if let Some(gate) = &input.gate {
        let _open = gate.acquire().await.unwrap();
    }
    match input.turn {
        Turn::Well => {}
        Turn::Returns => return Err(StoreError::NotFound),
        Turn::Panics => panic!("on purpose"),
        Turn::Conflicts => add_counter(tx, &"first".to_owned()).await?,
        Turn::Swallows => {
            let first = add_counter(tx, &"first".to_owned()).await;
            assert!(matches!(&first, Err(StoreError::Conflict(_))), "{first:?}");
            let second = value_of(tx, &"first".to_owned()).await;
            assert_eq!(second, Err(first.unwrap_err()), "a transaction goes on after its first error");
        }
        Turn::Dangles => {
            tx.execute("insert into notes (id, counter) values ($1, 'nowhere')", args![&input.id]).await?;
        }
    }
    Ok(input.id.clone())
}

async fn with_tables(store: Store) -> Store {
    store.write(create_tables, ()).await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = FreshPostgres::create().await;
    let file = format!("sqlite:{}", folder.path().join("kept.db").display());
    for url in [&file, &database.url] {
        let store = with_tables(Store::open(url, &Options::default()).await.unwrap()).await;
        // Another process would see it at once, whether or not this one ever closes.
        let other = Store::open(url, &Options::default()).await.unwrap();
        assert_eq!(store.write(increment, "first".to_owned()).await, Ok(1));
        assert_eq!(other.read(value_of, "first".to_owned()).await, Ok(Some(1)));
        other.close().await;
        store.close().await;
        assert!(matches!(store.write(increment, "first".to_owned()).await, Err(StoreError::Busy(_))));
        assert!(matches!(store.read(value_of, "first".to_owned()).await, Err(StoreError::Busy(_))));

        let store = Store::open(url, &Options::default()).await.unwrap();
        assert_eq!(store.read(value_of, "first".to_owned()).await, Ok(Some(1)));
        store.ping().await.unwrap();
        store.close().await;
    }
    assert!(!folder.path().join("kept.db-wal").exists(), "closing leaves the log unfolded");
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_read_modify_writes_lose_nothing() {
    each_database(|store| async move {
        let store = with_tables(store).await;
        let writes = (0..200).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.write(increment, "first".to_owned()).await })
        });
        let mut answers: Vec<i64> =
            join_all(writes).await.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
        answers.sort();
        assert_eq!(answers, (1..=200).collect::<Vec<_>>());
        assert_eq!(store.read(value_of, "first".to_owned()).await, Ok(Some(200)));
    })
    .await;
}

/// On SQLite all of them wait behind the first and so share one commit, but for the second round, in which the commit
/// itself fails and each is run again alone.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_leaves_the_others_of_its_group() {
    for dangling in [false, true] {
        each_database(|store| async move {
            let store = with_tables(store).await;
            let mut news = store.wakes();
            let turn_of = |n: usize| match n % 10 {
                1 => Turn::Returns,
                3 => Turn::Panics,
                5 => Turn::Conflicts,
                7 => Turn::Swallows,
                8 if dangling => Turn::Dangles,
                _ => Turn::Well,
            };
            let gate = Arc::new(Semaphore::new(0));
            let first = Step { gate: Some(gate.clone()), ..Step::new("gate", Turn::Well) };
            let steps = (0..200).map(|n| Step::new(format!("{n:03}"), turn_of(n)));
            let mut all =
                join_all(std::iter::once(first).chain(steps).map(|input| store.write(step, input))).boxed();
            assert!(all.as_mut().now_or_never().is_none(), "nothing can be answered before the gate opens");
            gate.add_permits(1);
            let answers = all.await;

            let mut kept = vec!["first".to_owned(), "gate".to_owned()];
            assert_eq!(answers[0], Ok("gate".to_owned()));
            for (n, answer) in answers[1..].iter().enumerate() {
                let id = format!("{n:03}");
                match (turn_of(n), answer) {
                    (Turn::Well, Ok(said)) if *said == id => kept.push(id),
                    (Turn::Returns, Err(StoreError::NotFound)) => {}
                    (Turn::Panics, Err(StoreError::Fault(why))) if why.contains("on purpose") => {}
                    (Turn::Conflicts | Turn::Swallows | Turn::Dangles, Err(StoreError::Conflict(_))) => {}
                    (turn, answer) => panic!("{turn:?} ended in {answer:?}"),
                }
            }
            kept.sort();
            assert_eq!(store.read(counters, ()).await.as_ref(), Ok(&kept));

            // The engine heard of what was kept, once, and of nothing else.
            let mut heard = vec!["first".to_owned()];
            while let Ok(Wake::Effect(effect)) = news.try_recv() {
                heard.push(effect.id);
            }
            heard.sort();
            assert_eq!(heard, kept);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_hears_after_the_commit_even_if_the_caller_is_gone() {
    each_database(|store| async move {
        let store = with_tables(store).await;
        let mut news = store.wakes();
        let gate = Arc::new(Semaphore::new(0));
        let input = Step { gate: Some(gate.clone()), ..Step::new("late", Turn::Well) };
        {
            let mut write = store.write(step, input).boxed();
            assert!(write.as_mut().now_or_never().is_none());
            // The caller hangs up here, with the transaction open.
        }
        assert_eq!(store.read(value_of, "late".to_owned()).await, Ok(None), "read before it was committed");
        assert!(news.try_recv().is_err(), "told before the commit");
        gate.add_permits(1);
        let Some(Wake::Effect(effect)) = news.recv().await else { panic!("no news") };
        assert_eq!(effect.id, "late");
        assert_eq!(store.read(value_of, "late".to_owned()).await, Ok(Some(0)), "told before the commit");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_refuses_to_write_and_forgets_its_wakes() {
    each_database(|store| async move {
        let store = with_tables(store).await;
        let mut news = store.wakes();
        let refused = store.read(step, Step::new("sly", Turn::Well)).await;
        assert!(matches!(refused, Err(StoreError::Fault(_))), "{refused:?}");
        assert_eq!(store.write(value_of, "sly".to_owned()).await, Ok(None));
        assert!(news.try_recv().is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_snapshot() {
    /// Reads twice; between the two, the gate lets somebody write.
    async fn twice(
        tx: &mut Tx,
        (begun, go_on): &(Arc<Semaphore>, Arc<Semaphore>),
    ) -> Result<(Option<i64>, Option<i64>), StoreError> {
        let before = value_of(tx, &"first".to_owned()).await?;
        begun.add_permits(1);
        go_on.acquire().await.unwrap().forget();
        Ok((before, value_of(tx, &"first".to_owned()).await?))
    }
    each_database(|store| async move {
        let store = with_tables(store).await;
        let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (seen, ()) = tokio::join!(store.read(twice, (begun.clone(), go_on.clone())), async {
            begun.acquire().await.unwrap().forget();
            store.write(increment, "first".to_owned()).await.unwrap();
            go_on.add_permits(1);
        });
        assert_eq!(seen, Ok((Some(0), Some(0))));
        assert_eq!(store.read(value_of, "first".to_owned()).await, Ok(Some(1)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_of_their_kind_name_their_place_and_show_no_value() {
    async fn wrong_table(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
        tx.execute("insert into nowhere (id) values ($1)", args![id]).await.map(|_| ())
    }
    async fn no_row(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
        tx.one::<(i64,)>("select n from counters where id = $1 and n = 1", args![id]).await.map(|_| ())
    }
    async fn several_rows(tx: &mut Tx, _: &String) -> Result<(), StoreError> {
        tx.opt::<(String,)>("select id from counters", args![]).await.map(|_| ())
    }
    async fn wrong_type(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
        tx.one::<(i64,)>("select id from counters where id = $1", args![id]).await.map(|_| ())
    }
    async fn null(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
        tx.execute("update counters set n = $2 where id = $1", args![id, None::<i64>]).await.map(|_| ())
    }
    async fn dangling(tx: &mut Tx, id: &String) -> Result<(), StoreError> {
        tx.execute("insert into notes (id, counter) values ($1, $1)", args![format!("{id} too")])
            .await
            .map(|_| ())
    }
    each_database(|store| async move {
        let store = with_tables(store).await;
        let secret = || "secret".to_owned();
        store.write(add_counter, secret()).await.unwrap();
        let errors = [
            ("conflict: ", "counters", store.write(add_counter, secret()).await),
            ("conflict: ", "counters", store.write(null, secret()).await),
            ("conflict: ", "", store.write(dangling, secret()).await),
            ("no such row", "", store.read(no_row, secret()).await),
            ("the database refused: ", "insert into nowhere", store.write(wrong_table, secret()).await),
            ("the database refused: ", "from counters", store.read(several_rows, secret()).await),
            (
                "the database refused: ",
                "column 0 cannot be read: mismatched",
                store.read(wrong_type, secret()).await,
            ),
        ];
        for (kind, place, end) in errors {
            let Err(error) = end else { panic!("no error, but {kind}…{place} was due") };
            let error = error.to_string();
            assert!(error.starts_with(kind) && error.contains(place), "{error} should be {kind}…{place}");
            assert!(!error.contains("secret"), "{error}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_column_comes_back_as_it_went_in() {
    #[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
    struct Everything {
        id: Id<Everything>,
        number: Option<i64>,
        at: Option<Timestamp>,
        share: Option<f64>,
        words: Option<String>,
        bytes: Option<Vec<u8>>,
    }
    async fn create(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
        let table =
            "create table everything (id text primary key, number bigint, at bigint, share double precision,
            words text, bytes bytea)";
        tx.execute(table, args![]).await.map(|_| ())
    }
    async fn put(tx: &mut Tx, all: &Vec<Everything>) -> Result<Vec<Everything>, StoreError> {
        let mut back = Vec::new();
        for one in all {
            let Everything { id, number, at, share, words, bytes } = one.clone();
            let insert = "insert into everything (id, number, at, share, words, bytes)
                values ($1, $2, $3, $4, $5, $6) returning id, number, at, share, words, bytes";
            back.push(tx.one(insert, args![id, number, at, share, words, bytes]).await?);
        }
        Ok(back)
    }
    async fn get(tx: &mut Tx, _: &()) -> Result<Vec<Everything>, StoreError> {
        tx.all("select bytes, words, share, at, number, id from everything order by id", args![]).await
    }
    async fn count_of(tx: &mut Tx, (id, yes): &(Id<Everything>, bool)) -> Result<(i64, i64), StoreError> {
        tx.one("select count(*), max($2) from everything where id = $1 limit $3", args![id, *yes, 1u32]).await
    }

    each_database(|store| async move {
        store.write(create, ()).await.unwrap();
        let full = |id, number, share, words: &str, bytes| Everything {
            id: Id::from_text(id),
            number: Some(number),
            at: Some(Timestamp(number)),
            share: Some(share),
            words: Some(words.into()),
            bytes: Some(bytes),
        };
        let all = vec![
            Everything {
                id: Id::from_text("0"),
                number: None,
                at: None,
                share: None,
                words: None,
                bytes: None,
            },
            full("1", 0, 0.0, "", vec![]),
            full("2", i64::MAX, 0.1, "\u{1F4DE} ça sonne; drop table '\"", (0..=255).collect()),
            full("3", i64::MIN, -3.0, "12", b"12".to_vec()),
        ];
        assert_eq!(store.write(put, all.clone()).await.as_ref(), Ok(&all));
        assert_eq!(store.read(get, ()).await, Ok(all));
        assert_eq!(store.read(count_of, (Id::from_text("2"), true)).await, Ok((1, 1)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_may_be_brought_up_to_date_again() {
    each_database(|store| async move {
        store.migrate().await.unwrap();
    })
    .await;
}
