//! A process dies, and another takes over what it held.

use super::*;

/// A request hangs, its process is killed, and another takes over: the carrier had done it, or not.
#[tokio::test]
async fn a_kill_doubles_nothing_that_the_carrier_had_done() {
    for (done, texts) in [(true, 1), (false, 2)] {
        let mut stage = Stage::new().await;
        stage.carrier.next_text(Next::Hang { done });
        let mut asked = stage.carrier.asked.subscribe();
        stage.emergency("CAx").await;
        let dying = stage.engine.clone();
        let dying = tokio::spawn(async move { dying.run_due().await });
        asked.wait_for(|asked| asked.len() == 2).await.unwrap();
        dying.abort();
        stage.kill_and_begin().await;
        stage.run_due().await;
        assert_eq!(stage.texts_to(ADA).len(), texts, "done: {done}");
        let attempt = stage.ticket(1).await.case.attempts.remove(0);
        assert!(matches!(attempt.state, AttemptState::Accepted { .. }), "done: {done}, {:?}", attempt.state);
        // The call may have been accepted and not recorded; whichever it was, it rang once.
        assert_eq!(stage.calls_to(ADA), [0], "done: {done}");
        assert_eq!(stage.count("select count(*) from outbox").await, 0);
    }
}

#[tokio::test]
async fn a_kill_makes_no_phone_ring_twice_that_the_carrier_had_rung() {
    for (done, calls) in [(true, 1), (false, 2)] {
        let mut stage = Stage::new().await;
        stage.carrier.next_call(Next::Hang { done });
        let mut asked = stage.carrier.asked.subscribe();
        stage.emergency("CAx").await;
        let dying = stage.engine.clone();
        let dying = tokio::spawn(async move { dying.run_due().await });
        asked.wait_for(|asked| asked.len() == 2).await.unwrap();
        dying.abort();
        stage.kill_and_begin().await;
        stage.run_due().await;
        assert_eq!((stage.texts_to(ADA).len(), stage.calls_to(ADA).len()), (1, calls), "done: {done}");
    }
}

#[tokio::test]
async fn another_machine_takes_over_from_one_that_is_not_heard_any_more() {
    let stage = Stage::new().await;
    let other = stage.other_machine().await;
    stage.carrier.next_text(Next::Hang { done: true });
    let mut asked = stage.carrier.asked.subscribe();
    stage.emergency("CAx").await;
    let stopped = stage.engine.clone();
    let stopped = tokio::spawn(async move { stopped.run_due().await });
    asked.wait_for(|asked| asked.len() == 2).await.unwrap();
    stopped.abort();
    for (second, accepted) in [(4, false), (6, true)] {
        stage.clock.set(at(second));
        other.beat().await.unwrap();
        other.run_due().await.unwrap();
        let attempt = stage.ticket(1).await.case.attempts.remove(0);
        assert_eq!(matches!(attempt.state, AttemptState::Accepted { .. }), accepted, "after {second} s");
    }
    assert_eq!(stage.texts_to(ADA), [0]);
}

#[tokio::test]
async fn a_page_that_the_dead_process_held_is_not_sent_after_an_acknowledgement() {
    let mut stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.clock.set(at(6));
    stage.text("SMack", ADA, "ACK 1001").await;
    stage.kill_and_begin().await;
    stage.run_due().await;
    assert!(stage.calls_to(ADA).is_empty());
    assert!(stage.carrier.texts().iter().all(|(_, text)| text.status_callback.is_none()));
    assert_eq!(stage.count("select count(*) from outbox").await, 0);
}

#[tokio::test]
async fn a_page_that_never_left_the_dead_process_leaves_the_next_one() {
    let mut stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.kill_and_begin().await;
    stage.run_due().await;
    assert_eq!((stage.texts_to(ADA), stage.calls_to(ADA)), (vec![0], vec![0]));
}

/// PostgreSQL may commit what a process asked for after that process has died, and after the next one has begun.
#[tokio::test]
async fn a_dead_process_last_commit_waits_for_no_lease() {
    let mut stage = Stage::new().await;
    let dead = stage.earlier_process().await;
    stage.kill_and_begin().await;
    stage.acts = dead;
    stage.emergency("CAlate").await;
    stage.run_due().await;
    assert!(stage.texts_to(ADA).is_empty(), "it is held by the dead one");
    stage.clock.set(at(1));
    stage.engine.beat().await.unwrap();
    stage.run_due().await;
    assert_eq!(stage.texts_to(ADA), [1]);
}
