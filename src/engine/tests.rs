//! The engine against a carrier that obeys the test.

mod fake;
mod stage;

use std::time::Duration;

use fake::{Next, inbound, written};
use stage::{ADA, BEN, MANAGER, START, Stage, at};
use tokio_util::sync::CancellationToken;

use crate::channel::{Refusal, Sent};
use crate::clock::Timestamp;
use crate::rules::page::AttemptState;
use crate::rules::ticket::Happening;
use crate::wire::event::{CallState, TextState};
use crate::wire::{About, FreeText};

/// The longest, in real time, that anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

fn refused(code: u32, about: About) -> Next {
    Next::Say(Sent::Refused(Refusal { status: 400, code: Some(code), about, message: FreeText::default() }))
}

fn unknown() -> Next {
    Next::Say(Sent::Unknown { why: "answered 502".into() })
}

#[tokio::test]
async fn a_page_is_put_into_the_carriers_terms() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.run_due().await;
    let attempts = stage.ticket(1).await.case.attempts;
    let [(_, text)] = &stage.carrier.texts()[..] else { panic!("one text") };
    assert_eq!((text.from.as_str(), text.to.as_str()), ("+18025550100", ADA));
    assert_eq!(
        text.status_callback.as_deref(),
        Some(&*format!(
            "https://pager.example.com/webhooks/main/attempt/{}#rc=2&rt=4000&rp=all",
            attempts[0].id
        ))
    );
    assert_eq!(text.validity_seconds, 600);
    let [(_, call)] = &stage.carrier.calls()[..] else { panic!("one call") };
    assert_eq!(
        call.url,
        format!("https://pager.example.com/webhooks/main/leg/{}/0#rc=2&rt=4000&rp=all", attempts[1].id)
    );
    assert_eq!((call.to.as_str(), call.ring_seconds), (ADA, 25));
    assert!(attempts.iter().all(|attempt| matches!(attempt.state, AttemptState::Accepted { .. })));
    assert_eq!(stage.count("select count(*) from outbox").await, 0);
}

#[tokio::test]
async fn a_page_leaves_when_the_commit_returns() {
    let stage = Stage::new().await;
    let shutdown = CancellationToken::new();
    let running = {
        let (engine, shutdown) = (stage.engine.clone(), shutdown.clone());
        tokio::spawn(async move { engine.run(shutdown).await })
    };
    let mut asked = stage.carrier.asked.subscribe();
    // The clock does not move: no timer and no sweep could carry it.
    stage.emergency("CAx").await;
    asked.wait_for(|asked| asked.len() == 2).await.unwrap();
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(stage.count("select count(*) from outbox").await, 0);
    assert_eq!(stage.count("select count(*) from instance").await, 0);
}

