//! The engine against a carrier that obeys the test.

mod auditor;
mod fake;
mod recovery;
mod stage;
mod takeover;

use std::time::Duration;

use fake::{Next, inbound, written};
use stage::{ADA, BEN, MANAGER, START, Stage, at};

use crate::act::Missed;
use crate::channel::{Answered, Refusal, Sent};
use crate::clock::{Clock, Timestamp};
use crate::rules::page::AttemptState;
use crate::rules::ticket::Happening;
use crate::wire::event::{CallState, TextState};
use crate::wire::rest::CallRecord;
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
        call.answered,
        Answered::Ask(format!(
            "https://pager.example.com/webhooks/main/leg/{}/0#rc=2&rt=4000&rp=all",
            attempts[1].id
        ))
    );
    assert_eq!((call.to.as_str(), call.ring_seconds), (ADA, 25));
    assert!(attempts.iter().all(|attempt| matches!(attempt.state, AttemptState::Accepted { .. })));
    assert_eq!(stage.count("select count(*) from outbox").await, 0);
}

#[tokio::test]
async fn a_page_leaves_when_the_commit_returns() {
    let stage = Stage::new().await;
    let (shutdown, running) = stage.runs();
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
    let (shutdown, running) = stage.runs();
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
    let (shutdown, running) = stage.runs();
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

#[tokio::test]
async fn what_was_told_of_when_the_process_stops_still_leaves() {
    let stage = Stage::new().await;
    stage.emergency("CAx").await;
    let (shutdown, running) = stage.runs();
    // Before the engine has listened to anything.
    shutdown.cancel();
    running.await.unwrap();
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
async fn health_tells_a_stopped_engine() {
    let stage = Stage::new().await;
    assert!(stage.engine.health().is_err());
    let (shutdown, running) = stage.runs();
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
