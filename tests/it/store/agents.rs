//! What is known of agents beside the desk's file, question by question, on both databases.

use std::time::Duration;

use nightbell::clock::Timestamp;
use nightbell::rules::contact::PhoneNumber;
use nightbell::rules::desk::Desk;
use nightbell::rules::mute::Mute;
use nightbell::rules::number_check::Sent;
use nightbell::rules::people::AgentKey;
use nightbell::store::number_check::{self as checks, Whose};
use nightbell::store::{StoreError, Tx, desk, mute};

use crate::support::db::each_database;

const DESK: &str = include_str!("../../desks/reservations.toml");
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn after(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

async fn put_desk(tx: &mut Tx, text: &str) -> Result<(), StoreError> {
    let origin = desk::Origin { by: "test".into(), changes: None };
    desk::put(tx, &Desk::parse(text).unwrap(), text, &origin, NOW).await.map(drop)
}

async fn mutes(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    put_desk(tx, DESK).await?;
    let (ada, ben): (AgentKey, AgentKey) = ("ada".parse().unwrap(), "ben".parse().unwrap());
    let of = |agent: &AgentKey, until| Mute {
        agent: agent.clone(),
        since: NOW,
        until: after(until),
        reason: "a flight".into(),
        by: "ada@example.com".into(),
    };
    mute::put(tx, "reservations", &of(&ada, 60)).await?;
    mute::put(tx, "reservations", &of(&ben, 20)).await?;
    mute::put(tx, "reservations", &of(&ada, 30)).await?;
    assert_eq!(mute::of_desk(tx, "reservations", NOW).await?, [of(&ben, 20), of(&ada, 30)]);
    assert_eq!(mute::of_desk(tx, "reservations", after(20)).await?, [of(&ada, 30)]);
    assert_eq!(mute::lock(tx, "reservations", &ben).await?, Some(of(&ben, 20)));
    let all = mute::all(tx).await?;
    assert_eq!(all["reservations"].until(&ada, after(29)), Some(after(30)));
    assert_eq!(mute::forget(tx, after(25)).await?, 1);
    assert_eq!(mute::lock(tx, "reservations", &ben).await?, None);
    assert!(mute::remove(tx, "reservations", &ada).await?);
    assert!(!mute::remove(tx, "reservations", &ada).await?);
    assert!(mute::all(tx).await?.is_empty());
    Ok(())
}

async fn numbers(tx: &mut Tx, _: &()) -> Result<(), StoreError> {
    put_desk(tx, DESK).await?;
    let agent: AgentKey = "ada".parse().unwrap();
    let number: PhoneNumber = "+18025550111".parse().unwrap();
    let whose = Whose { desk: "reservations", agent: &agent, number: &number };
    assert_eq!(checks::sent(tx, whose).await?, None);
    assert_eq!(checks::take_try(tx, whose, NOW).await?, None);
    let sent = |count| Sent { count, last: NOW };
    checks::put(tx, whose, ("first", sent(1)), (after(600), 5)).await?;
    checks::put(tx, whose, ("second", sent(2)), (after(600), 2)).await?;
    assert_eq!(checks::sent(tx, whose).await?, Some(sent(2)));
    let awaited = checks::awaited(tx, "reservations", &agent, NOW).await?;
    assert_eq!((awaited.len(), awaited[0].until, awaited[0].tries), (1, after(600), 2));
    // Two tries, and not after its time.
    assert_eq!(checks::take_try(tx, whose, after(600)).await?, None);
    for _ in 0..2 {
        assert_eq!(checks::take_try(tx, whose, after(599)).await?.as_deref(), Some("second"));
    }
    assert_eq!(checks::take_try(tx, whose, after(599)).await?, None);
    assert!(!checks::use_up(tx, whose, "first").await?);
    assert!(checks::use_up(tx, whose, "second").await?);
    assert!(!checks::use_up(tx, whose, "second").await?);
    assert!(checks::awaited(tx, "reservations", &agent, NOW).await?.is_empty());

    checks::verify(tx, whose, ("ada@example.com", NOW)).await?;
    checks::verify(tx, whose, ("mona@example.com", after(9))).await?;
    let verified = checks::verified(tx, "reservations").await?;
    assert_eq!((verified.len(), &verified[0].agent, verified[0].at), (1, &agent, after(9)));
    assert!(checks::verified(tx, "night").await?.is_empty());
    // It is another agent's from now on: his to show.
    let moved = DESK.replace("+18025550111", "+18025550119").replace("+18025550112", "+18025550111");
    checks::keep_only(tx, &Desk::parse(DESK).unwrap()).await?;
    assert_eq!(checks::verified(tx, "reservations").await?.len(), 1);
    checks::keep_only(tx, &Desk::parse(&moved).unwrap()).await?;
    assert!(checks::verified(tx, "reservations").await?.is_empty());
    assert_eq!(checks::sent(tx, whose).await?, None);
    checks::put(tx, whose, ("third", sent(3)), (after(600), 5)).await?;
    assert_eq!(checks::forget(tx, NOW).await?, 0);
    assert_eq!(checks::forget(tx, after(1)).await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn mutes_are_kept_until_they_are_over() {
    each_database(|store| async move { store.write(mutes, ()).await.unwrap() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_verified_numbers_are_kept() {
    each_database(|store| async move { store.write(numbers, ()).await.unwrap() }).await;
}