#[tokio::test]
async fn a_running_engine_meets_its_deadlines() {
    let stage = Stage::new().await;
    stage.carrier.next_text(Next::Say(Sent::Throttled { retry_after: None }));
    let shutdown = CancellationToken::new();
    let running = {
        let (engine, shutdown) = (stage.engine.clone(), shutdown.clone());
        tokio::spawn(async move { engine.run(shutdown).await })
    };
    let mut asked = stage.carrier.asked.subscribe();
    stage.emergency("CAx").await;
    // The text that was not taken is due again in two seconds. Once that is committed, one move of the clock will do.
    asked.wait_for(|asked| asked.len() == 2).await.unwrap();
    let free = "select count(*) from outbox where lease_until = 0";
    tokio::time::timeout(PATIENCE, async { while stage.count(free).await == 0 {} }).await.unwrap();
    let due = stage.engine.next_due().await.unwrap().unwrap();
    stage.clock.set(due);
    asked.wait_for(|asked| asked.len() == 3).await.unwrap();
    assert_eq!(stage.texts_to(ADA), [0, 2]);
    shutdown.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_process_stops() {
    let stage = Stage::new().await;
    stage.carrier.next_text(Next::Gate);
    let shutdown = CancellationToken::new();
    let running = {
        let (engine, shutdown) = (stage.engine.clone(), shutdown.clone());
        tokio::spawn(async move { engine.run(shutdown).await })
    };
    let mut asked = stage.carrier.asked.subscribe();
    stage.emergency("CAx").await;
    asked.wait_for(|asked| asked.len() == 2).await.unwrap();
    shutdown.cancel();
    assert!(!running.is_finished());
    stage.carrier.gate.send_replace(true);
    running.await.unwrap();
    let attempts = stage.ticket(1).await.case.attempts;
    assert!(attempts.iter().all(|attempt| matches!(attempt.state, AttemptState::Accepted { .. })));
}

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

#[tokio::test]
async fn without_an_answer_the_next_method_starts_and_this_one_is_looked_for() {
    let stage = Stage::new().await;
    stage.carrier.next_text(unknown());
    stage.emergency("CAx").await;
    stage.run_until(30).await;
    let looks: Vec<u64> = stage.carrier.looks().into_iter().map(stage::second).collect();
    assert_eq!(looks, [2, 5, 15]);
    // Her phone rings already, so that the call after two minutes keeps its time; the text is sent once more.
    assert_eq!((stage.calls_to(ADA), stage.texts_to(ADA)), (vec![0], vec![0, 15]));

    let stage = Stage::new().await;
    stage.carrier.next_text(Next::TakeAndLose);
    stage.emergency("CAx").await;
    stage.run_until(30).await;
    assert_eq!(stage.texts_to(ADA), [0]);
    let looks: Vec<u64> = stage.carrier.looks().into_iter().map(stage::second).collect();
    assert_eq!(looks, [2]);
    let outcomes = stage.outcomes(1, 1).await;
    assert_eq!(outcomes, ["no answer from main; it is looked for", "accepted by main"]);
}

#[tokio::test]
async fn a_throttled_text_is_sent_again_and_nothing_waits_for_it() {
    let stage = Stage::new().await;
    stage.carrier.next_text(Next::Say(Sent::Throttled { retry_after: None }));
    stage.emergency("CAx").await;
    stage.run_until(10).await;
    assert_eq!((stage.texts_to(ADA), stage.calls_to(ADA)), (vec![0, 2], vec![0]));
}

#[tokio::test]
async fn a_number_that_takes_no_texts_is_passed_over_from_then_on() {
    let stage = Stage::new().await;
    stage.carrier.next_text(refused(21_614, About::Number));
    stage.emergency("CAx").await;
    stage.run_due().await;
    stage.acts.reload_if_changed().await.unwrap();
    stage.emergency("CAy").await;
    stage.run_until(60).await;
    assert_eq!(stage.texts_to(ADA), [0]);
    let skipped = |what: &Happening| matches!(what, Happening::AttemptSkipped { .. });
    assert!(stage.has_happened(2, skipped).await);
}

#[tokio::test]
async fn however_many_pages_find_a_telephone_out_of_use_the_manager_is_told_once() {
    let stage = Stage::new().await;
    for call in ["CAx", "CAy", "CAz"] {
        stage.carrier.next_text(refused(21_610, About::Pair));
        stage.emergency(call).await;
    }
    stage.run_due().await;
    for nth in 1..=3 {
        let dead = |what: &Happening| matches!(what, Happening::MethodDead { .. });
        assert!(stage.has_happened(nth, dead).await, "the three left before any was refused");
    }
    stage.run_until(5).await;
    assert_eq!(stage.texts_to(MANAGER), [0]);
}

#[tokio::test]
async fn a_stop_counts_at_once_here_and_within_a_reload_elsewhere() {
    let mut stage = Stage::new().await;
    let elsewhere = stage.other_machine().await;
    let skipped = |what: &Happening| matches!(what, Happening::AttemptSkipped { .. });
    stage.text("SMa", ADA, "STOP").await;
    stage.emergency("CAx").await;
    assert!(stage.has_happened(1, skipped).await, "here");

    stage.acts = elsewhere.0.acts.clone();
    stage.acts.reload_if_changed().await.unwrap();
    stage.emergency("CAy").await;
    assert!(stage.has_happened(2, skipped).await, "elsewhere");
    stage.text("SMb", ADA, "START").await;
    stage.emergency("CAz").await;
    assert!(!stage.has_happened(3, skipped).await, "and so does START");
}

#[tokio::test]
async fn a_page_that_is_too_old_is_not_sent_and_the_next_step_is_paged() {
    let mut stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.clock.set(at(3 * 60 * 60));
    stage.kill_and_begin().await;
    stage.run_due().await;
    assert!(stage.texts_to(ADA).is_empty());
    assert_eq!(stage.texts_to(BEN), [3 * 60 * 60]);
}

#[tokio::test]
async fn what_waits_for_the_senders_rate_is_taken_back_by_an_acknowledgement() {
    let stage = Stage::with_rate(0.1).await;
    stage.emergency("CAx").await;
    stage.run_due().await;
    stage.emergency("CAy").await;
    stage.run_until(1).await;
    assert_eq!(stage.texts_to(ADA), [0], "the second page waits for its permit");
    stage.text("SMack", ADA, "ACK 1002").await;
    stage.run_until(9).await;
    assert_eq!(stage.texts_to(ADA), [0]);
    stage.run_until(100).await;
    let texts = stage.carrier.texts();
    let pages = texts.iter().filter(|(_, text)| text.to.as_str() == ADA && text.status_callback.is_some());
    assert_eq!(pages.count(), 1, "only the answer to the command left");
    assert_eq!(stage.texts_to(ADA).len(), 2);
    assert!(!stage.carrier.ended().is_empty(), "Ada's phone rings no more");
}

#[tokio::test]
async fn a_text_without_a_receipt_is_asked_after() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.run_due().await;
    stage.carrier.text_is("SM1", TextState::Delivered);
    stage.run_until(61).await;
    assert_eq!(stage.outcomes(1, 1).await, ["accepted by main", "delivered"]);
}

