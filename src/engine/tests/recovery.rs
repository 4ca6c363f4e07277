//! What came while we were away is found at the carrier.

use super::*;

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
async fn a_message_that_is_still_spoken_is_asked_for_until_the_call_is_over() {
    let stage = Stage::new().await;
    // One could not be written down when it rang; the other was lost in its middle.
    for (nth, sid, recording) in [(1, "CAunknown", "RE1"), (2, "CAknown", "RE2")] {
        if sid == "CAknown" {
            stage.call(sid).await;
        }
        let called = inbound(sid, "+18025550121", stage.clock.now(), CallState::InProgress);
        stage.carrier.has_call(called.clone());
        let missed = Missed {
            carrier: "main".into(),
            sid: sid.into(),
            from: "+18025550121".into(),
            to: "+18025550100".parse().unwrap(),
            started_at: stage.clock.now(),
            seconds: 0,
            recordings: None,
        };
        assert_eq!(stage.acts.recover_call(missed.clone()).await.unwrap(), nth == 1);
        assert!(!stage.acts.recover_call(missed).await.unwrap(), "it asks once");
        let begun = stage.clock.now().since(START).as_secs();
        stage.run_until(begun + 60).await;
        assert_eq!(stage.ticket(nth).await.case.ticket.recordings.len(), 0);
        stage.carrier.has_recording(recording, b"RIFF");
        stage.carrier.has_call(CallRecord { state: Some(CallState::Completed), ..called });
        stage.run_until(begun + 90).await;
        assert_eq!(stage.ticket(nth).await.case.ticket.recordings, [recording], "{sid}");
        stage.carrier.forget_recordings();
    }
}
