//! The outbox: who holds a row, and what is known of it when it changes hands.

use std::time::Duration;

use nightbell::clock::Timestamp;
use nightbell::store::{Claimed, Store, StoreError, Tx, instance, outbox};

use crate::support::db::each_database;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// One step of a story, at an instant.
#[derive(Clone, Debug)]
enum Step {
    Insert {
        id: &'static str,
        attempt: Option<&'static str>,
        rank: u8,
        due: u64,
        owner: Option<&'static str>,
    },
    Start(&'static str, &'static str),
    Beat(&'static str, &'static str),
    Stop(&'static str),
    Claim(&'static str),
    Finish(&'static str, i64),
    Postpone(&'static str, i64, u64),
    Quarantine(&'static str, i64),
    Withdraw(&'static str),
}

fn after(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// What a step answers: the rows that it claimed, or a word.
async fn step(tx: &mut Tx, (second, step): &(u64, Step)) -> Result<String, StoreError> {
    let now = after(*second);
    Ok(match step {
        Step::Insert { id, attempt, rank, due, owner } => {
            let row = outbox::New {
                id,
                ticket: None,
                attempt: *attempt,
                payload: "{}",
                rank: *rank,
                due: after(*due),
            };
            outbox::insert(tx, &row, *owner, now).await?;
            String::new()
        }
        Step::Start(id, node) => format!("freed {}", instance::start(tx, id, node, now).await?),
        Step::Beat(id, node) => format!("freed {}", instance::beat(tx, id, node, None, now).await?),
        Step::Stop(id) => {
            instance::stop(tx, id).await?;
            String::new()
        }
        Step::Claim(owner) => {
            let claimed = outbox::claim(tx, owner, now, 10).await?;
            let word =
                |row: &Claimed| format!("{}/{}{}", row.id, row.fence, if row.doubtful { "?" } else { "" });
            claimed.iter().map(word).collect::<Vec<_>>().join(" ")
        }
        Step::Finish(id, fence) => outbox::finish(tx, id, *fence).await?.to_string(),
        Step::Postpone(id, fence, due) => outbox::postpone(tx, id, *fence, after(*due)).await?.to_string(),
        Step::Quarantine(id, fence) => outbox::quarantine(tx, id, *fence).await?.unwrap_or_default(),
        Step::Withdraw(attempt) => outbox::withdraw(tx, attempt, now).await?.to_string(),
    })
}

async fn next_due(tx: &mut Tx, (): &()) -> Result<Option<Timestamp>, StoreError> {
    outbox::next_due(tx).await
}

async fn overdue(tx: &mut Tx, before: &Timestamp) -> Result<i64, StoreError> {
    outbox::overdue(tx, *before).await
}

async fn play(store: &Store, story: Vec<(u64, Step, &str)>) {
    for (second, what, expected) in story {
        let answer = store.write(step, (second, what.clone())).await.unwrap();
        assert_eq!(answer, expected, "at {second} s, {what:?}");
    }
}

fn row(id: &'static str, rank: u8, due: u64) -> Step {
    Step::Insert { id, attempt: None, rank, due, owner: None }
}

#[tokio::test]
async fn the_most_urgent_and_then_the_newest_comes_first() {
    each_database(|store| async move {
        play(
            &store,
            vec![
                (0, row("a", 2, 0), ""),
                (0, row("b", 1, 0), ""),
                (0, row("later", 1, 9), ""),
                (0, Step::Claim("p1"), "b/1 a/1"),
                (0, Step::Claim("p2"), ""),
                (0, Step::Finish("b", 1), "true"),
                (0, Step::Finish("b", 1), "false"),
            ],
        )
        .await;
        let next = store.read(next_due, ()).await.unwrap();
        assert_eq!(next, Some(after(9)), "sooner than the lease of a ends");
        assert_eq!(store.read(overdue, after(60)).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_ended_without_a_word_leaves_a_doubt() {
    let born = |id, owner| Step::Insert { id, attempt: Some("at1"), rank: 1, due: 0, owner: Some(owner) };
    each_database(|store| async move {
        play(
            &store,
            vec![
                // A process of the same node begins: the one before it is dead.
                (0, Step::Start("p1", "here"), "freed 0"),
                (0, born("a", "p1"), ""),
                (0, Step::Claim("p1"), ""),
                (1, Step::Start("p2", "here"), "freed 1"),
                (1, Step::Claim("p2"), "a/2?"),
                (1, Step::Finish("a", 1), "false"),
                (1, Step::Finish("a", 2), "true"),
                // What was given back is no secret; a lease that ran out is.
                (2, born("b", "p2"), ""),
                (2, Step::Withdraw("at1"), "false"),
                (2, Step::Postpone("b", 1, 3), "true"),
                (3, Step::Claim("p2"), "b/2"),
                (33, Step::Claim("p2"), "b/3?"),
                (33, Step::Finish("b", 3), "true"),
                // Another machine notices that one is not heard any more; or that it let go.
                (40, Step::Beat("p2", "here"), "freed 0"),
                (40, born("c", "p2"), ""),
                (45, Step::Beat("p3", "there"), "freed 0"),
                (46, Step::Beat("p3", "there"), "freed 1"),
                (46, Step::Claim("p3"), "c/2?"),
                // What a process asked of the database is committed after it was counted out.
                (46, born("d", "p2"), ""),
                (47, Step::Beat("p3", "there"), "freed 1"),
                (47, Step::Claim("p3"), "d/2?"),
                (47, Step::Stop("p3"), ""),
                (47, Step::Withdraw("at1"), "true"),
                (47, Step::Claim("p4"), ""),
            ],
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn what_is_put_away_is_never_due() {
    each_database(|store| async move {
        let bad = Step::Insert { id: "bad", attempt: Some("at1"), rank: 1, due: 0, owner: None };
        play(
            &store,
            vec![
                (0, bad, ""),
                (0, Step::Claim("p1"), "bad/1"),
                (0, Step::Quarantine("bad", 2), ""),
                (0, Step::Quarantine("bad", 1), "at1"),
                (1_000_000, Step::Claim("p1"), ""),
            ],
        )
        .await;
        assert_eq!(store.read(next_due, ()).await.unwrap(), None);
        assert_eq!(store.read(overdue, after(1_000_000)).await.unwrap(), 0);
    })
    .await;
}