#[tokio::test]
async fn a_call_that_falls_silent_is_asked_after() {
    let stage = Stage::new().await;
    stage.call("CAsilent").await;
    stage.carrier.has_call(inbound("CAsilent", "+18025550121", START, CallState::InProgress));
    stage.run_until(20 * 60).await;
    let over = |what: &Happening| matches!(what, Happening::CallEnded { .. } | Happening::Abandoned);
    assert!(!stage.has_happened(1, over).await, "it goes on, the carrier says");
    stage.carrier.has_call(inbound("CAsilent", "+18025550121", START, CallState::Completed));
    stage.run_until(22 * 60).await;
    assert!(stage.has_happened(1, over).await);
    assert_eq!(stage.count("select count(*) from call where deadline is not null").await, 0);
}

#[tokio::test]
async fn a_silent_call_that_nobody_knows_counts_as_over() {
    let stage = Stage::new().await;
    stage.call("CAlost").await;
    stage.run_until(10 * 60).await;
    assert_eq!(stage.count("select count(*) from call where deadline is not null").await, 0);
    assert_eq!(stage.count("select count(*) from outbox").await, 0);
}

#[tokio::test]
async fn a_recording_is_fetched_with_patience() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.acts.recording_made("main", "CAx", "RE1", 12).await.unwrap();
    stage.acts.recording_made("main", "CAx", "RElost", 12).await.unwrap();
    stage.run_until(30).await;
    stage.carrier.has_recording("RE1", b"RIFF");
    stage.run_until(2 * 60 * 60).await;
    let kept = |what: &Happening| matches!(what, Happening::RecordingKept { recording, bytes: 4 } if recording == "RE1");
    let lost =
        |what: &Happening| matches!(what, Happening::RecordingLost { recording } if recording == "RElost");
    assert!(stage.has_happened(1, kept).await && stage.has_happened(1, lost).await);
}

#[tokio::test]
async fn a_row_beyond_reading_is_put_away_and_its_agent_paged_all_the_same() {
    let mut stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.sql("update outbox set payload = '{\"text\":'").await;
    stage.kill_and_begin().await;
    stage.run_until(10).await;
    assert_eq!((stage.texts_to(ADA), stage.calls_to(ADA)), (vec![2], vec![2]));
    let put_away = "select count(*) from outbox where due = 9223372036854775807 and lease_until = 0";
    assert_eq!(stage.count(put_away).await, 2);
}

#[tokio::test]
async fn a_ticket_beyond_reading_is_told_of_and_holds_up_no_other() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.emergency("CAy").await;
    stage.run_due().await;
    stage.sql("update ticket set document = '{' where number = 1002").await;
    stage.run_until(6 * 60).await;
    assert_eq!(stage.texts_to(BEN), [5 * 60]);
    // An agent's word about another ticket still counts.
    stage.text("SMack", ADA, "ACK 1001").await;
    assert!(stage.ticket(1).await.case.holder().is_some());
    // Two pages at the beginning; then, at the deadline of the one that cannot be read, its number, once.
    let texts = stage.texts_to(ADA);
    assert_eq!((texts.len(), texts.last()), (3, Some(&60)), "{texts:?}");
}

#[tokio::test]
async fn the_auditor_wakes_what_was_forgotten() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    stage.run_due().await;
    let told = stage.carrier.asked.borrow().len();
    // The row lost its deadline: the rules still have it.
    stage.sql("update ticket set next_due = null").await;
    stage.engine.audit().await.unwrap();
    stage.run_until(5 * 60).await;
    assert_eq!(stage.texts_to(BEN), [5 * 60]);
    assert!(stage.carrier.asked.borrow().len() > told);
}

#[tokio::test]
async fn an_emergency_without_any_deadline_is_paged_by_the_auditor() {
    let stage = Stage::new().await;
    stage.call("CAx").await;
    // The end of its call was lost together with the call's row.
    stage.sql("delete from call").await;
    stage.run_until(60).await;
    assert!(stage.carrier.asked.borrow().is_empty());
    stage.engine.audit().await.unwrap();
    stage.run_due().await;
    assert_eq!(stage.texts_to(ADA), [60]);
}

#[tokio::test]
async fn what_was_missed_is_recovered_once() {
    let stage = Stage::new().await;
    stage.clock.set(at(60 * 60));
    stage.carrier.has_call(inbound(
        "CAold",
        "+18025550121",
        at(0) - Duration::from_secs(60),
        CallState::Completed,
    ));
    stage.carrier.has_call(inbound("CAmissed", "+18025550121", at(600), CallState::Completed));
    stage.carrier.has_call(inbound("CAnow", "+18025550131", at(3500), CallState::InProgress));
    stage.carrier.has_text(written("SMin", "+18025550131", "Exports fail", at(700)));
    stage.engine.recover().await;
    stage.engine.recover().await;
    stage.run_due().await;
    // The call opened a ticket that is paged, the text one that is not; what came before the desk was ours did not.
    assert_eq!(stage.count("select count(*) from ticket").await, 2);
    assert_eq!(stage.texts_to(ADA), [3600]);
    // The one that went on ends ten minutes later: older than the span of an ordinary look, and not forgotten.
    stage.clock.set(at(4200));
    stage.carrier.has_call(inbound("CAnow", "+18025550131", at(3500), CallState::Completed));
    stage.engine.recover().await;
    assert_eq!(stage.count("select count(*) from ticket").await, 3);
}

#[tokio::test]
async fn a_missed_call_is_paged_before_its_carrier_says_what_was_recorded() {
    let stage = Stage::new().await;
    stage.clock.set(at(60));
    stage.carrier.has_call(inbound("CAmissed", "+18025550121", at(0), CallState::Completed));
    stage.carrier.has_recording("RE1", b"RIFF");
    stage.carrier.fail_next_lists(1, 3);
    assert!(!stage.engine.recover().await, "the carrier did not list its calls");
    assert!(stage.engine.recover().await);
    stage.run_due().await;
    assert_eq!(stage.texts_to(ADA), [60]);
    let kept = |what: &Happening| matches!(what, Happening::RecordingKept { recording, bytes: 4 } if recording == "RE1");
    assert!(!stage.has_happened(1, kept).await);
    stage.run_until(90).await;
    assert!(stage.has_happened(1, kept).await);
    assert_eq!(stage.ticket(1).await.case.ticket.recordings.len(), 1);
    assert_eq!(stage.count("select count(*) from outbox").await, 0);
}

#[tokio::test]
async fn a_call_whose_end_nobody_told_ends_by_its_carriers_list() {
    let stage = Stage::new().await;
    stage.call("CAx").await;
    stage.carrier.has_call(inbound("CAx", "+18025550121", START, CallState::InProgress));
    assert!(stage.engine.recover().await, "we know of it");
    stage.run_due().await;
    assert!(stage.texts_to(ADA).is_empty());
    stage.clock.set(at(5));
    stage.carrier.has_call(inbound("CAx", "+18025550121", START, CallState::Completed));
    assert!(stage.engine.recover().await);
    stage.run_due().await;
    assert_eq!(stage.texts_to(ADA), [5]);
    assert_eq!(stage.count("select count(*) from call where deadline is not null").await, 0);
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

#[tokio::test]
async fn a_call_of_the_second_in_which_the_desk_began_is_ours() {
    let stage = Stage::new().await;
    let cut = Timestamp(START.0 - 999);
    stage.carrier.has_call(inbound("CAcut", "+18025550121", cut, CallState::NoAnswer));
    stage.engine.recover().await;
    stage.run_due().await;
    assert_eq!(stage.texts_to(ADA), [0]);
}

#[tokio::test]
async fn health_tells_a_stopped_engine() {
    let stage = Stage::new().await;
    assert!(stage.engine.health().is_err());
    let shutdown = CancellationToken::new();
    let running = {
        let (engine, shutdown) = (stage.engine.clone(), shutdown.clone());
        tokio::spawn(async move { engine.run(shutdown).await })
    };
    stage.carrier.next_text(Next::Accept);
    let mut asked = stage.carrier.asked.subscribe();
    stage.emergency("CAx").await;
    asked.wait_for(|asked| asked.len() == 2).await.unwrap();
    assert_eq!(stage.engine.health(), Ok(()));
    shutdown.cancel();
    running.await.unwrap();
    stage.clock.set(at(60));
    assert!(stage.engine.health().is_err());
}
